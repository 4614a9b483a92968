internal import TraceEvents

/// Words about certificates and who trusts them.
enum TrustWords {
  private static let words = ["certificate", "ssl", "tls", "x509", "self-signed", "self signed"]
  private static let marks = ["cert", "ssl", ".pem", ".crt", "ca-bundle", "cacert", "/pki/"]

  /// True if a line is about certificates.
  static func speak(of line: String) -> Bool {
    let text = line.lowercased()
    return words.contains { text.contains($0) }
  }

  /// True for a path that looks like a store of certificates.
  static func isStore(_ path: String) -> Bool {
    let text = path.lowercased()
    return !text.hasSuffix(".cnf") && !text.contains(".so") && !text.hasSuffix(".py")
      && !text.hasSuffix(".pyc") && marks.contains { text.contains($0) }
  }
}
