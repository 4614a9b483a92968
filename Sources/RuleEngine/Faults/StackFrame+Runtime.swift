internal import History
internal import TraceEvents

/// Which frames of a stack are not the program's own code.
extension StackFrame {
  /// True for a function of the C library, of the library of C++, or of another language's runtime.
  var isOfRuntime: Bool {
    // Templates of the C++ library become part of the program, as what a compiler brings along.
    // A function in C of which a line comes from a header, as macros and what was optimized away leave
    // it, is the program's.
    if let file, Self.isOfSystemHeader(file) {
      if file.hasPrefix("/rustc/") { return true }
      let isClassMember = function?.contains("::") ?? true
      // All that is declared below /usr/include/c++ is in namespaces that are told by their names.
      if isClassMember, !file.hasPrefix("/usr/include/c++/") { return true }
      if !isClassMember, isInlined == true { return true }
    }
    if let function, Self.isOfRuntime(function) { return true }
    guard let module else { return false }
    let base = PathName.base(of: module)
    return Self.runtimes.contains { base.hasPrefix($0) }
  }

  /// True for code in a directory where packages of the system put programs and libraries.
  var isOfSystem: Bool {
    module.map { module in Self.systemPlaces.contains { module.hasPrefix($0) } } ?? false
  }

  /// True for a file that the system or a toolchain brings along for programs to include.
  static func isOfSystemHeader(_ file: String) -> Bool {
    headers.contains { file.hasPrefix($0) }
  }

  private static let systemPlaces = [
    "/usr/lib/", "/usr/lib32/", "/usr/lib64/", "/usr/libx32/", "/lib/", "/lib32/", "/lib64/",
    "/usr/bin/", "/usr/sbin/", "/usr/libexec/",
  ]

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

  /// Without what a compiler adds to the name of a part or a special form of a function: `abort.cold`,
  /// `raise.constprop.0`.
  private static func withoutSuffixes(_ function: String) -> String {
    function.hasPrefix("runtime.") ? function : String(function.prefix { $0 != "." })
  }

  private static func isOfRuntime(_ function: String) -> Bool {
    raising.contains(function) || raising.contains(withoutSuffixes(function))
      || namespaces.contains { function.hasPrefix($0) }
      // What compilers put around locks, and in place of an operation that is checked (-ftrapv).
      || ["__gthread_", "__mulv", "__addv", "__subv", "__negv"].contains {
        function.hasPrefix($0)
      }
      // Swift's own, as specializations of it, and closures in it.
      || function.contains(" of Swift.") || function.contains(" in Swift.")
  }
}
