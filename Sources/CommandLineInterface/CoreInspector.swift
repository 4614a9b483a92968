import SystemInspection
import TraceEvents

/// Answers for a process that a core file is left of: about its memory from there, about files from the
/// machine, and nothing about its number, which another process may have by now.
struct CoreInspector: SystemInspector {
  let process: ProcessID
  /// Its mappings, in the form of `proc_pid_maps(5)`.
  let maps: String
  private let machine = MachineInspector()

  init(process: ProcessID, maps: String) {
    self.process = process
    self.maps = maps
  }

  func answer(_ question: SystemQuestion) -> SystemAnswer {
    switch question {
    case .mapping(let pid, let address) where pid == process:
      return .mapping(status: MemoryMap.status(at: address, inMaps: maps))
    case .mapping, .limits, .process, .controlGroup:
      return .unknown(reason: "a core file does not tell")
    default: return machine.answer(question)
    }
  }
}
