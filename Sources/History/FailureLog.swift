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

  /// The key of each of `calls`.
  private var keys: [Key] = []
  private var positions: [Key: Int] = [:]
  private var unreplacedByName: [String: [Int]] = [:]

  private struct Key: Hashable {
    let process: Int
    let name: String
    let error: ErrorNumber
    let subject: String
  }

  mutating func record(_ failure: FailedCall) {
    total += 1
    let key = key(of: failure)
    if let position = positions[key] {
      calls[position].count += 1
      calls[position].lastNumber = failure.number
      calls[position].lastTime = failure.time
      if calls[position].replacement != nil {
        // What had served serves no longer.
        calls[position].replacement = nil
        awaitReplacement(of: failure, at: position)
      }
      return
    }
    if calls.count >= Self.capacity { forgetLeastTelling() }
    positions[key] = calls.count
    awaitReplacement(of: failure, at: calls.count)
    calls.append(failure)
    keys.append(key)
  }

  private mutating func awaitReplacement(of failure: FailedCall, at position: Int) {
    guard let name = failure.path.map(PathName.base) ?? failure.address?.description else { return }
    unreplacedByName[name, default: []].append(position)
  }

  /// Notes that `path` (or an address) served at last: earlier failures to find it are harmless.
  mutating func recordSuccess(
    name: String, subject: String, purpose: FailedCall.Purpose, number: Int,
    isRelated: (Int) -> Bool
  ) {
    guard var positions = unreplacedByName[name] else { return }
    positions.removeAll { position in
      let failure = calls[position]
      let isSame = (failure.path ?? failure.address?.description) == subject
      guard Self.success(of: purpose, replaces: failure, isSameSubject: isSame),
        isRelated(failure.process)
      else { return false }
      calls[position].replacement = FailedCall.Replacement(
        number: number, subject: subject, isSameSubject: isSame)
      return true
    }
    unreplacedByName[name] = positions.isEmpty ? nil : positions
  }

  /// Whether a success of `purpose` makes `failure` harmless. Looking at a file does not serve who
  /// wanted to open it, and a name found elsewhere does not serve who wanted to make one.
  private static func success(
    of purpose: FailedCall.Purpose, replaces failure: FailedCall, isSameSubject: Bool
  ) -> Bool {
    if failure.purpose == purpose { return isSameSubject || failure.error.isAbsence }
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

  private func key(of failure: FailedCall) -> Key {
    let subject =
      (failure.path ?? failure.address?.description ?? failure.call.descriptor.map { "#\($0)" }
        ?? "")
      + (failure.secondPath.map { "\u{0}" + $0 } ?? "")
    return Key(
      process: failure.process, name: failure.call.name, error: failure.error, subject: subject)
  }

  /// Drops half: absences first, the newest of them last, since causes lie near the end or carry an
  /// error that weighs more.
  private mutating func forgetLeastTelling() {
    let target = Self.capacity / 2
    let recent = calls.count - Self.capacity / 3
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
    calls = kept.map { calls[$0] }
    keys = kept.map { keys[$0] }
    positions.removeAll(keepingCapacity: true)
    unreplacedByName.removeAll(keepingCapacity: true)
    for position in calls.indices {
      positions[keys[position]] = position
      if calls[position].replacement == nil { awaitReplacement(of: calls[position], at: position) }
    }
  }
}

extension ErrorNumber {
  /// True for the errors that say that something is not there: ENOENT, ENOTDIR.
  package var isAbsence: Bool { self == .noEntry || self == .notDirectory }
}
