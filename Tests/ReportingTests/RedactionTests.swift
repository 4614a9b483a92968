import Testing
import TraceEvents

@testable import Reporting

struct RedactionTests {
  @Test(arguments: [
    ("--password hunter2", "--password [redacted]"),
    ("psql --password=hunter2 -h db", "psql --password=[redacted] -h db"),
    ("--db-password='a b' x", "--db-password='[redacted]' x"),
    ("mysql -u root -phunter2 db", "mysql -u root -p[redacted] db"),
    (
      "execve(\"/usr/bin/mysqldump\", [\"mysqldump\", \"-ps3cret\", \"db\"]) = 0",
      "execve(\"/usr/bin/mysqldump\", [\"mysqldump\", \"-p[redacted]\", \"db\"]) = 0"
    ),
    (
      "execve(\"/x\", [\"x\", \"--token\", \"abc\", \"y\"])",
      "execve(\"/x\", [\"x\", \"--token\", \"[redacted]\", \"y\"])"
    ),
    ("PGPASSWORD=hunter2 psql", "PGPASSWORD=[redacted] psql"),
    ("MYSQL_PWD=hunter2", "MYSQL_PWD=[redacted]"),
    ("GITHUB_TOKEN=abc make", "GITHUB_TOKEN=[redacted] make"),
    ("CLIENT_SECRET=abc", "CLIENT_SECRET=[redacted]"),
    ("DEPLOY_KEY=abc", "DEPLOY_KEY=[redacted]"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = [redacted]"),
    ("password: hunter2", "password: [redacted]"),
    ("passwd=hunter2, user=bob", "passwd=[redacted], user=bob"),
    ("{\"password\": \"hun\\\"ter2\", \"a\": 1}", "{\"password\": \"[redacted]\", \"a\": 1}"),
    ("wrote \"password=\\\"hunter2\\\" x\"", "wrote \"password=\\\"[redacted]\\\" x\""),
    ("user[password]=hunter2", "user[password]=[redacted]"),
    ("spring.datasource.password=hunter2", "spring.datasource.password=[redacted]"),
    ("apiKey: \"abcdefgh1234\"", "apiKey: \"[redacted]\""),
    ("Server=db;Uid=a;Pwd=hunter2", "Server=db;Uid=a;Pwd=[redacted]"),
    ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [redacted]"),
    ("-H 'Authorization: Basic dXNlcjpwYXNz' x", "-H 'Authorization: Basic [redacted]' x"),
    ("Cookie: session=1; id=2\nHost: x", "Cookie: [redacted]\nHost: x"),
    ("bearer abcdefghijklmnop", "bearer [redacted]"),
    ("https://bob:hunter2@example.org/x", "https://bob:[redacted]@example.org/x"),
    ("postgres://bob:p@ss@db:5432/x", "postgres://bob:[redacted]@db:5432/x"),
    ("https://0123456789abcdef0123456789abcdef@git.example", "https://[redacted]@git.example"),
    ("GET /x?token=abc&api_key=def&page=2", "GET /x?token=[redacted]&api_key=[redacted]&page=2"),
    ("https://h/x?key=abc#top", "https://h/x?key=[redacted]#top"),
    ("id AKIAIOSFODNN7EXAMPLE used", "id [redacted] used"),
    ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "[redacted]"),
    ("key sk-proj0123456789abcdefghij.", "key [redacted]."),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_def x", "[redacted] x"),
    (
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter",
      "-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----\nafter"
    ),
    ("-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----[redacted]"),
    ("password=žluťoučký kůň", "password=[redacted] kůň"),
  ])
  func secretsGo(text: String, expected: String) {
    #expect(Redaction.redacted(text) == expected)
    #expect(Redaction.redacted(expected) == expected)
  }

  @Test(arguments: [
    "/etc/ssl/private/key.pem", "/home/ann/token.txt", "password_file /etc/x",
    "password authentication failed for user bob", "bob@host's password: ",
    "Access denied for user 'root'@'localhost' (using password: YES)",
    "ssl_certificate_key /etc/nginx/key.pem;", "ssl_key=/etc/ssl/private/key.pem",
    "SSH_KEY=/home/ann/.ssh/id_ed25519", "PWD=/home/ann", "OLDPWD=/srv", "unexpected token: }",
    "passwd: Authentication token manipulation error", "passwd:         files systemd",
    "cat: password: No such file or directory", "cat: /run/secrets/db_password: Is a directory",
    "openat(AT_FDCWD, \"/run/secrets/db_password\", O_RDONLY) = -1 ENOENT",
    "the option --password is missing", "proxy_pass http://127.0.0.1:8080;",
    "https://example.org/x?page=2&sort=key", "http://127.0.0.1:8080/a@b", "git@github.com:x/y.git",
    "ssh://git@host/x", "mkdir -p /srv/x", "PASS: test-1", "AKIA", "sk-learn", "key = value",
    "deploy ALL=(ALL) NOPASSWD: /usr/bin/systemctl", "PUBLIC_KEY=abc", "max_tokens=5",
    "std::password::Foo", "Bearer token", "eyJ.x", "-", "", "=",
    "password", "password=", "password:", "--token", "://", "://@", "a://:@", "-----BEGIN CERT",
  ])
  func ordinaryTextStays(text: String) {
    #expect(Redaction.redacted(text) == text)
  }

  @Test(arguments: [
    (["mysql", "-phunter2", "-p"], ["mysql", "-p[redacted]", "-p"]),
    (
      ["/usr/bin/sudo", "/usr/bin/mysqladmin", "-px"],
      ["/usr/bin/sudo", "/usr/bin/mysqladmin", "-p[redacted]"]
    ),
    (["app", "--password", "to", "x"], ["app", "--password", "[redacted]", "x"]),
    (["app", "--password", "-dash", "x"], ["app", "--password", "[redacted]", "x"]),
    (["app", "--api-key=abc"], ["app", "--api-key=[redacted]"]),
    (["env", "DB_PASSWORD=x", "app"], ["env", "DB_PASSWORD=[redacted]", "app"]),
    (
      ["curl", "-u", "bob:hunter2", "localhost:8080"],
      ["curl", "-u", "bob:[redacted]", "localhost:8080"]
    ),
    (["curl", "-ubob:x", "--user=a:b"], ["curl", "-ubob:[redacted]", "--user=a:[redacted]"]),
    (["sshpass", "-p", "x", "ssh", "h"], ["sshpass", "-p", "[redacted]", "ssh", "h"]),
    (["sh", "-c", "mysql -phunter2 db"], ["sh", "-c", "mysql -p[redacted] db"]),
    (["mkdir", "-p", "/srv"], ["mkdir", "-p", "/srv"]), ([], []),
    (["app", "--password"], ["app", "--password"]),
  ])
  func commands(words: [String], expected: [String]) {
    #expect(Redaction.redactedCommand(words) == expected)
    #expect(Redaction.redactedCommand(expected) == expected)
  }

  @Test func everyTextOfAReportIsCovered() {
    // A secret that only its form gives away, in every text there is.
    let secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
    var count = 0
    let report = Report.missingCertificate.with {
      $0.source.path = "x"
      $0.capture.notes = ["x"]
      $0.capture.harmless = [.init(program: "x", text: "x")]
      $0.findings[0].pathDown = ["x"]
      $0.lastWords = .init(pid: 1, program: "x", stream: .log, text: "x")
    }.mappingTexts { text, _ in
      count += 1
      return text + " " + secret
    }
    #expect(count > 30)
    let json = JSONRenderer.render(Redaction.redacted(report))
    #expect(JSONRenderer.render(report).contains(secret))
    #expect(!json.contains(secret))
    #expect(json.contains("/srv/site/tls/site.crt [redacted]"))
  }

  @Test func aSecretOfTheCommandIsReplacedEverywhere() {
    let report = Report.missingCertificate.with {
      $0.target.command = ["app", "--password", "hunter2000"]
      $0.verdict.summary = "app said: no user with hunter2000 here"
    }
    #expect(
      Redaction.redacted(report).verdict.summary == "app said: no user with [redacted] here")
  }

  @Test func aPathGivenAsAPasswordIsNotTakenOutOfOtherTexts() {
    let report = Report.missingCertificate.with {
      $0.target.command = ["app", "--password", "/srv/site1/tls"]
      $0.verdict.summary = "/srv/site1/tls is missing"
    }
    #expect(Redaction.redacted(report).verdict.summary == "/srv/site1/tls is missing")
  }

  @Test(arguments: 0..<50)
  func anyMixtureOfPartsIsScannedInOrder(seed: UInt64) {
    let parts = [
      "password", "--token", "=", ": ", "\"", "'", "\\", "`", " ", "\n", "://", "@", ":", "&", "?",
      "mysql ", "-p", "-----BEGIN ", "PRIVATE KEY-----", "-----END", "eyJ", ".", "AKIA", "Bearer ",
      "Authorization", "a1b2c3d4e5f6", "é漢", "]", ",", "/",
    ]
    var state = seed
    for _ in 0..<200 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += parts[Int(state >> 33) % parts.count]
      }
      let scanner = SecretScanner(text)
      var end = 0
      for secret in scanner.secrets {
        #expect(end <= secret.lowerBound && secret.upperBound <= scanner.bytes.count, "\(text)")
        end = secret.upperBound
      }
      #expect(String(validating: Redaction.redacted(text).utf8, as: UTF8.self) != nil)
    }
  }

  @Test func aReportWithoutSecretsIsUntouched() {
    #expect(Redaction.redacted(Report.missingCertificate) == Report.missingCertificate)
  }
}
