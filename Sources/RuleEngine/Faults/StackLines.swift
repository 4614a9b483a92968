internal import History
internal import TraceEvents

/// A stack in lines for people: without those frames by which a runtime raises a signal and those that come before
/// main(), and with what repeats told once.
struct StackLines {
  /// As many frames of few functions are a recursion without end.
  private static let deepRecursion = 40
  /// The longest circle of functions that is looked for.
  private static let longestCircle = 24

  private let stack: [StackFrame]
  /// The number of each frame, with those that were left out.
  private let numbers: [Int]

  init(_ stack: [StackFrame]) {
    self.stack = stack
    var number = -1
    numbers = stack.map { frame in
      number += 1 + (frame.skipped ?? 0)
      return number
    }
  }

  /// At most `cap` lines, innermost first.
  func lines(cap: Int = 8) -> [String] {
    let own = stack.firstIndex { !$0.isOfRuntime } ?? 0
    var lines: [String] = []
    var index = own > 3 ? own - 1 : 0
    while index < stack.count, lines.count < cap {
      if isOutermost(stack[index]), !lines.isEmpty { break }
      let end = endOfSame(from: index)
      if end - index < 2, let circle = circle(from: index), lines.count + circle.length < cap {
        for position in index..<(index + circle.length) { lines.append(line(position, position)) }
        lines.append(
          "#\(numbers[index + circle.length]) to #\(numbers[circle.end - 1])"
            + " the same \(circle.length) again and again")
        index = circle.end
      } else {
        lines.append(line(index, end - 1))
        index = end
      }
    }
    return lines
  }

  /// What the functions do that fill the stack: `dig() calls itself`; nil if none do.
  var recursion: String? {
    guard stack.count >= Self.deepRecursion else { return nil }
    if let names = circleOfAll { return Self.words(for: names) }
    var counts: [String: Int] = [:]
    for frame in stack { if let function = frame.function { counts[function, default: 0] += 1 } }
    let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return most.flatMap { $0.value * 4 >= stack.count ? "\($0.key)() calls itself" : nil }
  }

  /// The functions that call each other in turn and fill the stack, from the top; none of them where they have no
  /// names, which are told apart by where they were left.
  private var circleOfAll: [String]? {
    let steps = stack.map { $0.function ?? "\($0.module ?? ""):\($0.offset)" }
    let length = (1...Self.longestCircle).first { length in
      guard steps.count >= 3 * length else { return false }
      let same = zip(steps, steps.dropFirst(length)).count { $0 == $1 }
      return same * 10 >= (steps.count - length) * 9
    }
    guard let names = length.map({ stack.prefix($0).compactMap(\.function) }), !names.isEmpty else {
      return nil
    }
    return names
  }

  private static func words(for circle: [String]) -> String {
    // From the first on, in the order of the calls: the stack has each below what it called.
    let calls = circle.prefix(1) + circle.dropFirst().reversed()
    let names = calls.reduce(into: [String]()) { names, function in
      let name = FunctionTitle.name(of: function) + "()"
      if !names.contains(name) { names.append(name) }
    }
    switch names.count {
    case 1: return "\(names[0]) calls itself"
    case 2: return "\(names[0]) and \(names[1]) call each other"
    case 3...5:
      return "\(names[0]) calls itself by way of "
        + names.dropFirst().dropLast().joined(separator: ", ") + " and \(names[names.count - 1])"
    default: return "\(names[0]) calls itself by way of \(names.count - 1) others"
    }
  }

  // MARK: Repetitions

  /// The end of the frames from `index` on that are at one line of one function.
  private func endOfSame(from index: Int) -> Int {
    guard stack[index].function != nil else { return index + 1 }
    return stack[index...].firstIndex { !isSame($0, stack[index]) } ?? stack.count
  }

  /// The shortest circle of frames that begins at `index` and is gone through three times, and where its frames end.
  private func circle(from index: Int) -> (length: Int, end: Int)? {
    for length in 2...Self.longestCircle {
      guard index + 3 * length <= stack.count else { return nil }
      let goesRound = (index..<(index + 2 * length)).allSatisfy {
        stack[$0].function != nil && isSame(stack[$0], stack[$0 + length])
      }
      guard goesRound else { continue }
      let round = stack[index..<(index + length)]
      // What was left out can end within a round.
      let end = stack[index...].firstIndex { frame in !round.contains { isSame($0, frame) } }
      return (length, end ?? stack.count)
    }
    return nil
  }

  private func isSame(_ one: StackFrame, _ other: StackFrame) -> Bool {
    one.function == other.function && one.line == other.line && one.module == other.module
  }

  // MARK: Words

  private func line(_ first: Int, _ last: Int) -> String {
    let frame = stack[first]
    let place =
      frame.file.map { "\(PathName.base(of: $0)):\(frame.line ?? 0)" }
      ?? frame.module.map { "\(PathName.base(of: $0))+0x\(String(frame.offset, radix: 16))" }
      ?? ""
    let number = first == last ? "#\(numbers[first])" : "#\(numbers[first]) to #\(numbers[last])"
    return "\(number) \(frame.function.map(FunctionTitle.signature) ?? "??")  \(place)"
  }

  private func isOutermost(_ frame: StackFrame) -> Bool {
    frame.function.map { function in Self.outermost.contains { function.contains($0) } } ?? false
  }

  /// What calls main(), or the first function of a thread.
  private static let outermost = ["__libc_start", "_start", "__rust_begin_short_backtrace"]
}
