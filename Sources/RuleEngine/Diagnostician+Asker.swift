internal import History
internal import TraceEvents

// Who asked a question, got no for an answer, and failed over that in words of its own.
extension Diagnostician {
  /// How sure the words are of a process that failed over an answer, as a part of how sure the answer is.
  private static let shareOfWords = 0.8

  /// An answer is no failure: where one above it then complained and ended with another status
  /// (`mountpoint -q /x || { echo "not mounted" >&2; exit 3; }`), its words come first.
  func preferWordsOfAsker(_ findings: inout [Finding]) {
    guard let answer = findings.first, answer.role == .note,
      answer.features[.statusIsAnswer] != nil, let asked = history.process(pid: answer.pid),
      let index = findings.firstIndex(where: { finding in
        guard finding.role == .cause, finding.features[.complaint] != nil,
          let asker = history.process(pid: finding.pid), asker.index != asked.index,
          asker.shellStatus != asked.shellStatus, asker.failed
        else { return false }
        return history.lineage(of: asked.index).contains(asker.index)
          && finding.evidence.contains { $0.number > asked.endNumber }
      })
    else { return }
    var words = findings.remove(at: index)
    words.confidence = max(
      words.confidence, ((answer.confidence * Self.shareOfWords) * 1000).rounded() / 1000)
    findings.insert(words, at: 0)
  }
}
