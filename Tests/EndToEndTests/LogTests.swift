import Foundation
import Testing
import Yams

/// The logs of Tests/Logs/: each is diagnosed as its case says.
@Suite struct LogTests {
  /// A log, with what a diagnosis of it must say.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var log: String
    var kind: String?
    var arguments: [String]?
    var expect: Expectation

    var testDescription: String { log }
  }

  static let directory = Host.repository.appendingPathComponent("Tests/Logs")

  static let cases: [Case] = {
    let file = directory.appendingPathComponent("cases.yaml")
    do {
      return try YAMLDecoder().decode(
        [Case].self, from: String(contentsOf: file, encoding: .utf8))
    } catch {
      fatalError("\(file.path): \(error)")
    }
  }()

  @Test(arguments: cases)
  func isDiagnosed(_ log: Case) async throws {
    let path = Self.directory.appendingPathComponent(log.log).path
    let result = try await ChildProcess.run(
      [Host.whyfail, "--format", "json"] + (log.arguments ?? []) + ["--read", path])
    try #require(result.status == 0, "\(result.errorText)")
    #expect(result.errorText.contains("\"kind\" : \"\(log.kind ?? "strace-log")\""))
    let report = try JSONDecoder().decode(JSONReport.self, from: result.error)
    for violation in log.expect.violations(in: report, scratch: "/nowhere") {
      Issue.record("\(log.log): \(violation)")
    }
  }

  @Test func everyLogHasACase() throws {
    let known = Set(Self.cases.map(\.log))
    for form in ["strace", "kdump"] {
      let folder = Self.directory.appendingPathComponent(form).path
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        #expect(known.contains("\(form)/\(name)"))
      }
    }
  }

  @Test func aRecordingIsReadAsAReplay() async throws {
    let recorded = try #require(ReplayedCorpusTests.recorded.first)
    let path = recorded.recordingFile.path
    let read = try await ChildProcess.run([Host.whyfail, "--read", path])
    let replayed = try await ChildProcess.run([Host.whyfail, "--replay", path])
    #expect(read.errorText == replayed.errorText)
  }

  @Test(arguments: ["gzip", "xz", "zstd", "bzip2"], ["file", "standard input"])
  func aCompressedLogIsUnpacked(_ tool: String, _ way: String) async throws {
    if Host.path(of: tool) == nil { try skip("compressed logs", "needs \(tool)") }
    let directory = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let log = Self.directory.appendingPathComponent("strace/5.10-mailed.log").path
    let packed = directory + "/packed"
    let read = way == "file" ? "--read \(packed)" : "--read - < \(packed)"
    let result = try await ChildProcess.run([
      "/bin/sh", "-c", "\(tool) -c < \(log) > \(packed) && \(Host.whyfail) \(read)",
    ])
    #expect(result.status == 0)
    #expect(result.errorText.contains("/opt/importer/lib/plugins.conf"), "\(result.errorText)")
    // Cut off, it is said to be.
    let cut = try await ChildProcess.run([
      "/bin/sh", "-c",
      "head -c 150 \(packed) > \(packed).cut; \(Host.whyfail) --read \(packed).cut",
    ])
    #expect(cut.status == 125)
    #expect(cut.errorText.split(separator: "\n").count == 1, "\(cut.errorText)")
  }

  @Test func theSummaryOfCountsIsRefusedInOneLine() async throws {
    let directory = try Host.makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let file = directory + "/counts"
    try "% time     seconds  usecs/call     calls    errors syscall\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let result = try await ChildProcess.run([Host.whyfail, "--read", file])
    #expect(result.status == 125)
    #expect(result.errorText.contains("strace -c"))
    #expect(result.errorText.split(separator: "\n").count == 1)
  }
}
