internal import TraceEvents

/// Which names of options, variables and fields stand for secrets.
enum SecretNames {
  /// What a name says of its value.
  enum Kind {
    /// Its value is a secret, whatever it looks like.
    case password
    /// Its value is a secret, unless it is a path: keys and tokens often lie in files.
    case key
  }

  /// Programs whose names end as if they were secrets, and who begin their complaints with it.
  static let tools: Set<String> = [
    "chpasswd", "gpasswd", "htpasswd", "kpasswd", "ldappasswd", "mkpasswd", "smbpasswd",
    "vncpasswd", "chgpasswd", "yppasswd",
  ]

  /// What `name` (as it stands: `--db-password`, `AWS_SECRET_ACCESS_KEY`, `apiKey`) stands for;
  /// nil for an ordinary name.
  static func kind(of name: some Collection<UInt8>) -> Kind? {
    // Nothing shorter is a secret's name, and few names are looked at further.
    guard name.count >= 3, name.count <= 128 else { return nil }
    let normal = String(
      decoding: name.map { byte -> UInt8 in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
        case UInt8(ascii: "-"), UInt8(ascii: "."): UInt8(ascii: "_")
        default: byte
        }
      }, as: UTF8.self)
    // NOPASSWD: of sudoers(5) says that none is asked for.
    if normal == "nopasswd" { return nil }
    if ["password", "passwd", "passphrase"].contains(where: normal.hasSuffix) { return .password }
    if normal == "pass" || (normal.hasSuffix("_pass") && !isProxyDirective(normal)) {
      return .password
    }
    if ["secret", "token", "_pwd", "credential", "credentials"].contains(where: normal.hasSuffix)
      || normal == "pwd"
    {
      return .key
    }
    let keys = [
      "apikey", "api_key", "access_key", "accesskey", "secret_key", "secretkey", "private_key",
      "privatekey", "encryption_key", "auth_key", "signing_key", "session_key", "master_key",
      "account_key", "shared_key",
    ]
    if keys.contains(where: normal.hasSuffix) { return .key }
    // A variable of the environment: DEPLOY_KEY.
    let isVariable = name.allSatisfy {
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "_")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    if isVariable, normal.hasSuffix("_key"), !normal.hasSuffix("public_key") { return .key }
    return nil
  }

  /// True for a name that stands for a secret in the query of a URL, though not elsewhere.
  static func isSecretInQuery(_ name: some Collection<UInt8>) -> Bool {
    let names = ["key", "sig", "signature", "auth", "x-amz-signature", "x-amz-credential", "jwt"]
    let text = String(decoding: name, as: UTF8.self).lowercased()
    return names.contains(text) || kind(of: name) != nil
  }

  /// Directives of nginx that name a server.
  private static func isProxyDirective(_ name: String) -> Bool {
    ["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass"].contains(name)
  }
}
