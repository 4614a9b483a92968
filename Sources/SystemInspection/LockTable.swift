import TraceEvents

/// The advisory locks that the kernel lists (`proc_locks(5)`).
enum LockTable {
  /// One lock that is held.
  struct Lock: Hashable {
    /// What holds it, in words.
    var manner: String
    /// Who took it; nil where that is no process (an open file description's lock), or one that
    /// we cannot see.
    var process: ProcessID?
    /// The file, as `device:inode` in the kernel's notation.
    var file: String
  }

  /// Whoever holds a lock on the file at `path`, links followed.
  static func holders(of path: String) throws(InspectionError) -> [Holder] {
    let status = try FileStatus(of: path, followingLinks: true)
    let files = notations(of: status, path)
    let contents = try FileReading.contents(of: "/proc/locks", limit: 4 << 20)
    let locks = contents.lines.compactMap { Lock(line: TargetText.decoding($0)) }
      .filter { files.contains($0.file) }
    var holders: [Holder] = []
    for lock in locks {
      if let pid = lock.process, let process = try? ProcessIdentity(pid: pid) {
        holders.append(Holder(process: process, manner: lock.manner))
      }
    }
    guard holders.isEmpty || holders.count < locks.count else { return holders }
    // Whoever took these has gone or was no process: their files were inherited by others. In a namespace
    // of processes the kernel does not even list them.
    let known = Set(holders.compactMap(\.process?.pid))
    let inherited = inheritors(of: files, identity: status.identity)
      .filter { !known.contains($0.process?.pid ?? 0) }
    if inherited.isEmpty && holders.isEmpty {
      return locks.map { Holder(process: nil, manner: $0.manner) }
    }
    return holders + inherited
  }

  /// The processes one of whose descriptors bears a lock on the file (`lock:` in
  /// `/proc/PID/fdinfo/N`).
  private static func inheritors(of files: Set<String>, identity: FileIdentity) -> [Holder] {
    var holders: [Holder] = []
    ProcessTable.forEachDescriptor { pid, descriptor, target in
      guard target.hasPrefix("/"),
        let status = try? FileStatus(of: "/proc/\(pid)/fd/\(descriptor)", followingLinks: true),
        status.identity == identity,
        let text = FileReading.text(of: "/proc/\(pid)/fdinfo/\(descriptor)")
      else { return true }
      for line in text.split(separator: "\n") where line.hasPrefix("lock:") {
        guard let lock = Lock(line: line.dropFirst(5).trimmingBlanks()), files.contains(lock.file),
          let process = try? ProcessIdentity(pid: pid)
        else { continue }
        let holder = Holder(process: process, manner: lock.manner)
        if !holders.contains(holder) { holders.append(holder) }
      }
      return holders.count < 16
    }
    return holders
  }

  /// How the kernel writes a file's device and inode: with the device that `stat(2)` gives, or with
  /// that of its mount, where the two differ (overlayfs, btrfs).
  private static func notations(of status: FileStatus, _ path: String) -> Set<String> {
    func notation(_ major: UInt64, _ minor: UInt64) -> String {
      func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return digits.utf8.count < 2 ? "0" + digits : digits
      }
      return "\(hexadecimal(major)):\(hexadecimal(minor)):\(status.identity.inode)"
    }
    var found: Set<String> = [notation(status.identity.major, status.identity.minor)]
    let mount = MountTable().mount(holding: path, status: status)
    let numbers = mount?.device.split(separator: ":").compactMap { UInt64($0) } ?? []
    if numbers.count == 2 { found.insert(notation(numbers[0], numbers[1])) }
    return found
  }
}

extension LockTable.Lock {
  /// The lock of a line such as `1: POSIX  ADVISORY  WRITE 812 fe:00:1234 0 EOF`; nil for one that
  /// is still waited for (`->`), and for other text.
  init?(line: String) {
    let fields = line.split(separator: " ").map(String.init)
    guard fields.count >= 8, fields[0].hasSuffix(":"), fields[1] != "->",
      let pid = ProcessID(fields[4])
    else { return nil }
    let isWrite = fields[3] == "WRITE"
    let range = "bytes \(fields[6])-\(fields[7])"
    switch fields[1] {
    case "FLOCK": manner = "holds \(isWrite ? "an exclusive" : "a shared") flock lock"
    case "POSIX": manner = "holds a \(isWrite ? "write" : "read") lock (fcntl) on \(range)"
    case "OFDLCK":
      manner = "holds a \(isWrite ? "write" : "read") lock (fcntl, open file) on \(range)"
    case "LEASE": manner = "holds a lease (fcntl F_SETLEASE)"
    case "DELEG": manner = "holds a delegation"
    default: return nil
    }
    process = pid > 0 ? pid : nil
    file = fields[5]
  }
}
