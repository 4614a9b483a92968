import TraceEvents

/// The limits of a process, as `/proc/PID/limits` tells them (`getrlimit(2)`).
enum ResourceLimits {
  /// The kernel's words for each limit, with its name in C.
  private static let names: [(words: String, name: String)] = [
    ("Max cpu time", "RLIMIT_CPU"),
    ("Max file size", "RLIMIT_FSIZE"),
    ("Max data size", "RLIMIT_DATA"),
    ("Max stack size", "RLIMIT_STACK"),
    ("Max core file size", "RLIMIT_CORE"),
    ("Max resident set", "RLIMIT_RSS"),
    ("Max processes", "RLIMIT_NPROC"),
    ("Max open files", "RLIMIT_NOFILE"),
    ("Max locked memory", "RLIMIT_MEMLOCK"),
    ("Max address space", "RLIMIT_AS"),
    ("Max file locks", "RLIMIT_LOCKS"),
    ("Max pending signals", "RLIMIT_SIGPENDING"),
    ("Max msgqueue size", "RLIMIT_MSGQUEUE"),
    ("Max nice priority", "RLIMIT_NICE"),
    ("Max realtime priority", "RLIMIT_RTPRIO"),
    ("Max realtime timeout", "RLIMIT_RTTIME"),
  ]

  /// The limits of process `pid`, and, if `countsUse`, what it uses where that can be told.
  static func of(
    _ pid: ProcessID, countsUse: Bool = true
  ) throws(InspectionError) -> [ResourceLimit] {
    let contents = try FileReading.contents(of: "/proc/\(pid)/limits", limit: 16 << 10)
    var limits = parse(TargetText.decoding(contents.bytes))
    guard countsUse else { return limits }
    for index in limits.indices { limits[index].used = use(of: limits[index].name, by: pid) }
    if let mappings = mappings(of: pid) { limits.append(mappings) }
    return limits
  }

  /// The name of the kernel's limit on mappings, which holds for each process.
  static let mappingLimit = "vm.max_map_count"

  /// The mappings of process `pid`, where they are as many as the kernel lets a process have; else nil.
  private static func mappings(of pid: ProcessID) -> ResourceLimit? {
    guard
      let text = try? FileReading.contents(of: "/proc/sys/vm/max_map_count", limit: 64).lines.first,
      let most = UInt64(String(decoding: text, as: UTF8.self)),
      let maps = try? FileReading.contents(of: "/proc/\(pid)/maps", limit: 32 << 20)
    else { return nil }
    let count = UInt64(maps.bytes.count { $0 == UInt8(ascii: "\n") })
    // A mapping that would be joined with its neighbour takes none.
    guard count + 16 >= most else { return nil }
    return ResourceLimit(name: mappingLimit, soft: most, hard: most, used: count)
  }

  /// The limits in the text of `/proc/PID/limits`; lines that are not of its form are left out.
  static func parse(_ text: String) -> [ResourceLimit] {
    text.split(separator: "\n").compactMap { line in
      guard let known = names.first(where: { line.hasPrefix($0.words + " ") }) else { return nil }
      let values = line.dropFirst(known.words.count).split(separator: " ").prefix(2)
      guard values.count == 2, let soft = value(values[values.startIndex]),
        let hard = value(values[values.startIndex + 1])
      else { return nil }
      return ResourceLimit(name: known.name, soft: soft, hard: hard)
    }
  }

  private static func value(_ text: Substring) -> UInt64?? {
    if text == "unlimited" { return .some(nil) }
    guard let number = UInt64(text) else { return nil }
    return .some(number)
  }

  private static func use(of name: String, by pid: ProcessID) -> UInt64? {
    switch name {
    case "RLIMIT_NOFILE":
      let names = try? FileReading.names(in: "/proc/\(pid)/fd", limit: 2_000_000)
      return names.map { UInt64($0.count) }
    case "RLIMIT_AS": return kibibytes("VmSize", of: pid)
    case "RLIMIT_DATA": return kibibytes("VmData", of: pid)
    case "RLIMIT_MEMLOCK": return kibibytes("VmLck", of: pid)
    case "RLIMIT_NPROC": return tasks(ofUserOf: pid)
    default: return nil
    }
  }

  private static func kibibytes(_ field: String, of pid: ProcessID) -> UInt64? {
    guard let text = ProcessTable.statusField(field, of: pid),
      let number = text.split(separator: " ").first.flatMap({ UInt64($0) }),
      number < UInt64.max / 1024
    else { return nil }
    return number * 1024
  }

  /// How many threads the real user of `pid` has in all, which is what the kernel counts.
  private static func tasks(ofUserOf pid: ProcessID) -> UInt64? {
    guard let user = realUser(of: pid) else { return nil }
    var count: UInt64 = 0
    for other in ProcessTable.processes() where realUser(of: other) == user {
      count += ProcessTable.statusField("Threads", of: other).flatMap { UInt64($0) } ?? 0
    }
    return count
  }

  private static func realUser(of pid: ProcessID) -> Substring? {
    ProcessTable.statusField("Uid", of: pid)?.split(separator: "\t").first
  }
}
