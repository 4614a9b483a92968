internal import History
internal import TraceEvents

// What root can make for a user in a directory of the system.
extension Observer {
  /// Directories in which programs have a directory or file of their own (hier(7)).
  private static let sharedByPrograms: Set<String> = [
    "/opt", "/run", "/srv", "/var/cache", "/var/lib", "/var/log", "/var/run", "/var/spool",
  ]

  /// Whether the directory or file that was to be made can be made for the user in advance.
  func describeGift(of path: String, _ call: FailedCall, in seen: inout AccessRefused) {
    guard !seen.isRoot, !seen.wantsRoot, seen.refusedByParent, seen.action == "create",
      let component = seen.component, Self.sharedByPrograms.contains(component),
      PathName.directory(of: path) == component
    else { return }
    seen.getsDirectory = call.call.name.hasPrefix("mkdir")
    seen.getsFile = call.purpose == .create
  }
}
