import ElfInspection
import SystemInspection
import TraceEvents

/// Answers about the machine that we run on: files of programs by ElfInspection, everything else
/// by SystemInspection.
struct MachineInspector: SystemInspector {
  private let system = LiveSystemInspector()

  func answer(_ question: SystemQuestion) -> SystemAnswer {
    guard case .program(let path) = question else { return system.answer(question) }
    do throws(ElfError) {
      return .program(facts: try programFile(path))
    } catch {
      guard case .unreadable(let code) = error.code else { return .unknown(reason: path) }
      return .unknown(reason: "\(path): \(code.words)")
    }
  }
}
