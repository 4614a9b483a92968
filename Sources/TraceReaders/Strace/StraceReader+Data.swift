internal import TraceCapture
internal import TraceEvents

// What was written and read.
extension StraceReader {
  /// Writes of fewer bytes to standard output are no words, as for the tracer (`Selection.writesWords`).
  private static let leastOutput = 12
  private static let mostLateWords = 16

  /// Errors of reading and writing that are no answers.
  private static let hardErrors: Set<ErrorNumber> = [
    .inputOutput, .noSpace, .quotaExceeded, .fileTooLarge, .readOnly, .isDirectory,
    .brokenPipe, .connectionReset, .timedOut,
  ]

  /// `write(2)`, `send(2)` and their kin.
  func takeWriting(
    _ call: StraceCalls.Call, _ arguments: StraceArguments, _ result: StraceResult,
    _ thread: StraceThread
  ) {
    guard let descriptor = arguments.descriptor else { return }
    let isVector = call.row?.arguments.contains(.vector) ?? false
    let isMessage = call.row?.arguments.contains(.message) ?? false
    switch result.outcome {
    case .failed(let error):
      let isStandard = (0...2).contains(descriptor) && error != .tryAgain
      guard
        isStandard || Self.hardErrors.contains(error)
          || call.row?.emission == .messages && namesReceiver(call, arguments)
      else { return }
      let row = call.row
      let list =
        row.map { arguments.decoded(by: $0, succeeded: false) }
        ?? [.descriptor(number: descriptor)]
      let event = SystemCall(name: call.name, arguments: list, outcome: .failed(error: error))
      events.add(.systemCall(call: event), thread.process.id, thread.id)
      if error == .brokenPipe { thread.broken = event }
    case .returned(let count):
      guard count > 0, arguments.ranges.count > 1 else { return }
      let known = thread.process.descriptors[descriptor]
      let isLog = known?.isLog ?? false
      let isSystemLog = known?.isSystemLog ?? false
      guard (0...2).contains(descriptor) || isLog || isSystemLog, !isMessage else { return }
      let range = arguments.ranges[1]
      let text: [UInt8]
      let isCut: Bool
      if isVector {
        (text, isCut) = StraceWords.vector(arguments.bytes, range)
      } else if let data = StraceText.quoted(arguments.bytes, range) {
        (text, isCut) = (data.bytes, data.isCut)
      } else {
        return
      }
      tell(text, isCut: isCut, count: Int(clamping: count), descriptor: descriptor, result, thread)
    case .interrupted, .unknown: return
    }
  }

  /// Tells of words that `descriptor` was given.
  func tell(
    _ bytes: [UInt8], isCut: Bool, count: Int, descriptor: Int32, _ result: StraceResult,
    _ thread: StraceThread
  ) {
    guard case .returned = result.outcome else { return }
    let process = thread.process
    let known = process.descriptors[descriptor]
    var text = TargetText.decoding(bytes.prefix(StraceWords.longest))
    // What is cut ends its line: the next write does not go on where this one was cut.
    if isCut { text += "…\n" }
    let stream: Words.Stream
    switch descriptor {
    case _ where known?.isSystemLog == true:
      stream = .syslog
      text = SystemLog.message(in: text) + "\n"
    case 0, 2: stream = .standardError
    case 1:
      guard count >= Self.leastOutput else { return }
      stream = .standardOutput
    default: stream = .log
    }
    let words = Words(
      stream: stream, descriptor: descriptor, text: text, byteCount: count,
      path: stream == .log ? known?.path : nil)
    guard stream == .log else { return events.add(.words(words: words), process.id, thread.id) }
    // As of a log that is read at the end: only what a process that failed wrote there last.
    if process.lateWords.count == Self.mostLateWords { process.lateWords.removeFirst() }
    process.lateWords.append(words)
  }

  private func namesReceiver(_ call: StraceCalls.Call, _ arguments: StraceArguments) -> Bool {
    arguments.ranges.contains { StraceAddress.address(arguments.bytes, $0) != nil }
  }

  /// `read(2)` and its kin.
  func takeReading(
    _ call: StraceCalls.Call, _ arguments: StraceArguments, _ result: StraceResult,
    _ thread: StraceThread
  ) {
    guard let descriptor = arguments.descriptor else { return }
    switch result.outcome {
    case .returned(let count):
      if call.name.hasPrefix("pread") {
        // It leaves the position alone; of a file's beginning it was read all the same.
        guard let row = call.row, arguments.number(3) == 0 else { return }
        let event = SystemCall(
          name: row.name, arguments: arguments.decoded(by: row, succeeded: true),
          outcome: .returned(value: count))
        return events.add(.systemCall(call: event), thread.process.id, thread.id)
      }
      thread.process.descriptors[descriptor]?.bytesRead &+= max(0, count)
    case .failed(let error):
      guard Self.hardErrors.contains(error) || error == .connectionRefused else { return }
      events.add(
        .systemCall(
          call: SystemCall(
            name: call.name, arguments: [.descriptor(number: descriptor)],
            outcome: .failed(error: error))), thread.process.id, thread.id)
    case .interrupted, .unknown: return
    }
  }
}
