private import CTraceShim
import Glibc
import TraceEvents

// Processes and threads come to be, become programs, and end.
extension TraceSession {
  private static var clonesFiles: UInt64 { 0x400 }
  private static var keepsParent: UInt64 { 0x8000 }
  private static var clonesThread: UInt64 { 0x10000 }
  /// `CLONE_FS`
  private static var sharesPlace: UInt64 { 0x200 }
  /// `CLONE_NEWNS`, `CLONE_NEWUSER` and `CLONE_FS`: names may lead elsewhere then.
  private static var confines: UInt64 { 0x20000 | 0x1000_0000 | sharesPlace }
  /// `CLONE_INTO_CGROUP`, of `clone3(2)` alone.
  private static var choosesGroup: UInt64 { 0x2_0000_0000 }

  /// A thread created a process or a thread.
  func serve(_ stop: consuming CreationStop, _ thread: TracedThread) {
    if let created = stop.created, created > 0, threads[created] == nil {
      introduce(created, by: thread, flags: cloneFlags(of: thread, created: created))
    }
    giveBackFlags(of: thread)
    // The call succeeded, and its result is known: its exit needs no stop.
    if !thread.followsCalls { thread.call = nil }
    stop.resume(stoppingAtCalls: stopsAtCalls(thread))
  }

  /// What the call shares with what it creates; from the kernel where the call is not known.
  private func cloneFlags(of thread: TracedThread, created: ProcessID) -> UInt64 {
    if let call = thread.call {
      let row = call.row ?? numbers.row(call.number, isNarrow: call.isNarrow)
      switch row.map({ rows[$0].name }) {
      case "clone": return call.arguments[0]
      case "clone3":
        if let flags = decoder.memory.number(thread.id, at: call.arguments[0], size: 8) {
          return flags
        }
      case "fork", "vfork": return 0
      default: break
      }
    }
    let process = ProcessFiles.status(created)?.process ?? created
    return process == created ? 0 : Self.clonesThread | Self.clonesFiles
  }

  /// Takes a new thread into account and serves the stop that it may have come to already.
  private func introduce(_ created: ProcessID, by creator: TracedThread, flags: UInt64) {
    let thread: TracedThread
    let shares = flags & Self.clonesFiles != 0
    if flags & Self.clonesThread != 0 {
      thread = TracedThread(id: created, process: creator.process)
      creator.process.threads.insert(created)
    } else {
      let table = creator.process.descriptors
      let process = TracedProcess(id: created, descriptors: shares ? table : table.copy())
      process.program = creator.process.program
      process.arguments = creator.process.arguments
      process.controlGroups = creator.process.controlGroups
      process.credentials = creator.process.credentials
      process.actsAsWeDo = creator.process.actsAsWeDo
      process.workingDirectory = creator.process.workingDirectory
      if flags & Self.confines == 0 {
        process.seesAsWeDo = creator.process.seesAsWeDo
      } else if flags & Self.sharesPlace != 0 {
        // Either may enter a directory for both.
        creator.process.seesAsWeDo = false
      }
      process.kin = [creator.process.id] + creator.process.kin.prefix(7)
      process.logs = creator.process.logs.map { $0.forChild(created) }
      creator.process.hasMadeProcesses = true
      process.threads = [created]
      process.parent =
        flags & Self.keepsParent == 0 ? creator.process.id : creator.process.parent
      process.parent.flatMap { processes[$0] }?.childCount += 1
      if flags & Self.choosesGroup != 0 { mayChangeGroups = true }
      processes[created] = process
      thread = TracedThread(id: created, process: process)
    }
    thread.followsCalls = creator.followsCalls
    thread.cloneFlags = creator.cloneFlags
    threads[created] = thread
    settling?.noticeChange()
    placement.appeared(thread, by: creator)
    if flags & Self.clonesThread != 0 {
      events.emit(.threadStarted(creator: creator.id), thread)
    } else {
      events.emit(
        .processStarted(
          start: ProcessStart(parent: creator.process.id, sharesDescriptors: shares)), thread)
    }
    if let status = early.removeValue(forKey: created) { serve(created, status) }
  }

  /// Takes in threads whose creator died before it could introduce them.
  private func adoptOrphans(of dead: TracedThread) {
    for id in early.keys.sorted() {
      guard let status = ProcessFiles.status(id) else {
        early[id] = nil
        continue
      }
      if status.process != id {
        guard let leader = threads[status.process] else { continue }
        introduce(id, by: leader, flags: Self.clonesThread | Self.clonesFiles)
      } else if processes[status.parent] == nil || status.parent == dead.process.id {
        introduce(id, by: dead, flags: 0)
      }
    }
  }

  /// A program begins.
  func serve(_ stop: consuming ExecutionStop, _ stopped: TracedThread) {
    let process = stopped.process
    var thread = stopped
    if process.threads.count > 1, stop.formerID != stopped.id, let former = threads[stop.formerID] {
      // The thread that called exec took its leader's place.
      thread = TracedThread(id: stopped.id, process: process)
      thread.followsCalls = former.followsCalls
      thread.ownsAffinity = former.ownsAffinity
      thread.isBound = former.isBound
      thread.releases = former.releases
    }
    // All other threads are gone; what is still to come of them has nothing to tell.
    for id in process.threads where id != thread.id { threads[id] = nil }
    process.threads = [thread.id]
    threads[thread.id] = thread
    thread.call = nil
    thread.faults = []
    for release in thread.releases { events.emit(.descriptorReleased(release: release), thread) }
    thread.releases = []
    // A program that shared its table has one of its own from here on (execve(2)).
    process.descriptors = process.descriptors.copy()
    process.descriptors.closeOnExec()
    tellClosedPipes(process, thread)
    process.outputCalls = 0
    process.listsDirectories = false
    process.hasMadeProcesses = false
    process.seen = SeenFailures()
    settling?.noticeChange()
    process.kin = []
    process.hearsOfChildren = false
    let execution = execution(process, thread)
    process.program = execution.executable
    process.arguments = execution.arguments
    if process.controlGroups.isEmpty || mayChangeGroups {
      process.controlGroups = ProcessFiles.controlGroups(thread.id)
    }
    events.emit(.programExecuted(execution: execution), thread)
    if execution.lostPrivilege { events.note(.lostPrivilege, execution.executable, thread) }
    stop.resume(stoppingAtCalls: thread.followsCalls)
  }

  /// A thread is about to end: the last one of a process takes its descriptors along. Where we hold
  /// copies of them, only a thread that handled a fault comes to it, and what that made since.
  func serve(_ stop: consuming ExitingStop, _ thread: TracedThread) {
    tellFault(atEnd: stop.status, thread)
    if !HeldFile.isPossible, thread.process.threads.count <= 1,
      thread.process.descriptors.watchedCount > 0
    {
      releaseAll(thread)
    }
    stop.resume()
  }

  /// Tells what is still known of an end that no stop announced.
  private func explain(_ end: WaitStatus.End, _ thread: TracedThread) {
    guard case .killed(let signal, _) = end else { return }
    switch signal {
    case SIGKILL where limit.phase == .running && !thread.process.controlGroups.isEmpty:
      facts.explainKill(thread.process.controlGroups, thread, events)
    case SIGSYS:
      // A filter of the target's own that kills (SECCOMP_RET_KILL_PROCESS) does so between the entry
      // and the call; the exit stop, with the number for a result, still comes.
      guard let call = thread.call ?? thread.lastCall else { break }
      events.emit(
        .systemCall(
          call: SystemCall(name: name(of: call), arguments: [], outcome: .unfinished)), thread)
    default: break
    }
  }

  /// The name of a call, selected or not.
  func name(of call: PendingCall) -> String {
    (call.row ?? numbers.row(call.number, isNarrow: call.isNarrow)).map { rows[$0].name }
      ?? CallNames.name(call.number, isNarrow: call.isNarrow)
  }

  /// A thread is gone. The leader's end is the process's: it comes last.
  func ended(_ thread: TracedThread, _ end: WaitStatus.End) {
    let process = thread.process
    threads[thread.id] = nil
    process.threads.remove(thread.id)
    if !early.isEmpty { adoptOrphans(of: thread) }
    guard thread.id == process.id else { return }
    for id in process.threads { threads[id] = nil }
    if HeldFile.isPossible { releaseAll(thread) }
    if end.isFailure, limit.phase != .leaving {
      tellLateWords(process, thread)
      tellLogs(of: process)
    }
    forget(process.id)
    settling?.noticeChange()
    if process.id == first {
      self.end = end
      endTime = EventStream.now
      // A daemon that it left behind, such as a key agent, is not waited for.
      if front != nil || end.isFailure, settling == nil, !isAttached, !letsGo {
        settling = Settling(least: 1)
        placement.changedWake = true
      }
    }
    if limit.phase != .leaving { explain(end, thread) }
    tellKill(thread, end)
    let processEnd: ProcessEnd =
      switch end {
      case .exited(let status): .exited(status: status)
      case .killed(let signal, let coreDumped):
        .killed(signal: SignalNumber(rawValue: signal), coreDumped: coreDumped)
      }
    events.emit(.processEnded(end: processEnd), thread)
    if let parent = process.parent.flatMap({ processes[$0] }) {
      parent.childCount -= 1
      tellWait(of: parent, for: process.id, end)
    }
  }

  /// Tells a call that sent its own process a signal and never returned from that, as `kill(0, SIGKILL)`.
  private func tellKill(_ thread: TracedThread, _ end: WaitStatus.End) {
    guard case .killed = end, let call = thread.call, let index = call.row,
      ["kill", "tkill", "tgkill"].contains(rows[index].name)
    else { return }
    thread.call = nil
    emit(call, row: rows[index], result: 0, thread)
  }
}
