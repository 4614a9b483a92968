internal import History
internal import TraceEvents

// Libraries that a program opened by itself, and that its loader did not take: what it was told of that it kept
// to itself.
extension Observer {
  /// How many libraries, the last ones that were opened, can be the one that words are about.
  private static let mostRecent = 8

  /// How programs call what they load by themselves.
  private static let kinds = [
    "plugin", "plug-in", "extension", "module", "import", "librar", "load", "shared object",
    "driver", "backend", "codec", "addon", "add-on", "binding", "provider", "filter",
    // Of a module of gconv, iconv(3) tells nothing else.
    "conversion", "character set", "charset", "encoding",
  ]

  /// What a library that was opened last lacks, if the words that stand at `position` complain of something that
  /// is loaded, and do not tell more.
  func untakenLibrary(
    _ process: ProcessRecord, line position: Int, asking: Bool
  ) -> (any ObservationKind)? {
    let text = LogPrefix.removed(from: run.mentions.lines[position].text.trimmed)
    let folded = text.lowercased()
    guard asking, !history.isFromLog, Self.kinds.contains(where: folded.contains),
      MissingModule(in: text) == nil
    else { return nil }
    let start = loaderStart(of: process, tried: [])
    for library in process.libraries.suffix(Self.mostRecent).reversed() {
      guard let finding = inquiry.library(library, version: nil, start),
        finding.isLoadedAtRunTime
      else { continue }
      guard let lack = finding.lack else {
        if finding.path == nil, let place = finding.places.last, case .rejected = place.verdict {
          return rejectedLibrary(library, process, says: text)
        }
        continue
      }
      if lack.symbol != nil { return missingSymbol(lack, process, says: text) }
      return lack.version == nil
        ? missingLibrary(lack, process, says: text) : missingVersion(lack, process, says: text)
    }
    return nil
  }

  /// What the loader said of an extension that PHP could not load, where the words miss a function that has the name
  /// of it; nil where the extension itself is not there.
  func extensionComplaint(
    _ process: ProcessRecord, line position: Int, asking: Bool
  ) -> (any ObservationKind)? {
    let text = LogPrefix.removed(from: run.mentions.lines[position].text.trimmed)
    guard let module = MissingModule(in: text), module.language == .php,
      let (name, place) = extensionNotLoaded(for: module.name, process),
      let words = LoaderWords(run.mentions.lines[place].text),
      words.trouble != .missing
        || words.file.map({ Self.isLibraryName(PathName.base(of: $0)) }) ?? false
          && words.file.map(PathName.base) != PathName.base(of: name),
      let seen = loaderComplaint(process, line: place, asking: asking)
    else { return nil }
    if var complaint = seen as? LoaderComplaint {
      complaint.line = Self.firstTry(in: complaint.line)
      complaint.consequence = text
      return complaint
    }
    if var library = seen as? LibraryNotLoaded {
      library.line = library.line.map(Self.firstTry)
      library.consequence = text
      return library
    }
    return seen
  }

  /// What PHP says of the first place that it tried, of a line that tells of several: `(tried: a.so (words), …`.
  private static func firstTry(in line: String) -> String {
    guard let start = line.firstRange(of: " (tried: ")?.upperBound,
      let open = line[start...].firstRange(of: " (")?.upperBound,
      let end = line[open...].firstRange(of: "), ")?.lowerBound
    else { return line }
    return String(line[open..<end])
  }

  private func rejectedLibrary(
    _ path: String, _ process: ProcessRecord, says text: String
  ) -> LibraryNotLoaded {
    var seen = LibraryNotLoaded()
    seen.library = PathName.base(of: path)
    seen.path = path
    seen.ownWords = text
    seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
    describe(tried: [], process, in: &seen)
    return seen
  }

  private func missingSymbol(
    _ lack: LibraryLack, _ process: ProcessRecord, says text: String
  ) -> LoaderComplaint {
    var seen = LoaderComplaint()
    seen.line = text
    seen.trouble = LoaderWords.Trouble.symbol.rawValue
    seen.ownWords = text
    seen.symbol = lack.symbol
    seen.neededBy = lack.user
    seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
    describeSymbol(process, in: &seen)
    return seen
  }

  private func missingLibrary(
    _ lack: LibraryLack, _ process: ProcessRecord, says text: String
  ) -> LibraryNotLoaded {
    var seen = LibraryNotLoaded()
    seen.library = PathName.base(of: lack.library)
    seen.ownWords = text
    seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
    describe(tried: [], process, in: &seen)
    seen.libraryUser = seen.libraryUser ?? lack.user
    return seen
  }

  private func missingVersion(
    _ lack: LibraryLack, _ process: ProcessRecord, says text: String
  ) -> LoaderComplaint {
    var seen = LoaderComplaint()
    seen.line = text
    seen.trouble = LoaderWords.Trouble.version.rawValue
    seen.ownWords = text
    seen.file = lack.library
    seen.version = lack.version
    seen.neededBy = lack.user
    seen.libraryPath = process.environmentValue("LD_LIBRARY_PATH").map(String.init)
    describeVersions(process, in: &seen)
    return seen
  }
}
