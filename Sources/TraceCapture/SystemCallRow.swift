/// One line of the table: a system call, where the kernel numbers it, and what is made of it.
package struct SystemCallRow: Sendable {
  /// The kernel's name, without prefix.
  package var name: String
  /// Number on x86-64; nil where that has no such call.
  package var number: Int32?
  /// Number on i386; nil where that has no such call.
  package var number32: Int32?
  /// What each argument means, in the call's own order; the rest is not reported.
  package var arguments: [ArgumentKind]
  /// Which calls the kernel's filter stops at; an empty list means all of them.
  package var condition: [[ArgumentTest]]
  /// What is left of them where a diagnosis alone is asked for.
  package var essence: Essence
  /// What is made of a call that was stopped at.
  package var emission: Emission
}

/// Which of a row's calls a diagnosis needs. A list of configuration files wants all.
package enum Essence: Sendable, Equatable {
  /// All of them.
  case all
  /// None: what they tell is known from other calls.
  case nothing
  /// Those that pass one of these lists of tests.
  case some([[ArgumentTest]])
}

/// What is made of a call that the filter stopped at.
package enum Emission: Sendable, Equatable {
  /// Every call is an event.
  case always
  /// Every call is an event, except that what is read as a link need not be one: of the calls of a
  /// compiler that finds out where its headers lie, two in three ask that.
  case link
  /// A failure is an event; a success says nothing.
  case failures
  /// `write` and its kin: words for people.
  case words
  /// `send` and its kin: a failure, or words for the system's log.
  case messages
  /// `close`: one stop, at its entry.
  case close
  /// `close_range`: what it closes is looked at first.
  case closeRange
  /// `getdents`: the first of each open descriptor.
  case listing
  /// `execve`: its success is seen at its own stop.
  case execution
  /// `fork` and its kin: success is seen at its own stop.
  case creation
  /// `brk` gives the old break where it fails.
  case programBreak
  /// `getsockopt(SO_ERROR)`: the error that was read is the call's.
  case socketError
  /// `sched_getaffinity`: its answer is corrected.
  case readAffinity
  /// `sched_setaffinity`: what it sets is honoured.
  case setAffinity
  /// `seccomp` and `prctl`: they may install a filter.
  case filter
  /// `ptrace`: two tracers cannot have one target.
  case tracing
  /// `exit_group`, of a process that fails: no event, but the last look at it.
  case leaving
  /// A wait for a child: its answer.
  case wait
  /// `mmap`: a failure, or a file.
  case mapping
  /// `socketcall` of i386: stands for another row.
  case socketCall
}

/// What an argument of a system call means, and so how it is read and shown.
package enum ArgumentKind: Sendable, Equatable {
  /// Not reported.
  case skip
  /// The descriptor that a relative path is taken from.
  case directory
  /// Pointer to a null-terminated path.
  case path
  /// Pointer to null-terminated text that is no path.
  case text
  /// Pointer to data whose length is the next argument.
  case data
  /// Pointer to `struct iovec`, their number in the next argument.
  case vector
  /// Pointer to text that the call filled; its result is the length.
  case result
  /// A descriptor.
  case descriptor
  /// A signed number.
  case integer
  /// A file mode.
  case octal
  /// A file mode that counts only where the flags before it create a file.
  case createMode
  /// An address or a mask.
  case hexadecimal
  /// A constant or flags.
  case symbols(SymbolSet)
  /// Pointer to `struct open_how` (`openat2(2)`).
  case openHow
  /// Pointer to a null-terminated vector of texts.
  case strings
  /// Pointer to a socket address whose length is the next argument.
  case address
  /// Pointer to a socket address that the call filled; the next argument points to its length.
  case filledAddress
  /// Pointer to `struct msghdr`: its address.
  case message
  /// Pointer to two descriptors that the call made.
  case pair
  /// Pointer to the wait status that the call filled.
  case waitStatus
  /// Pointer to `siginfo_t` that `waitid` filled.
  case waitInfo
  /// Pointer to `struct rlimit` with members of the target's word size.
  case limit
  /// Pointer to `struct rlimit64`.
  case limit64
  /// Pointer to an `int` that the call filled.
  case filledInteger
}

/// A test of one argument that the kernel makes for us.
package struct ArgumentTest: Sendable, Equatable {
  /// Which argument, from 0.
  package var argument: Int
  /// What is asked of it.
  package var predicate: Predicate

  /// What can be asked of an argument. All but `isAtLeast` and `isNotZero` see its low 32 bits.
  package enum Predicate: Sendable, Equatable {
    case equals(UInt32)
    case differs(UInt32)
    case hasAny(UInt32)
    case hasNone(UInt32)
    case isAtLeast(UInt32)
    case isNotZero
  }

  /// The test's result, as the kernel would find it.
  package func holds(for value: UInt64) -> Bool {
    let low = UInt32(truncatingIfNeeded: value)
    return switch predicate {
    case .equals(let number): low == number
    case .differs(let number): low != number
    case .hasAny(let bits): low & bits != 0
    case .hasNone(let bits): low & bits == 0
    case .isAtLeast(let bound): value >= UInt64(bound)
    case .isNotZero: value != 0
    }
  }
}

/// The six arguments of a call, as registers hold them.
package struct CallArguments: Sendable, Equatable {
  private var values: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  package init(
    _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0,
    _ fifth: UInt64 = 0, _ sixth: UInt64 = 0
  ) {
    values = (first, second, third, fourth, fifth, sixth)
  }

  /// Argument `index`, from 0; 0 beyond the sixth.
  package subscript(index: Int) -> UInt64 {
    switch index {
    case 0: values.0
    case 1: values.1
    case 2: values.2
    case 3: values.3
    case 4: values.4
    case 5: values.5
    default: 0
    }
  }

  package static func == (left: Self, right: Self) -> Bool { left.values == right.values }
}

extension SystemCallRow {
  /// True if the filter would stop at a call of this row with these arguments.
  package func selects(_ arguments: CallArguments) -> Bool {
    condition.isEmpty
      || condition.contains { $0.allSatisfy { $0.holds(for: arguments[$0.argument]) } }
  }
}
