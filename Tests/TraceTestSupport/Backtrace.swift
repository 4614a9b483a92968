package import TraceEvents

/// gdb's frames and ours in one form, to be compared: function, file's name and line.
package enum Backtrace {
  /// Lets gdb print its first ten frames, without those that it infers of calls that were jumps.
  package static let script = """
    import os
    frame = gdb.newest_frame()
    count = 0
    while frame is not None and count < 10:
      if frame.type() != gdb.TAILCALL_FRAME:
        place = frame.find_sal()
        name = (frame.name() or "??").split("(")[0].split(".")[0]
        name = name.lstrip("_").removeprefix("GI_").lstrip("_")
        if frame.type() == gdb.SIGTRAMP_FRAME:
          print("judged restore_rt")
        elif place.symtab is None or place.line == 0:
          print("judged " + name)
        else:
          print("judged %s %s:%d" % (name, os.path.basename(place.symtab.filename), place.line))
        count += 1
      frame = frame.older()
    """

  /// The same of a frame of ours.
  package static func line(_ frame: StackFrame) -> String {
    // The C library's names differ in underscores, and gdb knows no suffixes of clones.
    let name = (frame.function ?? "??").prefix { $0 != "(" && $0 != "." }.drop { $0 == "_" }
    guard let file = frame.file, let line = frame.line else { return String(name) }
    return "\(name) \(file.split(separator: "/").last ?? ""):\(line)"
  }
}
