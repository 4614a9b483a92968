internal import History
internal import TraceEvents

/// What a signal that a program brought on itself means.
extension Observer {
  private static let faults: Set<SignalNumber> = [
    .segmentationViolation, .bus, .illegalInstruction, .floatingPoint, .trap,
  ]
  /// In bytes; as far as the kernel lets a stack be missed (`stack_guard_gap`, 1 MiB).
  private static let largestFrame: UInt64 = 2 << 20
  /// In bytes.
  private static let largestVariable: UInt64 = 4 << 30

  func describeFault(
    _ delivery: SignalDelivery, _ process: ProcessRecord, in seen: inout ProcessKilled,
    asking: Bool
  ) {
    guard let address = delivery.faultAddress, Self.faults.contains(delivery.signal),
      delivery.code > 0
    else { return }
    let mapping = inquiry.mapping(of: process.pid, at: address)
    // Only a file that is too short now, or on a full disk, has to do with it.
    if delivery.signal == .bus {
      seen.mappedFile = mapping?.path.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    let reading = FaultReading(delivery, mapping)
    // `si_code` values of `sigaction(2)`.
    switch (delivery.signal, delivery.code) {
    case (.segmentationViolation, _)
    where isOverflow(delivery, mapping) || isBelowStack(delivery, mapping):
      tell(overflow(delivery, mapping, process, in: &seen), in: &seen)
    case (.bus, 2), (.bus, 3):
      seen.faultAddress = Self.hexadecimal(address)
      describeBusError(mapping, in: &seen, asking: asking)
    case (.segmentationViolation, _), (.bus, _): tell(reading.memoryFault, in: &seen)
    case (.floatingPoint, _): tell(reading.arithmeticFault, in: &seen)
    case (.trap, _):
      tell(
        Fault(
          "trap", "a breakpoint, and no debugger",
          "The instruction is a breakpoint (int3) or a single step, made for a debugger: a call such as"
            + " __builtin_debugtrap(), an assertion of a library, or a compiler's trap for what must not"
            + " happen."), in: &seen)
    case (.illegalInstruction, _):
      tell(
        reading.instructionFault { asking ? inquiry.hasProcessorFeature($0) : nil }, in: &seen)
    default: break
    }
  }

  /// What Swift's runtime said before it ended the program by a trap.
  func describeSwiftFailure(
    _ delivery: SignalDelivery, _ process: ProcessRecord, in seen: inout ProcessKilled
  ) {
    let mark = "Fatal error: "
    guard delivery.stack.prefix(6).contains(where: { $0.function?.contains("Swift._") ?? false }),
      let line = run.mentions.lines.last(where: {
        $0.process == process.index && $0.text.contains(mark)
      }), let range = line.text.firstRange(of: mark)
    else { return }
    seen.faultKind = "trap"
    seen.faultTitle = "Swift runtime failure: " + line.text[range.upperBound...].trimmed
    seen.faultWords =
      "Swift checks such things while the program runs, and ends it where they do not hold."
  }

  /// What the program's own handler did with a fault that it never returned from.
  func describeHandler(
    _ signal: DeliveredSignal, _ process: ProcessRecord, in seen: inout ProcessKilled
  ) {
    guard signal.delivery.endedInHandler == true else { return }
    seen.handlerEnd =
      switch process.end {
      case .exited(let status): "ended it with exit status \(status)"
      case .killed(.abort, _): "aborted (SIGABRT)"
      case .killed(signal.delivery.signal, _): "raised \(signal.delivery.signal.name) again"
      case .killed(let other, _): "was ended by \(other.name)"
      case .released, nil: nil
      }
    seen.handlerWords =
      run.mentions.lines.first {
        $0.process == process.index && $0.number > signal.number && !$0.text.trimmed.isEmpty
      }?.text.trimmed
  }

  /// The failed call that was the last that its process made before a signal, in words: what was to
  /// come of it is likely what is missing.
  func failure(before signal: DeliveredSignal, _ process: ProcessRecord) -> String? {
    let failed = history.failures.calls.last {
      $0.process == process.index && $0.lastNumber == signal.eventBefore && $0.replacement == nil
    }
    if let failed, failed.error == .noMemory { return lackOfMemory(failed, process) }
    guard let failed, let subject = subject(of: failed) ?? failed.address?.description else {
      return nil
    }
    let act: String
    switch failed.purpose {
    case .open: act = "opening"
    case .create, .make: act = "making"
    case .connect: act = "connecting to"
    case .list: act = "listing"
    default: return nil
    }
    return "\(act) \(subject) failed (\(failed.error.words))"
  }

  /// What could not be had, and the limit that was in the way if there is one.
  private func lackOfMemory(_ call: FailedCall, _ process: ProcessRecord) -> String? {
    guard ["mmap", "mmap2"].contains(call.call.name),
      case .integer(let size)? = call.call.arguments.dropFirst().first,
      let bytes = UInt64(exactly: size)
    else { return nil }
    let limit = inquiry.limitFact("RLIMIT_AS", of: process.pid)?.soft.map {
      "; its limit on address space (ulimit -v) is \(Wording.bytes($0))"
    }
    return "getting \(Wording.bytes(bytes)) of memory failed (\(call.error.words)\(limit ?? ""))"
  }

  private func tell(_ fault: Fault?, in seen: inout ProcessKilled) {
    guard let fault else { return }
    seen.faultKind = fault.kind
    seen.faultTitle = fault.title
    seen.faultWords = fault.words
    seen.faultAddress = fault.address.map(Self.hexadecimal)
    seen.isNull = fault.offset != nil
    seen.isNullCall = fault.kind == "null-call"
    if let offset = fault.offset, offset > 0, !seen.isNullCall { seen.offset = Int(offset) }
  }

  private static func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }

  private func overflow(
    _ delivery: SignalDelivery, _ mapping: MappingStatus?, _ process: ProcessRecord,
    in seen: inout ProcessKilled
  ) -> Fault {
    let limit = inquiry.limitFact("RLIMIT_STACK", of: process.pid)?.soft.map { Wording.bytes($0) }
    let recursion = StackLines(delivery.stack).recursion
    seen.isRecursion = recursion != nil
    let reason =
      recursion.map { "\($0) again and again (recursion without end, or too deep)" }
      ?? "The functions on the stack need more than there is: large local variables, or deep calls"
    let end: String
    // Below the stack of a thread is a guard.
    if mapping?.permissions?.hasPrefix("---") ?? false {
      seen.isThreadStack = true
      let size =
        mapping?.stackSize.map { "it has \(Wording.bytes($0))" }
        ?? limit.map { "it has \($0) (ulimit -s), unless the program asked for another size" }
      end = ", until the stack of the thread was full" + (size.map { ": \($0)." } ?? ".")
    } else {
      seen.stackLimit = limit
      end = limit.map { ", until the stack was over its limit of \($0) (ulimit -s)." } ?? "."
    }
    let words = reason + end
    return Fault(
      "stack", "the stack overflowed", words,
      // SI_KERNEL comes without one.
      address: delivery.code == 128 ? nil : delivery.faultAddress)
  }

  private func describeBusError(
    _ mapping: MappingStatus?, in seen: inout ProcessKilled, asking: Bool
  ) {
    seen.faultKind = "truncated"
    guard let mapping, let path = mapping.path, path.hasPrefix("/") else { return }
    if path.hasPrefix("/anon_hugepage") || path.hasPrefix("/dev/hugepages/") {
      // What hugetlbfs calls memory of MAP_HUGETLB.
      seen.faultKind = "huge-pages"
      seen.mappedFile = nil
      seen.faultTitle = "no huge page is free"
      seen.faultWords =
        "The memory is to be of huge pages (MAP_HUGETLB), of which the kernel gives only as many as were set"
        + " aside for that (vm.nr_hugepages), and none was left when this part of it was first used."
      return
    }
    if let size = mapping.fileSize, let offset = mapping.offset, offset >= size {
      seen.isShortened = true
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
    if mapping?.isBelowStack == true {
      // A guard may be another buffer's: the stack pointer tells. Far below are large frames.
      guard let pointer = delivery.machine?.registers[4], let address = delivery.faultAddress else {
        return true
      }
      return max(pointer, address) - min(pointer, address) < Self.largestFrame
    }
    // The kernel forces the signal (SI_KERNEL) where there is no room left for the frame of its handler.
    if delivery.code == 128, let machine = delivery.machine,
      let address = machine.instruction?.address(machine.registers)
    {
      let pointer = machine.registers[4]
      return max(pointer, address) - min(pointer, address) < Self.largestFrame
        && StackLines(delivery.stack).recursion != nil
    }
    return delivery.code <= 2 && delivery.faultAddress != delivery.instructionPointer
      && delivery.faultAddress.map { $0 >= 4096 } ?? false
      && StackLines(delivery.stack).recursion != nil
  }

  /// True if the stack pointer itself is where nothing is mapped, and the fault came above it: a variable
  /// was so large that it reached past the guard pages below the stack.
  private func isBelowStack(_ delivery: SignalDelivery, _ mapping: MappingStatus?) -> Bool {
    guard let machine = delivery.machine, machine.is64, machine.top == nil,
      mapping?.permissions == nil,
      !machine.code.isEmpty, let address = delivery.faultAddress,
      address != delivery.instructionPointer
    else { return false }
    // The red zone is below the pointer (System V psABI for x86-64).
    return address &+ 128 &- machine.registers[4] < Self.largestVariable
  }

  /// The limit that the kernel sent the signal for.
  func describeExceededLimit(
    _ signal: DeliveredSignal, _ process: ProcessRecord, in seen: inout ProcessKilled,
    asking: Bool
  ) {
    switch signal.delivery.signal {
    case .cpuTime: describe("RLIMIT_CPU", "-t", process, in: &seen)
    case .fileSize: describe("RLIMIT_FSIZE", "-f", process, in: &seen)
    case .kill where seen.sender == nil && seen.parentEnd == nil:
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
      } else if asking, !seen.sentFromOtherNamespace {
        // The kernel knows 15 bytes of the name; the number is another one in a namespace of processes.
        let name = process.name.prefix(15)
        seen.kernelKill = inquiry.kernelMessages(with: ["Killed process "]).last {
          $0.contains("Killed process \(process.pid) (") || $0.contains(" (\(name))")
        }
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
}
