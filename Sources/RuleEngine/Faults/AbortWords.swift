internal import TraceEvents

/// What the words mean with which a runtime ends its program by abort(3).
struct AbortWords {
  /// One word; the values of the field `abort_kind`.
  let kind: String
  /// What it means, for somebody who never saw it.
  let meaning: String
  /// The line that says so.
  let line: String

  /// The kinds that a checker of memory finds the place of.
  static let damages: Set<String> = ["heap", "double-free", "pointer", "stack", "overflow"]

  /// The meaning of the last of `lines` that is one of these.
  static func meaning(of lines: [String]) -> AbortWords? {
    // Behind it libstdc++ says as well that there was no exception.
    let special = lines.filter { $0.hasPrefix("pure virtual method called") }
    for line in special + lines.reversed() {
      if let known = known.first(where: { entry in
        entry.marks.contains { line.contains($0) }
      }) {
        return AbortWords(kind: known.kind, meaning: known.meaning, line: line)
      }
    }
    return nil
  }

  private static let heap =
    "glibc found that its lists of free memory are damaged: something wrote past the end (or before the"
    + " beginning) of a block of malloc(), or into one that had been freed. That happened before, and often"
    + " elsewhere than where it was noticed."

  /// The texts are those of glibc, libstdc++, libc++, Python and Rust.
  private static let known: [(kind: String, marks: [String], meaning: String)] = [
    (
      "double-free", ["double free", "fasttop"],
      "A block of memory was given back twice (free() or delete): the second time glibc noticed."
    ),
    (
      "pointer",
      [
        "free(): invalid pointer", "munmap_chunk(): invalid pointer",
        "realloc(): invalid pointer",
      ],
      "free() or realloc() got a pointer that malloc() never gave: one into the middle of a block, to a"
        + " variable or a constant, or one whose block was overwritten."
    ),
    (
      "heap",
      [
        "corrupted size vs. prev_size", "corrupted double-linked list", "malloc(): ",
        "free(): invalid", "realloc(): invalid", "malloc_consolidate(): ",
        "unsorted double linked list", "corrupted unsorted chunks", "corrupted top size",
        "free(): corrupted", "sysmalloc: ",
      ], heap
    ),
    (
      "stack", ["*** stack smashing detected ***"],
      "A function wrote past the end of a local variable: the guard value that the compiler puts behind"
        + " them (-fstack-protector) was overwritten. It was noticed when the function returned."
    ),
    (
      "overflow", ["*** buffer overflow detected ***"],
      "A function of the C library was to write more into a buffer than there is room, such as strcpy() or"
        + " read() with too much data; a check of the compiler (_FORTIFY_SOURCE) noticed it before."
    ),
    (
      "overflow", ["*** bit out of range 0 - FD_SETSIZE on fd_set ***"],
      "A descriptor of 1024 (FD_SETSIZE) or more was to be put into a set for select(2), which has no room for"
        + " it: the program has too many files or connections open for select(), and must use poll(2)."
    ),
    (
      "format", ["*** %n in writable segment detected ***", "*** invalid %N$ use detected ***"],
      "printf() got a format that it takes from no memory that can be written to: it may come from outside."
    ),
    (
      "assertion", ["Assertion `", "Assertion failed", "assertion failed"],
      "A condition that the program takes for granted (an assertion) did not hold."
    ),
    (
      "terminate", ["terminate called without an active exception"],
      "C++ ended the program without an exception: a std::thread was destroyed that was neither joined nor"
        + " detached, or 'throw;' stood where there was nothing to throw on."
    ),
    (
      "virtual", ["pure virtual method called", "Pure virtual function called"],
      "A function that only derived classes have was called while the object was being made or destroyed, or"
        + " after it was deleted."
    ),
    (
      "exception",
      ["terminate called after throwing", "terminating due to uncaught exception"],
      "An exception was thrown, and nobody caught it."
    ),
    (
      "python", ["Fatal Python error"],
      "The interpreter of Python found that it cannot go on: a module written in C has damaged it or called"
        + " Py_FatalError(), or its installation is not whole."
    ),
    (
      "panic", ["panicked at", "fatal runtime error", "Fatal error: "],
      "The program noticed by itself that something is wrong, and ended."
    ),
    (
      "check", ["Check failed", "CHECK failed"],
      "A condition that the program checks did not hold."
    ),
  ]
}
