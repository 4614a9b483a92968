package import TraceEvents

extension SystemCall.Outcome {
  /// The call failed with `error`.
  package static func fails(_ error: ErrorNumber) -> Self { .failed(error: error) }

  /// The call succeeded and gave `value`.
  package static func gives(_ value: Int64) -> Self { .returned(value: value) }

  /// The call succeeded.
  package static let succeeds = Self.returned(value: 0)
}

extension Trace {
  /// Any system call.
  @discardableResult
  package mutating func call(
    _ name: String, _ arguments: [SystemCall.Argument], _ outcome: SystemCall.Outcome = .succeeds,
    by process: ProcessID = Trace.first
  ) -> Int {
    add(
      .systemCall(call: SystemCall(name: name, arguments: arguments, outcome: outcome)), by: process
    )
  }

  /// A call that takes one path: `mkdir`, `unlink`, `chdir`.
  @discardableResult
  package mutating func call(
    _ name: String, _ path: String, _ outcome: SystemCall.Outcome = .succeeds,
    by process: ProcessID = Trace.first
  ) -> Int {
    call(name, [.path(text: path)], outcome, by: process)
  }

  /// A call that takes two paths: `rename`, `link`.
  @discardableResult
  package mutating func call(
    _ name: String, _ path: String, _ second: String, _ outcome: SystemCall.Outcome = .succeeds,
    by process: ProcessID = Trace.first
  ) -> Int {
    call(name, [.path(text: path), .path(text: second)], outcome, by: process)
  }

  /// A call that works on a descriptor: `close`, `flock`, `listen`.
  @discardableResult
  package mutating func call(
    _ name: String, _ descriptor: Int32, _ symbols: String? = nil,
    _ outcome: SystemCall.Outcome = .succeeds, by process: ProcessID = Trace.first
  ) -> Int {
    var arguments: [SystemCall.Argument] = [.descriptor(number: descriptor)]
    if let symbols { arguments.append(.symbol(name: symbols)) }
    return call(name, arguments, outcome, by: process)
  }

  /// `openat`, for reading unless `flags` say otherwise.
  @discardableResult
  package mutating func open(
    _ path: String, _ outcome: SystemCall.Outcome = .gives(3),
    flags: String = "O_RDONLY|O_CLOEXEC", from directory: Int32 = SystemCall.currentDirectory,
    by process: ProcessID = Trace.first
  ) -> Int {
    call(
      "openat", [.directory(descriptor: directory), .path(text: path), .symbol(name: flags)],
      outcome, by: process)
  }

  /// A file is opened, read to `bytes`, and closed.
  package mutating func read(
    _ path: String, bytes: Int64 = 100, by process: ProcessID = Trace.first
  ) {
    open(path, .gives(30), by: process)
    release(30, path, position: bytes, by: process)
    call("close", 30, by: process)
  }

  /// `newfstatat`: only looking whether something is there.
  @discardableResult
  package mutating func stat(
    _ path: String, _ outcome: SystemCall.Outcome = .succeeds, by process: ProcessID = Trace.first
  ) -> Int {
    call(
      "newfstatat",
      [.directory(descriptor: SystemCall.currentDirectory), .path(text: path), .symbol(name: "0")],
      outcome, by: process)
  }

  /// `execve` that failed; one that succeeds is an event of its own, `execute`.
  @discardableResult
  package mutating func failToExecute(
    _ path: String, _ error: ErrorNumber, by process: ProcessID = Trace.first
  ) -> Int {
    call(
      "execve", [.path(text: path), .strings(list: [path])], .fails(error), by: process)
  }

  /// `pipe2`.
  @discardableResult
  package mutating func pipe(
    _ reading: Int32, _ writing: Int32, flags: String = "0", by process: ProcessID = Trace.first
  ) -> Int {
    call(
      "pipe2", [.descriptors(first: reading, second: writing), .symbol(name: flags)],
      by: process)
  }

  /// `socket`, and `call` (bind, connect) on it.
  @discardableResult
  package mutating func socket(
    _ name: String, _ address: SocketAddress, _ outcome: SystemCall.Outcome = .succeeds,
    descriptor: Int32 = 5, type: String = "SOCK_STREAM", by process: ProcessID = Trace.first
  ) -> Int {
    let domain =
      switch address {
      case .ip4: "AF_INET"
      case .ip6: "AF_INET6"
      case .unix, .abstract: "AF_UNIX"
      case .netlink: "AF_NETLINK"
      case .other(let family): family
      }
    call(
      "socket", [.symbol(name: domain), .symbol(name: type)], .gives(Int64(descriptor)),
      by: process)
    return call(
      name, [.descriptor(number: descriptor), .address(address: address)], outcome, by: process)
  }

  /// `dup2`.
  @discardableResult
  package mutating func duplicate(
    _ old: Int32, as new: Int32, by process: ProcessID = Trace.first
  ) -> Int {
    call(
      "dup2", [.descriptor(number: old), .descriptor(number: new)], .gives(Int64(new)),
      by: process)
  }
}
