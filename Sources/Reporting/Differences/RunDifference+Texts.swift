internal import TraceEvents

extension RunDifference {
  /// With every text that may come from a target replaced; argument vectors are handed over whole.
  func mappingTexts(
    _ text: (String, Report.TextPlace) -> String, command: ([String]) -> [String]
  ) -> RunDifference {
    var result = self
    result.good = good.mappingTexts(text, command)
    result.bad = bad.mappingTexts(text, command)
    result.summary = text(summary, .line)
    result.cause = cause?.mappingTexts(text)
    result.notes = notes.map { text($0, .line) }
    result.differences = differences.map { item in
      var item = item
      item.subject = text(item.subject, .line)
      item.sentence = text(item.sentence, .line)
      item.there = item.there.map { text($0, .line) }
      item.here = item.here.map { text($0, .line) }
      item.program = item.program.map { text($0, .line) }
      return item
    }
    return result
  }
}

extension RunDifference.Side {
  fileprivate func mappingTexts(
    _ text: (String, Report.TextPlace) -> String, _ command: ([String]) -> [String]
  ) -> Self {
    var side = self
    side.name = text(name, .line)
    side.command = command(self.command)
    side.summary = text(summary, .line)
    side.user = user.map { text($0, .line) }
    side.cwd = cwd.map { text($0, .line) }
    return side
  }
}
