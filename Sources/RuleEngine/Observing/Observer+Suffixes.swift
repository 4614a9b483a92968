internal import History
internal import TraceEvents

// What a file is for, by the end of its name.
extension Observer {
  /// True for a file of source.
  static func isSourceFile(_ path: String) -> Bool {
    suffix(of: path).map(sources.contains) ?? false
  }

  /// True for a file of configuration or data.
  static func isDataFile(_ path: String) -> Bool { suffix(of: path).map(data.contains) ?? false }

  /// True for a file of a program's own affairs, of which its words are not: what git keeps of a repository, and
  /// the settings of a user for all its runs.
  func isOfThePrograms(_ file: String, _ process: ProcessRecord) -> Bool {
    let home = process.environmentValue("HOME").map(String.init) ?? "/root"
    return file.contains("/.git/") || file.hasPrefix("/usr/etc/")
      || PathName.directory(of: file) == home && PathName.base(of: file).hasPrefix(".")
  }

  private static func suffix(of path: String) -> String? {
    let name = PathName.base(of: path)
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
    return String(name[name.index(after: dot)...])
  }

  private static let sources: Set<String> = [
    "py", "pyc", "rb", "pl", "pm", "js", "mjs", "cjs", "lua", "php", "class", "sh", "o", "h", "c",
    "cc", "cpp", "go", "rs", "java",
  ]
  private static let data: Set<String> = [
    "conf", "cfg", "cnf", "ini", "json", "yaml", "yml", "toml", "xml", "env", "properties", "txt",
    "csv", "tsv", "dat", "db", "sql", "key", "pem", "crt", "log",
  ]
}
