internal import History
internal import OrderedCollections
internal import TraceEvents

/// What the use of a file says of it: what it leads to, who ran it, what lies beside it.
extension ConfigurationChoice {
  /// What an option of the command line names, and leads to a file that is read after it by a line that
  /// says so: `-i interfaces` with `source interfaces.d/*`.
  mutating func optionsThatLeadOn() -> [Int] {
    var found: [Int] = []
    for index in tries.indices where !isChosen[index] && tries[index].status == .read {
      let tried = tries[index]
      let base = PathName.base(of: tried.path)
      guard let given = tried.given, given.isExact, given.option != nil, !tried.isMade,
        !tried.isWritten, !ConfigurationPlaces.isDataName(base),
        !ConfigurationPlaces.isCodeName(base), !order.hasRun(tried.path)
      else { continue }
      _ = search.search(index)
      let named = search.namings.keys.sorted().filter { other in
        guard let naming = search.namings[other], naming.line.file == tried.path else {
          return false
        }
        return naming.reference.leadsOn && tries[other].isOpened
          && (tries[other].status == .read || tries[other].status == .missing)
      }
      if named.isEmpty || isProgramText(index) { continue }
      found += [index] + named.filter { isConfigurationByLine($0) }
    }
    return found
  }

  /// True for a script that its interpreter was given behind an option: `bash -x build`.
  private func isProgramText(_ index: Int) -> Bool {
    guard isScript(index) else { return false }
    let tried = tries[index]
    let words = order.circumstances[tried.circumstances].arguments
    if words.last.map({ tried.path.hasSuffix($0) }) == true { return true }
    guard
      case .lines(let lines) = answer(.linesAround(file: tried.path, line: 1, context: 0))
    else { return false }
    return lines.first?.text.hasPrefix("#!") == true
  }

  /// True for a script in a directory of the program's own in the home directory that this program
  /// ran: ~/.config/bspwm/bspwmrc.
  func isOwnScript(_ tried: PathTry) -> Bool {
    guard tried.status == .read, let starter = order.executed[tried.path],
      let home = order.circumstances[tried.circumstances].variables.home
    else { return false }
    let directory = PathName.directory(of: tried.path)
    let suffix = ConfigurationPlaces.suffix(of: PathName.base(of: tried.path))
    return (suffix.isEmpty || suffix == "sh")
      && ["\(home)/.config/\(starter)", "\(home)/.\(starter)"].contains(directory)
  }

  /// True for what was looked for in vain under the name of a file of the command line, elsewhere:
  /// ~/.player/sub/film.ifo for film.wav.
  func isDataOfOperand(_ tried: PathTry, _ base: String) -> Bool {
    guard tried.status == .missing, !ConfigurationPlaces.looksLikeConfiguration(base) else {
      return false
    }
    guard let stem = stem(of: base) else { return false }
    return order.circumstances[tried.circumstances].arguments.dropFirst().contains { word in
      let name = PathName.base(of: word)
      // A program in a word, `-e "load('app.yml')"`, is no file's name.
      return !word.hasPrefix("-") && !word.contains(" ") && !word.contains("(") && name != base
        && self.stem(of: name) == stem
    }
  }

  /// A name without its suffix; nil if it has none.
  private func stem(of base: String) -> Substring? {
    let suffix = ConfigurationPlaces.suffix(of: base)
    return suffix.isEmpty ? nil : base.dropLast(suffix.count + 1)
  }

  /// True in no place that is for configuration.
  func isOfWork(_ tried: PathTry) -> Bool {
    let home = order.circumstances[tried.circumstances].variables.home
    return !ConfigurationPlaces.isPlace(tried.path) && tried.given?.isExact != true
      && home.map { tried.path.hasPrefix($0 + "/.") } != true
  }

  /// True for a directory of mail in the form of maildir(5).
  func isMailDirectory(_ path: String) -> Bool {
    ["cur", "new", "tmp"].allSatisfy { order.tries["\(path)/\($0)"] != nil }
  }

  /// True for a part of a package that another part leads to, without the name of configuration: a
  /// macro file of groff; and for what was looked for in its place before.
  func isPartOfPackage(_ tried: PathTry, _ naming: ReferenceSearch.Naming) -> Bool {
    guard ConfigurationPlaces.isStore(naming.line.file) else { return false }
    let base = PathName.base(of: tried.path)
    guard !ConfigurationPlaces.looksLikeConfiguration(base) else { return false }
    if ConfigurationPlaces.isStore(tried.path) { return true }
    return tried.status == .missing && storedNames.contains(base)
  }
}
