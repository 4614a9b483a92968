internal import History
internal import TraceEvents

/// A name that a program's source has and nothing defines, and one near to it.
struct NearName: Sendable {
  let name: String
  let near: String
  /// A line that has the near one.
  let line: TextLine
}

extension Observer {
  /// How many files of source are looked into.
  private static let mostSourceFiles = 6

  /// The name near to the one that words say is not defined, in the source that uses it, in other source of
  /// the user's that was read, or in the module that the words or the names of files tell.
  func nearName(_ words: [String], _ process: ProcessRecord, in seen: LastWords) -> NearName? {
    guard seen.bestNearWord == nil, seen.tools.symbol == nil,
      let name = SourceName.find(in: words)
    else { return nil }
    let own = process.recentFiles.filter {
      Self.isSource($0) && !$0.hasPrefix("/usr/") && !$0.contains("/node_modules/")
    }
    let place = [seen.file, seen.tools.quotedPlace?.line.file].compactMap { $0 }
    // Those of the words' own module: `via package "JSON::PP"`, `from 'collections'`.
    let modules = words.flatMap { Complaint.quoted(in: $0) }.filter { $0 != name }.map {
      $0.replacing("::", with: "/").replacing(".", with: "/")
    }
    let loaded = process.recentFiles.filter { file in
      modules.contains { module in
        file.hasSuffix("/" + module + ".pm") || file.hasSuffix("/" + module + ".py")
      }
    }
    let named = words.flatMap { Mentions.tokens(of: $0) }.filter {
      $0.hasPrefix("/") && Self.isSource($0)
    }
    var known: Set<String> = []
    let files = (place + own.reversed() + loaded + named.sorted()).filter {
      known.insert($0).inserted
    }
    for file in files.prefix(Self.mostSourceFiles) {
      for near in inquiry.words(besides: name, in: [file]) where Self.isMeant(near, by: name) {
        guard let line = inquiry.lines(mentioning: [near], in: [file]).first else { continue }
        return NearName(name: name, near: near, line: line)
      }
    }
    return nil
  }

  /// True for a text file with the suffix of a language.
  private static func isSource(_ file: String) -> Bool {
    isCode(file)
      || [
        ".lua", ".tcl", ".scm", ".R", ".r", ".awk", ".ml", ".lisp", ".ex", ".exs", ".erl",
        ".jsonnet",
        ".libsonnet", ".scss", ".kt", ".scala", ".cs", ".vala", ".nim", ".pas", ".f90", ".hs",
        ".ts",
      ].contains(where: file.hasSuffix)
      ? ![".so", ".a", ".o", ".pyc", ".jar", ".class", ".jmod", ".jsa", ".node"]
        .contains(where: file.hasSuffix) : false
  }

  /// True if one name can be a slip of the other: of short ones the first letter is as it should be.
  private static func isMeant(_ near: String, by name: String) -> Bool {
    near.first == name.first && near.lowercased() != name.lowercased() + "s"
      && (near == near.uppercased()) == (name == name.uppercased())
  }
}
