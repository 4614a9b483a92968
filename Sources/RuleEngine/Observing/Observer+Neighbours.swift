internal import History
internal import TraceEvents

// Files of the right name in places that have something to do with the program.
extension Observer {
  /// Directories that belong together with those beside them.
  private static let conventional: Set<String> = [
    "bin", "sbin", "lib", "src", "etc", "conf", "config", "configs", "share", "data", "test",
    "tests", "scripts", "tools", "include", "build", "templates", "assets", "static", "public",
    "resources", "files", "docs", "app", "var",
  ]
  /// What lies at the top of a project.
  private static let marks = [
    ".git", "package.json", "Makefile", "pyproject.toml", "CMakeLists.txt", "go.mod",
    "Cargo.toml", "pom.xml",
  ]

  /// False for a file that was found beside one of the `homes`, in a tree that shares nothing with it but
  /// the directory above: the work of others lies there.
  func isNeighbour(_ file: String, named name: String, of homes: [String]) -> Bool {
    guard !homes.contains(where: { file.hasPrefix($0 + "/") }), !name.contains("/") else {
      return true
    }
    let parents = homes.map { (home: $0, parent: PathName.directory(of: $0)) }
      .filter { file.hasPrefix($0.parent + "/") }
    guard !parents.isEmpty else { return true }
    return parents.contains { home, parent in
      let rest = file.dropFirst(parent.utf8.count + 1)
      guard let first = rest.split(separator: "/").first, rest.utf8.count > first.utf8.count else {
        // The file lies in the directory above itself.
        return true
      }
      return Self.conventional.contains(PathName.base(of: home))
        || Self.conventional.contains(String(first)) || isVisited(parent, beside: home)
        || Self.marks.contains { inquiry.pathWalk(parent + "/" + $0)?.end == .exists }
    }
  }

  /// True if the run had to do with something else below a directory than with one directory in it.
  private func isVisited(_ parent: String, beside home: String) -> Bool {
    func isBeside(_ path: String) -> Bool {
      path.hasPrefix(parent + "/") && path != home && !path.hasPrefix(home + "/")
    }
    return history.processes.prefix(200).contains { process in
      isBeside(process.workingDirectory) || process.executedPath.map(isBeside) ?? false
        || process.recentFiles.contains(where: isBeside)
        || process.arguments.contains(where: isBeside)
    }
  }
}
