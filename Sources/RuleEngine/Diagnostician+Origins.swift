internal import History
internal import TraceEvents

extension Diagnostician {
  /// A sentence on the environment variable that the subject of a failed call comes from.
  func variable(
    holding subject: String, of candidate: Candidate, _ process: ProcessRecord
  ) -> String? {
    guard case .call = candidate.source, subject.hasPrefix("/"), subject.utf8.count > 4 else {
      return nil
    }
    var best: (name: Substring, value: Substring)?
    for entry in process.environment {
      guard let mark = entry.firstIndex(of: "=") else { continue }
      let name = entry[..<mark]
      var value = entry[entry.index(after: mark)...]
      while value.utf8.count > 1, value.hasSuffix("/") { value = value.dropLast() }
      guard value.hasPrefix("/"), value.utf8.count > 4, !Self.ofEveryProcess.contains(name),
        subject == value || subject.hasPrefix(value + "/"),
        // Where it is started says little of what it was told.
        value != process.workingDirectory,
        name.utf8.count > 2, value.utf8.count > best?.value.utf8.count ?? 0
      else { continue }
      best = (name, value)
    }
    guard let best else { return option(naming: subject, process) }
    return TargetText.escaped(
      subject == best.value
        ? "The environment variable \(best.name) holds this path."
        : "The path begins with the value of the environment variable \(best.name), which is \(best.value)."
    )
  }

  /// A sentence on the option of the command line that names the subject.
  private func option(naming subject: String, _ process: ProcessRecord) -> String? {
    for (position, argument) in process.arguments.enumerated().dropFirst() {
      let mark = argument.hasPrefix("-") ? argument.firstIndex(of: "=") : nil
      let value = mark.map { String(argument[argument.index(after: $0)...]) } ?? argument
      guard !value.isEmpty, !value.hasPrefix("-"),
        PathName.absolute(value, from: process.workingDirectory) == subject
      else { continue }
      if mark != nil { return TargetText.escaped("The command line names it: \(argument)") }
      let before = process.arguments[position - 1]
      guard position > 1, before.hasPrefix("-"), before.count > 1, !Self.isSwitch(before) else {
        return nil
      }
      return TargetText.escaped("The command line names it: \(before) \(argument)")
    }
    return nil
  }

  /// True for an option that takes no argument, by a name that programs have agreed on.
  private static func isSwitch(_ option: String) -> Bool {
    switches.contains(option)
      || ["--no-", "--clear-", "--keep-", "--ignore-"].contains { option.hasPrefix($0) }
  }

  private static let switches: Set<String> = [
    "--", "-q", "-qq", "-v", "-vv", "-y", "-r", "-R", "--quiet", "--silent", "--verbose", "--force",
    "--recursive", "--yes", "--all", "--dry-run", "--debug", "--check", "--bare", "--archive",
  ]

  /// Variables that hold paths in every process, and name nothing that anybody set for the program.
  private static let ofEveryProcess: Set<Substring> = [
    "PWD", "OLDPWD", "_", "SHELL", "PATH", "HOME", "MAIL", "TMPDIR",
  ]

  /// The last warning of the same process before its complaint, if it says that a file was passed
  /// over: what then failed can be for want of it.
  func warning(before candidate: Candidate, complaint: SpokenLine?) -> SpokenLine? {
    guard let complaint else { return nil }
    return run.mentions.lines.last { line in
      guard line.process == candidate.process, line.number < complaint.number else { return false }
      let text = line.text.lowercased()
      return text.contains("ignor") && text.contains("/")
        && (text.contains("warning") || text.contains("permission") || text.contains("writable"))
    }
  }

  /// The line of a file that the program had read and that names the subject.
  func askedPlace(
    of candidate: Candidate, subject: String, process: ProcessRecord
  ) -> TextLine? {
    guard let words = askedWords(of: candidate, subject), !words.isEmpty else { return nil }
    var files: [String] = []
    // What the user named is what the user can correct.
    let named = process.arguments.dropFirst().map {
      PathName.absolute($0, from: process.workingDirectory)
    }
    for file in process.recentFiles.reversed().filter(named.contains)
      + process.recentFiles.reversed()
    where !files.contains(file) && Self.mayHoldWords(file) {
      files.append(file)
      if files.count == 12 { break }
    }
    var above: [String] = []
    for index in history.lineage(of: process.index) {
      let record = history.processes[index]
      if let shell = record.executable, ShellWords.shells.contains(PathName.base(of: shell)),
        let script = record.arguments.dropFirst().first(where: { !$0.hasPrefix("-") })
      {
        let file = PathName.absolute(script, from: record.workingDirectory)
        if !files.contains(file), !record.arguments.contains("-c") { files.append(file) }
      }
      if let script = record.executedPath, script != record.executable, !files.contains(script) {
        files.append(script)
      }
      guard index != process.index else { continue }
      for file in record.recentFiles.suffix(6).reversed()
      where !above.contains(file) && Self.mayHoldWords(file) { above.append(file) }
    }
    if let line = askedLine(candidate, words, in: files) { return line }
    // What those above it had read, such as a Makefile, may have told them to start it.
    if let line = askedLine(candidate, words, in: above.filter { !files.contains($0) }) {
      return line
    }
    guard case .call(let call, _) = candidate.source else { return nil }
    if call.purpose == .execute, !subject.contains("/") {
      return commandLine(naming: subject, in: files + above.filter { !files.contains($0) })
    }
    // A source names what it includes without its directory.
    guard subject.utf8.count > 4, call.error.isAbsence || call.error == .accessDenied else {
      return nil
    }
    if let line = serviceLine(for: PathName.base(of: subject)) { return line }
    let name = subject.contains("/") ? PathName.base(of: subject) : subject
    // The name of a module is nobody else's, so that it counts in every file.
    let isModule = name.hasSuffix(".so")
    // Settings name a module without the suffix of its file.
    let names = isModule ? [name, String(name.dropLast(3))] : [name]
    let places = files.filter { isModule || !$0.hasPrefix("/etc/") && !$0.hasPrefix("/usr/") }
    return names.lazy.filter { $0.utf8.count > 4 }.compactMap { name in
      observer.inquiry.lines(mentioning: [name], in: places).first { !Self.isComment($0.text) }
    }.first
  }

  /// The line of a script, a Makefile or a program's source that has the name of a command as a word.
  private func commandLine(naming command: String, in files: [String]) -> TextLine? {
    let own = files.filter { !$0.hasPrefix("/etc/") && !$0.hasPrefix("/usr/") }
    return observer.inquiry.lines(mentioning: [command], in: own).first { line in
      guard !Self.isComment(line.text) else { return false }
      return line.text.ranges(of: command).contains { place in
        !(line.text[..<place.lowerBound].last.map(Self.isOfName) ?? false)
          && !(line.text[place.upperBound...].first.map(Self.isOfName) ?? false)
      }
    }
  }

  private static func isOfName(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "_-.+".contains(character)
  }

  /// The line of nsswitch.conf(5) that asks for a service, whose library is `libnss_SERVICE.so.2`.
  private func serviceLine(for library: String) -> TextLine? {
    guard let match = library.wholeMatch(of: /libnss_(.+)\.so\.2/) else { return nil }
    return observer.inquiry.lines(mentioning: [String(match.1)], in: ["/etc/nsswitch.conf"])
      .first { !$0.text.hasPrefix("#") }
  }

  /// The first line that has one of the words; a port's number counts where the line is about ports.
  private func askedLine(
    _ candidate: Candidate, _ words: [String], in files: [String]
  ) -> TextLine? {
    var port: String?
    if case .call(let call, _) = candidate.source { port = call.address?.port.map(String.init) }
    let others = words.filter { $0 != port }
    let lines = observer.inquiry.lines(mentioning: words, in: files).filter { line in
      if Self.isComment(line.text) || Self.isOthersSource(line.file) { return false }
      // What words quote may well stand in the program itself, which nobody is to change.
      if isWords(candidate.source), line.file.hasPrefix("/usr/") { return false }
      guard let port, !others.contains(where: line.text.contains) else { return true }
      return Self.speaksOfPort(line.text, port)
    }
    let values = optionValues(of: history.processes[candidate.process])
    return lines.first { !values.contains($0.file) } ?? lines.first
  }

  /// The files that options of one letter name: one of them can be a file that the program itself writes, such as
  /// that of its state.
  private func optionValues(of process: ProcessRecord) -> Set<String> {
    Set(
      zip(process.arguments, process.arguments.dropFirst())
        .filter { option, _ in option.hasPrefix("-") && option.utf8.count == 2 }
        .map { PathName.absolute($1, from: process.workingDirectory) })
  }

  /// True for a line that is a comment in most languages of configuration and of scripts.
  private static func isComment(_ text: String) -> Bool {
    let text = text.trimmed
    return text.hasPrefix("//") || text.hasPrefix("; ")
      || text.hasPrefix("#")
        && !["#!", "#include", "#import", "#define"].contains { text.hasPrefix($0) }
  }

  /// True if the subject is the name of a host for which a name server was asked.
  private func isHostLookedUp(_ subject: String, _ candidate: Candidate) -> Bool {
    if case .call(let call, _) = candidate.source {
      return call.address?.port == 53 && subject != call.address?.description
    }
    return subject.count > 3
      && history.processes[candidate.process].openQuestion?.name == subject
  }

  /// The words by which a file would have asked for what a candidate is about.
  private func askedWords(of candidate: Candidate, _ subject: String) -> [String]? {
    var words: [String] = []
    if isHostLookedUp(subject, candidate) { return [subject] }
    switch candidate.source {
    case .call(let call, _):
      for word in [call.path, call.call.path, call.secondPath] {
        if let word, word.count > 3, !words.contains(word) { words.append(word) }
      }
      if let address = call.address {
        // A socket called "s" would be found in every file.
        for case .some(let word) in [address.description, address.unixPath]
        where word.count > 3 { words.append(word) }
        if let port = address.port { words.append(String(port)) }
      }
    case .words(let position):
      // What is quoted, unless the words themselves name the line.
      let line = run.mentions.lines[position].text
      guard NamedPlace.find(in: line, base: "/")?.line == nil else { return nil }
      words = Complaint.quoted(in: line).filter { $0.count > 3 && !$0.hasPrefix("/") }
      // An option that the user did not give stands in a file.
      let given = history.processes[candidate.process].arguments
      words += Mentions.tokens(of: line).sorted().filter { word in
        word.hasPrefix("--") && word.count > 4 && !given.contains { $0.hasPrefix(word) }
      }
    default: return nil
    }
    return words
  }

  /// True if the number that is a port's is one in this line as well, and not a user's or an age.
  private static func speaksOfPort(_ text: String, _ port: String) -> Bool {
    let text = text.lowercased()
    return ["port", "listen", "bind", "addr", "host", "server", "connect", "url", ":" + port]
      .contains { text.contains($0) } && !text.contains(":" + port + ":")
  }

  /// True for programs and source that came with a package or a language, which nobody is to correct.
  private static func isOthersSource(_ file: String) -> Bool {
    ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].contains { file.hasPrefix($0) }
      || Observer.isSourceFile(file)
        && [
          "/usr/lib/", "/usr/share/", "/site-packages/", "/node_modules/", "/gems/", "/lib/ruby/",
        ]
        .contains { file.contains($0) }
  }

  private static func mayHoldWords(_ file: String) -> Bool {
    !file.hasPrefix("/proc/") && !file.hasPrefix("/sys/") && !file.hasPrefix("/dev/")
      && !file.contains(".so") && !file.hasSuffix(".pyc") && !file.hasSuffix(".mo")
      && file != "/etc/services" && file != "/etc/protocols" && !file.contains("/locale")
      && !file.hasPrefix("/usr/lib/") && !file.hasPrefix("/etc/ld.so")
  }
}

extension SocketAddress {
  /// The path of a Unix socket.
  fileprivate var unixPath: String? {
    if case .unix(let path) = self { path } else { nil }
  }
}
