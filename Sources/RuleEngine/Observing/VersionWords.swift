internal import TraceEvents

/// Words that say that something has another version than what was asked for.
struct VersionWords: Equatable {
  /// What is meant, as the words name it.
  var thing: String
  /// The version that it has; nil where the words do not tell.
  var present: String?
  /// The version that is asked for.
  var wanted: String?

  /// What a line says of versions; nil for other words.
  init?(in line: String) {
    let text = line.trimmed
    guard text.utf8.count < 1000 else { return nil }
    for form in Self.forms {
      guard let parts = Self.match(form.marks, in: text) else { continue }
      let words = parts.map { Self.cleaned($0) }
      func part(_ index: Int?) -> String? {
        index.flatMap { words.indices.contains($0) && !words[$0].isEmpty ? words[$0] : nil }
      }
      guard let thing = form.name ?? part(form.thing),
        thing.utf8.count < 60, part(form.wanted)?.contains(where: \.isNumber) ?? true
      else { continue }
      self.thing = thing
      present = part(form.present)
      wanted = part(form.wanted)
      if thing == Self.java {
        present = present.map(Self.javaVersion)
        wanted = wanted.map(Self.javaVersion)
      }
      return
    }
    return nil
  }

  /// A form of such words: the fixed parts in their order, and which of what stands around them is what.
  private struct Form {
    let marks: [String]
    var name: String?
    var thing: Int?
    var present: Int?
    var wanted: Int?
  }

  private static let java = "Java"

  /// The release of Java of a class file version, which counts from 44 on (JVMS 4.1).
  private static func javaVersion(_ version: String) -> String {
    guard let number = Int(version.prefix { $0.isNumber }), number > 44 else { return version }
    return "\(number - 44) (class file version \(version))"
  }

  private static let forms: [Form] = [
    Form(marks: ["note: module requires Go "], name: "Go", wanted: 1),
    Form(marks: ["requires go >= ", " (running go ", ")"], name: "Go", present: 2, wanted: 1),
    Form(
      marks: ["Perl ", " required--this is only ", ", stopped"], name: "Perl", present: 2, wanted: 1
    ),
    Form(
      marks: ["", " version ", " required--this is only version ", " at "],
      thing: 1, present: 3, wanted: 2),
    Form(
      marks: ["CMake ", " or higher is required.  You are running version "], name: "CMake",
      present: 2, wanted: 1),
    Form(
      marks: ["requires rustc ", " or newer, while the currently active rustc version is "],
      name: "rustc", present: 2, wanted: 1),
    Form(
      marks: ["rustc ", " is not supported by the following package"], name: "rustc", present: 1),
    Form(
      marks: [" requires a different Python: ", " not in "], name: "Python", present: 1, wanted: 2),
    Form(
      marks: ["Meson version is ", " but project requires "], name: "Meson", present: 1, wanted: 2),
    Form(
      marks: ["Your Ruby version is ", ", but your Gemfile specified "], name: "Ruby", present: 1,
      wanted: 2),
    Form(
      marks: ["Package '", "' has version '", "', required version is '", "'"], thing: 1,
      present: 2,
      wanted: 3),
    Form(
      marks: ["Requested '", "' but version of ", " is "], thing: 2, present: 3, wanted: 1),
    Form(
      marks: [" requires php ", " but your php version (", ") does not satisfy"], name: "PHP",
      present: 2, wanted: 1),
    Form(
      marks: ["This configuration does not support Terraform version ", ". "], name: "Terraform",
      present: 1),
    Form(
      marks: [
        "compiled by a more recent version of the Java Runtime (class file version ",
        "), this version of the Java Runtime only recognizes class file versions up to ",
      ],
      name: java, present: 2, wanted: 1),
    Form(
      marks: ["error: Autoconf version ", " or higher is required"], name: "Autoconf", wanted: 1),
    Form(marks: ["require Automake ", ", but have "], name: "Automake", present: 2, wanted: 1),
  ]

  /// The parts of a text around these marks in their order; nil where it does not have them.
  private static func match(_ marks: [String], in text: String) -> [Substring]? {
    var parts: [Substring] = []
    var rest = text[...]
    for mark in marks {
      if mark.isEmpty {
        parts.append("")
        continue
      }
      guard let found = rest.firstRange(of: mark) else { return nil }
      parts.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    return parts + [rest]
  }

  /// A version or name without the marks and the sentence around it.
  private static func cleaned(_ part: Substring) -> String {
    var text = String(part).trimmed
    if let end = text.firstRange(of: ". ") { text = String(text[..<end.lowerBound]) }
    let marks: Set<Character> = ["'", "\"", "`", ".", ",", ")"]
    while let last = text.last, marks.contains(last) { text.removeLast() }
    while let first = text.first, marks.contains(first) || first == "(" { text.removeFirst() }
    return String(text.prefix(80))
  }
}
