/// The weights of the ranking, in log-odds; the one place where they stand.
///
/// `make corpus` prints how well they do: see docs/architecture.md, "Naming the root cause".
enum RankingWeights {
  static let bias = -2.0

  // Which process
  static let innermost = 1.4
  static let onFailurePath = 0.4
  static let offFailurePath = -3.4
  static let offFailurePathButFailed = -1.2
  static let overcome = -6.0

  // What was said
  static let pathMentioned = 2.8
  static let nameMentioned = 2.0
  /// For names of one or two characters, and only with the error's words beside them.
  static let shortNameMentioned = 0.9
  static let addressMentioned = 2.4
  /// A factor: a name in a line that does not complain.
  static let mentionWithoutComplaint = 0.4
  static let absencePassedOver = -2.2
  static let errorPassedOver = -0.7
  static let closedWithOtherWords = -1.8
  static let afterComplaint = -1.6
  static let asksForMore = -2.2
  static let errorWordsOnSameLine = 1.4
  static let errorWordsSomewhere = 0.7

  // Order
  static let lastFailure = 1.0
  static let justBeforeComplaint = 0.9
  static let justBeforeEnd = 0.5
  static let retriedUntilEnd = 0.8

  // What became of it
  static let replacedBySame = -3.6
  static let replacedByOther = -2.6
  static let becameAnother = -2.4
  static let optionalPlace = -1.0
  static let askedFor = 0.5
  static let refusedElsewhere = -2.5
  static let killedByComplainingParent = -1.8
  static let thereAlready = -2.2
  static let toBeMade = -2.2
  /// A look at what another call then failed to make, or whether it is a directory.
  static let lookBefore = -3.5
  static let knownBenign = -4.0
  static let saidNothing = 0.4

  // What it was
  static let onlyLooked = -0.5
  static let wantedToUse = 0.5

  // Deaths and words
  static let fatalSignal = 4.2
  static let killedFromOutside = 4.0
  static let lostReader = 4.4
  static let complaint = 0.9
  static let complaintNamesReadFile = 1.6
  static let wordsNameFailedCall = -1.0
  /// More than a failed call that the words name: an interpreter tries many names for one module.
  static let namesMissingModule = 7.0
  static let namesUnknownUser = 3.0
  static let anyWords = 0.1
  static let silentExit = -0.4
  static let statusIsAnswer = 2.0
  static let answerPassedOn = 1.6
  static let innermostSpoke = -1.2
  static let onlyWords = 0.7
  static let lastLineSaid = 0.5
  static let limitNamesFile = -1.6
  static let hangWait = 3.0
}
