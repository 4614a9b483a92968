import TraceCapture
import TraceEvents

/// The exit statuses of whyfail that are its own, as `env(1)` and `timeout(1)` use them.
enum ExitStatus {
  /// whyfail itself failed.
  static let ownFailure: Int32 = 125

  /// The status with which whyfail ends for its target.
  static func status(for outcome: LaunchOutcome) -> Int32 {
    switch outcome {
    case .exited(let status): status
    case .killed(let signal, _): 128 + signal.rawValue
    case .released: 0
    case .notStarted(let error): error == .noEntry || error == .notDirectory ? 127 : 126
    }
  }
}
