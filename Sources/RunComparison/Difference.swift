package import TraceEvents

/// One thing that differs between a run that went well ("there") and one that did not ("here").
package struct Difference: Sendable, Hashable {
  /// The kinds; the raw values are those of the JSON report.
  package enum Kind: String, Sendable, CaseIterable {
    /// A file that was there and is missing here, or the other way round.
    case missingHere = "missing-here"
    case missingThere = "missing-there"
    /// What was permitted there and is refused here, or the other way round.
    case refusedHere = "refused-here"
    case refusedThere = "refused-there"
    /// What worked there and fails here in another way, or the other way round.
    case failsHere = "fails-here"
    case failsThere = "fails-there"
    /// A connection that was made there and not here, or the other way round.
    case connectionHere = "connection-fails-here"
    case connectionThere = "connection-fails-there"
    /// Another server was asked on the same port.
    case server
    /// Another file was found for one name.
    case foundElsewhere = "found-elsewhere"
    /// Another file ran under one name.
    case program
    /// A program ran in one of the runs only.
    case ranThere = "ran-there-only"
    case ranHere = "ran-here-only"
    /// A program ended in another way.
    case ended
    /// Another file was loaded for one library.
    case library
    /// A configuration file has another size.
    case contents
    /// A variable of the environment.
    case environment
    /// Who the programs acted as.
    case user, group, groups, capabilities
    /// The directory in which it began.
    case directory
    /// A resource limit, or one that was set on the way.
    case limit
    /// The mask of new files.
    case umask
    /// What the machine is: kernel, distribution, processor.
    case system
    /// The command itself.
    case command
    /// The arguments of a program that it ran.
    case arguments
  }

  package var kind: Kind
  /// What it is about: a path, a name, an address.
  package var subject: String
  /// What it was there, and is here; nil: not at all.
  package var there: String?
  package var here: String?
  /// The program that it happened to.
  package var program: String?
  /// The error of what failed.
  package var error: ErrorNumber?
  /// How much it tells: the higher, the nearer to the failure.
  package var weight: Double
  /// True if the cause of the failure has to do with it.
  package var isRelated = false
  /// Number of the event by which it showed; 0 where none did.
  package var number = 0

  package init(
    _ kind: Kind, _ subject: String, there: String? = nil, here: String? = nil,
    program: String? = nil, error: ErrorNumber? = nil, weight: Double = 0, number: Int = 0
  ) {
    self.kind = kind
    self.subject = subject
    self.there = there
    self.here = here
    self.program = program
    self.error = error
    self.weight = weight
    self.number = number
  }
}

/// What the other run has to say of the cause of a failure.
package enum Counterpart: Sendable, Hashable {
  /// The very thing worked there, under this name.
  case worked(name: String)
  /// It failed there as well, and did no harm.
  case failedToo(name: String)
  /// It was not asked for there: this was found in its place.
  case foundElsewhere(name: String)
  /// It was not asked for there.
  case notAsked
}
