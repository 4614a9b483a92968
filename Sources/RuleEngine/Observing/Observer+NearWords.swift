internal import History
internal import TraceEvents

// Names and words near to one that is not known: in the files that were read, in the program itself, and in
// the libraries that it loaded.
extension Observer {
  /// Fills in the words that resemble the one that is not known, and the file that has them.
  ///
  /// What is referred to stands in a file that was read, before all; what a program knows by itself, in
  /// the program.
  func describeNearWords(
    _ process: ProcessRecord, isReference: Bool, in seen: inout LastWords
  ) {
    if let listed = NamedThing.find(in: seen.line), let near = listedName(near: listed) {
      seen.unknownWord = listed.name
      seen.nearWords = [near]
      seen.bestNearWord = near
      seen.tools.nearWordFile = listed.kind.place
      return
    }
    guard let word = seen.unknownWord else { return }
    if isReference {
      for file in definitionFiles(of: process).reversed() {
        seen.nearWords = inquiry.words(near: word, in: [file])
        guard let best = seen.nearWords.first else { continue }
        seen.bestNearWord = best
        seen.tools.nearWordFile = file
        if seen.lineNumber == nil { seen.file = file }
        return
      }
    }
    for files in [ownCode(of: process), sharedCode(of: process)] {
      seen.nearWords = inquiry.words(near: word, in: files).filter { near in
        // Case alone is seldom what a program minds: its strings have a word in several.
        near.contains(where: \.isNumber) == word.contains(where: \.isNumber)
          && near.lowercased() != word.lowercased()
      }
      if isReference { seen.nearWords.removeAll { !Self.isLike(word, $0) } }
      seen.bestNearWord = seen.nearWords.first
      if seen.bestNearWord != nil { return }
    }
    if isReference { seen.unknownWord = nil }
  }

  /// Gives up near words of the program itself where they cannot be meant: for a value, which programs know none
  /// of, and for a name that a file which was read has, with another near to it.
  func dropProgramsWords(isReference: Bool, in seen: inout LastWords) {
    guard let word = seen.unknownWord, seen.bestNearWord != nil, seen.tools.nearWordFile == nil
    else {
      return
    }
    let isFoundBeside = isReference && seen.tools.quotedPlace?.near != nil
    guard isFoundBeside || seen.sourceLine.map({ Self.isValue(word, in: $0) }) ?? false else {
      return
    }
    seen.nearWords = []
    seen.bestNearWord = nil
  }

  /// True for a word that stands behind the sign of equality of a line, with other words.
  private static func isValue(_ word: String, in source: String) -> Bool {
    guard let sign = source.firstIndex(of: "="), let place = source.firstRange(of: word) else {
      return false
    }
    return place.lowerBound > sign
      && source[..<place.lowerBound].last.map { $0.isWhitespace || $0.isNumber } ?? false
      && source[source.index(after: sign)...].trimmed != word
  }

  /// The function of the script itself that has nearly the name of a command that was not found.
  func describeNearFunction(_ process: ProcessRecord, in seen: inout CommandNotFound) {
    for index in history.lineage(of: process.index).prefix(3) {
      let record = history.processes[index]
      let named = record.arguments.dropFirst().first { !$0.hasPrefix("-") }
        .map { PathName.absolute($0, from: record.workingDirectory) }
      let scripts = [record.executedPath, named].compactMap { $0 }.filter {
        $0 != record.executable && (record.recentFiles.contains($0) || $0 == record.executedPath)
      }
      guard let script = scripts.first else { continue }
      for near in inquiry.words(besides: seen.command, in: [script]) {
        let places = inquiry.lines(mentioning: [near], in: [script]).filter { line in
          let text = line.text.trimmed
          return text.hasPrefix("function " + near)
            || text.hasPrefix(near) && text.dropFirst(near.count).trimmed.hasPrefix("()")
        }
        guard let place = places.first else { continue }
        seen.nearFunction = near
        seen.nearFunctionPlace = "\(place.file) line \(place.number)"
        return
      }
      return
    }
  }

  /// The name nearest to that of a thing of which the machine has a list.
  private func listedName(near thing: NamedThing) -> String? {
    switch thing.kind {
    case .interface: return inquiry.similarNames(to: thing.name, in: thing.kind.place).first
    case .installedPackage:
      // Beside the list of files each package has others there.
      return inquiry.similarNames(to: thing.name + ".list", in: thing.kind.place)
        .first { $0.hasSuffix(".list") && !$0.hasPrefix(thing.name + ".") }
        .map { String($0.dropLast(5)) }
    case .package, .service: return inquiry.words(near: thing.name, in: [thing.kind.place]).first
    }
  }

  /// True for words of which all letters are written alike: what is referred to can be anybody's word.
  private static func isLike(_ word: String, _ near: String) -> Bool {
    word.count > 3 && (word == word.uppercased()) == (near == near.uppercased())
      && word.first == near.first
  }

  /// The program, and what it loaded that is its own: modules, plug-ins.
  private func ownCode(of process: ProcessRecord) -> [String] {
    var files = [process.executable, process.executedPath].compactMap { $0 }
    files += process.libraries.filter { !Self.isShared($0) }
    if files.first == files.dropFirst().first { files.removeFirst() }
    // Whose script it is knows nothing of the script's options.
    let script = process.arguments.dropFirst().first { !$0.hasPrefix("-") }
      .map { PathName.absolute($0, from: process.workingDirectory) }
    if let script, process.executedPath == script || process.recentFiles.contains(script),
      Self.interpreters.contains(where: { PathName.base(of: files.first ?? "").hasPrefix($0) })
    {
      files[0] = script
    }
    return Array(files.prefix(24))
  }

  /// The libraries of the system that it loaded, but for those that every program has: many programs keep
  /// what they know in a library of their own there.
  private func sharedCode(of process: ProcessRecord) -> [String] {
    let libraries = process.libraries.filter { path in
      let name = PathName.base(of: path)
      return Self.isShared(path) && !Self.everyones.contains { name.hasPrefix($0) }
    }
    return Array(libraries.prefix(8))
  }

  private static func isShared(_ library: String) -> Bool {
    ["/lib/x86_64-linux-gnu/", "/usr/lib/x86_64-linux-gnu/lib", "/lib64/"]
      .contains { library.hasPrefix($0) }
  }

  /// The beginnings of the names of libraries that tell nothing of a program.
  private static let everyones = [
    "ld-linux", "libc.", "libm.", "libdl.", "libpthread.", "librt.", "libresolv.", "libstdc++",
    "libgcc", "libz.", "libzstd", "liblzma", "libpcre", "libselinux", "libsystemd", "libcap",
    "libacl", "libattr", "libnss_", "libicu",
  ]

  /// The beginnings of the names of programs that run scripts of many kinds.
  private static let interpreters = [
    "python", "ruby", "perl", "node", "php", "lua", "bash", "dash",
  ]

  /// The files of data that a process had read, at most four, where names are defined.
  private func definitionFiles(of process: ProcessRecord) -> [String] {
    let named = Set(
      process.arguments.dropFirst().map { PathName.absolute($0, from: process.workingDirectory) })
    let files = process.recentFiles.filter { file in
      !Self.isPlumbing(file) && !file.hasPrefix("/usr/") && !file.hasPrefix("/etc/")
        && !file.contains("/node_modules/") && !file.contains("/.npm/")
        && (DataFormat(file: file) != nil || named.contains(file) && !Self.isCode(file)
          || PathName.base(of: file).hasSuffix("file")
          || [".csv", ".tsv", ".ini", ".cfg", ".conf", ".properties"].contains {
            file.hasSuffix($0)
          })
    }
    return Array(files.suffix(4))
  }
}
