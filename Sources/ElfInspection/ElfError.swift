package import TraceEvents

/// Why a file gives no ELF facts.
package struct ElfError: Error, Sendable, Hashable {
  /// What is wrong.
  package enum Code: Sendable, Hashable {
    /// It does not begin as an ELF file does.
    case notElf
    /// It ends before what its headers tell of.
    case truncated
    /// Its headers contradict `elf(5)`, or each other.
    case corrupt
    /// The kernel does not give it to us.
    case unreadable(ErrorNumber)
  }

  /// What is wrong.
  package var code: Code
  /// Which file.
  package var path: String

  /// An error of the file at `path`.
  package init(_ code: Code, path: String) {
    self.code = code
    self.path = path
  }
}
