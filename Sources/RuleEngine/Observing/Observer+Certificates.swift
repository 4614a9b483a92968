internal import History
internal import TraceEvents

extension Observer {
  /// Tells a private key from its certificate, where words name both: by what the files are, whichever is named first.
  func describePair(_ line: String, _ process: ProcessRecord, in seen: inout LastWords) {
    seen.tools.certificate = certificate(besideKey: seen.file, process)
    guard let file = seen.file, line.lowercased().contains("private key"),
      !inquiry.lines(mentioning: ["-----BEGIN CERTIFICATE-----"], in: [file]).isEmpty,
      let key = Mentions.tokens(of: line).sorted().first(where: { token in
        token.hasPrefix("/") && token != file
          && !inquiry.lines(mentioning: ["PRIVATE KEY-----"], in: [token]).isEmpty
      })
    else { return }
    seen.tools.certificate = file
    seen.file = key
    seen.lineNumber = nil
  }

  /// The file of a certificate that was read last before a private key, in whose place or beside which it is
  /// configured; nil where the file is none.
  func certificate(besideKey file: String?, _ process: ProcessRecord) -> String? {
    guard let file, PathName.base(of: file).lowercased().contains("key") else { return nil }
    let before = process.recentFiles.prefix { $0 != file }
    return (before + process.recentFiles.drop { $0 != file }.dropFirst()).last { other in
      other != file && !PathName.base(of: other).lowercased().contains("key")
        && !other.hasPrefix("/etc/ssl/") && !other.hasPrefix("/usr/")
        && [".crt", ".cer", ".pem", ".cert"].contains { other.hasSuffix($0) }
    }
  }
}
