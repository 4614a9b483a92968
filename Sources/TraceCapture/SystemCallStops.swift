private import CTraceShim
import Glibc
import TraceEvents

extension TraceSession {
  /// The filter selected a call: most go on to their exit at once, with nothing read.
  func serve(_ stop: consuming SelectedCallStop, _ thread: TracedThread) {
    // The entry stop before this one has seen to the call.
    if thread.followsCalls || thread.callsBeforeCode > 0, thread.call != nil {
      return stop.resumeToExit()
    }
    var info = wf_call_info()
    guard unsafe wf_call_info(thread.id, &info) == 0, info.operation == 3,
      info.filter_data == SeccompFilter.ownData,
      let index = numbers.row(
        info.number, isNarrow: info.architecture == CallConvention.i386.rawValue)
    else { return stop.resume() }
    if isLaunching {
      guard rows[index].emission == .execution else { return stop.resume() }
      isLaunching = false
    }
    let call = PendingCall(row: index, info)
    let isSelected = !call.isNarrow || rows[index].selects(call.arguments)
    if isSelected, entered(call, row: rows[index], thread) {
      thread.call = call
      stop.resumeToExit()
    } else if thread.followsCalls {
      stop.resumeToExit()
    } else {
      stop.resume()
    }
  }

  /// Entry or exit of a call that was asked for.
  func serve(_ stop: consuming CallStop, _ thread: TracedThread) {
    var info = wf_call_info()
    guard unsafe wf_call_info(thread.id, &info) == 0 else { return stop.resume() }
    if info.operation == 2 {
      giveBackFlags(of: thread)
      if let call = thread.call {
        thread.call = nil
        if thread.followsCalls { thread.lastCall = call }
        if thread.callsBeforeCode > 0 { countBeforeCode(call, thread) }
        note(call, result: info.result, of: thread)
        finished(call, result: info.result, thread)
        if mayRefuseCode(openedBy: call, info.result, thread) { awaitCode(thread) }
      }
    } else if info.operation == 1 {
      var call = PendingCall(row: nil, info)
      if let index = numbers.row(call.number, isNarrow: call.isNarrow),
        rows[index].selects(call.arguments) || mayBeRefused(call, rows[index], thread),
        // Before its first exec the target is ours.
        !isLaunching || rows[index].emission == .execution
      {
        isLaunching = false
        call.row = index
        if !entered(call, row: rows[index], thread) { call.row = nil }
      }
      thread.call = call
    }
    if stopsAtCalls(thread) { stop.resumeToCall() } else { stop.resume() }
  }

  /// Keeps in mind what a thread was interrupted in, and counts what it finished.
  private func note(_ call: PendingCall, result: Int64, of thread: TracedThread) {
    if (-516 ... -512).contains(result) {
      let restart: UInt64 = call.isNarrow ? 0 : 219
      if call.number != restart { thread.interruptedCall = call }
    } else if result != -Int64(EINTR) {
      thread.finishedCalls += 1
    }
  }

  /// Does what has to be done before a call runs. False if its end does not matter.
  private func entered(_ call: PendingCall, row: SystemCallRow, _ thread: TracedThread) -> Bool {
    let process = thread.process
    switch row.emission {
    case .close:
      let descriptor = Int32(truncatingIfNeeded: call.arguments[0])
      if descriptor <= 2 { process.descriptors.holdsStandard = false }
      // A descriptor that was not seen to be made may not be open, and nobody knows of it.
      guard let entry = process.descriptors[descriptor] else { return false }
      if entry.isWatched { release(descriptor, thread) }
      process.descriptors[descriptor] = nil
      events.emit(
        .systemCall(
          call: SystemCall(
            name: row.name, arguments: [.descriptor(number: descriptor)],
            outcome: .returned(value: 0))), thread)
      return false
    case .closeRange:
      let first = Int32(clamping: call.arguments[0] & 0xFFFF_FFFF)
      let last = Int32(clamping: call.arguments[1] & 0xFFFF_FFFF)
      for descriptor in process.descriptors.watched where descriptor >= first && descriptor <= last
      {
        release(descriptor, thread)
      }
      return true
    case .listing:
      let descriptor = Int32(truncatingIfNeeded: call.arguments[0])
      var entry = process.descriptors[descriptor] ?? .init()
      if entry.isListed { return false }
      entry.isListed = true
      process.listsDirectories = true
      process.descriptors[descriptor] = entry
      return true
    case .words: return enteredWords(call, row: row, thread)
    case .mapping: return !isSureToMap(call, thread)
    case .setAffinity:
      placement.targetChooses(call, thread, threads)
      return true
    case .wait: return enteredWait(call, row: row, thread)
    case .creation:
      keepChild(call, row: row, thread)
      return true
    case .leaving:
      tellUnseenLooksOfTheSilent(thread)
      tellFullFileSystem(thread)
      return false
    case .execution:
      thread.releases = process.descriptors.watched.filter {
        process.descriptors[$0]?.closesOnExec == true
      }.compactMap { releaseOf($0, thread) }
      return true
    case .always, .link:
      guard let index = call.row else { return true }
      if let look = effects[index].look, let (path, isThere) = sureAnswer(look, call, thread) {
        thread.finishedCalls += 1
        let isNews =
          !isThere || !look.readsLink && !(asksForConfiguration && WatchedPaths.isElsewhere(path))
        if isNews { emit(call, row: row, result: isThere ? 0 : -Int64(ENOENT), thread) }
        return false
      }
      if case .opens(let flags?, _) = effects[index].descriptors, effects[index].opensPath {
        if isSureToMiss(call, flagsAt: flags, thread) {
          thread.finishedCalls += 1
          emit(call, row: row, result: -Int64(ENOENT), thread)
          return false
        }
        if let number = numberOfOpened(call, flagsAt: flags, thread) {
          thread.finishedCalls += 1
          finished(call, result: Int64(number), thread)
          return false
        }
      }
      if case .commands = effects[index].descriptors,
        let copy = numberOfCopy(call, thread)
      {
        thread.finishedCalls += 1
        finished(call, result: Int64(copy), thread)
        return false
      }
      if case .signals(let argument) = effects[index].entry,
        endsItself(call, signalArgument: argument, thread)
      {
        emit(call, row: row, result: 0, thread)
        return false
      }
      prepare(effects[index].entry, call, thread)
      return true
    default: return true
    }
  }

  /// True for a call by which a process sends SIGKILL to itself: it never returns (kill(2)).
  private func endsItself(
    _ call: PendingCall, signalArgument: Int, _ thread: TracedThread
  ) -> Bool {
    let target = Int32(truncatingIfNeeded: call.arguments[0])
    return call.arguments[signalArgument] & 0xFFFF_FFFF == UInt64(SIGKILL)
      && (target == thread.process.id || target == thread.id)
  }

  /// Words on standard output are told of at their entry, once a process has shown that it can
  /// write there; each block of a buffer is seen to its end, as that is where a disk runs full.
  private func enteredWords(
    _ call: PendingCall, row: SystemCallRow, _ thread: TracedThread
  ) -> Bool {
    let number = call.arguments[0] & 0xFFFF_FFFF
    if number >= UInt64(Selection.highDescriptor) {
      return isCopyOfStandardError(Int32(truncatingIfNeeded: number), thread.process)
    }
    guard number == 1 else { return true }
    thread.process.outputCalls += 1
    if thread.process.outputCalls <= 32 || call.arguments[2] >= 1024 { return true }
    emitWords(call, row: row, thread, written: nil)
    return false
  }

  /// True for a descriptor that leads to where standard error does. A server can have thousands that do not: it is
  /// asked for some of them alone.
  private func isCopyOfStandardError(_ descriptor: Int32, _ process: TracedProcess) -> Bool {
    guard process.otherDescriptors < Self.mostOtherDescriptors else { return false }
    let files = "/proc/\(process.id)/fd/"
    if let place = ProcessFiles.link(files + "\(descriptor)"),
      place == ProcessFiles.link(files + "2")
    {
      return true
    }
    process.otherDescriptors += 1
    return false
  }

  private static var mostOtherDescriptors: Int { 32 }

  /// Tells of what came of a call.
  private func finished(_ call: PendingCall, result: Int64, _ thread: TracedThread) {
    if isLaunching { return }
    guard let index = call.row else { return finishedUnselected(call, result: result, thread) }
    var (index_, call) = (index, call)
    if rows[index].emission == .socketCall {
      guard let (other, inner) = directCall(call, thread) else { return }
      (index_, call) = (other, inner)
    }
    let row = rows[index_]
    let failed = result < 0 && result >= -4095
    if effects[index_].opensPath { thread.missesFiles = result == -Int64(ENOENT) }
    // ERESTARTSYS and its kin: the kernel makes the call again, or the program sees EINTR.
    if failed, (-516 ... -512).contains(result) {
      // Who waits for a lock with an alarm set, as flock -w does, gives up by this.
      if row.name == "flock" || row.name.hasPrefix("fcntl") {
        emit(call, row: row, result: -Int64(EINTR), thread)
      }
      return
    }
    if !isThorough { tellCopies(namedBy: call, index: index_, failed: failed, thread) }
    if !failed { succeeded(call, index: index_, row: row, result: result, thread) }
    if failed, row.name == "connect" { tellLostMessage(call, row: row, thread) }
    switch row.emission {
    case .always, .listing, .closeRange, .wait: break
    case .close, .failures, .creation: if !failed { return }
    case .link: if result == -Int64(EINVAL) { return }
    case .execution:
      if !failed { return }
      if result == -Int64(E2BIG) { tellArgumentSizes(call, row: row, thread) }
    case .mapping:
      if !failed, call.arguments[3] & 0x20 != 0 { return }
    case .words:
      // Standard input may be open for reading alone: the words were meant all the same.
      let isInput = call.arguments[0] & 0xFFFF_FFFF == 0
      if !failed || isInput {
        return emitWords(call, row: row, thread, written: failed ? nil : Int(result))
      }
    case .messages:
      if !failed { return emitMessage(call, row: row, thread) }
    case .programBreak:
      guard UInt64(bitPattern: result) < call.arguments[0] else { return }
      return emit(call, row: row, result: -Int64(ENOMEM), thread)
    case .socketError: return finishedSocketError(call, row: row, result: result, thread)
    case .readAffinity:
      if !failed { placement.correctAnswer(call, length: result, thread, decoder.memory, threads) }
      if !failed { return }
    case .setAffinity:
      if !failed { return placement.targetChose(call, thread, threads) }
      placement.targetDidNotChoose(call, thread, threads)
    case .filter:
      if !failed { installedFilter(call, row: row, thread) }
    case .tracing:
      if failed, result == -Int64(EPERM) {
        noteOnce(.nestedTracing, thread.process.program, thread)
      }
    case .socketCall, .leaving: return
    }
    emit(call, row: row, result: result, thread)
  }

  /// Hands on a call as an event, and asks for what explains its failure.
  func emit(_ call: PendingCall, row: SystemCallRow, result: Int64, _ thread: TracedThread) {
    let failed = result < 0 && result >= -4095
    var arguments = decoder.arguments(of: row, call, thread: thread.id, result: result)
    if let name = nameAskedFor(by: row, arguments, thread) { arguments.append(name) }
    let event = SystemCall(
      name: row.name, arguments: arguments,
      outcome: failed
        ? .failed(error: ErrorNumber(rawValue: Int32(-result))) : .returned(value: result))
    settling?.notice(event)
    // The C library looks for its own words between a program's and the end of the line.
    if events.isHolding(of: thread.process.id), let path = event.paths.first?.path,
      WatchedPaths.isElsewhere(path)
    {
      events.emitBeforeWords(.systemCall(call: event), thread)
    } else {
      events.emit(.systemCall(call: event), thread)
    }
    if case .failed(let error) = event.outcome {
      note(event, error, madeAt: call.instruction, thread.process)
      facts.explain(event, thread, events)
    }
  }

  /// A call that no row selects, of a thread whose own filter may have refused it.
  private func finishedUnselected(_ call: PendingCall, result: Int64, _ thread: TracedThread) {
    if let left = thread.watchedCalls, left > 0 { return tellWatched(call, result, thread) }
    guard result == -Int64(ENOSYS) || result == -Int64(EPERM) || result == -Int64(EACCES) else {
      return
    }
    let name =
      numbers.row(call.number, isNarrow: call.isNarrow).map { rows[$0].name }
      ?? CallNames.name(call.number, isNarrow: call.isNarrow)
    let event = SystemCall(
      name: name, arguments: [], outcome: .failed(error: ErrorNumber(rawValue: Int32(-result))))
    events.emit(.systemCall(call: event), thread)
  }

  private func emitWords(
    _ call: PendingCall, row: SystemCallRow, _ thread: TracedThread, written: Int?
  ) {
    let descriptor = Int32(truncatingIfNeeded: call.arguments[0])
    if descriptor == 1 { outputEvents += 1 }
    var text: String
    var count: Int
    if row.arguments.contains(.vector) {
      let vector = decoder.vector(
        thread.id, at: call.arguments[1], count: call.arguments[2], isNarrow: call.isNarrow)
      (text, count) = vector ?? ("", 0)
    } else {
      count = written ?? Int(clamping: call.arguments[2])
      text = decoder.words(thread.id, at: call.arguments[1], count: count) ?? ""
    }
    if let written { count = written }
    if count == 0 { return }
    let words = Words(
      stream: descriptor == 1 ? .standardOutput : .standardError, descriptor: descriptor,
      text: text, byteCount: count)
    if descriptor == 1, outputEvents > Self.mostOutputEvents {
      // The last words can be the ones that matter: they are told of at the end of who failed.
      if thread.process.lateWords.count == Self.mostLateWords {
        thread.process.lateWords.removeFirst()
      }
      return thread.process.lateWords.append(words)
    }
    tellUnseenLooks(words, thread)
    if !isThorough, descriptor != 1, !words.text.hasSuffix("\n") {
      events.hold(words, thread)
    } else {
      events.emit(.words(words: words), thread)
    }
  }

  /// Tells what a process that failed wrote last.
  func tellLateWords(_ process: TracedProcess, _ thread: TracedThread) {
    for words in process.lateWords { events.emit(.words(words: words), thread) }
    process.lateWords = []
  }

  private static var mostOutputEvents: Int { 20_000 }
  private static var mostLateWords: Int { 16 }

  private func finishedSocketError(
    _ call: PendingCall, row: SystemCallRow, result: Int64, _ thread: TracedThread
  ) {
    guard result == 0,
      let error = decoder.memory.number(thread.id, at: call.arguments[3], size: 4)
    else { return emit(call, row: row, result: result, thread) }
    emit(call, row: row, result: error == 0 ? 0 : -Int64(min(error, 4095)), thread)
  }

  private func installedFilter(_ call: PendingCall, row: SystemCallRow, _ thread: TracedThread) {
    let installs = row.name == "seccomp" || call.arguments[0] == 22
    guard installs else { return }
    // SECCOMP_FILTER_FLAG_TSYNC puts it on every thread of the process.
    let all = row.name == "seccomp" && call.arguments[1] & 1 != 0
    for id in all ? thread.process.threads : [thread.id] { threads[id]?.followsCalls = true }
    noteOnce(.ownFilter, thread.process.program, thread)
  }

  /// The row and arguments that a `socketcall(2)` of i386 stands for.
  private func directCall(_ call: PendingCall, _ thread: TracedThread) -> (Int, PendingCall)? {
    // SYS_SOCKET 1 and so on, of linux/net.h, as numbers of x86-64.
    let direct: [UInt64: UInt64] = [
      1: 41, 2: 49, 3: 42, 4: 50, 5: 43, 8: 53, 11: 44, 15: 55, 16: 46, 18: 288, 20: 307,
    ]
    guard let number = direct[call.arguments[0]],
      let index = numbers.row(number, isNarrow: false),
      let bytes = decoder.memory.bytes(thread.id, at: call.arguments[1], count: 24)
    else { return nil }
    let words = (0..<6).map { bytes.littleEndian(at: $0 * 4, size: 4) }
    let arguments = CallArguments(words[0], words[1], words[2], words[3], words[4], words[5])
    guard rows[index].selects(arguments) else { return nil }
    return (index, PendingCall(row: index, number: number, arguments: arguments, isNarrow: true))
  }
}

extension PendingCall {
  fileprivate init(row: Int?, _ info: wf_call_info) {
    self.init(
      row: row, number: info.number,
      arguments: CallArguments(
        info.argument0, info.argument1, info.argument2, info.argument3, info.argument4,
        info.argument5),
      isNarrow: info.architecture == CallConvention.i386.rawValue, instruction: info.instruction)
  }
}
