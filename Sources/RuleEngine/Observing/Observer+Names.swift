internal import History
internal import TraceEvents

/// Host names, and who is asked for them.
extension Observer {
  /// The host name that a later complaint names, if the command line has it too or its shape tells.
  func hostNameBeingResolved(after call: FailedCall) -> String? {
    for line in run.mentions.lines where line.number >= call.number {
      if let name = hostName(in: line.text) { return name }
    }
    return hostNameFromOutside()
  }

  /// A word of `text` that has the shape of a host name and stands on a command line of this run.
  func hostName(in text: String) -> String? {
    // Names without a dot look like any word: the place in the sentence tells them.
    if let name = NameWords.host(in: text), !isFile(name) { return name }
    let commands = run.path.processes.flatMap { history.processes[$0].arguments }
    let quoted = Complaint.quoted(in: text)
    return Mentions.tokens(of: text)
      .filter { token in
        Self.isHostName(token) && Self.isData(token, in: text) && !isFile(token)
          && (quoted.contains(token) || commands.contains { $0.contains(token) })
      }
      // A set has another order in each process; a recording must replay to the same answer.
      .max { ($0.count, $0) < ($1.count, $1) }
  }

  /// A host name on a command line of the failure path, or in a URL of its environment.
  func hostNameFromOutside() -> String? {
    for index in run.path.processes.reversed() {
      let process = history.processes[index]
      if let proxy = proxyName(of: process) { return proxy }
      for argument in process.arguments.dropFirst()
        + process.environment.filter({ $0.contains("://") })
      {
        for token in Mentions.tokens(of: argument).sorted() {
          for part in token.split(whereSeparator: { $0 == "/" || $0 == "@" }).map(String.init)
          where Self.isHostName(part) && Self.isData(part, in: argument) && !isFile(part) {
            return part
          }
        }
      }
      if let name = process.arguments.dropFirst().lazy.compactMap(NameWords.host(ofArgument:)).first
      {
        return name
      }
    }
    return nil
  }

  /// The host that a variable names as the proxy for the address on a command line: that name alone is then
  /// looked up.
  private func proxyName(of process: ProcessRecord) -> String? {
    guard let address = process.arguments.dropFirst().first(where: { $0.contains("://") }),
      let scheme = address.split(separator: ":").first.map({ String($0).lowercased() }),
      process.environmentValue("no_proxy") == nil, process.environmentValue("NO_PROXY") == nil
    else { return nil }
    let names = ["\(scheme)_proxy", "\(scheme.uppercased())_PROXY", "all_proxy", "ALL_PROXY"]
    guard let value = names.lazy.compactMap({ process.environmentValue($0) }).first.map(String.init)
    else { return nil }
    return NameWords.host(ofArgument: value.contains("://") ? value : "http://" + value)
  }

  /// What a file's name ends in, and no host's.
  private static let fileSuffixes: Set<String> = [
    "conf", "cfg", "cnf", "json", "yaml", "yml", "ini", "toml", "xml", "txt", "log", "pem", "crt",
    "key", "sock", "html", "sql", "db", "lock", "service", "env", "py", "rb", "pl", "sh", "js",
    "jar", "php", "so", "gz", "tar", "tgz", "zip", "csv", "md", "deb", "rpm", "iso", "img",
  ]

  /// True for a word that is the name of a script of the run, or of a file that it read.
  private func isFile(_ word: String) -> Bool {
    run.path.processes.contains { index in
      history.processes[index].recentFiles.contains { PathName.base(of: $0) == word }
    }
  }

  private static func isHostName(_ word: String) -> Bool {
    let labels = word.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, let last = labels.last, last.count >= 2,
      last.allSatisfy({ $0.isASCII && $0.isLetter }), !fileSuffixes.contains(last.lowercased())
    else { return false }
    return labels.allSatisfy { label in
      !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
  }

  /// False for the dotted names of code: `socket.getaddrinfo(`, `import urllib.request`,
  /// `socket.gaierror:`. In a line of code only what is quoted or part of a URL is data.
  private static func isData(_ name: String, in text: String) -> Bool {
    guard let place = text.firstRange(of: name) else { return false }
    let next = text[place.upperBound...].first
    if next == "(" { return false }
    let before = text[..<place.lowerBound].last
    let isQuoted = before.map { "'\"/@`".contains($0) } ?? false
    if text.hasPrefix(name + ": ") { return false }
    return isQuoted || !(text.contains("(") && text.contains(")"))
  }

  /// What the configuration of the resolver says, in sentences.
  func resolver(for name: String? = nil) -> String? {
    // Of a log nobody can ask.
    if history.isFromLog { return nil }
    let configuration = "/etc/resolv.conf"
    let switches = "/etc/nsswitch.conf"
    var sentences: [String] = []
    let hosts = inquiry.lines(mentioning: ["hosts:"], in: [switches])
      .first { $0.text.trimmed.hasPrefix("hosts:") }
    if let hosts {
      let sources = hosts.text.trimmed.dropFirst(6).split(whereSeparator: \.isWhitespace)
      if !sources.contains("files"), let name, let line = knownHost(name) {
        sentences.append(
          "/etc/hosts has it in line \(line.number) (\(line.text.trimmed)), but is not looked at:"
            + " \(switches) line \(hosts.number) says \"\(hosts.text.trimmed)\", without files.")
      }
      if !sources.contains("dns"), !sources.contains("resolve") {
        sentences.append(
          "\(switches) line \(hosts.number) says \"\(hosts.text.trimmed)\": no name server is"
            + " asked, only what that line lists (files is /etc/hosts).")
        return sentences.joined(separator: " ")
      }
    }
    if case .danglingLink(let link, let target, _)? = inquiry.pathWalk(configuration)?.end {
      let maker =
        target.contains("systemd/resolve")
        ? " (systemd-resolved, which makes it, does not run)" : ""
      sentences.append(
        "\(link) is a symbolic link to \(target), which does not exist\(maker), so that the resolver"
          + " asks this machine itself (127.0.0.1).")
    } else if let walk = inquiry.pathWalk(configuration), walk.end != .exists {
      sentences.append(
        "\(configuration) is missing, so that the resolver asks this machine itself (127.0.0.1).")
    } else {
      let servers = inquiry.lines(mentioning: ["nameserver"], in: [configuration])
        .map(\.text.trimmed).filter { $0.hasPrefix("nameserver") }
        .map { $0.dropFirst(10).drop { $0.isWhitespace } }
      sentences.append(
        servers.isEmpty
          ? "\(configuration) names no name server, so that this machine itself (127.0.0.1) is asked."
          : "\(configuration) names the name server\(servers.count > 1 ? "s" : "")"
            + " \(servers.joined(separator: ", ")).")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  /// The line of /etc/hosts that has this very name.
  private func knownHost(_ name: String) -> TextLine? {
    inquiry.lines(mentioning: [name], in: ["/etc/hosts"]).first { line in
      let fields = line.text.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      return fields.dropFirst().contains { $0 == name }
    }
  }

  /// A line of /etc/hosts whose name differs from `name` by little.
  func nearHost(to name: String) -> String? {
    guard name.count >= 3 else { return nil }
    for line in inquiry.lines(around: 1, of: "/etc/hosts", context: 50) {
      let fields = line.text.split(whereSeparator: \.isWhitespace)
      guard let address = fields.first, !address.hasPrefix("#") else { continue }
      for other in fields.dropFirst() where Self.areSimilar(String(other), name) {
        return "\(other) (\(address), /etc/hosts line \(line.number))"
      }
    }
    return nil
  }

  /// True for two names of nearly the same letters, whose order may differ.
  static func areSimilar(_ left: String, _ right: String) -> Bool {
    guard left != right, abs(left.count - right.count) <= 2 else { return false }
    var counts: [Character: Int] = [:]
    for letter in left { counts[letter, default: 0] += 1 }
    for letter in right { counts[letter, default: 0] -= 1 }
    let difference = counts.values.reduce(0) { $0 + abs($1) }
    return difference <= 3 && zip(left, right).prefix { $0 == $1 }.count >= 1
  }
}
