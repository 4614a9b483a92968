import PackagePlugin

/// Makes one Swift file with a string literal out of the files in Heuristics/.
@main
struct EmbedHeuristics: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    []
  }
}
