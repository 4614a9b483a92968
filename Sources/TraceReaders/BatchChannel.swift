private import Glibc
internal import Synchronization

/// Batches on their way from one thread to another, a few at a time.
package final class BatchChannel<Batch: Sendable>: Sendable {
  private struct State {
    var batches: [Batch] = []
    var isAbandoned = false
  }

  private let state = Mutex(State())
  private let free: Semaphore
  private let filled = Semaphore(0)

  /// `room` is how many batches there can be that nobody has taken yet.
  package init(room: UInt32 = 4) {
    free = Semaphore(room)
  }

  /// Waits until there is room; false if nobody takes any more.
  package func waitsForMore() -> Bool {
    free.wait()
    return state.withLock { !$0.isAbandoned }
  }

  /// Hands a batch over; there has to be room.
  package func give(_ batch: Batch) {
    state.withLock { $0.batches.append(batch) }
    filled.signal()
  }

  /// The next batch, once there is one.
  package func take() -> Batch {
    filled.wait()
    let batch = state.withLock { $0.batches.removeFirst() }
    free.signal()
    return batch
  }

  /// Nobody takes any more.
  package func abandon() {
    state.withLock { $0.isAbandoned = true }
    free.signal()
  }
}

/// Corresponds to `sem_t` (`sem_overview(7)`), between threads.
@safe
private final class Semaphore: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  init(_ count: UInt32) {
    unsafe semaphore = .allocate(capacity: 1)
    unsafe sem_init(semaphore, 0, count)
  }

  deinit {
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  func wait() {
    // A signal handler may run meanwhile.
    while unsafe sem_wait(semaphore) != 0 {}
  }

  func signal() { unsafe sem_post(semaphore) }
}
