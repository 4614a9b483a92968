internal import History
internal import TraceEvents

/// What a signal that a program brought on itself means.
extension Observer {
  private static let faults: Set<SignalNumber> = [
    .segmentationViolation, .bus, .illegalInstruction, .floatingPoint, .trap,
  ]
  /// As many frames of few functions are a recursion without end.
  private static let deepRecursion = 40

  func describeFault(
    _ delivery: SignalDelivery, _ process: ProcessRecord, in seen: inout ProcessKilled,
    asking: Bool
  ) {
    guard let address = delivery.faultAddress, Self.faults.contains(delivery.signal),
      delivery.code > 0
    else { return }
    seen.faultAddress = "0x" + String(address, radix: 16)
    seen.isNull = delivery.signal == .segmentationViolation && address < 4096
    if seen.isNull, address > 0 { seen.offset = Int(address) }
    let mapping = inquiry.mapping(of: process.pid, at: address)
    seen.mappedFile = mapping?.path.flatMap { $0.hasPrefix("/") ? $0 : nil }
    // `si_code` values of `sigaction(2)`.
    switch (delivery.signal, delivery.code) {
    case (.segmentationViolation, _) where isOverflow(delivery, mapping):
      seen.faultKind = "stack"
      seen.faultTitle = "the stack overflowed"
      let limit =
        inquiry.limitFact("RLIMIT_STACK", of: process.pid)?.soft.map { Wording.bytes($0) }
      seen.stackLimit = limit
      let recursion = Self.recursion(in: delivery.stack)
      seen.faultWords =
        (recursion.map {
          "\($0) calls itself again and again (recursion without end, or too deep)"
        }
          ?? "The functions on the stack need more than there is: large local variables, or deep calls")
        + (limit.map { ", until the stack was over its limit of \($0) (ulimit -s)." } ?? ".")
    case (.segmentationViolation, 1):
      seen.faultKind = "unmapped"
      seen.faultWords =
        "Nothing is mapped at that address: the pointer is wild, or what it pointed to was freed or"
        + " unmapped before (use after free, munmap)."
    case (.segmentationViolation, 2):
      seen.faultKind = "protected"
      seen.faultWords = Self.protection(mapping)
    case (.bus, 1): seen.faultKind = "alignment"
    case (.bus, _): describeBusError(mapping, in: &seen, asking: asking)
    case (.floatingPoint, 1), (.floatingPoint, 2):
      seen.faultKind = "division"
      seen.faultTitle = "division by zero"
      seen.faultWords =
        "An integer was divided by zero (or the least number by -1, which has no result)."
    case (.trap, _):
      seen.faultAddress = nil
      seen.faultKind = "trap"
      seen.faultTitle = "a breakpoint, and no debugger"
      seen.faultWords =
        "The instruction is a breakpoint (int3) or a single step, made for a debugger: a call such as"
        + " __builtin_debugtrap(), an assertion of a library, or a compiler's trap for what must not"
        + " happen."
    case (.illegalInstruction, _):
      seen.faultKind = "instruction"
      seen.faultTitle = "illegal instruction"
      seen.faultWords =
        "The processor does not know the instruction: the compiler put a trap there, for code that"
        + " must not be reached, or the program was built for a newer processor (CPU) than this."
    default: break
    }
  }

  private static func protection(_ mapping: MappingStatus?) -> String? {
    guard let mapping, let permissions = mapping.permissions else { return nil }
    let place = mapping.path.map { ", of \($0)" } ?? ""
    if !permissions.contains("w"), permissions.contains("r") {
      return
        "The memory there is read-only (\(permissions)\(place)), and it was written to: a constant,"
        + " such as a string literal, or code."
    }
    return permissions.hasPrefix("---")
      ? "The memory there may be neither read nor written (\(permissions)\(place))."
      : "The memory there does not allow that use (\(permissions)\(place))."
  }

  private func describeBusError(
    _ mapping: MappingStatus?, in seen: inout ProcessKilled, asking: Bool
  ) {
    seen.faultKind = "truncated"
    guard let mapping, let path = mapping.path, path.hasPrefix("/") else { return }
    if let size = mapping.fileSize, let offset = mapping.offset, offset >= size {
      seen.faultTitle = "the mapped file \(path) was truncated"
      seen.faultWords =
        "\(path) is mapped into memory, and the address stands for byte \(offset) of it. The file ends"
        + " before: it has \(size) bytes now, so it was made shorter, or is not yet that long."
    } else if asking, let status = inquiry.fileSystem(path), status.isFull {
      seen.faultKind = "full"
      seen.faultTitle = "no space left for \(path)"
      seen.faultWords =
        "\(path) is mapped into memory, and for this part of it no space is left: the file system at"
        + " \(status.mountPoint) (\(status.type)) is full, \(Wording.bytes(status.availableBytes)) of"
        + " \(Wording.bytes(status.totalBytes)) free."
    } else {
      seen.faultWords =
        "\(path) is mapped into memory, and this part of it could not be read or written: it was"
        + " truncated, or its disk failed."
    }
  }

  private func isOverflow(_ delivery: SignalDelivery, _ mapping: MappingStatus?) -> Bool {
    if mapping?.isBelowStack == true { return true }
    return delivery.code <= 2 && delivery.faultAddress.map { $0 >= 4096 } ?? false
      && Self.recursion(in: delivery.stack) != nil
  }

  /// The function that fills the stack; nil if none does.
  private static func recursion(in stack: [StackFrame]) -> String? {
    guard stack.count >= deepRecursion else { return nil }
    var counts: [String: Int] = [:]
    for frame in stack { if let function = frame.function { counts[function, default: 0] += 1 } }
    let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    guard let most, most.value * 4 >= stack.count else { return nil }
    return most.key + "()"
  }

  /// The limit that the kernel sent the signal for.
  func describeExceededLimit(
    _ signal: DeliveredSignal, _ process: ProcessRecord, in seen: inout ProcessKilled
  ) {
    switch signal.delivery.signal {
    case .cpuTime: describe("RLIMIT_CPU", "-t", process, in: &seen)
    case .fileSize: describe("RLIMIT_FSIZE", "-f", process, in: &seen)
    case .kill where seen.sender == nil:
      if let status = inquiry.controlGroup(of: process.pid), let limit = status.memoryLimit,
        status.memoryKills ?? 0 > 0
      {
        seen.memoryLimit = Wording.bytes(limit)
        seen.memoryGroup = status.memoryGroup
      } else if let seconds = process.limits["RLIMIT_CPU"],
        process.endTime - process.startTime >= Double(seconds)
      {
        // At the hard limit the kernel does not ask (getrlimit(2)).
        seen.limit = "\(seconds) s of CPU time"
        seen.ulimitOption = "-t"
      }
    default: break
    }
  }

  private func describe(
    _ name: String, _ option: String, _ process: ProcessRecord, in seen: inout ProcessKilled
  ) {
    seen.ulimitOption = option
    // With each SIGXCPU the kernel raises the soft limit by a second, before the stop.
    let raised: UInt64 = name == "RLIMIT_CPU" ? 1 : 0
    let limit =
      inquiry.limitFact(name, of: process.pid)?.soft.map { max($0, raised) - raised }
      ?? process.limits[name].map { UInt64(clamping: $0) }
    guard let limit else { return }
    seen.limit =
      name == "RLIMIT_CPU" ? "\(limit) s of CPU time" : "\(Wording.bytes(limit)) for a file"
  }

  /// The type of the C++ exception that the runtime names when nobody catches it.
  func exception(of process: ProcessRecord) -> String? {
    let mark = "terminate called after throwing an instance of '"
    for line in run.mentions.lines where line.process == process.index {
      guard let range = line.text.firstRange(of: mark) else { continue }
      let name = line.text[range.upperBound...].prefix { $0 != "'" }
      return name.isEmpty ? nil : String(name)
    }
    return nil
  }

  // MARK: Stacks

  func describeStack(
    _ stack: [StackFrame], _ process: ProcessRecord, in seen: inout ProcessKilled, asking: Bool
  ) {
    seen.stack = Self.lines(of: stack)
    let own = Self.ownFrame(of: stack)
    seen.function = own?.function
    seen.file = own?.file
    seen.line = own?.line
    seen.module = stack.first?.module
    seen.hasNoSymbols = own != nil && own?.function == nil
    if let top = stack.first?.function, let function = own?.function, top != function {
      seen.innerFunction = top
    }
    if asking, let file = own?.file, let line = own?.line {
      seen.sourceLine =
        inquiry.lines(around: line, of: file).first { $0.number == line }?.text
        .trimmed
    }
  }

  /// The innermost frame that is neither the C library's nor another runtime's.
  static func ownFrame(of stack: [StackFrame]) -> StackFrame? {
    stack.first { !isRuntime($0) } ?? stack.first
  }

  /// Frames for people: without those by which a runtime raises a signal, and without those that
  /// come before main().
  static func lines(of stack: [StackFrame]) -> [String] {
    let own = stack.firstIndex { !isRuntime($0) } ?? 0
    let start = own > 3 ? own - 1 : 0
    var shown: [(first: Int, last: Int, frame: StackFrame)] = []
    for (index, frame) in stack.enumerated().dropFirst(start) {
      if let function = frame.function,
        function.hasPrefix("__libc_start") || function == "_start", !shown.isEmpty
      {
        break
      }
      // A recursion is one line.
      if let last = shown.last, last.frame.function == frame.function,
        frame.function != nil, last.frame.line == frame.line
      {
        shown[shown.count - 1].last = index
        continue
      }
      if shown.count == 8 { break }
      shown.append((index, index, frame))
    }
    return shown.map { first, last, frame in
      let place =
        frame.file.map { "\(PathName.base(of: $0)):\(frame.line ?? 0)" }
        ?? frame.module.map { "\(PathName.base(of: $0))+0x\(String(frame.offset, radix: 16))" }
        ?? ""
      let number = first == last ? "#\(first)" : "#\(first) to #\(last)"
      return "\(number) \(frame.function ?? "??")  \(place)"
    }
  }

  private static let runtimes = [
    "libc.so", "libc-2", "ld-linux", "libpthread", "libstdc++.so", "libgcc_s", "libm.so",
    "linux-vdso", "[vdso]", "libc++", "ld-2",
  ]

  private static func isRuntime(_ frame: StackFrame) -> Bool {
    // Templates of the C++ library become part of the program.
    if frame.file?.hasPrefix("/usr/include/") ?? false
      || frame.function?.hasPrefix("std::") ?? false
    {
      return true
    }
    guard let module = frame.module else { return false }
    let base = PathName.base(of: module)
    return runtimes.contains { base.hasPrefix($0) }
  }
}
