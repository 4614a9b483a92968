internal import History
internal import TraceEvents

// Libraries that Java looks for by itself.
extension Observer {
  /// Where Java looked for a library: `UnsatisfiedLinkError: no fastio in java.library.path: native`.
  func describeNativeLibrary(
    in line: String, _ process: ProcessRecord, in seen: inout LastWords
  ) {
    guard let mark = line.firstRange(of: " in java.library.path"),
      let start = line.firstRange(of: "no ")?.upperBound, start < mark.lowerBound
    else { return }
    let name = line[start..<mark.lowerBound].split(separator: " ").last.map(String.init) ?? ""
    guard !name.isEmpty, !name.contains("/") else { return }
    let library = "lib" + name + ".so"
    seen.tools.nativeLibrary = library
    seen.searched = line[mark.upperBound...].drop { $0 == ":" || $0 == " " || $0 == "[" }
      .prefix { $0 != "]" && $0 != "," }
      .split(separator: ":").prefix(10)
      .map { PathName.absolute(String($0).trimmed, from: process.workingDirectory) }
    seen.elsewhere = inquiry.nearby(
      [library], around: Self.neighbourhood([process.workingDirectory] + seen.searched)
    ).filter { inquiry.programFile($0) != .empty }
    seen.bestElsewhere = seen.elsewhere.first.map(PathName.directory)
    for directory in seen.searched where seen.near.isEmpty {
      seen.near = inquiry.entries(of: directory, limit: 200).map(PathName.base)
        .filter { $0.hasPrefix("lib" + name.prefix(4)) && $0.contains(".so") && $0 != library }
        .prefix(3).map { directory + "/" + $0 }
    }
    // The line that asks for it is right.
    seen.fileIsLibrarys = true
    seen.unknownWord = nil
  }
}
