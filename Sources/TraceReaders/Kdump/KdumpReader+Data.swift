internal import TraceEvents

// What was written and read, and the words of programs.
extension KdumpReader {
  /// What `kdump(1)` shows of data at most, in bytes.
  private static let longestText = 4096

  /// `fd 2 wrote 12 bytes`, with the data in the lines that follow.
  func readData(_ text: String, _ process: LogProcess, _ line: KdumpLine) {
    let words = text.split(separator: " ")
    guard words.count >= 4, words[0] == "fd", let descriptor = Int32(words[1]),
      let count = Int64(words[3])
    else { return skipData() }
    if words[2] == "read" {
      process.descriptors[descriptor]?.bytesRead &+= max(0, count)
      return skipData()
    }
    let data = takeData()
    guard (0...2).contains(descriptor), !data.isEmpty else { return }
    let stream: Words.Stream = descriptor == 1 ? .standardOutput : .standardError
    events.add(
      .words(
        words: Words(
          stream: stream, descriptor: descriptor, text: TargetText.decoding(data),
          byteCount: Int(clamping: count))), process.id, line.thread)
  }

  /// Steps over lines that begin no record.
  func skipData() {
    while let next = buffer.upcoming, KdumpLine(buffer.bytes, next) == nil,
      !Self.isAboutDroppedEvents(buffer.bytes, next)
    {
      buffer.skip(to: min(next.upperBound + 1, buffer.end))
    }
  }

  /// What kdump writes where the kernel left records out, which is no record itself.
  static func isAboutDroppedEvents(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    StraceText.holds(" Events dropped.", bytes, range)
  }

  /// The data in the lines up to the next record: in quotation marks, a tab before each line but the
  /// first, and a backslash where a line is only folded; or, if not all of it is ASCII, in base 16.
  private func takeData() -> [UInt8] {
    var text: [UInt8] = []
    var isFirst = true
    var isFolded = false
    while let next = buffer.upcoming, KdumpLine(buffer.bytes, next) == nil {
      var line = buffer.bytes[next]
      buffer.skip(to: min(next.upperBound + 1, buffer.end))
      if isFirst {
        line = line.drop { $0 == 0x20 || $0 == 0x09 }
        guard line.first == UInt8(ascii: "\"") else {
          if text.count < Self.longestText { text += VisibleText.dumped(line) }
          continue
        }
        line = line.dropFirst()
      } else {
        if !isFolded, text.last != 0x0A { text.append(0x0A) }
        line = line.first == 0x09 ? line.dropFirst() : line.drop { $0 == 0x20 }
      }
      isFirst = false
      isFolded = line.last == UInt8(ascii: "\\")
      if isFolded { line = line.dropLast() }
      if text.count < Self.longestText { text += VisibleText.decoded(line) }
    }
    if !isFirst, text.last == UInt8(ascii: "\"") { text.removeLast() }
    return Array(text.prefix(Self.longestText))
  }

  /// `[0] = "ls"` (OpenBSD), in the lines that follow, or `"ls"` (NetBSD).
  func readArguments(
    _ bytes: [UInt8], _ range: Range<Int>, _ line: KdumpLine
  ) {
    var words: [String] = []
    if let word = Self.quotedName(bytes, range) { words.append(word) }
    while let next = buffer.upcoming, KdumpLine(buffer.bytes, next) == nil, words.count < 256 {
      if let word = Self.quotedName(buffer.bytes, next) { words.append(word) }
      buffer.skip(to: min(next.upperBound + 1, buffer.end))
    }
    pending[Thread(line)]?.arguments += words
  }
}
