internal import ConfigOrder
internal import History
internal import TraceEvents

extension Report.Configuration {
  /// What `entries` says of a run.
  init(_ entries: [ConfigurationEntry], _ history: borrowing History) {
    var made: [Entry] = []
    for (position, entry) in entries.enumerated() {
      let process = history.processes[entry.process]
      let reader = entry.reader.map { history.processes[$0] }
      made.append(
        Entry(
          order: position + 1, path: entry.path, kind: entry.isDirectory ? .directory : .file,
          status: Entry.Status(rawValue: entry.status.rawValue) ?? .error, errno: entry.error,
          pid: process.pid, program: process.executable, why: Origin(entry.origin),
          realPath: entry.realPath,
          readBy: reader.map { Reader(pid: $0.pid, program: $0.executable) }, bytes: entry.bytes,
          scope: entry.isSystemWide ? .system : .program))
    }
    self.init(entries: made)
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

extension String {
  /// The text without blanks at its ends.
  fileprivate func trimmingBlanks() -> String {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
