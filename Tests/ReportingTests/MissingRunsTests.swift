import Testing

@testable import Reporting

/// Of many missing files of one directory a few are shown.
@Suite struct MissingRunsTests {
  private func entries(
    _ count: Int, _ status: Report.Configuration.Entry.Status = .missing
  ) -> [Report.Configuration.Entry] {
    (1...count).map { .init(order: $0, path: "/etc/app/services/\($0).conf", status: status) }
  }

  @Test func aLongRunIsShortened() {
    let other = Report.Configuration.Entry(order: 1, path: "/etc/app.conf", status: .missing)
    let hidden = MissingRuns.hidden(in: [other] + entries(20) + [other])
    #expect(hidden.keys.sorted() == Array(5...20))
    #expect(hidden[5]??.contains("16 more in /etc/app/services/") == true)
    #expect(hidden[6] == .some(nil))
  }

  @Test func whatIsThereOrIsFewIsShown() {
    #expect(MissingRuns.hidden(in: entries(11)).isEmpty)
    #expect(MissingRuns.hidden(in: entries(20, .read)).isEmpty)
    #expect(MissingRuns.hidden(in: []).isEmpty)
  }
}
