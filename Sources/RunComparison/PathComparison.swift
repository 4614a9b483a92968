internal import History
internal import TraceEvents

/// Compares what became of each path and address in two runs.
struct PathComparison {
  typealias Subject = RunUsage.Subject

  /// One of the runs, with its subjects by each of the forms of their names.
  struct Side {
    let run: ComparedRun
    private let byForm: [String: Int]
    private let byBase: [String: [Int]]
    private let forms: PathForms

    init(_ run: ComparedRun) {
      self.run = run
      let forms = run.forms
      self.forms = forms
      var byForm: [String: Int] = [:]
      var byBase: [String: [Int]] = [:]
      byForm.reserveCapacity(run.usage.subjects.count)
      for (index, subject) in run.usage.subjects.enumerated() {
        let names =
          subject.address == nil
          ? forms.forms(of: subject.name, isRelative: subject.isRelative) : [subject.name]
        for form in names where byForm[form] == nil { byForm[form] = index }
        if subject.address == nil {
          byBase[PathName.base(of: subject.name), default: []].append(index)
        }
      }
      self.byForm = byForm
      self.byBase = byBase
    }

    /// The subject that is known by one of the names that `other` goes by in its own run.
    func counterpart(of other: Subject, in run: Side) -> Subject? {
      if other.address != nil { return byForm[other.name].map { self.run.usage.subjects[$0] } }
      for form in run.forms.forms(of: other.name, isRelative: other.isRelative) {
        if let index = byForm[form] { return self.run.usage.subjects[index] }
      }
      return nil
    }

    /// The subject of exactly this name, or of one of its forms.
    func subject(named name: String) -> Subject? {
      if let index = byForm[name] { return run.usage.subjects[index] }
      guard name.hasPrefix("/") else { return nil }
      return forms.forms(of: name).lazy.compactMap { byForm[$0] }.first.map {
        run.usage.subjects[$0]
      }
    }

    /// What was found under the last component `base`, wherever it was.
    func found(base: String) -> [Subject] {
      (byBase[base] ?? []).map { run.usage.subjects[$0] }.filter(\.isFound)
    }

    /// The program of a try.
    func program(of attempt: RunUsage.Try) -> String { run.usage.programs[attempt.program] }
  }

  let good: Side
  let bad: Side

  init(good: ComparedRun, bad: ComparedRun) {
    self.good = Side(good)
    self.bad = Side(bad)
  }

  /// What differs: what became of a path, which servers were reached.
  func differences() -> [Difference] {
    var result: [Difference] = []
    for subject in bad.run.usage.subjects {
      guard let other = good.counterpart(of: subject, in: bad) else { continue }
      if let difference = difference(there: other, here: subject) { result.append(difference) }
    }
    return withoutContents(of: result) + servers()
  }

  private func difference(there: Subject, here: Subject) -> Difference? {
    if here.address == nil, Self.isMadeAnew(here.name) { return nil }
    if let failure = Self.failure(of: here, bad, worksAs: there, good) {
      return difference(failure, there: there, here: here, isHere: true, bad)
    }
    if let failure = Self.failure(of: there, good, worksAs: here, bad) {
      return difference(failure, there: there, here: here, isHere: false, good)
    }
    return nil
  }

  private func difference(
    _ failure: RunUsage.Try, there: Subject, here: Subject, isHere: Bool, _ side: Side
  ) -> Difference {
    let error = failure.error ?? .noEntry
    let kind: Difference.Kind =
      if here.address != nil {
        isHere ? .connectionHere : .connectionThere
      } else if error.isAbsence {
        isHere ? .missingHere : .missingThere
      } else if [.accessDenied, .notPermitted, .readOnly].contains(error) {
        isHere ? .refusedHere : .refusedThere
      } else {
        isHere ? .failsHere : .failsThere
      }
    var weight = isHere ? 2.0 : 0
    if ![.inspect, .list, .other].contains(failure.purpose) { weight += 1 }
    if !error.isAbsence { weight += 0.5 }
    if error == .exists { weight -= 3 }
    return Difference(
      kind, here.name, there: there.name, here: here.name, program: side.program(of: failure),
      error: error, weight: weight, number: isHere ? failure.failed : 0)
  }

  /// The try of `subject` that failed, where what it wanted of it worked in the other run.
  private static func failure(
    of subject: Subject, _ side: Side, worksAs other: Subject, _ otherSide: Side
  ) -> RunUsage.Try? {
    var found: RunUsage.Try?
    for attempt in subject.tries where attempt.failed > 0 && attempt.served == 0 {
      guard let error = attempt.error else { continue }
      let isWorse: Bool
      if error.isAbsence, attempt.purpose != .remove {
        isWorse = !subject.isFound && other.isFound
      } else {
        let name = side.program(of: attempt)
        let same = other.tries.filter {
          otherSide.program(of: $0) == name && $0.purpose.isLike(attempt.purpose)
        }
        isWorse =
          same.isEmpty
          ? other.served(attempt.purpose) && !subject.served(attempt.purpose)
          : same.contains { $0.served > 0 }
      }
      guard isWorse else { continue }
      // A use says more than a look.
      if found == nil || found?.purpose == .inspect { found = attempt }
    }
    return found
  }

  /// A file that programs make for themselves where it is missing.
  private static func isMadeAnew(_ path: String) -> Bool {
    path.hasSuffix(".pyc") || path.contains("/__pycache__")
  }

  /// What lies in a directory that is missing is missing with it.
  private func withoutContents(of list: [Difference]) -> [Difference] {
    let missing = Set(
      list.filter { $0.kind == .missingHere || $0.kind == .missingThere }.map {
        "\($0.kind.rawValue) \($0.subject)"
      })
    return list.filter { item in
      guard item.kind == .missingHere || item.kind == .missingThere else { return true }
      var path = PathName.directory(of: item.subject)
      while path.utf8.count > 1 {
        if missing.contains("\(item.kind.rawValue) \(path)") { return false }
        path = PathName.directory(of: path)
      }
      return true
    }
  }

  // MARK: Servers

  /// Ports on which each run asked another host.
  private func servers() -> [Difference] {
    let there = Self.hosts(good.run.usage)
    let here = Self.hosts(bad.run.usage)
    return here.sorted { $0.key < $1.key }.compactMap { port, host in
      guard let other = there[port], other.name != host.name else { return nil }
      return Difference(
        .server, "port \(port)", there: other.name, here: host.name, weight: 2,
        number: host.number)
    }
  }

  /// By port, the one host that was asked there; ports with several have none.
  private static func hosts(_ usage: RunUsage) -> [UInt16: (name: String, number: Int)] {
    var hosts: [UInt16: (name: String, number: Int)] = [:]
    var ambiguous: Set<UInt16> = []
    for subject in usage.subjects {
      guard let port = subject.address?.port, port > 0, let host = subject.address?.host,
        let attempt = subject.tries.first(where: { $0.purpose == .connect })
      else { continue }
      if let known = hosts[port], known.name != host { ambiguous.insert(port) }
      hosts[port] = (host, max(attempt.failed, attempt.served))
    }
    return hosts.filter { !ambiguous.contains($0.key) }
  }
}

extension RunUsage.Subject {
  /// True if it was there at some time of the run.
  var isFound: Bool { tries.contains { $0.served > 0 && $0.purpose != .remove } }

  /// True if something like `purpose` worked.
  func served(_ purpose: RunUsage.Purpose) -> Bool {
    tries.contains { $0.served > 0 && $0.purpose.isLike(purpose) }
  }
}

extension FailedCall.Purpose {
  /// Whether two purposes need the same of a path.
  fileprivate func isLike(_ other: Self) -> Bool {
    self == other || [.open, .create].contains(self) && [.open, .create].contains(other)
  }
}
