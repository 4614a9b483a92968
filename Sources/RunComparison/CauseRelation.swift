internal import History
internal import TraceEvents

/// Weighs differences by what they have to do with the failure.
struct CauseRelation {
  private let cause: ComparedRun.Cause?
  private let counterpart: Counterpart?
  /// Words of the run that failed, and those of its diagnosis.
  private let said: String
  private let directoryOfOther: String?
  private let isRelativeCause: Bool

  init(good: ComparedRun, bad: ComparedRun, counterpart: Counterpart?) {
    cause = bad.cause
    self.counterpart = counterpart
    said = (bad.words.suffix(200) + (bad.cause?.texts ?? [])).joined(separator: "\n")
    directoryOfOther =
      if case .foundElsewhere(let name) = counterpart { PathName.directory(of: name) } else { nil }
    isRelativeCause =
      bad.cause.map { cause in
        bad.usage.subjects.contains { $0.name == cause.subject && $0.isRelative }
      } ?? false
  }

  /// Raises the weight of a difference that the failure speaks of.
  func weigh(_ item: inout Difference) {
    switch item.kind {
    case .environment: weighVariable(&item)
    case .user, .group, .groups, .capabilities:
      if let error = cause?.error, [.accessDenied, .notPermitted].contains(error) {
        item.isRelated = item.kind != .group
        item.weight += 2
      }
    case .directory:
      if isRelativeCause {
        item.isRelated = true
        item.weight += 2
      }
    case .limit:
      if let cause, said.contains(item.subject) || cause.subject.contains(item.subject) {
        item.isRelated = true
        item.weight += 2
      }
    case .command, .arguments:
      let words = [item.there, item.here].compactMap { $0 }
      if let cause, cause.subject.utf8.count > 2,
        words.contains(where: { $0.contains(PathName.base(of: cause.subject)) })
      {
        item.isRelated = true
        item.weight += 1
      }
    case .foundElsewhere:
      item.isRelated = true
    case .server, .connectionHere, .connectionThere:
      if let cause, cause.subject == item.subject || item.here.map(cause.subject.contains) ?? false
      {
        item.isRelated = true
        item.weight += 3
      }
    case .ended, .ranThere, .ranHere, .umask, .system: break
    case .program, .library:
      if isNamed(item.subject) || isCause(item.here) {
        item.isRelated = true
        item.weight += 2
      }
    case .missingHere, .missingThere, .refusedHere, .refusedThere, .failsHere, .failsThere,
      .contents:
      if isCause(item.here) {
        item.isRelated = true
        item.weight += 4
      } else if isNamed(PathName.base(of: item.subject)) {
        item.weight += 1.5
      }
    }
  }

  /// True for what the cause names, and for a directory on the way to it.
  private func isCause(_ path: String?) -> Bool {
    guard let cause, let path, path.utf8.count > 1 else { return false }
    return cause.subject == path || cause.subject.hasPrefix(path + "/")
  }

  /// True if a name that is long enough to mean something was said.
  private func isNamed(_ name: String) -> Bool { name.utf8.count >= 3 && Self.holds(said, name) }

  private func weighVariable(_ item: inout Difference) {
    let places = { (value: String?) in
      (value ?? "").split(separator: ":").filter { $0.hasPrefix("/") && $0.utf8.count > 1 }
    }
    let before = places(item.there)
    let now = places(item.here)
    let leadsThere =
      directoryOfOther.map { directory in
        before.contains { !now.contains($0) && isBelow(directory, $0) }
      } ?? false
    let leadsHere =
      cause.map { cause in
        now.contains { !before.contains($0) && isBelow(cause.subject, $0) }
      } ?? false
    // HOME is a part of too many messages, and PATH a part of too many words.
    let isSpokenOf = item.subject.utf8.count >= 5 && Self.holds(said, item.subject)
    if leadsThere || leadsHere || isSpokenOf {
      item.isRelated = true
      item.weight += leadsThere ? 3 : 2
    }
  }

  private func isBelow(_ path: String, _ directory: Substring) -> Bool {
    let directory = directory.hasSuffix("/") ? directory.dropLast() : directory
    return path == directory || path.hasPrefix(directory + "/")
  }

  /// True if `word` stands in `text` with no letter, digit or underscore beside it.
  private static func holds(_ text: String, _ word: String) -> Bool {
    var rest = text[...]
    while let range = rest.firstRange(of: word) {
      let before =
        range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : " "
      let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
      if !isOfWord(before), !isOfWord(after) { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }

  private static func isOfWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }
}
