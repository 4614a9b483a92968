internal import TraceEvents

/// A format of data that a program's parser rejects.
enum DataFormat: String, CaseIterable {
  case json = "JSON"
  case yaml = "YAML"
  case toml = "TOML"
  case xml = "XML"

  /// The suffixes of its files.
  var suffixes: [String] {
    switch self {
    case .json: [".json", ".jsonc", ".webmanifest", ".ipynb"]
    case .yaml: [".yaml", ".yml"]
    case .toml: [".toml"]
    case .xml: [".xml", ".svg", ".xsd", ".xsl", ".xslt", ".plist", ".html"]
    }
  }

  /// The format that a file's name tells.
  init?(file: String) {
    guard
      let format = Self.allCases.first(where: { format in
        format.suffixes.contains { file.hasSuffix($0) }
      })
    else { return nil }
    self = format
  }

  /// The format that words name: `json.decoder.JSONDecodeError`, `Psych::SyntaxError`.
  init?(namedIn words: String) {
    let text = words.lowercased()
    let names: [(String, DataFormat)] = [
      ("json", .json), ("yaml", .yaml), ("psych", .yaml), ("toml", .toml), ("xml", .xml),
    ]
    guard let found = names.first(where: { text.contains($0.0) }) else { return nil }
    self = found.1
  }

  /// True for the words by which parsers say that a text is not of their format.
  static func isRejection(_ words: String) -> Bool {
    let text = words.lowercased()
    return rejections.contains { text.contains($0) }
  }

  private static let rejections = [
    "syntax", "parse error", "parseerror", "parser error", "parsererror", "parse json",
    "error parsing", "failed to parse", "cannot parse", "could not parse", "unterminated",
    "malformed", "unexpected", "expecting ", "expected ", "well-formed", "well formed", "mismatch",
    "premature", "mapping values", "decodeerror", "decode error", "invalid value",
    "invalid character", "trailing comma", "control character", "found character", "scannererror",
    "extra data", "unclosed", "duplicate key",
  ]

  /// What people most often get wrong about the format, where a line and the one before it show it.
  func hint(at line: String, after before: String?) -> String? {
    let text = line.trimmed
    let last = before?.trimmed ?? ""
    switch self {
    case .json:
      if text.hasPrefix("//") || text.hasPrefix("#") || text.hasPrefix("/*") {
        return "JSON has no comments."
      }
      if text.hasPrefix("'") { return "Strings of JSON stand in double quotes." }
      if let first = text.first, "}]".contains(first), last.hasSuffix(",") {
        return
          "The line before ends in a comma, after which JSON wants another element; the last element has none."
      }
      if text.hasPrefix("\""), let end = last.last, !",{[:".contains(end) {
        return "The line before has no comma at its end, which must stand between two elements."
      }
      if text.isEmpty, last.isEmpty { return "The file is empty there: JSON needs a value." }
    case .yaml:
      let indentation = line.prefix { $0 == " " || $0 == "\t" }
      if indentation.contains("\t") { return "YAML takes no tabs before the text of a line." }
      let former = before?.prefix { $0 == " " }.count ?? 0
      if indentation.count > former, last.contains(": "), !last.hasSuffix(":") {
        return
          "It is indented more than the line before, which has a value already: a key with a value takes nothing below it."
      }
    case .toml:
      if text.hasSuffix("=") { return "Nothing stands after the equals sign." }
      if let mark = text.firstIndex(of: "="),
        let first = text[text.index(after: mark)...].first(where: { $0 != " " }), first.isLetter,
        !text.hasSuffix("true"), !text.hasSuffix("false")
      {
        return "Strings of TOML stand in quotation marks."
      }
    case .xml:
      if text.hasPrefix("</") {
        return "It closes another element than the one that is open: each is closed in turn."
      }
    }
    return nil
  }
}
