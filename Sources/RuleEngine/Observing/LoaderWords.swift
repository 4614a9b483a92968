internal import TraceEvents

/// What the dynamic loader says, by itself or through a program that asked it for a plugin or
/// extension (`dlerror(3)`).
struct LoaderWords: Equatable {
  /// What is wrong.
  enum Trouble: String {
    case missing, rejected, symbol, version
  }

  let trouble: Trouble
  /// The file that the words put first: one that is missing or rejected, that lacks a version, or
  /// that needs a symbol; as the loader names it, so perhaps without its directory.
  var file: String?
  /// The symbol or the version that is missing.
  var name: String?
  /// The version that the symbol is to have.
  var version: String?
  /// The file that needs the version or the library.
  var neededBy: String?

  /// True for what the loader remarks and goes on without: a library of LD_PRELOAD that it cannot load (ld.so(8)).
  static func goesOn(_ line: String) -> Bool {
    line.contains("cannot be preloaded") && line.contains("ignored")
  }

  /// What `line` says, if the loader speaks there.
  init?(_ line: String) {
    if Self.goesOn(line) { return nil }
    if let found = line.firstMatch(
      of: /([^\s:'"]+): version [`'‘]([^'’`]+)['’] not found \(required by ([^)]+)\)/)
    {
      trouble = .version
      // Some put the words in brackets: `(tried: ext.so (libx.so.1: version …`.
      file = String(found.1.drop { $0 == "(" })
      name = String(found.2)
      neededBy = String(found.3)
    } else if let found = line.firstMatch(
      of: /undefined symbol: ([^\s,()]+)(?:, version ([^\s(),]+))?/)
    {
      trouble = .symbol
      name = String(found.1)
      version = found.2.map(String.init)
      file = Self.lastFile(before: found.range.lowerBound, in: line)
    } else if let found = line.firstMatch(
      of: /dynamic module does not define module export function \(([^\s()]+)\)/)
    {
      // So says Python of an extension.
      trouble = .symbol
      name = String(found.1)
    } else if let found = line.firstMatch(
      of: /symbol ([^\s,()]+), version ([^\s(),]+) not defined in file (\S+)/)
    {
      trouble = .symbol
      name = String(found.1)
      version = String(found.2)
      file = Self.lastFile(before: found.range.lowerBound, in: line)
    } else if let found = line.firstMatch(
      of: /Error relocating ([^:]+): ([^\s:]+): symbol not found/)
    {
      // So says musl.
      trouble = .symbol
      name = String(found.2)
      file = String(found.1)
    } else if let found = line.firstMatch(
      of: /Error loading shared library ([^:]+): ([^(]*)(?:\(needed by ([^)]+)\))?/)
    {
      trouble = found.2.contains("No such file") ? .missing : .rejected
      file = String(found.1)
      neededBy = found.3.map(String.init)
    } else if let phrase = line.firstRange(of: ": cannot open shared object file") {
      guard let named = Self.lastFile(before: line.index(after: phrase.lowerBound), in: line)
      else { return nil }
      trouble = .missing
      file = named
    } else if let phrase = Self.rejections.lazy.compactMap({ line.firstRange(of: $0) }).first {
      guard let named = Self.lastFile(before: phrase.lowerBound, in: line) else { return nil }
      trouble = .rejected
      file = named
    } else {
      return nil
    }
  }

  private static let rejections = [
    "wrong ELF class", "invalid ELF header", "file too short", "ELF load command", "ELF file's",
    "ELF file version", "ELF file data", "ELF file OS", "only ET_DYN", "cannot read file data",
    "object file has no", "failed to map segment", "cannot dynamically load",
  ]

  /// The last word before `end` that names a file and ends in a colon.
  private static func lastFile(before end: String.Index, in line: String) -> String? {
    for word in line[..<end].split(separator: " ").reversed() where word.hasSuffix(":") {
      let name = word.dropLast().drop { "'\"`(".contains($0) }
      if name.contains("/") || name.contains(".so") { return String(name) }
    }
    return nil
  }
}
