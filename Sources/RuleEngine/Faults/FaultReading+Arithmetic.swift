internal import TraceEvents

/// Faults of arithmetic and of the instruction itself.
extension FaultReading {
  /// SIGFPE, by its code (`sigaction(2)`) and the divisor.
  var arithmeticFault: Fault? {
    let traps = " The program asked for that signal (feenableexcept(3))."
    switch delivery.code {
    case 1:
      if let divisor, divisor != 0 {
        return Fault(
          "quotient", "a division whose result is too large",
          "An integer was divided by \(divisor), and the result does not fit: the least number divided by"
            + " -1 has no result (INT_MIN / -1).")
      }
      return Fault(
        "division", "division by zero",
        divisor == 0
          ? "An integer was divided by zero."
          : "An integer was divided by zero (or the least number by -1, which has no result).")
    case 2: return Fault("overflow", "an integer overflow", "A result does not fit.")
    case 3:
      return Fault(
        "floating", "a floating-point division by zero",
        "A floating-point number was divided by zero." + traps)
    case 4:
      return Fault(
        "floating", "a floating-point overflow",
        "A floating-point result is too large to be represented." + traps)
    case 5:
      return Fault(
        "floating", "a floating-point underflow",
        "A floating-point result is too near to zero to be represented." + traps)
    case 6:
      return Fault(
        "floating", "an inexact floating-point result",
        "A floating-point result was rounded." + traps)
    case 7:
      return Fault(
        "floating", "an invalid floating-point operation",
        "A floating-point operation has no result (0/0, the root of a negative number, not a number)."
          + traps)
    default: return nil
    }
  }

  /// What was divided by.
  private var divisor: Int64? {
    guard let machine = delivery.machine, let instruction, instruction.kind == .division,
      let value = instruction.register.map({
        $0 < machine.registers.count ? machine.registers[$0] : nil
      }) ?? machine.divisor
    else { return nil }
    switch instruction.width {
    case 1: return Int64(Int8(truncatingIfNeeded: value))
    case 2: return Int64(Int16(truncatingIfNeeded: value))
    case 4: return Int64(Int32(truncatingIfNeeded: value))
    default: return Int64(bitPattern: value)
    }
  }

  /// SIGILL; `has` tells whether this processor has a feature, nil where that is not known.
  func instructionFault(_ has: (String) -> Bool?) -> Fault {
    if let failure = delivery.stack.first(where: { $0.isInlined == true })?.function,
      failure.hasPrefix(Self.swiftFailure)
    {
      return Fault(
        "trap", failure,
        "Swift checks such things while the program runs, and ends it where they do not hold.")
    }
    if instruction?.kind == .trap {
      return Fault(
        "trap", "illegal instruction, put there on purpose",
        "The instruction (ud2) is made to fail: the compiler or the program has a trap there for what must"
          + " not happen, such as __builtin_trap(), code that cannot be reached, or a check that failed."
      )
    }
    if let feature = instruction?.feature, has(feature) == false {
      return Fault(
        "processor", "it was built for another processor (CPU)",
        "The instruction belongs to \(feature), which this processor does not have: the program was built for"
          + " a newer one (-march=native on another machine), or did not ask what this one can.")
    }
    return Fault(
      "instruction", "illegal instruction",
      "The processor does not know the instruction: the program was built for a newer processor (CPU) than"
        + " this, or what it executes is no code: a wild jump, or damaged memory.",
      address: delivery.faultAddress)
  }

  /// What Swift's compiler calls the function of its traps.
  static let swiftFailure = "Swift runtime failure: "
}
