internal import History
internal import TraceEvents

// What the loader says, and what the model of its search makes of that.
extension Observer {
  /// What the loader complained of, if it is its words that stand at `position`.
  func loaderComplaint(
    _ process: ProcessRecord, line position: Int, asking: Bool
  ) -> (any ObservationKind)? {
    let text = LogPrefix.removed(from: run.mentions.lines[position].text.trimmed)
    guard let words = LoaderWords(text), let file = words.file ?? words.name else { return nil }
    switch words.trouble {
    case .missing, .rejected:
      var seen = LibraryNotLoaded()
      seen.library = PathName.base(of: file)
      seen.trouble = words.trouble.rawValue
      seen.line = text
      seen.path = path(of: file, process)
      seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
      if words.trouble == .rejected { seen.file = seen.path }
      guard asking else { return seen }
      describe(tried: [], process, in: &seen)
      if words.trouble == .rejected, seen.content == nil { describeMapping(process, in: &seen) }
      return seen
    case .symbol, .version:
      var seen = LoaderComplaint()
      seen.line = text
      seen.trouble = words.trouble.rawValue
      seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
      if words.trouble == .version {
        seen.file = path(of: file, process)
        seen.version = words.name
        seen.neededBy = words.neededBy.map { path(of: $0, process) }
        if asking { describeVersions(process, in: &seen) }
      } else {
        seen.symbol = words.name
        seen.version = words.version
        seen.neededBy =
          words.file.map { path(of: $0, process) }
          ?? words.name.flatMap { extensionEntered(by: $0, process) }
        if asking { describeSymbol(process, in: &seen) }
      }
      return seen
    }
  }

  /// The library that was loaded last, if the function by which Python enters it has its name.
  private func extensionEntered(by function: String, _ process: ProcessRecord) -> String? {
    guard function.hasPrefix("PyInit_") else { return nil }
    let name = function.dropFirst(7)
    return process.libraries.last { PathName.base(of: $0).hasPrefix(name + ".") }
  }

  /// The path of a file that the loader names, which may be its base name alone.
  private func path(of name: String, _ process: ProcessRecord) -> String {
    if name.contains("/") { return PathName.absolute(name, from: process.workingDirectory) }
    let files = process.libraries + [process.executable].compactMap { $0 }
    return files.last { PathName.base(of: $0) == name } ?? name
  }

  func describeVersions(_ process: ProcessRecord, in seen: inout LoaderComplaint) {
    guard let file = seen.file,
      let finding = inquiry.library(
        file, version: seen.version, loaderStart(of: process, tried: []))
    else { return }
    seen.versions = Array(finding.versions.suffix(3))
    seen.newestVersion = seen.versions.last
    describe(finding, process, in: &seen)
    if let user = seen.neededBy, PathName.base(of: user) != finding.chain.dropLast().last {
      // Another needs it in that version than the one for which it was loaded.
      let way = inquiry.library(user, version: nil, loaderStart(of: process, tried: []))?.chain
      seen.chain = words(
        for: (way ?? [PathName.base(of: user)]) + finding.chain.suffix(1), process)
    }
    seen.package = inquiry.packageOwning(file)
  }

  /// Tells of a file that is what it should be, and that the loader could not map all the same.
  private func describeMapping(_ process: ProcessRecord, in seen: inout LibraryNotLoaded) {
    guard let line = seen.line, line.contains("failed to map segment") else { return }
    // Nothing else is known to be wrong with it.
    seen.isUnmapped = true
    let limit =
      inquiry.limitFact("RLIMIT_AS", of: process.pid)?.soft
      ?? history.lineage(of: process.index).lazy.compactMap {
        history.processes[$0].limits["RLIMIT_AS"].flatMap { UInt64(exactly: $0) }
      }.first
    seen.spaceLimit = limit.map(Wording.bytes)
  }

  func describeSymbol(_ process: ProcessRecord, in seen: inout LoaderComplaint) {
    guard let symbol = seen.symbol,
      let finding = inquiry.symbol(
        symbol, version: seen.version, user: seen.neededBy ?? process.name,
        loaderStart(of: process, tried: []))
    else { return }
    // What dlopen(3) answers, and does not end the program, it was asked for at once (RTLD_NOW).
    seen.isBoundAtStart =
      finding.isBoundAtStart || process.environmentValue("LD_BIND_NOW").map { !$0.isEmpty } ?? false
      || !seen.line.contains("symbol lookup error")
    seen.isLoadedAtRunTime = finding.wanting.isLoadedAtRunTime
    seen.isPreloaded = finding.wanting.isPreloaded
    seen.isEntry = finding.isWanted == false
    seen.definers = finding.definers
    seen.versions = finding.versions
    seen.newestVersion = seen.versions.last
    seen.chain = words(for: finding.wanting.chain, process)
    guard let expected = finding.expected else { return }
    describe(expected, process, in: &seen)
    seen.chain = words(for: finding.wanting.chain + expected.chain.suffix(1), process)
    seen.file = expected.path
  }

  private func describe(
    _ finding: LibraryFinding, _ process: ProcessRecord, in seen: inout LoaderComplaint
  ) {
    seen.chain = words(for: finding.chain, process)
    seen.hidden = finding.hidden.map(\.path)
    seen.reason = finding.places.last.map { LibraryWords.words(for: $0.source) }
  }
}
