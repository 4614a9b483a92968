/// The forms of a path under which two runs can know the same thing: as it is, from the home
/// directory on, and from the run's own directory on; in each, what differs from run to run (numbers
/// of processes, temporary names, times, hashes) is replaced by `#`.
struct PathForms: Sendable {
  private let home: String?
  private let directory: String?

  /// For a run of a user with this home directory (`HOME`), in this directory; nil or empty where they
  /// are not known.
  init(home: String?, directory: String?) {
    self.home = Self.prefix(home)
    self.directory = Self.prefix(directory)
  }

  private static func prefix(_ path: String?) -> String? {
    guard let path, path.utf8.count > 1, path.hasPrefix("/") else { return nil }
    return path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// The forms of `path`, the most literal first; `isRelative`: the program named it from its own
  /// directory on.
  func forms(of path: String, isRelative: Bool = false) -> [String] {
    let steady = Self.steady(path)
    var forms = [steady]
    if let home = home ?? Self.usualHome(of: path), let rest = Self.rest(of: path, below: home) {
      forms.append("~" + Self.steady(rest))
    }
    if let directory, let rest = Self.rest(of: path, below: directory) {
      forms.append("." + Self.steady(rest))
    } else if directory == nil, isRelative {
      forms.append(path.hasPrefix("/") ? "." + steady : "./" + steady)
    }
    return forms
  }

  /// The home directory that a path looks to be in, where the run does not tell.
  private static func usualHome(of path: String) -> String? {
    if path.hasPrefix("/root/") { return "/root" }
    guard path.hasPrefix("/home/") else { return nil }
    let name = path.dropFirst(6).prefix { $0 != "/" }
    return name.isEmpty ? nil : "/home/" + name
  }

  private static func rest(of path: String, below directory: String) -> String? {
    guard path.hasPrefix(directory) else { return nil }
    let rest = path.dropFirst(directory.count)
    return rest.isEmpty || rest.hasPrefix("/") ? String(rest) : nil
  }

  // MARK: What differs from run to run

  /// Directories whose first component is often a name made up on the way (`mkstemp(3)`).
  private static let temporary: [[Substring]] = [
    ["tmp"], ["var", "tmp"], ["dev", "shm"], ["run", "user", "#"], ["run", "lock"],
  ]

  /// `text`, a path or an argument, with its changing parts replaced by `#`.
  static func steady(_ text: String) -> String {
    // Most paths have neither a digit nor a capital letter, nor are they temporary.
    let mayChange = text.utf8.contains { isDigit($0) || isUpper($0) } || text.contains("tmp")
    guard mayChange, text.utf8.count <= 8192 else { return text }
    var parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isAbsolute = text.utf8.first == UInt8(ascii: "/")
    for index in parts.indices where !parts[index].isEmpty {
      let above = parts[..<index].dropFirst(isAbsolute ? 1 : 0)
      if isAbsolute, isCounted(parts[index], above) {
        parts[index] = "#"
      } else if isAbsolute, temporary.contains(where: { $0.elementsEqual(above) }) {
        parts[index] = steadyTemporaryName(parts[index])
      } else {
        parts[index] = steadyName(parts[index])
      }
    }
    // Stores that are sorted by the first digits of a hash: objects/3f/#.
    for index in parts.indices.dropFirst()
    where parts[index].hasPrefix("#") && parts[index - 1].utf8.count == 2
      && parts[index - 1].utf8.allSatisfy(isHexadecimal)
    {
      parts[index - 1] = "#"
    }
    return parts.joined(separator: "/")
  }

  /// Numbers of processes, threads, descriptors, terminals and users below these directories.
  private static func isCounted(_ part: Substring, _ above: ArraySlice<Substring>) -> Bool {
    guard part.utf8.allSatisfy(isDigit), let first = above.first, let last = above.last else {
      return false
    }
    return first == "proc" && ["proc", "task", "fd", "fdinfo", "map_files"].contains(last)
      || above.elementsEqual(["dev", "pts"]) || above.elementsEqual(["dev", "fd"])
      || above.elementsEqual(["run", "user"])
  }

  /// A name in a directory of temporary files.
  private static func steadyTemporaryName(_ name: Substring) -> Substring {
    let bytes = Array(name.utf8)
    // Python's tempfile: tmp and 8 of a-z, 0-9, _; GCC: cc and 6.
    for (prefix, count) in [("tmp", 8), ("cc", 6), ("tmp.", 10)] where name.hasPrefix(prefix) {
      let rest = bytes.dropFirst(prefix.utf8.count).prefix { isAlphanumeric($0) || $0 == 0x5F }
      if rest.count == count {
        return Substring(
          prefix + "#" + String(decoding: bytes.dropFirst(prefix.utf8.count + count), as: UTF8.self)
        )
      }
    }
    return replacing(in: name) { token, isSeparated in
      let digits = token.count(where: isDigit)
      if digits == token.count { return digits >= 3 }
      let uppers = token.count(where: isUpper)
      return token.count >= 6 && uppers > 1 && uppers + digits < token.count
        || isSeparated && isRandom(token) || isHash(token)
    }
  }

  /// A name anywhere.
  private static func steadyName(_ name: Substring) -> Substring {
    // The numbers of a library are its version.
    if name.contains(".so") { return name }
    return replacing(in: name) { token, isSeparated in
      let digits = token.count(where: isDigit)
      if digits == token.count { return digits >= 8 }
      return isHash(token) || isSeparated && isRandom(token)
    }
  }

  /// As `mkstemp(3)` makes it: 6 to 10 characters, among them capitals, small letters and digits.
  private static func isRandom(_ token: ArraySlice<UInt8>) -> Bool {
    (6...10).contains(token.count) && token.contains(where: isDigit)
      && token.contains(where: isUpper)
      && token.contains { isAlphanumeric($0) && !isDigit($0) && !isUpper($0) }
  }

  /// 16 hexadecimal digits or more, of both kinds.
  private static func isHash(_ token: ArraySlice<UInt8>) -> Bool {
    token.count >= 16 && token.allSatisfy(isHexadecimal) && token.contains(where: isDigit)
      && token.contains { !isDigit($0) }
  }

  /// `name` with each run of letters and digits replaced that `isChanging`, which also hears whether a
  /// separator stands before it; a date or an UUID becomes one `#`.
  private static func replacing(
    in name: Substring, _ isChanging: (ArraySlice<UInt8>, _ isSeparated: Bool) -> Bool
  ) -> Substring {
    let bytes = Array(name.utf8)
    if let uuid = uuid(in: bytes) {
      let start = String(decoding: bytes[..<uuid.lowerBound], as: UTF8.self)
      let end = String(decoding: bytes[uuid.upperBound...], as: UTF8.self)
      return Substring(start + "#" + end)
    }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard isAlphanumeric(bytes[index]) else {
        result.append(bytes[index])
        index += 1
        continue
      }
      var end = index
      while end < bytes.count, isAlphanumeric(bytes[end]) { end += 1 }
      let isSeparated = index > 0 && ".-_#~".utf8.contains(bytes[index - 1])
      if isChanging(bytes[index..<end], isSeparated) {
        result.append(UInt8(ascii: "#"))
      } else {
        result += bytes[index..<end]
      }
      index = end
    }
    return Substring(String(decoding: result, as: UTF8.self))
  }

  /// Where a UUID (RFC 9562) or a date (ISO 8601) stands.
  private static func uuid(in bytes: [UInt8]) -> Range<Int>? {
    for groups in [[8, 4, 4, 4, 12], [4, 2, 2]] {
      let length = groups.reduce(groups.count - 1, +)
      guard bytes.count >= length, bytes.contains(UInt8(ascii: "-")) else { continue }
      for start in 0...(bytes.count - length) where start == 0 || !isAlphanumeric(bytes[start - 1])
      {
        var position = start
        let fits = groups.enumerated().allSatisfy { place, count in
          let group = bytes[position..<(position + count)]
          position += count + 1
          let isOfDigits = groups.count == 3 ? group.allSatisfy(isDigit) : true
          return isOfDigits && group.allSatisfy(isHexadecimal)
            && (place == groups.count - 1 || bytes[position - 1] == UInt8(ascii: "-"))
        }
        if fits { return start..<(start + length) }
      }
    }
    return nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }
  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || isUpper(byte) || (0x61...0x7A).contains(byte)
  }
}
