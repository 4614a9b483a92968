import Glibc

/// Which calls of a row the filter stops at, named by what they mean.
package struct Selection: Sendable {
  /// A list of alternatives, each a list of tests that must all hold; empty: every call.
  package var tests: [[ArgumentTest]]

  /// Every call.
  package static let every = Selection(tests: [])

  /// Calls whose argument is this number.
  package static func equals(_ argument: Int, _ number: UInt32) -> Selection {
    isOneOf(argument, [number])
  }

  /// Calls whose argument is one of these numbers.
  package static func isOneOf(_ argument: Int, _ numbers: [UInt32]) -> Selection {
    Selection(tests: numbers.map { [test(argument, .equals($0))] })
  }

  /// `readlink` other than `realpath(3)` makes it: glibc and gnulib ask so for each directory on the
  /// way to a path, of which hardly any is a link, and a compiler does that for each header: two in
  /// three of its calls.
  package static let readsOneLink = Selection(tests: [[test(2, .differs(1023))]])

  /// Calls whose argument is not zero.
  package static func isNotZero(_ argument: Int) -> Selection {
    Selection(tests: [[test(argument, .isNotZero)]])
  }

  /// Calls whose argument is at least this.
  package static func isAtLeast(_ argument: Int, _ bound: UInt32) -> Selection {
    Selection(tests: [[test(argument, .isAtLeast(bound))]])
  }

  /// Calls of the stat family that name a path: without `AT_EMPTY_PATH`, which is `fstat(2)`. Nor
  /// those that look at an entry of an open directory and follow no link: who walks a tree makes
  /// one for each file that the directory has just told of, a million of them, and where one fails
  /// the program says of which.
  package static func namesAPath(flagsAt argument: Int) -> Selection {
    Selection(tests: [
      [test(argument, .hasNone(0x1000 | 0x100))],
      [test(0, .equals(UInt32(bitPattern: AT_FDCWD))), test(argument, .hasNone(0x1000))],
    ])
  }

  /// Calls of the wait family without `WNOHANG`: a shell asks again after each of its children
  /// whether there was another, and learns that there was none.
  package static func waits(optionsAt argument: Int) -> Selection {
    Selection(tests: [[test(argument, .hasNone(1))]])
  }

  /// Calls of the send family with `MSG_NOSIGNAL`: without it a broken pipe is seen by its signal.
  package static func doesNotSignal(flagsAt argument: Int) -> Selection {
    Selection(tests: [[test(argument, .hasAny(0x4000))]])
  }

  /// The longest datagram that UDP carries over IPv4 (udp(7)).
  private static let longestDatagram: UInt32 = 65_507

  /// The same, and calls that name whom they send to: a datagram that was refused signals nothing. Nor does one
  /// that is too long.
  package static func sendsTo(
    lengthAt length: Int, flagsAt argument: Int, addressAt address: Int
  ) -> Selection {
    Selection(tests: [
      [test(argument, .hasAny(0x4000))], [test(address, .isNotZero)],
      [test(length, .isAtLeast(longestDatagram + 1))],
    ])
  }

  /// `getsockopt` of `SOL_SOCKET`, `SO_ERROR`: how an asynchronous connect ended.
  package static let readsSocketError = Selection(tests: [
    [test(1, .equals(1)), test(2, .equals(4))]
  ])

  /// `close` of standard input, output or error; of others it is not needed where we can hold
  /// copies of what is read (`HeldFile`).
  package static let isStandardDescriptor = isOneOf(0, [0, 1, 2])

  /// From so many bytes on a mapping of the loader's is large.
  package static let largeMapping: UInt64 = 0x400000

  /// `mmap` of a file and of at least 64 KiB of anything. Of what the loader maps
  /// (`MAP_DENYWRITE`), which is a good part of what a short program does, what is large; its code
  /// is stopped at where it could be refused (`TraceSession.mayRefuseCode`).
  package static func mapsMemory(lengthAt argument: Int) -> Selection {
    Selection(tests: [
      [test(3, .hasNone(0x20 | 0x10 | 0x800))],
      [test(3, .hasNone(0x20 | 0x800)), test(2, .hasAny(0x4))],
      [test(3, .hasNone(0x20 | 0x10)), test(argument, .isAtLeast(UInt32(largeMapping)))],
      [test(3, .hasAny(0x20)), test(argument, .isAtLeast(0x10000))],
    ])
  }

  /// The same without what is mapped to be read alone: only its memory could be refused.
  package static func mapsToWriteOrRun(lengthAt argument: Int) -> Selection {
    Selection(tests: [
      [test(3, .hasNone(0x20 | 0x10 | 0x800)), test(2, .hasAny(0x6))],
      [test(3, .hasNone(0x20 | 0x10 | 0x800)), test(3, .hasAny(0x1))],
      [test(3, .hasNone(0x20 | 0x800)), test(2, .hasAny(0x4))],
      [test(3, .hasNone(0x20 | 0x10)), test(argument, .isAtLeast(UInt32(largeMapping)))],
      [test(3, .hasAny(0x20)), test(argument, .isAtLeast(0x10000))],
    ])
  }

  /// `mprotect` that makes code, or much memory writable.
  package static let protectsMemory = Selection(tests: [
    [test(2, .hasAny(0x4))],
    [test(2, .hasAny(0x2)), test(1, .isAtLeast(0x100000))],
  ])

  /// `fcntl` that locks, or copies a descriptor.
  package static let locksOrCopies = Selection(
    tests: [0, 6, 7, 13, 14, 37, 38, 1030].map { [test(1, .equals($0))] })

  /// The same without copies of what is no standard descriptor, to any number and closed at exec, as
  /// who walks a tree makes them for each of its directories (gnulib's `dup_cloexec`): where one of
  /// them matters it is found out then (`TraceSession.tellCopy`).
  package static let locksOrPlacesCopies: Selection = {
    let copies = test(1, .equals(UInt32(F_DUPFD_CLOEXEC)))
    let others = locksOrCopies.tests.filter { $0 != [copies] }
    let standard = (0...2).map { [copies, test(0, .equals($0))] }
    return Selection(tests: others + standard + [[copies, test(2, .isAtLeast(4))]])
  }()

  /// `write` to standard error, or of more than a few bytes to standard output: `dd bs=1` and its
  /// like write no words. To standard input too: what a server says that expects a connection there.
  package static let writesWords = Selection(tests: [
    [test(0, .equals(2))], [test(0, .equals(0))],
    [test(0, .equals(1)), test(2, .isAtLeast(12))],
    // Who shares a process with another program, as valgrind, has its standard error out of the way of that.
    [test(0, .isAtLeast(highDescriptor))],
  ])

  /// From this number on a descriptor can be a copy of standard error that was placed there.
  static let highDescriptor: UInt32 = 1000

  /// `writev` to standard output or error.
  package static let writesWordVectors = Selection(tests: [
    [test(0, .equals(2))], [test(0, .equals(1))],
  ])

  private static func test(
    _ argument: Int, _ predicate: ArgumentTest.Predicate
  ) -> ArgumentTest {
    ArgumentTest(argument: argument, predicate: predicate)
  }
}
