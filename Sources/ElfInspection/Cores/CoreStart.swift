import TraceEvents

/// What a program was started with, as it lies at the top of its first stack: argument count,
/// arguments, 0, environment, 0, auxiliary vector (the kernel's fs/binfmt_elf.c, `create_elf_tables`).
struct CoreStart {
  // A program may be started with as much as a quarter of its stack's limit (execve(2)).
  private static let farthest = 4 << 20
  private static let mostArguments = 4096
  private static let mostVariables = 1024
  private static let longest = 4096

  private(set) var arguments: [String] = []
  private(set) var environment: [String] = []
  /// AT_EXECFN: the path that was given to `execve(2)`.
  let path: String?

  init(_ memory: CoreMemory, _ notes: CoreNotes) {
    let name = notes.auxiliary(31)
    path = name.flatMap { memory.text(at: $0) }.map { TargetText.decoding($0) }
    guard let name, let vector = Self.vector(below: name, memory, notes) else { return }
    let width: UInt64 = notes.layout.is64 ? 8 : 4
    // Downwards: the 0 before the vector, the variables, 0, the arguments, and their count.
    var place = vector - width
    guard memory.number(at: place) == 0 else { return }
    let variables = Self.pointers(endingAt: &place, memory, width)
    guard memory.number(at: place) == 0 else { return }
    let words = Self.pointers(endingAt: &place, memory, width, untilCount: true)
    arguments = Self.texts(words.prefix(Self.mostArguments), memory)
    environment = Self.texts(variables.prefix(Self.mostVariables), memory)
  }

  /// Where the auxiliary vector lies: the kernel keeps a copy of it, which is the note.
  private static func vector(
    below name: UInt64, _ memory: CoreMemory, _ notes: CoreNotes
  ) -> UInt64? {
    guard notes.auxiliary.count >= 3, let region = memory.region(at: name) else { return nil }
    let start = max(region.start, name > UInt64(farthest) ? name - UInt64(farthest) : 0)
    let bytes = memory.bytes(Int(name - start), at: start)
    let layout = notes.layout
    let width = layout.is64 ? 8 : 4
    let wanted = notes.auxiliary.prefix(3).flatMap { [$0.type, $0.value] }
    guard bytes.count >= wanted.count * width else { return nil }
    // From the top: it is near there, and the arguments below may be made to look like it.
    var offset = (bytes.count - wanted.count * width) / width * width
    offset -= Int((start + UInt64(offset)) % UInt64(width))
    while offset >= 0 {
      if layout.address(bytes, offset) == wanted[0],
        (1..<wanted.count).allSatisfy({
          layout.address(bytes, offset + $0 * width) == wanted[$0]
        })
      {
        return start + UInt64(offset)
      }
      offset -= width
    }
    return nil
  }

  /// The pointers before `place`, back to a 0, or to the number that counts them; `place` moves there.
  private static func pointers(
    endingAt place: inout UInt64, _ memory: CoreMemory, _ width: UInt64, untilCount: Bool = false
  ) -> [UInt64] {
    var found: [UInt64] = []
    while place > width, found.count < farthest / Int(width) {
      place -= width
      guard let pointer = memory.number(at: place), pointer != 0 else { break }
      if untilCount, pointer == UInt64(found.count) { break }
      found.append(pointer)
    }
    return found.reversed()
  }

  private static func texts(_ pointers: ArraySlice<UInt64>, _ memory: CoreMemory) -> [String] {
    pointers.compactMap { memory.text(at: $0, limit: longest) }.map { TargetText.decoding($0) }
  }
}
