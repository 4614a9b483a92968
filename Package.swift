// swift-tools-version:6.2
import PackageDescription

// The settings of every Swift target, declared once.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "whyfail",
  products: [.executable(name: "whyfail", targets: ["whyfail"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    // C that Swift cannot express; no policy.
    .target(name: "CTraceShim", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(name: "CInspectionShim", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),

    .target(
      name: "CElfutils", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
      // As archives, in the order in which they need each other: an installed whyfail needs no
      // libdw, and starts without loading it.
      linkerSettings: [
        .unsafeFlags(
          ["libdw.a", "libelf.a", "liblzma.a", "libbz2.a", "libz.a"].flatMap {
            ["-Xlinker", "-l:\($0)"]
          }),
        // Its demangler; a program with the Swift runtime inside needs it anyway.
        .linkedLibrary("stdc++"),
      ]),

    // The vocabulary, and what is made of it.
    .target(name: "TraceEvents"),
    .target(name: "SystemInspection", dependencies: ["TraceEvents", "CInspectionShim", "Yams"]),
    .target(name: "TraceCapture", dependencies: ["TraceEvents", "CTraceShim"]),
    .target(name: "ElfInspection", dependencies: ["TraceEvents", "CElfutils"]),
    // A log's calls are decoded by the tracer's own table of calls.
    .target(name: "TraceReaders", dependencies: ["TraceEvents", "TraceCapture"]),
    .target(name: "History", dependencies: ["TraceEvents"]),
    .target(
      name: "ConfigOrder",
      dependencies: [
        "TraceEvents", "History",
        .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      plugins: ["EmbedHeuristics"]),
    // The form of a heuristic's file; what the program and the build tool both have to know of it.
    .target(name: "HeuristicSyntax", dependencies: ["Yams"]),
    .target(
      name: "HeuristicCatalog",
      dependencies: [
        "TraceEvents", "HeuristicSyntax", .product(name: "Mustache", package: "swift-mustache"),
      ],
      // A link to the top-level folder: only what is below a target makes SwiftPM plan anew when a
      // file is added or removed.
      exclude: ["Heuristics"],
      plugins: ["EmbedHeuristics"]),
    .target(
      name: "RuleEngine",
      dependencies: ["TraceEvents", "History", "HeuristicCatalog"], exclude: ["weights.yaml"],
      plugins: ["EmbedHeuristics"]),
    .target(name: "RunComparison", dependencies: ["TraceEvents", "History"]),
    .target(
      name: "Reporting",
      dependencies: [
        "TraceEvents", "ElfInspection", "History", "ConfigOrder", "RuleEngine", "HeuristicCatalog",
        "RunComparison",
      ]),
    .target(
      name: "CommandLineInterface",
      dependencies: [
        "TraceEvents", "TraceCapture", "TraceReaders", "SystemInspection", "ElfInspection",
        "History", "ConfigOrder", "HeuristicCatalog", "RuleEngine", "RunComparison", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "whyfail", dependencies: ["CommandLineInterface", "TraceCapture"],
      exclude: ["start-order.txt"],
      // Addresses fixed at link time: 80,000 relocations less at every start.
      linkerSettings: [
        .unsafeFlags(
          ["-Xclang-linker", "-no-pie", "-Xclang-linker", "-static-libgcc"],
          .when(configuration: .release))
      ]),

    // Heuristics/ becomes one string literal of HeuristicCatalog, weights.yaml constants of RuleEngine.
    .executableTarget(name: "embed-heuristics", dependencies: ["HeuristicSyntax"]),
    .plugin(name: "EmbedHeuristics", capability: .buildTool(), dependencies: ["embed-heuristics"]),

    // Streams of events for tests, and a machine of which only what a test says is true.
    .target(
      name: "TraceTestSupport", dependencies: ["TraceEvents", "History"],
      path: "Tests/TraceTestSupport"),
    .testTarget(name: "TraceEventsTests", dependencies: ["TraceEvents"]),
    .testTarget(name: "SystemInspectionTests", dependencies: ["SystemInspection", "TraceEvents"]),
    .testTarget(name: "TraceCaptureTests", dependencies: ["TraceCapture", "TraceEvents"]),
    .testTarget(
      name: "ElfInspectionTests",
      dependencies: ["ElfInspection", "TraceCapture", "TraceEvents", "TraceTestSupport"]),
    .testTarget(name: "TraceReadersTests", dependencies: ["TraceReaders", "TraceEvents"]),
    .testTarget(
      name: "HistoryTests", dependencies: ["History", "TraceEvents", "TraceTestSupport"]),
    .testTarget(
      name: "ConfigOrderTests",
      dependencies: ["ConfigOrder", "History", "TraceEvents", "TraceTestSupport"]),
    .testTarget(
      name: "HeuristicCatalogTests",
      dependencies: ["HeuristicCatalog", "HeuristicSyntax", "TraceEvents"]),
    .testTarget(
      name: "RuleEngineTests",
      dependencies: [
        "RuleEngine", "HeuristicCatalog", "HeuristicSyntax", "History", "TraceEvents",
        "TraceTestSupport",
      ]),
    .testTarget(
      name: "RunComparisonTests",
      dependencies: ["RunComparison", "History", "TraceEvents", "TraceTestSupport"]),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting", "TraceEvents"]),
    // Runs the built program: the cases of Corpus/, replayed and live, and what a target can see.
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "whyfail", "CommandLineInterface", "TraceEvents", "TraceTestSupport", "Yams",
      ]),
  ]
)

for target in package.targets where ![.plugin, .system].contains(target.type) {
  // C targets have no Swift settings.
  if ["CTraceShim", "CInspectionShim"].contains(target.name) { continue }
  target.swiftSettings = settings
}
