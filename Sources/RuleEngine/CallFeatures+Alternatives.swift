internal import History
internal import TraceEvents

// Names that words have beside what they are about.
extension CallFeatures {
  /// True for a name that words have beside another that they are about: the other of two, one of which was
  /// there (`package-lock.json or npm-shrinkwrap.json`); the name that a file which was read shares with
  /// what is made of it (`Main.hs`, `Main.hi`); what needs the one that is missing (`a.c not found, needed by
  /// a.o`); a directory in a line that complains of nothing.
  static func isNamedBeside(
    _ token: String, _ weight: Double, _ mention: Mentions.Mention, _ call: FailedCall,
    _ run: RankingContext
  ) -> Bool {
    guard call.error.isAbsence, let path = call.path else { return false }
    let text = run.mentions.lines[mention.line].text
    let process = run.history.processes[call.process]
    if weight == RankingWeights.directoryMentioned {
      return Complaint.weight(of: text.lowercased()) < 0.3 && !text.hasSuffix(":")
        && !run.mentions.line(mention.line, speaksOf: call.error)
    }
    if weight == RankingWeights.wordMentioned, token != PathName.base(of: path) {
      if isOfSource(mention.line, process, run) { return true }
      return process.recentFiles.contains {
        $0 != path && PathName.base(of: $0).hasPrefix(token + ".")
          && PathName.directory(of: $0) == PathName.directory(of: path)
      }
    }
    if isUser(token, in: text) { return true }
    return alternatives(to: token, in: text).contains { other in
      process.recentFiles.contains { PathName.base(of: $0) == other }
    }
  }

  /// Words of lines that are about files, whatever else they name.
  private static let fileWords = [
    "file", "modul", "import", "includ", "load", "open", "requir", "packag", "crate", "librar",
    "path",
    "director", "script", "command", "config", "plugin",
  ]

  /// True for a line about what a source says, whose place it tells, or one of the two below it: a name in it is
  /// that of a variable, for instance.
  private static func isOfSource(
    _ position: Int, _ process: ProcessRecord, _ run: RankingContext
  ) -> Bool {
    let lines = run.mentions.lines
    let text = lines[position].text.lowercased()
    guard !fileWords.contains(where: { text.contains($0) }) else { return false }
    return (position..<min(lines.count, position + 3)).contains { near in
      guard lines[near].process == lines[position].process,
        let place = NamedPlace.find(
          in: lines[near].text, base: process.workingDirectory, known: process.nameableFiles)
      else { return false }
      return place.line != nil && process.recentFiles.contains(place.file)
    }
  }

  /// True if a name stands in a line only behind words that tell who needs what is missing, or in brackets, as
  /// the target of a rule does.
  private static func isUser(_ name: String, in text: String) -> Bool {
    let places = text.ranges(of: name)
    return !places.isEmpty
      && places.allSatisfy { place in
        var before = text[..<place.lowerBound]
        // The directories of the name.
        while let last = before.last, !last.isWhitespace, !"\"'`‘“[(".contains(last) {
          before.removeLast()
        }
        if before.hasSuffix("*** [") { return true }
        while let last = before.last, "\"'`‘“ ".contains(last) { before.removeLast() }
        return [" needed by", " required by", " needed by target", " required by target"].contains {
          before.hasSuffix($0)
        }
      }
      && places.contains { !text[..<$0.lowerBound].hasSuffix("[") }
  }

  /// True for the file of a database that could not be made, if it is the last call that failed and the words
  /// are those of SQLite, which name no file.
  static func isOfDatabase(_ call: FailedCall, _ run: RankingContext) -> Bool {
    call.purpose == .create && call.error.isAbsence && call.replacement == nil
      && run.lastFailure[call.process] == call.lastNumber
      && run.mentions.lines.contains {
        $0.process == call.process && $0.number >= call.number
          && $0.text.contains("unable to open database file")
      }
  }

  /// The words that stand before `or` in front of a name, and behind `or` after it.
  private static func alternatives(to name: String, in text: String) -> [String] {
    guard text.contains(" or ") else { return [] }
    let words = text.split { $0.isWhitespace || "\"'`,;()".contains($0) }.map(String.init)
    return words.indices.filter { words[$0] == name }.flatMap { index in
      var found: [String] = []
      if index >= 2, words[index - 1] == "or" { found.append(words[index - 2]) }
      if index + 2 < words.count, words[index + 1] == "or" { found.append(words[index + 2]) }
      return found
    }
  }
}
