internal import TraceEvents

extension Report {
  /// The name that people call the target by: the last component of the command's first word.
  package var targetName: String {
    // A daemon may have put something else in the place of its arguments.
    if source.kind == .attach, let executable = target.executable {
      return baseName(of: executable)
    }
    return baseName(of: target.command.first ?? target.executable ?? "the program")
  }
}

extension Report.Outcome {
  /// How the target ended, in words: `exit status 1`, `killed by SIGSEGV (core dumped)`.
  var words: String {
    switch kind {
    case .exited: "exit status \(exitStatus ?? 0)"
    case .killed:
      "killed by \(signal?.name ?? "a signal")" + (coreDumped ? ", core dumped" : "")
    case .notStarted: "not started"
    case .stillRunning: "still running"
    case .unknown: "end unknown"
    }
  }
}

extension Report.Process {
  /// How the process ended, in words; nil if it did not.
  var endWords: String? {
    if let signal { return "killed by \(signal.name)" }
    return exitStatus.map { "exit status \($0)" }
  }
}

extension Words.Stream {
  /// The stream, in words.
  var words: String {
    switch self {
    case .standardError: "standard error"
    case .standardOutput: "standard output"
    case .log: "its log"
    case .syslog: "syslog"
    }
  }
}

extension Report.Fix {
  /// Whether what to do is a sentence, which may be wrapped, and no command.
  var isSentence: Bool {
    guard self.do.contains(" ") else { return false }
    // `LC_ALL=C sort` begins with two capitals, a sentence with one.
    let start = Array(self.do.prefix(2))
    return self.do.hasSuffix(".")
      || (start.count == 2 && start[0].isUppercase && start[1].isLowercase)
  }
}

extension Report.Fix.Safety {
  /// What the reader should know before doing it.
  var words: String {
    switch self {
    case .safe: "safe"
    case .checkFirst: "check first"
    case .destructive: "destructive"
    }
  }
}

/// The last component of a path; the path itself if it has none.
func baseName(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
  let name = path[slash...].dropFirst()
  return name.isEmpty ? path : String(name)
}

/// `value` with `places` decimals, rounded; 0 for what is not finite.
func decimal(_ value: Double, places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (value * scale).rounded()
  // Doubles are whole numbers up to 2^53, and nothing here is measured in more.
  guard scaled.isFinite, scaled.magnitude < 9e15 else { return "0" }
  let digits = String(Int64(scaled.magnitude))
  let filled = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  let sign = scaled < 0 ? "-" : ""
  if places == 0 { return sign + filled }
  // Strings alone: to append a part of one looks up conformances at run time, at every start.
  return sign + String(filled.dropLast(places)) + "." + String(filled.suffix(places))
}

/// A duration as people say it: `0.03 s`, `12.5 s`, `3 min 20 s`.
func durationWords(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 9e9 else { return "0 s" }
  if seconds < 10 { return decimal(seconds, places: 2) + " s" }
  if seconds < 60 { return decimal(seconds, places: 1) + " s" }
  let whole = Int64(seconds)
  return "\(whole / 60) min \(whole % 60) s"
}

/// A confidence as people say it: `97 %`.
func percentWords(_ confidence: Double) -> String {
  decimal(min(max(confidence.isFinite ? confidence : 0, 0), 1) * 100, places: 0) + " %"
}

/// `count` with the right form of a noun: `1 file`, `2 files`.
func counted(_ count: Int, _ singular: String, _ plural: String) -> String {
  "\(count) \(count == 1 ? singular : plural)"
}
