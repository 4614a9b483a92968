internal import RunComparison
internal import TraceEvents

/// The sentences on what differs between two runs.
struct DifferenceWording {
  let good: Report
  let bad: Report

  /// One difference, as a sentence without its full stop.
  func sentence(_ item: Difference) -> String {
    let subject = item.subject
    let error = item.error.map { " (\($0.name))" } ?? ""
    let who = item.program.map { $0.isEmpty ? "" : " \($0)" } ?? ""
    let otherName = item.there.map { $0 == item.here ? "" : ", as \($0)" } ?? ""
    switch item.kind {
    case .missingHere: return "\(subject) is missing here; there it is\(otherName)"
    case .missingThere: return "\(subject) is here, and was missing there\(otherName)"
    case .refusedHere:
      return "\(subject) is refused to\(who) here\(error), and was not there\(otherName)"
    case .refusedThere: return "\(subject) was refused to\(who) there\(error), and is not here"
    case .failsHere: return "\(subject) fails here\(error), and worked there\(otherName)"
    case .failsThere: return "\(subject) failed there\(error), and works here"
    case .connectionHere where item.error == .addressInUse || item.error == .addressNotAvailable:
      return "\(subject) cannot be taken by\(who) here\(error); there it could"
    case .connectionHere: return "\(subject) does not serve\(who) here\(error); there it did"
    case .connectionThere: return "\(subject) serves\(who) here; there it did not\(error)"
    case .server:
      return "\(subject): asked of \(item.here ?? "?") here, of \(item.there ?? "?") there"
    case .foundElsewhere: return "\(subject) was found there as \(item.there ?? "?")"
    case .program, .library:
      return "\(subject) is \(item.here ?? "?") here, and was \(item.there ?? "?") there"
    case .ranThere: return "Only there: \(subject)"
    case .ranHere: return "Only here: \(subject)"
    case .ended:
      return
        "\(subject) ends with \(Self.ending(item.here)) here, with \(Self.ending(item.there)) there"
    case .contents:
      return "\(subject) differs: of \(item.here ?? "?") bytes here, of \(item.there ?? "?") there"
    case .environment: return variable(item)
    case .limit:
      let option = Self.limitOptions[subject].map { " (ulimit \($0))" } ?? ""
      return "\(subject)\(option): \(item.here ?? "none") here, \(item.there ?? "none") there"
    case .user, .group, .groups, .capabilities, .directory, .umask, .system:
      return "\(subject): \(item.here ?? "none") here, \(item.there ?? "none") there"
    case .command:
      return "The command is \(item.here ?? "?") here, and was \(item.there ?? "?") there"
    case .arguments:
      return
        "\(subject) is run with \(Self.quoted(item.here)) here, with \(Self.quoted(item.there)) there"
    }
  }

  /// The options by which shells show and set limits (bash(1), ulimit).
  private static let limitOptions = [
    "RLIMIT_NOFILE": "-n", "RLIMIT_NPROC": "-u", "RLIMIT_CORE": "-c", "RLIMIT_FSIZE": "-f",
    "RLIMIT_STACK": "-s", "RLIMIT_AS": "-v", "RLIMIT_DATA": "-d", "RLIMIT_CPU": "-t",
    "RLIMIT_MEMLOCK": "-l", "RLIMIT_LOCKS": "-x",
  ]

  private static func ending(_ status: String?) -> String {
    guard let status, let number = Int32(status) else { return "an unknown status" }
    if number > 128, number < 193 { return SignalNumber(rawValue: number - 128).name }
    return "status \(number)"
  }

  private static func quoted(_ words: String?) -> String {
    guard let words, !words.isEmpty else { return "nothing in its place" }
    return words
  }

  /// A variable; of a search path, the directories that one side alone has.
  private func variable(_ item: Difference) -> String {
    let name = item.subject
    guard let there = item.there else {
      return "\(name) is set here (\(shown(item.here))), and was not there"
    }
    guard let here = item.here else {
      return "\(name) is not set here; there it was \(shown(there))"
    }
    let before = there.split(separator: ":")
    let now = here.split(separator: ":")
    if name.hasSuffix("PATH") || name.hasSuffix("_DIRS"), before.count + now.count > 2 {
      let missing = before.filter { !now.contains($0) }
      let more = now.filter { !before.contains($0) }
      if missing.isEmpty, more.isEmpty { return "\(name) has another order here: \(shown(here))" }
      var parts: [String] = []
      if !missing.isEmpty { parts.append("lacks \(shown(missing.joined(separator: ":"))) here") }
      if !more.isEmpty { parts.append("has \(shown(more.joined(separator: ":"))) here alone") }
      return "\(name) \(parts.joined(separator: " and "))"
    }
    return "\(name) is \(shown(here)) here, and was \(shown(there)) there"
  }

  private func shown(_ value: String?) -> String {
    guard let value, !value.isEmpty else { return "empty" }
    return value.count > 100 ? value.prefix(100) + "…" : value
  }

  // MARK: The verdict

  /// Why it works there and not here, in a sentence or two.
  func summary(
    _ comparison: RunComparison, _ list: [Difference], _ status: RunDifference.Status
  ) -> String {
    let failsHere = bad.verdict.status != .succeeded
    let failedThere = good.verdict.status != .succeeded
    if !failsHere {
      let what = "\(bad.targetName) does not fail here (\(bad.outcome.words))"
      if failedThere {
        return "\(what); it was the first run that failed (\(good.outcome.words)). "
          + "The run that went well comes first: --diff GOOD BAD."
      }
      return status == .same
        ? "Both runs succeeded, and nothing differs that matters."
        : "Both runs succeeded; \(counted(list.count, "thing differs", "things differ")) all the same."
    }
    if failedThere { return bothFailed(list, status) }
    guard let cause = bad.findings.first(where: { $0.role == .cause }) else {
      return bad.verdict.summary + withoutCause(list)
    }
    return bad.verdict.summary + " " + said(of: cause, comparison) + related(list)
  }

  private func bothFailed(_ list: [Difference], _ status: RunDifference.Status) -> String {
    let one = good.findings.first { $0.role == .cause }
    let other = bad.findings.first { $0.role == .cause }
    let start = "The first run failed as well (\(good.outcome.words))"
    if let one, let other, one.subject == other.subject, one.errno == other.errno {
      return "\(start), and for the same reason: \(bad.verdict.summary)"
    }
    return "\(start), so that it shows no way that works. There: \(good.verdict.summary) Here: "
      + bad.verdict.summary
  }

  /// What the run that went well says of the cause.
  private func said(of cause: Report.Finding, _ comparison: RunComparison) -> String {
    switch comparison.counterpart {
    case .worked(let name):
      let other = name == cause.subject ? "" : ", as \(name)"
      guard let error = cause.errno else { return "There that worked\(other)." }
      if [.connectionRefused, .timedOut, .hostUnreachable, .networkUnreachable].contains(error) {
        return "There it answered\(other)."
      }
      if error == .addressInUse { return "There it was free\(other)." }
      if error == .noEntry || error == .notDirectory { return "There it exists\(other)." }
      if [.accessDenied, .notPermitted, .readOnly].contains(error) {
        return "There it was permitted\(other)."
      }
      return "There that worked\(other)."
    case .failedToo: return "That failed there as well, so that it alone is not the reason."
    case .foundElsewhere(let name): return "There it was found as \(name)."
    case .notAsked: return "There it was not asked for."
    case nil: return "There that did not happen."
    }
  }

  /// The conditions that have to do with the cause: the two that tell most.
  private func related(_ list: [Difference]) -> String {
    let conditions = list.filter { item in
      guard item.isRelated else { return false }
      switch item.kind {
      case .environment, .user, .groups, .capabilities, .directory, .limit, .command, .arguments,
        .server, .program, .library:
        return true
      default: return false
      }
    }
    return conditions.prefix(2).map { " " + sentence($0).capitalizedFirst + "." }.joined()
  }

  private func withoutCause(_ list: [Difference]) -> String {
    guard let first = list.first(where: { $0.kind != .ended }) else {
      return " Nothing that was traced differs from the run that went well."
    }
    return " What differs most from the run that went well: \(sentence(first))."
  }
}

extension String {
  /// With a small first letter made a capital, unless it begins a name or path.
  fileprivate var capitalizedFirst: String {
    ["user", "supplementary", "capabilities", "working", "port"].contains(where: hasPrefix)
      ? prefix(1).uppercased() + dropFirst() : self
  }
}
