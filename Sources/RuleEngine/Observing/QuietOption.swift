internal import History
internal import TraceEvents

/// The option of a command line that keeps a program from saying what is wrong.
enum QuietOption {
  /// The first such option among the first 64 arguments: `-q`, `--quiet`, `--silent`, also among other
  /// letters (`-qO-`), and `-s` of what is given a URL.
  static func find(in process: ProcessRecord) -> String? {
    let arguments = process.arguments.dropFirst().prefix(64)
    let hasURL = arguments.contains { $0.contains("://") }
    return arguments.prefix { $0 != "--" }.first { isQuiet($0, hasURL: hasURL) }
  }

  private static func isQuiet(_ argument: String, hasURL: Bool) -> Bool {
    if ["--quiet", "--silent", "--no-verbose"].contains(argument) { return true }
    guard argument.hasPrefix("-"), !argument.hasPrefix("--"), argument.utf8.count <= 6 else {
      return false
    }
    let letters = argument.dropFirst().prefix { $0.isASCII && $0.isLetter }
    // curl -sS is silent but for errors.
    return letters.first == "q" || letters.contains("q") && letters.allSatisfy(\.isLowercase)
      || hasURL && letters.contains("s") && !letters.contains("S")
  }
}
