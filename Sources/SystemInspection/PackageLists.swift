import TraceEvents

/// Packages that the machine could install, from the lists that apt has fetched.
///
/// Only what is in the lists is answered; compressed lists cannot be read, and say so.
enum PackageLists {
  private static let directory = "/var/lib/apt/lists"
  private static let maximumListSize = 512 << 20
  private static let maximumCount = 3

  /// The packages that ship a library or command called `name`, best first.
  static func packages(shipping name: String) -> SystemAnswer {
    guard let files = try? FileReading.names(in: directory, limit: 2000) else {
      return .unknown(reason: "apt has no package lists here")
    }
    let candidates = candidates(for: name)
    guard !candidates.isEmpty else { return .names(list: []) }
    let lists = files.filter { $0.hasSuffix("_Packages") }.sorted()
    guard !lists.isEmpty else {
      return .unknown(
        reason: files.contains { $0.contains("_Packages.") }
          ? "apt's package lists are compressed" : "apt has no package lists here")
    }
    var found: Set<String> = []
    for list in lists {
      guard let file = MappedFile(path: directory + "/" + list, limit: maximumListSize) else {
        continue
      }
      file.withBytes { found.formUnion(packages(of: candidates, in: $0)) }
    }
    return .names(list: Array(candidates.filter { found.contains($0) }.prefix(maximumCount)))
  }

  /// The candidates that are packages in one list.
  static func packages(of candidates: [String], in list: borrowing RawSpan) -> [String] {
    candidates.filter { candidate in
      let line = Array("Package: \(candidate)\n".utf8)
      guard let found = list.firstOffset(of: line) else { return false }
      return found == 0 || list.firstOffset(of: [UInt8(ascii: "\n")] + line) != nil
    }
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
