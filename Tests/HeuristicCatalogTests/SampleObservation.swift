import HeuristicCatalog
import HeuristicSyntax

/// An observation made of a dictionary.
struct SampleObservation: Observation {
  var kind = "file-missing"
  var fields: [String: FieldValue] = [:]

  func value(of field: String) -> FieldValue? { fields[field] }
}

/// A schema with a field of every type.
let sampleSchema = ObservationSchema(
  kinds: [
    .init(
      "file-missing", "A file that was asked for does not exist.",
      fields: [
        .init("path", .text, "The path | as asked."),
        .init("count", .number, "How often."),
        .init("fatal", .flag, "Whether the program ended."),
        .init("package", .text, "The package that ships it.", isOptional: true),
        .init("near", .list(of: .text), "Names that are near."),
        .init(
          "holder", .record([.init("program", .text, "Who."), .init("pid", .number, "Id.")]), "H"),
        .init(
          "searched",
          .list(of: .record([.init("directory", .text, "Where."), .init("found", .flag, "?")])),
          "Where it was looked for."),
      ]),
    .init("quiet", "Nothing.", fields: [.init("subject", .text, "What.")]),
  ],
  general: [.init("program", .text, "The program."), .init("pid", .number, "Its id.")])

/// The text of a heuristic that has nothing wrong.
let soundHeuristic = """
  id: files/missing
  maturity: stable
  summary: A file is missing.
  when:
    observation: file-missing
    path|endswith: .conf
  confidence: 0.9
  subject: "{{path}}"
  explain:
    title: "{{program}} needs {{path}}"
    because: |
      It is not there.
    fixes:
      - do: touch {{path}}
        safety: safe
  """

/// The heuristic of a text in which nothing is wrong; nil where something is.
func heuristic(_ yaml: String) -> Heuristic? {
  guard let root = try? SyntaxNode(yaml: yaml),
    HeuristicGrammar.problems(in: root, id: nil).isEmpty
  else { return nil }
  return Heuristic(root, file: "test.yaml", isBuiltIn: true)
}
