import Glibc
import Testing
import TraceEvents

@testable import SystemInspection

/// What a refusal says, for credentials that need not be ours.
@Suite struct AccessWalkTests {
  private let scratch: Scratch
  private let owner: UInt32 = geteuid()
  private let stranger = Credentials(user: 4001, group: 4001, groups: [], capabilities: 0)

  init() throws {
    scratch = try Scratch()
  }

  private func refused(
    _ name: String, _ operation: AccessOperation, by credentials: Credentials
  ) -> AccessWalk.Refusal? {
    let question = SystemQuestion.access(
      path: scratch(name), operation: operation, credentials: credentials)
    guard case .accessWalk(let walk) = LiveSystemInspector().answer(question) else {
      Issue.record("no walk")
      return nil
    }
    return walk.refusal
  }

  @Test func directoryOnTheWayRefuses() throws {
    try scratch.directory("home", mode: 0o700)
    try scratch.file("home/report", mode: 0o644)
    let refusal = try #require(refused("home/report", .read, by: stranger))
    #expect(refusal.component.path == scratch("home"))
    #expect(refusal.needs == .search)
    #expect(refusal.reason == .otherBits)
    #expect(refusal.detail == "the bits for others are ---")
  }

  @Test func missingFileIsMadeInItsDirectory() throws {
    try scratch.directory("spool")
    for operation in [.write, .readWrite, .create] as [AccessOperation] {
      let refusal = try #require(refused("spool/new", operation, by: stranger))
      #expect(refusal.component.path == scratch("spool"))
      #expect(refusal.needs == .write)
    }
    #expect(refused("spool/new", .read, by: stranger) == nil)
    #expect(refused("spool/none/new", .create, by: stranger) == nil)
  }

  @Test func classThatAppliesDecides() throws {
    try scratch.file("shut", mode: 0o077)
    let mine = Credentials(user: owner, group: 4001, groups: [], capabilities: 0)
    #expect(refused("shut", .read, by: mine)?.reason == .ownerBits)
    #expect(refused("shut", .read, by: stranger) == nil)
    try scratch.file("grouped", mode: 0o604)
    let member = Credentials(user: 4001, group: 4001, groups: [getegid()], capabilities: 0)
    #expect(refused("grouped", .read, by: member)?.reason == .groupBits)
  }

  @Test func rootNeedsAnExecuteBit() throws {
    let root = Credentials(user: 0, group: 0, groups: [], capabilities: .max)
    try scratch.file("script", mode: 0o644)
    #expect(refused("script", .execute, by: root)?.reason == .noExecuteBit)
    #expect(refused("script", .write, by: root) == nil)
    try scratch.directory("d")
    #expect(refused("d", .execute, by: root)?.reason == .wrongType)
    #expect(refused("d", .write, by: root)?.reason == .wrongType)
  }

  @Test func ownershipIsNeeded() throws {
    try scratch.file("file", mode: 0o666)
    #expect(refused("file", .own, by: stranger)?.reason == .notOwner)
    #expect(refused("file", .changeOwner, by: stranger)?.detail == "needs the capability CAP_CHOWN")
    let mine = Credentials(user: owner, group: 4001, groups: [], capabilities: 0)
    #expect(refused("file", .own, by: mine) == nil)
    #expect(refused("file", .changeOwner, by: mine)?.reason == .lacksCapability)
  }

  /// As root of a rootless container has it: one user inside, and the file's owner is not that.
  @Test func capabilitiesHoldWithinTheUserNamespace() throws {
    try scratch.file("theirs", mode: 0o640)
    let root = Credentials(user: owner &+ 1, group: 4001, groups: [], capabilities: .max)
    func refusal(_ operation: AccessOperation, _ map: String) -> AccessWalk.Refusal? {
      let walked = PathWalker().walk(scratch("theirs"))
      var judge = AccessJudge(credentials: root, mounts: MountTable())
      judge.namespace = UserNamespace(users: map, groups: map)
      return judge.refusal(on: walked, operation: operation)
    }
    let alone = "         \(owner &+ 1)       1001          1\n"
    let refused = try #require(refusal(.read, alone))
    #expect(refused.reason == .unmappedOwner && refused.needs == .read)
    #expect(refused.detail.contains("the bits for others are ---"))
    #expect(refused.detail.hasSuffix("and is the user 1001 outside"))
    #expect(refusal(.own, alone)?.reason == .unmappedOwner)
    #expect(refusal(.changeOwner, alone)?.reason == .unmappedOwner)
    let all = "         0          0 4294967295\n"
    #expect(refusal(.read, all) == nil && refusal(.own, all) == nil)
    #expect(refusal(.read, "") == nil)
  }

  @Test func stickyDirectoryKeepsOthersFiles() throws {
    try scratch.directory("tmp", mode: 0o1777)
    try scratch.file("tmp/file", mode: 0o666)
    let refusal = try #require(refused("tmp/file", .remove, by: stranger))
    #expect(refusal.reason == .stickyDirectory)
    #expect(refusal.component.path == scratch("tmp"))
  }

  @Test func entryOfTheListIsNamed() throws {
    try scratch.file("listed", mode: 0o644)
    let isSet = scratch.setAccessControlList(
      [
        (0x01, 6, .max), (0x02, 4, 4001), (0x04, 4, .max), (0x10, 4, .max), (0x20, 7, .max),
      ], of: "listed")
    guard isSet else {
      withKnownIssue("no ACLs below /tmp") { Issue.record("skipped") }
      return
    }
    let refusal = try #require(refused("listed", .write, by: stranger))
    #expect(refusal.reason == .accessControlList)
    #expect(refusal.detail == "the ACL entry user:4001:r--")
  }

  @Test func malformedListsAreNoLists() {
    #expect(AccessControlList(attribute: []) == nil)
    #expect(AccessControlList(attribute: [1, 0, 0, 0]) == nil)
    #expect(AccessControlList(attribute: [2, 0, 0, 0, 1, 0]) == nil)
    #expect(AccessControlList(attribute: [2, 0, 0, 0, 99, 0, 7, 0, 0, 0, 0, 0]) == nil)
  }

  @Test(
    .enabled(if: geteuid() == 0, "files of other users take root"),
    arguments: [(0, 0o1777, false), (1, 0o1777, true), (1, 0o1770, false), (2, 0o1770, true)])
  func protectedFileIsNamed(_ level: Int, _ mode: mode_t, _ isRefused: Bool) throws {
    let place = try scratch.directory("sticky", mode: mode)
    let file = try scratch.file("sticky/file", mode: 0o666)
    try #require(unsafe chown(file, 4002, 4002) == 0)
    try #require(unsafe chown(place, 4003, 4003) == 0)
    let root = Credentials(user: 0, group: 0, groups: [], capabilities: .max)
    var judge = AccessJudge(credentials: root, mounts: MountTable())
    judge.setting = { $0 == "protected_regular" ? level : 0 }
    let refusal = judge.refusal(on: PathWalker().walk(file), operation: .write)
    #expect(refusal?.reason == (isRefused ? .protectedFile : nil))
  }

  @Test func immutableFileRefusesRoot() throws {
    let file = try scratch.file("fixed", mode: 0o666)
    guard owner == 0, try run(["chattr", "+i", file]).status == 0 else {
      withKnownIssue("chattr +i is not possible here") { Issue.record("skipped") }
      return
    }
    defer { _ = try? run(["chattr", "-i", file]) }
    let root = Credentials(user: 0, group: 0, groups: [], capabilities: .max)
    for operation in [.write, .remove, .own] as [AccessOperation] {
      #expect(refused("fixed", operation, by: root)?.reason == .immutable)
    }
    #expect(refused("fixed", .read, by: root) == nil)
  }

  @Test func kernelFileIsTold() {
    let root = Credentials(user: 0, group: 0, groups: [], capabilities: .max)
    let walk = AccessWalk(path: "/proc/self/comm", operation: .write, credentials: root)
    #expect(walk.refusal?.reason == .kernelFile)
  }
}
