import Glibc

/// The descriptors 0, 1 and 2 of this process.
enum StandardStreams {
  /// Puts `/dev/null` where one of them is closed, so that no file of ours takes its number and gets
  /// what is meant for standard error.
  ///
  /// It is closed on exec: for the target they are closed, as without us.
  static func reserveClosed() {
    var descriptor: Int32
    repeat {
      // The lowest free number is taken (open(2)).
      descriptor = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    } while (0...2).contains(descriptor)
    if descriptor > 2 { _ = close(descriptor) }
  }
}
