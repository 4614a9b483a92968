/// What to do, as numbered lines of text: how far each is safe stands at the right margin.
struct FixText {
  private let width: Int
  private var lines: [String] = []

  /// The lines of `fixes`, in `width` columns. Commands are never wrapped: they are there to be copied.
  static func lines(of fixes: [Report.Fix], width: Int) -> [String] {
    var text = FixText(width: width)
    for (index, fix) in fixes.enumerated() { text.write(fix, number: index + 1) }
    return text.lines
  }

  private init(width: Int) { self.width = width }

  private mutating func write(_ fix: Report.Fix, number: Int) {
    let marker = "  \(number). "
    let hanging = String(repeating: " ", count: marker.utf8.count)
    let safety = fix.safety.map { "(\($0.words))" } ?? ""
    let isOneLine = !fix.do.contains("\n")
    if let note = fix.note, !note.isEmpty {
      let together = marker + note + "  " + fix.do
      if isOneLine, displayWidth(of: together + "  " + safety) <= width {
        write(atRight: safety, of: together)
        return
      }
      writeSentence(note, indent: marker, hanging: hanging, safety: safety)
      for line in fix.do.split(separator: "\n") { lines.append(hanging + "  " + line) }
    } else if isOneLine, fix.isSentence {
      writeSentence(fix.do, indent: marker, hanging: hanging, safety: safety)
    } else {
      let commands = fix.do.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in commands.enumerated() {
        write(atRight: index == 0 ? safety : "", of: (index == 0 ? marker : hanging) + line)
      }
    }
  }

  private mutating func writeSentence(
    _ text: String, indent: String, hanging: String, safety: String
  ) {
    var sentence = TextFlow.lines(of: text, width: width, indent: indent, hanging: hanging)
    let last = sentence.popLast() ?? indent
    lines += sentence
    write(atRight: safety, of: last)
  }

  /// Writes a line with a remark at the right margin, on a line of its own where there is no room.
  private mutating func write(atRight remark: String, of line: String) {
    guard !remark.isEmpty else { return lines.append(line) }
    let room = width - displayWidth(of: remark)
    if displayWidth(of: line) + 2 <= room {
      lines.append(line.padded(to: room) + remark)
    } else {
      lines.append(line)
      lines.append(remark.leftPadded(to: width))
    }
  }
}
