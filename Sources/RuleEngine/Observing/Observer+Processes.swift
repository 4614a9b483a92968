internal import History
internal import TraceEvents

extension Observer {
  func processKilled(
    _ process: ProcessRecord, _ signal: DeliveredSignal, asking: Bool
  ) -> ProcessKilled {
    let delivery = signal.delivery
    var seen = ProcessKilled()
    seen.signal = delivery.signal.name
    seen.signalWords = delivery.signal.words
    seen.executable = process.executedPath ?? process.executable ?? ""
    if process.index > 0, process.arguments.count > 1 {
      seen.startedAs = Self.cut(process.arguments.joined(separator: " "), to: 200)
    }
    if case .killed(_, let dumped) = process.end { seen.coreDumped = dumped }
    describeSender(of: signal, process, in: &seen, asking: asking)
    describeStack(delivery, process, in: &seen, asking: asking)
    describePythonFrame(process, in: &seen, asking: asking)
    describeFault(delivery, process, in: &seen, asking: asking)
    describeSwiftFailure(delivery, process, in: &seen)
    if seen.isNull { seen.failedBefore = failure(before: signal, process) }
    describeHandler(signal, process, in: &seen)
    if seen.faultKind == "truncated",
      delivery.stack.contains(where: {
        PathName.base(of: $0.module ?? "").hasPrefix("ld-linux")
          || $0.function?.hasPrefix("_dl_map") == true
      })
    {
      seen.loading = process.libraries.last
      if asking { seen.loadingChain = seen.loading.flatMap { libraryChain(to: $0, process) } }
    }
    describeExceededLimit(signal, process, in: &seen, asking: asking)
    if asking { describeCore(process, in: &seen) }
    if delivery.signal == .terminate, let refusing = refusingAddress(process) {
      seen.refusedAt = refusing.address
      seen.refusals = refusing.attempts > 1 ? refusing.attempts : nil
    } else if let pending = process.pendingCalls.last, delivery.signal == .terminate {
      let wait = waiting(process, pending, asking: asking)
      seen.waitedFor = wait.whatFor
      seen.waitedWhy = [wait.explanation, wait.holder].compactMap { $0 }.first
    }
    seen.isReload = ["SIGHUP", "SIGUSR1", "SIGUSR2"].contains(seen.signal)
    seen.isPython = process.executable.map { PathName.base(of: $0).hasPrefix("python") } ?? false
    seen.writtenFile = process.lastWrittenFile
    seen.exception = exception(of: process)
    if delivery.signal == .badSystemCall {
      seen.forbiddenCall = (delivery.duringCall ?? process.pendingCalls.last?.call)?.name
    }
    var abortLine: String?
    if delivery.signal == .abort {
      let said = run.mentions.lines.filter { $0.process == process.index }.map(\.text)
      let words = AbortWords.meaning(of: said.suffix(40))
      seen.abortKind = words?.kind
      abortLine = words?.line.trimmed
      seen.abortWords = words?.meaning
      seen.isMemoryDamage = words.map { AbortWords.damages.contains($0.kind) } ?? false
    }
    seen.lastFile = (signal.filesBefore ?? Array(process.filesOfProgram)).last {
      !Self.isPlumbing($0)
    }
    seen.lastWords =
      ["virtual", "python"].contains(seen.abortKind) ? abortLine : lastMessage(of: process)
    if seen.exception != nil, let words = seen.lastWords {
      // libstdc++ says the type, which is told already, and then what().
      seen.lastWords =
        words.hasPrefix("terminate called")
        ? nil : words.hasPrefix("what():") ? String(words.dropFirst(7)).trimmed : words
    }
    if let parent = process.parent.map({ history.processes[$0] }) {
      seen.parentName = parent.name
      if parent.end == .exited(status: 128 + delivery.signal.rawValue) {
        seen.parentStatus = Int(128 + delivery.signal.rawValue)
      }
    }
    return seen
  }

  /// The last line that a process said, or, where that is of a stack that it printed, the one that
  /// complains clearest.
  private func lastMessage(of process: ProcessRecord) -> String? {
    let lines = run.mentions.lines.filter { $0.process == process.index }
    guard var line = lines.last else { return nil }
    let text = line.text.trimmed
    if text.contains("0x") && text.first?.isNumber ?? false || text.hasPrefix("#")
      || text.hasPrefix("note: ") || Self.isNumberedFrame(text)
    {
      // The innermost frame of a script that has one.
      if let mark = lines.firstIndex(where: { $0.text.contains("JavaScript stack trace") }),
        mark + 1 < lines.count, let frame = Self.numberedFrame(lines[mark + 1].text)
      {
        return "JavaScript was in " + frame
      }
      var weight = 0.0
      for other in lines where !Self.isNumberedFrame(other.text.trimmed) {
        let found = Complaint.weight(of: other.text.lowercased())
        if found > weight { (line, weight) = (other, found) }
      }
    }
    return LogPrefix.removed(from: line.text.trimmed)
  }

  /// True for a frame of a stack as V8 writes it when it gives up: `8: node:internal/main:28:49`.
  private static func isNumberedFrame(_ text: String) -> Bool { numberedFrame(text) != nil }

  private static func numberedFrame(_ text: String) -> String? {
    let text = text.trimmed
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(digits.count)
    guard (1...2).contains(digits.count), rest.hasPrefix(": "), rest.contains(":"),
      rest.contains("0x") || rest.split(separator: ":").count > 2
    else { return nil }
    return String(rest.dropFirst(2))
  }

  private func describeSender(
    of signal: DeliveredSignal, _ process: ProcessRecord, in seen: inout ProcessKilled,
    asking: Bool
  ) {
    let delivery = signal.delivery
    if let parent = process.parent.map({ history.processes[$0] }), parent.end != nil,
      process.parentDeathSignal == delivery.signal,
      delivery.sender == parent.pid || signal.isUnseen && history.sentSignals[process.pid] == nil
    {
      seen.parentEnd = Wording.ending(of: parent)
      return
    }
    if signal.isUnseen {
      // No tracer sees SIGKILL arrive; but the call that sent it may be of this run.
      guard let sent = history.sentSignals[process.pid], sent.signal == delivery.signal else {
        return
      }
      let sender = history.processes[sent.sender]
      seen.sender = sender.name
      seen.senderPid = Int(sender.pid)
      seen.senderCommand = sender.arguments.joined(separator: " ")
      seen.sentByItself = sender.index == process.index
      seen.sentByParent = sender.index == process.parent
      if asking { seen.sentAt = lineThatSends(sender) }
      return
    }
    // SI_KERNEL is 0x80; codes above 0 are the kernel's (sigaction(2)).
    guard let sender = delivery.sender, delivery.code <= 0 else {
      seen.sentByKernel = true
      return
    }
    // Of another namespace of processes the kernel tells no number (pid_namespaces(7)).
    if sender == 0 {
      seen.sentFromOtherNamespace = true
      return
    }
    seen.senderPid = Int(sender)
    seen.sentByItself = sender == process.pid
    if let known = history.process(pid: sender) {
      seen.sender = known.name
      seen.senderCommand = known.arguments.joined(separator: " ")
      seen.sentByParent = known.index == process.parent
      seen.sentByOwnChild =
        known.hasExecuted && Self.searchers.contains(known.name)
        && history.lineage(of: known.index).dropFirst().contains(process.index)
      if asking { seen.sentAt = lineThatSends(known) }
    } else {
      seen.sentFromOutside = true
      if asking, let identity = inquiry.process(sender) {
        seen.sender = identity.name
        seen.senderUser = identity.userName
        seen.senderCommand = identity.arguments.joined(separator: " ")
      }
    }
  }

  func readerGone(
    _ process: ProcessRecord, time: Double, call: SystemCall?, killed: Bool
  ) -> ReaderGone {
    var seen = ReaderGone()
    seen.killed = killed
    seen.descriptor = call?.descriptor.map(Int.init)
    guard let lost = lostReader(of: process, descriptor: call?.descriptor, before: time) else {
      return seen
    }
    switch lost.target {
    case .socket(let state):
      seen.channel = state.peer?.port == nil ? "socket" : "connection"
      seen.address = state.peer?.description
    default: break
    }
    guard let closing = lost.closing else { return seen }
    let reader = history.processes[closing.process]
    seen.reader = reader.name
    seen.readerPid = Int(reader.pid)
    seen.readerStillRuns = !closing.atEnd
    seen.readerFailed = reader.failed && closing.atEnd
    seen.readerIsFilter = closing.atEnd && !reader.failed
    seen.readerEnd = Wording.ending(of: reader)
    if history.hasTimes { seen.secondsBefore = Wording.seconds(max(0, time - closing.time)) }
    seen.readerLastWords = clearestWords(of: reader)
    return seen
  }

  /// The line in which a process complained clearest: the first of equals.
  private func clearestWords(of process: ProcessRecord) -> String? {
    let lines = run.mentions.lines.filter { $0.process == process.index }
    let weights = lines.map { Complaint.weight(of: $0.text.lowercased()) }
    guard let most = weights.max(), most > 0.3 else {
      // "Try `gzip --help' for more information." says nothing of what was wrong.
      return (lines.last { !$0.text.contains("--help") } ?? lines.last)?.text
    }
    // Of a traceback the line that names the exception, of other words the first.
    if let exception = lines.last(where: { Complaint.namesException($0.text) }) {
      return exception.text
    }
    return weights.firstIndex(of: most).map { lines[$0].text }
  }

  /// What `descriptor` of `process` referred to, and which process of this run let go the other
  /// end of it last.
  func lostReader(
    of process: ProcessRecord, descriptor: Int32?, before time: Double
  ) -> (target: DescriptorTarget, closing: PipeClosing?)? {
    guard
      let target = history.brokenChannels[process.index]
        ?? descriptor.flatMap({
          process.descriptors[$0]
        })
    else { return nil }
    let number: Int
    switch target {
    case .pipe(let pipe, _): number = pipe
    case .socket(let state): number = state.number
    default: return (target, nil)
    }
    let closing = history.closings.last {
      $0.pipe == number && $0.process != process.index && $0.time <= time
        // The shell that made the pipe closes its own copies of both ends.
        && !history.lineage(of: process.index).contains($0.process)
    }
    return (target, closing)
  }

  func silentExit(_ process: ProcessRecord, asking: Bool) -> SilentExit {
    var seen = SilentExit()
    seen.status = Int(process.shellStatus ?? 0)
    seen.programName = process.name
    seen.arguments = Array(process.arguments.dropFirst().prefix(16))
    if process.children.isEmpty, let words = HandedOn.shellCommand(process),
      let name = words.first?.text
    {
      // A command of the shell itself, such as test.
      seen.programName = PathName.base(of: name)
      seen.arguments = words.dropFirst().prefix(16).map { $0.text ?? "…" }
    }
    seen.invocation = ([seen.programName] + seen.arguments).joined(separator: " ")
    seen.subcommand = seen.arguments.first { !$0.hasPrefix("-") }
    seen.wroteOutput = run.mentions.lines.contains { $0.process == process.index }
    seen.lastFile = lastFile(of: process)
    if asking {
      describeStartup(process, in: &seen)
      describeQuestion(process, in: &seen)
    }
    seen.quietOption = QuietOption.find(in: process)
    seen.vainLookup = vainLookup(of: process, asking: asking)
    if let peer = run.reachedPeer(of: process), peer.port.map({ $0 != 53 }) ?? false {
      seen.peer = peer.description
      seen.peerIsHere = Self.isLoopback(peer.host ?? "")
      if asking, Self.isLoopback(peer.host ?? "") {
        seen.peerHolder = inquiry.listeners(peer).first?.process.map {
          "\($0.name) (pid \($0.pid))"
        }
      }
    }
    seen.lastCall =
      history.failures.calls.last {
        $0.process == process.index && $0.replacement == nil
      }?.call.notation
    describeScript(process, in: &seen, asking: asking)
    if asking { seen.failedCheck = failedCheck(process, seen) ?? silentCommand(process, seen) }
    return seen
  }
}

extension Observer {
  /// The line of a file that a shell reads as it starts which ends the shell with the status it had.
  private func describeStartup(_ process: ProcessRecord, in seen: inout SilentExit) {
    // A login shell reads the last of them as it ends.
    let files = process.recentFiles.filter { !Self.isPlumbing($0) }
    let ends = [".bash_logout", ".zlogout", "/etc/bash.bash_logout"]
    guard let file = files.last(where: { path in !ends.contains { path.hasSuffix($0) } }),
      seen.status != 0,
      [".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshrc", ".zprofile", ".zshenv"]
        .contains(PathName.base(of: file)) || file == "/etc/profile" || file == "/etc/bash.bashrc"
        || file.hasPrefix("/etc/profile.d/")
    else { return }
    let line = inquiry.lines(mentioning: ["exit"], in: [file]).first {
      $0.text.trimmed.split(whereSeparator: { $0.isWhitespace || $0 == ";" })
        .suffix(2).elementsEqual(["exit", "\(seen.status)"])
    }
    if line != nil { seen.lastFile = file }
    seen.startupLine = line?.number
    seen.startupText = line?.text.trimmed
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  var trimmed: String {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
    return String(self[start..<end])
  }
}
