import Glibc
import HeuristicSyntax

/// A directory of heuristics that a user wrote.
enum HeuristicDirectory {
  /// The most files that are read of one directory.
  static let fileLimit = 1000
  /// How deep directories are looked into.
  static let depthLimit = 5
  /// The most entries that are looked at in all; ends a loop of symbolic links, too.
  private static let entryLimit = 10_000

  /// Why a file is no heuristic.
  struct FileFailure: Error {
    /// All that is wrong; never empty.
    var problems: [HeuristicProblem]
  }

  /// The heuristics of a directory's `.yaml` files, and what is wrong with the others.
  static func read(
    _ directory: String, schema: ObservationSchema
  ) -> (heuristics: [Heuristic], problems: [HeuristicProblem]) {
    var heuristics: [Heuristic] = []
    var problems: [HeuristicProblem] = []
    var files: [String] = []
    var entriesLeft = entryLimit
    list(directory, "", depth: 0, into: &files, &problems, &entriesLeft)
    if files.count > fileLimit {
      let message = "more than \(fileLimit) heuristics; the others are left out"
      problems.append(HeuristicProblem(file: directory, message: message))
    }
    for name in files.sorted().prefix(fileLimit) {
      let id = String(name.dropLast(".yaml".count))
      switch read(file: directory + "/" + name, id: id, schema: schema) {
      case .success(let heuristic): heuristics.append(heuristic)
      case .failure(let failure): problems += failure.problems
      }
    }
    return (heuristics, problems)
  }

  /// The heuristic of a file, or everything that is wrong with it.
  static func read(
    file: String, id: String?, schema: ObservationSchema
  ) -> Result<Heuristic, FileFailure> {
    let found: [SyntaxProblem]
    do throws(SyntaxProblem) {
      let root = try HeuristicFile.read(file)
      found =
        HeuristicGrammar.problems(in: root, id: id) + SchemaCheck.problems(in: root, schema)
      if found.isEmpty, let heuristic = Heuristic(root, file: file, isBuiltIn: false) {
        return .success(heuristic)
      }
    } catch {
      found = [error]
    }
    return .failure(FileFailure(problems: found.map { HeuristicProblem($0, file: file) }.sorted()))
  }

  /// Whether a path leads to a directory.
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Appends the names of a directory's files, relative to `root`.
  private static func list(
    _ root: String, _ below: String, depth: Int, into files: inout [String],
    _ problems: inout [HeuristicProblem], _ entriesLeft: inout Int
  ) {
    let path = below.isEmpty ? root : root + "/" + below
    guard let stream = unsafe opendir(path) else {
      if errno != ENOENT, errno != ENOTDIR {
        let message = "cannot be listed: errno \(errno)"
        problems.append(HeuristicProblem(file: path, message: message))
      }
      return
    }
    defer { unsafe closedir(stream) }
    while entriesLeft > 0, files.count <= fileLimit, let entry = unsafe readdir(stream) {
      entriesLeft -= 1
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      if name.hasPrefix(".") { continue }
      let relative = below.isEmpty ? name : below + "/" + name
      if isDirectory(root + "/" + relative) {
        if depth < depthLimit {
          list(root, relative, depth: depth + 1, into: &files, &problems, &entriesLeft)
        }
      } else if name.hasSuffix(".yaml") {
        files.append(relative)
      }
    }
  }
}
