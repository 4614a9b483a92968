/// What the messages mean with which the runtimes of Rust and Go, and their libraries, panic.
struct PanicMeaning {
  /// One word; the values of the field `panic_kind`.
  let kind: String
  let meaning: String
  /// What to change in the program.
  let remedy: String

  /// True for a message that something could not be had of the system, which is no fault of the program.
  static func isForWantOfResources(_ message: String) -> Bool {
    let text = message.lowercased()
    return [
      "out of memory", "cannot allocate memory", "failed to create new os thread",
      "pthread_create failed", "failed to spawn thread", "memory allocation of",
    ].contains { text.contains($0) }
  }

  /// The meaning of a message; nil for one that only the program's authors know.
  static func of(_ message: String) -> PanicMeaning? {
    known.first { entry in entry.marks.contains { message.contains($0) } }?.meaning
  }

  private static func entry(
    _ kind: String, _ marks: [String], _ meaning: String, _ remedy: String
  ) -> (marks: [String], meaning: PanicMeaning) {
    (marks, PanicMeaning(kind: kind, meaning: meaning, remedy: remedy))
  }

  private static let known: [(marks: [String], meaning: PanicMeaning)] = [
    entry(
      "none", ["`Option::unwrap()` on a `None` value"],
      "unwrap() takes the value out of an Option, and panics where there is none: what was looked up or"
        + " computed there gave None.",
      "See why there is no value there, and answer None: with match, if let, or unwrap_or()."),
    entry(
      "error", ["`Result::unwrap()` on an `Err` value", "called `Result::expect()` on an `Err`"],
      "unwrap() takes the value out of a Result, and panics on an error: the operation there had failed.",
      "Answer the error there instead: with match, or with ? in a function that returns a Result."),
    entry(
      "bounds",
      [
        "index out of bounds", "index out of range", "slice bounds out of range",
        "out of range for slice", "out of range for str", "slice index starts at",
      ],
      "An element was asked for that is not in the list: an index counts from 0 up to the length, less one.",
      "See where the index comes from, and check it against the length."),
    entry(
      "character", ["is not a char boundary"],
      "A text was cut in the midst of a character: positions count bytes, and a character can have several.",
      "Take positions from char_indices(), or cut with get()."),
    entry(
      "overflow", ["with overflow"],
      "The result does not fit into its type of number.",
      "Use a wider type, or checked_, saturating_ or wrapping_ operations."),
    entry(
      "division", ["divide by zero", "with a divisor of zero"],
      "A whole number was divided by zero.", "Check the divisor before."),
    entry(
      "borrow", ["already borrowed", "already mutably borrowed"],
      "A RefCell was borrowed to be changed while another part of the program still had borrowed it.",
      "End the first borrow (a block of its own, or drop()) before the second begins."),
    entry(
      "unfinished", ["not implemented", "not yet implemented"],
      "The program came to a place that its authors left for later (todo!(), unimplemented!()).",
      "Write what is missing there, or use another way that is finished."),
    entry(
      "unreachable", ["entered unreachable code"],
      "The program came to a place that its authors took for impossible (unreachable!()).",
      "See which case they forgot."),
    entry(
      "assertion", ["assertion `", "assertion failed"],
      "A condition that the program takes for granted (assert!) did not hold.",
      "See which of the values is wrong, and where it comes from."),
    entry(
      "unsafe", ["unsafe precondition(s) violated", "misaligned pointer dereference"],
      "A piece of code in unsafe { } broke what its function asks of whoever calls it.",
      "See which pointer, length or alignment is wrong there."),
    entry(
      "nil-map", ["assignment to entry in nil map"],
      "A map that was declared but never made is nil: it can be read, and not be written to.",
      "Make the map first: m = make(map[K]V)."),
    entry(
      "null",
      ["nil pointer dereference", "null pointer dereference occurred"],
      "A pointer was followed that points nowhere (nil, null).",
      "See why the pointer is nil there: an error that was not looked at, or a field that was never set."
    ),
    entry(
      "type", ["interface conversion: "],
      "A value was taken for another type than it has (a type assertion).",
      "Ask first: v, ok := x.(T)."),
    entry(
      "deadlock", ["all goroutines are asleep"],
      "All goroutines wait for each other, on channels or locks, and none is left that could wake one.",
      "See what each waits for: a channel that nobody reads, writes or closes, a lock that is held, a"
        + " WaitGroup that counts too many."),
    entry(
      "race", ["concurrent map"],
      "Two goroutines used one map at once, and one of them to change it.",
      "Guard the map with a sync.Mutex, or use sync.Map; go run -race shows both places."),
    entry(
      "recursion", ["stack overflow", "stack exceeds"],
      "A function calls itself without end, or far too deep.",
      "See why the recursion does not end."),
    entry(
      "channel", ["send on closed channel", "close of closed channel", "close of nil channel"],
      "A channel was used after it had been closed, or without having been made.",
      "Let one goroutine alone, the one that sends, close the channel, and once."),
    entry(
      "lock", ["unlock of unlocked", "negative WaitGroup counter"],
      "A lock was released, or a counter lowered, more often than it was taken.",
      "See that each Unlock() and Done() has its Lock() and Add()."),
    entry(
      "fault", ["unexpected signal during runtime execution", "unexpected fault address"],
      "Code that Go does not check (C called by cgo, unsafe) used memory that it may not.",
      "See which pointer is wrong there."),
  ]
}
