internal import TraceEvents

extension TextRenderer {
  /// How many configuration files a diagnosis lists without `--verbose`.
  static let configurationCap = 12

  /// Writes the answer of whyconf.
  mutating func writeConfigurationReport() {
    for line in TextFlow.lines(of: report.configurationSummary, width: options.width) {
      write(options.styled(line, .strong))
    }
    // One that fails to start has read what it could, and a reason.
    // One that was let go is told of at the end.
    let isReleased = report.source.kind == .attach && report.outcome.kind == .stillRunning
    if report.verdict.status != .succeeded, !isReleased {
      writeFlow(report.verdict.summary)
      if let cause = report.findings.first, cause.role == .cause {
        writeWhy(cause)
        writeFixes(cause)
      }
    }
    let entries = report.config.entries.filter { $0.scope == .program }
    if !entries.isEmpty { write("") }
    if options.drawsTree {
      writeTree(entries)
    } else {
      writeEntries(entries, cap: entries.count)
    }
    writeSystemEntries()
    if let find = report.config.find { writeFind(find) }
    if !report.config.precedence.isEmpty { write("") }
    for sentence in report.config.precedence { writeFlow(sentence, hanging: "  ") }
    if !report.config.leftOut.isEmpty {
      writeHeading("Tried as well, and left out")
      for other in report.config.leftOut {
        writeFlow(
          "\(other.path) (\(other.status.rawValue)): \(other.reason)", indent: "  ", hanging: "    "
        )
      }
    }
    if !report.capture.notes.isEmpty { write("") }
    for note in report.capture.notes { writeFlow(note) }
  }

  private mutating func writeTree(_ entries: [Report.Configuration.Entry]) {
    for node in ConfigurationTree(entries).nodes {
      // The first level has no branches.
      var branches = ""
      for (level, continues) in node.continues.enumerated().dropFirst() {
        let isOwn = level == node.continues.count - 1
        branches += isOwn ? continues ? "├─ " : "└─ " : continues ? "│  " : "   "
      }
      let (symbol, emphasis) = node.entry.status.symbol
      let why = node.entry.why
      var words = why.line.map { "line \($0)" } ?? ""
      if why.kind == .commandLine || why.kind == .environment { words = why.words }
      if let path = node.entry.realPath { words += " → " + path }
      let rest = " \(node.entry.shownPath)  \(node.entry.statusWords)" + (words.isEmpty ? "" : "  ")
      write(
        "  " + options.spelled(branches) + options.styled(options.spelled(symbol), emphasis)
          + rest + options.spelled(words))
    }
  }

  private mutating func writeFind(_ find: Report.Configuration.Find) {
    if find.lines.isEmpty {
      write("")
      return writeFlow("None of the files that were read contains \(find.word).")
    }
    writeHeading("Where \(find.word) stands")
    for line in find.lines {
      let mark = line.isLast ? options.spelled("▸") + " " : "  "
      write("  \(mark)\(line.path):\(line.line): \(line.text)")
    }
    let mark = options.spelled("▸")
    writeFlow("\(mark) the last one that is no comment: where later lines override, it counts.")
  }

  /// Writes the section on configuration files of a diagnosis.
  mutating func writeConfiguration() {
    let entries = report.config.entries.filter { $0.scope == .program }
    guard !entries.isEmpty else { return }
    writeHeading("Configuration files tried, in order")
    writeEntries(entries, cap: Self.configurationCap)
    if options.isVerbose { writeSystemEntries() }
  }

  private mutating func writeSystemEntries() {
    let entries = report.config.entries.filter { $0.scope == .system }
    guard !entries.isEmpty else { return }
    let names = entries.map { entry in
      entry.status == .missing || entry.status == .denied
        ? "\(entry.path) (\(entry.status.rawValue))" : entry.path
    }
    write("")
    writeFlow(names.joined(separator: ", "), indent: "System-wide: ", hanging: "  ")
  }

  private mutating func writeEntries(_ entries: [Report.Configuration.Entry], cap: Int) {
    let longest = entries.map { displayWidth(of: $0.shownPath) }.max() ?? 0
    // Some long path must not push the other lines apart.
    let column = min(longest, options.width / 2)
    var previous: Report.Configuration.Entry?
    var number = 0
    let hidden = options.isVerbose ? [:] : MissingRuns.hidden(in: entries)
    writeCapped(entries, cap: cap) { renderer, entry in
      number += 1
      if let run = hidden[number - 1] {
        if let run { renderer.write(renderer.options.spelled(run)) }
        return
      }
      renderer.writeEntry(entry, number: number, column: column, previous: previous)
      previous = entry
    }
  }

  private mutating func writeEntry(
    _ entry: Report.Configuration.Entry, number: Int, column: Int,
    previous: Report.Configuration.Entry?
  ) {
    let (symbol, emphasis) = entry.status.symbol
    let start = String(number).leftPadded(to: 4) + "  "
    let rest = " " + entry.shownPath.padded(to: column) + "  "
    let line = start + options.spelled(symbol) + rest
    let shown = start + options.styled(options.spelled(symbol), emphasis) + rest
    let status = entry.statusWords.padded(to: 7)
    let room = options.width - displayWidth(of: line + status) - 2
    // Many files that one line of configuration included need not repeat it.
    let isSame = entry.why.isSamePlace(as: previous?.why)
    var words = isSame ? "″" : entry.why.words
    if let path = entry.realPath { words += " → " + path }
    let reader = report.reader(of: entry)
    if let reader, reader != previous.map({ report.reader(of: $0) }) ?? report.target.executable {
      words += "  (by \(baseName(of: reader)))"
    }
    words = options.spelled(words)
    if displayWidth(of: words) <= room {
      write(shown + status + "  " + words)
    } else if words == "built in" {
      write(shown + entry.statusWords)
    } else {
      write(shown + entry.statusWords)
      write("           " + fitting(words, in: options.width - 11))
    }
  }

  /// The beginning of `words` that is at most so wide.
  private func fitting(_ words: String, in width: Int) -> String {
    guard displayWidth(of: words) > width else { return words }
    var short = words
    while displayWidth(of: short) > width - 1, !short.isEmpty { short.removeLast() }
    return short + options.spelled("…")
  }
}

extension Report.Configuration.Entry {
  /// The path, with a slash behind that of a directory.
  fileprivate var shownPath: String {
    kind == .directory && !path.hasSuffix("/") ? path + "/" : path
  }

  /// What became of it, with the error where the word alone does not say it.
  fileprivate var statusWords: String {
    if status == .error, errno == nil { return "not opened yet" }
    guard let errno, status == .error || status == .denied else { return status.rawValue }
    return "\(status.rawValue) (\(errno.name))"
  }
}

extension Report.Configuration.Entry.Status {
  fileprivate var symbol: (String, TextOptions.Emphasis) {
    switch self {
    case .read, .opened, .listed, .checked: ("●", .good)
    case .missing: ("○", .faint)
    case .denied, .error: ("✗", .bad)
    }
  }
}
