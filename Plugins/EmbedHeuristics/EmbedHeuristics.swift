import Foundation
import PackagePlugin

/// Makes one Swift file with a string literal out of the files in Heuristics/: of the heuristics, or,
/// for `ConfigOrder`, of the lists in configuration.conf; and for `RuleEngine` one with constants out
/// of Sources/RuleEngine/weights.yaml.
@main
struct EmbedHeuristics: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let tool = try context.tool(named: "embed-heuristics").url
    if target.name == "RuleEngine" {
      let weights = context.package.directoryURL.appending(path: "Sources/RuleEngine/weights.yaml")
      let output = context.pluginWorkDirectoryURL.appending(path: "RankingWeights.swift")
      return [
        .buildCommand(
          displayName: "Embedding the weights", executable: tool,
          arguments: ["--weights", output.path, weights.path], inputFiles: [weights],
          outputFiles: [output])
      ]
    }
    let directory = context.package.directoryURL.appending(path: "Heuristics")
    if target.name == "ConfigOrder" {
      let lists = directory.appending(path: "configuration.conf")
      let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedSigns.swift")
      return [
        .buildCommand(
          displayName: "Embedding the signs of configuration",
          executable: tool,
          arguments: ["--lists", output.path, lists.path], inputFiles: [lists],
          outputFiles: [output])
      ]
    }
    let files = heuristics(in: directory)
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedHeuristics.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(files.count) heuristics",
        executable: tool,
        // The names are arguments, so that a file that is added or removed changes the command.
        arguments: [output.path, directory.path] + files.map(\.path),
        inputFiles: files,
        outputFiles: [output])
    ]
  }

  private func heuristics(in directory: URL) -> [URL] {
    let found = FileManager.default.enumerator(
      at: directory, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
    return (found?.compactMap { $0 as? URL } ?? [])
      .filter { $0.pathExtension == "yaml" }
      .sorted { $0.path < $1.path }
  }
}
