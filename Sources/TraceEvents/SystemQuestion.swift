/// A question about the machine that a diagnosis rests on.
///
/// Paths are absolute and those of the machine that whyfail runs on: for a target below a
/// `chroot(2)` they include its root.
package enum SystemQuestion: Codable, Sendable, Hashable {
  /// May `credentials` use `path` so, and if not, which component refuses, by what?
  /// Asked at the stop of EACCES, EPERM, EROFS. Answer: `accessWalk`.
  case access(path: String, operation: AccessOperation, credentials: Credentials)
  /// How far does `path` exist? Answer: `pathWalk`.
  case path(path: String)
  /// Which names in `directory` are near to `name` (typing error, case, other version, other
  /// extension)? Best first, at most 5. Answer: `names`.
  case similarNames(directory: String, name: String)
  /// The first `limit` names in `directory`, in alphabetical order. Answer: `names`.
  case entries(directory: String, limit: Int)
  /// Which commands along `searchPath` are near to `name`, or where else is `name` itself, such as
  /// in a sbin directory that is not in the search path? Answer: `names` (absolute paths).
  case similarCommands(name: String, searchPath: [String])
  /// What would `execve(2)` find in the file at `path`? Answer: `program`.
  case program(path: String)
  /// Which file system holds `path` (or its nearest existing parent)? Answer: `fileSystem`.
  case fileSystem(path: String)
  /// Who listens on (or has bound) `address`? Answer: `holders`; empty if nobody does.
  case listener(address: SocketAddress, isDatagram: Bool)
  /// Who has `path` open, maps it, runs it, or works in it? Answer: `holders`.
  case openers(path: String)
  /// Who holds an advisory lock on `path` (`/proc/locks`)? Answer: `holders`.
  case lockers(path: String)
  /// What is process `pid`? Answer: `process`.
  case process(pid: ProcessID)
  /// The resource limits of process `pid` (`/proc/PID/limits`) and what it uses of them.
  /// Answer: `limits`.
  case limits(pid: ProcessID)
  /// Which lines of these text files contain one of these words? Files are read up to 256 KiB,
  /// at most 8 lines are given. Answer: `lines`.
  case linesMentioning(words: [String], files: [String])
  /// The lines around line `line` of text file `file`, at most `context` on each side.
  /// Answer: `lines`.
  case linesAround(file: String, line: Int, context: Int)
  /// Which lines of this text file can name other files: those with a path, a pattern, a file's name
  /// or a word such as `include`, and headings (`[section]`), comments apart? Of its first 256 KiB, at most 600 lines.
  /// Answer: `lines`.
  case references(file: String)
  /// Which lines of this text file contain `text`? Of its first 256 KiB, at most 40 lines.
  /// Answer: `lines`.
  case linesContaining(text: String, file: String)
  /// The name of a user. Answer: `names` with one element, or none.
  case userName(user: UInt32)
  /// The name of a group. Answer: `names` with one element, or none.
  case groupName(group: UInt32)
  /// Which files around these directories have one of these names (a base name, or the last
  /// components of a path)? Nearest first, at most 5, never all of a large tree. Answer: `names`
  /// (absolute paths).
  case nearby(names: [String], roots: [String])
  /// Which format that the kernel was told of (binfmt_misc) is the file at `path`? Answer: `names`:
  /// the format, its interpreter, and `enabled` or `disabled`; none if there is none.
  case binaryFormat(path: String)
  /// How does the loader look for `name`? With `version`, which versions like it does the library
  /// have? Answer: `library`.
  case library(name: String, version: String?, start: LoaderStart)
  /// Where should `symbol`, which the file called `user` wants, come from? Answer: `symbol`.
  case symbol(name: String, version: String?, user: String, start: LoaderStart)
  /// Which of `files`, and of the libraries that `directories` have for linking (`libNAME.so`), define
  /// `symbol`? At most 5. Answer: `names` (absolute paths).
  case definers(symbol: String, files: [String], directories: [String])
  /// Which words of these programs and texts are near to `word` (a typing error)? Best first, at most
  /// 3; none where one of them has `word` itself. Of /etc/passwd and /etc/group only the names count; the
  /// directory of apt's lists stands for the names of the packages in them. Answer: `names`.
  case nearWords(word: String, files: [String])
  /// The same for a word that these files have themselves: which others are near to it?
  case otherNearWords(word: String, files: [String])
  /// Which installed package owns `path`? Answer: `names` with one element, or none.
  case packageOwning(path: String)
  /// Which of `paths` are configuration files of installed packages, by the packages' own account
  /// (dpkg's conffiles)? Answer: `names`, in the order of `paths`.
  case packageConfiguration(paths: [String])
  /// Which package known to the machine ships a file or command of this name?
  /// Answer: `names`, best first, at most 3.
  case packageShipping(name: String)
  /// Which internet sockets listen on this machine, and whose are they? Answer: `holders`, at most
  /// 24, by port.
  case listening
  /// The value of a kernel parameter, by its path below /proc/sys: `kernel/sem`. Answer: `names` with
  /// one element.
  case kernelParameter(path: String)
  /// Which messages that the kernel has logged since the tracer began (`/dev/kmsg`) have one of these
  /// words? Newest last, at most 8. Answer: `names`.
  case kernelMessages(words: [String])
  /// Is a file that a parser of YAML takes? Answer: `names`, empty where it does, else with what it complains of.
  case yamlFault(path: String)
  /// What does the image or disk at `path` hold, by its first 68 KiB: a file system, as mount(8) names
  /// it, another format (`blkid(8)`), or `zeros`? Answer: `names` with one element, or none.
  case diskContents(path: String)
  /// What limits the control groups that a process is in, as its `/proc/PID/cgroup` lists them?
  /// Answer: `controlGroup`.
  case controlGroup(pid: ProcessID, memberships: String)
  /// What is mapped at `address` of process `pid`, or next to it? Answer: `mapping`.
  case mapping(pid: ProcessID, address: UInt64)
  /// How much did process `pid` hand to the `execve(2)` that took it for too much? Answer:
  /// `argumentSizes`; only the tracer can tell, while the process stands at the call.
  case argumentSizes(pid: ProcessID)
  /// Can this machine's processor do `feature`, as the flags of /proc/cpuinfo name it? Answer: `names`
  /// with it, or none.
  case processorFeature(name: String)
  /// What are these processes, their ancestors, and what do they have open? Answer: `snapshots`.
  case snapshot(pids: [ProcessID])
  /// Under which conditions does process `pid` run: limits, mask, groups, kernel? Asked of the first
  /// process of a recording, so that two can be compared. Answer: `conditions`.
  case conditions(pid: ProcessID)
  /// What does each thread of process `pid` do? Answer: `threads`; only the tracer can tell.
  case threads(pid: ProcessID)
  /// What was each thread of process `pid` in when a signal was about to end it? Answer: `threads`, the
  /// one that the signal was for first; only the tracer, where it is told to, and a core file can tell.
  case crashedThreads(pid: ProcessID)
}

/// What an access wants to do with the last component of its path.
package enum AccessOperation: String, Codable, Sendable, Hashable {
  /// Open for reading, list.
  case read
  /// Open for writing, truncate.
  case write
  /// Open for reading and writing.
  case readWrite
  /// `execve(2)`.
  case execute
  /// Enter or look up only (stat, chdir).
  case search
  /// Make a name in its directory (creat, mkdir, symlink, bind, rename's target).
  case create
  /// Remove a name from its directory (unlink, rmdir, rename's source).
  case remove
  /// Change mode or times, which takes ownership.
  case own
  /// Change owner or group (chown), which takes CAP_CHOWN; an owner may only choose another of the
  /// groups that they are in.
  case changeOwner
}

/// An answer to a `SystemQuestion`.
package enum SystemAnswer: Codable, Sendable, Hashable {
  case accessWalk(walk: AccessWalk)
  case pathWalk(walk: PathWalk)
  case names(list: [String])
  case fileSystem(status: FileSystemStatus)
  case holders(list: [Holder])
  case process(identity: ProcessIdentity)
  case limits(list: [ResourceLimit])
  case lines(list: [TextLine])
  case program(facts: ProgramFile)
  case library(finding: LibraryFinding)
  case symbol(finding: SymbolFinding)
  case controlGroup(status: ControlGroupStatus)
  case mapping(status: MappingStatus)
  case argumentSizes(sizes: ArgumentSizes)
  case snapshots(list: [ProcessSnapshot])
  case threads(list: [ThreadMoment])
  case conditions(conditions: RunConditions)
  /// It could not be found out, and why.
  case unknown(reason: String)
}

/// A question with its answer, as a recording keeps them.
package struct Fact: Codable, Sendable, Hashable {
  package var question: SystemQuestion
  package var answer: SystemAnswer

  package init(question: SystemQuestion, answer: SystemAnswer) {
    self.question = question
    self.answer = answer
  }
}

/// Whoever can answer questions about the machine: the live system, or a recording.
package protocol SystemInspector {
  /// The answer; `unknown` where there is none. Never fails, never blocks for long.
  func answer(_ question: SystemQuestion) -> SystemAnswer
}

/// What a file is.
package enum FileType: String, Codable, Sendable, Hashable {
  case regular, directory, symbolicLink, socket, fifo, characterDevice, blockDevice, unknown
}

/// One component on the way along a path.
package struct PathComponent: Codable, Sendable, Hashable {
  /// Absolute path up to and including this component.
  package var path: String
  /// What it is; nil where it does not exist or could not be looked at.
  package var type: FileType?
  /// Permission bits with set-id and sticky bits (07777).
  package var mode: UInt16
  /// Owner.
  package var owner: UInt32
  /// Name of the owner, or its number in digits.
  package var ownerName: String
  /// Group.
  package var group: UInt32
  /// Name of the group, or its number in digits.
  package var groupName: String
  /// Where a symbolic link points, as it is written.
  package var linkTarget: String?
  /// Size in bytes, for a regular file.
  package var size: Int64
  /// Why it could not be looked at.
  package var error: ErrorNumber?

  package init(
    path: String, type: FileType?, mode: UInt16 = 0, owner: UInt32 = 0, ownerName: String = "0",
    group: UInt32 = 0, groupName: String = "0", linkTarget: String? = nil, size: Int64 = 0,
    error: ErrorNumber? = nil
  ) {
    self.path = path
    self.type = type
    self.mode = mode
    self.owner = owner
    self.ownerName = ownerName
    self.group = group
    self.groupName = groupName
    self.linkTarget = linkTarget
    self.size = size
    self.error = error
  }
}

/// A path walked component by component, links followed, as `path_resolution(7)` does.
package struct PathWalk: Codable, Sendable, Hashable {
  /// Every component that was looked at, in order of the first look, from "/" on; symbolic links
  /// and then their targets. Paths are those reached, so without links before the last name; a
  /// missing component is spelled as the question spells it.
  package var components: [PathComponent]
  /// Where it stops.
  package var end: End

  /// How a walk ends.
  package enum End: Codable, Sendable, Hashable {
    /// The whole path exists.
    case exists
    /// This component, the first of its kind, does not exist; spelled as the question spells it,
    /// so equal to the path of the question if only the last component is missing.
    case missing(path: String)
    /// This component is no directory, though the path goes on below it.
    case notDirectory(path: String)
    /// The symbolic link at `link` leads to `target` (as it is written), of which `missing` (an
    /// absolute path) does not exist.
    case danglingLink(link: String, target: String, missing: String)
    /// The symbolic link at `link` leads back to itself.
    case linkLoop(link: String)
    /// This component may not be searched by us, so that it is not known how it goes on.
    case unsearchable(path: String)
  }

  package init(components: [PathComponent], end: End) {
    self.components = components
    self.end = end
  }
}

/// A path walked with a user's rights.
package struct AccessWalk: Codable, Sendable, Hashable {
  /// The walk itself.
  package var walk: PathWalk
  /// The first component that refuses; nil if none does as far as modes, ACLs, mounts and
  /// attributes tell (then a security module may be the reason).
  package var refusal: Refusal?
  /// Name of the user who asked, or its number in digits.
  package var userName: String
  /// Security modules in force (`/sys/kernel/security/lsm`), such as apparmor, selinux.
  package var securityModules: [String]

  /// Who refuses what, and by what right.
  package struct Refusal: Codable, Sendable, Hashable {
    /// The component that refuses.
    package var component: PathComponent
    /// The right that would be needed there.
    package var needs: Right
    /// What denies it.
    package var reason: Reason
    /// The particulars: the deciding ACL entry, mount point, capability or attribute.
    package var detail: String

    package init(component: PathComponent, needs: Right, reason: Reason, detail: String = "") {
      self.component = component
      self.needs = needs
      self.reason = reason
      self.detail = detail
    }
  }

  /// A right on one component.
  package enum Right: String, Codable, Sendable, Hashable {
    case read, write, execute, search, ownership
  }

  /// What denies a right.
  package enum Reason: String, Codable, Sendable, Hashable {
    /// The owner's permission bits, as the user owns the file.
    case ownerBits
    /// The group's bits, as the user is in the group.
    case groupBits
    /// The bits for others.
    case otherBits
    /// An entry of an access control list (`acl(5)`).
    case accessControlList
    /// No execute bit is set at all, which refuses root as well.
    case noExecuteBit
    /// The file system is mounted read-only.
    case readOnlyFileSystem
    /// The file system is mounted noexec.
    case noExecMount
    /// The file system is mounted nodev.
    case noDeviceMount
    /// The immutable attribute (`chattr(1)` +i).
    case immutable
    /// The append-only attribute (`chattr(1)` +a).
    case appendOnly
    /// The sticky bit of a directory, as the file is another user's.
    case stickyDirectory
    /// Only the owner (or CAP_FOWNER, CAP_CHOWN) may do this.
    case notOwner
    /// It takes a capability that the user lacks, whoever owns the file.
    case lacksCapability
    /// Capabilities would do, but do not count: the file's owner or group has no number in the user
    /// namespace (`user_namespaces(7)`).
    case unmappedOwner
    /// The sysctl fs.protected_symlinks: another user's link in a sticky world-writable directory
    /// is not followed, even for root.
    case protectedSymlink
    /// The sysctl fs.protected_regular or fs.protected_fifos: another user's file in a sticky
    /// writable directory is not opened with O_CREAT, even for root.
    case protectedFile
    /// A kernel file in /proc or /sys that refuses by itself.
    case kernelFile
    /// It is a file of a kind that this cannot be done with.
    case wrongType
  }

  package init(
    walk: PathWalk, refusal: Refusal?, userName: String, securityModules: [String] = []
  ) {
    self.walk = walk
    self.refusal = refusal
    self.userName = userName
    self.securityModules = securityModules
  }
}

/// A mounted file system, and how full it is (`statvfs(3)`).
package struct FileSystemStatus: Codable, Sendable, Hashable {
  package var mountPoint: String
  /// `ext4`, `tmpfs`, `nfs4`…
  package var type: String
  /// The device or export that is mounted.
  package var source: String
  /// Mount options, of the mount and of the superblock.
  package var options: [String]
  /// Size in bytes.
  package var totalBytes: UInt64
  /// Bytes that an ordinary user may still use.
  package var availableBytes: UInt64
  /// Number of inodes in all; 0 where the file system does not count them.
  package var totalInodes: UInt64
  /// Inodes that are free.
  package var availableInodes: UInt64

  package init(
    mountPoint: String, type: String, source: String, options: [String], totalBytes: UInt64,
    availableBytes: UInt64, totalInodes: UInt64, availableInodes: UInt64
  ) {
    self.mountPoint = mountPoint
    self.type = type
    self.source = source
    self.options = options
    self.totalBytes = totalBytes
    self.availableBytes = availableBytes
    self.totalInodes = totalInodes
    self.availableInodes = availableInodes
  }
}

/// A process that holds something.
package struct Holder: Codable, Sendable, Hashable {
  /// The process; nil if the kernel shows that it is held, but not by whom.
  package var process: ProcessIdentity?
  /// As what it holds it: `listening on 127.0.0.1:80`, `open for writing as descriptor 3`,
  /// `running it`, `working in it`, `holds an exclusive flock lock`.
  package var manner: String

  package init(process: ProcessIdentity?, manner: String) {
    self.process = process
    self.manner = manner
  }
}

/// What a process is, for people.
package struct ProcessIdentity: Codable, Sendable, Hashable {
  package var pid: ProcessID
  /// Its short name (`/proc/PID/comm`).
  package var name: String
  /// Absolute path of its executable, where it may be known.
  package var executable: String?
  /// Argument vector, capped.
  package var arguments: [String]
  /// Name of its user, or the number in digits.
  package var userName: String
  package var parent: ProcessID
  /// State letter of `/proc/PID/stat`: R, S, D, T, t, Z.
  package var state: String
  /// Seconds since it started.
  package var ageSeconds: Double
  /// systemd unit or container that it belongs to, from its cgroup.
  package var unit: String?

  package init(
    pid: ProcessID, name: String, executable: String?, arguments: [String], userName: String,
    parent: ProcessID, state: String, ageSeconds: Double, unit: String? = nil
  ) {
    self.pid = pid
    self.name = name
    self.executable = executable
    self.arguments = arguments
    self.userName = userName
    self.parent = parent
    self.state = state
    self.ageSeconds = ageSeconds
    self.unit = unit
  }
}
