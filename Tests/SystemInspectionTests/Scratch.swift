import Glibc
import Testing

/// A directory of a test's own, removed with everything in it at the end.
final class Scratch {
  /// Absolute path, without links.
  let path: String

  init() throws {
    var template = Array("/tmp/whyfail-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw Failure(call: "mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Other users have to reach what is in it.
    guard unsafe chmod(path, 0o755) == 0 else { throw Failure(call: "chmod") }
  }

  deinit { _ = try? run(["/bin/rm", "-rf", path]) }

  /// The path of a name in the directory.
  func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Makes a file; its path.
  @discardableResult
  func file(_ name: String, _ text: String = "", mode: mode_t = 0o644) throws -> String {
    let path = self(name)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Failure(call: "open \(path)") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count,
      fchmod(descriptor, mode) == 0
    else { throw Failure(call: "write \(path)") }
    return path
  }

  /// Makes a directory; its path.
  @discardableResult
  func directory(_ name: String, mode: mode_t = 0o755) throws -> String {
    let path = self(name)
    guard unsafe mkdir(path, 0o700) == 0, unsafe chmod(path, mode) == 0 else {
      throw Failure(call: "mkdir \(path)")
    }
    return path
  }

  /// Makes a symbolic link; its path.
  @discardableResult
  func link(_ name: String, to target: String) throws -> String {
    let path = self(name)
    guard unsafe symlink(target, path) == 0 else { throw Failure(call: "symlink \(path)") }
    return path
  }

  /// Sets an ACL in its binary form; false where the file system keeps none.
  func setAccessControlList(_ entries: [(tag: UInt16, rights: UInt16, id: UInt32)], of name: String)
    -> Bool
  {
    var value: [UInt8] = [2, 0, 0, 0]
    for entry in entries {
      for number in [entry.tag, entry.rights] {
        value += [UInt8(number & 0xFF), UInt8(number >> 8)]
      }
      for shift in [0, 8, 16, 24] as [UInt32] {
        value.append(UInt8(truncatingIfNeeded: entry.id >> shift))
      }
    }
    // Swift's Glibc module does not declare setxattr(2).
    typealias Setter =
      @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, Int32)
      -> Int32
    guard let symbol = unsafe dlsym(nil, "setxattr") else { return false }
    let setxattr = unsafe unsafeBitCast(symbol, to: Setter.self)
    return unsafe setxattr(self(name), "system.posix_acl_access", value, value.count, 0) == 0
  }
}

/// A system call that a test needs has failed.
struct Failure: Error, CustomStringConvertible {
  var description: String

  init(call: String) {
    description = "\(call): \(errno)"
  }
}

/// Runs a command; its exit status and standard output (up to 1 MiB).
func run(_ command: [String]) throws -> (status: Int32, output: String) {
  let child = try Child(command)
  let output = child.readAll()
  return (child.wait(), output)
}

/// Two connected descriptors that no other child inherits, however tests run at once.
func channel() throws -> [Int32] {
  var ends: [Int32] = [0, 0]
  let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
  guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Failure(call: "socketpair") }
  return ends
}

/// A child process of a test, ended and collected with its last use.
final class Child {
  let pid: pid_t
  private let output: Int32
  private var input: Int32
  private var status: Int32?

  init(_ command: [String]) throws {
    let outward = try channel()
    let inward = try channel()
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, inward[0], 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, outward[1], 1)
    var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var pid: pid_t = 0
    let result = unsafe posix_spawnp(&pid, command[0], &actions, nil, &arguments, environ)
    close(outward[1])
    close(inward[0])
    output = outward[0]
    input = inward[1]
    self.pid = pid
    guard result == 0 else {
      status = 127
      throw Failure(call: "posix_spawnp \(command[0])")
    }
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      _ = wait()
    }
    close(output)
    if input >= 0 { close(input) }
  }

  /// The next line of its output, without line feed.
  func readLine() -> String {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while unsafe read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
    return String(decoding: line, as: UTF8.self)
  }

  /// Closes its input and gives the rest of its output.
  func readAll() -> String {
    close(input)
    input = -1
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 20 {
      let count = unsafe read(output, &buffer, buffer.count)
      if count <= 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Its exit status; 128 + N for signal N.
  func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    unsafe waitpid(pid, &raw, 0)
    let ended = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + raw & 0x7F
    status = ended
    return ended
  }
}
