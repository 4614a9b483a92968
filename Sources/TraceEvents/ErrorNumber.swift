/// An `errno` value of Linux (`errno(3)`; the numbers are those of x86-64).
package struct ErrorNumber: RawRepresentable, Codable, Sendable, Hashable {
  package var rawValue: Int32

  package init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// The error with this name; nil if there is none.
  package init?(name: String) {
    guard let number = Self.numbers[name] else { return nil }
    self.init(rawValue: number)
  }

  /// The error that `strerror(3)` has these words for; nil if there is none.
  package init?(words: String) {
    guard let number = Self.numbersByWords[words] else { return nil }
    self.init(rawValue: number)
  }

  /// The name as C spells it: `ENOENT`.
  package var name: String { Self.table[rawValue]?.name ?? "E\(rawValue)" }

  /// The words of `strerror(3)` in the C locale: `No such file or directory`.
  package var words: String { Self.table[rawValue]?.words ?? "Unknown error \(rawValue)" }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    if let known = ErrorNumber(name: name) {
      self = known
    } else if name.hasPrefix("E"), let number = Int32(name.dropFirst()) {
      self.init(rawValue: number)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(name) is no error name")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }

  private static let numbers: [String: Int32] = Dictionary(
    table.map { ($0.value.name, $0.key) }, uniquingKeysWith: { first, _ in first })

  private static let numbersByWords: [String: Int32] = Dictionary(
    table.map { ($0.value.words, $0.key) }, uniquingKeysWith: { min($0, $1) })

  private static let table: [Int32: (name: String, words: String)] = [
    1: ("EPERM", "Operation not permitted"),
    2: ("ENOENT", "No such file or directory"),
    3: ("ESRCH", "No such process"),
    4: ("EINTR", "Interrupted system call"),
    5: ("EIO", "Input/output error"),
    6: ("ENXIO", "No such device or address"),
    7: ("E2BIG", "Argument list too long"),
    8: ("ENOEXEC", "Exec format error"),
    9: ("EBADF", "Bad file descriptor"),
    10: ("ECHILD", "No child processes"),
    11: ("EAGAIN", "Resource temporarily unavailable"),
    12: ("ENOMEM", "Cannot allocate memory"),
    13: ("EACCES", "Permission denied"),
    14: ("EFAULT", "Bad address"),
    15: ("ENOTBLK", "Block device required"),
    16: ("EBUSY", "Device or resource busy"),
    17: ("EEXIST", "File exists"),
    18: ("EXDEV", "Invalid cross-device link"),
    19: ("ENODEV", "No such device"),
    20: ("ENOTDIR", "Not a directory"),
    21: ("EISDIR", "Is a directory"),
    22: ("EINVAL", "Invalid argument"),
    23: ("ENFILE", "Too many open files in system"),
    24: ("EMFILE", "Too many open files"),
    25: ("ENOTTY", "Inappropriate ioctl for device"),
    26: ("ETXTBSY", "Text file busy"),
    27: ("EFBIG", "File too large"),
    28: ("ENOSPC", "No space left on device"),
    29: ("ESPIPE", "Illegal seek"),
    30: ("EROFS", "Read-only file system"),
    31: ("EMLINK", "Too many links"),
    32: ("EPIPE", "Broken pipe"),
    33: ("EDOM", "Numerical argument out of domain"),
    34: ("ERANGE", "Numerical result out of range"),
    35: ("EDEADLK", "Resource deadlock avoided"),
    36: ("ENAMETOOLONG", "File name too long"),
    37: ("ENOLCK", "No locks available"),
    38: ("ENOSYS", "Function not implemented"),
    39: ("ENOTEMPTY", "Directory not empty"),
    40: ("ELOOP", "Too many levels of symbolic links"),
    42: ("ENOMSG", "No message of desired type"),
    43: ("EIDRM", "Identifier removed"),
    44: ("ECHRNG", "Channel number out of range"),
    45: ("EL2NSYNC", "Level 2 not synchronized"),
    46: ("EL3HLT", "Level 3 halted"),
    47: ("EL3RST", "Level 3 reset"),
    48: ("ELNRNG", "Link number out of range"),
    49: ("EUNATCH", "Protocol driver not attached"),
    50: ("ENOCSI", "No CSI structure available"),
    51: ("EL2HLT", "Level 2 halted"),
    52: ("EBADE", "Invalid exchange"),
    53: ("EBADR", "Invalid request descriptor"),
    54: ("EXFULL", "Exchange full"),
    55: ("ENOANO", "No anode"),
    56: ("EBADRQC", "Invalid request code"),
    57: ("EBADSLT", "Invalid slot"),
    59: ("EBFONT", "Bad font file format"),
    60: ("ENOSTR", "Device not a stream"),
    61: ("ENODATA", "No data available"),
    62: ("ETIME", "Timer expired"),
    63: ("ENOSR", "Out of streams resources"),
    64: ("ENONET", "Machine is not on the network"),
    65: ("ENOPKG", "Package not installed"),
    66: ("EREMOTE", "Object is remote"),
    67: ("ENOLINK", "Link has been severed"),
    68: ("EADV", "Advertise error"),
    69: ("ESRMNT", "Srmount error"),
    70: ("ECOMM", "Communication error on send"),
    71: ("EPROTO", "Protocol error"),
    72: ("EMULTIHOP", "Multihop attempted"),
    73: ("EDOTDOT", "RFS specific error"),
    74: ("EBADMSG", "Bad message"),
    75: ("EOVERFLOW", "Value too large for defined data type"),
    76: ("ENOTUNIQ", "Name not unique on network"),
    77: ("EBADFD", "File descriptor in bad state"),
    78: ("EREMCHG", "Remote address changed"),
    79: ("ELIBACC", "Can not access a needed shared library"),
    80: ("ELIBBAD", "Accessing a corrupted shared library"),
    81: ("ELIBSCN", ".lib section in a.out corrupted"),
    82: ("ELIBMAX", "Attempting to link in too many shared libraries"),
    83: ("ELIBEXEC", "Cannot exec a shared library directly"),
    84: ("EILSEQ", "Invalid or incomplete multibyte or wide character"),
    85: ("ERESTART", "Interrupted system call should be restarted"),
    86: ("ESTRPIPE", "Streams pipe error"),
    87: ("EUSERS", "Too many users"),
    88: ("ENOTSOCK", "Socket operation on non-socket"),
    89: ("EDESTADDRREQ", "Destination address required"),
    90: ("EMSGSIZE", "Message too long"),
    91: ("EPROTOTYPE", "Protocol wrong type for socket"),
    92: ("ENOPROTOOPT", "Protocol not available"),
    93: ("EPROTONOSUPPORT", "Protocol not supported"),
    94: ("ESOCKTNOSUPPORT", "Socket type not supported"),
    95: ("EOPNOTSUPP", "Operation not supported"),
    96: ("EPFNOSUPPORT", "Protocol family not supported"),
    97: ("EAFNOSUPPORT", "Address family not supported by protocol"),
    98: ("EADDRINUSE", "Address already in use"),
    99: ("EADDRNOTAVAIL", "Cannot assign requested address"),
    100: ("ENETDOWN", "Network is down"),
    101: ("ENETUNREACH", "Network is unreachable"),
    102: ("ENETRESET", "Network dropped connection on reset"),
    103: ("ECONNABORTED", "Software caused connection abort"),
    104: ("ECONNRESET", "Connection reset by peer"),
    105: ("ENOBUFS", "No buffer space available"),
    106: ("EISCONN", "Transport endpoint is already connected"),
    107: ("ENOTCONN", "Transport endpoint is not connected"),
    108: ("ESHUTDOWN", "Cannot send after transport endpoint shutdown"),
    109: ("ETOOMANYREFS", "Too many references: cannot splice"),
    110: ("ETIMEDOUT", "Connection timed out"),
    111: ("ECONNREFUSED", "Connection refused"),
    112: ("EHOSTDOWN", "Host is down"),
    113: ("EHOSTUNREACH", "No route to host"),
    114: ("EALREADY", "Operation already in progress"),
    115: ("EINPROGRESS", "Operation now in progress"),
    116: ("ESTALE", "Stale file handle"),
    117: ("EUCLEAN", "Structure needs cleaning"),
    118: ("ENOTNAM", "Not a XENIX named type file"),
    119: ("ENAVAIL", "No XENIX semaphores available"),
    120: ("EISNAM", "Is a named type file"),
    121: ("EREMOTEIO", "Remote I/O error"),
    122: ("EDQUOT", "Disk quota exceeded"),
    123: ("ENOMEDIUM", "No medium found"),
    124: ("EMEDIUMTYPE", "Wrong medium type"),
    125: ("ECANCELED", "Operation canceled"),
    126: ("ENOKEY", "Required key not available"),
    127: ("EKEYEXPIRED", "Key has expired"),
    128: ("EKEYREVOKED", "Key has been revoked"),
    129: ("EKEYREJECTED", "Key was rejected by service"),
    130: ("EOWNERDEAD", "Owner died"),
    131: ("ENOTRECOVERABLE", "State not recoverable"),
    132: ("ERFKILL", "Operation not possible due to RF-kill"),
    512: ("ERESTARTSYS", "To be restarted if SA_RESTART is set"),
    513: ("ERESTARTNOINTR", "To be restarted"),
    514: ("ERESTARTNOHAND", "To be restarted if no handler"),
    516: ("ERESTART_RESTARTBLOCK", "Interrupted by signal"),
  ]
}

extension ErrorNumber {
  /// Operation not permitted.
  package static let notPermitted = ErrorNumber(rawValue: 1)
  /// No such file or directory.
  package static let noEntry = ErrorNumber(rawValue: 2)
  /// No such process.
  package static let noProcess = ErrorNumber(rawValue: 3)
  /// Interrupted system call.
  package static let interrupted = ErrorNumber(rawValue: 4)
  /// Input/output error.
  package static let inputOutput = ErrorNumber(rawValue: 5)
  /// Argument list too long.
  package static let argumentsTooLong = ErrorNumber(rawValue: 7)
  /// Exec format error.
  package static let executableFormat = ErrorNumber(rawValue: 8)
  /// Bad file descriptor.
  package static let badDescriptor = ErrorNumber(rawValue: 9)
  /// No child processes.
  package static let noChild = ErrorNumber(rawValue: 10)
  /// Resource temporarily unavailable.
  package static let tryAgain = ErrorNumber(rawValue: 11)
  /// Cannot allocate memory.
  package static let noMemory = ErrorNumber(rawValue: 12)
  /// Permission denied.
  package static let accessDenied = ErrorNumber(rawValue: 13)
  /// Block device required.
  package static let notBlockDevice = ErrorNumber(rawValue: 15)
  /// Device or resource busy.
  package static let busy = ErrorNumber(rawValue: 16)
  /// File exists.
  package static let exists = ErrorNumber(rawValue: 17)
  /// Invalid cross-device link.
  package static let crossDevice = ErrorNumber(rawValue: 18)
  /// No such device.
  package static let noDevice = ErrorNumber(rawValue: 19)
  /// Not a directory.
  package static let notDirectory = ErrorNumber(rawValue: 20)
  /// Is a directory.
  package static let isDirectory = ErrorNumber(rawValue: 21)
  /// Invalid argument.
  package static let invalidArgument = ErrorNumber(rawValue: 22)
  /// Too many open files in system.
  package static let tooManyOpenSystemwide = ErrorNumber(rawValue: 23)
  /// Too many open files.
  package static let tooManyOpen = ErrorNumber(rawValue: 24)
  /// Text file busy.
  package static let textBusy = ErrorNumber(rawValue: 26)
  /// File too large.
  package static let fileTooLarge = ErrorNumber(rawValue: 27)
  /// No space left on device.
  package static let noSpace = ErrorNumber(rawValue: 28)
  /// Read-only file system.
  package static let readOnly = ErrorNumber(rawValue: 30)
  /// Broken pipe.
  package static let brokenPipe = ErrorNumber(rawValue: 32)
  /// Resource deadlock avoided.
  package static let deadlock = ErrorNumber(rawValue: 35)
  /// File name too long.
  package static let nameTooLong = ErrorNumber(rawValue: 36)
  /// Function not implemented.
  package static let notImplemented = ErrorNumber(rawValue: 38)
  /// Directory not empty.
  package static let notEmpty = ErrorNumber(rawValue: 39)
  /// Too many levels of symbolic links.
  package static let tooManyLinks = ErrorNumber(rawValue: 40)
  /// Accessing a corrupted shared library.
  package static let badLibrary = ErrorNumber(rawValue: 80)
  /// Address already in use.
  package static let addressInUse = ErrorNumber(rawValue: 98)
  /// Cannot assign requested address.
  package static let addressNotAvailable = ErrorNumber(rawValue: 99)
  /// Network is unreachable.
  package static let networkUnreachable = ErrorNumber(rawValue: 101)
  /// Software caused connection abort.
  package static let connectionAborted = ErrorNumber(rawValue: 103)
  /// Connection reset by peer.
  package static let connectionReset = ErrorNumber(rawValue: 104)
  /// Connection timed out.
  package static let timedOut = ErrorNumber(rawValue: 110)
  /// Connection refused.
  package static let connectionRefused = ErrorNumber(rawValue: 111)
  /// No route to host.
  package static let hostUnreachable = ErrorNumber(rawValue: 113)
  /// Operation now in progress.
  package static let inProgress = ErrorNumber(rawValue: 115)
  /// Disk quota exceeded.
  package static let quotaExceeded = ErrorNumber(rawValue: 122)
  /// Inappropriate ioctl for device.
  package static let notTerminal = ErrorNumber(rawValue: 25)
}
