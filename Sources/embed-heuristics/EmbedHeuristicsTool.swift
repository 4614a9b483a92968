import Glibc
import HeuristicSyntax

/// Writes a Swift file that holds heuristics in one string literal, or one that holds the weights.
///
/// `embed-heuristics OUTPUT DIRECTORY FILE…`: the files are under the directory, which their ids
/// are relative to. `embed-heuristics --weights OUTPUT FILE`: the ranking's weights. Every problem is
/// printed as `file:line:column: error: message`, and makes the build fail.
@main
struct EmbedHeuristicsTool {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      fail(
        ["usage: embed-heuristics OUTPUT DIRECTORY FILE… | --weights OUTPUT FILE"], status: 64)
    }
    if arguments[1] == "--weights", arguments.count == 4 {
      return embedWeights(arguments[3], output: arguments[2])
    }
    if arguments.count == 4, arguments[1] == "--lists" {
      return embedLists(arguments[3], into: arguments[2])
    }
    let directory = arguments[2].hasSuffix("/") ? arguments[2] : arguments[2] + "/"
    var problems: [String] = []
    var files: [(name: String, root: SyntaxNode)] = []
    for path in arguments.dropFirst(3).sorted() {
      let name = path.hasPrefix(directory) ? String(path.dropFirst(directory.count)) : path
      do throws(SyntaxProblem) {
        let root = try HeuristicFile.read(path)
        let found = HeuristicGrammar.problems(in: root, id: String(name.dropLast(".yaml".count)))
        problems += found.map { line($0, path) }
        files.append(("Heuristics/" + name, root))
      } catch {
        problems.append(line(error, path))
      }
    }
    guard problems.isEmpty else { fail(problems, status: 1) }
    write(
      source(
        CompactForm.encode(files), of: "the files of Heuristics/", as: "embeddedHeuristics",
        "The built-in heuristics in `CompactForm`."), to: arguments[1])
  }

  /// `embed-heuristics --lists OUTPUT FILE`: a file of lists as it is.
  private static func embedLists(_ path: String, into output: String) {
    guard let file = unsafe fopen(path, "r") else {
      fail(["\(path): error: cannot be read (errno \(errno))"], status: 1)
    }
    var text: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = unsafe fread(&part, 1, part.count, file), count > 0 {
      text += part[..<count]
    }
    _ = unsafe fclose(file)
    let lines = String(decoding: text, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    var problems: [String] = []
    var headings: Set<Substring> = []
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("["), !line.hasSuffix("]") || !headings.insert(line).inserted {
        problems.append("\(path):\(index + 1):1: error: no heading, or one that is there twice")
      } else if line.last == " " || line.first == " " {
        problems.append("\(path):\(index + 1):1: error: a space at an end of the line")
      } else if headings.isEmpty, !line.isEmpty, !line.hasPrefix("#") {
        problems.append("\(path):\(index + 1):1: error: an entry outside of a list")
      }
    }
    guard problems.isEmpty else { fail(problems, status: 1) }
    write(
      source(
        lines.joined(separator: "\n"), of: "Heuristics/configuration.conf",
        as: "embeddedConfigurationSigns", "What makes a path configuration."), to: output)
  }

  private static func embedWeights(_ path: String, output: String) {
    var problems: [SyntaxProblem] = []
    do throws(SyntaxProblem) {
      let weights = WeightsFile(try HeuristicFile.read(path), problems: &problems)
      if problems.isEmpty { return write(weights.source, to: output) }
    } catch {
      problems.append(error)
    }
    fail(problems.map { line($0, path) }, status: 1)
  }

  private static func line(_ problem: SyntaxProblem, _ path: String) -> String {
    "\(path):\(max(1, problem.place.line)):\(max(1, problem.place.column)): error: \(problem.message)"
  }

  /// One raw string literal: compiling an array of bytes takes 200 times as long.
  private static func source(
    _ text: String, of origin: String, as name: String, _ summary: String
  ) -> String {
    var hashes = "#"
    while text.contains("\"\"\"" + hashes) || text.contains("\\" + hashes) { hashes += "#" }
    return """
      // Made by embed-heuristics from \(origin).

      /// \(summary)
      let \(name) = \(hashes)\"""
      \(text)
      \"""\(hashes)

      """
  }

  private static func write(_ text: String, to path: String) {
    let bytes = Array(text.utf8)
    guard let file = unsafe fopen(path, "w") else {
      fail(["\(path): error: cannot be written (errno \(errno))"], status: 1)
    }
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    guard unsafe fclose(file) == 0, written == bytes.count else {
      fail(["\(path): error: cannot be written in full (errno \(errno))"], status: 1)
    }
  }

  private static func fail(_ lines: [String], status: Int32) -> Never {
    let text = Array((lines.joined(separator: "\n") + "\n").utf8)
    _ = unsafe Glibc.write(STDERR_FILENO, text, text.count)
    exit(status)
  }
}
