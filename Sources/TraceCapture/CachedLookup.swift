private import CTraceShim
import Glibc
import TraceEvents

/// Answers calls that do nothing but look at a path while they still stop at their entry, so that
/// their exit needs no stop: half of what tracing them costs.
///
/// The kernel's cache of names alone is asked (`openat2(2)` with `RESOLVE_CACHED`, Linux 5.12), so
/// that nothing is read and no file system is waited for. Only "it is there", on a file system of
/// this machine, and "the kernel knows that it is not there" are answers; whatever else comes out is
/// seen at the exit. They hold for a target that sees what we see and may what we may.
final class CachedLookup {
  /// What is sure to come of a look.
  enum Answer {
    case there
    /// `ENOENT`: a name on the way, or the last one, does not exist.
    case missing
    case unknown
  }

  /// The name that a directory was found by, absolute.
  struct DirectoryName {
    var path: String
    /// `changes` when it was found.
    var moment: Int
  }

  /// How often names of directories changed: what was found before may lead elsewhere.
  private(set) var changes = 0
  /// A file, by its file system and its number there.
  private struct FileNumber: Equatable {
    let device: UInt
    let file: UInt
  }

  /// What the loader is sure to open, and until when that holds, in nanoseconds.
  private var loadable: [String: UInt64] = [:]
  /// What was started by these paths.
  private var programs: [String: (number: FileNumber, executable: String)] = [:]
  private static let mostKnown = 256
  /// 50 ms, in nanoseconds.
  private static let moment: UInt64 = 50_000_000
  /// False once the kernel, or who confines us, refused.
  private var isPossible = true
  private var isLocal: [UInt64: Bool] = [:]
  private var lastLocal: UInt64?
  /// Who we act as.
  let ownCredentials = ProcessFiles.ownCredentials

  /// File systems that answer without another process or machine, as far as they hold files.
  private static let localTypes: Set<String> = [
    "ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "overlay", "squashfs", "erofs", "f2fs", "zfs",
    "ramfs", "rootfs", "bcachefs", "iso9660", "vfat",
  ]

  /// A directory was renamed, removed or mounted on.
  func namesChanged() {
    changes &+= 1
    filesChanged()
  }

  /// A file was replaced, or who may use it changed.
  func filesChanged() {
    loadable = [:]
    programs = [:]
  }

  /// True for a file that the dynamic loader is sure to open and to map. What holds is asked of the
  /// kernel again only after a moment: who starts a thousand programs loads the same libraries.
  func mayLoad(_ path: String) -> Bool {
    let now = EventStream.now
    if let end = loadable[path], now < end { return true }
    var found = wf_found()
    guard unsafe wf_find_readable(path, true, true, &found) == 0, found.is_regular, found.may_run
    else { return false }
    if loadable.count == Self.mostKnown { loadable = [:] }
    loadable[path] = now &+ Self.moment
    return true
  }

  /// The file that a process runs (`/proc/PID/exe`), which was asked for by `path`. For a program that is
  /// no script and has run before, a look at its number is enough.
  func executable(of process: ProcessID, startedAs path: String) -> String? {
    func number(_ path: String) -> FileNumber? {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      return FileNumber(device: status.st_dev, file: status.st_ino)
    }
    let own = "/proc/\(process)/exe"
    guard path.utf8.first == 0x2F, let asked = number(path) else { return ProcessFiles.link(own) }
    if let known = programs[path], known.number == asked { return known.executable }
    guard let executable = ProcessFiles.link(own), number(own) == asked else {
      return ProcessFiles.link(own)
    }
    if programs.count == Self.mostKnown { programs = [:] }
    programs[path] = (asked, executable)
    return executable
  }

  /// A name of now; nil unless it is absolute.
  func name(_ path: String) -> DirectoryName? {
    path.utf8.first == 0x2F ? DirectoryName(path: path, moment: changes) : nil
  }

  /// The path of a directory, as long as no name of a directory changed.
  func path(of directory: DirectoryName?) -> String? {
    directory.flatMap { $0.moment == changes ? $0.path : nil }
  }

  /// What is sure to come of a call that looks at `path`: to find no link there, if that is what it
  /// reads.
  func answer(
    _ path: String, in directory: DirectoryName?, following follows: Bool, readingLink: Bool
  ) -> Answer {
    guard isPossible, !path.isEmpty, let path = absolute(path, in: directory) else {
      return .unknown
    }
    var device: UInt64 = 0
    var isLink = false
    switch unsafe wf_look_up_cached(path, follows, &device, &isLink) {
    case 0:
      let holds = !(readingLink && isLink) && isOnLocal(device)
      return holds ? .there : .unknown
    case -ENOENT: return .missing
    case -ENOSYS, -EINVAL, -EPERM:
      isPossible = false
      return .unknown
    default: return .unknown
    }
  }

  private func absolute(_ path: String, in directory: DirectoryName?) -> String? {
    if path.utf8.first == 0x2F { return path }
    return self.path(of: directory).map { $0 + "/" + path }
  }

  /// True if files of this device are this machine's own.
  func isOnLocal(_ device: UInt64) -> Bool {
    if device == lastLocal { return true }
    if isLocal[device] == nil { readMounts(device) }
    guard isLocal[device] == true else { return false }
    lastLocal = device
    return true
  }

  /// Reads `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`): field 3 is the device, the type comes
  /// behind a lone hyphen.
  private func readMounts(_ wanted: UInt64) {
    // A hostile target could mount without end.
    if isLocal.count > 4096 { isLocal = [:] }
    isLocal[wanted] = false
    let text = String(
      decoding: ProcessFiles.bytes("/proc/self/mountinfo", cap: 1 << 20) ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 6, let hyphen = words[6...].firstIndex(of: "-"),
        hyphen + 1 < words.count
      else { continue }
      let numbers = words[2].split(separator: ":").compactMap { UInt64($0) }
      guard numbers.count == 2 else { continue }
      isLocal[numbers[0] << 32 | numbers[1]] = Self.localTypes.contains(String(words[hyphen + 1]))
    }
  }
}

extension TraceSession {
  /// What a call that stops at its entry looks at, and what is sure to come of it; nil if nothing is.
  func sureAnswer(
    _ look: CallEffect.Look, _ call: PendingCall, _ thread: TracedThread
  ) -> (path: String, isThere: Bool)? {
    var follows = look.follows
    if let position = look.flags {
      let flags = call.arguments[position] & 0xFFFF_FFFF
      // AT_SYMLINK_NOFOLLOW, AT_NO_AUTOMOUNT, AT_STATX_SYNC_TYPE
      guard flags & ~(0x100 | 0x800 | 0x6000) == 0 else { return nil }
      follows = flags & 0x100 == 0
    }
    // The first page holds nothing: the call fails for where its answer goes, not for its path.
    if let answer = look.answer, call.arguments[answer] < 0x1000 { return nil }
    guard let (path, answer) = cachedAnswer(look, following: follows, call, thread) else {
      return nil
    }
    switch answer {
    case .there: return look.asksForRights ? nil : (path, true)
    case .missing: return (path, false)
    case .unknown: return nil
    }
  }

  /// True for an `open` that is sure to find nothing. The look is worth its price only where one has
  /// just failed: who searches along a path fails many times in a row.
  func isSureToMiss(_ call: PendingCall, flagsAt position: Int, _ thread: TracedThread) -> Bool {
    // O_CREAT, O_TMPFILE
    guard thread.missesFiles, call.arguments[position] & (0o100 | 0o20000000) == 0 else {
      return false
    }
    let look = CallEffect.Look(path: position - 1, answer: nil)
    let follows = call.arguments[position] & UInt64(O_NOFOLLOW) == 0
    return cachedAnswer(look, following: follows, call, thread)?.answer == .missing
  }

  private func cachedAnswer(
    _ look: CallEffect.Look, following follows: Bool, _ call: PendingCall, _ thread: TracedThread
  ) -> (path: String, answer: CachedLookup.Answer)? {
    let process = thread.process
    guard process.seesAsWeDo, process.actsAsWeDo, !stopsAtCalls(thread),
      case .complete(let path) = decoder.memory.text(thread.id, at: call.arguments[look.path])
    else { return nil }
    var directory: CachedLookup.DirectoryName?
    // What a descriptor is open on is not known for sure: most are closed without a stop.
    if look.path == 0 || Int32(truncatingIfNeeded: call.arguments[look.path - 1]) == AT_FDCWD {
      directory = process.workingDirectory
    }
    return (
      path, lookup.answer(path, in: directory, following: follows, readingLink: look.readsLink)
    )
  }

  /// Keeps account of what a successful call did to names and to what its process sees of them.
  func noteNames(_ names: CallEffect.Names, _ thread: TracedThread) {
    let process = thread.process
    switch names {
    case .unchanged: break
    case .change: lookup.namesChanged()
    case .alter: lookup.filesChanged()
    case .confine: process.seesAsWeDo = false
    case .enter:
      process.workingDirectory =
        process.seesAsWeDo ? ProcessFiles.link("/proc/\(thread.id)/cwd").flatMap(lookup.name) : nil
    }
  }
}
