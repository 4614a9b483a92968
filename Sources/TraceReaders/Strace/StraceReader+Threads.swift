internal import TraceEvents

// Threads and processes come to be and end.
extension StraceReader {
  /// How far ahead is looked for who made a thread, in bytes.
  private static let lookahead = 1 << 20

  /// A thread that had no line before.
  func newThread(
    _ id: ProcessID, resuming resumed: (bytes: [UInt8], name: Range<Int>)?
  ) -> StraceThread {
    guard let root else { return firstThread(id) }
    if let process = unfollowed.removeValue(forKey: id) {
      let thread = StraceThread(id: id, process: process)
      threads[id] = thread
      return thread
    }
    // The first, which had no number while it was alone, and goes on with its call.
    if let resumed, let first = threads[root.id], let pending = first.pending,
      !announced.contains(id), resumed.bytes[resumed.name].elementsEqual(pending.name.utf8)
    {
      threads[id] = first
      return first
    }
    if creating.count == 1 {
      return introduce(id, by: creating[0], creating[0].pending?.text ?? [])
    }
    if !isOfSet, let found = creator(of: id), let creator = threads[found.creator] {
      return introduce(id, by: creator, found.text)
    }
    if let creator = creating.first {
      return introduce(id, by: creator, creator.pending?.text ?? [])
    }
    let process = LogProcess(id: id, workingDirectory: root.workingDirectory)
    let thread = StraceThread(id: id, process: process)
    threads[id] = thread
    events.add(.processStarted(start: ProcessStart(parent: root.id)), id, id)
    return thread
  }

  private func firstThread(_ id: ProcessID) -> StraceThread {
    let process = LogProcess(id: id, workingDirectory: firstWorkingDirectory ?? "")
    root = process
    tellsEnds =
      isOfSet || buffer.find(Array("+++ exited with ".utf8), from: 0) != nil
    let thread = StraceThread(id: id, process: process)
    threads[id] = thread
    events.add(
      .processStarted(
        start: ProcessStart(
          parent: nil,
          state: ProcessState(
            executable: nil, arguments: [], workingDirectory: process.workingDirectory,
            credentials: nil,
            // Each by itself, so that two that lead to one place are told from others.
            descriptors: [0: "standard input", 1: "standard output", 2: "standard error"]))),
      id, id)
    events.add(
      .note(note: CaptureNote(kind: .fromLog, text: "a log of strace")), id, id)
    return thread
  }

  /// A creating call gave the number of what it made.
  func created(_ id: ProcessID, by creator: StraceThread, _ text: [UInt8]) {
    guard id > 0, threads[id] == nil, unfollowed[id] == nil, id != creator.id else { return }
    // Until there is a line of it, it may be that children were not followed.
    let thread = introduce(id, by: creator, text)
    guard thread.process !== creator.process else { return }
    threads[id] = nil
    forgetLastThread()
    if unfollowed.count < 65_536 { unfollowed[id] = thread.process }
  }

  /// Tells of a new thread or process that a call with these arguments made.
  @discardableResult
  private func introduce(
    _ id: ProcessID, by creator: StraceThread, _ text: [UInt8]
  ) -> StraceThread {
    creating.removeAll { $0 === creator }
    let flags = String(decoding: text.prefix(512), as: UTF8.self)
    let thread: StraceThread
    if flags.contains("CLONE_THREAD") {
      thread = StraceThread(id: id, process: creator.process)
      events.add(.threadStarted(creator: creator.id), creator.process.id, id)
    } else {
      let process = LogProcess(id: id, parent: creator.process)
      thread = StraceThread(id: id, process: process)
      events.add(
        .processStarted(
          start: ProcessStart(
            parent: creator.process.id, sharesDescriptors: flags.contains("CLONE_FILES"))),
        id, id)
    }
    threads[id] = thread
    return thread
  }

  /// Who made a thread, as a line that is still to come tells: the result of a call, or the signal
  /// that its end sends to its parent.
  private func creator(of id: ProcessID) -> (creator: ProcessID, text: [UInt8])? {
    let stop = min(buffer.end, buffer.position + Self.lookahead)
    let result = Array("= \(id)".utf8)
    var position = buffer.position
    while let found = buffer.find(result, from: position, to: stop) {
      position = found + result.count
      let line = buffer.line(around: found)
      guard position >= buffer.end || !(0x30...0x39).contains(buffer.bytes[position]),
        let parsed = named(line)
      else { continue }
      let name = String(decoding: buffer.bytes[parsed.name], as: UTF8.self)
      guard name.contains("clone") || name.hasSuffix("fork") else { continue }
      let pending = parsed.isResumed ? threads[parsed.thread]?.pending?.text ?? [] : []
      return (parsed.thread, pending + buffer.bytes[parsed.name.upperBound..<line.upperBound])
    }
    let mark = Array("si_pid=\(id),".utf8)
    guard let found = buffer.find(mark, from: buffer.position, to: stop) else { return nil }
    let line = StraceLine(buffer.bytes, buffer.line(around: found))
    guard case .signal = line.kind, let thread = line.thread ?? root?.id else { return nil }
    return (thread, [])
  }

  private func named(
    _ range: Range<Int>
  ) -> (thread: ProcessID, name: Range<Int>, isResumed: Bool)? {
    let line = StraceLine(buffer.bytes, range)
    guard let thread = line.thread ?? root?.id else { return nil }
    switch line.kind {
    case .call(let name): return (thread, name, false)
    case .resumed(let name): return (thread, name, true)
    default: return nil
    }
  }

  // MARK: The first

  /// The number of the first process, where lines do not tell: what it asked for itself; 1 where it did
  /// not.
  var idOfFirst: ProcessID {
    let stop = buffer.find(Array("[pid ".utf8), from: 0) ?? buffer.end
    for call in ["set_tid_address(", "getpid(", "gettid("] {
      guard let found = buffer.find(Array(call.utf8), from: 0, to: stop) else { continue }
      let line = buffer.line(around: found)
      guard let sign = buffer.find(Array("= ".utf8), from: found, to: line.upperBound),
        let (number, _) = StraceText.number(buffer.bytes, (sign + 2)..<line.upperBound),
        let id = ProcessID(exactly: number), id > 0
      else { continue }
      return id
    }
    return 1
  }

  /// Where the first process began, as far as the beginning of the log tells: by `-y`, or by the first
  /// answer of `getcwd(2)` if it went nowhere before.
  private var firstWorkingDirectory: String? {
    let stop = min(buffer.end, Self.lookahead)
    let start = 0
    let moved = buffer.find(Array("chdir(".utf8), from: start, to: stop) ?? stop
    if let found = buffer.find(Array("AT_FDCWD<".utf8), from: start, to: moved) {
      let line = buffer.line(around: found)
      if let path = StraceText.annotation(buffer.bytes, (found + 8)..<line.upperBound) {
        return path
      }
    }
    guard let found = buffer.find(Array("getcwd(\"".utf8), from: start, to: moved) else {
      return nil
    }
    let line = buffer.line(around: found)
    return StraceText.quoted(buffer.bytes, (found + 7)..<line.upperBound)
      .map { TargetText.decoding($0.bytes) }
  }

  // MARK: Ends

  /// `+++ exited with 1 +++`, `+++ killed by SIGSEGV (core dumped) +++`,
  /// `+++ superseded by execve in pid 12 +++`
  func readEnd(_ bytes: [UInt8], _ range: Range<Int>, _ thread: StraceThread) {
    let text = StraceText.plain(bytes, range)
    let words = text.split(separator: " ")
    let end: ProcessEnd
    if text.hasPrefix("exited with "), words.count > 2, let status = Int32(words[2]) {
      end = .exited(status: status & 0xFF)
    } else if text.hasPrefix("killed by "), words.count > 2,
      let signal = SignalNumber(name: String(words[2]))
    {
      end = .killed(signal: signal, coreDumped: text.contains("core dumped"))
    } else if text.hasPrefix("superseded by execve in pid "), words.count > 5,
      let other = ProcessID(words[5])
    {
      // The thread that called exec takes the leader's number.
      thread.pending = threads[other]?.pending
      threads[other] = nil
      forgetLastThread()
      return
    } else {
      return noteStrangeLine()
    }
    flushSignal()
    forget(thread)
    if thread.id == thread.process.id { finish(thread.process, end) }
  }

  private func forget(_ thread: StraceThread) {
    creating.removeAll { $0 === thread }
    for (id, other) in threads where other === thread { threads[id] = nil }
    forgetLastThread()
  }

  /// Tells the end of a process, once.
  func finish(_ process: LogProcess, _ end: ProcessEnd) {
    guard !process.hasEnded else { return }
    process.hasEnded = true
    for release in process.closeAll() {
      events.add(.descriptorReleased(release: release), process.id, process.id)
    }
    if end != .exited(status: 0) {
      for words in process.lateWords { events.add(.words(words: words), process.id, process.id) }
    }
    process.lateWords = []
    events.add(.processEnded(end: end), process.id, process.id)
  }

  /// The parent of a process learnt of its end. Of one without lines, since strace ran without `-f`, it
  /// is all that is known.
  func finish(_ id: ProcessID, _ end: ProcessEnd) {
    if let process = unfollowed.removeValue(forKey: id) {
      if end != .exited(status: 0) { hasUnfollowedFailure = true }
      return finish(process, end)
    }
    // In a log with lines for ends its own is still to come, or was cut off.
    guard !tellsEnds, let thread = threads[id], thread.process.id == id else { return }
    forget(thread)
    finish(thread.process, end)
  }

  /// A process said how it ends. In a log of before 4.6, which has no lines for ends, that is its end.
  func exit(_ thread: StraceThread, _ status: Int32) {
    thread.process.exitStatus = status
    guard !tellsEnds else { return }
    forget(thread)
    finish(thread.process, .exited(status: status))
  }

  /// `Process 12 detached`: what was its last signal ended it, if it ran on no more.
  func detached(_ id: ProcessID) {
    guard let thread = threads[id], thread.process.id == id, !tellsEnds else { return }
    flushSignal()
    guard let signal = thread.lastSignal else { return }
    forget(thread)
    finish(thread.process, .killed(signal: signal, coreDumped: false))
  }
}

extension LogBuffer {
  /// The line that `position` lies in, without its line feed.
  func line(around position: Int) -> Range<Int> {
    var start = position
    while start > 0, bytes[start - 1] != 0x0A, position - start < lineCap { start -= 1 }
    return start..<(lineFeed(from: position, to: end) ?? end)
  }
}
