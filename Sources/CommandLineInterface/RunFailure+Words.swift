import TraceCapture
import TraceEvents

extension RunFailure {
  /// One line: what failed, why, and what to do.
  var words: String {
    switch self {
    case .userNeedsRoot: "--user takes root: run it with sudo"
    case .noSuchUser(let name): "there is no user \(name)"
    case .noSuchName(let name): "there is no process called \(name)"
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
      "cannot trace process \(target): \(second) traces it already, and a process has one tracer"
    case .isOurselves: "process \(detail) is whyfail itself, which cannot watch itself"
    case .isThread:
      "\(detail) is a thread of \(second), no process: name \(other ?? 0) to watch that"
    case .isKernelThread:
      "process \(target) is a thread of the kernel, which nobody can trace; "
        + "cat /proc/\(detail)/stack tells root what it is in"
    case .isZombie:
      "process \(target) has ended already: it is a zombie, as its parent, \(second), does not wait "
        + "for it; it is gone once that does or ends"
    case .notYours:
      "cannot trace process \(target)\(cause): it is not yours; as root: sudo whyfail -p \(detail)"
    case .tracingRefused: "cannot trace: the kernel refuses\(cause)\(more)"
    case .filterForbiddenBySeccomp:
      "cannot trace: a seccomp profile of this container forbids seccomp\(cause)\(more); start the "
        + "container with --security-opt seccomp=unconfined, or run whyfail on the host"
    case .filterRefused: "cannot install the seccomp filter\(cause)\(more)"
    case .cannotChangeUser: "cannot become that user\(cause)\(more)"
    case .cannotEnterDirectory: "cannot enter the working directory\(cause)\(more)"
    case .lostTarget: "lost the target\(cause)\(more)"
    }
  }

  private var target: String { detail + Self.name(of: detail) }

  private var second: String {
    other.map { "process \($0)" + Self.name(of: String($0)) } ?? "another process"
  }

  /// The name of a process in parentheses (`/proc/PID/comm`); empty where it is not to be had.
  private static func name(of process: String) -> String {
    Int32(process).flatMap { ProcessWords.name(of: $0) }.map { " (\($0))" } ?? ""
  }
}
