internal import TraceEvents

/// What a fault was, told from the signal, the instruction, the registers and the mapping.
struct Fault {
  /// One word: null, unmapped, read-only, …; the values of the field `fault_kind`.
  var kind: String
  /// Two or three words for a title; nil where the signal says as much.
  var title: String?
  /// What it means, in a sentence or two.
  var words: String?
  /// The address that was used, where there is one.
  var address: UInt64?
  /// The distance from a null pointer, in bytes; nil for another fault.
  var offset: Int64?

  init(_ kind: String, _ title: String?, _ words: String?, address: UInt64? = nil) {
    self.kind = kind
    self.title = title
    self.words = words
    self.address = address
  }

  static func null(_ offset: Int64, _ words: String?, address: UInt64) -> Fault {
    var fault = Fault("null", nil, words, address: address)
    fault.offset = offset
    return fault
  }
}

/// Tells faults of the processor apart.
struct FaultReading {
  /// No program maps what lies below this, unless it is told to (vm.mmap_min_addr(5) is 65536).
  private static let firstPage: UInt64 = 4096
  private static let firstMapped: UInt64 = 65_536
  /// Below this the kernel maps nothing by itself.
  private static let smallAddress: UInt64 = 4 << 20
  /// The largest structure or array that is thought to begin at a null pointer.
  private static let farthest: UInt64 = 1 << 31

  let delivery: SignalDelivery
  let mapping: MappingStatus?
  let instruction: Instruction?

  init(_ delivery: SignalDelivery, _ mapping: MappingStatus?) {
    self.delivery = delivery
    self.mapping = mapping
    instruction = delivery.machine?.instruction
  }

  /// SIGSEGV and SIGBUS, other than overflows of the stack and ends of files.
  var memoryFault: Fault? {
    guard delivery.code > 0 else { return nil }
    // SI_KERNEL: the processor names no address (#GP, #SS).
    if delivery.code == 128 { return generalProtection }
    guard let address = delivery.faultAddress else { return nil }
    // A log has no instruction pointer.
    if address == delivery.instructionPointer, address != 0 || !delivery.stack.isEmpty {
      return execution(at: address)
    }
    switch (delivery.signal, delivery.code) {
    case (.segmentationViolation, 1): return null(address) ?? unmapped(address)
    case (.segmentationViolation, 2):
      return null(address) ?? protection(address)
    case (.segmentationViolation, 4):
      return Fault(
        "protected", "memory under a protection key",
        "The memory is there, but its protection key (pkeys(7)) forbids this thread that use.",
        address: address)
    case (.bus, 1): return misaligned(address)
    case (.bus, 4), (.bus, 5):
      return Fault(
        "hardware", "damaged memory of the machine",
        "The processor found that the memory itself is damaged (a machine check): it is no fault of the"
          + " program. The kernel's log (dmesg) has more.", address: address)
    default: return nil
    }
  }

  // MARK: Null pointers

  private func null(_ address: UInt64) -> Fault? {
    let base = nullBase(of: address)
    let used =
      use.map { "It \($0) the address \(hex(address))" } ?? "It used the address \(hex(address))"
    if address < Self.firstPage {
      return .null(
        Int64(address), "\(used), in the first page, where nothing is mapped.", address: address)
    }
    let wide = delivery.machine?.is64 ?? true ? UInt64.max : 0xFFFF_FFFF
    if address > wide - Self.firstPage {
      let distance = wide - address + 1
      return .null(
        -Int64(distance), "\(used), which is \(Wording.bytes(distance)) before a null pointer.",
        address: address)
    }
    if base || address < Self.firstMapped {
      return .null(
        Int64(clamping: address), "\(used), where nothing is mapped.", address: address)
    }
    return nil
  }

  /// True if the instruction added something to a register that was null.
  private func nullBase(of address: UInt64) -> Bool {
    guard address < Self.farthest, let machine = delivery.machine, let instruction,
      let operand = instruction.operand, let base = operand.base,
      base < machine.registers.count, instruction.address(machine.registers) == address
    else { return false }
    if machine.registers[base] == 0 { return true }
    // Of an array that begins at 0 the index is the larger part, and may be in the base's place.
    guard let index = operand.index, index < machine.registers.count else { return false }
    return machine.registers[index] == 0 && operand.scale == 1
  }

  // MARK: Other addresses

  private func unmapped(_ address: UInt64) -> Fault {
    if let text = text(in: address) {
      return Fault(
        "overwritten", "a pointer that was overwritten with text",
        "The address \(hex(address)) is the text \"\(text)\", read as a number: text was written over the"
          + " pointer, as where it runs over the end of a buffer.", address: address)
    }
    var words =
      "Nothing is mapped at that address: the pointer is wild, or what it pointed to was freed or"
      + " unmapped before (use after free, munmap)."
    if let neighbour = mapping?.before, let distance = mapping?.distance, distance < 1 << 16 {
      let far = distance == 0 ? "right" : Wording.bytes(distance)
      words =
        "Nothing is mapped at that address. It lies \(far) behind the end of"
        + " \(Self.name(of: neighbour)): it ran over that end, or what was behind it was unmapped."
    }
    if address < Self.smallAddress {
      words += " The address is small: a null pointer may have been used with an index."
    }
    return Fault(
      "unmapped", use.map { "it \($0) memory that is not there" }, words, address: address)
  }

  private func protection(_ address: UInt64) -> Fault {
    guard let permissions = mapping?.permissions else {
      return Fault(
        "protected", nil, "The memory there does not allow that use.", address: address)
    }
    let place = mapping?.path.map { " of \($0)" } ?? ""
    if permissions.hasPrefix("---") {
      return Fault(
        "guard", "memory that nobody may use",
        "The memory there\(place) may be neither read nor written (\(permissions)): a guard page behind a"
          + " buffer or a stack, or memory that was given back or is only reserved.",
        address: address)
    }
    guard !permissions.contains("w"), permissions.contains("r") else {
      return Fault(
        "protected", nil, "The memory there does not allow that use (\(permissions)\(place)).",
        address: address)
    }
    let symbol = delivery.place?.symbol
    let section = delivery.place?.section
    let what =
      switch section {
      case _ where symbol != nil: "\(symbol ?? ""), which is constant"
      case ".rodata", ".data.rel.ro": "a constant, such as a string literal"
      case ".text", ".plt", ".init", ".fini": "the program's own code"
      default: "a constant, such as a string literal, or code"
      }
    let where_ = section.map { " (\($0)\(place), \(permissions))" } ?? " (\(permissions)\(place))"
    return Fault(
      "read-only",
      symbol.map { "it wrote to the constant \($0)" } ?? "it wrote to read-only memory",
      "The memory there is read-only\(where_), and it was written to: \(what).", address: address)
  }

  private func misaligned(_ address: UInt64) -> Fault {
    Fault(
      "alignment", "an address that is not aligned",
      "The instruction takes an address that is a multiple of its operand's size (16, 32 or 64 for"
        + " vectors), and \(hex(address)) is none: a pointer was cast to a type of stricter alignment, or"
        + " the stack is not aligned.", address: address)
  }

  // MARK: Code

  private func execution(at address: UInt64) -> Fault {
    if address < Self.firstPage {
      var fault = Fault.null(
        Int64(address),
        "It called \(address == 0 ? "a function whose address was null" : "the address \(hex(address))"):"
          + " a function pointer that was never set, or a function of a library that was not found.",
        address: address)
      fault.kind = "null-call"
      return fault
    }
    let overwritten =
      text(in: address).map {
        " The address is the text \"\($0)\", read as a number: text was written over a function pointer"
          + " or a return address, as where it runs over the end of a buffer."
      } ?? ""
    guard let permissions = mapping?.permissions else {
      return Fault(
        "jump", "it jumped to \(hex(address)), where there is no code",
        "The program went on at an address where nothing is mapped: a function pointer that is wild, code"
          + " that was unloaded (dlclose), or a return address on the stack that was overwritten."
          + overwritten, address: address)
    }
    let place = delivery.place?.symbol ?? mapping?.path
    return Fault(
      "execute", "it jumped to \(hex(address)), which is data and no code",
      "The program went on in memory that may not be executed (\(permissions)\(place.map { ", \($0)" } ?? "")):"
        + " a function pointer that points to data, or code that was written into memory without"
        + " mprotect(2) PROT_EXEC." + overwritten, address: address)
  }

  private var generalProtection: Fault {
    let machine = delivery.machine
    let registers = machine?.registers ?? []
    let address = instruction?.address(registers)
    if instruction?.kind == .return, let target = machine?.top, !isCanonical(target) {
      return Fault(
        "return", "the return address on the stack was overwritten",
        "The function was to return to \(hex(target)), which is no address\(asText(target)): the stack was"
          + " written over, as where data run over the end of a local buffer.", address: target)
    }
    if instruction?.kind == .privileged {
      return Fault(
        "privileged", "an instruction for the kernel alone",
        "The instruction is one that only the kernel may execute (such as hlt, in, out, cli).")
    }
    if let address, !isCanonical(address) {
      return wild(address)
    }
    if let kind = instruction?.kind, kind == .call || kind == .jump,
      let register = instruction?.register,
      register < registers.count, !isCanonical(registers[register])
    {
      return wild(registers[register])
    }
    if let address, let instruction, instruction.isAligned, address % instruction.alignment != 0 {
      return misaligned(address)
    }
    return Fault(
      "general-protection", nil,
      "The processor refused the instruction (general protection) and names no address: one that is no"
        + " address at all, one that is not aligned, or an instruction for the kernel alone.")
  }

  private func wild(_ address: UInt64) -> Fault {
    Fault(
      "non-canonical", "a pointer that is no address",
      "It used \(hex(address)) as an address, and no memory can be there\(asText(address)): the pointer was"
        + " never set, what it lies in was freed, or it was overwritten.", address: address)
  }

  // MARK: Words

  /// read or wrote, where the instruction tells.
  private var use: String? {
    guard let instruction, instruction.operand != nil else { return nil }
    return instruction.writes ? "wrote to" : "read"
  }

  /// Bits 47 to 63 of an address of x86-64 are equal, but with 57 bits, which only those get who ask.
  private func isCanonical(_ address: UInt64) -> Bool {
    let high = Int64(bitPattern: address) >> 47
    return high == 0 || high == -1
  }

  private func asText(_ address: UInt64) -> String {
    text(in: address).map { " (as text it is \"\($0)\")" } ?? ""
  }

  /// The text that a pointer is made of, if it is: at least four printable bytes, and nothing else.
  private func text(in address: UInt64) -> String? {
    let width: UInt64 = delivery.machine?.is64 ?? true ? 8 : 4
    var bytes = (0..<width).map { UInt8(truncatingIfNeeded: address >> (8 * $0)) }
    while bytes.last == 0 { bytes.removeLast() }
    // 0x55… and 0x56… are where the kernel puts programs and heaps.
    guard bytes.count >= (width == 8 ? 5 : 4), let last = bytes.last,
      bytes.allSatisfy({ (0x20...0x7E).contains($0) }),
      bytes.count != 6 || last != 0x55 && last != 0x56
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func name(of region: String) -> String {
    switch region {
    case "[heap]": "the heap"
    case "[stack]": "the stack"
    case "": "a block of memory"
    default: region
    }
  }

  private func hex(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
}
