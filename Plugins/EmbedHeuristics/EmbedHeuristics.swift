import Foundation
import PackagePlugin

/// Makes one Swift file with a string literal out of the files in Heuristics/.
@main
struct EmbedHeuristics: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let directory = context.package.directoryURL.appending(path: "Heuristics")
    let files = heuristics(in: directory)
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedHeuristics.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(files.count) heuristics",
        executable: try context.tool(named: "embed-heuristics").url,
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
