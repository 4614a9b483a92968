internal import TraceEvents

// Whom a process talks to.
extension History {
  private static let namePort: UInt16 = 53

  /// A socket was connected, or is about to be.
  mutating func notePeer(_ call: SystemCall, process index: Int) {
    guard let address = call.address else { return }
    processes[index].descriptors.changeSocket(call.descriptor ?? -1) { $0.peer = address }
    guard let port = address.port else { return }
    if port == Self.namePort {
      noteQuestion(call, process: index)
    } else {
      processes[index].openQuestion = nil
    }
    guard port > 0 else { return }
    if port == Self.namePort {
      if let host = address.host, processes[index].nameServers.count < 8,
        !processes[index].nameServers.contains(host)
      {
        processes[index].nameServers.append(host)
      }
    } else {
      processes[index].lastPeer = address
      processes[index].lastStreamNumber =
        isStream(call.descriptor, of: index) ? processes[index].lastNumber : nil
      processes[index].longestPause = 0
    }
  }

  /// True for a descriptor of a socket for streams.
  private func isStream(_ descriptor: Int32?, of index: Int) -> Bool {
    guard case .socket(let state)? = processes[index].descriptors[descriptor ?? -1] else {
      return false
    }
    return state.type == "SOCK_STREAM"
  }

  /// A name server was asked, or was to be. That the same name is asked for again, in another domain or from
  /// another server, is the same question.
  private mutating func noteQuestion(_ call: SystemCall, process index: Int) {
    guard let server = call.address?.host else { return }
    var asked: String?
    for case .text(let text) in call.arguments { asked = text }
    let error: ErrorNumber? = call.error == .inProgress ? nil : call.error
    var question = OpenQuestion(
      number: processes[index].lastNumber, server: server, name: asked, error: error)
    if let known = processes[index].openQuestion, Self.areSame(known.name, asked) {
      question.number = known.number
      question.name = [known.name, asked].compactMap { $0 }.min { $0.utf8.count < $1.utf8.count }
      // One that could be asked and did not know says more than one that could not.
      if known.error == nil || error != nil {
        question.server = known.server
        question.error = known.error
      }
    }
    processes[index].openQuestion = question
  }

  /// True for two names of which one is the other in a domain, and where one is not known.
  private static func areSame(_ left: String?, _ right: String?) -> Bool {
    guard let left, let right else { return true }
    return left == right || right.hasPrefix(left + ".") || left.hasPrefix(right + ".")
  }
}
