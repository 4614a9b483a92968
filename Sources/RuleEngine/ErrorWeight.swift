internal import TraceEvents

/// How much an error by itself speaks for being the cause of a failure, in log-odds.
enum ErrorWeight {
  static func weight(of error: ErrorNumber) -> Double { table[error] ?? 0.3 }

  /// The errors that can be the cause of a failure, in the order of their numbers.
  static let ofFailures = table.filter { $0.value >= 0 }.keys.sorted { $0.rawValue < $1.rawValue }

  private static let table: [ErrorNumber: Double] = {
    var table: [ErrorNumber: Double] = [:]
    for (names, weight) in rows {
      for name in names.split(separator: " ") {
        if let error = ErrorNumber(name: String(name)) { table[error] = weight }
      }
    }
    return table
  }()

  private static let rows: [(String, Double)] = [
    ("ENOSPC EDQUOT EMFILE ENFILE EROFS EADDRINUSE ETXTBSY EIO", 2.0),
    ("EACCES EPERM ENOMEM EADDRNOTAVAIL EXDEV EISDIR ENOTEMPTY ENOEXEC ELIBBAD EFBIG E2BIG", 1.5),
    ("ECONNREFUSED ECONNRESET EHOSTUNREACH ENETUNREACH ETIMEDOUT EPIPE EBADF", 1.3),
    ("EEXIST ELOOP ENAMETOOLONG EBUSY EMLINK EAGAIN EDEADLK ENODEV ENXIO", 0.9),
    ("ENOENT ENOTDIR", 0.0),
    ("EINVAL ESRCH ENOTSOCK EFAULT ENOTCONN EISCONN EAFNOSUPPORT EPROTONOSUPPORT", -0.8),
    ("ENOSYS EOPNOTSUPP ENODATA ERANGE ENOPROTOOPT ECHILD EINTR ENOTTY ESPIPE", -2.0),
  ]
}
