import TraceEvents

extension CallDecoder {
  private static var onDescriptor: Set<String> {
    [
      "read", "readv", "pread64", "preadv", "preadv2", "pwritev", "pwritev2", "recvfrom", "recvmsg",
      "recvmmsg", "epoll_wait", "epoll_pwait", "epoll_pwait2", "ioctl", "fstat", "lseek",
      "setsockopt", "copy_file_range", "splice", "io_uring_enter", "mq_timedreceive",
      "mq_timedsend",
    ]
  }

  /// What a call that the table does not have waits for: the descriptors, or a futex's address.
  func awaited(
    _ name: String, _ call: PendingCall, thread: ProcessID
  ) -> [SystemCall.Argument] {
    switch name {
    case _ where Self.onDescriptor.contains(name):
      return [.descriptor(number: Int32(truncatingIfNeeded: call.arguments[0]))]
    case "poll", "ppoll", "ppoll_time64":
      return polled(thread, at: call.arguments[0], count: call.arguments[1])
    case "select", "_newselect", "pselect6", "pselect6_time64":
      return selected(thread, call)
    case "futex", "futex_time64": return [.hexadecimal(value: call.arguments[0])]
    case "msgrcv", "msgsnd":
      return [.integer(value: Int64(Int32(truncatingIfNeeded: call.arguments[0])))]
    case "semop", "semtimedop":
      return [.integer(value: Int64(Int32(truncatingIfNeeded: call.arguments[0])))]
        + operation(thread, at: call.arguments[1])
    case "sendfile":
      return [
        .descriptor(number: Int32(truncatingIfNeeded: call.arguments[0])),
        .descriptor(number: Int32(truncatingIfNeeded: call.arguments[1])),
      ]
    default: return []
    }
  }

  /// What a call of these gave: for those that wait for events, what came for which descriptor.
  func answered(
    _ name: String, _ call: PendingCall, thread: ProcessID, result: Int64
  ) -> [SystemCall.Argument] {
    guard result > 0 else { return awaited(name, call, thread: thread) }
    switch name {
    case "poll", "ppoll", "ppoll_time64":
      let count = Int(min(call.arguments[1], 16))
      guard let list = memory.bytes(thread, at: call.arguments[0], count: count * 8) else {
        return []
      }
      return (0..<count).flatMap { index -> [SystemCall.Argument] in
        let came = list.littleEndian(at: index * 8 + 6, size: 2)
        let number = Int32(truncatingIfNeeded: list.littleEndian(at: index * 8, size: 4))
        return came == 0
          ? [] : [.descriptor(number: number), .symbol(name: Self.events(came, "POLL"))]
      }
    case "epoll_wait", "epoll_pwait", "epoll_pwait2":
      // struct epoll_event is packed; its data is the program's own and tells nothing for sure.
      guard let came = memory.number(thread, at: call.arguments[1], size: 4) else { return [] }
      return [
        .descriptor(number: Int32(truncatingIfNeeded: call.arguments[0])),
        .symbol(name: Self.events(came, "EPOLL")),
      ]
    default: return awaited(name, call, thread: thread)
    }
  }

  /// The events of `poll(2)` and `epoll_ctl(2)`, which share their first bits.
  private static func events(_ bits: UInt64, _ prefix: String) -> String {
    let names: [(UInt64, String)] = [
      (0x01, "IN"), (0x02, "PRI"), (0x04, "OUT"), (0x08, "ERR"), (0x10, "HUP"), (0x20, "NVAL"),
      (0x2000, "RDHUP"),
    ]
    let set = names.filter { bits & $0.0 != 0 }.map { prefix + $0.1 }
    return set.isEmpty ? String(bits, radix: 16) : set.joined(separator: "|")
  }

  /// The first of the operations of `semop(2)`: the semaphore's number in its set, and what is done to it.
  private func operation(_ thread: ProcessID, at address: UInt64) -> [SystemCall.Argument] {
    // struct sembuf: unsigned short sem_num; short sem_op, sem_flg.
    guard let bytes = memory.bytes(thread, at: address, count: 4) else { return [] }
    let change = Int16(truncatingIfNeeded: bytes.littleEndian(at: 2, size: 2))
    return [
      .integer(value: Int64(bytes.littleEndian(at: 0, size: 2))), .integer(value: Int64(change)),
    ]
  }

  /// The descriptors of a `struct pollfd` list of which events are asked for, at most 16. One with no
  /// events is only looked at for its end, as tail(1) looks at its output.
  private func polled(
    _ thread: ProcessID, at address: UInt64, count: UInt64
  ) -> [SystemCall.Argument] {
    let wanted = Int(min(count, 16))
    guard let list = memory.bytes(thread, at: address, count: wanted * 8) else { return [] }
    let asked = (0..<wanted).filter { list.littleEndian(at: $0 * 8 + 4, size: 2) != 0 }
    return (asked.isEmpty ? Array(0..<wanted) : asked).map {
      .descriptor(number: Int32(truncatingIfNeeded: list.littleEndian(at: $0 * 8, size: 4)))
    }.filter { $0 != .descriptor(number: -1) }
  }

  /// The descriptors of the three sets of `select(2)`, at most 16.
  private func selected(_ thread: ProcessID, _ call: PendingCall) -> [SystemCall.Argument] {
    let count = Int(min(call.arguments[0], 1024))
    var found: Set<Int32> = []
    for set in 1...3 where call.arguments[set] != 0 {
      guard
        let bits = memory.bytes(
          thread, at: call.arguments[set], count: (count + 63) / 64 * 8)
      else { continue }
      for descriptor in 0..<count where bits[descriptor / 8] >> UInt8(descriptor % 8) & 1 != 0 {
        found.insert(Int32(descriptor))
      }
    }
    return found.sorted().prefix(16).map { .descriptor(number: $0) }
  }
}
