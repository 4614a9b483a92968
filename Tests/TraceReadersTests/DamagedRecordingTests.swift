import Testing
import TraceEvents

@testable import TraceReaders

private let header =
  #"{"format":"whyfail.recording","version":1,"tool":"t","created":1,"command":["a"]}"#
private let ended = #"{"n":1,"t":0.5,"pid":7,"end":{"status":1}}"#

struct DamagedRecordingTests {
  private static let notRecordings: [(name: String, bytes: [UInt8])] = [
    ("empty", []),
    ("a line feed", [0x0A]),
    ("an strace log", Array("execve(\"/bin/true\", [\"true\"], 0x7ffd) = 0\n".utf8)),
    ("binary", [0x7F, 0x45, 0x4C, 0x46, 0, 0, 0xFF, 0xFE, 0x0A]),
    ("other JSON", Array("{\"format\":\"other\",\"version\":1}\n".utf8)),
    ("a header cut short", Array(header.utf8.prefix(40))),
    ("an event alone", Array(ended.utf8)),
    ("one huge line", [UInt8](repeating: 0x61, count: RecordingReader.lineCap + 2)),
  ]

  @Test(arguments: notRecordings.indices)
  func aFileOfAnotherKindIsRefused(index: Int) throws {
    let file = try TemporaryFile(Self.notRecordings[index].bytes)
    let error = try #require(throws: TraceReaderError.self, "\(Self.notRecordings[index].name)") {
      _ = try RecordingReader(path: file.path)
    }
    #expect(error.code == .notARecording)
    #expect(error.description.contains("whyfail.recording"))
  }

  @Test func aNewerVersionIsNamed() throws {
    let file = try TemporaryFile(#"{"format":"whyfail.recording","version":2,"new":{}}"# + "\n")
    let error = try #require(throws: TraceReaderError.self) {
      _ = try RecordingReader(path: file.path)
    }
    #expect(error.code == .newerVersion)
    #expect(error.description.contains("version 2"))
  }

  @Test func aHeaderThatLacksAFieldIsDamaged() throws {
    let file = try TemporaryFile(#"{"format":"whyfail.recording","version":1}"# + "\n")
    let error = try #require(throws: TraceReaderError.self) {
      _ = try RecordingReader(path: file.path)
    }
    #expect(error.code == .damagedLine)
    #expect(error.line == 1)
  }

  @Test(arguments: [
    "garbage", "{}", "[1,2]", "\u{0}\u{1}", "", "{\"n\":1,\"t\":0.5,\"pid\":7}",
    #"{"n":1,"t":0.5,"pid":7,"end":{"status":1},"thread_by":3}"#,
    #"{"n":1,"t":0.5,"pid":7,"end":{}}"#,
    #"{"n":1,"t":1e999,"pid":7,"end":{"status":1}}"#,
    #"{"n":1,"t":0.5,"pid":99999999999,"end":{"status":1}}"#,
    #"{"n":1,"t":0.5,"pid":7,"call":{"name":"x","args":[{"path":1}],"value":0}}"#,
    #"{"n":1,"t":0.5,"pid":7,"call":{"name":"x","args":[{"fds":[1]}],"value":0}}"#,
    #"{"n":1,"t":0.5,"pid":7,"call":{"name":"x","args":[],"error":"HUH"}}"#,
    #"{"n":1,"t":0.5,"pid":7,"call":{"name":"x","args":[]}}"#,
  ])
  func aDamagedLineIsNamedByItsNumber(line: String) throws {
    let file = try TemporaryFile([header, ended, line, ended, ""].joined(separator: "\n"))
    let reader = try RecordingReader(path: file.path)
    #expect(try reader.next() != nil)
    let error = try #require(throws: TraceReaderError.self) { _ = try reader.next() }
    #expect(error.code == .damagedLine)
    #expect(error.line == 3)
    #expect(error.detail.contains("expected an event"))
  }

  @Test func aLineThatIsTooLongIsNotHeldInMemory() throws {
    let long = String(repeating: "x", count: RecordingReader.lineCap + 1)
    let file = try TemporaryFile([header, ended, long, ""].joined(separator: "\n"))
    let reader = try RecordingReader(path: file.path)
    #expect(try reader.next() != nil)
    let error = try #require(throws: TraceReaderError.self) { _ = try reader.next() }
    #expect(error.code == .lineTooLong)
    #expect(error.line == 3)
  }

  @Test func aLastLineCutShortLosesThatLineAlone() throws {
    let whole = try recording(of: sampleEvents)
    let lastStart = try #require(whole.dropLast().lastIndex(of: 0x0A))
    for kept in [lastStart + 2, lastStart + 20, whole.count - 2] {
      let file = try TemporaryFile(Array(whole[..<kept]))
      let (events, isTruncated) = try read(file.path)
      #expect(events == sampleEvents.dropLast())
      #expect(isTruncated)
    }
  }

  @Test func aLastLineThatOnlyLacksItsLineFeedIsWhole() throws {
    let whole = try recording(of: sampleEvents)
    let file = try TemporaryFile(Array(whole.dropLast()))
    let (events, isTruncated) = try read(file.path)
    #expect(events == sampleEvents)
    #expect(!isTruncated)
  }

  @Test func aFileThatIsNotThereSaysSo() throws {
    let error = try #require(throws: TraceReaderError.self) {
      _ = try RecordingReader(path: "/nonexistent")
    }
    #expect(error.code == .cannotOpen)
    #expect(error.error == .noEntry)
  }

  @Test func aDirectoryIsRefused() throws {
    let error = try #require(throws: TraceReaderError.self) { _ = try RecordingReader(path: "/") }
    #expect(error.error == ErrorNumber(name: "EISDIR"))
  }

  @Test(arguments: 0..<24)
  func flippedBytesGiveEventsOrATypedError(seed: Int) throws {
    var generator = SplitMix64(state: UInt64(seed))
    let whole = try recording(of: sampleEvents)
    for _ in 0..<12 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
      }
      let file = try TemporaryFile(bytes)
      do {
        let (events, _) = try read(file.path)
        #expect(events.count <= sampleEvents.count)
      } catch {
        #expect(error is TraceReaderError)
      }
    }
  }
}

/// A generator whose sequence is the same everywhere (Steele, Lea, Flood: SplitMix64).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
