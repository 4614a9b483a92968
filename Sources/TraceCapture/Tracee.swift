import TraceEvents

/// A thread that is traced.
final class TracedThread {
  /// Its id; that of its process for the leader, and for a thread that called exec from then on.
  let id: ProcessID
  /// The process that it belongs to.
  let process: TracedProcess
  /// The call that it is in, as far as it was selected.
  var call: PendingCall?
  /// What it asked for in a `clone(2)` that was changed; put back where it stops next.
  var cloneFlags: TraceSession.CloneFlags?
  /// The wait for a child that it is in, where that is not followed to its end.
  var wait: PendingCall?
  /// The call that it made last, of a thread that stops at all of them.
  var lastCall: PendingCall?
  /// The faults whose handlers it may be in, with the registers: each came of handling the one before.
  var faults: [SignalDelivery] = []
  /// True once it stops when it is about to end.
  var stopsAtEnd = false
  /// True once a filter of the target's own is in force: every call stops from then on.
  var followsCalls = false
  /// True once the target chose processors for it.
  var ownsAffinity = false
  /// True while the target sets its affinity for the first time.
  var isChoosingAffinity = false
  /// True if the file that it tried to open last does not exist.
  var missesFiles = false
  /// What is to be told once its `execve` has closed them.
  var releases: [DescriptorRelease] = []
  /// True while it is bound to the tracer's processor.
  var isBound = false
  /// True once it was told what call it waits in.
  var toldWait = false
  /// How many calls of it are still to be told of, whatever they are; nil while it is not watched.
  var watchedCalls: Int?
  /// How many calls may still come before it maps code that could be refused; 0 if none is to come.
  var callsBeforeCode = 0
  /// How many calls it has finished since it is traced, those apart that our stops interrupted.
  var finishedCalls = 0
  /// The call that goes on by `restart_syscall(2)` if that is what it is in.
  var interruptedCall: PendingCall?
  /// How many stacks of it are still wanted.
  var samplesLeft = 0
  /// True while it is stopped by job control.
  var isInGroupStop = false
  /// True once a stack of it had to be walked again.
  var wasSampledAgain = false
  /// Ordinal of the placement period in which it last stopped.
  var lastPeriod = 0

  init(id: ProcessID, process: TracedProcess) {
    self.id = id
    self.process = process
  }
}

/// A call between its entry and its exit.
struct PendingCall {
  /// Index of its row; nil for a call that no row selects.
  var row: Int?
  /// Its number, in its own convention.
  var number: UInt64
  /// Its arguments.
  var arguments: CallArguments
  /// True for the convention of i386.
  var isNarrow: Bool
  /// Address behind the instruction that made it; 0 where that is not known.
  var instruction: UInt64 = 0
}

/// A process (thread group) that is traced.
final class TracedProcess {
  /// Its id.
  let id: ProcessID
  /// Its living threads.
  var threads: Set<ProcessID> = []
  /// Its descriptors, as far as they were seen to be made.
  var descriptors: DescriptorTable
  /// Absolute path of its program, for notes.
  var program = ""
  /// Who it acts as, as far as that is known to hold still.
  var credentials: Credentials?
  /// True if paths are checked for it as they are for us: `credentials` are ours.
  var actsAsWeDo = false
  /// True if it has our root directory and our mounts.
  var seesAsWeDo = false
  /// Its working directory, as far as that is known.
  var workingDirectory: CachedLookup.DirectoryName?
  /// Where its program's dynamic loader lies in memory; nil for a static one.
  var loader: Range<UInt64>?
  /// True if a security module has rules for it; nil as long as nobody asked.
  var isConfined: Bool?
  /// The process that made it, and how many that it made live.
  var parent: ProcessID?
  var childCount = 0
  /// True once its program made a process.
  var hasMadeProcesses = false
  /// The files that it opened for writing last.
  var written: [WrittenFile] = []
  /// True once the end of a child was signalled to its program, which thus does not ignore it.
  var hearsOfChildren = false
  /// The control groups that it was in when its program began.
  var controlGroups = ""
  /// What it wrote last to standard output once enough of that was told of.
  var lateWords: [Words] = []
  /// True once it has listed a directory.
  var listsDirectories = false
  /// The arguments that its program was given.
  var arguments: [String] = []
  /// What its program was seen to fail at, and to say.
  var seen = SeenFailures()
  /// Writes to high descriptors that were no copies of standard error.
  var otherDescriptors = 0
  /// Calls that wrote to standard output.
  var outputCalls = 0
  /// The processes that this one is a mere fork of, nearest first; none once it became a program.
  var kin: [ProcessID] = []
  /// True once its threads were told of at a crash.
  var hasToldThreads = false
  /// The logs that it, or one that it is a fork of, has opened.
  var logs: [LogFile] = []

  init(id: ProcessID, descriptors: DescriptorTable) {
    self.id = id
    self.descriptors = descriptors
  }
}

/// Descriptors that were seen to be made; shared by processes that were cloned so.
final class DescriptorTable {
  /// What is known of one descriptor.
  struct Entry {
    /// True if exec closes it.
    var closesOnExec = false
    /// True if it reads a file that could be configuration.
    var isWatched = false
    /// Our copy of it, which tells how much was read even when it is closed.
    var held: HeldFile?
    /// True if it is an end of a pipe or of a pair of sockets.
    var isPipe = false
    /// True if it is connected to the system's log.
    var isSystemLog = false
    /// True if a directory listing of it was told of.
    var isListed = false
    /// Absolute path of a directory that it was opened for, where copies are not stopped at.
    var place: String?
  }

  private var entries: [Int32: Entry] = [:]
  /// How many of them are watched.
  private(set) var watchedCount = 0
  /// True if 0, 1 and 2 are known to be open, until one of them is seen to be closed.
  var holdsStandard = false

  /// What is known of `descriptor`; setting nil forgets it.
  subscript(descriptor: Int32) -> Entry? {
    get { entries[descriptor] }
    set {
      let before = entries[descriptor]
      if before?.isWatched == true { watchedCount -= 1 }
      if newValue?.isWatched == true { watchedCount += 1 }
      entries[descriptor] = newValue
    }
  }

  /// What is known of `descriptor`, or as much as `unknown` says.
  subscript(descriptor: Int32, default unknown: Entry) -> Entry {
    get { entries[descriptor] ?? unknown }
    set { self[descriptor] = newValue }
  }

  /// The watched descriptors, in order.
  var watched: [Int32] {
    watchedCount == 0 ? [] : entries.filter { $0.value.isWatched }.map(\.key).sorted()
  }

  /// The descriptors that were seen to be made, in order.
  var numbers: [Int32] { entries.keys.sorted() }

  /// A descriptor that was opened for the directory `place`.
  func number(of place: String) -> Int32? { entries.first { $0.value.place == place }?.key }

  /// A table of its own, as fork makes it.
  func copy() -> DescriptorTable {
    let copy = DescriptorTable()
    copy.entries = entries
    copy.watchedCount = watchedCount
    copy.holdsStandard = holdsStandard
    return copy
  }

  /// Forgets what exec closes.
  func closeOnExec() {
    holdsStandard = false
    for (descriptor, entry) in entries where entry.closesOnExec { self[descriptor] = nil }
  }

  /// The ends of pipes, in order.
  var pipes: [Int32] {
    entries.filter { $0.value.isPipe }.map(\.key).sorted()
  }

  /// The descriptors that are known between two numbers.
  func known(from first: Int32, through last: Int32) -> [Int32] {
    entries.keys.filter { $0 >= first && $0 <= last }.sorted()
  }
}
