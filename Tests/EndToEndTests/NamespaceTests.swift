import Foundation
import Testing

/// The tool inside of a container's namespaces.
@Suite struct NamespaceTests {
  /// Runs in a new user namespace, with only our own user in it, as root.
  private func inNamespace(_ command: [String]) async throws -> ProcessResult {
    if let obstacle = Host.tracingObstacle { try skip("a run", obstacle) }
    let probe = try await ChildProcess.run(["/usr/bin/unshare", "-Ur", "true"])
    if probe.status != 0 { try skip("a user namespace", probe.errorText) }
    return try await ChildProcess.run(["/usr/bin/unshare", "-Ur", Host.whyfail] + command)
  }

  /// Root there has no power over what belongs to somebody outside.
  @Test func rootIsNobodySpecialOutside() async throws {
    // Of another user than the one that runs the tests, and closed to that.
    let file = Host.isRoot ? try Host.makeTemporaryDirectory() + "/theirs" : "/etc/shadow"
    defer {
      if Host.isRoot {
        try? FileManager.default.removeItem(atPath: (file as NSString).deletingLastPathComponent)
      }
    }
    if Host.isRoot {
      try Data().write(to: URL(fileURLWithPath: file))
      try FileManager.default.setAttributes(
        [.ownerAccountID: 1, .groupOwnerAccountID: 1, .posixPermissions: 0o600], ofItemAtPath: file)
    }
    let result = try await inNamespace(["cat", file])
    #expect(result.status == 1)
    let text = result.errorText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("root of this user namespace may not read \(file)"), "\(text)")
    #expect(text.contains("belongs to somebody outside of it"))
    #expect(text.contains("the bits for others are ---"))
    #expect(text.contains("/proc/self/uid_map"))
  }
}
