/// What is looked at in a candidate, each of which gives log-odds; the weights are in
/// Sources/RuleEngine/weights.yaml.
package enum Feature: String, CaseIterable, Sendable {
  case process
  case mentioned
  case error
  case use
  case replaced
  case becameAnother = "became another program"
  case lastFailure = "last failure"
  case beforeComplaint = "before complaint"
  case beforeEnd = "before end"
  case retriedUntilEnd = "retried until end"
  case saidNothing = "said nothing"
  case passedOver = "passed over in words"
  case optionalPlace = "optional place"
  case toBeMade = "to be made"
  case lookBefore = "a look before"
  case thereAlready = "there already"
  case askedFor = "asked for by the user"
  case refusedElsewhere = "refused elsewhere"
  case closedWithOtherWords = "closed with other words"
  case askedForMore = "asked for more than it needs"
  case afterComplaint = "after the complaint"
  case otherErrorTold = "the words tell another error"
  case toldToNobody = "told to nobody"
  case knownHarmless = "known to be harmless"
  case failedInBaseline = "failed in the good run"
  case fatalSignal = "fatal signal"
  case limitReached = "it was at a limit, and said so"
  case killedByParent = "its parent killed it and complained"
  case writeNamesFile = "the failed write names the file"
  case lostReader = "lost reader"
  case complaint
  case namesReadFile = "names a file that was read"
  case nothingElseFailed = "nothing else failed"
  case innermostSpoke = "the innermost spoke"
  case namesFailedCall = "names a failed call"
  case namesMissingModule = "names a missing module"
  case namesUnknownUser = "names an unknown user"
  case loaderSpoke = "the loader said so"
  case panicked = "its runtime ended it"
  case silent
  case statusIsAnswer = "its exit status is an answer"
  case unrivalled
  case answerPassedOn = "answer passed on"
  case waitedAtEnd = "waited at the end"
  case ranAtEnd = "ran at the end"

  /// What it says for a candidate, in a few words; nil for what speaks against one.
  package var reason: String? {
    switch self {
    case .process: "it happened in the process that failed"
    case .mentioned: "the program then named it"
    case .error: "this error is rarely harmless"
    case .use: "it wanted to use it, not only to look"
    case .lastFailure: "it was the last call to fail"
    case .beforeComplaint: "the complaint followed at once"
    case .beforeEnd: "the end followed soon"
    case .retriedUntilEnd: "it was tried again and again, up to the end"
    case .saidNothing: "nothing else explains it"
    case .fatalSignal: "the signal ended the process"
    case .lostReader: "the write failed for want of a reader"
    case .complaint: "the program said so"
    case .namesReadFile: "the words name a file that it had read"
    case .namesMissingModule: "the words name what is missing"
    case .namesUnknownUser: "the words name who is unknown"
    case .loaderSpoke: "the loader said so"
    case .panicked: "its runtime told the fault and ended it"
    case .silent: "nothing was said"
    case .statusIsAnswer: "it answers with its exit status"
    case .unrivalled: "nothing else is nearly as likely"
    case .answerPassedOn: "the answer was taken for a failure"
    case .waitedAtEnd: "it was waiting there when the time was up"
    case .ranAtEnd: "it was running when the time was up"
    default: nil
    }
  }
}
