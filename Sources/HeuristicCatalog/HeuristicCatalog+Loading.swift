import HeuristicSyntax

extension HeuristicCatalog {
  /// The heuristics that come with the program, read on first use.
  ///
  /// They were checked when the program was built; `problems(schema:)` checks the rest.
  package static let embedded = HeuristicCatalog(embedded: embeddedHeuristics)

  /// Makes a catalog of what the build tool embedded.
  init(embedded text: String) {
    do throws(SyntaxProblem) {
      let files = try CompactForm.decode(text)
      self.init(files.compactMap { Heuristic($0.root, file: $0.name, isBuiltIn: true) })
    } catch {
      self.init([], loadingProblems: [HeuristicProblem(error, file: "Heuristics")])
    }
  }

  /// The directories of a user's own heuristics, those that count less first.
  ///
  /// These are `/etc/whyfail/heuristics` and `$XDG_CONFIG_HOME/whyfail/heuristics`, where the
  /// variable stands for `~/.config` unless it holds an absolute path (XDG Base Directory).
  package static func userDirectories(environment: [String: String]) -> [String] {
    var directories = ["/etc/whyfail/heuristics"]
    if let configuration = environment["XDG_CONFIG_HOME"], configuration.hasPrefix("/") {
      directories.append(configuration + "/whyfail/heuristics")
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      directories.append(home + "/.config/whyfail/heuristics")
    }
    return directories
  }

  /// This catalog with the heuristics of directories added.
  ///
  /// One of an id that is known replaces the other; a later directory counts more. A file with a
  /// problem is left out, and told of in `loadingProblems`; a directory that is not there holds
  /// nothing.
  package func adding(
    userHeuristics directories: [String], schema: ObservationSchema
  ) -> HeuristicCatalog {
    var all = heuristics
    var problems = loadingProblems
    for directory in directories {
      let read = HeuristicDirectory.read(directory, schema: schema)
      all += read.heuristics
      problems += read.problems
    }
    return HeuristicCatalog(all, loadingProblems: problems)
  }

  /// What is wrong with the heuristics of the catalog and with files that were left out, sorted.
  package func problems(schema: ObservationSchema) -> [HeuristicProblem] {
    let found = heuristics.flatMap { heuristic in
      SchemaCheck.problems(in: heuristic.source, schema).map {
        HeuristicProblem($0, file: heuristic.file)
      }
    }
    return (loadingProblems + found).sorted()
  }

  /// What is wrong with files, and with the files in directories: for `--check-heuristics`.
  ///
  /// The id of a file that is named by itself can be any; in a directory it must be its path.
  package static func check(
    _ paths: [String], schema: ObservationSchema
  ) -> [HeuristicProblem] {
    paths.flatMap { path in
      if HeuristicDirectory.isDirectory(path) {
        return HeuristicDirectory.read(path, schema: schema).problems
      }
      switch HeuristicDirectory.read(file: path, id: nil, schema: schema) {
      case .success: return []
      case .failure(let failure): return failure.problems
      }
    }.sorted()
  }
}
