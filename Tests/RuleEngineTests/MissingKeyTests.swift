import Testing

@testable import RuleEngine

@Suite struct MissingKeyTests {
  @Test(arguments: [
    ("(configfile.c.2593) server.document-root is not set", "server.document-root"),
    ("error: 'port' is required", "port"),
    ("No 'script_location' key found in configuration", "script_location"),
    ("app: missing required option \"data_dir\"", "data_dir"),
  ])
  func findsTheName(line: String, key: String) {
    #expect(MissingKey.find(in: line) == key)
  }

  @Test(arguments: [
    "a password is required", "error: DATABASE_URL is not set", "the file is missing",
    "DISPLAY is not set", "not found, needed by a.o",
  ])
  func passesOver(line: String) {
    #expect(MissingKey.find(in: line) == nil)
  }
}
