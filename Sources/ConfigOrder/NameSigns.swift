internal import TraceEvents

/// What the names of options, variables and settings say of the path that is their value.
enum NameSigns {
  /// True for an option whose value is a configuration file by its name.
  static func isConfiguration(option: some StringProtocol) -> Bool {
    if shortOptions.contains(String(option)) { return true }
    let name = String(option)
    return name.utf8.count > 2 && (optionParts.occurs(in: name) || isWord(of: name))
  }

  /// True if a word of an option's name, or all of it, says configuration: `--php-ini`, `--vimrc`.
  private static func isWord(of option: String) -> Bool {
    option.hasSuffix("rc") && !option.hasSuffix("src")
      || option.split(separator: "-").contains { optionWords.contains($0.lowercased()) }
  }

  /// True for an option whose value is no configuration by its name.
  static func isData(option: some StringProtocol) -> Bool {
    otherOptionParts.occurs(in: String(option))
  }

  /// True for a variable whose value is configuration by its name.
  static func isConfiguration(variable: some StringProtocol) -> Bool {
    variableParts.occurs(in: String(variable))
  }

  /// True for a variable that can name the directory that a program keeps its files in.
  static func isPlace(variable: some StringProtocol) -> Bool {
    placeParts.occurs(in: String(variable))
  }

  /// True for a variable whose value is a path, and surely no configuration.
  static func isOther(variable: some StringProtocol) -> Bool {
    let name = String(variable)
    // DIALOGRC, CERT_CONF: the end says more than what stands before it.
    if tellingEnds.contains(where: name.hasSuffix) { return false }
    return otherVariables.contains(name) || otherVariableParts.occurs(in: name)
  }

  /// True for the name of a setting whose value is a file with data: a log, a socket, a key.
  static func isData(setting: some StringProtocol) -> Bool {
    // An operator of test(1), an option of a command.
    if setting.hasPrefix("-"), setting.utf8.count == 2 { return true }
    return dataParts.occurs(in: String(setting))
  }

  /// True for a word that leads to another configuration file: `include`, `source`, `.`.
  static func leadsOn(_ word: some StringProtocol) -> Bool {
    if word == "." || word == "for" { return true }
    let name = String(word)
    return leadingParts.occurs(in: name) || name.lowercased().hasSuffix("rc")
  }

  private static let signs = ConfigurationSigns.embedded
  private static let shortOptions = signs.set("options: whole")
  private static let optionParts = signs.words("options: parts")
  private static let optionWords = signs.set("options: words")
  private static let otherOptionParts = signs.words(
    "options: parts of those whose value is no configuration")
  private static let variableParts = signs.words(
    "variables: parts of those that name configuration")
  private static let placeParts = signs.words(
    "variables: parts of those whose directory is one of configuration or of the program")
  private static let otherVariables = signs.set(
    "variables: whole, of those that name something else")
  private static let otherVariableParts = signs.words(
    "variables: parts of those that name something else")
  private static let tellingEnds = signs[
    "variables: ends of those that name configuration whatever stands before"]
  private static let leadingParts = signs.words(
    "lines: parts of words that lead to another configuration file")
  private static let dataParts = signs.words("lines: parts of words whose file is data")
}
