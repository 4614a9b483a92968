import Foundation
import Glibc
import Testing

/// What this machine allows; asked once.
enum Host {
  static let isRoot = geteuid() == 0

  /// The clone, found from this file.
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The environment of everything that a test starts, before its own variables.
  static let environment = [
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8", "TERM": "dumb", "HOME": "/",
  ]

  /// The built program, next to the test bundle; `WHYFAIL` names another.
  static let whyfail: String = {
    if let path = ProcessInfo.processInfo.environment["WHYFAIL"] { return path }
    // .build/debug/whyfailPackageTests.xctest, given to the runner or run itself.
    for argument in CommandLine.arguments where argument.contains(".xctest") {
      let directory = URL(fileURLWithPath: argument).deletingLastPathComponent()
      let path = directory.appendingPathComponent("whyfail").path
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    return repository.appendingPathComponent(".build/debug/whyfail").path
  }()

  /// The user without privileges that root runs programs as; nil where none can be made.
  static let ordinaryUser: String? = {
    guard isRoot else { return nil }
    let name = "whyfail-test"
    if unsafe getpwnam(name) != nil { return name }
    let made = runQuietly([
      "useradd", "--system", "--no-create-home", "--user-group", "--shell", "/bin/sh", name,
    ])
    return made ? name : nil
  }()

  /// The words before a command that make it run as the ordinary user; none where we are no root.
  static let asOrdinaryUser: [String] =
    ordinaryUser.map {
      ["/usr/bin/setpriv", "--reuid=\($0)", "--regid=\($0)", "--init-groups", "--inh-caps=-all"]
    } ?? []

  /// Whether the ordinary user can run the built program as a case does.
  ///
  /// A clone in root's home is closed to others: there the case binds the program to a place that
  /// is open; a toolchain in root's home, with the Swift libraries, cannot be helped.
  static let ordinaryUserRunsWhyfail: Bool = {
    guard !asOrdinaryUser.isEmpty else { return true }
    guard canIsolate else { return runQuietly(asOrdinaryUser + [whyfail, "--version"]) }
    let script = "touch /mnt/whyfail; mount --bind \"$0\" /mnt/whyfail; exec \"$@\""
    return runQuietly(
      unshare + ["sh", "-c", "mount -t tmpfs tmpfs /mnt; " + script, whyfail]
        + asOrdinaryUser + ["/mnt/whyfail", "--version"])
  }()

  /// Whether cases get mounts, ports and process numbers of their own.
  static let canIsolate: Bool =
    isRoot
    && runQuietly(unshare + ["sh", "-c", "ip link set lo up && mount -t tmpfs tmpfs /mnt"])

  /// The words before a command that give it mounts, ports and process numbers of its own; all
  /// that it started ends with it.
  static let unshare = [
    "/usr/bin/unshare", "--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child",
    "--mount-proc", "--propagation", "private",
  ]

  /// Why nothing can be traced here, or nil.
  static let tracingObstacle: String? = {
    guard path(of: "strace") != nil else { return nil }
    return runQuietly(["strace", "-o", "/dev/null", "true"])
      ? nil : "needs ptrace, which this machine refuses"
  }()

  /// Whether Debian's package is installed; true where there is no dpkg to ask.
  static func isInstalled(package: String) -> Bool {
    guard path(of: "dpkg-query") != nil else { return true }
    return runQuietly([
      "sh", "-c", "dpkg-query -W -f '${db:Status-Status}\\n' \"$1\" | grep -qx installed", "sh",
      package,
    ])
  }

  /// Where a program is found along the PATH that targets have.
  static func path(of program: String) -> String? {
    for directory in (environment["PATH"] ?? "").split(separator: ":") {
      let path = "\(directory)/\(program)"
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    return nil
  }

  /// A fresh directory that everybody may enter and write to; the caller removes it.
  static func makeTemporaryDirectory() throws -> String {
    let path = "/tmp/whyfail-test-\(UUID().uuidString.prefix(13))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    unsafe chmod(path, 0o777)
    return path
  }

  /// Whether a command ends with 0.
  private static func runQuietly(_ command: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

/// Ends the running test, or this case of it, as skipped.
///
/// The runner (Swift 6.3) does not show a cancelled case of a parameterised test, so a line is
/// written here: nobody shall take for tested what was not.
func skip(_ test: String, _ reason: String) throws -> Never {
  FileHandle.standardError.write(Data("➜ Skipped \(test): \(reason)\n".utf8))
  try Test.cancel("\(test): \(reason)")
}
