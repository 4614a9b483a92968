package import HeuristicCatalog
package import TraceEvents

/// What the engine says of a run.
package struct Diagnosis: Sendable {
  /// What the run came to.
  package enum Status: Sendable { case failed, succeeded, hung, unknown }

  package var status: Status
  /// One sentence that names the cause, or says that there is none.
  package var summary: String
  /// The findings, the most likely root cause first.
  package var findings: [Finding]
  /// How many failed calls were found to be harmless.
  package var harmlessCalls: Int
  /// The last complaint of the failure path.
  package var lastWords: QuotedWords?
  /// What the processes were and did when they were looked at.
  package var snapshot: SnapshotReading?
  /// What the threads of a crashed process were in, where that was asked for.
  package var threads: CrashedThreads?
}

/// Words with who said them.
package struct QuotedWords: Sendable, Hashable {
  package var pid: ProcessID
  package var program: String
  package var stream: Words.Stream
  package var text: String
}

/// One thing that the engine found.
package struct Finding: Sendable {
  /// What it is for the run.
  package enum Role: Sendable { case cause, contributing, note }

  package var heuristic: String
  package var role: Role
  /// How sure the engine is that it is the root cause, 0 to 1.
  package var confidence: Double
  package var subject: String
  package var error: ErrorNumber?
  package var signal: SignalNumber?
  package var call: String?
  package var pid: ProcessID
  /// Absolute path of the program, or the command that was to be one.
  package var program: String
  package var title: String
  /// Why, in paragraphs.
  package var because: [String]
  package var fixes: [RenderedExplanation.Fix]
  package var references: [String]
  package var evidence: [Evidence]
  /// The programs from the user's down to the one that failed.
  package var pathDown: [String]
  /// What counted for and against it, in log-odds.
  package var features: [Feature: Double]
  /// Why the engine is as sure as it is, in a few words.
  package var reason: String
}

/// One line of the trace that a finding rests on.
package struct Evidence: Sendable, Hashable {
  /// Number of the event.
  package var number: Int
  /// Seconds since the trace began.
  package var time: Double
  package var pid: ProcessID
  package var program: String
  package var text: String
}
