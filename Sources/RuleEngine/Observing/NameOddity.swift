internal import TraceEvents
internal import History

/// What is odd in a path that was not found, and explains by itself why there is no such file.
enum NameOddity {
  /// The oddity in words; `path` as the program gave it.
  static func words(for path: String) -> String? {
    if path.contains("\r") {
      return
        "The name has a carriage return in it (\\r): it comes from a file with Windows line ends (CRLF)."
    }
    if path.contains("\n") { return "The name has a line feed in it (\\n)." }
    if path.hasSuffix(" ") || path.hasSuffix("\t") { return "The name ends in a blank (space)." }
    if path.hasPrefix(" ") || path.hasPrefix("\t") {
      return "The name begins with a blank (space)."
    }
    if let first = path.first, let last = path.last, path.count > 2, "'\"“”‘’`".contains(last) {
      return first == last || "'\"“”‘’`".contains(first)
        ? "The name has quotation marks in it: something quoted it once too often."
        : "The name ends in a quotation mark."
    }
    if path.hasPrefix("file://") {
      return "It is a URL, and was taken as a file's name: write the path behind file:// alone."
    }
    let parts = path.split(separator: "/")
    if parts.contains(where: { $0.hasPrefix("~") }) {
      return
        "The ~ was not expanded to a home directory: a shell does that only at the start of a word outside of quotes. Write $HOME, or the path in full."
    }
    if parts.contains(where: { $0.contains("${") || $0.hasPrefix("$") || $0.contains("%(") }) {
      return "A variable in the name was not expanded: it stands there literally."
    }
    if parts.contains(where: { $0.contains("{{") || $0.hasPrefix("<") && $0.hasSuffix(">") }) {
      return "A placeholder in the name was never filled in."
    }
    if parts.contains(where: { $0.contains("*") }) {
      return
        "The * stands there literally: the pattern matched no file, and the shell passed it on as it was, or nothing expanded it. Where none is no fault, let the script pass over it: shopt -s nullglob in bash, or [ -e NAME ] || continue."
    }
    if let part = parts.first(where: { ["undefined", "null", "None", "nil", "NaN"].contains($0) }) {
      return "The part \(part) is what an unset value became: the variable behind it has none."
    }
    if path.hasPrefix("/dev/") {
      return
        "It is a device: the kernel has none of that name, since its hardware or driver (kernel module) is not there, or the container was not given it."
    }
    return nil
  }
}
