import HeuristicCatalog

/// A command was looked for along the search path and was not there.
struct CommandNotFound: ObservationKind {
  var command = ""
  var searched: [String] = []
  var elsewhere: [String] = []
  var bestElsewhere: String?
  var similar: [String] = []
  var nearFunction: String?
  var nearFunctionPlace: String?
  var isOfSecurePath = false
  var pathIsEmpty = false
  var isFound: Bool { bestElsewhere != nil || isHere }
  var isKnown: Bool { isFound || package != nil }
  var package: String?
  var byName = ""
  var script: String?
  var link: String?
  var linkTarget: String?
  var path: String?
  var closed: String?
  var closedComponent: String?
  var hasCarriageReturn = false
  var hasBlank = false
  var isHere = false
  var mistakenScript: String?
  var otherInterpreter: String?
  var assignmentPlace: String?
  var assignmentText: String?
  var isAlternative: Bool { link?.contains("/alternatives/") ?? false }

  static let name = "command-not-found"
  static let summary = "A command without a slash was in none of the directories of PATH."
  static let fields: [ObservationField<Self>] = [
    .init("command", \.command, "The command."),
    .init("searched", \.searched, "The directories that were searched."),
    .init("elsewhere", \.elsewhere, "Where a program of this name is, outside PATH."),
    .init("best_elsewhere", \.bestElsewhere, "The first of those."),
    .init(
      "is_of_secure_path", \.isOfSecurePath,
      "True if sudo looked for it, which has a search path of its own (sudoers(5))."),
    .init(
      "path_is_empty", \.pathIsEmpty,
      "True if it was looked for in the working directory alone, as PATH has nothing."),
    .init("is_known", \.isKnown, "True if that, or a package that has it, is known."),
    .init("is_found", \.isFound, "True if it is somewhere outside of PATH."),
    .init(
      "near_function", \.nearFunction,
      "A function of the script itself that has nearly the name of the command."),
    .init("near_function_place", \.nearFunctionPlace, "The file and line that define it."),
    .init("similar", \.similar, "Commands in PATH with a similar name."),
    .init("package", \.package, "A package that ships it, where the machine knows one."),
    .init("script", \.script, "The script whose first line (#!) asks for it through env."),
    .init("by_name", \.byName, "The program that looked for it."),
    .init("path", \.path, "The place in PATH that has the name, as a dangling link."),
    .init("link", \.link, "The link on the way from there whose target is missing."),
    .init("closed", \.closed, "The directory of PATH that its user may not look into."),
    .init("closed_component", \.closedComponent, "What refuses on the way there."),
    .init("link_target", \.linkTarget, "Where that link points."),
    .init(
      "has_carriage_return", \.hasCarriageReturn, "True if the name ends in a carriage return."),
    .init("has_blank", \.hasBlank, "True if there is a blank in the name."),
    .init(
      "mistaken_script", \.mistakenScript,
      "The script that a shell ran, if its first line (#!) names no shell."),
    .init(
      "assignment_place", \.assignmentPlace,
      "The line of a file of settings that a shell read which gives a variable a value with a blank: the shell took what follows for a command."
    ),
    .init("assignment_text", \.assignmentText, "Its text."),
    .init(
      "is_alternative", \.isAlternative, "True if `link` is one of a directory of alternatives."),
    .init("other_interpreter", \.otherInterpreter, "The interpreter that this line names."),
    .init(
      "is_here", \.isHere,
      "True if a file of this name is in the working directory, which is not searched."),
  ]
}

/// A file that is there could not be run.
struct ProgramRejected: ObservationKind {
  var path = ""
  var error = ""
  var reason = "unknown"
  var interpreter: String?
  var interpreterLink: String?
  var interpreterIsRelative = false
  var firstLine: String?
  var envCommand: String?
  var hasCarriageReturn = false
  var content: String?
  var machine: String?
  var bits: Int?
  var type: String?
  var via: [String] = []
  var nearInterpreter: String?
  var interpreterBeside: String?
  var lineIsTooLong = false
  var isUTF16: Bool { content == "UTF-16 text" }
  var loaderKind: String?
  var loaderPackage: String?
  var loaderIsReplaceable = false
  var handler: String?
  var handlerName: String?
  var handlerIsEnabled = false
  var namingFile: String?
  var option: String?
  var words: String?
  var jail: String?
  var loaderIsOutside = false
  /// From the file down to what is missing, by what needs what.
  var chain: String? {
    via.isEmpty
      ? nil
      : ([path] + via + [interpreter].compactMap { $0 }.filter { $0 != via.last })
        .joined(separator: " → ")
  }

  static let name = "program-rejected"
  static let summary = "`execve(2)` failed although the file that it names exists."
  static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "Absolute path of the file."),
    .init("error", \.error, "Name of the error."),
    .init(
      "reason", \.reason,
      "interpreter-missing, interpreter-rejected, interpreter-unnamed, interpreter-circle, interpreter-chain, option-carriage-return, no-interpreter-line, binary-interpreter-missing, loader-rejected, handler-missing, other-machine, not-a-program, directory, empty, unknown."
    ),
    .init(
      "interpreter", \.interpreter, "The interpreter that its first line names, or its loader."),
    .init(
      "interpreter_link", \.interpreterLink,
      "Where the interpreter points, if it is a dangling link."),
    .init(
      "interpreter_beside", \.interpreterBeside,
      "A program of the interpreter's name in the directory of the script: an environment that was moved."
    ),
    .init(
      "interpreter_is_relative", \.interpreterIsRelative,
      "True if the first line names it without a slash at the beginning."),
    .init("first_line", \.firstLine, "The first line, of a text file."),
    .init("env_command", \.envCommand, "The command that `#!/usr/bin/env` was to find."),
    .init(
      "has_carriage_return", \.hasCarriageReturn,
      "True if the first line ends in a carriage return."),
    .init(
      "content", \.content,
      "What is in the file, where it is no program: gzip data, HTML, damaged ELF."),
    .init("is_utf_16", \.isUTF16, "True if that is UTF-16 text."),
    .init("machine", \.machine, "The processor that a binary is built for."),
    .init("bits", \.bits, "32 or 64, for a binary."),
    .init("type", \.type, "What the file is: regular, directory…"),
    .init(
      "via", \.via, "Interpreters that are there, but need `interpreter` in turn, in order."),
    .init("near_interpreter", \.nearInterpreter, "A program with nearly the interpreter's name."),
    .init(
      "line_is_too_long", \.lineIsTooLong,
      "True if the first line has more bytes than the kernel reads (255)."),
    .init("loader_kind", \.loaderKind, "Whose loader a binary names, in words: that of musl."),
    .init("loader_package", \.loaderPackage, "The package that has that loader."),
    .init(
      "loader_is_replaceable", \.loaderIsReplaceable,
      "True if the program may run with this machine's own loader."),
    .init(
      "handler", \.handler,
      "The program that runs such files, where the kernel was told of one (binfmt_misc)."),
    .init("handler_name", \.handlerName, "The name of that entry of binfmt_misc."),
    .init("naming_file", \.namingFile, "The script whose first line names `interpreter`."),
    .init("chain", \.chain, "From `path` by way of `via` to `interpreter`."),
    .init("option", \.option, "The option that the first line hands to its interpreter."),
    .init("words", \.words, "What the interpreter said of that."),
    .init("jail", \.jail, "The program's root directory, if it is not that of the machine."),
    .init(
      "loader_is_outside", \.loaderIsOutside,
      "True if the machine has that loader, outside of this root directory."),
    .init("handler_is_enabled", \.handlerIsEnabled, "True if the entry is enabled."),
  ]
}
