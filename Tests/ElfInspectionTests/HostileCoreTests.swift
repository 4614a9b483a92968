import Glibc
import Testing
import TraceEvents

@testable import ElfInspection

/// Core files made by hand, cut off at each boundary and with absurd numbers in them.
@Suite struct HostileCoreTests {
  private struct Nothing: SystemInspector {
    func answer(_ question: SystemQuestion) -> SystemAnswer { .unknown(reason: "a test") }
  }

  /// A core file of x86-64 in the making.
  private struct Core {
    var bytes: [UInt8] = []
    /// Where a header, a note's header, name or description ends.
    var boundaries: [Int] = []
    /// Where the numbers of each note's header are.
    var notes: [Int] = []
    var mappings = 0

    static func little(_ value: UInt64, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    mutating func put(_ value: UInt64, _ size: Int, at offset: Int) {
      bytes.replaceSubrange(offset..<(offset + size), with: Self.little(value, size))
    }

    private mutating func note(_ type: UInt64, _ description: [UInt8]) {
      notes.append(bytes.count)
      bytes += Self.little(5, 4) + Self.little(UInt64(description.count), 4) + Self.little(type, 4)
      boundaries.append(bytes.count)
      bytes += Array("CORE".utf8) + [0, 0, 0, 0]
      boundaries.append(bytes.count)
      bytes += description + [UInt8](repeating: 0, count: (4 - description.count % 4) % 4)
      boundaries.append(bytes.count)
    }

    init() {
      bytes = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
      let header: [(UInt64, Int)] = [
        (4, 2), (62, 2), (1, 4), (0, 8), (64, 8), (0, 8), (0, 4), (64, 2), (56, 2), (2, 2), (0, 2),
        (0, 2), (0, 2),
      ]
      for (value, size) in header { bytes += Self.little(value, size) }
      boundaries.append(bytes.count)
      bytes += [UInt8](repeating: 0, count: 112)
      boundaries += [bytes.count - 56, bytes.count]
      let start = bytes.count
      var status = [UInt8](repeating: 0, count: 336)
      status[12] = 11
      status.replaceSubrange(32..<36, with: Self.little(77, 4))
      status.replaceSubrange(112 + 16 * 8..<112 + 17 * 8, with: Self.little(0x40_1234, 8))
      status.replaceSubrange(112 + 19 * 8..<112 + 20 * 8, with: Self.little(0x7000_0100, 8))
      note(1, status)
      var information = [UInt8](repeating: 0, count: 128)
      information[0] = 11
      information[8] = 1
      information[16] = 0x18
      note(0x5349_4749, information)
      status.replaceSubrange(32..<36, with: Self.little(78, 4))
      note(1, status)
      note(3, [UInt8](repeating: 0, count: 136))
      note(6, Self.little(9, 8) + Self.little(0x40_1000, 8) + [UInt8](repeating: 0, count: 16))
      mappings = bytes.count + 20
      note(
        0x4649_4C45,
        [1, 4096, 0x40_0000, 0x40_3000, 0].flatMap { Self.little($0, 8) }
          + Array("/nowhere/at/all".utf8) + [0])
      let end = bytes.count
      bytes += [UInt8](repeating: 0x5A, count: 4096)
      segment(0, type: 4, offset: start, address: 0, size: end - start)
      segment(1, type: 1, offset: end, address: 0x7000_0000, size: 4096)
    }

    private mutating func segment(
      _ index: Int, type: UInt64, offset: Int, address: UInt64, size: Int
    ) {
      let place = 64 + 56 * index
      put(type, 4, at: place)
      put(6, 4, at: place + 4)
      put(UInt64(offset), 8, at: place + 8)
      put(address, 8, at: place + 16)
      put(UInt64(size), 8, at: place + 32)
      put(UInt64(size), 8, at: place + 40)
    }
  }

  /// What is told of a file; nil where it is refused.
  private func told(_ bytes: [UInt8]) -> [TraceEvent]? {
    let workshop = Workshop()
    let path = workshop.write("core", bytes)
    guard let core = try? CoreFile(path: path) else { return nil }
    var trace = CoreTrace(core, program: nil)
    _ = trace.maps
    return trace.events(Nothing(), tellsThreads: true)
  }

  private func delivery(_ events: [TraceEvent]?) -> SignalDelivery? {
    for event in events ?? [] {
      if case .signal(let signal) = event.body { return signal }
    }
    return nil
  }

  @Test func whole() throws {
    let events = try #require(told(Core().bytes))
    let signal = try #require(delivery(events))
    #expect(signal.signal == .segmentationViolation)
    #expect(signal.faultAddress == 0x18)
    #expect(signal.instructionPointer == 0x40_1234)
    let threads = events.compactMap { event -> [ThreadMoment]? in
      if case .fact(let fact) = event.body, case .threads(let list) = fact.answer {
        list
      } else {
        nil
      }
    }
    #expect(threads.map { $0.map(\.thread) } == [[77, 78]])
  }

  @Test func cutOffAtEachBoundary() {
    let core = Core()
    var refused = 0
    for boundary in core.boundaries {
      for length in [boundary - 1, boundary, boundary + 1] {
        let events = told(Array(core.bytes.prefix(length)))
        if events == nil { refused += 1 }
        // What is told of is what the notes that are there say.
        if let signal = delivery(events) { #expect(signal.instructionPointer == 0x40_1234) }
      }
    }
    #expect(refused > 0)
    #expect(refused < 3 * core.boundaries.count)
  }

  @Test(arguments: [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFC, 0xFFFF_FFFF])
  func sizesOfNotes(_ size: UInt64) {
    for index in Core().notes.indices {
      for field in [0, 4, 8] {
        var core = Core()
        core.put(size, 4, at: core.notes[index] + field)
        if let signal = delivery(told(core.bytes)) {
          #expect([0, 0x40_1234].contains(signal.instructionPointer))
        }
      }
    }
  }

  @Test(arguments: [0, 1, 1 << 31, 1 << 32, 1 << 47, 1 << 63, UInt64.max - 4095, UInt64.max])
  func numbersOfMappingsAndSegments(_ number: UInt64) {
    let whole = Core()
    for offset in stride(from: whole.mappings, to: whole.mappings + 40, by: 8) {
      var core = whole
      core.put(number, 8, at: offset)
      #expect(delivery(told(core.bytes))?.instructionPointer == 0x40_1234)
    }
    for segment in [64, 120] {
      for field in [8, 16, 32, 40, 48] {
        var core = whole
        core.put(number, 8, at: segment + field)
        _ = told(core.bytes)
      }
    }
    // The program counter, the stack pointer, and the address of the fault.
    for offset in [112 + 16 * 8, 112 + 19 * 8] {
      var core = whole
      core.put(number, 8, at: core.notes[0] + 20 + offset)
      #expect(delivery(told(core.bytes))?.signal == .segmentationViolation)
    }
    var core = whole
    core.put(number, 8, at: core.notes[1] + 20 + 16)
    #expect(delivery(told(core.bytes))?.faultAddress == number)
  }

  /// The number of segments, and where the table of sections would give it (`PN_XNUM`).
  @Test(arguments: [0, 1, 3, 0xFFFE, 0xFFFF]) func numbersOfSegments(_ count: UInt64) {
    for section: UInt64 in [0, 64, 1 << 40, .max - 8] {
      var core = Core()
      core.put(count, 2, at: 56)
      core.put(section, 8, at: 40)
      if let signal = delivery(told(core.bytes)) { #expect(signal.faultAddress == 0x18) }
    }
  }
}
