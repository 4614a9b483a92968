import Glibc
import TraceEvents

/// One line of `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`).
struct Mount: Hashable {
  /// Id, the one that `statx(2)` gives.
  var id: UInt64
  /// Device number of its files for the kernel, `major:minor`; `stat(2)` can give them another one
  /// (overlayfs, btrfs).
  var device: String
  /// Where it is mounted.
  var mountPoint: String
  /// Type of the file system.
  var type: String
  /// Device or export.
  var source: String
  /// Options of this mount.
  var options: [String]
  /// Options of the file system itself, which every mount of it shares.
  var superOptions: [String]
}

extension Mount {
  /// File systems whose files are the kernel's own and refuse by rules of their own.
  private static let kernelTypes: Set<String> = [
    "proc", "sysfs", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "configfs",
    "efivarfs", "bpf", "pstore", "selinuxfs", "binfmt_misc",
  ]

  /// True if its files are the kernel's own.
  var isKernel: Bool { Self.kernelTypes.contains(type) }

  /// The mount of one line; nil if the line is not of that form.
  init?(line: some Collection<UInt8>) {
    let fields = line.split(separator: UInt8(ascii: " ")).map { TargetText.decoding($0) }
    guard fields.count >= 10, let id = UInt64(fields[0]),
      let dash = fields[6...].firstIndex(of: "-"), dash + 3 < fields.count
    else { return nil }
    self.id = id
    device = fields[2]
    mountPoint = Self.unescaped(fields[4])
    type = fields[dash + 1]
    source = Self.unescaped(fields[dash + 2])
    options = fields[5].split(separator: ",").map(String.init)
    superOptions = fields[dash + 3].split(separator: ",").map(String.init)
  }

  /// Text whose blanks and backslashes the kernel wrote as `\040`.
  private static func unescaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    var result: [UInt8] = []
    var rest = TargetText.bytes(of: text)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        result.append(value)
        rest = rest.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return TargetText.decoding(result)
  }
}

/// The mounts that we see.
struct MountTable {
  private let mounts: [Mount]

  /// Reads `/proc/self/mountinfo`; empty where there is none.
  init() {
    let contents = try? FileReading.contents(of: "/proc/self/mountinfo", limit: 4 << 20)
    mounts = contents?.lines.compactMap { Mount(line: $0) } ?? []
  }

  /// The mount that holds the file at the absolute path `path`, without links, of this status.
  func mount(holding path: String, status: FileStatus) -> Mount? {
    if status.mount != 0, let known = mounts.first(where: { $0.id == status.mount }) {
      return known
    }
    var best: Mount?
    for mount in mounts where Self.isPath(path, atOrBelow: mount.mountPoint) {
      // Of two mounts at one place the later one covers the earlier.
      if mount.mountPoint.utf8.count >= best?.mountPoint.utf8.count ?? 0 { best = mount }
    }
    return best
  }

  /// True if something is mounted at `path`.
  func isMountPoint(_ path: String) -> Bool {
    mounts.contains { $0.mountPoint == path }
  }

  private static func isPath(_ path: String, atOrBelow directory: String) -> Bool {
    directory == "/" || path == directory || path.hasPrefix(directory + "/")
  }
}

extension FileSystemStatus {
  /// The file system of `path`, or of its nearest parent that exists.
  init(holding path: String) throws(InspectionError) {
    var place = path
    var status: FileStatus?
    while status == nil {
      do throws(InspectionError) {
        status = try FileStatus(of: place, followingLinks: true)
      } catch {
        guard place != "/", let slash = place.utf8.lastIndex(of: UInt8(ascii: "/")) else {
          throw error
        }
        place = slash == place.startIndex ? "/" : String(place[..<slash])
      }
    }
    guard let status, let name = TargetText.cString(of: place) else {
      throw InspectionError(code: .invalidArgument, path: path)
    }
    let resolved = PathWalker().walk(place).steps.last?.component.path ?? place
    var counts = statvfs()
    guard unsafe statvfs(name, &counts) == 0 else {
      throw InspectionError(code: ErrorNumber(rawValue: errno), path: place)
    }
    let mount = MountTable().mount(holding: resolved, status: status)
    let unit = UInt64(counts.f_frsize)
    var options: [String] = []
    for option in (mount?.options ?? []) + (mount?.superOptions ?? [])
    where !options.contains(option) {
      options.append(option)
    }
    self.init(
      mountPoint: mount?.mountPoint ?? "/", type: mount?.type ?? "", source: mount?.source ?? "",
      options: options, totalBytes: UInt64(counts.f_blocks).multipliedClamping(by: unit),
      availableBytes: UInt64(counts.f_bavail).multipliedClamping(by: unit),
      totalInodes: UInt64(counts.f_files), availableInodes: UInt64(counts.f_favail))
  }
}

extension UInt64 {
  fileprivate func multipliedClamping(by other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
