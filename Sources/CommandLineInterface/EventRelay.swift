private import Glibc
import TraceCapture
import TraceEvents
import TraceReaders

/// Hands the events of a trace to their analysis on a thread of its own, so that the tracer, whom the
/// target waits for at each stop, has less to do and disturbs the caches less.
///
/// Use from one thread. The first events, which are all that most programs have, are handed on at once.
final class EventRelay {
  private let channel = BatchChannel<[TraceEvent]>(room: 16)
  private let apply: (TraceEvent) -> Void
  private var left = EventRelay.direct
  private var batch: [TraceEvent] = []
  private var thread: pthread_t?
  /// The processors of the time before the tracer bound itself to one.
  private let processors = ProcessorMask()

  /// So many events do not pay a thread.
  private static let direct = 512
  private static let batchSize = 128

  /// `apply` is called on one thread after another, never on two at a time.
  init(_ apply: @escaping (TraceEvent) -> Void) {
    self.apply = apply
  }

  /// Takes the next event.
  func give(_ event: TraceEvent) {
    guard left == 0 || thread != nil else {
      left -= 1
      apply(event)
      if left == 0 { start() }
      return
    }
    guard thread != nil else { return apply(event) }
    batch.append(event)
    if batch.count == Self.batchSize { handOver() }
  }

  /// Waits until all events are analysed; none may follow.
  func finish() {
    guard let thread else { return }
    if !batch.isEmpty { handOver() }
    handOver()
    pthread_join(thread, nil)
    self.thread = nil
  }

  /// An empty batch is the last one.
  private func handOver() {
    guard channel.waitsForMore() else { return }
    channel.give(batch)
    batch = []
    batch.reserveCapacity(Self.batchSize)
  }

  private func start() {
    let work = unsafe Unmanaged.passRetained(
      RelayWork(channel: channel, processors: processors, apply: apply)
    ).toOpaque()
    var thread = pthread_t()
    let failure = unsafe pthread_create(
      &thread, nil,
      { work in
        if let work = unsafe work {
          unsafe Unmanaged<RelayWork>.fromOpaque(work).takeRetainedValue().run()
        }
        return nil
      }, work)
    if failure == 0 {
      self.thread = thread
    } else {
      // Without a thread it is slower.
      unsafe Unmanaged<RelayWork>.fromOpaque(work).release()
    }
  }
}

/// The thread's part.
private final class RelayWork {
  private let channel: BatchChannel<[TraceEvent]>
  private let processors: ProcessorMask
  private let apply: (TraceEvent) -> Void

  init(
    channel: BatchChannel<[TraceEvent]>, processors: ProcessorMask,
    apply: @escaping (TraceEvent) -> Void
  ) {
    self.channel = channel
    self.processors = processors
    self.apply = apply
  }

  func run() {
    processors.bind()
    while true {
      let events = channel.take()
      if events.isEmpty { return }
      for event in events { apply(event) }
    }
  }
}
