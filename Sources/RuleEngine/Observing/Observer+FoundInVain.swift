internal import History
internal import TraceEvents

// Commands that are in PATH, and cannot be started since what is to run them is missing: execve(2) answers ENOENT
// for those as well, and so whoever looks along PATH goes on to its next directory.
extension Observer {
  /// How many programs the kernel goes through from one script to the next (`bprm_execve` of fs/exec.c).
  static let mostInterpreters = 5

  /// The first of the places where a command was looked for that has it, if its interpreter or loader is
  /// not there.
  func foundInVain(
    by call: FailedCall, _ places: [String], _ process: ProcessRecord
  ) -> String? {
    guard !history.isFromLog, call.purpose == .execute || !places.isEmpty else { return nil }
    let own = call.path.map { places.contains($0) ? [] : [$0] } ?? []
    return (places + own).first { isWithoutInterpreter($0, process) }
  }

  /// True for a script or program that is there, and asks for an interpreter or loader that is not.
  private func isWithoutInterpreter(_ path: String, _ process: ProcessRecord) -> Bool {
    var file = path
    for _ in 0...Self.mostInterpreters {
      guard let kind = inquiry.programFile(file) else { return false }
      let wanted: String
      switch kind {
      case .script(let line):
        guard let name = Self.interpreter(in: line) else { return false }
        if name.hasSuffix("\r") { return true }
        wanted = name
      case .elf(let facts):
        guard let loader = facts.interpreter else { return false }
        wanted = loader
      default: return false
      }
      file = self.path(of: wanted, for: process)
      switch inquiry.pathWalk(file)?.end {
      case .missing, .danglingLink, .notDirectory: return true
      case .exists: continue
      default: return false
      }
    }
    return false
  }

  /// What the first line of a script names, with a carriage return where one follows it.
  private static func interpreter(in line: String) -> String? {
    let words = line.unicodeScalars.dropFirst(2).split { $0 == " " || $0 == "\t" || $0 == "\n" }
    return words.first.map { String($0) }
  }
}
