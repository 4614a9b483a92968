internal import TraceEvents

/// Finds secrets in a text: one pass over its bytes, without regular expressions, which would cost
/// whyfail its quick start.
///
/// All patterns are ASCII, so that cutting at their ends never cuts a character.
struct SecretScanner {
  let bytes: [UInt8]
  /// Where secrets are, in order, not overlapping.
  private(set) var secrets: [Range<Int>] = []
  /// A MySQL client was named on this line: its `-pWORD` is a password.
  private var isMySQL = false

  init(_ text: String) {
    bytes = Array(text.utf8)
    scan()
  }

  private mutating func scan() {
    var index = 0
    while index < bytes.count {
      index = step(at: index)
    }
  }

  /// Looks for a secret that begins here, or for a name that announces one; gives the place to
  /// go on at.
  private mutating func step(at index: Int) -> Int {
    let byte = bytes[index]
    if byte == 0x0A { isMySQL = false }
    if byte == UInt8(ascii: "-"), let end = privateKey(at: index) { return end }
    if byte == UInt8(ascii: ":"), let end = userInformation(at: index) { return end }
    guard isNameByte(byte), index == 0 || !isNameByte(bytes[index - 1]) else { return index + 1 }
    if let end = tokenEnd(at: index) {
      secrets.append(index..<end)
      return end
    }
    let nameEnd = end(from: index, while: isNameByte)
    let name = bytes[index..<nameEnd]
    if let value = announced(by: name) {
      if !value.isEmpty { secrets.append(value) }
      return max(value.upperBound, nameEnd)
    }
    if ["mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump"]
      .contains(where: { name.elementsEqual($0.utf8) })
    {
      isMySQL = true
    }
    if isMySQL, name.count > 2, name.starts(with: "-p".utf8), isWordStart(index) {
      let end = end(from: index + 2) { !isSpace($0) && !isQuote($0) }
      secrets.append(index + 2..<end)
      return end
    }
    return nameEnd
  }

  /// The value that `name` announces as a secret, by `=`, `: ` or, for an option, a space.
  private func announced(by name: ArraySlice<UInt8>) -> Range<Int>? {
    let bare = name.drop { $0 == UInt8(ascii: "-") }
    let isOption = bare.startIndex > name.startIndex && isWordStart(name.startIndex)
    let before = name.startIndex > 0 ? bytes[name.startIndex - 1] : UInt8(ascii: " ")
    let isInQuery = before == UInt8(ascii: "?") || before == UInt8(ascii: "&")
    if hasText("authorization", ignoringCaseIn: bare) || hasText("cookie", ignoringCaseIn: bare)
      || hasText("set-cookie", ignoringCaseIn: bare)
    {
      return header(after: name.endIndex)
    }
    if hasText("bearer", ignoringCaseIn: bare) { return bearer(after: name.endIndex) }
    let kind = SecretNames.kind(of: bare)
    guard kind != nil || (isInQuery && SecretNames.isSecretInQuery(bare)) else { return nil }

    // What may close a quoted or bracketed name: "password": …, user[password]=…
    let closing = end(from: name.endIndex) { isQuote($0) || $0 == UInt8(ascii: "]") || $0 == 0x5C }
    let isClosed = closing > name.endIndex
    guard closing - name.endIndex <= 2 else { return nil }
    let separator = end(from: closing, while: isBlank)
    guard separator < bytes.count else { return nil }
    if bytes[separator] == UInt8(ascii: "=") {
      var start = separator + 1
      // "=>" and "==": the latter compares, and what follows may be as secret.
      if start < bytes.count, [UInt8(ascii: ">"), UInt8(ascii: "=")].contains(bytes[start]) {
        start += 1
      }
      if separator > closing || start > separator + 1 { start = end(from: start, while: isBlank) }
      let value = value(at: start, endsAtAmpersand: isInQuery)
      return kind == .key && !isInQuery && isPath(at: value.lowerBound) ? nil : value
    }
    if bytes[separator] == UInt8(ascii: ":"), separator == closing, before != UInt8(ascii: "/") {
      let start = end(from: separator + 1, while: isBlank)
      guard start > separator + 1 || isClosed else { return nil }
      let value = value(at: start, endsAtAmpersand: false)
      return isSaid(value, of: bare, isField: isClosed, kind: kind) ? value : nil
    }
    if isOption, closing == name.endIndex || bytes[separator] == UInt8(ascii: ",") {
      // An argument, or the next element of an argument vector in strace's notation.
      let start = end(from: separator) { isBlank($0) || $0 == UInt8(ascii: ",") }
      guard start > closing, start < bytes.count else { return nil }
      let value = value(at: start, endsAtAmpersand: false)
      let isOther = bytes[value.lowerBound...].first == UInt8(ascii: "-")
      return isOther || isProse(bytes[value]) ? nil : value
    }
    return nil
  }

  /// Whether a value after a name and a colon is one, and not the rest of a message.
  private func isSaid(
    _ value: Range<Int>, of name: ArraySlice<UInt8>, isField: Bool, kind: SecretNames.Kind?
  ) -> Bool {
    let word = String(decoding: bytes[value], as: UTF8.self)
    // "(using password: YES)" of MySQL.
    let answers = ["yes", "no", "true", "false", "none", "null", "required"]
    if answers.contains(word.lowercased()) { return false }
    if isField { return kind == .password || !isPath(at: value.lowerBound) }
    // passwd(1) and /etc/nsswitch.conf begin lines so; `pass:` is what tests say.
    if hasText("passwd", ignoringCaseIn: name) || hasText("pass", ignoringCaseIn: name)
      || SecretNames.tools.contains(String(decoding: name, as: UTF8.self))
    {
      return false
    }
    // Behind the question of su(1) stands its complaint: "Password: su: Authentication failure".
    if word == "su:" || word == "sudo:" { return false }
    // A file of that name: "cat: password: No such file or directory".
    let rest = bytes[value.lowerBound...].prefix(64)
    let isErrorMessage = (Int32(1)...133).contains { number in
      rest.starts(with: ErrorNumber(rawValue: number).words.utf8)
    }
    if isErrorMessage { return false }
    if kind == .password { return true }
    // "unexpected token: }" is no secret; long words with digits are.
    return value.count >= 12 && !isPath(at: value.lowerBound)
      && bytes[value].contains { isDigit($0) }
  }

  /// Words that follow an option where a sentence speaks of it.
  private func isProse(_ word: some Collection<UInt8>) -> Bool {
    [
      "is", "to", "or", "and", "option", "was", "requires", "needs", "for", "with", "in", "must",
      "not", "argument", "given", "cannot", "can", "has", "as", "the", "from", "on", "takes",
    ].contains(String(decoding: word, as: UTF8.self))
  }
}

// MARK: - Values

extension SecretScanner {
  /// The value that starts here: quoted, or up to a space.
  private func value(at start: Int, endsAtAmpersand: Bool) -> Range<Int> {
    guard start < bytes.count else { return bytes.count..<bytes.count }
    // A quoted text inside a quoted text has its quotes escaped.
    if bytes[start] == 0x5C, start + 1 < bytes.count, isQuote(bytes[start + 1]) {
      var end = start + 2
      while end < bytes.count,
        !(bytes[end] == 0x5C && bytes.dropFirst(end + 1).first == bytes[start + 1])
      {
        end += 1
      }
      return start + 2..<end
    }
    if isQuote(bytes[start]) {
      var end = start + 1
      while end < bytes.count, bytes[end] != bytes[start], bytes[end] != 0x0A {
        end += bytes[end] == 0x5C ? 2 : 1
      }
      return start + 1..<min(end, bytes.count)
    }
    var end = end(from: start) { byte in
      !isSpace(byte) && byte != UInt8(ascii: "\"")
        && !(endsAtAmpersand && [UInt8(ascii: "&"), UInt8(ascii: "#"), 0x27].contains(byte))
    }
    // Punctuation at the end belongs to the sentence.
    while end > start + 1, [0x2C, 0x3B, 0x29, 0x7D, 0x27].contains(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  /// The rest of a header such as `Authorization: Bearer …`, its scheme kept.
  private func header(after nameEnd: Int) -> Range<Int>? {
    let separator = end(from: nameEnd) { isQuote($0) || isBlank($0) }
    guard separator < bytes.count,
      [UInt8(ascii: ":"), UInt8(ascii: "=")].contains(bytes[separator])
    else { return nil }
    var start = end(from: separator + 1) { isBlank($0) || isQuote($0) }
    for scheme in ["bearer ", "basic ", "token ", "digest ", "negotiate ", "apikey "]
    where hasText(scheme, ignoringCaseIn: bytes[start...].prefix(scheme.utf8.count)) {
      start += scheme.utf8.count
    }
    return start..<end(from: start) { $0 != 0x0A && $0 != 0x0D && !isQuote($0) }
  }

  /// The token after the word `Bearer`, if it is long enough to be one.
  private func bearer(after nameEnd: Int) -> Range<Int>? {
    let start = end(from: nameEnd, while: isBlank)
    let end = end(from: start) { isNameByte($0) || [0x2B, 0x2F, 0x3D, 0x7E].contains($0) }
    return start > nameEnd && end - start >= 12 ? start..<end : nil
  }

  /// Marks the password of `scheme://user:password@host`; gives the place after it.
  private mutating func userInformation(at colon: Int) -> Int? {
    guard colon > 0, bytes[colon...].starts(with: "://".utf8), isNameByte(bytes[colon - 1]) else {
      return nil
    }
    let start = colon + 3
    let authorityEnd = end(from: start) {
      !isSpace($0) && !isQuote($0) && ![0x2F, 0x3F, 0x23, 0x3C, 0x3E].contains($0)
    }
    guard let at = bytes[start..<authorityEnd].lastIndex(of: UInt8(ascii: "@")) else { return nil }
    if let inner = bytes[start..<at].firstIndex(of: UInt8(ascii: ":")) {
      if inner + 1 < at { secrets.append(inner + 1..<at) }
      return at
    }
    // A token in the user's place: https://TOKEN@host.
    if at - start >= 20 { secrets.append(start..<at) }
    return at
  }

  /// Marks the body of a PEM private key; gives the place after it.
  private mutating func privateKey(at index: Int) -> Int? {
    guard bytes[index...].starts(with: "-----BEGIN ".utf8) else { return nil }
    // The label says of what kind the key is: RSA, EC, OPENSSH, ENCRYPTED.
    let closing = "PRIVATE KEY-----"
    let candidates = (index + 11)..<min(index + 48, bytes.count)
    guard let labelEnd = candidates.first(where: { bytes[$0...].starts(with: closing.utf8) })
    else { return nil }
    let start = labelEnd + closing.utf8.count
    let end = firstIndex(of: "-----END", from: start) ?? bytes.count
    if start < end { secrets.append(start..<end) }
    return end
  }

  /// The end of a token that is known by its form and begins here.
  private func tokenEnd(at index: Int) -> Int? {
    for form in TokenForm.all where bytes[index...].starts(with: form.prefix.utf8) {
      let start = index + form.prefix.utf8.count
      let end = end(from: start) { isLetterOrDigit($0) || (form.hasDashes && isDash($0)) }
      let length = end - start
      if form.lengths.contains(length), bytes[start..<end].contains(where: isDigit) { return end }
    }
    guard bytes[index...].starts(with: "eyJ".utf8) else { return nil }
    // A JSON web token (RFC 7519): three parts in base64url, of which two are JSON objects.
    let head = end(from: index) { isLetterOrDigit($0) || isDash($0) }
    guard bytes[head...].starts(with: ".eyJ".utf8) else { return nil }
    let body = end(from: head + 1) { isLetterOrDigit($0) || isDash($0) }
    guard bytes[body...].first == UInt8(ascii: ".") else { return nil }
    return end(from: body + 1) { isLetterOrDigit($0) || isDash($0) }
  }
}

/// What a provider's tokens look like.
private struct TokenForm {
  var prefix: String
  var lengths: ClosedRange<Int>
  var hasDashes = false

  static let all = [
    TokenForm(prefix: "AKIA", lengths: 16...16),
    TokenForm(prefix: "ASIA", lengths: 16...16),
    TokenForm(prefix: "ghp_", lengths: 20...255),
    TokenForm(prefix: "gho_", lengths: 20...255),
    TokenForm(prefix: "ghu_", lengths: 20...255),
    TokenForm(prefix: "ghs_", lengths: 20...255),
    TokenForm(prefix: "ghr_", lengths: 20...255),
    TokenForm(prefix: "github_pat_", lengths: 20...255, hasDashes: true),
    TokenForm(prefix: "glpat-", lengths: 20...255, hasDashes: true),
    TokenForm(prefix: "sk-", lengths: 20...255, hasDashes: true),
    TokenForm(prefix: "sk_live_", lengths: 16...255),
    TokenForm(prefix: "sk_test_", lengths: 16...255),
    TokenForm(prefix: "xoxb-", lengths: 10...255, hasDashes: true),
    TokenForm(prefix: "xoxp-", lengths: 10...255, hasDashes: true),
    TokenForm(prefix: "AIza", lengths: 35...35, hasDashes: true),
  ]
}

// MARK: - Bytes

extension SecretScanner {
  private func end(from start: Int, while isPart: (UInt8) -> Bool) -> Int {
    var end = start
    while end < bytes.count, isPart(bytes[end]) { end += 1 }
    return end
  }

  private func firstIndex(of text: String, from start: Int) -> Int? {
    guard let lead = text.utf8.first else { return nil }
    var index = start
    while let found = bytes[index...].firstIndex(of: lead) {
      if bytes[found...].starts(with: text.utf8) { return found }
      index = found + 1
    }
    return nil
  }

  private func hasText(_ text: String, ignoringCaseIn bytes: some Collection<UInt8>) -> Bool {
    bytes.count == text.utf8.count
      && zip(bytes, text.utf8).allSatisfy { byte, expected in
        byte == expected || (isLetterOrDigit(byte) && byte | 0x20 == expected)
      }
  }

  private func isPath(at index: Int) -> Bool {
    ["/", "./", "../", "~/"].contains { bytes[index...].starts(with: $0.utf8) }
  }

  private func isWordStart(_ index: Int) -> Bool {
    index == 0 || isSpace(bytes[index - 1]) || isQuote(bytes[index - 1])
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || isDash(byte) || byte == UInt8(ascii: ".")
  }

  private func isDash(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private func isSpace(_ byte: UInt8) -> Bool { isBlank(byte) || byte == 0x0A || byte == 0x0D }

  private func isQuote(_ byte: UInt8) -> Bool { [0x22, 0x27, 0x60].contains(byte) }
}
