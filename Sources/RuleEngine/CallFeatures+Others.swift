internal import History
internal import TraceEvents

// Words that have the error of a failed call and are about something else all the same.
extension CallFeatures {
  /// True if a line with the words of an error names a path that nobody in this run asked for, or is
  /// what a shell says that did not run here: ssh(1) hands on the words of the other side.
  static func isAboutElse(
    _ line: SpokenLine, _ call: FailedCall, _ run: RankingContext
  ) -> Bool {
    if isOfForeignShell(line, run) { return true }
    guard let path = call.path else { return false }
    let process = run.history.processes[line.process]
    let named = Mentions.tokens(of: line.text).compactMap { word -> String? in
      guard word.utf8.count > 4, line.text.contains(word), !word.contains("://") else { return nil }
      if word.hasPrefix("/") { return word }
      // "s/x.conf: No such file": what stands so before the words of the error is a path, not "and/or".
      return word.contains("/") && line.text.contains("\(word): \(call.error.words)")
        ? PathName.absolute(word, from: process.workingDirectory) : nil
    }
    return !named.isEmpty
      && named.allSatisfy { other in
        !path.hasPrefix(other) && !other.hasPrefix(path)
          && PathName.base(of: other) != PathName.base(of: path)
          && !run.failedPaths.contains("\(line.process) \(other)")
          && !process.recentFiles.contains(other) && other != process.executable
          && other != process.executedPath && other != process.workingDirectory
          && !process.listedDirectories.contains(other)
      }
  }

  /// True for the last call of its name with its error before a line that tells just these, as perror(3) writes
  /// it: `chdir(): No such file or directory`.
  static func isToldByCall(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.path != nil, call.replacement == nil else { return false }
    let name = call.call.name.hasPrefix("open") ? "open" : call.call.name
    return run.mentions.lines.contains { line in
      guard line.process == call.process, line.number >= call.lastNumber else { return false }
      let text = LogPrefix.removed(from: line.text.trimmed)
      guard ["(): ", ": "].contains(where: { text.hasPrefix("\(name)\($0)\(call.error.words)") })
      else { return false }
      return !run.history.failures.calls.contains {
        $0.process == call.process && $0.error == call.error && $0.call.name == call.call.name
          && $0.lastNumber > call.lastNumber && $0.lastNumber < line.number
      }
    }
  }

  /// True for `bash: line 1: x: command not found` from a process that is no shell.
  private static func isOfForeignShell(_ line: SpokenLine, _ run: RankingContext) -> Bool {
    guard let shell = RelayedWords.shell(in: line.text) else { return false }
    let lineage = run.history.lineage(of: line.process).map { run.history.processes[$0] }
    return !lineage.contains { $0.name == shell || $0.executable.map(PathName.base) == shell }
  }

  /// True if the program went on after a line, and then rejected what it was given, in words without
  /// `token`.
  static func isOutdone(_ position: Int, _ token: String, _ run: RankingContext) -> Bool {
    let lines = run.mentions.lines
    return run.rejections[lines[position].process, default: []].contains {
      $0 > position && !lines[$0].text.contains(token)
    }
  }

  /// True for a line that does not call itself an error, or only sums up, of a program that calls another line
  /// so, with the line of a file that it had read or with another path that it had asked for in vain, and without
  /// `token`.
  static func isBesideError(_ position: Int, _ token: String, _ run: RankingContext) -> Bool {
    let line = run.mentions.lines[position]
    guard !Complaint.hasSeverity(line.text) || Complaint.isClosing(line.text.lowercased()) else {
      return false
    }
    return errorsWithPlaces(of: line.process, run).contains { other in
      other.stream == line.stream && !other.text.contains(token)
    }
  }

  /// The lines of a process that call themselves errors and name a place, found once: each is asked for by
  /// every mention of every call.
  private static func errorsWithPlaces(of index: Int, _ run: RankingContext) -> [SpokenLine] {
    if let known = run.memo.errorsWithPlaces[index] { return known }
    let process = run.history.processes[index]
    let known = process.nameableFiles
    let found = run.mentions.lines.filter { line in
      guard line.process == index, Complaint.hasSeverity(line.text),
        !Complaint.isClosing(line.text.lowercased())
      else { return false }
      if namesFailedPath(line, process, run) { return true }
      guard
        let place = NamedPlace.find(in: line.text, base: process.workingDirectory, known: known)
      else { return false }
      return place.line != nil && process.recentFiles.contains(place.file)
    }
    run.memo.errorsWithPlaces[index] = found
    return found
  }

  /// True for a line that says why a path was of no use, with the words of an error.
  private static func namesFailedPath(
    _ line: SpokenLine, _ process: ProcessRecord, _ run: RankingContext
  ) -> Bool {
    guard Complaint.error(in: line.text) != nil else { return false }
    return line.text.split { $0.isWhitespace || "'\"`,:;()".contains($0) }.contains { word in
      word.contains("/")
        && run.failedPaths.contains(
          "\(process.index) \(PathName.absolute(String(word), from: process.workingDirectory))")
    }
  }

  /// True if what was said after a look-up of a name speaks of names of hosts or of the network.
  static func speaksOfNames(after call: FailedCall, _ run: RankingContext) -> Bool {
    run.mentions.lines.contains { line in
      guard line.number >= call.number else { return false }
      let text = line.text.lowercased()
      return NameWords.speak(of: text) || Complaint.speaks(of: call.error, in: text)
        || ["host", "network", "connect", "dns", "unreachable", "timed out", "timeout"].contains {
          text.contains($0)
        }
    }
  }

  /// True if the process was given an address with a host's name (URL), by its command line or its
  /// environment, proxies apart: then that name is what it looks up.
  static func isGivenAddress(_ call: FailedCall, _ run: RankingContext) -> Bool {
    let process = run.history.processes[call.process]
    // An address of numbers needs no look-up.
    return process.arguments.dropFirst().contains {
      $0.contains("://") && NameWords.host(ofArgument: $0) != nil
    }
      || process.environment.contains { entry in
        entry.contains("://")
          && !(entry.split(separator: "=").first?.lowercased().hasSuffix("_proxy") ?? true)
      }
  }

  /// True for the start of a program that a process tried beside its work: its child became none, and it
  /// had complained before of something else.
  static func isTriedAfterComplaint(_ call: FailedCall, _ run: RankingContext) -> Bool {
    guard call.purpose == .execute, call.error.isAbsence, let path = call.path,
      let parent = run.history.processes[call.process].parent,
      !run.history.processes[call.process].hasExecuted
    else { return false }
    let name = PathName.base(of: path)
    let lines = run.mentions.lines.filter { $0.process == parent }
    return lines.contains {
      $0.number < call.number && $0.stream == .standardError
        && (Complaint.weight(of: $0.text.lowercased()) >= 0.5 || lines.count == 1)
    } && !run.mentions.lines.contains { $0.text.contains(name) }
  }
}

/// Words of another program, on another machine, that a process hands on.
enum RelayedWords {
  /// The shell that says `bash: line 1: …` or `sh: 1: …`; nil for other lines.
  static func shell(in text: String) -> String? {
    let parts = text.split(separator: ":", maxSplits: 2)
    guard parts.count == 3, shells.contains(String(parts[0])) else { return nil }
    let place = parts[1].split(separator: " ")
    guard let number = place.last, number.allSatisfy(\.isNumber),
      place.count == 1 || place.count == 2 && place[0] == "line"
    else { return nil }
    return String(parts[0].drop { $0 == "-" })
  }

  /// The program whose name a line begins with, as programs begin their complaints: `cat: /x: …`.
  static func speaker(of text: String) -> String? {
    guard let mark = text.firstIndex(of: ":"),
      text[text.index(after: mark)...].first == " "
    else { return nil }
    let name = text[..<mark]
    guard (2...24).contains(name.utf8.count), name.first?.isLetter ?? false,
      name.allSatisfy({
        $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-" || $0 == "+")
      }), !levels.contains(String(name))
    else { return nil }
    return String(name)
  }

  private static let shells: Set<String> = [
    "bash", "sh", "dash", "ash", "zsh", "ksh", "-bash", "-sh", "-zsh",
  ]
  /// What calls itself so is no program, though one of that name may exist: perror(3) writes the name of
  /// a function.
  private static let levels: Set<String> = [
    "error", "fatal", "warning", "warn", "note", "info", "debug", "remote", "usage", "hint",
    "read", "write", "open", "connect", "accept", "bind", "send", "recv", "socket", "listen",
    "exec", "fork", "stat", "mount", "link", "unlink", "rename", "kill", "time", "test",
  ]
}
