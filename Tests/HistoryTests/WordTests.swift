import Testing
import TraceEvents
import TraceTestSupport

@testable import History

@Suite("What was said, line by line")
struct WordTests {
  private func lines(_ build: (inout Trace) -> Void) -> [SpokenLine] {
    var trace = Trace("/usr/bin/app")
    build(&trace)
    return trace.history.words.lines
  }

  @Test("Pieces are put together to a line, which has the number of its first piece")
  func pieces() {
    var trace = Trace("/usr/bin/app")
    let number = trace.say("app: ", isPiece: true)
    trace.say("cannot open ", isPiece: true)
    trace.say("x\nnext", isPiece: true)
    let lines = trace.history.words.lines
    #expect(lines.map(\.text) == ["app: cannot open x", "next"])
    #expect(lines.map(\.isComplete) == [true, false])
    #expect(lines[0].number == number && lines[1].number == number + 2)
  }

  @Test("What goes to a copy of standard error, as descriptor 1, is said there")
  func copies() {
    let lines = lines {
      $0.call("dup2", [.descriptor(number: 2), .descriptor(number: 1)], .gives(1))
      $0.say("not to be had", on: .standardOutput)
      $0.call("dup2", [.descriptor(number: 2), .descriptor(number: 5)], .gives(5))
    }
    #expect(lines.map(\.stream) == [.standardError])
    #expect(
      self.lines { $0.say("a result", on: .standardOutput) }.map(\.stream) == [.standardOutput])
  }

  @Test("Pieces of two processes or two streams are not mixed")
  func mixed() {
    let lines = lines {
      $0.fork(200)
      $0.say("one ", isPiece: true)
      $0.say("two ", by: 200, isPiece: true)
      $0.say(String(repeating: "x", count: 600), on: .standardOutput, isPiece: true)
      $0.say("A", isPiece: true)
      $0.say("B\n", by: 200)
      $0.say("C\n", on: .standardOutput)
    }
    #expect(lines.map(\.text) == ["one A", "two B", String(repeating: "x", count: 600) + "C"])
    #expect(lines.map(\.process) == [0, 1, 0])
  }

  @Test("A short write to standard output is a line, since its line feed may not be traced")
  func unseenLineFeeds() {
    let texts = lines {
      $0.say("[ERROR] one of them", on: .standardOutput, isPiece: true)
      $0.say("[ERROR] and the other", on: .standardOutput, isPiece: true)
    }.map(\.text)
    #expect(texts == ["[ERROR] one of them", "[ERROR] and the other"])
  }

  @Test("Blanks that are written by themselves begin the line that follows")
  func indentation() {
    let texts = lines {
      $0.say("File \"a.py\", line 3\n")
      $0.say("    ", isPiece: true)
      $0.say("raise SystemExit(1)\n")
      $0.say("Error: x\n")
    }.map(\.text)
    #expect(texts == ["File \"a.py\", line 3", "    raise SystemExit(1)", "Error: x"])
  }

  @Test(
    "Colours and other control sequences of terminals are left out",
    arguments: [
      ("\u{1B}[1;31mError:\u{1B}[0m no", "Error: no"), ("\u{1B}]0;title\u{07}no", "no"),
      ("\u{1B}]8;;http://x\u{1B}\\no", "no"), ("\u{1B}(Bno\u{1B}[m", "no"),
      ("no\u{1B}[", "no"), ("\u{1B}]never ended\nno", "no"),
    ])
  func controlSequences(_ written: String, _ read: String) {
    #expect(lines { $0.say(written + "\n") }.map(\.text) == [read])
  }

  @Test("Lines end in LF or CR LF; blank ones are left out")
  func lineEnds() {
    let texts = lines { $0.say("a\r\n\n  \n\r\nb\n\n", isPiece: true) }.map(\.text)
    #expect(texts == ["a", "b"])
  }

  @Test("A line feed alone ends the line before it")
  func lineFeedAlone() {
    let texts = lines {
      $0.say("a", isPiece: true)
      $0.say("\n", isPiece: true)
      $0.say("b", isPiece: true)
    }.map(\.text)
    #expect(texts == ["a", "b"])
  }

  @Test("A line is cut at a number of bytes", arguments: ["x", "ü", "🜁", "e\u{301}\u{302}\u{303}"])
  func longLine(unit: String) {
    let lines = lines {
      for _ in 0..<20 { $0.say(String(repeating: unit, count: 500), isPiece: true) }
      $0.say("\nnext")
    }
    #expect(lines.count == 2 && lines[1].text == "next")
    #expect(lines[0].text.utf8.count <= WordLog.lineLimit)
    #expect(lines[0].text.utf8.count > WordLog.lineLimit - 8)
  }

  @Test("A complaint in a flood of lines is kept, in its place; a flood of complaints is bounded")
  func complaintInFlood() {
    func log(_ line: (Int) -> String) -> WordLog {
      var log = WordLog()
      for index in 0..<10_000 {
        let text = line(index) + "\n"
        let words = Words(
          stream: .standardOutput, descriptor: 1, text: text, byteCount: text.utf8.count)
        log.record(words, number: index, time: 0, process: 0)
      }
      return log
    }
    let one = log { $0 == 5000 ? "x.c:3: fatal error: no y.h" : "compiling \($0)" }
    #expect(one.lines.contains { $0.number == 5000 } && one.lines.count == WordLog.capacity)
    #expect(one.lines.map(\.number) == one.lines.map(\.number).sorted())
    let many = log { "error \($0)" }
    #expect(many.lines.count == WordLog.capacity && many.lines.last?.number == 9999)
    #expect(many.forgotten == 10_000 - WordLog.capacity)
  }

  @Test("Of 100,000 lines the first and the last are kept, and the others counted")
  func manyLines() {
    var log = WordLog()
    for index in 0..<100_000 {
      let words = Words(
        stream: .standardError, descriptor: 2, text: "line \(index)\n", byteCount: 10)
      log.record(words, number: index + 1, time: 0, process: 0)
    }
    #expect(log.lines.count == WordLog.capacity)
    #expect(log.forgotten == 100_000 - WordLog.capacity)
    #expect(log.lines.first?.text == "line 0" && log.lines.last?.text == "line 99999")
    #expect(log.lines[WordLog.keptFromStart - 1].text == "line \(WordLog.keptFromStart - 1)")
    #expect(log.lines.map(\.number) == log.lines.map(\.number).sorted())
  }

  @Test("A log's line that was seen when it was written is not told twice, and has its path")
  func logs() {
    let lines = lines {
      $0.say("app: cannot start")
      $0.add(
        .words(
          words: Words(
            stream: .log, descriptor: -1, text: "app: cannot start\nno pool\n", byteCount: 26,
            path: "/var/log/app.log")), by: Trace.first)
    }
    #expect(lines.map(\.text) == ["app: cannot start", "no pool"])
    #expect(lines.map(\.path) == [nil, "/var/log/app.log"])
  }

  @Test("Standard error that a program sent to a file has that file's path")
  func redirected() {
    let lines = lines {
      $0.say("here")
      $0.open("/srv/job.log", .gives(3), flags: "O_WRONLY|O_CREAT|O_APPEND")
      $0.call("dup2", [.descriptor(number: 3), .descriptor(number: 2)], .returned(value: 2))
      $0.say("there")
    }
    #expect(lines.map(\.path) == [nil, "/srv/job.log"])
  }
}
