import Glibc
import TraceEvents

// What threads do at one moment: taken before a process is attached to, and once time is up.
extension TraceSession {
  /// How many threads of a process are told of.
  static var mostMoments: Int { 512 }
  private static var mostDescriptors: Int { 64 }

  /// What the threads of a process do, whether it is traced yet or not.
  func moments(of process: ProcessID) -> [ThreadMoment] {
    let ids = ProcessFiles.threads(process)
    let siblings = Set(ids)
    return ids.prefix(Self.mostMoments).compactMap {
      moment(of: $0, in: process, among: siblings)
    }
  }

  private func moment(
    of id: ProcessID, in process: ProcessID, among siblings: Set<ProcessID>
  ) -> ThreadMoment? {
    guard var state = ProcessFiles.state(id) else { return nil }
    let traced = threads[id]
    // Of what we trace: it is stopped by job control, or at a stop that we have not served yet.
    if state == "t", let traced { state = traced.isInGroupStop ? "T" : "R" }
    var moment = ThreadMoment(
      thread: id, name: ProcessFiles.line("/proc/\(id)/comm") ?? "", state: String(state))
    moment.calls = traced?.finishedCalls ?? 0
    moment.kernelPlace = ProcessFiles.line("/proc/\(id)/wchan").flatMap { $0 == "0" ? nil : $0 }
    guard state != "R", let call = waitedCall(of: id, in: process) else { return moment }
    decoder.memory.forget()
    let event = described(call, thread: id)
    moment.call = event
    moment.descriptors = awaitedDescriptors(event, process)
    moment.timeout = decoder.timeout(event.name, call, thread: id)
    if event.name == "futex" {
      moment.lock = decoder.lock(call, thread: id, among: siblings)
    }
    return moment
  }

  /// The call that a thread is in; the one that was interrupted by us for one that goes on by
  /// `restart_syscall(2)`.
  func waitedCall(of id: ProcessID, in process: ProcessID) -> PendingCall? {
    guard let current = ProcessFiles.currentCall(id) else { return nil }
    var number = current.number
    let isNarrow = ProcessFiles.isNarrow(process)
    let restart: UInt64 = isNarrow ? 0 : 219
    if number == restart {
      if let call = threads[id]?.interruptedCall { return call }
      if !isNarrow, let before = restarted(id, before: current.next) { number = before }
    }
    return PendingCall(
      row: numbers.row(number, isNarrow: isNarrow), number: number,
      arguments: current.arguments, isNarrow: isNarrow)
  }

  /// How many bytes of code before a call are searched for its number.
  private static var reachOfCode: UInt64 { 64 }
  /// `syscall`, and `mov $number, %eax` up to the number.
  private static var callInstruction: [UInt8] { [0x0F, 0x05] }
  private static var numberInstruction: UInt8 { 0xB8 }
  /// The calls that the kernel goes on with by restart_syscall(2): poll, nanosleep, futex, clock_nanosleep.
  private static var restartable: Set<UInt64> { [7, 35, 202, 230] }

  /// The call that a thread goes on with by `restart_syscall(2)`, since a tracer before us or a signal
  /// interrupted it. The kernel does not tell it, and leaves its arguments in place; the code before the
  /// call does.
  private func restarted(_ id: ProcessID, before next: UInt64) -> UInt64? {
    guard next > Self.reachOfCode else { return nil }
    decoder.memory.forget()
    let code = decoder.memory.available(
      id, at: next - Self.reachOfCode, cap: Int(Self.reachOfCode))
    guard code.count == Int(Self.reachOfCode), code.suffix(2).elementsEqual(Self.callInstruction)
    else { return nil }
    for place in stride(from: code.count - 7, through: 0, by: -1)
    where code[place] == Self.numberInstruction {
      let number = code.littleEndian(at: place + 1, size: 4)
      if Self.restartable.contains(number) { return number }
    }
    return nil
  }

  /// A call that has not returned, as an event.
  func described(_ call: PendingCall, thread: ProcessID) -> SystemCall {
    if let index = call.row ?? numbers.row(call.number, isNarrow: call.isNarrow) {
      return SystemCall(
        name: rows[index].name,
        arguments: decoder.arguments(of: rows[index], call, thread: thread, result: nil),
        outcome: .unfinished)
    }
    let name = CallNames.name(call.number, isNarrow: call.isNarrow)
    return SystemCall(
      name: name, arguments: decoder.awaited(name, call, thread: thread), outcome: .unfinished)
  }

  /// The descriptors that a call waits for; for epoll those that its descriptor watches.
  private func awaitedDescriptors(_ call: SystemCall, _ process: ProcessID) -> [Int32] {
    let named = call.arguments.compactMap { argument -> Int32? in
      if case .descriptor(let number) = argument { number } else { nil }
    }
    guard call.name.hasPrefix("epoll_"), let own = named.first,
      let bytes = ProcessFiles.bytes("/proc/\(process)/fdinfo/\(own)", cap: 1 << 16)
    else { return named }
    // "tfd:        5 events:       19 data: ..." (proc_pid_fdinfo(5))
    let watched = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix("tfd:") }
      .compactMap { $0.dropFirst(4).split(separator: " ").first.flatMap { Int32($0) } }
    return Array(watched.sorted().prefix(Self.mostDescriptors))
  }

  // MARK: Telling

  /// Takes what every thread does.
  func takeMoments() {
    look = ThreadLook()
    for id in processes.keys.sorted() { look.moments[id] = moments(of: id) }
  }

  /// Tells what every thread did, with the stacks that were walked.
  func tellLook() {
    guard !look.moments.isEmpty else { return }
    let ids = look.moments.keys.sorted()
    for id in ids {
      guard var list = look.moments[id] else { continue }
      for index in list.indices {
        list[index].stack = ThreadLook.common(look.stacks[list[index].thread] ?? [])
      }
      let fact = Fact(question: .threads(pid: id), answer: .threads(list: list))
      events.emit(.fact(fact: fact), process: id, thread: id)
    }
    facts.tellSnapshot(of: ids, first: first, events)
    look = ThreadLook()
  }
}

/// What is collected about the threads while they are looked at.
struct ThreadLook {
  /// Stacks that are taken of a thread that runs, so that the loop shows that it is in.
  static let samples = 3
  /// Threads of which stacks are taken.
  static let mostThreads = 32

  var moments: [ProcessID: [ThreadMoment]] = [:]
  var stacks: [ProcessID: [[StackFrame]]] = [:]

  /// The frames that all samples have in common, from the outermost on; of one sample all.
  static func common(_ samples: [[StackFrame]]) -> [StackFrame] {
    guard var common = samples.first else { return [] }
    for sample in samples.dropFirst() {
      let shared = zip(common.reversed(), sample.reversed())
        .prefix { $0.function == $1.function && $0.module == $1.module }.count
      // Where not even main() is shared, the walks went wrong: the first stands for all.
      if shared == 0 { return samples[0] }
      common = Array(common.suffix(shared))
    }
    return common
  }
}

extension CallDecoder {
  /// Seconds after which a call that waits returns in any case; nil where there is no such time.
  func timeout(_ name: String, _ call: PendingCall, thread: ProcessID) -> Double? {
    let arguments = call.arguments
    let memory = memory
    let time = { (address: UInt64) -> Double? in
      guard let seconds = memory.number(thread, at: address, size: call.isNarrow ? 4 : 8),
        let rest = memory.number(
          thread, at: address &+ (call.isNarrow ? 4 : 8), size: call.isNarrow ? 4 : 8),
        seconds < 1 << 40, rest < 1_000_000_000
      else { return nil }
      return Double(seconds) + Double(rest) / 1e9
    }
    let milliseconds = { (value: UInt64) -> Double? in
      let value = Int32(truncatingIfNeeded: value)
      return value < 0 ? nil : Double(value) / 1000
    }
    switch name {
    case "nanosleep": return time(arguments[0])
    case "clock_nanosleep": return arguments[1] & 1 == 0 ? time(arguments[2]) : nil
    case "poll": return milliseconds(arguments[2])
    case "epoll_wait", "epoll_pwait": return milliseconds(arguments[3])
    case "ppoll", "rt_sigtimedwait": return arguments[2] == 0 ? nil : time(arguments[2])
    case "pselect6": return arguments[4] == 0 ? nil : time(arguments[4])
    case "select":
      // struct timeval, of microseconds.
      guard arguments[4] != 0, !call.isNarrow,
        let seconds = memory.number(thread, at: arguments[4], size: 8),
        let rest = memory.number(thread, at: arguments[4] &+ 8, size: 8), seconds < 1 << 40,
        rest < 1_000_000
      else { return nil }
      return Double(seconds) + Double(rest) / 1e6
    case "futex": return futexTimeout(call, time: time)
    default: return nil
    }
  }

  private func futexTimeout(_ call: PendingCall, time: (UInt64) -> Double?) -> Double? {
    guard call.arguments[3] != 0, let value = time(call.arguments[3]) else { return nil }
    // FUTEX_WAIT takes a span, all others a point in time (futex(2)).
    guard call.arguments[1] & 0x7F != 0 else { return value }
    var now = timespec()
    let isRealTime = call.arguments[1] & 0x100 != 0
    unsafe clock_gettime(isRealTime ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now)
    return max(0, value - Double(now.tv_sec) - Double(now.tv_nsec) / 1e9)
  }

  /// What a futex stands for that a thread waits at.
  ///
  /// `pthread_mutex_t` of the GNU C library: the futex first, at 8 bytes its owner's thread id;
  /// contended, the futex is 2. Of robust and priority-inheriting ones it is the owner's id itself,
  /// with the top bits for waiters (futex(2)). `pthread_rwlock_t` has its writer 16 bytes behind the
  /// futex of readers and 12 behind that of writers. A thread's descriptor has the thread's own id
  /// until it ends.
  func lock(_ call: PendingCall, thread: ProcessID, among siblings: Set<ProcessID>) -> ThreadLock {
    let memory = memory
    let address = call.arguments[0]
    let operation = call.arguments[1] & 0x7F
    let expected = UInt32(truncatingIfNeeded: call.arguments[2])
    let word = { (offset: UInt64) -> UInt32? in
      memory.number(thread, at: address &+ offset, size: 4).map { UInt32(truncatingIfNeeded: $0) }
    }
    let threadID = { (value: UInt32?) -> ProcessID? in
      guard let value, value > 1 else { return nil }
      let id = ProcessID(truncatingIfNeeded: value & 0x3FFF_FFFF)
      // A mutex in shared memory may be another process's.
      guard siblings.contains(id) || (call.arguments[1] & 0x80 == 0 && ProcessFiles.exists(id))
      else {
        return nil
      }
      return id
    }
    guard let now = word(0) else { return ThreadLock(kind: .unknown, address: address) }
    switch operation {
    case 6, 13:
      return ThreadLock(kind: .mutex, address: address, owner: threadID(now))
    case 0, 9:
      if expected & 0x8000_0000 != 0, let owner = threadID(now) {
        return ThreadLock(kind: .mutex, address: address, owner: owner)
      }
      if expected == 2, now == 2, let owner = threadID(word(8)) {
        return ThreadLock(kind: .mutex, address: address, owner: owner)
      }
      // Who held it may have ended; its number is all that is left.
      if expected == 2, now == 2, let owner = word(8), owner >= 300, owner < 1 << 22 {
        return ThreadLock(
          kind: .orphan, address: address, owner: ProcessID(truncatingIfNeeded: owner))
      }
      if expected == 3, let owner = threadID(word(16)) ?? threadID(word(12)) {
        return ThreadLock(kind: .mutex, address: address, owner: owner)
      }
      if expected == now, now > 2, siblings.contains(ProcessID(truncatingIfNeeded: now)) {
        return ThreadLock(
          kind: .join, address: address, owner: ProcessID(truncatingIfNeeded: now))
      }
      return ThreadLock(kind: .unknown, address: address)
    default: return ThreadLock(kind: .unknown, address: address)
    }
  }
}
