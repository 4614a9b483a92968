/// The version of this build, as CHANGELOG.md counts.
enum ToolVersion {
  static let text = "0.1.0"
}
