import HeuristicCatalog

/// A shared library that was not loaded.
struct LibraryNotLoaded: ObservationKind {
  var library = ""
  var path: String?
  var trouble = "missing"
  var line: String?
  var ownWords: String?
  var file: String?
  var content: String?
  var linkTarget: String?
  var libraryUser: String?
  var chain: String?
  var runPath: String?
  var libraryPath: String?
  var isLoadedAtRunTime = false
  var isPreloaded = false
  var places: [String] = []
  var hidden: [String] = []
  var near: [String] = []
  var elsewhere: [String] = []
  var bestElsewhere: String?
  var package: String?
  var owner: String?
  var unlinked: String?
  var missingLink: String?
  /// Whether what mends it is known.
  var isRemedied: Bool { package != nil || owner != nil || unlinked != nil }
  var jail: String?
  var spaceLimit: String?
  var isPointer: Bool { content == Observer.pointerWords }
  var loadersRunPath: String?
  var unusable: [String] = []
  var foreignArchitecture: String?
  var neededAs: String?
  var startDirectory: String?
  var isSecure = false
  var avoidsDefaultDirectories = false
  /// Whether a variable of one run does not mend it.
  var needsLastingRemedy: Bool { isSecure || neededAs != nil }
  var muslPathFile: String?
  var isUnmapped = false
  var consequence: String?

  static let name = "library-not-loaded"
  static let summary = "The dynamic loader did not find a shared library, or did not accept it."
  static let fields: [ObservationField<Self>] = [
    .init("library", \.library, "Name of the library, without its directory."),
    .init("path", \.path, "The path that was tried last."),
    .init("trouble", \.trouble, "missing, dangling, rejected; found, if it was there further on."),
    .init("line", \.line, "The loader's words."),
    .init(
      "own_words", \.ownWords, "What the program said, if it kept the loader's words to itself."),
    .init("file", \.file, "The file that is rejected, or the link that leads nowhere."),
    .init("content", \.content, "What is in the file that is rejected, in words."),
    .init("is_pointer", \.isPointer, "True if that is what Git LFS has in place of a file."),
    .init("link_target", \.linkTarget, "Where that link points."),
    .init("library_user", \.libraryUser, "The program or library that needs the library."),
    .init(
      "chain", \.chain, "From the program to the library, by what needs what: app → liba → libb."),
    .init("run_path", \.runPath, "The RUNPATH or RPATH of `library_user`."),
    .init(
      "loaders_run_path", \.loadersRunPath,
      "What has the directory of `best_elsewhere` in its RUNPATH, and needs the library through `library_user`."
    ),
    .init("library_path", \.libraryPath, "The value of LD_LIBRARY_PATH."),
    .init(
      "is_loaded_at_run_time", \.isLoadedAtRunTime,
      "True if the program loaded the library, or what needs it, by itself (dlopen)."),
    .init("is_preloaded", \.isPreloaded, "True if LD_PRELOAD or /etc/ld.so.preload asks for it."),
    .init(
      "places", \.places,
      "Where the loader looked, in its order: the path, why there, and what was there."),
    .init(
      "hidden", \.hidden, "Copies that it would have come to, had it not given up before; paths."),
    .init("near", \.near, "Other versions of the library that are there, as paths."),
    .init("elsewhere", \.elsewhere, "Files of that name where the loader does not look."),
    .init("best_elsewhere", \.bestElsewhere, "The directory of the first of them."),
    .init("package", \.package, "A package that ships it, where the machine knows one."),
    .init("owner", \.owner, "The installed package whose file is not there any more."),
    .init(
      "unlinked", \.unlinked,
      "The library itself, by its soname, if only the link is missing that has its name."),
    .init("is_remedied", \.isRemedied, "True if `package`, `owner` or `unlinked` is known."),
    .init("missing_link", \.missingLink, "The path that this link would have."),
    .init(
      "space_limit", \.spaceLimit,
      "The limit on address space, where the words say that the library could not be mapped."),
    .init("jail", \.jail, "The program's root directory, if it is not that of the machine."),
    .init(
      "unusable", \.unusable,
      "Files of that name where the loader does not look and that the program could not load either, and why."
    ),
    .init(
      "foreign_architecture", \.foreignArchitecture,
      "The architecture of `package`, as Debian names it, if it is not that of this machine."),
    .init(
      "needed_as", \.neededAs, "The name with a slash by which `library_user` needs it: a path."),
    .init(
      "start_directory", \.startDirectory,
      "The working directory from which that path would lead to a library."),
    .init(
      "is_secure", \.isSecure,
      "True if the program runs with more rights than its user, so that its loader heeds no environment."
    ),
    .init(
      "avoids_default_directories", \.avoidsDefaultDirectories,
      "True if what needs it is linked with -z nodefaultlib, so that ldconfig does not help."),
    .init("needs_lasting_remedy", \.needsLastingRemedy, "True if LD_LIBRARY_PATH would not help."),
    .init(
      "musl_path_file", \.muslPathFile,
      "The file that names the directories of musl's loader, for such a program."),
    .init(
      "is_unmapped", \.isUnmapped, "True if the file is whole, but could not be mapped into memory."
    ),
    .init("consequence", \.consequence, "What the program said of what it then did not have."),
  ]
}

/// The dynamic loader complained of a library that it loaded.
struct LoaderComplaint: ObservationKind {
  var line = ""
  var ownWords: String?
  var trouble = ""
  var file: String?
  var symbol: String?
  var version: String?
  var neededBy: String?
  var chain: String?
  var versions: [String] = []
  var newestVersion: String?
  var definers: [String] = []
  var hidden: [String] = []
  var libraryPath: String?
  var reason: String?
  var isBoundAtStart = false
  var isEntry = false
  var isLoadedAtRunTime = false
  var isPreloaded = false
  var package: String?
  var consequence: String?

  static let name = "loader-complaint"
  static let summary =
    "The dynamic loader complained of a library that it loaded: it lacks a symbol or a version."
  static let fields: [ObservationField<Self>] = [
    .init("line", \.line, "The words."),
    .init(
      "own_words", \.ownWords, "What the program said, if it kept the loader's words to itself."),
    .init("trouble", \.trouble, "symbol, version."),
    .init("file", \.file, "The library that lacks it or should have it; a path."),
    .init(
      "is_entry", \.isEntry,
      "True if the program asked `needed_by` itself for the symbol (dlsym), as it enters plugins."),
    .init("symbol", \.symbol, "The symbol that is missing, as it stands in the file."),
    .init("version", \.version, "The version that is missing, or that the symbol is to have."),
    .init("needed_by", \.neededBy, "The program or library that needs the symbol or version."),
    .init("chain", \.chain, "From the program to `file`, by what needs what: app → liba → libb."),
    .init(
      "versions", \.versions,
      "The last versions of the same kind that the library has; those of the symbol."),
    .init("newest_version", \.newestVersion, "The last of them."),
    .init("definers", \.definers, "Other installed files that do have the symbol."),
    .init(
      "hidden", \.hidden, "Other copies of `file`, which were not used, as it was found earlier."),
    .init("library_path", \.libraryPath, "The value of LD_LIBRARY_PATH."),
    .init("reason", \.reason, "Why `file` was used: LD_LIBRARY_PATH, RUNPATH of app."),
    .init(
      "is_bound_at_start", \.isBoundAtStart,
      "True if the symbol is looked up as the file is loaded; else when it is called first."),
    .init(
      "is_loaded_at_run_time", \.isLoadedAtRunTime,
      "True if the program loaded `needed_by` by itself (dlopen)."),
    .init("is_preloaded", \.isPreloaded, "True if LD_PRELOAD asks for `needed_by`."),
    .init("package", \.package, "The installed package that `file` belongs to."),
    .init("consequence", \.consequence, "What the program said of what it then did not have."),
  ]
}
