import TraceEvents

/// What a process said of its end, as far as it is still in its memory.
struct CoreWords {
  private static let longest = 4096

  let memory: CoreMemory
  let modules: CoreModules
  let layout: ElfLayout

  /// The message with which glibc ended the process: of a failed assertion, of damaged memory, of a
  /// buffer that overflowed. glibc keeps it for core files (`__abort_msg` of its assert/assert.c): the
  /// size of its mapping, and the text.
  var abortMessage: String? {
    for region in memory.regions where region.offset == 0 {
      guard let path = region.path, let module = modules.byPath[path], module.state == .same,
        let name = path.split(separator: "/").last,
        name.hasPrefix("libc.so") || name.hasPrefix("libc-"),
        let offset = (try? ElfSymbols(path: module.file))?.address(of: "__abort_msg")
      else { continue }
      let (place, overflow) = region.start.addingReportingOverflow(offset)
      guard !overflow, let message = memory.number(at: place), message > 0,
        message < UInt64.max - 4,
        let text = memory.text(at: message + 4, limit: Self.longest), !text.isEmpty
      else { return nil }
      return TargetText.decoding(text)
    }
    return nil
  }

  // MARK: C++ exceptions

  /// "GNUCC++" and 0, or 1 where it is a second reference to one (`unwind-cxx.h` of libstdc++).
  private static let exceptionClass: UInt64 = 0x474E_5543_432B_2B00
  /// How far below the top of the stack the runtime keeps the exception that it throws.
  private static let stackSearch = 1 << 14
  private static let mostBases = 16

  /// What libstdc++ writes when nobody catches an exception: its type and, for those of the standard
  /// library and their like, its text. It is on the stack of `thread`, which std::terminate() ended.
  func uncaughtException(of thread: CoreThread) -> String? {
    guard layout.is64 else { return nil }
    let stack = memory.bytes(Self.stackSearch, at: thread.registers[19])
    var tried: Set<UInt64> = []
    for offset in stride(from: 0, to: stack.count - 7, by: 8) {
      let header = layout.address(stack, offset)
      guard header > 4096, header % 16 == 0, tried.insert(header).inserted,
        let mark = memory.number(at: header), mark | 1 == Self.exceptionClass | 1,
        // struct __cxa_exception: 80 bytes from its type to the unwinder's header.
        let type = memory.number(at: header - 80), let name = typeName(at: type)
      else { continue }
      guard hasText(type), header < UInt64.max - 40,
        let place = memory.number(at: header + 40), let text = memory.text(at: place)
      else { return words(name, text: nil) }
      return words(name, text: TargetText.decoding(text))
    }
    return nil
  }

  private func words(_ name: String, text: String?) -> String {
    "terminate called after throwing an instance of '\(FunctionName.type(name))'\n"
      + (text.map { "  what():  \($0)\n" } ?? "")
  }

  /// The mangled name that a `std::type_info` holds.
  private func typeName(at type: UInt64) -> String? {
    guard let place = modules.number(at: type &+ 8, memory, layout),
      let text = modules.text(at: place, memory), !text.isEmpty, text.count < 1024
    else { return nil }
    return TargetText.decoding(text)
  }

  /// True for std::logic_error, std::runtime_error and what is derived from one of them alone: their
  /// objects begin with the table of virtual functions and the text.
  private func hasText(_ type: UInt64) -> Bool {
    var type = type
    for _ in 0..<Self.mostBases {
      guard let name = typeName(at: type) else { return false }
      if name == "St11logic_error" || name == "St13runtime_error" { return true }
      // __si_class_type_info: name, then the one base.
      guard let base = modules.number(at: type &+ 16, memory, layout) else { return false }
      type = base
    }
    return false
  }
}
