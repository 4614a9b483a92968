import HeuristicCatalog

/// A program was handed more arguments and variables than the kernel takes (E2BIG).
struct ArgumentListTooLong: ObservationKind {
  var path: String?
  var longest: String?
  var longestSize: String?
  var total: String?
  var limit: String?
  var stackLimit: String?
  var stackLimitIsLow = false
  var neededStack: String?
  var arguments: Int?
  var argumentSize: String?
  var variables: Int?
  var variableSize: String?
  var isMostlyVariables = false
  var isMostlyArguments = false
  var portionDirectory: String?
  var portionPattern: String?
  var portionCommand: [String] = []

  static let name = "argument-list-too-long"
  static let summary = "`execve(2)` failed with E2BIG: arguments and environment are too long."
  static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "Absolute path of the program."),
    .init(
      "longest", \.longest,
      "The one argument or variable that is too long by itself, in words: the variable LOG."),
    .init("longest_size", \.longestSize, "Its size, in words."),
    .init(
      "total", \.total,
      "What all of them take, with their pointers; given only if that is what is too much."),
    .init("limit", \.limit, "What they may take together."),
    .init("stack_limit", \.stackLimit, "The limit of the stack that this comes from."),
    .init("stack_limit_is_low", \.stackLimitIsLow, "True if a higher one would help."),
    .init("needed_stack", \.neededStack, "That higher one, as `ulimit -s` takes it."),
    .init("arguments", \.arguments, "The number of arguments."),
    .init("argument_size", \.argumentSize, "What they take, in words."),
    .init("variables", \.variables, "The number of variables in the environment."),
    .init("variable_size", \.variableSize, "What they take, in words."),
    .init("is_mostly_variables", \.isMostlyVariables, "True if the environment is what is long."),
    .init("is_mostly_arguments", \.isMostlyArguments, "True if the arguments are what is long."),
    .init(
      "portion_directory", \.portionDirectory,
      "The directory of all files that are the arguments, where they are such."),
    .init("portion_pattern", \.portionPattern, "A pattern that they all match: *.log."),
    .init("portion_command", \.portionCommand, "The command with its options, without files."),
  ]
}
