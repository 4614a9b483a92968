internal import FoundationEssentials
package import TraceEvents

/// Who holds a thing, for people and for programs.
package struct HolderReport: Codable, Sendable {
  /// What `schema` says in JSON.
  package static let schemaName = "whyfail.holders/1"

  private var schema = HolderReport.schemaName
  /// What was asked about.
  private var subject: String
  private var kind: HolderFindings.Kind
  /// One sentence: who holds it.
  private var summary: String
  private var holders: [Entry]
  /// How many processes could not be looked into.
  private var unseen: Int

  /// A process, or the kernel.
  private struct Entry: Codable, Sendable {
    @Nullable var pid: ProcessID?
    var name: String
    @Nullable var program: String?
    var command: [String]
    @Nullable var user: String?
    @Nullable var ageSeconds: Double?
    @Nullable var unit: String?
    @Nullable var terminal: String?
    /// Its ancestors, outermost first.
    var startedBy: [HolderProcess.Ancestor]
    /// As what it holds it, in words.
    var uses: [String]
    var details: [HolderUse]
    /// What releases it.
    var release: [Report.Fix]

    private enum CodingKeys: String, CodingKey {
      case pid, name, program, command, user, unit, terminal, uses, details, release
      case ageSeconds = "age_seconds"
      case startedBy = "started_by"
    }
  }

  /// True if anybody holds it.
  package var isHeld: Bool { !holders.isEmpty }

  /// A report of what was found, with secrets of command lines replaced if wanted.
  package init(_ findings: HolderFindings, redacts: Bool) {
    subject = findings.name
    kind = findings.kind
    unseen = findings.unseen
    let whole = findings.name
    holders = findings.holders.map { holder in
      let identity = holder.identity
      let command = identity?.arguments ?? []
      return Entry(
        pid: identity?.pid,
        name: identity?.name
          ?? ([.port, .socket].contains(findings.kind) ? "(not to be seen)" : "the kernel"),
        program: identity?.executable,
        command: redacts ? Redaction.redactedCommand(command) : command, user: identity?.userName,
        ageSeconds: identity.map { ($0.ageSeconds * 100).rounded() / 100 }, unit: identity?.unit,
        terminal: holder.terminal, startedBy: holder.ancestors,
        uses: Self.words(holder.uses, of: whole), details: holder.uses,
        release: Self.release(holder, of: findings))
    }
    let names = findings.holders.compactMap(\.identity).map { "\($0.name) (pid \($0.pid))" }
    let what = Self.subjectWords(findings)
    let start = what.hasPrefix("/") ? what : what.prefix(1).uppercased() + what.dropFirst()
    if findings.holders.isEmpty {
      summary = "Nobody that may be seen here uses \(what)."
    } else if names.isEmpty {
      summary = "No process that may be seen here uses \(what), but it is in use."
    } else {
      let shown = names.prefix(3).joined(separator: ", ")
      let more = names.count > 3 ? " and \(names.count - 3) more" : ""
      summary = "\(start) is used by \(shown)\(more)."
    }
  }

  private static func subjectWords(_ findings: HolderFindings) -> String {
    switch findings.kind {
    case .port: "the port \(findings.name)"
    case .socket: "the socket \(findings.name)"
    case .device: "the device \(findings.name)"
    case .mountPoint: "the file system mounted at \(findings.name)"
    case .directory: "the directory \(findings.name) or what is in it"
    case .file: findings.name
    }
  }

  // MARK: Words

  /// The uses in words; those of one kind and file are one line.
  private static func words(_ uses: [HolderUse], of whole: String) -> [String] {
    var lines: [String] = []
    for use in uses {
      let what = (use.what == whole ? "it" : use.what) + (use.isDeleted ? " (deleted)" : "")
      let descriptor = use.descriptor.map { " (descriptor \($0))" } ?? ""
      let line =
        switch use.kind {
        case .running: "runs \(what)"
        case .workingDirectory: "works in \(what)"
        case .root: "has \(what) as its root directory"
        case .mapped: "maps \(what) into memory"
        case .lock: "\(use.what)\(descriptor)"
        case .listening: "listens on \(use.what)\(descriptor)"
        case .bound: "is bound to \(use.what)\(descriptor)"
        case .connected: "is connected: \(use.what)\(descriptor)"
        case .mounted: "a file system is mounted at \(use.what)"
        case .swap: "swaps to \(use.what)"
        case .loop: "\(use.what) is a loop device on it"
        case .stacked: "\(use.what) is built upon it"
        case .open: "has \(what) open \(accessWords(use.access))\(descriptor)"
        }
      if !lines.contains(line) { lines.append(line) }
    }
    return lines
  }

  private static func accessWords(_ access: OpenDescriptor.Access?) -> String {
    switch access {
    case .write: "for writing"
    case .readWrite: "for reading and writing"
    case .read, nil: "for reading"
    }
  }

  private static let shells: Set<String> = ["bash", "sh", "dash", "zsh", "fish", "ksh", "tcsh"]

  /// How a holder lets go, the gentlest first.
  private static func release(_ holder: HolderProcess, of findings: HolderFindings) -> [Report.Fix]
  {
    guard let identity = holder.identity else { return kernelRelease(holder) }
    var fixes: [Report.Fix] = []
    let kinds = Set(holder.uses.map(\.kind))
    if kinds == [.workingDirectory], shells.contains(identity.name), let terminal = holder.terminal
    {
      fixes.append(
        Report.Fix(
          do: "cd /", safety: .safe, note: "In the shell at the terminal \(terminal), leave it:"))
    }
    if let unit = identity.unit {
      if unit.hasSuffix(".service") {
        fixes.append(Report.Fix(do: "systemctl stop \(shellQuoted([unit]))", safety: .checkFirst))
      } else if unit.hasPrefix("docker-") {
        fixes.append(Report.Fix(do: "docker stop \(unit.dropFirst(7))", safety: .checkFirst))
      } else if unit.hasPrefix("libpod-") {
        fixes.append(Report.Fix(do: "podman stop \(unit.dropFirst(7))", safety: .checkFirst))
      }
    }
    if identity.pid == 1 {
      fixes.append(
        Report.Fix(
          do: "It is process 1: it lets go when what it does this for is stopped.",
          safety: .checkFirst))
    } else {
      fixes.append(Report.Fix(do: "kill \(identity.pid)", safety: .checkFirst))
    }
    return fixes
  }

  private static func kernelRelease(_ holder: HolderProcess) -> [Report.Fix] {
    holder.uses.compactMap { use in
      let word = shellQuoted([use.what])
      return switch use.kind {
      case .mounted: Report.Fix(do: "umount \(word)", safety: .checkFirst)
      case .swap: Report.Fix(do: "swapoff \(word)", safety: .checkFirst)
      case .loop: Report.Fix(do: "losetup -d \(word)", safety: .checkFirst)
      default: nil
      }
    }
  }

  // MARK: Rendering

  /// As one JSON object.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(mappingTexts(TargetText.showingForeignBytes)) else {
      return "{}\n"
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  /// As text for a terminal.
  package func text(isVerbose: Bool, usesASCII: Bool) -> String {
    let options = TextOptions(isVerbose: isVerbose, usesASCII: usesASCII)
    let shown = mappingTexts { options.spelled(TargetText.escaped($0)) }
    let arrow = options.spelled(" → ")
    var lines = [shown.summary]
    for entry in shown.holders {
      let command = shellQuoted(entry.command)
      lines.append("")
      if let pid = entry.pid {
        let name = command.isEmpty ? "[\(entry.name)]" : command
        let age = entry.ageSeconds.map { ", running for \(durationWords($0))" } ?? ""
        lines.append("\(pid)  \(name)   (\(entry.user ?? "?")\(age))")
      } else {
        lines.append(entry.name)
      }
      let cap = isVerbose ? entry.uses.count : 8
      lines += entry.uses.prefix(cap).map { "  - \($0)" }
      if entry.uses.count > cap { lines.append("  - … \(entry.uses.count - cap) more; --verbose") }
      var chain = entry.startedBy.map { "\($0.name) (\($0.pid))" }
      if chain.count > 6 { chain = Array(chain.prefix(2)) + ["…"] + chain.suffix(3) }
      if let unit = entry.unit { chain.append(unit) }
      if let terminal = entry.terminal { chain.append("terminal \(terminal)") }
      if !chain.isEmpty { lines.append("  started by: " + chain.joined(separator: arrow)) }
      for fix in entry.release {
        lines.append(
          "  to release it: " + (fix.note.map { $0 + "  " } ?? "") + fix.do
            + (fix.safety.map { "   (\($0.words))" } ?? ""))
      }
    }
    if shown.unseen > 0 {
      lines += [
        "",
        "Note: \(counted(shown.unseen, "process", "processes")) of other users could not be looked "
          + "into; as root all are seen.",
      ]
    }
    return lines.map { options.spelled($0) + "\n" }.joined()
  }

  private func mappingTexts(_ text: (String) -> String) -> HolderReport {
    var report = self
    report.subject = text(subject)
    report.summary = text(summary)
    report.holders = holders.map { entry in
      var entry = entry
      entry.name = text(entry.name)
      entry.program = entry.program.map(text)
      entry.command = entry.command.map(text)
      entry.user = entry.user.map(text)
      entry.unit = entry.unit.map(text)
      entry.uses = entry.uses.map(text)
      entry.startedBy = entry.startedBy.map { .init(pid: $0.pid, name: text($0.name)) }
      entry.details = entry.details.map { use in
        var use = use
        use.what = text(use.what)
        return use
      }
      entry.release = entry.release.map { fix in
        var fix = fix
        fix.do = text(fix.do)
        return fix
      }
      return entry
    }
    return report
  }
}
