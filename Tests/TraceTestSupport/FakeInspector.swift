package import TraceEvents

/// A machine of which only what a test says is true.
package struct FakeInspector: SystemInspector, Sendable {
  private var answers: [SystemQuestion: SystemAnswer] = [:]

  /// A machine of which nothing is known.
  package init(_ answers: [SystemQuestion: SystemAnswer] = [:]) { self.answers = answers }

  /// Puts down what is to be answered.
  package subscript(question: SystemQuestion) -> SystemAnswer? {
    get { answers[question] }
    set { answers[question] = newValue }
  }

  /// The answer that was put down.
  package func answer(_ question: SystemQuestion) -> SystemAnswer {
    answers[question] ?? .unknown(reason: "the test does not say")
  }

  /// Puts down that `path` leads nowhere from `missing` on.
  package mutating func setMissing(_ path: String, from missing: String? = nil) {
    answers[.path(path: path)] = .pathWalk(
      walk: PathWalk(components: [], end: .missing(path: missing ?? path)))
  }

  /// Puts down that `path` exists and what it is.
  package mutating func setExisting(
    _ path: String, _ type: FileType = .regular, mode: UInt16 = 0o644, size: Int64 = 100
  ) {
    answers[.path(path: path)] = .pathWalk(
      walk: PathWalk(
        components: [PathComponent(path: path, type: type, mode: mode, size: size)], end: .exists))
  }

  /// Puts down the first line of a file.
  package mutating func setFirstLine(_ path: String, _ text: String) {
    answers[.linesAround(file: path, line: 1, context: 0)] = .lines(
      list: [TextLine(file: path, number: 1, text: text)])
  }

  /// Puts down which component refuses `credentials` the way to `path`.
  package mutating func setRefusal(
    _ path: String, _ operation: AccessOperation, by component: PathComponent,
    needs: AccessWalk.Right, reason: AccessWalk.Reason, detail: String = "",
    credentials: Credentials = Trace.user
  ) {
    let refusal = AccessWalk.Refusal(
      component: component, needs: needs, reason: reason, detail: detail)
    answers[.access(path: path, operation: operation, credentials: credentials)] = .accessWalk(
      walk: AccessWalk(
        walk: PathWalk(components: [component], end: .exists), refusal: refusal, userName: "ann"))
  }
}
