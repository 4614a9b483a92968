/// What is wrong with a template, given the fields that it may show.
struct TemplateCheck {
  private typealias FieldType = ObservationSchema.FieldType

  private let use: ExplanationTemplate.Use
  private var scopes: [Scope]
  private var found: [TemplateError] = []

  /// A section that is open, or the template itself.
  private struct Scope {
    /// The tag that opened it; nil for the template itself.
    var tag: TemplateTag?
    /// What `.` is in it; nil where it is what it was outside.
    var current: ObservationSchema.FieldType?
    /// Whether it repeats for the elements of a list.
    var repeats = false
    /// Whether what it was opened with is wrong, so that what is inside cannot be judged.
    var isUnknown = false
  }

  /// Everything that is wrong.
  static func problems(
    in template: String, _ use: ExplanationTemplate.Use, fields: [ObservationSchema.Field]
  ) -> [TemplateError] {
    var check = TemplateCheck(use: use, scopes: [Scope(current: .record(fields))])
    let tags = TemplateTag.all(in: template)
    for tag in tags { check.check(tag, in: template) }
    for scope in check.scopes.dropFirst().reversed() {
      if let tag = scope.tag { check.report(tag, "the section '\(tag.written)' has no end") }
    }
    if use == .command { check.found += CommandCheck.problems(in: template, tags) }
    if check.found.isEmpty {
      do { _ = try ExplanationTemplate(template, use).compile() } catch {
        check.found.append(error)
      }
    }
    return check.found
  }

  private init(use: ExplanationTemplate.Use, scopes: [Scope]) {
    self.use = use
    self.scopes = scopes
  }

  private mutating func report(_ tag: TemplateTag, _ message: String) {
    found.append(TemplateError(index: tag.range.lowerBound, message: message))
  }

  private mutating func check(_ tag: TemplateTag, in template: String) {
    switch tag.kind {
    case .comment: break
    case .unfinished: report(tag, "a tag begins with {{ and does not end")
    case .unsupported:
      report(
        tag, "only variables and sections are allowed in a template, not '\(template[tag.range])'")
    case .end:
      guard scopes.count > 1, let open = scopes.last?.tag else {
        return report(tag, "the end of '\(tag.written)', which was not opened")
      }
      scopes.removeLast()
      if open.written != tag.written {
        report(tag, "'\(open.written)' is open here and must end first, not '\(tag.written)'")
      }
    case .section, .inverted: open(tag)
    case .variable, .raw:
      if tag.kind == .raw && use == .command {
        report(tag, "values are never put into a command unquoted; use two braces")
      } else if let type = type(of: tag) {
        checkShown(tag, type)
      }
    }
  }

  private mutating func open(_ tag: TemplateTag) {
    guard let type = type(of: tag) else {
      return scopes.append(Scope(tag: tag, isUnknown: true))
    }
    switch (tag.kind, type) {
    case (.inverted, _), (_, .flag): scopes.append(Scope(tag: tag))
    case (_, .list(let element)): scopes.append(Scope(tag: tag, current: element, repeats: true))
    default: scopes.append(Scope(tag: tag, current: type))
    }
  }

  private mutating func checkShown(_ tag: TemplateTag, _ type: FieldType) {
    switch type {
    case .text, .number: break
    case .flag: report(tag, "'\(tag.written)' is a flag; use a section: {{#\(tag.written)}}")
    case .record: report(tag, "'\(tag.written)' is a record; name a field of it")
    case .list(let element):
      if use == .command || use == .exact {
        report(tag, "'\(tag.written)' is a list; use a section: {{#\(tag.written)}}{{.}} ")
      } else if case .text = element {
        break
      } else if case .number = element {
        break
      } else {
        report(tag, "'\(tag.written)' is \(type.name); use a section: {{#\(tag.written)}}")
      }
    }
  }

  /// The type of what a tag names, after its transforms; nil, with a problem, where there is none.
  private mutating func type(of tag: TemplateTag) -> FieldType? {
    // The library's parser calls itself for each one.
    guard tag.transforms.count <= 4 else {
      report(tag, "more than 4 transforms of a variable")
      return nil
    }
    guard var type = named(tag) else { return nil }
    for transform in tag.transforms.reversed() {
      guard let next = Self.transformed(type, transform) else {
        report(tag, "'\(transform)' is nothing that can be made of \(type.name)")
        return nil
      }
      type = next
    }
    return type
  }

  private mutating func named(_ tag: TemplateTag) -> FieldType? {
    if scopes.contains(where: \.isUnknown) { return nil }
    if tag.name.isEmpty { return place(tag) }
    if tag.name == "." { return scopes.last { $0.current != nil }?.current }
    let path = tag.path
    let visible = tag.name.hasPrefix(".") ? scopes.suffix(1) : scopes[...]
    guard let first = path.first else { return unknown(tag) }
    for scope in visible.reversed() {
      guard case .record(let fields)? = scope.current,
        var type = fields.first(where: { $0.name == first })?.type
      else { continue }
      for name in path.dropFirst() {
        guard case .record(let fields) = type,
          let field = fields.first(where: { $0.name == name })
        else {
          if case .list = type {
            report(tag, "'\(tag.name)' leads through a list; use a section for it")
            return nil
          }
          return unknown(tag)
        }
        type = field.type
      }
      return type
    }
    return unknown(tag)
  }

  /// What a transform without a variable is made of: the place in the list.
  private mutating func place(_ tag: TemplateTag) -> FieldType? {
    guard let last = tag.transforms.last else {
      report(tag, "a tag without a name")
      return nil
    }
    guard scopes.last?.repeats == true else {
      report(tag, "'\(last)()' is known only directly in the section of a list")
      return nil
    }
    return .record([])
  }

  private mutating func unknown(_ tag: TemplateTag) -> FieldType? {
    let known = scopes.flatMap { scope -> [String] in
      if case .record(let fields)? = scope.current { fields.map(\.name) } else { [] }
    }
    report(
      tag,
      "there is no variable '\(tag.name)' here" + SchemaCheck.nearest(to: tag.name, among: known))
    return nil
  }

  /// What a transform makes of a type, as the template library has them.
  private static func transformed(_ type: FieldType, _ name: String) -> FieldType? {
    switch (type, name) {
    case (.list, "count"): .number
    case (.list, "empty"), (.text, "empty"): .flag
    case (.list(let element), "first"), (.list(let element), "last"): element
    case (.list, "reversed"): type
    case (.text, "uppercased"), (.text, "lowercased"), (.text, "capitalized"): .text
    case (.number, "plusone"), (.number, "minusone"): .number
    case (.number, "even"), (.number, "odd"), (.number, "equalzero"): .flag
    // The place in a list has no fields.
    case (.record([]), "first"), (.record([]), "last"), (.record([]), "even"),
      (.record([]), "odd"):
      .flag
    case (.record([]), "index"): .number
    default: nil
    }
  }
}
