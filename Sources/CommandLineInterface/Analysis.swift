import ConfigOrder
import HeuristicCatalog
import History
import Reporting
import RuleEngine
import RunComparison
import TraceEvents
import TraceReaders

/// The folds of one stream of events, and the report made of them at its end.
struct Analysis {
  private(set) var history = History()
  private var configuration = ConfigurationOrder()
  /// A run that went well, to compare with.
  private let baseline: Baseline?
  /// What was asked for, where the run is to be compared with another.
  private(set) var usage: RunUsage?

  /// With `baseline`, the recording or log of a run that went well.
  init(baseline path: String? = nil) throws(TraceReaderError) {
    guard let path else {
      baseline = nil
      return
    }
    let reader = try LogReader(path: path)
    var history = History()
    while let event = try reader.next() { history.apply(event) }
    baseline = Baseline(history)
  }

  /// With the failures of a run that went well; with `keepsUsage` the run can be compared.
  init(baseline: Baseline?, keepsUsage: Bool) {
    self.baseline = baseline
    usage = keepsUsage ? RunUsage() : nil
  }

  /// Takes the next event.
  @discardableResult
  mutating func fold(_ event: TraceEvent) -> History.Digest? {
    let digest = history.apply(event)
    configuration.apply(event, digest: digest, history: history)
    usage?.apply(event, digest: digest, history: history)
    return digest
  }

  /// Takes the next event; gives what it tells of a configuration file: who, and what became of it.
  mutating func apply(_ event: TraceEvent) -> (path: String, program: String, status: String)? {
    guard let digest = fold(event), let path = digest.path,
      let status = configuration.status(of: path)
    else { return nil }
    return (path, history.processes[digest.process].name, status.rawValue)
  }

  /// Takes note that a recording ends in mid-line, behind the event of this number.
  mutating func noteCutRecording(after number: Int) {
    fold(
      TraceEvent(
        number: number + 1, time: history.duration, process: 0, thread: 0,
        body: .note(
          note: CaptureNote(kind: .incomplete, text: "The recording ends in mid-line."))))
  }

  /// The report; `catalog` is only asked for where something failed or was said to have. With `listsHarmless` it holds the
  /// failed calls that no cause rests on. A success whose report `isBrief` does not name its user.
  func report(
    tool: String, source: Report.Source, command: [String], listsHarmless: Bool,
    find: String? = nil, isBrief: Bool = false,
    catalog: () -> HeuristicCatalog, inspector: any SystemInspector
  ) -> Report {
    let isFailure = history.isAttached || history.root.map { $0.failed || $0.end == nil } ?? true
    let knowledge =
      isFailure || UnheededFailures.mayBe(in: history) ? catalog() : HeuristicCatalog([])
    let diagnosis = Diagnostician(
      history: history, catalog: knowledge, inspector: inspector, baseline: baseline
    ).diagnosis()
    var userName: String?
    if isFailure || !isBrief, let user = history.root?.credentials?.user {
      let question = SystemQuestion.userName(user: user)
      if case .names(let list) = history.facts[question] ?? inspector.answer(question) {
        userName = list.first
      }
    }
    let facts = history.facts
    let asks = isFailure || tool == "whyconf"
    let answer = { (question: SystemQuestion) in
      facts[question] ?? (asks ? inspector.answer(question) : .unknown(reason: "nobody asked"))
    }
    let findings = configuration.findings(answer: answer)
    var report = Report(
      tool: Report.Tool(name: tool, version: ToolVersion.text), source: source,
      diagnosis: diagnosis, history: history, configuration: findings, command: command,
      userName: userName, listsHarmless: listsHarmless)
    if let find { report.find(find, answer: answer) }
    return report
  }
}
