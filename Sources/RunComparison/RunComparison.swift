internal import History
internal import TraceEvents

/// What differs between two runs of one program: why it worked there, and not here.
package struct RunComparison: Sendable {
  /// What differs, the most telling first.
  package let differences: [Difference]
  /// What the run that went well says of the cause; nil where it cannot say anything.
  package let counterpart: Counterpart?
  /// True if both runs told their environment.
  package let comparesEnvironments: Bool
  /// True if both runs told who they acted as.
  package let comparesUsers: Bool

  /// Compares `bad` with `good`.
  package init(good: ComparedRun, bad: ComparedRun) {
    let paths = PathComparison(good: good, bad: bad)
    counterpart = bad.cause.flatMap { CauseComparison(paths: paths, cause: $0).counterpart() }
    var list = paths.differences()
    list += LibraryComparison(good: good, bad: bad).differences()
    list += ProcessComparison(good: good, bad: bad).differences()
    let program = bad.cause?.program
    let there = good.execution(of: program)
    let here = bad.execution(of: program)
    comparesEnvironments =
      !(there?.environment ?? []).isEmpty && here != nil && bad.knowsEnvironment
    if let there, let here, comparesEnvironments {
      list +=
        EnvironmentComparison(there: there.environment, here: here.environment).differences()
    }
    let before = there?.credentials ?? good.credentials
    let now = here?.credentials ?? bad.credentials
    comparesUsers = before != nil && now != nil
    if let before, let now { list += Self.identity(before, now, good, bad) }
    list += Self.circumstances(good, bad, paths)
    if case .foundElsewhere(let name) = counterpart, let cause = bad.cause {
      list.append(
        Difference(.foundElsewhere, cause.subject, there: name, error: cause.error, weight: 3))
    }
    let relation = CauseRelation(good: good, bad: bad, counterpart: counterpart)
    for index in list.indices { relation.weigh(&list[index]) }
    let ranks = Dictionary(
      uniqueKeysWithValues: Difference.Kind.allCases.enumerated().map { ($1, $0) })
    differences = list.sorted { one, other in
      if one.isRelated != other.isRelated { return one.isRelated }
      if one.weight != other.weight { return one.weight > other.weight }
      if one.kind != other.kind {
        return ranks[one.kind, default: 0] < ranks[other.kind, default: 0]
      }
      return (one.number, one.subject) < (other.number, other.subject)
    }
  }

  /// Who the programs acted as.
  private static func identity(
    _ there: Credentials, _ here: Credentials, _ good: ComparedRun, _ bad: ComparedRun
  ) -> [Difference] {
    var list: [Difference] = []
    if there.user != here.user {
      list.append(
        Difference(
          .user, "user", there: good.userName ?? String(there.user),
          here: bad.userName ?? String(here.user), weight: 2))
    }
    if there.group != here.group {
      list.append(
        Difference(
          .group, "group", there: good.groupNames.first ?? String(there.group),
          here: bad.groupNames.first ?? String(here.group), weight: 1))
    }
    let (before, now) = (Set(there.groups), Set(here.groups))
    if before.subtracting([there.group]) != now.subtracting([here.group]) {
      list.append(
        Difference(
          .groups, "supplementary groups", there: Self.words(before, good.groupNames),
          here: Self.words(now, bad.groupNames), weight: 0.8))
    }
    // Those of another user differ of themselves.
    if there.user == here.user, there.capabilities != here.capabilities {
      list.append(
        Difference(
          .capabilities, "capabilities", there: CapabilityNames.words(there.capabilities),
          here: CapabilityNames.words(here.capabilities), weight: 1.5))
    }
    return list
  }

  private static func words(_ groups: Set<UInt32>, _ names: [String]) -> String? {
    if groups.isEmpty { return nil }
    let numbers = groups.sorted().map(String.init)
    return (names.isEmpty ? numbers : names.dropFirst().sorted()).joined(separator: ", ")
  }

  /// The command, its directory, and the conditions under which it began.
  private static func circumstances(
    _ good: ComparedRun, _ bad: ComparedRun, _ paths: PathComparison
  ) -> [Difference] {
    var list: [Difference] = []
    let (there, here) = (good.command.map(PathForms.steady), bad.command.map(PathForms.steady))
    if there != here, !there.isEmpty, !here.isEmpty {
      list.append(
        Difference(
          .command, "command", there: good.command.joined(separator: " "),
          here: bad.command.joined(separator: " "), weight: 1.5))
    }
    if let before = good.workingDirectory, let now = bad.workingDirectory,
      PathForms.steady(before) != PathForms.steady(now)
    {
      list.append(Difference(.directory, "working directory", there: before, here: now, weight: 1))
    }
    let known = Dictionary(
      good.conditions.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    for condition in bad.conditions {
      guard let before = known[condition.name], before != condition.value else { continue }
      list.append(
        Difference(
          condition.kind, condition.name, there: before, here: condition.value,
          weight: condition.weight))
    }
    return list + contents(good, bad, paths)
  }

  /// Files of which the runs read different amounts, so that other things stand in them; those that the
  /// reports call configuration tell more than others.
  private static func contents(
    _ good: ComparedRun, _ bad: ComparedRun, _ paths: PathComparison
  ) -> [Difference] {
    var list: [Difference] = []
    for file in bad.readFiles {
      let forms = paths.bad.run.forms.forms(of: file.path)
      guard
        let other = good.readFiles.first(where: { other in
          paths.good.run.forms.forms(of: other.path).contains(where: forms.contains)
        }), other.bytes != file.bytes, other.bytes > 0, file.bytes > 0
      else { continue }
      list.append(
        Difference(
          .contents, file.path, there: String(other.bytes), here: String(file.bytes), weight: 1.5))
    }
    // Two runs that went well read what they like.
    guard bad.processes.first?.status != 0 else { return list }
    let known = Set(bad.readFiles.map(\.path))
    for subject in bad.usage.subjects
    where subject.bytes > 0 && !known.contains(subject.name) && isSteady(subject.name) {
      guard let other = paths.good.counterpart(of: subject, in: paths.bad), other.bytes > 0,
        other.bytes != subject.bytes
      else { continue }
      list.append(
        Difference(
          .contents, subject.name, there: String(other.bytes), here: String(subject.bytes),
          weight: 0.6))
    }
    return list
  }

  /// False for what the kernel makes up, for logs and for libraries, of which as much is read as is needed.
  private static func isSteady(_ path: String) -> Bool {
    let changing = ["/proc/", "/sys/", "/dev/", "/run/", "/var/log/", "/var/cache/", "/var/lib/"]
    return !changing.contains(where: path.hasPrefix) && !path.contains(".so")
      && !path.hasSuffix(".pyc") && !path.hasSuffix(".log")
  }
}

extension ComparedRun.Condition {
  /// What depends on the machine alone tells less.
  fileprivate var weight: Double {
    kind == .system || ["RLIMIT_SIGPENDING", "RLIMIT_NPROC"].contains(name) ? 0.1 : 0.8
  }
}

extension ComparedRun {
  /// False for a log or report, which says nothing of variables.
  fileprivate var knowsEnvironment: Bool {
    usage.executions.values.contains { !$0.environment.isEmpty }
  }
}
