import Foundation
import Testing
import Yams

/// What whyconf finds, compared with what the manuals of real programs say, and with what the
/// programs themselves say where they have a command for it (`nginx -T`).
///
/// The cases and their keys are in Tests/Configuration; Tests/Configuration/README.md describes them.
@Suite struct ConfigurationTruthLiveTests {
  /// One program, what it is started with, and the truth.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var packages: [String]
    var source: String
    var user: String?
    var setup: String?
    var env: [String: String]?
    var cwd: String?
    var stdin: String?
    /// What is typed, for a program that wants a terminal; its standard input is one then.
    var keys: String?
    var run: [String]
    var dump: String?
    var entries: [String]
    var also: [String]?

    var testDescription: String { name }
  }

  private struct Report: Decodable {
    struct Entry: Decodable {
      var path: String
      var status: String
      var scope: String
      var realPath: String?

      private enum CodingKeys: String, CodingKey {
        case path, status, scope
        case realPath = "real_path"
      }
    }
    struct Configuration: Decodable { var entries: [Entry] }
    var config: Configuration
  }

  static let cases: [Case] = {
    let directory = Host.repository.appendingPathComponent("Tests/Configuration").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().flatMap { name -> [Case] in
      do {
        let text = try String(contentsOfFile: directory + "/" + name, encoding: .utf8)
        return try YAMLDecoder().decode([Case].self, from: text)
      } catch {
        Issue.record("\(name): \(error)")
        return []
      }
    }
  }()

  /// Most of a daemon's time is the wait until it has settled: a few can be waited for at once.
  private static let gate = Gate(width: 4)

  @Test func thereAreCases() { #expect(Self.cases.count >= 60) }

  @Test(arguments: cases)
  func truth(_ truth: Case) async throws {
    if let obstacle = Host.tracingObstacle { try skip(truth.name, obstacle) }
    guard Host.canIsolate else { try skip(truth.name, "needs root, for mounts of its own") }
    for package in truth.packages where !Host.isInstalled(package: package) {
      try skip(truth.name, "needs the package \(package)")
    }
    guard truth.user == nil || Host.ordinaryUserRunsWhyfail else {
      try skip(truth.name, "the ordinary user cannot run the program from here")
    }
    try await Self.gate.pass {
      let results = try Host.makeTemporaryDirectory()
      defer { try? FileManager.default.removeItem(atPath: results) }
      try script(truth, results).write(
        toFile: results + "/case.sh", atomically: true, encoding: .utf8)
      let run = try await ChildProcess.run(
        Host.unshare + ["/bin/bash", results + "/case.sh"], limit: 120)
      func text(_ name: String) -> String {
        String(
          decoding: FileManager.default.contents(atPath: results + "/" + name) ?? Data(),
          as: UTF8.self)
      }
      let trouble = run.errorText + text("setup.log").suffix(500) + text("stderr").suffix(500)
      let report = try #require(
        try? JSONDecoder().decode(Report.self, from: Data(text("report.json").utf8)),
        "\(truth.name): \(trouble)")
      try compare(truth, report.config.entries.filter { $0.scope == "program" })
      #expect(text("left") == "", "\(truth.name) is left behind")
      if truth.dump != nil {
        let lines = text("dump").split(whereSeparator: \.isNewline).map(String.init)
        compareDump(truth, report.config.entries, Set(lines))
      }
    }
  }

  private func compare(_ truth: Case, _ entries: [Report.Entry]) throws {
    let found = entries.map { "\($0.status) \($0.path)" }
    let wanted = truth.entries.map(expanded)
    let also = try (truth.also ?? []).map { try Regex(expanded($0)) }
    let rest = entries.indices.filter { index in
      !also.contains { entries[index].path.firstMatch(of: $0) != nil }
        || wanted.contains(found[index])
    }
    #expect(rest.map { found[$0] } == wanted, "\(truth.name): \(truth.source)")
  }

  /// What the program says that it reads is what whyconf says that it reads.
  private func compareDump(_ truth: Case, _ entries: [Report.Entry], _ dumped: Set<String>) {
    let read = entries.filter { $0.status == "read" }
    let names = Set(read.map(\.path)).union(read.compactMap(\.realPath))
    #expect(!dumped.isEmpty && dumped.isSubset(of: names), "\(truth.name): \(dumped) of \(names)")
    let wanted = truth.entries.map(expanded).filter { $0.hasPrefix("read ") }
      .map { String($0.dropFirst(5)) }
    for path in wanted {
      let real = read.first { $0.path == path }?.realPath
      #expect(dumped.contains(path) || real.map(dumped.contains) == true, "\(truth.name): \(path)")
    }
  }

  private static let work = "/srv/app"
  private static let home = "/home/ann"

  private func expanded(_ text: String) -> String {
    text.replacing("$W", with: Self.work).replacing("$H", with: Self.home)
  }

  private func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }

  /// The script that makes the case's own file systems, prepares, and runs whyconf.
  private func script(_ truth: Case, _ results: String) -> String {
    let isOrdinary = truth.user != nil
    let user = isOrdinary ? Host.ordinaryUser ?? "root" : "root"
    let prefix = (isOrdinary ? Host.asOrdinaryUser : []).map(quoted).joined(separator: " ")
    var environment = Host.environment
    environment["HOME"] = Self.home
    environment["TERM"] = truth.keys == nil ? "dumb" : "xterm"
    environment["SHELL"] = "/bin/bash"
    environment["USER"] = user
    environment["LOGNAME"] = user
    for (name, value) in truth.env ?? [:] { environment[name] = expanded(value) }
    let variables = environment.sorted { $0.key < $1.key }
      .map { quoted("\($0.key)=\($0.value)") }.joined(separator: " ")
    let command = truth.run.map { quoted(expanded($0)) }.joined(separator: " ")
    let whyconf =
      "\(results)/mnt/whyconf --timeout 60 --format json -o \(results)/report.json -- \(command)"
    let run =
      truth.keys.map { keys in
        "{ sleep 2; printf '%b' \(quoted(keys)); sleep 1; } | script -qec \(quoted(whyconf)) /dev/null"
      } ?? "\(whyconf) < \(results)/stdin"
    let places = "W=\(Self.work) H=\(Self.home)"
    let start = "env -i \(variables) \(prefix) bash -c"
    let dump =
      truth.dump.map { line in
        "env -i \(variables) \(places) \(prefix) bash -c \(quoted(line)) > \(results)/dump || true"
      } ?? ""
    return """
      set -eu
      umask 022
      mkdir \(results)/mnt
      mount -t tmpfs -o mode=755 tmpfs \(results)/mnt
      for name in etc var home; do
        mkdir \(results)/mnt/$name \(results)/mnt/$name.work
        mount -t overlay overlay -o \
      lowerdir=/$name,upperdir=\(results)/mnt/$name,workdir=\(results)/mnt/$name.work /$name
      done
      touch \(results)/mnt/whyconf
      mount --bind \(quoted(Host.whyfail)) \(results)/mnt/whyconf
      mount -t tmpfs -o mode=755 tmpfs /srv
      mount -t tmpfs -o mode=755 tmpfs /run
      mkdir -m 1777 /run/lock
      ip link set lo up
      mkdir -p \(Self.work) \(Self.home)
      sed -i 's,^\\(\(user):.*\\):[^:]*:\\([^:]*\\)$,\\1:\(Self.home):\\2,' /etc/passwd
      printf %s \(quoted(expanded(truth.stdin ?? ""))) > \(results)/stdin
      touch \(results)/report.json
      chmod 666 \(results)/report.json
      cd \(Self.work)
      env -i \(variables) \(places) U=\(user) bash -euc \(quoted(truth.setup ?? ":")) \
        > \(results)/setup.log 2>&1
      chown -R \(user) \(Self.work) \(Self.home)
      cd \(quoted(expanded(truth.cwd ?? Self.work)))
      \(start) \(quoted(run)) > \(results)/stdout 2> \(results)/stderr || true
      for status in /proc/[0-9]*/status; do
        [ $status != /proc/1/status ] && mapfile -t lines < $status &&
          [[ ${lines[*]} != *State:?Z* ]] && echo "${lines[*]:0:3}"
      done > \(results)/left 2> /dev/null || true
      \(dump)
      """
  }
}
