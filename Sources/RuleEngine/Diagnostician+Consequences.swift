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
      let index = findings.firstIndex(where: { $0.subject.hasPrefix("libnss_") }), index > 0,
      hasNoNameService(process)
    else { return }
    var missing = findings.remove(at: index)
    missing.confidence = max(missing.confidence, first.confidence)
    findings.insert(missing, at: 0)
  }

  /// True if who looked up a user or group was answered by nobody, as the module of each service that
  /// nsswitch.conf(5) names for it is missing.
  func hasNoNameService(_ process: ProcessRecord) -> Bool {
    let missing = history.failures.calls.compactMap { call -> String? in
      guard call.process == process.index, call.error.isAbsence, call.replacement == nil,
        let path = call.path,
        let match = PathName.base(of: path).wholeMatch(of: /libnss_(.+)\.so\.2/)
      else { return nil }
      return String(match.1)
    }
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
