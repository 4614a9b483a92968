internal import HeuristicCatalog
internal import History
internal import TraceEvents

// Words that are a consequence of what failed before them.
extension Diagnostician {
  /// What a shell says of a file that holds no text is a consequence of its being no program: `execvp(3)`
  /// hands to a shell what the kernel does not run.
  func preferRejectedProgram(_ findings: inout [Finding]) {
    guard let first = findings.first, let shell = history.process(pid: first.pid),
      let index = findings.firstIndex(where: { finding in
        finding.role == .cause && finding.error == .executableFormat
          && Self.ofNoText.contains(finding.heuristic)
          && shell.arguments.contains {
            PathName.absolute($0, from: shell.workingDirectory) == finding.subject
          }
      }), index > 0
    else { return }
    var rejected = findings.remove(at: index)
    rejected.confidence = max(rejected.confidence, first.confidence)
    findings.insert(rejected, at: 0)
  }

  /// The heuristics on files that are no program and no text.
  private static let ofNoText: Set<String> = [
    "programs/not-a-program", "programs/other-machine", "programs/packed", "programs/web-page",
  ]

  /// "No such user" is a consequence of the missing module of the one service that could tell.
  func preferNameService(_ findings: inout [Finding]) {
    guard let first = findings.first, let process = history.process(pid: first.pid),
      let index = findings.firstIndex(where: { finding in
        // A module that is there lacks what it needs.
        finding.subject.hasPrefix("libnss_")
          || finding.heuristic.hasPrefix("loader/")
            && finding.because.contains { $0.contains(" → libnss_") || $0.contains("/libnss_") }
      }), index > 0,
      hasNoNameService(process)
    else { return }
    var missing = findings.remove(at: index)
    missing.confidence = max(missing.confidence, first.confidence)
    findings.insert(missing, at: 0)
  }

  /// The service of nsswitch.conf(5) that a file is the module of.
  private static func nameService(_ path: String) -> String? {
    PathName.base(of: path).wholeMatch(of: /libnss_(.+)\.so\.2/).map { String($0.1) }
  }

  /// True if who looked up a user or group was answered by nobody, as the module of each service that
  /// nsswitch.conf(5) names for it is missing, or lacks a library.
  func hasNoNameService(_ process: ProcessRecord) -> Bool {
    let absent = history.failures.calls.compactMap { call -> String? in
      guard call.process == process.index, call.error.isAbsence, call.replacement == nil else {
        return nil
      }
      return call.path.flatMap(Self.nameService)
    }
    let observer = observer
    let unusable = process.libraries.filter { Self.nameService($0) != nil }.filter {
      observer.inquiry.library(
        $0, version: nil, observer.loaderStart(of: process, tried: []))?.lack != nil
    }.compactMap(Self.nameService)
    let missing = absent + unusable
    guard let service = missing.first else { return false }
    return observer.inquiry.lines(mentioning: [service], in: ["/etc/nsswitch.conf"]).contains {
      line in
      guard let mark = line.text.firstIndex(of: ":") else { return false }
      let services = line.text[line.text.index(after: mark)...]
        .split(whereSeparator: \.isWhitespace).filter { !$0.hasPrefix("[") }
      return !services.isEmpty && services.allSatisfy { missing.contains(String($0)) }
    }
  }
}

// Scripts and plugins that keep the reason to themselves.
extension Diagnostician {
  /// How sure a check is that a script ended over, and a library that a plugin lacked.
  private static let sure = 0.8

  /// Where no cause is known, a script that ended without a word did so over the check that its one `exit`
  /// stands behind.
  func preferFailedCheck(_ findings: inout [Finding]) {
    if let first = findings.first, first.role == .cause, first.confidence >= Self.causeThreshold {
      return
    }
    for process in run.path.processes.reversed().map({ history.processes[$0] }) {
      guard case .exited(let status) = process.end, status != 0,
        !run.mentions.lines.contains(where: {
          $0.process == process.index && $0.stream == .standardError
            && $0.number >= process.executionNumber
        })
      else { continue }
      let candidate = Candidate(
        source: .silence, process: process.index, number: process.endNumber,
        features: [
          (.process, RankingWeights.innermost), (.silent, RankingWeights.silentExit),
        ])
      let observation = observer.observation(of: candidate, asking: true)
      guard let seen = observation as? SilentExit, seen.check != nil || seen.exitPlace != nil,
        let heuristic = catalog.matches(
          observation, general: general(process, complaint: nil)
        ).first(where: { $0.role == .cause }),
        var finding = finding(for: candidate, explainedBy: heuristic)
      else { continue }
      finding.confidence = Self.sure
      findings.removeAll { $0.pid == finding.pid && $0.heuristic == "exits/silent" }
      findings.insert(finding, at: 0)
      return
    }
  }

  /// A library that a plugin needs and that was looked for in vain is why a program complains that it has no
  /// such thing, where its words give no reason of their own.
  func preferLostLibrary(_ findings: inout [Finding]) {
    guard let words = findings.first, words.role == .cause, words.features[.complaint] != nil,
      words.heuristic == "words/complaint", words.error == nil,
      let evidence = words.evidence.first,
      let line = run.mentions.lines.first(where: { $0.number == evidence.number }),
      NamedPlace.find(in: line.text, base: "/")?.line == nil,
      // Nor do the lines below it.
      run.mentions.lines.allSatisfy({
        $0.process != line.process || $0.stream != line.stream
          || Complaint.quoted(in: $0.text).isEmpty
      }),
      let index = findings.firstIndex(where: { finding in
        finding.heuristic == "loader/library-missing" && finding.pid == words.pid
          && finding.features[.replaced] == nil && finding.features[.knownHarmless] == nil
          // The program needs a plugin, and that the library.
          && finding.because.contains { $0.components(between: " → ") >= 3 }
      })
    else { return }
    var missing = findings.remove(at: index)
    missing.role = .cause
    missing.confidence = max(missing.confidence, min(words.confidence, Self.sure))
    missing.because.append(TargetText.escaped("\(line.text.trimmed) is what it then said."))
    findings.insert(missing, at: 0)
  }
}

extension String {
  /// How many parts `mark` makes of a text.
  fileprivate func components(between mark: String) -> Int { ranges(of: mark).count + 1 }
}
