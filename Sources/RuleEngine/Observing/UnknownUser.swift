internal import TraceEvents

/// The name of a user or group that a program says nobody has.
struct UnknownUser: Equatable {
  /// The name.
  let name: String
  /// True if the words speak of a group.
  let isGroup: Bool

  /// The name in a line of complaint; nil where it is about something else.
  static func find(in line: String) -> UnknownUser? {
    let lower = line.lowercased()
    for mark in marks {
      guard let start = lower.firstRange(of: mark)?.upperBound, lower.count == line.count else {
        continue
      }
      let rest = line.dropFirst(lower.distance(from: lower.startIndex, to: start))
      let name = rest.drop { quotes.contains($0) || $0 == " " }
        .prefix { $0.isLetter || $0.isNumber || "._-$".contains($0) }
      let after = rest[name.endIndex...].lowercased()
      // "user x does not exist" says so behind the name only.
      if mark == "user " || mark == "group ", !after.contains("does not exist"),
        !after.contains("doesn't exist")
      {
        continue
      }
      guard !name.isEmpty, name.count <= 32 else { continue }
      return UnknownUser(name: String(name), isGroup: mark.contains("group") || mark == "getgrnam(")
    }
    return nil
  }

  private static let quotes: Set<Character> = ["'", "\"", "‘", "’", "`", "“", "(", ":"]

  /// What programs write before the name.
  private static let marks = [
    "invalid user", "invalid group", "invalid spec", "unknown user", "unknown group",
    "no such user", "no such group", "can't find user", "cannot find user",
    "find the user", "find the group", "find user", "find group", "find uid", "no passwd entry for",
    "getpwnam(",
    "getgrnam(", "failed to resolve user", "failed to resolve group", "user ", "group ",
  ]
}
