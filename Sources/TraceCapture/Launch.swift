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

  /// Forks the child and seizes it; it waits until `LaunchedProcess.go`.
  static func start(_ request: LaunchRequest) throws(CaptureError) -> LaunchedProcess {
    guard let word = request.command.first else {
      throw CaptureError(.badRequest, detail: "no command")
    }
    let environment = request.environment ?? ProcessFiles.ownEnvironment()
    guard let arguments = CStringVector(request.command),
      let variables = CStringVector(environment),
      let candidates = CStringVector(candidates(for: word, in: environment)),
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
    var handshake: Int32 = -1
    var report: UnsafeMutablePointer<wf_child_report>?
    let groups = request.user?.groups ?? []
    let child = unsafe filter.withUnsafeBufferPointer { filter in
      unsafe groups.withUnsafeBufferPointer { groups in
        var launch = unsafe wf_launch(
          arguments: arguments.pointer, environment: variables.pointer,
          candidates: candidates.pointer,
          working_directory: UnsafePointer(directory.pointer[0]), filter: filter.baseAddress,
          filter_length: UInt16(filter.count),
          no_new_privileges: !request.keepsRunning && capabilities & administrator == 0,
          changes_user: request.user != nil, user: request.user?.user ?? 0,
          group: request.user?.group ?? 0, groups: groups.baseAddress,
          group_count: UInt32(groups.count))
        return unsafe wf_fork_target(&launch, &handshake, &report)
      }
    }
    guard child > 0, let report = unsafe report else {
      throw CaptureError(.cannotFork, error: ErrorNumber(rawValue: -child))
    }
    var mode = request.keepsRunning ? options & ~endsWithUs : options
    if !HeldFile.isPossible { mode |= exitOption }
    let launched = unsafe LaunchedProcess(
      process: child, options: mode, handshake: handshake, report: report)
    let result = wf_seize(child, mode)
    if result < 0 {
      let reason = refusal(ErrorNumber(rawValue: -result), child: child)
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

  private static func refusal(_ error: ErrorNumber, child: ProcessID) -> CaptureError {
    if let tracer = ProcessFiles.status(child)?.tracer, tracer != 0 {
      return CaptureError(.alreadyTraced, error: error, detail: "\(tracer)")
    }
    let scope = ProcessFiles.bytes("/proc/sys/kernel/yama/ptrace_scope", cap: 16)
      .map { String(decoding: $0.prefix { $0 > 0x20 }, as: UTF8.self) }
    if error == .notPermitted, let scope, let level = Int(scope), level >= 2 {
      return CaptureError(.forbiddenByYama, error: error, detail: scope)
    }
    if ProcessFiles.status(getpid())?.seccompMode == 2 {
      return CaptureError(.forbiddenBySeccomp, error: error)
    }
    return CaptureError(.tracingRefused, error: error)
  }
}

/// The target's first process, between its fork and its exec.
@safe
struct LaunchedProcess: ~Copyable {
  /// The process.
  let process: ProcessID
  /// The options that it is traced with.
  let options: UInt64
  private var handshake: Int32
  private let report: UnsafeMutablePointer<wf_child_report>

  fileprivate init(
    process: ProcessID, options: UInt64, handshake: Int32,
    report: UnsafeMutablePointer<wf_child_report>
  ) {
    self.process = process
    self.options = options
    self.handshake = handshake
    unsafe self.report = report
  }

  deinit {
    if handshake >= 0 { close(handshake) }
    unsafe wf_release_report(report)
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
    let error = unsafe ErrorNumber(rawValue: report.pointee.error)
    switch unsafe UInt32(report.pointee.stage) {
    case WF_STAGE_EXEC.rawValue: return error
    case WF_STAGE_DIRECTORY.rawValue: throw CaptureError(.cannotEnterDirectory, error: error)
    case WF_STAGE_FILTER.rawValue: throw CaptureError(.filterRefused, error: error)
    case WF_STAGE_USER.rawValue: throw CaptureError(.cannotChangeUser, error: error)
    default: return nil
    }
  }

  /// What it holds, as its program will find it.
  borrowing func state(_ request: LaunchRequest) -> ProcessState {
    var descriptors: [Int32: String] = [:]
    for descriptor in ProcessFiles.descriptors(process) {
      guard let info = ProcessFiles.descriptorInfo(process, descriptor),
        info.flags & O_CLOEXEC == 0
      else { continue }
      descriptors[descriptor] = ProcessFiles.link("/proc/\(process)/fd/\(descriptor)")
    }
    var credentials =
      ProcessFiles.status(process)?.credentials
      ?? Credentials(user: geteuid(), group: getegid(), groups: [], capabilities: 0)
    if let user = request.user {
      credentials = Credentials(
        user: user.user, group: user.group, groups: user.groups,
        capabilities: user.user == 0 ? credentials.capabilities : 0)
    }
    let directory =
      request.workingDirectory
      ?? ProcessFiles.link("/proc/\(process)/cwd") ?? "/"
    return ProcessState(
      executable: nil, arguments: request.command, workingDirectory: directory,
      rootDirectory: ProcessFiles.link("/proc/\(process)/root") ?? "/", credentials: credentials,
      descriptors: descriptors)
  }
}

/// `__WALL` of `waitpid(2)`, whose macro does not come through to Swift as a signed number.
private let allKinds: Int32 = 0x4000_0000
