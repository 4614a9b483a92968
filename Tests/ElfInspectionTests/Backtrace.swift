import TraceEvents

/// gdb's `bt` and a walk of ours in one form, to be compared: function, file's name and line.
enum Backtrace {
  /// `#1  0x… in middle (n=1) at /tmp/x/program.c:9` becomes `middle program.c:9`.
  static func lines(_ output: String) -> [String] {
    output.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
      var words = line.drop { $0 != " " }.drop { $0 == " " }
      if words.hasPrefix("0x"), let range = words.range(" in ") { words = words[range...] }
      let function = words.prefix { $0 != "(" }.split(separator: " ").joined(separator: " ")
      var place = ""
      if let range = words.lastRange(" at ") {
        place = " " + (words[range...].split(separator: "/").last ?? "")
      }
      return bare(function) + place
    }
  }

  /// The same of a frame.
  static func line(_ frame: StackFrame) -> String {
    var place = ""
    if let file = frame.file, let line = frame.line {
      place = " \(file.split(separator: "/").last ?? ""):\(line)"
    }
    return bare(String((frame.function ?? "??").prefix { $0 != "(" })) + place
  }

  /// gdb shows a name of the C library by whichever of its symbols comes first.
  private static func bare(_ function: String) -> String {
    var name = function[...]
    for prefix in ["__GI_", "__libc_"] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    while name.hasPrefix("_") { name = name.dropFirst() }
    return name.isEmpty ? function : String(name)
  }
}

extension Substring {
  /// Where the first `text` ends.
  fileprivate func range(_ text: String) -> Index? {
    indices.first { self[$0...].hasPrefix(text) }.map { index($0, offsetBy: text.count) }
  }
  /// Where the last `text` ends.
  fileprivate func lastRange(_ text: String) -> Index? {
    indices.last { self[$0...].hasPrefix(text) }.map { index($0, offsetBy: text.count) }
  }
}
