internal import TraceEvents
internal import History

/// A module, library or class that an interpreter says it could not find.
struct MissingModule: Equatable {
  /// Whose module it is, which decides how it is installed.
  enum Language: String {
    case python = "Python"
    case perl = "Perl"
    case ruby = "Ruby"
    case node = "Node.js"
    case java = "Java"
    case lua = "Lua"
    case php = "PHP"
    case tcl = "Tcl"
    case go = "Go"
    case rust = "Rust"
    case cmake = "CMake"
    case pkgConfig = "pkg-config"
    case r = "R"
  }

  let language: Language
  /// As the program writes it: `Acme::Widget`, `socket.http`, `com.acme.Main`.
  let name: String

  /// The module that a line of complaint names; nil for a file that is named by its path, which is
  /// found, or not, like any other.
  init?(in line: String) {
    for (before, after, language) in Self.notations {
      guard let start = line.firstRange(of: before)?.upperBound else { continue }
      let rest = line[start...]
      // What stands behind the name belongs to the notation, but for a blank at the line's end.
      guard after.isEmpty || after == " " || rest.contains(after) else { continue }
      // A sentence can go on behind it: "No module named app.__main__; 'app' is a package …".
      let name = String(
        after.isEmpty ? rest.prefix { !$0.isWhitespace && $0 != ";" } : rest.upTo(after))
      guard !name.isEmpty, name.utf8.count < 200, !name.hasPrefix("."), !name.hasPrefix("/"),
        !name.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "`" }),
        // What every program of Rust has is missing for a target that is not installed.
        language != .rust || !["std", "core", "alloc", "test"].contains(name)
      else { continue }
      self.language = language
      self.name = language == .perl ? Self.perlName(name) : name
      return
    }
    return nil
  }

  private init(_ language: Language, _ name: String) {
    self.language = language
    self.name = name
  }

  /// What stands before and behind the name, in the words of each interpreter.
  private static let notations: [(before: String, after: String, Language)] = [
    ("No module named '", "'", .python), ("No module named ", "", .python),
    ("Can't locate loadable object for module ", " in @INC", .perl),
    ("Can't locate ", " in @INC", .perl),
    ("cannot load such file -- ", " ", .ruby), ("Could not find gem '", "'", .ruby),
    ("Cannot find module '", "'", .node), ("Cannot find package '", "'", .node),
    ("ClassNotFoundException: ", "", .java), ("NoClassDefFoundError: ", "", .java),
    ("Could not find or load main class ", "", .java),
    (" module '", "' not found", .lua), ("can't find package ", "", .tcl),
    ("Call to undefined function ", "(", .php),
    ("Could not find ", " in any of the sources", .ruby),
    ("Could not find ", " in locally installed gems", .ruby),
    ("no required module provides package ", ";", .go),
    ("cannot find module providing package ", ":", .go),
    ("package ", " is not in GOROOT", .go), ("package ", " is not in std", .go),
    ("no matching package named `", "`", .rust), ("failed to get `", "`", .rust),
    ("can't find crate for `", "`", .rust), ("cannot find module or crate `", "`", .rust),
    ("use of undeclared crate or module `", "`", .rust),
    ("there is no package called ‘", "’", .r), ("there is no package called '", "'", .r),
    ("package configuration file provided by \"", "\"", .cmake),
    ("Could NOT find ", " ", .cmake), ("Dependency \"", "\" not found", .pkgConfig),
    ("Package ", " was not found in the pkg-config search path", .pkgConfig),
    ("Package '", "', required by", .pkgConfig), ("No package '", "' found", .pkgConfig),
  ]

  /// `Acme/Widget.pm` is how Perl looks for `Acme::Widget`.
  private static func perlName(_ file: String) -> String {
    guard file.hasSuffix(".pm") else { return file }
    return String(file.dropLast(3)).replacing("/", with: "::")
  }

  /// The end that all places have in common where its interpreter looks for it, without extension.
  var relativePath: String {
    switch language {
    case .perl: name.replacing("::", with: "/")
    case .python, .java, .lua: name.replacing(".", with: "/")
    case .ruby, .node, .php, .tcl, .go, .rust, .cmake, .pkgConfig, .r: name
    }
  }

  /// The names that Debian's packages of such modules have, likeliest first (its policies for
  /// Python, Perl, Ruby, Node.js, Lua and PHP).
  var packageNames: [String] {
    let lower = name.lowercased()
    let first = lower.split(whereSeparator: { ".:/".contains($0) }).first.map(String.init) ?? lower
    let dashed = lower.replacing("::", with: "-").replacing("/", with: "-")
    switch language {
    case .python:
      let plain = first.replacing("_", with: "-")
      return ["python3-\(plain)"] + Self.pythonNames[first, default: []]
    case .perl: return ["lib\(dashed)-perl"]
    case .ruby: return ["ruby-\(dashed.replacing("_", with: "-"))"]
    case .node: return ["node-\(dashed.replacing("@", with: ""))"]
    case .lua: return ["lua-\(first)"]
    case .tcl: return [lower, "tcl-\(lower)", "tk-\(lower.droppingPrefix("tk"))"]
    case .php:
      // Extensions put their name before that of each function.
      let prefix = String(first.prefix { $0 != "_" })
      return ["php-\(prefix)", "php-\(prefix)string"]
    case .cmake: return ["lib\(lower)-dev", "\(lower)-dev"]
    case .pkgConfig: return ["lib\(lower.droppingPrefix("lib"))-dev", "\(lower)-dev"]
    case .r: return ["r-cran-\(lower)", "r-bioc-\(lower)"]
    case .java, .go, .rust: return []
    }
  }

  /// Modules of Python whose package has another name.
  private static let pythonNames = [
    "tkinter": ["python3-tk"], "cv2": ["python3-opencv"], "bs4": ["python3-bs4"],
    "pil": ["python3-pil"], "gi": ["python3-gi"], "crypto": ["python3-pycryptodome"],
    "mysqldb": ["python3-mysqldb"], "usb": ["python3-usb"], "serial": ["python3-serial"],
    "ensurepip": ["python3-venv"], "distutils": ["python3-distutils"],
    "sklearn": ["python3-sklearn"], "dateutil": ["python3-dateutil"],
  ]

  /// The files that would be it, by the ends of their paths, likeliest first.
  var files: [String] {
    let path = relativePath
    return switch language {
    case .python: [path + ".py", path + "/__init__.py"]
    case .perl: [path + ".pm"]
    case .ruby: [path + ".rb"]
    case .node: ["node_modules/" + path]
    case .lua: [path + ".lua", path + "/init.lua"]
    case .java: [path + ".class"]
    case .cmake: [path + "Config.cmake", path.lowercased() + "-config.cmake"]
    case .pkgConfig: [path + ".pc"]
    case .r: [path + "/DESCRIPTION"]
    case .php, .tcl, .go, .rust: []
    }
  }

  /// The name of its file, to look for near ones.
  var fileName: String { PathName.base(of: files.first ?? relativePath) }

  /// What would install it, where its package has its name.
  var installation: String? {
    let first = name.split { ".:/".contains($0) }.first.map(String.init) ?? name
    switch language {
    case .python: return "python3 -m pip install " + first
    case .node:
      // The packages of an organisation begin with its name: @acme/widget.
      let parts = name.split(separator: "/").prefix(name.hasPrefix("@") ? 2 : 1)
      return "npm install " + parts.joined(separator: "/")
    case .ruby: return "gem install " + name
    case .perl: return "cpan " + name
    case .lua: return "luarocks install " + name
    case .go: return "go get " + name
    case .rust: return "cargo add " + name
    case .r: return "Rscript -e 'install.packages(\"" + name + "\")'"
    case .java, .php, .tcl, .cmake, .pkgConfig: return nil
    }
  }
}

extension StringProtocol {
  /// What stands before the first `mark`; all of it, if there is none.
  fileprivate func upTo(_ mark: String) -> SubSequence {
    firstRange(of: mark).map { self[..<$0.lowerBound] } ?? self[...]
  }

  fileprivate func droppingPrefix(_ prefix: String) -> SubSequence {
    hasPrefix(prefix) ? dropFirst(prefix.count) : self[...]
  }
}
