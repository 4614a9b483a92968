internal import History
internal import TraceEvents

/// A host name that a process looked up in vain, and did not speak of.
struct VainLookup: Sendable, Hashable {
  /// The name, where it was seen.
  var name: String?
  /// The name server that was asked, or was to be.
  var server: String
  /// Why it could not be asked, in words; nil where it was.
  var trouble: String?
  /// What /etc/resolv.conf and /etc/nsswitch.conf say, in sentences.
  var resolver: String?
  /// A line of /etc/hosts with a near name.
  var near: String?
}

/// The other side of a connection, from which a process then waited for an answer.
struct AwaitedPeer: Sendable, Hashable {
  var address: String
  /// How long it waited at once, in words.
  var pause: String
}

// Names that were looked up in vain, where the program keeps that to itself.
extension Observer {
  /// The name for which a name server was to be asked, where it was seen.
  static func nameAskedFor(by call: FailedCall) -> String? {
    for case .text(let name) in call.call.arguments { return name }
    return nil
  }

  /// The name that a process which failed asked a name server for, and after which it connected to nothing; nil
  /// where there is none, and for the name of this machine, which many look up and do without.
  func vainLookup(of process: ProcessRecord, asking: Bool) -> VainLookup? {
    guard process.failed, let question = process.openQuestion else { return nil }
    var lookup = VainLookup(
      name: question.name, server: question.server, trouble: question.error?.words)
    guard asking else { return lookup }
    if let name = question.name {
      let own = inquiry.kernelParameter("kernel/hostname")
      if name == own || own.map({ name.hasPrefix($0 + ".") }) ?? false { return nil }
      lookup.near = nearHost(to: name)
    }
    lookup.resolver = resolver(for: question.name)
    return lookup
  }
}

extension Observer {
  /// Fills in what words that name nothing keep to themselves, and what is no complaint but a question.
  func describeKeptReasons(
    _ process: ProcessRecord, _ line: SpokenLine, in seen: inout LastWords, asking: Bool
  ) {
    describeQuestion(process, line, in: &seen)
    guard Complaint.namesNothing(line.text) else { return }
    seen.tools.vainLookup = vainLookup(of: process, asking: asking)
    seen.tools.awaitedPeer = awaitedPeer(of: process)
    if seen.tools.awaitedPeer == nil {
      seen.tools.lastAnswerer = lastAnswerer(of: process, before: line)
    }
    guard asking, let hidden = hiddenImport(of: process) else { return }
    seen.file = hidden.place.file
    seen.lineNumber = hidden.place.number
    describeModule(
      in: "No module named '\(hidden.module)'", process, in: &seen, asking: true)
  }
}

// Answers that did not come, where the program keeps that to itself.
extension Observer {
  /// Seconds that nobody spends between two calls but to wait.
  private static let longPause = 1.0

  /// The address that a process had connected to and then did nothing for, with how long that was; nil where it
  /// did not wait so.
  func awaitedPeer(of process: ProcessRecord) -> AwaitedPeer? {
    guard history.hasTimes, process.longestPause >= Self.longPause,
      let peer = run.reachedPeer(of: process)
    else { return nil }
    return AwaitedPeer(
      address: peer.description, pause: Wording.seconds(process.longestPause))
  }
}

extension Observer {
  /// How many events after a connection was made an answer, or none, becomes words: little is done in between.
  private static let eventsToWords = 12

  /// The address that a process had connected to as the last that it did before `line`, where nothing failed after
  /// that: reads are not watched, and so neither is an answer that never came (`read(2)` gave 0).
  func lastAnswerer(of process: ProcessRecord, before line: SpokenLine) -> String? {
    guard process.failed, let number = process.lastStreamNumber, number < line.number,
      line.number - number <= Self.eventsToWords, process.openConnects.isEmpty,
      let peer = run.reachedPeer(of: process),
      !history.failures.calls.contains(where: { call in
        call.process == process.index && call.lastNumber > number && call.number < line.number
          && !call.error.isAbsence && call.purpose != .connect
      })
    else { return nil }
    return peer.description
  }
}

extension Complaint {
  /// True for words that say that something went wrong, and nothing of what or why: `import failed`,
  /// `worker: no broker`.
  static func namesNothing(_ line: String) -> Bool {
    let text = LogPrefix.removed(from: line.trimmed).lowercased()
    guard error(in: line) == nil, quoted(in: line).isEmpty, !isAboutInput(text),
      !reasons.contains(where: { text.contains($0) })
    else { return false }
    // What stands before the last colon is who says so.
    let said = text.lastRange(of: ": ").map { text[$0.upperBound...] } ?? text[...]
    // "health check: FAIL".
    let isVerdict = verdicts.contains(said.trimmed.filter(\.isLetter))
    let words = (isVerdict ? text.replacing(":", with: "")[...] : said).split(separator: " ")
    return (2...9).contains(words.count)
      && words.allSatisfy { word in
        word.allSatisfy { $0.isLetter || $0.isNumber || "-'!.,".contains($0) }
          && !word.dropLast().contains(".")
      }
  }

  private static let verdicts: Set<String> = [
    "fail", "failed", "failure", "error", "down", "bad", "critical", "unhealthy",
  ]

  /// What tells why, in words of its own.
  private static let reasons = [
    "no such", "not found", "unknown", "invalid", "denied", "permission", "not permitted",
    "password",
    "already ", "expired", "refused", "not allowed", "unsupported", "not supported", "must ",
    "required", "certificate", "too many", "too long", "too old", "memory", "no space", "usage",
    "version", "mismatch", "conflict", "duplicate", "undefined", "timed out", "timeout", "option",
    "argument", "not set", "not a ", "checksum", "corrupt", "locked", "test", "cyclic", "circular",
  ]
}
