internal import History
internal import OrderedCollections
internal import TraceEvents

/// Configuration that neither place nor name tell, but what is around it: the package, the script, the
/// directory.
extension ConfigurationChoice {
  /// What is called like a file of configuration that the same process looked for at a place of its own,
  /// in the directory that it works in or in one of its own in the home directory, if there is one of
  /// them: `.ghci` beside `~/.ghci`, `rakefile` beside `Rakefile`; or, without the dot, beside what it read:
  /// CVSROOT/cvsignore, which is `~/.cvsignore` for a person.
  func twins(besides code: CodeSearch) -> [Int] {
    var names: [String: Bool] = [:]
    // Directories in which configuration was read, and names that are.
    var places: Set<String> = []
    for index in tries.indices where isChosen[index] && !tries[index].isDirectory {
      if tries[index].status == .read {
        places.insert(Self.identity(PathName.directory(of: tries[index].path), tries[index]))
      }
      places.insert(Self.identity(PathName.base(of: tries[index].path), tries[index]))
      guard tries[index].given?.isExact != true else { continue }
      names[Self.nameOfTwin(tries[index]), default: false] =
        names[Self.nameOfTwin(tries[index])] == true || tries[index].status != .missing
    }
    guard !names.isEmpty else { return [] }
    return tries.indices.filter { index in
      let tried = tries[index]
      guard !isChosen[index], !tried.isDirectory, !tried.isMade, !tried.isWritten,
        tried.given?.isExact != true, !order.sockets.contains(tried.path),
        !order.hasRun(tried.path),
        let isThere = names[Self.nameOfTwin(tried)],
        isThere || tried.status != .missing || isPersonalToo(tried) || isStoredSettings(tried),
        !ConfigurationPlaces.isInData(tried.path),
        !ConfigurationPlaces.isDataName(PathName.base(of: tried.path)), !code.includes(tried),
        !isWordOfCommand(tried, PathName.base(of: tried.path))
      else { return false }
      return isAtOwnPlace(tried) || isStoredSettings(tried)
        || places.contains(Self.identity(PathName.directory(of: tried.path), tried))
          && places.contains(Self.identity("." + PathName.base(of: tried.path), tried))
    }
  }

  /// True for a name of settings, and not everybody's, where packages keep their data:
  /// /usr/lib/sasl2/app.conf for /etc/sasl2/app.conf.
  private func isStoredSettings(_ tried: PathTry) -> Bool {
    let base = PathName.base(of: tried.path)
    return ConfigurationPlaces.isStore(tried.path)
      && ConfigurationPlaces.looksLikeConfiguration(base)
      && !ConfigurationPlaces.isCommonName(base)
  }

  private static func identity(_ name: String, _ tried: PathTry) -> String {
    "\(tried.process) \(name)"
  }

  /// True for `.style`, where `~/.config/style` was looked for as well.
  private func isPersonalToo(_ tried: PathTry) -> Bool {
    let base = PathName.base(of: tried.path)
    guard base.hasPrefix("."), let home = order.circumstances[tried.circumstances].variables.home
    else { return false }
    return order.tries["\(home)/.config/\(base.dropFirst())"] != nil
  }

  private static func nameOfTwin(_ tried: PathTry) -> String {
    var base = PathName.base(of: tried.path).lowercased()
    // `_ackrc` beside `.ackrc`
    if base.hasPrefix("_") { base = "." + base.dropFirst() }
    // `.pep8` beside `~/.config/pep8`, where the name is not everybody's.
    let isOwn = base.utf8.count > 3 && !ConfigurationPlaces.isCommonName(base)
    return identity(isOwn ? String(base.drop { $0 == "." }) : base, tried)
  }

  /// True in the directory that its process works in, or below a hidden one of the home directory.
  private func isAtOwnPlace(_ tried: PathTry) -> Bool {
    let circumstances = order.circumstances[tried.circumstances]
    let work = circumstances.workingDirectory
    if PathName.directory(of: tried.path) == work { return true }
    // `_darcs/prefs/defaults` beside `~/.darcs/defaults`
    if ["/.", "/_"].contains(where: { tried.path.hasPrefix(work + $0) }) {
      return tried.status != .missing
    }
    if isPersonalToo(tried), circumstances.given.hasArgument(beside: tried.path) { return true }
    // A directory that the command line gives to work in.
    if tried.given?.origin == .argument { return true }
    if ConfigurationPlaces.isOwnStore(tried.path, of: circumstances.name) {
      return tried.status == .read
    }
    guard let home = circumstances.variables.home, tried.path.hasPrefix(home + "/.") else {
      return false
    }
    return !tried.path.hasPrefix(home + "/.local/") && !tried.path.hasPrefix(home + "/.cache/")
  }

  /// The places in the home directory that programs look for beside the one that they use: ~/.config/app,
  /// in vain, where ~/.app/config was read.
  func otherHomes() -> Set<Int> {
    func place(_ path: String, _ tried: PathTry) -> String? {
      guard let home = order.circumstances[tried.circumstances].variables.home,
        path.hasPrefix(home + "/.")
      else { return nil }
      let name = path.dropFirst(home.utf8.count + 2)
      let own = name.hasPrefix("config/") ? name.dropFirst(7) : name
      return own.contains("/") ? nil : Self.identity(String(own), tried)
    }
    var used: Set<String> = []
    for index in tries.indices where isChosen[index] && tries[index].status == .read {
      place(PathName.directory(of: tries[index].path), tries[index]).map { _ = used.insert($0) }
    }
    guard !used.isEmpty else { return [] }
    return Set(
      tries.indices.filter { index in
        tries[index].status == .missing && tries[index].given?.isExact != true
          && place(tries[index].path, tries[index]).map(used.contains) == true
      })
  }

  /// The directories that are called like a listed one of configuration, with the directory that each is
  /// in: /etc/pkcs11/modules beside ~/.config/pkcs11/modules.
  func directoriesBeside() -> [Int] {
    func name(_ path: String) -> String {
      PathName.base(of: PathName.directory(of: path)) + "/" + PathName.base(of: path)
    }
    let names = Set(
      tries.indices.lazy.filter { [isChosen, tries] in
        isChosen[$0] && tries[$0].status == .listed
      }.map { [tries] in name(tries[$0].path) })
    guard !names.isEmpty else { return [] }
    return tries.indices.filter { index in
      let tried = tries[index]
      return (tried.status == .missing || tried.status == .listed)
        && ConfigurationPlaces.isPlace(tried.path) && names.contains(name(tried.path))
    }
  }

  /// What was read in a place of configuration, also by a link that leads there, has the name of data or
  /// code, and is configuration by the account of the package that brought it.
  func configurationOfPackages() -> [Int] {
    func place(_ index: Int) -> String { tries[index].realPath ?? tries[index].path }
    let doubtful = tries.indices.filter { index in
      let tried = tries[index]
      return !isChosen[index] && tried.status == .read && !tried.isDirectory
        && !tried.isMade && !tried.isWritten && !order.hasRun(tried.path)
        && ConfigurationPlaces.isPlace(place(index))
    }
    guard !doubtful.isEmpty,
      case .names(let names) = answer(.packageConfiguration(paths: doubtful.map(place)))
    else { return [] }
    let known = Set(names)
    return doubtful.filter { known.contains(place($0)) }
  }

  /// What was read where packages keep their data, is called like configuration and leads to other
  /// files: /usr/share/dbus-1/session.conf, which includes what is in /etc.
  mutating func vendorFilesThatLeadOn() -> [Int] {
    var found: [Int] = []
    for index in tries.indices where !isChosen[index] && tries[index].status == .read {
      let path = tries[index].path
      guard ConfigurationPlaces.isStore(path),
        ConfigurationPlaces.hasSuffixOfConfiguration(PathName.base(of: path))
      else { continue }
      let leadsOn = search.search(index).contains { other in
        guard ConfigurationPlaces.isPlace(tries[other].path),
          let reference = search.namings[other]?.reference
        else { return false }
        return reference.leadsOn
          || isChosen[other] && reference.pattern == tries[other].path && !reference.isData
      }
      if leadsOn { found.append(index) }
    }
    return found
  }

  /// True for a script that was run, or that the command line gives to its interpreter.
  func isScript(_ index: Int) -> Bool {
    let tried = tries[index]
    guard tried.status == .read, !isChosen[index] else { return false }
    if order.hasRun(tried.path) { return true }
    let base = PathName.base(of: tried.path)
    return tried.given?.origin == .argument && tried.given?.isExact == true
      && (ConfigurationPlaces.isCodeName(base) || ConfigurationPlaces.suffix(of: base).isEmpty)
  }

  /// True for what a script reads in as a part of itself, where its name does not say code.
  func isConfigurationOfScript(_ index: Int) -> Bool {
    let tried = tries[index]
    let base = PathName.base(of: tried.path)
    return search.namings[index]?.reference.leadsOn == true && tried.status == .read
      && isConfigurationByLine(index) && !ConfigurationPlaces.isStore(tried.path)
      && (!ConfigurationPlaces.isCodeName(base) || ConfigurationPlaces.isSettingsOfScript(base))
  }

  /// Directories that were listed, and whose files were then read as configuration:
  /// `for file in conf.d/*`.
  mutating func chooseListedDirectories() {
    var read: Set<String> = []
    // Those that a pattern of a line names.
    var matched: Set<String> = []
    for index in tries.indices where isChosen[index] && tries[index].status == .read {
      let directory = PathName.directory(of: tries[index].path)
      if let listed = order.listings[directory], listed < tries[index].number {
        read.insert(directory)
        if search.namings[index]?.directory == directory { matched.insert(directory) }
      }
    }
    for index in tries.indices where tries[index].status == .listed {
      let path = tries[index].path
      if matched.contains(path)
        || read.contains(path) && ConfigurationPlaces.isDirectoryOfConfiguration(path)
      {
        isChosen[index] = true
      }
    }
  }
}
