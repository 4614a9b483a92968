internal import History
internal import TraceEvents

/// Which paths can be configuration, by their place and name: the rules that read the lists of
/// Heuristics/configuration.conf. Nothing here knows a particular program.
enum ConfigurationPlaces {
  /// True if place or name make `path` likely configuration, for a process in these circumstances.
  ///
  /// This is asked of every path that a target touches, and so looks at the cheap signs first.
  static func isLikely(_ path: String, _ circumstances: Circumstances) -> Bool {
    let base = PathName.base(of: path)
    if isDataName(base) { return false }
    if plainCodeSuffixes.contains(suffix(of: base)), !names.contains(base),
      !saysConfiguration(code: base), !isCodeThatConfigures(path)
    {
      return false
    }
    if dataPrefixes.begin(path) { return base == "pyvenv.cfg" }
    let isInStore = isStore(path)
    if !isInStore, anywhere.contains(suffix(of: base)) { return true }
    if dataParts.occurs(in: path + "/") { return false }
    if prefixes.begin(path) { return true }
    let isCode = isCodeName(base) && !names.contains(base)
    if isInStore {
      return isFileNamed(base, after: circumstances.name) || path.contains("/etc/")
    }
    if let home = circumstances.variables.home, home.utf8.count > 1, path.hasPrefix(home + "/") {
      let below = path.dropFirst(home.utf8.count + 1)
      if below == ".config" || below == ".local" { return false }
      if below.hasPrefix(".local/") { return looksLikeConfiguration(base) }
      if below.hasPrefix("."), !below.hasPrefix("..") {
        if base.count == below.count || below.hasPrefix(".config/") { return true }
        let folder = below.dropFirst().prefix { $0 != "/" }
        let name = folder.hasSuffix(".d") ? folder.dropLast(2) : folder
        if isNamed(String(name), after: circumstances.name) { return true }
      }
    }
    // `webpack.config.js`, `.eslintrc.cjs`
    if isCode { return !isInStore && saysConfigurationInDots(base) }
    if isFileNamed(base, after: circumstances.name) { return true }
    return looksLikeConfiguration(base) || parts.occurs(in: path)
  }

  /// True for the files that every program touches and no program owns.
  static func isSystemWide(_ path: String) -> Bool {
    systemWide.contains(path) || systemWidePrefixes.begin(path + "/")
  }

  /// True if a name by itself says configuration.
  static func looksLikeConfiguration(_ base: String) -> Bool {
    if names.contains(base) { return true }
    if base.hasPrefix("."), base.utf8.count > 3,
      dotEnds.contains(where: { base.hasSuffix($0) })
    {
      return true
    }
    if base.hasSuffix("rc"), !base.contains("."), base.utf8.count > 4,
      !plainRunNames.contains(where: { base.hasSuffix($0) })
    {
      return true
    }
    return suffixes.contains(suffix(of: base))
  }

  /// True for a name with a suffix of configuration: `app.conf`.
  static func hasSuffixOfConfiguration(_ base: String) -> Bool {
    suffixes.contains(suffix(of: base))
  }

  /// True for a file of code whose name before its own suffix is one of configuration.
  private static func saysConfigurationInDots(_ base: String) -> Bool {
    let stem = String(base.dropLast(suffix(of: base).count + 1))
    return stem.hasPrefix(".") && looksLikeConfiguration(stem)
      || suffixes.contains(suffix(of: stem))
  }

  /// The letters of a program's name, without a version: `php` of `php8.2`.
  private static func stem(of program: String) -> Substring {
    program.lowercased().prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
  }

  /// True if a file's name is the program's with a sign of configuration: `npmrc`.
  private static func isFileNamed(_ base: String, after program: String) -> Bool {
    let stem = stem(of: program)
    return stem.utf8.count >= 2 && base == stem + "rc"
  }

  /// True for a file of the working directory that is called after the program: `mkdocs.yml`,
  /// `dub.settings.json`, `.indent.pro`, `.style.yapf`, `.le.syntax`, `Caddyfile`.
  static func isNamedAtWork(_ path: String, _ circumstances: Circumstances) -> Bool {
    guard PathName.directory(of: path) == circumstances.workingDirectory else { return false }
    let base = PathName.base(of: path).lowercased()
    var stem = stem(of: circumstances.name)
    // `yapf3`
    while stem.last?.isNumber == true { stem.removeLast() }
    guard stem.utf8.count >= 2, base.contains(stem), !isDataName(base), !isCodeName(base) else {
      return false
    }
    if stem.utf8.count == 2 { return base.hasPrefix(".\(stem).") }
    let suffix = suffix(of: base)
    if base.hasPrefix(".") {
      // `.style.yapf`, `.rubocop`, `.indent.pro`, `.vagrantplugins`
      let rest = base.dropFirst().hasPrefix(stem) ? base.dropFirst(1 + stem.utf8.count) : nil
      return suffix == stem
        || rest.map { $0.isEmpty || $0.hasPrefix(".") || $0.allSatisfy(\.isLetter) } == true
    }
    if base == stem + "file" { return true }
    guard handwritten.contains(suffix) || documents.contains(suffix), base.hasPrefix(stem) else {
      return false
    }
    let rest = base.dropFirst(stem.utf8.count).dropLast(suffix.utf8.count + 1)
    return rest.isEmpty || directoryNames.occurs(in: String(rest))
  }

  /// True for a file with a suffix of configuration in a directory of the program's own where packages
  /// keep their data: /usr/share/PROGRAM/default.conf/PROGRAM.conf.
  static func isOwnStore(_ path: String, of program: String) -> Bool {
    let stem = stem(of: program)
    return stem.utf8.count >= 2 && isStore(path) && path.contains("/\(stem)/")
      && hasSuffixOfConfiguration(PathName.base(of: path))
  }

  /// True in the directories of fonts, packages and the like, that are no place of configuration.
  static func isInData(_ path: String) -> Bool { dataParts.occurs(in: path + "/") }

  /// True for a name that files of many programs have.
  static func isCommonName(_ base: String) -> Bool { names.contains(base) }

  /// True if a directory's name is the program's, or one of the two begins as the other: `.mutt`.
  private static func isNamed(_ name: String, after program: String) -> Bool {
    let stem = stem(of: program)
    let name = name.lowercased()
    guard stem.utf8.count >= 2 else { return false }
    if name == stem { return true }
    return stem.utf8.count >= 4 && name.utf8.count >= 4 && !name.contains(".")
      && (stem.hasPrefix(name) || name.hasPrefix(stem))
  }

  /// True for paths that are never configuration, wherever they are and whoever named them.
  static func isExcluded(_ path: String) -> Bool {
    // A directory counts as what lies in it.
    let place = path + "/"
    if neverPrefixes.begin(place) {
      // What is configured until the next start: /run/tmpfiles.d.
      guard path.hasPrefix("/run/"), place.contains(".d/") else { return true }
    }
    if neverParts.occurs(in: place) { return true }
    return neverSuffixes.contains(suffix(of: PathName.base(of: path)))
  }

  /// True for a file of code in a directory of such as a program runs when it starts.
  private static func isCodeThatConfigures(_ path: String) -> Bool {
    let directory = PathName.base(of: PathName.directory(of: path)).lowercased()
    return codeDirectoryEnds.contains { directory.hasSuffix($0) }
  }

  /// A name without the suffixes of code and of its compiled and compressed forms.
  static func codeStem(of base: String) -> Substring {
    var stem = base[...]
    while case let end = suffix(of: String(stem)), !end.isEmpty,
      codeSuffixes.contains(end) || plainCodeSuffixes.contains(end) || dataSuffixes.contains(end)
    {
      stem = stem.dropLast(end.count + 1)
    }
    return stem
  }

  /// True for the name of compiled code that is looked for along a path, with what belongs to it.
  static func isCompiledCode(_ base: String) -> Bool {
    compiledSuffixes.contains(suffix(of: base))
  }

  /// True for the name of a program's code, which is configuration only in a place of such.
  static func isCodeName(_ base: String) -> Bool {
    codeSuffixes.contains(suffix(of: base)) || plainCodeSuffixes.contains(suffix(of: base))
  }

  /// True for the name of code that is no configuration even in a place of such.
  static func isCodeAlone(_ base: String) -> Bool {
    plainCodeSuffixes.contains(suffix(of: base)) && !saysConfiguration(code: base)
  }

  /// True for a name of code by which it is configuration wherever a script reads it: `config.sh`.
  static func isSettingsOfScript(_ base: String) -> Bool {
    codeSuffixes.contains(suffix(of: base)) && saysConfiguration(code: base)
  }

  /// True if a file of code is configuration by its name: `settings.py`.
  static func saysConfiguration(code base: String) -> Bool {
    let name = String(codeStem(of: base.lowercased()))
    return codeNameParts.occurs(in: name)
      || codeNameEnds.contains { name.hasSuffix($0) }
  }

  /// True for a name that is one of data, unless something else speaks for the file.
  static func isDataName(_ base: String) -> Bool {
    if names.contains(base) { return false }
    if dataNames.contains(base) { return true }
    let suffix = suffix(of: base)
    if dataSuffixes.contains(suffix) { return true }
    // `session.conf`, `session.d`
    if suffixes.contains(suffix) || suffix == "d" { return false }
    if base.hasSuffix("~") || dataNameParts.occurs(in: base) { return true }
    let name = base.lowercased()
    return dataNameEnds.contains { name.hasSuffix($0) }
  }

  /// True where packages keep their data: a directory there that led to nothing says nothing.
  static func isStore(_ path: String) -> Bool { stores.begin(path) }

  /// True for a name of data that includes make configuration all the same: `include rules.txt`.
  static func isPlainData(_ base: String) -> Bool { plainData.contains(suffix(of: base)) }

  /// True for a name of a form that data has as well: `data.json`.
  static func isDocument(_ base: String) -> Bool { documents.contains(suffix(of: base)) }

  /// True for a name of a form in which people write both settings and data: `defaults.yaml`.
  static func isWrittenByHand(_ base: String) -> Bool { handwritten.contains(suffix(of: base)) }

  /// True if a directory's name says that configuration lies in it: `conf.d`, `app.d`.
  static func isDirectoryOfConfiguration(_ path: String) -> Bool {
    path.hasSuffix(".d") || directoryNames.occurs(in: PathName.base(of: path))
  }

  /// True if a file's suffix is short for a program's name: `ovpn` for openvpn, `nft`.
  static func isType(of base: String, named program: String) -> Bool {
    let suffix = suffix(of: base.lowercased())
    var rest = stem(of: program)
    guard suffix.utf8.count >= 3, suffix.first == rest.first else { return false }
    for letter in suffix {
      guard let place = rest.firstIndex(of: letter) else { return false }
      rest = rest[rest.index(after: place)...]
    }
    return true
  }

  /// True below the directories that are for configuration alone.
  static func isPlace(_ path: String) -> Bool { prefixes.begin(path) }

  /// True in the directories of temporary files.
  static func isTemporary(_ path: String) -> Bool { temporary.begin(path) }

  /// True in the directories of programs.
  static func isProgram(_ path: String) -> Bool { dataPrefixes.begin(path) }

  /// What follows the last dot of a name; nothing for one that only begins with a dot.
  static func suffix(of base: String) -> String {
    guard let dot = base.utf8.lastIndex(of: UInt8(ascii: ".")), dot != base.startIndex else {
      return ""
    }
    return String(base[base.utf8.index(after: dot)...])
  }

  private static let temporary = PathPrefixes(signs["places: prefixes of temporary files"])
  private static let signs = ConfigurationSigns.embedded
  private static let prefixes = PathPrefixes(
    signs["places: prefixes below which files are configuration"])
  private static let parts = signs.words(
    "places: parts of a path below which files are configuration")
  private static let stores = PathPrefixes(
    signs["places: where programs keep data, so that a name alone says little"])
  private static let suffixes = signs.set("names: suffixes")
  private static let anywhere = signs.set("names: suffixes, wherever the file is")
  private static let names = signs.set("names: whole")
  private static let neverPrefixes = PathPrefixes(signs["never: prefixes"])
  private static let neverParts = signs.words("never: parts of a path")
  private static let neverSuffixes = signs.set(
    "data: suffixes that are looked for and never configuration")
  private static let dataPrefixes = PathPrefixes(
    signs["data: prefixes, unless a line or an option names the file"])
  private static let dataParts = signs.words(
    "data: parts of a path, unless a line or an option names the file")
  /// The suffixes of languages that programs are configured in.
  static let codeSuffixes = signs.set(
    "code: suffixes of what is configuration in a place of configuration, and nowhere else")
  private static let plainCodeSuffixes = signs.set(
    "code: suffixes of what is configuration there if its name says so as well")
  private static let compiledSuffixes = signs.set(
    "code: suffixes of compiled code that is looked for along a path, with what belongs to it")
  private static let dotEnds = signs["names: ends of those that begin with a dot"]
  private static let plainRunNames = signs["names: ends of those that are no configuration by rc"]
  private static let plainData = signs.set(
    "data: suffixes of what is configuration if a line includes it")
  private static let documents = signs.set("data: suffixes of documents, which can be either")
  private static let handwritten = signs.set("data: suffixes of documents that people write")
  private static let directoryNames = signs.words("places: parts of the names of directories")
  private static let codeDirectoryEnds = signs[
    "code: directories of such files, by the end of their name"]
  private static let codeNameEnds = signs["code: ends of such names, before the suffix"]
  private static let codeNameParts = signs.words("code: parts of such names")
  private static let dataSuffixes = signs.set(
    "data: suffixes, unless a line or an option names the file")
  private static let dataNames = signs.set("data: names, whole")
  private static let dataNameEnds = signs["data: ends of a name"]
  private static let dataNameParts = signs.words("data: parts of a name")
  private static let systemWide = signs.set("system-wide: files")
  private static let systemWidePrefixes = PathPrefixes(signs["system-wide: prefixes"])
}
