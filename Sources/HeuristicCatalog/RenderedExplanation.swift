/// What a heuristic says about one observation, with all values put in.
///
/// Line breaks and tabs of values are shown as `\n` and `\t`; other control characters are as they
/// came, for the report to escape.
package struct RenderedExplanation: Hashable, Sendable {
  /// One line that names the cause.
  package var title: String
  /// Paragraphs; a line break inside of one was meant (a list, something indented).
  package var because: [String]
  /// The one thing that must change, in full.
  package var subject: String
  /// What to do; those whose conditions do not hold are left out.
  package var fixes: [Fix]
  /// Where to read on.
  package var references: [String]

  /// One thing to do.
  package struct Fix: Hashable, Sendable {
    /// A command whose values are quoted for a POSIX shell, or a sentence.
    package var text: String
    /// Whether `text` is a command.
    package var isCommand: Bool
    /// What it may do to the machine; always there for a command.
    package var safety: Heuristic.Safety?
    /// What to know about it.
    package var note: String?

    package init(
      text: String, isCommand: Bool, safety: Heuristic.Safety? = nil, note: String? = nil
    ) {
      self.text = text
      self.isCommand = isCommand
      self.safety = safety
      self.note = note
    }
  }
}
