import Testing
import TraceEvents

@testable import TraceReaders

private func events(_ log: String) throws -> [TraceEvent] {
  let file = try TemporaryFile(log)
  let reader = try LogReader(path: file.path)
  return try reader.rest()
}

private func words(_ log: String) throws -> [(process: ProcessID, text: String)] {
  try events(log).compactMap {
    if case .words(let words) = $0.body { ($0.process, words.text) } else { nil }
  }
}

@Suite struct StraceTerminalTests {
  /// Without `-f`, what a child wrote while its parent waited stands in the midst of the wait.
  @Test func aChildIsHeardInItsParentsWait() throws {
    let log = """
      vfork()                                 = 12
      wait4(12, cat: /x: No such file or directory
      and more
      [{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 12
      exit_group(1)                           = ?
      +++ exited with 1 +++

      """
    #expect(try words(log).map(\.process) == [12])
    #expect(try words(log).map(\.text) == ["cat: /x: No such file or directory\nand more\n"])
    let ends = try events(log).compactMap { event -> ProcessID? in
      if case .processEnded(.exited(status: 1)) = event.body { event.process } else { nil }
    }
    #expect(ends.contains(12))
    #expect(
      !(try events(log)).contains {
        if case .note(let note) = $0.body { note.text.contains("could not be read") } else { false }
      })
  }

  @Test func aLineBetweenCallsIsAChildsWhereThereIsOne() throws {
    let log = """
      close(3)                                = 0
      before
      clone(child_stack=NULL, flags=SIGCHLD)  = 12
      cat: /x: No such file or directory
      close(4)                                = 0
      +++ exited with 1 +++
      after

      """
    #expect(try words(log).map(\.text) == ["cat: /x: No such file or directory\n"])
  }

  @Test(arguments: ["wait4(12, ", "wait4(12, x\n", "wait4(, [{WIF", "wait4(12, [{WIFEXITED(s)"])
  func waitsThatAreCutOffStopNothing(_ text: String) throws {
    _ = try events("vfork()    = 12\n" + text)
    _ = try events("vfork()    = 12\n" + text + "\nclose(3)   = 0\n")
  }

  /// Marks of quotation, the system's log, tabs before the result.
  @Test(arguments: [
    "> open(\"/x\", O_RDONLY) = -1 ENOENT (No such file or directory)",
    "> > open(\"/x\", O_RDONLY) = -1 ENOENT (No such file or directory)",
    "    open(\"/x\", O_RDONLY)\t\t= -1 ENOENT (No such file or directory)",
    "Nov  8 11:00:01 host strace[12]: open(\"/x\", O_RDONLY) = -1 ENOENT (No such file)",
    "2026-11-28T11:00:01+0000 host app[12]: open(\"/x\", O_RDONLY) = -1 ENOENT (No such file)",
    "2026-11-28T11:00:01.25 host app[12]: [pid  7] open(\"/x\", O_RDONLY) = -1 ENOENT (No such)",
  ])
  func linesAreReadBehindWhatOthersPutBeforeThem(_ line: String) throws {
    let calls = try events(line + "\n").compactMap { event -> SystemCall? in
      if case .systemCall(let call) = event.body { call } else { nil }
    }
    #expect(calls.map(\.path) == ["/x"])
    #expect(calls.map(\.error) == [.noEntry])
  }

  @Test(arguments: [
    "strace: Can't stat 'x': No such file or directory", "strace: Cannot find executable 'x'",
  ])
  func straceThatStartedNothingIsTold(_ text: String) throws {
    let file = try TemporaryFile(text + "\n")
    let error = #expect(throws: TraceReaderError.self) { _ = try LogReader(path: file.path) }
    #expect(error?.detail.contains("could not start the program") == true)
  }
}
