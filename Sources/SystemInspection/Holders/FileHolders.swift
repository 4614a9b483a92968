import Glibc
import TraceEvents

/// Looks for the processes that use a file, anything below a directory, on a device or on a mount.
///
/// A file is known by device and inode, whatever its name. What is below a directory is known by the
/// path that the kernel gives for it, so that the tree itself is never walked.
struct FileHolders {
  private static let maximumMapSize = 4 << 20

  private let path: String
  private let below: String
  private let status: FileStatus?
  private let kind: HolderFindings.Kind
  /// The device number of a device file.
  private let device: UInt64?

  init(path: String, status: FileStatus?) {
    self.path = path
    below = path == "/" ? "/" : path + "/"
    self.status = status
    var raw = stat()
    let isDevice = status?.type == .blockDevice || status?.type == .characterDevice
    let found = unsafe stat(TargetText.cString(of: path) ?? [0], &raw)
    device = isDevice && found == 0 ? UInt64(raw.st_rdev) : nil
    if isDevice {
      kind = .device
    } else if status?.type == .directory {
      kind = MountTable().isMountPoint(path) ? .mountPoint : .directory
    } else {
      kind = .file
    }
  }

  func findings() -> HolderFindings {
    var findings = HolderFindings(kind: kind, name: path)
    for pid in ProcessTable.processes() {
      let uses = uses(by: pid)
      if !uses.isEmpty, let holder = HolderSearch.holder(pid, uses: uses) {
        findings.holders.append(holder)
      } else if uses.isEmpty, HolderSearch.isHidden(pid) {
        findings.unseen += 1
      }
    }
    // Everybody may see who has taken a lock, also where nobody may see what he has open.
    if kind == .file, findings.unseen > 0, status != nil {
      Self.add((try? LockTable.holders(of: path)) ?? [], of: path, to: &findings)
    }
    let own = KernelHolders.uses(of: path, kind: kind, device: device)
    if !own.isEmpty { findings.holders.append(HolderProcess(identity: nil, uses: own)) }
    return findings
  }

  /// Adds those who hold a lock on `path` and were not found by what they have open.
  static func add(_ locks: [Holder], of path: String, to findings: inout HolderFindings) {
    for lock in locks {
      let use = HolderUse(kind: .lock, what: "\(lock.manner) on \(path)")
      guard let process = lock.process else {
        if findings.holders.isEmpty {
          findings.holders.append(HolderProcess(identity: nil, uses: [use]))
        }
        continue
      }
      if let known = findings.holders.firstIndex(where: { $0.identity?.pid == process.pid }) {
        let uses = findings.holders[known].uses
        if !uses.contains(where: { $0.kind == .lock && $0.what == use.what }) {
          findings.holders[known].uses.append(use)
        }
      } else if let holder = HolderSearch.holder(process.pid, uses: [use]) {
        findings.holders.append(holder)
        findings.unseen = max(0, findings.unseen - 1)
      }
    }
  }

  private func uses(by pid: ProcessID) -> [HolderUse] {
    let place = "/proc/\(pid)"
    var uses: [HolderUse] = []
    for (link, kind) in [
      ("exe", HolderUse.Kind.running), ("cwd", .workingDirectory), ("root", .root),
    ] {
      // "/" is everybody's root and says nothing.
      guard let (what, isDeleted) = match(place + "/" + link), kind != .root || what != "/" else {
        continue
      }
      uses.append(HolderUse(kind: kind, what: what, isDeleted: isDeleted))
    }
    let isRunning = uses.first?.kind == .running
    let numbers =
      ((try? FileReading.names(in: place + "/fd", limit: 1_000_000)) ?? []).compactMap { Int32($0) }
    for number in numbers.sorted() {
      guard let (what, isDeleted) = match("\(place)/fd/\(number)") else { continue }
      let (access, locks) = information(place, number)
      uses.append(
        HolderUse(
          kind: .open, what: what, descriptor: number, access: access, isDeleted: isDeleted))
      for lock in locks {
        uses.append(HolderUse(kind: .lock, what: "\(lock) on \(what)", descriptor: number))
      }
    }
    for (what, isDeleted) in mapped(by: place)
    where !(isRunning && uses[0].what == what) {
      uses.append(HolderUse(kind: .mapped, what: what, isDeleted: isDeleted))
    }
    return uses
  }

  // MARK: Matching

  /// The path that a link of /proc leads to, if that is what is looked for.
  private func match(_ link: String) -> (what: String, isDeleted: Bool)? {
    guard let target = try? FileReading.linkTarget(of: link) else { return nil }
    let mark = " (deleted)"
    let isDeleted = target.hasSuffix(mark) && target.hasPrefix("/")
    let name = isDeleted ? String(target.dropLast(mark.count)) : target
    guard let status else { return isDeleted && name == path ? (name, true) : nil }
    switch kind {
    case .directory:
      guard name == path || name.hasPrefix(below) else { return nil }
      // In another mount name space the same path can be another file.
      guard isDeleted || isSame(link, name) else { return nil }
      return (name, isDeleted)
    case .mountPoint:
      guard let found = try? FileStatus(of: link, followingLinks: true),
        found.identity.device == status.identity.device
      else { return nil }
      return (name, isDeleted)
    case .device:
      if name.hasPrefix("/") {
        var raw = stat()
        guard unsafe stat(link, &raw) == 0 else { return nil }
        let type = raw.st_mode & S_IFMT
        if type == S_IFBLK || type == S_IFCHR {
          return UInt64(raw.st_rdev) == device ? (name, isDeleted) : nil
        }
        // What lies on the file system of a block device uses it as well.
        if status.type == .blockDevice, UInt64(raw.st_dev) == device { return (name, isDeleted) }
      }
      return nil
    case .file, .socket, .port:
      guard name.hasPrefix("/"), let found = try? FileStatus(of: link, followingLinks: true),
        found.identity == status.identity
      else { return nil }
      return (name, isDeleted)
    }
  }

  private func isSame(_ link: String, _ name: String) -> Bool {
    guard let one = try? FileStatus(of: link, followingLinks: true),
      let other = try? FileStatus(of: name, followingLinks: true)
    else { return true }
    return one.identity == other.identity
  }

  /// How a descriptor was opened, and the locks that it bears (`proc_pid_fdinfo(5)`).
  private func information(
    _ place: String, _ number: Int32
  ) -> (access: OpenDescriptor.Access?, locks: [String]) {
    guard let text = FileReading.text(of: "\(place)/fdinfo/\(number)") else { return (nil, []) }
    var access: OpenDescriptor.Access?
    var locks: [String] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("flags:"), let flags = Int32(line.dropFirst(6).trimmingBlanks(), radix: 8) {
        access =
          switch flags & O_ACCMODE {
          case O_WRONLY: .write
          case O_RDWR: .readWrite
          default: .read
          }
      } else if line.hasPrefix("lock:"), locks.count < 8,
        let lock = LockTable.Lock(line: line.dropFirst(5).trimmingBlanks())
      {
        locks.append(lock.manner)
      }
    }
    return (access, locks)
  }

  /// The files of `/proc/PID/maps` that are looked for, each once.
  private func mapped(by place: String) -> [(what: String, isDeleted: Bool)] {
    guard kind != .device || status?.type == .blockDevice,
      let maps = try? FileReading.contents(of: place + "/maps", limit: Self.maximumMapSize)
    else { return [] }
    var found: [(String, Bool)] = []
    let wanted = Array(path.utf8)
    for line in maps.lines {
      // Most lines have no file, or another one: they are passed over unread.
      guard let slash = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
      let isNamed = line[slash...].starts(with: wanted)
      guard isNamed || kind == .file || kind == .mountPoint || kind == .device else { continue }
      let fields = line[..<slash].split(separator: UInt8(ascii: " "))
      guard fields.count == 5 else { continue }
      var name = TargetText.decoding(line[slash...])
      let isDeleted = name.hasSuffix(" (deleted)")
      if isDeleted { name = String(name.dropLast(10)) }
      guard isMatch(name, isDeleted, device: fields[3], inode: fields[4]) else { continue }
      if !found.contains(where: { $0.0 == name }) { found.append((name, isDeleted)) }
      if found.count == 64 { break }
    }
    return found
  }

  private func isMatch(
    _ name: String, _ isDeleted: Bool, device text: ArraySlice<UInt8>, inode: ArraySlice<UInt8>
  ) -> Bool {
    guard let status else { return isDeleted && name == path }
    if kind == .directory { return name.hasPrefix(below) }
    if kind == .mountPoint, name.hasPrefix(below), path != "/" { return true }
    let parts = TargetText.decoding(text).split(separator: ":").compactMap { UInt64($0, radix: 16) }
    guard parts.count == 2 else { return false }
    let own = FileIdentity(device: device ?? status.identity.device, inode: status.identity.inode)
    guard parts == [own.major, own.minor] else { return false }
    return kind != .file || TargetText.decoding(inode) == String(own.inode)
  }
}
