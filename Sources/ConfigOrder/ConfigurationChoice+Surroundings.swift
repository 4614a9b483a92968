internal import History
internal import TraceEvents

/// Configuration that neither place nor name tell, but what is around it: the package, the script, the
/// directory.
extension ConfigurationChoice {
  /// What is called like a file of configuration that the same process looked for at a place of its own,
  /// in the directory that it works in or in one of its own in the home directory, if there is one of
  /// them: `.ghci` beside `~/.ghci`, `rakefile` beside `Rakefile`.
  func twins(besides code: CodeSearch) -> [Int] {
    var names: [String: Bool] = [:]
    for index in tries.indices where isChosen[index] && !tries[index].isDirectory {
      guard tries[index].given?.isExact != true else { continue }
      names[Self.nameOfTwin(tries[index]), default: false] =
        names[Self.nameOfTwin(tries[index])] == true || tries[index].status != .missing
    }
    guard !names.isEmpty else { return [] }
    return tries.indices.filter { index in
      let tried = tries[index]
      guard !isChosen[index], !tried.isDirectory, !tried.isMade, !tried.isWritten,
        tried.given?.isExact != true, !order.sockets.contains(tried.path),
        !order.executed.contains(tried.path),
        let isThere = names[Self.nameOfTwin(tried)], isThere || tried.status != .missing,
        !ConfigurationPlaces.isDataName(PathName.base(of: tried.path)), !code.includes(tried),
        !isWordOfCommand(tried, PathName.base(of: tried.path))
      else { return false }
      return isAtOwnPlace(tried)
    }
  }

  private static func nameOfTwin(_ tried: PathTry) -> String {
    "\(tried.process) \(PathName.base(of: tried.path).lowercased())"
  }

  /// True in the directory that its process works in, or below a hidden one of the home directory.
  private func isAtOwnPlace(_ tried: PathTry) -> Bool {
    let circumstances = order.circumstances[tried.circumstances]
    if PathName.directory(of: tried.path) == circumstances.workingDirectory { return true }
    guard let home = circumstances.variables.home, tried.path.hasPrefix(home + "/.") else {
      return false
    }
    return !tried.path.hasPrefix(home + "/.local/") && !tried.path.hasPrefix(home + "/.cache/")
  }

  /// What was read in a place of configuration, has the name of data or code, and is configuration by
  /// the account of the package that brought it.
  func configurationOfPackages() -> [Int] {
    let doubtful = tries.indices.filter { index in
      let tried = tries[index]
      return !isChosen[index] && tried.status == .read && !tried.isDirectory
        && !tried.isMade && !tried.isWritten && !order.executed.contains(tried.path)
        && ConfigurationPlaces.isPlace(tried.path)
    }
    guard !doubtful.isEmpty,
      case .names(let names) = answer(
        .packageConfiguration(paths: doubtful.map { tries[$0].path }))
    else { return [] }
    let known = Set(names)
    return doubtful.filter { known.contains(tries[$0].path) }
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
        ConfigurationPlaces.isPlace(tries[other].path)
          && search.namings[other]?.reference.leadsOn == true
      }
      if leadsOn { found.append(index) }
    }
    return found
  }

  /// True for a script that was run, or that the command line gives to its interpreter.
  func isScript(_ index: Int) -> Bool {
    let tried = tries[index]
    guard tried.status == .read, !isChosen[index] else { return false }
    if order.executed.contains(tried.path) { return true }
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
    for index in tries.indices where isChosen[index] && tries[index].status == .read {
      let directory = PathName.directory(of: tries[index].path)
      if let listed = order.listings[directory], listed < tries[index].number {
        read.insert(directory)
      }
    }
    for index in tries.indices where tries[index].status == .listed {
      let path = tries[index].path
      if read.contains(path), ConfigurationPlaces.isDirectoryOfConfiguration(path) {
        isChosen[index] = true
      }
    }
  }
}
