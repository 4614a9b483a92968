/// The module that an interpreter did not find, taken from its words.
struct SoughtModule: Equatable {
  /// Its name, as the program asks for it.
  var name: String
  /// The files that would be it, by the ends of their paths.
  var files: [String]
  /// What would install it.
  var installation: String?

  /// What `line` says is missing; nil if it is no such line.
  init?(_ line: String) {
    if let name = Self.name(after: "No module named ", in: line) {
      let path = name.replacing(".", with: "/")
      self.init(
        name: name, files: [path + ".py", path + "/__init__.py"],
        installation: "python3 -m pip install "
          + (name.split(separator: ".").first.map(String.init) ?? name))
    } else if let name = Self.name(after: "Cannot find module ", in: line)
      ?? Self.name(after: "Cannot find package ", in: line)
    {
      let isFile = name.hasPrefix(".") || name.hasPrefix("/")
      let parts = name.split(separator: "/").prefix(name.hasPrefix("@") ? 2 : 1)
      self.init(
        name: name, files: isFile ? [] : ["node_modules/" + name],
        installation: isFile ? nil : "npm install " + parts.joined(separator: "/"))
    } else if let name = Self.name(after: "cannot load such file -- ", in: line) {
      self.init(name: name, files: [name + ".rb"], installation: "gem install " + name)
    } else if let name = Self.name(after: "find or load main class ", in: line) {
      self.init(
        name: name, files: [name.replacing(".", with: "/") + ".class"], installation: nil)
    } else if let name = Self.name(after: "ClassNotFoundException: ", in: line)
      ?? Self.name(after: "NoClassDefFoundError: ", in: line)
    {
      self.init(
        name: name.replacing("/", with: "."), files: [name.replacing(".", with: "/") + ".class"],
        installation: nil)
    } else if let name = Self.name(after: "Can't locate ", in: line), name.hasSuffix(".pm") {
      self.init(
        name: name, files: [name],
        installation: "cpan " + name.dropLast(3).replacing("/", with: "::"))
    } else if let name = Self.name(after: "module '", in: line), line.contains("' not found") {
      let path = name.replacing(".", with: "/")
      self.init(
        name: name, files: [path + ".lua", path + "/init.lua"],
        installation: "luarocks install " + name)
    } else if let name = Self.name(after: "package configuration file provided by ", in: line) {
      self.init(
        name: name, files: [name + "Config.cmake", name.lowercased() + "-config.cmake"],
        installation: nil)
    } else if let name = Self.name(after: "No package ", in: line), line.contains("' found") {
      self.init(name: name, files: [name + ".pc"], installation: nil)
    } else {
      return nil
    }
  }

  private init(name: String, files: [String], installation: String?) {
    self.name = name
    self.files = files
    self.installation = installation
  }

  private static func name(after phrase: String, in line: String) -> String? {
    guard let found = line.firstRange(of: phrase) else { return nil }
    let rest = line[found.upperBound...].drop { "'\"‘`".contains($0) }
    let name = rest.prefix { !"'\"’` ,;()".contains($0) && !$0.isWhitespace }
    return name.isEmpty || name.utf8.count > 200 ? nil : String(name)
  }
}
