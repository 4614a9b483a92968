import Testing
import TraceEvents

@testable import Reporting

/// Secrets in a recording that is to be shared.
@Suite struct EventRedactorTests {
  private static let secret = "hunter2secret"

  private func event(_ body: TraceEvent.Body) -> TraceEvent {
    TraceEvent(number: 7, time: 0.25, process: 12, thread: 13, body: body)
  }

  private func text(_ event: TraceEvent) -> String { "\(event)" }

  private var execution: TraceEvent.Body {
    .programExecuted(
      execution: ProgramExecution(
        path: "/usr/bin/psql", executable: "/usr/bin/psql",
        arguments: ["psql", "--password", Self.secret, "-h", "db"],
        environment: ["HOME=/root", "PGPASSWORD=other4secret"],
        credentials: Credentials(
          user: 0, group: 0, groups: [4], capabilities: 0xFFFF_FFFF_FFFF_FFFF),
        workingDirectory: "/srv"))
  }

  @Test func argumentsAndEnvironmentLoseTheirSecretsAlone() {
    var redactor = EventRedactor()
    let redacted = redactor.redacted(event(execution))
    guard case .programExecuted(let program) = redacted.body else {
      Issue.record("another event: \(redacted)")
      return
    }
    #expect(program.arguments == ["psql", "--password", "[redacted]", "-h", "db"])
    #expect(program.environment == ["HOME=/root", "PGPASSWORD=[redacted]"])
    #expect(program.credentials?.capabilities == 0xFFFF_FFFF_FFFF_FFFF)
    #expect(redacted.number == 7 && redacted.time == 0.25 && redacted.thread == 13)
  }

  @Test func whatOneEventAnnouncesGoesFromThoseThatFollow() {
    var redactor = EventRedactor()
    _ = redactor.redacted(event(execution))
    let words = redactor.redacted(
      event(
        .words(
          words: Words(
            stream: .standardError, descriptor: 2, text: "tried \(Self.secret) in vain",
            byteCount: 20))))
    #expect(text(words).contains("tried [redacted] in vain"))
    let call = redactor.redacted(
      event(
        .systemCall(
          call: SystemCall(
            name: "open", arguments: [.path(text: "/tmp/\(Self.secret)")],
            outcome: .failed(error: .noEntry)))))
    #expect(!text(call).contains(Self.secret))
  }

  @Test func factsLoseThemToo() {
    var redactor = EventRedactor()
    let fact = redactor.redacted(
      event(
        .note(note: CaptureNote(kind: .incomplete, text: "https://ann:\(Self.secret)@host/x"))))
    #expect(text(fact).contains("https://ann:[redacted]@host/x"))
  }

  @Test(arguments: [
    TraceEvent.Body.threadStarted(creator: 3), .processEnded(end: .exited(status: 3)),
    .processEnded(end: .killed(signal: SignalNumber(rawValue: 11), coreDumped: true)),
    .systemCall(
      call: SystemCall(
        name: "openat",
        arguments: [
          .directory(descriptor: -100), .path(text: "/etc/app.conf"), .octal(value: 420),
        ],
        outcome: .returned(value: 3))),
    .signal(
      signal: SignalDelivery(
        signal: SignalNumber(rawValue: 11), code: 1, faultAddress: .max, instructionPointer: .max)),
  ])
  func whatHoldsNoSecretStaysAsItIs(_ body: TraceEvent.Body) {
    var redactor = EventRedactor()
    #expect(redactor.redacted(event(body)) == event(body))
  }
}
