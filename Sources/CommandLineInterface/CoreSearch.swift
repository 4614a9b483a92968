import Glibc
import TraceEvents

/// Where core files are left: for `--core last`.
enum CoreSearch {
  private static let mostEntries = 100_000

  /// The newest core file in the places where the kernel and systemd-coredump(8) leave them.
  static func newest() throws(CoreFailure) -> String {
    let pattern = firstLine(of: "/proc/sys/kernel/core_pattern")
    var places: [(directory: String, prefix: String)] = []
    if let pattern, !pattern.hasPrefix("|") {
      let directory = pattern.hasPrefix("/") ? parent(pattern) : "."
      let base = pattern.split(separator: "/").last.map(String.init) ?? pattern
      // Up to the first specifier (core(5)): what follows differs from core to core.
      places.append((directory, String(base.prefix { $0 != "%" })))
    }
    places += [
      (".", "core"), ("/var/lib/systemd/coredump", "core."), ("/var/crash", "core"),
      ("/var/lib/apport/coredump", "core"),
    ]
    var best: (path: String, time: Int, nanoseconds: Int)?
    for place in places {
      for name in names(in: place.directory)
      where name.hasPrefix(place.prefix) || name.hasSuffix(".core") {
        let path = place.directory == "." ? name : place.directory + "/" + name
        guard let found = status(of: path), beginsLikeCore(path) else { continue }
        if best.map({ (found.0, found.1) > ($0.time, $0.nanoseconds) }) ?? true {
          best = (path, found.0, found.1)
        }
      }
    }
    guard let best else {
      var searched: [String] = []
      for place in places where !searched.contains(place.directory) {
        searched.append(place.directory)
      }
      throw .noneFound(
        searched.map { $0 == "." ? "this directory" : $0 }, pattern: pattern)
    }
    return best.path
  }

  /// An ELF file of the kind core, or one of the forms that `CoreArchive` unpacks.
  private static func beginsLikeCore(_ path: String) -> Bool {
    let start = CoreArchive.beginning(of: path, 18)
    if CoreArchive.tool(for: start) != nil { return true }
    // e_type of a little-endian file: ET_CORE is 4.
    return start.count == 18 && start.starts(with: [0x7F, 0x45, 0x4C, 0x46]) && start[16] == 4
      && start[17] == 0
  }

  private static func parent(_ path: String) -> String {
    let directory = path.split(separator: "/").dropLast().joined(separator: "/")
    return "/" + directory
  }

  private static func status(of path: String) -> (Int, Int)? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }

  private static func firstLine(of path: String) -> String? {
    let line = CoreArchive.beginning(of: path, 256).prefix { $0 != 10 }
    return line.isEmpty ? nil : TargetText.decoding(line)
  }

  private static func names(in directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while names.count < mostEntries, let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        TargetText.decoding(unsafe Array(bytes.prefix { $0 != 0 }))
      }
      names.append(name)
    }
    return names
  }
}
