// The target of `make fuzz`: whatever reads files that a target brings along, on bytes that libFuzzer
// makes. Outside of the package's targets, since SwiftPM has no such sanitizer.

@testable import ElfInspection
import Glibc
import TraceEvents

/// A directory that is the root of the programs, so that no file of the machine is looked at.
private let root: String = {
  var template = Array("/dev/shm/whyfail-fuzz-XXXXXX".utf8CString)
  return unsafe String(cString: mkdtemp(&template))
}()

/// Corresponds to `LLVMFuzzerTestOneInput` of libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  for name in ["input", "libinput.so.1"] {
    let file = unsafe open("\(root)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    unsafe write(file, data, size)
    close(file)
  }
  let path = root + "/input"
  _ = try? programFile(path)
  _ = LoaderCache(path: path).libraries(named: "libc.so.6")
  if let symbols = try? ElfSymbols(path: path) {
    for wanted in symbols.wanted.prefix(50) {
      _ = symbols.provides(wanted.name, version: wanted.version)
      _ = symbols.versions(of: wanted.name)
    }
    _ = symbols.longestCommonBeginning(with: "printf")
  }
  _ = ElfSymbols.isDefined("printf", inFileAt: path)
  _ = try? SymbolUses(path: path).use(of: 1)
  let start = LoaderStart(
    program: "/input", root: root, libraryPath: "/:$ORIGIN", preload: "libinput.so.1",
    opened: ["/libinput.so.1"])
  if let tree = try? LibraryTree(start) { _ = tree.missingSymbols() }
  if let inquiry = try? LibraryInquiry(start) {
    _ = inquiry.library("libinput.so.1", version: "GLIBC_2.99")
    _ = inquiry.symbol("printf", version: nil, user: "/input")
  }
  return 0
}
