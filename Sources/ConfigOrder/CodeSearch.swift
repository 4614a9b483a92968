internal import TraceEvents
internal import History

/// Tells the search for a program's own code, along a path that begins in a place of configuration,
/// from the search for configuration that is written in the program's language.
///
/// Emacs looks for each of its libraries in /etc/emacs first, fish for each function in
/// ~/.config/fish/functions: none is missed there.
struct CodeSearch {
  /// From so many names on that one directory lacks, it is a place on a search path.
  private static let many = 4

  /// The names, without suffixes, of what was found where packages keep their data.
  private var found: Set<Substring> = []
  /// The same with the directory that it is in: `colorschemes/default.py`.
  private var foundPlaces: Set<String> = []
  /// The names that were looked for where programs are.
  private var programs: Set<String> = []
  /// The files that were read.
  private var files: Set<String> = []
  /// The directories in which compiled code was looked for in vain: `org/app/` of a path of classes.
  private var lackingCompiled: Set<String> = []
  /// How many files of code a directory lacks; negative for one that has some.
  private var lacking: [String: Int] = [:]
  private let isTried: (String) -> Bool

  init(_ tries: [PathTry], isTried: @escaping (String) -> Bool) {
    self.isTried = isTried
    for tried in tries where !tried.isDirectory {
      let base = PathName.base(of: tried.path)
      if ConfigurationPlaces.isProgram(tried.path) { programs.insert(base) }
      if tried.status == .read { files.insert(tried.path) }
      if tried.status != .missing {
        if ConfigurationPlaces.isStore(tried.path) {
          found.insert(ConfigurationPlaces.codeStem(of: base))
          foundPlaces.insert(Self.place(of: tried.path))
        }
        if ConfigurationPlaces.isCodeName(base) {
          lacking[PathName.directory(of: tried.path)] = -Self.many * tries.count
        }
      } else if ConfigurationPlaces.isCodeName(base) {
        lacking[PathName.directory(of: tried.path), default: 0] += 1
      } else if ConfigurationPlaces.isCompiledCode(base) {
        lackingCompiled.insert(PathName.directory(of: tried.path))
      }
    }
  }

  /// True if `tried` is a step of such a search.
  func includes(_ tried: PathTry) -> Bool {
    guard tried.status == .missing else { return false }
    let path = tried.path
    let base = PathName.base(of: path)
    // What is looked for below a file: is it a disc, an archive?
    let directory = PathName.directory(of: path)
    if files.contains(directory) || lackingCompiled.contains(directory) { return true }
    if ConfigurationPlaces.suffix(of: base).isEmpty, programs.contains(base),
      !ConfigurationPlaces.isDirectoryOfConfiguration(directory)
    {
      return true
    }
    guard ConfigurationPlaces.isCodeName(base) else {
      // `early-init`, which is `early-init.el` for most.
      return ConfigurationPlaces.suffix(of: base).isEmpty
        && ConfigurationPlaces.codeSuffixes.contains { isTried("\(path).\($0)") }
    }
    if ConfigurationPlaces.isCodeName(String(base.dropLast(suffixLength(base)))) { return true }
    if isModule(path, base) { return true }
    if ConfigurationPlaces.saysConfiguration(code: base) {
      return foundPlaces.contains(Self.place(of: path))
    }
    return found.contains(ConfigurationPlaces.codeStem(of: base))
      || lacking[directory] ?? 0 >= Self.many
  }

  /// True for one of the two forms that a module can have, if both were looked for: `name.lua` and
  /// `name/init.lua`.
  private func isModule(_ path: String, _ base: String) -> Bool {
    let suffix = ConfigurationPlaces.suffix(of: base)
    if base == "init.\(suffix)", isTried("\(PathName.directory(of: path)).\(suffix)") {
      return true
    }
    return isTried("\(path.dropLast(suffix.utf8.count + 1))/init.\(suffix)")
  }

  /// The last directory and the name without suffixes.
  private static func place(of path: String) -> String {
    PathName.base(of: PathName.directory(of: path)) + "/"
      + ConfigurationPlaces.codeStem(of: PathName.base(of: path))
  }

  private func suffixLength(_ base: String) -> Int {
    ConfigurationPlaces.suffix(of: base).count + 1
  }
}
