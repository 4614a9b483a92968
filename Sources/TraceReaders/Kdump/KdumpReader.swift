package import TraceEvents

/// Reads what `kdump(1)` makes of a file of `ktrace(1)`, of the BSDs and of macOS, and gives the events
/// that our own tracer would have seen.
///
/// A call is put together from its records: CALL has numbers alone, NAMI the paths, STRU the addresses,
/// GIO the data, RET the result.
package final class KdumpReader {
  let buffer: LogBuffer
  var events = LogEvents()
  private var clock = LogClock()
  private let countsFromBeginning: Bool
  /// The living processes, by number.
  var processes: [ProcessID: LogProcess] = [:]
  private(set) var root: LogProcess?
  /// The numbers of those that ended.
  private var ended: Set<ProcessID> = []
  /// A thread among all: NetBSD counts those of each process by themselves.
  struct Thread: Hashable {
    let process: ProcessID
    let thread: ProcessID

    init(_ line: KdumpLine) {
      process = line.process
      thread = line.thread
    }
  }

  /// The calls that have not ended.
  var pending: [Thread: KdumpCall] = [:]
  /// Processes that are in a call which makes another, oldest first.
  private var forking: [ProcessID] = []
  /// The last call that found nobody to read what it wrote.
  var broken: SystemCall?
  private var strangeLines = 0
  private var firstStrangeLine = 0
  private var hasDropped = false
  private var hasFinished = false

  /// The command that was traced, as far as the log tells.
  package internal(set) var command: [String] = []

  init(_ buffer: LogBuffer) {
    self.buffer = buffer
    countsFromBeginning = Self.countsFromBeginning(buffer)
  }

  /// True if the times of the first records only grow: they count from the beginning (`-E`), and not
  /// each from the record before (`-R`).
  private static func countsFromBeginning(_ buffer: LogBuffer) -> Bool {
    var position = buffer.position
    var (last, count) = (0.0, 0)
    while count < 64, position < buffer.end {
      let stop = buffer.lineFeed(from: position, to: buffer.end) ?? buffer.end
      if case .relative(let seconds)? = KdumpLine(buffer.bytes, position..<stop)?.stamp {
        guard seconds >= last else { return false }
        last = seconds
        count += 1
      }
      position = stop + 1
    }
    return count > 2
  }

  /// The next event; nil at the end.
  package func next() throws(TraceReaderError) -> TraceEvent? {
    while events.isEmpty, !hasFinished {
      if let line = try buffer.nextLine() {
        read(line)
      } else {
        hasFinished = true
        finish()
      }
    }
    return events.next()
  }

  private func read(_ range: Range<Int>) {
    let bytes = buffer.bytes
    guard let line = KdumpLine(bytes, range) else {
      guard range.contains(where: { bytes[$0] != 0x20 }) else { return }
      if Self.isAboutDroppedEvents(bytes, range) { return noteDroppedEvents() }
      strangeLines &+= 1
      if firstStrangeLine == 0 { firstStrangeLine = buffer.lineNumber }
      return
    }
    if let stamp = line.stamp {
      if case .relative(let seconds) = stamp, countsFromBeginning {
        clock.take(.absolute(seconds))
      } else {
        clock.take(stamp)
      }
      events.time = clock.now
    }
    if ended.contains(line.process) {
      // Its core file gets a name; a new one of this number begins with a call's end.
      guard line.kind == .result || line.kind == .call else { return skipData() }
      ended.remove(line.process)
    }
    let process = processes[line.process] ?? newProcess(line)
    let body = line.body..<range.upperBound
    switch line.kind {
    case .call:
      let call = KdumpCall(bytes, body)
      pending[Thread(line)] = call
      if call.creates { forking.append(line.process) }
      if call.name == "exit" || call.name == "_exit" {
        end(process, .exited(status: Int32(truncatingIfNeeded: (call.number(0) ?? 0) & 0xFF)))
      }
    case .name:
      if let name = Self.quotedName(bytes, body) { pending[Thread(line)]?.names.append(name) }
    case .structure:
      if let address = KdumpCall.address(StraceText.plain(bytes, body)) {
        pending[Thread(line)]?.address = address
      }
      skipData()
    case .argument: readArguments(bytes, body, line)
    case .result:
      readResult(StraceText.plain(bytes, body), process, line)
    case .data: readData(StraceText.plain(bytes, body), process, line)
    case .signal: readSignal(StraceText.plain(bytes, body), process, line)
    case .promise: readPromise(StraceText.plain(bytes, body), process, line)
    // Of some the rest is in the lines that follow, such as the environment.
    case .other: skipData()
    }
  }

  private func noteDroppedEvents() {
    guard !hasDropped else { return }
    hasDropped = true
    note("The kernel could not keep up with ktrace, and left records out.")
  }

  /// What stands between the outer quotation marks; there may be others inside.
  static func quotedName(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
    guard let open = bytes[range].firstIndex(of: UInt8(ascii: "\"")),
      let close = bytes[range].lastIndex(of: UInt8(ascii: "\"")), close > open
    else { return nil }
    return TargetText.decoding(bytes[(open + 1)..<close].prefix(4096))
  }

  // MARK: Processes

  private func newProcess(_ line: KdumpLine) -> LogProcess {
    guard let root else {
      let process = LogProcess(id: line.process)
      self.root = process
      processes[line.process] = process
      events.add(
        .processStarted(
          start: ProcessStart(
            parent: nil,
            state: ProcessState(
              executable: nil, arguments: line.program.isEmpty ? [] : [line.program],
              workingDirectory: "", credentials: nil,
              descriptors: [0: "standard input", 1: "standard output", 2: "standard error"]))),
        line.process, line.process)
      events.add(
        .note(note: CaptureNote(kind: .fromLog, text: "a log of kdump")), line.process,
        line.process)
      return process
    }
    let parent = forking.isEmpty ? root : processes[forking.removeFirst()] ?? root
    return introduce(line.process, by: parent)
  }

  @discardableResult
  private func introduce(_ id: ProcessID, by parent: LogProcess) -> LogProcess {
    let process = LogProcess(id: id, parent: parent)
    processes[id] = process
    events.add(.processStarted(start: ProcessStart(parent: parent.id)), id, id)
    return process
  }

  /// A creating call gave the number of what it made.
  func created(_ id: ProcessID, by parent: LogProcess) {
    if let index = forking.firstIndex(of: parent.id) { forking.remove(at: index) }
    guard id > 0, id != parent.id, processes[id] == nil else { return }
    introduce(id, by: parent)
  }

  /// Tells the end of a process.
  func end(_ process: LogProcess, _ end: ProcessEnd) {
    guard !process.hasEnded else { return }
    process.hasEnded = true
    for release in process.closeAll() {
      events.add(.descriptorReleased(release: release), process.id, process.id)
    }
    events.add(.processEnded(end: end), process.id, process.id)
    processes[process.id] = nil
    if ended.count < 65_536 { ended.insert(process.id) }
    pending = pending.filter { $0.key.process != process.id }
  }

  private func finish() {
    if strangeLines > 0 {
      note(
        "\(strangeLines) \(strangeLines == 1 ? "line" : "lines") of the log could not be read as "
          + "kdump's; the first is line \(firstStrangeLine).")
    }
  }

  func note(_ text: String) {
    let id = root?.id ?? 0
    events.add(.note(note: CaptureNote(kind: .incomplete, text: text)), id, id)
  }
}
