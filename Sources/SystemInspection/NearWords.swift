import TraceEvents

/// Words of programs and text files that a person could have meant.
enum NearWords {
  /// Files looked at, and the size up to which one is.
  private static let maximumFiles = 24
  private static let maximumSize = 40 << 20
  /// Lengths of words that are compared.
  private static let lengths = 3...40
  /// Words given at most.
  private static let maximumCount = 3

  /// The words in `files` that are near to `word`, best first; none where one of the files has the
  /// word itself, which then is no typing error, unless words `besidesItself` are wanted.
  static func near(_ word: String, in files: [String], besidesItself: Bool = false) -> [String] {
    let asked = TargetText.bytes(of: word)
    guard lengths.contains(asked.count), asked.allSatisfy(isWordByte) else { return [] }
    var found: Set<[UInt8]> = []
    for file in files.prefix(maximumFiles) {
      guard let text = text(of: file) else { continue }
      let isThere = collect(from: text, near: asked, besidesItself: besidesItself, into: &found)
      if isThere { return [] }
    }
    let likeness = Likeness(asked: word)
    let scored = found.compactMap { candidate -> (score: Int, word: String)? in
      let text = TargetText.decoding(candidate[...])
      return likeness.score(of: text).flatMap { $0 <= 25 ? ($0, text) : nil }
    }
    // Of words that differ in case alone, the one that is written as the word asked for is; the first letter is
    // seldom mistaken.
    let isLower = word == word.lowercased()
    let ranked = scored.map {
      (
        $0.score, $0.word.first == word.first ? 0 : 1,
        ($0.word == $0.word.lowercased()) == isLower ? 0 : 1, $0.word
      )
    }
    var kept: [String] = []
    for (_, _, _, near) in ranked.sorted(by: <) where kept.count < maximumCount {
      if !kept.contains(where: { $0.lowercased() == near.lowercased() }) { kept.append(near) }
    }
    return kept
  }

  /// What is looked for words in: of the lists of users and groups (`passwd(5)`, `group(5)`) and of apt the
  /// names alone.
  private static func text(of file: String) -> [UInt8]? {
    if file == PackageLists.directory { return PackageLists.names() }
    guard let contents = try? FileReading.contents(of: file, limit: maximumSize),
      !contents.isTruncated
    else { return nil }
    return file == "/etc/passwd" || file == "/etc/group"
      ? names(of: contents.bytes) : contents.bytes
  }

  /// The first field of each line, each in a line of its own.
  static func names(of list: [UInt8]) -> [UInt8] {
    Array(
      list.split(separator: UInt8(ascii: "\n")).map { $0.prefix { $0 != UInt8(ascii: ":") } }
        .joined(separator: [UInt8(ascii: "\n")]))
  }

  /// Adds the words of nearly the length of `asked` that share its first or last letter; true if
  /// `asked` itself stands there as a word.
  ///
  /// In a program, which ends its strings with a null byte, only the last word of a string counts:
  /// among those are the names that it compares with.
  private static func collect(
    from bytes: [UInt8], near asked: [UInt8], besidesItself: Bool, into found: inout Set<[UInt8]>
  ) -> Bool {
    let reach = 2
    let isProgram = bytes.starts(with: [0x7F] + Array("ELF".utf8))
    let first = lowercased(asked[0])
    let last = lowercased(asked[asked.count - 1])
    let end = bytes.count
    func note(_ word: ArraySlice<UInt8>) {
      guard abs(word.count - asked.count) <= reach, word.count >= 3, found.count < 4096,
        word.first != UInt8(ascii: "-") || asked[0] == UInt8(ascii: "-"),
        lowercased(word[word.startIndex]) == first
          || lowercased(word[word.endIndex - 1]) == last
      else { return }
      found.insert(Array(word))
    }
    // Parsers keep the names of their words in quotation marks, and of keys with what follows them.
    func endsString(_ stop: Int) -> Bool {
      guard stop < end else { return false }
      if bytes[stop] == 0 { return true }
      return closers.contains(bytes[stop]) && stop + 1 < end && bytes[stop + 1] == 0
    }
    var start = 0
    while start < end {
      guard isWordByte(bytes[start]) else {
        start += 1
        continue
      }
      var stop = start + 1
      while stop < end, isWordByte(bytes[stop]) { stop += 1 }
      defer { start = stop }
      if isProgram {
        guard endsString(stop) else { continue }
        // Linkers let a short string be the end of a longer one: server of default_server.
        if !besidesItself, stop - start > asked.count, asked.count > 3,
          bytes[(stop - asked.count)..<stop].elementsEqual(asked)
        {
          return true
        }
        for mark in start..<stop where isJoint(bytes[mark]) && mark + 3 < stop {
          note(bytes[(mark + 1)..<stop])
        }
      }
      let word = bytes[start..<stop]
      if word.elementsEqual(asked) {
        if besidesItself { continue }
        return true
      }
      note(word)
    }
    return false
  }

  /// What can stand between a word and the end of its string in a program.
  private static let closers: Set<UInt8> = [
    UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "="), UInt8(ascii: ":"),
  ]

  private static func isJoint(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
  }
}
