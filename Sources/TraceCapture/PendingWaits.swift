import Glibc
import TraceEvents

/// Tells a target that waits for work from one that waits for what is sure to come or to fail soon: the
/// answer of a name server, a connection that is being opened, the pause of a script.
///
/// Each kind is waited for once, for a few seconds: what never comes keeps nobody from settling.
struct PendingWaits {
  /// Nanoseconds.
  private static let longest: UInt64 = 5_000_000_000
  private static let largestTable = 1 << 20
  private static let mostDescriptors: UInt64 = 4

  /// When a question or a connection was first seen to be under way.
  private var underWay: UInt64?
  /// When each process was first seen in a pause.
  private var pauses: [ProcessID: UInt64] = [:]

  /// True if a thread is in a call that ends by itself soon, after which its program goes on.
  mutating func holds(
    _ thread: ProcessID, in name: String, _ arguments: CallArguments, isNarrow: Bool
  ) -> Bool {
    if isPause(thread, name, arguments, isNarrow: isNarrow) {
      return isEarly(&pauses[thread])
    }
    guard let descriptors = Self.descriptors(of: thread, name, arguments), !descriptors.isEmpty,
      let sockets = Self.sockets(of: thread, among: descriptors),
      Self.isAsking(thread, sockets)
    else { return false }
    return isEarly(&underWay)
  }

  private func isEarly(_ start: inout UInt64?) -> Bool {
    let now = EventStream.now
    let first = start ?? now
    start = first
    return now &- first < Self.longest
  }

  /// True for a sleep of some seconds, in a process that its parent waits for: `sleep 4` of a script.
  private func isPause(
    _ thread: ProcessID, _ name: String, _ arguments: CallArguments, isNarrow: Bool
  ) -> Bool {
    let time: UInt64
    switch name {
    case "nanosleep": time = arguments[0]
    // TIMER_ABSTIME
    case "clock_nanosleep" where arguments[1] & 1 == 0: time = arguments[2]
    default: return false
    }
    guard let seconds = MemoryReader(capacity: 8).number(thread, at: time, size: isNarrow ? 4 : 8),
      seconds < Self.longest / 1_000_000_000, let parent = ProcessFiles.status(thread)?.parent,
      parent != getpid(),
      // A worker of a server runs its parent's program, and sleeps again and again.
      ProcessFiles.link("/proc/\(thread)/exe") != ProcessFiles.link("/proc/\(parent)/exe"),
      let call = ProcessFiles.currentCall(parent)
    else { return false }
    return ["wait4", "waitpid", "waitid"]
      .contains(Self.name(of: call.number, isNarrow: ProcessFiles.isNarrow(parent)))
  }

  /// The name of a call, of those that are traced as well.
  static func name(of number: UInt64, isNarrow: Bool) -> String {
    let row = SystemCallTable.rows.first {
      ((isNarrow ? $0.number32 : $0.number).map { UInt64($0) }) == number
    }
    return row?.name ?? CallNames.name(number, isNarrow: isNarrow)
  }

  /// The descriptors that a thread waits for in a call; nil if it waits for none, or for many.
  private static func descriptors(
    of thread: ProcessID, _ name: String, _ arguments: CallArguments
  ) -> [Int32]? {
    switch name {
    case "connect", "recvfrom", "recvmsg": return [Int32(truncatingIfNeeded: arguments[0])]
    case "poll", "ppoll":
      guard arguments[1] <= mostDescriptors,
        let bytes = MemoryReader(capacity: 64).bytes(
          thread, at: arguments[0], count: Int(arguments[1]) * 8)
      else { return nil }
      return (0..<Int(arguments[1])).map {
        Int32(truncatingIfNeeded: bytes.littleEndian(at: $0 * 8, size: 4))
      }
    case "epoll_wait", "epoll_pwait":
      let file = "/proc/\(thread)/fdinfo/\(Int32(truncatingIfNeeded: arguments[0]))"
      // `tfd:        5 events: ...`
      return ProcessFiles.bytes(file, cap: 1 << 16).map { bytes in
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
          let words = String(decoding: line, as: UTF8.self).split(separator: " ")
          return words.first == "tfd:" && words.count > 1 ? Int32(words[1]) : nil
        }
      }
    default: return nil
    }
  }

  /// The numbers of the sockets among descriptors.
  private static func sockets(of thread: ProcessID, among descriptors: [Int32]) -> Set<Substring>? {
    let numbers = descriptors.compactMap { descriptor -> Substring? in
      guard let link = ProcessFiles.link("/proc/\(thread)/fd/\(descriptor)"),
        link.hasPrefix("socket:[")
      else { return nil }
      return link.dropFirst(8).dropLast()
    }
    return numbers.isEmpty ? nil : Set(numbers)
  }

  /// True if one of the sockets is a TCP connection that is being opened, or asks a name server by UDP
  /// (`/proc/net/tcp`, `proc_pid_net(5)`: state 02 is SYN_SENT; port 53).
  private static func isAsking(_ thread: ProcessID, _ sockets: Set<Substring>) -> Bool {
    for table in ["tcp", "tcp6", "udp", "udp6"] {
      let bytes = ProcessFiles.bytes("/proc/\(thread)/net/\(table)", cap: largestTable) ?? []
      for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst() {
        let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard fields.count > 9, sockets.contains(fields[9]) else { continue }
        if table.hasPrefix("tcp") ? fields[3] == "02" : fields[2].hasSuffix(":0035") { return true }
      }
    }
    return false
  }
}
