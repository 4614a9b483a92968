internal import History
internal import TraceEvents

// Why a file system could not be mounted.
extension Observer {
  /// True for a mount whose failure lies in the file system, its options or its source. With `asking`
  /// also one that found something missing which is not the directory: ENOENT is that of an overlay's
  /// directories as well.
  func isMountOfItsOwn(_ call: FailedCall, asking: Bool) -> Bool {
    switch (call.call.name, call.error) {
    case ("umount2", .invalidArgument), ("umount", .invalidArgument): return true
    case ("mount", .invalidArgument), ("mount", .noDevice), ("mount", .notBlockDevice): return true
    case ("mount", .noEntry):
      guard asking, let target = call.path, case .exists? = inquiry.pathWalk(target)?.end else {
        return false
      }
      return !MountOptions.directories(in: mountText(call, 4)).isEmpty
    default: return false
    }
  }

  func mountFailed(_ call: FailedCall, asking: Bool) -> MountFailed {
    let process = history.processes[call.process]
    var seen = MountFailed()
    seen.call = call.call.name
    seen.error = call.error.name
    seen.errorWords = call.error.words
    seen.target = call.path ?? ""
    seen.helper =
      history.failures.calls.first {
        $0.process == call.process && $0.error.isAbsence
          && $0.path.map { PathName.base(of: $0).hasPrefix("mount.") } ?? false
      }?.path
    if call.call.name == "mount" {
      seen.source = mountText(call, 0)
      seen.type = mountText(call, 2)
      seen.options = mountText(call, 4)
    }
    guard asking else { return seen }
    seen.isMounted = inquiry.fileSystem(seen.target)?.mountPoint == seen.target
    if let type = seen.type {
      seen.typeIsKnown = inquiry.lines(mentioning: [type], in: ["/proc/filesystems"])
        .contains { $0.text.split(whereSeparator: \.isWhitespace).last.map { $0 == type } ?? false }
      if !seen.typeIsKnown {
        seen.nearType = inquiry.words(near: type, in: ["/proc/filesystems"]).first
      }
    }
    describeImage(process, in: &seen)
    describeMessages(in: &seen)
    describeOptions(process, in: &seen)
    return seen
  }

  /// A text argument of a call of mount(2): 0 the source, 2 the type, 4 the options.
  private func mountText(_ call: FailedCall, _ position: Int) -> String? {
    guard call.call.arguments.indices.contains(position),
      case .text(let text) = call.call.arguments[position], !text.isEmpty
    else { return nil }
    return text
  }

  /// The file or disk that was to be mounted, and what it holds: behind a loop device a file that the
  /// command line names.
  private func describeImage(_ process: ProcessRecord, in seen: inout MountFailed) {
    guard let source = seen.source, source.hasPrefix("/") else { return }
    let named = process.arguments.dropFirst().map {
      PathName.absolute($0, from: process.workingDirectory)
    }
    let file =
      source.hasPrefix("/dev/loop")
      ? named.first { inquiry.pathWalk($0)?.components.last?.type == .regular } : source
    guard let file = file ?? (named.contains(source) ? source : nil) else { return }
    seen.image = file
    seen.contents = inquiry.diskContents(file)
    seen.isEmpty = seen.contents == "zeros"
    if let contents = seen.contents, let type = seen.type {
      seen.isOtherType =
        MountOptions.fileSystems.contains(contents) && contents != type
        && !(contents.hasPrefix("ext") && type.hasPrefix("ext"))
    }
  }

  private func describeMessages(in seen: inout MountFailed) {
    var words: [String] = []
    if let type = seen.type { words.append(type) }
    if let source = seen.source, source.hasPrefix("/dev/") {
      words.append("(\(PathName.base(of: source)))")
    }
    // Others can have mounted meanwhile: what a message quotes has to be of this mount.
    let given = [seen.options, seen.source, seen.type].compactMap { $0 }
    let messages = inquiry.kernelMessages(with: words).filter { message in
      MountOptions.complains(message)
        && Complaint.quoted(in: message).allSatisfy { word in given.contains { $0.contains(word) } }
    }
    seen.messages = Array(messages.suffix(2))
  }

  private func describeOptions(_ process: ProcessRecord, in seen: inout MountFailed) {
    for message in seen.messages.reversed() {
      if let option = MountOptions.unknownOption(in: message) {
        seen.unknownOption = option
        break
      }
      if let option = MountOptions.optionOfBadValue(in: message) {
        seen.badValue =
          MountOptions.list(seen.options).first { $0.hasPrefix(option + "=") } ?? option
        break
      }
    }
    let names = MountOptions.list(seen.options).map { String($0.prefix { $0 != "=" }) }
    if seen.unknownOption == nil, seen.badValue == nil, seen.error == "EINVAL" {
      seen.unknownOption = names.first { MountOptions.near(to: $0) != nil }
    }
    seen.nearOption = seen.unknownOption.flatMap { MountOptions.near(to: $0) }
    let directories = MountOptions.directories(in: seen.options).map {
      (option: $0.option, path: PathName.absolute($0.path, from: process.workingDirectory))
    }
    for directory in directories {
      if case .missing? = inquiry.pathWalk(directory.path)?.end {
        seen.directoryOption = directory.option
        seen.missingDirectory = directory.path
        seen.messages.removeAll { !$0.contains(PathName.base(of: directory.path)) }
        return
      }
    }
    guard let upper = directories.first(where: { $0.option == "upperdir" })?.path,
      let work = directories.first(where: { $0.option == "workdir" })?.path,
      let first = inquiry.fileSystem(upper)?.mountPoint,
      let second = inquiry.fileSystem(work)?.mountPoint, first != second
    else { return }
    seen.upper = upper
    seen.work = work
  }
}

/// The options of mount(2), and the kernel's words about them.
enum MountOptions {
  /// The options of a comma-separated list, at most 64.
  static func list(_ text: String?) -> [String] {
    (text ?? "").split(separator: ",").prefix(64).map(String.init)
  }

  /// The directories of an overlay (Documentation/filesystems/overlayfs.rst), each with its option.
  static func directories(in text: String?) -> [(option: String, path: String)] {
    list(text).flatMap { option -> [(option: String, path: String)] in
      guard let mark = option.firstIndex(of: "=") else { return [] }
      let name = String(option[..<mark])
      guard ["lowerdir", "upperdir", "workdir"].contains(name) else { return [] }
      return option[option.index(after: mark)...].split(separator: ":").prefix(64)
        .map { (name, String($0)) }
    }
  }

  /// True for a message that says what is wrong, and not what was done.
  static func complains(_ message: String) -> Bool {
    let text = message.lowercased()
    return [
      "unknown", "unrecognized", "bad ", "invalid", "fail", "cannot", "can't", "must ", "error",
      "unsupported", "not supported", "not find", "missing", "no such", "too ", "corrupt",
    ].contains { text.contains($0) }
  }

  /// `noatme` of `tmpfs: Unknown parameter 'noatme'` and of what older file systems say.
  static func unknownOption(in message: String) -> String? {
    let text = message.lowercased()
    guard text.contains("unknown parameter") || text.contains("unrecognized mount option") else {
      return nil
    }
    return Complaint.quoted(in: message).first.map { String($0.prefix { $0 != "=" }) }
  }

  /// `size` of `tmpfs: Bad value for 'size'`.
  static func optionOfBadValue(in message: String) -> String? {
    message.contains("Bad value for") ? Complaint.quoted(in: message).first : nil
  }

  /// A known option with nearly the same name; nil for one that is known.
  static func near(to name: String) -> String? {
    guard name.count > 3, !known.contains(name) else { return nil }
    return known.first { Observer.areSimilar($0, name) }
  }

  /// What blkid(8) calls what can be mounted.
  static let fileSystems: Set<String> = [
    "ext2", "ext3", "ext4", "xfs", "btrfs", "squashfs", "f2fs", "erofs", "iso9660", "ntfs",
    "exfat", "vfat",
  ]

  /// Options of all file systems (mount(8)) and frequent ones of some.
  private static let known = [
    "noatime", "nodiratime", "relatime", "strictatime", "lazytime", "nodev", "nosuid", "noexec",
    "sync", "async", "dirsync", "remount", "defaults", "nofail", "noauto", "auto", "users", "user",
    "owner", "group", "exec", "suid", "size", "mode", "nr_inodes", "nr_blocks", "umask", "dmask",
    "fmask", "lowerdir", "upperdir", "workdir", "subvol", "compress", "discard", "data", "errors",
    "iocharset", "usrquota", "grpquota", "barrier", "commit", "uid", "gid", "huge", "bind", "loop",
  ]
}
