internal import TraceEvents

/// The account that a runtime of Rust or Go gives of the fault for which it ends its program.
struct Panic: Equatable {
  enum Language: String { case rust = "Rust", go = "Go" }

  /// One function of the program on the stack that was printed.
  struct Frame: Equatable {
    let function: String
    /// As the runtime says it: relative paths count from where the program was built.
    let file: String?
    let line: Int?
  }

  let language: Language
  /// Position in the list of lines of the one that begins it.
  let position: Int
  /// What was wrong, in the words of the runtime or the program.
  var message: String
  /// The place that the runtime names, or else that of the innermost frame.
  var file: String?
  var line: Int?
  /// The thread that Rust names.
  var thread: String?
  /// The function in C that a fault came in, called by cgo.
  var foreignFunction: String?
  /// Frames of the program's own, innermost first; none where no stack was printed.
  var frames: [Frame] = []
  /// True if a stack was printed, whatever was on it.
  var hasStack = false
  /// True for Go's `fatal error`, which no `recover()` stops.
  var isFatal = false

  /// The function that the panic came in.
  var function: String? {
    (frames.first { $0.line == line && line != nil } ?? frames.first)?.function
  }

  /// In lines; far more than a stack of a hundred functions takes.
  private static let mostLines = 400
  private static let mostFrames = 8

  /// The panic that ended a process with `end`, among what it said; `lines` with their positions.
  static func find(in lines: [(position: Int, text: String)], end: ProcessEnd?) -> Panic? {
    let panics: [Panic]
    switch end {
    case .exited(status: 101): panics = RustPanic.all(in: lines)
    case .exited(status: 2): panics = GoPanic.first(in: lines).map { [$0] } ?? []
    case .killed(signal: .abort, _):
      let rust = RustPanic.all(in: lines)
      panics = rust.isEmpty ? GoPanic.first(in: lines).map { [$0] } ?? [] : rust
    default: return nil
    }
    // One that only passes on what another thread's panic left is not the first.
    let cause = panics.last { panic in !consequences.contains { panic.message.contains($0) } }
    guard let found = cause ?? panics.first, !PanicMeaning.isForWantOfResources(found.message)
    else {
      return nil
    }
    return found
  }

  private static let consequences = [
    "Any { .. }", "PoisonError", "panic in a destructor during cleanup",
    "panic in a function that cannot unwind",
  ]

  fileprivate static func block(
    _ lines: [(position: Int, text: String)], after index: Int
  ) -> ArraySlice<(position: Int, text: String)> {
    lines[(index + 1)...].prefix(mostLines)
  }

  fileprivate mutating func keep(_ frame: Frame) {
    // A recursion is one line.
    if frame != frames.last, frames.count < Self.mostFrames { frames.append(frame) }
  }

  /// `src/main.rs:3:26` taken apart; nil if it is no place.
  fileprivate static func place(_ text: some StringProtocol) -> (file: String, line: Int)? {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)
    while let last = parts.last, last.isEmpty { parts.removeLast() }
    guard parts.count >= 2, var line = Int(parts[parts.count - 1]) else { return nil }
    parts.removeLast()
    // The last number is the column, where there are two.
    if parts.count >= 2, let number = Int(parts[parts.count - 1]) {
      line = number
      parts.removeLast()
    }
    let file = parts.joined(separator: ":")
    return file.isEmpty || line <= 0 ? nil : (file, line)
  }
}

/// Rust's notation: `thread 'main' panicked at src/main.rs:3:26:`, the message below it, and with
/// RUST_BACKTRACE a stack.
private enum RustPanic {
  private static let mark = " panicked at "

  static func all(in lines: [(position: Int, text: String)]) -> [Panic] {
    lines.indices.compactMap { begin(at: $0, in: lines) }
  }

  private static func begin(at index: Int, in lines: [(position: Int, text: String)]) -> Panic? {
    let text = lines[index].text.trimmed
    guard text.hasPrefix("thread '"), let range = text.firstRange(of: mark) else { return nil }
    let rest = String(text[range.upperBound...])
    var panic = Panic(language: .rust, position: lines[index].position, message: "")
    panic.thread = text.dropFirst(8).split(separator: "'").first.map(String.init)
    let block = Panic.block(lines, after: index)
    if rest.hasPrefix("'"), let end = rest.ranges(of: "', ").last {
      // Before Rust 1.73 the message came first.
      panic.message = String(rest[rest.index(after: rest.startIndex)..<end.lowerBound])
      (panic.file, panic.line) = split(rest[end.upperBound...])
    } else {
      (panic.file, panic.line) = split(rest)
      let said = block.map(\.text.trimmed).prefix { !isEnd($0) }.prefix(6)
      panic.message = said.joined(separator: " ")
    }
    guard panic.line != nil else { return nil }
    addFrames(of: block.map(\.text.trimmed), to: &panic)
    return panic
  }

  private static func split(_ text: some StringProtocol) -> (String?, Int?) {
    let place = Panic.place(text)
    return (place?.file, place?.line)
  }

  private static func isEnd(_ text: String) -> Bool {
    text == "stack backtrace:" || text.hasPrefix("note: ") || text.hasPrefix("thread '")
      || text.hasPrefix("thread caused non-unwinding panic")
  }

  /// `3: shop::price` and below it `at ./src/main.rs:3:26`.
  private static func addFrames(of lines: [String], to panic: inout Panic) {
    guard let start = lines.firstIndex(of: "stack backtrace:"),
      lines[..<start].allSatisfy({ !$0.hasPrefix("thread '") })
    else { return }
    panic.hasStack = true
    var function: String?
    let keep = { (panic: inout Panic, file: String?, line: Int?) in
      guard let name = function, !isOfRuntime(name, file: file) else { return }
      panic.keep(Panic.Frame(function: name, file: file, line: line))
    }
    for line in lines[(start + 1)...] {
      if line.hasPrefix("at ") {
        let place = Panic.place(line.dropFirst(3))
        keep(&panic, place?.file, place?.line)
        function = nil
      } else {
        keep(&panic, nil, nil)
        let number = line.prefix { $0.isASCII && $0.isNumber }
        guard !number.isEmpty, line.dropFirst(number.count).hasPrefix(": ") else { return }
        function = plainName(line.dropFirst(number.count + 2))
      }
    }
    keep(&panic, nil, nil)
  }

  /// A function without what RUST_BACKTRACE=full puts before it (`0x55ee57a22cce - `), and without the
  /// hashes of crates (`core[c1f1a4ba060b9bfa]::fmt`) and functions (`::h0123456789abcdef`).
  private static func plainName(_ text: Substring) -> String {
    var name = String(text).trimmed
    if name.hasPrefix("0x"), let range = name.firstRange(of: " - ") {
      name = String(name[range.upperBound...])
    }
    if name.suffix(19).hasPrefix("::h"), name.suffix(16).allSatisfy(\.isHexDigit) {
      name.removeLast(19)
    }
    if let open = name.firstIndex(of: "["), let close = name.firstIndex(of: "]"), open < close,
      name[name.index(after: open)..<close].allSatisfy(\.isHexDigit), open > name.startIndex
    {
      name.removeSubrange(open...close)
    }
    return name
  }

  private static func isOfRuntime(_ function: String, file: String?) -> Bool {
    if file?.hasPrefix("/rustc/") == true { return true }
    return ["std::", "core::", "alloc::", "__rustc", "rust_", "<core::", "<std::", "<alloc::", "_"]
      .contains { function.hasPrefix($0) } || function == "main" || function == "<unknown>"
  }
}

/// Go's notation: `panic: …` or `fatal error: …`, then the stacks of goroutines, that which failed first.
private enum GoPanic {
  static func first(in lines: [(position: Int, text: String)]) -> Panic? {
    for (index, line) in lines.enumerated() {
      let isFatal = line.text.hasPrefix("fatal error: ")
      guard isFatal || line.text.hasPrefix("panic: ") else { continue }
      let block = Panic.block(lines, after: index).map(\.text)
      guard let start = block.firstIndex(where: isHeading) else { continue }
      var panic = Panic(
        language: .go, position: line.position,
        message: String(line.text.dropFirst(isFatal ? 13 : 7)).trimmed, isFatal: isFatal)
      if panic.message.hasSuffix(" [recovered]") { panic.message.removeLast(12) }
      if panic.message == "fault", index > 0, lines[index - 1].text.hasPrefix("unexpected fault") {
        panic.message = lines[index - 1].text.trimmed
      }
      addFrames(of: Array(block[(start + 1)...]), to: &panic)
      panic.file = panic.frames.first?.file
      panic.line = panic.frames.first?.line
      return panic
    }
    return nil
  }

  /// `goroutine 1 [running]:`
  private static func isHeading(_ line: String) -> Bool {
    line.hasPrefix("goroutine ") && line.contains(" [") && line.trimmed.hasSuffix(":")
  }

  /// `main.greet(0x405359?)` and below it, indented, `/src/main.go:13 +0x1d`.
  private static func addFrames(of lines: [String], to panic: inout Panic) {
    var call: String?
    for line in lines {
      if isHeading(line) || line.hasPrefix("created by ") || line.hasPrefix("exit status") {
        return
      }
      guard line.first?.isWhitespace == true else {
        call = line
        continue
      }
      guard let function = call.map(withoutArguments), let word = line.split(separator: " ").first
      else { continue }
      call = nil
      let place = Panic.place(word.drop(while: \.isWhitespace))
      if let range = function.firstRange(of: "._Cfunc_") {
        if panic.frames.isEmpty { panic.foreignFunction = String(function[range.upperBound...]) }
      } else if isOwn(function, file: place?.file) {
        panic.keep(Panic.Frame(function: function, file: place?.file, line: place?.line))
      }
    }
  }

  /// `main.(*store).add(...)` without its last parentheses.
  private static func withoutArguments(_ call: String) -> String {
    guard call.hasSuffix(")") else { return call }
    var depth = 0
    for index in call.indices.reversed() {
      if call[index] == ")" { depth += 1 }
      if call[index] == "(" { depth -= 1 }
      if depth == 0 { return String(call[..<index]) }
    }
    return call
  }

  /// False for the standard library: its packages have no dot before the first slash, and lie below the
  /// directory of Go.
  private static func isOwn(_ function: String, file: String?) -> Bool {
    if function.hasPrefix("main.") { return true }
    if function.hasPrefix("runtime.") || !function.contains(".") { return false }
    if let file, file.hasPrefix("/") {
      return !["/go/src/", "/lib/go-", "/lib/golang/"].contains { file.contains($0) }
        || file.contains("/pkg/mod/")
    }
    return function.split(separator: "/").first?.contains(".") == true && function.contains("/")
  }
}
