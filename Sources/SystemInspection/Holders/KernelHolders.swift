import Glibc
import TraceEvents

/// What the kernel itself uses a file, device or mount for: no process shows it.
enum KernelHolders {
  /// Its uses of the thing at `path`; `device` is the number of a device file.
  static func uses(
    of path: String, kind: HolderFindings.Kind, device: UInt64?
  ) -> [HolderUse] {
    var uses: [HolderUse] = []
    for name in lines("/proc/swaps").dropFirst().compactMap({ $0.split(separator: " ").first })
    where isConcerned(String(name), path, kind) {
      uses.append(HolderUse(kind: .swap, what: String(name)))
    }
    for loop in (try? FileReading.names(in: "/sys/block", limit: 4096)) ?? []
    where loop.hasPrefix("loop") {
      guard let file = FileReading.text(of: "/sys/block/\(loop)/loop/backing_file"),
        isConcerned(file, path, kind)
      else { continue }
      uses.append(HolderUse(kind: .loop, what: "/dev/\(loop)"))
    }
    for line in lines("/proc/self/mountinfo") {
      guard let mount = Mount(line: Array(line.utf8)) else { continue }
      if let device, line.split(separator: " ").dropFirst(2).first.map(String.init) == text(device)
      {
        uses.append(HolderUse(kind: .mounted, what: mount.mountPoint))
      } else if kind == .mountPoint || kind == .directory, path != "/",
        mount.mountPoint.hasPrefix(path + "/")
      {
        uses.append(HolderUse(kind: .mounted, what: mount.mountPoint))
      }
    }
    if let device {
      let holders = "/sys/dev/block/\(text(device))/holders"
      for name in ((try? FileReading.names(in: holders, limit: 64)) ?? []).sorted() {
        uses.append(HolderUse(kind: .stacked, what: "/dev/\(name)"))
      }
    }
    return Array(uses.prefix(64))
  }

  private static func text(_ device: UInt64) -> String {
    let identity = FileIdentity(device: device, inode: 0)
    return "\(identity.major):\(identity.minor)"
  }

  private static func isConcerned(
    _ file: String, _ path: String, _ kind: HolderFindings.Kind
  ) -> Bool {
    file == path
      || (kind == .mountPoint || kind == .directory) && path != "/"
        && file.hasPrefix(path + "/")
  }

  private static func lines(_ path: String) -> [String] {
    (FileReading.text(of: path, limit: 1 << 20) ?? "").split(separator: "\n").map(String.init)
  }
}
