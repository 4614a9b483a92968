import Testing
import TraceEvents

struct SystemCallTests {
  private static let calls: [(call: SystemCall, notation: String)] = [
    (
      SystemCall(
        name: "openat",
        arguments: [
          .directory(descriptor: -100), .path(text: "/etc/x"), .symbol(name: "O_RDONLY|O_CLOEXEC"),
        ], outcome: .failed(error: .noEntry)),
      "openat(AT_FDCWD, \"/etc/x\", O_RDONLY|O_CLOEXEC) = -1 ENOENT"
    ),
    (
      SystemCall(
        name: "connect",
        arguments: [
          .descriptor(number: 3), .address(address: .ip4(address: "127.0.0.1", port: 80)),
        ], outcome: .failed(error: ErrorNumber(rawValue: 111))),
      "connect(3, {AF_INET, 80, \"127.0.0.1\"}) = -1 ECONNREFUSED"
    ),
    (
      SystemCall(
        name: "mkdir", arguments: [.path(text: "a\u{1B}\"b"), .octal(value: 0o755)],
        outcome: .returned(value: 0)),
      "mkdir(\"a\\x1b\\\"b\", 0755) = 0"
    ),
    (
      SystemCall(
        name: "pipe2", arguments: [.descriptors(first: 3, second: 4), .hexadecimal(value: 255)],
        outcome: .unfinished),
      "pipe2([3, 4], 0xff) = ?"
    ),
    (
      SystemCall(
        name: "execve",
        arguments: [.unreadable(address: 16), .strings(list: ["a", "b"]), .integer(value: -1)],
        outcome: .returned(value: 0)),
      "execve(0x10, [\"a\", \"b\"], -1) = 0"
    ),
  ]

  @Test(arguments: calls.indices)
  func notationIsThatOfStrace(index: Int) {
    #expect(Self.calls[index].call.notation == Self.calls[index].notation)
  }

  @Test func pathsCarryTheirDirectory() {
    let call = SystemCall(
      name: "renameat",
      arguments: [
        .directory(descriptor: 5), .path(text: "a"), .path(text: "b"),
        .directory(descriptor: 6), .path(text: "c"),
      ], outcome: .returned(value: 0))
    #expect(call.paths.map(\.directory) == [5, SystemCall.currentDirectory, 6])
    #expect(call.paths.map(\.path) == ["a", "b", "c"])
    #expect(call.path == "a")
  }

  @Test func partsAreFoundAmongTheArguments() {
    let call = SystemCall(
      name: "x",
      arguments: [
        .symbol(name: "A|B"), .descriptor(number: 9), .descriptors(first: 1, second: 2),
        .address(address: .unix(path: "/s")), .symbol(name: "C"),
      ], outcome: .failed(error: .tryAgain))
    #expect(call.symbols == ["A", "B", "C"])
    #expect(call.descriptor == 9)
    #expect(call.madeDescriptors.map { [$0.first, $0.second] } == [1, 2])
    #expect(call.address == .unix(path: "/s"))
    #expect(call.error == .tryAgain)
    #expect(call.value == nil)
  }

  @Test(arguments: [
    (SocketAddress.ip4(address: "10.0.0.1", port: 80), "10.0.0.1:80"),
    (.ip6(address: "::1", port: 80), "[::1]:80"), (.unix(path: "/run/s"), "/run/s"),
    (.abstract(name: "bus"), "@bus"), (.other(family: "AF_CAN"), "AF_CAN"),
  ])
  func addressesAsPeopleWriteThem(address: SocketAddress, description: String) {
    #expect(address.description == description)
  }
}

/// What the kernel allows for arguments and environment.
struct ArgumentSizesTests {
  @Test func theLimitIsAQuarterOfTheStack() {
    #expect(ArgumentSizes.limit(ofStack: 8 << 20) == 2 << 20)
    #expect(ArgumentSizes.limit(ofStack: nil) == 6 << 20)
    #expect(ArgumentSizes.limit(ofStack: 1 << 40) == 6 << 20)
    #expect(ArgumentSizes.limit(ofStack: 4096) == 131_072)
  }

  @Test func pointersCount() {
    let sizes = ArgumentSizes(
      arguments: 3, argumentBytes: 30, variables: 2, variableBytes: 20, pointerBytes: 8)
    #expect(sizes.total == 90)
  }
}
