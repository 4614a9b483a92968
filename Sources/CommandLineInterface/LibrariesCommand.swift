import ElfInspection
import Glibc
import History
import Reporting
import SystemInspection
import TraceEvents

/// `whyfail --libraries PROGRAM`: the libraries that a program needs, without running anything.
enum LibrariesCommand {
  /// Exit status for a program that lacks something.
  private static let incomplete: Int32 = 1

  /// Prints the libraries of the program at `word`, which is looked for in PATH like a command.
  static func run(
    _ word: String, root: String, tool: String, environment: [String: String]
  ) -> Int32 {
    let isWhole = root == "/"
    guard let path = isWhole ? path(of: word, environment) : rooted(word, root) else {
      Output.complain(tool, "\(word): not found in PATH")
      return ExitStatus.ownFailure
    }
    do throws(ElfError) {
      let start = LoaderStart(
        program: path, root: root, workingDirectory: isWhole ? absolute("") ?? "/" : "/",
        libraryPath: isWhole ? environment["LD_LIBRARY_PATH"] : nil,
        preload: isWhole ? environment["LD_PRELOAD"] : nil, user: getuid())
      let tree = try LibraryTree(start, readsSymbols: true)
      // A plugin wants symbols of the program that loads it.
      let isProgram = tree.facts.interpreter != nil
      let symbols =
        isProgram ? tree.missingSymbols(isBoundNow: environment["LD_BIND_NOW"] ?? "" != "") : []
      let report = LibraryReport(
        tree, symbols: symbols, usesASCII: !Terminal(environment: environment).isUTF8,
        packageShipping: { isWhole ? package(shipping: $0) : nil },
        nearby: { isWhole ? copies(of: $0, around: path) : [] },
        finding: { symbol in
          (try? LibraryInquiry(start))?.symbol(
            symbol.name, version: symbol.version,
            user: tree.objects[symbol.object].path ?? tree.objects[symbol.object].name)
        })
      print(report.text, terminator: "")
      return report.isComplete ? 0 : incomplete
    } catch {
      Output.complain(tool, "\(error.path): \(words(for: error))")
      return ExitStatus.ownFailure
    }
  }

  private static func path(of word: String, _ environment: [String: String]) -> String? {
    if word.contains("/") { return absolute(word) }
    if unsafe access(word, F_OK) == 0 { return absolute(word) }
    return list(environment["PATH"] ?? "/bin:/usr/bin", ":").map { "\($0)/\(word)" }
      .first { unsafe access($0, X_OK) == 0 }
  }

  private static func absolute(_ path: String) -> String? {
    if path.hasPrefix("/") { return path }
    guard let directory = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(directory) }
    let own = unsafe String(cString: directory)
    return path.isEmpty ? own : own + "/" + path
  }

  /// Where a program is in a system below `root`; a bare name is one of its commands, if it has that.
  private static func rooted(_ word: String, _ root: String) -> String {
    if word.hasPrefix("/") { return word }
    var status = stat()
    let places = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    let found =
      word.contains("/")
      ? nil : places.map { $0 + "/" + word }.first { unsafe lstat(root + $0, &status) == 0 }
    return found ?? "/" + word
  }

  private static func list(_ value: String?, _ separators: String) -> [String] {
    (value ?? "").split(whereSeparator: { separators.contains($0) }).map(String.init)
  }

  private static func package(shipping name: String) -> String? {
    guard case .names(let names) = LiveSystemInspector().answer(.packageShipping(name: name)) else {
      return nil
    }
    return names.first
  }

  /// Files of a name around the program and the working directory, nearest first.
  private static func copies(of name: String, around program: String) -> [String] {
    let own = PathName.directory(of: program)
    let roots = [own, PathName.directory(of: own), "/usr/local/lib", "/opt"].filter { $0 != "/" }
    guard
      case .names(let names) = LiveSystemInspector().answer(.nearby(names: [name], roots: roots))
    else { return [] }
    return names
  }

  private static func words(for error: ElfError) -> String {
    switch error.code {
    case .notElf: "not an ELF file: only those have shared libraries"
    case .truncated: "the file is truncated (cut short)"
    case .corrupt: "its headers do not hold together"
    case .unreadable(.invalidArgument): "neither a file nor a directory: only files have libraries"
    case .unreadable(let number): number.words
    }
  }
}
