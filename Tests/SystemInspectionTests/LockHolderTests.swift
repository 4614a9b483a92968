import Glibc
import Testing
import TraceEvents

@testable import SystemInspection

@Suite("Who holds a lock on a file, where it may not be seen what others have open")
struct LockHolderTests {
  private let manner = "holds an exclusive flock lock"
  private var use: HolderUse { HolderUse(kind: .lock, what: "\(manner) on /run/x") }

  private func lock(_ pid: ProcessID) throws -> Holder {
    Holder(process: try ProcessIdentity(pid: pid), manner: manner)
  }

  private func added(_ locks: [Holder], to holders: [HolderProcess] = []) -> HolderFindings {
    var findings = HolderFindings(kind: .file, name: "/run/x", holders: holders, unseen: 2)
    FileHolders.add(locks, of: "/run/x", to: &findings)
    return findings
  }

  @Test("Whoever is known by the lock alone is told of, and is no longer unseen")
  func hidden() throws {
    let found = added([try lock(getpid())])
    #expect(found.holders.map(\.identity?.pid) == [getpid()])
    #expect(found.holders.first?.uses == [use])
    #expect(found.holders.first?.ancestors.isEmpty == false)
    #expect(found.unseen == 1)
  }

  @Test("Whoever was found with the file open is told of once, with the lock")
  func seen() throws {
    let open = HolderUse(kind: .open, what: "/run/x", descriptor: 3)
    let holder = HolderProcess(identity: try ProcessIdentity(pid: getpid()), uses: [open])
    let found = added([try lock(getpid()), try lock(getpid())], to: [holder])
    #expect(found.holders.count == 1 && found.unseen == 2)
    #expect(found.holders.first?.uses == [open, use])
  }

  @Test("A lock of nobody who can be named is told of where nothing else is")
  func nameless() throws {
    let nameless = Holder(process: nil, manner: manner)
    let found = added([nameless, nameless])
    #expect(found.holders.count == 1)
    #expect(found.holders.first?.identity == nil && found.holders.first?.uses == [use])
  }
}
