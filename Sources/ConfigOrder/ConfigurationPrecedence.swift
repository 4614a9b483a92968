internal import TraceEvents
internal import History
internal import OrderedCollections

/// How the files of one name, or of one directory, go together, as far as the tries show it.
package enum ConfigurationPrecedence: Sendable, Equatable {
  /// Places were searched for one file, and the search ended where it was found.
  case first(missing: [String], taken: String)
  /// All places were looked at; this one alone has the file.
  case only(taken: String, others: [String])
  /// All that exist were read, in this order.
  case merged(paths: [String])
  /// The files of a directory that was listed were read, in this order.
  case directory(path: String, files: [String])

  /// What `entries` show; nothing for files that lines of others name, whose order those lines make.
  package static func all(_ entries: [ConfigurationEntry]) -> [ConfigurationPrecedence] {
    var groups: OrderedDictionary<String, [ConfigurationEntry]> = [:]
    var directories: OrderedDictionary<String, [ConfigurationEntry]> = [:]
    let listed = Set(entries.lazy.filter { $0.status == .listed }.map(\.path))
    for entry in entries where !entry.isSystemWide && !entry.isDirectory {
      let directory = PathName.directory(of: entry.path)
      if listed.contains(directory) {
        if entry.status == .read { directories[directory, default: []].append(entry) }
        continue
      }
      switch entry.origin {
      case .line, .option, .argument: continue
      case .variable, .directory, .builtIn:
        groups["\(entry.process) \(kin(of: entry.path))", default: []].append(entry)
      }
    }
    let searches = groups.values.compactMap(precedence)
    let listings = directories.elements.filter { $0.value.count > 1 }
      .map { Self.directory(path: $0.key, files: $0.value.map(\.path)) }
    return searches + listings
  }

  /// What a file is called wherever it lies: `my.cnf` for `/etc/my.cnf` and `~/.my.cnf`.
  private static func kin(of path: String) -> Substring {
    PathName.base(of: path).drop { $0 == "." || $0 == "_" }
  }

  private static func precedence(_ group: [ConfigurationEntry]) -> ConfigurationPrecedence? {
    guard group.count > 1, let place = group.firstIndex(where: { $0.status == .read }) else {
      return nil
    }
    let read = group.filter { $0.status == .read }.map(\.path)
    if read.count > 1 { return .merged(paths: read) }
    let others = group.filter { $0.status != .read }.map(\.path)
    guard place == group.count - 1 else { return .only(taken: read[0], others: others) }
    // Who reads the system's file, then the person's or the project's, lets the later one override:
    // where the first one found is to win, the search begins at the nearest.
    let widest = reach(of: group[place])
    guard group.allSatisfy({ reach(of: $0) <= widest }) else { return nil }
    return .first(missing: others, taken: read[0])
  }

  /// Whom a file is for: 0 a project, 1 a person, 2 the whole machine.
  private static func reach(of entry: ConfigurationEntry) -> Int {
    entry.isPersonal ? 1 : systems.begin(entry.path) ? 2 : 0
  }

  private static let systems = PathPrefixes(
    ConfigurationSigns.embedded["places: prefixes of those of the whole machine"])
}
