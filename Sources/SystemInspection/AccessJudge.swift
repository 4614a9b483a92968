import TraceEvents

/// Decides what a user may do along a walked path, as the kernel does (Linux 6.1 `fs/namei.c`).
///
/// Security modules are not looked at, nor user namespaces other than our own. The question is
/// asked when the kernel has refused; where two causes are possible and nothing tells them apart
/// (`O_APPEND`, `O_CREAT`, a kernel file's own rules), the one that would refuse is named after all
/// others.
struct AccessJudge {
  /// Capability bits (`capabilities(7)`).
  private enum Capability: UInt64 {
    case changeOwner = 0x1
    case overrideAccess = 0x2
    case readSearch = 0x4
    case fileOwner = 0x8
  }

  private typealias Refusal = AccessWalk.Refusal
  private typealias Step = WalkedPath.Step

  /// Whose rights count.
  let credentials: Credentials
  /// The mounts that the files are on.
  let mounts: MountTable
  /// Where the capabilities hold.
  var namespace = UserNamespace.own
  /// Reads a number below /proc/sys/fs; 0 where there is none.
  var setting: (String) -> Int = { name in
    FileReading.text(of: "/proc/sys/fs/" + name).flatMap { Int($0) } ?? 0
  }

  /// The first refusal on the way, or for the operation at its end; nil if nothing refuses.
  func refusal(on walked: WalkedPath, operation: AccessOperation) -> AccessWalk.Refusal? {
    for passage in walked.passages {
      switch passage {
      case .search(let index):
        if let refusal = refusal(of: 1, at: walked.steps[index]) { return refusal }
      case .trailingLink(let link, let directory):
        if let refusal = protectedLink(walked.steps[link], in: walked.steps[directory]) {
          return refusal
        }
      }
    }
    let parent = walked.parent.map { walked.steps[$0] }
    let last = walked.last.map { walked.steps[$0] }
    let isMissing: Bool
    switch walked.end {
    case .missing, .danglingLink: isMissing = true
    default: isMissing = false
    }
    switch (operation, last) {
    case (.create, _), (.write, nil), (.readWrite, nil):
      guard let parent, last != nil || isMissing else { return nil }
      return changeOfNames(in: parent, removing: nil) ?? stickiness(of: parent, for: last)
    case (.remove, let last?):
      return parent.flatMap { changeOfNames(in: $0, removing: last) }
    case (.read, let last?): return opening(last, rights: 4, parent: parent)
    case (.write, let last?): return opening(last, rights: 2, parent: parent)
    case (.readWrite, let last?): return opening(last, rights: 6, parent: parent)
    case (.execute, let last?): return execution(of: last)
    case (.own, let last?): return ownership(of: last)
    case (.changeOwner, let last?): return changeOfOwner(of: last)
    // To look something up takes nothing of the thing itself; to enter a directory takes search.
    case (.search, let last?):
      return last.component.type == .directory ? refusal(of: 1, at: last) : nil
    case (_, nil): return nil
    }
  }

  // MARK: Operations

  private func opening(_ step: Step, rights: UInt16, parent: Step?) -> Refusal? {
    guard let status = step.status else { return nil }
    let mount = mounts.mount(holding: step.component.path, status: status)
    let needs: AccessWalk.Right = rights == 4 ? .read : .write
    switch status.type {
    case .directory where rights & 2 != 0:
      // Who opens one for writing gets EISDIR, whatever its bits are; access(2) is told by those.
      if let refusal = refusal(of: 2, at: step) { return refusal }
      return Refusal(
        component: step.component, needs: .write, reason: .wrongType,
        detail: "a directory cannot be opened for writing")
    // To connect takes the right to write (unix(7)).
    case .socket where rights != 2:
      return Refusal(
        component: step.component, needs: needs, reason: .wrongType,
        detail: "a socket is connected to, not opened")
    case .characterDevice, .blockDevice:
      if let mount, mount.options.contains("nodev") {
        return Refusal(
          component: step.component, needs: needs, reason: .noDeviceMount,
          detail: "mounted nodev on \(mount.mountPoint)")
      }
    default: break
    }
    // To write to a FIFO, socket or device changes nothing on the file system that it is on.
    let changesFileSystem = rights & 2 != 0 && status.type == .regular
    if changesFileSystem, let mount, mount.superOptions.contains("ro") {
      return readOnly(step, mount: mount)
    }
    if rights & 2 != 0, let refusal = immutability(of: step) { return refusal }
    if let refusal = refusal(of: rights, at: step) { return refusal }
    if changesFileSystem, let mount, mount.options.contains("ro") {
      return readOnly(step, mount: mount)
    }
    if rights & 2 != 0, let refusal = appending(to: step) { return refusal }
    if rights & 2 != 0, let refusal = protectedFile(step, in: parent) { return refusal }
    if let mount, mount.isKernel, status.type == .regular {
      return Refusal(
        component: step.component, needs: needs, reason: .kernelFile,
        detail: "a file of the kernel's \(mount.type) file system")
    }
    return nil
  }

  private func execution(of step: Step) -> Refusal? {
    guard let status = step.status else { return nil }
    guard status.type == .regular else {
      return Refusal(
        component: step.component, needs: .execute, reason: .wrongType,
        detail: "only a regular file can be executed")
    }
    if let mount = mounts.mount(holding: step.component.path, status: status),
      mount.options.contains("noexec") || mount.superOptions.contains("noexec")
    {
      return Refusal(
        component: step.component, needs: .execute, reason: .noExecMount,
        detail: "mounted noexec on \(mount.mountPoint)")
    }
    return refusal(of: 1, at: step)
  }

  private func changeOfNames(in directory: Step, removing victim: Step?) -> Refusal? {
    guard let status = directory.status else { return nil }
    if let mount = mounts.mount(holding: directory.component.path, status: status),
      mount.options.contains("ro") || mount.superOptions.contains("ro")
    {
      return readOnly(directory, mount: mount)
    }
    if let refusal = immutability(of: directory) { return refusal }
    if let refusal = refusal(of: 3, at: directory) { return refusal }
    if let mount = mounts.mount(holding: directory.component.path, status: status), mount.isKernel,
      !mount.type.hasPrefix("cgroup")
    {
      return Refusal(
        component: directory.component, needs: .write, reason: .kernelFile,
        detail: "a directory of the kernel's \(mount.type) file system")
    }
    guard let victim else { return nil }
    return appending(to: directory) ?? stickiness(of: directory, for: victim)
      ?? immutability(of: victim) ?? appending(to: victim)
  }

  private func stickiness(of directory: Step, for victim: Step?) -> Refusal? {
    guard let status = directory.status, let victim, let file = victim.status,
      status.mode & 0o1000 != 0, file.owner != credentials.user, status.owner != credentials.user,
      !has(.fileOwner, over: file)
    else { return nil }
    return Refusal(
      component: directory.component, needs: .ownership, reason: .stickyDirectory,
      detail: "\(victim.component.path) belongs to \(victim.component.ownerName)")
  }

  private func ownership(of step: Step) -> Refusal? {
    if let refusal = changeOfStatus(of: step) { return refusal }
    guard let status = step.status, status.owner != credentials.user,
      !has(.fileOwner, over: status)
    else { return nil }
    if has(.fileOwner) {
      return unmapped(step, needs: .ownership, "its owner alone may do that")
    }
    return Refusal(
      component: step.component, needs: .ownership, reason: .notOwner,
      detail: "it belongs to \(step.component.ownerName)")
  }

  private func changeOfOwner(of step: Step) -> Refusal? {
    if let refusal = changeOfStatus(of: step) { return refusal }
    guard let status = step.status, !has(.changeOwner, over: status) else { return nil }
    if has(.changeOwner) {
      return unmapped(step, needs: .ownership, "it takes the capability CAP_CHOWN")
    }
    return Refusal(
      component: step.component, needs: .ownership,
      reason: status.owner == credentials.user ? .lacksCapability : .notOwner,
      detail: "needs the capability CAP_CHOWN")
  }

  private func changeOfStatus(of step: Step) -> Refusal? {
    guard let status = step.status else { return nil }
    if let mount = mounts.mount(holding: step.component.path, status: status),
      mount.options.contains("ro") || mount.superOptions.contains("ro")
    {
      return readOnly(step, mount: mount)
    }
    return immutability(of: step) ?? appending(to: step)
  }

  // MARK: What refuses

  private func readOnly(_ step: Step, mount: Mount) -> Refusal {
    Refusal(
      component: step.component, needs: .write, reason: .readOnlyFileSystem,
      detail: "mounted read-only on \(mount.mountPoint)")
  }

  private func immutability(of step: Step) -> Refusal? {
    guard step.status?.isImmutable == true else { return nil }
    return Refusal(
      component: step.component, needs: .write, reason: .immutable,
      detail: "it has the immutable attribute (chattr +i)")
  }

  private func appending(to step: Step) -> Refusal? {
    guard step.status?.isAppendOnly == true else { return nil }
    return Refusal(
      component: step.component, needs: .write, reason: .appendOnly,
      detail: "it has the append-only attribute (chattr +a)")
  }

  /// Corresponds to the kernel's `may_follow_link`.
  private func protectedLink(_ link: Step, in directory: Step) -> Refusal? {
    guard let status = link.status, let place = directory.status,
      status.owner != credentials.user, place.mode & 0o1002 == 0o1002,
      status.owner != place.owner, setting("protected_symlinks") > 0
    else { return nil }
    return Refusal(
      component: link.component, needs: .search, reason: .protectedSymlink,
      detail: "fs.protected_symlinks: the link of \(link.component.ownerName) is in the sticky "
        + "world-writable directory \(directory.component.path)")
  }

  /// Corresponds to the kernel's `may_create_in_sticky`.
  private func protectedFile(_ step: Step, in directory: Step?) -> Refusal? {
    guard let status = step.status, let directory, let place = directory.status,
      place.mode & 0o1000 != 0, status.owner != place.owner, status.owner != credentials.user
    else { return nil }
    let name: String
    switch status.type {
    case .regular: name = "protected_regular"
    case .fifo: name = "protected_fifos"
    default: return nil
    }
    let level = setting(name)
    guard level > 0 && place.mode & 0o2 != 0 || level > 1 && place.mode & 0o20 != 0 else {
      return nil
    }
    return Refusal(
      component: step.component, needs: .write, reason: .protectedFile,
      detail: "fs.\(name): the file of \(step.component.ownerName) is in the sticky writable "
        + "directory \(directory.component.path)")
  }

  // MARK: Permission bits

  /// Corresponds to the kernel's `generic_permission`; `rights`: 4 read, 2 write, 1 execute.
  private func refusal(of rights: UInt16, at step: Step) -> Refusal? {
    guard let status = step.status else { return nil }
    let component = step.component
    let isDirectory = status.type == .directory
    let decision = decision(on: rights, of: status, path: component.path)
    guard let decision, !overrides(rights, of: status) else { return nil }
    if !isDirectory, rights & 1 != 0, status.mode & 0o111 == 0 {
      return Refusal(
        component: component, needs: .execute, reason: .noExecuteBit,
        detail: "no execute bit is set for anybody")
    }
    let missing = rights & ~decision.granted
    let needs: AccessWalk.Right
    if missing & 4 != 0 {
      needs = .read
    } else if missing & 2 != 0 {
      needs = .write
    } else {
      needs = isDirectory ? .search : .execute
    }
    if !namespace.holds(status), wouldOverride(rights, of: status) {
      return unmapped(step, needs: needs, decision.detail)
    }
    return Refusal(
      component: component, needs: needs, reason: decision.reason, detail: decision.detail)
  }

  /// What denies, and which rights it leaves; nil if the rights are granted.
  private func decision(on rights: UInt16, of status: FileStatus, path: String)
    -> (reason: AccessWalk.Reason, detail: String, granted: UInt16)?
  {
    let bits: UInt16
    let reason: AccessWalk.Reason
    let whose: String
    if credentials.user == status.owner {
      (bits, reason, whose) = (status.mode >> 6 & 7, .ownerBits, "the owner's bits are")
    } else if status.mode & 0o070 != 0, status.type != .symbolicLink,
      let list = AccessControlList(of: path)
    {
      // The kernel asks the list only if the mask, which stands in the group's bits, is not empty.
      return decision(of: list, on: rights, status: status)
    } else if credentials.group == status.group || credentials.groups.contains(status.group) {
      (bits, reason, whose) = (status.mode >> 3 & 7, .groupBits, "the group's bits are")
    } else {
      (bits, reason, whose) = (status.mode & 7, .otherBits, "the bits for others are")
    }
    guard bits & rights != rights else { return nil }
    var detail = "\(whose) \(AccessControlList.Entry.notation(of: bits))"
    // An empty mask, which stands in the group's bits, switches the list off for all named in it.
    if reason == .otherBits, status.mode & 0o070 == 0, let list = AccessControlList(of: path),
      let entry = list.verdict(
        for: credentials, wanting: rights, owner: status.owner, group: status.group
      ).entry, entry.tag == .user || entry.tag == .group
    {
      detail +=
        ", since the entry \(entry.notation) of its access list counts for nothing: the mask of"
      detail += " the list is --- (setfacl -m m::rwx gives it back)"
    }
    return (reason, detail, bits)
  }

  private func decision(of list: AccessControlList, on rights: UInt16, status: FileStatus)
    -> (reason: AccessWalk.Reason, detail: String, granted: UInt16)?
  {
    let verdict = list.verdict(
      for: credentials, wanting: rights, owner: status.owner, group: status.group)
    guard !verdict.allows else { return nil }
    guard let entry = verdict.entry else {
      return (.accessControlList, "no entry of the ACL allows it", 0)
    }
    guard let mask = verdict.mask else {
      return (.accessControlList, "the ACL entry \(entry.notation)", entry.rights)
    }
    return (
      .accessControlList, "the ACL entry \(entry.notation), limited by \(mask.notation)",
      entry.rights & mask.rights
    )
  }

  /// A refusal that capabilities would have passed, had the file's owner and group a number here.
  private func unmapped(_ step: Step, needs: AccessWalk.Right, _ detail: String) -> Refusal {
    let user = namespace.outside(user: credentials.user).map { ", and is the user \($0) outside" }
    return Refusal(
      component: step.component, needs: needs, reason: .unmappedOwner,
      detail: detail + "; it acts in a user namespace that does not have the file's owner or group"
        + (user ?? ""))
  }

  private func overrides(_ rights: UInt16, of status: FileStatus) -> Bool {
    namespace.holds(status) && wouldOverride(rights, of: status)
  }

  private func wouldOverride(_ rights: UInt16, of status: FileStatus) -> Bool {
    if status.type == .directory {
      return has(.overrideAccess) || rights & 2 == 0 && has(.readSearch)
    }
    if rights == 4, has(.readSearch) { return true }
    return has(.overrideAccess) && (rights & 1 == 0 || status.mode & 0o111 != 0)
  }

  private func has(_ capability: Capability, over status: FileStatus? = nil) -> Bool {
    credentials.capabilities & capability.rawValue != 0 && status.map(namespace.holds) ?? true
  }
}

extension AccessWalk {
  /// The walk along `path` with the rights of `credentials`.
  init(path: String, operation: AccessOperation, credentials: Credentials) {
    var walker = PathWalker()
    // These calls work on a link itself.
    walker.followsLast = operation != .create && operation != .remove
    let walked = walker.walk(path)
    let judge = AccessJudge(credentials: credentials, mounts: MountTable())
    self.init(
      walk: walked.walk, refusal: judge.refusal(on: walked, operation: operation),
      userName: UserDatabase.userName(credentials.user) ?? String(credentials.user),
      securityModules: SecurityModules.inForce())
  }
}

/// The Linux security modules that decide on access by rules beyond the mode.
enum SecurityModules {
  private static let deciding: Set<String> = ["apparmor", "selinux", "smack", "tomoyo"]

  /// Those in force, in the kernel's order.
  static func inForce() -> [String] {
    if let list = FileReading.text(of: "/sys/kernel/security/lsm") {
      return list.split(separator: ",").map(String.init).filter { deciding.contains($0) }
    }
    // In a container securityfs may be absent; the modules show themselves elsewhere.
    var modules: [String] = []
    if FileReading.text(of: "/sys/module/apparmor/parameters/enabled") == "Y" {
      modules.append("apparmor")
    }
    if FileReading.text(of: "/sys/fs/selinux/enforce") != nil { modules.append("selinux") }
    return modules
  }
}
