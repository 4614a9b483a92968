import Glibc
package import TraceEvents

/// What a core file tells, as the events that a tracer would have seen at the end of the process.
package struct CoreTrace {
  /// How many frames from the innermost on are told of a thread.
  private static let frames = 64
  /// The same where all threads are told of; the walk adds up to eight outermost ones.
  private static let briefFrames = 24
  /// How many threads are told of, and of how many with a stack.
  private static let mostMoments = 512
  private static let mostStacks = 64

  /// Signals that end nothing: a debugger stopped the process, and took the file (`gcore(1)`).
  private static let leavesAlive: Set<Int32> = [
    SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH,
  ]

  private let core: CoreFile
  private let modules: CoreModules
  private let start: CoreStart
  private let stacks: CoreStacks
  private var number = 0

  /// Of `core`; `program` is the file that ran, where it is not under its own name here.
  package init(_ core: CoreFile, program: String?) {
    self.core = core
    let (memory, notes) = (core.memory, core.notes)
    modules = CoreModules(memory, notes, program: program, writeTime: core.writeTime)
    start = CoreStart(memory, notes)
    stacks = CoreStacks(memory, modules, notes.layout)
  }

  /// The process.
  package var process: ProcessID { core.notes.process?.id ?? core.crashed.id }

  /// Absolute path of the program, as the process knew it.
  package var program: String? {
    modules.program.map { modules.byPath[$0]?.path ?? $0 }
      ?? start.path.flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  /// The command line; of the first 79 bytes of it, where the stack is not there.
  package var command: [String] {
    if !start.arguments.isEmpty { return start.arguments }
    let words = core.notes.process?.arguments.split(separator: " ").map(String.init) ?? []
    return words.isEmpty ? [core.notes.process?.name ?? "?"] : words
  }

  /// Its mappings, in the form of `proc_pid_maps(5)`; `?` stands for rights that are not known.
  package var maps: String {
    core.memory.regions.map { region in
      let bounds = String(region.start, radix: 16) + "-" + String(region.end, radix: 16)
      let path = region.path.map { modules.byPath[$0]?.path ?? $0 } ?? ""
      let offset = String(region.offset, radix: 16)
      return "\(bounds) \(region.permissions ?? "????") \(offset) 0:0 0 \(path)\n"
    }.joined()
  }

  /// The events, in order; `inspector` answers what a tracer would have asked at the stop. With
  /// `tellsThreads` they tell what every thread was in.
  package mutating func events(
    _ inspector: any SystemInspector, tellsThreads: Bool = false
  ) -> [TraceEvent] {
    var events: [TraceEvent] = []
    let thread = core.crashed
    func append(_ body: TraceEvent.Body) {
      events.append(
        TraceEvent(
          number: events.count + 1, time: 0, process: process, thread: thread.id, body: body))
    }
    let credentials = Credentials(
      user: core.notes.process?.user ?? 0, group: core.notes.process?.group ?? 0, groups: [],
      capabilities: 0)
    let directory = start.environment.first { $0.hasPrefix("PWD=/") }?.dropFirst(4)
    let workingDirectory = directory.map { String($0) } ?? "/"
    let executable = program ?? start.path ?? core.notes.process?.name ?? "?"
    append(
      .processStarted(
        start: ProcessStart(
          parent: nil,
          state: ProcessState(
            executable: nil, arguments: [], workingDirectory: workingDirectory,
            credentials: credentials))))
    append(
      .programExecuted(
        execution: ProgramExecution(
          path: start.path ?? executable, executable: executable, arguments: command,
          environment: start.environment, credentials: credentials,
          isSecure: core.notes.auxiliary(23) == 1, workingDirectory: workingDirectory)))
    for text in notes { append(.note(note: CaptureNote(kind: .incomplete, text: text))) }
    let delivery = delivery(of: thread)
    if tellsThreads {
      let moments = threads(crashStack: delivery?.stack)
      append(
        .fact(
          fact: Fact(
            question: .crashedThreads(pid: process), answer: .threads(list: moments))))
    }
    guard let delivery else {
      append(.note(note: CaptureNote(kind: .incomplete, text: place(of: thread))))
      append(.processEnded(end: .released))
      return events
    }
    if let fault = handledFault(before: delivery, thread) {
      for question in questions(fault) {
        append(.fact(fact: Fact(question: question, answer: inspector.answer(question))))
      }
      append(.signal(signal: fault))
    }
    if let words = words(delivery) {
      append(
        .words(
          words: Words(
            stream: .standardError, descriptor: 2, text: words, byteCount: words.utf8.count)))
    }
    for question in questions(delivery) {
      append(.fact(fact: Fact(question: question, answer: inspector.answer(question))))
    }
    append(.signal(signal: delivery))
    append(.processEnded(end: .killed(signal: delivery.signal, coreDumped: true)))
    return events
  }

  /// The fault whose handler the signal came in; nil if there was none.
  private func handledFault(
    before delivery: SignalDelivery, _ thread: CoreThread
  ) -> SignalDelivery? {
    let found = CoreFault(of: thread, delivery.stack, core.memory, modules, core.notes.layout)
    guard var fault = found?.delivery else { return nil }
    fault.place =
      stacks.stack(
        of: thread, process: process, limit: 2, address: fault.faultAddress,
        isBehindBreakpoint: false
      ).place
    return fault
  }

  /// What every thread was in, the crashed one first; stacks of the first ones alone.
  private func threads(crashStack: [StackFrame]?) -> [ThreadMoment] {
    let siblings = Set(core.notes.threads.map(\.id))
    return core.notes.threads.prefix(Self.mostMoments).enumerated().map { index, thread in
      var stack = index == 0 ? crashStack : nil
      if stack == nil, index < Self.mostStacks {
        stack =
          stacks.stack(
            of: thread, process: process, limit: Self.briefFrames, isBehindBreakpoint: false
          ).frames
      }
      return thread.moment(
        core.memory, is64: core.notes.layout.is64, siblings: siblings, stack: stack ?? [])
    }
  }

  /// Where a process was that ran on.
  private func place(of thread: CoreThread) -> String {
    let stack = stacks.stack(
      of: thread, process: process, limit: Self.frames, isBehindBreakpoint: false)
    let calls = stack.frames.prefix(8).map { frame in
      let file = frame.file?.split(separator: "/").last.map { " (\($0):\(frame.line ?? 0))" }
      return (frame.function ?? "a function without a name") + (file ?? "")
    }
    return
      "No crash made this core file, but somebody who looked at the process while it ran (gcore, a "
      + "debugger). "
      + (calls.isEmpty ? "" : "It was in \(calls.joined(separator: ", called by ")).")
  }

  /// What it wrote before it aborted, of which its memory still holds a copy.
  private func words(_ delivery: SignalDelivery) -> String? {
    guard delivery.signal == .abort else { return nil }
    let words = CoreWords(memory: core.memory, modules: modules, layout: core.notes.layout)
    // A handler of the program's own (std::set_terminate) would be between these and abort().
    let above = delivery.stack.prefix { $0.function?.hasPrefix("std::terminate") != true }
    let isUsual = above.allSatisfy { frame in
      let name = frame.module?.split(separator: "/").last ?? ""
      return name.hasPrefix("libc.so") || name.hasPrefix("libstdc++")
        || frame.function?.contains("__verbose_terminate_handler") == true
    }
    if above.count < delivery.stack.count, isUsual,
      let exception = words.uncaughtException(of: core.crashed)
    {
      return exception
    }
    return words.abortMessage
  }

  private func questions(_ delivery: SignalDelivery) -> [SystemQuestion] {
    guard [.segmentationViolation, .bus].contains(delivery.signal),
      let address = delivery.faultAddress
    else { return [] }
    return [.mapping(pid: process, address: address)]
  }

  /// The signal; nil for a core file of a process that ran on.
  private func delivery(of thread: CoreThread) -> SignalDelivery? {
    let information = thread.information
    let number = thread.signal != 0 ? thread.signal : information?.signal ?? 0
    guard number > 0, !Self.leavesAlive.contains(number) else { return nil }
    let is64 = core.notes.layout.is64
    var delivery = SignalDelivery(
      signal: SignalNumber(rawValue: number), code: information?.code ?? 0,
      instructionPointer: thread.registers[is64 ? 16 : 12])
    if let information {
      // SI_USER, SI_QUEUE, SI_TKILL
      if [0, -1, -6].contains(information.code) {
        delivery.sender = information.sender
        delivery.senderUser = information.senderUser
      } else if information.code > 0, [4, 5, 7, 8, 11].contains(number) {
        delivery.faultAddress = information.address
      }
    }
    // The program counter is behind an int3.
    let isBehindBreakpoint =
      number == SIGTRAP
      && modules.bytes(1, at: delivery.instructionPointer &- 1, core.memory) == [0xCC]
    let walk = stacks.stack(
      of: thread, process: process, limit: Self.frames, address: delivery.faultAddress,
      isBehindBreakpoint: isBehindBreakpoint)
    delivery.stack = walk.frames
    delivery.place = walk.place
    if [4, 5, 7, 8, 11].contains(number) { delivery.machine = machine(of: thread) }
    return delivery
  }

  private func machine(of thread: CoreThread) -> MachineState {
    // Of the order of `user_regs_struct`, as instructions number them.
    let order =
      core.notes.layout.is64
      ? [10, 11, 12, 5, 19, 4, 13, 14, 9, 8, 7, 6, 3, 2, 1, 0] : [6, 1, 2, 0, 15, 5, 3, 4]
    let registers = order.map { thread.registers[$0] }
    let counter = thread.registers[core.notes.layout.is64 ? 16 : 12]
    var state = MachineState(
      code: modules.bytes(15, at: counter, core.memory).hexadecimal, registers: registers,
      top: core.memory.number(at: registers[4]))
    state.divisor = state.instruction?.divisorAddress(registers, at: counter).flatMap {
      core.memory.number(at: $0)
    }
    return state
  }

  /// What a reader must know of the file, in sentences.
  private var notes: [String] {
    var notes: [String] = []
    if core.missingBytes > 0 {
      notes.append(
        "The core file is not complete: at least \(core.missingBytes) bytes are missing at its end "
          + "(a full disk, or a limit: ulimit -c), so that stacks may end early.")
    }
    if core.notes.mappings.isEmpty {
      notes.append("The core file does not tell which files were mapped (NT_FILE).")
    }
    for module in modules.byPath.values.sorted(by: { $0.path < $1.path }) {
      let isProgram = modules.byPath[modules.program ?? ""]?.path == module.path
      let what = isProgram ? "the program" : "the library"
      switch module.state {
      case .same: break
      case .differs(let here, let other):
        notes.append(
          "\(module.file) is not \(what) that crashed, but another build of it (build ID \(here), in "
            + "the core file \(other)); so it was not read, and its functions have no names here."
            + (isProgram ? " Name the right one: whyfail --core CORE PROGRAM" : ""))
      case .newer:
        notes.append(
          "\(module.file) was written after the crash, and may differ from \(what) that crashed; "
            + "then functions and lines are wrong.")
      case .missing(let error):
        notes.append(
          "\(module.file), \(what) that crashed, cannot be read here (\(error.words)), so that its "
            + "functions have no names."
            + (isProgram ? " Where it is elsewhere: whyfail --core CORE PROGRAM" : ""))
      }
    }
    return notes
  }
}
