/// Reads a symbol of Rust's mangling of 2020, the newer one (RFC 2603, "v0").
///
/// A symbol is hostile: what it stands for is bounded in length, depth and work, as its references to what
/// was there before can make much of little.
struct RustName {
  private static let longest = 1000
  private static let deepest = 64
  private static let mostSteps = 2000

  private let symbol: [UInt8]
  private var position = 0
  private var text = ""
  private var depth = 0
  private var steps = 0

  private struct Failure: Error {}

  /// The name as it is in the source, without crates' hashes; nil for any other symbol.
  static func readable(_ name: String) -> String? {
    guard name.hasPrefix("_R") else { return nil }
    var reader = RustName(symbol: Array(name.dropFirst(2).utf8))
    do {
      try reader.path(isType: false)
      return reader.text
    } catch { return nil }
  }

  private init(symbol: [UInt8]) { self.symbol = symbol }

  // MARK: Bytes

  private mutating func next() throws(Failure) -> Character {
    guard position < symbol.count else { throw Failure() }
    position += 1
    return Character(Unicode.Scalar(symbol[position - 1]))
  }

  private mutating func takes(_ character: Character) -> Bool {
    guard position < symbol.count, Character(Unicode.Scalar(symbol[position])) == character else {
      return false
    }
    position += 1
    return true
  }

  private mutating func put(_ more: String) throws(Failure) {
    text += more
    if text.utf8.count > Self.longest { throw Failure() }
  }

  /// Digits up to `_`, of which none stands for 0.
  private mutating func base62() throws(Failure) -> Int {
    if takes("_") { return 0 }
    var value = 0
    while !takes("_") {
      let character = try next()
      guard let ascii = character.asciiValue else { throw Failure() }
      let digit =
        switch character {
        case "0"..."9": Int(ascii) - 48
        case "a"..."z": Int(ascii) - 87
        case "A"..."Z": Int(ascii) - 29
        default: -1
        }
      guard digit >= 0 else { throw Failure() }
      // Those of crates are hashes of 64 bits.
      value = value &* 62 &+ digit
    }
    return value &+ 1
  }

  /// What tells things of one name apart; 0 where there is nothing.
  private mutating func disambiguator() throws(Failure) -> Int {
    takes("s") ? try base62() &+ 1 : 0
  }

  private mutating func identifier() throws(Failure) -> String {
    let isForeign = takes("u")
    var length = 0
    while position < symbol.count, (48...57).contains(symbol[position]) {
      length = length * 10 + Int(symbol[position] - 48)
      position += 1
      guard length < symbol.count else { throw Failure() }
    }
    _ = takes("_")
    guard length <= symbol.count - position else { throw Failure() }
    let bytes = symbol[position..<(position + length)]
    position += length
    // Letters beyond ASCII are in Punycode, which is told as it is.
    return (isForeign ? "punycode:" : "") + String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Grammar

  /// Goes one level down, wherever that is: a reference leads back to what was read.
  private mutating func below(
    _ body: (inout RustName) throws(Failure) -> Void
  ) throws(Failure) {
    depth += 1
    steps += 1
    guard depth < Self.deepest, steps < Self.mostSteps else { throw Failure() }
    try body(&self)
    depth -= 1
  }

  private mutating func reference(
    _ body: (inout RustName) throws(Failure) -> Void
  ) throws(Failure) {
    let target = try base62()
    guard target >= 0, target < position - 1 else { throw Failure() }
    let back = position
    position = target
    try below(body)
    position = back
  }

  /// Arguments of a type follow it, those of a function come behind `::`.
  private mutating func path(isType: Bool = true) throws(Failure) {
    try below { reader throws(Failure) in try reader.pathBody(isType) }
  }

  private mutating func pathBody(_ isType: Bool) throws(Failure) {
    switch try next() {
    case "C":
      _ = try disambiguator()
      try put(try identifier())
    case "M":
      try implementation()
      try put("<")
      try type()
      try put(">")
    case "X":
      try implementation()
      try trait()
    case "Y": try trait()
    case "N":
      let space = try next()
      try path(isType: isType)
      let number = try disambiguator()
      let name = try identifier()
      switch space {
      case "C": try put("::{closure#\(number)}")
      case "S": try put("::{shim:\(name)#\(number)}")
      case "A"..."Z": try put("::{\(space):\(name)#\(number)}")
      default: try put(name.isEmpty ? "" : "::" + name)
      }
    case "I":
      try path(isType: isType)
      try put(isType ? "<" : "::<")
      try list { reader throws(Failure) in try reader.argument() }
      try put(">")
    case "B": try reference { reader throws(Failure) in try reader.path(isType: isType) }
    default: throw Failure()
    }
  }

  /// Where an implementation stands tells nobody anything.
  private mutating func implementation() throws(Failure) {
    _ = try disambiguator()
    let before = text
    try path()
    text = before
  }

  private mutating func trait() throws(Failure) {
    try put("<")
    try type()
    try put(" as ")
    try path()
    try put(">")
  }

  private mutating func list(
    _ item: (inout RustName) throws(Failure) -> Void
  ) throws(Failure) {
    var isFirst = true
    while !takes("E") {
      if !isFirst { try put(", ") }
      isFirst = false
      try item(&self)
    }
  }

  private mutating func argument() throws(Failure) {
    if takes("L") {
      _ = try base62()
      try put("'_")
    } else if takes("K") {
      try constant()
    } else {
      try type()
    }
  }

  private mutating func constant() throws(Failure) {
    if takes("B") { return try reference { reader throws(Failure) in try reader.constant() } }
    if takes("p") { return try put("_") }
    let kind = try next()
    guard Self.basic[kind] != nil else { throw Failure() }
    let isNegative = takes("n")
    var digits = ""
    while !takes("_") { digits.append(try next()) }
    let value = UInt64(digits.isEmpty ? "0" : digits, radix: 16)
    switch (kind, value) {
    case ("b", let value?): try put(value == 0 ? "false" : "true")
    case (_, let value?): try put((isNegative ? "-" : "") + String(value))
    default: try put("0x" + digits)
    }
  }

  private static let basic: [Character: String] = [
    "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8",
    "i": "isize", "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "s": "i16",
    "t": "u16", "u": "()", "v": "...", "x": "i64", "y": "u64", "z": "!", "p": "_",
  ]

  private mutating func type() throws(Failure) {
    try below { reader throws(Failure) in try reader.typeBody() }
  }

  private mutating func typeBody() throws(Failure) {
    let kind = try next()
    if let name = Self.basic[kind] { return try put(name) }
    switch kind {
    case "A", "S":
      try put("[")
      try type()
      if kind == "A" {
        try put("; ")
        try constant()
      }
      try put("]")
    case "T":
      try put("(")
      var count = 0
      try list { reader throws(Failure) in
        try reader.type()
        count += 1
      }
      try put(count == 1 ? ",)" : ")")
    case "R", "Q":
      if takes("L") { _ = try base62() }
      try put(kind == "R" ? "&" : "&mut ")
      try type()
    case "P", "O":
      try put(kind == "P" ? "*const " : "*mut ")
      try type()
    case "F": try function()
    case "D": try dynamic()
    case "B": try reference { reader throws(Failure) in try reader.type() }
    default:
      position -= 1
      try path()
    }
  }

  private mutating func function() throws(Failure) {
    if takes("G") { _ = try base62() }
    if takes("U") { try put("unsafe ") }
    if takes("K"), !takes("C") { _ = try identifier() }
    try put("fn(")
    try list { reader throws(Failure) in try reader.type() }
    try put(")")
    if takes("u") { return }
    try put(" -> ")
    try type()
  }

  private mutating func dynamic() throws(Failure) {
    if takes("G") { _ = try base62() }
    try put("dyn ")
    var isFirst = true
    while !takes("E") {
      if !isFirst { try put(" + ") }
      isFirst = false
      try path()
      while takes("p") {
        try put("<" + (try identifier()) + " = ")
        try type()
        try put(">")
      }
    }
    guard takes("L") else { throw Failure() }
    _ = try base62()
  }
}
