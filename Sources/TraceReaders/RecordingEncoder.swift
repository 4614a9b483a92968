internal import FoundationEssentials
internal import TraceEvents

/// Turns events into lines of a recording.
///
/// A busy program makes a million events, nearly all of them system calls and closed descriptors.
/// These are written straight to the buffer, which is some ten times as fast as JSONEncoder;
/// the others go through JSONEncoder. The form is that of `TraceEvent.encode(to:)` either way.
struct RecordingEncoder {
  /// Finished lines, to be written out and emptied by the owner.
  var buffer: [UInt8] = []
  private let encoder: JSONEncoder

  init() {
    encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
  }

  /// Appends `header` and a line feed.
  mutating func append(_ header: RecordingHeader) {
    appendByCoding(header)
  }

  /// Appends `event` and a line feed.
  mutating func append(_ event: TraceEvent) {
    switch event.body {
    case .systemCall(let call):
      openLine(of: event, key: "call")
      append(call)
    case .descriptorReleased(let release):
      openLine(of: event, key: "closing")
      append("{\"descriptor\":\(release.descriptor),\"path\":")
      appendQuoted(release.path)
      append(",\"position\":\(release.position)}")
    default:
      appendByCoding(event)
      return
    }
    append("}\n")
  }

  private mutating func appendByCoding(_ value: some Encodable) {
    // Encoding fails for a number that is not finite alone, and times are made finite before.
    guard let line = try? encoder.encode(value) else { return }
    buffer.append(contentsOf: line)
    buffer.append(0x0A)
  }

  private mutating func openLine(of event: TraceEvent, key: String) {
    append("{\"n\":\(event.number),\"t\":\(event.time),\"pid\":\(event.process)")
    if event.thread != event.process { append(",\"tid\":\(event.thread)") }
    append(",\"\(key)\":")
  }

  private mutating func append(_ call: SystemCall) {
    append("{\"name\":")
    appendQuoted(call.name)
    append(",\"args\":[")
    var isFirst = true
    for argument in call.arguments {
      append(isFirst ? "{" : ",{")
      isFirst = false
      append(argument)
      append("}")
    }
    switch call.outcome {
    case .returned(let value): append("],\"value\":\(value)}")
    case .failed(let error): append("],\"error\":\"\(error.name)\"}")
    case .unfinished: append("],\"unfinished\":true}")
    }
  }

  private mutating func append(_ argument: SystemCall.Argument) {
    switch argument {
    case .path(let text):
      append("\"path\":")
      appendQuoted(text)
    case .directory(let descriptor): append("\"dir\":\(descriptor)")
    case .descriptor(let number): append("\"fd\":\(number)")
    case .address(let address):
      append("\"address\":{")
      append(address)
      append("}")
    case .symbol(let name):
      append("\"symbol\":")
      appendQuoted(name)
    case .integer(let value): append("\"int\":\(value)")
    case .octal(let value): append("\"oct\":\(value)")
    case .hexadecimal(let value): append("\"hex\":\(value)")
    case .text(let text):
      append("\"text\":")
      appendQuoted(text)
    case .strings(let list):
      append("\"strings\":[")
      var isFirst = true
      for text in list {
        if !isFirst { append(",") }
        isFirst = false
        appendQuoted(text)
      }
      append("]")
    case .descriptors(let first, let second): append("\"fds\":[\(first),\(second)]")
    case .unreadable(let address): append("\"unreadable\":\(address)")
    }
  }

  private mutating func append(_ address: SocketAddress) {
    switch address {
    case .ip4(let host, let port):
      append("\"ip4\":")
      appendQuoted(host)
      append(",\"port\":\(port)")
    case .ip6(let host, let port):
      append("\"ip6\":")
      appendQuoted(host)
      append(",\"port\":\(port)")
    case .unix(let path):
      append("\"unix\":")
      appendQuoted(path)
    case .abstract(let name):
      append("\"abstract\":")
      appendQuoted(name)
    case .netlink: append("\"netlink\":true")
    case .other(let family):
      append("\"family\":")
      appendQuoted(family)
    }
  }

  private mutating func append(_ text: String) {
    buffer.append(contentsOf: text.utf8)
  }

  /// A JSON string (RFC 8259, section 7): quotation mark, backslash and controls are escaped.
  private mutating func appendQuoted(_ text: String) {
    buffer.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        buffer.append(UInt8(ascii: "\\"))
        buffer.append(byte)
      case 0x0A: append("\\n")
      case 0..<0x20:
        append(byte < 0x10 ? "\\u000" : "\\u00")
        append(String(byte, radix: 16))
      default: buffer.append(byte)
      }
    }
    buffer.append(UInt8(ascii: "\""))
  }
}
