internal import HeuristicCatalog
internal import History
internal import TraceEvents

// Processes that ran before they were looked at, and run on.
extension Diagnostician {
  /// Seconds without any call after which a process counts as hanging that waits for no work.
  private static let stillness = 0.5

  /// What is said of a process that was let go while it ran.
  func running(_ root: ProcessRecord) -> Diagnosis {
    let graph = WaitGraph(observer.inquiry)
    var diagnosis = Diagnosis(
      status: .unknown, summary: "", findings: [], harmlessCalls: history.failures.total)
    diagnosis.snapshot = SnapshotReading(graph)
    if let hang = hang(graph, root) {
      diagnosis.status = .hung
      diagnosis.findings = [hang]
      diagnosis.summary = hang.title.asSentence
      return diagnosis
    }
    diagnosis.findings = failuresWhileWatched()
    let doing = graph.leading(of: root.pid).map { ": it \($0.wait.words)" } ?? ""
    let failed = diagnosis.findings.first.map {
      "; while it was watched, this went wrong: \($0.title)"
    }
    diagnosis.summary = (root.name + " (pid \(root.pid)) runs" + doing + (failed ?? "")).asSentence
    return diagnosis
  }

  /// What failed while it was watched, none of it a cause of anything: it runs on.
  private func failuresWhileWatched() -> [Finding] {
    var findings = candidateFindings().filter {
      $0.role == .cause && $0.confidence >= Self.causeThreshold
    }
    for index in findings.indices { findings[index].role = .contributing }
    return Array(findings.prefix(Self.findingLimit))
  }

  // MARK: Hangs

  /// What is said of threads or processes that wait for each other, or for what nobody can do.
  func circle(_ graph: WaitGraph) -> Finding? {
    if let circle = graph.firstCircle() { return finding(on: circle, isCircle: true, graph) }
    return graph.firstHopeless().flatMap { finding(on: [$0], isCircle: false, graph) }
  }

  /// Makes a finding the cause; what was thought to be one before is told of beside it.
  func put(_ finding: Finding, first findings: inout [Finding]) {
    findings.removeAll { $0.pid == finding.pid && $0.error == nil }
    for index in findings.indices where findings[index].role == .cause {
      findings[index].role = .contributing
    }
    findings.insert(finding, at: 0)
  }

  /// Why a process does not go on; nil if it does, or only waits for work.
  private func hang(_ graph: WaitGraph, _ root: ProcessRecord) -> Finding? {
    if let circle = circle(graph) { return circle }
    let own = graph.nodes[root.pid] ?? []
    if !own.isEmpty, own.allSatisfy({ $0.wait.kind == .stopped }) {
      return finding(on: [own[0]], isCircle: false, graph)
    }
    if let running = own.first(where: { $0.wait.kind == .running }),
      let process = history.process(pid: root.pid), observer.busy(process).turn != nil
    {
      return finding(on: [running], isCircle: false, graph)
    }
    guard graph.standsStill, history.duration >= Self.stillness,
      !own.contains(where: { $0.wait.kind == .work }), let leading = graph.leading(of: root.pid)
    else { return nil }
    let chain = graph.chain(from: leading)
    // At the end of the chain somebody waits for work: nobody has given it any.
    guard chain.last?.wait.kind != .work else { return nil }
    // Or it sleeps, and goes on by itself, and those before it when it has ended.
    if chain.last?.wait.kind == .sleep,
      chain.dropLast().allSatisfy({ $0.wait.kind == .child || $0.wait.kind == .thread })
    {
      return nil
    }
    return finding(on: chain, isCircle: false, graph)
  }

  /// What is said of threads that wait for each other, or each for the next.
  func finding(on chain: [WaitGraph.Node], isCircle: Bool, _ graph: WaitGraph) -> Finding? {
    guard let first = chain.first, let last = isCircle ? chain.first : chain.last,
      let process = history.process(pid: last.process) ?? history.root
    else { return nil }
    let seen = waiting(chain, isCircle: isCircle, process)
    var context = general(process, complaint: nil)
    context.merge(seen.context) { _, seen in seen }
    guard
      let heuristic = catalog.matches(seen, general: context).first(where: { $0.role == .cause })
    else { return nil }
    let rendered = heuristic.rendered(with: context)
    let isSure = isCircle || last.wait.isHopeless || last.wait.kind == .stopped
    let down = pathDown(to: process.index)
    return Finding(
      heuristic: heuristic.id, role: .cause,
      confidence: ((isSure ? 1 : 0.85) * heuristic.confidence * 1000).rounded() / 1000,
      subject: rendered.subject, error: nil, signal: nil, call: last.moment.call?.name,
      pid: last.process, program: process.executedPath ?? process.executable ?? process.name,
      title: rendered.title, because: rendered.because, fixes: rendered.fixes,
      references: rendered.references, evidence: evidence(chain, first),
      pathDown: down.count > 1 ? down : [],
      features: [:],
      reason: isCircle ? "each of them waits for the next, and the last for the first" : "")
  }

  private func evidence(_ chain: [WaitGraph.Node], _ first: WaitGraph.Node) -> [Evidence] {
    chain.map { node in
      let process = history.process(pid: node.process)
      return Evidence(
        number: process?.lastNumber ?? 0, time: history.duration, pid: node.process,
        program: process?.name ?? "",
        text: "thread \(node.moment.thread) \(node.wait.words)"
          + (node.moment.call.map { ": " + $0.notation } ?? ""))
    }
  }

  /// Who waits for what, of processes that wait for each other at other things than locks of memory.
  private func inTurn(_ chain: [WaitGraph.Node]) -> String? {
    guard Set(chain.map(\.process)).count == chain.count, chain.count > 1 else { return nil }
    let parts = chain.prefix(4).map { node in
      "\(history.process(pid: node.process)?.name ?? "process") (pid \(node.process)) \(node.wait.words)"
    }
    return parts.joined(separator: ", and ")
  }

  /// The observation of what they wait for.
  private func waiting(
    _ chain: [WaitGraph.Node], isCircle: Bool, _ process: ProcessRecord
  ) -> Waiting {
    let last = isCircle ? chain[0] : chain[chain.count - 1]
    var seen = Waiting()
    seen.call = last.moment.call?.name ?? ""
    seen.whatFor =
      last.wait.words.hasPrefix("waits for ")
      ? String(last.wait.words.dropFirst(10)) : last.wait.words
    seen.doing = last.wait.words
    seen.subject = last.wait.subject
    seen.isBusy = last.wait.kind == .running
    seen.kind = last.wait.kind.rawValue
    seen.isDeadlock = isCircle || last.wait.isHopeless && last.wait.kind == .mutex
    seen.holder = last.wait.actors.first.map { actor in
      let isStopped = observer.inquiry.process(actor.pid)?.state == "T"
      return "\(actor.name) (pid \(actor.pid))\(isStopped ? ", which is stopped," : "")"
    }
    seen.inTurn = isCircle ? inTurn(chain) : nil
    let isOwnCaller =
      chain.count { $0.wait.kind == .fileLock } == 1 && chain.contains { $0.wait.kind == .child }
    seen.isAtLocks =
      isCircle && !last.wait.isHopeless && !isOwnCaller
      && !chain.contains { $0.wait.kind == .data || $0.wait.kind == .room }
    if isCircle, isOwnCaller {
      seen.advice =
        "Do not ask again for a lock that the caller holds: take it in one of the two programs alone."
    } else if isCircle, chain.contains(where: { $0.wait.kind == .room }) {
      seen.advice =
        "Read what comes out of the full pipe before, or while, waiting for its writer to end (Python: communicate(); for a multiprocessing.Queue: get() before join())."
    } else if isCircle, chain.contains(where: { $0.wait.kind == .data }) {
      seen.advice =
        "Close the writing end of the pipe before waiting for its reader to end, in every process that has it."
    }
    seen.isSelf = last.wait.actors.first?.thread == last.moment.thread
    seen.isOrphan = last.wait.kind == .mutex && last.wait.actors.isEmpty
    if seen.isBusy {
      let circle = observer.busy(process)
      (seen.circle, seen.turn) = (circle.circle, circle.turn)
      seen.stack = StackLines(last.moment.stack).lines()
    }
    if last.wait.kind == .stopped { seen.stoppedBy = "SIGSTOP" }
    if let own = Observer.ownFrame(of: last.moment.stack), let function = own.function {
      seen.function = function
    }
    let functions = chain.compactMap { node in
      Observer.ownFrame(of: node.moment.stack).flatMap(\.function)
    }
    if !functions.isEmpty {
      seen.functions = functions.map { $0.hasSuffix(")") ? $0 : $0 + "()" }.joined(
        separator: " and ")
    }
    if !seen.isBusy, chain.count > 1 || !last.moment.stack.isEmpty {
      seen.chain = chain.flatMap { node -> [String] in
        let name = history.process(pid: node.process)?.name ?? "process"
        let place = Observer.ownFrame(of: node.moment.stack)?.functionAndPlace
        let own = "\(name) (pid \(node.process)), thread \(node.moment.thread)"
        return ["\(own), \(place.map { "in \($0), " } ?? "")\(node.wait.words)"]
          + StackLines(node.moment.stack).lines().map { "  " + $0 }
      }
    }
    return seen
  }
}
