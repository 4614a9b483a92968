internal import History
internal import TraceEvents

// Who sent a signal, and where its script says so.
extension Observer {
  /// The one line of the script of a sender, or of the nearest above it, that sends signals; nil where no
  /// script is known, or several lines do.
  func lineThatSends(_ sender: ProcessRecord) -> TextLine? {
    for index in history.lineage(of: sender.index).prefix(3) {
      let process = history.processes[index]
      guard let interpreter = process.executable,
        let script = process.arguments.dropFirst().prefix(4).first(where: { !$0.hasPrefix("-") })
      else { continue }
      let file = PathName.absolute(script, from: process.workingDirectory)
      // What an ended process that did not fail had read is not kept.
      let isShells =
        process.recentFiles.isEmpty && ShellWords.shells.contains(PathName.base(of: interpreter))
        && !process.arguments.dropFirst().prefix(2).contains("-c")
      guard file != interpreter,
        process.recentFiles.contains(file) || process.executedPath == file || isShells
      else { continue }
      let lines = inquiry.lines(mentioning: ["kill"], in: [file]).filter {
        !$0.text.trimmed.hasPrefix("#") && Self.sends($0.text)
      }
      return lines.count == 1 ? lines[0] : nil
    }
    return nil
  }

  /// True for a line of a script that has `kill`, `pkill` or `killall` as a word, as command or function.
  static func sends(_ line: String) -> Bool {
    line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { word in
      ["kill", "pkill", "killall", "killpg", "skill"].contains(word)
    }
  }

  /// Commands that look for those whom they send a signal to, by name or by what they use.
  static let searchers: Set<String> = ["pkill", "killall", "skill", "fuser"]

  /// The last child that a process had ended by a signal before event `number`, in words: `sh (sh -c …) by SIGHUP`.
  func endedChild(of process: ProcessRecord, before number: Int) -> String? {
    for index in process.children.suffix(100).reversed() {
      let child = history.processes[index]
      guard case .killed(let signal, _) = child.end, child.endNumber < number,
        let sent = history.sentSignals[child.pid], sent.sender == process.index,
        sent.signal == signal
      else { continue }
      let isAlarm = process.signals.contains {
        $0.delivery.signal == .alarm && $0.number < child.endNumber
      }
      let command = Self.cut(child.arguments.joined(separator: " "), to: 80)
      let age =
        history.hasTimes
        ? ", \(Wording.seconds(max(0, child.endTime - child.startTime))) after it had started it"
        : ""
      return "\(child.name) (\(command)) by \(signal.name)\(age)"
        + (isAlarm ? ", when its alarm (SIGALRM) went off" : "")
    }
    return nil
  }
}
