private import CTraceShim
import Glibc
import TraceEvents

/// The command line of this process.
package enum OwnCommandLine {
  /// Its words, byte for byte, the program's own name first: `CommandLine.arguments` repairs what is
  /// not UTF-8, and a target must get what was typed.
  package static var words: [String] {
    var words: [String] = []
    var next = unsafe wf_start_arguments()
    while let text = unsafe next.pointee {
      let bytes = unsafe UnsafeBufferPointer(
        start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: strlen(text))
      unsafe words.append(TargetText.decoding(Array(bytes)))
      unsafe next += 1
    }
    return words
  }
}
