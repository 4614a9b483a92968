import TraceEvents

/// How near names are to one that was asked for.
struct Likeness {
  private static let suffixes = [
    ".conf", ".cfg", ".bak", ".dist", ".sample", ".example", ".default", ".orig", ".old", ".in",
    ".template", ".tmpl", ".rpmsave", ".rpmnew", ".dpkg-dist", ".dpkg-old",
  ]

  private let asked: [UInt8]
  private let folded: [UInt8]
  private let unified: [UInt8]
  private let allowance: Int

  /// Compares with `asked`.
  init(asked: String) {
    self.asked = TargetText.bytes(of: asked)
    folded = self.asked.map(Self.lowercased)
    unified = folded.map(Self.separatorUnified)
    // In a short name every letter counts.
    allowance =
      switch self.asked.count {
      case ...2: 0
      case 3...5: 1
      case 6...9: 2
      default: 3
      }
  }

  /// The lower, the nearer; nil if `candidate` is not near, or is the name itself.
  func score(of candidate: String) -> Int? {
    let name = TargetText.bytes(of: candidate)
    guard name != asked, !asked.isEmpty, !name.isEmpty else { return nil }
    let low = name.map(Self.lowercased)
    if low == folded { return 0 }
    if low.map(Self.separatorUnified) == unified { return 1 }
    if let stem = Self.sonameStem(low), let askedStem = Self.sonameStem(folded) {
      // Names of libraries are seldom mistyped, and libssl.so.1 is not meant by libnsl.so.1.
      return stem == askedStem ? 2 : nil
    }
    if isSuffixed(low, of: folded) || isSuffixed(folded, of: low) { return 3 }
    if isPlural(low, of: folded) || isPlural(folded, of: low) { return 4 }
    if let distance = editDistance(low), distance <= allowance {
      return 10 * distance + (differsInLetters(low) ? 0 : 5)
    }
    if let stem = Self.stem(low), stem.count >= 2, stem == Self.stem(folded) { return 25 }
    let (short, long) = low.count < folded.count ? (low, folded) : (folded, low)
    if short.count >= 4, short.count * 2 >= long.count, long.starts(with: short) { return 40 }
    return nil
  }

  /// True for a name that has the words of the one asked for and at most two more, as `redis-6380.conf` has those
  /// of `redis.conf` and `server-key.pem` those of `server.key`.
  func isExtended(by candidate: String) -> Bool {
    let name = TargetText.bytes(of: candidate).map(Self.lowercased)
    guard name != folded, Self.sonameStem(folded) == nil else { return false }
    func words(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
      text.split { !Self.isLetter($0) && !Self.isDigit($0) }
    }
    let own = words(folded)
    let others = words(name)
    guard let first = own.first, first.count >= 4, others.count > own.count,
      others.count <= own.count + 2
    else { return false }
    if others.starts(with: own) { return true }
    let (stem, rest) = Self.split(folded)
    let (otherStem, otherRest) = Self.split(name)
    return !rest.isEmpty && rest == otherRest && words(otherStem).starts(with: words(stem))
  }

  /// False for names that differ in digits alone, which are less often typing errors.
  private func differsInLetters(_ name: [UInt8]) -> Bool {
    name.filter { !Self.isDigit($0) } != folded.filter { !Self.isDigit($0) }
      || name.count != folded.count
  }

  private func isSuffixed(_ long: [UInt8], of short: [UInt8]) -> Bool {
    guard long.count > short.count, long.starts(with: short), short.count >= 2 else {
      return false
    }
    let rest = String(decoding: long[short.count...], as: UTF8.self)
    return Self.suffixes.contains(rest) || rest == "~"
  }

  private func isPlural(_ many: [UInt8], of one: [UInt8]) -> Bool {
    let (manyStem, manyRest) = Self.split(many)
    let (oneStem, oneRest) = Self.split(one)
    return manyRest == oneRest && oneStem.count >= 3
      && manyStem == oneStem + [UInt8(ascii: "s")]
  }

  /// The Damerau-Levenshtein distance (adjacent letters swapped count as one), if in reach.
  private func editDistance(_ name: [UInt8]) -> Int? {
    guard abs(name.count - folded.count) <= allowance, allowance > 0, name.count <= 256 else {
      return nil
    }
    var beforeLast: [Int] = []
    var last = Array(0...name.count)
    for row in folded.indices {
      var current = [row + 1]
      current.reserveCapacity(name.count + 1)
      for column in name.indices {
        let cost = folded[row] == name[column] ? 0 : 1
        var best = min(last[column] + cost, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, folded[row] == name[column - 1], folded[row - 1] == name[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      guard current.contains(where: { $0 <= allowance }) else { return nil }
      (beforeLast, last) = (last, current)
    }
    return last.last
  }

  /// `libssl.so` of `libssl.so.1.1`; nil for a name that is no library's, such as a plugin's.
  private static func sonameStem(_ name: [UInt8]) -> ArraySlice<UInt8>? {
    let mark = Array(".so".utf8)
    guard name.count > mark.count, name.starts(with: "lib".utf8) else { return nil }
    for start in 1...name.count - mark.count where name[start...].starts(with: mark) {
      let end = start + mark.count
      if end == name.count || name[end] == UInt8(ascii: ".") { return name[..<end] }
    }
    return nil
  }

  /// The name without its extension; nil if it has none.
  private static func stem(_ name: [UInt8]) -> ArraySlice<UInt8>? {
    let (stem, rest) = split(name)
    return rest.count > 1 ? stem[...] : nil
  }

  private static func split(_ name: [UInt8]) -> (stem: [UInt8], rest: [UInt8]) {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return (name, []) }
    return (Array(name[..<dot]), Array(name[dot...]))
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
  }

  private static func separatorUnified(_ byte: UInt8) -> UInt8 {
    byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") ? UInt8(ascii: "-") : byte
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte >= 0x80
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
