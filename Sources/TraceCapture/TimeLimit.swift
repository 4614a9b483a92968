import TraceEvents

/// When a target is ended, and what came of signals to the tracer.
struct TimeLimit {
  var sharesSignals = false
  init() {}
  init(seconds: Double?, sharesSignals: Bool) { self.sharesSignals = sharesSignals }
  mutating func delivered(_ signal: Int32) {}
}

extension TraceSession {
  func wake() {}
  func nextWake() -> (delay: UInt64, interval: UInt64)? { nil }
}
