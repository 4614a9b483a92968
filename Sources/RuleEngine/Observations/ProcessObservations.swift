import HeuristicCatalog
internal import TraceEvents

/// A signal ended a process.
struct ProcessKilled: ObservationKind {
  var waitedFor: String?
  var waitedWhy: String?
  var refusedAt: String?
  var refusals: Int?
  var signal = ""
  var signalWords = ""
  var executable = ""
  var faultAddress: String?
  var isNull = false
  var offset: Int?
  var isNullCall = false
  var sender: String?
  var senderPid: Int?
  var sentByItself = false
  var sentByParent = false
  var sentByOwnChild = false
  var sentByKernel = false
  var sentFromOutside = false
  var sentFromOtherNamespace = false
  var function: String?
  var file: String?
  var line: Int?
  var sourceLine: String?
  var source: [String] = []
  var library: String?
  var libraryPackage: String?
  var abortKind: String?
  var abortWords: String?
  var isMemoryDamage = false
  var module: String?
  var innerFunction: String?
  var stack: [String] = []
  var coreDumped = false
  var lastFile: String?
  var lastWords: String?
  var parentName: String?
  var failedBefore: String?
  var faultKind: String?
  var loading: String?
  var loadingChain: String?
  var faultTitle: String?
  var faultWords: String?
  var mappedFile: String?
  var isShortened = false
  var stackLimit: String?
  var parentStatus: Int?
  var kernelKill: String?
  var parentEnd: String?
  var pythonFrame: String?
  var isThreadStack = false
  var isRecursion = false
  var startedAs: String?
  var forbiddenCall: String?
  var exception: String?
  var hasNoSymbols = false
  var isPython = false
  var limit: String?
  var ulimitOption: String?
  var writtenFile: String?
  var memoryLimit: String?
  var memoryGroup: String?
  var senderUser: String?
  var senderCommand: String?
  var sentAt: TextLine?
  var sentAtPlace: String? { sentAt.map { "\($0.file) line \($0.number)" } }
  var sentAtText: String? { sentAt?.text.trimmed }
  var isReload = false
  var handlerEnd: String?
  var handlerWords: String?
  var coreLimit: String?
  var coreObstacle: String?
  var corePlace: String?

  static let name = "process-killed"
  static let summary = "A signal ended the process."
  static let fields: [ObservationField<Self>] = [
    .init(
      "waited_for", \.waitedFor,
      "What it was waiting for when SIGTERM came, if it waited in a call."),
    .init("waited_why", \.waitedWhy, "Who would have had to act, or why nobody did."),
    .init(
      "refused_at", \.refusedAt,
      "The address that had refused each of its connections when SIGTERM came."),
    .init("refusals", \.refusals, "How often it had done so, if more than once."),
    .init("signal", \.signal, "Name of the signal."),
    .init("signal_words", \.signalWords, "Its words, as strsignal(3) has them."),
    .init("executable", \.executable, "Absolute path of the program that was killed."),
    .init("fault_address", \.faultAddress, "Faulting address, in hexadecimal."),
    .init(
      "loading", \.loading, "The library that the loader was mapping when it met the file's end."),
    .init(
      "loading_chain", \.loadingChain,
      "From the program to that library, by what needs what: app → liba → libb."),
    .init(
      "fault_kind", \.faultKind,
      "null, null-call, unmapped, overwritten, read-only, guard, protected, non-canonical, return, jump, execute, alignment, privileged, general-protection, stack, truncated, full, huge-pages, hardware, division, quotient, overflow, floating, trap, processor, instruction."
    ),
    .init(
      "failed_before", \.failedBefore,
      "The failed call that came just before a null pointer was used, in words: opening /x failed (No such file or directory)."
    ),
    .init("fault_title", \.faultTitle, "The fault in two or three words: division by zero."),
    .init("fault_words", \.faultWords, "What the fault means, in a sentence."),
    .init(
      "mapped_file", \.mappedFile, "The file that is mapped at the faulting address, for SIGBUS."),
    .init(
      "is_shortened", \.isShortened, "True if that file ends before what was asked of it."),
    .init(
      "stack_limit", \.stackLimit, "The limit on the stack, for an overflow of the first thread's."),
    .init(
      "is_thread_stack", \.isThreadStack,
      "True if it is the stack of another thread that overflowed."),
    .init(
      "is_recursion", \.isRecursion, "True if few functions fill the stack, which call each other."),
    .init(
      "started_as", \.startedAs, "Its command line, where it is not the command that was given."),
    .init(
      "forbidden_call", \.forbiddenCall, "For SIGSYS: the system call that a filter forbade."),
    .init("exception", \.exception, "The C++ exception that nobody caught: its type."),
    .init(
      "has_no_symbols", \.hasNoSymbols, "True if the program's own functions have no names."),
    .init("is_python", \.isPython, "True if Python runs it."),
    .init(
      "python_frame", \.pythonFrame,
      "The innermost frame of Python, where its interpreter printed them: work, at app.py line 4."),
    .init("limit", \.limit, "The limit that was exceeded, in words with a unit."),
    .init("ulimit_option", \.ulimitOption, "The option of the shell's ulimit that sets it."),
    .init("written_file", \.writtenFile, "The file that it had opened for writing last."),
    .init(
      "memory_limit", \.memoryLimit,
      "The memory limit of its control group, where the kernel killed for it."),
    .init("memory_group", \.memoryGroup, "That control group, as a directory."),
    .init("sender_user", \.senderUser, "The sender's user."),
    .init("sender_command", \.senderCommand, "The sender's command line."),
    .init(
      "sent_at", \.sentAtPlace,
      "File and line that sent it, if the sender ran a script and one line of it sends signals."),
    .init("sent_at_text", \.sentAtText, "The text of that line."),
    .init(
      "is_reload", \.isReload,
      "True for a signal that servers take as a request: SIGHUP, SIGUSR1, SIGUSR2."),
    .init("is_null", \.isNull, "True if a null pointer was used, or one with an offset added."),
    .init("offset", \.offset, "That offset, in bytes, if it is above 0."),
    .init("is_null_call", \.isNullCall, "True if a function whose address was null was called."),
    .init("sender", \.sender, "Name of the process that sent it."),
    .init("sender_pid", \.senderPid, "Its process id."),
    .init("sent_by_itself", \.sentByItself, "True if the process sent it to itself."),
    .init(
      "sent_by_own_child", \.sentByOwnChild,
      "True if pkill or the like sent it, which the program had started itself."),
    .init("sent_by_parent", \.sentByParent, "True if its parent sent it."),
    .init("sent_by_kernel", \.sentByKernel, "True if the kernel raised it."),
    .init(
      "sent_from_other_namespace", \.sentFromOtherNamespace,
      "True if the sender is a process outside of the namespace of processes that the program runs in."
    ),
    .init("sent_from_outside", \.sentFromOutside, "True if the sender is no process of this run."),
    .init("function", \.function, "The innermost function that is the program's own."),
    .init("file", \.file, "Its source file."),
    .init("line", \.line, "The line."),
    .init("source_line", \.sourceLine, "That line's text, if the source is there."),
    .init("source", \.source, "That line with two before and after it, if there are any."),
    .init("library", \.library, "The library that the innermost own function is in, if it is one."),
    .init("library_package", \.libraryPackage, "The installed package of that library."),
    .init(
      "abort_kind", \.abortKind,
      "What its last words say of an abort: heap, double-free, pointer, overflow, format, stack, assertion, exception, terminate, virtual, python, panic, check."
    ),
    .init("is_memory_damage", \.isMemoryDamage, "True if those words are of damaged memory."),
    .init("abort_words", \.abortWords, "What those words mean, in a sentence or two."),
    .init("module", \.module, "The program or library that the instruction lies in."),
    .init(
      "inner_function", \.innerFunction, "The function at the very top, where it is another one."),
    .init("stack", \.stack, "The stack, innermost first, at most eight frames."),
    .init("core_dumped", \.coreDumped, "True if a core file was written."),
    .init("last_file", \.lastFile, "The file that it had opened for reading last."),
    .init("last_words", \.lastWords, "What it said last."),
    .init(
      "kernel_kill", \.kernelKill,
      "The kernel's own message on the end of a process that it killed since memory had run out."),
    .init(
      "parent_status", \.parentStatus,
      "The status that its parent ended with, where that is how shells tell the signal: 139."),
    .init(
      "parent_end", \.parentEnd,
      "How its parent had ended, where the program had asked for the signal then (PR_SET_PDEATHSIG): had exited with status 1."
    ),
    .init("parent_name", \.parentName, "Name of its parent in this run."),
    .init(
      "handler_end", \.handlerEnd,
      "How the program's own handler for the signal ended, from which it never returned: ended it with exit status 3."
    ),
    .init("handler_words", \.handlerWords, "The first line that was said after the signal, then."),
    .init(
      "core_limit", \.coreLimit,
      "Where the limit left no core file: that limit, in words to follow 'since'."),
    .init(
      "core_obstacle", \.coreObstacle,
      "What else left none: a helper, rights, a directory; in words to follow 'since'."),
    .init("core_place", \.corePlace, "Where the core file went, and how to open it."),
  ]
}

/// Whoever read what a process wrote went away.
struct ReaderGone: ObservationKind {
  var channel = "pipe"
  var reader: String?
  var readerPid: Int?
  var readerEnd: String?
  var readerFailed = false
  var readerStillRuns = false
  var killed = false
  var address: String?
  var descriptor: Int?
  var secondsBefore: String?
  var readerLastWords: String?
  var readerIsFilter = false

  static let name = "reader-gone"
  static let summary =
    "A write ended in EPIPE or SIGPIPE, since nobody was left to read, or a connection was reset."
  static let fields: [ObservationField<Self>] = [
    .init("channel", \.channel, "pipe, socket, connection."),
    .init("reader", \.reader, "Name of the program that read, where it is of this run."),
    .init("reader_pid", \.readerPid, "Its process id."),
    .init("reader_end", \.readerEnd, "How it ended, in words: ended with exit status 1."),
    .init("reader_failed", \.readerFailed, "True if it failed: then its failure is the cause."),
    .init("reader_still_runs", \.readerStillRuns, "True if it closed its end and went on."),
    .init("killed", \.killed, "True if SIGPIPE ended the writer."),
    .init("address", \.address, "The peer's address, for a connection."),
    .init("descriptor", \.descriptor, "The descriptor that was written to."),
    .init("seconds_before", \.secondsBefore, "How long before the write the reader had gone."),
    .init("reader_last_words", \.readerLastWords, "What the reader said last."),
    .init(
      "reader_is_filter", \.readerIsFilter, "True if the reader succeeded: it had read enough."),
  ]
}

/// A process was still waiting when the time was up.
struct Waiting: ObservationKind {
  var call = ""
  var whatFor = ""
  var subject = ""
  var holder: String?
  var explanation: String?
  var function: String?
  var stack: [String] = []
  var attempts: String?
  var isBusy = false
  var stoppedBy: String?
  var stopper: String?
  var circle: [String] = []
  var turn: String?
  var doing: String?
  var kind: String?
  var isDeadlock = false
  var functions: String?
  var chain: [String] = []
  var isSelf = false
  var isOrphan = false
  var advice: String?
  var inTurn: String?
  var isAtLocks = false
  var loopIn: String?

  static let name = "waiting"
  static let summary = "When the time was up, the process was still in a system call."
  static let fields: [ObservationField<Self>] = [
    .init("call", \.call, "The system call that it was in."),
    .init("what_for", \.whatFor, "What it waited for, in words."),
    .init("waits_on", \.subject, "The path, address or process that it waited for."),
    .init("holder", \.holder, "Who would have to act, where it is known."),
    .init("explanation", \.explanation, "Why that does not come, as far as it is known."),
    .init("function", \.function, "The function that it was in, where the stack is known."),
    .init("stack", \.stack, "The stack, innermost first."),
    .init("attempts", \.attempts, "What it tried again and again, if it did: the call."),
    .init("advice", \.advice, "What would let it go on, in a sentence, where that is known."),
    .init(
      "in_turn", \.inTurn,
      "For processes that wait for each other: who waits for what, in one sentence."),
    .init(
      "is_at_locks", \.isAtLocks, "True if those that wait for each other all wait for locks."),
    .init(
      "loop_in", \.loopIn,
      "The process, another than this one, that goes round in a loop: its command line or path."),
    .init("is_busy", \.isBusy, "True if it was not waiting but running."),
    .init("stopped_by", \.stoppedBy, "The signal that had stopped it, if nobody continued it."),
    .init("stopper", \.stopper, "Who had sent that signal, where it was a process."),
    .init(
      "circle", \.circle,
      "The system calls that it made again and again while it ran, each with how often it was seen."
    ),
    .init(
      "turn", \.turn,
      "What of them keeps it from going on: data at its end, a peer that is gone, a call that fails."
    ),
    .init("doing", \.doing, "What it does, to follow its name: waits for a child to end."),
    .init(
      "wait_kind", \.kind,
      "running, work, sleep, terminal, data, room, mutex, condition, thread, fileLock, child, signal, stopped, device, opening, call."
    ),
    .init(
      "is_deadlock", \.isDeadlock,
      "True if threads or processes wait for each other, or one for itself."),
    .init("is_self", \.isSelf, "True if a thread waits for a lock that it holds itself."),
    .init(
      "is_orphan", \.isOrphan, "True if the thread ended that held the lock which is waited for."),
    .init("functions", \.functions, "The functions that those are in: lock_a() and lock_b()."),
    .init(
      "chain", \.chain,
      "Who waits for what, one line for each, each for the next, with their stacks."),
  ]
}
