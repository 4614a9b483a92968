import Glibc
import SystemInspection
import TraceEvents

/// The running processes that a command line means.
enum ProcessSearch {
  /// The processes of these numbers and names, each once; a name stands for all that have it.
  static func processes(_ words: [String]) throws(RunFailure) -> [Int32] {
    var found: [Int32] = []
    for word in words {
      var named = [Int32]()
      if word.allSatisfy({ $0.isASCII && $0.isNumber }) {
        // A number that no process can have is one that is gone.
        named = [Int32(word) ?? .max]
      } else {
        named = ProcessTable.processes().filter { $0 != getpid() && names(of: $0).contains(word) }
        if named.isEmpty { throw .noSuchName(word) }
      }
      for process in named where !found.contains(process) { found.append(process) }
    }
    return found
  }

  /// Its short name, and the base names of its program and of its first word.
  private static func names(of process: Int32) -> Set<String> {
    var names: Set<String> = []
    let command = ProcessWords.command(of: process)
    if let word = command.first { names.insert(base(of: word)) }
    // A script is called by its own name, not by its interpreter's.
    if command.count > 1, !command[1].hasPrefix("-") { names.insert(base(of: command[1])) }
    if let name = ProcessWords.name(of: process) { names.insert(name) }
    if let program = ProcessWords.program(of: process) { names.insert(base(of: program)) }
    return names
  }

  private static func base(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
