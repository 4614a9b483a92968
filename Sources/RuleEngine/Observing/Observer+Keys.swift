internal import History
internal import TraceEvents

/// Words about certificates and keys that could not be read.
enum KeyWords {
  private static let rejections = [
    "could not read", "unable to load", "unable to read", "cannot load", "failed to load",
    "no start line", "not a pem", "not pem", "pem format", "error in libcrypto", "invalid format",
  ]

  /// True for a line by which programs say that a file holds none.
  static func reject(_ line: String) -> Bool {
    let text = line.lowercased()
    return rejections.contains(where: text.contains)
  }
}

extension Observer {
  /// The certificate that was read last, by its suffix, for words on a key: a .pem can be either.
  func certificateFile(of process: ProcessRecord, in seen: LastWords) -> String? {
    guard seen.line.lowercased().contains("key") else { return nil }
    return process.recentFiles.last { file in
      file != seen.file && !file.hasPrefix("/etc/ssl/certs/") && !file.hasPrefix("/usr/")
        && [".crt", ".cer"].contains { file.hasSuffix($0) }
    }
  }

  /// What a file of keys or certificates (RFC 7468) holds in place of what words ask of it.
  func describeKeyFile(_ words: [String], in seen: inout LastWords) {
    let asked = words.map { $0.lowercased() }.joined(separator: "\n")
    let asksKey = ["private key", "privatekey", "certificate key"].contains { asked.contains($0) }
    let asksCertificate = asked.contains("certificate") || asked.contains("x509")
    guard asksKey || asksCertificate || asked.contains("pem lib"),
      let file = [seen.file, seen.lastFile].compactMap({ $0 }).first(where: { !Self.isCode($0) })
    else { return }
    let labels = inquiry.lines(mentioning: ["-----BEGIN"], in: [file]).compactMap { line in
      line.text.split(separator: "-", omittingEmptySubsequences: true).first
        .flatMap { $0.hasPrefix("BEGIN ") ? $0.dropFirst(6).lowercased() : nil }
    }
    guard let label = labels.first else {
      guard words.contains(where: KeyWords.reject), file == seen.file,
        case .other(.text)? = inquiry.programFile(file)
      else { return }
      seen.content =
        "text without a line -----BEGIN, where PEM has one for each certificate and key"
      seen.contentFile = file
      seen.contentIsOther = true
      return
    }
    let hasKey = labels.contains { $0.hasSuffix("private key") }
    let hasCertificate = labels.contains { $0.hasSuffix("certificate") }
    if !hasKey, asksKey || !asksCertificate {
      seen.content = "a \(label), no private key"
    } else if !hasCertificate, !asksKey {
      seen.content = "a \(label), no certificate"
    } else {
      return
    }
    seen.contentFile = file
    seen.contentIsOther = true
    seen.unknownWord = nil
  }
}
