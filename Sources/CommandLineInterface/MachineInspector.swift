import ElfInspection
import SystemInspection
import TraceEvents

/// Answers about the machine that we run on: files of programs by ElfInspection, everything else
/// by SystemInspection.
struct MachineInspector: SystemInspector {
  private let system = LiveSystemInspector()

  func answer(_ question: SystemQuestion) -> SystemAnswer {
    do throws(ElfError) {
      switch question {
      case .program(let path): return .program(facts: try programFile(path))
      case .library(let name, let version, let start):
        return .library(finding: try LibraryInquiry(start).library(name, version: version))
      case .symbol(let name, let version, let user, let start):
        return .symbol(
          finding: try LibraryInquiry(start).symbol(name, version: version, user: user))
      case .definers(let symbol, let files, let directories):
        return .names(
          list: SymbolDefiners.files(defining: symbol, among: files, in: directories))
      default: return system.answer(question)
      }
    } catch {
      guard case .unreadable(let code) = error.code else { return .unknown(reason: error.path) }
      return .unknown(reason: "\(error.path): \(code.words)")
    }
  }
}
