import HeuristicCatalog
import HeuristicSyntax
import Testing

@Suite struct MatchingTests {
  /// A test as a heuristic writes it, and whether it holds of `observation`.
  struct Case: CustomTestStringConvertible {
    var key: String
    var values: [String]
    var holds: Bool

    init(_ key: String, _ values: [String], _ holds: Bool) {
      (self.key, self.values, self.holds) = (key, values, holds)
    }

    var testDescription: String { "\(key): \(values) is \(holds)" }
  }

  let observation = SampleObservation(fields: [
    "path": "/etc/nginx/nginx.conf", "count": 3, "fatal": true, "quiet": false, "empty": "",
    "near": ["site.key", "site.pem"], "none": [],
    "holder": ["program": "/usr/bin/gzip", "pid": 812],
    "searched": [["directory": "/lib"], ["directory": "/usr/lib"]],
  ])

  static let cases: [Case] = [
    Case("path", ["/etc/nginx/nginx.conf"], true),
    Case("path", ["/etc/nginx"], false),
    Case("path", ["/ETC/nginx/nginx.conf"], false),
    Case("path", ["x", "/etc/nginx/nginx.conf"], true),
    Case("path|not", ["/etc/nginx/nginx.conf"], false),
    Case("path|in", ["x", "/etc/nginx/nginx.conf"], true),
    Case("path|in", ["x", "y"], false),
    Case("path|contains", ["nginx"], true),
    Case("path|contains", ["apache", "ngin"], true),
    Case("path|contains", ["apache"], false),
    Case("path|contains|not", ["apache"], true),
    Case("path|startswith", ["/etc/"], true),
    Case("path|startswith", ["etc"], false),
    Case("path|endswith", [".conf"], true),
    Case("path|endswith", ["/etc"], false),
    Case("path|re", ["n.inx\\.conf$"], true),
    Case("path|re", ["^nginx"], false),
    Case("path|not|re", ["^nginx"], true),
    Case("path|re", ["("], false),
    Case("path|glob", ["/etc/*/*.conf"], true),
    Case("path|glob", ["/etc/*.conf"], false),
    Case("path|glob", ["/etc/**.conf"], true),
    Case("path|glob", ["**/nginx.[a-d]on?"], true),
    Case("path|glob", ["**/nginx.[!a-d]onf"], false),
    Case("path|glob", ["nginx.conf"], false),
    Case("count", ["3"], true),
    Case("count", ["3.0"], true),
    Case("count", ["4"], false),
    Case("count|in", ["1", "3"], true),
    Case("count|gt", ["2"], true),
    Case("count|gt", ["3"], false),
    Case("count|lt", ["3.5"], true),
    Case("count|lt", ["3"], false),
    Case("count|lt|not", ["3"], true),
    Case("fatal", ["true"], true),
    Case("fatal", ["false"], false),
    Case("quiet", ["false"], true),
    Case("path|exists", ["true"], true),
    Case("path|exists", ["false"], false),
    Case("quiet|exists", ["true"], true),
    Case("empty|exists", ["true"], false),
    Case("none|exists", ["false"], true),
    Case("absent|exists", ["true"], false),
    Case("absent|exists", ["false"], true),
    Case("absent|exists|not", ["true"], true),
    Case("absent", [""], false),
    Case("absent|contains", ["a"], false),
    Case("absent|contains|not", ["a"], true),
    Case("near", ["site.pem"], true),
    Case("near|endswith", [".key"], true),
    Case("near|endswith", [".crt"], false),
    Case("near|endswith|not", [".key"], false),
    Case("holder.program|endswith", ["/gzip"], true),
    Case("holder.pid|gt", ["811"], true),
    Case("holder.user", ["x"], false),
    Case("searched.directory", ["/usr/lib"], true),
    Case("searched.directory", ["/opt"], false),
    Case("user", ["ann"], true),
    Case("count|contains", ["3"], false),
  ]

  @Test(arguments: cases) func modifiers(of expected: Case) throws {
    let key = try TestKey(expected.key)
    let test = FieldTest(
      field: key.field, modifier: key.modifier, isNegated: key.isNegated, values: expected.values)
    #expect(test.holds(of: observation, general: ["user": "ann", "path": "/"]) == expected.holds)
  }

  @Test func patternsSeeNoMoreThanTheLimit() {
    let long = SampleObservation(fields: [
      "path": .text(String(repeating: "a", count: FieldTest.patternTextLimit) + "b")
    ])
    #expect(!FieldTest(field: "path", modifier: .re, values: ["b"]).holds(of: long))
    #expect(!FieldTest(field: "path", modifier: .glob, values: ["**b"]).holds(of: long))
    #expect(FieldTest(field: "path", modifier: .endswith, values: ["b"]).holds(of: long))
  }

  @Test func globsOfManyStarsEnd() {
    let text = String(repeating: "a", count: 4000)
    let pattern = String(repeating: "a*", count: 40) + "b"
    let observation = SampleObservation(fields: ["path": .text(text)])
    #expect(!FieldTest(field: "path", modifier: .glob, values: [pattern]).holds(of: observation))
  }

  @Test(arguments: [
    ("a|b|c", "unknown modifier 'b'"), ("a|gt|lt", "two modifiers, 'gt' and 'lt'"),
    ("|gt", "names no field"), ("a..b", "names no field"), ("a|", "unknown modifier ''"),
  ]) func malformedKeys(_ key: String, _ message: String) {
    let error = #expect(throws: TestKeyError.self) { try TestKey(key) }
    #expect(error?.message.contains(message) == true)
  }
}

@Suite struct CatalogTests {
  private func sample(_ id: String, when: String = "", unless: String = "") throws -> Heuristic {
    try #require(
      heuristic(
        """
        id: \(id)
        maturity: stable
        summary: S
        when:
          observation: file-missing
        \(when)
        \(unless)
        confidence: 0.5
        explain: {title: T, because: B}
        """))
  }

  @Test func moreTestsComeFirstThenIds() throws {
    let catalog = HeuristicCatalog([
      try sample("a/general"), try sample("b/general"),
      try sample("z/special", when: "  count|gt: 1\n  path|exists: true"),
      try sample("y/other", when: "  count|gt: 5"),
    ])
    let observation = SampleObservation(fields: ["path": "/a", "count": 2])
    #expect(catalog.matches(observation).map(\.id) == ["z/special", "a/general", "b/general"])
    #expect(catalog.matches(SampleObservation(kind: "quiet", fields: [:])).isEmpty)
    let anyObservation: any Observation = observation
    #expect(catalog.matches(anyObservation).count == 3)
  }

  @Test func testsInOneBlockOfUnlessGoTogether() throws {
    let catalog = HeuristicCatalog([
      try sample("a/one", unless: "unless:\n  count: 2\n  fatal: true")
    ])
    #expect(catalog.matches(SampleObservation(fields: ["count": 2, "fatal": false])).count == 1)
    #expect(catalog.matches(SampleObservation(fields: ["count": 2, "fatal": true])).isEmpty)
  }

  @Test func anyBlockOfUnlessExcludes() throws {
    let catalog = HeuristicCatalog([
      try sample("a/two", unless: "unless:\n  - count: 2\n  - fatal: true")
    ])
    #expect(catalog.matches(SampleObservation(fields: ["count": 1, "fatal": false])).count == 1)
    #expect(catalog.matches(SampleObservation(fields: ["count": 2, "fatal": false])).isEmpty)
    #expect(catalog.matches(SampleObservation(fields: ["count": 1, "fatal": true])).isEmpty)
  }

  @Test func generalFieldsAreTested() throws {
    let catalog = HeuristicCatalog([try sample("a/b", when: "  program: /bin/sh")])
    #expect(catalog.matches(SampleObservation(), general: ["program": "/bin/sh"]).count == 1)
    #expect(catalog.matches(SampleObservation()).isEmpty)
  }

  @Test func defaults() throws {
    let plain = try sample("a/b")
    #expect(plain.role == .cause)
    #expect(plain.lowers == nil)
    #expect(plain.subject.source == "{{subject}}")
  }

  @Test func aBenignHeuristicNeedsNoExplanation() throws {
    let benign = try #require(
      heuristic(
        """
        id: benign/probe
        maturity: stable
        summary: The loader looks for this file and does without.
        when: {observation: file-missing, path: /etc/ld.so.preload}
        confidence: 1
        role: benign
        lowers: 0.9
        """))
    #expect(benign.role == .benign)
    #expect(benign.lowers == 0.9)
    let shown = benign.rendered(with: ["subject": "/etc/ld.so.preload"])
    #expect(shown.title == "The loader looks for this file and does without.")
    #expect(shown.because.isEmpty)
    #expect(shown.subject == "/etc/ld.so.preload")
  }

  @Test func listingAndExplanation() throws {
    let catalog = HeuristicCatalog([
      try #require(heuristic(soundHeuristic)),
      try sample("a/b", unless: "unless:\n  count|gt|not: 2"),
    ])
    #expect(catalog.listing.map(\.id) == ["a/b", "files/missing"])
    #expect(catalog.listing[1].summary == "A file is missing.")
    #expect(catalog.explanation(of: "no/such") == nil)
    let text = try #require(catalog.explanation(of: "files/missing"))
    for part in [
      "path ends with \".conf\"", "{{program}} needs {{path}}", "It is not there.",
      "touch {{path}}  (safe)", "Confidence before ranking: 0.9", "Maturity: stable",
    ] { #expect(text.contains(part), "\(part)") }
    let other = try #require(catalog.explanation(of: "a/b"))
    #expect(other.contains("but not where\n  count is not greater than \"2\""))
  }

  @Test func theEmbeddedOnesAreThere() {
    let catalog = HeuristicCatalog.embedded
    #expect(catalog.loadingProblems.isEmpty)
    #expect(!catalog.heuristics.isEmpty)
    for heuristic in catalog.heuristics {
      #expect(heuristic.file == "Heuristics/\(heuristic.id).yaml")
      #expect(heuristic.isBuiltIn)
    }
  }
}
