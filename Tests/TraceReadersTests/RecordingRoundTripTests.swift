import FoundationEssentials
import Glibc
import Testing
import TraceEvents

@testable import TraceReaders

/// A recording of `events`, as bytes.
func recording(of events: [TraceEvent]) throws -> [UInt8] {
  let file = try TemporaryFile()
  let writer = try RecordingWriter(path: file.path, header: sampleHeader)
  for event in events { writer.append(event) }
  try writer.close()
  return try file.contents()
}

/// Everything that a recording yields, read to its end.
func read(_ path: String) throws -> (events: [TraceEvent], isTruncated: Bool) {
  let reader = try RecordingReader(path: path)
  var events: [TraceEvent] = []
  while let event = try reader.next() { events.append(event) }
  return (events, reader.isTruncated)
}

let sampleHeader = RecordingHeader(
  tool: "whyfail 0.1.0", created: 1_700_000_000.5, command: ["./app", "a b"])

struct RecordingRoundTripTests {
  @Test func everyKindOfEventComesBack() throws {
    let file = try TemporaryFile(recording(of: sampleEvents))
    let reader = try RecordingReader(path: file.path)
    #expect(reader.header == sampleHeader)
    for event in sampleEvents { #expect(try reader.next() == event) }
    #expect(try reader.next() == nil)
    #expect(!reader.isTruncated)
  }

  @Test(arguments: sampleEvents)
  func handwrittenLinesSayWhatTheCodingSays(event: TraceEvent) throws {
    var encoder = RecordingEncoder()
    encoder.append(event)
    let line = Data(encoder.buffer.dropLast())
    #expect(encoder.buffer.last == 0x0A)
    #expect(encoder.buffer.count { $0 == 0x0A } == 1)

    // The same bytes, but for the order of the keys, which JSON leaves open.
    let coded = try JSONEncoder().encode(event)
    #expect(
      try JSONDecoder().decode(AnyJSON.self, from: line)
        == JSONDecoder().decode(AnyJSON.self, from: coded))
  }

  @Test func aFrequentLineReadsWell() {
    var encoder = RecordingEncoder()
    let call = SystemCall(
      name: "openat",
      arguments: [.directory(descriptor: -100), .path(text: "/etc/x"), .symbol(name: "O_RDONLY")],
      outcome: .failed(error: .noEntry))
    encoder.append(
      TraceEvent(number: 1, time: 0.0031, process: 7, thread: 7, body: .systemCall(call: call)))
    #expect(
      String(decoding: encoder.buffer, as: UTF8.self) == """
        {"n":1,"t":0.0031,"pid":7,"call":{"name":"openat","args":[{"dir":-100},\
        {"path":"/etc/x"},{"symbol":"O_RDONLY"}],"error":"ENOENT"}}

        """)
  }

  @Test(arguments: [
    SystemCall.Argument.path(text: "/etc/é漢\u{10FFE9}"), .directory(descriptor: -100),
    .descriptor(number: 3), .symbol(name: "O_RDONLY"), .integer(value: .min), .octal(value: 0o644),
    .hexadecimal(value: .max), .text(text: ""),
  ])
  func frequentLinesAreReadByHand(argument: SystemCall.Argument) throws {
    for outcome in [
      SystemCall.Outcome.failed(error: .noEntry), .returned(value: -7), .unfinished,
    ] {
      let call = SystemCall(name: "x", arguments: [argument, argument], outcome: outcome)
      let event = TraceEvent(
        number: 1, time: 5e-06, process: 7, thread: 8, body: .systemCall(call: call))
      var encoder = RecordingEncoder()
      encoder.append(event)
      let line = encoder.buffer.dropLast()
      #expect(RecordingLineParser.event(in: line) == event)
      // Whatever is cut off or added, it is not taken for the event.
      for count in 0..<line.count {
        #expect(RecordingLineParser.event(in: line.prefix(count)) == nil)
      }
      #expect(RecordingLineParser.event(in: line + [0x7D]) == nil)
    }
  }

  @Test func linesThatItDoesNotKnowAreLeftToTheDecoder() {
    for line in [
      #"{"n":1,"t":0.5,"pid":7,"end":{"status":1}}"#,
      #"{"n":1,"t":0.5,"pid":7,"call":{"name":"a\u0041","args":[],"value":0}}"#,
      #"{"n":1,"t":1e999,"pid":7,"call":{"name":"a","args":[],"value":0}}"#,
      #"{"n":1,"t":0.5,"pid":7,"call":{"name":"a","args":[],"value":1-2}}"#,
      #"{"n":1, "t":0.5,"pid":7,"call":{"name":"a","args":[],"value":0}}"#,
      "",
    ] {
      #expect(RecordingLineParser.event(in: Array(line.utf8)[...]) == nil)
    }
  }

  @Test func manyEventsPassThroughTheBuffer() throws {
    let events = (1...5000).map { number in
      TraceEvent(
        number: number, time: 0, process: 1, thread: 1,
        body: .words(
          words: Words(
            stream: .log, descriptor: 9, text: String(repeating: "x", count: number % 97),
            byteCount: number)))
    }
    let file = try TemporaryFile(recording(of: events))
    #expect(try read(file.path).events == events)
  }

  @Test func aTimeThatIsNotFiniteIsWrittenAsZero() throws {
    var event = sampleEvents[4]
    event.time = .nan
    let file = try TemporaryFile(recording(of: [event]))
    #expect(try read(file.path).events.map(\.time) == [0])
  }

  @Test func theFileIsForItsOwnerAlone() throws {
    let file = try TemporaryFile()
    unsafe unlink(file.path)
    let writer = try RecordingWriter(path: file.path, header: sampleHeader)
    try writer.close()
    var status = stat()
    #expect(unsafe stat(file.path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func aFileThatCannotBeCreatedIsRefusedAtOnce() throws {
    let error = try #require(throws: TraceReaderError.self) {
      _ = try RecordingWriter(path: "/nonexistent/x.jsonl", header: sampleHeader)
    }
    #expect(error.code == .cannotCreate)
    #expect(error.error == .noEntry)
    #expect(error.description.contains("/nonexistent/x.jsonl: No such file or directory"))
  }

  @Test func aDiskThatIsFullFromTheStartIsRefusedAtOnce() throws {
    let error = try #require(throws: TraceReaderError.self) {
      _ = try RecordingWriter(path: "/dev/full", header: sampleHeader)
    }
    #expect(error.error == ErrorNumber(name: "ENOSPC"))
  }

  @Test func aWriteErrorIsReportedAtTheEndAndTheRunGoesOn() throws {
    // A pipe whose reader leaves after the header.
    signal(SIGPIPE, SIG_IGN)
    let file = try TemporaryFile()
    unsafe unlink(file.path)
    #expect(unsafe mkfifo(file.path, 0o600) == 0)
    let reader = unsafe open(file.path, O_RDONLY | O_NONBLOCK)
    let writer = try RecordingWriter(path: file.path, header: sampleHeader)
    close(reader)
    for _ in 0..<2000 { for event in sampleEvents { writer.append(event) } }
    let error = try #require(throws: TraceReaderError.self) { try writer.close() }
    #expect(error.code == .cannotWrite)
    #expect(error.error == ErrorNumber(name: "EPIPE"))
    #expect(throws: Never.self) { try writer.close() }
  }
}

/// Any JSON value, to compare documents without regard to the order of keys.
enum AnyJSON: Decodable, Equatable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  case number(Double)
  case text(String)
  case array([AnyJSON])
  case object([String: AnyJSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .unsigned(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([AnyJSON].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: AnyJSON].self))
    }
  }
}
