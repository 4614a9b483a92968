internal import TraceCapture
internal import TraceEvents

/// Makes the typed arguments of a call from strace's notation, as the tracer's table describes them.
struct StraceArguments {
  let bytes: [UInt8]
  let ranges: [Range<Int>]
  /// The texts of constants, of which a log has few and each often.
  let constants: ConstantTexts

  /// The arguments of a call of `row`; `succeeded` tells whether what the call filled is there.
  func decoded(by row: SystemCallRow, succeeded: Bool) -> [SystemCall.Argument] {
    var list: [SystemCall.Argument] = []
    list.reserveCapacity(row.arguments.count)
    for (index, kind) in row.arguments.enumerated() where index < ranges.count {
      if let argument = argument(kind, at: index, succeeded: succeeded) { list.append(argument) }
    }
    return list
  }

  /// The first argument as a descriptor.
  var descriptor: Int32? { ranges.first.flatMap { StraceText.descriptor(bytes, $0)?.number } }

  /// An argument as strace wrote it, without comments.
  func plain(_ index: Int) -> String {
    index < ranges.count ? StraceText.plain(bytes, ranges[index]) : ""
  }

  /// An argument as a number.
  func number(_ index: Int) -> Int64? {
    index < ranges.count ? StraceText.wholeNumber(bytes, ranges[index]) : nil
  }

  /// An argument as text.
  func text(_ index: Int) -> String? {
    guard index < ranges.count else { return nil }
    return StraceText.text(bytes, ranges[index])
  }

  /// The flags of an argument contain `name`, between other words' ends.
  func flags(_ index: Int, have name: StaticString) -> Bool {
    guard index < ranges.count else { return false }
    return StraceText.holds(word: name, bytes, ranges[index])
  }

  /// The flags of an argument contain one that begins with `beginning`.
  func flags(_ index: Int, begin beginning: StaticString) -> Bool {
    index < ranges.count && StraceText.holds(beginning, bytes, ranges[index])
  }

  private func argument(
    _ kind: ArgumentKind, at index: Int, succeeded: Bool
  ) -> SystemCall.Argument? {
    let range = ranges[index]
    switch kind {
    case .skip: return nil
    // What the call would have filled.
    case .waitInfo where !succeeded, .result where !succeeded: return nil
    case .directory:
      return StraceText.descriptor(bytes, range).map { .directory(descriptor: $0.number) }
    case .descriptor:
      return StraceText.descriptor(bytes, range).map { .descriptor(number: $0.number) }
    case .path:
      return StraceText.text(bytes, range).map { .path(text: $0) }
        ?? .unreadable(address: address(range))
    case .text, .data, .result:
      return StraceText.text(bytes, range).map { .text(text: $0) }
        ?? .unreadable(address: address(range))
    case .vector:
      return .text(text: TargetText.decoding(StraceWords.vector(bytes, range).text))
    case .integer, .filledInteger:
      return integer(range, isFilled: kind == .filledInteger)
    case .octal: return number(index).map { .octal(value: UInt32(truncatingIfNeeded: $0)) }
    case .createMode:
      guard flags(index - 1, begin: "O_CREAT") || flags(index - 1, begin: "O_TMPFILE") else {
        return nil
      }
      return number(index).map { .octal(value: UInt32(truncatingIfNeeded: $0)) }
    case .hexadecimal:
      return number(index).map { .hexadecimal(value: UInt64(bitPattern: $0)) }
        ?? .symbol(name: plain(index))
    case .symbols(let set): return .symbol(name: symbols(set, index))
    case .openHow:
      var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
      return scanner.members().flatMap { StraceText.value(of: "flags", in: bytes, $0) }.map {
        .symbol(name: StraceText.plain(bytes, $0))
      }
    case .strings:
      return strings(range).map { .strings(list: $0) } ?? .unreadable(address: address(range))
    case .address, .filledAddress:
      return StraceAddress.address(bytes, range).map { .address(address: $0) }
    case .message:
      var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
      return scanner.members().flatMap { StraceText.value(of: "msg_name", in: bytes, $0) }
        .flatMap { StraceAddress.address(bytes, $0) }.map { .address(address: $0) }
    case .pair:
      var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
      guard let ends = scanner.members()?.compactMap({ StraceText.descriptor(bytes, $0) }),
        ends.count == 2
      else { return nil }
      return .descriptors(first: ends[0].number, second: ends[1].number)
    case .waitStatus: return waitStatus(range).map { .integer(value: $0) }
    case .waitInfo:
      var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
      guard let members = scanner.members(),
        let child = StraceText.value(of: "si_pid", in: bytes, members),
        let status = StraceText.value(of: "si_status", in: bytes, members)
      else { return nil }
      return .text(
        text:
          "si_pid=\(StraceText.plain(bytes, child)), si_status=\(StraceText.plain(bytes, status))")
    case .limit, .limit64:
      var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
      guard let members = scanner.members(),
        let soft = StraceText.value(of: "rlim_cur", in: bytes, members)
      else { return nil }
      return StraceText.wholeNumber(bytes, soft).map { .integer(value: $0) }
        ?? .symbol(name: "RLIM_INFINITY")
    }
  }

  private func address(_ range: Range<Int>) -> UInt64 {
    StraceText.wholeNumber(bytes, range).map { UInt64(bitPattern: $0) } ?? 0
  }

  /// A number, or the constant that strace wrote for it; one that the call filled is in brackets.
  private func integer(_ range: Range<Int>, isFilled: Bool) -> SystemCall.Argument? {
    var range = range
    if isFilled {
      var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
      guard let first = scanner.members()?.first else { return nil }
      range = first
    }
    return StraceText.wholeNumber(bytes, range).map { .integer(value: $0) }
      ?? .symbol(name: StraceText.plain(bytes, range))
  }

  /// Constants by their names of today; numbers (`-X raw`) get their names.
  private func symbols(_ set: SymbolSet, _ index: Int) -> String {
    if let number = number(index) { return set.names(of: UInt64(bitPattern: number)) }
    let text = constants.text(bytes, ranges[index])
    switch set {
    case .family: return StraceAddress.family(text)
    default: return text
    }
  }

  /// A vector of strings, such as arguments.
  func strings(_ range: Range<Int>) -> [String]? {
    var scanner = StraceScanner(bytes, from: range.lowerBound, to: range.upperBound)
    guard let members = scanner.members() else { return nil }
    return members.compactMap { member in
      StraceText.quoted(bytes, member).map {
        TargetText.decoding($0.bytes) + ($0.isCut ? "..." : "")
      }
    }
  }

  /// `[{WIFEXITED(s) && WEXITSTATUS(s) == 1}]` as the kernel's number (`wait(2)`).
  private func waitStatus(_ range: Range<Int>) -> Int64? {
    func number(after literal: StaticString) -> Range<Int>? {
      var position = range.lowerBound
      while position < range.upperBound {
        if StraceLine.stands(literal, in: bytes, at: position, range.upperBound) {
          return (position + literal.utf8CodeUnitCount)..<range.upperBound
        }
        position += 1
      }
      return nil
    }
    if let status = number(after: "WEXITSTATUS(s) == ").flatMap({ StraceText.number(bytes, $0) }) {
      return (status.value & 0xFF) << 8
    }
    guard let name = number(after: "WTERMSIG(s) == ") else { return nil }
    let text = String(
      decoding: bytes[name].prefix { $0 != 0x20 && $0 != 0x7D && $0 != 0x5D }, as: UTF8.self)
    guard let signal = SignalNumber(name: text) else { return nil }
    return Int64(signal.rawValue) | (number(after: "WCOREDUMP(s)") == nil ? 0 : 0x80)
  }
}
