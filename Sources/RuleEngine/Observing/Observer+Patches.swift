internal import History
internal import TraceEvents

// Patches of files that are not there.
extension Observer {
  /// Fills in which file a patch is for, if it is not there, what is near to it, and whether another number of
  /// components would lead to it.
  func describePatch(_ process: ProcessRecord, line position: Int, in seen: inout LastWords) {
    let lines = run.mentions.lines
    let block = lines[max(0, position - 2)..<min(lines.count, position + 12)]
      .filter { $0.process == lines[position].process }.map(\.text)
    guard let name = PatchWords.target(in: block) else { return }
    let strip = PatchWords.strip(in: process.arguments)
    let absolute = { (name: String) in PathName.absolute(name, from: process.workingDirectory) }
    guard let wanted = PatchWords.stripped(name, by: strip) else { return }
    let path = absolute(wanted)
    seen.tools.patchTarget = path
    seen.tools.patchName = name
    let others = (0..<name.split(separator: "/").count).filter { $0 != strip }
    seen.tools.patchStrip = others.first { count in
      guard let other = PatchWords.stripped(name, by: count) else { return false }
      return inquiry.pathWalk(absolute(other))?.end == .exists
    }
    let directory = PathName.directory(of: path)
    seen.tools.patchNear = inquiry.similarNames(to: PathName.base(of: path), in: directory).first
      .map { $0.hasPrefix("/") ? $0 : directory + "/" + $0 }
  }
}
