import TraceEvents

/// What the processor can do, as `/proc/cpuinfo` lists it (`proc_cpuinfo(5)`).
enum Processor {
  /// `name`, if the first processor has that flag; else none. Throws where there are no flags.
  static func features(named name: String) throws(InspectionError) -> [String] {
    let text = FileReading.text(of: "/proc/cpuinfo", limit: 1 << 16) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") }
    guard let flags = line?.split(separator: ":").last else {
      throw InspectionError(code: .noEntry, path: "/proc/cpuinfo")
    }
    return flags.split(separator: " ").contains { $0 == name } ? [name] : []
  }
}
