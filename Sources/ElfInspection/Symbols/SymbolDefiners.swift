import TraceEvents

/// Files that define a symbol which a linker missed: archives by their index (`ar(5)`), shared libraries by
/// their dynamic symbols.
package enum SymbolDefiners {
  private static let mostFiles = 64
  private static let mostDirectories = 8
  private static let mostLibraries = 1500
  private static let mostFound = 5
  private static let largestIndex = 8 << 20

  /// Those of `files`, and of the libraries that `directories` have for linking (`libNAME.so`), that define
  /// `symbol`; five at most.
  package static func files(
    defining symbol: String, among files: [String], in directories: [String]
  ) -> [String] {
    var found: [String] = []
    for file in files.prefix(mostFiles) where found.count < mostFound {
      if defines(symbol, file) { found.append(file) }
    }
    let tree = RootedFiles(root: "")
    for directory in directories.prefix(mostDirectories) {
      let names = tree.names(in: directory).filter { $0.hasPrefix("lib") && $0.hasSuffix(".so") }
      for name in names.sorted().prefix(mostLibraries) where found.count < mostFound {
        if defines(symbol, directory + "/" + name) { found.append(directory + "/" + name) }
      }
    }
    return found
  }

  private static func defines(_ symbol: String, _ path: String) -> Bool {
    guard let file = try? FileBytes(path: path), let head = try? file.prefix(8) else {
      return false
    }
    if head.elementsEqual("!<arch>\n".utf8) { return hasInIndex(symbol, file) }
    if head.starts(with: [0x7F] + Array("ELF".utf8)) {
      return ElfSymbols.isDefined(symbol, inFileAt: path)
    }
    // A script of the linker names the library itself: GROUP ( /lib/libm.so.6 … ).
    guard path.hasSuffix(".so"), let text = try? file.prefix(4096), !text.contains(0) else {
      return false
    }
    return TargetText.decoding(text[...]).split { $0.isWhitespace || "(),".contains($0) }
      .filter { $0.hasPrefix("/") && $0.contains(".so") }.prefix(4)
      .contains { ElfSymbols.isDefined(symbol, inFileAt: String($0)) }
  }

  /// True if the first member of an archive, which is its index, has the symbol: big-endian, a count, as many
  /// places, as many names that each end in a null byte.
  private static func hasInIndex(_ symbol: String, _ file: borrowing FileBytes) -> Bool {
    guard let header = try? file.bytes(60, at: 8), header.starts(with: Array("/ ".utf8)),
      let size = Int(
        TargetText.decoding(header[48..<58]).prefix { $0.isASCII && $0.isNumber }),
      size > 4, size <= largestIndex, let index = try? file.bytes(size, at: 68)
    else { return false }
    let count = index[0..<4].reduce(0) { $0 << 8 | Int($1) }
    guard count <= (size - 4) / 4 else { return false }
    return index[(4 + 4 * count)...].split(separator: 0).contains { $0.elementsEqual(symbol.utf8) }
  }
}
