internal import History
internal import TraceEvents

/// One thing that may be the root cause, with what speaks for and against it.
struct Candidate {
  /// What it is.
  enum Source {
    /// A failed call; `places` are all paths at which the same name was looked for.
    case call(FailedCall, places: [String])
    /// A signal that ended its process.
    case death(DeliveredSignal)
    /// A write that nobody was left to read.
    case lostReader(number: Int, time: Double, call: SystemCall?, killed: Bool)
    /// What the process said.
    case words(line: Int)
    /// The process ended with a failure status in silence.
    case silence
    /// The process was in this call when the time was up.
    case waiting(PendingCall)
    /// The process was running when the time was up.
    case busy
  }

  let source: Source
  /// Index of the process in `History.processes`.
  let process: Int
  /// Number of the event that it rests on.
  let number: Int
  /// Every feature that counted, by name.
  var features: [(name: Feature, value: Double)] = []

  /// The sum of all features, in log-odds.
  var score: Double { features.reduce(RankingWeights.bias) { $0 + $1.value } }
}

extension Double {
  /// The probability of log-odds.
  var asProbability: Double { 1 / (1 + Self.exponential(-self)) }

  /// e to the power of `exponent`, by its series on a reduced argument: exact to 1e-12 here, and
  /// without the C library, so that every platform replays to the same digits.
  private static func exponential(_ exponent: Double) -> Double {
    let clamped = Swift.min(Swift.max(exponent, -40), 40)
    var term = 1.0
    var sum = 1.0
    let reduced = clamped / 64
    for index in 1...12 {
      term *= reduced / Double(index)
      sum += term
    }
    for _ in 0..<6 { sum *= sum }
    return sum
  }
}
