private import CElfutils
import Glibc
import TraceEvents

/// The files below a directory as a process would see them that has it as its root (`chroot(2)`):
/// absolute links lead back into it, and `..` does not lead out of it.
struct RootedFiles {
  /// The directory, without a slash at its end; empty for the machine's own root.
  let root: String

  /// What was found out already: a tree is built in a moment, so nothing of it goes stale.
  private final class Memory {
    var places: [String: String?] = [:]
    var directories: [String: String?] = [:]
  }

  private let memory = Memory()
  private static let mostLinks = 40
  private static let longestPath = 4096

  init(root: String) {
    self.root = root == "/" ? "" : root
  }

  /// The machine's path of `path`, for opening it.
  func outside(_ path: String) -> String { root + path }

  /// `path`, absolute, with all links followed; nil if it leads nowhere or in a circle.
  func resolved(_ path: String) -> String? {
    if let known = memory.places[path] { return known }
    let found = walked(path)
    memory.places[path] = .some(found)
    return found
  }

  /// The last name is looked at alone, since the way to it is that of many others.
  private func walked(_ path: String) -> String? {
    var path = path
    for _ in 0...Self.mostLinks {
      guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")),
        case let name = path[path.utf8.index(after: slash)...], !["", ".", ".."].contains(name),
        slash != path.startIndex
      else { return walkedWhole(path) }
      let way = String(path[..<slash])
      guard let directory = directory(way) else { return nil }
      let here = (directory == "/" ? "" : directory) + "/" + name
      guard here.utf8.count < Self.longestPath, let type = type(of: here) else { return nil }
      guard type == S_IFLNK else { return here }
      guard let target = link(here) else { return nil }
      path = target.hasPrefix("/") ? target : (directory == "/" ? "" : directory) + "/" + target
    }
    return nil
  }

  /// The directory that `path` leads to; nil if it is none.
  private func directory(_ path: String) -> String? {
    if let known = memory.directories[path] { return known }
    let found = walkedWhole(path).flatMap { type(of: $0) == S_IFDIR ? $0 : nil }
    memory.directories[path] = .some(found)
    return found
  }

  private func walkedWhole(_ path: String) -> String? {
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

  /// `path` with the links to its directory followed, but not one that it is itself: `/lib` may be
  /// one to `/usr/lib`.
  func withoutLinkedDirectories(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"),
      let directory = directory(String(path[..<slash]))
    else { return path }
    return (directory == "/" ? "" : directory) + path[slash...]
  }

  /// The names in a directory, in alphabetical order, at most 4000; none where it is no directory.
  func names(in directory: String) -> [String] {
    guard let place = resolved(directory) else { return [] }
    let name = TargetText.bytes(of: outside(place)).map { CChar(bitPattern: $0) } + [0]
    guard let stream = unsafe opendir(name) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while names.count < 4000, let entry = unsafe readdir(stream) {
      let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { field in
        unsafe Array(field.prefix { $0 != 0 })
      }
      let text = TargetText.decoding(bytes)
      if text != ".", text != ".." { names.append(text) }
    }
    return names.sorted()
  }

  /// Where a symbolic link that cannot be followed leads.
  enum LostLink {
    /// To a target, as it is written, that is not there: of several links the last one's.
    case nowhere(target: String)
    /// Back to itself.
    case inCircle
  }

  /// Why `path` cannot be followed to a file; nil if it is no link at all.
  func lostLink(_ path: String) -> LostLink? {
    var (here, last) = (path, nil as String?)
    for _ in 0...Self.mostLinks {
      guard let slash = here.lastIndex(of: "/"),
        let directory = directory(String(here[...slash])),
        let target = link((directory == "/" ? "" : directory) + here[slash...])
      else { return last.map { .nowhere(target: $0) } }
      last = target
      here = target.hasPrefix("/") ? target : (directory == "/" ? "" : directory) + "/" + target
    }
    return .inCircle
  }

  /// True if the program at `path` runs with more rights than `user` has, who starts it: by its
  /// set-user-id or set-group-id bit, or by capabilities.
  func raisesRights(_ path: String, of user: UInt32) -> Bool {
    guard let file = resolved(path) else { return false }
    var status = stat()
    let name = TargetText.bytes(of: outside(file)).map { CChar(bitPattern: $0) } + [0]
    guard unsafe stat(name, &status) == 0 else { return false }
    if status.st_mode & S_ISUID != 0, status.st_uid != user { return true }
    // Without x for the group, the bit once stood for mandatory locks.
    if status.st_mode & (S_ISGID | S_IXGRP) == S_ISGID | S_IXGRP, user != 0 { return true }
    guard user != 0 else { return false }
    return unsafe wf_has_capabilities(name)
  }

  /// True if `path` leads to a directory.
  func isDirectory(_ path: String) -> Bool { directory(path) != nil }

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
