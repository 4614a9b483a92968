import Glibc
import TraceEvents

/// Looks for the processes that use a file, or anything on the file system mounted at a directory.
struct OpenFileSearch {
  /// Holders given at most.
  private static let maximumHolders = 32
  /// Bytes read of `/proc/PID/maps`.
  private static let maximumMapSize = 1 << 20

  private let path: String
  private let identity: FileIdentity
  /// Everything on the device counts, not the one file.
  private let isMountPoint: Bool

  /// Looks for users of the file at `path`, links followed.
  init(path: String) throws(InspectionError) {
    let status = try FileStatus(of: path, followingLinks: true)
    let reached = PathWalker().walk(path).steps.last?.component.path ?? path
    self.path = reached
    identity = status.identity
    isMountPoint =
      status.type == .directory && reached != "/"
      && MountTable().isMountPoint(reached)
  }

  /// The users, by process; each process once for each manner.
  func holders() -> [Holder] {
    var holders: [Holder] = []
    var looked = 0
    // What we have open ourselves we were given by who started us.
    for pid in ProcessTable.processes() where pid != getpid() {
      guard holders.count < Self.maximumHolders, looked < ProcessTable.maximumEntries else { break }
      let manners = self.manners(of: pid, looked: &looked)
      guard !manners.isEmpty, let process = try? ProcessIdentity(pid: pid) else { continue }
      holders += manners.map { Holder(process: process, manner: $0) }
    }
    return Array(holders.prefix(Self.maximumHolders))
  }

  private func manners(of pid: ProcessID, looked: inout Int) -> [String] {
    let place = "/proc/\(pid)"
    looked += 1
    var manners: [String] = []
    if let what = match(place + "/exe") { manners.append("running \(what)") }
    let isRunning = !manners.isEmpty
    if let what = match(place + "/cwd") { manners.append("working in \(what)") }
    // "/" is everybody's root and says nothing.
    if path != "/", let what = match(place + "/root") {
      manners.append("with \(what) as its root directory")
    }
    let descriptors =
      (try? FileReading.names(in: place + "/fd", limit: ProcessTable.maximumEntries)) ?? []
    for name in descriptors.sorted(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) {
      looked += 1
      guard looked < ProcessTable.maximumEntries else { break }
      guard let what = match(place + "/fd/" + name) else { continue }
      let mode = Self.openMode(ofDescriptor: name, in: place)
      let suffix = isMountPoint ? ": \(what)" : ""
      manners.append("open\(mode) as descriptor \(name)\(suffix)")
    }
    if !isRunning, let what = mapped(by: place) { manners.append("mapping \(what) into memory") }
    return manners
  }

  /// What a link of /proc leads to, in words, if that is what is looked for.
  private func match(_ link: String) -> String? {
    guard let status = try? FileStatus(of: link, followingLinks: true) else { return nil }
    if status.identity == identity { return "it" }
    guard isMountPoint, status.identity.device == identity.device else { return nil }
    return try? FileReading.linkTarget(of: link)
  }

  private static func openMode(ofDescriptor name: String, in place: String) -> String {
    guard let text = FileReading.text(of: "\(place)/fdinfo/\(name)"),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags:") }),
      let flags = Int32(line.dropFirst(6).trimmingBlanks(), radix: 8)
    else { return "" }
    return switch flags & O_ACCMODE {
    case O_WRONLY: " for writing"
    case O_RDWR: " for reading and writing"
    default: " for reading"
    }
  }

  /// Looks into `/proc/PID/maps` (`proc_pid_maps(5)`): device and inode of each mapping.
  private func mapped(by place: String) -> String? {
    guard
      let maps = try? FileReading.contents(of: place + "/maps", limit: Self.maximumMapSize)
    else { return nil }
    for line in maps.lines {
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      guard fields.count == 6 else { continue }
      let device = TargetText.decoding(fields[3]).split(separator: ":")
        .compactMap { UInt64($0, radix: 16) }
      guard device == [identity.major, identity.minor] else { continue }
      let name = TargetText.decoding(fields[5]).trimmingBlanks()
      if TargetText.decoding(fields[4]) == String(identity.inode) { return "it" }
      if isMountPoint { return name }
    }
    return nil
  }
}
