internal import TraceEvents

/// What is wrong with a certificate that a program did not trust.
enum CertificateFault: String {
  case otherName = "other-name"
  case expired = "expired"
  case notYetValid = "not-yet-valid"
  case selfSigned = "self-signed"
  case unknownIssuer = "unknown-issuer"

  /// The fault that lines tell, and the line that tells it; the clearest first.
  static func find(in lines: [String]) -> (fault: CertificateFault, line: String)? {
    let about = lines.filter(TrustWords.speak)
    for (phrase, fault) in phrases {
      if let line = about.first(where: { $0.lowercased().contains(phrase) }) {
        return (fault, line)
      }
    }
    return nil
  }

  /// What OpenSSL, GnuTLS, NSS, Go, Java, Node.js and Python say.
  private static let phrases: [(String, CertificateFault)] = [
    ("no alternative certificate subject", .otherName), ("subject name", .otherName),
    ("hostname mismatch", .otherName), ("certificate is valid for", .otherName),
    ("certificate is not valid for", .otherName), ("doesn't match", .otherName),
    ("does not match", .otherName), ("altname", .otherName), ("alternative names", .otherName),
    ("common name", .otherName), ("no name matching", .otherName),
    ("has expired", .expired), ("certificate expired", .expired),
    ("certificate is expired", .expired),
    ("expired certificate", .expired), ("cert_has_expired", .expired),
    ("not yet valid", .notYetValid), ("not yet activated", .notYetValid),
    ("self-signed", .selfSigned), ("self signed", .selfSigned),
    ("local issuer", .unknownIssuer), ("issuer certificate", .unknownIssuer),
    ("unknown authority", .unknownIssuer), ("unknown ca", .unknownIssuer),
    ("issuer is unknown", .unknownIssuer), ("unknown issuer", .unknownIssuer),
    ("valid certification path", .unknownIssuer),
  ]
}
