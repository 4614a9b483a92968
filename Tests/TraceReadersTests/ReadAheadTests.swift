import Testing
import TraceEvents

@testable import TraceReaders

/// A reader of as many events as it is told, which then ends or fails.
private final class CountingReader: EventReader {
  private let count: Int
  private let failure: TraceReaderError?
  private var given = 0

  init(_ count: Int, failure: TraceReaderError? = nil) {
    self.count = count
    self.failure = failure
  }

  var command: [String] { given > 0 ? ["prog"] : [] }
  var isTruncated: Bool { given == count }

  func next() throws(TraceReaderError) -> TraceEvent? {
    guard given < count else {
      if let failure { throw failure }
      return nil
    }
    given += 1
    return TraceEvent(
      number: given, time: 0, process: 1, thread: 1, body: .processEnded(end: .exited(status: 0)))
  }
}

@Suite struct ReadAheadTests {
  /// None, one batch, one that is full, and some more than are held at a time.
  @Test(arguments: [0, 1, 1024, 1025, 10_000])
  func allEventsComeInTheirOrder(_ count: Int) throws {
    let reader = ReadAhead(CountingReader(count))
    var numbers: [Int] = []
    while let event = try reader.next() { numbers.append(event.number) }
    #expect(numbers == Array(1..<(count + 1)))
    #expect(reader.isTruncated)
    #expect(reader.command == (count > 0 ? ["prog"] : []))
    #expect(try reader.next() == nil)
  }

  @Test func theCommandIsKnownWithTheFirstEvent() throws {
    let reader = ReadAhead(CountingReader(3))
    _ = try reader.next()
    #expect(reader.command == ["prog"])
  }

  @Test func anErrorComesBehindTheEventsBeforeIt() throws {
    let failure = TraceReaderError(.damagedLine, path: "x", line: 9)
    let reader = ReadAhead(CountingReader(1030, failure: failure))
    for _ in 0..<1030 { #expect(try reader.next() != nil) }
    #expect(throws: failure) { try reader.next() }
    #expect(throws: failure) { try reader.next() }
  }

  /// Nobody waits for who takes no more.
  @Test func itCanBeLeftBeforeTheEnd() throws {
    for _ in 0..<50 {
      let reader = ReadAhead(CountingReader(100_000))
      #expect(try reader.next()?.number == 1)
    }
  }
}
