internal import History
internal import TraceEvents

// Words of a server that a client repeats as they are.
extension Observer {
  /// The errors of calls on paths, all of which are watched: what has one of them and was not seen was
  /// met by another process.
  private static let errorsOfPaths: Set<ErrorNumber> = [
    .noEntry, .accessDenied, .exists, .notDirectory, .readOnly,
  ]

  /// Whether it was the server that could not use the file which the words name, and with which rights it
  /// tried; takes `file` and `peer` from before.
  func describeServer(_ process: ProcessRecord, _ line: String, in seen: inout LastWords) {
    guard let peer = process.lastPeer, seen.relayed == nil, let file = seen.file,
      seen.lineNumber == nil, line.contains(PathName.base(of: file)),
      let error = Complaint.error(in: line), Self.errorsOfPaths.contains(error),
      seen.unseenError == error.name
    else { return }
    seen.isOfPeer = true
    guard Self.isLoopback(peer.host ?? "") else { return }
    seen.peerUser = inquiry.listeners(peer).first?.process?.userName
    if let component = inquiry.pathWalk(file)?.components.last(where: { $0.path == file }),
      component.type != nil
    {
      seen.fileMode = component.octalMode
      seen.fileOwner = component.ownerName
    }
  }

  /// The line of a file of policies, read before, that has what the words quote as forbidden.
  func describePolicy(_ process: ProcessRecord, _ line: String, in seen: inout LastWords) {
    guard line.lowercased().contains("policy"),
      let file = process.recentFiles.last(where: {
        PathName.base(of: $0).lowercased().contains("policy")
      })
    else { return }
    let quoted = Complaint.quoted(in: line)
    let found = inquiry.lines(mentioning: quoted, in: [file]).first {
      !$0.text.trimmed.hasPrefix("<!--") && !$0.text.trimmed.hasPrefix("#")
    }
    seen.policyFile = found?.file
    seen.policyLine = found?.number
    seen.policyText = found?.text.trimmed
  }
}
