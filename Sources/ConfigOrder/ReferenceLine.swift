internal import History
internal import TraceEvents

/// What a line of a configuration file could mean as the name of another file.
struct Reference: Equatable {
  /// A path or pattern; it begins with a slash, unless it is relative.
  var pattern: String
  /// True if the line says that what it names is configuration: `include`, `source`.
  var leadsOn: Bool
  /// True if the line says that what it names is something else: a log, a socket, a key.
  var isData: Bool

  /// True if it is a shell pattern.
  var isPattern: Bool { pattern.utf8.contains { Self.wildcards.contains($0) } }
  var isRelative: Bool { !pattern.hasPrefix("/") }

  static let wildcards: Set<UInt8> = [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "[")]
}

/// Finds the names of files in a line of a configuration file, in whatever language it is written.
enum ReferenceLine {
  private static let mostReferences = 24

  /// The first word of a section's heading: `include` of `[include]`, of `[include "x"]`.
  static func heading(in line: String) -> Substring? {
    let text = line.drop { $0 == " " || $0 == "\t" }
    guard text.hasPrefix("["), text.contains("]") else { return nil }
    let word = text.dropFirst().prefix { $0.isLetter || $0 == "_" }
    // `[ -f` is a command.
    return word.isEmpty ? nil : word
  }

  /// True for a line of a program, and not of the text that describes it: one with signs that prose lacks,
  /// or that begins with a word that leads on.
  static func isStatement(_ line: String) -> Bool {
    line.utf8.contains { signs.contains($0) }
      || tokens(of: line).first.map { NameSigns.leadsOn($0) } == true
  }

  private static let signs = Set("\"'`=;$(){}[]".utf8)

  /// The references of a line that a process in `circumstances` read; `leadsOn` says that its section
  /// is one of such lines.
  static func references(
    in line: String, leadsOn isLeading: Bool = false, _ circumstances: Circumstances
  ) -> [Reference] {
    var found: [Reference] = []
    var leadsOn = isLeading
    var previous: Substring = ""
    for (position, token) in tokens(of: line).enumerated() {
      guard found.count < mostReferences else { break }
      if token.hasPrefix("#"), position > 0 { break }
      if NameSigns.leadsOn(token.drop { "!@#&%<-".contains($0) }), !token.contains("/") {
        leadsOn = true
      }
      // A bare word only behind one that leads on.
      let isBare = !token.utf8.contains {
        $0 == 0x2F || $0 == 0x2E || Reference.wildcards.contains($0)
      }
      if isKey(token, in: line) { leadsOn = NameSigns.leadsOn(token) }
      if !isBare || leadsOn && position > 0 {
        if let pattern = pattern(
          of: isBehindCommand(token, in: line) ? "*" + token : token, leadsOn: leadsOn,
          circumstances)
        {
          found.append(
            Reference(
              pattern: pattern, leadsOn: leadsOn && !isAddress(token),
              isData: isAddress(token) || !leadsOn && NameSigns.isData(setting: previous)))
        }
      }
      previous = token
    }
    return found
  }

  /// The words of a line: between blanks, quotes, brackets and signs of assignment.
  private static func tokens(of line: String) -> [Substring] {
    line.utf8.split { byte in
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\""), UInt8(ascii: "'"),
        UInt8(ascii: "`"), UInt8(ascii: "="), UInt8(ascii: ";"), UInt8(ascii: "("),
        UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","),
        UInt8(ascii: "|"), UInt8(ascii: "&"):
        true
      default: false
      }
    }.map { Substring($0) }
  }

  /// True for a quoted word with a colon behind it, which is the key of what follows: `"files":`.
  private static func isKey(_ token: Substring, in line: String) -> Bool {
    let behind = line.utf8[token.endIndex...]
    guard behind.first == UInt8(ascii: "\""), token.startIndex > line.startIndex,
      line.utf8[line.utf8.index(before: token.startIndex)] == UInt8(ascii: "\"")
    else { return false }
    return behind.dropFirst().drop { $0 == UInt8(ascii: " ") }.first == UInt8(ascii: ":")
  }

  /// True for the address of something that is no file of text: `maildir:///home/ann/mail`.
  private static func isAddress(_ token: Substring) -> Bool {
    guard let colon = token.firstIndex(of: ":"), token[colon...].hasPrefix(":///") else {
      return false
    }
    return token[..<colon].lowercased() != "file"
  }

  /// True if a word that begins with a slash goes on with a value: `"$(dirname "$0")/lib.conf"`, `"$X"/y`.
  private static func isBehindCommand(_ token: Substring, in line: String) -> Bool {
    guard token.hasPrefix("/") else { return false }
    var before = line.utf8[..<token.startIndex]
    let isQuoted = before.last == UInt8(ascii: "\"")
    if isQuoted { before.removeLast() }
    guard let last = before.last else { return false }
    switch last {
    case UInt8(ascii: ")"): return true
    case UInt8(ascii: "`"): return before.count { $0 == UInt8(ascii: "`") } % 2 == 0
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "}"):
      return isQuoted
    default: return false
    }
  }

  /// The path or pattern of a word; nil if it is none.
  private static func pattern(
    of token: Substring, leadsOn: Bool, _ circumstances: Circumstances
  ) -> String? {
    var word = token
    // `hash:/etc/aliases`, `file:///x`
    if let colon = word.firstIndex(of: ":"), word.index(after: colon) < word.endIndex,
      word[word.index(after: colon)] == "/"
    {
      let rest = word[word.index(after: colon)...]
      if rest.hasPrefix("//"), !rest.hasPrefix("///") { return nil }
      word = rest
    }
    // `-/etc/default/app`, `@/x`
    if let first = word.first, "-@+!".contains(first), word.dropFirst().hasPrefix("/") {
      word = word.dropFirst()
    }
    while let last = word.last, ",;:)}".contains(last), !word.contains("{") { word.removeLast() }
    // `include 'conf.d/'`
    while word.last == "/", word.utf8.count > 1 { word.removeLast() }
    guard word != ".", word != "..", word != "/", word != "*", word.utf8.count < 512 else {
      return nil
    }
    if word.allSatisfy({ $0.isNumber || $0 == "." }) { return nil }
    let text = expanded(word, circumstances)
    // Something must be there to be matched: `%m/%f` says nothing.
    let isOpen = text.utf8.contains(0x2A)
    let letters = PathName.base(of: text).utf8.count { byte in
      byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
    }
    let all = text.utf8.count { $0 != 0x2F && $0 != 0x2E && $0 != 0x2A }
    if isOpen, text.hasPrefix("*"), letters < 2 { return nil }
    // `import s.d/*`
    let isPlaceKnown = leadsOn && !PathName.directory(of: text).utf8.contains(0x2A)
    return all >= (isOpen && !isPlaceKnown ? 3 : 1) ? text : nil
  }

  /// The word with the home directory and variables put in; what is not known matches anything.
  private static func expanded(_ word: Substring, _ circumstances: Circumstances) -> String {
    var rest = word
    var result = ""
    if rest == "~" || rest.hasPrefix("~/"), let home = circumstances.variables.home {
      result = home
      rest = rest.dropFirst()
    }
    while let character = rest.popFirst() {
      switch character {
      case "$":
        let isBraced = rest.first == "{"
        let body = isBraced ? rest.dropFirst() : rest
        let name = body.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        rest = body[name.endIndex...]
        if isBraced {
          rest = rest.drop { $0 != "}" }.dropFirst()
        }
        result += circumstances.value(of: String(name)).map(String.init) ?? "*"
      case "%":
        // `%h`, `%{x}`
        if rest.first == "{" { rest = rest.drop { $0 != "}" } }
        rest = rest.dropFirst()
        result += "*"
      default: result.append(character)
      }
    }
    if result.hasPrefix("/"), !result.utf8.contains(0x2A) {
      return PathName.absolute(result, from: "/")
    }
    return result
  }
}
