internal import History
internal import TraceEvents

extension Observer {
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
