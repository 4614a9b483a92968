import Glibc
import TraceEvents

/// Makes typed arguments of registers and the memory that they point to.
final class CallDecoder {
  /// Where memory is read from.
  let memory: MemoryReader
  private var symbols: [UInt64: String] = [:]
  private var modes: [UInt32: SystemCall.Argument] = [:]
  /// The longest text that is kept of a call's data, in bytes.
  static let longestWords = 4096
  private static let mostStrings = 256

  init(memory: MemoryReader) { self.memory = memory }

  /// The arguments of a call that ended with `result`, or has not ended where that is nil.
  func arguments(
    of row: SystemCallRow, _ call: PendingCall, thread: ProcessID, result: Int64?
  ) -> [SystemCall.Argument] {
    var list: [SystemCall.Argument] = []
    list.reserveCapacity(row.arguments.count)
    for index in row.arguments.indices {
      if let argument = argument(
        row.arguments[index], at: index, call, thread: thread, result: result)
      {
        list.append(argument)
      }
    }
    return list
  }

  private func argument(
    _ kind: ArgumentKind, at index: Int, _ call: PendingCall, thread: ProcessID, result: Int64?
  ) -> SystemCall.Argument? {
    let value = call.arguments[index]
    let next = call.arguments[index + 1]
    let succeeded = (result ?? -1) >= 0
    switch kind {
    case .skip: return nil
    case .directory: return .directory(descriptor: Int32(truncatingIfNeeded: value))
    case .path:
      return switch memory.text(thread, at: value) {
      case .complete(let text), .truncated(let text): .path(text: text)
      case .unreadable: .unreadable(address: value)
      }
    case .text:
      return switch memory.text(thread, at: value) {
      case .complete(let text), .truncated(let text): .text(text: text)
      case .unreadable: .unreadable(address: value)
      }
    case .data:
      let count = Int(truncatingIfNeeded: min(next, UInt64(Self.longestWords)))
      return memory.data(thread, at: value, count: count, cap: Self.longestWords)
        .map { .text(text: $0) } ?? .unreadable(address: value)
    case .vector:
      return vector(thread, at: value, count: next, isNarrow: call.isNarrow)
        .map { .text(text: $0.text) } ?? .unreadable(address: value)
    case .result:
      guard let result, result >= 0 else { return nil }
      return memory.data(thread, at: value, count: Int(result), cap: MemoryReader.longestPath)
        .map { .text(text: $0) } ?? .unreadable(address: value)
    case .descriptor: return .descriptor(number: Int32(truncatingIfNeeded: value))
    case .integer: return .integer(value: integer(value, isNarrow: call.isNarrow))
    case .octal: return .octal(value: UInt32(truncatingIfNeeded: value) & 0o177777)
    case .createMode:
      // O_CREAT, or the bit of O_TMPFILE that O_DIRECTORY lacks.
      guard call.arguments[index - 1] & (0o100 | 0o20000000) != 0 else { return nil }
      return .octal(value: UInt32(truncatingIfNeeded: value) & 0o7777)
    case .hexadecimal: return .hexadecimal(value: value)
    case .symbols(let set): return .symbol(name: names(set, value))
    case .openHow:
      guard let flags = memory.number(thread, at: value, size: 8) else {
        return .unreadable(address: value)
      }
      return .symbol(name: names(.open, flags))
    case .strings:
      return strings(thread, at: value, isNarrow: call.isNarrow).map { .strings(list: $0) }
        ?? .unreadable(address: value)
    case .address:
      guard value != 0 else { return nil }
      let length = Int(truncatingIfNeeded: min(next & 0xFFFF_FFFF, 128))
      return memory.bytes(thread, at: value, count: length).map {
        .address(address: SocketAddress(kernel: $0))
      } ?? .unreadable(address: value)
    case .filledAddress:
      guard succeeded, value != 0, let length = memory.number(thread, at: next, size: 4),
        let bytes = memory.bytes(thread, at: value, count: Int(min(length, 128)))
      else { return nil }
      return .address(address: SocketAddress(kernel: bytes))
    case .message: return messageAddress(thread, at: value, isNarrow: call.isNarrow)
    case .pair:
      guard succeeded, let bytes = memory.bytes(thread, at: value, count: 8) else { return nil }
      return .descriptors(
        first: Int32(truncatingIfNeeded: bytes.littleEndian(at: 0, size: 4)),
        second: Int32(truncatingIfNeeded: bytes.littleEndian(at: 4, size: 4)))
    case .waitStatus:
      guard let result, result > 0, let status = memory.number(thread, at: value, size: 4) else {
        return nil
      }
      return .integer(value: Int64(status))
    case .waitInfo: return waitInfo(thread, at: value, succeeded: succeeded)
    case .limit: return limit(thread, at: value, size: call.isNarrow ? 4 : 8)
    case .limit64: return limit(thread, at: value, size: 8)
    case .filledInteger:
      guard succeeded, let number = memory.number(thread, at: value, size: 4) else { return nil }
      return .integer(value: Int64(Int32(truncatingIfNeeded: number)))
    }
  }

  /// The names of a constant, kept: they recur, and a text of their length is an allocation.
  func names(_ set: SymbolSet, _ value: UInt64) -> String {
    let key = UInt64(set.rawValue) << 56 | value & 0xFFFF_FFFF
    if let known = symbols[key] { return known }
    let text = set.names(of: value)
    // A hostile program could pass every number there is.
    if symbols.count < 4096 { symbols[key] = text }
    return text
  }

  /// The text of a write, capped: of what is too long its beginning and its end, which are what people read.
  func words(_ thread: ProcessID, at address: UInt64, count: Int) -> String? {
    guard count > Self.longestWords else {
      return memory.data(thread, at: address, count: count, cap: Self.longestWords)
    }
    let start = Self.longestWords / 4
    let end = Self.longestWords - start
    guard let first = memory.data(thread, at: address, count: start, cap: start),
      let last = memory.data(
        thread, at: address &+ UInt64(count - end), count: end, cap: end)
    else { return nil }
    // The rest of the line that the end begins in says nothing by itself.
    let rest = last.firstRange(of: "\n").map { last[$0.upperBound...] } ?? ""
    return first + "…\n" + (rest.isEmpty ? last[...] : rest)
  }

  /// What an `iovec` list holds: its text, capped, and the count of bytes in all.
  func vector(
    _ thread: ProcessID, at address: UInt64, count: UInt64, isNarrow: Bool
  ) -> (text: String, byteCount: Int)? {
    let size = isNarrow ? 4 : 8
    let pieces = Int(min(count, 64))
    guard let list = memory.bytes(thread, at: address, count: pieces * size * 2) else { return nil }
    var bytes: [UInt8] = []
    var total = 0
    for index in 0..<pieces {
      let base = list.littleEndian(at: index * size * 2, size: size)
      let length = list.littleEndian(at: index * size * 2 + size, size: size)
      let room = Self.longestWords - bytes.count
      total += Int(truncatingIfNeeded: min(length, UInt64(Int32.max)))
      let wanted = Int(min(length, UInt64(room)))
      if wanted > 0, let part = memory.bytes(thread, at: base, count: wanted) { bytes += part }
    }
    return (TargetText.decoding(bytes), total)
  }

  /// The text that a `struct msghdr` sends, capped.
  func message(_ thread: ProcessID, at address: UInt64, isNarrow: Bool) -> String? {
    let size = isNarrow ? 4 : 8
    // msg_iov follows msg_name and msg_namelen.
    let place = address &+ UInt64(2 * size)
    guard let list = memory.number(thread, at: place, size: size),
      let count = memory.number(thread, at: place &+ UInt64(size), size: size)
    else { return nil }
    return vector(thread, at: list, count: count, isNarrow: isNarrow)?.text
  }

  private func integer(_ value: UInt64, isNarrow: Bool) -> Int64 {
    // An `int` of a 64-bit program may come without its sign in the upper half.
    if isNarrow || value >> 32 == 0 { return Int64(Int32(truncatingIfNeeded: value)) }
    return Int64(bitPattern: value)
  }

  private func strings(_ thread: ProcessID, at address: UInt64, isNarrow: Bool) -> [String]? {
    let size = isNarrow ? 4 : 8
    var list: [String] = []
    var length = 0
    while list.count < Self.mostStrings, length < 65536 {
      let position = address &+ UInt64(list.count * size)
      guard let pointer = memory.number(thread, at: position, size: size) else {
        return list.isEmpty ? nil : list
      }
      if pointer == 0 { break }
      switch memory.text(thread, at: pointer) {
      case .complete(let text), .truncated(let text): list.append(text)
      case .unreadable: return list
      }
      length += list.last?.utf8.count ?? 0
    }
    return list
  }

  private func limit(_ thread: ProcessID, at address: UInt64, size: Int) -> SystemCall.Argument? {
    guard let soft = memory.number(thread, at: address, size: size) else {
      return .unreadable(address: address)
    }
    let infinity = size == 4 ? 0xFFFF_FFFF : UInt64.max
    return soft == infinity
      ? .symbol(name: "RLIM_INFINITY") : .integer(value: Int64(clamping: soft))
  }

  /// `si_pid` and `si_status` that `waitid(2)` filled.
  private func waitInfo(
    _ thread: ProcessID, at address: UInt64, succeeded: Bool
  ) -> SystemCall.Argument? {
    guard succeeded, address != 0, let bytes = memory.bytes(thread, at: address, count: 28) else {
      return nil
    }
    let child = Int32(truncatingIfNeeded: bytes.littleEndian(at: 12, size: 4))
    let status = Int32(truncatingIfNeeded: bytes.littleEndian(at: 20, size: 4))
    return .text(text: "si_pid=\(child), si_status=\(status)")
  }

  private func messageAddress(
    _ thread: ProcessID, at address: UInt64, isNarrow: Bool
  ) -> SystemCall.Argument? {
    let size = isNarrow ? 4 : 8
    guard let pointer = memory.number(thread, at: address, size: size), pointer != 0,
      let length = memory.number(thread, at: address &+ UInt64(size), size: 4),
      let bytes = memory.bytes(thread, at: pointer, count: Int(min(length, 128)))
    else { return nil }
    return .address(address: SocketAddress(kernel: bytes))
  }
}
