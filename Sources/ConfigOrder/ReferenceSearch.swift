internal import History
internal import OrderedCollections
internal import TraceEvents

/// Finds the line of a file that was read that led to a path.
///
/// It works through the files that are configuration in the order in which they were read; what a
/// line of one names can be configuration by that, and is looked into in its turn.
struct ReferenceSearch {
  /// How a path is named.
  struct Naming {
    let line: TextLine
    let reference: Reference
    /// The directory that was listed to find it, for a pattern or a directory.
    let directory: String?
    /// Number of the event with which the naming file was first touched.
    let number: Int
  }

  private static let mostFiles = 200

  private let order: ConfigurationOrder
  private let answer: (SystemQuestion) -> SystemAnswer
  private var byBase: [String: [Int]] = [:]
  private var byDirectory: [String: [Int]] = [:]
  /// The tries in directories that were listed: what patterns can mean.
  private var listed: [Int] = []
  /// How many comparisons with patterns are still made, whatever the files hold.
  private var budget = 2_000_000
  private var searched: Set<String> = []
  /// What names a path, by the position of its try.
  private(set) var namings: [Int: Naming] = [:]

  init(_ order: ConfigurationOrder, answer: @escaping (SystemQuestion) -> SystemAnswer) {
    self.order = order
    self.answer = answer
    for (index, path) in order.tries.keys.enumerated() {
      byBase[PathName.base(of: path), default: []].append(index)
      let directory = PathName.directory(of: path)
      byDirectory[directory, default: []].append(index)
      if order.listings[directory] != nil { listed.append(index) }
    }
  }

  /// Looks into the file of the try at `index`, and takes note of the paths that it names; a script's
  /// text is also what documents it, and that leads to nothing.
  ///
  /// - Returns: The positions of the tries that it names, which nothing had named before.
  mutating func search(_ index: Int, isScript: Bool = false) -> [Int] {
    let file = order.tries.values[index]
    guard file.status == .read, !file.isDirectory, searched.count < Self.mostFiles,
      searched.insert(file.realPath ?? file.path).inserted,
      case .lines(let lines) = answer(.references(file: file.path))
    else { return [] }
    let circumstances = order.circumstances[file.circumstances]
    let bases = bases(of: file, circumstances)
    // A bare name in the midst of a line means a file beside it, not whatever is called so.
    let near = Set([
      PathName.directory(of: file.path), PathName.directory(of: file.realPath ?? file.path),
    ])
    var found: [Int] = []
    var isInLeadingSection = false
    for line in lines {
      if let heading = ReferenceLine.heading(in: line.text) {
        isInLeadingSection = NameSigns.leadsOn(heading)
        continue
      }
      if isScript, !ReferenceLine.isStatement(line.text) { continue }
      for reference in ReferenceLine.references(
        in: line.text, leadsOn: isInLeadingSection, circumstances)
      {
        let isMention = !reference.leadsOn && !reference.pattern.utf8.contains(0x2F)
        for (other, directory) in matches(reference, bases: isMention ? near : bases, after: file) {
          // A better line, that says that it includes, takes the place of a mere mention.
          if let known = namings[other], known.reference.leadsOn || !reference.leadsOn { continue }
          if namings[other] == nil { found.append(other) }
          namings[other] = Naming(
            line: line, reference: reference, directory: directory, number: file.number)
        }
      }
    }
    return found
  }

  /// The directories that relative names can count from.
  private func bases(of file: PathTry, _ circumstances: Circumstances) -> Set<String> {
    var bases: Set<String> = [circumstances.workingDirectory]
    if let home = circumstances.variables.home { bases.insert(home) }
    for path in [file.path, file.realPath ?? file.path] {
      var directory = PathName.directory(of: path)
      bases.insert(directory)
      // A server's root: `mods-enabled/*.load` is named by files in other directories below it.
      while directory.utf8.count(where: { $0 == 0x2F }) > 1 {
        bases.insert(directory)
        directory = PathName.directory(of: directory)
      }
    }
    return bases
  }

  /// The tries that a reference can mean, with the directory that was listed for it.
  private mutating func matches(
    _ reference: Reference, bases: Set<String>, after file: PathTry
  ) -> [(index: Int, directory: String?)] {
    let base = PathName.base(of: reference.pattern)
    var found: [(index: Int, directory: String?)] = []
    func consider(_ index: Int) {
      let other = order.tries.values[index]
      guard other.number > file.number, other.path != file.path,
        fits(other.path, reference, bases: bases)
      else { return }
      found.append((index, nil))
      // What was listed in it was named with it.
      if order.listings[other.path] != nil { found += children(of: other.path) }
    }
    guard base.utf8.contains(where: { Reference.wildcards.contains($0) }) else {
      byBase[base]?.forEach(consider)
      return found
    }
    budget -= listed.count
    guard budget > 0 else { return [] }
    for index in listed {
      let other = order.tries.values[index]
      guard other.number > file.number, fits(other.path, reference, bases: bases) else { continue }
      found.append((index, PathName.directory(of: other.path)))
    }
    // The directory itself, which need not hold anything that fits.
    let place = Reference(
      pattern: PathName.directory(of: reference.pattern), leadsOn: reference.leadsOn,
      isData: reference.isData)
    guard place.pattern != "." else { return found }
    for index in byBase[PathName.base(of: place.pattern)] ?? [] {
      let other = order.tries.values[index]
      guard other.number > file.number,
        order.listings[other.path] != nil || other.status != .checked,
        fits(other.path, place, bases: bases)
      else { continue }
      found.append((index, nil))
    }
    return found
  }

  private func children(of directory: String) -> [(index: Int, directory: String?)] {
    (byDirectory[directory] ?? []).map { ($0, directory) }
  }

  /// True if a reference can mean `path`.
  private func fits(_ path: String, _ reference: Reference, bases: Set<String>) -> Bool {
    let pattern = reference.pattern
    if !reference.isRelative {
      return reference.isPattern ? Glob.matches(pattern: pattern, text: path) : pattern == path
    }
    // As many components of the path's end as the pattern has.
    let relative = pattern.hasPrefix("./") ? String(pattern.dropFirst(2)) : pattern
    if relative.hasPrefix("../") || relative.contains("/../") {
      return bases.contains { PathName.absolute(relative, from: $0) == path }
    }
    var wanted = relative.utf8.split(separator: UInt8(ascii: "/")).count
    guard wanted > 0 else { return false }
    var start = path.utf8.endIndex
    while wanted > 0, start > path.utf8.startIndex {
      start = path.utf8.index(before: start)
      if path.utf8[start] == UInt8(ascii: "/") { wanted -= 1 }
    }
    guard wanted == 0 else { return false }
    let base = start == path.utf8.startIndex ? "/" : String(path[..<start])
    // An unknown variable at its beginning stands for a whole path.
    guard relative.hasPrefix("*/") || bases.contains(base) else { return false }
    let end = String(path[path.utf8.index(after: start)...])
    return reference.isPattern ? Glob.matches(pattern: relative, text: end) : end == relative
  }
}
