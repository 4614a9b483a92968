internal import TraceCapture

/// Which calls of a log matter, by name, and what is made of them.
struct StraceCalls {
  /// What is made of a call.
  enum Use {
    /// Nothing: it tells nothing that a diagnosis could rest on.
    case nothing
    /// An event, by the row of the tracer's table.
    case event
    /// Words, or a failure of `write(2)` and its kin.
    case writing
    /// How much was read, or a failure of `read(2)` and its kin.
    case reading
    /// The status that the process is about to end with.
    case exit
    /// What the process does with a signal.
    case disposition
    /// Where the process works.
    case workingDirectory
    /// Who the process acts as.
    case user
  }

  /// A name with its meaning. One object each, since one is handed about for nearly every line.
  final class Call {
    /// The kernel's name of the call.
    let name: String
    /// What is made of it.
    let use: Use
    /// How the tracer's table decodes it, for an event and for writing.
    let row: SystemCallRow?

    /// Whether its descriptor and result can say by themselves that it tells nothing.
    let mayBePassedOver: Bool

    init(name: String, use: Use, row: SystemCallRow?) {
      mayBePassedOver =
        switch use {
        case .reading, .writing: true
        case .event:
          switch row?.emission {
          case .failures, .mapping, .close: true
          default: false
          }
        default: false
        }
      self.name = name
      self.use = use
      self.row = row
    }
  }

  private var calls: [Call] = []
  /// Open addressing by the hash of the name: asked once a line, of which there are ten million.
  private var slots: [(hash: UInt64, call: Int32)]
  private static let slotCount = 2048

  init() {
    slots = Array(repeating: (0, -1), count: Self.slotCount)
    for row in SystemCallTable.rows where row.emission != .leaving {
      let use: Use =
        switch row.emission {
        case .words, .messages: .writing
        default: row.name == "pread64" ? .reading : .event
        }
      insert(row.name, Call(name: row.name, use: use, row: row))
    }
    for (use, names) in Self.others {
      for name in names where index(of: Array(name.utf8)) == nil {
        insert(name, Call(name: name, use: use, row: nil))
      }
    }
    for (old, new) in Self.synonyms {
      if let index = index(of: Array(new.utf8)) { insert(old, calls[Int(index)]) }
    }
  }

  private static let others: [(Use, [String])] = [
    (.writing, ["pwrite", "pwritev", "pwritev2"]),
    (.reading, ["read", "readv", "pread", "preadv", "recvfrom", "recvmsg"]),
    (.exit, ["exit_group", "exit"]),
    (.disposition, ["rt_sigaction", "sigaction", "signal"]),
    (.workingDirectory, ["getcwd"]),
    (.user, ["geteuid", "geteuid32"]),
  ]

  /// What calls were named before, or on other processors.
  private static let synonyms: [(old: String, new: String)] = [
    ("_exit", "exit"), ("old_mmap", "mmap"), ("send", "sendto"), ("recv", "recvfrom"),
    ("fstatat", "newfstatat"), ("oldumount", "umount"),
  ]

  /// What the call of this name means; nil for one that tells nothing.
  func call(_ bytes: [UInt8], _ name: Range<Int>) -> Call? {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for position in name { hash = (hash ^ UInt64(bytes[position])) &* 0x100_0000_01b3 }
    return lookUp(hash).map { calls[Int($0)] }
  }

  private func index(of name: [UInt8]) -> Int32? {
    lookUp(Self.hash(name))
  }

  /// The name is compared by its hash of 64 bits alone.
  private func lookUp(_ hash: UInt64) -> Int32? {
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[slot].call >= 0 {
      if slots[slot].hash == hash { return slots[slot].call }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    return nil
  }

  private mutating func insert(_ name: String, _ call: Call) {
    let hash = Self.hash(Array(name.utf8))
    guard lookUp(hash) == nil else { return }
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[slot].call >= 0 { slot = (slot + 1) & (Self.slotCount - 1) }
    slots[slot] = (hash, Int32(calls.count))
    calls.append(call)
  }

  private static func hash(_ name: [UInt8]) -> UInt64 {
    name.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
