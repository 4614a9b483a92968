import Glibc
import TraceCapture
import TraceEvents

extension RunFailure {
  /// One line: what failed, why, and what to do.
  var words: String {
    switch self {
    case .userNeedsRoot: "--user takes root: run it with sudo"
    case .noSuchUser(let name): "there is no user \(name)"
    case .capture(let error): error.words
    }
  }
}

extension CaptureError {
  /// One line: what failed, why, and what to do.
  var words: String {
    let cause = error.map { " (\($0.words))" } ?? ""
    let more = detail.isEmpty ? "" : ": \(detail)"
    return switch code {
    case .badRequest: "cannot run this command\(more)"
    case .cannotFork: "cannot start a process\(cause)\(more)"
    case .alreadyTraced:
      "cannot trace: this process is itself traced, by process \(detail)\(Self.name(of: detail)), and a "
        + "process has one tracer; run whyfail outside of it"
    case .forbiddenByYama:
      "cannot trace: kernel.yama.ptrace_scope forbids it\(more); "
        + "as root: sysctl kernel.yama.ptrace_scope=1"
    case .forbiddenBySeccomp:
      "cannot trace: a seccomp profile of this container forbids ptrace\(more); start the container "
        + "with --cap-add=SYS_PTRACE, or run whyfail on the host"
    case .noSuchProcess: "there is no process \(detail)"
    case .targetIsTraced:
      "cannot trace: process \(detail)\(Self.name(of: detail)) traces it already, and a process has "
        + "one tracer"
    case .notYours:
      "cannot trace process \(detail)\(cause): it is not yours; as root: sudo whyconf -p \(detail)"
    case .tracingRefused: "cannot trace: the kernel refuses\(cause)\(more)"
    case .filterRefused: "cannot install the seccomp filter\(cause)\(more)"
    case .cannotChangeUser: "cannot become that user\(cause)\(more)"
    case .cannotEnterDirectory: "cannot enter the working directory\(cause)\(more)"
    case .lostTarget: "lost the target\(cause)\(more)"
    }
  }

  /// The name of a process in parentheses (`/proc/PID/comm`); empty where it is not to be had.
  private static func name(of process: String) -> String {
    let file = unsafe open("/proc/\(process)/comm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 1 else { return "" }
    return " (\(TargetText.decoding(bytes[..<(count - 1)])))"
  }
}
