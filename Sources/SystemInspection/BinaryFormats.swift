import TraceEvents

/// The formats of programs that the kernel was told of (binfmt_misc): each a file in a directory.
enum BinaryFormats {
  private static let directory = "/proc/sys/fs/binfmt_misc"
  private static let mostEntries = 256
  private static let longestStart = 256

  /// One registered format.
  struct Entry: Equatable {
    /// Its name: `qemu-aarch64`.
    var name: String
    /// The program that runs such files.
    var interpreter: String
    var isEnabled: Bool
    /// With which end of its name a file is one; nil where bytes decide.
    var suffix: String?
    var offset = 0
    var magic: [UInt8] = []
    var mask: [UInt8] = []
  }

  /// The format of the file at `path`: its name, its interpreter, and `enabled` or `disabled`; empty
  /// if there is none.
  static func format(of path: String, in directory: String = directory) -> [String] {
    guard let names = try? FileReading.names(in: directory, limit: mostEntries),
      let start = try? FileReading.contents(of: path, limit: longestStart)
    else { return [] }
    let isOn = FileReading.text(of: directory + "/status", limit: 64)?.hasPrefix("enabled") ?? true
    for name in names.sorted() where name != "register" && name != "status" {
      guard let text = FileReading.text(of: directory + "/" + name, limit: 8192),
        let entry = Entry(name: name, text: text), entry.matches(path, Array(start.bytes))
      else { continue }
      return [name, entry.interpreter, entry.isEnabled && isOn ? "enabled" : "disabled"]
    }
    return []
  }
}

extension BinaryFormats.Entry {
  /// As `/proc/sys/fs/binfmt_misc/NAME` tells of it (Documentation/admin-guide/binfmt-misc.rst).
  init?(name: String, text: String) {
    let lines = text.split(separator: "\n")
    func value(_ key: String) -> Substring? {
      lines.first { $0.hasPrefix(key + " ") }?.dropFirst(key.utf8.count + 1)
    }
    guard let interpreter = value("interpreter") else { return nil }
    self.init(
      name: name, interpreter: String(interpreter), isEnabled: lines.first == "enabled",
      suffix: value("extension").map(String.init))
    if let magic = value("magic") {
      self.magic = Self.bytes(magic)
      mask = value("mask").map(Self.bytes) ?? []
      offset = value("offset").flatMap { Int($0) } ?? 0
    }
    guard suffix != nil || !magic.isEmpty else { return nil }
  }

  /// True if the file at `path`, which begins with `start`, is of this format.
  func matches(_ path: String, _ start: [UInt8]) -> Bool {
    if let suffix { return path.hasSuffix(suffix) }
    guard offset >= 0, offset <= start.count, magic.count <= start.count - offset else {
      return false
    }
    return magic.indices.allSatisfy { index in
      let mask = index < mask.count ? mask[index] : 0xFF
      return (start[offset + index] ^ magic[index]) & mask == 0
    }
  }

  private static func bytes(_ digits: Substring) -> [UInt8] {
    let digits = Array(digits.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
  }
}
