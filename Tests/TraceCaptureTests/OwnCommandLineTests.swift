import Glibc
import Testing
import TraceCapture

@Suite struct OwnCommandLineTests {
  @Test("The words kept at the start are those that the kernel shows.")
  func wordsAreTheKernels() {
    let file = unsafe open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let shown = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
      count = unsafe max(0, read(file, buffer.baseAddress, buffer.count))
    }
    let words = shown.split(separator: 0, omittingEmptySubsequences: false).dropLast()
    #expect(!words.isEmpty)
    #expect(OwnCommandLine.words.map { Array($0.utf8) } == words.map { Array($0) })
  }
}
