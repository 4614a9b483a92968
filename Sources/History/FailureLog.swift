package import TraceEvents

/// The failed calls of a trace, bounded: repetitions are counted, and where there are too many
/// the least telling old ones are let go.
package struct FailureLog: Sendable {
  /// How many distinct failures are kept.
  static let capacity = 6000

  /// All that are kept, in the order in which they first happened.
  package private(set) var calls: [FailedCall] = []
  /// How many calls failed in all, repetitions and forgotten ones included.
  package private(set) var total = 0

  /// Where a failure of an identity is kept. Two that share a number by chance follow each other.
  private var positions: [Int: Int] = [:]
  /// The identity under which each of `calls` is kept.
  private var identities: [Int] = []
  /// The last failure for a name, by the name's hash, that nothing served in place of yet; before
  /// each of `calls` that is one, the one before it, or -1.
  private var lastUnreplaced: [Int: Int] = [:]
  private var unreplacedBefore: [Int] = []

  mutating func record(_ failure: FailedCall) {
    total += 1
    var identity = failure.identity
    while let position = positions[identity] {
      guard calls[position].isSame(as: failure) else {
        identity &+= 1
        continue
      }
      calls[position].count += 1
      calls[position].lastNumber = failure.number
      calls[position].lastTime = failure.time
      if calls[position].replacement != nil {
        // What had served serves no longer.
        calls[position].replacement = nil
        awaitReplacement(at: position)
      }
      return
    }
    if calls.count >= Self.capacity { forgetLeastTelling() }
    keep(failure, identity)
  }

  private mutating func keep(_ failure: FailedCall, _ identity: Int) {
    positions[identity] = calls.count
    calls.append(failure)
    identities.append(identity)
    unreplacedBefore.append(-1)
    if failure.replacement == nil { awaitReplacement(at: calls.count - 1) }
  }

  private mutating func awaitReplacement(at position: Int) {
    guard let hash = calls[position].nameHash else { return }
    unreplacedBefore[position] = lastUnreplaced.updateValue(position, forKey: hash) ?? -1
  }

  /// True if there are failures that a success for this name could make harmless.
  func awaits(name: Substring.UTF8View) -> Bool { lastUnreplaced[name.fold] != nil }

  /// Notes that `path` (or an address) served at last: earlier failures to find it are harmless.
  mutating func recordSuccess(
    name: Substring.UTF8View, subject: String, purpose: FailedCall.Purpose, number: Int,
    isRelated: (Int) -> Bool
  ) {
    let hash = name.fold
    guard var position = lastUnreplaced[hash] else { return }
    /// The failure whose link leads to `position`; -1 for the table itself.
    var later = -1
    while position >= 0 {
      let earlier = unreplacedBefore[position]
      let failure = calls[position]
      let isSame = (failure.path ?? failure.address?.description) == subject
      if Self.success(of: purpose, replaces: failure, isSameSubject: isSame),
        isRelated(failure.process)
      {
        calls[position].replacement = FailedCall.Replacement(
          number: number, subject: subject, isSameSubject: isSame)
        if later >= 0 {
          unreplacedBefore[later] = earlier
        } else {
          lastUnreplaced[hash] = earlier >= 0 ? earlier : nil
        }
      } else {
        later = position
      }
      position = earlier
    }
  }

  /// Whether a success of `purpose` makes `failure` harmless. Looking at a file does not serve who
  /// wanted to open it, and a name found elsewhere does not serve who wanted to make one.
  private static func success(
    of purpose: FailedCall.Purpose, replaces failure: FailedCall, isSameSubject: Bool
  ) -> Bool {
    if failure.purpose == purpose {
      // Who looks along PATH goes on where a directory lets nobody in (execvp(3)).
      return isSameSubject || failure.error.isAbsence
        || purpose == .execute && failure.error == .accessDenied
    }
    switch (failure.purpose, purpose) {
    case (.inspect, .open), (.inspect, .execute), (.inspect, .enter), (.inspect, .create),
      (.inspect, .make):
      return true
    // The server was started for want of it.
    case (.connect, .bind): return isSameSubject
    case (.open, .create), (.open, .make), (.remove, .create), (.remove, .make):
      return isSameSubject
    case (.make, .enter), (.make, .inspect): return isSameSubject && failure.error == .exists
    default: return false
    }
  }

  /// Drops two thirds: absences first, the newest of them last, since causes lie near the end or
  /// carry an error that weighs more.
  private mutating func forgetLeastTelling() {
    let target = Self.capacity / 3 * 2
    let recent = calls.count - Self.capacity / 4
    var kept: [Int] = []
    kept.reserveCapacity(calls.count)
    for position in calls.indices {
      if position - kept.count < target, position < recent,
        calls[position].error.isAbsence || calls[position].replacement != nil
      {
        continue
      }
      kept.append(position)
    }
    // Work for each failure stays bounded only if each time makes room for many.
    let dropped = calls.count - kept.count
    if dropped < target / 2 { kept.removeFirst(target - dropped) }
    let (before, names) = (calls, identities)
    calls.removeAll(keepingCapacity: true)
    identities.removeAll(keepingCapacity: true)
    unreplacedBefore.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    lastUnreplaced.removeAll(keepingCapacity: true)
    for position in kept { keep(before[position], names[position]) }
  }
}

extension FailedCall {
  /// A number that all that are the same share.
  fileprivate var identity: Int {
    var hasher = Hasher()
    hasher.combine(process)
    hasher.combine(error.rawValue)
    hasher.combine(call.name)
    if let path {
      hasher.combine(path)
    } else {
      hasher.combine(address)
    }
    return hasher.finalize()
  }

  /// True for the same failure of the same process about the same thing.
  fileprivate func isSame(as other: FailedCall) -> Bool {
    guard process == other.process, error == other.error, path == other.path,
      secondPath == other.secondPath, call.name == other.call.name
    else { return false }
    return path != nil
      || address == other.address && (address != nil || call.descriptor == other.call.descriptor)
  }

  /// The hash of what it was about: a base name or an address.
  fileprivate var nameHash: Int? {
    if let path { return PathName.baseBytes(of: path).fold }
    return address?.description.utf8.fold
  }
}

extension Sequence<UInt8> {
  /// A hash of the bytes (FNV-1a, 64 bits): the same for those of a text and of a part of one.
  fileprivate var fold: Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in self { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash)
  }
}

extension ErrorNumber {
  /// True for the errors that say that something is not there: ENOENT, ENOTDIR.
  package var isAbsence: Bool { self == .noEntry || self == .notDirectory }
}
