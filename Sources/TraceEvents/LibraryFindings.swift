/// How a program was started, as far as that decides where its loader looks (`ld.so(8)`).
package struct LoaderStart: Codable, Sendable, Hashable {
  /// Absolute path of the program, below `root`.
  package var program: String
  /// The root directory of the process (`chroot(2)`).
  package var root: String
  /// Its working directory, below `root`: relative directories count from there.
  package var workingDirectory: String
  /// The value of LD_LIBRARY_PATH.
  package var libraryPath: String?
  /// The value of LD_PRELOAD.
  package var preload: String?
  /// The user who started it, where a set-user-id bit or a capability of the file has effect.
  package var user: UInt32?
  /// True if it was seen to run in secure-execution mode; nil where that follows from `user`.
  package var isSecure: Bool?
  /// Libraries that it loaded by itself (`dlopen(3)`), in order, below `root`.
  package var opened: [String]
  /// Files that the kernel refused to give to it, below `root`.
  package var refused: [String]
  /// Directories in which it looked for the library of the question, below `root`.
  package var tried: [String]

  package init(
    program: String, root: String = "/", workingDirectory: String = "/",
    libraryPath: String? = nil, preload: String? = nil, user: UInt32? = nil,
    isSecure: Bool? = nil, opened: [String] = [], refused: [String] = [], tried: [String] = []
  ) {
    self.program = program
    self.root = root
    self.workingDirectory = workingDirectory
    self.libraryPath = libraryPath
    self.preload = preload
    self.user = user
    self.isSecure = isSecure
    self.opened = opened
    self.refused = refused
    self.tried = tried
  }
}

/// A place in which a library was looked for, and what was there.
package struct LibraryPlace: Codable, Sendable, Hashable {
  /// Why it was looked for there.
  package enum Source: Codable, Sendable, Hashable {
    /// The name has a slash.
    case name
    /// DT_RPATH of this object.
    case rpath(object: String)
    /// DT_RUNPATH of this object.
    case runpath(object: String)
    /// The variable LD_LIBRARY_PATH.
    case libraryPath
    /// `/etc/ld.so.cache`.
    case cache
    /// The loader's own directories.
    case standard
  }

  /// What was there.
  package enum Verdict: Codable, Sendable, Hashable {
    case found
    case absent
    /// A symbolic link whose target, as it is written, is not there.
    case danglingLink(target: String)
    /// The cache has no such name.
    case notListed
    /// It is for 32-bit programs, or for 64-bit ones; the loader goes on.
    case otherClass(bits: Int)
    /// It is for another processor; the loader goes on.
    case otherMachine(name: String)
    /// It is no library that can be loaded; the loader gives up.
    case rejected(reason: String)
    /// The kernel does not give it; the loader goes on.
    case unreadable(error: ErrorNumber)
    /// It was not looked at, and why.
    case skipped(reason: String)
  }

  /// The file, or for what was skipped the directories.
  package var path: String
  package var source: Source
  package var verdict: Verdict

  package init(path: String, source: Source, verdict: Verdict) {
    self.path = path
    self.source = source
    self.verdict = verdict
  }
}

/// What a library that was opened needs and is not there, so that it cannot be loaded.
package struct LibraryLack: Codable, Sendable, Hashable {
  /// The library that is not found, by the name it is needed by; or the path of one that lacks `version`.
  package var library: String
  /// The version of symbols that it does not define.
  package var version: String?
  /// A symbol that `user` wants as it is loaded, and that nothing defines; `library` is then `user` itself.
  package var symbol: String?
  /// The file that needs it.
  package var user: String

  package init(library: String, version: String? = nil, symbol: String? = nil, user: String) {
    self.library = library
    self.version = version
    self.symbol = symbol
    self.user = user
  }
}

/// How the loader looks for one library, and what comes of it.
package struct LibraryFinding: Codable, Sendable, Hashable {
  /// Names from the program down to the library, by what needs what.
  package var chain: [String]
  /// The file that needs it; nil if the program asked for it by itself, or it is preloaded.
  package var requester: String?
  /// The RUNPATH or RPATH of that file, as it stands there.
  package var requesterRunPath: String?
  /// True if the program loaded the library, or what needs it, by itself (`dlopen(3)`).
  package var isLoadedAtRunTime: Bool
  /// True if LD_PRELOAD or /etc/ld.so.preload asks for it.
  package var isPreloaded: Bool
  /// Where it was found.
  package var path: String?
  /// Where it was looked for, in order.
  package var places: [LibraryPlace]
  /// Other copies, which would be found if the search went on.
  package var hidden: [LibraryPlace]
  /// Files of directories where it was looked for that call themselves by its name (DT_SONAME), where it
  /// was not found: only a link to one of them is missing.
  package var unlinked: [String]?
  /// Versions of symbols that it defines, in order; for a question about one those of its kind.
  package var versions: [String]
  /// For a library that the program loaded by itself: what that one, or one that it needs, lacks.
  package var lack: LibraryLack?

  package init(
    chain: [String], requester: String? = nil, requesterRunPath: String? = nil,
    isLoadedAtRunTime: Bool = false, isPreloaded: Bool = false, path: String? = nil,
    places: [LibraryPlace] = [], hidden: [LibraryPlace] = [], versions: [String] = []
  ) {
    self.chain = chain
    self.requester = requester
    self.requesterRunPath = requesterRunPath
    self.isLoadedAtRunTime = isLoadedAtRunTime
    self.isPreloaded = isPreloaded
    self.path = path
    self.places = places
    self.hidden = hidden
    self.versions = versions
  }
}

/// Where a symbol that was not found should have come from.
package struct SymbolFinding: Codable, Sendable, Hashable {
  /// The file that wants it, with the way to it.
  package var wanting: LibraryFinding
  /// The library that should have it; nil where that cannot be told.
  package var expected: LibraryFinding?
  /// The versions in which that library, or another of those loaded, has it.
  package var versions: [String]
  /// Installed files that do define it, nearest first, at most 5.
  package var definers: [String]
  /// False if the file itself does not want it: then the program asked the file for it (`dlsym(3)`).
  package var isWanted: Bool?
  /// True if the loader looks it up as it loads the file; else when it is called first.
  package var isBoundAtStart: Bool

  package init(
    wanting: LibraryFinding, expected: LibraryFinding? = nil, versions: [String] = [],
    definers: [String] = [], isBoundAtStart: Bool = true
  ) {
    self.wanting = wanting
    self.expected = expected
    self.versions = versions
    self.definers = definers
    self.isBoundAtStart = isBoundAtStart
  }
}
