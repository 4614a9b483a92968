internal import TraceEvents

extension PathComponent {
  /// Its permission bits in octal digits, four at least, as `stat(1)` and `chmod(1)` have them: `0644`.
  var octalMode: String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
