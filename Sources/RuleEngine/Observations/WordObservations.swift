import HeuristicCatalog

/// The program itself said what is wrong, and no failed call explains it.
struct LastWords: ObservationKind {
  var line = ""
  var lines: [String] = []
  var more: [String] = []
  var stream = ""
  var file: String?
  var lineNumber: Int?
  var sourceLine: String?
  var sourceIsIndented = false
  var lastFile: String?
  var lastFileText: String?
  var status: Int?
  var clear = false
  var writtenFile: String?
  var fileSystem: String?
  var unseenError: String?
  var closedStream: String?
  var isLost = false
  var mountPoint: String?
  var storedAt: String?
  var storedTotal: String?
  var total: String?
  var available: String?
  var peer: String?
  var relayed: String?
  var refusesRoot = false
  var peerHolder: String?
  var peerUser: String?
  var isOfPeer = false
  var isPeerSilent = false
  var resolver: String?
  var nearHost: String?
  var trustStore: String?
  var unsetVariable: String?
  var nearVariable: String?
  var unsetDefinition: String?
  var hasWindowsLineEnds = false
  var wantsBash = false
  var test: String?
  var hiddenBy: String?
  var otherExtension: String?
  var moduleFile: String?
  var fileIsLibrarys = false
  var wordIsGiven = false
  var stalePid: Int?
  var writtenPid: Int?
  var writtenProcess: String?
  var isOthersPid = false
  var otherVersion: String?
  var revision: String?
  var remote: String?
  var remotes: [String] = []
  var namesItsShell = false
  var emptyDatabase: String?
  var isPointer = false
  var certificateFault: String?
  var isSelfSigned = false
  var missingStore: String?
  var missingStoreVariable: String?
  var nameServers: [String] = []
  var hostName: String?
  var module: String?
  var elsewhere: [String] = []
  var bestElsewhere: String?
  var searchOption: String?
  var isAboutRights = false
  var fileMode: String?
  var fileOwner: String?
  var fileIsDirectory = false
  var ownerIsWrong = false
  var wantedOwner: String?
  var language: String?
  var modulePackage: String?
  var searched: [String] = []
  var near: [String] = []
  var installsLocally = false
  var pipName: String?
  var venvName: String?
  var cpanName: String?
  var gemName: String?
  var npmName: String?
  var rockName: String?
  var rName: String?
  var pathVariable: String?
  var shadow: String?
  var localeName: String?
  var localeLanguage: String?
  var unknownUser: String?
  var isGroup = false
  var nearUser: String?
  var allowList: String?
  var denyList: String?
  var leavesFile: Bool {
    fileIsLibrarys || tools.quotedPlace != nil || tools.syntaxPlace != nil
  }
  var isCircular = false
  var encodingVariable: String?
  var memorySetting: String?
  var memoryRemedy: String?
  var memoryLasting: String?
  var wantsRoot = false
  var isRefused = false
  var lostPrivilege = false
  var missesPrivilege = false
  var error: String?
  var mountedAt: String?
  var mountedType: String?
  var mountedSource: String?
  var policyFile: String?
  var policyLine: Int?
  var policyText: String?
  var missingSettings: String?
  var missingSettingsAsked: String?
  var missingSettingsNear: String?
  var unknownWord: String?
  var nearWords: [String] = []
  var bestNearWord: String?
  var ownConfiguration: String?
  var wantedMode: String?
  var log: String?
  var otherLog: String?
  var inputFile: String?
  var inputLine: Int?
  var inputText: String?
  var content: String?
  var cutFile: String?
  var cutContent: String?
  var contentFile: String?
  var contentIsEmpty = false
  var contentIsWebPage = false
  var contentIsOther = false
  var dataFormat: String?
  var dataFile: String?
  var dataLine: Int?
  var dataColumn: Int?
  var dataText: String?
  var dataHint: String?
  var jq: String?
  var yamllint: String?
  var xmllint: String?
  var python: String?
  var ruby: String?
  var tools = ToolWords()

  static let name = "last-words"
  static let summary =
    "A process of the failure path complained, and no failed call is nearer to the cause."
  static let fields = wordFields + toolFields + lookupFields
  private static let wordFields: [ObservationField<Self>] = [
    .init("line", \.line, "The line that complains clearest."),
    .init("lines", \.lines, "The lines around it, at most six."),
    .init("more", \.more, "The lines around it, if there are any besides it."),
    .init("stream", \.stream, "Where it was written: standardError, standardOutput, log, syslog."),
    .init("file", \.file, "The file that the words name."),
    .init("line_number", \.lineNumber, "The line number that they name."),
    .init("source_line", \.sourceLine, "That line of that file."),
    .init("source_is_indented", \.sourceIsIndented, "True if that line begins with a blank."),
    .init("last_file", \.lastFile, "The file that the process had opened for reading last."),
    .init("log", \.log, "The log file that it was written to."),
    .init("other_log", \.otherLog, "A log file that the process wrote to besides."),
    .init(
      "input_file", \.inputFile,
      "The file of data or configuration read last, if the words name a line without a file."),
    .init("input_line", \.inputLine, "The line that the words name."),
    .init(
      "cut_file", \.cutFile,
      "An archive or compressed file that was read, if the words say that it ends too early."),
    .init("cut_content", \.cutContent, "What that file is: gzip data, xz data."),
    .init(
      "content_file", \.contentFile,
      "The file that a complaint about a format is about, if it holds something else."),
    .init("content", \.content, "What that file holds: a web page (HTML), gzip data, text."),
    .init("content_is_empty", \.contentIsEmpty, "True if it is empty."),
    .init("content_is_web_page", \.contentIsWebPage, "True if it is a web page."),
    .init("content_is_other", \.contentIsOther, "True if it is neither."),
    .init("input_text", \.inputText, "That line of that file."),
    .init(
      "data_format", \.dataFormat, "JSON, YAML, TOML or XML, if a parser of that rejected a file."),
    .init("data_file", \.dataFile, "That file."),
    .init("data_line", \.dataLine, "The line at which it was rejected."),
    .init("data_column", \.dataColumn, "The column there."),
    .init("data_text", \.dataText, "The text of that line."),
    .init("data_hint", \.dataHint, "What is wrong there, where it is one of the usual mistakes."),
    .init("jq", \.jq, "Path of jq(1), for JSON, if it is installed."),
    .init("yamllint", \.yamllint, "Path of yamllint(1), for YAML, if it is installed."),
    .init("xmllint", \.xmllint, "Path of xmllint(1), for XML, if it is installed."),
    .init(
      "python", \.python, "Set if Python can check the format, and none of these is installed."),
    .init("ruby", \.ruby, "Path of Ruby, if only that can."),
    .init(
      "written_file", \.writtenFile,
      "The file that it had opened for writing last, or that its output went to."),
    .init(
      "file_system", \.fileSystem,
      "The file system of what was written, in words: its type, what is mounted, and where."),
    .init(
      "is_lost", \.isLost, "True if the words were for the system's log, and nobody keeps one."),
    .init(
      "closed_stream", \.closedStream,
      "Where the words speak of a bad descriptor: standard input, output or error, if it was closed when the program started."
    ),
    .init(
      "unseen_error", \.unseenError,
      "The error that the words speak of, if no call that was seen failed with it: reads, writes, waits and closes of open files are not seen."
    ),
    .init(
      "mount_point", \.mountPoint,
      "Where the file system of what was written is mounted, if it is full."),
    .init("total", \.total, "Its size, in words."),
    .init("available", \.available, "What is free there, in words."),
    .init(
      "stored_at", \.storedAt,
      "Where the file system of `written_file` is mounted, if the words say that it is full."),
    .init("stored_total", \.storedTotal, "Its size, in words."),
    .init(
      "refuses_root", \.refusesRoot, "True if root ran it, and it says that root is not to."),
    .init(
      "relayed", \.relayed,
      "The program whose words these are, which did not run here: cat, behind ssh."),
    .init("peer", \.peer, "The internet address that it had connected to last."),
    .init("peer_holder", \.peerHolder, "Who listens at that address, on this machine."),
    .init("peer_user", \.peerUser, "The user that this one runs as."),
    .init(
      "is_of_peer", \.isOfPeer,
      "True if the words are those of an error that calls on paths have, and none of this process had it: the server at `peer` met it."
    ),
    .init(
      "is_peer_silent", \.isPeerSilent, "True if nothing was seen of that address's answer."),
    .init(
      "resolver", \.resolver,
      "What /etc/resolv.conf and /etc/nsswitch.conf say of who is asked for names."),
    .init("near_host", \.nearHost, "A line of /etc/hosts with a name like the one sought."),
    .init("near_variable", \.nearVariable, "One of nearly that name that is set."),
    .init("unset_variable", \.unsetVariable, "The variable that the words say is not set."),
    .init(
      "unset_definition", \.unsetDefinition,
      "The line of a file .env in the working directory that sets it."),
    .init(
      "has_windows_line_ends", \.hasWindowsLineEnds,
      "True for a shell script whose lines end in carriage return and line feed."),
    .init(
      "wants_bash", \.wantsBash,
      "True if the words are what another shell says of what only bash knows."),
    .init(
      "revision", \.revision, "The branch, tag, commit or file that git says it does not know."),
    .init("remote", \.remote, "The remote that the repository of git does not have."),
    .init("remotes", \.remotes, "Those that it has."),
    .init(
      "word_is_given", \.wordIsGiven, "True if `unknown_word` stands on the command line."),
    .init(
      "stale_pid", \.stalePid,
      "The number in `file`, which is a pid file, where no process has that number."),
    .init("written_pid", \.writtenPid, "That number, where a process has it."),
    .init("written_process", \.writtenProcess, "The name of that process."),
    .init(
      "is_others_pid", \.isOthersPid, "True if that process has another name than the program."),
    .init(
      "other_version", \.otherVersion,
      "The directory of another version of Python in the same environment, which has the module."),
    .init(
      "file_is_librarys", \.fileIsLibrarys,
      "True if there is nothing to correct in `file`: it came with the system, a language or a package, is made by programs, or the words miss something else than a word in it."
    ),
    .init(
      "leaves_file", \.leavesFile,
      "True if there is nothing to correct in `file`, or `quoted_file` or `fault_file` tells where."
    ),
    .init(
      "hidden_by", \.hiddenBy,
      "A file of the program's own that Python took for a package of its library."),
    .init(
      "other_extension", \.otherExtension,
      "The module that is missing, as compiled for another version of Python."),
    .init(
      "module_file", \.moduleFile, "The file of a module of Perl that the words are about."),
    .init(
      "test", \.test, "The name of the test that failed first, if that is what the words report."),
    .init(
      "names_its_shell", \.namesItsShell, "True if the script's own first line chose the shell."),
    .init(
      "empty_database", \.emptyDatabase,
      "The file of a database without tables (0 bytes), if the words miss a table."),
    .init(
      "is_pointer", \.isPointer, "True if `content_file` is what Git LFS has in place of a file."),
    .init(
      "certificate_fault", \.certificateFault,
      "What is wrong with a certificate: other-name, expired, not-yet-valid, self-signed, unknown-issuer."
    ),
    .init("is_self_signed", \.isSelfSigned, "True if that is self-signed."),
    .init("trust_store", \.trustStore, "The file of trusted certificates that it had read last."),
    .init(
      "missing_store", \.missingStore,
      "A file or directory of trusted certificates that it was told to use and did not find."),
    .init(
      "missing_store_variable", \.missingStoreVariable, "The environment variable that names it."),
    .init("name_servers", \.nameServers, "The name servers that it had asked."),
    .init("host_name", \.hostName, "A host name that the words or the command line have."),
    .init("elsewhere", \.elsewhere, "Where files of that module lie, outside of the search."),
    .init("best_elsewhere", \.bestElsewhere, "The directory to search for the first of them."),
    .init("search_option", \.searchOption, "What makes the program search `best_elsewhere`."),
    .init(
      "is_about_rights", \.isAboutRights,
      "True if the words say that mode or owner of a file are not as they must be."),
    .init("file_mode", \.fileMode, "The permission bits of `file` then, in octal digits."),
    .init("file_owner", \.fileOwner, "The owner of `file` then."),
    .init("file_is_directory", \.fileIsDirectory, "True if `file` is a directory then."),
    .init(
      "owner_is_wrong", \.ownerIsWrong,
      "True if they speak of the owner, who is not the user of the process."),
    .init("wanted_owner", \.wantedOwner, "Who owns what that process makes."),
    .init("wanted_mode", \.wantedMode, "The permission bits that the words ask for."),
    .init("status", \.status, "Exit status of the process."),
    .init("module", \.module, "The module, library or class that the words say is missing."),
    .init(
      "language", \.language,
      "Whose module that is: Python, Perl, Ruby, Node.js, Java, Lua, Tcl, PHP, Go, Rust, R."),
    .init("module_package", \.modulePackage, "A package of the distribution that has the module."),
    .init("searched", \.searched, "The directories in which the module was looked for."),
    .init("near", \.near, "Files there whose names resemble that of the module."),
    .init(
      "pip_name", \.pipName,
      "Its name for pip, where the interpreter has an environment of its own."),
    .init("venv_name", \.venvName, "Its name for pip, where the interpreter is the system's."),
    .init("cpan_name", \.cpanName, "Its name for cpan."),
    .init("gem_name", \.gemName, "Its name for gem."),
    .init("npm_name", \.npmName, "Its name for npm."),
    .init("rock_name", \.rockName, "Its name for luarocks."),
    .init("r_name", \.rName, "Its name for R's install.packages."),
    .init(
      "path_variable", \.pathVariable, "The variable that adds to the interpreter's search path."),
    .init(
      "shadow", \.shadow,
      "A file of the program's own that has the name of the module that the words speak of."),
    .init("locale_name", \.localeName, "The locale that was looked for last."),
    .init("locale_language", \.localeLanguage, "Its language and country: de_DE."),
    .init("error", \.error, "Name of the error of a system call that the words tell."),
    .init(
      "mounted_at", \.mountedAt,
      "Where the file system of `file` is mounted, if the words tell an input/output error."),
    .init("mounted_type", \.mountedType, "Its type."),
    .init("mounted_source", \.mountedSource, "The device that it is of."),
    .init(
      "policy_file", \.policyFile, "The file with the policy that the words say forbids it."),
    .init("policy_line", \.policyLine, "The line there that has what the words quote."),
    .init("policy_text", \.policyText, "Its text."),
    .init(
      "missing_settings", \.missingSettings,
      "A file that the program's own source names and that was not there, if the words miss a key or a section."
    ),
    .init(
      "missing_settings_asked", \.missingSettingsAsked, "The line of the source that names it."),
    .init(
      "missing_settings_near", \.missingSettingsNear, "A file of that name in another place."),
    .init("unknown_word", \.unknownWord, "The option or word of configuration that is not known."),
    .init("near_words", \.nearWords, "Words that the program does know and that resemble it."),
    .init("best_near_word", \.bestNearWord, "The nearest of them."),
    .init(
      "own_configuration", \.ownConfiguration,
      "The file below /etc with the program's name in its path that it had read first."),
    .init("unknown_user", \.unknownUser, "The user or group that the words say is unknown."),
    .init("is_group", \.isGroup, "True if that is a group."),
    .init("near_user", \.nearUser, "A user or group that exists and has a similar name."),
    .init(
      "allow_list", \.allowList,
      "A list of those who may, read before the words refuse, on which the user is not."),
    .init(
      "deny_list", \.denyList,
      "A list of those who may not, read before the words refuse, on which the user is."),
    .init(
      "encoding_variable", \.encodingVariable,
      "The environment variable, with its value, that sets the encoding of Python's streams."),
    .init(
      "is_circular", \.isCircular,
      "True if modules of Python import each other: the words speak of one that was not yet read to its end."
    ),
    .init(
      "memory_setting", \.memorySetting,
      "The limit on memory of the program's own that the words say was reached."),
    .init("memory_remedy", \.memoryRemedy, "How it is raised for one run."),
    .init("memory_lasting", \.memoryLasting, "How it is raised for good."),
    .init(
      "is_refused", \.isRefused,
      "True if `unseen_error` is EPERM and an ordinary user ran the program."),
    .init(
      "wants_root", \.wantsRoot,
      "True if the words say that the program has to run as root, and it did not."),
    .init(
      "lost_privilege", \.lostPrivilege,
      "True if the program is set-user-id and tracing took its privilege away."),
    .init(
      "misses_privilege", \.missesPrivilege, "True if the words can come from that."),
    .init(
      "installs_locally", \.installsLocally,
      "True if the interpreter is not the system's own, as in a virtual environment."),
    .init("clear", \.clear, "True if the words speak of a failure, by their choice."),
  ]
}
