private import CElfutils
import TraceEvents

/// Walks the stacks of a core file, as `LiveStackWalker` walks those of a process.
final class CoreStacks {
  private static let outermost: UInt32 = 8
  private static let mostBytes = 1 << 18
  // Of the order of `user_regs_struct`, what DWARF numbers 0 to 16 for x86-64, and of
  // `user_regs_struct32` 0 to 8 for i386 (the psABI supplements).
  private static let wide = [10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16]
  private static let narrow = [6, 1, 2, 0, 15, 5, 3, 4, 12]

  private let memory: CoreMemory
  private let is64: Bool
  private let segments: [wf_core_segment]
  private let maps: [UInt8]

  init(_ memory: CoreMemory, _ modules: CoreModules, _ layout: ElfLayout) {
    self.memory = memory
    is64 = layout.is64
    segments = memory.segments.map {
      wf_core_segment(start: $0.start, size: $0.size, offset: $0.offset)
    }
    var text: [UInt8] = []
    var numbers: [String: Int] = [:]
    for region in memory.regions {
      guard let path = region.path else { continue }
      let number = numbers[path, default: numbers.count + 1]
      numbers[path] = number
      let module = modules.byPath[path]
      // A file that runs no code, or another one than that which ran, is not read.
      var isForeign = module == nil
      if case .differs? = module?.state { isForeign = true }
      let bounds = String(region.start, radix: 16) + "-" + String(region.end, radix: 16)
      text += "\(bounds) \(region.permissions ?? "r-xp") 0 \(isForeign ? 1 : 0):0 \(number) ".utf8
      // Its name is that of what ran, whatever is there instead.
      text += TargetText.bytes(of: isForeign ? path : module?.file ?? path) + [10]
    }
    maps = text
  }

  /// The frames of a thread, innermost first, `limit` from there on.
  func stack(
    of thread: CoreThread, process: ProcessID, limit: Int, address: UInt64? = nil,
    isBehindBreakpoint: Bool
  ) -> WalkedStack {
    var request = wf_stack_request()
    request.process = process > 0 ? process : 1
    request.thread = thread.id > 0 ? thread.id : 1
    request.top = UInt32(clamping: min(max(limit, 2), 4096))
    request.bottom = Self.outermost
    request.unwind_milliseconds = 1000
    request.milliseconds = 10_000
    request.place = address ?? 0
    var core = unsafe wf_core_request()
    unsafe core.file = memory.descriptor
    unsafe core.is_narrow = is64 ? 0 : 1
    unsafe core.is_behind_breakpoint = isBehindBreakpoint ? 1 : 0
    unsafe core.counter = thread.registers[is64 ? 16 : 12]
    let order = is64 ? Self.wide : Self.narrow
    unsafe withUnsafeMutableBytes(of: &core.registers) { bytes in
      let registers = unsafe bytes.assumingMemoryBound(to: UInt64.self)
      for (index, place) in order.enumerated() {
        unsafe registers[index] = thread.registers[place]
      }
    }
    let bytes = unsafe segments.withUnsafeBufferPointer { segments in
      unsafe maps.withUnsafeBufferPointer { maps -> [UInt8] in
        guard let list = segments.baseAddress, let text = maps.baseAddress else { return [] }
        return unsafe text.withMemoryRebound(to: CChar.self, capacity: maps.count) { text in
          unsafe core.segments = list
          unsafe core.segment_count = UInt32(clamping: segments.count)
          unsafe core.maps = text
          unsafe core.maps_length = UInt64(maps.count)
          return unsafe [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = unsafe Int(
              max(0, wf_core_stack(&request, &core, start, UInt64(Self.mostBytes))))
          }
        }
      }
    }
    return StackBytes.stack(bytes)
  }
}
