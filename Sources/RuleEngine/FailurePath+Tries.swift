internal import History
internal import TraceEvents

// Commands that are tried again and again.
extension FailurePath {
  /// How many of a parent's children, the last ones, are compared.
  private static let compared = 100

  /// True for the last try of a command that its parent had run before with the same arguments, in vain each
  /// time, and after which no command failed: `for i in 1 2 3; do curl -sf "$url" && exit 0; sleep 1; done`.
  static func wasTriedInVain(
    _ child: ProcessRecord, by parent: ProcessRecord, in history: borrowing History
  ) -> Bool {
    guard child.hasExecuted, case .exited = child.end else { return false }
    var tries = 0
    for index in parent.children.suffix(compared) {
      let other = history.processes[index]
      if other.executable == child.executable, other.arguments == child.arguments {
        guard other.failed, other.endNumber <= child.endNumber else { return false }
        tries += 1
      } else if other.failed, other.startNumber > child.endNumber {
        return false
      }
    }
    return tries > 1
  }
}
