import HeuristicCatalog

/// The dynamic loader complained of a library that is there.
struct LoaderComplaint: ObservationKind {
  var line = ""
  var trouble = ""
  var file: String?
  var content: String?
  var symbol: String?
  var version: String?
  var neededBy: String?
  var versions: [String] = []
  var newestVersion: String?
  var suspects: [String] = []
  var bestSuspect: String?
  var definers: [String] = []
  var hidden: [String] = []
  var libraryPath: String?

  static let name = "loader-complaint"
  static let summary =
    "The dynamic loader complained of a library that is there: it is none, or lacks a symbol."
  static let fields: [ObservationField<Self>] = [
    .init("line", \.line, "The words."),
    .init("trouble", \.trouble, "rejected, symbol, version."),
    .init("file", \.file, "The library that is rejected, or that lacks the version; a path."),
    .init("content", \.content, "What is in a file that is rejected, in words."),
    .init("symbol", \.symbol, "The symbol that is missing, as a person would write it."),
    .init("version", \.version, "The version that is missing."),
    .init("needed_by", \.neededBy, "The program or library that needs the symbol or version."),
    .init("versions", \.versions, "The last versions of the same kind that the library has."),
    .init("newest_version", \.newestVersion, "The last of them."),
    .init(
      "suspects", \.suspects,
      "Libraries that were loaded from outside of the system's directories: one of them should have the symbol."
    ),
    .init("best_suspect", \.bestSuspect, "The first of them."),
    .init("definers", \.definers, "Files that do have the symbol, among those found nearby."),
    .init(
      "hidden", \.hidden,
      "Libraries of the system that those loaded instead of them hide."),
    .init("library_path", \.libraryPath, "The value of LD_LIBRARY_PATH."),
  ]
}
