package import HeuristicCatalog

extension ObservationSchema {
  /// Every kind of observation that the engine makes, and the fields that all explanations have.
  package static let engine = ObservationSchema(
    kinds: [
      MissingPath.schema, AccessRefused.schema, PathConflict.schema, CommandNotFound.schema,
      ProgramRejected.schema, ArgumentListTooLong.schema, AddressInUse.schema,
      ConnectionFailed.schema, ReaderGone.schema,
      ProcessKilled.schema, ResourceExhausted.schema, LockHeld.schema, Waiting.schema,
      CallFailed.schema, LastWords.schema, LibraryNotLoaded.schema, LoaderComplaint.schema,
      SilentExit.schema, LimitRefused.schema, UnheededFailure.schema, ProgramPanicked.schema,
      MountFailed.schema,
    ],
    general: General.fields)

  /// The fields that every explanation can use, whatever was observed.
  enum General {
    static let fields: [Field] = [
      Field("program", .text, "Name of the program that failed."),
      Field("program_path", .text, "Absolute path of its executable or script.", isOptional: true),
      Field("pid", .number, "Its process id."),
      Field("program_user", .text, "Name of the user it ran as."),
      Field("ending", .text, "How it ended: failed (exit status 1), was killed by SIGSEGV."),
      Field("exit_status", .number, "Its exit status.", isOptional: true),
      Field("command", .text, "Its command line."),
      Field("command_words", .list(of: .text), "Its words, each quoted by itself in a command."),
      Field("working_directory", .text, "Its working directory."),
      Field("root_program", .text, "Name of the program that the user started."),
      Field("is_root_program", .flag, "True if that is the same."),
      Field(
        "path_down", .text, "The programs from the user's down to this one: make → sh → cc1.",
        isOptional: true),
      Field("said", .text, "The words in which the program complained of it.", isOptional: true),
      Field(
        "asked_in_file", .text, "A file that the program had read and that names the subject.",
        isOptional: true),
      Field("asked_in_line", .number, "The line there.", isOptional: true),
      Field("asked_in_text", .text, "Its text.", isOptional: true),
      Field("environment_variable", .text, "A variable that holds the subject.", isOptional: true),
      Field(
        "environment_near", .text, "What does exist and is near to the value of that variable.",
        isOptional: true),
      Field(
        "from_command_line", .flag, "True if the subject stands on the command line."),
    ]
  }
}
