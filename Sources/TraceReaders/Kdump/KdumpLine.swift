internal import TraceEvents

/// The beginning of a record of `kdump(1)`: `  1234 ls       CALL  open(0x…)`, as the BSDs and macOS write
/// it, with a thread (`-H`, NetBSD), times (`-T`, `-R`, `-E`) and the kind of its system calls (`-A`), or
/// without.
struct KdumpLine {
  /// The kinds of record.
  enum Kind: CaseIterable {
    case call, result, name, data, signal, structure, argument, promise, other

    fileprivate var marks: [StaticString] {
      switch self {
      case .call: [" CALL  "]
      case .result: [" RET   "]
      case .name: [" NAMI  "]
      case .data: [" GIO   "]
      case .signal: [" PSIG  "]
      case .structure: [" STRU  "]
      case .argument: [" ARGS  ", " ARG   "]
      case .promise: [" PLDG  "]
      case .other:
        [
          " CSW  ", " USER  ", " SCTL  ", " PFLT  ", " PRET  ", " EMUL  ", " ENV   ", " ENVS  ",
          " CAP   ", " MMSG  ", " MOOL  ", " EXEC  ", " FDS   ", " SAU   ", " SAUP  ", " MIB   ",
          " MISC  ", " STRT  ", " UNKNOWN(",
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
    guard let first = words.first, let (process, number) = Self.numbers(first) else { return nil }
    words.removeFirst()
    var thread = number
    if thread == nil, words.count > 1, let second = words.first, let number = Int64(second) {
      thread = ProcessID(truncatingIfNeeded: number)
      words.removeFirst()
    }
    var stamp: LogClock.Stamp?
    // Two where two were asked for; the first is when it was.
    while words.count > 1, let last = words.last, last.contains("."), let seconds = Double(last),
      seconds.isFinite
    {
      stamp = seconds > 100_000_000 ? .absolute(seconds) : .relative(seconds)
      words.removeLast()
    }
    // The processor (`-c`).
    if words.count > 1, words.last.flatMap({ Int($0) }) != nil { words.removeLast() }
    self.process = process
    // NetBSD counts the threads of each process from 1.
    let named = thread ?? process
    self.thread = named <= 1 ? process : named
    self.stamp = stamp
    program = words.joined(separator: " ")
    kind = mark.kind
    body = Self.skipABI(bytes, mark.end, range.upperBound)
  }

  /// `812`, and with the thread behind it, as OpenBSD writes it, `812/104077`.
  private static func numbers(_ word: Substring) -> (process: ProcessID, thread: ProcessID?)? {
    let parts = word.split(separator: "/", maxSplits: 1)
    guard let process = ProcessID(parts[0]), process >= 0 else { return nil }
    return (process, parts.count > 1 ? ProcessID(parts[1]) : nil)
  }

  /// Behind `F64  `, `L32  `, `U00  `, which say whose system calls a process makes.
  private static func skipABI(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
    guard start + 5 <= end, (0x41...0x5A).contains(bytes[start]),
      bytes[(start + 1)..<(start + 3)].allSatisfy({ (0x30...0x39).contains($0) }),
      bytes[start + 3] == 0x20, bytes[start + 4] == 0x20
    else { return start }
    return start + 5
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
          // Alone on its line, whose last blanks an editor took away.
          for mark in kind.marks
          where range.upperBound - position < mark.utf8CodeUnitCount
            && mark.withUTF8Buffer({ unsafe Array($0) }).filter({ $0 != 0x20 })
              == Array(bytes[(position + 1)..<range.upperBound])
          {
            return (kind, position, range.upperBound)
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
  /// The error of Linux that means the same as number `number` of a BSD with these words. The words
  /// decide where they are known: above 80 the numbers differ from system to system, and a program of
  /// Linux has those of Linux.
  static func error(_ number: Int32, words: some StringProtocol) -> ErrorNumber {
    if let known = ErrorNumber(words: otherWords[String(words)] ?? String(words)) { return known }
    // Programs of Linux are shown with its numbers, in older versions below zero.
    if (-4095..<0).contains(number) { return ErrorNumber(rawValue: 0 &- number) }
    if number == 11 { return .deadlock }
    if (1...34).contains(number) { return ErrorNumber(rawValue: number) }
    return names[number].flatMap { ErrorNumber(name: $0) } ?? ErrorNumber(rawValue: 4000 &+ number)
  }

  /// What the BSDs say in other words than Linux does.
  private static let otherWords = [
    "Operation timed out": "Connection timed out",
    "Device busy": "Device or resource busy", "Resource busy": "Device or resource busy",
    "Disc quota exceeded": "Disk quota exceeded",
    "Capabilities insufficient": "Operation not permitted",
    "Not permitted in capability mode": "Operation not permitted",
    "Value too large to be stored in data type": "Value too large for defined data type",
    "Illegal byte sequence": "Invalid or incomplete multibyte or wide character",
    "Not supported": "Operation not supported", "Cross-device link": "Invalid cross-device link",
    "Address family not supported by protocol family": "Address family not supported by protocol",
  ]

  private static let names: [Int32: String] = [
    35: "EAGAIN", 36: "EINPROGRESS", 37: "EALREADY", 38: "ENOTSOCK", 39: "EDESTADDRREQ",
    40: "EMSGSIZE", 41: "EPROTOTYPE", 42: "ENOPROTOOPT", 43: "EPROTONOSUPPORT",
    44: "ESOCKTNOSUPPORT", 45: "EOPNOTSUPP", 46: "EPFNOSUPPORT", 47: "EAFNOSUPPORT",
    48: "EADDRINUSE", 49: "EADDRNOTAVAIL", 50: "ENETDOWN", 51: "ENETUNREACH", 52: "ENETRESET",
    53: "ECONNABORTED", 54: "ECONNRESET", 55: "ENOBUFS", 56: "EISCONN", 57: "ENOTCONN",
    58: "ESHUTDOWN", 59: "ETOOMANYREFS", 60: "ETIMEDOUT", 61: "ECONNREFUSED", 62: "ELOOP",
    63: "ENAMETOOLONG", 64: "EHOSTDOWN", 65: "EHOSTUNREACH", 66: "ENOTEMPTY", 68: "EUSERS",
    69: "EDQUOT", 70: "ESTALE", 71: "EREMOTE", 77: "ENOLCK", 78: "ENOSYS", 84: "EOVERFLOW",
    85: "ECANCELED", 86: "EILSEQ", 93: "EPERM", 94: "EPERM", 102: "EOPNOTSUPP",
  ]
}
