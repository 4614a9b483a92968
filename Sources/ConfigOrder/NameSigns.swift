internal import TraceEvents

/// What the names of options, variables and settings say of the path that is their value.
enum NameSigns {
  /// True for an option whose value is a configuration file by its name.
  static func isConfiguration(option: some StringProtocol) -> Bool {
    if shortOptions.contains(String(option)) { return true }
    let name = option.lowercased()
    return name.utf8.count > 2 && optionParts.contains { name.contains($0) }
  }

  /// True for a variable whose value is configuration by its name.
  static func isConfiguration(variable: some StringProtocol) -> Bool {
    let name = variable.lowercased()
    return variableParts.contains { name.contains($0) }
  }

  /// True for a variable that can name the directory that a program keeps its files in.
  static func isPlace(variable: some StringProtocol) -> Bool {
    let name = variable.lowercased()
    return placeParts.contains { name.contains($0) }
  }

  /// True for a variable whose value is a path, and surely no configuration.
  static func isOther(variable: some StringProtocol) -> Bool {
    if otherVariables.contains(String(variable)) { return true }
    let name = variable.lowercased()
    return otherVariableParts.contains { name.contains($0) }
  }

  /// True for the name of a setting whose value is a file with data: a log, a socket, a key.
  static func isData(setting: some StringProtocol) -> Bool {
    // An operator of test(1), an option of a command.
    if setting.hasPrefix("-"), setting.utf8.count == 2 { return true }
    let name = setting.lowercased()
    return dataParts.contains { name.contains($0) }
  }

  /// True for a word that leads to another configuration file: `include`, `source`, `.`.
  static func leadsOn(_ word: some StringProtocol) -> Bool {
    if word == "." || word == "for" { return true }
    let name = word.lowercased()
    return leadingParts.contains { name.contains($0) } || name.hasSuffix("rc")
  }

  private static let signs = ConfigurationSigns.embedded
  private static let shortOptions = signs.set("options: whole")
  private static let optionParts = signs["options: parts"]
  private static let variableParts = signs["variables: parts of those that name configuration"]
  private static let placeParts = signs[
    "variables: parts of those whose directory is one of configuration or of the program"]
  private static let otherVariables = signs.set(
    "variables: whole, of those that name something else")
  private static let otherVariableParts = signs[
    "variables: parts of those that name something else"]
  private static let leadingParts = signs[
    "lines: parts of words that lead to another configuration file"]
  private static let dataParts = signs["lines: parts of words whose file is data"]
}
