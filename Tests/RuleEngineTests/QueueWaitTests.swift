import Testing
import TraceEvents

@testable import RuleEngine

@Suite("Waits at System V and POSIX objects")
struct QueueWaitTests {
  private func call(_ name: String, _ numbers: Int64...) -> SystemCall {
    SystemCall(
      name: name, arguments: numbers.map { .integer(value: $0) }, outcome: .unfinished)
  }

  @Test("A semaphore is told by its set and number, and what it is to become")
  func semaphore() throws {
    let wait = try #require(Wording.systemVObject(call("semtimedop", 5, 1, -1)))
    #expect(wait.whatFor == "a System V semaphore (id 5, number 1) to be raised by another process")
    #expect(wait.subject == "semaphore 5")
    let zero = try #require(Wording.systemVObject(call("semop", 5, 1, 0)))
    #expect(zero.whatFor.hasSuffix("to become 0"))
  }

  @Test("A queue is told by its number, and whether it is empty or full")
  func queue() throws {
    #expect(try #require(Wording.systemVObject(call("msgrcv", 3))).whatFor.contains("queue 3"))
    #expect(try #require(Wording.systemVObject(call("msgsnd", 3))).whatFor.contains("full"))
    #expect(
      Wording.messageQueue(call("mq_timedreceive"), "/orders").contains("/orders, which is empty"))
    #expect(Wording.wayOut(of: call("msgrcv", 3))?.contains("ipcs -q -i 3") == true)
  }

  @Test("Nothing is said of a call whose object is not known, or that is another")
  func unknown() {
    #expect(Wording.systemVObject(call("msgrcv")) == nil)
    #expect(Wording.systemVObject(call("read", 3)) == nil)
    #expect(Wording.wayOut(of: call("read", 3)) == nil)
  }
}
