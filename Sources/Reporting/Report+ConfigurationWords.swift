internal import TraceEvents

extension Report.Configuration.Origin {
  /// True for the same line, option, variable or directory.
  func isSamePlace(as other: Self?) -> Bool {
    guard var other, kind != .builtIn else { return false }
    if kind == .line { other.directory = directory }
    return self == other
  }

  /// What led to the path, for people.
  var words: String {
    switch kind {
    case .commandLine: option.map { "option \($0)" } ?? "named on the command line"
    case .environment: "variable " + (variable ?? "?")
    case .line:
      [file.map(baseName) ?? "?", line.map { ":\($0)" } ?? "", text.map { "  \($0)" } ?? ""]
        .joined()
    case .directory: "in " + (directory.map { $0 == "/" ? $0 : $0 + "/" } ?? "?")
    case .builtIn: "built in"
    }
  }
}

extension Report {
  /// The program that read a file, or looked at it first.
  func reader(of entry: Configuration.Entry) -> String? {
    entry.readBy?.program ?? entry.program
  }

  /// What whyconf says first: how many files were read, and which came first.
  var configurationSummary: String {
    let entries = config.entries.filter { $0.scope == .program && $0.kind == .file }
    let read = entries.filter { $0.status == .read }
    let missing = entries.count { $0.status == .missing }
    let refused = entries.count { $0.status == .denied || $0.status == .error }
    var sentence = "\(targetName) "
    if let first = read.first {
      sentence += "read \(counted(read.count, "configuration file", "configuration files"))"
      sentence += read.count > 1 ? ", starting with \(first.path)" : ": \(first.path)"
    } else {
      sentence += "read no configuration file of its own"
      if source.kind == .attach { sentence += " while it was watched" }
    }
    if missing > 0 {
      sentence += "; \(missing) that it looked for " + (missing == 1 ? "does" : "do") + " not exist"
    }
    if refused > 0 {
      sentence += "; \(refused) could not be opened"
    }
    return sentence + "."
  }
}
