internal import History
internal import TraceEvents

// What runners of tests report.
extension Observer {
  /// What was wrong with the first test that failed, and where it says so.
  func describe(_ report: TestReport, _ process: ProcessRecord, in seen: inout LastWords) {
    seen.line = report.message
    seen.test = report.test
    seen.lineNumber = report.lineNumber
    // TeX names no file: it is what was given to it.
    seen.file =
      report.file.map { PathName.absolute($0, from: process.workingDirectory) }
      ?? (report.lineNumber == nil ? nil : lastFile(of: process))
  }
}
