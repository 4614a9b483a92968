internal import History
internal import TraceEvents

/// Aligns the process trees of two runs, by what the processes ran and in which order, and compares them.
struct ProcessComparison {
  private typealias Process = ComparedRun.Process

  let good: ComparedRun
  let bad: ComparedRun

  /// Pairs of positions that are the same process in both runs; the first processes always are.
  func pairs() -> [(there: Int, here: Int)] {
    guard !good.processes.isEmpty, !bad.processes.isEmpty else { return [] }
    let childrenThere = Self.children(good.processes)
    let childrenHere = Self.children(bad.processes)
    var pairs = [(there: 0, here: 0)]
    var next = 0
    while next < pairs.count {
      pairs += match(
        childrenThere[pairs[next].there] ?? [], childrenHere[pairs[next].here] ?? [])
      next += 1
    }
    return pairs
  }

  private static func children(_ processes: [Process]) -> [Int: [Int]] {
    var children: [Int: [Int]] = [:]
    for (index, process) in processes.enumerated() where index > 0 {
      // A damaged list could make a circle: parents come first.
      if let parent = process.parent, parent < index { children[parent, default: []].append(index) }
    }
    return children
  }

  /// Matches the children of two processes: those with the same arguments first, then those with the
  /// same program, each in order.
  private func match(_ there: [Int], _ here: [Int]) -> [(there: Int, here: Int)] {
    var pairs: [(there: Int, here: Int)] = []
    var taken: Set<Int> = []
    var rest = here
    for key in [Self.exact, Self.loose] {
      var waiting: [String: [Int]] = [:]
      for index in there.reversed() where !taken.contains(index) {
        waiting[key(good.processes[index]), default: []].append(index)
      }
      rest = rest.filter { index in
        guard let other = waiting[key(bad.processes[index])]?.popLast() else { return true }
        taken.insert(other)
        pairs.append((other, index))
        return false
      }
    }
    return pairs
  }

  private static func exact(_ process: Process) -> String {
    ([process.name] + process.arguments.dropFirst().map(PathForms.steady)).joined(separator: "\0")
  }

  private static func loose(_ process: Process) -> String { process.name }

  // MARK: What differs

  /// How processes ended, with which arguments they were run, and what ran in one of the runs alone.
  func differences() -> [Difference] {
    var result: [Difference] = []
    let pairs = pairs()
    for pair in pairs {
      let (there, here) = (good.processes[pair.there], bad.processes[pair.here])
      if pair.here > 0, there.name == here.name, let status = here.status,
        let before = there.status,
        status != before
      {
        result.append(
          Difference(
            .ended, here.name, there: String(before), here: String(status),
            weight: before == 0 ? 1 : 0.5))
      }
      guard pair.here > 0, there.name == here.name,
        let change = Self.change(there.arguments, here.arguments)
      else { continue }
      result.append(
        Difference(.arguments, here.name, there: change.there, here: change.here, weight: 1))
    }
    // What a script's first line says is a part of its arguments, and of no command.
    if good.command == bad.command, let there = good.execution(of: nil),
      let here = bad.execution(of: nil), let change = Self.change(there.arguments, here.arguments)
    {
      result.append(
        Difference(
          .arguments, PathName.base(of: here.path), there: change.there, here: change.here,
          weight: 1.5))
    }
    return result + unmatched(pairs)
  }

  private func unmatched(_ pairs: [(there: Int, here: Int)]) -> [Difference] {
    // A recording names more programs than a report lists processes.
    let namesThere = Self.names(good)
    let namesHere = Self.names(bad)
    let missing = namesThere.filter { !namesHere.contains($0) }
    let more = namesHere.filter { !namesThere.contains($0) }
    var result: [Difference] = []
    // What would have run after the failure did not run because of it.
    if !missing.isEmpty {
      let names = Self.list(missing)
      result.append(Difference(.ranThere, names, there: names, weight: 0.3))
    }
    if !more.isEmpty {
      let names = Self.list(more)
      result.append(Difference(.ranHere, names, here: names, weight: 1))
    }
    return result
  }

  private static func list(_ names: [String]) -> String {
    let rest = names.count > 8 ? ", and \(names.count - 8) more" : ""
    return names.prefix(8).joined(separator: ", ") + rest
  }

  /// The programs of a run in the order in which they came; the one that the user started apart.
  private static func names(_ run: ComparedRun) -> [String] {
    var seen: Set<String> = []
    let programs = run.usage.executions.keys.sorted().map { run.usage.programs[$0] }
    let all = programs.isEmpty ? run.processes.map(\.name) : programs
    return all.map(PathForms.steady).filter { seen.insert($0).inserted }
  }

  /// The words that each of two argument vectors has and the other has not; nil where they are the same.
  static func change(_ there: [String], _ here: [String]) -> (there: String, here: String)? {
    let (before, now) = (
      there.dropFirst().map(PathForms.steady), here.dropFirst().map(PathForms.steady)
    )
    guard before != now else { return nil }
    var start = 0
    while start < min(before.count, now.count), before[start] == now[start] { start += 1 }
    var end = 0
    while end < min(before.count, now.count) - start,
      before[before.count - 1 - end] == now[now.count - 1 - end]
    {
      end += 1
    }
    func words(_ list: [String]) -> String {
      list.dropFirst(1 + start).dropLast(end).prefix(12).joined(separator: " ")
    }
    return (words(there), words(here))
  }
}
