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
      // "invalid username-password pair" names nobody, "can't find username web" does.
      let isJoined = rest.hasPrefix("name ") && mark.hasSuffix("find user")
      if !isJoined, mark.last?.isLetter ?? false, let next = rest.first,
        next.isLetter || next == "-"
      {
        continue
      }
      // A volume group is none of users.
      if mark == "group " || mark == "user ",
        !isSubject(behind: lower[..<start].dropLast(mark.count))
      {
        continue
      }
      let isOfGroup =
        mark.contains("group") && !mark.contains("user") || mark == "getgrnam("
        || mark.hasPrefix("gid ")
      let first = name(in: rest)
      // "owner:group", as chown(1) takes it.
      let name =
        isOfGroup && rest[first.endIndex...].hasPrefix(":")
          && rest[first.endIndex...].dropFirst().first?.isLetter ?? false
        ? name(in: rest[first.endIndex...].dropFirst()) : first
      let after = rest[name.endIndex...].lowercased()
      // "user x does not exist" says so behind the name only.
      if mark == "user " || mark == "group ",
        !absences.contains(where: { after.drop { quotes.contains($0) }.hasPrefix($0) })
      {
        continue
      }
      guard !name.isEmpty, name.count <= 32, !things.contains(name.lowercased()) else { continue }
      return UnknownUser(name: String(name), isGroup: isOfGroup)
    }
    return nil
  }

  /// True if "user" or "group" behind `text` is what is spoken of, not the second half of another name.
  private static func isSubject(behind text: Substring) -> Bool {
    guard let word = text.split(whereSeparator: \.isWhitespace).last, word.last?.isLetter ?? false
    else { return true }
    return articles.contains(String(word))
  }

  private static let articles: Set<String> = [
    "the", "a", "an", "no", "this", "that", "system", "unix", "local", "primary", "specified",
    "requested", "given", "such", "or", "and", "for", "as", "to", "effective", "supplementary",
  ]

  /// The name at the start of `text`, behind words such as "name value:".
  private static func name(in text: Substring) -> Substring {
    var rest = text
    while true {
      rest = rest.drop { quotes.contains($0) || $0 == " " }
      let word = rest.prefix { $0.isLetter || $0.isNumber || "._-$".contains($0) }
      guard !word.isEmpty, introductions.contains(word.lowercased()),
        word.endIndex != rest.endIndex
      else { return word }
      rest = rest[word.endIndex...]
    }
  }

  /// What can stand between "user" and the name.
  private static let introductions: Set<String> = ["name", "value", "named", "called", "account"]
  /// What belongs to users, and is none.
  private static let things: Set<String> = [
    "table", "file", "directory", "database", "profile", "id", "list", "agent", "data", "namespace",
  ]
  /// What stands behind the name of one who is not there.
  private static let absences = [
    " does not exist", " doesn't exist", " not found", " is unknown", " unknown", " not known",
  ]

  private static let quotes: Set<Character> = ["'", "\"", "‘", "’", "`", "“", "(", ":"]

  /// What programs write before the name.
  private static let marks = [
    "bad user name", "bad group name", "unknown user/group",
    "invalid user", "invalid group", "invalid spec", "unknown user", "unknown group",
    "no such user", "no such group", "can't find user", "cannot find user",
    "find the user", "find the group", "find user", "find group", "find uid", "no passwd entry for",
    "id for user", "id for group", "passwd entry for user", "group entry for group",
    "user does not exist:", "user doesn't exist:", "getpwnam(", "getgrnam(",
    "failed to resolve user", "failed to resolve group", "user ", "group ",
  ]
}
