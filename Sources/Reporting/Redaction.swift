internal import TraceEvents

/// Takes secrets out of a report, since reports are pasted into tickets.
///
/// Passwords, tokens and keys are known by the option, variable, field or header that announces
/// them, or by their form; paths and sentences about passwords stay. It is a safeguard and no proof:
/// a secret that nothing announces stays.
package enum Redaction {
  /// What stands in a secret's place.
  package static let placeholder = "[redacted]"

  /// `report` with its secrets replaced, in every text.
  ///
  /// A secret that is announced in one place, such as the command line, is replaced everywhere.
  package static func redacted(_ report: Report) -> Report {
    var found: Set<String> = []
    let redacted = report.mappingTexts(
      { text, _ in
        replacingSecrets(in: text, found: &found)
      },
      command: { words in
        redactedCommand(words, found: &found)
      })
    let literals = found.filter(isTelling).sorted { $0.utf8.count > $1.utf8.count }
    guard !literals.isEmpty else { return redacted }
    return redacted.mappingTexts { text, _ in
      literals.prefix(64).reduce(text) { text, secret in replacing(secret, in: text) }
    }
  }

  /// `text` with its secrets replaced.
  package static func redacted(_ text: String) -> String {
    var found: Set<String> = []
    return replacingSecrets(in: text, found: &found)
  }

  /// An argument vector with its secrets replaced.
  package static func redactedCommand(_ words: [String]) -> [String] {
    var found: Set<String> = []
    return redactedCommand(words, found: &found)
  }

  /// `text` with its secrets replaced, which `found` then has too.
  static func replacingSecrets(in text: String, found: inout Set<String>) -> String {
    let scanner = SecretScanner(text)
    guard !scanner.secrets.isEmpty else { return text }
    var result: [UInt8] = []
    var copied = 0
    for secret in scanner.secrets {
      result += scanner.bytes[copied..<secret.lowerBound]
      result += placeholder.utf8
      copied = secret.upperBound
      found.insert(String(decoding: scanner.bytes[secret], as: UTF8.self))
    }
    result += scanner.bytes[copied...]
    return String(decoding: result, as: UTF8.self)
  }

  /// An argument vector with its secrets replaced, which `found` then has too.
  static func redactedCommand(
    _ words: [String], found: inout Set<String>
  ) -> [String] {
    let rules = CommandSecrets(command: words)
    var pending = CommandSecrets.Announcement.nothing
    return words.map { word in
      let announced = pending
      pending = rules.announcement(by: word)
      let secret: Substring? =
        switch announced {
        case .secret: word[...]
        case .pair: CommandSecrets.password(ofPair: word[...])
        case .nothing: rules.attachedSecret(in: word)
        }
      guard let secret, !secret.isEmpty else { return replacingSecrets(in: word, found: &found) }
      if announced != .nothing { pending = .nothing }
      found.insert(String(secret))
      return word[..<secret.startIndex] + placeholder
    }
  }

  /// Whether a secret is so particular that it may be replaced wherever it stands.
  static func isTelling(_ secret: String) -> Bool {
    secret.utf8.count >= 8 && !secret.hasPrefix("/")
      && secret.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// `text` with every occurrence of `secret` replaced.
  static func replacing(_ secret: String, in text: String) -> String {
    let pattern = Array(secret.utf8)
    let bytes = Array(text.utf8)
    guard pattern.count <= bytes.count else { return text }
    var result: [UInt8] = []
    var index = 0
    var isChanged = false
    while index < bytes.count {
      if bytes[index] == pattern[0], bytes[index...].starts(with: pattern) {
        result += placeholder.utf8
        index += pattern.count
        isChanged = true
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return isChanged ? String(decoding: result, as: UTF8.self) : text
  }
}

/// The options of a command that carry secrets.
private struct CommandSecrets {
  /// What a word says of the word after it.
  enum Announcement {
    case nothing
    /// It is a secret.
    case secret
    /// It is `user:password`.
    case pair
  }

  /// Short options whose attached rest is a secret: `-pSECRET`.
  private var attached: [String] = []
  /// Options whose next word is a secret: `-p SECRET`.
  private var following: [String] = []
  /// Options whose value, attached or next, is `user:password`.
  private var pairs: [String] = []

  /// The program need not be the first word: `sudo mysql …`, `env A=b curl …`.
  init(command: [String]) {
    for word in command {
      switch word.utf8.lastIndex(of: UInt8(ascii: "/")).map({ word[$0...].dropFirst() })
        ?? word[...]
      {
      case "mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump":
        attached = ["-p"]
      case "sshpass":
        attached = ["-p"]
        following = ["-p"]
      case "redis-cli": following = ["-a"]
      case "curl": pairs = ["-u", "--user=", "-U", "--proxy-user="]
      default: continue
      }
      return
    }
  }

  /// The part of `user:password` after the first colon.
  static func password(ofPair pair: Substring) -> Substring? {
    pair.firstIndex(of: ":").map { pair[$0...].dropFirst() }
  }

  /// The part of `word` that is a secret behind an option's letters.
  func attachedSecret(in word: String) -> Substring? {
    for option in attached where word.hasPrefix(option) { return word.dropFirst(option.count) }
    for option in pairs where word.hasPrefix(option) {
      return Self.password(ofPair: word.dropFirst(option.count))
    }
    return nil
  }

  /// What `word` says of the word after it.
  func announcement(by word: String) -> Announcement {
    if following.contains(word) { return .secret }
    if pairs.contains(word) || pairs.contains(word + "=") { return .pair }
    guard word.hasPrefix("--"), !word.contains("=") else { return .nothing }
    return SecretNames.kind(of: Array(word.utf8.dropFirst(2))) == nil ? .nothing : .secret
  }
}
