internal import TraceEvents

/// Lines of a log that are made of fields: `level=fatal msg="…" err="…"` (logfmt), and objects of JSON.
enum LogFields {
  /// Bytes of a line that are looked at.
  private static let longest = 4096
  /// As many fields make a line of a log, and no message with an equals sign in it.
  private static let fewest = 3

  /// What such a line says: its message, and the error behind it; nil for other lines.
  static func message(in line: String) -> String? {
    guard line.utf8.count <= longest, line.contains("=\"") || line.hasPrefix("{\"") else {
      return nil
    }
    let fields = line.hasPrefix("{\"") ? object(line) : pairs(line)
    guard fields.count >= fewest else { return nil }
    let value = { (names: [String]) -> String? in
      names.lazy.compactMap { name in fields.first { $0.name == name }?.value }.first {
        !$0.isEmpty
      }
    }
    let message = value(["msg", "message"])
    let error = value(["error", "err", "reason"])
    guard let first = message ?? error else { return nil }
    guard let message, let error, !message.contains(error) else { return first }
    return message + ": " + error
  }

  /// The fields of `time="…" level=info msg="…"`, behind a time stamp perhaps.
  private static func pairs(_ line: String) -> [(name: String, value: String)] {
    var found: [(String, String)] = []
    var rest = line[...]
    while true {
      rest = rest.drop(while: \.isWhitespace)
      guard !rest.isEmpty else { return found }
      let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
      let behind = rest[name.endIndex...]
      guard !name.isEmpty, behind.first == "=" else {
        // Words between fields are those of a sentence.
        if !found.isEmpty { return [] }
        rest = rest.drop { !$0.isWhitespace }
        continue
      }
      rest = behind.dropFirst()
      if rest.first == "\"" {
        guard let (text, end) = quoted(rest) else { return found }
        found.append((String(name), text))
        rest = end
      } else {
        let value = rest.prefix { !$0.isWhitespace }
        found.append((String(name), String(value)))
        rest = rest[value.endIndex...]
      }
    }
  }

  /// The members of an object of JSON whose values are texts; others count, without their values.
  private static func object(_ line: String) -> [(name: String, value: String)] {
    var found: [(String, String)] = []
    var rest = line.dropFirst()
    while rest.first == "\"" {
      guard let (name, end) = quoted(rest), end.first == ":" else { return found }
      rest = end.dropFirst().drop { $0 == " " }
      if rest.first == "\"" {
        guard let (text, end) = quoted(rest) else { return found }
        found.append((name, text))
        rest = end
      } else {
        let value = rest.prefix { !",{[".contains($0) }
        found.append((name, ""))
        rest = rest[value.endIndex...]
      }
      guard rest.first == "," else { return found }
      rest = rest.dropFirst().drop { $0 == " " }
    }
    return found
  }

  /// A text in quotation marks at the start, without what escapes it, and what comes behind it.
  private static func quoted(_ text: Substring) -> (String, Substring)? {
    var value = ""
    var isEscaped = false
    for index in text.indices.dropFirst() {
      let mark = text[index]
      if isEscaped {
        value.append(mark == "n" || mark == "t" ? " " : mark)
        isEscaped = false
      } else if mark == "\\" {
        isEscaped = true
      } else if mark == "\"" {
        return (value, text[text.index(after: index)...])
      } else {
        value.append(mark)
      }
    }
    return nil
  }
}
