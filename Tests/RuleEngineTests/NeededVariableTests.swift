import Testing

@testable import RuleEngine

@Suite("Variables that a line of source cannot do without")
struct NeededVariableTests {
  @Test(
    "The one that it needs",
    arguments: [
      (#"puts ENV.fetch("SECRET_KEY")"#, "SECRET_KEY"),
      (#"let t = std::env::var("API_TOKEN").expect("no token");"#, "API_TOKEN"),
      ("const u = new URL(process.env.DATABASE_URL)", "DATABASE_URL"),
      ("url = os.environ['DATABASE_URL']", "DATABASE_URL"),
      (#": "${AWS_REGION:?must be set}""#, "AWS_REGION"), ("cd ${ROOT?}/x", "ROOT"),
    ])
  func needed(line: String, name: String) {
    #expect(ShellWords.neededVariable(in: line) == name)
  }

  @Test(
    "What it has another value for, or what only looks so",
    arguments: [
      #"puts ENV.fetch("SECRET_KEY", "none")"#,
      "const u = new URL(process.env.DATABASE_URL || 'http://localhost')",
      #"let t = std::env::var("T").unwrap_or("x".into());"#,
      #"a = ENV.fetch("A") + ENV.fetch('B')"#, #"ENV.fetch(""#, "new URL(process.env.)", "",
      "echo ${X:-?}", "echo ${A:?} ${B:?}", "echo ${#X}",
    ])
  func notNeeded(line: String) { #expect(ShellWords.neededVariable(in: line) == nil) }
}
