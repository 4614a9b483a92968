internal import History
internal import TraceEvents

/// What a complaint can be about, as the machine tells.
extension Observer {
  /// What the machine says of the things that the words can be about.
  func describeSurroundings(
    _ process: ProcessRecord, _ line: String, in seen: inout LastWords
  ) {
    if let file = seen.writtenFile, let status = inquiry.fileSystem(file) {
      seen.fileSystem = "\(status.type) (\(status.source), mounted at \(status.mountPoint))"
      if status.isFull {
        seen.mountPoint = status.mountPoint
        seen.total = Wording.bytes(status.totalBytes)
        seen.available = Wording.bytes(status.availableBytes)
      }
    }
    if let peer = process.lastPeer, peer.host.map({ Self.isLoopback($0) }) ?? false {
      seen.peerHolder = inquiry.listeners(peer).first?.process
        .map { "\($0.name) (pid \($0.pid))" }
    }
    seen.isPeerSilent = process.openConnects.values.contains {
      $0.call.address == process.lastPeer
    }
    if let name = seen.hostName, NameWords.speak(of: line) {
      seen.resolver = resolver()
      seen.nearHost = nearHost(to: name)
    }
    guard TrustWords.speak(of: line) else { return }
    seen.trustStore = process.recentFiles.last { TrustWords.isStore($0) }
    describeMissingStore(process, in: &seen)
  }

  /// A store of certificates that a variable names and that is not there, so that none is trusted.
  private func describeMissingStore(_ process: ProcessRecord, in seen: inout LastWords) {
    for call in history.failures.calls.reversed()
    where call.process == process.index && call.error.isAbsence && call.replacement == nil {
      guard let path = call.path else { continue }
      for entry in process.environment {
        let parts = entry.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[1] == path || call.call.path.map({ parts[1] == $0 }) ?? false,
          TrustWords.isStore(path) || TrustWords.isStore(String(parts[0]).lowercased())
        else { continue }
        seen.missingStore = path
        seen.missingStoreVariable = String(parts[0])
        return
      }
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    host.hasPrefix("127.") || host == "::1"
  }
}
