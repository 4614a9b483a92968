package import HeuristicCatalog

/// A path that a program needed does not lead to anything.
package struct MissingPath: ObservationKind {
  package var path = ""
  package var asked: String?
  package var base = ""
  package var directory = ""
  package var use = "open"
  package var firstMissing: String?
  package var existingParent: String?
  package var notDirectory: String?
  package var link: String?
  package var linkTarget: String?
  package var loop = false
  package var near: [String] = []
  package var bestNear: String?
  package var searched: [String] = []
  package var isRelative = false
  package var cwd = ""
  package var mentioned = false
  package var isLibrary = false
  package var emptyVariable = false
  package var existsNow = false
  package var fileSystemOfParent: String?
  package var libraryUser: String?

  package static let name = "missing-path"
  package static let summary =
    "A call ended in ENOENT, ENOTDIR or ELOOP: the path it named leads to nothing."
  package static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "Absolute path that was asked for."),
    .init("asked", \.asked, "The path as the program gave it, where that differs."),
    .init("base", \.base, "Last component of `path`."),
    .init("directory", \.directory, "Directory of `path`."),
    .init("use", \.use, "What for: open, create, execute, inspect, list, make, remove, enter, change."),
    .init("first_missing", \.firstMissing, "The first component on the way that does not exist."),
    .init("existing_parent", \.existingParent, "The last directory on the way that does exist."),
    .init("not_directory", \.notDirectory, "The component that is a file where a directory is needed."),
    .init("link", \.link, "The symbolic link on the way whose target is missing."),
    .init("link_target", \.linkTarget, "Where that link points."),
    .init("loop", \.loop, "True if symbolic links lead in a circle."),
    .init("near", \.near, "Names in the directory that resemble the missing one, as paths."),
    .init("best_near", \.bestNear, "The nearest of them."),
    .init("searched", \.searched, "All places where the same name was looked for, if several."),
    .init("is_relative", \.isRelative, "True if the program gave a relative path."),
    .init("cwd", \.cwd, "Working directory at that moment."),
    .init("mentioned", \.mentioned, "True if the program then named it in its words."),
    .init("is_library", \.isLibrary, "True if it is a shared library that the loader looked for."),
    .init("library_user", \.libraryUser, "The program or library that needs the library."),
    .init("empty_variable", \.emptyVariable, "True if the path looks like one with an empty variable."),
    .init("exists_now", \.existsNow, "True if the path did exist when the program had ended."),
  ]
}

/// A call was refused for want of a right.
package struct AccessRefused: ObservationKind {
  package var path = ""
  package var call = ""
  package var error = ""
  package var action = "use"
  package var user = ""
  package var component: String?
  package var componentType: String?
  package var mode: String?
  package var owner: String?
  package var group: String?
  package var needs: String?
  package var reason: String?
  package var detail: String?
  package var refusedByParent = false
  package var classLetter: String?
  package var rightLetter: String?
  package var mountPoint: String?
  package var securityModule: String?
  package var isRoot = false
  package var lostPrivilege = false
  package var ownsFile = false
  package var targetOfLink: String?

  package static let name = "access-refused"
  package static let summary = "A call on a path ended in EACCES, EPERM or EROFS."
  package static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "Absolute path that was asked for."),
    .init("call", \.call, "The system call."),
    .init("error", \.error, "EACCES, EPERM or EROFS."),
    .init("action", \.action, "What the program wanted to do, as a verb: read, write, create, remove, execute, enter, change the owner of…"),
    .init("user", \.user, "Name of the user whose rights counted."),
    .init("component", \.component, "The component of the path that refuses."),
    .init("component_type", \.componentType, "directory, file, socket, device."),
    .init("mode", \.mode, "Its permission bits, in octal digits with a leading 0."),
    .init("owner", \.owner, "Its owner."),
    .init("group", \.group, "Its group."),
    .init("needs", \.needs, "The right that is missing there: read, write, execute, search, ownership."),
    .init("reason", \.reason, "What decides: ownerBits, groupBits, otherBits, accessControlList, noExecuteBit, readOnlyFileSystem, noExecMount, immutable, appendOnly, stickyDirectory, notOwner, kernelFile…"),
    .init("detail", \.detail, "The particulars of the reason, in words."),
    .init("refused_by_parent", \.refusedByParent, "True if `component` is another than the path itself."),
    .init("class_letter", \.classLetter, "u, g or o: whose bits decide."),
    .init("right_letter", \.rightLetter, "r, w or x: the bit that is missing."),
    .init("mount_point", \.mountPoint, "Mount point, where a mount option decides."),
    .init("security_module", \.securityModule, "A security module in force that may have refused, where no bit explains it."),
    .init("is_root", \.isRoot, "True if the process acts as root."),
    .init("lost_privilege", \.lostPrivilege, "True if the program is set-user-id and tracing took its privilege away."),
    .init("owns_file", \.ownsFile, "True if the user owns `component`."),
    .init("target_of_link", \.targetOfLink, "Where `path` leads, if it is a symbolic link."),
  ]
}

/// Something about a path, other than absence or rights, stood in the way.
package struct PathConflict: ObservationKind {
  package var path = ""
  package var second: String?
  package var error = ""
  package var call = ""
  package var use = ""
  package var contents: [String] = []
  package var holder: String?
  package var holderPid: Int?
  package var isDirectory = false
  package var mountPoint: String?
  package var secondMountPoint: String?
  package var nameLength: Int?
  package var type: String?

  package static let name = "path-conflict"
  package static let summary =
    "A call on a path ended in EEXIST, EISDIR, ENOTEMPTY, EXDEV, ETXTBSY, EBUSY, ENAMETOOLONG or EMLINK."
  package static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "Absolute path of the call."),
    .init("second", \.second, "The other path of a rename or link."),
    .init("error", \.error, "Name of the error."),
    .init("call", \.call, "The system call."),
    .init("use", \.use, "What for: open, create, make, remove…"),
    .init("contents", \.contents, "What a directory that is not empty holds, at most five names."),
    .init("holder", \.holder, "The process that uses it, as name and pid."),
    .init("holder_pid", \.holderPid, "Its process id."),
    .init("is_directory", \.isDirectory, "True if `path` is a directory."),
    .init("mount_point", \.mountPoint, "Mount point of `path`."),
    .init("second_mount_point", \.secondMountPoint, "Mount point of `second`."),
    .init("name_length", \.nameLength, "Bytes in the longest component of the path."),
    .init("type", \.type, "What `path` is: directory, file, socket…"),
  ]
}
