internal import TraceEvents

// What programs wrote to the terminal that strace wrote to as well. Without `-f` it is all that the log
// has of children.
extension StraceReader {
  private static let mostLines = 64
  private static let mostBytes = 16_384

  /// The child whose words can stand in the log: the youngest that lives and has no lines of its own.
  private var speakingChild: LogProcess? {
    guard root?.hasEnded == false else { return nil }
    return unfollowed.values.filter { !$0.hasEnded }.max { $0.id < $1.id }
  }

  /// Takes a line that is none of strace's for words of a child. False if there is none who could have
  /// written it.
  func takeWords(of line: StraceLine, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    guard line.thread == nil, line.stamp == nil, let child = speakingChild else { return false }
    tellWords(Array(bytes[range.prefix(StraceWords.longest)]), of: child)
    return true
  }

  /// Reads a wait for a child that wrote meanwhile: `wait4(12, cat: x: No such file or directory`, and
  /// in a later line `[{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 12`. False if it is none.
  func readTalkativeWait(
    _ bytes: [UInt8], _ name: Range<Int>, _ range: Range<Int>, _ thread: StraceThread
  ) -> Bool {
    guard StraceLine.stands("wait", in: bytes, at: name.lowerBound, name.upperBound),
      let (number, comma) = StraceText.number(bytes, range),
      StraceLine.stands(", ", in: bytes, at: comma, range.upperBound)
    else { return false }
    var words: [UInt8] = []
    var line = (comma + 2)..<range.upperBound
    var next = range.upperBound + 1
    for _ in 0..<Self.mostLines where words.count < Self.mostBytes {
      if let status = line.first(where: {
        StraceLine.stands("[{WIF", in: bytes, at: $0, line.upperBound)
      }) {
        words += bytes[line.lowerBound..<status]
        let call = Array(bytes[name.lowerBound..<(comma + 2)]) + bytes[status..<line.upperBound]
        let start = name.count + 1
        guard let sign = Self.result(call, start..<call.count),
          let result = StraceResult(call, from: sign, to: call.count),
          case .returned(let value) = result.outcome
        else { return false }
        let child = ProcessID(truncatingIfNeeded: number > 0 ? number : value)
        guard let process = unfollowed[child] else { return false }
        tellWords(words, of: process)
        buffer.skip(to: min(line.upperBound + 1, buffer.end))
        readCall(call, 0..<name.count, start..<call.count, thread, isInBuffer: false)
        return true
      }
      words += bytes[line] + [0x0A]
      guard next < buffer.end, let stop = buffer.lineFeed(from: next, to: buffer.end) else {
        return false
      }
      line = next..<stop
      // Another call, whose line is whole, is none of the child's words.
      if case .call = StraceLine(bytes, line).kind, Self.result(bytes, line) != nil { return false }
      next = stop + 1
    }
    return false
  }

  private func tellWords(_ text: [UInt8], of process: LogProcess) {
    guard text.contains(where: { $0 != 0x20 && $0 != 0x0A }) else { return }
    let shown = TargetText.decoding(text.prefix(StraceWords.longest))
    events.add(
      .words(
        words: Words(
          stream: .standardError, descriptor: 2, text: shown.hasSuffix("\n") ? shown : shown + "\n",
          byteCount: text.count)), process.id, process.id)
  }
}
