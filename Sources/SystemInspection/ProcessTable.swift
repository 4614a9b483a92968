import Glibc
package import TraceEvents

/// The processes that /proc shows.
package enum ProcessTable {
  /// Processes and descriptors that a search looks at, in all.
  static let maximumEntries = 50_000

  /// The numbers of all processes, ascending.
  package static func processes() -> [ProcessID] {
    let names = (try? FileReading.names(in: "/proc", limit: maximumEntries)) ?? []
    return names.compactMap { ProcessID($0) }.sorted()
  }

  /// Calls `body` with every descriptor of every process that we may look into, and where
  /// `/proc/PID/fd/N` links to, until it returns false.
  static func forEachDescriptor(
    _ body: (_ pid: ProcessID, _ descriptor: String, _ target: String) -> Bool
  ) {
    var looked = 0
    for pid in processes() {
      let directory = "/proc/\(pid)/fd"
      let names = (try? FileReading.names(in: directory, limit: maximumEntries)) ?? []
      for name in names {
        looked += 1
        guard looked <= maximumEntries else { return }
        guard let target = try? FileReading.linkTarget(of: directory + "/" + name) else { continue }
        if !body(pid, name, target) { return }
      }
    }
  }

  /// The value of a field of `/proc/PID/status`; nil if there is none.
  static func statusField(_ field: String, of pid: ProcessID) -> String? {
    guard let text = FileReading.text(of: "/proc/\(pid)/status") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(field + ":") {
      return line.dropFirst(field.count + 1).trimmingBlanks()
    }
    return nil
  }
}

extension ProcessIdentity {
  private static let maximumArguments = 64

  /// What `/proc/PID` tells of a process, while it exists.
  init(pid: ProcessID) throws(InspectionError) {
    let path = "/proc/\(pid)/stat"
    let stat = TargetText.decoding(try FileReading.contents(of: path, limit: 4096).bytes)
    // The name is in parentheses and may hold any byte, parentheses too.
    guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"), open < close
    else { throw InspectionError(code: .inputOutput, path: path) }
    let fields = stat[close...].split(separator: " ").dropFirst().map(String.init)
    guard fields.count > 19, let parent = ProcessID(fields[1]), let start = Double(fields[19])
    else { throw InspectionError(code: .inputOutput, path: path) }
    let uptime = FileReading.text(of: "/proc/uptime")
      .flatMap { $0.split(separator: " ").first }.flatMap { Double($0) }
    let user = ProcessTable.statusField("Uid", of: pid)?.split(separator: "\t").dropFirst().first
    let number = user.flatMap { UInt32($0) }
    let arguments = try? FileReading.contents(of: "/proc/\(pid)/cmdline", limit: 4096).bytes
    self.init(
      pid: pid, name: String(stat[stat.index(after: open)..<close]),
      executable: Self.executable(of: pid),
      arguments: (arguments ?? []).split(separator: 0, omittingEmptySubsequences: false)
        .dropLast(arguments?.last == 0 ? 1 : 0).prefix(Self.maximumArguments)
        .map { TargetText.decoding($0) },
      userName: number.flatMap { UserDatabase.userName($0) } ?? number.map { String($0) } ?? "?",
      parent: parent, state: fields[0],
      ageSeconds: max(0, (uptime ?? 0) - start / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))),
      unit: Self.unit(of: pid))
  }

  private static func executable(of pid: ProcessID) -> String? {
    guard let target = try? FileReading.linkTarget(of: "/proc/\(pid)/exe") else { return nil }
    let mark = " (deleted)"
    return target.hasSuffix(mark) ? String(target.dropLast(mark.count)) : target
  }

  /// The systemd service or container in the process's control groups (`cgroups(7)`).
  private static func unit(of pid: ProcessID) -> String? {
    guard let text = FileReading.text(of: "/proc/\(pid)/cgroup") else { return nil }
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      if let unit = unit(inGroup: String(fields[2])) { return unit }
    }
    return nil
  }

  /// The unit that a control group's path names; nil for sessions and slices.
  static func unit(inGroup path: String) -> String? {
    let parts = path.split(separator: "/").map(String.init)
    for (index, part) in parts.enumerated().reversed() {
      if part.hasSuffix(".service"), !part.hasPrefix("user@") { return part }
      let stem = part.hasSuffix(".scope") ? String(part.dropLast(6)) : part
      for runtime in ["docker", "libpod", "cri-containerd", "crio"] {
        if stem.hasPrefix(runtime + "-") {
          let id = stem.dropFirst(runtime.count + 1)
          if isContainerID(id) { return "\(runtime)-\(id.prefix(12))" }
        }
        if index > 0, parts[index - 1] == runtime, isContainerID(stem[...]) {
          return "\(runtime)-\(stem.prefix(12))"
        }
      }
      if index > 0, parts[index - 1] == "lxc" || part.hasPrefix("lxc.payload.") {
        return "lxc-" + part.replacingPrefix("lxc.payload.", with: "")
      }
    }
    return nil
  }

  private static func isContainerID(_ text: Substring) -> Bool {
    text.utf8.count >= 12 && text.allSatisfy(\.isHexDigit)
  }
}

extension StringProtocol {
  /// The text without blanks and tabs at its ends.
  func trimmingBlanks() -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let start = drop(while: isBlank)
    guard let end = start.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(start[...end])
  }

  fileprivate func replacingPrefix(_ prefix: String, with replacement: String) -> String {
    hasPrefix(prefix) ? replacement + dropFirst(prefix.count) : String(self)
  }
}
