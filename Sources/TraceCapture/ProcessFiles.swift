private import CTraceShim
import Glibc
import TraceEvents

/// Reads what `/proc/PID` says of a process; every read capped, nothing thrown: a process may be
/// gone at any moment.
enum ProcessFiles {
  /// The file's bytes, at most `cap`; nil if it cannot be read.
  static func bytes(_ path: String, cap: Int) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var all: [UInt8] = []
    var chunk = 4096
    while all.count < cap {
      let wanted = min(chunk, cap - all.count)
      let part = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        count = unsafe max(0, read(file, buffer.baseAddress, wanted))
      }
      if part.isEmpty { break }
      if all.isEmpty { all = part } else { all += part }
      chunk = 32768
    }
    return all
  }

  /// Where a symbolic link points; nil if it cannot be read.
  static func link(_ path: String) -> String? {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = unsafe buffer.withMemoryRebound(to: CChar.self) { text in
        guard let base = text.baseAddress else { return 0 }
        return unsafe max(0, readlink(path, base, 4096))
      }
    }
    return bytes.isEmpty ? nil : TargetText.decoding(bytes)
  }

  /// What the kernel puts behind the path of a file that was removed (`proc_pid_fd(5)`).
  static let removalMark = " (deleted)"

  /// What a directory was called that a link of /proc leads to, if it was removed; else its path.
  static func formerName(_ path: String) -> String {
    var status = stat()
    guard path.hasSuffix(removalMark), unsafe stat(path, &status) != 0 else { return path }
    return String(path.dropLast(removalMark.utf8.count))
  }

  /// Texts that are each ended by a null byte (`cmdline`, `environ`).
  static func texts(_ path: String, cap: Int) -> [String] {
    guard var bytes = bytes(path, cap: cap) else { return [] }
    if bytes.last == 0 { bytes.removeLast() }
    if bytes.isEmpty { return [] }
    return bytes.split(separator: 0, omittingEmptySubsequences: false).map {
      TargetText.decoding(Array($0))
    }
  }

  /// The first line of a small file; nil if it cannot be read.
  static func line(_ path: String) -> String? {
    bytes(path, cap: 256).map { TargetText.decoding($0.prefix { $0 != 0x0A }) }
  }

  /// True if there is such a process or thread.
  static func exists(_ id: Int32) -> Bool { state(id) != nil }

  /// What `/proc/PID/status` says; nil if the process is gone.
  static func status(_ id: Int32) -> ProcessStatus? {
    guard let bytes = bytes("/proc/\(id)/status", cap: 16384) else { return nil }
    return ProcessStatus(bytes)
  }

  /// The letter of a thread's state (`proc(5)`, field 3 of `stat`): S for interruptible sleep.
  static func state(_ id: Int32) -> Character? {
    guard let bytes = bytes("/proc/\(id)/stat", cap: 512),
      let name = bytes.lastIndex(of: UInt8(ascii: ")")), name + 2 < bytes.count
    else { return nil }
    return Character(Unicode.Scalar(bytes[name + 2]))
  }

  /// The kernel's flags of a process (`PF_*`, field 9 of `/proc/PID/stat`); 0 if it is gone.
  static func flags(_ id: Int32) -> UInt64 {
    guard let bytes = bytes("/proc/\(id)/stat", cap: 512),
      let name = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return 0 }
    let fields = bytes[(name + 1)...].split(separator: UInt8(ascii: " "))
    return fields.count > 6 ? UInt64(String(decoding: fields[6], as: UTF8.self)) ?? 0 : 0
  }

  /// The call that a thread is in, with its arguments and where the program goes on after it
  /// (`/proc/PID/syscall`); nil if it runs.
  static func currentCall(
    _ id: Int32
  ) -> (number: UInt64, arguments: CallArguments, next: UInt64)? {
    guard let bytes = bytes("/proc/\(id)/syscall", cap: 512) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard words.count >= 7, let number = UInt64(words[0]) else { return nil }
    let values = words[1...6].map { UInt64($0.dropFirst(2), radix: 16) ?? 0 }
    return (
      number, CallArguments(values[0], values[1], values[2], values[3], values[4], values[5]),
      words.count > 8 ? UInt64(words[8].dropFirst(2).prefix { $0.isHexDigit }, radix: 16) ?? 0 : 0
    )
  }

  /// The control groups that a process is in (`/proc/PID/cgroup`).
  static func controlGroups(_ id: Int32) -> String {
    bytes("/proc/\(id)/cgroup", cap: 4096).map { TargetText.decoding($0) } ?? ""
  }

  /// True if a process runs a 32-bit program, by its ELF class.
  static func isNarrow(_ id: Int32) -> Bool {
    bytes("/proc/\(id)/exe", cap: 5).map { $0.count == 5 && $0[4] == 1 } ?? false
  }

  /// The environment of this process, as it stands now.
  static func ownEnvironment() -> [String] {
    var list: [String] = []
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let length = unsafe strlen(text)
      let bytes = unsafe UnsafeRawBufferPointer(start: text, count: length)
      list.append(TargetText.decoding(unsafe Array(bytes)))
      unsafe entry += 1
    }
    return list
  }

  /// Who this process acts as.
  static var ownCredentials: Credentials {
    var capabilities: UInt64 = 0
    _ = unsafe wf_effective_capabilities(&capabilities)
    let count = max(0, getgroups(0, nil))
    let groups = unsafe [UInt32](unsafeUninitializedCapacity: Int(count)) {
      unsafe $1 = max(0, Int(getgroups(count, $0.baseAddress)))
    }
    return Credentials(
      user: geteuid(), group: getegid(), groups: groups, capabilities: capabilities)
  }

  /// The numbers of open descriptors.
  static func descriptors(_ id: Int32) -> [Int32] { numbers(in: "/proc/\(id)/fd") }

  /// The names in a directory that are numbers, in order.
  private static func numbers(in path: String) -> [Int32] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var numbers: [Int32] = []
    while let entry = unsafe readdir(directory), numbers.count < 65536 {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if let number = Int32(name) { numbers.append(number) }
    }
    return numbers.sorted()
  }

  /// The threads of a process (`/proc/PID/task`), in order.
  static func threads(_ id: Int32) -> [Int32] { numbers(in: "/proc/\(id)/task") }

  /// The children of a process, those of all its threads (`/proc/PID/task/TID/children`).
  static func children(_ id: Int32) -> [Int32] {
    threads(id).flatMap { thread in
      let text = bytes("/proc/\(id)/task/\(thread)/children", cap: 1 << 16) ?? []
      return text.split(separator: UInt8(ascii: " ")).compactMap {
        Int32(String(decoding: $0, as: UTF8.self))
      }
    }
  }

  /// Position and open flags of a descriptor (`/proc/PID/fdinfo/N`).
  static func descriptorInfo(_ id: Int32, _ descriptor: Int32) -> (position: Int64, flags: Int32)? {
    guard let bytes = bytes("/proc/\(id)/fdinfo/\(descriptor)", cap: 1024) else { return nil }
    let fields = StatusFields(bytes)
    guard let position = fields["pos"].flatMap({ Int64($0) }) else { return nil }
    return (position, fields["flags"].flatMap { Int32($0, radix: 8) } ?? 0)
  }
}

/// The lines `Name:\tvalue` of a /proc file.
struct StatusFields {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value of the first line with this name, without blanks around it.
  subscript(name: String) -> Substring? {
    var line = bytes[...]
    while !line.isEmpty {
      let end = line.firstIndex(of: UInt8(ascii: "\n")) ?? line.endIndex
      defer { line = bytes[min(end + 1, bytes.endIndex)...] }
      guard line.starts(with: name.utf8) else { continue }
      var rest = line[..<end].dropFirst(name.utf8.count)
      guard rest.popFirst() == UInt8(ascii: ":") else { continue }
      while let byte = rest.first, byte == 0x20 || byte == 0x09 { rest.removeFirst() }
      while let byte = rest.last, byte == 0x20 || byte == 0x09 { rest.removeLast() }
      return Substring(decoding: rest, as: UTF8.self)
    }
    return nil
  }
}

/// `/proc/PID/status` (`proc_pid_status(5)`), as far as a tracer needs it.
struct ProcessStatus {
  /// The process (thread group).
  var process: Int32 = 0
  /// Its parent.
  var parent: Int32 = 0
  /// Who traces it; 0 for nobody.
  var tracer: Int32 = 0
  /// Who it acts as; the user is the file-system user.
  var credentials = Credentials(user: 0, group: 0, groups: [], capabilities: 0)
  /// Real user and group, which `access(2)` asks for.
  var realUser: UInt32 = 0
  var realGroup: UInt32 = 0
  /// True after `PR_SET_NO_NEW_PRIVS`.
  var hasNoNewPrivileges = false
  /// 0 none, 1 strict, 2 filter (`seccomp(2)`).
  var seccompMode = 0
  /// True for the first process of a PID namespace (`pid_namespaces(7)`).
  var isInit = false
  /// Signals that are ignored, handled, and blocked by the thread: bit N-1 for signal N.
  var ignoredSignals: UInt64 = 0
  var handledSignals: UInt64 = 0
  var blockedSignals: UInt64 = 0

  init(_ bytes: [UInt8]) {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      var words: [ArraySlice<UInt8>] { value.split { $0 == 0x20 || $0 == 0x09 } }
      switch String(decoding: line[..<colon], as: UTF8.self) {
      case "Tgid": process = Self.number(value)
      case "PPid": parent = Self.number(value)
      case "NSpid": isInit = words.last.map { Self.number($0) as Int32 == 1 } ?? false
      case "TracerPid": tracer = Self.number(value)
      case "Uid":
        let users = words
        if users.count == 4 {
          realUser = Self.number(users[0])
          credentials.user = Self.number(users[3])
        }
      case "Gid":
        let groups = words
        if groups.count == 4 {
          realGroup = Self.number(groups[0])
          credentials.group = Self.number(groups[3])
        }
      case "Groups": credentials.groups = words.map { Self.number($0) }
      case "CapEff": credentials.capabilities = Self.hexadecimal(value)
      case "NoNewPrivs": hasNoNewPrivileges = Self.number(value) as Int32 == 1
      case "Seccomp": seccompMode = Self.number(value)
      case "SigBlk": blockedSignals = Self.hexadecimal(value)
      case "SigIgn": ignoredSignals = Self.hexadecimal(value)
      case "SigCgt": handledSignals = Self.hexadecimal(value)
      default: break
      }
    }
  }

  private static func number<Number: FixedWidthInteger>(_ digits: ArraySlice<UInt8>) -> Number {
    var value: Number = 0
    for digit in digits where digit >= 0x30 && digit <= 0x39 {
      value = value &* 10 &+ Number(digit - 0x30)
    }
    return value
  }

  private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64 {
    UInt64(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
  }
}
