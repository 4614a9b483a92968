import Testing

@testable import RuleEngine

@Suite("Stacks of the Java virtual machine")
struct JavaFramesTests {
  @Test("The innermost frame that is the program's own")
  func own() {
    let lines = [
      "Exception in thread \"main\" java.lang.NumberFormatException: For input string: \"x\"",
      "\tat java.base/java.lang.Integer.parseInt(Integer.java:652)", "\tat Shop.price(Shop.java:9)",
      "\tat Shop.main(Shop.java:3)",
    ]
    #expect(JavaFrames.own(in: lines) == "Shop.price (Shop.java line 9)")
  }

  @Test("The exception that caused the others comes first")
  func cause() {
    let lines = [
      "java.lang.IllegalStateException: no shop", "\tat Shop.main(Shop.java:3)",
      "Caused by: java.lang.NullPointerException", "\tat app//com.example.Till.open(Till.java:20)",
      "\t... 1 more",
    ]
    #expect(JavaFrames.own(in: lines) == "com.example.Till.open (Till.java line 20)")
  }

  @Test(
    "What is none",
    arguments: [
      "    at open (/srv/app.js:3:7)", "    at native", "look at Shop (at home: 3)",
      "\tat Shop.main(Native Method)",
      "\tat java.util.Map.get(Map.java:1)", "",
    ])
  func none(line: String) { #expect(JavaFrames.own(in: [line]) == nil) }
}
