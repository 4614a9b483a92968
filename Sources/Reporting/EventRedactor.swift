internal import FoundationEssentials
package import TraceEvents

/// Takes secrets out of the events of a recording that is to be shared.
///
/// It finds what `Redaction` finds in a report. A secret that is announced in one event, such as the
/// command line, is replaced in all that follow it as well.
package struct EventRedactor {
  private static let mostLiterals = 64

  /// Secrets that may be replaced wherever they stand, longest first.
  private var literals: [String] = []
  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()

  package init() {}

  /// An argument vector with its secrets replaced.
  package mutating func redacted(command: [String]) -> [String] {
    var found: Set<String> = []
    let words = Redaction.redactedCommand(command, found: &found)
    remember(found)
    return words.map(replacingLiterals)
  }

  /// `event` with its secrets replaced, in every text of it.
  package mutating func redacted(_ event: TraceEvent) -> TraceEvent {
    if case .systemCall(let call) = event.body, isPlain(call) { return event }
    // In their coded form all kinds of event are alike; none fails to encode but one whose time is
    // not finite, which has been seen to before.
    guard let line = try? encoder.encode(event),
      let value = try? decoder.decode(CodedValue.self, from: line)
    else { return event }
    let changed = redacted(value)
    guard changed != value, let data = try? encoder.encode(changed),
      let redacted = try? decoder.decode(TraceEvent.self, from: data)
    else { return event }
    return redacted
  }

  /// True for a call with nothing to replace: nearly all are, and there can be a million.
  private func isPlain(_ call: SystemCall) -> Bool {
    call.arguments.allSatisfy { argument in
      switch argument {
      case .path(let text), .text(let text):
        SecretScanner(text).secrets.isEmpty && !literals.contains { text.contains($0) }
      case .strings, .address: false
      default: true
      }
    }
  }

  private mutating func redacted(_ value: CodedValue) -> CodedValue {
    switch value {
    case .null, .truth, .integer, .unsigned, .number: return value
    case .text(let text):
      var found: Set<String> = []
      let changed = Redaction.replacingSecrets(in: text, found: &found)
      remember(found)
      return .text(replacingLiterals(changed))
    case .list(let list):
      let words = list.compactMap { if case .text(let word) = $0 { word } else { nil } }
      // A list of words may be an argument vector, in which one word announces the next.
      if words.count == list.count { return .list(redacted(command: words).map { .text($0) }) }
      return .list(list.map { redacted($0) })
    case .object(let members):
      return .object(members.mapValues { redacted($0) })
    }
  }

  private mutating func remember(_ found: Set<String>) {
    let new = found.filter { Redaction.isTelling($0) && !literals.contains($0) }
    guard !new.isEmpty, literals.count < Self.mostLiterals else { return }
    literals = (literals + new.sorted()).sorted { $0.utf8.count > $1.utf8.count }
  }

  private func replacingLiterals(_ text: String) -> String {
    literals.reduce(text) { text, secret in
      text.contains(secret) ? Redaction.replacing(secret, in: text) : text
    }
  }
}

/// A value of JSON (RFC 8259), whatever it stands for.
private enum CodedValue: Codable, Equatable {
  case null
  case truth(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  case number(Double)
  case text(String)
  case list([CodedValue])
  case object([String: CodedValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let truth = try? container.decode(Bool.self) {
      self = .truth(truth)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else if let unsigned = try? container.decode(UInt64.self) {
      self = .unsigned(unsigned)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let list = try? container.decode([CodedValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: CodedValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .truth(let truth): try container.encode(truth)
    case .integer(let integer): try container.encode(integer)
    case .unsigned(let unsigned): try container.encode(unsigned)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    case .object(let members): try container.encode(members)
    }
  }
}
