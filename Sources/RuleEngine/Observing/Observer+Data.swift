internal import History
internal import TraceEvents

// Data that a parser rejected: which file, where in it, and what can check it.
extension Observer {
  /// Fills in the file that words reject as JSON, YAML, TOML or XML, if it can be told.
  func describeData(
    _ process: ProcessRecord, _ line: String, nearby: [String], in seen: inout LastWords
  ) {
    guard DataFormat.isRejection(line), seen.module == nil, !seen.isAboutRights,
      !Self.isOfSource(line, nearby),
      let (format, file) = rejectedFile(process, line, nearby),
      // Words that do not speak of the format can be about what a file in that format says.
      format != .yaml
        || DataFormat(namedIn: line.replacing(PathName.base(of: file), with: "")) == .yaml
        || inquiry.isValidYAML(file) != true
    else { return }
    let place = Self.place(in: [line] + nearby.reversed(), file: file)
    let number: Int
    var column = place?.column
    if let place {
      number = place.line
    } else if let offset = Self.offset(in: line),
      let found = self.place(at: offset, in: file)
    {
      (number, column) = found
    } else {
      // The form is right, and a value is not.
      if nearby.contains(where: { $0.contains("failed to parse the `") }) { return }
      seen.dataFormat = format.rawValue
      seen.dataFile = file
      return describeCheckers(of: format, in: &seen)
    }
    let lines = inquiry.lines(around: number, of: file, context: 1)
    // A place that the file does not have is one of something else.
    guard let there = lines.first(where: { $0.number == number }) else { return }
    seen.dataFormat = format.rawValue
    seen.dataFile = file
    seen.dataLine = number
    seen.dataColumn = column
    seen.dataText = there.text.trimmed
    let before = lines.first { $0.number == number - 1 }?.text
    seen.dataHint = format.hint(at: there.text, after: before)
    describeCheckers(of: format, in: &seen)
  }

  /// True for what an interpreter says of source that it cannot read: it names no format of data, and a line of
  /// source stands above it.
  private static func isOfSource(_ line: String, _ nearby: [String]) -> Bool {
    line.trimmed.hasPrefix("SyntaxError: ") && DataFormat(namedIn: line) == nil
      && nearby.contains { text in
        guard !Complaint.isFrame(text.lowercased()),
          let place = NamedPlace.find(in: text, base: "/")
        else { return false }
        return place.line != nil && isSourceFile(place.file)
      }
  }

  /// The file of data that words are about: one that they name, else the last of that format that the
  /// process had read; none for one that also reads from the network.
  private func rejectedFile(
    _ process: ProcessRecord, _ line: String, _ nearby: [String]
  ) -> (format: DataFormat, file: String)? {
    let read = process.recentFiles.filter {
      !Self.isPlumbing($0) && !$0.hasPrefix("/usr/") && !$0.contains("/node_modules/")
    }
    let named = Set(([line] + nearby).flatMap { Mentions.tokens(of: $0) })
    func isNamed(_ file: String) -> Bool {
      named.contains(file) || named.contains(PathName.base(of: file))
        || named.contains { PathName.absolute($0, from: process.workingDirectory) == file }
    }
    let spoken = DataFormat(namedIn: line)
    let candidates = read.compactMap { file in
      DataFormat(file: file).map { (format: $0, file: file) }
    }
    if let found = candidates.last(where: {
      isNamed($0.file) && (spoken == nil || spoken == $0.format)
    }) {
      return found
    }
    guard process.lastPeer == nil else { return nil }
    if let spoken { return candidates.last { $0.format == spoken } }
    // Words without a format or a file are about what was read last, if they name a place in it.
    guard Complaint.bareLineNumber(in: line) != nil, NamedPlace.find(in: line, base: "/") == nil,
      let last = candidates.last, last.file == lastFile(of: process)
    else { return nil }
    return last
  }

  /// The place that lines name in `file`: `a.xml:3`, `"a.yaml", line 2, column 7`, `line 4 column 1`.
  private static func place(
    in lines: [String], file: String
  ) -> (line: Int, column: Int?)? {
    let name = PathName.base(of: file)
    for (index, text) in lines.enumerated() {
      // Lines besides the complaint itself count where they name the file.
      let tellsPlace = index == 0 || text.contains(name) || text.contains(" parse error at line ")
      guard tellsPlace || text.hasPrefix("<anonymous_script>:") else { continue }
      if let range = text.firstRange(of: name + ":") ?? text.firstRange(of: "<anonymous_script>:") {
        let numbers = text[range.upperBound...].prefix { $0.isNumber || $0 == ":" }.split(
          separator: ":")
        if let line = numbers.first.flatMap({ Int($0) }), line > 0 {
          return (line, numbers.dropFirst().first.flatMap { Int($0) })
        }
      }
      if let line = Complaint.bareLineNumber(in: text), tellsPlace {
        let words = text.lowercased().split { " ,;:()[].".contains($0) }
        let column = zip(words, words.dropFirst()).first { $0.0 == "column" || $0.0 == "col" }
        return (line, column.flatMap { Int($0.1) })
      }
    }
    return nil
  }

  /// The number of `position 31`, which counts characters from 0.
  private static func offset(in line: String) -> Int? {
    let words = line.lowercased().split { " ,;:()[].".contains($0) }
    return zip(words, words.dropFirst()).first {
      ["position", "offset", "char", "character"].contains($0.0) && Int($0.1) != nil
    }.flatMap { Int($0.1) }
  }

  /// The line and column of a character of a file, both from 1; nil beyond its first lines.
  private func place(at offset: Int, in file: String) -> (line: Int, column: Int?)? {
    var left = offset
    for start in stride(from: 51, through: 404, by: 101) {
      let lines = inquiry.lines(around: start == 51 ? 1 : start, of: file, context: 50)
        .filter { $0.number > (start == 51 ? 0 : start - 51) }
      for line in lines {
        let length = line.text.utf16.count + 1
        if left < length { return (line.number, left + 1) }
        left -= length
      }
      if lines.isEmpty { return nil }
    }
    return nil
  }

  /// Which of the usual checkers are on this machine.
  private func describeCheckers(of format: DataFormat, in seen: inout LastWords) {
    func has(_ path: String) -> String? {
      guard let walk = inquiry.pathWalk(path), case .exists = walk.end else { return nil }
      return path
    }
    switch format {
    case .json: seen.jq = has("/usr/bin/jq")
    case .yaml: seen.yamllint = has("/usr/bin/yamllint")
    case .xml: seen.xmllint = has("/usr/bin/xmllint")
    case .toml: break
    }
    if seen.jq == nil, seen.xmllint == nil, seen.yamllint == nil {
      let needed =
        format == .yaml ? "/usr/lib/python3/dist-packages/yaml" : "/usr/bin/python3"
      seen.python = has(needed)
      if format == .yaml, seen.python == nil { seen.ruby = has("/usr/bin/ruby") }
    }
  }
}
