import Foundation
import Glibc
import Testing
import Yams

/// One case of Corpus/: a program to run, and what a diagnosis of it must say.
///
/// The keys are described in Corpus/README.md.
struct CorpusCase: Sendable, CustomTestStringConvertible {
  /// The path below Corpus/, such as `missing-file/dangling-link`.
  let id: String
  /// The directory that holds `case.yaml`, the recording and the golden report.
  let directory: URL
  let description: Description

  var testDescription: String { id }

  /// The scratch directory, the same for every run of the case, since reports name it.
  ///
  /// Its name says nothing of the case: an expectation must not be met by its own scratch path.
  var scratchDirectory: String { Self.scratchBase + "/" + scratchName }

  private var scratchName: String {
    // FNV-1a in letters: no name can look like a word of a diagnosis.
    var hash: UInt32 = 2_166_136_261
    for byte in id.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let letters = Array("bcdfghjkmpqrtvwx")
    return String((0..<8).map { letters[Int(hash >> (UInt32($0) * 4)) & 15] })
  }

  /// The parent of all scratch directories; a file system of each case's own where root runs.
  static let scratchBase = Host.isRoot ? "/tmp/whyfail-corpus" : "/tmp/whyfail-corpus-\(getuid())"

  /// The contents of `case.yaml`.
  struct Description: Decodable, Sendable {
    var summary: String
    var packages: [String]?
    var needs: [String]?
    var user: User?
    var requires: [Requirement]?
    var setup: String?
    var env: [String: String]?
    var cwd: String?
    var background: [Background]?
    var run: Command
    var timeout: Int?
    var arguments: [String]?
    var volatile: [String]?
    var expect: Expectation
    var note: String?
    /// What of the expectation is not met yet; goes when it is.
    var pending: String?
  }

  /// Who runs the program; `ordinary` is a user without privileges.
  enum User: String, Decodable, Sendable { case root, ordinary }

  /// What a case takes of the machine beside its packages.
  enum Requirement: String, Decodable, Sendable { case root, mount }

  /// A process that runs beside the case's program, and a command that succeeds once it is ready.
  struct Background: Decodable, Sendable {
    var run: String
    var ready: String?
  }

  /// An argument list, or a line for a shell.
  enum Command: Decodable, Sendable {
    case arguments([String])
    case sh(String)
    case bash(String)

    private enum CodingKeys: String, CodingKey { case sh, bash }

    init(from decoder: any Decoder) throws {
      if let list = try? decoder.singleValueContainer().decode([String].self) {
        self = .arguments(list)
        return
      }
      let container = try decoder.container(keyedBy: CodingKeys.self)
      if let line = try container.decodeIfPresent(String.self, forKey: .sh) {
        self = .sh(line)
      } else {
        self = .bash(try container.decode(String.self, forKey: .bash))
      }
    }

    /// The words that are executed, with `$W` still in them.
    var words: [String] {
      switch self {
      case .arguments(let list): list
      case .sh(let line): ["/bin/sh", "-c", line]
      case .bash(let line): ["/bin/bash", "-c", line]
      }
    }
  }
}

extension CorpusCase {
  /// Corpus/ of this clone.
  static let root = Host.repository.appendingPathComponent("Corpus")

  /// All cases, by id; a case that cannot be decoded ends the test run, with file and reason.
  static let all: [CorpusCase] = {
    var cases: [CorpusCase] = []
    for area in entries(of: root) {
      for directory in entries(of: area) {
        let file = directory.appendingPathComponent("case.yaml")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
        do {
          cases.append(
            CorpusCase(
              id: area.lastPathComponent + "/" + directory.lastPathComponent,
              directory: directory,
              description: try YAMLDecoder().decode(Description.self, from: text)))
        } catch {
          fatalError("\(file.path): \(error)")
        }
      }
    }
    // WHYFAIL_CASE picks cases by a part of their id, while one is being written.
    guard let part = ProcessInfo.processInfo.environment["WHYFAIL_CASE"] else { return cases }
    return cases.filter { $0.id.contains(part) }
  }()

  private static func entries(of directory: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.sorted().map { directory.appendingPathComponent($0) }
  }

  /// Why this machine cannot run the case, or nil.
  var obstacle: String? {
    for requirement in description.requires ?? [] {
      switch requirement {
      case .root where !Host.isRoot: return "needs root"
      case .mount where !Host.canIsolate: return "needs to mount a file system"
      default: break
      }
    }
    if description.user == .root && !Host.isRoot { return "needs root" }
    if description.user == .ordinary && Host.isRoot && Host.ordinaryUser == nil {
      return "needs a user without privileges"
    }
    let packages = (description.packages ?? []).filter { !Host.isInstalled(package: $0) }
    if !packages.isEmpty { return "needs " + packages.joined(separator: ", ") }
    let programs = (description.needs ?? []).filter { Host.path(of: $0) == nil }
    if !programs.isEmpty { return "needs " + programs.joined(separator: ", ") }
    return nil
  }
}
