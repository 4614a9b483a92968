import ElfInspection
import Glibc
import Reporting
import SystemInspection
import TraceEvents
import TraceReaders

/// `--core`: the report of a crash from the file that it left.
struct CoreCommand {
  let tool: String
  let options: Options

  /// The report of the core file at `path`, or of the newest for `last`.
  func report(
    _ path: String, program: String?, environment: Environment
  ) throws -> Report {
    var redactor = options.redactsRecording ? EventRedactor() : nil
    let found = path == "last" ? try CoreSearch.newest() : path
    let core = try CoreArchive.open(found)
    var trace = CoreTrace(core, program: program)
    let machine = RecordingSystemInspector(
      CoreInspector(process: trace.process, maps: trace.maps))
    let recording = try options.record.map {
      try RecordingWriter(
        path: $0,
        header: RecordingHeader(
          tool: "\(tool) \(ToolVersion.text)", created: Double(time(nil)),
          command: redactor?.redacted(command: trace.command) ?? trace.command))
    }
    var analysis = try Analysis()
    let events = trace.events(machine, tellsThreads: options.showsThreads)
    // Those are events already.
    _ = machine.takeNewFacts()
    for event in events {
      analysis.fold(event)
      recording?.append(redactor?.redacted(event) ?? event)
    }
    let report = analysis.report(
      tool: tool, source: Report.Source(kind: .core, path: found), command: trace.command,
      listsHarmless: options.listsHarmless,
      catalog: { Catalogs.all(tool: tool, environment: environment.values) }, inspector: machine)
    if let recording, var event = events.last {
      for fact in machine.takeNewFacts() {
        event.number += 1
        event.body = .fact(fact: fact)
        recording.append(redactor?.redacted(event) ?? event)
      }
      try recording.close()
    }
    return report
  }
}

/// Why there is no report of a core file.
enum CoreFailure: Error {
  case unreadable(CoreFileError)
  /// None was found in these directories.
  case noneFound([String], pattern: String?)
  /// It is compressed, and the tool that can read it is missing or failed.
  case compressed(path: String, tool: String, isMissing: Bool)
}

extension CoreFailure {
  /// One line: what failed, why, and what to do.
  var words: String {
    switch self {
    case .unreadable(let error): error.words
    case .noneFound(let places, let pattern):
      "no core file found in \(places.joined(separator: ", "))"
        + (pattern.map {
          "; the kernel's pattern for them is \($0) (/proc/sys/kernel/core_pattern)"
        }
          ?? "")
    case .compressed(let path, let tool, let isMissing):
      isMissing
        ? "\(path) is compressed, and \(tool) is not installed, which could unpack it"
        : "\(path) is compressed, and \(tool) could not unpack it: it is damaged, or there is no space in "
          + "the directory for temporary files (TMPDIR)"
    }
  }
}

extension CoreFileError {
  /// One line: what is wrong, and what to do.
  var words: String {
    switch code {
    case .elf(.unreadable(let number)): "cannot read \(path): \(number.words)"
    case .elf(.notElf): "\(path) is not a core file: it is no ELF file at all"
    case .elf(.truncated): "\(path) is not a core file that can be read: it ends within its headers"
    case .elf(.corrupt): "\(path) is not a core file that can be read: its headers are damaged"
    case .otherKind(.executable), .otherKind(.shared):
      "\(path) is not a core file, but a program or library; the core file comes first: "
        + "whyfail --core CORE PROGRAM"
    case .otherKind: "\(path) is not a core file, but an ELF file of another kind"
    case .otherMachine(let machine):
      "\(path) is a core file of another processor (\(machine)); whyfail reads those of x86_64 and i386"
    case .noThread: "\(path) has no notes of a thread: it is damaged, or cut off at its beginning"
    }
  }
}
