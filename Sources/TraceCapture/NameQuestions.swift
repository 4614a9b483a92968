private import CTraceShim
import TraceEvents

/// Questions to name servers (RFC 1035, section 4.1).
package enum NameQuestion {
  /// The shortest question: the header, a name of one letter, type and class.
  private static let shortest = 19
  private static let header = 12

  /// The host name of the first question for an address that `bytes` have ready.
  package static func name(inStack bytes: [UInt8]) -> String? {
    guard bytes.count >= shortest else { return nil }
    for start in 0...(bytes.count - shortest) where isHeader(bytes[start..<(start + header)]) {
      if let name = name(bytes[(start + header)...]) { return name }
    }
    return nil
  }

  /// True for the header of a question of one name: recursion desired, no answers, at most one additional
  /// record.
  private static func isHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
    let start = bytes.startIndex
    return bytes[start + 2] == 1 && bytes[start + 3] & 0xDF == 0
      && bytes[start + 4] == 0 && bytes[start + 5] == 1
      && bytes[(start + 6)..<(start + 11)].allSatisfy { $0 == 0 } && bytes[start + 11] <= 1
  }

  /// The name at the start of `bytes`, if a type of address (A, AAAA) and the class IN follow.
  private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
    var rest = bytes
    var labels: [String] = []
    while let length = rest.first, length > 0 {
      let label = rest.dropFirst().prefix(Int(length))
      guard length < 64, label.count == Int(length), labels.count < 16,
        label.allSatisfy({ isOfName($0) })
      else { return nil }
      labels.append(String(decoding: label, as: UTF8.self))
      rest = rest.dropFirst(1 + Int(length))
    }
    let end = Array(rest.prefix(5))
    guard !labels.isEmpty, end.count == 5, end[1] == 0, end[2] == 1 || end[2] == 28,
      end[3] == 0, end[4] == 1
    else { return nil }
    return labels.joined(separator: ".")
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension TraceSession {
  /// How much of the stack is looked through, in bytes; the question lies above the frames of
  /// `res_send(3)`.
  private static var questionStack: Int { 8192 }
  private static var namePort: UInt16 { 53 }

  /// The name that a thread which connects to a name server is about to ask for: the resolver of the C library
  /// has the question ready on its stack, also where nobody can be asked.
  func nameAskedFor(
    by row: SystemCallRow, _ arguments: [SystemCall.Argument], _ thread: TracedThread
  ) -> SystemCall.Argument? {
    guard row.name == "connect", case .address(let address)? = arguments.last,
      address.port == Self.namePort
    else { return nil }
    var registers = wf_registers()
    guard unsafe wf_registers(thread.id, &registers) == 0 else { return nil }
    let stack = decoder.memory.available(thread.id, at: registers.rsp, cap: Self.questionStack)
    return NameQuestion.name(inStack: stack).map { .text(text: $0) }
  }
}
