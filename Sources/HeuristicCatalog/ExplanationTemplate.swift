import Mustache
import Synchronization

/// A Mustache template of a heuristic, compiled when it is first rendered, and once.
package final class ExplanationTemplate: Sendable {
  /// The template as it is written.
  package let source: String
  /// What it makes.
  package let use: Use
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

  /// The template with values put in and white space laid out; for paragraphs they are joined by
  /// empty lines.
  package func rendered(with context: [String: FieldValue]) -> String {
    switch use {
    case .line: TextLayout.line(raw(context))
    case .paragraphs: TextLayout.paragraphs(raw(context)).joined(separator: "\n\n")
    case .command: TextLayout.command(raw(context))
    case .exact: raw(context).strippingFinalLineBreak
    }
  }

  /// The template as paragraphs.
  package func paragraphs(with context: [String: FieldValue]) -> [String] {
    TextLayout.paragraphs(raw(context))
  }

  /// Compiles the template.
  ///
  /// - Throws: what the library's parser says, with the index where it stopped.
  func compile() throws(TemplateError) -> MustacheTemplate {
    TemplateContent.register
    let content = TemplateContent(use)
    let body = use == .exact ? source : TextLayout.markingParagraphs(source)
    do {
      return try MustacheTemplate(string: "{{% CONTENT_TYPE:\(content.rawValue)}}\n" + body)
    } catch let error as MustacheTemplate.ParserError {
      throw TemplateError(error, in: source)
    } catch {
      throw TemplateError(index: source.startIndex, message: "\(error)")
    }
  }

  private func raw(_ context: [String: FieldValue]) -> String {
    let template = compiled.withLock { compiled in
      if compiled == nil { compiled = try? compile() }
      return compiled
    }
    return template?.render(context.compactMapValues { $0.templateValue }) ?? ""
  }
}

/// A template that does not parse.
struct TemplateError: Error {
  /// Where the parser stopped.
  var index: String.Index
  /// What it said.
  var message: String

  /// Makes an error.
  init(index: String.Index, message: String) {
    self.index = index
    self.message = message
  }

  /// Makes an error of the library's, with its place in the template as it was written.
  init(_ error: MustacheTemplate.ParserError, in source: String) {
    // The first line is the one that names the content type.
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let number = error.context.lineNumber - 2
    let line = lines.indices.contains(number) ? lines[number] : lines.last ?? ""
    let column = max(0, error.context.columnNumber - 1)
    index =
      line.index(line.startIndex, offsetBy: column, limitedBy: line.endIndex) ?? line.endIndex
    message =
      switch error.error {
      case MustacheTemplate.Error.sectionCloseNameIncorrect:
        "the end of a section has another name than its beginning"
      case MustacheTemplate.Error.expectedSectionEnd: "a section has no end"
      case MustacheTemplate.Error.unfinishedName: "a tag is not a name between {{ and }}"
      default: "not a Mustache template: \(error.error)"
      }
  }
}

/// How values are put into each use of a template.
private enum TemplateContent: String, MustacheContentType, CaseIterable {
  case prose = "WHYFAIL-PROSE"
  case command = "WHYFAIL-COMMAND"
  case exact = "WHYFAIL-EXACT"

  init(_ use: ExplanationTemplate.Use) {
    self =
      switch use {
      case .line, .paragraphs: .prose
      case .command: .command
      case .exact: .exact
      }
  }

  /// Makes the library know them; its registry is global and locked.
  static let register: Void = {
    for content in allCases { MustacheContentTypes.register(content, named: content.rawValue) }
  }()

  func escapeText(_ text: String) -> String {
    switch self {
    case .prose: TextLayout.protected(text)
    case .command: TextLayout.protected(ShellQuoting.quoted(text))
    case .exact: text
    }
  }
}

extension FieldValue {
  /// The value as the template library knows it; nil where it counts as missing.
  fileprivate var templateValue: Any? {
    switch self {
    case .text(let text): return text.isEmpty ? nil : text
    case .number(let number): return Int(exactly: number) ?? number
    case .flag(let flag): return flag
    case .list(let elements): return TemplateList(elements)
    case .record(let fields): return fields.compactMapValues { $0.templateValue }
    }
  }

  /// As an element of a list, whose place in it an empty text keeps.
  fileprivate var elementValue: Any { templateValue ?? "" }
}

/// A list in a template: a section repeats for each element, a variable enumerates them in English.
private struct TemplateList: MustacheSequence, MustacheCustomRenderable, MustacheTransformable {
  private let elements: [FieldValue]

  init(_ elements: [FieldValue]) { self.elements = elements }

  func makeIterator() -> some IteratorProtocol<Any> {
    elements.lazy.map(\.elementValue).makeIterator()
  }

  var renderText: String { FieldValue.list(elements).shownText }
  var isNull: Bool { false }

  func transform(_ name: String) -> Any? {
    switch name {
    case "count": elements.count
    case "empty": elements.isEmpty
    case "first": elements.first?.elementValue
    case "last": elements.last?.elementValue
    case "reversed": TemplateList(elements.reversed())
    default: nil
    }
  }
}

extension String {
  fileprivate var strippingFinalLineBreak: String {
    hasSuffix("\n") ? String(dropLast()) : self
  }
}
