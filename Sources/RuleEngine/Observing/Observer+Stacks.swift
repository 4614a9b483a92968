internal import History
internal import TraceEvents

/// What a stack tells people.
extension Observer {
  func describeStack(
    _ delivery: SignalDelivery, _ process: ProcessRecord, in seen: inout ProcessKilled, asking: Bool
  ) {
    let stack = delivery.stack
    seen.stack = StackLines(stack).lines()
    // What was jumped to and is no code is no function that ran, though a symbol may cover it.
    let isJump =
      delivery.signal == .segmentationViolation && delivery.code > 0
      && delivery.faultAddress == delivery.instructionPointer
    let own = Self.ownFrame(of: isJump && stack.count > 1 ? Array(stack.dropFirst()) : stack)
    let place = Self.place(of: own, in: stack)
    seen.function = own?.function.map(FunctionTitle.name)
    seen.file = place?.file
    seen.line = place?.line
    seen.module = stack.first?.module
    seen.hasNoSymbols = own?.module != nil && own?.function == nil
    if let top = stack.first, let inner = top.function, let function = own?.function,
      inner != function, top.isInlined != true, !isJump
    {
      seen.innerFunction = FunctionTitle.name(of: inner)
    }
    if let module = Self.innermost(of: stack).flatMap({ stack[$0].module }),
      module != process.executable
    {
      seen.library = module
      if asking { seen.libraryPackage = inquiry.packageOwning(module) }
    }
    if asking { describeSource(process, module: own?.module, in: &seen) }
  }

  /// The innermost frame of Python that its interpreter printed (`Fatal Python error`, `faulthandler`), where what
  /// crashed is the interpreter itself, or has no source.
  func describePythonFrame(
    _ process: ProcessRecord, in seen: inout ProcessKilled, asking: Bool
  ) {
    let lines = run.mentions.lines.filter { $0.process == process.index }.map(\.text)
    guard let heading = lines.firstIndex(where: { $0.hasSuffix("(most recent call first):") }),
      let frame = lines[(heading + 1)...].lazy.compactMap(PythonFrame.init).first
    else { return }
    seen.pythonFrame = frame.description
    let module = PathName.base(of: seen.library ?? process.executable ?? "")
    guard seen.file == nil || ["python", "libpython", "_"].contains(where: module.hasPrefix) else {
      return
    }
    (seen.function, seen.file, seen.line) = (frame.function, frame.file, frame.line)
    (seen.library, seen.libraryPackage, seen.hasNoSymbols) = (nil, nil, false)
    (seen.innerFunction, seen.sourceLine, seen.source) = (nil, nil, [])
    if asking { describeSource(process, module: nil, in: &seen) }
  }

  private func describeSource(
    _ process: ProcessRecord, module: String?, in seen: inout ProcessKilled
  ) {
    guard let file = seen.file, let line = seen.line else { return }
    // A relative path counts from where it was compiled, which builds can hide: that is likely the
    // directory that it was started in, or that of the program.
    let directories = [process.workingDirectory, module.map { PathName.directory(of: $0) } ?? "/"]
    let places =
      file.hasPrefix("/") ? [file] : directories.map { PathName.absolute(file, from: $0) }
    for place in places where seen.sourceLine == nil {
      (seen.sourceLine, seen.source) = excerpt(of: place, around: line)
    }
  }

  /// A line of a file, and it with two around it where there are any, numbered and marked.
  func excerpt(of file: String, around line: Int) -> (line: String?, lines: [String]) {
    var lines = inquiry.lines(around: line, of: file, context: 2)
    // Older recordings have the line alone.
    if lines.isEmpty { lines = inquiry.lines(around: line, of: file) }
    let text = lines.first { $0.number == line }?.text.trimmed
    guard text != nil, lines.count > 1 else { return (text, []) }
    let width = String(lines.last?.number ?? line).count
    let marked = lines.map { near in
      let number = String(near.number)
      let blanks = String(repeating: " ", count: width - number.count)
      return (near.number == line ? "> " : "  ") + blanks + number + " | "
        + near.text.replacing("\t", with: "    ")
    }
    return (text, marked)
  }

  /// The innermost frame that is neither the C library's nor another runtime's, nor in a library of the system
  /// that the program's own code called.
  static func ownFrame(of stack: [StackFrame]) -> StackFrame? {
    let own = innermost(of: stack)
    return (own.flatMap { callerWithSource(of: $0, in: stack) } ?? own).map { stack[$0] }
      ?? stack.first
  }

  /// The position of the innermost frame that is no runtime's.
  private static func innermost(of stack: [StackFrame]) -> Int? {
    // An address without a module is that of a wild jump: its caller is meant.
    stack.indices.first { index in
      !stack[index].isOfRuntime && stack[index].module != nil
        && !isOfForeignHeader(index, in: stack)
    }
  }

  /// The first caller whose source is known and that is no part of the system, where neither is so of all between:
  /// they are of libraries of the system, or of the C library in a static program.
  private static func callerWithSource(of position: Int, in stack: [StackFrame]) -> Int? {
    func isForeign(_ frame: StackFrame) -> Bool {
      frame.file == nil
        && (frame.isOfSystem || frame.isOfRuntime || frame.function?.hasPrefix("_") == true)
    }
    guard isForeign(stack[position]),
      let caller = stack[position...].firstIndex(where: { !isForeign($0) }),
      stack[caller].file != nil, !stack[caller].isOfSystem, !stack[caller].isOfRuntime
    else { return nil }
    return caller
  }

  /// The frame whose file and line tell where `own` is: an inlined function of which a line comes from a
  /// header of the system is told by the line that calls it. Of another one such a line tells nothing: optimized
  /// code has it where something of the header follows the call.
  private static func place(of own: StackFrame?, in stack: [StackFrame]) -> StackFrame? {
    guard let own, let file = own.file, StackFrame.isOfSystemHeader(file) else { return own }
    guard own.isInlined == true else { return nil }
    return stack.first {
      $0.address == own.address && !($0.file.map(StackFrame.isOfSystemHeader) ?? true)
    }
      ?? own
  }

  /// True for what was inlined from a header of another program's, as Python's and Perl's own are for
  /// extensions: its directory has nothing in common with that of the file that it was put into.
  private static func isOfForeignHeader(_ index: Int, in stack: [StackFrame]) -> Bool {
    guard stack[index].isInlined == true, let file = stack[index].file, isHeader(file),
      !StackFrame.isOfSystemHeader(file),
      let user = stack[(index + 1)...].first(where: { $0.file.map { !isHeader($0) } ?? false }),
      let source = user.file, source.hasPrefix("/"), user.address == stack[index].address
    else { return false }
    let parts = zip(file.split(separator: "/"), source.split(separator: "/"))
    return parts.prefix { $0 == $1 }.count < 2
  }

  private static func isHeader(_ file: String) -> Bool {
    [".h", ".hh", ".hpp", ".hxx", ".tcc", ".inl"].contains { file.hasSuffix($0) }
  }
}

extension StackFrame {
  /// `consumer() at app.c:4`; nil where its function is not known.
  var functionAndPlace: String? {
    function.map { function in
      (function.hasSuffix(")") ? function : "\(function)()")
        + (file.map { " at \(PathName.base(of: $0)):\(line ?? 0)" } ?? "")
    }
  }
}
