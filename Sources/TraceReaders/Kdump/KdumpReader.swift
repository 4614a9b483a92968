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
  /// The living processes, by number.
  var processes: [ProcessID: LogProcess] = [:]
  private(set) var root: LogProcess?
  /// The calls that have not ended, by thread.
  var pending: [ProcessID: KdumpCall] = [:]
  /// Processes that are in a call which makes another, oldest first.
  private var forking: [ProcessID] = []
  /// The last call that found nobody to read what it wrote.
  var broken: SystemCall?
  private var strangeLines = 0
  private var firstStrangeLine = 0
  private var hasFinished = false

  /// The command that was traced, as far as the log tells.
  package internal(set) var command: [String] = []

  init(_ buffer: LogBuffer) { self.buffer = buffer }

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
      strangeLines &+= 1
      if firstStrangeLine == 0 { firstStrangeLine = buffer.lineNumber }
      return
    }
    if let stamp = line.stamp {
      clock.take(stamp)
      events.time = clock.now
    }
    let process = processes[line.process] ?? newProcess(line)
    let body = line.body..<range.upperBound
    switch line.kind {
    case .call:
      let call = KdumpCall(bytes, body)
      pending[line.thread] = call
      if call.creates { forking.append(line.process) }
      if call.name == "exit" || call.name == "_exit" {
        end(process, .exited(status: Int32(truncatingIfNeeded: (call.number(0) ?? 0) & 0xFF)))
      }
    case .name:
      if let name = Self.quotedName(bytes, body) { pending[line.thread]?.names.append(name) }
    case .structure:
      if let address = KdumpCall.address(StraceText.plain(bytes, body)) {
        pending[line.thread]?.address = address
      }
    case .argument: readArguments(bytes, body, line)
    case .result:
      readResult(StraceText.plain(bytes, body), process, line)
    case .data: readData(StraceText.plain(bytes, body), process, line)
    case .signal: readSignal(StraceText.plain(bytes, body), process, line)
    case .other: break
    }
  }

  /// What stands between the outer quotation marks; there may be others inside.
  private static func quotedName(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
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
    pending[process.id] = nil
  }

  private func finish() {
    if strangeLines > 0 {
      note(
        "\(strangeLines) \(strangeLines == 1 ? "line" : "lines") of the log could not be read as "
          + "kdump's; the first is line \(firstStrangeLine).")
    }
  }

  private func note(_ text: String) {
    let id = root?.id ?? 0
    events.add(.note(note: CaptureNote(kind: .incomplete, text: text)), id, id)
  }

  // MARK: Data

  /// What `kdump(1)` shows of data at most, in bytes.
  private static let longestText = 4096

  /// `fd 2 wrote 12 bytes`, with the data in the lines that follow.
  private func readData(_ text: String, _ process: LogProcess, _ line: KdumpLine) {
    let words = text.split(separator: " ")
    guard words.count >= 4, words[0] == "fd", let descriptor = Int32(words[1]),
      let count = Int64(words[3])
    else { return }
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
  private func skipData() {
    while let next = buffer.upcoming, KdumpLine(buffer.bytes, next) == nil {
      buffer.skip(to: min(next.upperBound + 1, buffer.end))
    }
  }

  /// The data in the lines up to the next record: in quotation marks, a tab before each line but the
  /// first, and a backslash where a line is only folded.
  private func takeData() -> [UInt8] {
    var text: [UInt8] = []
    var isFirst = true
    var isFolded = false
    while let next = buffer.upcoming, KdumpLine(buffer.bytes, next) == nil {
      var line = buffer.bytes[next]
      buffer.skip(to: min(next.upperBound + 1, buffer.end))
      if isFirst {
        line = line.drop { $0 == 0x20 || $0 == 0x09 }
        // A hexadecimal dump is no text.
        guard line.first == UInt8(ascii: "\"") else { continue }
        line = line.dropFirst()
      } else {
        if !isFolded, text.last != 0x0A { text.append(0x0A) }
        line = line.first == 0x09 ? line.dropFirst() : line.drop { $0 == 0x20 }
      }
      isFirst = false
      isFolded = line.last == UInt8(ascii: "\\")
      if isFolded { line = line.dropLast() }
      if text.count < Self.longestText { text += Self.unescaped(line) }
    }
    if text.last == UInt8(ascii: "\"") { text.removeLast() }
    return Array(text.prefix(Self.longestText))
  }

  /// `vis(3)`, as far as text has it.
  private static func unescaped(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    var rest = line
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
        text.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "0"): text.append(0x20)
      default: text.append(next)
      }
    }
    return text
  }

  /// `[0] = "ls"` (OpenBSD), in the lines that follow, or `"ls"` (NetBSD).
  private func readArguments(
    _ bytes: [UInt8], _ range: Range<Int>, _ line: KdumpLine
  ) {
    var words: [String] = []
    if let word = Self.quotedName(bytes, range) { words.append(word) }
    while let next = buffer.upcoming, KdumpLine(buffer.bytes, next) == nil, words.count < 256 {
      if let word = Self.quotedName(buffer.bytes, next) { words.append(word) }
      buffer.skip(to: min(next.upperBound + 1, buffer.end))
    }
    pending[line.thread]?.arguments += words
  }
}
