import Glibc
import Reporting
import SystemInspection
import TraceEvents

/// `--holder WORD`: who uses a file, tree, port, socket, device or mount.
enum HolderCommand {
  /// Exit status where nobody uses it.
  private static let unheld: Int32 = 1

  /// Writes who holds `word`, to standard output where no file is asked for.
  static func run(
    _ word: String, _ options: Options, tool: String, environment: [String: String]
  ) throws(Output.Failure) -> Int32 {
    let directory = unsafe getcwd(nil, 0)
    defer { unsafe free(directory) }
    let here = unsafe directory.map { unsafe String(cString: $0) } ?? "/"
    guard let search = HolderSearch(word, in: here), let findings = search.findings() else {
      Output.complain(
        tool, "\(word): there is no such file, and it is no port (:80, 53/udp) or socket (@name)")
      return ExitStatus.ownFailure
    }
    let report = HolderReport(findings, redacts: options.redacts)
    let text =
      options.format == .json
      ? report.json
      : report.text(
        isVerbose: options.isVerbose, usesASCII: !Terminal(environment: environment).isUTF8)
    if let path = options.output {
      try Output(path: path).write(text)
    } else {
      print(text, terminator: "")
    }
    return report.isHeld ? 0 : unheld
  }
}
