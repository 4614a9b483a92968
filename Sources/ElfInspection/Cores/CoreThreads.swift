import TraceEvents

// What the threads of a core file were in.
extension CoreThread {
  /// What x86-64 numbers the calls that threads wait in, and whether their first argument is a
  /// descriptor (arch/x86/entry/syscalls/syscall_64.tbl).
  private static let calls: [UInt64: (name: String, takesDescriptor: Bool)] = [
    0: ("read", true), 1: ("write", true), 7: ("poll", false), 17: ("pread64", true),
    18: ("pwrite64", true), 20: ("writev", true), 23: ("select", false), 34: ("pause", false),
    35: ("nanosleep", false), 42: ("connect", true), 43: ("accept", true), 44: ("sendto", true),
    45: ("recvfrom", true), 46: ("sendmsg", true), 47: ("recvmsg", true), 61: ("wait4", false),
    72: ("fcntl", true), 73: ("flock", true), 74: ("fsync", true), 75: ("fdatasync", true),
    128: ("rt_sigtimedwait", false), 130: ("rt_sigsuspend", false), 202: ("futex", false),
    230: ("clock_nanosleep", false), 232: ("epoll_wait", true), 247: ("waitid", false),
    270: ("pselect6", false), 271: ("ppoll", false), 281: ("epoll_pwait", true),
    288: ("accept4", true), 299: ("recvmmsg", true), 441: ("epoll_pwait2", true),
  ]
  /// EINTR, and ERESTARTSYS and its kin: what a call ends with that the end of its process interrupts.
  private static let interrupted: Set<Int64> = [-4, -512, -513, -514, -516]

  /// What the thread was in, as far as registers and memory tell; `siblings` are all of its process.
  func moment(
    _ memory: CoreMemory, is64: Bool, siblings: Set<ProcessID>, stack: [StackFrame]
  ) -> ThreadMoment {
    var moment = ThreadMoment(thread: id, name: "", state: "?", stack: stack)
    // `orig_rax` and `rax` of `struct user_regs_struct`.
    guard is64, Self.interrupted.contains(Int64(bitPattern: registers[10])),
      let call = Self.calls[registers[15]]
    else { return moment }
    let first = registers[14]
    let descriptor = Int32(truncatingIfNeeded: first)
    moment.state = "S"
    moment.call = SystemCall(
      name: call.name, arguments: call.takesDescriptor ? [.descriptor(number: descriptor)] : [],
      outcome: .unfinished)
    // What epoll watches is not in the file.
    if call.takesDescriptor, !call.name.hasPrefix("epoll") { moment.descriptors = [descriptor] }
    if call.name == "futex" { moment.lock = lock(at: first, memory, siblings) }
    return moment
  }

  /// What a futex stands for, by the layout of the GNU C library: a contended mutex is 2, with its
  /// owner's id 8 bytes on; a thread's descriptor has the thread's own id until it ends.
  private func lock(
    at address: UInt64, _ memory: CoreMemory, _ siblings: Set<ProcessID>
  ) -> ThreadLock {
    let word = { (address: UInt64) -> ProcessID? in
      memory.number(at: address).map { ProcessID(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
    }
    // FUTEX_WAIT and FUTEX_WAIT_BITSET (futex(2)).
    let operation = registers[13] & 0x7F
    let expected = ProcessID(truncatingIfNeeded: registers[12] & 0xFFFF_FFFF)
    guard [0, 9].contains(operation), let now = word(address), now == expected else {
      return ThreadLock(kind: .unknown, address: address)
    }
    if now == 2, let owner = word(address &+ 8), siblings.contains(owner) {
      return ThreadLock(kind: .mutex, address: address, owner: owner)
    }
    if now > 2, siblings.contains(now) {
      return ThreadLock(kind: .join, address: address, owner: now)
    }
    return ThreadLock(kind: .unknown, address: address)
  }
}
