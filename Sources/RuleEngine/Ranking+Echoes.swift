internal import History
internal import TraceEvents

// Lines that repeat, mark or count what other lines tell.
extension Ranking {
  /// True for a line of source that a compiler shows with a mark below it (`^`, `~~~^~~`): what is wrong
  /// stands in the line before.
  static func isEchoed(_ position: Int, _ lines: [SpokenLine]) -> Bool {
    guard position > 0, position + 1 < lines.count else { return false }
    let line = lines[position]
    let (before, mark) = (lines[position - 1], lines[position + 1])
    return [before, mark].allSatisfy { $0.process == line.process && $0.stream == line.stream }
      && isMark(mark.text) && NamedPlace.find(in: before.text, base: "/")?.line != nil
  }

  /// Bytes from which on the end of a message is not the same by chance.
  private static let leastReason = 8

  /// The line just before one without a place that ends in the same reason, and tells the line of a file:
  /// `near '10.0.0.300': bad dotted quad`, then `zone a.test: loading failed: bad dotted quad`.
  static func placedBefore(_ position: Int, _ run: RankingContext) -> Int? {
    let lines = run.mentions.lines
    let line = lines[position]
    guard NamedPlace.find(in: line.text, base: "/")?.line == nil, let reason = reason(of: line.text)
    else { return nil }
    for near in stride(from: position - 1, through: max(0, position - 3), by: -1) {
      let other = lines[near]
      if other.process == line.process, other.stream == line.stream,
        self.reason(of: other.text) == reason,
        NamedPlace.find(in: other.text, base: "/")?.line != nil
      {
        return near
      }
    }
    return nil
  }

  /// What stands behind the last colon of a message.
  private static func reason(of text: String) -> Substring? {
    guard let mark = text.lastRange(of: ": ") else { return nil }
    let reason = text[mark.upperBound...]
    return reason.utf8.count >= leastReason ? reason : nil
  }

  /// How much more a line says that names the one option of the command line it is about, or an expression
  /// given there, or a line of a file
  /// by a name that only those know who know the files: `join: b:2: is not sorted`.
  static func whatIsGiven(in line: String, _ process: ProcessRecord) -> Double {
    let options = process.arguments.dropFirst().filter {
      $0.hasPrefix("-") && $0.utf8.count > 3 && $0 != "--help"
        && line.contains($0.prefix { $0 != "=" })
    }
    // getopt(3) quotes the letter.
    if options.count == 1 || line.contains(" option -- '") { return 0.4 }
    // "Unknown option or message digest: sha265", of `-sha265`.
    if let word = line.trimmed.split(separator: " ").last, word.utf8.count > 3,
      UnknownWord.isComplaint(line), process.arguments.dropFirst().contains("-" + word)
    {
      return 0.6
    }
    // No file has such a name.
    if process.arguments.dropFirst().contains(where: { argument in
      argument.utf8.count > 3 && !argument.hasPrefix("-")
        && argument.contains { "[](){}|*?<>$".contains($0) } && line.contains(argument)
    }) {
      return 0.4
    }
    guard NamedPlace.find(in: line, base: "/")?.line == nil else { return 0 }
    let place = NamedPlace.find(
      in: line, base: process.workingDirectory, known: process.nameableFiles)
    return place?.line == nil ? 0 : 0.3
  }

  /// True for a line of marks alone, with a caret among them or a row of them: `   |     ^~~~`, `----###---`.
  private static func isMark(_ text: String) -> Bool {
    text.utf8.count < 400 && (text.contains("^") || text.contains("-#"))
      && text.allSatisfy { "^~-#| \t".contains($0) }
  }

  /// True for a line that only announces the end, or counts what went wrong before it.
  static func endsReport(_ text: String) -> Bool {
    let lower = text.lowercased()
    return Complaint.isClosing(lower) || Complaint.isCount(LogPrefix.removed(from: lower))
  }
}

extension Ranking {
  /// True for SIGHUP of the kernel where a process above had said its last and then ended by itself: the end of who
  /// holds the terminal (pty(7)) hangs it up, and which of both ends first is chance.
  static func isLeftBehind(
    _ process: ProcessRecord, _ signal: DeliveredSignal, _ run: RankingContext
  ) -> Bool {
    guard signal.delivery.signal == .hangup, signal.delivery.sender.map({ $0 == 0 }) ?? true
    else { return false }
    return run.history.lineage(of: process.index).dropFirst().contains { above in
      guard case .exited(let status)? = run.history.processes[above].end, status != 0 else {
        return false
      }
      let lines = run.mentions.lines.filter { $0.process == above && $0.stream != .log }
      return !lines.isEmpty && lines.allSatisfy { $0.time < signal.time }
    }
  }

  /// True for a warning that is all that its process complains of, in clear words:
  /// `WARNING: Package(s) not found: x`.
  static func isOnlyComplaint(_ position: Int, _ run: RankingContext) -> Bool {
    let line = run.mentions.lines[position]
    let text = LogPrefix.removed(from: line.text.trimmed).lowercased()
    guard line.stream == .standardError, text.hasPrefix("warning: "),
      Complaint.weight(of: String(text.dropFirst(9))) >= 0.7
    else { return false }
    return !run.mentions.lines.contains {
      $0.process == line.process && $0.stream == .standardError && $0.number != line.number
    }
  }

  /// True if a process ended a child, and said then that it had waited for too long: its time limit is the
  /// reason, and the signal how it is kept.
  static func gaveUpWaiting(
    _ parent: Int, for child: ProcessRecord, after signal: DeliveredSignal, _ run: RankingContext
  ) -> Bool {
    // SIGKILL does not tell its sender.
    let sender =
      signal.delivery.sender
      ?? run.history.sentSignals[child.pid].map { run.history.processes[$0.sender].pid }
    return sender == run.history.processes[parent].pid
      && run.mentions.lines.contains { line in
        line.process == parent && line.number > signal.number
          && ["TimeoutExpired", " timed out after ", "context deadline exceeded"].contains {
            line.text.contains($0)
          }
      }
  }
}
