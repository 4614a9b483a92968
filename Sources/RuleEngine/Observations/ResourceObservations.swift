package import HeuristicCatalog

/// A limit or a resource was used up.
package struct ResourceExhausted: ObservationKind {
  package var resource = ""
  package var error = ""
  package var call = ""
  package var limitName: String?
  package var limit: String?
  package var limitWasLow = false
  package var ulimitOption: String?
  package var used: String?
  package var path: String?
  package var mountPoint: String?
  package var fileSystemType: String?
  package var total: String?
  package var available: String?
  package var user: String?

  package static let name = "resource-exhausted"
  package static let summary =
    "A call ended in ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EFBIG or (for new processes) EAGAIN."
  package static let fields: [ObservationField<Self>] = [
    .init("resource", \.resource, "space, inodes, quota, descriptors, system-descriptors, memory, processes, file-size."),
    .init("error", \.error, "Name of the error."),
    .init("call", \.call, "The system call."),
    .init("limit_name", \.limitName, "RLIMIT_NOFILE and so on, where a limit decides."),
    .init("limit", \.limit, "Its value, in words with a unit."),
    .init("limit_was_low", \.limitWasLow, "True if the limit is set, and low enough to explain it."),
    .init("ulimit_option", \.ulimitOption, "The option of the shell's ulimit that sets it."),
    .init("used", \.used, "What is used of it."),
    .init("path", \.path, "The file that was written, where there is one."),
    .init("mount_point", \.mountPoint, "Mount point of the file system."),
    .init("file_system_type", \.fileSystemType, "Its type: ext4, tmpfs."),
    .init("total", \.total, "Its size, in words."),
    .init("available", \.available, "What is free, in words."),
    .init("user", \.user, "The user whom the limit holds for."),
  ]
}

/// A lock was held by another.
package struct LockHeld: ObservationKind {
  package var path: String?
  package var call = ""
  package var holder: String?
  package var holderPid: Int?
  package var holderCommand: String?
  package var manner: String?

  package static let name = "lock-held"
  package static let summary = "flock(2) or fcntl(2) could not get a lock since another holds it."
  package static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "The file that is locked."),
    .init("call", \.call, "The system call."),
    .init("holder", \.holder, "Name of the process that holds the lock."),
    .init("holder_pid", \.holderPid, "Its process id."),
    .init("holder_command", \.holderCommand, "Its command line."),
    .init("manner", \.manner, "What kind of lock it holds."),
  ]
}

/// A system call failed in a way that no other kind of observation covers.
package struct CallFailed: ObservationKind {
  package var call = ""
  package var notation = ""
  package var error = ""
  package var errorWords = ""
  package var path: String?
  package var second: String?
  package var capability: String?
  package var user = ""
  package var isRoot = false
  package var descriptor: Int?
  package var descriptorName: String?

  package static let name = "call-failed"
  package static let summary = "Any other system call that failed."
  package static let fields: [ObservationField<Self>] = [
    .init("call", \.call, "The system call."),
    .init("notation", \.notation, "The call as strace would print it."),
    .init("error", \.error, "Name of the error."),
    .init("error_words", \.errorWords, "Its words."),
    .init("path", \.path, "Its path, if it has one."),
    .init("second", \.second, "Its second path."),
    .init("capability", \.capability, "The capability that would allow it, where that is known."),
    .init("user", \.user, "Name of the user whose rights counted."),
    .init("is_root", \.isRoot, "True if the process acts as root."),
    .init("descriptor", \.descriptor, "Its descriptor, if it has one."),
    .init("descriptor_name", \.descriptorName, "standard input, output or error, for descriptors 0 to 2."),
  ]
}
