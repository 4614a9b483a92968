internal import History
internal import TraceEvents

/// What several features ask of a run, and takes a search through all that was said.
final class RankingMemo {
  /// `CallFeatures.mentioned` of each call, by its number.
  var mentioned: [Int: Double] = [:]
  /// Of each process the lines that call themselves errors and name a place.
  var errorsWithPlaces: [Int: [SpokenLine]] = [:]
  /// Of each process the positions of the lines that complain of something in particular.
  var particulars: [Int: [(line: Int, isPlaced: Bool)]] = [:]
  /// Failed calls, by number, which nothing names, but what was said fits them.
  var fitting: Set<Int> = []
}

/// What the ranking looks at, for one run.
struct RankingContext {
  let history: History
  let path: FailurePath
  let mentions: Mentions
  /// Failed children of the failure path after which their parents went on, and failed over something
  /// else.
  let passedOver: Set<Int>
  /// Number of the last failed call of each process.
  let lastFailure: [Int: Int]
  /// Of each process whose last failed call was on a name with a suffix more than one that it had tried before
  /// in vain: that name, as a path. `unzip a.zip` tries a.zip.zip and a.zip.ZIP as well.
  let lastAsked: [Int: String]
  /// Number of the first complaint of each process.
  let firstComplaint: [Int: Int]
  /// Process and base name of each file that was there, but refused to be opened.
  let refusedNames: Set<String>
  /// Process and path of each failed call.
  let failedPaths: Set<String>
  /// Of each process of the failure path that wrote one: its report of tests that failed, with the
  /// position in `mentions` of its line.
  let testReports: [Int: TestReport]
  /// The processes to which a child gave its words in JSON, and that give them to people.
  let spokesmen: Set<Int>
  /// The error of a full or failing disk that a process of the failure path tells, or one above its
  /// innermost, if no call that was watched had one: writes to files are not.
  let storageError: ErrorNumber?
  /// Positions of the lines in which each process rejects what it was given in words that are nobody's
  /// consequence: an option that it does not know, or that root runs it.
  let rejections: [Int: [Int]]
  /// What was found out of this run so far.
  let memo = RankingMemo()
  /// The lines that complain in clear words.
  private let clearComplaints: [SpokenLine]

  init(history: History, path: FailurePath, tolerated: Set<Int> = []) {
    self.history = history
    self.path = path
    // What a process said as another program, such as a wrapper that then became the real one, is
    // not about what that one failed in; what it told another program in JSON, that one tells people.
    let spoken = history.words.lines.filter {
      $0.number >= history.processes[$0.process].executionNumber
    }
    // A byte 0xFF, which no text has, begins what V8 writes for another process.
    let coded = Set(
      spoken.filter { line in
        !line.isShown && line.stream == .standardOutput
          && line.text.unicodeScalars.contains { $0.value == 0x10FFFF }
      }.map(\.process))
    let isForProgram = { (line: SpokenLine) in
      !line.isShown
        && (line.text.hasPrefix("{\"") || Complaint.isPieceOfData(line.text)
          || line.stream == .standardOutput && coded.contains(line.process))
    }
    let lines = Self.withoutFramesOfGroups(spoken.filter { !isForProgram($0) })
    let tellers = Set(spoken.filter(isForProgram).map(\.process))
    spokesmen = Set(
      tellers.subtracting(lines.map(\.process)).compactMap { history.processes[$0].parent })
    let mentions = Mentions(lines)
    self.mentions = mentions
    testReports = TestReport.all(in: lines, of: path)
    let shown = FailurePath.heard(in: history, onlyShown: true)
    var passedOver: Set<Int> = []
    for parent in path.processes {
      for child in history.processes[parent].children.suffix(200)
      where history.processes[child].failed && !path.contains(child) && !shown.contains(child) {
        if FailurePath.wentOn(
          history.processes[parent], after: history.processes[child], in: history)
        {
          passedOver.insert(child)
        }
      }
    }
    self.passedOver = passedOver.union(tolerated)
    var last: [Int: Int] = [:]
    var looksForFile: Set<Int> = []
    for call in history.failures.calls where call.replacement == nil {
      // To complain of a file takes a look for the words.
      if Self.isForMessage(call), looksForFile.contains(call.process) { continue }
      last[call.process] = max(last[call.process] ?? 0, call.lastNumber)
      if call.path == nil {
        looksForFile.remove(call.process)
      } else {
        looksForFile.insert(call.process)
      }
    }
    lastFailure = last
    let failedPaths = Set(
      history.failures.calls.compactMap { call in call.path.map { "\(call.process) \($0)" } })
    self.failedPaths = failedPaths
    var asked: [Int: String] = [:]
    for call in history.failures.calls
    where call.error.isAbsence && last[call.process] == call.lastNumber {
      guard var path = call.path, !path.contains(".so") else { continue }
      while let dot = path.lastIndex(of: "."),
        failedPaths.contains("\(call.process) \(path[..<dot])")
      {
        path = String(path[..<dot])
        asked[call.process] = path
      }
    }
    lastAsked = asked
    var complaints: [Int: Int] = [:]
    for (position, line) in lines.enumerated() where complaints[line.process] == nil {
      if Complaint.weight(of: line.text.lowercased()) > 0, !mentions.isInWarning(position) {
        complaints[line.process] = line.number
      }
    }
    firstComplaint = complaints
    // The last line that a failing process wrote is meant, whatever its words.
    var lastLines: [Int: Int] = [:]
    for (position, line) in lines.enumerated()
    where line.stream == .standardError && history.processes[line.process].failed {
      lastLines[line.process] = position
    }
    let closing = Set(lastLines.values).union(testReports.values.map(\.line))
    clearComplaints = lines.enumerated().filter { position, line in
      let text = line.text.lowercased()
      guard !mentions.isInWarning(position) else { return false }
      return Complaint.weight(of: text) >= 0.6 || Complaint.isAboutInput(text)
        || closing.contains(position) && !text.contains("warning")
    }.map(\.element)
    let speakers = Set(
      path.processes.isEmpty ? [] : path.processes + history.lineage(of: path.leaf))
    let isSeen = history.failures.calls.contains { Self.storageErrors.contains($0.error) }
    storageError =
      isSeen
      ? nil
      : lines.lazy.filter { speakers.contains($0.process) && $0.stream != .log }
        .compactMap { SpokenError.find(in: $0.text) ?? Complaint.error(in: $0.text) }
        .first { Self.storageErrors.contains($0) }
    var rejections: [Int: [Int]] = [:]
    for (position, line) in lines.enumerated()
    where PrivilegeWords.refuseRoot(line.text)
      || UnknownWord.find(in: line.text) != nil && Complaint.readsAsError(line.text)
    {
      rejections[line.process, default: []].append(position)
    }
    self.rejections = rejections
    refusedNames = Set(
      history.failures.calls.compactMap { call in
        guard call.error == .accessDenied, call.replacement == nil, call.purpose == .open,
          let path = call.path
        else { return nil }
        return "\(call.process)/" + PathName.base(of: path)
      })
  }

  private static let storageErrors: Set<ErrorNumber> = [
    .noSpace, .quotaExceeded, .inputOutput, .fileTooLarge,
  ]

  /// True for a look for the translation of a message: what a program does as it complains.
  private static func isForMessage(_ call: FailedCall) -> Bool {
    call.error.isAbsence
      && call.path.map { $0.hasSuffix(".mo") && $0.contains("/LC_MESSAGES/") }
        ?? false
  }

  /// Python draws a frame around the exceptions of a group: its lines without that.
  private static func withoutFramesOfGroups(_ lines: [SpokenLine]) -> [SpokenLine] {
    let grouped = Set(
      lines.filter { $0.text.contains("+ Exception Group Traceback (most recent call last):") }
        .map(\.process))
    guard !grouped.isEmpty else { return lines }
    return lines.map { line in
      let text = line.text.trimmed
      guard grouped.contains(line.process), text.hasPrefix("| ") else { return line }
      var bare = line
      bare.text = String(text.dropFirst(2))
      return bare
    }
  }

  /// Number of the first clear complaint after event `number` by `process` or one of the failure
  /// path.
  func firstClearComplaint(after number: Int, of process: Int) -> SpokenLine? {
    clearComplaints.first {
      $0.number >= number && ($0.process == process || path.contains($0.process))
    }
  }

  /// The address that a process had connected to last; nil where that was refused. Sockets for datagrams are
  /// connected without a word to the other side, as getaddrinfo(3) does to compare addresses.
  func reachedPeer(of process: ProcessRecord) -> SocketAddress? {
    guard let peer = process.lastPeer,
      !history.failures.calls.contains(where: {
        $0.process == process.index && $0.purpose == .connect && $0.address == peer
          && $0.replacement == nil && $0.error == .connectionRefused
      })
    else { return nil }
    return peer
  }

  /// Number of the event that ended `process`, or of the last event.
  func endNumber(of process: Int) -> Int {
    let record = history.processes[process]
    return record.end == nil ? Int.max : record.endNumber
  }
}
