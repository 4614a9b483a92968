import Glibc
import TraceEvents

/// Names that a person could have meant.
enum SimilarNames {
  /// Names given at most.
  private static let maximumCount = 5
  /// Entries of a directory that are looked at.
  private static let maximumEntries = 20_000

  /// The score of a name that has more words than the one asked for: behind all others.
  private static let farthest = 50

  /// The names in `directory` that are near to `name`, best first.
  static func inDirectory(_ directory: String, to name: String) throws(InspectionError) -> [String]
  {
    let names = try FileReading.names(in: directory, limit: maximumEntries)
    return best(of: names, for: name)
  }

  /// `name` itself outside of the search path, then near commands along it; absolute paths.
  static func commands(to name: String, searchPath: [String]) -> [String] {
    guard !name.isEmpty, !name.contains("/") else { return [] }
    var seen: Set<FileIdentity> = []
    var places: [String] = []
    for directory in searchPath where directory.hasPrefix("/") {
      // /bin and /usr/bin are one directory on many systems.
      guard let status = try? FileStatus(of: directory, followingLinks: true),
        status.type == .directory, seen.insert(status.identity).inserted
      else { continue }
      places.append(directory)
    }
    var found: [String] = []
    for directory in elsewhere() {
      guard let status = try? FileStatus(of: directory, followingLinks: true),
        seen.insert(status.identity).inserted
      else { continue }
      let path = directory + "/" + name
      if isCommand(path) { found.append(path) }
    }
    var near: [(score: Int, path: String)] = []
    for directory in places {
      guard let names = try? FileReading.names(in: directory, limit: maximumEntries) else {
        continue
      }
      for candidate in names {
        guard let score = Likeness(asked: name).score(of: candidate),
          !near.contains(where: { $0.path.hasSuffix("/" + candidate) })
        else { continue }
        let path = (directory.hasSuffix("/") ? directory : directory + "/") + candidate
        if isCommand(path) { near.append((score, path)) }
      }
    }
    near.sort { ($0.score, $0.path) < ($1.score, $1.path) }
    return Array((found + near.map(\.path)).prefix(maximumCount))
  }

  /// Of `names`, those near to `name`, best first.
  static func best(of names: [String], for name: String) -> [String] {
    let likeness = Likeness(asked: name)
    let scored = names.compactMap { candidate in
      (likeness.score(of: candidate) ?? (likeness.isExtended(by: candidate) ? farthest : nil))
        .map { (score: $0, name: candidate) }
    }
    return scored.sorted { ($0.score, $0.name) < ($1.score, $1.name) }
      .prefix(maximumCount).map(\.name)
  }

  /// Directories that hold commands on common systems.
  private static func elsewhere() -> [String] {
    var directories = [
      "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
      "/usr/local/games", "/usr/games", "/snap/bin",
    ]
    let optional = (try? FileReading.names(in: "/opt", limit: 200)) ?? []
    directories += optional.sorted().map { "/opt/\($0)/bin" }
    if let home = UserDatabase.homeDirectory(geteuid()) {
      directories += ["bin", ".local/bin", ".cargo/bin", "go/bin"].map { "\(home)/\($0)" }
    }
    return directories
  }

  private static func isCommand(_ path: String) -> Bool {
    guard let status = try? FileStatus(of: path, followingLinks: true) else { return false }
    return status.type == .regular && status.mode & 0o111 != 0
  }
}
