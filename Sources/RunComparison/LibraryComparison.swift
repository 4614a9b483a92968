internal import History
internal import TraceEvents

/// Compares which files were loaded for each library, and run for each program.
struct LibraryComparison {
  let good: ComparedRun
  let bad: ComparedRun

  /// Libraries and programs for which each run has another file.
  func differences() -> [Difference] {
    libraries() + programs()
  }

  /// The files that were opened for a library.
  private struct Loaded {
    /// As they were opened, and where those lead, as far as the trace tells.
    var names: [String] = []
    var realPaths: [String] = []
    var number = 0

    /// True if the other run had none of these files: a linker opens what programs load, and more.
    func isApart(from other: Loaded) -> Bool {
      if !realPaths.isEmpty, !other.realPaths.isEmpty {
        return Set(realPaths.map(merged)).isDisjoint(with: other.realPaths.map(merged))
      }
      let all = Set((names + realPaths).map(merged))
      return all.isDisjoint(with: (other.names + other.realPaths).map(merged))
    }

    /// Where they are, in the order in which they came.
    var words: String { (realPaths.isEmpty ? names : realPaths).joined(separator: ", ") }

    /// Where /lib is a link to /usr/lib both name one file.
    private func merged(_ path: String) -> String {
      path.hasPrefix("/usr/lib") ? String(path.dropFirst(4)) : path
    }
  }

  private func libraries() -> [Difference] {
    let there = Self.loaded(good.usage)
    let here = Self.loaded(bad.usage)
    return here.sorted { $0.key < $1.key }.compactMap { stem, file in
      guard let other = there[stem], file.isApart(from: other) else { return nil }
      return Difference(
        .library, stem, there: other.words, here: file.words, weight: 1.5, number: file.number)
    }
  }

  /// What was loaded, by the name without version (`libssl.so`).
  private static func loaded(_ usage: RunUsage) -> [String: Loaded] {
    var result: [String: Loaded] = [:]
    for subject in usage.subjects where subject.address == nil && subject.name.contains(".so") {
      guard let stem = stem(of: PathName.base(of: subject.name)),
        let number = subject.tries.first(where: { $0.purpose == .open && $0.served > 0 })?.served
      else { continue }
      var file = result[stem] ?? Loaded(number: number)
      file.names.append(subject.name)
      if let path = subject.realPath, !file.realPaths.contains(path) { file.realPaths.append(path) }
      result[stem] = file
    }
    return result
  }

  /// `libssl.so` of `libssl.so.1.1`, `_ssl.so` of `_ssl.cpython-311-x86_64-linux-gnu.so`; nil for what
  /// is no library.
  private static func stem(of base: String) -> String? {
    guard let range = base.firstRange(of: ".so") else { return nil }
    let rest = base[range.upperBound...]
    guard rest.allSatisfy({ $0 == "." || $0.isNumber }) else { return nil }
    var name = base[..<range.lowerBound]
    if let tag = name.firstRange(of: ".cpython-") { name = name[..<tag.lowerBound] }
    return name + ".so"
  }

  private func programs() -> [Difference] {
    let there = Dictionary(
      good.usage.executions.map { (good.usage.programs[$0.key], $0.value) },
      uniquingKeysWith: { first, _ in first })
    return bad.usage.executions.sorted { $0.key < $1.key }.compactMap { program, execution in
      let name = bad.usage.programs[program]
      guard let other = there[name] else { return nil }
      let here = file(of: execution, in: bad)
      let before = file(of: other, in: good)
      guard here != before else { return nil }
      return Difference(.program, name, there: before, here: here, weight: 2.5)
    }
  }

  /// What ran: the script where there is one, else the file behind any link.
  private func file(of execution: RunUsage.Execution, in run: ComparedRun) -> String {
    let isScript =
      PathName.base(of: execution.path) != PathName.base(of: execution.executable)
      && execution.arguments.dropFirst().contains {
        PathName.base(of: $0) == PathName.base(of: execution.path)
      }
    let path = isScript || execution.executable.isEmpty ? execution.path : execution.executable
    // A copy in the run's own directory is the same program.
    guard let directory = run.workingDirectory, directory.utf8.count > 1,
      path.hasPrefix(directory + "/")
    else { return path }
    return "." + path.dropFirst(directory.count)
  }
}
