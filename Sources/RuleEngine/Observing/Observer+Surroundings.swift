internal import History
internal import TraceEvents

/// What a complaint can be about, as the machine tells.
extension Observer {
  /// What the machine says of the things that the words can be about.
  func describeSurroundings(
    _ process: ProcessRecord, _ line: String, in seen: inout LastWords
  ) {
    let error = Complaint.error(in: line)
    let saysFull = error == .noSpace
    if saysFull, let named = seen.file, seen.lineNumber == nil { seen.writtenFile = named }
    // Both names of a copy can be told: 'a' -> 'b', "cannot copy 'a' to 'b'".
    if saysFull, let mark = line.firstRange(of: "' -> '") ?? line.firstRange(of: "' to '") {
      let target = line[mark.upperBound...].prefix { $0 != "'" }
      seen.writtenFile = PathName.absolute(String(target), from: process.workingDirectory)
      seen.file = seen.writtenFile
    }
    if saysFull || line.lowercased().contains("disk is full"),
      seen.writtenFile == process.lastWrittenFile
    {
      seen.writtenFile = fullest(of: process.writtenFiles)
    }
    if let file = seen.writtenFile, let status = inquiry.fileSystem(file) {
      if saysFull || error == .quotaExceeded {
        seen.storedAt = status.mountPoint
        seen.storedTotal = Wording.bytes(status.totalBytes)
      }
      seen.fileSystem = "\(status.type) (\(status.source), mounted at \(status.mountPoint))"
      if status.isFull {
        seen.mountPoint = status.mountPoint
        seen.total = Wording.bytes(status.totalBytes)
        seen.available = Wording.bytes(status.availableBytes)
      }
    }
    if seen.error == "EIO", let file = seen.file, let status = inquiry.fileSystem(file) {
      seen.mountedAt = status.mountPoint
      seen.mountedType = status.type
      seen.mountedSource = status.source
    }
    if let peer = process.lastPeer, peer.host.map({ Self.isLoopback($0) }) ?? false {
      seen.peerHolder = inquiry.listeners(peer).first?.process
        .map { "\($0.name) (pid \($0.pid))" }
    }
    seen.relayed = relayed(line, process)
    seen.isPeerSilent = process.openConnects.values.contains {
      $0.call.address == process.lastPeer
    }
    if let name = seen.hostName, NameWords.speak(of: line) {
      seen.resolver = resolver(for: name)
      seen.nearHost = nearHost(to: name)
    }
    if let name = seen.unknownUser {
      let lists = seen.isGroup ? ["/etc/group"] : ["/etc/passwd", "/etc/group"]
      seen.nearUser = lists.lazy.compactMap { inquiry.words(near: name, in: [$0]).first }.first
    }
    describeList(process, line, in: &seen)
    describeDatabase(process, line, in: &seen)
    guard TrustWords.speak(of: line) else { return }
    seen.trustStore = process.recentFiles.last { TrustWords.isStore($0) }
    describeMissingStore(process, in: &seen)
  }

  /// True for words that tell an error of writing, or speak of standard output: other words of a process that only
  /// has its output in a file are about something else, such as a server that it asked to write.
  func isAboutOutput(_ line: String) -> Bool {
    let text = line.lowercased()
    return Complaint.error(in: line) != nil || SpokenError.find(in: line) != nil
      || ["write error", "output", "stdout"].contains { text.contains($0) }
  }

  /// Of files that were opened for writing, the last one on a full file system, or else on the one with the least
  /// room: what was written there may be removed by now. The last of all where they share one.
  private func fullest(of files: [String]) -> String? {
    var least: (file: String, mount: String, room: UInt64)?
    for file in files.reversed() {
      guard let status = inquiry.fileSystem(file), status.totalBytes > 0 else { continue }
      if status.isFull { return file }
      if status.mountPoint != least?.mount, status.availableBytes < least?.room ?? .max {
        least = (file, status.mountPoint, status.availableBytes)
      }
    }
    return least?.file ?? files.last
  }

  /// The program whose name a line begins with, if it is one that exists and none of this run: then the
  /// process had it from the other side of a connection.
  private func relayed(_ line: String, _ process: ProcessRecord) -> String? {
    guard process.lastPeer != nil else { return nil }
    if let shell = RelayedWords.shell(in: line), !isOfRun(shell) { return shell }
    guard let name = RelayedWords.speaker(of: line), !isOfRun(name),
      ["/usr/bin/", "/bin/", "/usr/sbin/", "/usr/local/bin/"].contains(where: {
        inquiry.pathWalk($0 + name)?.end == .exists
      })
    else { return nil }
    return name
  }

  private func isOfRun(_ name: String) -> Bool {
    history.processes.contains {
      $0.name == name || $0.executable.map(PathName.base) == name
        || $0.executedPath.map(PathName.base) == name
    }
  }

  /// The database without any table, if the words miss one: who opens a file that is not there makes an
  /// empty one.
  private func describeDatabase(
    _ process: ProcessRecord, _ line: String, in seen: inout LastWords
  ) {
    guard line.lowercased().contains("no such table"),
      let file = process.lastWrittenFile ?? process.recentFiles.last,
      inquiry.programFile(file) == .empty
    else { return }
    seen.emptyDatabase = file
    seen.elsewhere = inquiry.nearby(
      [PathName.base(of: file)],
      around: Self.neighbourhood([PathName.directory(of: file), process.workingDirectory])
    ).filter { $0 != file }
  }

  /// The list of those who may, or may not, if the words refuse the user and it was read before them:
  /// /etc/cron.allow and its kind.
  private func describeList(_ process: ProcessRecord, _ line: String, in seen: inout LastWords) {
    guard Self.refusals.contains(where: { line.lowercased().contains($0) }),
      let file = process.recentFiles.last(where: { !Self.isPlumbing($0) && !Self.isCode($0) }),
      let user = process.credentials.map({ inquiry.userName($0.user) })
    else { return }
    let name = PathName.base(of: file).lowercased()
    let isListed = inquiry.lines(mentioning: [user], in: [file]).contains {
      $0.text.split { $0.isWhitespace || $0 == "," || $0 == ":" }.contains { $0 == user }
    }
    if name.contains("allow"), !isListed {
      seen.allowList = file
    } else if name.contains("deny"), isListed {
      seen.denyList = file
    }
  }

  private static let refusals = [
    "not allowed", "not permitted", "not authorized", "not authorised", "denied", "not listed",
    "no permission", "do not have permission", "may not",
  ]

  /// A store of certificates that a variable names and that is not there, so that none is trusted.
  private func describeMissingStore(_ process: ProcessRecord, in seen: inout LastWords) {
    for call in history.failures.calls.reversed()
    where call.process == process.index && call.error.isAbsence && call.replacement == nil {
      guard let path = call.path else { continue }
      for entry in process.environment {
        let parts = entry.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[1] == path || call.call.path.map({ parts[1] == $0 }) ?? false,
          TrustWords.isStore(path) || TrustWords.isStore(String(parts[0]).lowercased())
        else { continue }
        seen.missingStore = path
        seen.missingStoreVariable = String(parts[0])
        return
      }
    }
  }

  /// The file below /etc that configures a program, by its name: /etc/php/8.2/cli/php.ini.
  func ownConfiguration(of process: ProcessRecord) -> String? {
    let name = process.name.prefix { $0.isLetter }.lowercased()
    guard name.count >= 3 else { return nil }
    return process.recentFiles.first { path in
      path.hasPrefix("/etc/") && path.contains("/" + name)
        && [".ini", ".conf", ".cnf", ".cfg", ".yaml", ".yml", ".toml", ".json"]
          .contains { path.hasSuffix($0) }
    }
  }

  /// Words such as OpenSSL/3.0.19 look like the name of a file and are none; and what was opened last
  /// of the system's own is no news beside a file that is named.
  func dropWhatIsNoFile(_ line: String, in seen: inout LastWords) {
    if let file = seen.file, seen.lineNumber == nil, !line.contains(file), isMissing(file) {
      seen.file = nil
    }
    if seen.file != nil, let last = seen.lastFile,
      last.hasPrefix("/etc/") || last.hasPrefix("/usr/")
    {
      seen.lastFile = nil
    }
  }

  static func isLoopback(_ host: String) -> Bool {
    host.hasPrefix("127.") || host == "::1"
  }
}
