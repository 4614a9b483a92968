private import CTraceShim
import Glibc
import Synchronization
import TraceEvents

/// Our copy of a descriptor that a target reads a file through: it shares the offset, so it tells
/// how much was read after the target closed its own, and `close(2)` needs no stop.
///
/// It must not outlast what the target does with locks (`flock(2)` belongs to what is open, not to
/// a descriptor) or unmounts: then it is given up.
final class HeldFile {
  private var descriptor: Int32
  private var lastPosition: Int64 = 0
  private var told: (ProcessID, Int64)?
  /// What the descriptor is open on.
  let path: String

  private static let count = Atomic(0)
  /// A share of the usual limit of 1024 descriptors.
  private static let most = 256

  /// True if the kernel, and whoever confines us, lets descriptors be copied.
  static let isPossible: Bool = {
    let copy = wf_copy_descriptor(getpid(), 0)
    if copy >= 0 { close(copy) }
    return copy >= 0 || copy == -EBADF
  }()

  /// A copy of `descriptor`; nil if it is no regular file, or cannot be had.
  init?(_ descriptor: Int32, of process: ProcessID) {
    guard Self.count.load(ordering: .relaxed) < Self.most else { return nil }
    let copy = wf_copy_descriptor(process, descriptor)
    guard copy >= 0 else { return nil }
    var status = stat()
    guard unsafe fstat(copy, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let path = ProcessFiles.link("/proc/self/fd/\(copy)")
    else {
      close(copy)
      return nil
    }
    self.descriptor = copy
    self.path = path
    Self.count.add(1, ordering: .relaxed)
  }

  deinit { giveUp() }

  /// Closes our copy, in whatever table it is; the position stays what it was.
  func giveUp() {
    guard descriptor >= 0 else { return }
    lastPosition = Int64(lseek(descriptor, 0, SEEK_CUR))
    close(descriptor)
    descriptor = -1
    Self.count.subtract(1, ordering: .relaxed)
  }

  /// File position, in bytes.
  var position: Int64 {
    descriptor >= 0 ? Int64(lseek(descriptor, 0, SEEK_CUR)) : lastPosition
  }

  /// True if `process` has not been told of at this position: copies of a descriptor share it.
  func isNews(for process: ProcessID) -> Bool {
    let now = (process, position)
    if let told, told == now { return false }
    told = now
    return true
  }
}
