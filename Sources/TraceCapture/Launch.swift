private import CTraceShim
import Glibc
import TraceEvents

/// Starts the target's first process, traced before it runs anything of its own.
enum Launch {
  // PTRACE_O_TRACESYSGOOD, FORK, VFORK, CLONE, EXEC, SECCOMP, EXITKILL of ptrace(2).
  private static let options: UInt64 = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x10_0000
  /// PTRACE_O_EXITKILL.
  private static let endsWithUs: UInt64 = 0x10_0000
  /// PTRACE_O_TRACEEXIT: for what a process leaves open, where we can hold no copies.
  private static let exitOption: UInt64 = 0x40
  private static let administrator: UInt64 = 1 << 21

  /// Starts the child and seizes it; it waits until `LaunchedProcess.go`.
  static func start(_ request: LaunchRequest) throws(CaptureError) -> LaunchedProcess {
    guard let word = request.command.first else {
      throw CaptureError(.badRequest, detail: "no command")
    }
    let environment = request.environment ?? ProcessFiles.ownEnvironment()
    guard let arguments = CStringVector(request.command),
      let variables = CStringVector(environment),
      let candidates = CStringVector(
        startingAtPresent(
          candidates(for: word, in: environment), from: request.workingDirectory ?? ".")),
      let directory = CStringVector(request.workingDirectory.map { [$0] } ?? [])
    else { throw CaptureError(.badRequest, detail: "a null byte in the command or environment") }
    var capabilities: UInt64 = 0
    _ = unsafe wf_effective_capabilities(&capabilities)
    let rows = SystemCallTable.rows(
      stoppingAtCloses: !HeldFile.isPossible, isThorough: request.isThorough)
    let filter = (request.keepsRunning ? [] : SeccompFilter.program(for: rows)).map {
      wf_instruction(
        code: $0.code, jump_true: $0.jumpTrue, jump_false: $0.jumpFalse, operand: $0.operand)
    }
    var mode = request.keepsRunning ? options & ~endsWithUs : options
    if !HeldFile.isPossible { mode |= exitOption }
    let preparation = LaunchPreparation(
      arguments: arguments, environment: variables, candidates: candidates,
      workingDirectory: directory, filter: filter, groups: request.user?.groups ?? [])
    let launched = try LaunchedProcess(
      preparation, options: mode, user: request.user,
      hasNoNewPrivileges: !request.keepsRunning && capabilities & administrator == 0)
    let result = wf_seize(launched.process, mode)
    if result < 0 {
      let reason = refusal(ErrorNumber(rawValue: -result), child: launched.process)
      launched.abandon()
      throw reason
    }
    return launched
  }

  /// The paths that are tried for a command word, in order, as `execvp(3)` does.
  static func candidates(for word: String, in environment: [String]) -> [String] {
    if word.isEmpty || word.utf8.contains(UInt8(ascii: "/")) { return [word] }
    let path = environment.first { $0.hasPrefix("PATH=") }.map { $0.dropFirst(5) }
    // An element that is empty means the current directory.
    return (path ?? "/bin:/usr/bin").split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? word : "\($0)/\(word)" }
  }

  /// The paths without those before the first that is there: each would be a call that fails, and two
  /// stops. All of them where none is there.
  static func startingAtPresent(_ candidates: [String], from directory: String) -> [String] {
    let first = candidates.firstIndex { candidate in
      let path = candidate.hasPrefix("/") ? candidate : "\(directory)/\(candidate)"
      return unsafe access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)
    }
    return first.map { Array(candidates[$0...]) } ?? candidates
  }

  /// True if this process is under a seccomp filter itself.
  fileprivate static var isFiltered: Bool { ProcessFiles.status(getpid())?.seccompMode == 2 }

  private static func refusal(_ error: ErrorNumber, child: ProcessID) -> CaptureError {
    if let tracer = ProcessFiles.status(child)?.tracer, tracer != 0 {
      return CaptureError(.alreadyTraced, error: error, detail: "\(tracer)")
    }
    let scope = ProcessFiles.bytes("/proc/sys/kernel/yama/ptrace_scope", cap: 16)
      .map { String(decoding: $0.prefix { $0 > 0x20 }, as: UTF8.self) }
    if error == .notPermitted, let scope, let level = Int(scope), level >= 2 {
      return CaptureError(.forbiddenByYama, error: error, detail: scope)
    }
    if isFiltered {
      return CaptureError(.forbiddenBySeccomp, error: error)
    }
    return CaptureError(.tracingRefused, error: error)
  }
}

/// What the child reads while it gets ready; it shares our memory.
@safe
private struct LaunchPreparation: ~Copyable {
  let arguments: CStringVector
  let environment: CStringVector
  let candidates: CStringVector
  let workingDirectory: CStringVector
  let filter: UnsafeMutableBufferPointer<wf_instruction>
  let groups: UnsafeMutableBufferPointer<UInt32>

  init(
    arguments: consuming CStringVector, environment: consuming CStringVector,
    candidates: consuming CStringVector, workingDirectory: consuming CStringVector,
    filter: [wf_instruction], groups: [UInt32]
  ) {
    self.arguments = arguments
    self.environment = environment
    self.candidates = candidates
    self.workingDirectory = workingDirectory
    unsafe self.filter = .allocate(capacity: filter.count)
    _ = unsafe self.filter.initialize(from: filter)
    unsafe self.groups = .allocate(capacity: groups.count)
    _ = unsafe self.groups.initialize(from: groups)
  }

  deinit {
    unsafe filter.deallocate()
    unsafe groups.deallocate()
  }
}

/// The target's first process, between its start and its exec.
@safe
struct LaunchedProcess: ~Copyable {
  /// The process.
  let process: ProcessID
  /// The options that it is traced with.
  let options: UInt64
  private var handshake: Int32
  private let child: OpaquePointer
  private let preparation: LaunchPreparation

  fileprivate init(
    _ preparation: consuming LaunchPreparation, options: UInt64, user: TargetUser?,
    hasNoNewPrivileges: Bool
  ) throws(CaptureError) {
    var launch = unsafe wf_launch(
      arguments: preparation.arguments.pointer, environment: preparation.environment.pointer,
      candidates: preparation.candidates.pointer,
      working_directory: UnsafePointer(preparation.workingDirectory.pointer[0]),
      filter: preparation.filter.baseAddress, filter_length: UInt16(preparation.filter.count),
      no_new_privileges: hasNoNewPrivileges, changes_user: user != nil, user: user?.user ?? 0,
      group: user?.group ?? 0, groups: preparation.groups.baseAddress,
      group_count: UInt32(preparation.groups.count))
    var handshake: Int32 = -1
    var child: OpaquePointer?
    let process = unsafe wf_start_target(&launch, &handshake, &child)
    guard process > 0, let child = unsafe child else {
      throw CaptureError(.cannotFork, error: ErrorNumber(rawValue: -process))
    }
    self.process = process
    self.options = options
    self.handshake = handshake
    unsafe self.child = child
    self.preparation = preparation
  }

  deinit {
    if handshake >= 0 { close(handshake) }
    unsafe wf_release_child(child)
  }

  /// Lets it go on to its exec.
  mutating func go() {
    var byte: UInt8 = 1
    _ = unsafe write(handshake, &byte, 1)
    close(handshake)
    handshake = -1
  }

  /// Ends it before it has begun, and reaps it.
  consuming func abandon() {
    kill(process, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(process, &status, allKinds) < 0 && errno == EINTR {}
  }

  /// The error of the search for the program, if no exec succeeded; nil if one did.
  borrowing func failure() throws(CaptureError) -> ErrorNumber? {
    let report = unsafe wf_report_of(child)
    let error = ErrorNumber(rawValue: report.error)
    switch UInt32(report.stage) {
    case WF_STAGE_EXEC.rawValue: return error
    case WF_STAGE_DIRECTORY.rawValue: throw CaptureError(.cannotEnterDirectory, error: error)
    case WF_STAGE_FILTER.rawValue:
      throw CaptureError(
        Launch.isFiltered ? .filterForbiddenBySeccomp : .filterRefused, error: error)
    case WF_STAGE_USER.rawValue: throw CaptureError(.cannotChangeUser, error: error)
    default: return nil
    }
  }

  /// What it holds, as its program will find it: so far all that it has is ours.
  borrowing func state(_ request: LaunchRequest) -> ProcessState {
    var descriptors: [Int32: String] = [:]
    for descriptor in ProcessFiles.descriptors(process) {
      let flags = fcntl(descriptor, F_GETFD)
      guard flags >= 0, flags & FD_CLOEXEC == 0 else { continue }
      descriptors[descriptor] = ProcessFiles.link("/proc/\(process)/fd/\(descriptor)")
    }
    var credentials = ProcessFiles.ownCredentials
    if let user = request.user {
      credentials = Credentials(
        user: user.user, group: user.group, groups: user.groups,
        capabilities: user.user == 0 ? credentials.capabilities : 0)
    }
    let directory =
      request.workingDirectory
      ?? ProcessFiles.link("/proc/\(process)/cwd").map(ProcessFiles.formerName) ?? "/"
    return ProcessState(
      executable: nil, arguments: request.command, workingDirectory: directory,
      rootDirectory: ProcessFiles.link("/proc/\(process)/root") ?? "/", credentials: credentials,
      descriptors: descriptors)
  }
}

/// `__WALL` of `waitpid(2)`, whose macro does not come through to Swift as a signed number.
private let allKinds: Int32 = 0x4000_0000
