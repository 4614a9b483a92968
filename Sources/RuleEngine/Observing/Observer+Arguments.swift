internal import History
internal import TraceEvents

extension Observer {
  func argumentListTooLong(_ call: FailedCall, asking: Bool) -> ArgumentListTooLong {
    var seen = ArgumentListTooLong()
    seen.path = call.path
    let pid = history.processes[call.process].pid
    guard asking, let sizes = inquiry.argumentSizes(of: pid) else { return seen }
    seen.arguments = sizes.arguments
    seen.argumentSize = words(for: sizes.argumentBytes)
    seen.variables = sizes.variables
    seen.variableSize = words(for: sizes.variableBytes)
    if sizes.longest > ArgumentSizes.longestString {
      seen.longest =
        sizes.longestVariable.map { "the variable \($0)" }
        ?? "argument \(sizes.longestArgument ?? 0)"
      seen.longestSize = words(for: sizes.longest)
      return seen
    }
    let stack = inquiry.limitFact("RLIMIT_STACK", of: pid)
    let limit = ArgumentSizes.limit(ofStack: stack?.soft)
    seen.total = (sizes.isCut ? "more than " : "") + words(for: sizes.total)
    seen.limit = stack == nil ? nil : words(for: limit)
    seen.stackLimit = stack?.soft.map(Wording.bytes)
    // With the name of the file and what the kernel adds.
    let needed = sizes.total + sizes.total / 8
    if !sizes.isCut, stack?.soft != nil, needed <= ArgumentSizes.limit(ofStack: nil),
      stack?.hard.map({ $0 >= UInt64(needed) * 4 }) ?? true
    {
      seen.stackLimitIsLow = true
      seen.neededStack = String(needed * 4 / 1024)
    }
    seen.isMostlyVariables = sizes.variableBytes > sizes.argumentBytes
    seen.isMostlyArguments = !seen.isMostlyVariables
    if seen.isMostlyArguments { Self.describePortions(call, in: &seen) }
    return seen
  }

  private func words(for bytes: Int) -> String { Wording.bytes(UInt64(clamping: bytes)) }

  private static let fewest = 20

  /// How to hand the arguments over in portions, where they are the files of one directory.
  private static func describePortions(_ call: FailedCall, in seen: inout ArgumentListTooLong) {
    for case .strings(let list) in call.call.arguments {
      let options = list.dropFirst().prefix { $0.hasPrefix("-") }
      let files = list.dropFirst(1 + options.count)
      guard files.count >= fewest, let first = files.first, let command = list.first else { return }
      // Without the last: that may be the place to copy to.
      let names = files.dropLast()
      let directory = PathName.directory(of: first)
      guard !names.contains(where: { $0.isEmpty || PathName.directory(of: $0) != directory })
      else { return }
      seen.portionDirectory = first.contains("/") ? directory : "."
      seen.portionCommand = [command] + options
      if let end = suffix(of: first), names.allSatisfy({ $0.hasSuffix(end) }) {
        seen.portionPattern = "*" + end
      }
      return
    }
  }

  private static func suffix(of name: String) -> String? {
    let base = PathName.base(of: name)
    guard let dot = base.lastIndex(of: "."), dot != base.startIndex else { return nil }
    let end = base[dot...]
    return end.utf8.allSatisfy {
      $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
    } ? String(end) : nil
  }
}
