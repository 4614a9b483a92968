import Glibc
import Testing
import TraceEvents

@testable import SystemInspection

@Suite struct HolderTests {
  private let scratch: Scratch
  private let inspector = LiveSystemInspector()

  init() throws {
    scratch = try Scratch()
  }

  private func holders(_ question: SystemQuestion) -> [Holder] {
    guard case .holders(let list) = inspector.answer(question) else {
      Issue.record("no holders: \(inspector.answer(question))")
      return []
    }
    return list
  }

  /// A bound socket and its port.
  private func bound(_ host: String, datagram: Bool = false) throws -> (Int32, UInt16) {
    let type = datagram ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue
    let descriptor = socket(AF_INET, Int32(type | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    try #require(unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(result)
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  @Test func listenerIsFound() throws {
    let (descriptor, port) = try bound("127.0.0.1")
    defer { close(descriptor) }
    try #require(listen(descriptor, 1) == 0)
    for host in ["127.0.0.1", "0.0.0.0"] {
      // Tests beside this one fork: until its exec, such a child holds our socket as well, and what
      // they copy of our descriptors makes the same listener twice.
      let found = holders(.listener(address: .ip4(address: host, port: port), isDatagram: false))
        .filter { $0.process?.pid == getpid() }
      #expect(Set(found.map(\.manner)) == ["listening on 127.0.0.1:\(port)"])
      #expect(found.first?.process?.pid == getpid())
    }
    let mapped = SocketAddress.ip6(address: "::ffff:127.0.0.1", port: port)
    #expect(
      holders(.listener(address: mapped, isDatagram: false))
        .count { $0.process?.pid == getpid() } == 1)
    for address in [
      SocketAddress.ip4(address: "127.0.0.2", port: port), .ip6(address: "::1", port: port),
    ] {
      #expect(holders(.listener(address: address, isDatagram: false)).isEmpty)
    }
    let here = SocketAddress.ip4(address: "127.0.0.1", port: port)
    #expect(
      !holders(.listener(address: here, isDatagram: true))
        .contains { $0.process?.pid == getpid() })
  }

  @Test func wildcardListenerIsInTheWay() throws {
    let (descriptor, port) = try bound("0.0.0.0")
    defer { close(descriptor) }
    try #require(listen(descriptor, 1) == 0)
    for address in [
      SocketAddress.ip4(address: "127.0.0.1", port: port), .ip6(address: "::", port: port),
    ] {
      let found = holders(.listener(address: address, isDatagram: false))
      #expect(found.map(\.manner) == ["listening on 0.0.0.0:\(port)"])
    }
  }

  @Test func datagramSocketIsBound() throws {
    let (descriptor, port) = try bound("127.0.0.1", datagram: true)
    defer { close(descriptor) }
    let address = SocketAddress.ip4(address: "127.0.0.1", port: port)
    let found = holders(.listener(address: address, isDatagram: true))
    #expect(found.map(\.manner) == ["bound to 127.0.0.1:\(port)"])
  }

  @Test func connectionWithoutListenerIsTold() {
    let line = Array(
      """
         3: 0100007F:1F90 0100007F:C350 06 00000000:00000000 03:00000A1C 00000000     0        0 \
      0 3 0000000000000000
      """.utf8)
    let wanted = InternetAddress(.ip4(address: "127.0.0.1", port: 8080))
    let entry = wanted.flatMap {
      InternetAddress.entry(of: line, isDatagram: false, conflictingWith: $0)
    }
    #expect(entry?.manner == "connected from 127.0.0.1:8080 to 127.0.0.1:50000 (TIME_WAIT)")
    #expect(entry?.isBound == false)
  }

  @Test(arguments: [false, true])
  func unixListenerIsFound(_ isAbstract: Bool) throws {
    let name = isAbstract ? "whyfail-test-\(getpid())" : scratch("socket")
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = (isAbstract ? [0] : []) + Array(name.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
    let result = unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size)
      }
    }
    try #require(result == 0)
    let asked: SocketAddress = isAbstract ? .abstract(name: name) : .unix(path: name)
    let before = holders(.listener(address: asked, isDatagram: false))
    #expect(before.map(\.manner) == ["bound to \(asked.description)"])
    try #require(listen(descriptor, 1) == 0)
    let after = holders(.listener(address: asked, isDatagram: false))
    #expect(after.map(\.manner) == ["listening on \(asked.description)"])
    #expect(after.first?.process?.pid == getpid())
  }

  @Test func openersAreFound() throws {
    let file = try scratch.file("data", "x")
    let script = "cd '\(scratch.path)'; exec 7>>data; echo ready; read line"
    let child = try Child(["/bin/bash", "-c", script])
    #expect(child.readLine() == "ready")
    let found = holders(.openers(path: file)).filter { $0.process?.pid == child.pid }
    #expect(found.map(\.manner) == ["open for writing as descriptor 7"])
    #expect(found.first?.process?.name == "bash")
    let places = holders(.openers(path: scratch.path)).filter { $0.process?.pid == child.pid }
    #expect(places.map(\.manner) == ["working in it"])
    let runners = holders(.openers(path: "/bin/bash")).filter { $0.process?.pid == child.pid }
    #expect(runners.map(\.manner) == ["running it"])
  }

  @Test func mappingIsFound() throws {
    let maps = try FileReading.contents(of: "/proc/self/maps", limit: 1 << 20).lines
      .map { TargetText.decoding($0) }
    let library = try #require(maps.first { $0.contains("/libc.so.6") }?.split(separator: " ").last)
    let identity = try OpenFileSearch(path: String(library)).holders()
    // Every process maps the C library, so the list is full of others; one that is just being started
    // by a test beside this one has it open for a moment.
    #expect(identity.contains { $0.manner == "mapping it into memory" })
    #expect(
      identity.allSatisfy {
        $0.manner == "mapping it into memory" || $0.manner.hasPrefix("open for reading")
      })
  }

  @Test func locksAreFound() throws {
    let file = try scratch.file("lock")
    #expect(holders(.lockers(path: file)).isEmpty)
    let script = """
      import fcntl, sys
      f = open(sys.argv[1], "r+")
      fcntl.flock(f, fcntl.LOCK_EX)
      fcntl.lockf(f, fcntl.LOCK_SH, 10, 5)
      print("ready", flush=True)
      sys.stdin.read()
      """
    let child = try Child(["python3", "-c", script, file])
    #expect(child.readLine() == "ready")
    let found = holders(.lockers(path: file))
    #expect(
      Set(found.map(\.manner)) == [
        "holds an exclusive flock lock", "holds a read lock (fcntl) on bytes 5-14",
      ])
    #expect(found.allSatisfy { $0.process?.pid == child.pid })
  }

  @Test func inheritedLockIsFound() throws {
    let file = try scratch.file("inherited")
    // flock(1) takes the lock and ends; the shell has the descriptor.
    let child = try Child(["/bin/bash", "-c", "exec 8>'\(file)'; flock 8; echo ready; read line"])
    #expect(child.readLine() == "ready")
    let found = holders(.lockers(path: file))
    #expect(found.map(\.manner) == ["holds an exclusive flock lock"])
    #expect(found.first?.process?.pid == child.pid)
  }

  @Test(arguments: [
    ("1: POSIX  ADVISORY  WRITE 812 fe:00:1234 0 EOF", "holds a write lock (fcntl) on bytes 0-EOF"),
    ("2: FLOCK  ADVISORY  READ  9 08:01:77 0 EOF", "holds a shared flock lock"),
    (
      "3: OFDLCK ADVISORY  WRITE -1 08:01:77 0 9",
      "holds a write lock (fcntl, open file) on bytes 0-9"
    ),
    ("1: -> POSIX  ADVISORY  WRITE 813 fe:00:1234 0 EOF", nil), ("", nil), ("1: POSIX", nil),
  ])
  func lockLines(_ line: String, _ manner: String?) {
    #expect(LockTable.Lock(line: line)?.manner == manner)
  }
}
