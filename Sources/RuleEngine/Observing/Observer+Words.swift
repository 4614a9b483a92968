internal import History
internal import TraceEvents

// What was said, and which files it is about.
extension Observer {
  func lastWords(_ process: ProcessRecord, line position: Int, asking: Bool) -> LastWords {
    var line = run.mentions.lines[position]
    if let message = LogFields.message(in: line.text) { line.text = message }
    var seen = LastWords()
    seen.line = Self.cut(message(at: position), to: 400)
    let block = run.mentions.lines[
      max(0, position - 12)..<min(run.mentions.lines.count, position + 4)
    ]
    .filter { $0.process == line.process }
    seen.lines = block.suffix(6).map(\.text)
    let around = max(0, position - 5)..<min(run.mentions.lines.count, position + 4)
    let more = run.mentions.lines[around].filter { $0.process == line.process }
    if more.count > 1 { seen.more = more.map { Self.cut($0.text, to: 240) } }
    seen.stream = line.stream.rawValue
    seen.lastFile = inputFile(of: process)
    seen.log = line.path
    seen.otherLog =
      line.path == nil
      ? run.mentions.lines.last { $0.process == line.process && $0.path != nil }?.path : nil
    seen.writtenFile =
      process.lastWrittenFile ?? (isAboutOutput(line.text) ? process.outputFile : nil)
    seen.peer = process.lastPeer?.description
    seen.nameServers = process.nameServers
    seen.hostName = hostName(in: line.text) ?? hostNameFromOutside()
    seen.status = process.shellStatus.map(Int.init)
    seen.clear = Complaint.weight(of: line.text.lowercased()) >= 0.4
    // The frames of a stack can be many.
    let texts = { (range: Range<Int>) in
      run.mentions.lines[range].filter { $0.process == line.process }.map(\.text)
    }
    let before = texts(max(0, position - 60)..<position)
    let after = texts(position + 1..<min(run.mentions.lines.count, position + 40))
    let found = namedPlace(
      in: line.text, before: before, after: after, process, asking: asking)
    let place = found?.place
    seen.file = place?.file
    seen.lineNumber = place?.line
    let report = run.testReports[process.index].flatMap { $0.line == position ? $0 : nil }
    if let report { describe(report, process, in: &seen) }
    let unknownUser =
      UnknownUser.find(in: line.text) ?? (asking ? userLookedUp(in: line.text, process) : nil)
    seen.unknownUser = unknownUser?.name
    seen.isGroup = unknownUser?.isGroup ?? false
    // Where nobody of that name stands is not where the name is to be corrected.
    if unknownUser != nil, seen.file.map(Self.listsOfUsers.contains) ?? false { seen.file = nil }
    if asking { describeSurroundings(process, line.text, in: &seen) }
    seen.shadow = shadow(in: line.text, process)
    seen.tools.shadowVariable = shadowVariable(of: seen.shadow, process)
    seen.hiddenBy = packageHidden(in: line.text, process)
    if asking { seen.otherExtension = otherExtension(in: line.text, process) }
    if let frame = before.lazy.reversed().compactMap({
      NamedPlace.find(in: $0, base: process.workingDirectory)
    }).first(where: { $0.line != nil }),
      isCircular(line.text, shadow: seen.shadow, askedIn: frame.file)
    {
      seen.isCircular = true
      seen.file = frame.file
      seen.lineNumber = frame.line
    }
    if let mark = line.text.firstRange(of: " did not return a true value") {
      let name = String(line.text[..<mark.lowerBound]).trimmed
      seen.moduleFile = process.recentFiles.last { $0 == name || $0.hasSuffix("/" + name) }
    }
    seen.encodingVariable = encodingVariable(of: process)
    describeLocale(process, in: &seen)
    describeKeptReasons(process, line, in: &seen, asking: asking)
    seen.isLost =
      line.stream == .syslog
      && history.failures.calls.contains {
        $0.process == line.process && $0.purpose == .connect
          && $0.address == .unix(path: "/dev/log")
      }
    seen.unseenError = unseenError(in: line.text, process)
    if seen.unseenError == "EBADF" || Self.missesStream(line.text) {
      seen.closedStream = process.closedStreams.first.map { Self.streamNames[$0] }
    }
    seen.error = SpokenError.find(in: line.text)?.name
    let unknown = UnknownWord.find(in: line.text)
    seen.unknownWord = unknown ?? UnknownWord.reference(in: line.text)
    seen.ownConfiguration = ownConfiguration(of: process)
    let setting = MemorySetting.find(in: line.text)
    seen.memorySetting = setting?.name
    seen.memoryRemedy = setting?.remedy
    seen.memoryLasting = setting?.lasting
    seen.isRefused =
      seen.unseenError == "EPERM" && process.credentials.map { $0.user != 0 } ?? false
    seen.wantsRoot = process.credentials?.user != 0 && PrivilegeWords.wantRoot(line.text)
    seen.refusesRoot = process.credentials?.user == 0 && PrivilegeWords.refuseRoot(line.text)
    seen.lostPrivilege = process.lostPrivilege
    seen.missesPrivilege = block.contains { PrivilegeWords.missPrivilege($0.text) }
    describeModule(in: line.text, process, in: &seen, asking: asking)
    describeModule(process, in: &seen, asking: asking)
    let told = block.filter { $0.stream != .syslog } + block.filter { $0.stream == .syslog }
    describeRights(of: told.map(\.text), process, in: &seen, asking: asking)
    if let found = CertificateFault.find(in: [line.text] + block.map(\.text)) {
      seen.certificateFault = found.fault.rawValue
      seen.isSelfSigned = found.fault == .selfSigned
      seen.line = Self.cut(LogPrefix.removed(from: found.line.trimmed), to: 400)
    }
    if seen.lastFile == seen.file { seen.lastFile = nil }
    // What it wrote itself tells more, but is nothing to correct.
    if let file = seen.file, seen.lineNumber == nil,
      file == seen.otherLog || file == seen.log || file == seen.writtenFile
    {
      seen.file = nil
    }
    guard asking else { return seen }
    if let last = seen.lastFile,
      isOfThePrograms(last, process) || inquiry.programFile(last) == .directory || isMissing(last)
    {
      seen.lastFile = nil
    }
    if seen.unseenError == "EISDIR", let file = seen.file {
      seen.fileIsDirectory = inquiry.programFile(file) == .directory
    }
    describeServer(process, line.text, in: &seen)
    describePolicy(process, line.text, in: &seen)
    describeMissingSettings(process, line.text, in: &seen)
    seen.tools.misspeltKey = misspeltKey(line.text, process)
    seen.tools.member = moduleMember([line.text] + more.map(\.text), process)
    // There is nothing to correct in a directory that words name as a place.
    if let file = seen.file, seen.lineNumber == nil, !seen.isAboutRights,
      !Complaint.speaks(of: .isDirectory, in: line.text.lowercased()),
      inquiry.programFile(file) == .directory
    {
      seen.file = nil
    }
    seen.tools.mappingLimit = inquiry.limitFact("vm.max_map_count", of: process.pid)?.soft
      .map { String($0) }
    seen.tools.endedChild = endedChild(of: process, before: line.number)
    describePair(line.text, process, in: &seen)
    describeCut(more.map(\.text), in: &seen)
    describeKeyFile(more.map(\.text), in: &seen)
    describeContent(of: more.map(\.text), in: &seen)
    describeData(
      process, line.text, nearby: before.suffix(5) + [line.text] + after.prefix(10), in: &seen)
    describeNearWords(process, isReference: unknown == nil, in: &seen)
    describeRevision(process, line.text, in: &seen)
    if let word = seen.unknownWord {
      seen.wordIsGiven = process.arguments.dropFirst().contains {
        $0 == word || $0.hasPrefix("--" + word) || $0.hasPrefix("-" + word)
      }
    }
    describePidFile(process, in: &seen)
    seen.otherVersion = otherVersion(of: seen)
    dropWhatIsNoFile(line.text, in: &seen)
    if let file = seen.file, let number = seen.lineNumber {
      let line = inquiry.lines(around: number, of: file).first { $0.number == number }?.text
      seen.sourceLine = line?.trimmed
      seen.sourceIsIndented = line?.first == " "
      if seen.sourceLine == nil, !process.recentFiles.contains(file), isMissing(file) {
        // A place in the program's own source, as it was where it was built.
        seen.file = nil
        seen.lineNumber = nil
      }
      describeRejectedWord(process, line, says: run.mentions.lines[position].text, in: &seen)
    }
    seen.fileIsLibrarys =
      seen.file.map {
        Self.isOfALibrary($0) || Self.isRight($0, by: line.text)
          || seen.lineNumber == nil && !Self.isWrittenByPeople($0)
      } ?? false
    seen.line =
      OpenSSLWords.reason(in: seen.line) ?? ErlangWords.undefinedFunction(in: seen.line)
      ?? seen.line
    describeScript(process, [line.text] + more.map(\.text), in: &seen)
    describeTools(process, line: position, in: &seen)
    describeSymbol(process, line.text, in: &seen)
    describeNativeLibrary(in: line.text, process, in: &seen)
    if seen.dataFile == nil, seen.module == nil, report == nil, seen.contentFile == nil {
      describeQuotedPlace(line.text, process, in: &seen)
    }
    dropProgramsWords(isReference: unknown == nil, in: &seen)
    if let data = seen.dataFile, seen.file.map({ $0 == data || Self.isOfALibrary($0) }) ?? true {
      seen.sourceLine = nil
    }
    // A line number without a file, as parsers say it, is one of what they were given.
    if report == nil, seen.tools.patchTarget == nil, found?.isAside != false,
      let number = lineNumber(at: position),
      let input = inputFile(of: process), let text = text(of: number, in: input)
    {
      seen.inputFile = input
      seen.inputLine = number
      seen.inputText = text
    }
    seen.tools.nearName = nearName([line.text] + more.map(\.text), process, in: seen)
    describeSyntaxPlace([line.text] + more.map(\.text), in: &seen)
    describeCommand(process, line.text, in: &seen)
    return seen
  }

  /// Whether the words can be about the command line alone, and which of its arguments they quote.
  private func describeCommand(
    _ process: ProcessRecord, _ line: String, in seen: inout LastWords
  ) {
    let others = [
      seen.file, seen.lastFile, seen.inputFile, seen.dataFile, seen.module, seen.log, seen.otherLog,
      // What a server answered is not told of the command alone.
      seen.unseenError, seen.peer,
    ]
    let arguments = process.arguments.dropFirst()
    let text = line.lowercased()
    guard !arguments.isEmpty, others.allSatisfy({ $0 == nil }), seen.tools.quotedPlace == nil,
      !["stdin", "standard input", "end of file"].contains(where: text.contains),
      // A script, and what else was read.
      !arguments.contains(where: {
        process.recentFiles.contains(PathName.absolute($0, from: process.workingDirectory))
      })
    else { return }
    seen.tools.commandIsAll = true
    let quoted = Complaint.quoted(in: line)
    let words = line.split { " :;,'`\"".contains($0) }.map(String.init)
    seen.tools.rejectedArgument = arguments.first {
      quoted.contains($0) || $0.hasPrefix("-") && words.contains($0)
    }
  }

  /// True for Python's complaint of a standard stream that was closed when it started, for which it has None.
  private static func missesStream(_ line: String) -> Bool {
    ["write", "flush", "read", "readline", "fileno", "isatty", "buffer"].contains {
      line.contains("'NoneType' object has no attribute '\($0)'")
    }
  }

  private static let streamNames = ["standard input", "standard output", "standard error"]

  static func cut(_ text: String, to limit: Int) -> String {
    text.count > limit ? text.prefix(limit) + "…" : text
  }

  /// The place that a complaint names: in its own line, else in the lines around it, where the
  /// user's own files count before those of the system. Of a stack below a complaint the first frame
  /// is the innermost, of one above it the last.
  private func namedPlace(
    in line: String, before: [String], after: [String], _ process: ProcessRecord, asking: Bool
  ) -> (place: NamedPlace, isAside: Bool)? {
    let find = { (text: String) -> NamedPlace? in
      guard
        let place = NamedPlace.find(
          in: text, base: process.workingDirectory, known: process.nameableFiles),
        place.file != process.executable, !place.file.hasPrefix("/bin/"),
        // A script that begins its words with its own name names nothing else by that.
        place.line != nil || place.file != process.executedPath,
        !place.file.hasPrefix("/usr/bin/")
      else { return nil }
      return place
    }
    if let place = find(line) { return (place, false) }
    for token in Mentions.tokens(of: line).sorted() where token.count > 2 {
      let path = PathName.absolute(token, from: process.workingDirectory)
      if path == process.executedPath { continue }
      if process.recentFiles.contains(path) { return (NamedPlace(file: path, line: nil), false) }
    }
    // A line that neither complains nor names a line is about something else.
    let places = (after + before.reversed()).compactMap { text -> NamedPlace? in
      guard let place = find(text) else { return nil }
      return place.line != nil || Complaint.weight(of: text.lowercased()) >= 0.4 ? place : nil
    }
    let own = places.filter { !Self.isOfALibrary($0.file) }
    // Names of source files without their directory are mostly those of a library.
    let there = asking ? own.prefix(12).first { !isMissing($0.file) } : nil
    return (there ?? own.first ?? places.first).map { ($0, true) }
  }

  /// The name of the error whose words a line has, if no failed call of its process has it.
  private func unseenError(in line: String, _ process: ProcessRecord) -> String? {
    guard let error = Complaint.error(in: line),
      !history.failures.calls.contains(where: {
        $0.error == error && history.lineage(of: $0.process).contains(process.index)
      })
    else { return nil }
    return error.name
  }

  /// A line without its time stamp; with its heading, or what it announces, where it goes over two.
  private func message(at position: Int) -> String {
    let lines = run.mentions.lines
    let line = lines[position]
    let text = LogPrefix.removed(from: line.text.trimmed)
    // The frame of a library before what Ruby says of it.
    if let mark = text.firstRange(of: "': "), text.contains(":in `") || text.contains(":in '"),
      NamedPlace.find(in: text, base: "/").map({ Self.isOfALibrary($0.file) }) ?? false
    {
      return String(text[mark.upperBound...])
    }
    func isBeside(_ other: Int) -> Bool {
      lines.indices.contains(other) && lines[other].process == line.process
        && lines[other].stream == line.stream
    }
    if isBeside(position + 1) {
      let next = LogPrefix.removed(from: lines[position + 1].text.trimmed)
      // PostgreSQL says in a line of its own what it means.
      if next.hasPrefix("DETAIL: ") { return text + ". " + String(next.dropFirst(8)).trimmed }
    }
    if text.hasSuffix(":"), isBeside(position + 1), MissingModule(in: text) == nil {
      let next = lines[position + 1].text.trimmed
      let isOpen = next.hasSuffix(":") && isBeside(position + 2)
      return text + " " + next + (isOpen ? " " + lines[position + 2].text.trimmed : "")
    }
    if isBeside(position + 1), let whole = Self.continued(text, by: lines[position + 1].text) {
      return whole
    }
    if Complaint.isBanner(text) {
      let below = (position + 1..<position + 4).prefix { isBeside($0) }
      let isMark = { (mark: Character) in "*-=# ".contains(mark) }
      let heading = String(
        String(text.drop(while: isMark).reversed()).drop(while: isMark).reversed())
      return ([heading] + below.map { lines[$0].text.trimmed }).joined(separator: ": ")
    }
    if isBeside(position - 1), let whole = Self.headed(text, by: lines[position - 1].text) {
      return whole
    }
    if line.text.first?.isWhitespace == true, isBeside(position - 1) {
      let heading = LogPrefix.removed(from: lines[position - 1].text.trimmed)
      if heading.hasSuffix(":"), heading.utf8.count < 200 { return heading + " " + text }
    }
    return text
  }

  /// The line number in a complaint that names no file, or in the heading above it.
  private func lineNumber(at position: Int) -> Int? {
    let lines = run.mentions.lines
    // What a heading announces stands below it.
    let below = Complaint.isBanner(lines[position].text.trimmed) ? 3 : 0
    let last = min(lines.count - 1, position + below)
    for near in stride(from: last, through: max(0, position - 3), by: -1)
    where lines[near].process == lines[position].process
      && lines[near].number + 6 > lines[position].number
    {
      guard let number = Complaint.bareLineNumber(in: lines[near].text) else { continue }
      // A number beside a file is one of that file.
      let process = history.processes[lines[near].process]
      let place = NamedPlace.find(
        in: lines[near].text, base: process.workingDirectory, known: process.nameableFiles)
      return place?.line == nil ? number : nil
    }
    return nil
  }

  func isMissing(_ file: String) -> Bool {
    if case .missing? = inquiry.pathWalk(file)?.end { true } else { false }
  }

  private func text(of number: Int, in file: String) -> String? {
    inquiry.lines(around: number, of: file).first { $0.number == number }?.text.trimmed
  }

  /// The file that a process had read last: data or configuration, where it had read any.
  func lastFile(of process: ProcessRecord) -> String? {
    inputFile(of: process) ?? process.recentFiles.last { !Self.isPlumbing($0) }
  }

  /// The file of data or configuration that a process had read last; else one of its command line that
  /// a child read for it, as a decompressor does; else its standard input.
  private func inputFile(of process: ProcessRecord) -> String? {
    if let own = ownInputFile(of: process) { return own }
    let operands = Set(
      process.arguments.dropFirst().map { PathName.absolute($0, from: process.workingDirectory) })
    for index in process.children.suffix(8).reversed() {
      if let file = ownInputFile(of: history.processes[index]), operands.contains(file) {
        return file
      }
    }
    return process.descriptors[0]?.path.flatMap { Self.isPlumbing($0) ? nil : $0 }
  }

  private func ownInputFile(of process: ProcessRecord) -> String? {
    process.recentFiles.last {
      !Self.isPlumbing($0) && !Self.isCode($0) && $0 != process.executedPath
        && $0 != process.executable
    }
  }

  /// True for files of programs and their libraries, which an interpreter reads to run.
  static func isCode(_ path: String) -> Bool {
    if ["/usr/lib/", "/usr/share/", "/usr/include/", "/lib/", "/etc/ssl/", "/bin/", "/usr/bin/"]
      .contains(where: { path.hasPrefix($0) })
    {
      return true
    }
    let name = PathName.base(of: path)
    if [
      "passwd", "group", "nsswitch.conf", "hosts", "resolv.conf", "localtime", "host.conf",
      "gai.conf", "services", "machine-id", "package.json", "pyvenv.cfg", "openssl.cnf",
      "locale.alias", "environment", "os-release",
    ].contains(name), path.hasPrefix("/etc/") || name == "package.json" || name == "pyvenv.cfg" {
      return true
    }
    guard let dot = name.lastIndex(of: ".") else { return false }
    return codeSuffixes.contains(String(name[name.index(after: dot)...]))
  }

  private static let listsOfUsers: Set<String> = ["/etc/passwd", "/etc/group"]
  private static let codeSuffixes: Set<String> = [
    "py", "pyc", "rb", "pl", "pm", "js", "mjs", "cjs", "lua", "php", "jar", "class", "sh", "so",
    "a", "o", "h", "pth", "c", "cc", "cpp", "go", "rs", "java", "node", "jmod", "jsa",
  ]

  /// True for source that came with the system, a language or a package, where a traceback ends.
  private static func isOfALibrary(_ path: String) -> Bool {
    path.hasPrefix("/usr/")
      || ["/lib/python", "/site-packages/", "/node_modules/", "/gems/", "/lib/ruby/", "/perl5/"]
        .contains(where: path.contains)
  }

  /// True for files that programs read without anybody having asked for them.
  static func isPlumbing(_ path: String) -> Bool {
    path.hasPrefix("/proc/") || path.hasPrefix("/sys/") || path.hasPrefix("/dev/")
      || path.contains(".so") || path.contains("/locale/") || path == "/etc/ld.so.cache"
      || path.hasSuffix(".pyc")
  }
}
