import Glibc
import TraceEvents

/// The files below a directory as a process would see them that has it as its root (`chroot(2)`):
/// absolute links lead back into it, and `..` does not lead out of it.
struct RootedFiles {
  /// The directory, without a slash at its end; empty for the machine's own root.
  let root: String

  private static let mostLinks = 40
  private static let longestPath = 4096

  init(root: String) {
    self.root = root == "/" ? "" : root
  }

  /// The machine's path of `path`, for opening it.
  func outside(_ path: String) -> String { root + path }

  /// `path`, absolute, with all links followed; nil if it leads nowhere or in a circle.
  func resolved(_ path: String) -> String? {
    var pending = path.split(separator: "/").reversed().map(String.init)
    var done: [String] = []
    var links = 0
    while let part = pending.popLast() {
      if part == "." { continue }
      if part == ".." {
        _ = done.popLast()
        continue
      }
      let here = "/" + (done + [part]).joined(separator: "/")
      guard here.utf8.count < Self.longestPath, let type = type(of: here) else { return nil }
      if type == S_IFLNK {
        links += 1
        guard links <= Self.mostLinks, let target = link(here) else { return nil }
        if target.hasPrefix("/") { done = [] }
        pending += target.split(separator: "/").reversed().map(String.init)
      } else {
        if !pending.isEmpty, type != S_IFDIR { return nil }
        done.append(part)
      }
    }
    return "/" + done.joined(separator: "/")
  }

  /// True if `path` leads to a directory.
  func isDirectory(_ path: String) -> Bool {
    resolved(path).flatMap(type) == S_IFDIR
  }

  private func type(of path: String) -> mode_t? {
    var status = stat()
    let name = TargetText.bytes(of: outside(path)).map { CChar(bitPattern: $0) } + [0]
    return unsafe lstat(name, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private func link(_ path: String) -> String? {
    let name = TargetText.bytes(of: outside(path)).map { CChar(bitPattern: $0) } + [0]
    var buffer = [CChar](repeating: 0, count: Self.longestPath)
    let count = unsafe readlink(name, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return TargetText.decoding(buffer[..<count].map { UInt8(bitPattern: $0) })
  }
}
