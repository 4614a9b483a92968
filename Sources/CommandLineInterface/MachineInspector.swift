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
      case .symbolVersions(let path):
        return .names(list: try ElfSymbols(path: path).definedVersions)
      case .definers(let symbol, let files):
        return .names(list: files.filter { (try? ElfSymbols(path: $0))?.defines(symbol) == true })
      default: return system.answer(question)
      }
    } catch {
      guard case .unreadable(let code) = error.code else { return .unknown(reason: error.path) }
      return .unknown(reason: "\(error.path): \(code.words)")
    }
  }
}
