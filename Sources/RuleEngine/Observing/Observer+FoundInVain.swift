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
      guard let wanted = interpreter(of: file) else { return false }
      if wanted.hasSuffix("\r") { return true }
      file = self.path(of: wanted, for: process)
      switch inquiry.pathWalk(file)?.end {
      case .missing, .danglingLink, .notDirectory: return true
      case .exists: continue
      default: return false
      }
    }
    return false
  }

  /// The program that is to run a file, by the name that stands there: the interpreter of a script, the loader of a
  /// program, or what the kernel was told of (binfmt_misc); nil for a file that needs none.
  func interpreter(of file: String) -> String? {
    switch inquiry.programFile(file) {
    case .script(let line): Self.interpreterWords(in: line).first
    case .elf(let facts): facts.interpreter
    case .other: inquiry.binaryFormat(file).flatMap { $0.isEnabled ? $0.interpreter : nil }
    default: nil
    }
  }

  /// The interpreter and its argument in the first line of a script, with a carriage return where one stands behind
  /// them.
  static func interpreterWords(in line: String) -> [String] {
    line.unicodeScalars.dropFirst(2).split { $0 == " " || $0 == "\t" || $0 == "\n" }
      .map { String($0) }
  }
}
