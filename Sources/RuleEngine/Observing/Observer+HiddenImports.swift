internal import History
internal import TraceEvents

// Python lists a directory once and then asks for no name that is not in it: which module it missed, its source
// alone tells where the program keeps the exception to itself.
extension Observer {
  /// How many lines from its start a file of source is looked into: what is imported stands there.
  private static let linesLookedAt = 50

  /// The module that the file of source which a Python program had read last imports, and that is nowhere on the
  /// path of its search; with the line that asks for it. Nil where there is none.
  func hiddenImport(of process: ProcessRecord) -> (module: String, place: TextLine)? {
    guard process.failed,
      process.executable.map({ PathName.base(of: $0).hasPrefix("python") }) ?? false,
      let file = process.recentFiles.lazy.reversed().compactMap(Self.ownSource).first
    else { return nil }
    let lines = inquiry.lines(around: 1, of: file, context: Self.linesLookedAt)
    let directories = [PathName.directory(of: file)] + process.listedDirectories
    for index in lines.indices {
      for name in Self.imports(at: index, lines.map(\.text))
      where !Self.builtIn.contains(name) && !isFound(name, in: directories, process) {
        return (name, lines[index])
      }
    }
    return nil
  }

  /// The file of source that a path is, or is the byte code of; nil for those of the system and of packages.
  private static func ownSource(_ path: String) -> String? {
    guard
      !["/usr/", "/lib/python", "/site-packages/", "/dist-packages/"].contains(where: path.contains)
    else { return nil }
    if path.hasSuffix(".py") { return path }
    guard path.hasSuffix(".pyc"), let cache = path.firstRange(of: "/__pycache__/") else {
      return nil
    }
    return path[..<cache.lowerBound] + "/" + path[cache.upperBound...].prefix { $0 != "." } + ".py"
  }

  /// The first parts of the names that a line imports, if it is run and ends its program where they are missing: it
  /// stands at the margin, or behind a `try` of which the handler ends it.
  static func imports(at index: Int, _ lines: [String]) -> [String] {
    var text = lines[index].trimmed
    let isTried =
      text.hasPrefix("try: ")
      || index > 0 && lines[index - 1].trimmed == "try:" && lines[index].first == " "
    if text.hasPrefix("try: ") { text = String(text.dropFirst(5)) }
    guard isTried ? endsIfMissing(after: index, lines) : lines[index].first?.isLetter ?? false
    else { return [] }
    let named: [Substring]
    if text.hasPrefix("import ") {
      named = text.dropFirst(7).split(separator: ",")
    } else if text.hasPrefix("from "), text.contains(" import ") {
      named = text.dropFirst(5).split(separator: " ").prefix(1).map { $0 }
    } else {
      return []
    }
    return named.compactMap { name in
      let first = name.drop { $0 == " " }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return first.isEmpty ? nil : String(first)
    }
  }

  private static func endsIfMissing(after index: Int, _ lines: [String]) -> Bool {
    let below = lines[(index + 1)...].prefix(6).map(\.trimmed)
    guard let handler = below.firstIndex(where: { $0.hasPrefix("except") }) else { return false }
    return below[handler...].prefix(3).contains { line in
      ["exit(", "raise ", "os.abort("].contains(where: line.contains)
    }
  }

  private func isFound(
    _ name: String, in directories: [String], _ process: ProcessRecord
  ) -> Bool {
    let marks = ["/\(name)/", "/\(name).py", "/\(name).", "/__pycache__/\(name)."]
    if (process.recentFiles + process.libraries).contains(where: { path in
      marks.contains { path.contains($0) }
    }) {
      return true
    }
    return directories.contains { directory in
      ["\(name).py", name].contains { inquiry.programFile(directory + "/" + $0) != nil }
        || inquiry.entries(of: directory, limit: Self.mostEntries).contains {
          PathName.base(of: $0).hasPrefix(name + ".")
        }
    }
  }

  /// How many names of a directory are looked at.
  private static let mostEntries = 400

  /// Modules that are a part of the interpreter, in builds of all kinds, and have no file.
  private static let builtIn: Set<String> = [
    "__future__", "sys", "builtins", "time", "math", "errno", "signal", "itertools", "gc", "array",
    "binascii", "zlib", "cmath", "select", "fcntl", "pwd", "grp", "syslog", "resource", "atexit",
    "unicodedata", "marshal", "posix", "faulthandler", "spwd", "mmap", "termios", "readline",
  ]
}
