private import CTraceShim
import Glibc
package import TraceEvents

/// Which running processes are watched, and how long.
package struct AttachRequest: Sendable {
  /// The processes, at least one.
  package var processes: [ProcessID]
  /// True if their descendants are watched with them.
  package var followsChildren: Bool
  /// True if it is told what they are and do before they are watched.
  package var takesSnapshot: Bool
  /// True if it is sent SIGHUP once it is watched, so that it reads its configuration anew.
  package var reloads: Bool
  /// Seconds of quiet after which it is let go; nil: not before it ends or we are interrupted.
  package var settle: Double?
  /// Seconds after which it is let go in any case; nil: never.
  package var timeout: Double?
  /// True if a crash is told of with the stacks of all threads.
  package var tellsThreads: Bool

  package init(
    processes: [ProcessID], followsChildren: Bool = true, takesSnapshot: Bool = false,
    reloads: Bool = false, settle: Double? = nil, timeout: Double? = nil,
    tellsThreads: Bool = false
  ) {
    self.processes = processes
    self.followsChildren = followsChildren
    self.takesSnapshot = takesSnapshot
    self.reloads = reloads
    self.settle = settle
    self.timeout = timeout
    self.tellsThreads = tellsThreads
  }
}

/// Watches running processes, and lets them go unharmed.
///
/// They are traced without a filter, which would outlive us, so that each of their calls stops: slower
/// than a command that we started. What a call was interrupted in by our coming and going goes on.
package struct Attachment: ~Copyable {
  private let session: TraceSession
  private let request: AttachRequest

  /// Arguments as for `Tracer`.
  package init(
    _ request: AttachRequest, inspector: any SystemInspector,
    walker: (any StackWalker)? = nil, sink: @escaping (TraceEvent) -> Void
  ) {
    self.request = request
    session = TraceSession(inspector: inspector, walker: walker, sink: sink)
  }

  /// Watches them until they are quiet, the time is up, they end, or we are interrupted. Gives how
  /// the first of them ended, if it did.
  package consuming func run() throws(CaptureError) -> LaunchOutcome {
    try session.watch(request)
    return switch session.end {
    case .exited(let status): .exited(status)
    case .killed(let signal, let coreDumped):
      .killed(SignalNumber(rawValue: signal), coreDumped: coreDumped)
    case nil: .released
    }
  }
}

extension TraceSession {
  // PTRACE_O_TRACESYSGOOD, CLONE, EXEC of ptrace(2), and FORK and VFORK for children; no EXITKILL: it
  // outlives us.
  private var attachOptions: UInt64 { 0x1 | 0x8 | 0x10 | (followsChildren ? 0x2 | 0x4 : 0) }
  private static var mostProcesses: Int { 1000 }

  /// Watches running processes and their descendants.
  func watch(_ request: AttachRequest) throws(CaptureError) {
    guard let leader = request.processes.first else { throw CaptureError(.badRequest) }
    for id in request.processes { try refuseUnfit(id) }
    let alarm = Alarm()
    alarm.claimSignals()
    defer { alarm.releaseSignals() }
    limit = TimeLimit(sharesSignals: true)
    isLaunching = false
    letsGo = true
    isAttached = true
    placement.isEnabled = false
    followsChildren = request.followsChildren
    first = leader
    options = attachOptions
    // Before anything of it is stopped, so that it is seen as it is.
    let before = request.takesSnapshot ? look(at: request.processes) : []
    for (index, id) in request.processes.enumerated() where processes[id] == nil {
      // One of several may be gone by now.
      do throws(CaptureError) {
        try seize(id, parent: nil)
      } catch {
        if index == 0 { throw error }
        continue
      }
      if followsChildren { seizeDescendants(of: id) }
    }
    if request.takesSnapshot { tellStart(before) }
    interruptAll()
    // From here on it is watched: the look before can take a while on a busy machine.
    limit = TimeLimit(seconds: request.timeout, sharesSignals: true)
    settling = request.settle.map { Settling(least: $0) }
    tellsThreads = request.tellsThreads
    if request.reloads { kill(first, SIGHUP) }
    serveAll(alarm)
  }

  /// What the threads of processes and of their descendants do, by process.
  private func look(at ids: [ProcessID]) -> [(process: ProcessID, moments: [ThreadMoment])] {
    var found: [(ProcessID, [ThreadMoment])] = []
    var known = Set(ids)
    var waiting = Array(ids.reversed())
    while let id = waiting.popLast(), found.count < Self.mostProcesses {
      found.append((id, moments(of: id)))
      guard followsChildren else { continue }
      for child in ProcessFiles.children(id).reversed() where known.insert(child).inserted {
        waiting.append(child)
      }
    }
    return found
  }

  private func tellStart(_ before: [(process: ProcessID, moments: [ThreadMoment])]) {
    events.emit(
      .note(note: CaptureNote(kind: .attached, text: "")), process: first, thread: first)
    for (id, moments) in before {
      let fact = Fact(question: .threads(pid: id), answer: .threads(list: moments))
      events.emit(.fact(fact: fact), process: id, thread: id)
    }
    facts.tellSnapshot(of: before.map(\.process), first: first, events)
  }

  /// Takes a process under trace with all of its threads, and tells what it is.
  private func seize(_ id: ProcessID, parent: ProcessID?) throws(CaptureError) {
    let process = TracedProcess(id: id, descriptors: DescriptorTable())
    // Threads may be made while we take them: again, until there is no new one.
    var isComplete = false
    while !isComplete {
      isComplete = true
      for thread in ProcessFiles.threads(id) where !process.threads.contains(thread) {
        let result = wf_seize(thread, options)
        if result < 0 {
          if thread == id { throw refusal(ErrorNumber(rawValue: -result), of: id) }
          continue
        }
        isComplete = false
        process.threads.insert(thread)
        let traced = TracedThread(id: thread, process: process)
        traced.followsCalls = true
        // Our stop will make it go on by restart_syscall(2), which does not tell what it was.
        traced.interruptedCall = waitedCall(of: thread, in: id)
        threads[thread] = traced
      }
    }
    guard let leader = threads[id] else {
      throw CaptureError(.noSuchProcess, detail: "\(id)")
    }
    processes[id] = process
    tellOfSeized(process, leader, parent: parent)
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

  /// Takes the children of a process, and theirs.
  private func seizeDescendants(of id: ProcessID) {
    var waiting = [id]
    while let parent = waiting.popLast(), processes.count < Self.mostProcesses {
      for child in ProcessFiles.children(parent) where processes[child] == nil {
        guard (try? seize(child, parent: parent)) != nil else { continue }
        waiting.append(child)
      }
    }
  }
}
