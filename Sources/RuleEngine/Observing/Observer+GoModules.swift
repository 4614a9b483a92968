internal import History
internal import TraceEvents

/// A package of the Go module that is built, which is not there.
struct OwnModule: Sendable {
  /// The module, as go.mod names it.
  let module: String
  /// Where the package would be.
  let directory: String
  /// A directory beside it that has nearly its name.
  var near: String?
}

extension Observer {
  /// The package that is missing, if it is one of the module of the nearest go.mod: nobody else has it.
  func ownModule(_ package: String, _ process: ProcessRecord) -> OwnModule? {
    var root = process.workingDirectory
    for _ in 0..<8 {
      let file = root + "/go.mod"
      let lines = inquiry.lines(mentioning: ["module"], in: [file])
      if let line = lines.first(where: { $0.text.hasPrefix("module ") }) {
        let module = line.text.dropFirst(7).trimmed
        guard package.hasPrefix(module + "/") else { return nil }
        let directory = root + package.dropFirst(module.utf8.count)
        var own = OwnModule(module: module, directory: directory)
        let parent = PathName.directory(of: directory)
        own.near = inquiry.similarNames(to: PathName.base(of: directory), in: parent).first
          .map { $0.hasPrefix("/") ? $0 : parent + "/" + $0 }
        return own
      }
      guard root != "/" else { return nil }
      root = PathName.directory(of: root)
    }
    return nil
  }
}
