internal import History
internal import TraceEvents

/// What patch(1) says of a file that it does not find: the names of the patch, as they stand there.
enum PatchWords {
  /// The name of the file behind `+++` or `---` that the words quote, as the patch has it; nil for other words.
  static func target(in lines: [String]) -> String? {
    guard lines.contains(where: { $0.hasPrefix("can't find file to patch") }) else { return nil }
    for mark in ["|+++ ", "|--- ", "|Index: "] {
      guard let line = lines.last(where: { $0.hasPrefix(mark) }) else { continue }
      // The time stands behind a tab.
      let name = line.dropFirst(mark.utf8.count).prefix { $0 != "\t" }.trimmed
      if !name.isEmpty, name != "/dev/null" { return String(name) }
    }
    return nil
  }

  /// How many of the name's first components the command takes away; nil where it does not say.
  static func strip(in arguments: [String]) -> Int? {
    for (position, argument) in arguments.enumerated() {
      if argument == "-p" || argument == "--strip", arguments.indices.contains(position + 1) {
        return Int(arguments[position + 1])
      }
      for prefix in ["-p", "--strip="] where argument.hasPrefix(prefix) {
        if let count = Int(argument.dropFirst(prefix.utf8.count)) { return count }
      }
    }
    return nil
  }

  /// The name without its first `count` components; the last one alone where the command does not say.
  static func stripped(_ name: String, by count: Int?) -> String? {
    guard let count else { return PathName.base(of: name) }
    let parts = name.split(separator: "/")
    return count < parts.count ? parts.dropFirst(count).joined(separator: "/") : nil
  }
}
