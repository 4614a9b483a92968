internal import TraceEvents

extension DifferenceRenderer {
  /// The difference as one JSON object, schema `whyfail.difference/1`, and a line feed.
  package static func json(_ difference: RunDifference) -> String {
    var shown = difference.mappingTexts(
      { text, _ in TargetText.showingForeignBytes(text) },
      command: { $0.map { TargetText.showingForeignBytes($0) } })
    shown.cause?.makeNumbersFinite()
    return JSONRenderer.text(of: shown)
  }

  /// The difference as Markdown, for tickets; all differences.
  package static func markdown(_ difference: RunDifference) -> String {
    let shown = difference.mappingTexts(
      { text, place in TargetText.escaped(text, keepingLines: place == .block) },
      command: { $0 })
    let markdown = MarkdownRenderer()
    var lines = ["**\(markdown.escaped(shown.summary))**", ""]
    for (word, side) in [("there", shown.good), ("here", shown.bad)] {
      let command = side.command.isEmpty ? "" : ", " + markdown.code(shellQuoted(side.command))
      let user = side.user.map { ", as " + markdown.escaped($0) } ?? ""
      lines.append(
        "- \(word): \(markdown.code(side.name))\(command), \(markdown.escaped(side.outcome.words))\(user)"
      )
    }
    if let cause = shown.cause {
      if !cause.why.isEmpty { lines += ["", "### Why"] }
      for paragraph in cause.why { lines += [""] + markdown.paragraph(paragraph) }
    }
    let groups = shownGroups(shown)
    if !groups.isEmpty { lines += ["", "### What is different"] }
    for group in groups {
      lines += ["", "\(group.heading):", ""]
      for item in group.items {
        let sentence = markdown.escaped(item.sentence)
        lines.append("- " + (item.related ? "**\(sentence)**" : sentence))
      }
    }
    if let cause = shown.cause, !cause.fixDetails.isEmpty {
      lines += ["", "### What to do", ""]
      for (index, fix) in cause.fixDetails.enumerated() {
        lines.append("\(index + 1). \(markdown.line(of: fix))")
      }
    }
    for note in shown.notes { lines += ["", "Note: \(markdown.escaped(note))"] }
    return lines.joined(separator: "\n") + "\n"
  }
}
