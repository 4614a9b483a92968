internal import TraceEvents
internal import History

/// The paths that the command line and the environment of a process name.
struct GivenPaths: Sendable {
  /// What named a path, and how.
  struct Origin: Equatable, Sendable {
    var origin: ConfigurationOrigin
    /// True if the path itself is named, false for a directory that it is in.
    var isExact: Bool
    /// True if the name of the option or variable says configuration.
    var saysConfiguration: Bool
    /// The option that stands before a word of the command line, whose value it can be.
    var option: String?
    /// True if the option is one of a script that an interpreter runs.
    var isOfScript = false
  }

  let generation: Int
  private var exact: [String: Origin] = [:]
  /// Directories, longest first.
  private var directories: [(path: String, origin: Origin)] = []

  private static let most = 1000

  init(of process: ProcessRecord, variables: VariablePaths) {
    generation = process.generation
    for variable in variables.paths {
      add(
        variable.path, .variable(name: String(variable.name)),
        saysConfiguration: NameSigns.isConfiguration(variable: variable.name), process)
    }
    addWords(of: process)
    directories = exact.filter { $0.value.canBePlace }
      .map { ($0.key + "/", Origin(below: $0.value)) }
      .sorted { ($1.path.utf8.count, $0.path) < ($0.path.utf8.count, $1.path) }
  }

  private mutating func addWords(of process: ProcessRecord) {
    var option: Substring?
    var words = process.arguments.dropFirst()
    // A daemon may have written its own title: `nginx: master process nginx -c /srv/nginx.conf`.
    if words.isEmpty, let title = process.arguments.first, title.contains(" -") {
      words = title.split(separator: " ").map(String.init)[...]
    }
    for argument in words {
      guard argument.hasPrefix("-") else {
        if argument.hasPrefix("@/") {
          // A file with more of the command line.
          add(argument.dropFirst(), .argument, saysConfiguration: true, process)
        } else if let option, NameSigns.isConfiguration(option: option) {
          add(argument[...], .option(name: String(option)), saysConfiguration: true, process)
        } else if argument.contains("/") || argument.contains(".") {
          add(
            argument[...], .argument, saysConfiguration: false, behind: option.map(String.init),
            process)
        }
        option = nil
        continue
      }
      option = argument.prefix { $0 != "=" }
      if let equals = argument.firstIndex(of: "=") {
        let name = argument[..<equals]
        add(
          argument[argument.index(after: equals)...], .option(name: String(name)),
          saysConfiguration: NameSigns.isConfiguration(option: name)
            || !NameSigns.isData(option: name),
          process)
        option = nil
      } else if argument.utf8.count > 3, !argument.hasPrefix("--"),
        let slash = argument.firstIndex(of: "/"),
        slash == argument.index(argument.startIndex, offsetBy: 2)
      {
        // `-f/etc/app.conf`
        let name = argument[..<slash]
        add(
          argument[slash...], .option(name: String(name)),
          saysConfiguration: NameSigns.isConfiguration(option: name), process)
        option = nil
      }
    }
  }

  private mutating func add(
    _ word: Substring, _ origin: ConfigurationOrigin, saysConfiguration: Bool,
    behind option: String? = nil, _ process: ProcessRecord
  ) {
    guard !word.isEmpty, exact.count < Self.most else { return }
    let path = PathName.absolute(String(word), from: process.workingDirectory)
    guard path.utf8.count > 1 else { return }
    if let known = exact[path], known.saysConfiguration, !saysConfiguration { return }
    exact[path] = Origin(
      origin: origin, isExact: true, saysConfiguration: saysConfiguration, option: option,
      isOfScript: process.arguments.dropFirst().first?.hasPrefix("/") == true)
  }

  /// True if a word of the command line names a file in the directory of `path`.
  func hasArgument(beside path: String) -> Bool {
    let directory = PathName.directory(of: path)
    return exact.contains {
      $0.value.origin == .argument && PathName.directory(of: $0.key) == directory
    }
  }

  /// What names `path`, or the nearest directory around it; nil if nothing does.
  func origin(of path: String) -> Origin? {
    if let origin = exact[path] { return origin }
    return directories.first { path.hasPrefix($0.path) }?.origin
  }
}

extension GivenPaths.Origin {
  /// False for a variable whose name says nothing of the files below its value.
  fileprivate var canBePlace: Bool {
    if case .variable(let name) = origin { NameSigns.isPlace(variable: name) } else { true }
  }

  /// What names a directory, for what lies in it: an option has to say configuration by its own name
  /// then, `--admindir=/var/lib/dpkg` does not.
  fileprivate init(below other: Self) {
    self = other
    isExact = false
    if case .option(let name) = origin {
      saysConfiguration = saysConfiguration && NameSigns.isConfiguration(option: name)
    }
  }
}

/// The paths that an environment names.
struct VariablePaths: Sendable {
  let environment: [String]
  let home: String?
  /// Each value that is an absolute path, or a list of such, and the variable.
  private(set) var paths: [(path: Substring, name: Substring)] = []

  init(of environment: [String]) {
    self.environment = environment
    home = environment.first { $0.hasPrefix("HOME=") }.map { String($0.dropFirst(5)) }
    // Most are no paths: bytes are looked at, not characters.
    for variable in environment {
      let bytes = variable.utf8
      guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
      var start = bytes.index(after: equals)
      // `LUA_INIT=@/srv/init.lua`: what a file holds.
      if start < bytes.endIndex, bytes[start] == UInt8(ascii: "@") {
        start = bytes.index(after: start)
      }
      guard start < bytes.endIndex, bytes[start] == UInt8(ascii: "/") else { continue }
      let name = variable[..<equals]
      guard !NameSigns.isOther(variable: name) else { continue }
      for path in variable[start...].split(separator: ":") where path.hasPrefix("/") {
        paths.append((path, name))
      }
    }
  }
}
