private import CTraceShim
import Glibc
package import TraceEvents

/// Which running process is watched, and how long.
package struct AttachRequest: Sendable {
  /// The process; its descendants are watched with it.
  package var process: ProcessID
  /// True if it is sent SIGHUP once it is watched, so that it reads its configuration anew.
  package var reloads: Bool
  /// Seconds of quiet after which it is let go; nil: not before it ends or we are interrupted.
  package var settle: Double?
  /// Seconds after which it is let go in any case; nil: never.
  package var timeout: Double?

  package init(
    process: ProcessID, reloads: Bool = false, settle: Double? = nil, timeout: Double? = nil
  ) {
    self.process = process
    self.reloads = reloads
    self.settle = settle
    self.timeout = timeout
  }
}

/// Watches a running process, and lets it go unharmed.
///
/// It is traced without a filter, which would outlive us, so that each of its calls stops: slower than
/// a command that we started. What a call was interrupted in by our coming and going goes on; a few
/// calls end with EINTR instead, as they do for SIGSTOP and SIGCONT (signal(7)).
package struct Attachment: ~Copyable {
  private let session: TraceSession
  private let request: AttachRequest

  /// Arguments as for `Tracer`.
  package init(
    _ request: AttachRequest, inspector: any SystemInspector,
    sink: @escaping (TraceEvent) -> Void
  ) {
    self.request = request
    session = TraceSession(inspector: inspector, walker: nil, sink: sink)
  }

  /// Watches it until it is quiet, the time is up, it ends, or we are interrupted.
  package consuming func run() throws(CaptureError) {
    try session.watch(request)
  }
}

extension TraceSession {
  // PTRACE_O_TRACESYSGOOD, FORK, VFORK, CLONE, EXEC of ptrace(2); no EXITKILL: it outlives us.
  private static var attachOptions: UInt64 { 0x1 | 0x2 | 0x4 | 0x8 | 0x10 }
  private static var mostProcesses: Int { 1000 }

  /// Watches a running process and its descendants.
  func watch(_ request: AttachRequest) throws(CaptureError) {
    let alarm = Alarm()
    alarm.claimSignals()
    defer { alarm.releaseSignals() }
    limit = TimeLimit(seconds: request.timeout, sharesSignals: true)
    settling = request.settle.map { Settling(least: $0) }
    isLaunching = false
    letsGo = true
    isAttached = true
    placement.isEnabled = false
    first = request.process
    try seize(request.process, parent: nil)
    seizeDescendants()
    for id in threads.keys.sorted() { _ = wf_interrupt(id) }
    if request.reloads { kill(request.process, SIGHUP) }
    serveAll(alarm)
  }

  /// Takes a process under trace with all of its threads, and tells what it is.
  private func seize(_ id: ProcessID, parent: ProcessID?) throws(CaptureError) {
    let process = TracedProcess(id: id, descriptors: DescriptorTable())
    // Threads may be made while we take them: again, until there is no new one.
    var isComplete = false
    while !isComplete {
      isComplete = true
      for thread in ProcessFiles.threads(id) where !process.threads.contains(thread) {
        let result = wf_seize(thread, Self.attachOptions)
        if result < 0 {
          if thread == id { throw refusal(ErrorNumber(rawValue: -result), of: id) }
          continue
        }
        isComplete = false
        process.threads.insert(thread)
        let traced = TracedThread(id: thread, process: process)
        traced.followsCalls = true
        threads[thread] = traced
      }
    }
    guard let leader = threads[id] else {
      throw CaptureError(.noSuchProcess, detail: "\(id)")
    }
    processes[id] = process
    tellOfSeized(process, leader, parent: parent)
  }

  private func refusal(_ error: ErrorNumber, of id: ProcessID) -> CaptureError {
    if error.rawValue == ESRCH { return CaptureError(.noSuchProcess, detail: "\(id)") }
    if let tracer = ProcessFiles.status(id)?.tracer, tracer != 0 {
      return CaptureError(.targetIsTraced, error: error, detail: "\(tracer)")
    }
    let scope = ProcessFiles.bytes("/proc/sys/kernel/yama/ptrace_scope", cap: 16)
      .map { String(decoding: $0.prefix { $0 > 0x20 }, as: UTF8.self) }
    if let scope, let level = Int(scope), level >= 1, geteuid() != 0 || level >= 3 {
      return CaptureError(.forbiddenByYama, error: error, detail: scope)
    }
    return CaptureError(.notYours, error: error, detail: "\(id)")
  }

  private func tellOfSeized(_ process: TracedProcess, _ leader: TracedThread, parent: ProcessID?) {
    let id = process.id
    let link = { (name: String) in ProcessFiles.link("/proc/\(id)/\(name)") }
    var descriptors: [Int32: String] = [:]
    for descriptor in ProcessFiles.descriptors(id) {
      descriptors[descriptor] = link("fd/\(descriptor)")
      process.descriptors[descriptor] = .init()
    }
    let executable = link("exe") ?? ""
    let arguments = ProcessFiles.texts("/proc/\(id)/cmdline", cap: 1 << 16)
    let directory = link("cwd") ?? "/"
    let credentials =
      ProcessFiles.status(id)?.credentials
      ?? Credentials(user: geteuid(), group: getegid(), groups: [], capabilities: 0)
    process.program = executable
    let state = ProcessState(
      executable: executable, arguments: arguments, workingDirectory: directory,
      rootDirectory: link("root") ?? "/", credentials: credentials, descriptors: descriptors)
    events.emit(.processStarted(start: ProcessStart(parent: parent, state: state)), leader)
    events.emit(
      .programExecuted(
        execution: ProgramExecution(
          path: executable, executable: executable, arguments: arguments,
          environment: ProcessFiles.texts("/proc/\(id)/environ", cap: 1 << 16),
          credentials: credentials, workingDirectory: directory)), leader)
    tellHeldFiles(of: process, descriptors, leader)
  }

  /// What it reads by now was opened before we came: a release tells how far it is.
  private func tellHeldFiles(
    of process: TracedProcess, _ descriptors: [Int32: String], _ leader: TracedThread
  ) {
    for descriptor in descriptors.keys.sorted() where descriptor > 2 {
      guard let path = descriptors[descriptor], path.hasPrefix("/"),
        let info = ProcessFiles.descriptorInfo(process.id, descriptor), info.flags & O_ACCMODE == 0
      else { continue }
      let release = DescriptorRelease(
        descriptor: descriptor, path: path, position: info.position)
      events.emit(.descriptorReleased(release: release), leader)
    }
  }

  /// Takes the children of those that are traced, and theirs.
  private func seizeDescendants() {
    var waiting = processes.keys.sorted()
    while let parent = waiting.popLast(), processes.count < Self.mostProcesses {
      for child in ProcessFiles.children(parent) where processes[child] == nil {
        guard (try? seize(child, parent: parent)) != nil else { continue }
        waiting.append(child)
      }
    }
  }

  // MARK: Letting go

  /// Begins to let all threads go: each has to stop for that.
  func release() {
    guard limit.phase == .running else { return }
    limit.phase = .releasing
    for id in early.keys.sorted() { _ = wf_detach(id, 0) }
    early = [:]
    for id in threads.keys.sorted() { _ = wf_interrupt(id) }
  }

  /// Lets a thread go that has stopped, with the signal that it was about to get.
  func letGo(_ id: ProcessID, _ status: WaitStatus) {
    if let end = status.end {
      if let thread = threads[id] { ended(thread, end) }
      return
    }
    // What it has just made is traced as well, and comes to a stop of its own.
    if let created = status.created(by: id), threads[created] == nil { expected.insert(created) }
    _ = wf_detach(id, status.deliveredSignal)
    expected.remove(id)
    guard let thread = threads.removeValue(forKey: id) else { return }
    let process = thread.process
    process.threads.remove(id)
    guard process.threads.isEmpty else { return }
    releaseAll(thread)
    processes[process.id] = nil
    events.emit(.processEnded(end: .released), thread)
  }
}
