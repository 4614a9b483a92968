import Glibc
import TraceEvents

extension TraceSession {
  /// Tells how much a call of `execve(2)` handed over that was too much.
  func tellArgumentSizes(_ call: PendingCall, row: SystemCallRow, _ thread: TracedThread) {
    let first = row.name == "execveat" ? 2 : 1
    let sizes = ArgumentMeasure(thread.id, decoder.memory, isNarrow: call.isNarrow).sizes(
      arguments: call.arguments[first], variables: call.arguments[first + 1])
    events.emit(
      .fact(
        fact: Fact(
          question: .argumentSizes(pid: thread.process.id), answer: .argumentSizes(sizes: sizes))),
      thread)
  }
}

/// Measures the vectors of strings that lie in a target's memory.
private struct ArgumentMeasure {
  private static let mostStrings = 400_000
  private static let mostBytes = 64 << 20
  private static let pointersAtOnce = 4096
  private static let part = 16 * 1024

  private let thread: ProcessID
  private let memory: MemoryReader
  private let pointerSize: Int

  init(_ thread: ProcessID, _ memory: MemoryReader, isNarrow: Bool) {
    self.thread = thread
    self.memory = memory
    pointerSize = isNarrow ? 4 : 8
  }

  func sizes(arguments: UInt64, variables: UInt64) -> ArgumentSizes {
    var sizes = ArgumentSizes(pointerBytes: pointerSize)
    let isWhole = strings(at: arguments, room: Self.mostBytes) { index, length, _ in
      sizes.arguments += 1
      sizes.argumentBytes += length
      if length > sizes.longest {
        sizes.longest = length
        sizes.longestArgument = index
      }
    }
    let room = max(0, Self.mostBytes - sizes.argumentBytes)
    let isAll = strings(at: variables, room: room) { _, length, pointer in
      sizes.variables += 1
      sizes.variableBytes += length
      guard length > sizes.longest else { return }
      sizes.longest = length
      sizes.longestArgument = nil
      sizes.longestVariable = name(at: pointer)
    }
    sizes.isCut = !(isWhole && isAll)
    return sizes
  }

  /// Hands on number, length and address of each string; false if there are more than are read.
  private func strings(
    at address: UInt64, room: Int, _ body: (Int, Int, UInt64) -> Void
  ) -> Bool {
    var (index, left) = (0, room)
    while address != 0 {
      let bytes = memory.available(
        thread, at: address &+ UInt64(index * pointerSize), cap: Self.pointersAtOnce * pointerSize)
      guard bytes.count >= pointerSize else { return false }
      for offset in stride(from: 0, through: bytes.count - pointerSize, by: pointerSize) {
        let pointer = bytes.littleEndian(at: offset, size: pointerSize)
        if pointer == 0 { return true }
        guard index < Self.mostStrings, left > 0 else { return false }
        let length = length(at: pointer, limit: left)
        body(index, length, pointer)
        index += 1
        left -= length
      }
    }
    return true
  }

  /// Bytes of a string with its zero, as far as it can be read.
  private func length(at address: UInt64, limit: Int) -> Int {
    var length = 0
    // Most are short.
    var wanted = 256
    while length < limit {
      let bytes = memory.available(thread, at: address &+ UInt64(length), cap: wanted)
      if let end = bytes.firstIndex(of: 0) { return length + end + 1 }
      length += bytes.count
      if bytes.count < wanted { break }
      wanted = Self.part
    }
    return length
  }

  private func name(at address: UInt64) -> String? {
    let bytes = memory.available(thread, at: address, cap: 256)
    guard let end = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    return TargetText.decoding(bytes[..<end])
  }
}
