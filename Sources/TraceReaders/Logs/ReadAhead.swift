private import Glibc
package import TraceEvents

/// What gives events one by one: a recording, a log.
package protocol EventReader: AnyObject {
  /// The command that was traced, as far as it is known by now.
  var command: [String] { get }
  /// True once the end was reached and proved to be cut short.
  var isTruncated: Bool { get }
  /// The next event; nil at the end.
  func next() throws(TraceReaderError) -> TraceEvent?
}

/// Reads on a thread of its own, some batches of events ahead of who takes them: half of the work on a
/// large log is reading it, and the other half what is made of it.
///
/// Use from one thread, and the reader not at all from then on.
package final class ReadAhead: EventReader {
  private let channel = BatchChannel<EventBatch>()
  private var batch = EventBatch()
  private var taken = 0
  /// Where no thread could be had.
  private let reader: (any EventReader)?

  /// The command that was traced, as far as it was known with the last event or soon after it.
  package var command: [String] { reader?.command ?? batch.command }
  package var isTruncated: Bool { reader?.isTruncated ?? batch.isTruncated }

  /// Begins to read.
  package init(_ reader: any EventReader) {
    let work = unsafe Unmanaged.passRetained(ReadAheadWork(reader, channel)).toOpaque()
    var thread = pthread_t()
    let failure = unsafe pthread_create(
      &thread, nil,
      { work in
        if let work = unsafe work {
          unsafe Unmanaged<ReadAheadWork>.fromOpaque(work).takeRetainedValue().run()
        }
        return nil
      }, work)
    guard failure == 0 else {
      unsafe Unmanaged<ReadAheadWork>.fromOpaque(work).release()
      self.reader = reader
      return
    }
    self.reader = nil
    pthread_detach(thread)
  }

  deinit { channel.abandon() }

  package func next() throws(TraceReaderError) -> TraceEvent? {
    if let reader { return try reader.next() }
    while taken == batch.events.count {
      if let failure = batch.failure { throw failure }
      if batch.isLast { return nil }
      batch = channel.take()
      taken = 0
    }
    taken += 1
    return batch.events[taken - 1]
  }
}

/// Some events, and what their reader knew when it had read them.
private struct EventBatch: Sendable {
  /// How many there are at most.
  static let capacity = 1024

  var events: [TraceEvent] = []
  var command: [String] = []
  var isTruncated = false
  var failure: TraceReaderError?
  var isLast = false
}

/// The thread's part.
private final class ReadAheadWork {
  private let reader: any EventReader
  private let channel: BatchChannel<EventBatch>

  init(_ reader: any EventReader, _ channel: BatchChannel<EventBatch>) {
    self.reader = reader
    self.channel = channel
  }

  func run() {
    var isLast = false
    while !isLast, channel.waitsForMore() {
      var batch = EventBatch()
      batch.events.reserveCapacity(EventBatch.capacity)
      do throws(TraceReaderError) {
        while batch.events.count < EventBatch.capacity, !batch.isLast {
          if let event = try reader.next() {
            batch.events.append(event)
          } else {
            batch.isLast = true
          }
        }
      } catch {
        batch.failure = error
        batch.isLast = true
      }
      batch.command = reader.command
      batch.isTruncated = reader.isTruncated
      isLast = batch.isLast
      channel.give(batch)
    }
  }
}
