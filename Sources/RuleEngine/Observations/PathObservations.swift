import HeuristicCatalog

/// A path that a program needed does not lead to anything.
struct MissingPath: ObservationKind {
  var path = ""
  var asked: String?
  var base = ""
  var directory = ""
  var use = "open"
  var firstMissing: String?
  var existingParent: String?
  var notDirectory: String?
  var link: String?
  var linkTarget: String?
  var loop = false
  var near: [String] = []
  var bestNear: String?
  var searched: [String] = []
  var sought: String?
  var soughtAbove: String?
  var isRelative = false
  var cwd = ""
  var mentioned = false
  var isWrittenOut = false
  var saidBefore: String?
  var emptyVariable = false
  var isFromLog = false
  var existsNow = false
  var fileSystemOfParent: String?
  var linkerName: String?
  var unfitLibrary: String?
  var elsewhere: [String] = []
  var elsewhereFile: String?
  var bestElsewhere: String?
  var searchOption: String?
  var circle: String?
  var jail: String?
  var isInRoot = false
  var oddity: String?
  var isCalledDirectory = false
  var wantsNoFile: Bool { oddity != nil || isCalledDirectory }
  var module: String?
  var installation: String?
  var emptyVariables: [String] = []
  var madeIn: String?
  var madeBy: String?
  var unmounted: String?
  var unmountedSource: String?
  var inPath: String?
  var owner: String?
  var directoryIsMeant = false
  var parentRefuses = false
  var whole: String?
  var submodule: String?
  var submoduleFile: String?
  var submoduleLine: Int?
  var submoduleRoot: String?

  static let name = "missing-path"
  static let summary =
    "A call ended in ENOENT, ENOTDIR or ELOOP: the path it named leads to nothing."
  static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "Absolute path that was asked for."),
    .init("owner", \.owner, "The installed package that has a file of that path."),
    .init(
      "submodule", \.submodule,
      "The directory of a submodule of git that the path belongs to and that is empty."),
    .init("submodule_file", \.submoduleFile, "The file .gitmodules that names it."),
    .init("submodule_line", \.submoduleLine, "The line there."),
    .init("submodule_root", \.submoduleRoot, "The directory of that file."),
    .init(
      "whole", \.whole,
      "A name with blanks that does exist, of which this is a part: the command line has its parts as words of their own."
    ),
    .init("asked", \.asked, "The path as the program gave it, where that differs."),
    .init("base", \.base, "Last component of `path`."),
    .init("directory", \.directory, "Directory of `path`."),
    .init(
      "use", \.use, "What for: open, create, execute, inspect, list, make, remove, enter, change."),
    .init("first_missing", \.firstMissing, "The first component on the way that does not exist."),
    .init("existing_parent", \.existingParent, "The last directory on the way that does exist."),
    .init(
      "parent_refuses", \.parentRefuses,
      "True if the user may make nothing in `existing_parent`, of what was to be made."),
    .init(
      "not_directory", \.notDirectory, "The component that is a file where a directory is needed."),
    .init("link", \.link, "The symbolic link on the way whose target is missing."),
    .init("link_target", \.linkTarget, "Where that link points."),
    .init("loop", \.loop, "True if symbolic links lead in a circle."),
    .init("near", \.near, "Names in the directory that resemble the missing one, as paths."),
    .init("best_near", \.bestNear, "The nearest of them."),
    .init("searched", \.searched, "All places where the same name was looked for, if several."),
    .init(
      "sought_above", \.soughtAbove,
      "The directory where a search began that went on in all directories above it."),
    .init(
      "sought", \.sought, "The end that all searched places have in common: what was looked for."),
    .init(
      "directory_is_meant", \.directoryIsMeant,
      "True if the words name `first_missing` and not the path itself, or several files were looked for in it."
    ),
    .init("in_path", \.inPath, "For a program: one of the same name in PATH."),
    .init("is_relative", \.isRelative, "True if the program gave a relative path."),
    .init("cwd", \.cwd, "Working directory at that moment."),
    .init("mentioned", \.mentioned, "True if the program then named it in its words."),
    .init("is_written_out", \.isWrittenOut, "True if those words have the whole path."),
    .init(
      "said_before", \.saidBefore,
      "What the words that name it best say just before it: Could not create output file."),
    .init(
      "unfit_library", \.unfitLibrary,
      "For the linker's search: a file of that name that it said to be of another architecture."),
    .init("linker_name", \.linkerName, "For the linker's search: the name behind its option -l."),
    .init("elsewhere", \.elsewhere, "Files of that name in other places nearby."),
    .init(
      "best_elsewhere", \.bestElsewhere,
      "The directory to search for the first of them to be found."),
    .init("elsewhere_file", \.elsewhereFile, "The first of them."),
    .init(
      "circle", \.circle, "The symbolic links that lead in a circle, the first one at both ends."),
    .init("jail", \.jail, "The program's root directory, if it is not that of the machine."),
    .init(
      "is_in_root", \.isInRoot,
      "True for a file directly below the root directory that nobody named on the command line."),
    .init("module", \.module, "The module that an interpreter was to find, as its words name it."),
    .init("installation", \.installation, "What would install that module."),
    .init("oddity", \.oddity, "What is odd in the name and explains it by itself; a sentence."),
    .init(
      "is_called_directory", \.isCalledDirectory, "True if the words call it a directory."),
    .init(
      "wants_no_file", \.wantsNoFile, "True if there is better to do than to put a file there."),
    .init("is_from_log", \.isFromLog, "True if a log tells it, and nothing can be asked."),
    .init(
      "empty_variables", \.emptyVariables,
      "Variables of the script that were empty when it made the path."),
    .init("made_in", \.madeIn, "The script and its line that made the path of `empty_variables`."),
    .init("made_by", \.madeBy, "The text of that line."),
    .init(
      "unmounted", \.unmounted,
      "A directory on the way that /etc/fstab has a file system for, which is not mounted."),
    .init("unmounted_source", \.unmountedSource, "The device or export that belongs there."),
    .init(
      "search_option", \.searchOption, "What makes the program search `best_elsewhere` as well."),
    .init(
      "empty_variable", \.emptyVariable, "True if the path looks like one with an empty variable."),
    .init("exists_now", \.existsNow, "True if the path did exist when the program had ended."),
  ]
}

/// A call was refused for want of a right.
struct AccessRefused: ObservationKind {
  var path = ""
  var wantsRoot = false
  var call = ""
  var error = ""
  var action = "use"
  var user = ""
  var component: String?
  var componentType: String?
  var mode: String?
  var owner: String?
  var group: String?
  var needs: String?
  var reason: String?
  var detail: String?
  var refusedByParent = false
  var classLetter: String?
  var isPrivate = false
  var rightLetter: String?
  var passingRights: String?
  var mountPoint: String?
  var securityModule: String?
  var isRoot = false
  var lostPrivilege = false
  var ownsFile = false
  var keepsOwner = false
  var isSystems = false
  var targetOfLink: String?
  var script: String?
  var scriptIsBinary = false
  var scriptHandler: String?
  var chain: String?
  var missingCapability: String?
  var groupIsPending = false
  var groupMay = false
  var offersGroup = false
  var isLibrary = false
  var isBinary = false
  var emptyVariables: [String] = []
  var madeIn: String?
  var madeBy: String?
  var listLetters: String?
  var isSocket = false
  var socketHolder: String?
  var asksNoAccessTime = false
  var isFiltered = false
  var getsDirectory = false
  var getsFile = false

  static let name = "access-refused"
  static let summary = "A call on a path ended in EACCES, EPERM or EROFS."
  static let fields: [ObservationField<Self>] = [
    .init(
      "wants_root", \.wantsRoot,
      "True if the program then said that it has to run as root, and it did not."),
    .init("path", \.path, "Absolute path that was asked for."),
    .init(
      "script_handler", \.scriptHandler,
      "The entry of binfmt_misc that tells the kernel to run `script` with `path`."),
    .init(
      "script_is_binary", \.scriptIsBinary,
      "True if what names `path` as its interpreter is a binary: that is its loader."),
    .init("is_socket", \.isSocket, "True if what refuses is a Unix socket."),
    .init("socket_holder", \.socketHolder, "Who listens on it: name and process number."),
    .init(
      "asks_no_access_time", \.asksNoAccessTime,
      "True if it was opened with O_NOATIME, which the owner alone may, and no right is lacking."),
    .init(
      "is_filtered", \.isFiltered,
      "True if no right is lacking, and a program of the run had installed a filter of system calls."
    ),
    .init(
      "gets_directory", \.getsDirectory,
      "True if a directory was to be made where programs have one each, such as /var/lib."),
    .init("gets_file", \.getsFile, "True if a file was to be made there."),
    .init(
      "missing_capability", \.missingCapability,
      "The capability that root has elsewhere, and this process, which runs as root, does not."),
    .init(
      "list_letters", \.listLetters,
      "The rights for an entry of an access list: those that the user has, and `needs`."),
    .init(
      "group_may", \.groupMay,
      "True if the group of what refuses, one other than root, has the right that is needed."),
    .init("is_library", \.isLibrary, "True if what may not be executed is a shared library."),
    .init("is_binary", \.isBinary, "True if it is no script."),
    .init(
      "empty_variables", \.emptyVariables,
      "The variables that were empty when a path below the root directory was made."),
    .init("made_in", \.madeIn, "The line of a script that made it."),
    .init("made_by", \.madeBy, "Its text, or that of the command line."),
    .init(
      "offers_group", \.offersGroup,
      "True if the user is none of that group, and what refuses is not the system's."),
    .init(
      "group_is_pending", \.groupIsPending,
      "True if /etc/group has the user in a group that may, and the process is not in it."),
    .init("call", \.call, "The system call."),
    .init("error", \.error, "EACCES, EPERM or EROFS."),
    .init(
      "action", \.action,
      "What the program wanted to do, as a verb: read, write, create, remove, execute, enter, change the owner of…"
    ),
    .init("user", \.user, "Name of the user whose rights counted."),
    .init("component", \.component, "The component of the path that refuses."),
    .init("component_type", \.componentType, "directory, file, socket, device."),
    .init("mode", \.mode, "Its permission bits, in octal digits with a leading 0."),
    .init("owner", \.owner, "Its owner."),
    .init("group", \.group, "Its group."),
    .init(
      "needs", \.needs, "The right that is missing there: read, write, execute, search, ownership."),
    .init(
      "reason", \.reason,
      "What decides: ownerBits, groupBits, otherBits, accessControlList, noExecuteBit, readOnlyFileSystem, noExecMount, immutable, appendOnly, stickyDirectory, notOwner, unmappedOwner, kernelFile…"
    ),
    .init("detail", \.detail, "The particulars of the reason, in words."),
    .init(
      "refused_by_parent", \.refusedByParent, "True if `component` is another than the path itself."
    ),
    .init(
      "is_private", \.isPrivate,
      "True if it is not to be opened to all: its bits let nobody but its owner near it, as those of a private key, or it is the system's."
    ),
    .init("class_letter", \.classLetter, "u, g or o: whose bits decide."),
    .init("right_letter", \.rightLetter, "r, w or x: the bit that is missing."),
    .init(
      "passing_rights", \.passingRights,
      "x, or wx, where a directory may not be passed: what the call would have needed of it."),
    .init("mount_point", \.mountPoint, "Mount point, where a mount option decides."),
    .init(
      "security_module", \.securityModule,
      "A security module in force that may have refused, where no bit explains it."),
    .init("is_root", \.isRoot, "True if the process acts as root."),
    .init(
      "lost_privilege", \.lostPrivilege,
      "True if the program is set-user-id and tracing took its privilege away."),
    .init("owns_file", \.ownsFile, "True if the user owns `component`."),
    .init(
      "keeps_owner", \.keepsOwner,
      "True if `component` is the user's already, or the system's: below /etc, /var/lib, /run…"),
    .init(
      "is_systems", \.isSystems,
      "True if `component` is the system's or a service's, and not the user's own."),
    .init("target_of_link", \.targetOfLink, "Where `path` leads, if it is a symbolic link."),
    .init(
      "chain", \.chain,
      "For a shared library: from the program to it, by what needs what: app → liba → libb."),
    .init("script", \.script, "The script that was to be run, if `path` is its interpreter."),
  ]
}

/// Something about a path, other than absence or rights, stood in the way.
struct PathConflict: ObservationKind {
  var path = ""
  var second: String?
  var error = ""
  var call = ""
  var use = ""
  var contents: [String] = []
  var holder: String?
  var holderPid: Int?
  var holderManner: String?
  var isDirectory = false
  var mountPoint: String?
  var secondMountPoint: String?
  var nameLength: Int?
  var pathLength: Int?
  var type: String?
  var linkTarget: String?
  var linkIsDangling = false
  var mountedAt: String?
  var writtenPid: Int?
  var writtenProcess: String?
  var isLockFile = false
  var isUnused = false
  var holderIsOwn = false

  static let name = "path-conflict"
  static let summary =
    "A call on a path ended in EEXIST, EISDIR, ENOTEMPTY, EXDEV, ETXTBSY, EBUSY, ENAMETOOLONG or EMLINK."
  static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "Absolute path of the call."),
    .init(
      "link_is_dangling", \.linkIsDangling,
      "True if what is there is a symbolic link to what does not exist."),
    .init("mounted_at", \.mountedAt, "Where the device is mounted."),
    .init("second", \.second, "The other path of a rename or link."),
    .init("error", \.error, "Name of the error."),
    .init("call", \.call, "The system call."),
    .init("use", \.use, "What for: open, create, make, remove…"),
    .init("contents", \.contents, "What a directory that is not empty holds, at most five names."),
    .init("holder", \.holder, "The process that uses it, as name and pid."),
    .init("holder_pid", \.holderPid, "Its process id."),
    .init(
      "holder_is_own", \.holderIsOwn,
      "True if it is the process itself that asked, or one that started it."),
    .init("holder_manner", \.holderManner, "How it uses it: working in /mnt/a."),
    .init("is_directory", \.isDirectory, "True if `path` is a directory."),
    .init("mount_point", \.mountPoint, "Mount point of `path`."),
    .init("second_mount_point", \.secondMountPoint, "Mount point of `second`."),
    .init("path_length", \.pathLength, "Bytes in `path`, where no name in it is too long."),
    .init("name_length", \.nameLength, "Bytes in the longest component of the path."),
    .init("type", \.type, "What `path` is: directory, file, socket…"),
    .init("link_target", \.linkTarget, "Where it points, if a symbolic link is in the way."),
    .init("written_pid", \.writtenPid, "The process id that stands in the file."),
    .init("written_process", \.writtenProcess, "The process of that id, if it lives."),
    .init("is_lock_file", \.isLockFile, "True if it looks like a lock or pid file."),
    .init("is_unused", \.isUnused, "True if no process that we may see has the file open."),
  ]
}
