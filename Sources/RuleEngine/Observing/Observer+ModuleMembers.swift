internal import History
internal import TraceEvents

/// A name that words miss in a module of Python, and what the module has in its place.
struct ModuleMember: Sendable {
  let name: String
  /// Path of the module's source.
  let file: String
  /// The one object that the module makes, or the one with a like name, with the line; nil where there are
  /// several.
  let made: (name: String, line: Int)?
}

// Servers that are told which object of which module to serve: `main:app`.
extension Observer {
  /// How they say that it is not there; the words quote name and module, in this or the other order.
  private static let phrases: [(words: [String], nameIsFirst: Bool)] = [
    (["Attribute ", " not found in module "], true),
    (["Failed to find attribute ", " in "], true),
    (["Module ", " has no attribute "], false),
  ]

  /// The name that the first of some lines to do so misses in a module whose source lies in the working directory.
  func moduleMember(_ lines: [String], _ process: ProcessRecord) -> ModuleMember? {
    lines.lazy.compactMap { self.moduleMember($0, process) }.first
  }

  private func moduleMember(_ line: String, _ process: ProcessRecord) -> ModuleMember? {
    guard let phrase = Self.phrases.first(where: { $0.words.allSatisfy(line.contains) }) else {
      return nil
    }
    let quoted = Complaint.quoted(in: line)
    guard quoted.count == 2 else { return nil }
    let (name, module) =
      phrase.nameIsFirst ? (quoted[0], quoted[1]) : (quoted[1], quoted[0])
    guard !module.contains("/"), !name.contains("/") else { return nil }
    let path = process.workingDirectory + "/" + module.replacing(".", with: "/")
    guard
      let file = [path + ".py", path + "/__init__.py"].first(where: { file in
        if case .exists? = inquiry.pathWalk(file)?.end { true } else { false }
      })
    else { return nil }
    let made = inquiry.lines(around: 1, of: file, context: 50).compactMap { line in
      Self.object(madeBy: line.text).map { (name: $0, line: line.number) }
    }
    let near = made.filter { $0.name.hasPrefix(name) || name.hasPrefix($0.name) }
    let one = near.count == 1 ? near[0] : made.count == 1 ? made[0] : nil
    return ModuleMember(name: name, file: file, made: one)
  }

  /// The object of a module that a line at its top level makes: `app = Flask(__name__)`, `async def app(…)`.
  private static func object(madeBy line: String) -> String? {
    let isName = { (text: Substring) in
      !text.isEmpty && text.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
    for start in ["async def ", "def ", "class "] where line.hasPrefix(start) {
      let name = line.dropFirst(start.count).prefix { $0 != "(" && $0 != ":" && $0 != " " }
      return isName(name) ? String(name) : nil
    }
    let parts = line.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, parts[1].contains("("), line.first?.isWhitespace == false else {
      return nil
    }
    let name = parts[0].trimmed
    return isName(name[...]) ? name : nil
  }
}
