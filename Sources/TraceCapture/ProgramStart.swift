private import CTraceShim
import Glibc
import TraceEvents

/// What `/proc` says of a program that has just begun.
enum ProgramStart {
  private static let longestText = 64 * 1024
  // getauxval(3)
  private static let secureKey: UInt64 = 23
  private static let fileNameKey: UInt64 = 31

  /// The program of a thread that stands at its `PTRACE_EVENT_EXEC`.
  static func execution(of id: ProcessID) -> ProgramExecution {
    let executable = ProcessFiles.link("/proc/\(id)/exe") ?? ""
    let status = ProcessFiles.status(id)
    let credentials =
      status?.credentials
      ?? Credentials(user: 0, group: 0, groups: [], capabilities: 0)
    let vector = auxiliaryVector(id)
    let memory = MemoryReader(capacity: 4096)
    var path = executable
    if let address = vector[fileNameKey] {
      switch memory.text(id, at: address) {
      case .complete(let text), .truncated(let text): path = text
      case .unreadable: break
      }
    }
    return ProgramExecution(
      path: path, executable: executable,
      arguments: ProcessFiles.texts("/proc/\(id)/cmdline", cap: longestText),
      environment: ProcessFiles.texts("/proc/\(id)/environ", cap: longestText),
      credentials: credentials, isSecure: vector[secureKey] ?? 0 != 0,
      lostPrivilege: lostPrivilege(executable, credentials),
      workingDirectory: ProcessFiles.link("/proc/\(id)/cwd") ?? "/")
  }

  /// True if the file's set-id bits would have changed who the process acts as, and did not.
  private static func lostPrivilege(_ executable: String, _ credentials: Credentials) -> Bool {
    var status = stat()
    guard unsafe stat(executable, &status) == 0 else { return false }
    let losesUser = status.st_mode & S_ISUID != 0 && status.st_uid != credentials.user
    let setsGroup = status.st_mode & (S_ISGID | S_IXGRP) == S_ISGID | S_IXGRP
    let losesGroup = setsGroup && status.st_gid != credentials.group
    guard losesUser || losesGroup else { return false }
    // A nosuid mount would have taken it untraced as well.
    var mount = statvfs()
    guard unsafe statvfs(executable, &mount) == 0 else { return true }
    return mount.f_flag & UInt(ST_NOSUID) == 0
  }

  /// The auxiliary vector, of a program of either word size.
  private static func auxiliaryVector(_ id: ProcessID) -> [UInt64: UInt64] {
    guard let bytes = ProcessFiles.bytes("/proc/\(id)/auxv", cap: 4096) else { return [:] }
    // No key is as large as what two words of a 32-bit vector make when read as one.
    let size = bytes.littleEndian(at: 0, size: 8) < 0x10000 ? 8 : 4
    var vector: [UInt64: UInt64] = [:]
    for offset in stride(from: 0, to: bytes.count - 2 * size + 1, by: 2 * size) {
      let key = bytes.littleEndian(at: offset, size: size)
      if key == 0 { break }
      vector[key] = bytes.littleEndian(at: offset + size, size: size)
    }
    return vector
  }
}
