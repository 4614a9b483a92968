import TraceEvents

/// Which installed package a file belongs to, from the package system's own lists.
enum InstalledPackages {
  private static let dpkgLists = "/var/lib/dpkg/info"
  private static let apkList = "/lib/apk/db/installed"
  private static let maximumListSize = 16 << 20
  private static let maximumPackages = 20_000

  /// The package that owns `path`, be it there or not: `names` with one element or none; `unknown` where no package
  /// system that we can read is there.
  static func owner(of path: String) -> SystemAnswer {
    guard path.hasPrefix("/"), !path.contains("\n") else { return .names(list: []) }
    let paths = spellings(of: path)
    if let files = try? FileReading.names(in: dpkgLists, limit: 4 * maximumPackages) {
      return .names(list: dpkgOwner(of: paths, lists: files).map { [$0] } ?? [])
    }
    if let database = try? FileReading.contents(of: apkList, limit: maximumListSize) {
      return .names(list: apkOwner(of: paths, database: database.lines).map { [$0] } ?? [])
    }
    return .unknown(reason: "no package database of dpkg or apk is here")
  }

  /// Those of `paths` that dpkg has as configuration files (`deb-conffiles(5)`).
  static func configuration(among paths: [String]) -> SystemAnswer {
    guard let files = try? FileReading.names(in: dpkgLists, limit: 4 * maximumPackages) else {
      return .unknown(reason: "no package database of dpkg is here")
    }
    var wanted: [[UInt8]: String] = [:]
    for path in paths { wanted[TargetText.bytes(of: path)] = path }
    var found: Set<String> = []
    for file in files where file.hasSuffix(".conffiles") {
      guard
        let list = try? FileReading.contents(of: dpkgLists + "/" + file, limit: maximumListSize)
      else { continue }
      for line in list.lines {
        // A flag can stand before the path: `remove-on-upgrade /etc/x`.
        guard let slash = line.firstIndex(of: UInt8(ascii: "/")),
          let path = wanted[Array(line[slash...])]
        else { continue }
        found.insert(path)
      }
    }
    return .names(list: paths.filter { found.contains($0) })
  }

  /// The names that the file may be listed by: as asked, without links, and before or after /bin,
  /// /sbin and /lib became links into /usr.
  private static func spellings(of path: String) -> [String] {
    var paths = [path]
    // Of what is missing the walk ends at a directory, which is another matter.
    let walked = PathWalker().walk(path)
    if let last = walked.last { paths.append(walked.steps[last].component.path) }
    for path in paths {
      if path.hasPrefix("/usr/") {
        paths.append(String(path.dropFirst(4)))
      } else if ["/bin/", "/sbin/", "/lib"].contains(where: { path.hasPrefix($0) }) {
        paths.append("/usr" + path)
      }
    }
    var seen: Set<String> = []
    return paths.filter { seen.insert($0).inserted }
  }

  private static func dpkgOwner(of paths: [String], lists: [String]) -> String? {
    let lines = paths.map { (path: $0, line: TargetText.bytes(of: $0) + [UInt8(ascii: "\n")]) }
    var owners: [String] = []
    for list in lists.sorted() where list.hasSuffix(".list") {
      guard let file = MappedFile(path: dpkgLists + "/" + list, limit: maximumListSize) else {
        continue
      }
      let isOwner = file.withBytes { bytes in
        lines.contains { bytes.firstLine($0.line) }
      }
      guard isOwner else { continue }
      owners.append(String(list.dropLast(5).prefix { $0 != ":" }))
      // Two packages share directories alone, and a shared directory belongs to neither.
      if owners.count > 1 { break }
    }
    return owners.count == 1 ? owners.first : nil
  }

  /// Looks through apk's installed database: `P:` package, `F:` directory, `R:` file in it.
  static func apkOwner(of paths: [String], database: [ArraySlice<UInt8>]) -> String? {
    let wanted = Set(paths)
    var package: String?
    var directory = ""
    for line in database where line.count >= 2 {
      let value = TargetText.decoding(line.dropFirst(2))
      switch line.first {
      case UInt8(ascii: "P"): package = value
      case UInt8(ascii: "F"): directory = "/" + value
      case UInt8(ascii: "R"):
        if wanted.contains((directory == "/" ? "" : directory) + "/" + value) { return package }
      default: break
      }
    }
    return nil
  }
}

extension RawSpan {
  /// True if `line`, which ends in a line feed, is a whole line here.
  fileprivate func firstLine(_ line: [UInt8]) -> Bool {
    var start = 0
    while let found = firstOffset(of: line, from: start) {
      if found == 0 || unsafeLoad(fromByteOffset: found - 1) == UInt8(ascii: "\n") { return true }
      start = found + 1
    }
    return false
  }

  private func unsafeLoad(fromByteOffset offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
