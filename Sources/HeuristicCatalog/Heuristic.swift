package import HeuristicSyntax

/// One piece of knowledge about failures: when it applies, how sure it is, and what it says.
///
/// It is read from one YAML file. Values of this type are well formed: what is wrong with a file
/// is said by `HeuristicProblem`s instead.
package struct Heuristic: Sendable, Identifiable {
  /// Its path under Heuristics/ without `.yaml`: `loader/missing-library`.
  package var id: String
  /// The file that it was read from, as problems name it.
  package var file: String
  /// Whether it comes with the program, or is the user's own.
  package var isBuiltIn: Bool
  /// How well tried it is.
  package var maturity: Maturity
  /// One sentence for listings.
  package var summary: String
  /// The kind of observation that it applies to.
  package var observation: String
  /// What must hold of the observation's fields, all of it.
  package var tests: [FieldTest]
  /// What must not hold: the heuristic does not apply when all tests of any one block hold.
  package var unless: [[FieldTest]]
  /// How often it is right when it applies, before ranking, from 0 to 1.
  package var confidence: Double
  /// What a finding that it makes is.
  package var role: Role
  /// How much a benign heuristic takes from the score of what it matches, from 0 to 1.
  package var lowers: Double?
  /// The one thing that must change.
  package var subject: ExplanationTemplate
  /// The one sentence that names the cause.
  package var title: ExplanationTemplate
  /// Why, in paragraphs.
  package var because: ExplanationTemplate
  /// What to do, in the order in which it is to be tried.
  package var fixes: [FixTemplate]
  /// Where to read on: manual pages, addresses.
  package var references: [String]
  /// Real messages or commands that it is about.
  package var examples: [String]
  /// The tree of its file, for problems that can be told only with a schema.
  package var source: SyntaxNode

  /// How well tried a heuristic is.
  package enum Maturity: String, Sendable, CaseIterable {
    /// Proved on real failures.
    case stable
    /// New; may be wrong more often than it says.
    case incubating
  }

  /// What a finding is in the diagnosis.
  package enum Role: String, Sendable, CaseIterable {
    /// What broke.
    case cause
    /// Something that helped to break it.
    case contributing
    /// Worth knowing.
    case note
    /// Known to be harmless: it lowers what it matches and hides nothing.
    case benign
  }

  /// One entry of `fixes`.
  package struct FixTemplate: Sendable {
    /// A command where `isCommand`, else a sentence.
    package var text: ExplanationTemplate
    /// Whether it is a command for a POSIX shell (`do`), not a sentence (`say`).
    package var isCommand: Bool
    /// The field that must be present for the fix to be shown.
    package var condition: String?
    /// The field that must not be present for the fix to be shown.
    package var exclusion: String?
    /// What the fix may do to the machine; always there for a command.
    package var safety: Safety?
    /// What to know about it.
    package var note: ExplanationTemplate?
  }

  /// What a fix may do to the machine.
  package enum Safety: String, Sendable, CaseIterable {
    /// It can be undone and loses nothing.
    case safe
    /// Look first whether it is what you want.
    case checkFirst = "check-first"
    /// It removes or overwrites something.
    case destructive
  }
}
