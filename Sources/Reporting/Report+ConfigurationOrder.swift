internal import ConfigOrder
internal import History
internal import TraceEvents

extension Report.Configuration {
  /// What was found of a run's configuration; with `listsLeftOut` also what is none, and why.
  init(
    _ findings: ConfigurationFindings, _ history: borrowing History, listsLeftOut: Bool
  ) {
    var made: [Entry] = []
    for (position, entry) in findings.entries.enumerated() {
      let process = history.processes[entry.process]
      let reader = entry.reader.map { history.processes[$0] }
      made.append(
        Entry(
          order: position + 1, path: entry.path, kind: entry.isDirectory ? .directory : .file,
          status: Entry.Status(entry.status), errno: entry.error,
          pid: process.pid, program: process.executable, why: Origin(entry.origin),
          realPath: entry.realPath,
          readBy: reader.map { Reader(pid: $0.pid, program: entry.readerProgram ?? $0.executable) },
          bytes: entry.bytes,
          scope: entry.isSystemWide ? .system : .program))
    }
    self.init(
      entries: made,
      precedence: ConfigurationPrecedence.all(findings.entries).map(\.sentence),
      leftOut: listsLeftOut
        ? findings.leftOut.map {
          LeftOut(path: $0.path, status: Entry.Status($0.status), reason: $0.reason.words)
        } : [])
  }
}

extension Report.Configuration.Entry.Status {
  fileprivate init(_ status: ConfigurationEntry.Status) {
    self = Self(rawValue: status.rawValue) ?? .error
  }
}

extension Report.Configuration.Origin {
  fileprivate init(_ origin: ConfigurationOrigin) {
    switch origin {
    case .option(let name): self.init(kind: .commandLine, option: name)
    case .argument: self.init(kind: .commandLine)
    case .variable(let name): self.init(kind: .environment, variable: name)
    case .line(let line, let directory):
      self.init(
        kind: .line, file: line.file, line: line.number,
        text: line.text.trimmingBlanks(), directory: directory)
    case .directory(let path): self.init(kind: .directory, directory: path)
    case .builtIn: self.init(kind: .builtIn)
    }
  }
}

extension ConfigurationPrecedence {
  /// The same as a sentence, which says no more than was seen.
  fileprivate var sentence: String {
    switch self {
    case .first(let missing, let taken):
      "It looked for \(missing.joined(separator: ", ")) in vain, then took \(taken) and looked no "
        + "further: one of the others would probably have been used instead."
    case .only(let taken, let others):
      "It looked in all places for \(PathName.base(of: taken)); of them only \(taken) could be read. "
        + "\(others.joined(separator: ", ")) would be read as well."
    case .merged(let paths):
      "It read all of \(paths.joined(separator: ", ")), in this order: where they set the same, the "
        + "later one usually counts."
    case .directory(let path, let files):
      "The \(files.count) files in \(path)/ were read in the order above, from "
        + "\(PathName.base(of: files[0])) to \(PathName.base(of: files[files.count - 1])): where they "
        + "set the same, the later one usually counts."
    }
  }
}

extension ConfigurationLeftOut.Reason {
  /// The reason in a few words.
  fileprivate var words: String {
    switch self {
    case .unnamed: "neither its place nor its name is that of configuration, and nothing names it"
    case .data: "its name is that of data"
    case .code: "its name is that of code"
    case .namedAsData: "a line names it, as a log, key, socket or the like"
    case .made: "the program itself makes it"
    case .written: "the program writes to it"
    case .socket: "it is a socket"
    case .onTheWay: "a directory on the way to others"
    case .followed: "a link that leads to it is listed"
    }
  }
}

extension String {
  /// The text without blanks at its ends.
  func trimmingBlanks() -> String {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
