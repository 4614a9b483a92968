internal import History
internal import TraceEvents

// Pipelines, in which a reader fails for want of what its writer did not give.
extension FailurePath {
  /// How programs say that what they read ended too early, or was not there at all.
  private static let earlyEnds = [
    "unexpected eof", "unexpected end", "premature end", "end of file", "early eof", "truncated",
    "not in gzip format", "does not look like a tar archive", "file format not recognized",
    "input is empty", "empty input", "no input", "end of input", "short read", "end-of-file",
  ]

  /// For a process that SIGPIPE ended: the one further down the same pipeline that had failed with words of
  /// its own before, where those between the two went the same way.
  static func failedMember(behind writer: Int, in history: borrowing History) -> Int? {
    let record = history.processes[writer]
    guard case .killed(.brokenPipe, _) = record.end else { return nil }
    // A member can be a list in parentheses, of which the writer is one command.
    for (member, parent) in zip(
      history.lineage(of: writer), history.lineage(of: writer).dropFirst()
    )
    .prefix(listDepth) {
      if let reader = failedReader(besides: member, of: record, below: parent, in: history) {
        return reader
      }
    }
    return nil
  }

  /// How deep in lists a command of a pipeline stands at most.
  private static let listDepth = 2

  private static func failedReader(
    besides writer: Int, of record: ProcessRecord, below parent: Int, in history: borrowing History
  ) -> Int? {
    history.processes[parent].children.first { index in
      let other = history.processes[index]
      // Its end of the pipe is closed before it has ended: which of the two ends first is chance.
      guard index > writer, other.failed, other.startNumber < record.endNumber,
        case .exited = other.end
      else { return false }
      return history.words.lines.contains {
        $0.process == index && $0.number < record.endNumber && $0.stream == .standardError
          && (Complaint.readsAsError($0.text)
            || Complaint.weight(of: $0.text.lowercased()) >= 0.6)
      }
    }
  }

  /// True for a child that failed by itself, a moment after its parent, and had complained in clear words before the
  /// parent said anything: what it told of is why the parent failed, whichever of both ended first (git and ssh).
  static func complainedFirst(
    _ child: ProcessRecord, beside parent: ProcessRecord, in history: borrowing History
  ) -> Bool {
    guard child.hasExecuted, case .exited(let status)? = child.end, status > 1,
      child.startNumber < parent.endNumber,
      // By time: what a process said is told once it goes on, which can be after the end of another.
      let first = history.words.lines.filter({ line in
        line.stream == .standardError && line.time < parent.endTime
          && (line.process == child.index || line.process == parent.index)
      }).min(by: { $0.time < $1.time })
    else { return false }
    let text = first.text.lowercased()
    return first.process == child.index
      && (Complaint.weight(of: text) >= 0.5 || Complaint.readsAsError(first.text))
  }

  /// For a process that complained that its input ended early: the process beside it that wrote into a pipe of
  /// the same pipeline, and that had failed with words of its own before.
  static func failedWriter(
    before reader: Int, in history: borrowing History
  ) -> Int? {
    let record = history.processes[reader]
    guard record.failed, let parent = record.parent,
      let complaint = history.words.lines.first(where: { line in
        line.process == reader && line.stream == .standardError
          && earlyEnds.contains { line.text.lowercased().contains($0) }
      }),
      history.closings.contains(where: { $0.process == reader && $0.number >= complaint.number })
    else { return nil }
    return history.processes[parent].children.last { index in
      let other = history.processes[index]
      // Both ran at the same time, the writer started first.
      guard index != reader, other.failed, other.startNumber < record.startNumber,
        other.endNumber > record.startNumber, case .exited = other.end
      else { return false }
      return history.words.lines.contains {
        $0.process == index && $0.stream == .standardError && $0.number < complaint.number
          && Complaint.weight(of: $0.text.lowercased()) >= 0.4
      }
    }
  }
}
