import Mustache
import Synchronization

/// A Mustache template of a heuristic, compiled when it is first rendered, and once.
package final class ExplanationTemplate: Sendable {
  /// The template as it is written.
  package let source: String
  private let use: Use
  private let compiled = Mutex<MustacheTemplate?>(nil)

  /// What a template makes, which decides how values are put in and how white space is laid out.
  package enum Use: Sendable {
    /// One line for people.
    case line
    /// Paragraphs for people.
    case paragraphs
    /// A command for a POSIX shell.
    case command
    /// A value that must stay exactly what it is.
    case exact
  }

  /// Makes a template; one that does not parse renders to nothing.
  package init(_ source: String, _ use: Use) {
    self.source = source
    self.use = use
  }
}
