internal import FoundationEssentials
internal import TraceEvents

/// What differs between the configuration that two runs tried.
///
/// Paths in home directories are compared by what follows `~`.
package struct ConfigurationDifference: Sendable {
  /// One path of which something differs.
  struct Item: Encodable {
    var path: String
    /// What became of it in the first run; nil: it was not tried.
    @Nullable var first: Report.Configuration.Entry.Status?
    @Nullable var second: Report.Configuration.Entry.Status?
    /// The difference in words.
    var sentence: String
  }

  private struct Coded: Encodable {
    var schema = "whyconf.difference/1"
    var first: String
    var second: String
    var differences: [Item]
    var order: [String]
  }

  private struct Side {
    let name: String
    let entries: [(path: String, entry: Report.Configuration.Entry)]
    let byPath: [String: Report.Configuration.Entry]

    init(_ report: Report, name: String) {
      self.name = name
      entries = report.config.entries.filter { $0.scope == .program }
        .map { (Self.portable($0.path), $0) }
      byPath = Dictionary(entries.map { ($0.path, $0.entry) }) { first, _ in first }
    }

    /// The path without the name of a home directory.
    private static func portable(_ path: String) -> String {
      if path.hasPrefix("/root/") { return "~" + path.dropFirst(5) }
      guard path.hasPrefix("/home/") else { return path }
      let rest = path.dropFirst(6).drop { $0 != "/" }
      return rest.isEmpty ? path : "~" + rest
    }

    /// The files of the same name that were read before `path`, which it usually overrides.
    func overridden(by path: String) -> [String] {
      guard let place = entries.firstIndex(where: { $0.path == path }),
        entries[place].entry.status == .read
      else { return [] }
      let name = baseName(of: path).drop { $0 == "." }
      return entries[..<place].filter {
        $0.entry.status == .read && baseName(of: $0.path).drop { $0 == "." } == name
      }.map(\.path)
    }
  }

  /// What differs, in the order of the first run, then of the second.
  let items: [Item]
  /// Sentences on files that both read, in another order.
  let order: [String]
  private let names: (String, String)

  /// Compares two reports, which go by these names.
  package init(_ first: Report, name firstName: String, _ second: Report, name secondName: String) {
    let a = Side(first, name: firstName)
    let b = Side(second, name: secondName)
    var items: [Item] = []
    for (path, entry) in a.entries {
      let other = b.byPath[path]
      if let other, other.status == entry.status {
        if entry.status == .read, let bytes = entry.bytes, let others = other.bytes, bytes != others
        {
          items.append(
            Item(
              path: path, first: entry.status, second: other.status,
              sentence:
                "\(path) is read on both, but of \(bytes) bytes on \(a.name) and of \(others) on "
                + "\(b.name): what stands in it differs."))
        }
        continue
      }
      items.append(
        Item(
          path: path, first: entry.status, second: other?.status,
          sentence: Self.sentence(path, a, b)))
    }
    for (path, entry) in b.entries where a.byPath[path] == nil {
      items.append(
        Item(path: path, first: nil, second: entry.status, sentence: Self.sentence(path, a, b)))
    }
    self.items = items
    let common = a.entries.filter { $0.entry.status == .read && b.byPath[$0.path]?.status == .read }
      .map(\.path)
    let others = b.entries.map(\.path).filter(Set(common).contains)
    if let place = zip(common, others).first(where: { $0 != $1 }) {
      order = [
        "The order differs: where \(a.name) reads \(place.0), \(b.name) reads \(place.1)."
      ]
    } else {
      order = []
    }
    names = (firstName, secondName)
  }

  /// True if nothing differs.
  package var isEmpty: Bool { items.isEmpty && order.isEmpty }

  private static func sentence(_ path: String, _ a: Side, _ b: Side) -> String {
    "\(path): on \(a.name) \(words(path, a)); on \(b.name) \(words(path, b))."
  }

  private static func words(_ path: String, _ side: Side) -> String {
    guard let entry = side.byPath[path] else { return "it is not looked for" }
    let overridden = side.overridden(by: path)
    let more = overridden.isEmpty ? "" : " after \(overridden.joined(separator: ", "))"
    switch entry.status {
    case .read: return "it is read" + more + (more.isEmpty ? "" : ", which it usually overrides")
    case .opened: return "it is opened"
    case .listed: return "it is listed"
    case .checked: return "it is there, and not opened"
    case .missing: return "it is missing"
    case .denied: return "it may not be opened"
    case .error:
      return entry.errno.map { "it cannot be opened (\($0.name))" }
        ?? "opening it does not come to an end"
    }
  }

  /// The differences, a line each.
  package var text: String {
    let lines = items.map(\.sentence) + order
    if lines.isEmpty { return "\(names.0) and \(names.1) try the same configuration.\n" }
    return lines.map { TargetText.escaped($0) + "\n" }.joined()
  }

  /// The differences as one JSON object.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let coded = Coded(
      first: names.0, second: names.1,
      differences: items.map { item in
        Item(
          path: TargetText.escaped(item.path), first: item.first, second: item.second,
          sentence: TargetText.escaped(item.sentence))
      }, order: order.map { TargetText.escaped($0) })
    guard let data = try? encoder.encode(coded) else { return "{}\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
