import TraceEvents

/// Packages that the machine could install, from the lists that apt has fetched.
///
/// Only what is in the lists is answered. Lists may be plain or lz4; others are not read.
enum PackageLists {
  static let directory = "/var/lib/apt/lists"
  private static let maximumListSize = 256 << 20
  private static let maximumCount = 3

  /// The packages that ship a library or command called `name`, best first.
  ///
  /// Lists of contents, where apt-file has fetched them uncompressed, know every file; the lists of
  /// packages know a library or command by the name that its package must have.
  static func packages(shipping name: String) -> SystemAnswer {
    guard let files = try? FileReading.names(in: directory, limit: 2000).sorted() else {
      return .unknown(reason: "apt has no package lists here")
    }
    var found: [String] = []
    let candidates = candidates(for: name)
    if !candidates.isEmpty {
      var known: Set<String> = []
      let isRead = read(files) { bytes, isStart in
        known.formUnion(packages(of: candidates, in: bytes, isStart: isStart))
      }
      found = candidates.filter { known.contains($0) }
      if !isRead, found.isEmpty {
        return .unknown(reason: "apt has no package lists that can be read here")
      }
    }
    for file in files where file.contains("_Contents-") {
      guard let list = MappedFile(path: directory + "/" + file, limit: maximumListSize) else {
        continue
      }
      let owners = list.withBytes { packages(containing: name, in: $0) }
      found += owners.filter { !found.contains($0) }
    }
    return .names(list: Array(found.prefix(maximumCount)))
  }

  /// Calls `body` with each part of the lists of packages among `files`; false if none could be read.
  private static func read(
    _ files: [String], body: (borrowing RawSpan, _ isStart: Bool) -> Void
  ) -> Bool {
    var isRead = false
    for file in files {
      let isPlain = file.hasSuffix("_Packages")
      guard isPlain || file.hasSuffix("_Packages.lz4"),
        let list = MappedFile(path: directory + "/" + file, limit: maximumListSize)
      else { continue }
      if isPlain {
        list.withBytes { body($0, true) }
        isRead = true
      } else {
        isRead = list.withBytes { LZ4Frames.decompress($0, body: body) } || isRead
      }
    }
    return isRead
  }

  /// The names of all packages in the lists, each in a line of its own.
  static func names() -> [UInt8] {
    guard let files = try? FileReading.names(in: directory, limit: 2000).sorted() else { return [] }
    var names: [UInt8] = []
    _ = read(files) { bytes, _ in names += self.names(in: bytes) }
    return names
  }

  /// The names of the packages in a part of a list, each in a line of its own.
  static func names(in list: borrowing RawSpan) -> [UInt8] {
    let needle = Array("Package: ".utf8)
    var names: [UInt8] = []
    var start = 0
    while let offset = list.firstOffset(of: needle, from: start) {
      start = offset + needle.count
      guard let end = list.firstOffset(of: [UInt8(ascii: "\n")], from: start) else { break }
      let name = list.extracting(start..<min(end, start + 128))
      names += unsafe name.withUnsafeBytes { unsafe Array($0) } + [UInt8(ascii: "\n")]
      start = end
    }
    return names
  }

  /// The candidates that are packages in a part of a list; `isStart` if it is the first part.
  static func packages(of candidates: [String], in list: borrowing RawSpan, isStart: Bool = true)
    -> [String]
  {
    guard var common = candidates.first else { return [] }
    for candidate in candidates { common = common.commonPrefix(with: candidate) }
    // One pass: what all candidates begin with is rare enough.
    let needle = Array("Package: \(common)".utf8)
    let lines = candidates.map { Array("Package: \($0)\n".utf8) }
    var found: [String] = []
    var start = 0
    while let offset = list.firstOffset(of: needle, from: start) {
      start = offset + 1
      let isLineStart =
        offset == 0
        ? isStart : list.extracting(offset - 1..<offset).firstOffset(of: [UInt8(ascii: "\n")]) == 0
      guard isLineStart else { continue }
      for (candidate, line) in zip(candidates, lines) {
        let end = min(offset + line.count, list.byteCount)
        if list.extracting(offset..<end).firstOffset(of: line) == 0 { found.append(candidate) }
      }
    }
    return found
  }

  /// The packages that hold a file of this name, from a list of contents (`sources.list(5)`:
  /// `usr/bin/x  section/package,section/other`).
  static func packages(containing name: String, in list: borrowing RawSpan) -> [String] {
    let name = name.split(separator: "/").last.map(String.init) ?? ""
    guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else { return [] }
    let lineFeed = [UInt8(ascii: "\n")]
    var packages: [String] = []
    for blank in [" ", "\t"] {
      let needle = Array("/\(name)\(blank)".utf8)
      var start = 0
      while packages.count < maximumCount, let offset = list.firstOffset(of: needle, from: start) {
        start = offset + needle.count
        let end = list.firstOffset(of: lineFeed, from: start) ?? list.byteCount
        let rest = list.extracting(start..<min(end, start + 1024))
        let text = unsafe rest.withUnsafeBytes { unsafe TargetText.decoding($0) }
        for place in text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," }) {
          let package = place.split(separator: "/").last.map(String.init) ?? ""
          if !package.isEmpty, !packages.contains(package) { packages.append(package) }
        }
      }
    }
    return packages
  }

  /// The packages that would ship `name` by Debian's rules of naming, best first.
  ///
  /// `libfoo.so.6` is in libfoo6, or libfoo-6 where the name ends in a digit (Debian Policy 8.1);
  /// libraries whose ABI changed without a new soname add t64 or c2. A command is looked for in a
  /// package of its own name.
  static func candidates(for name: String) -> [String] {
    let name = name.split(separator: "/").last.map(String.init) ?? ""
    guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else { return [] }
    if let mark = name.firstRange(of: ".so") {
      let stem = name[..<mark.lowerBound].lowercased().replacing("_", with: "-")
      let rest = name[mark.upperBound...]
      guard !stem.isEmpty, rest.isEmpty || rest.first == "." else { return [] }
      let version = String(rest.dropFirst())
      if version.isEmpty { return ["\(stem)-dev"] }
      let endsInDigit = stem.last?.isNumber == true
      let joined = endsInDigit ? "\(stem)-\(version)" : "\(stem)\(version)"
      let other = endsInDigit ? "\(stem)\(version)" : "\(stem)-\(version)"
      return [joined, joined + "t64", other, other + "t64", joined + "c2"]
    }
    guard !name.contains(".h"), name.first?.isLetter == true || name.first?.isNumber == true
    else { return [] }
    return [name.lowercased()]
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
