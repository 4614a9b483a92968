internal import History
internal import TraceEvents

/// Failures that a script passes over by its own words: `rm x || true`, and what a trap does at its end.
enum Tolerance {
  /// How often a path is looked for anew without the failures that were found to be tolerated.
  private static let rounds = 4

  /// How many of a parent's children, the last ones, are looked at.
  private static let examined = 200

  /// The way down to the failure, and the children beside it whose failures a script tolerates.
  static func path(
    in history: History, from top: Int = 0, _ inquiry: Inquiry
  ) -> (path: FailurePath, tolerated: Set<Int>) {
    var tolerated: Set<Int> = []
    var path = FailurePath(in: history, from: top)
    for _ in 0..<rounds {
      var more: Set<Int> = []
      for parent in path.processes.map({ history.processes[$0] }) where parent.failed {
        for child in parent.children.suffix(examined).map({ history.processes[$0] })
        where child.failed && !tolerated.contains(child.index) {
          let isTested =
            parent.shellStatus != child.shellStatus && looked(parent, after: child, in: history)
          if isTested || isIgnored(child, by: parent, in: history)
            || isUnheededWriter(child, by: parent, inquiry)
            || isReaction(child, by: parent, in: history, inquiry)
          {
            more.insert(child.index)
          }
        }
      }
      for (parent, child) in zip(path.processes, path.processes.dropFirst())
      where isTolerated(
        history.processes[child], by: history.processes[parent], in: history, inquiry)
      {
        more.insert(child)
      }
      if more.isEmpty { break }
      tolerated.formUnion(more)
      path = FailurePath(in: history, from: top, besides: tolerated)
    }
    return (path, tolerated)
  }

  /// True if the one line of a script that runs a command says that its failure does not matter.
  private static func isTolerated(
    _ child: ProcessRecord, by parent: ProcessRecord, in history: History, _ inquiry: Inquiry
  ) -> Bool {
    guard child.hasExecuted, case .exited = child.end,
      let shell = parent.executable.map(PathName.base), ShellWords.shells.contains(shell),
      let script = parent.arguments.dropFirst().prefix(3).first(where: { !$0.hasPrefix("-") }),
      !parent.arguments.prefix(3).contains("-c")
    else { return false }
    let file = PathName.absolute(script, from: parent.workingDirectory)
    guard parent.recentFiles.contains(file) || parent.executedPath == file else { return false }
    let arguments = child.arguments.dropFirst().filter { $0.utf8.count > 1 }
    let lines = inquiry.lines(mentioning: [child.name], in: [file]).filter { line in
      !line.text.trimmed.hasPrefix("#") && arguments.allSatisfy { isNamed($0, in: line.text) }
    }
    // A trap runs at the end as well where nothing failed before.
    let isFirst = !parent.children.contains {
      let other = history.processes[$0]
      return other.failed && other.endNumber < child.startNumber
    }
    let trapped = isFirst ? [] : trapFunctions(of: file, inquiry)
    return !lines.isEmpty
      && lines.allSatisfy { line in
        passesOver(line.text) || !isFirst && isTrap(line.text)
          || trapped.contains { $0.contains(line.number) }
      }
  }

  /// The lines of the functions that a script has the shell call at its end: `trap cleanup EXIT`.
  private static func trapFunctions(of file: String, _ inquiry: Inquiry) -> [ClosedRange<Int>] {
    let names = inquiry.lines(mentioning: ["trap"], in: [file]).compactMap { line -> String? in
      let words = line.text.trimmed.split { $0.isWhitespace || "'\";".contains($0) }
      guard words.count > 2, words[0] == "trap",
        words[1].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
      else { return nil }
      return String(words[1])
    }
    guard !names.isEmpty else { return [] }
    return inquiry.lines(mentioning: names, in: [file]).compactMap { line in
      let text = line.text.trimmed
      guard
        names.contains(where: { name in
          [name + "(", name + " (", "function " + name].contains { text.hasPrefix($0) }
        })
      else { return nil }
      if text.hasSuffix("}") { return line.number...line.number }
      // A function ends with a brace at the start of a line.
      let end = inquiry.lines(containing: "}", in: file).first {
        $0.number > line.number && $0.text.hasPrefix("}")
      }
      return end.map { line.number...$0.number }
    }
  }

  /// True for a member of a pipeline that SIGPIPE ended, of a shell that did not end with its status and whose
  /// words nowhere set `pipefail`: without that only the last member counts.
  private static func isUnheededWriter(
    _ child: ProcessRecord, by parent: ProcessRecord, _ inquiry: Inquiry
  ) -> Bool {
    guard case .killed(.brokenPipe, _) = child.end, parent.shellStatus != child.shellStatus,
      let shell = parent.executable.map(PathName.base), ShellWords.shells.contains(shell)
    else { return false }
    let option = "pipefail"
    if parent.arguments.contains(where: { $0.contains(option) })
      || parent.environmentValue("SHELLOPTS")?.contains(option) ?? false
    {
      return false
    }
    let scripts = parent.arguments.dropFirst().filter { !$0.hasPrefix("-") }
      .map { PathName.absolute($0, from: parent.workingDirectory) }
      .filter { parent.recentFiles.contains($0) || parent.executedPath == $0 }
    return inquiry.lines(mentioning: [option], in: scripts).isEmpty
  }

  /// True if an argument stands in a line, or can have come of what the shell expands there.
  private static func isNamed(_ argument: String, in line: String) -> Bool {
    line.contains(argument) || line.contains("$") || line.contains("*")
  }

  /// True for the line that sets what a shell does at its end: `trap "rm -f x" EXIT`.
  static func isTrap(_ line: String) -> Bool { line.trimmed.hasPrefix("trap ") }

  /// True if a parent said, before it started anything else, that it ignores how a child ended:
  /// `make: [Makefile:3: all] Error 1 (ignored)`.
  private static func isIgnored(
    _ child: ProcessRecord, by parent: ProcessRecord, in history: History
  ) -> Bool {
    guard
      let line = history.words.lines.first(where: {
        $0.process == parent.index && $0.number > child.endNumber
      }), line.text.hasSuffix("(ignored)")
    else { return false }
    return !parent.children.contains {
      let other = history.processes[$0]
      return other.startNumber > child.endNumber && other.startNumber < line.number
    }
  }

  /// True if a shell, after a child's end, looked for something that was not there, and ended without a
  /// word: a test of its own decided how.
  private static func looked(
    _ parent: ProcessRecord, after child: ProcessRecord, in history: History
  ) -> Bool {
    guard let shell = parent.executable.map(PathName.base), ShellWords.shells.contains(shell),
      !history.words.lines.contains(where: {
        $0.process == parent.index && $0.number > child.endNumber
      })
    else { return false }
    let search = (parent.environmentValue("PATH") ?? "").split(separator: ":")
    return history.failures.calls.contains { call in
      guard call.process == parent.index, call.number > child.endNumber, call.error.isAbsence,
        call.purpose == .inspect, let path = call.path
      else { return false }
      return !search.contains { $0 == PathName.directory(of: path) }
    }
  }

  /// True for a line of a script whose failure does not end it: `a || true`.
  static func passesOver(_ line: String) -> Bool {
    var text = line.trimmed
    if let mark = text.firstRange(of: " #") { text = String(text[..<mark.lowerBound]).trimmed }
    return endings.contains { text.hasSuffix($0) }
  }

  private static let endings = [
    "|| true", "|| :", "||true", "||:", "|| /bin/true", "; true", "; :",
  ]
}
