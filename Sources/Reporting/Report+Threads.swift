internal import RuleEngine
package import TraceEvents

extension Report {
  /// Threads of a crashed process that were in the same.
  package struct ThreadGroup: Codable, Sendable, Equatable {
    package var pid: ProcessID
    /// Absolute path of its program.
    package var program: String
    /// Their ids.
    package var tids: [ProcessID]
    /// How many they are.
    package var count: Int
    /// The names that they gave themselves, each once.
    package var names: [String]
    /// True for the thread that the signal was for.
    package var isCrashed: Bool
    /// What they did, in words to follow their name; several where they did it to different things.
    package var doing: [String]
    /// The kind of their wait: `running`, `mutex`, `condition`…
    @Nullable package var kind: String?
    /// The stack that they share, innermost first; empty where it could not be had.
    package var stack: [String]

    private enum CodingKeys: String, CodingKey {
      case pid, program, tids, count, names, doing, kind, stack
      case isCrashed = "crashed"
    }
  }
}

extension Report.ThreadGroup {
  init(_ group: CrashedThreads.Group) {
    self.init(
      pid: group.pid, program: group.program, tids: group.threads, count: group.threads.count,
      names: group.names, isCrashed: group.isCrashed, doing: group.doing,
      kind: group.kind?.rawValue, stack: group.stack)
  }

  func mappingTexts(_ text: (String, Report.TextPlace) -> String) -> Report.ThreadGroup {
    var group = self
    group.program = text(program, .line)
    group.names = names.map { text($0, .line) }
    group.doing = doing.map { text($0, .line) }
    group.stack = stack.map { text($0, .line) }
    return group
  }

  /// Who they are and what they did, in one line.
  fileprivate var words: String {
    let own = names.filter { $0 != baseName(of: program) }.prefix(3)
    let name = own.isEmpty ? "" : " (\(own.joined(separator: ", ")))"
    let who =
      count == 1
      ? "thread \(tids.first ?? 0)\(name)"
      : "\(count) threads\(name), \(Self.ranges(of: tids))"
    if isCrashed { return who + " crashed" }
    guard !doing.isEmpty else { return who }
    return who + (count == 1 ? " " : ": each ") + doing.joined(separator: "; or ")
  }

  /// Numbers in a few words: `12 to 40, 45`.
  private static func ranges(of numbers: [ProcessID]) -> String {
    var ranges: [ClosedRange<ProcessID>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound < .max, number == last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    let shown = ranges.prefix(6).map {
      $0.count == 1
        ? "\($0.lowerBound)"
        : "\($0.lowerBound)\($0.count == 2 ? "," : " to") \($0.upperBound)"
    }
    return shown.joined(separator: ", ") + (ranges.count > 6 ? ", …" : "")
  }
}

extension Report {
  /// The threads as lines, each group with its stack below; nil where nobody asked.
  var threadsText: String? {
    guard let threads else { return nil }
    var lines = threads.flatMap { group in
      [group.words] + group.stack.map { "  " + $0 }
    }
    if let more = threadsLeftOut, more > 0 {
      lines.append("\(counted(more, "more thread", "more threads")) not looked at")
    }
    return lines.joined(separator: "\n")
  }
}

extension TextRenderer {
  /// Writes what the threads of a crashed process were in, where that was asked for.
  mutating func writeThreads() {
    guard let threads = report.threads else { return }
    let count = threads.reduce(report.threadsLeftOut ?? 0) { $0 + $1.count }
    if count == 1 {
      write("")
      return writeFlow("It had no other thread than the one that crashed.")
    }
    writeHeading("Threads (\(count))")
    for group in threads {
      writeFlow(group.words, indent: "  ", hanging: "    ")
      for line in group.stack { write("    " + line) }
    }
    if let more = report.threadsLeftOut, more > 0 {
      write(options.spelled("  … and \(more) more, which were not looked at"))
    }
  }
}
