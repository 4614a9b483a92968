// The second target of `make fuzz`: whatever reads core files, the walk of their stacks included.

@testable import ElfInspection
import Glibc
import TraceEvents

/// Where the file is written.
private let path: String = {
  var template = Array("/dev/shm/whyfail-fuzz-XXXXXX".utf8CString)
  return unsafe String(cString: mkdtemp(&template)) + "/core"
}()

/// Nothing of the machine is known.
private struct Nothing: SystemInspector {
  func answer(_ question: SystemQuestion) -> SystemAnswer { .unknown(reason: "nobody knows") }
}

/// Corresponds to `LLVMFuzzerTestOneInput` of libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  unsafe write(file, data, size)
  close(file)
  guard let core = try? CoreFile(path: path) else { return 0 }
  var trace = CoreTrace(core, program: nil)
  _ = (trace.process, trace.program, trace.command, trace.maps)
  // A walk is a process of its own, each; those of all threads are not wanted every time.
  _ = trace.events(Nothing(), tellsThreads: size % 16 == 0)
  return 0
}
