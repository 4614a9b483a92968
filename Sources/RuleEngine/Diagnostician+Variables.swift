internal import HeuristicCatalog
internal import History
internal import TraceEvents

// Environment variables that words are about.
extension Diagnostician {
  /// A variable of the environment that words name, or whose value they quote; nil where none is.
  func variableInWords(
    _ candidate: Candidate, _ process: ProcessRecord
  ) -> (name: String, value: String, sentence: String, isMissing: Bool)? {
    guard case .words(let position) = candidate.source else { return nil }
    let lines = run.mentions.lines
    let line = lines[position]
    let before =
      position > 0 && lines[position - 1].process == line.process
      ? [lines[position - 1].text] : []
    let tokens = Set(([line.text] + before).flatMap { Mentions.tokens(of: $0) })
    let quoted = Set(
      Complaint.quoted(in: line.text)
        + Mentions.tokens(of: line.text).filter {
          $0.hasPrefix("-") || $0.contains(":") || $0.contains("/")
        })
    let module = MissingModule(in: line.text)?.name
    for entry in process.environment {
      guard let mark = entry.firstIndex(of: "=") else { continue }
      let name = String(entry[..<mark])
      let value = String(entry[entry.index(after: mark)...])
      guard value.utf8.count > 3, value.utf8.count < 200, !Self.ofEveryProgram.contains(name),
        !Self.secrets.contains(where: name.contains)
      else { continue }
      if name.utf8.count > 3, tokens.contains(name), name == name.uppercased() {
        let isMissing = value.hasPrefix("/") && observer.isMissing(value)
        return (
          name, value,
          "The environment variable \(name) is \(value)\(isMissing ? ", which does not exist" : "").",
          isMissing
        )
      }
      let parts = [value] + value.split { $0 == " " || $0 == "," || $0 == "=" }.map(String.init)
      // Options of an interpreter, such as RUBYOPT=-rtrace, name modules.
      let asks = module.map { module in
        parts.contains { $0.hasPrefix("-") && $0.dropFirst(2) == module }
      }
      if asks ?? false || parts.contains(where: { $0.utf8.count > 3 && quoted.contains($0) }),
        !process.arguments.dropFirst().contains(where: { $0.contains(value) })
      {
        return (
          name, value, "It comes from the environment variable \(name), which is \(value).", true
        )
      }
    }
    return nil
  }

  private static let secrets = ["PASS", "TOKEN", "SECRET", "KEY", "CREDENTIAL", "AUTH"]

  /// What every program has, and nobody set for this one.
  static let ofEveryProgram: Set<String> = [
    "PWD", "OLDPWD", "_", "SHELL", "PATH", "HOME", "MAIL", "TMPDIR", "USER", "LOGNAME", "LANG",
    "TERM", "HOSTNAME", "SHLVL",
  ]
}
