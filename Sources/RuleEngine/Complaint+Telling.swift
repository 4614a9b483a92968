internal import TraceEvents

// Which of several complaints says most, and what it names.
extension Complaint {
  /// How much more, or less, a line says than others that complain as clearly: one that names a
  /// place or quotes what is wrong says more, one that only announces the end says less.
  static func telling(_ line: String) -> Double {
    let text = line.lowercased()
    var value = 0.0
    if isBanner(line) || isDump(line) { value -= 0.6 }
    // "on main.tf line 2, in output x:" is the place of an error that stands above it.
    if text.trimmed.hasPrefix("on "), text.contains(" line ") { value -= 0.4 }
    if isUsage(text) || isEcho(text) { value -= 0.6 }
    if text.contains(", ignoring") { value -= 0.5 }
    // git says so on standard output, and what it then could not do elsewhere.
    if line.hasPrefix("CONFLICT (") { value += 0.6 }
    // What lists options or a build is no message.
    if line.count > 500, !hasSeverity(line) { value -= 0.5 }
    // Where make failed is known; why, its command says. A severity alone says nothing.
    if reportsTarget(line) || isSeverityAlone(line.trimmed) {
      value -= 0.5
    }
    if isCode(line) { value -= 0.5 }
    if isVague(text) { value -= 0.25 }
    // SBCL says below what was wrong.
    if text.hasPrefix("unhandled "), text.contains(" in thread #<") { value -= 0.8 }
    // What begins so goes on from the line before.
    if text.hasPrefix("this ") || text.hasPrefix("please ") { value -= 0.3 }
    if isClosing(text) || isCount(LogPrefix.removed(from: text)) { value -= 0.45 }
    // The reasons of an error of Rust, the last of which is the first that went wrong.
    if let number = numberOfReason(line) { value += 0.3 + 0.01 * Double(number) }
    // What to do next is no account of what happened.
    if advises(text) || pointsElsewhere(text) { value -= 0.45 }
    if text.contains("[note]") || text.contains("[info]") || text.contains("[notice]") {
      value -= 0.5
    }
    if text.hasPrefix("caused by:") || text.trimmed.hasPrefix("[cause]:") { value += 0.2 }
    if isOfVersions(text) { value += 0.35 }
    if text.hasSuffix(" is not set"), MissingKey.find(in: line) != nil { value += 0.5 }
    if isHeading(line) { value -= 0.5 }
    if text.split(separator: " ").count <= 2, !text.contains(":") { value -= 0.2 }
    if NamedPlace.find(in: line, base: "/")?.line != nil { value += 0.15 }
    if !quoted(in: line).isEmpty { value += 0.1 }
    // What is quoted is what is not known.
    if text.contains("no such "), !text.contains("no such file"), !quoted(in: line).isEmpty {
      value += 0.2
    }
    return value
  }

  /// True for a line that tells how a program is called, also where it is announced as an error; `text` in
  /// lower case.
  static func isUsage(_ text: String) -> Bool {
    text.hasPrefix("usage: ") || text.hasPrefix("error: usage: ")
  }

  /// True for a command as `configure` writes it to its log before it is run: `configure:1879: gcc -c a.c`;
  /// `text` in lower case.
  static func isEcho(_ text: String) -> Bool {
    guard text.hasPrefix("configure:") else { return false }
    let rest = text.dropFirst(10)
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    return !digits.isEmpty && rest.dropFirst(digits.count).hasPrefix(": ")
      && !rest.contains(" error: ")
  }

  /// True for a line that begins with what to do, behind the name of the program that says so; `text` in
  /// lower case.
  static func advises(_ text: String) -> Bool {
    var words = text.split(separator: " ")
    while words.count > 3, let first = words.first, first.hasSuffix(":") { words.removeFirst() }
    return words.first.map { ["use", "try", "see"].contains($0) } ?? false
      || text.hasPrefix("report bugs ") || text.hasPrefix("if you wish to ")
      || text.hasPrefix("did you mean ") || text.hasPrefix("as a reminder, ")
  }

  /// True for a sentence of few words that names nothing: `Error reinitializing filters!`; `text` in lower
  /// case.
  static func isVague(_ text: String) -> Bool {
    let words = text.trimmed.split(separator: " ")
    return (2...6).contains(words.count)
      && words.allSatisfy { $0.allSatisfy { $0.isLetter || "!.".contains($0) } }
  }

  /// True if `name` stands in a line as the program that logged it, with its process number:
  /// `web [4459]: ERROR …`.
  static func isSpeaker(_ name: String, of line: String) -> Bool {
    guard let place = line.prefix(160).firstRange(of: name) else { return false }
    let rest = line[place.upperBound...].drop { $0 == " " }
    guard rest.first == "[" else { return false }
    let number = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
    return !number.isEmpty && rest.dropFirst(1 + number.count).hasPrefix("]")
  }

  /// True for `make: *** [Makefile:2: all] Error 1`: the target that it names is no file that is missing; and
  /// for where make says that it works: `gmake[1]: Leaving directory '/src'`.
  static func reportsTarget(_ line: String) -> Bool {
    if line.contains(": Leaving directory '") || line.contains(": Entering directory '") {
      return true
    }
    // Python's words on a command that failed have its arguments.
    if line.contains("returned non-zero exit status ") { return true }
    guard let start = line.firstRange(of: ": *** ["),
      let end = line[start.upperBound...].firstRange(of: "] Error ")
    else { return false }
    let status = line[end.upperBound...]
    return !status.isEmpty && status.allSatisfy { $0.isNumber }
  }

  /// True for a line by which make(1) or the like says that it knows no rule for a goal of its command line,
  /// by a name that is none of a file.
  static func missesGoal(_ name: String, in line: String) -> Bool {
    let text = line.lowercased()
    return !name.contains(".") && !name.contains("/") && !text.contains("needed by")
      && (text.contains("no rule to make target") || text.contains("don't know how to build task"))
  }

  /// True for a line that counts what went wrong: `3 cases, 1 failed`, `1 validation error for C`; `text` in
  /// lower case.
  static func isCount(_ text: String) -> Bool {
    let words = text.split(separator: " ")
    guard words.count <= 16 else { return false }
    // "Checks: 3, Failures: 1".
    let isTable =
      zip(words, words.dropFirst()).count { name, number in
        name.hasSuffix(":") && number.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ",") }
      } > 1
    if isTable, words.contains(where: { counted.contains($0.dropLast()) }) { return true }
    return words.indices.contains { index in
      guard words[index].allSatisfy({ $0.isASCII && $0.isNumber }),
        index == 0 || words[index - 1] != "line"
      else { return false }
      return words[(index + 1)...].prefix(2).contains { next in
        counted.contains(next.prefix { $0.isLetter })
      }
    } && !text.contains("\"") && !text.contains("'")
  }

  /// The number in a line of the list that Rust's anyhow and eyre write below "Caused by:":
  /// `    1: missing field port`; nil for others, such as the frames of a stack.
  static func numberOfReason(_ line: String) -> Int? {
    guard line.hasPrefix("   ") else { return nil }
    let text = line.trimmed
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard (1...2).contains(digits.count), text.dropFirst(digits.count).hasPrefix(": "),
      text.split(separator: " ").count > 3, !isFrame(text.lowercased()),
      // A line of source, as it is shown with its number.
      !text.contains(" = "), !text.hasSuffix("{")
    else { return nil }
    return Int(digits)
  }

  private static let counted: Set<Substring> = [
    "failed", "failure", "failures", "error", "errors", "problems",
  ]

  /// `1218:36  6 (expand-top-sequence …)`, and the file that stands above such frames: `In ice-9/eval.scm:`;
  /// `text` in lower case.
  static func isFrameOfGuile(_ text: String) -> Bool {
    if text.hasPrefix("in "), text.hasSuffix(".scm:") { return true }
    let words = text.split(separator: " ")
    guard words.count > 2, words[2].hasPrefix("("), words[1].allSatisfy(\.isNumber) else {
      return false
    }
    return words[0].contains(":") && words[0].allSatisfy { $0.isNumber || $0 == ":" }
  }

  /// `*** FATAL CONFIG FILE ERROR ***`: a heading, which says nothing.
  static func isBanner(_ line: String) -> Bool {
    ["***", "---", "===", "###"].contains {
      line.hasPrefix($0) && line.hasSuffix($0) && line.count > 8
    }
  }

  /// True for a line of a dump, most of whose words are numbers and marks: `1   3   %oparray_pop   1977`.
  static func isDump(_ line: String) -> Bool {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count >= 6 else { return false }
    return words.count { $0.first?.isLetter ?? false } * 3 < words.count
  }

  /// `npm error code ELSPROBLEMS`: the name of what went wrong, which a line below it tells.
  static func isCode(_ line: String) -> Bool {
    let words = line.split(separator: " ")
    guard (2...4).contains(words.count), words[words.count - 2].lowercased() == "code",
      let name = words.last
    else { return false }
    return name.first?.isUppercase ?? false
      && name.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
  }

  /// `ERROR: a.7z`: what is wrong with it stands in the next line.
  static func isHeading(_ line: String) -> Bool {
    let words = LogPrefix.removed(from: line.trimmed).split(separator: " ")
    return words.count == 2 && words[0].hasSuffix(":") && hasSeverity(String(words[0]))
      && words[1].contains { $0 == "." || $0 == "/" }
  }

  /// True for a line that only announces the end, and not its cause; `text` in lower case.
  static func isClosing(_ text: String) -> Bool {
    closings.contains { text.contains($0) } && !text.contains("{undef,")
  }

  /// True for a line that only says where more is to be read; `text` in lower case.
  static func pointsElsewhere(_ text: String) -> Bool {
    pointers.contains { text.contains($0) }
  }

  private static let pointers = [
    "for more information", "the error appears to be in", "for more details", "for details",
    "for further information",
    "complete log of this run", "re-run maven using", "[help 1] http", "full log can be found",
    "see the full stack trace", "for help", "read the following", "to learn what that number means",
    "you may need to ",
  ]

  private static let closings = [
    "exiting", "aborting", "initialization failed", "due to error", "due to fatal", "giving up",
    "not loaded", "errors found", "error(s) found", "error found in", "errors in ",
    "failed to start", "error initializing", "startup failed", "start failed", "bailing out",
    "quitting", "terminating",
    "compilation aborted", "aborted due to", "error found at", "exited with", "run failed with",
    "previous error", "failed to post process", "loading configuration: failure",
    "test failed", "shutting down", "errors were found", "cannot continue", "stopping",
    "errors occurred", "exit code", "rsync error:", "failed to push some refs",
    "and therefore could not", "contains errors", "dependency problems", "error processing",
    "build failed", "execution error (", "compile error", "fatal error.", "fatal errors.",
    "all done, errors", "errors reading or parsing", "aborted with", "could not sqlconnect",
    "failed to set dynamic section sizes", "verification failed.", "errors while running",
    "the authenticity of host", "crash dump is being written", "held broken packages", "had errors",
    "unrecoverable config error", "has fatal error", "bad unit file setting", "found error in",
    "getopt_long() error",
    "compilation failed in require", "a fatal exception has occurred",
    "could not create the java virtual machine", "begin error output stream",
    "unknown system error", "generate step failed", "configuring incomplete",
    "were encountered while processing", "error occurred at line", "could not be read.",
  ]

  /// What stands in quotation marks, without those of a contraction.
  static func quoted(in line: String) -> [String] {
    var found: [String] = []
    var open: (mark: Character, start: String.Index)?
    var before: Character = " "
    for index in line.indices {
      let mark = line[index]
      if let begun = open {
        if closes(mark, begun.mark) {
          let text = String(line[line.index(after: begun.start)..<index])
          if (2...120).contains(text.count) { found.append(text) }
          open = nil
        }
      } else if opening.contains(mark), !before.isLetter, !before.isNumber {
        open = (mark, index)
      }
      before = mark
    }
    return found
  }

  private static let opening: Set<Character> = ["'", "\"", "`", "‘", "“", "«"]

  private static func closes(_ mark: Character, _ opened: Character) -> Bool {
    switch opened {
    case "`": mark == "'" || mark == "`"
    case "‘": mark == "’"
    case "“": mark == "”"
    case "«": mark == "»"
    default: mark == opened
    }
  }

  /// The number of `line 3` where the words name no file for it.
  static func bareLineNumber(in line: String) -> Int? {
    // Of a program that was given as text or is typed in: `File "<string>", line 3`.
    if line.contains("\"<") { return nil }
    let words = line.split { " ,;:()[]".contains($0) }
    for (word, next) in zip(words, words.dropFirst())
    where word.lowercased() == "line" || word.lowercased() == "lines" {
      if let number = Int(next), number > 0 { return number }
    }
    return nil
  }
}
