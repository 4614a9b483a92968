internal import TraceCapture
internal import TraceEvents

// From lines to calls.
extension StraceReader {
  /// What follows an argument where the call goes on later.
  private static let unfinished: StaticString = "<unfinished ...>"
  private static let mostPendingBytes = 65_536

  /// A call, whose arguments begin at the lower bound of `range`. `isInBuffer` says that what stands
  /// behind the line in `bytes` is the log's.
  func readCall(
    _ bytes: [UInt8], _ name: Range<Int>, _ range: Range<Int>, _ thread: StraceThread,
    isInBuffer: Bool
  ) {
    let call = calls.call(bytes, name)
    if let cut = Self.cutOff(bytes, range) {
      let kept = range.lowerBound..<min(cut, range.lowerBound + Self.mostPendingBytes)
      let text = call?.name ?? String(decoding: bytes[name].prefix(32), as: UTF8.self)
      thread.pending = StraceThread.Pending(call: call, name: text, text: Array(bytes[kept]))
      if call?.use == .exit, let status = StraceText.wholeNumber(bytes, kept) {
        exit(thread, Int32(truncatingIfNeeded: status & 0xFF))
      }
      if Self.creates(text), !creating.contains(where: { $0 === thread }), creating.count < 4096 {
        creating.append(thread)
      }
      return
    }
    if isInBuffer, !unfollowed.isEmpty, !Self.hasResult(bytes, range),
      readTalkativeWait(bytes, name, range, thread)
    {
      return
    }
    guard let call else {
      guard Self.hasResult(bytes, range) else { return readWrapped(bytes, name, range, thread) }
      noteInterruption(bytes, range, thread, name: name)
      return
    }
    if call.use == .writing, isInBuffer, call.row?.arguments.contains(.data) ?? true,
      readInterleaved(call, bytes, range, thread)
    {
      return
    }
    if passesOver(call, bytes, range, thread) || readWhole(call, bytes, range, thread) { return }
    readWrapped(bytes, name, range, thread)
  }

  /// Sees to the calls that are frequent and mostly tell nothing, by their descriptor and result alone.
  /// False for one that has to be read.
  private func passesOver(
    _ call: StraceCalls.Call, _ bytes: [UInt8], _ range: Range<Int>, _ thread: StraceThread
  ) -> Bool {
    guard call.mayBePassedOver, let sign = Self.result(bytes, range),
      let result = StraceResult(bytes, from: sign, to: range.upperBound),
      case .returned(let value) = result.outcome
    else { return false }
    switch call.use {
    case .reading:
      guard !call.name.hasPrefix("pread"), let (number, _) = StraceText.number(bytes, range) else {
        return false
      }
      thread.process.descriptors[Int32(truncatingIfNeeded: number)]?.bytesRead &+= max(0, value)
      return true
    case .writing:
      guard let (number, _) = StraceText.number(bytes, range), number > 2 else { return false }
      guard let known = thread.process.descriptors[Int32(truncatingIfNeeded: number)] else {
        return true
      }
      return !known.isLog && !known.isSystemLog
    case .event:
      switch call.row?.emission {
      case .failures: return true
      case .mapping:
        // A descriptor of -1: memory that is no file's.
        return StraceText.holds(", -1, ", bytes, range)
      case .close:
        guard let (number, stop) = StraceText.number(bytes, range), stop < range.upperBound,
          bytes[stop] == UInt8(ascii: ")") || bytes[stop] == UInt8(ascii: "<")
        else { return false }
        closed(Int32(truncatingIfNeeded: number), thread)
        return true
      default: return false
      }
    default: return false
    }
  }

  /// The rest of a call that was begun before.
  func readResumed(
    _ bytes: [UInt8], _ name: Range<Int>, _ range: Range<Int>, _ thread: StraceThread
  ) {
    guard let pending = thread.pending, bytes[name].elementsEqual(pending.name.utf8) else {
      // Its beginning was before the log's.
      thread.pending = nil
      return readOrphan(bytes, name, range, thread)
    }
    guard Self.cutOff(bytes, range) == nil else { return }
    thread.pending = nil
    creating.removeAll { $0 === thread }
    let text = pending.text + bytes[range]
    guard let call = pending.call else {
      let start = pending.text.count == 0 ? range : 0..<0
      if start.isEmpty { noteInterruption(text, 0..<text.count, thread, name: nil) }
      return
    }
    if !readWhole(call, text, 0..<text.count, thread) { noteStrangeLine() }
  }

  /// The rest alone tells what a creating call made, and nothing else for sure.
  private func readOrphan(
    _ bytes: [UInt8], _ name: Range<Int>, _ range: Range<Int>, _ thread: StraceThread
  ) {
    guard let call = calls.call(bytes, name), Self.creates(call.name),
      let sign = Self.result(bytes, range),
      let result = StraceResult(bytes, from: sign, to: range.upperBound),
      case .returned(let value) = result.outcome, let id = ProcessID(exactly: value)
    else { return }
    created(id, by: thread, [])
  }

  /// True for the calls that make processes and threads.
  static func creates(_ name: String) -> Bool {
    ["clone", "clone3", "clone2", "fork", "vfork"].contains(name)
  }

  /// Reads a call whose line has all of it. False if it does not.
  private func readWhole(
    _ call: StraceCalls.Call, _ bytes: [UInt8], _ range: Range<Int>, _ thread: StraceThread
  ) -> Bool {
    var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
    guard let ranges = scanner.arguments(),
      let result = StraceResult(bytes, from: scanner.position, to: range.upperBound)
    else { return false }
    take(
      call, StraceArguments(bytes: bytes, ranges: ranges, constants: constants), result, thread)
    return true
  }

  /// Reads a write to the terminal that strace wrote to as well, whose words stand in the line.
  private func readInterleaved(
    _ call: StraceCalls.Call, _ bytes: [UInt8], _ range: Range<Int>, _ thread: StraceThread
  ) -> Bool {
    var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
    guard let first = scanner.argument(),
      let descriptor = StraceText.descriptor(bytes, first)?.number,
      descriptor == 1 || descriptor == 2,
      let second = scanner.argument()
    else { return false }
    scanner.skipSpaces()
    let count = scanner.position
    guard let (text, close) = StraceWords.interleaved(bytes, count: count, end: buffer.end),
      // No more than the number: nothing was written in between.
      !text.isEmpty, !(second.isEmpty)
    else { return false }
    let stop = buffer.lineFeed(from: close, to: buffer.end) ?? buffer.end
    guard let result = StraceResult(bytes, from: close + 1, to: stop) else { return false }
    buffer.skip(to: min(stop + 1, buffer.end))
    tell(text, isCut: false, count: text.count, descriptor: descriptor, result, thread)
    return true
  }

  /// How many lines a mail program makes of one at most.
  private static let mostPieces = 16

  /// Reads a call that goes on in the next lines, as mail programs and pagers break them.
  private func readWrapped(
    _ bytes: [UInt8], _ name: Range<Int>, _ range: Range<Int>, _ thread: StraceThread
  ) {
    var text = Array(bytes[name.lowerBound..<range.upperBound])
    let call = calls.call(bytes, name)
    let start = name.count + 1
    for _ in 0..<Self.mostPieces {
      guard let next = buffer.upcoming, next.count < 4096, text.count < Self.mostPendingBytes else {
        break
      }
      switch StraceLine(buffer.bytes, next).kind {
      case .other: break
      case .call(let inner) where Self.isPartOfArgument(buffer.bytes, inner): break
      default: return noteStrangeLine()
      }
      // A mail program broke at a blank.
      text.append(0x20)
      text += buffer.bytes[next].drop { $0 == 0x20 || $0 == UInt8(ascii: ">") }
      buffer.skip(to: min(next.upperBound + 1, buffer.end))
      if Self.cutOff(text, start..<text.count) != nil || Self.hasResult(text, start..<text.count) {
        guard call != nil || Self.cutOff(text, start..<text.count) != nil else { return }
        return readJoined(text, 0..<name.count, start..<text.count, thread)
      }
    }
    // The log ends in the midst of it: it waits, or was cut off.
    if buffer.upcoming == nil {
      thread.pending = StraceThread.Pending(
        call: call, name: call?.name ?? String(decoding: bytes[name], as: UTF8.self),
        text: Array(bytes[range]))
    }
    noteStrangeLine()
  }

  private func readJoined(
    _ text: [UInt8], _ name: Range<Int>, _ range: Range<Int>, _ thread: StraceThread
  ) {
    if Self.cutOff(text, range) != nil {
      return readCall(text, name, range, thread, isInBuffer: false)
    }
    guard let call = calls.call(text, name), readWhole(call, text, range, thread) else {
      return noteStrangeLine()
    }
  }

  /// Words with a parenthesis that stand within arguments, and are no calls.
  private static func isPartOfArgument(_ bytes: [UInt8], _ name: Range<Int>) -> Bool {
    let text = String(decoding: bytes[name].prefix(24), as: UTF8.self)
    return [
      "htons", "htonl", "inet_addr", "inet_pton", "makedev", "WIFEXITED", "WEXITSTATUS",
      "WIFSIGNALED", "WTERMSIG", "WCOREDUMP",
    ].contains(text)
  }

  // MARK: The end of a line

  /// Where `<unfinished ...>` begins, at the end of a line; nil if it is not there.
  private static func cutOff(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    guard range.count >= 10, bytes[range.upperBound - 1] == UInt8(ascii: ">") else { return nil }
    let start = range.upperBound - unfinished.utf8CodeUnitCount
    if start >= range.lowerBound,
      StraceLine.stands(unfinished, in: bytes, at: start, range.upperBound)
    {
      return start
    }
    // strace was ended, and let go of the process in its call.
    let detached = range.upperBound - 14
    return detached >= range.lowerBound
      && StraceLine.stands("<detached ...>", in: bytes, at: detached, range.upperBound)
      ? detached : nil
  }

  /// Where the result begins, at its sign of equality; nil if there is none. Results hold none with
  /// blanks around it, so it is the last.
  static func result(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    var position = range.upperBound - 2
    while position > range.lowerBound {
      if bytes[position] == UInt8(ascii: "="), bytes[position + 1] == 0x20,
        bytes[position - 1] == 0x20 || bytes[position - 1] == 0x09
      {
        var before = position - 1
        while before > range.lowerBound, bytes[before] == 0x20 || bytes[before] == 0x09 {
          before -= 1
        }
        if bytes[before] == UInt8(ascii: ")") { return position }
      }
      position -= 1
    }
    return nil
  }

  private static func hasResult(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    result(bytes, range) != nil
  }

  /// Keeps a call that tells nothing but where its thread waited when a signal came.
  private func noteInterruption(
    _ bytes: [UInt8], _ range: Range<Int>, _ thread: StraceThread, name: Range<Int>?
  ) {
    guard range.count > 14, bytes[range.upperBound - 1] == UInt8(ascii: ")"), let name,
      let sign = Self.result(bytes, range), sign + 2 < range.upperBound,
      bytes[sign + 2] == UInt8(ascii: "?")
    else { return }
    let text = String(decoding: bytes[name].prefix(32), as: UTF8.self)
    thread.interrupted = Self.waiting(text, bytes, range)
  }

  /// A call that has not returned, with the descriptors that it works on.
  static func waiting(_ name: String, _ bytes: [UInt8], _ range: Range<Int>) -> SystemCall {
    var arguments: [SystemCall.Argument] = []
    var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
    if let first = scanner.argument() {
      var list = StraceScanner(bytes, from: first.lowerBound, to: first.upperBound)
      if name.hasSuffix("poll"), let members = list.members() {
        for member in members.prefix(16) {
          var inner = StraceScanner(bytes, from: member.lowerBound, to: member.upperBound)
          guard let parts = inner.members(),
            let range = StraceText.value(of: "fd", in: bytes, parts),
            let descriptor = StraceText.descriptor(bytes, range)
          else { continue }
          arguments.append(.descriptor(number: descriptor.number))
        }
      } else if name != "futex", let descriptor = StraceText.descriptor(bytes, first) {
        arguments.append(.descriptor(number: descriptor.number))
      }
    }
    return SystemCall(name: name, arguments: arguments, outcome: .unfinished)
  }

  /// The call that a thread is in, as an event shows it.
  static func waiting(_ pending: StraceThread.Pending) -> SystemCall {
    // Closed, so that what is there is decoded.
    let text = pending.text + [UInt8(ascii: ","), UInt8(ascii: ")")]
    guard let row = pending.call?.row, pending.call?.use == .event else {
      return waiting(pending.name, text, 0..<text.count)
    }
    var scanner = StraceScanner(text, from: 0, to: text.count)
    let ranges = (scanner.arguments() ?? []).filter { !$0.isEmpty }
    let arguments = StraceArguments(bytes: text, ranges: ranges, constants: ConstantTexts())
      .decoded(by: row, succeeded: false)
    return SystemCall(name: row.name, arguments: arguments, outcome: .unfinished)
  }
}
