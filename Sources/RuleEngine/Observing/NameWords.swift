internal import TraceEvents

/// Words about names of hosts that were not found.
enum NameWords {
  private static let words = [
    "resolv", "name or service", "unknown host", "unknown server host", "getaddrinfo", "gaierror",
    "enotfound",
    "eai_again", "translate host name", "no address associated", "nodename", "name resolution",
    "bad address", "host not found", "no such host", "resolution",
  ]

  /// True if a line is about the name of a host.
  static func speak(of line: String) -> Bool {
    let text = line.lowercased()
    return words.contains { text.contains($0) }
  }

  /// The name that a line says is not known, by its place in the sentence; nil where that tells none.
  static func host(in line: String) -> String? {
    guard speak(of: line) else { return nil }
    let text = line.lowercased()
    // Letters of other alphabets can be longer in lower case.
    guard text.utf8.count == line.utf8.count else { return nil }
    for mark in before {
      guard let end = text.firstRange(of: mark)?.upperBound else { continue }
      let offset = text.utf8.distance(from: text.startIndex, to: end)
      let rest = line[line.utf8.index(line.startIndex, offsetBy: offset)...]
      if let name = name(rest.drop { " :'\"`\u{2018}\u{201C}".contains($0) }) { return name }
    }
    for mark in behind {
      guard let start = text.firstRange(of: mark)?.lowerBound else { continue }
      let offset = text.utf8.distance(from: text.startIndex, to: start)
      let front = line[..<line.utf8.index(line.startIndex, offsetBy: offset)]
      // "backup.corp 873": a port behind the name.
      let words = front.split(whereSeparator: \.isWhitespace)
      guard let word = words.last(where: { !$0.allSatisfy(\.isNumber) }), word != front else {
        continue
      }
      if let name = name(word.drop { "'\"`\u{2018}\u{201C}(".contains($0) }) { return name }
    }
    return nil
  }

  /// The host of an argument that is a URL, or has the form `user@host`; nil for localhost, addresses
  /// and all other arguments.
  static func host(ofArgument argument: String) -> String? {
    var rest = argument[...]
    if let scheme = rest.firstRange(of: "://") {
      rest = rest[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
      if let mark = rest.lastIndex(of: "@") { rest = rest[rest.index(after: mark)...] }
    } else if let mark = rest.firstIndex(of: "@"), mark != rest.startIndex,
      rest[..<mark].allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) })
    {
      rest = rest[rest.index(after: mark)...]
    } else {
      return nil
    }
    guard let name = name(rest), name != "localhost", name.contains(where: \.isLetter),
      rest.dropFirst(name.utf8.count).first.map({ ":/".contains($0) }) ?? true
    else { return nil }
    return name
  }

  /// The name at the start of `text`, if it can be a host's.
  private static func name(_ text: Substring) -> String? {
    var name = text.prefix {
      $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ".")
    }
    while name.last == "." { name = name.dropLast() }
    guard (1...253).contains(name.utf8.count), let first = name.first,
      first.isLetter || first.isNumber, !stopWords.contains(name.lowercased())
    else { return nil }
    return String(name)
  }

  /// What stands before the name: the longer ones first.
  private static let before = [
    "resolve host name", "resolve host address", "resolve hostname", "resolve host",
    "resolve address", "translate host name", "host not found in upstream",
    "getaddrinfo for host", "getaddrinfo enotfound", "getaddrinfo eai_again", "unknown host",
    "unknown server host",
    "no such host is known", "lookup", "could not resolve", "couldn't resolve", "cannot resolve",
    "failed to resolve", "unable to resolve", "bad addr or host",
  ]

  /// What stands behind it.
  private static let behind = [
    ": name or service not known", ": temporary failure in name resolution", ": unknown host",
    ": no address associated", ": nodename nor servname", ": host not found",
    " (temporary failure in name resolution", " (name or service not known",
  ]

  private static let stopWords: Set<String> = [
    "host", "hostname", "address", "name", "for", "to", "the", "upstream", "of", "in", "failed",
    "error", "getaddrinfo", "resolution", "proxy", "user", "group", "path", "symlink", "module",
    "dependency", "dependencies", "import", "reference", "symbol", "all", "from", "server", "not",
    "this", "it", "its",
  ]
}
