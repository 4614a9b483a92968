internal import TraceEvents

/// What words tell of servers, versions, variables and symbols: the daily troubles of those who build and run
/// programs.
struct ToolWords: Sendable {
  var httpStatus: Int?
  var httpURL: String?
  var isLogin = false
  var isAddress = false
  var isServers = false
  var versionedThing: String?
  var presentVersion: String?
  var wantedVersion: String?
  var variable: String?
  var variableValue: String?
  var symbol: String?
  var symbolTrouble: String?
  var symbolSource: String?
  var symbolSourceLine: Int?
  var symbolArchive: String?
  var symbolLibrary: String?
  var symbolLinkOption: String?
  var symbolObject: String?
  var isOfOtherLanguage = false
  var symbolIsNowhere: Bool {
    symbolArchive == nil && symbolSource == nil && symbolLibrary == nil
  }
  var symbolPlaces: [String] = []
  var quotedPlace: QuotedPlace?
  var nativeLibrary: String?
  var rejectedSource: String?
  var extensionNotLoaded: String?
  var extensionWords: String?
  var extensionLacks: String?
  var patchTarget: String?
  var patchName: String?
  var patchNear: String?
  var patchStrip: Int?
  var certificate: String?
  var endedChild: String?
  var mappingLimit: String?
  var ownModule: OwnModule?
  var misspeltKey: MisspeltKey?
  var member: ModuleMember?
  var nearWordFile: String?
  var commandIsAll = false
  var rejectedArgument: String?
  var nearName: NearName?
  var syntaxPlace: SyntaxPlace?
  var frame: String?
  var account: String?
  var accountShell: String?
  var vainLookup: VainLookup?
  var shadowVariable: String?
  var awaitedPeer: AwaitedPeer?
  var lastAnswerer: String?
  var question: UnansweredQuestion?
  var proxyVariable: String?
}

extension LastWords {
  /// The fields of `tools`.
  static let toolFields: [ObservationField<Self>] = [
    .init(
      "http_status", \.tools.httpStatus,
      "The status of 400 or above with which a server answered, if the words tell it."),
    .init("http_url", \.tools.httpURL, "The address that was asked for, where it is known."),
    .init(
      "is_login", \.tools.isLogin, "True if the server wants to know who asks (401, 403, 407)."),
    .init(
      "is_address", \.tools.isAddress, "True if it has nothing at that address (404, 405, 410)."),
    .init(
      "is_servers", \.tools.isServers, "True if it failed itself, or is too busy (429, 5xx)."),
    .init(
      "versioned_thing", \.tools.versionedThing,
      "What the words say is too old or too new for what asks for it."),
    .init("present_version", \.tools.presentVersion, "The version that it has."),
    .init("wanted_version", \.tools.wantedVersion, "The version that is asked for."),
    .init(
      "variable", \.tools.variable,
      "The environment variable whose value the words quote and that the program's source reads."),
    .init("variable_value", \.tools.variableValue, "Its value."),
    .init(
      "command_is_all", \.tools.commandIsAll,
      "True if the program had read no file that the words could be about: what it was given is its command."
    ),
    .init(
      "rejected_argument", \.tools.rejectedArgument,
      "The argument of the command that the words quote."),
    .init("symbol", \.tools.symbol, "The symbol that the linker complains of."),
    .init(
      "symbol_trouble", \.tools.symbolTrouble,
      "What is wrong with it: undefined, multiple, position (the code of an object is not position independent)."
    ),
    .init(
      "symbol_source", \.tools.symbolSource, "A source file around that defines an undefined one."
    ),
    .init("symbol_source_line", \.tools.symbolSourceLine, "The line where it does."),
    .init(
      "symbol_archive", \.tools.symbolArchive,
      "An archive that the linker was given and that defines it: it stands before what needs it."),
    .init("symbol_library", \.tools.symbolLibrary, "A library of the system that defines it."),
    .init("symbol_link_option", \.tools.symbolLinkOption, "What links that library: -lm."),
    .init("symbol_object", \.tools.symbolObject, "The object file that the words name."),
    .init(
      "is_of_other_language", \.tools.isOfOtherLanguage,
      "True if one side of an undefined symbol is C and the other C++."),
    .init(
      "symbol_is_nowhere", \.tools.symbolIsNowhere,
      "True if no definition of it was found around."),
    .init(
      "symbol_places", \.tools.symbolPlaces,
      "Where a symbol is defined that has several definitions."),
    .init(
      "rejected_source", \.tools.rejectedSource,
      "The line of `file` whose first word the words do not know, and do not tell."),
    .init(
      "native_library", \.tools.nativeLibrary, "The file that Java missed in java.library.path."),
    .init(
      "quoted_word", \.tools.quotedPlace?.word, "What the words quote, if they tell no line."),
    .init(
      "quoted_file", \.tools.quotedPlace?.line.file,
      "The file of the user's that has it in one line alone."),
    .init("quoted_line", \.tools.quotedPlace?.line.number, "The number of that line."),
    .init("quoted_text", \.tools.quotedPlace?.line.text.trimmed, "Its text."),
    .init(
      "quoted_near", \.tools.quotedPlace?.near,
      "Another word of that file that is near to it, if the words miss what it names."),
    .init(
      "extension_not_loaded", \.tools.extensionNotLoaded,
      "The extension that PHP said before it could not load, if the function it misses has its name."
    ),
    .init("extension_words", \.tools.extensionWords, "What it said of it."),
    .init(
      "extension_lacks", \.tools.extensionLacks,
      "The shared library that the extension needs and the loader did not find."),
    .init(
      "patch_target", \.tools.patchTarget, "The file that patch(1) does not find."),
    .init("patch_name", \.tools.patchName, "Its name, as the patch has it."),
    .init("patch_near", \.tools.patchNear, "A file beside it that has nearly its name."),
    .init(
      "patch_strip", \.tools.patchStrip,
      "How many components of the name the option -p must take away to lead to a file that is there."
    ),
    .init(
      "mapping_limit", \.tools.mappingLimit,
      "The value of vm.max_map_count, where the process had that many mappings."),
    .init(
      "ended_child", \.tools.endedChild,
      "The child that it had ended by a signal before it spoke, with the command and the signal."),
    .init(
      "certificate", \.tools.certificate,
      "The file of a certificate that was read before, where the words are of its private key."),
    .init(
      "own_module", \.tools.ownModule?.module,
      "The Go module of the program itself, if the package that is missing would be a part of it."),
    .init("own_directory", \.tools.ownModule?.directory, "The directory that it would be."),
    .init("own_near", \.tools.ownModule?.near, "A directory beside it of nearly that name."),
    .init(
      "missing_key", \.tools.misspeltKey?.key,
      "The setting that the words miss, where a file that was read has one of nearly its name."),
    .init("key_wanted", \.tools.misspeltKey?.wanted, "The last part of its name."),
    .init("key_near", \.tools.misspeltKey?.near, "The name that the file has."),
    .init("key_file", \.tools.misspeltKey?.line.file, "That file."),
    .init("key_line", \.tools.misspeltKey?.line.number, "The line there."),
    .init("key_text", \.tools.misspeltKey?.line.text.trimmed, "Its text."),
    .init(
      "near_word_file", \.tools.nearWordFile,
      "The file that was read and has `near_words`; none where the program itself knows them."),
    .init(
      "undefined_name", \.tools.nearName?.name,
      "The name of the program's source that the words miss, where the source has one near to it."
    ),
    .init("near_name", \.tools.nearName?.near, "That near name."),
    .init("near_name_file", \.tools.nearName?.line.file, "A file that has it."),
    .init("near_name_line", \.tools.nearName?.line.number, "The line there."),
    .init(
      "fault_file", \.tools.syntaxPlace?.line.file,
      "The file of source with a line that is to be mended, where a parser named a later one."),
    .init("fault_line", \.tools.syntaxPlace?.line.number, "The number of that line."),
    .init("fault_text", \.tools.syntaxPlace?.line.text.trimmed, "Its text."),
    .init(
      "missing_sign", \.tools.syntaxPlace?.missingSign,
      "The sign that it lacks at its end; none where it opens what nothing closes."),
    .init(
      "frame", \.tools.frame,
      "The innermost function of the program's own on a stack of the Java virtual machine: Shop.main (Shop.java line 4)."
    ),
    .init(
      "account", \.tools.account, "The user of the command line whose shell lets nobody log in."),
    .init("account_shell", \.tools.accountShell, "That shell."),
    .init("member", \.tools.member?.name, "The object that the words miss in a module of Python."),
    .init("member_file", \.tools.member?.file, "The source of that module."),
    .init("member_made", \.tools.member?.made?.name, "The one object that it makes."),
    .init("member_line", \.tools.member?.made?.line, "The line where it does."),
  ]
}

extension LastWords {
  private var othersRights: UInt16 {
    fileIsDirectory ? (fileMode.flatMap { UInt16($0, radix: 8) } ?? 0) & 0o77 : 0
  }
  /// True for a directory in which others than its owner may make names.
  var directoryIsWritable: Bool { othersRights & 0o22 != 0 || fileIsDirectory && fileMode == nil }
  /// True for one that they may only look into, if the words do not tell the mode that is wanted.
  var directoryIsReadable: Bool {
    wantedMode == nil && othersRights != 0 && othersRights & 0o22 == 0
  }

  /// The fields on what the words keep to themselves.
  static let lookupFields: [ObservationField<Self>] = [
    .init(
      "vain_lookup", \.tools.vainLookup?.server,
      "The name server that was asked in vain for a name which the words do not speak of."),
    .init("vain_name", \.tools.vainLookup?.name, "That name, where it was seen."),
    .init(
      "vain_trouble", \.tools.vainLookup?.trouble,
      "Why the server could not be asked, in words; absent where it was asked."),
    .init(
      "vain_resolver", \.tools.vainLookup?.resolver,
      "What /etc/resolv.conf and /etc/nsswitch.conf say of who is asked."),
    .init(
      "directory_is_writable", \.directoryIsWritable,
      "True if `file` is a directory in which others than its owner may make names."),
    .init(
      "directory_is_readable", \.directoryIsReadable,
      "True if it is one that they may look into, and the words do not tell the mode that is wanted."
    ),
    .init(
      "shadow_variable", \.tools.shadowVariable,
      "The variable by which `shadow` was found: PYTHONPATH."),
    .init(
      "awaited_peer", \.tools.awaitedPeer?.address,
      "The address that it had connected to and then waited for, if the words say nothing of what."),
    .init("awaited_for", \.tools.awaitedPeer?.pause, "How long it waited at once."),
    .init(
      "last_answerer", \.tools.lastAnswerer,
      "The address that it had connected to as the last that it did, if the words say nothing of what."
    ),
    .init(
      "question", \.tools.question?.text,
      "What it asked, if the words are a question and nothing that could answer is its standard input."
    ),
    .init("question_input", \.tools.question?.input, "What its standard input is then."),
    .init(
      "proxy_variable", \.tools.proxyVariable,
      "The environment variable that names the other side as a proxy: https_proxy."),
    .init("vain_near", \.tools.vainLookup?.near, "A line of /etc/hosts with a near name."),
  ]
}
