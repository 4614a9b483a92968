internal import History
internal import TraceEvents

/// The way down from the process that the user started to the one whose failure was handed up.
struct FailurePath {
  /// Indices in `History.processes`, the user's process first, the innermost failure last.
  let processes: [Int]
  /// The same, for looking up.
  private let members: Set<Int>

  /// The innermost process.
  var leaf: Int { processes[processes.count - 1] }

  func contains(_ process: Int) -> Bool { members.contains(process) }

  /// Follows, from a process down, the child whose failure its parent inherited; from the first one
  /// where nothing else is said.
  ///
  /// Empty only for a history without processes.
  init(
    in history: borrowing History, from top: Int = 0, besides tolerated: Set<Int> = []
  ) {
    var path: [Int] = history.processes.isEmpty ? [] : [top]
    let heard = Self.heard(in: history)
    let shown = Self.heard(in: history, onlyShown: true)
    func descend() {
      while let last = path.last, path.count < 256,
        let child = Self.inheritedFailure(
          of: history.processes[last], in: history, heard: heard, shown: shown,
          besides: tolerated)
      {
        path.append(child)
      }
    }
    descend()
    if let test = Self.reportedTest(besides: path, in: history), !tolerated.contains(test) {
      path.append(test)
      descend()
    }
    if let (giver, chain) = Self.failedCheck(of: path, in: history) {
      path = Array(path.prefix { $0 != giver }) + [giver] + chain
      descend()
    }
    if let last = path.last {
      if let reader = Self.failedReader(of: last, in: history)
        ?? Self.failedMember(behind: last, in: history)
      {
        path.append(reader)
      } else if let writer = Self.failedWriter(before: last, in: history) {
        path.append(writer)
      }
    }
    processes = path
    members = Set(path)
  }

  /// The program of a test that a report names as failed (`FAIL: t2.sh`, as automake writes it), where what
  /// failed last only reported it.
  private static func reportedTest(
    besides path: [Int], in history: borrowing History
  ) -> Int? {
    guard let top = path.first, history.processes[top].failed else { return nil }
    for line in history.words.lines where line.isShown && line.text.hasPrefix("FAIL: ") {
      let words = line.text.dropFirst(6).split(separator: " ")
      guard let name = words.first.map({ PathName.base(of: String($0)) }), name.utf8.count > 1
      else {
        continue
      }
      let test = history.processes.first { process in
        process.failed && process.hasExecuted && process.endNumber <= line.number
          && (process.executedPath.map(PathName.base) == name
            || process.arguments.prefix(3).contains { PathName.base(of: $0) == name })
          && !path.contains(process.index)
          && process.executable.map(PathName.base) != "make"
      }
      if let test { return path.contains(test.index) ? nil : test.index }
    }
    return nil
  }

  /// For a process that wrote to nobody: the reader that had failed before, and so is to blame.
  private static func failedReader(of writer: Int, in history: borrowing History) -> Int? {
    let number: Int
    switch history.brokenChannels[writer] {
    case .pipe(let pipe, _): number = pipe
    case .socket(let state): number = state.number
    default: return nil
    }
    let closings = history.closings
    guard let closing = closings.last(where: { $0.pipe == number && $0.process != writer }),
      closing.atEnd, history.processes[closing.process].failed,
      !history.lineage(of: writer).contains(closing.process)
    else { return nil }
    return closing.process
  }

  /// Every process that said something, or one below it did; where the user's own program was to
  /// write, if only what was shown counts.
  static func heard(in history: borrowing History, onlyShown: Bool = false) -> Set<Int> {
    var heard: Set<Int> = []
    for line in history.words.lines
    where !heard.contains(line.process) && (line.isShown || !onlyShown) {
      heard.formUnion(history.lineage(of: line.process))
    }
    return heard
  }

  /// How many of a parent's children, the last ones, can have failed it: with this many after them,
  /// earlier ones were passed over.
  private static let examined = 1000

  /// The child of `parent` whose failure became the parent's own; nil if there is none.
  private static func inheritedFailure(
    of parent: ProcessRecord, in history: borrowing History, heard: Set<Int>, shown: Set<Int>,
    besides tolerated: Set<Int>
  ) -> Int? {
    guard parent.failed || parent.end == nil else { return nil }
    if let child = countedChild(of: parent, in: history), !tolerated.contains(child) {
      return child
    }
    var best: (child: Int, score: Double)?
    for index in parent.children.suffix(examined) {
      let child = history.processes[index]
      // What became another program ends with that one's status, whatever failed before.
      guard child.failed, !tolerated.contains(index),
        child.endNumber > parent.executionNumber || parent.executionNumber == 0,
        parent.end == nil || child.endNumber <= parent.endNumber
          || toldBefore(child, theEndOf: parent, in: history)
      else { continue }
      let score = inheritance(
        of: child, by: parent, in: history, heard: heard, shown: shown, besides: tolerated)
      if score >= (best?.score ?? 2.0) { best = (index, score) }
    }
    if let last = best?.child,
      let meant = unreached(by: parent, before: history.processes[last], in: history),
      !tolerated.contains(meant)
    {
      return meant
    }
    return best?.child
      ?? onlyVoice(among: parent, in: history, heard: heard, shown: shown, besides: tolerated)
  }

  /// The first child that failed with words of its own, of a parent that ended with a status of failure
  /// and complained of nothing itself: one that goes on with the next after a failure, and hands it on
  /// at its end (xargs, `./check "$host" || failed=1` in a loop). A summary ("had errors") is no complaint;
  /// then what the child said into a file counts as well.
  private static func onlyVoice(
    among parent: ProcessRecord, in history: borrowing History, heard: Set<Int>, shown: Set<Int>,
    besides tolerated: Set<Int>
  ) -> Int? {
    guard case .exited(let status) = parent.end, status != 0 else { return nil }
    let said = history.words.lines.filter { $0.process == parent.index && $0.isShown }
    let isSummary = { (line: SpokenLine) in Complaint.isClosing(line.text.lowercased()) }
    guard said.allSatisfy({ $0.stream != .standardError || isSummary($0) }) else { return nil }
    // A shell's `echo >&2` writes to a copy of standard error, as descriptor 1.
    let sumsUp = said.contains(where: isSummary)
    return parent.children.suffix(examined).first { index in
      let child = history.processes[index]
      return child.failed && child.endNumber <= parent.endNumber
        && (shown.contains(index) || sumsUp && heard.contains(index))
        && !tolerated.contains(index)
    }
  }

  /// True if a child that ended a little later had complained before its parent ended with the same
  /// status and without a word, as the two sides of one program that talk over a pipe do.
  private static func toldBefore(
    _ child: ProcessRecord, theEndOf parent: ProcessRecord, in history: borrowing History
  ) -> Bool {
    if complainedFirst(child, beside: parent, in: history) { return true }
    guard let status = parent.shellStatus, status == child.shellStatus, status != 1 else {
      return false
    }
    let said = history.words.lines.filter { $0.stream == .standardError }
    return !said.contains { $0.process == parent.index }
      && said.contains {
        $0.process == child.index && $0.number < parent.endNumber
          && Complaint.weight(of: $0.text.lowercased()) >= 0.6
      }
  }

  /// True if a process complained of its own in clear words after a child's end.
  private static func complained(
    _ parent: ProcessRecord, after child: ProcessRecord, in history: borrowing History
  ) -> Bool {
    history.words.lines.contains {
      $0.process == parent.index && $0.number > child.endNumber && $0.stream == .standardError
        && Complaint.weight(of: $0.text.lowercased()) >= 0.6
    }
  }

  /// How many events after a child's end its parent is taken to have gone on with something else.
  private static let wayOn = 40

  /// True if a process went on after the end of a child that nothing was shown of, and then complained
  /// of something else, without naming the child.
  static func wentOn(
    _ parent: ProcessRecord, after child: ProcessRecord, in history: borrowing History
  ) -> Bool {
    let names = commandNames(of: child, in: history)
    let complaint = history.words.lines.first {
      $0.process == parent.index && $0.number > child.endNumber && $0.stream != .log
        && Complaint.weight(of: $0.text.lowercased()) >= 0.6
    }
    guard let complaint else { return false }
    // While it waits for others that ran beside, it does not go on.
    let waited = parent.children.suffix(examined).map { history.processes[$0] }.filter {
      $0.startNumber < child.endNumber && $0.endNumber > child.endNumber
        && $0.endNumber < complaint.number
    }.map(\.endNumber).max()
    guard complaint.number - (waited ?? child.endNumber) > wayOn else { return false }
    return !history.words.lines.contains { line in
      line.process == parent.index && line.number > child.endNumber
        && names.contains { line.text.contains($0) }
    }
  }

  /// The names that a complaint about a command would have: those of it and of what it started.
  private static func commandNames(
    of process: ProcessRecord, in history: borrowing History
  ) -> [String] {
    var names: [String]
    if process.hasExecuted {
      names = [process.name] + process.arguments.prefix(3).map(PathName.base)
    } else {
      // A fork of the parent has the parent's own; what it could not become has its own.
      names = history.failures.calls.lazy
        .filter { $0.process == process.index && $0.purpose == .execute }
        .prefix(8).compactMap { $0.path.map(PathName.base) }
    }
    for child in process.children.prefix(8) { names.append(history.processes[child].name) }
    return names.filter { $0.utf8.count > 1 && !$0.hasPrefix("-") && $0 != "sh" && $0 != "bash" }
  }

  /// True if the next words of a parent tell that child's status, and that it ends over it:
  /// `make: *** [Makefile:4: all] Error 1`.
  private static func isReported(
    _ child: ProcessRecord, by parent: ProcessRecord, in history: borrowing History
  ) -> Bool {
    guard case .exited(let status) = child.end else { return false }
    let threw = history.words.lines.contains { line in
      line.process == parent.index && line.number > child.endNumber
        && ["CalledProcessError", "returned non-zero exit status"].contains(
          where: line.text.contains)
        && line.text.contains(child.name)
    }
    if threw { return true }
    let next = history.words.lines.lazy.filter {
      $0.process == parent.index && $0.number > child.endNumber
    }.prefix(3).map(\.text)
    guard let line = next.first else { return false }
    return line.contains(": *** [") && line.hasSuffix("] Error \(status)")
      || status > 1 && next.contains { tellsStatus(status, $0) }
  }

  /// How much speaks for `parent` having failed because of `child`.
  private static func inheritance(
    of child: ProcessRecord, by parent: ProcessRecord, in history: borrowing History,
    heard: Set<Int>, shown: Set<Int>, besides tolerated: Set<Int>
  ) -> Double {
    let (wasHeard, wasShown) = (heard.contains(child.index), shown.contains(child.index))
    // What fails out of sight and with another status than the parent's is cleaning up, after a failure that was seen.
    let isAside = { (other: ProcessRecord) in
      other.failed && !shown.contains(other.index) && parent.end != nil
        && other.shellStatus != parent.shellStatus
    }
    var score = 0.0
    if parent.end == nil {
      // A parent that was still running had at most been about to hand the failure on.
      score -= 1
    } else if parent.shellStatus == child.shellStatus {
      score += 2
    }
    var startedAfter = 0
    var failedAfter = false
    for sibling in parent.children.suffix(examined) {
      let other = history.processes[sibling]
      if tolerated.contains(sibling) { continue }
      if isAside(child), !isAside(other), other.failed, other.shellStatus == parent.shellStatus,
        shown.contains(sibling) || (parent.shellStatus ?? 0) > 1,
        other.endNumber < child.startNumber
      {
        score -= 3
      }
      if wasShown || handsStatusOn(child, to: parent), isAside(other) { continue }
      if other.startNumber > child.endNumber, other.hasExecuted { startedAfter += 1 }
      if other.index != child.index, other.failed, other.endNumber > child.endNumber {
        failedAfter = true
      }
    }
    if startedAfter == 0 {
      score += 2
    } else {
      // Cleaning up after a failure, and passing it on, starts a command or two.
      let complained = history.words.lines.contains {
        $0.process == child.index && $0.stream == .standardError
      }
      score += (complained ? 0.5 : 0) - 0.75 * Double(min(startedAfter, 6))
    }
    if !failedAfter { score += 1 }
    if isReported(child, by: parent, in: history) { score += 2 }
    let isFree = !handsStatusOn(child, to: parent)
    let isOfFile = isFree && complainedOfFile(parent, after: child, in: history)
    let isElsewhere = isOfFile || !wasShown && isFree && wentOn(parent, after: child, in: history)
    if !isOfFile, wasTriedInVain(child, by: parent, in: history) { score += 2 }
    if score >= 2, isElsewhere { score -= 3.5 }
    switch child.end {
    case .killed(let signal, _):
      let sender = child.signals.last { $0.delivery.signal == signal }?.delivery.sender
      if sender == parent.pid {
        score -= 5
      } else if signal == .brokenPipe, parent.shellStatus != child.shellStatus {
        score -= 3
      } else {
        score += 1
      }
    case .exited(1) where !wasHeard && child.unreturnedFault == nil:
      // Status 1 without a word is how commands answer "no".
      score -= 1.5
      if !child.hasExecuted, complained(parent, after: child, in: history) { score -= 2.5 }
    default: break
    }
    return score
  }
}
