internal import History
internal import TraceEvents

// Calls that were to put something into a directory that is not there.
extension Observer {
  /// The file that a call was to make in a directory that does not exist: by a name that ends in a slash, for
  /// which rename(2) gives ENOTDIR and open(2) with O_CREAT gives EISDIR; or by the second path of a rename or
  /// link, whose first path is there. Nil for others.
  func fileForMissingDirectory(_ call: FailedCall) -> String? {
    guard let target = call.secondPath ?? call.path,
      call.purpose == .make || call.purpose == .create,
      let given = call.call.path(at: call.secondPath == nil ? 0 : 1)?.path
    else { return nil }
    let isDirectory = given.hasSuffix("/") && given.utf8.count > 1
    switch call.error {
    case .isDirectory, .notDirectory: if !isDirectory { return nil }
    case .noEntry: if call.secondPath == nil { return nil }
    default: return nil
    }
    guard case .missing(let missing)? = inquiry.pathWalk(target)?.end else { return nil }
    if let source = call.secondPath == nil ? nil : call.path {
      // It is the first path that is not there.
      guard case .exists? = inquiry.pathWalk(source)?.end else { return nil }
      if isDirectory { return target + "/" + PathName.base(of: source) }
      return missing == target ? nil : target
    }
    guard isDirectory else { return nil }
    let operands = history.processes[call.process].arguments.dropFirst().filter {
      !$0.hasPrefix("-")
    }
    guard operands.count > 1, operands.last == given, let source = operands.dropLast().last else {
      return target
    }
    return target + "/" + PathName.base(of: source)
  }

  /// True if a look for a path that found nothing was part of making it.
  func isToBeMade(_ path: String, _ call: FailedCall) -> Bool {
    history.failures.calls.contains {
      $0.process == call.process && $0.error == call.error
        && ($0.path == path && $0.purpose == .create
          || $0.secondPath == path && $0.purpose == .make)
    }
  }

  /// How many characters before a name are of interest.
  private static let reachBefore = 60

  /// What the words that name the path of a call best say just before it; nil where none has it in full.
  func wordsBefore(_ call: FailedCall) -> String? {
    guard let best = CallFeatures.mentions(of: call, run).max(by: { $0.value < $1.value }) else {
      return nil
    }
    let line = run.mentions.lines[best.line].text
    let names = [call.path, call.call.path].compactMap { $0 }.filter { $0.utf8.count > 2 }
    guard let place = names.lazy.compactMap({ line.firstRange(of: $0) }).first else { return nil }
    return String(line[..<place.lowerBound].suffix(Self.reachBefore))
  }
}
