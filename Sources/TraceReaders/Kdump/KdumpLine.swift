internal import TraceEvents

/// The beginning of a record of `kdump(1)`: `  1234 ls       CALL  open(0x…)`, as the BSDs and macOS write
/// it, with a thread (`-H`, NetBSD) and a time (`-T`, `-R`, `-E`) or without.
struct KdumpLine {
  /// The kinds of record.
  enum Kind: CaseIterable {
    case call, result, name, data, signal, structure, argument, other

    fileprivate var marks: [StaticString] {
      switch self {
      case .call: [" CALL  "]
      case .result: [" RET   "]
      case .name: [" NAMI  "]
      case .data: [" GIO   "]
      case .signal: [" PSIG  "]
      case .structure: [" STRU  "]
      case .argument: [" ARGS  ", " ARG   "]
      case .other:
        [
          " CSW   ", " USER  ", " SCTL  ", " PFLT  ", " PRET  ", " EMUL  ", " ENV   ", " CAP   ",
          " MMSG  ", " MOOL  ", " EXEC  ", " PLDG  ", " FDS   ", " SAUP  ",
        ]
      }
    }
  }

  /// The process.
  let process: ProcessID
  /// The thread, if the record has it; else the process.
  let thread: ProcessID
  /// The name of the program.
  let program: String
  /// When it was, if the record says.
  let stamp: LogClock.Stamp?
  let kind: Kind
  /// Where the record's own part begins.
  let body: Int

  /// Reads the beginning of the line at `range` of `bytes`; nil for a line that begins no record.
  init?(_ bytes: [UInt8], _ range: Range<Int>) {
    guard let mark = Self.mark(bytes, range) else { return nil }
    let head = String(decoding: bytes[range.lowerBound..<mark.place], as: UTF8.self)
    var words = head.split(separator: " ")
    guard let first = words.first, let process = ProcessID(first), process >= 0 else { return nil }
    words.removeFirst()
    var thread = process
    if words.count > 1, let second = words.first, let number = Int64(second) {
      thread = ProcessID(truncatingIfNeeded: number)
      words.removeFirst()
    }
    var stamp: LogClock.Stamp?
    if words.count > 1, let last = words.last, last.contains("."), let seconds = Double(last),
      seconds.isFinite
    {
      stamp = seconds > 100_000_000 ? .absolute(seconds) : .relative(seconds)
      words.removeLast()
    }
    self.process = process
    self.thread = thread == 0 ? process : thread
    self.stamp = stamp
    program = words.joined(separator: " ")
    kind = mark.kind
    body = mark.end
  }

  /// The word that says which kind a record is, in the first columns.
  private static func mark(
    _ bytes: [UInt8], _ range: Range<Int>
  ) -> (kind: Kind, place: Int, end: Int)? {
    let stop = min(range.upperBound, range.lowerBound + 96)
    var position = range.lowerBound
    while position < stop, bytes[position] == 0x20 { position += 1 }
    guard position < stop, (0x30...0x39).contains(bytes[position]) else { return nil }
    while position < stop {
      if bytes[position] == 0x20, position + 1 < stop,
        (0x41...0x5A).contains(bytes[position + 1])
      {
        for kind in Kind.allCases {
          for mark in kind.marks
          where StraceLine.stands(mark, in: bytes, at: position, range.upperBound) {
            return (kind, position, position + mark.utf8CodeUnitCount)
          }
        }
      }
      position += 1
    }
    return nil
  }
}

/// Error numbers of the BSDs and macOS (`errno(2)` there).
enum KdumpError {
  /// The error of Linux that means the same as number `number` of a BSD.
  static func error(_ number: Int32) -> ErrorNumber {
    if number == 11 { return .deadlock }
    if (1...34).contains(number) { return ErrorNumber(rawValue: number) }
    return names[number].flatMap { ErrorNumber(name: $0) } ?? ErrorNumber(rawValue: 4000 &+ number)
  }

  private static let names: [Int32: String] = [
    35: "EAGAIN", 36: "EINPROGRESS", 37: "EALREADY", 38: "ENOTSOCK", 39: "EDESTADDRREQ",
    40: "EMSGSIZE", 41: "EPROTOTYPE", 42: "ENOPROTOOPT", 43: "EPROTONOSUPPORT",
    44: "ESOCKTNOSUPPORT", 45: "EOPNOTSUPP", 46: "EPFNOSUPPORT", 47: "EAFNOSUPPORT",
    48: "EADDRINUSE", 49: "EADDRNOTAVAIL", 50: "ENETDOWN", 51: "ENETUNREACH", 52: "ENETRESET",
    53: "ECONNABORTED", 54: "ECONNRESET", 55: "ENOBUFS", 56: "EISCONN", 57: "ENOTCONN",
    58: "ESHUTDOWN", 59: "ETOOMANYREFS", 60: "ETIMEDOUT", 61: "ECONNREFUSED", 62: "ELOOP",
    63: "ENAMETOOLONG", 64: "EHOSTDOWN", 65: "EHOSTUNREACH", 66: "ENOTEMPTY", 68: "EUSERS",
    69: "EDQUOT", 70: "ESTALE", 71: "EREMOTE", 77: "ENOLCK", 78: "ENOSYS", 84: "EOVERFLOW",
    85: "ECANCELED", 86: "EILSEQ", 102: "EOPNOTSUPP",
  ]
}
