/// Names of functions as people write them, from what a demangler gives.
enum FunctionName {
  /// `name` without what Rust's mangling adds: the hash at the end, and the spelling of characters
  /// that a C++ name cannot have (rustc's legacy symbol names).
  static func readable(_ name: String) -> String {
    if let newer = RustName.readable(name) { return newer }
    guard let path = withoutHash(name) else { return name }
    var result = ""
    var rest = path[...]
    while let character = rest.first {
      if character == "$", let (text, length) = escape(rest) {
        result += text
        rest = rest.dropFirst(length)
      } else if rest.hasPrefix("..") {
        result += "::"
        rest = rest.dropFirst(2)
      } else {
        // An element must not begin with an escape, so it gets an underscore before it.
        if !(character == "_" && rest.dropFirst().hasPrefix("$") && isStart(result)) {
          result.append(character)
        }
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// A class's name as people write it, from its mangled form (Itanium C++ ABI, `<class-enum-type>`);
  /// as it is where it has more than names in it, such as arguments of a template.
  static func type(_ mangled: String) -> String {
    var rest = Substring(mangled)
    let isNested = rest.hasPrefix("N")
    if isNested {
      guard rest.hasSuffix("E") else { return mangled }
      rest = rest.dropFirst().dropLast()
    }
    var parts: [Substring] = []
    if rest.hasPrefix("St") {
      parts.append("std")
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard let length = Int(digits), length > 0, length <= rest.count else { return mangled }
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return parts.isEmpty ? mangled : parts.joined(separator: "::")
  }

  private static func isStart(_ text: String) -> Bool { text.isEmpty || text.hasSuffix("::") }

  /// `path::to::function` of `path::to::function::h0123456789abcdef`; nil for any other name.
  private static func withoutHash(_ name: String) -> Substring? {
    let suffix = name.suffix(19)
    guard suffix.hasPrefix("::h"), suffix.utf8.count == 19,
      suffix.dropFirst(3).utf8.allSatisfy({
        (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
      })
    else { return nil }
    return name.dropLast(19)
  }

  private static let escapes: [(String, String)] = [
    ("$SP$", "@"), ("$BP$", "*"), ("$RF$", "&"), ("$LT$", "<"), ("$GT$", ">"), ("$LP$", "("),
    ("$RP$", ")"), ("$C$", ","), ("$u7e$", "~"), ("$u20$", " "), ("$u27$", "'"), ("$u5b$", "["),
    ("$u5d$", "]"), ("$u7b$", "{"), ("$u7d$", "}"), ("$u3b$", ";"), ("$u2b$", "+"),
    ("$u22$", "\""),
  ]

  private static func escape(_ text: Substring) -> (String, Int)? {
    escapes.first { text.hasPrefix($0.0) }.map { ($0.1, $0.0.count) }
  }
}
