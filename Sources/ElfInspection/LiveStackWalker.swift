private import CElfutils
package import TraceEvents

/// Walks the stack of a stopped thread with libdwfl, by the unwind tables of the files that are
/// mapped there, and names functions and lines from symbols and debugging information.
///
/// The work is done in a child process with limits: what a damaged file does to it ends the walk,
/// and nothing else. Nothing is asked of the network.
package struct LiveStackWalker: StackWalker {
  /// How many outermost frames are told of a stack that is deeper than the limit.
  private static let outermost: UInt32 = 8
  /// Each function that was inlined is a frame of its own, so there are more than were asked for.
  private static let mostBytes = 1 << 18

  /// A walker of the processes of the machine that we run on; it keeps no state.
  package init() {}

  /// The frames, innermost first; none where not even the registers can be read.
  package func stack(
    of process: ProcessID, thread: ProcessID, limit: Int, address: UInt64?
  ) -> WalkedStack {
    var request = wf_stack_request()
    request.process = process
    request.thread = thread
    request.top = UInt32(clamping: min(max(limit, 2), 4096))
    request.bottom = Self.outermost
    request.unwind_milliseconds = 1000
    request.milliseconds = 10_000
    request.place = address ?? 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      count = unsafe Int(max(0, wf_stack(&request, start, UInt64(Self.mostBytes))))
    }
    return StackBytes.stack(bytes)
  }
}

/// The form in which a walk comes back; the layout of `struct wf_frame`.
enum StackBytes {
  private static let headerSize = 56

  /// What is whole in `bytes`; what is cut off at the end is dropped.
  static func stack(_ bytes: [UInt8]) -> WalkedStack {
    var frames: [StackFrame] = []
    var place: MemoryPlace?
    var rest = bytes[...]
    while rest.count >= headerSize {
      let header = Array(rest.prefix(headerSize))
      let lengths = [32, 36, 40].map { offset in
        UInt64(littleEndian(header, offset, 4))
      }
      let skipped = littleEndian(header, 16, 8)
      let line = littleEndian(header, 24, 4)
      rest = rest.dropFirst(headerSize)
      guard lengths.reduce(0, +) <= UInt64(rest.count) else { break }
      let texts = lengths.map { length -> String? in
        let text = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        return text.isEmpty ? nil : TargetText.decoding(text)
      }
      if littleEndian(header, 44, 4) != 0 {
        place = texts[0].map {
          MemoryPlace(module: withoutDeletion($0), section: texts[2], symbol: texts[1])
        }
        continue
      }
      frames.append(
        StackFrame(
          address: littleEndian(header, 0, 8), module: texts[0].map(withoutDeletion),
          offset: littleEndian(header, 8, 8), function: texts[1].map(FunctionName.readable),
          file: texts[2], line: line == 0 ? nil : Int(line),
          isInlined: littleEndian(header, 28, 4) != 0 ? true : nil,
          isInterrupted: littleEndian(header, 48, 4) != 0 ? true : nil,
          skipped: skipped == 0 ? nil : Int(clamping: skipped)))
    }
    return WalkedStack(frames: frames, place: place)
  }

  /// The kernel marks so what was removed or replaced while it is mapped (`proc_pid_maps(5)`).
  private static func withoutDeletion(_ path: String) -> String {
    path.hasSuffix(" (deleted)") ? String(path.dropLast(10)) : path
  }

  private static func littleEndian(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt64 {
    bytes[offset..<(offset + size)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
