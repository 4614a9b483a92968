internal import TraceEvents

/// A name of a program's own source that its compiler or interpreter says is not defined.
enum SourceName {
  /// Parts of such words: what stands before the name, and what has to follow it.
  private static let phrases: [(before: String, behind: String)] = [
    // Perl, Tcl, R, awk, Lua, Node.js, PHP, Guile, Go, OCaml, Sass, Jsonnet, Prolog.
    ("undefined subroutine &", " called"), ("can't locate object method \"", "\""),
    ("global symbol \"", "\" requires"), ("invalid command name \"", "\""),
    ("can't read \"", "\": no such variable"), ("could not find function \"", "\""),
    ("function `", "' not defined"), ("call global '", "'"), ("call field '", "'"),
    ("call method '", "'"), ("index global '", "'"), ("index field '", "'"),
    ("call to undefined function ", "("), ("call to undefined method ", "("),
    ("class \"", "\" not found"),
    ("unbound variable: ", ""), ("undefined: ", ""), ("unbound value ", ""),
    ("undefined variable: \"", "\""), ("field does not exist: ", ""), ("unknown procedure: ", "/"),
    // Python, Ruby, Java, Rust, compilers of C and others.
    ("has no attribute '", "'"), ("cannot import name '", "'"), ("undefined method `", "'"),
    ("undefined local variable or method `", "'"), ("uninitialized constant ", ""),
    ("symbol:   method ", "("), ("symbol:   variable ", ""), ("symbol:   class ", ""),
    ("cannot find function `", "`"), ("cannot find value `", "`"), ("has no member named '", "'"),
    ("has no member named ‘", "’"), ("name '", "' is not defined"),
    ("undeclared identifier '", "'"),
  ]

  /// The name in the first of some lines that misses one, without sigils and what it belongs to.
  static func find(in lines: [String]) -> String? { lines.lazy.compactMap(find).first }

  private static func find(in line: String) -> String? {
    let text = line.lowercased()
    guard text.utf8.count == line.utf8.count, text.utf8.count < 1000 else { return nil }
    if let mark = text.firstRange(of: " is not a function"), text.contains("typeerror") {
      let start = line.utf8.index(
        line.startIndex, offsetBy: text.utf8.distance(from: text.startIndex, to: mark.lowerBound))
      return name(line[..<start].split(separator: " ").last ?? "")
    }
    for (before, behind) in phrases {
      guard let mark = text.firstRange(of: before) else { continue }
      let start = line.utf8.index(
        line.startIndex, offsetBy: text.utf8.distance(from: text.startIndex, to: mark.upperBound))
      let rest = line[start...]
      let word =
        behind.isEmpty
        ? rest.prefix { !$0.isWhitespace }
        : rest.firstRange(of: behind).map { rest[..<$0.lowerBound] }
      if let word, let name = name(word) { return name }
    }
    return nil
  }

  /// The last part of `&main::load`, `u.load`, `A::B`; nil for what is no name.
  private static func name(_ word: Substring) -> String? {
    let last = word.split { ".:>".contains($0) }.last.map { $0.drop { "$@%&".contains($0) } } ?? ""
    guard (3...40).contains(last.utf8.count), last.first.map({ $0.isLetter || $0 == "_" }) ?? false,
      last.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) })
    else { return nil }
    return String(last)
  }
}
