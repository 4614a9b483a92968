internal import History
internal import TraceEvents

// What the status of a parent, and its last words, say of its children.
extension FailurePath {
  /// True for a child whose status its parent ended with, where that is none which commands end with for any
  /// reason: `rc=$?; …; exit $rc`.
  static func handsStatusOn(_ child: ProcessRecord, to parent: ProcessRecord) -> Bool {
    guard let status = child.shellStatus, case .exited = child.end, status == parent.shellStatus
    else { return false }
    // 126 and 127 are the shell's own.
    return (3...125).contains(status)
  }

  /// True for words such as `pre-installation script subprocess returned error exit status 127`.
  static func tellsStatus(_ status: Int32, _ line: String) -> Bool {
    let text = line.lowercased()
    return statusWords.contains { words in
      guard let range = text.firstRange(of: "\(words)\(status)") else { return false }
      return text[range.upperBound...].first.map { !$0.isNumber && $0 != "." } ?? true
    }
  }

  private static let statusWords = [
    "exit status ", "exit status: ", "exit code ", "exit code: ", "exited with ",
    "exited with code ", "exited with status ", "returned ", "error code ",
  ]

  /// True if a process whose child had failed for all to see went on, and then complained of a file that it had read,
  /// or quotes by its path.
  static func complainedOfFile(
    _ parent: ProcessRecord, after child: ProcessRecord, in history: borrowing History
  ) -> Bool {
    wentOn(parent, after: child, in: history)
      && history.words.lines.contains { line in
        line.process == parent.index && line.number > child.endNumber && line.stream != .log
          && Complaint.weight(of: line.text.lowercased()) >= 0.6
          && (Complaint.quoted(in: line.text).contains { $0.contains("/") && !$0.contains(" ") }
            || Mentions.tokens(of: line.text).contains { word in
              word.contains(".")
                && parent.recentFiles.contains(
                  PathName.absolute(word, from: parent.workingDirectory))
            })
      }
  }

  /// The first failed child of xargs(1), whose status tells of what kind one was: 123 for any status up to 125, 124
  /// for 255, 125 for a signal.
  static func countedChild(of parent: ProcessRecord, in history: borrowing History) -> Int? {
    guard parent.name == "xargs", case .exited(let status) = parent.end,
      (123...125).contains(status)
    else { return nil }
    return parent.children.first { index in
      switch history.processes[index].end {
      case .exited(let own): status == 123 && (1...125).contains(own) || status == 124 && own == 255
      case .killed: status == 125
      default: false
      }
    }
  }

  /// How a script says that it could not talk to something, in lower case.
  private static let unreachedWords = [
    "not reachable", "unreachable", "connect", "not responding", "no response", "not answer",
    "no answer", "not up", "is down",
  ]

  /// How many of a parent's children, the last ones, are looked at.
  private static let looked = 200

  /// The last child of a shell that failed to connect, where the shell then says just that, and another
  /// child, `last`, failed after it over something else: a loop that waits for a server, and what comes behind
  /// it.
  static func unreached(
    by parent: ProcessRecord, before last: ProcessRecord, in history: borrowing History
  ) -> Int? {
    guard let shell = parent.executable.map(PathName.base), ShellWords.shells.contains(shell),
      let words = history.words.lines.last(where: {
        $0.process == parent.index && $0.isShown && $0.number > last.endNumber
      })?.text.lowercased(),
      !words.contains(last.name.lowercased())
    else { return nil }
    if let server = background(of: parent, before: last, in: history) { return server }
    guard unreachedWords.contains(where: words.contains) else { return nil }
    var refused: Set<Int> = []
    for call in history.failures.calls where call.purpose == .connect && call.replacement == nil {
      refused.formUnion(history.lineage(of: call.process))
    }
    guard !refused.contains(last.index) else { return nil }
    return parent.children.suffix(looked).last {
      $0 != last.index && refused.contains($0) && history.processes[$0].failed
        && history.processes[$0].endNumber < last.startNumber
    }
  }

  /// The last child that ran beside others, failed and said why, where `last`, whose words were thrown away, is
  /// the only one that failed after it: `server & sleep 1; kill -0 $!; cat log 2>/dev/null; exit 1`.
  private static func background(
    of parent: ProcessRecord, before last: ProcessRecord, in history: borrowing History
  ) -> Int? {
    let own = history.words.lines.filter { $0.process == last.index }
    guard !own.isEmpty, own.allSatisfy(\.isDiscarded) else { return nil }
    return parent.children.suffix(looked).last { index in
      let child = history.processes[index]
      guard index != last.index, child.failed, child.hasExecuted,
        child.endNumber < last.startNumber,
        history.words.lines.contains(where: {
          $0.process == index && !$0.isDiscarded && Complaint.readsAsError($0.text)
        })
      else { return false }
      return parent.children.contains {
        let other = history.processes[$0]
        return other.hasExecuted && !other.failed && other.startNumber > child.startNumber
          && other.startNumber < child.endNumber && other.endNumber > child.endNumber
      }
    }
  }
}
