extension Report {
  /// Where in a report a text stands, which decides whether it may have more than one line.
  package enum TextPlace: Sendable {
    /// A sentence, path or name: one line.
    case line
    /// Paragraphs, commands of several lines, words of a program.
    case block
    /// A word of an argument vector.
    case word
  }

  /// The report with every text that may come from the target replaced.
  ///
  /// Argument vectors are handed over whole, since a word's meaning depends on the one before.
  package func mappingTexts(
    _ text: (String, TextPlace) -> String, command: ([String]) -> [String]
  ) -> Report {
    var report = self
    report.source.path = source.path.map { text($0, .line) }
    report.target.command = command(target.command)
    report.target.executable = target.executable.map { text($0, .line) }
    report.target.cwd = target.cwd.map { text($0, .line) }
    report.target.user = target.user.map { text($0, .line) }
    report.verdict.summary = text(verdict.summary, .line)
    report.findings = findings.map { $0.mappingTexts(text) }
    report.processes = processes.map { process in
      var process = process
      process.program = process.program.map { text($0, .line) }
      process.command = command(process.command)
      return process
    }
    report.config.entries = config.entries.map { entry in
      var entry = entry
      entry.path = text(entry.path, .line)
      entry.program = entry.program.map { text($0, .line) }
      entry.via = entry.via.map { text($0, .line) }
      entry.realPath = entry.realPath.map { text($0, .line) }
      entry.readBy = entry.readBy.map { reader in
        .init(pid: reader.pid, program: reader.program.map { text($0, .line) })
      }
      entry.why.option = entry.why.option.map { text($0, .line) }
      entry.why.variable = entry.why.variable.map { text($0, .line) }
      entry.why.file = entry.why.file.map { text($0, .line) }
      entry.why.text = entry.why.text.map { text($0, .line) }
      entry.why.directory = entry.why.directory.map { text($0, .line) }
      return entry
    }
    report.config.summary = text(config.summary, .line)
    report.config.precedence = config.precedence.map { text($0, .line) }
    report.config.leftOut = config.leftOut.map {
      .init(path: text($0.path, .line), status: $0.status, reason: $0.reason)
    }
    report.config.find = config.find.map { find in
      .init(
        word: text(find.word, .line),
        lines: find.lines.map {
          .init(
            path: text($0.path, .line), line: $0.line, text: text($0.text, .line),
            isLast: $0.isLast)
        })
    }
    report.capture.notes = capture.notes.map { text($0, .line) }
    report.capture.harmless = capture.harmless.map { $0.mappingTexts(text) }
    report.snapshot = snapshot?.mappingTexts(text, command: command)
    report.threads = threads?.map { $0.mappingTexts(text) }
    report.lastWords = lastWords.map { words in
      var words = words
      words.program = words.program.map { text($0, .line) }
      words.text = text(words.text, .block)
      return words
    }
    return report
  }

  /// The report with every text and every word of a command replaced.
  package func mappingTexts(_ text: (String, TextPlace) -> String) -> Report {
    mappingTexts(text, command: { words in words.map { text($0, .word) } })
  }
}

extension Report.Finding {
  /// With every text that may come from the target replaced.
  func mappingTexts(
    _ text: (String, Report.TextPlace) -> String
  ) -> Report.Finding {
    var finding = self
    finding.confidenceReason = confidenceReason.map { text($0, .line) }
    finding.subject = text(subject, .line)
    finding.program = program.map { text($0, .line) }
    finding.title = text(title, .line)
    finding.why = why.map { text($0, .block) }
    finding.fixDetails = fixDetails.map { fix in
      var fix = fix
      fix.do = text(fix.do, .block)
      fix.note = fix.note.map { text($0, .block) }
      return fix
    }
    finding.evidence = evidence.map { $0.mappingTexts(text) }
    finding.pathDown = pathDown.map { text($0, .line) }
    return finding
  }
}

extension Report.Evidence {
  fileprivate func mappingTexts(
    _ text: (String, Report.TextPlace) -> String
  ) -> Report.Evidence {
    var evidence = self
    evidence.program = program.map { text($0, .line) }
    evidence.text = text(self.text, .line)
    return evidence
  }
}
