internal import History
internal import TraceEvents

// What was made for another time: pid files that nobody took away, environments of another Python.
extension Observer {
  /// Tells of a pid file that the words name, if it holds a number that no process has, or one of another
  /// program.
  func describePidFile(_ process: ProcessRecord, in seen: inout LastWords) {
    guard let file = seen.file, file.hasSuffix(".pid"), seen.lineNumber == nil,
      let text = inquiry.lines(around: 1, of: file).first(where: { $0.number == 1 })?.text.trimmed,
      let number = Int32(text), number > 1
    else { return }
    // A directory of /proc that is known to be missing.
    if isMissing("/proc/\(number)") {
      seen.stalePid = Int(number)
    } else if let owner = inquiry.process(number) {
      seen.writtenPid = Int(number)
      seen.writtenProcess = owner.name
      let own = [process.name, process.executable.map(PathName.base) ?? process.name]
      // Of an interpreter the name says nothing.
      seen.isOthersPid =
        !own.contains { $0.hasPrefix(owner.name) || owner.name.hasPrefix($0) }
        && process.executable == process.executedPath
    }
  }

  /// The directory of modules for another version of Python that has the missing one, in the environment
  /// whose directory for this version was searched.
  func otherVersion(of seen: LastWords) -> String? {
    guard seen.language == "Python" else { return nil }
    for path in seen.elsewhere {
      guard let start = path.firstRange(of: "/lib/python"),
        let end = path.firstRange(of: "/site-packages/"), start.upperBound < end.lowerBound
      else { continue }
      let root = String(path[..<start.upperBound])
      let version = String(path[start.upperBound..<end.lowerBound])
      let isOther = seen.searched.contains { searched in
        searched.hasPrefix(root) && searched.hasSuffix("/site-packages")
          && !searched.hasPrefix(root + version + "/")
      }
      if isOther { return root + version + "/site-packages" }
    }
    return nil
  }
}
