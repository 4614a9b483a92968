internal import TraceEvents

/// A call whose records are being put together.
struct KdumpCall {
  /// Its name, without what macOS adds for the kind of cancellation.
  let name: String
  /// Its arguments as they stand there.
  let words: [Substring]
  /// The paths that the kernel looked up for it.
  var names: [String] = []
  /// The address that it used.
  var address: SocketAddress?
  /// The arguments of a program that it starts.
  var arguments: [String] = []

  /// Reads `openat(AT_FDCWD,0x8007,0x100000<O_RDONLY|O_CLOEXEC>,0)`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    var text = StraceText.plain(bytes, range)[...]
    if text.hasPrefix(Self.indirect) { text = text.dropFirst(Self.indirect.count) }
    let open = text.firstIndex(of: "(") ?? text.endIndex
    name = Self.name(text[..<open])
    let inner = open < text.endIndex ? text[text.index(after: open)...] : ""
    words = Self.arguments(inner.hasSuffix(")") ? inner.dropLast() : inner)
  }

  /// What OpenBSD puts before a call that was made by `syscall(2)`.
  private static let indirect = "(via syscall) "

  /// A call by the name that all systems share: without its number (`openat[499]`, `-S`), what macOS
  /// adds for the kind of cancellation, and what NetBSD and FreeBSD add for old and foreign forms
  /// (`__stat50`, `freebsd11_stat`, `netbsd32_open`, `linux_openat`).
  static func name(_ word: Substring) -> String {
    var name = word.prefix { $0 != "[" }
    if name.hasSuffix("_nocancel") { name = name.dropLast(9) }
    for prefix in ["netbsd32_", "freebsd32_", "linux_", "compat_"] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    if name.hasPrefix("freebsd"), let end = name.firstIndex(of: "_") {
      let digits = name[..<end].dropFirst(7)
      if !digits.isEmpty, digits.allSatisfy(\.isNumber) { name = name[end...].dropFirst() }
    }
    if name.hasPrefix("__posix_") { name = name.dropFirst(8) }
    if name.hasPrefix("__") {
      let digits = name.reversed().prefix(while: \.isNumber).count
      name = name.dropFirst(2)
      if digits == 2 { name = name.dropLast(2) }
    }
    return String(name)
  }

  /// The arguments, at the commas that stand in no brackets: `0x1002<PRIVATE,ANONYMOUS>`.
  private static func arguments(_ text: Substring) -> [Substring] {
    var words: [Substring] = []
    var depth = 0
    var start = text.startIndex
    for index in text.indices {
      switch text[index] {
      case "<", "(": depth += 1
      case ">", ")": depth -= 1
      case "," where depth <= 0:
        words.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    words.append(text[start...])
    return words
  }

  /// True for a call that makes a process.
  var creates: Bool { ["fork", "vfork", "rfork", "pdfork", "posix_spawn"].contains(name) }

  /// An argument as a number.
  func number(_ index: Int) -> Int64? {
    guard index < words.count else { return nil }
    let word = words[index].prefix { $0 != "<" }
    if word == "AT_FDCWD" { return Int64(SystemCall.currentDirectory) }
    if word.hasPrefix("0x") {
      return UInt64(word.dropFirst(2), radix: 16).map {
        // A negative int is shown in 32 bits.
        $0 == 0xFFFF_FFFF ? -1 : Int64(bitPattern: $0)
      }
    }
    return Int64(word)
  }

  /// An argument as names of constants: `0x2<O_RDWR>`, `O_RDWR`, or a number.
  func symbols(_ index: Int) -> String {
    guard index < words.count else { return "" }
    let word = words[index]
    if let open = word.firstIndex(of: "<"), word.last == ">" {
      let inner = word[word.index(after: open)...].dropLast()
      if inner.contains("_") { return String(inner) }
    }
    return String(word)
  }

  /// Flags of `open(2)`; numbers are those that all BSDs share.
  func openFlags(_ index: Int) -> String {
    guard let value = number(index) else { return symbols(index) }
    let named = symbols(index)
    if named.contains("O_") { return named }
    var flags = [["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"][Int(value & 3)]]
    for (bit, name) in [
      (0x4, "O_NONBLOCK"), (0x8, "O_APPEND"), (0x200, "O_CREAT"), (0x400, "O_TRUNC"),
      (0x800, "O_EXCL"),
    ] as [(Int64, String)] where value & bit != 0 {
      flags.append(name)
    }
    return flags.joined(separator: "|")
  }

  /// `struct sockaddr { AF_INET, 127.0.0.1:80 }`, `[::1]:80`, a path.
  static func address(_ text: String) -> SocketAddress? {
    guard text.hasPrefix("struct sockaddr"), let open = text.firstIndex(of: "{") else { return nil }
    let inner = text[text.index(after: open)...].prefix { $0 != "}" }
    let parts = inner.split(separator: ",", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let family = parts[0].filter { $0 != " " }
    let place = parts[1].drop { $0 == " " || $0 == "\"" }.prefix { $0 != "\"" }
    let trimmed = String(place.reversed().drop { $0 == " " }.reversed())
    switch family {
    case "AF_INET", "AF_INET6":
      guard let colon = trimmed.lastIndex(of: ":"),
        let port = UInt16(trimmed[trimmed.index(after: colon)...])
      else { return .other(family: family) }
      let host = trimmed[..<colon].filter { $0 != "[" && $0 != "]" }
      return family == "AF_INET"
        ? .ip4(address: host, port: port) : .ip6(address: host, port: port)
    case "AF_UNIX", "AF_LOCAL": return .unix(path: trimmed)
    default: return .other(family: family)
    }
  }
}
