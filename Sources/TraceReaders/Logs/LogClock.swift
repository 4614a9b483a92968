/// Makes seconds since a log's beginning of the times that its lines have.
struct LogClock {
  /// What a line says of its time.
  enum Stamp: Equatable {
    /// Seconds since midnight (`-t`, `-tt`).
    case ofDay(Double)
    /// Seconds since 1970 (`-ttt`).
    case absolute(Double)
    /// Seconds since the line before (`-r`).
    case relative(Double)
  }

  /// Seconds since the first line.
  private(set) var now = 0.0
  private var first: Double?
  private var last = 0.0
  private var days = 0.0
  private static let day = 86_400.0

  /// Takes the time of the next line.
  mutating func take(_ stamp: Stamp) {
    switch stamp {
    case .relative(let seconds): now += max(0, seconds)
    case .absolute(let seconds): take(seconds)
    case .ofDay(let seconds):
      // Midnight was passed, where it goes back by half a day.
      if first != nil, seconds + days + Self.day / 2 < last { days += Self.day }
      take(seconds + days)
    }
  }

  private mutating func take(_ seconds: Double) {
    let begin = first ?? seconds
    first = begin
    last = seconds
    now = max(0, seconds - begin)
  }
}
