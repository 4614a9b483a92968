import TraceEvents

// Whether the loader takes what it finds for a library.
extension LibrarySearch {
  /// Whether the loader takes the file (`open_verify` of glibc), and what was read of it if so.
  func verdict(
    of path: String, _ file: String
  ) -> (verdict: LibraryPlace.Verdict, file: LibraryFile?) {
    if refused.contains(path) { return (.unreadable(error: .accessDenied), nil) }
    do throws(ElfError) {
      let library = try LibraryFile(path: files.outside(file), withSymbols: readsSymbols)
      let found = library.facts
      if found.bits != facts.bits { return (.otherClass(bits: found.bits), nil) }
      if !platform.isMusl, let reason = library.refusal(isBigEndian: facts.isBigEndian),
        found.machine == facts.machine || found.isBigEndian != facts.isBigEndian
      {
        return (.rejected(reason: reason), nil)
      }
      if found.machine != facts.machine || found.isBigEndian != facts.isBigEndian {
        return (.otherMachine(name: found.machine), nil)
      }
      guard found.kind == .shared else {
        let reason =
          found.kind == .relocatable
          ? "it is an object file (.o), not a shared library"
          : "it is a program, not a shared library"
        return (.rejected(reason: reason), nil)
      }
      return (.found, library)
    } catch {
      return (verdict(on: error, file), nil)
    }
  }

  private func verdict(on error: ElfError, _ file: String) -> LibraryPlace.Verdict {
    switch error.code {
    // A directory can be opened, and then not be read.
    case .unreadable(.isDirectory): .rejected(reason: "it is a directory")
    case .unreadable(.invalidArgument): .rejected(reason: "it is a FIFO or a device")
    case .unreadable(let number): .unreadable(error: number)
    case .truncated: .rejected(reason: "it is truncated (cut short)")
    case .corrupt: .rejected(reason: foreignOrder(file) ?? "its headers do not hold together")
    case .notElf:
      .rejected(
        reason: (try? programFile(files.outside(file))).map(Self.words) ?? "it is no ELF file")
    }
  }

  /// Why a file is none for this processor whose headers hold together, or not, only in another order of bytes.
  private func foreignOrder(_ file: String) -> String? {
    guard let bytes = try? FileBytes(path: files.outside(file)).prefix(16) else { return nil }
    return LibraryFile.refusal(of: bytes, isBigEndian: facts.isBigEndian)
  }

  private static func words(for file: ProgramFile) -> String {
    switch file {
    case .empty: "it is empty"
    case .other(.text): "it is a text file, such as a linker script"
    case .other(.html): "it is HTML, a web page"
    case .other(let content): "it is \(content.rawValue)"
    case .script: "it is a script"
    default: "it is no ELF file"
    }
  }
}
