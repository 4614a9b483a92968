import HeuristicCatalog

/// A limit or a resource was used up.
struct ResourceExhausted: ObservationKind {
  var resource = ""
  var error = ""
  var call = ""
  var isInferred = false
  var limitName: String?
  var limit: String?
  var limitWasLow = false
  var ulimitOption: String?
  var used: String?
  var path: String?
  var mountPoint: String?
  var fileSystemType: String?
  var storedAt: String?
  var memoryMount: String?
  var total: String?
  var available: String?
  var user: String?
  var ulimitValue: String?
  var limitOrigin: String?
  var limitMeans: String?
  var askedFor: String?
  var crowd: String?
  var parameter: String?
  var parameterValue: String?
  var parameterMeans: String?
  var suggested: String?
  var isSystemV = false
  var group: String?
  var groupLimit: String?
  var temporaryVariable: String?

  static let name = "resource-exhausted"
  static let summary =
    "A call ended in ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EFBIG or (for new processes) EAGAIN."
  static let fields: [ObservationField<Self>] = [
    .init(
      "resource", \.resource,
      "space, inodes, quota, descriptors, system-descriptors, memory, locked-memory, message-queues, queued-signals, processes, file-size, kernel-limit."
    ),
    .init("error", \.error, "Name of the error."),
    .init("call", \.call, "The system call."),
    .init(
      "is_inferred", \.isInferred,
      "True if no call was seen to fail: the file system was full as the program complained or failed."
    ),
    .init("limit_name", \.limitName, "RLIMIT_NOFILE and so on, where a limit decides."),
    .init("limit", \.limit, "Its value, in words with a unit."),
    .init(
      "limit_was_low", \.limitWasLow, "True if the limit is set, and low enough to explain it."),
    .init("ulimit_option", \.ulimitOption, "The option of the shell's ulimit that sets it."),
    .init("used", \.used, "What is used of it."),
    .init("path", \.path, "The file that was written, where there is one."),
    .init("mount_point", \.mountPoint, "Mount point of the file system, where it is full."),
    .init("file_system_type", \.fileSystemType, "Its type: ext4, tmpfs."),
    .init("stored_at", \.storedAt, "Mount point of the file system, also if it is not full."),
    .init(
      "memory_mount", \.memoryMount,
      "The same, where it lies in memory: its size is an option of the mount."),
    .init("total", \.total, "Its size, in words."),
    .init("available", \.available, "What is free, in words."),
    .init("user", \.user, "The user whom the limit holds for."),
    .init("ulimit_value", \.ulimitValue, "Its value as `ulimit` shows it."),
    .init("limit_means", \.limitMeans, "What a limit on memory counts: address space, data."),
    .init("limit_origin", \.limitOrigin, "Where that limit comes from, in a sentence."),
    .init("asked_for", \.askedFor, "How much memory or space the call asked for."),
    .init("crowd", \.crowd, "What most of the open descriptors are: 30 of them are /var/x."),
    .init("parameter", \.parameter, "The kernel parameter that limits it: kernel.shmmax."),
    .init("parameter_value", \.parameterValue, "Its value."),
    .init("parameter_means", \.parameterMeans, "What it limits."),
    .init("suggested", \.suggested, "A higher value that many systems have."),
    .init(
      "is_system_v", \.isSystemV,
      "True if it is of shared memory, semaphores or message queues (sysvipc(7))."),
    .init("group", \.group, "The control group whose limit is reached, as a directory."),
    .init("group_limit", \.groupLimit, "That limit."),
    .init(
      "temporary_variable", \.temporaryVariable,
      "TMPDIR, where the file lies in the directory that it names."),
  ]
}

/// A lock was held by another.
struct LockHeld: ObservationKind {
  var path: String?
  var call = ""
  var error = ""
  var holder: String?
  var holderPid: Int?
  var holderCommand: String?
  var holderAge: String?
  var manner: String?

  static let name = "lock-held"
  static let summary = "flock(2) or fcntl(2) could not get a lock since another holds it."
  static let fields: [ObservationField<Self>] = [
    .init("path", \.path, "The file that is locked."),
    .init("call", \.call, "The system call."),
    .init("error", \.error, "Name of the error: EAGAIN, EACCES, EINTR, EDEADLK."),
    .init("holder", \.holder, "Name of the process that holds the lock."),
    .init("holder_pid", \.holderPid, "Its process id."),
    .init("holder_command", \.holderCommand, "Its command line."),
    .init("holder_age", \.holderAge, "For how long it has been running."),
    .init("manner", \.manner, "What kind of lock it holds."),
  ]
}

/// A system call failed in a way that no other kind of observation covers.
struct CallFailed: ObservationKind {
  var call = ""
  var notation = ""
  var error = ""
  var errorWords = ""
  var path: String?
  var second: String?
  var capability: String?
  var missingCapability: String?
  var user = ""
  var isRoot = false
  var descriptor: Int?
  var descriptorName: String?
  var isLeakCheck = false
  var signalled: String?

  static let name = "call-failed"
  static let summary = "Any other system call that failed."
  static let fields: [ObservationField<Self>] = [
    .init("call", \.call, "The system call."),
    .init("notation", \.notation, "The call as strace would print it."),
    .init("error", \.error, "Name of the error."),
    .init("error_words", \.errorWords, "Its words."),
    .init(
      "signalled", \.signalled,
      "The process that a refused kill(2) was about: name, number and user."),
    .init("path", \.path, "Its path, if it has one."),
    .init("second", \.second, "Its second path."),
    .init("capability", \.capability, "The capability that would allow it, where that is known."),
    .init(
      "missing_capability", \.missingCapability,
      "The same, where the process runs as root and does not have it."),
    .init("user", \.user, "Name of the user whose rights counted."),
    .init("is_root", \.isRoot, "True if the process acts as root."),
    .init("descriptor", \.descriptor, "Its descriptor, if it has one."),
    .init(
      "descriptor_name", \.descriptorName,
      "standard input, output or error, for descriptors 0 to 2."),
    .init(
      "is_leak_check", \.isLeakCheck,
      "True if it is of LeakSanitizer, which looks into a program by tracing it."),
  ]
}
