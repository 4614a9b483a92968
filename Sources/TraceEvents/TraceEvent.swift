/// The number that the kernel gives a process (its thread group) or a thread.
package typealias ProcessID = Int32

/// One thing that happened in a traced program, in the order in which the tracer saw it.
///
/// Every source (live tracer, recording, log, core file) yields this one vocabulary, and
/// everything above it is a pure function of the stream.
package struct TraceEvent: Codable, Sendable, Hashable {
  /// Ordinal of the event in its stream, from 1.
  package var number: Int
  /// Seconds since the trace began, from a monotonic clock.
  package var time: Double
  /// The process (thread group) that it happened to.
  package var process: ProcessID
  /// The thread that it happened to; equal to `process` for the first thread.
  package var thread: ProcessID
  /// What happened.
  package var body: Body

  package init(number: Int, time: Double, process: ProcessID, thread: ProcessID, body: Body) {
    self.number = number
    self.time = time
    self.process = process
    self.thread = thread
    self.body = body
  }

  /// The kinds of event.
  package enum Body: Codable, Sendable, Hashable {
    /// `process` came to be, by `fork(2)`, `vfork(2)` or `clone(2)`, or is the first of the trace.
    case processStarted(start: ProcessStart)
    /// A thread `thread` of `process` came to be.
    case threadStarted(creator: ProcessID)
    /// `execve(2)` succeeded.
    case programExecuted(execution: ProgramExecution)
    /// A system call ended; one that succeeded is reported where it carries meaning.
    case systemCall(call: SystemCall)
    /// A signal is about to be delivered to `thread`.
    case signal(signal: SignalDelivery)
    /// `process` wrote words that a person may read.
    case words(words: Words)
    /// A descriptor is about to be closed whose file may have been read.
    case descriptorReleased(release: DescriptorRelease)
    /// The last thread of `process` ended.
    case processEnded(end: ProcessEnd)
    /// A question about the machine was answered while the answer was true.
    case fact(fact: Fact)
    /// The capture has something to say about itself.
    case note(note: CaptureNote)
  }
}

/// How a process came to be.
package struct ProcessStart: Codable, Sendable, Hashable {
  /// The process that created it; nil for the first of the trace.
  package var parent: ProcessID?
  /// True if it shares its parent's descriptor table (`CLONE_FILES`).
  package var sharesDescriptors: Bool
  /// For the first process, or one attached to: what it held when it was first seen.
  package var state: ProcessState?

  package init(parent: ProcessID?, sharesDescriptors: Bool = false, state: ProcessState? = nil) {
    self.parent = parent
    self.sharesDescriptors = sharesDescriptors
    self.state = state
  }
}

/// What `/proc/PID` says of a process at one moment.
package struct ProcessState: Codable, Sendable, Hashable {
  /// Absolute path of the executable (`/proc/PID/exe`), if known.
  package var executable: String?
  /// The argument vector (`/proc/PID/cmdline`).
  package var arguments: [String]
  /// Current working directory; empty where a log does not tell.
  package var workingDirectory: String
  /// Root directory; "/" unless it was changed by `chroot(2)`.
  package var rootDirectory: String
  /// Who it acts as; nil where a log does not tell.
  package var credentials: Credentials?
  /// Open descriptors: number to what `/proc/PID/fd/N` links to.
  package var descriptors: [Int32: String]

  package init(
    executable: String?, arguments: [String], workingDirectory: String,
    rootDirectory: String = "/", credentials: Credentials?, descriptors: [Int32: String] = [:]
  ) {
    self.executable = executable
    self.arguments = arguments
    self.workingDirectory = workingDirectory
    self.rootDirectory = rootDirectory
    self.credentials = credentials
    self.descriptors = descriptors
  }
}

/// Who a process acts as (`credentials(7)`).
package struct Credentials: Codable, Sendable, Hashable {
  /// Effective user, which file access is checked with (the file-system user equals it on Linux
  /// unless `setfsuid(2)` was called).
  package var user: UInt32
  /// Effective group.
  package var group: UInt32
  /// Supplementary groups.
  package var groups: [UInt32]
  /// Effective capability set, one bit each (`capabilities(7)`).
  package var capabilities: UInt64

  package init(user: UInt32, group: UInt32, groups: [UInt32], capabilities: UInt64) {
    self.user = user
    self.group = group
    self.groups = groups
    self.capabilities = capabilities
  }
}

/// A program that a process became.
package struct ProgramExecution: Codable, Sendable, Hashable {
  /// The path as it was given to `execve(2)` (AT_EXECFN), so a script's own path.
  package var path: String
  /// Absolute path of the file that runs (`/proc/PID/exe`): the interpreter of a script.
  package var executable: String
  /// The argument vector that the new program sees.
  package var arguments: [String]
  /// Environment, `NAME=value`, capped in number and length.
  package var environment: [String]
  /// Who it acts as from here on; nil where a log does not tell.
  package var credentials: Credentials?
  /// True if the kernel runs it in secure-execution mode (AT_SECURE).
  package var isSecure: Bool
  /// True if the file is set-user-id or set-group-id and tracing took that privilege away.
  package var lostPrivilege: Bool
  /// Current working directory; empty where a log does not tell.
  package var workingDirectory: String

  package init(
    path: String, executable: String, arguments: [String], environment: [String],
    credentials: Credentials?, isSecure: Bool = false, lostPrivilege: Bool = false,
    workingDirectory: String
  ) {
    self.path = path
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.credentials = credentials
    self.isSecure = isSecure
    self.lostPrivilege = lostPrivilege
    self.workingDirectory = workingDirectory
  }
}

/// Words that a process wrote to a stream that people read.
package struct Words: Codable, Sendable, Hashable {
  /// Where words go.
  package enum Stream: String, Codable, Sendable, Hashable {
    case standardError, standardOutput, log, syslog
  }

  /// Where they went.
  package var stream: Stream
  /// The descriptor that they were written to.
  package var descriptor: Int32
  /// What was written, capped.
  package var text: String
  /// How many bytes were written in all, where the text was capped.
  package var byteCount: Int
  /// The file that they were written to, for a log.
  package var path: String?

  package init(
    stream: Stream, descriptor: Int32, text: String, byteCount: Int, path: String? = nil
  ) {
    self.path = path
    self.stream = stream
    self.descriptor = descriptor
    self.text = text
    self.byteCount = byteCount
  }
}

/// How much of a file had been read when its descriptor was about to be closed.
package struct DescriptorRelease: Codable, Sendable, Hashable {
  /// The descriptor.
  package var descriptor: Int32
  /// What `/proc/PID/fd/N` links to.
  package var path: String
  /// File position in bytes (`/proc/PID/fdinfo/N`): how much was read, by plain reads.
  package var position: Int64

  package init(descriptor: Int32, path: String, position: Int64) {
    self.descriptor = descriptor
    self.path = path
    self.position = position
  }
}

/// How a process ended.
package enum ProcessEnd: Codable, Sendable, Hashable {
  /// By `exit_group(2)`, with this status (0…255).
  case exited(status: Int32)
  /// By a signal; with or without a core file.
  case killed(signal: SignalNumber, coreDumped: Bool)
  /// It was let go while it still ran.
  case released
}

/// A signal at its delivery (`PTRACE_GETSIGINFO`).
package struct SignalDelivery: Codable, Sendable, Hashable {
  /// Which signal.
  package var signal: SignalNumber
  /// `si_code`: how it came about (`sigaction(2)`).
  package var code: Int32
  /// Who sent it, for a code that says so (`SI_USER`, `SI_TKILL`, `SI_QUEUE`).
  package var sender: ProcessID?
  /// User of the sender.
  package var senderUser: UInt32?
  /// Faulting address, for SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP.
  package var faultAddress: UInt64?
  /// Instruction pointer at the stop.
  package var instructionPointer: UInt64
  /// What the process would do with it.
  package var disposition: Disposition
  /// For SIGPIPE and SIGXFSZ: the call that raised it, with its descriptor, if the registers name one.
  package var duringCall: SystemCall?
  /// The instruction and the registers, for a fault that ends the process.
  package var machine: MachineState?
  /// What is at the faulting address, where symbols tell.
  package var place: MemoryPlace?
  /// Innermost frame first, for a signal that ends the process; empty where it could not be walked.
  package var stack: [StackFrame]
  /// True for a fault that is told a second time, since its handler never returned from it: it ended
  /// the process, or met another deadly signal. The stack is then that of the fault.
  package var endedInHandler: Bool?

  /// A signal's disposition (`signal(7)`).
  package enum Disposition: String, Codable, Sendable, Hashable {
    case standard, ignored, handled, blocked
  }

  package init(
    signal: SignalNumber, code: Int32, sender: ProcessID? = nil, senderUser: UInt32? = nil,
    faultAddress: UInt64? = nil, instructionPointer: UInt64 = 0,
    disposition: Disposition = .standard, duringCall: SystemCall? = nil, stack: [StackFrame] = []
  ) {
    self.signal = signal
    self.code = code
    self.sender = sender
    self.senderUser = senderUser
    self.faultAddress = faultAddress
    self.instructionPointer = instructionPointer
    self.disposition = disposition
    self.duringCall = duringCall
    self.stack = stack
  }
}

/// The instruction and the registers at a fault.
package struct MachineState: Codable, Sendable, Hashable {
  /// Bytes from the instruction pointer on, in hexadecimal digits, at most 15; empty where they could
  /// not be read.
  package var code: String
  /// General registers in the order in which instructions number them: ax, cx, dx, bx, sp, bp, si, di,
  /// and r8 to r15 of a 64-bit program.
  package var registers: [UInt64]
  /// The word that the stack pointer points at, if it could be read.
  package var top: UInt64?
  /// What a division divides by, where that is in memory: eight bytes from its address on.
  package var divisor: UInt64?

  package init(code: String, registers: [UInt64], top: UInt64? = nil, divisor: UInt64? = nil) {
    self.code = code
    self.registers = registers
    self.top = top
    self.divisor = divisor
  }

  /// The instruction that `code` begins with, where that is one.
  package var instruction: Instruction? {
    let digits = Array(code.utf8)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
    return Instruction(bytes, is64: is64)
  }

  /// True for a program of 64 bits.
  package var is64: Bool { registers.count > 8 }
}

/// A place in memory, by the file that is mapped there.
package struct MemoryPlace: Codable, Sendable, Hashable {
  /// Path of the file.
  package var module: String
  /// The section of it (`.rodata`), if it has a table of sections.
  package var section: String?
  /// The symbol that covers the place, demangled where it could be.
  package var symbol: String?

  package init(module: String, section: String? = nil, symbol: String? = nil) {
    self.module = module
    self.section = section
    self.symbol = symbol
  }
}

/// One frame of a call stack.
package struct StackFrame: Codable, Sendable, Hashable {
  /// Program counter.
  package var address: UInt64
  /// Path of the module that the address lies in.
  package var module: String?
  /// Offset of the address from the module's start, in bytes.
  package var offset: UInt64
  /// Function, demangled where it could be.
  package var function: String?
  /// Source file, as the debugging information names it.
  package var file: String?
  /// Line in `file`, from 1.
  package var line: Int?
  /// True if the compiler put the function into that of the next frame, whose address it shares.
  package var isInlined: Bool?
  /// True if a signal's handler is above it on the stack: the signal came at `address`.
  package var isInterrupted: Bool?
  /// How many frames were left out between the one before and this one; nil for none.
  package var skipped: Int?

  package init(
    address: UInt64, module: String? = nil, offset: UInt64 = 0, function: String? = nil,
    file: String? = nil, line: Int? = nil, isInlined: Bool? = nil, isInterrupted: Bool? = nil,
    skipped: Int? = nil
  ) {
    self.address = address
    self.module = module
    self.offset = offset
    self.function = function
    self.file = file
    self.line = line
    self.isInlined = isInlined
    self.isInterrupted = isInterrupted
    self.skipped = skipped
  }
}

/// Whoever can tell the call stack of a thread that stands still.
package protocol StackWalker {
  /// The frames, innermost first: `limit` from the innermost on, and where there are more, the
  /// outermost few; empty if there is no stack. Never fails, never blocks for long. The thread is
  /// stopped by ptrace, and the caller is the thread that traces it. `address` is one to describe as
  /// well.
  func stack(of process: ProcessID, thread: ProcessID, limit: Int, address: UInt64?) -> WalkedStack
}

/// What a walk found.
package struct WalkedStack: Sendable {
  /// The frames.
  package var frames: [StackFrame]
  /// What is at the address that was asked for.
  package var place: MemoryPlace?

  package init(frames: [StackFrame] = [], place: MemoryPlace? = nil) {
    self.frames = frames
    self.place = place
  }
}

/// What a capture has to say about itself, which the report passes on.
package struct CaptureNote: Codable, Sendable, Hashable {
  /// The kinds of note.
  package enum Kind: String, Codable, Sendable, Hashable {
    /// A set-user-id program ran without the privilege that it has untraced.
    case lostPrivilege
    /// The target installed a seccomp filter of its own, and is followed by plain stops from there.
    case ownFilter
    /// The target tried to trace, which a traced process cannot be for two tracers.
    case nestedTracing
    /// The target ran out of `--timeout`.
    case timedOut
    /// The target had become ready (`--settle`), and was ended.
    case settled
    /// The target did not become ready, and was ended all the same; with the seconds that it ran for.
    case restless
    /// The target ran before, and was attached to.
    case attached
    /// Ctrl-C reached the target.
    case interrupted
    /// Something was not captured.
    case incomplete
    /// The events come from a log, which cannot be asked about the machine; with the kind of log.
    case fromLog
    /// The log ended while its processes waited in calls.
    case endOfLog
  }

  /// What it is about.
  package var kind: Kind
  /// The particulars, in words.
  package var text: String

  package init(kind: Kind, text: String) {
    self.kind = kind
    self.text = text
  }
}
