private import CTraceShim
import Glibc
import TraceEvents

/// What a program that has just begun was given: all of it lies on its stack (`elf(5)`), so one
/// read of memory replaces half a dozen files of `/proc`.
struct ProgramStart {
  private static let longestText = 64 * 1024
  // getauxval(3)
  private static let secureKey: UInt64 = 23
  private static let fileNameKey: UInt64 = 31
  private static let loaderKey: UInt64 = 7
  private static let userKey: UInt64 = 12
  private static let groupKey: UInt64 = 14

  /// The path as it was given to `execve(2)` (`AT_EXECFN`).
  private(set) var path: String?
  /// The argument vector.
  private(set) var arguments: [String] = []
  /// The environment, capped.
  private(set) var environment = EnvironmentBlock()
  /// Effective user and group, of the auxiliary vector.
  private(set) var user: UInt32?
  private(set) var group: UInt32?
  /// Where its dynamic loader lies (`AT_BASE`); nil for a static program.
  private(set) var loader: UInt64?
  /// True if the kernel runs it in secure-execution mode.
  private(set) var isSecure = false

  /// Reads the stack of a thread at its `PTRACE_EVENT_EXEC`; what does not fit into one read of
  /// memory comes from `/proc`. Most of an environment is what another program had: `known`.
  init(of id: ProcessID, _ memory: MemoryReader, known: EnvironmentBlock) {
    var registers = wf_registers()
    guard unsafe wf_registers(id, &registers) == 0 else { return }
    // The user code segment of 32-bit programs.
    let size = registers.cs == 0x23 ? 4 : 8
    let stack = memory.available(id, at: registers.rsp, cap: Self.longestText)
    var position = size
    let list = Self.pointers(stack, &position, size)
    let variables = Self.pointers(stack, &position, size)
    let vector = Self.vector(stack, position, size)
    let base = registers.rsp
    if let texts = Self.texts(list, stack, base),
      let others = Self.environment(variables, stack, base, known: known),
      !vector.isEmpty
    {
      arguments = texts
      environment = others
    } else {
      arguments = ProcessFiles.texts("/proc/\(id)/cmdline", cap: Self.longestText)
      environment = EnvironmentBlock(
        texts: ProcessFiles.texts("/proc/\(id)/environ", cap: Self.longestText))
    }
    path = vector[Self.fileNameKey].flatMap {
      if let near = Self.text($0, stack, base) { return near }
      return switch memory.text(id, at: $0) {
      case .complete(let text), .truncated(let text): text
      case .unreadable: nil
      }
    }
    user = vector[Self.userKey].map { UInt32(truncatingIfNeeded: $0) }
    group = vector[Self.groupKey].map { UInt32(truncatingIfNeeded: $0) }
    isSecure = vector[Self.secureKey] ?? 0 != 0
    loader = vector[Self.loaderKey].flatMap { $0 == 0 ? nil : $0 }
  }

  /// The pointers up to a null one; `position` goes behind it.
  private static func pointers(_ stack: [UInt8], _ position: inout Int, _ size: Int) -> [UInt64] {
    var list: [UInt64] = []
    while position + size <= stack.count {
      let pointer = stack.littleEndian(at: position, size: size)
      position += size
      if pointer == 0 { break }
      list.append(pointer)
    }
    return list
  }

  private static func vector(
    _ stack: [UInt8], _ start: Int, _ size: Int
  ) -> [UInt64: UInt64] {
    var vector: [UInt64: UInt64] = [:]
    var position = start
    while position + 2 * size <= stack.count, vector.count < 64 {
      let key = stack.littleEndian(at: position, size: size)
      if key == 0 { break }
      vector[key] = stack.littleEndian(at: position + size, size: size)
      position += 2 * size
    }
    return vector
  }

  /// The environment; nil unless all of it lies in what was read. The kernel lays the variables
  /// side by side (`execve(2)`), and most programs have those of the one before.
  private static func environment(
    _ list: [UInt64], _ stack: [UInt8], _ base: UInt64, known: EnvironmentBlock
  ) -> EnvironmentBlock? {
    guard let first = list.first, let last = list.last else { return EnvironmentBlock() }
    guard let start = place(first, stack, base)?.lowerBound,
      let end = place(last, stack, base)?.upperBound, start < end
    else { return nil }
    let isKnown = list.count == known.texts.count && end - start == known.bytes.count
    if isKnown, isSame(known.bytes, stack, start) { return known }
    return texts(list, stack, base, known: known.texts).map {
      EnvironmentBlock(bytes: Array(stack[start..<end]), texts: $0)
    }
  }

  /// The texts; nil unless all of them lie in what was read. One that is the same as that of
  /// `known` at its place is not made anew.
  private static func texts(
    _ list: [UInt64], _ stack: [UInt8], _ base: UInt64, known: [String] = []
  ) -> [String]? {
    var texts: [String] = []
    texts.reserveCapacity(list.count)
    for (index, pointer) in list.enumerated() {
      guard let place = place(pointer, stack, base) else { return nil }
      if index < known.count, isSame(known[index], stack, place) {
        texts.append(known[index])
      } else {
        texts.append(text(stack[place]))
      }
    }
    return texts
  }

  private static func text(_ pointer: UInt64, _ stack: [UInt8], _ base: UInt64) -> String? {
    place(pointer, stack, base).map { text(stack[$0]) }
  }

  /// Where the text that `pointer` points to lies in what was read.
  private static func place(_ pointer: UInt64, _ stack: [UInt8], _ base: UInt64) -> Range<Int>? {
    guard pointer >= base, pointer &- base < UInt64(stack.count) else { return nil }
    let start = Int(pointer &- base)
    return unsafe stack.withUnsafeBytes { bytes -> Range<Int>? in
      guard let first = bytes.baseAddress,
        let end = unsafe memchr(first + start, 0, bytes.count - start)
      else { return nil }
      let length = unsafe (first + start).distance(to: UnsafeRawPointer(end))
      return start..<start + length
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    if !bytes.contains(escape), let plain = String(validating: bytes, as: UTF8.self) {
      return plain
    }
    return TargetText.decoding(Array(bytes))
  }

  /// The first byte of what `TargetText` stands for bytes with that are no text.
  private static let escape: UInt8 = 0xF4

  /// True if `bytes` lie at `start` of what was read, which is long enough.
  private static func isSame(_ bytes: [UInt8], _ stack: [UInt8], _ start: Int) -> Bool {
    unsafe bytes.withUnsafeBytes { known in
      unsafe stack.withUnsafeBytes { read in
        guard let known = known.baseAddress, let read = read.baseAddress else { return false }
        return unsafe memcmp(known, read + start, bytes.count) == 0
      }
    }
  }

  /// True if `text` is what these bytes say.
  private static func isSame(_ text: String, _ stack: [UInt8], _ place: Range<Int>) -> Bool {
    guard text.utf8.count == place.count else { return false }
    let isSame = unsafe text.utf8.withContiguousStorageIfAvailable { known -> Bool in
      unsafe stack.withUnsafeBytes { bytes -> Bool in
        guard let first = bytes.baseAddress, let other = known.baseAddress else { return true }
        let start = unsafe first + place.lowerBound
        guard unsafe memcmp(start, other, place.count) == 0 else { return false }
        return unsafe memchr(start, Int32(escape), place.count) == nil
      }
    }
    return isSame ?? false
  }
}

/// An environment, and the bytes that its variables were on the stack of a program; none if it was
/// read elsewhere.
struct EnvironmentBlock {
  var bytes: [UInt8] = []
  var texts: [String] = []
}

extension TraceSession {
  /// More than the code of any dynamic loader, in bytes; glibc's is 150 KiB.
  private static var loaderSize: UInt64 { 0x40000 }

  /// The program that a process has just become.
  func execution(_ process: TracedProcess, _ thread: TracedThread) -> ProgramExecution {
    let id = thread.id
    let start = ProgramStart(of: id, decoder.memory, known: lastEnvironment)
    lastEnvironment = start.environment
    process.isConfined = nil
    process.loader = start.loader.map { $0..<$0 &+ Self.loaderSize }
    let executable =
      (process.seesAsWeDo
        ? lookup.executable(of: id, startedAs: start.path ?? "")
        : ProcessFiles.link("/proc/\(id)/exe")) ?? ""
    let credentials = credentials(process, id, start)
    // What runs in secure-execution mode has a real user of its own, whose rights access(2) asks for.
    process.actsAsWeDo = credentials == lookup.ownCredentials && !start.isSecure
    let workingDirectory =
      lookup.path(of: process.workingDirectory) ?? ProcessFiles.link("/proc/\(id)/cwd") ?? "/"
    process.workingDirectory = lookup.name(workingDirectory)
    return ProgramExecution(
      path: start.path ?? executable, executable: executable, arguments: start.arguments,
      environment: start.environment.texts, credentials: credentials, isSecure: start.isSecure,
      lostPrivilege: lostPrivilege(executable, credentials),
      workingDirectory: ProcessFiles.formerName(workingDirectory))
  }

  /// Who the process acts as. What is known from before holds as long as no call changed it and
  /// exec had nothing to change: it drops the capabilities of all but root.
  private func credentials(
    _ process: TracedProcess, _ id: ProcessID, _ start: ProgramStart
  ) -> Credentials {
    if let known = process.credentials, known.user == start.user, known.group == start.group,
      !start.isSecure, known.user == 0 || known.capabilities == 0
    {
      return known
    }
    let read =
      ProcessFiles.status(id)?.credentials
      ?? Credentials(
        user: start.user ?? 0, group: start.group ?? 0, groups: [], capabilities: 0)
    process.credentials = read
    return read
  }

  /// True if the file's set-id bits would have changed who the process acts as, and did not.
  private func lostPrivilege(_ executable: String, _ credentials: Credentials) -> Bool {
    // What root traces keeps its privilege, unless the flag or the mount take it untraced as well.
    guard geteuid() != 0 else { return false }
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
}
