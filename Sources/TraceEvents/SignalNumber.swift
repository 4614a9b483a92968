/// A signal of Linux (`signal(7)`; the numbers are those of x86-64).
package struct SignalNumber: RawRepresentable, Codable, Sendable, Hashable {
  package var rawValue: Int32

  package init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// The signal with this name (`SIGSEGV`, `SIGRTMIN+3`); nil if there is none.
  package init?(name: String) {
    if let number = Self.numbers[name] {
      self.init(rawValue: number)
    } else if name.hasPrefix("SIGRTMIN+"), let offset = Int32(name.dropFirst(9)),
      (0...30).contains(offset)
    {
      self.init(rawValue: 34 + offset)
    } else if name.hasPrefix("SIG"), let number = Int32(name.dropFirst(3)),
      (1...64).contains(number)
    {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }

  /// The name as C spells it: `SIGSEGV`.
  package var name: String {
    if let known = Self.table[rawValue] { return known.name }
    return rawValue >= 34 ? "SIGRTMIN+\(rawValue - 34)" : "SIG\(rawValue)"
  }

  /// The words of `strsignal(3)` in the C locale: `Segmentation fault`.
  package var words: String { Self.table[rawValue]?.words ?? "Real-time signal" }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let known = SignalNumber(name: name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(name) is no signal name")
    }
    self = known
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }

  private static let numbers: [String: Int32] = Dictionary(
    table.map { ($0.value.name, $0.key) }, uniquingKeysWith: { first, _ in first })

  private static let table: [Int32: (name: String, words: String)] = [
    1: ("SIGHUP", "Hangup"),
    2: ("SIGINT", "Interrupt"),
    3: ("SIGQUIT", "Quit"),
    4: ("SIGILL", "Illegal instruction"),
    5: ("SIGTRAP", "Trace/breakpoint trap"),
    6: ("SIGABRT", "Aborted"),
    7: ("SIGBUS", "Bus error"),
    8: ("SIGFPE", "Floating point exception"),
    9: ("SIGKILL", "Killed"),
    10: ("SIGUSR1", "User defined signal 1"),
    11: ("SIGSEGV", "Segmentation fault"),
    12: ("SIGUSR2", "User defined signal 2"),
    13: ("SIGPIPE", "Broken pipe"),
    14: ("SIGALRM", "Alarm clock"),
    15: ("SIGTERM", "Terminated"),
    16: ("SIGSTKFLT", "Stack fault"),
    17: ("SIGCHLD", "Child exited"),
    18: ("SIGCONT", "Continued"),
    19: ("SIGSTOP", "Stopped (signal)"),
    20: ("SIGTSTP", "Stopped"),
    21: ("SIGTTIN", "Stopped (tty input)"),
    22: ("SIGTTOU", "Stopped (tty output)"),
    23: ("SIGURG", "Urgent I/O condition"),
    24: ("SIGXCPU", "CPU time limit exceeded"),
    25: ("SIGXFSZ", "File size limit exceeded"),
    26: ("SIGVTALRM", "Virtual timer expired"),
    27: ("SIGPROF", "Profiling timer expired"),
    28: ("SIGWINCH", "Window changed"),
    29: ("SIGIO", "I/O possible"),
    30: ("SIGPWR", "Power failure"),
    31: ("SIGSYS", "Bad system call"),
  ]
}

extension SignalNumber {
  /// Hangup.
  package static let hangup = SignalNumber(rawValue: 1)
  /// Interrupt.
  package static let interrupt = SignalNumber(rawValue: 2)
  /// Quit.
  package static let quit = SignalNumber(rawValue: 3)
  /// Illegal instruction.
  package static let illegalInstruction = SignalNumber(rawValue: 4)
  /// Trace/breakpoint trap.
  package static let trap = SignalNumber(rawValue: 5)
  /// Aborted.
  package static let abort = SignalNumber(rawValue: 6)
  /// Bus error.
  package static let bus = SignalNumber(rawValue: 7)
  /// Floating point exception.
  package static let floatingPoint = SignalNumber(rawValue: 8)
  /// Killed.
  package static let kill = SignalNumber(rawValue: 9)
  /// Segmentation fault.
  package static let segmentationViolation = SignalNumber(rawValue: 11)
  /// Broken pipe.
  package static let brokenPipe = SignalNumber(rawValue: 13)
  /// Alarm clock.
  package static let alarm = SignalNumber(rawValue: 14)
  /// Terminated.
  package static let terminate = SignalNumber(rawValue: 15)
  /// Child exited.
  package static let child = SignalNumber(rawValue: 17)
  /// Continued.
  package static let resume = SignalNumber(rawValue: 18)
  /// Stopped (signal).
  package static let stop = SignalNumber(rawValue: 19)
  /// Stopped.
  package static let terminalStop = SignalNumber(rawValue: 20)
  /// Stopped (tty input).
  package static let terminalInput = SignalNumber(rawValue: 21)
  /// Stopped (tty output).
  package static let terminalOutput = SignalNumber(rawValue: 22)
  /// CPU time limit exceeded.
  package static let cpuTime = SignalNumber(rawValue: 24)
  /// File size limit exceeded.
  package static let fileSize = SignalNumber(rawValue: 25)
  /// Bad system call.
  package static let badSystemCall = SignalNumber(rawValue: 31)
}

extension SignalNumber {
  /// True for the signals whose default is to stop the process (`signal(7)`).
  package var stops: Bool {
    [.stop, .terminalStop, .terminalInput, .terminalOutput].contains(self)
  }
}
