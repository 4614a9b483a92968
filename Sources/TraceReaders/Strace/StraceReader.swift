package import TraceEvents

/// Reads a log of `strace(1)`, of versions 4.5 on, and gives the events that our own tracer would have
/// seen: processes by what `fork(2)` and its kin gave, their programs, calls, signals, words and ends.
///
/// Lines that cannot be read are counted. What later lines need of former ones is kept for living
/// processes alone.
package final class StraceReader {
  /// The log, or of a set of logs the one that the current line is of.
  private(set) var buffer: LogBuffer
  /// The other logs of the set (`-ff`).
  private let logs: StraceSet?
  /// The thread that the log of a set is of.
  private var threadOfFile: ProcessID?
  let calls = StraceCalls()
  let constants = ConstantTexts()
  var events = LogEvents()
  var clock = LogClock()
  /// The living threads, by number.
  var threads: [ProcessID: StraceThread] = [:]
  /// The first process of the log, once there was a line of it.
  var root: LogProcess?
  /// Threads that are in a call which makes another, oldest first.
  var creating: [StraceThread] = []
  /// Threads that strace said it had attached to.
  var announced: Set<ProcessID> = []
  /// Whether the log has lines for the ends of processes, as those of 4.6 and later have.
  var tellsEnds = true
  /// A signal whose frames (`-k`) may follow.
  var heldSignal: (delivery: SignalDelivery, thread: StraceThread)?
  /// Lines that are none of strace's, or damaged, and the number of the first.
  var strangeLines = 0
  var firstStrangeLine = 0
  /// Processes that were made and of which the log has no line, by number.
  var unfollowed: [ProcessID: LogProcess] = [:]
  /// Whether one of them failed.
  var hasUnfollowedFailure = false
  private var lastThread: StraceThread?
  private var hasFinished = false
  private var isSummed = false

  /// The command that was traced: what the first process became; empty where the log does not tell.
  package internal(set) var command: [String] = []

  init(_ buffer: LogBuffer) {
    self.buffer = buffer
    logs = nil
  }

  /// Reads a set of logs as one.
  init(_ set: StraceSet) throws(TraceReaderError) {
    guard let first = try set.next() else {
      throw TraceReaderError(.notALog, path: "", detail: "all files of the set are empty")
    }
    logs = set
    buffer = first.buffer
    threadOfFile = first.thread
    read(first.range)
  }

  private func nextLine() throws(TraceReaderError) -> Range<Int>? {
    guard let logs else { return try buffer.nextLine() }
    guard let line = try logs.next() else { return nil }
    buffer = line.buffer
    threadOfFile = line.thread
    return line.range
  }

  /// The next event; nil at the end.
  package func next() throws(TraceReaderError) -> TraceEvent? {
    while events.isEmpty, !hasFinished {
      if let line = try nextLine() {
        read(line)
      } else {
        hasFinished = true
        finish()
      }
    }
    return events.next()
  }

  // MARK: Lines

  private func read(_ range: Range<Int>) {
    let bytes = buffer.bytes
    let range = StraceLine.own(bytes, range)
    let line = StraceLine(bytes, range)
    if case .frame = line.kind { return noteFrame(bytes, line.body..<range.upperBound) }
    if heldSignal != nil { flushSignal() }
    if let stamp = line.stamp {
      clock.take(stamp)
      events.time = clock.now
    }
    switch line.kind {
    case .call(let name):
      if let message = announcement(bytes, range) {
        return readInterrupted(bytes, range, from: message)
      }
      let thread = thread(of: line, resuming: nil)
      thread.lastSignal = nil
      readCall(bytes, name, line.body..<range.upperBound, thread, isInBuffer: true)
    case .resumed(let name):
      readResumed(
        bytes, name, line.body..<range.upperBound, thread(of: line, resuming: (bytes, name)))
    case .signal: readSignal(bytes, line.body..<range.upperBound, thread(of: line, resuming: nil))
    case .end: readEnd(bytes, line.body..<range.upperBound, thread(of: line, resuming: nil))
    case .message: readMessage(bytes, line.body..<range.upperBound)
    case .frame: break
    case .other:
      // What -C counted comes last.
      isSummed = isSummed || StraceText.holds("usecs/call", bytes, range)
      if !isSummed, takeWords(of: line, bytes, range) { return }
      if !isSummed, range.contains(where: { bytes[$0] != 0x20 }) { noteStrangeLine() }
    }
  }

  func noteStrangeLine() {
    strangeLines &+= 1
    if firstStrangeLine == 0 { firstStrangeLine = buffer.lineNumber }
  }

  /// A call in whose midst strace said that it attached to a thread: `vfork(strace: Process 12
  /// attached`, of which the rest is on the next line.
  private func readInterrupted(_ bytes: [UInt8], _ range: Range<Int>, from message: Int) {
    readMessage(bytes, message..<range.upperBound)
    var text = Array(bytes[range.lowerBound..<message])
    while let next = buffer.upcoming {
      let line = StraceLine(buffer.bytes, next)
      switch line.kind {
      case .message: readMessage(buffer.bytes, line.body..<next.upperBound)
      case .other: text += buffer.bytes[next]
      // The rest is not there.
      default: return noteStrangeLine()
      }
      buffer.skip(to: min(next.upperBound + 1, buffer.end))
      if case .message = line.kind { continue }
      break
    }
    readApart(text)
  }

  /// Reads a line that was put together from others.
  func readApart(_ bytes: [UInt8]) {
    let line = StraceLine(bytes, 0..<bytes.count)
    switch line.kind {
    case .call(let name):
      readCall(
        bytes, name, line.body..<bytes.count, thread(of: line, resuming: nil), isInBuffer: false)
    case .resumed(let name):
      readResumed(
        bytes, name, line.body..<bytes.count, thread(of: line, resuming: (bytes, name)))
    default: noteStrangeLine()
    }
  }

  /// Where a message that a thread is followed from now on stands in the midst of a call; nil if there
  /// is none.
  private func announcement(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    let end = range.upperBound
    guard
      StraceLine.stands(" attached", in: bytes, at: end - 9, end)
        || StraceLine.stands("(waiting for parent)", in: bytes, at: end - 20, end)
    else { return nil }
    return buffer.find(Array("strace: Process ".utf8), from: range.lowerBound, to: end)
      ?? buffer.find(Array("Process ".utf8), from: range.lowerBound, to: end)
  }

  /// `strace: Process 12 attached`, `Process 12 attached (waiting for parent)`, `Process 12 detached`, and
  /// others that tell nothing.
  private func readMessage(_ bytes: [UInt8], _ range: Range<Int>) {
    var position = range.lowerBound
    if StraceLine.stands("strace: ", in: bytes, at: position, range.upperBound) { position += 8 }
    guard StraceLine.stands("Process ", in: bytes, at: position, range.upperBound),
      let (number, end) = StraceText.number(bytes, (position + 8)..<range.upperBound),
      let id = ProcessID(exactly: number)
    else { return }
    if StraceLine.stands(" attached", in: bytes, at: end, range.upperBound) {
      if announced.count < 65_536 { announced.insert(id) }
    } else if StraceLine.stands(" detached", in: bytes, at: end, range.upperBound) {
      detached(id)
    }
  }

  // MARK: Threads

  /// The thread that a line is of. `resumed` is the name of a call whose rest it has.
  private func thread(
    of line: StraceLine, resuming resumed: (bytes: [UInt8], name: Range<Int>)?
  ) -> StraceThread {
    let id: ProcessID
    if let number = line.thread ?? threadOfFile {
      id = number
    } else if let last = lastThread, threads.count == 1, threads[last.id] != nil {
      return last
    } else if threads.count == 1, let only = threads.values.first {
      lastThread = only
      return only
    } else {
      // Only the first, before there were others, has no number.
      id = root?.id ?? idOfFirst
    }
    if let last = lastThread, last.id == id { return last }
    let thread = threads[id] ?? newThread(id, resuming: resumed)
    lastThread = thread
    return thread
  }

  /// Whether the log is one of a set, in which nothing of other threads lies ahead.
  var isOfSet: Bool { logs != nil }

  /// Forgets which thread the last line was of.
  func forgetLastThread() { lastThread = nil }
}

/// A thread that a log has lines of.
final class StraceThread {
  /// A call that was begun and whose rest is to come.
  struct Pending {
    /// Its meaning; nil for one that tells nothing.
    var call: StraceCalls.Call?
    /// Its name.
    var name: String
    /// What stood behind its opening parenthesis.
    var text: [UInt8]

    /// True where the log ends in the midst of a string. strace writes what it knows of a call that waits up to
    /// the end of an argument, so this one does not wait: the log was cut.
    var isCutShort: Bool {
      var isInString = false
      var position = 0
      while position < text.count {
        if text[position] == UInt8(ascii: "\"") { isInString.toggle() }
        position += isInString && text[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      return isInString
    }
  }

  /// Its number.
  let id: ProcessID
  /// The process that it belongs to.
  let process: LogProcess
  /// The call that it is in.
  var pending: Pending?
  /// The last call that found nobody to read what it wrote.
  var broken: SystemCall?
  /// The last call that a signal found waiting.
  var interrupted: SystemCall?
  /// The last signal, which it does nothing against, since its last call.
  var lastSignal: SignalNumber?

  init(id: ProcessID, process: LogProcess) {
    self.id = id
    self.process = process
  }
}
