/// A system call that ended, or that its thread is still in.
package struct SystemCall: Codable, Sendable, Hashable {
  /// The kernel's name of the call, without prefix: `openat`.
  package var name: String
  /// The arguments that were decoded, in the call's own order.
  package var arguments: [Argument]
  /// What came of it.
  package var outcome: Outcome

  package init(name: String, arguments: [Argument], outcome: Outcome) {
    self.name = name
    self.arguments = arguments
    self.outcome = outcome
  }

  /// What a call gave.
  package enum Outcome: Codable, Sendable, Hashable {
    /// It succeeded with this value.
    case returned(value: Int64)
    /// It failed.
    case failed(error: ErrorNumber)
    /// It had not returned when it was looked at.
    case unfinished
  }

  /// One argument, typed by what it means.
  package enum Argument: Codable, Sendable, Hashable {
    /// A path as the program gave it, not resolved.
    case path(text: String)
    /// The descriptor that a relative path is taken from; `AT_FDCWD` is -100.
    case directory(descriptor: Int32)
    /// A descriptor.
    case descriptor(number: Int32)
    /// A socket address.
    case address(address: SocketAddress)
    /// Flags or a constant, spelled as in C: `O_RDONLY|O_CLOEXEC`.
    case symbol(name: String)
    /// A number that counts or sizes something.
    case integer(value: Int64)
    /// A number best read in base 8: a file mode.
    case octal(value: UInt32)
    /// An address or a mask.
    case hexadecimal(value: UInt64)
    /// Text that is no path: data, a name, a link's target.
    case text(text: String)
    /// A vector of strings, such as `argv`.
    case strings(list: [String])
    /// A pair of descriptors that the call made (`pipe2`, `socketpair`).
    case descriptors(first: Int32, second: Int32)
    /// A pointer argument that could not be read: what the kernel said of the memory.
    case unreadable(address: UInt64)
  }
}

extension SystemCall {
  /// The descriptor that stands for the current directory in the `*at` calls.
  package static let currentDirectory: Int32 = -100

  /// The error, if the call failed.
  package var error: ErrorNumber? {
    if case .failed(let error) = outcome { error } else { nil }
  }

  /// The value, if the call succeeded.
  package var value: Int64? {
    if case .returned(let value) = outcome { value } else { nil }
  }

  /// The paths among the arguments, each with the directory descriptor before it.
  package var paths: [(directory: Int32, path: String)] {
    var found: [(directory: Int32, path: String)] = []
    var directory = Self.currentDirectory
    for argument in arguments {
      switch argument {
      case .directory(let descriptor): directory = descriptor
      case .path(let text):
        found.append((directory, text))
        directory = Self.currentDirectory
      default: break
      }
    }
    return found
  }

  /// The path at `index` among the paths, with the directory descriptor before it; nil if there are
  /// fewer. Of every call the first two are asked for, so no list is made.
  package func path(at index: Int) -> (directory: Int32, path: String)? {
    var directory = Self.currentDirectory
    var rest = index
    for argument in arguments {
      switch argument {
      case .directory(let descriptor): directory = descriptor
      case .path(let text):
        if rest == 0 { return (directory, text) }
        rest -= 1
        directory = Self.currentDirectory
      default: break
      }
    }
    return nil
  }

  /// The last argument of a call that was not seen, since writes are not watched: what is left of it was.
  package static let inferred = Argument.symbol(name: "/* not seen: its file system was full */")

  /// True for such a call.
  package var isInferred: Bool { arguments.last == Self.inferred }

  /// The first path, as the program gave it.
  package var path: String? { path(at: 0)?.path }

  /// The first descriptor argument.
  package var descriptor: Int32? {
    for case .descriptor(let number) in arguments { return number }
    return nil
  }

  /// The pair of descriptors that the call made.
  package var madeDescriptors: (first: Int32, second: Int32)? {
    for case .descriptors(let first, let second) in arguments { return (first, second) }
    return nil
  }

  /// The socket address among the arguments.
  package var address: SocketAddress? {
    for case .address(let address) in arguments { return address }
    return nil
  }

  /// The numbers among the arguments.
  package var integers: [Int64] {
    arguments.compactMap { argument in
      if case .integer(let value) = argument { value } else { nil }
    }
  }

  /// The flags and constants among the arguments, split at `|`.
  package var symbols: [Substring] {
    arguments.flatMap { argument -> [Substring] in
      if case .symbol(let name) = argument { name.split(separator: "|") } else { [] }
    }
  }

  /// True if one of the flags or constants among the arguments is `name`.
  package func hasSymbol(_ name: String) -> Bool {
    for case .symbol(let list) in arguments where Self.list(list, holds: name) { return true }
    return false
  }

  /// True if `name` is one of the words that `|` separates in `list`; looks at bytes alone, since
  /// it is asked of every call.
  private static func list(_ list: String, holds name: String) -> Bool {
    let text = list.utf8Span.span
    let wanted = name.utf8Span.span
    var start = 0
    while start + wanted.count <= text.count {
      var offset = 0
      while offset < wanted.count, text[start + offset] == wanted[offset] { offset += 1 }
      let end = start + offset
      if offset == wanted.count, end == text.count || text[end] == UInt8(ascii: "|") { return true }
      while start < text.count, text[start] != UInt8(ascii: "|") { start += 1 }
      start += 1
    }
    return false
  }

  /// The call in strace's notation: `openat(AT_FDCWD, "/etc/x", O_RDONLY) = -1 ENOENT`.
  ///
  /// Control bytes in texts are escaped as C does; long texts are cut at 160 characters.
  package var notation: String {
    let list = arguments.map(\.notation).joined(separator: ", ")
    return switch outcome {
    case .returned(let value): "\(name)(\(list)) = \(value)"
    case .failed(let error): "\(name)(\(list)) = -1 \(error.name)"
    case .unfinished: "\(name)(\(list)) = ?"
    }
  }
}

extension SystemCall.Argument {
  private static let mostStrings = 12

  private static func notation(of list: [String]) -> String {
    let shown = list.prefix(mostStrings).map { TargetText.quoted($0) }
    let rest = list.count > mostStrings ? ["..."] : []
    return "[" + (shown + rest).joined(separator: ", ") + "]"
  }

  /// The argument as strace would print it.
  package var notation: String {
    switch self {
    case .path(let text), .text(let text): TargetText.quoted(text)
    case .directory(let descriptor):
      descriptor == SystemCall.currentDirectory ? "AT_FDCWD" : String(descriptor)
    case .descriptor(let number): String(number)
    case .address(let address): address.notation
    case .symbol(let name): name
    case .integer(let value): String(value)
    case .octal(let value): "0" + String(value, radix: 8)
    case .hexadecimal(let value): "0x" + String(value, radix: 16)
    case .strings(let list): Self.notation(of: list)
    case .descriptors(let first, let second): "[\(first), \(second)]"
    case .unreadable(let address): "0x" + String(address, radix: 16)
    }
  }
}
