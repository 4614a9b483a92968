package import History
package import RunComparison
import TraceEvents

extension ReportedRun {
  /// A run whose events were folded.
  package init(name: String, report: Report, history: borrowing History, usage: RunUsage) {
    var usage = usage
    usage.finish(history)
    var run = ComparedRun(
      usage: usage, command: report.target.command, processes: Self.processes(report))
    run.take(report)
    run.words = history.words.lines.map(\.text)
    run.credentials = history.root?.credentials
    if let root = history.root,
      case .conditions(let conditions)? = history.facts[.conditions(pid: root.pid)]
    {
      run.conditions = conditions.list
      run.groupNames = conditions.groupNames
    }
    self.init(name: name, report: report, run: run, isReport: false)
  }

  /// A run of which a report is all that there is.
  package init(name: String, report: Report) {
    var usage = RunUsage()
    for entry in report.config.entries {
      let isFound = ![.missing, .denied, .error].contains(entry.status)
      usage.note(
        path: entry.path, program: entry.program.map { baseName(of: $0) } ?? "",
        error: isFound ? nil : entry.errno ?? .noEntry, isOpened: entry.status != .checked,
        number: max(1, entry.order))
    }
    for finding in report.findings {
      guard let error = finding.errno, finding.subject.hasPrefix("/") else { continue }
      usage.note(
        path: finding.subject, program: finding.program.map { baseName(of: $0) } ?? "",
        error: error, isOpened: true, number: finding.evidence.first?.event ?? 1)
    }
    var run = ComparedRun(
      usage: usage, command: report.target.command, processes: Self.processes(report))
    run.take(report)
    run.words = report.lastWords.map { [$0.text] } ?? []
    self.init(name: name, report: report, run: run, isReport: true)
  }

  private static func processes(_ report: Report) -> [ComparedRun.Process] {
    var positions: [ProcessID: Int] = [:]
    return report.processes.enumerated().map { index, process in
      let parent = process.parent.flatMap { positions[$0] }
      positions[process.pid] = index
      return ComparedRun.Process(
        parent: parent,
        name: process.program.map { baseName(of: $0) }
          ?? baseName(of: process.command.first ?? "?"),
        arguments: process.command,
        status: process.signal.map { 128 &+ $0.rawValue } ?? process.exitStatus)
    }
  }
}

extension RunConditions {
  /// Each condition with its value, in words.
  fileprivate var list: [ComparedRun.Condition] {
    var list = limits.map { limit in
      let soft = limit.soft.map(String.init) ?? "unlimited"
      let hard =
        limit.hard == limit.soft ? "" : " (at most \(limit.hard.map(String.init) ?? "unlimited"))"
      return ComparedRun.Condition(.limit, limit.name, soft + hard)
    }
    if let memoryLimit {
      list.append(.init(.limit, "memory limit of the control group", "\(memoryLimit) bytes"))
    } else {
      list.append(.init(.limit, "memory limit of the control group", "none"))
    }
    if let umask { list.append(.init(.umask, "umask", "0" + String(umask, radix: 8))) }
    list.append(.init(.system, "kernel", kernel))
    list.append(.init(.system, "distribution", distribution ?? "unknown"))
    list.append(.init(.system, "host", hostName ?? "unknown"))
    list.append(.init(.system, "security label", securityLabel ?? "none"))
    return list
  }
}

extension ComparedRun {
  fileprivate mutating func take(_ report: Report) {
    workingDirectory = report.target.cwd
    userName = report.target.user
    readFiles = report.config.entries.compactMap { entry in
      guard entry.status == .read, let bytes = entry.bytes else { return nil }
      return ReadFile(path: entry.path, bytes: Int64(bytes))
    }
    guard let finding = report.findings.first(where: { $0.role == .cause }) else { return }
    cause = Cause(
      // Where a program crashed is nothing that it asked for.
      subject: finding.signal == nil ? finding.subject : "", error: finding.errno,
      program: finding.program.map { baseName(of: $0) },
      texts: [finding.title] + finding.why + finding.evidence.map(\.text))
  }
}
