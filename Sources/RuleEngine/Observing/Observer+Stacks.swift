internal import History
internal import TraceEvents

/// What a stack tells people.
extension Observer {
  func describeStack(
    _ stack: [StackFrame], _ process: ProcessRecord, in seen: inout ProcessKilled, asking: Bool
  ) {
    seen.stack = Self.lines(of: stack)
    let own = Self.ownFrame(of: stack)
    let place = Self.place(of: own, in: stack)
    seen.function = own?.function.map(FunctionTitle.name)
    seen.file = place?.file
    seen.line = place?.line
    seen.module = stack.first?.module
    seen.hasNoSymbols = own?.module != nil && own?.function == nil
    if let top = stack.first?.function, let function = own?.function, top != function {
      seen.innerFunction = FunctionTitle.name(of: top)
    }
    if let module = own?.module, module != process.executable {
      seen.library = module
      if asking { seen.libraryPackage = inquiry.packageOwning(module) }
    }
    if asking, let own, let file = seen.file, let line = seen.line {
      // A relative path counts from where it was compiled, which builds can hide: that is likely the
      // directory that it was started in, or that of the program.
      let directories = [
        process.workingDirectory, own.module.map { PathName.directory(of: $0) } ?? "/",
      ]
      let places =
        file.hasPrefix("/") ? [file] : directories.map { PathName.absolute(file, from: $0) }
      for place in places where seen.sourceLine == nil {
        (seen.sourceLine, seen.source) = excerpt(of: place, around: line)
      }
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

  /// The innermost frame that is neither the C library's nor another runtime's.
  static func ownFrame(of stack: [StackFrame]) -> StackFrame? {
    // An address without a module is that of a wild jump: its caller is meant.
    let own = stack.indices.first { index in
      !isRuntime(stack[index]) && stack[index].module != nil
        && !isOfForeignHeader(index, in: stack)
    }
    return own.map { stack[$0] } ?? stack.first
  }

  /// The frame whose file and line tell where `own` is: an inlined function of which a line comes from a
  /// header of the system is told by the line that calls it.
  private static func place(of own: StackFrame?, in stack: [StackFrame]) -> StackFrame? {
    guard let own, own.isInlined == true, let file = own.file, isOfSystemHeader(file) else {
      return own
    }
    return stack.first { $0.address == own.address && !($0.file.map(isOfSystemHeader) ?? true) }
      ?? own
  }

  private static func isOfSystemHeader(_ file: String) -> Bool {
    headers.contains { file.hasPrefix($0) }
  }

  /// True for what was inlined from a header of another program's, as Python's and Perl's own are for
  /// extensions: its directory has nothing in common with that of the file that it was put into.
  private static func isOfForeignHeader(_ index: Int, in stack: [StackFrame]) -> Bool {
    guard stack[index].isInlined == true, let file = stack[index].file, isHeader(file),
      !isOfSystemHeader(file),
      let user = stack[(index + 1)...].first(where: { $0.file.map { !isHeader($0) } ?? false }),
      let source = user.file, source.hasPrefix("/"), user.address == stack[index].address
    else { return false }
    let parts = zip(file.split(separator: "/"), source.split(separator: "/"))
    return parts.prefix { $0 == $1 }.count < 2
  }

  private static func isHeader(_ file: String) -> Bool {
    [".h", ".hh", ".hpp", ".hxx", ".tcc", ".inl"].contains { file.hasSuffix($0) }
  }

  /// Frames for people: without those by which a runtime raises a signal, and without those that
  /// come before main(); `cap` of them at most.
  static func lines(of stack: [StackFrame], cap: Int = 8) -> [String] {
    let own = stack.firstIndex { !isRuntime($0) } ?? 0
    let start = own > 3 ? own - 1 : 0
    var shown: [(first: Int, last: Int, frame: StackFrame)] = []
    for (index, frame) in stack.enumerated().dropFirst(start) {
      if let function = frame.function,
        Self.outermost.contains(where: { function.contains($0) }), !shown.isEmpty
      {
        break
      }
      // A recursion is one line.
      if let last = shown.last, last.frame.function == frame.function,
        frame.function != nil, last.frame.line == frame.line
      {
        shown[shown.count - 1].last = index
        continue
      }
      if shown.count == cap { break }
      shown.append((index, index, frame))
    }
    return shown.map { first, last, frame in
      let place =
        frame.file.map { "\(PathName.base(of: $0)):\(frame.line ?? 0)" }
        ?? frame.module.map { "\(PathName.base(of: $0))+0x\(String(frame.offset, radix: 16))" }
        ?? ""
      let number = first == last ? "#\(first)" : "#\(first) to #\(last)"
      return "\(number) \(frame.function.map(FunctionTitle.signature) ?? "??")  \(place)"
    }
  }

  /// What calls main(), or the first function of a thread.
  private static let outermost = ["__libc_start", "_start", "__rust_begin_short_backtrace"]

  private static let runtimes = [
    "libc.so", "libc-2", "ld-linux", "libpthread", "libstdc++.so", "libgcc_s", "libm.so",
    "linux-vdso", "[vdso]", "libc++", "ld-2", "libswiftCore", "libasan", "libubsan", "libtsan",
    "ld-musl", "libswift",
  ]

  private static let headers = ["/usr/include/", "/usr/lib/gcc/", "/usr/lib/llvm", "/rustc/"]

  /// Functions of the C library, where they are part of the program (`-static`), and of the runtimes of
  /// Rust, Swift and Go, by which these raise a signal.
  private static let raising: Set<String> = [
    "raise", "abort", "__GI_raise", "__GI_abort", "gsignal", "pthread_kill", "__pthread_kill",
    "__pthread_kill_implementation", "__pthread_kill_internal", "__libc_message",
    "__libc_message_impl", "malloc_printerr", "_int_free", "_int_malloc", "_int_realloc",
    "__libc_free", "__libc_malloc", "__libc_realloc", "free", "malloc", "realloc", "calloc",
    "__assert_fail", "__assert_fail_base", "__stack_chk_fail", "__fortify_fail", "__chk_fail",
    "__restore_rt", "rust_begin_unwind", "rust_panic", "runtime.raise", "runtime.abort",
    "runtime.dieFromSignal", "runtime.sigfwdgo", "runtime.crash", "runtime.gopanic",
    "__cxa_throw", "__cxa_rethrow", "__cxa_pure_virtual", "_start",
  ]
  private static let namespaces = [
    "std::", "core::", "alloc::", "<core::", "<std::", "<alloc::", "__gnu_cxx::", "__cxxabiv1::",
    FaultReading.swiftFailure, "Swift.", "__rust_", "__rustc::", "panic_abort::", "panic_unwind::",
    "_Unwind_",
  ]

  private static func isOfRuntime(_ function: String) -> Bool {
    raising.contains(function) || namespaces.contains { function.hasPrefix($0) }
      // What compilers put around locks, and in place of an operation that is checked (-ftrapv).
      || ["__gthread_", "__mulv", "__addv", "__subv", "__negv"].contains {
        function.hasPrefix($0)
      }
      // Swift's own, as specializations of it, and closures in it.
      || function.contains(" of Swift.") || function.contains(" in Swift.")
  }

  private static func isRuntime(_ frame: StackFrame) -> Bool {
    // Templates of the C++ library become part of the program, as what a compiler brings along.
    // A function in C of which a line comes from a header, as macros and what was optimized away leave
    // it, is the program's.
    if let file = frame.file, isOfSystemHeader(file) {
      if file.hasPrefix("/rustc/") { return true }
      let isClassMember = frame.function?.contains("::") ?? true
      // All that is declared below /usr/include/c++ is in namespaces that are told by their names.
      if isClassMember, !file.hasPrefix("/usr/include/c++/") { return true }
      if !isClassMember, frame.isInlined == true { return true }
    }
    if let function = frame.function, isOfRuntime(function) { return true }
    guard let module = frame.module else { return false }
    let base = PathName.base(of: module)
    return runtimes.contains { base.hasPrefix($0) }
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
