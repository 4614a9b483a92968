internal import TraceEvents

/// Renders a difference of two runs.
package enum DifferenceRenderer {
  /// The difference in the form that is wanted of a terminal.
  package static func text(_ difference: RunDifference, options: TextOptions) -> String {
    var renderer = DifferenceText(difference, options)
    return renderer.render()
  }

  /// The groups in which differences are shown, with their kinds.
  static let groups: [(heading: String, kinds: Set<String>)] = [
    ("Found elsewhere", ["found-elsewhere"]),
    ("Files and permissions here", ["missing-here", "refused-here", "fails-here"]),
    ("Servers and connections", ["connection-fails-here", "connection-fails-there", "server"]),
    ("Environment", ["environment"]),
    ("User and rights", ["user", "group", "groups", "capabilities"]),
    ("Command, directory and limits", ["command", "directory", "limit", "umask", "arguments"]),
    ("Programs and libraries", ["program", "library"]),
    ("What ran and how it ended", ["ran-there-only", "ran-here-only", "ended"]),
    ("Files that were read", ["contents"]),
    ("Here, and not there", ["missing-there", "refused-there", "fails-there"]),
    ("The machine", ["system"]),
  ]

  /// The groups that have something to show, those that the cause has to do with first.
  static func shownGroups(
    _ difference: RunDifference
  ) -> [(heading: String, items: [RunDifference.Item])] {
    let all = groups.map { group in
      (
        heading: group.heading,
        items: difference.differences.filter { group.kinds.contains($0.kind) }
      )
    }.filter { !$0.items.isEmpty }
    return all.filter { $0.items[0].related } + all.filter { !$0.items[0].related }
  }
}

/// The text report of a difference.
private struct DifferenceText {
  /// How many differences of a group are shown without `--verbose`.
  private static let itemCap = 4

  private let difference: RunDifference
  private let options: TextOptions
  private var lines: [String] = []

  init(_ difference: RunDifference, _ options: TextOptions) {
    self.difference = difference.mappingTexts(
      { text, place in
        options.spelled(TargetText.escaped(text, keepingLines: place == .block))
      }, command: { $0.map { options.spelled(TargetText.escaped($0)) } })
    self.options = options
  }

  mutating func render() -> String {
    let title = "── \(difference.tool.name) --diff "
    let rule = String(repeating: "─", count: max(2, options.width - displayWidth(of: title)))
    lines.append(options.styled(options.spelled(title + rule), .faint))
    for line in TextFlow.lines(of: difference.summary, width: options.width) {
      lines.append(options.styled(line, .strong))
    }
    lines.append("")
    write(difference.good, as: "there")
    write(difference.bad, as: "here ")
    if let cause = difference.cause, !cause.why.isEmpty {
      heading("Why")
      for paragraph in cause.why.prefix(options.isVerbose ? Int.max : 2) {
        lines += TextFlow.shapedLines(of: paragraph, width: options.width, indent: "  ")
      }
    }
    writeDifferences()
    writeFixes()
    if !difference.notes.isEmpty { lines.append("") }
    for note in difference.notes { flow(note, indent: "Note: ", hanging: "      ") }
    return lines.map { $0 + "\n" }.joined()
  }

  private mutating func write(_ side: RunDifference.Side, as word: String) {
    let command = shellQuoted(side.command)
    let shown = command.count > 120 ? command.prefix(120) + options.spelled("…") : command
    let user = side.user.map { ", as \($0)" } ?? ""
    flow(
      "\(side.name): \(shown.isEmpty ? "" : shown + ", ")\(side.outcome.words)\(user)",
      indent: "  \(word)  ", hanging: "         ")
  }

  private mutating func writeDifferences() {
    let groups = DifferenceRenderer.shownGroups(difference)
    guard !groups.isEmpty else { return }
    heading("What is different")
    for group in groups {
      lines.append("  " + options.styled(group.heading, .faint))
      let cap = options.isVerbose || group.items.count <= Self.itemCap + 1 ? Int.max : Self.itemCap
      for item in group.items.prefix(cap) {
        flow(item.sentence, indent: item.related ? "  * " : "  - ", hanging: "    ")
      }
      if group.items.count > cap {
        let rest = group.items.count - cap
        lines.append(options.spelled("    … and \(rest) more; --verbose lists them"))
      }
    }
  }

  private mutating func writeFixes() {
    guard let cause = difference.cause, !cause.fixDetails.isEmpty else { return }
    heading("What to do")
    lines += FixText.lines(of: cause.fixDetails, width: options.width)
  }

  private mutating func heading(_ text: String) {
    lines.append("")
    lines.append(options.styled(text, .strong))
  }

  private mutating func flow(_ text: String, indent: String, hanging: String) {
    lines += TextFlow.lines(of: text, width: options.width, indent: indent, hanging: hanging)
  }
}
