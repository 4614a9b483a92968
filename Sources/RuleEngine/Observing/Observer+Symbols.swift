internal import History
internal import TraceEvents

// Symbols that a linker misses or has twice: where they are.
extension Observer {
  private static let sources = [".c", ".cc", ".cpp", ".cxx", ".C", ".m", ".mm"]
  private static let mostSources = 40

  /// Fills in what the words of a linker say of a symbol, and where it is defined.
  func describeSymbol(_ process: ProcessRecord, _ line: String, in seen: inout LastWords) {
    guard let words = LinkerWords(in: line) else { return }
    seen.tools.symbolTrouble = words.trouble.rawValue
    seen.tools.symbol = words.symbol.isEmpty ? nil : words.symbol
    seen.tools.symbolObject = words.objects.first
    switch words.trouble {
    case .undefined: describeUndefined(words, process, in: &seen)
    case .multiple:
      let places = words.objects.compactMap { source(of: $0) ?? ownSource(of: $0, process) }
      seen.tools.symbolPlaces = places.reduce(into: []) { list, place in
        if !list.contains(place) { list.append(place) }
      }
    case .position: break
    }
    // What the compiler made, and what it was made of, are no place to correct.
    seen.unknownWord = nil
    seen.bestNearWord = nil
  }

  private func describeUndefined(
    _ words: LinkerWords, _ process: ProcessRecord, in seen: inout LastWords
  ) {
    let arguments = process.arguments.dropFirst()
    // Those that stand there by their names, and those that -l led to.
    let given =
      arguments.filter { $0.hasSuffix(".a") && !$0.hasPrefix("-") }
      .map { PathName.absolute($0, from: process.workingDirectory) }
      + process.recentFiles.filter { $0.hasSuffix(".a") && !$0.hasPrefix("/usr/") }
    let archives = given.reduce(into: [String]()) { list, file in
      if !list.contains(file) { list.append(file) }
    }
    if !words.isOfCPlusPlus, !archives.isEmpty,
      let archive = inquiry.definers(of: words.symbol, among: archives, in: []).first
    {
      seen.tools.symbolArchive = archive
      return
    }
    if describeSource(words, process, in: &seen) || words.isOfCPlusPlus { return }
    var directories: [String] = []
    for option in arguments where option.hasPrefix("-L") && option.utf8.count > 2 {
      let path = PathName.absolute(String(option.dropFirst(2)), from: process.workingDirectory)
      if path.hasPrefix("/usr/") || path.hasPrefix("/lib/"), !directories.contains(path) {
        directories.append(path)
      }
    }
    let libraries = inquiry.definers(of: words.symbol, among: [], in: directories)
    let usual = libraries.first { Self.usual.contains(PathName.base(of: $0).linkName ?? "") }
    guard let library = usual ?? (libraries.count <= 2 ? libraries.first : nil),
      let name = PathName.base(of: library).linkName
    else { return }
    seen.tools.symbolLibrary = library
    seen.tools.symbolLinkOption = "-l" + name
  }

  /// The libraries that are meant where several have a symbol.
  private static let usual: Set<String> = [
    "m", "pthread", "dl", "rt", "crypt", "z", "ssl", "crypto", "curl", "sqlite3", "ncurses",
    "tinfo",
    "X11", "stdc++", "uuid", "xml2", "readline",
  ]

  /// The source file around that defines the symbol; false if there is none.
  private func describeSource(
    _ words: LinkerWords, _ process: ProcessRecord, in seen: inout LastWords
  ) -> Bool {
    let caller = seen.file.flatMap { isMissing($0) ? nil : $0 }
    var directories = [process.workingDirectory]
    if let caller, !directories.contains(PathName.directory(of: caller)) {
      directories.append(PathName.directory(of: caller))
    }
    let files = directories.flatMap { directory in
      inquiry.entries(of: directory, limit: 200).filter { name in
        Self.sources.contains { name.hasSuffix($0) }
      }.map { directory + "/" + PathName.base(of: $0) }
    }.filter { $0 != caller }.prefix(Self.mostSources)
    guard
      let found = inquiry.lines(mentioning: [words.name], in: Array(files)).first(where: {
        Self.defines(words.name, $0.text)
      })
    else { return false }
    seen.tools.symbolSource = found.file
    seen.tools.symbolSourceLine = found.number
    let stem = PathName.base(of: found.file).prefix { $0 != "." }
    let isLinked = process.arguments.contains { PathName.base(of: $0) == stem + ".o" }
    let isPlain = found.file.hasSuffix(".c")
    seen.tools.isOfOtherLanguage = isPlain == words.isOfCPlusPlus
    // The same language, and linked: then it is kept from others, as by static.
    if isLinked, !seen.tools.isOfOtherLanguage {
      seen.tools.symbolSource = nil
      return false
    }
    return true
  }

  /// True for a line that begins the definition of a function, and not its declaration or use.
  static func defines(_ name: String, _ line: String) -> Bool {
    guard let first = line.first, first.isLetter || first == "_", !line.hasPrefix("static "),
      !line.hasPrefix("extern "), !line.hasPrefix("return "), !line.hasPrefix("else "),
      let place = line.firstRange(of: name), place.lowerBound > line.startIndex
    else { return false }
    let before = line[..<place.lowerBound]
    let rest = line[place.upperBound...].drop { $0 == " " }
    return rest.first == "(" && !line.trimmed.hasSuffix(";") && !before.contains("=")
      && !before.contains("(") && before.last.map { " *&:".contains($0) } ?? false
  }

  /// The source of an object file, by the compiler's processes that made it: `cc1 a.c -o /tmp/x.s`,
  /// `as -o /tmp/x.o /tmp/x.s`.
  private func source(of object: String) -> String? {
    var wanted = object
    // A compiler uses one temporary name for several files in turn.
    var next = history.processes.count
    for _ in 0..<3 {
      guard
        let maker = history.processes[..<next].last(where: { process in
          zip(process.arguments, process.arguments.dropFirst()).contains {
            $0 == "-o" && $1 == wanted
          }
        })
      else { return nil }
      if let source = maker.arguments.dropFirst().first(where: { argument in
        Self.sources.contains { argument.hasSuffix($0) } && !argument.hasPrefix("-")
      }) {
        return PathName.absolute(source, from: maker.workingDirectory)
      }
      guard let input = maker.arguments.last(where: { $0.hasSuffix(".s") && $0 != wanted }) else {
        return nil
      }
      wanted = input
      next = maker.index
    }
    return nil
  }

  /// An object that was made before: itself, unless it is a compiler's own that is gone by now.
  private func ownSource(of object: String, _ process: ProcessRecord) -> String? {
    let path = PathName.absolute(object, from: process.workingDirectory)
    return path.hasPrefix("/tmp/cc") ? nil : path
  }
}
