internal import History
internal import TraceEvents

// What a runtime says of the fault for which it ended its program.
extension Observer {
  /// The panic that ended `process`, if one did.
  static func panic(of process: ProcessRecord, in mentions: Mentions) -> Panic? {
    let lines = mentions.lines.enumerated().compactMap { position, line in
      line.process == process.index && line.stream != .standardOutput
        ? (position: position, text: line.text) : nil
    }
    return Panic.find(in: lines, end: process.end)
  }

  /// The observation of a panic; nil where none ended the process, or it is not what line `position`
  /// belongs to.
  func programPanicked(
    _ process: ProcessRecord, line position: Int? = nil, stack: [StackFrame] = [], asking: Bool
  ) -> ProgramPanicked? {
    guard let panic = Self.panic(of: process, in: run.mentions),
      position.map({ $0 == panic.position }) ?? true
    else { return nil }
    var seen = ProgramPanicked()
    seen.language = panic.language.rawValue
    seen.message = panic.message
    let meaning = PanicMeaning.of(panic.message)
    seen.panicKind = meaning?.kind
    seen.meaning = meaning?.meaning
    seen.remedy = meaning?.remedy
    seen.thread = panic.thread == "main" ? nil : panic.thread
    seen.foreignFunction = panic.foreignFunction
    seen.isFatal = panic.isFatal
    seen.file = panic.file
    seen.line = panic.line
    seen.function = panic.function
    seen.stack = panic.frames.map { frame in
      let place = frame.file.map { "  \(PathName.base(of: $0)):\(frame.line ?? 0)" } ?? ""
      return frame.function + place
    }
    // Where it aborted, the stack was walked.
    if panic.frames.isEmpty, let own = Self.ownFrame(of: stack), own.function != nil {
      seen.function = own.function.map(FunctionTitle.name)
      seen.stack = StackLines(stack).lines()
    }
    seen.wantsBacktrace = panic.language == .rust && seen.stack.isEmpty && !panic.hasStack
    if panic.language == .go {
      seen.faultAddress = process.signals.last {
        $0.delivery.code > 0 && $0.delivery.faultAddress != nil
      }.flatMap { $0.delivery.faultAddress }.map { "0x" + String($0, radix: 16) }
    }
    guard asking, let file = panic.file, let line = panic.line else { return seen }
    // A relative path counts from where it was built: Cargo puts programs two directories below that.
    let home = PathName.directory(of: process.executable ?? "/")
    let above = PathName.directory(of: PathName.directory(of: home))
    let directories = [process.workingDirectory, home, above, PathName.directory(of: above)]
    let places =
      file.hasPrefix("/") ? [file] : directories.map { PathName.absolute(file, from: $0) }
    for place in places where seen.sourceLine == nil {
      (seen.sourceLine, seen.source) = excerpt(of: place, around: line)
      if seen.sourceLine != nil { seen.file = place }
    }
    return seen
  }
}
