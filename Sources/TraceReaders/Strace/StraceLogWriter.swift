package import TraceEvents

/// Writes the events of a run as `strace -f -ttt -v` would, for people and tools that expect that.
///
/// Calls that the tracer does not stop at, such as reads, are not there.
package final class StraceLogWriter {
  private let file: EventFile
  private var buffer: [UInt8] = []
  /// When the run began, in seconds since 1970.
  private let begin: Double

  /// Creates the file, or empties the one that is there; `begin` is when the run begins, in seconds
  /// since 1970.
  package init(path: String, begin: Double) throws(TraceReaderError) {
    file = try EventFile(path: path)
    self.begin = begin
  }

  /// Adds an event; what strace has no line for is left out.
  package func append(_ event: TraceEvent) {
    guard file.takesMore else { return }
    switch event.body {
    case .processStarted(let start):
      guard let parent = start.parent else { return }
      let shared = start.sharesDescriptors ? "CLONE_FILES|" : ""
      line(event, parent, "clone(child_stack=NULL, flags=\(shared)SIGCHLD) = \(event.process)")
    case .threadStarted(let creator):
      line(
        event, creator,
        "clone(child_stack=NULL, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = "
          + "\(event.thread)")
    case .programExecuted(let execution):
      line(
        event, event.thread,
        "execve(\(Self.quoted(execution.path)), \(Self.list(execution.arguments)), "
          + "\(Self.list(execution.environment))) = 0")
    case .systemCall(let call) where call.isInferred: break
    case .systemCall(let call): line(event, event.thread, Self.notation(of: call))
    case .signal(let delivery):
      line(event, event.thread, "--- \(Self.notation(of: delivery)) ---")
    case .words(let words):
      guard words.stream == .standardError || words.stream == .standardOutput else { return }
      let dots = words.text.utf8.count < words.byteCount ? "..." : ""
      line(
        event, event.thread,
        "write(\(words.descriptor), \(Self.quoted(words.text))\(dots), \(words.byteCount)) = "
          + "\(words.byteCount)")
    case .processEnded(.exited(let status)):
      line(event, event.process, "+++ exited with \(status) +++")
    case .processEnded(.killed(let signal, let coreDumped)):
      line(
        event, event.process,
        "+++ killed by \(signal.name)\(coreDumped ? " (core dumped)" : "") +++")
    case .processEnded(.released), .descriptorReleased, .fact, .note: return
    }
  }

  /// Writes out what is buffered and closes the file; throws the first write error of the run.
  package func close() throws(TraceReaderError) { try file.close(&buffer) }

  private func line(_ event: TraceEvent, _ thread: ProcessID, _ text: String) {
    let time = begin + (event.time.isFinite ? event.time : 0)
    let seconds = time.rounded(.down)
    let micros = String(Int(((time - seconds) * 1_000_000).rounded(.down)))
    let zeros = String(repeating: "0", count: max(0, 6 - micros.count))
    buffer += "\(thread) \(Int(seconds)).\(zeros)\(micros) \(text)\n".utf8
    file.take(&buffer)
  }

  // MARK: Notation

  private static func notation(of call: SystemCall) -> String {
    var arguments = call.arguments.map(notation)
    if call.name == "wait4" || call.name == "waitpid", arguments.count > 2,
      case .integer(let status) = call.arguments[1]
    {
      arguments[1] = notation(ofStatus: Int32(truncatingIfNeeded: status))
    }
    let list = arguments.joined(separator: ", ")
    return switch call.outcome {
    case .returned(let value): "\(call.name)(\(list)) = \(value)"
    case .failed(let error): "\(call.name)(\(list)) = -1 \(error.name) (\(error.words))"
    case .unfinished: "\(call.name)(\(list) <unfinished ...>"
    }
  }

  /// A status of `wait(2)`.
  private static func notation(ofStatus status: Int32) -> String {
    let signal = status & 0x7F
    if signal == 0 {
      return "[{WIFEXITED(s) && WEXITSTATUS(s) == \(status >> 8 & 0xFF)}]"
    }
    let core = status & 0x80 == 0 ? "" : " && WCOREDUMP(s)"
    return
      "[{WIFSIGNALED(s) && WTERMSIG(s) == \(SignalNumber(rawValue: signal).name)\(core)}]"
  }

  private static func notation(of argument: SystemCall.Argument) -> String {
    switch argument {
    case .path(let text), .text(let text): quoted(text)
    case .strings(let list): self.list(list)
    case .address(let address): notation(of: address)
    default: argument.notation
    }
  }

  private static func notation(of address: SocketAddress) -> String {
    switch address {
    case .ip4(let host, let port):
      "{sa_family=AF_INET, sin_port=htons(\(port)), sin_addr=inet_addr(\(quoted(host)))}"
    case .ip6(let host, let port):
      "{sa_family=AF_INET6, sin6_port=htons(\(port)), sin6_flowinfo=htonl(0), "
        + "inet_pton(AF_INET6, \(quoted(host)), &sin6_addr), sin6_scope_id=0}"
    case .unix(let path): "{sa_family=AF_UNIX, sun_path=\(quoted(path))}"
    case .abstract(let name): "{sa_family=AF_UNIX, sun_path=@\(quoted(name))}"
    case .netlink: "{sa_family=AF_NETLINK}"
    case .other(let family): "{sa_family=\(family)}"
    }
  }

  private static func notation(of delivery: SignalDelivery) -> String {
    let name = delivery.signal.name
    var members = [
      "si_signo=\(name)", "si_code=\(SignalCode.name(delivery.code, of: delivery.signal))",
    ]
    if let sender = delivery.sender {
      members.append("si_pid=\(sender)")
      members.append("si_uid=\(delivery.senderUser ?? 0)")
    } else if let address = delivery.faultAddress {
      members.append(address == 0 ? "si_addr=NULL" : "si_addr=0x" + String(address, radix: 16))
    }
    return "\(name) {\(members.joined(separator: ", "))}"
  }

  private static func list(_ texts: [String]) -> String {
    "[" + texts.map(quoted).joined(separator: ", ") + "]"
  }

  /// A string in quotation marks with the escapes of C, bytes that are not ASCII in base 8.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    let bytes = TargetText.bytes(of: text)
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "\""): quoted += "\\\""
      case UInt8(ascii: "\\"): quoted += "\\\\"
      case 0x0A: quoted += "\\n"
      case 0x09: quoted += "\\t"
      case 0x0D: quoted += "\\r"
      case 0x0B: quoted += "\\v"
      case 0x0C: quoted += "\\f"
      case 0x20..<0x7F: quoted.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 8)
        // As short as it can be, if no digit follows.
        let next = index + 1 < bytes.count ? bytes[index + 1] : 0
        let isFollowed = (0x30...0x37).contains(next)
        quoted +=
          "\\" + String(repeating: "0", count: isFollowed ? max(0, 3 - digits.count) : 0) + digits
      }
    }
    return quoted + "\""
  }
}
