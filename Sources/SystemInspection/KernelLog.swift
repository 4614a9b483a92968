import Glibc
import TraceEvents

/// The kernel's log, as `/dev/kmsg` gives it (Documentation/ABI/testing/dev-kmsg).
enum KernelLog {
  /// How many records are looked at; the log of most machines holds fewer.
  private static let mostRecords = 100_000
  private static let mostMessages = 8

  /// The messages since this process began that have one of `words`, newest last.
  ///
  /// Throws what the kernel answers to those who may not read it (`EPERM`, kernel.dmesg_restrict).
  static func recent(with words: [String]) throws(InspectionError) -> [String] {
    var now = timespec()
    guard unsafe clock_gettime(CLOCK_MONOTONIC, &now) == 0 else {
      throw InspectionError(code: ErrorNumber(rawValue: errno), path: "/dev/kmsg")
    }
    let start = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000 - age()
    var found: [String] = []
    try FileReading.records(of: "/dev/kmsg", limit: mostRecords) { record in
      guard let message = Message(record: record), message.time >= start,
        words.contains(where: { message.text.contains($0) })
      else { return }
      found.append(message.text)
      if found.count > mostMessages { found.removeFirst() }
    }
    return found
  }

  /// How long this process has been running, in microseconds, a tick too much: by the time since boot at
  /// which it began (`proc_pid_stat(5)`, field 22).
  private static func age() -> Int64 {
    var boot = timespec()
    guard let text = FileReading.text(of: "/proc/self/stat"),
      let end = text.lastIndex(of: ")"),
      case let fields = text[end...].split(separator: " "), fields.count > 20,
      let ticks = Int64(fields[20]), case let rate = Int64(sysconf(Int32(_SC_CLK_TCK))), rate > 0,
      unsafe clock_gettime(CLOCK_BOOTTIME, &boot) == 0
    else { return 0 }
    let now = Int64(boot.tv_sec) * 1_000_000 + Int64(boot.tv_nsec) / 1000
    return max(0, now - (ticks - 1) * (1_000_000 / rate))
  }

  /// One record: `6,1234,5678901,-;text`, with lines of properties behind it.
  struct Message: Hashable {
    /// When it was logged, in microseconds of the monotonic clock.
    var time: Int64
    /// What it says, at most 400 characters.
    var text: String

    /// The message of one record; nil if it is not of that form.
    init?(record: [UInt8]) {
      guard let mark = record.firstIndex(of: UInt8(ascii: ";")) else { return nil }
      let fields = record[..<mark].split(separator: UInt8(ascii: ","))
      guard fields.count >= 3, let time = Int64(String(decoding: fields[2], as: UTF8.self)) else {
        return nil
      }
      self.time = time
      let line = record[(mark + 1)...].prefix { $0 != UInt8(ascii: "\n") }
      text = String(TargetText.decoding(line).prefix(400))
    }
  }
}
