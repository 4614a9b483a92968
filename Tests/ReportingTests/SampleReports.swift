import TraceEvents

@testable import Reporting

extension Report {
  /// The first sketch of what a report should feel like: nginx lacks a certificate.
  static let missingCertificate: Report = {
    let path = "/srv/site/tls/site.crt"
    let finding = Finding(
      heuristic: "files/missing", role: .cause, confidence: 0.97,
      confidenceReason:
        "nginx complained about this path 0.3 ms after the open failed, then ended.",
      subject: path, errno: .noEntry, syscall: "openat", pid: 4711, program: "/usr/sbin/nginx",
      title: "the file \(path) does not exist",
      why: [
        "/srv/site/nginx.conf line 14 asks for it:\n  ssl_certificate /srv/site/tls/site.crt;",
        "The directory /srv/site/tls exists and holds site.key and site.pem.",
      ],
      fixDetails: [
        Fix(
          do: "sed -i '14s/site\\.crt/site.pem/' /srv/site/nginx.conf", safety: .checkFirst,
          note: "If site.pem is the certificate, name it in line 14:"),
        Fix(do: "Otherwise put the certificate there."),
      ],
      evidence: [
        Evidence(
          event: 17, time: 0.0041, pid: 4711, program: "/usr/sbin/nginx",
          text: "openat(\"/srv/site/tls/site.crt\", O_RDONLY) = -1 ENOENT"),
        Evidence(
          event: 19, time: 0.0049, pid: 4711, program: "/usr/sbin/nginx",
          text: "ended with exit status 1"),
      ])
    return Report(
      tool: Tool(name: "whyfail", version: "0.1.0"), source: Source(kind: .run),
      target: Target(
        command: ["nginx", "-t"], executable: "/usr/sbin/nginx", cwd: "/", user: "ann", uid: 1000,
        durationSeconds: 0.0312),
      outcome: Outcome(kind: .exited, exitStatus: 1),
      verdict: Verdict(
        status: .failed,
        summary: "nginx failed (exit status 1): the file \(path) does not exist."),
      findings: [finding],
      processes: [
        Process(
          pid: 4711, parent: nil, program: "/usr/sbin/nginx", command: ["nginx", "-t"],
          exitStatus: 1)
      ],
      config: Configuration(entries: [
        .init(
          order: 1, path: "/etc/nginx/nginx.conf", status: .read, pid: 4711, bytes: 120),
        .init(
          order: 2, path: "/etc/nginx/conf.d", kind: .directory, status: .listed,
          why: .init(
            kind: .line, file: "/etc/nginx/nginx.conf", line: 9, text: "include conf.d/*.conf;")),
        .init(order: 3, path: "/etc/nginx/x.conf", status: .missing, errno: .noEntry),
        .init(order: 4, path: "/etc/nsswitch.conf", status: .read, scope: .system),
      ]),
      capture: Capture(events: 1234, harmlessFailures: 38))
  }()

  /// A run that succeeded.
  static let success = Report(
    tool: Tool(name: "whyfail", version: "0.1.0"), source: Source(kind: .run),
    target: Target(command: ["/bin/grep", "x"], durationSeconds: 0.0312),
    outcome: Outcome(kind: .exited, exitStatus: 0),
    verdict: Verdict(status: .succeeded, summary: "grep succeeded."),
    capture: Capture(events: 9, harmlessFailures: 4))

  /// A copy, changed.
  func with(_ change: (inout Report) -> Void) -> Report {
    var report = self
    change(&report)
    return report
  }
}
