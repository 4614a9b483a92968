package import TraceEvents

/// What the file at `path` is to `execve(2)`; links are followed. Throws only what the kernel
/// refuses: a damaged file is an answer.
package func programFile(_ path: String) throws(ElfError) -> ProgramFile {
  let start: [UInt8]
  do throws(ElfError) {
    start = try FileBytes(path: path).prefix(512)
  } catch {
    guard error.code == .unreadable(.isDirectory) else { throw error }
    return .directory
  }
  if start.isEmpty { return .empty }
  if start.starts(with: "#!".utf8) {
    let line = start.prefix { $0 != 0x0A }.prefix(256)
    return .script(firstLine: TargetText.decoding(line))
  }
  guard start.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
    return .other(content: ProgramFile.Content(start))
  }
  do throws(ElfError) {
    return .elf(facts: try ElfFile(path: path).facts)
  } catch {
    switch error.code {
    case .truncated: return .damagedElf(reason: "it is truncated (cut short)")
    case .corrupt, .notElf: return .damagedElf(reason: "its headers do not hold together")
    case .unreadable: throw error
    }
  }
}

extension ProgramFile.Content {
  private static let marks: [([UInt8], Self)] = [
    ([0x1F, 0x8B], .gzip),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
    ([0x28, 0xB5, 0x2F, 0xFD], .zstandard),
    (Array("BZh".utf8), .bzip2),
    ([0x50, 0x4B, 0x03, 0x04], .zip),
    ([0x50, 0x4B, 0x05, 0x06], .zip),
    (Array("!<arch>\n".utf8), .archive),
    ([0xEF, 0xBB, 0xBF], .utf8ByteOrderMark),
    ([0xFF, 0xFE], .utf16),
    ([0xFE, 0xFF], .utf16),
    ([0xFE, 0xED, 0xFA, 0xCE], .machO),
    ([0xFE, 0xED, 0xFA, 0xCF], .machO),
    ([0xCE, 0xFA, 0xED, 0xFE], .machO),
    ([0xCF, 0xFA, 0xED, 0xFE], .machO),
    ([0x00, 0x61, 0x73, 0x6D], .webAssembly),
    (Array("MZ".utf8), .windows),
  ]

  /// What a file is that begins with `start`, the first 512 bytes or all of it.
  init(_ start: [UInt8]) {
    if start.starts(with: [0xCA, 0xFE, 0xBA, 0xBE]) {
      // Java's version numbers begin with 45; a universal Mach-O file has few parts.
      self = start.count >= 8 && start[4...6] == [0, 0, 0] && start[7] < 45 ? .machO : .javaClass
    } else if let mark = Self.marks.first(where: { start.starts(with: $0.0) }) {
      self = mark.1
    } else if Self.isText(start) {
      self = Self.isHTML(start) ? .html : .text
    } else {
      self = .data
    }
  }

  private static func isText(_ start: [UInt8]) -> Bool {
    start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x08...0x0D).contains($0) || $0 == 0x1B }
  }

  private static func isHTML(_ start: [UInt8]) -> Bool {
    let text = start.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }.prefix(64)
    let lowered = String(decoding: text, as: UTF8.self).lowercased()
    return ["<!doctype html", "<html", "<head", "<body"].contains { lowered.hasPrefix($0) }
  }
}
