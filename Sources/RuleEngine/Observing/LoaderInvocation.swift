internal import History
internal import TraceEvents

/// A loader that was started as a command, with the program to run as its argument: `ld.so --library-path DIR
/// PROGRAM` (ld.so(8)).
struct LoaderInvocation: Equatable {
  /// Absolute path of the program that it is to run.
  let program: String
  /// What it is to take in place of LD_LIBRARY_PATH.
  let libraryPath: String?

  private static let optionsWithValue: Set<String> = [
    "--library-path", "--inhibit-rpath", "--preload", "--audit", "--argv0",
    "--glibc-hwcaps-prepend",
    "--glibc-hwcaps-mask",
  ]

  /// What `process` is, if that is a loader.
  init?(_ process: ProcessRecord) {
    guard let loader = process.executable.map(PathName.base),
      loader.hasPrefix("ld-linux") || loader.hasPrefix("ld-musl-") || loader == "ld.so"
        || loader.hasPrefix("ld-2.")
    else { return nil }
    var path: String?
    var rest = process.arguments.dropFirst()
    while let word = rest.first, word.hasPrefix("-") {
      rest = rest.dropFirst()
      guard Self.optionsWithValue.contains(word) else { continue }
      if word == "--library-path" { path = rest.first }
      rest = rest.dropFirst()
    }
    guard let named = rest.first else { return nil }
    program = PathName.absolute(named, from: process.workingDirectory)
    libraryPath = path
  }
}
