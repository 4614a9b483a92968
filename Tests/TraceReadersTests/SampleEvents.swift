import TraceEvents

/// One event of every kind, and one system call with every kind of argument.
let sampleEvents: [TraceEvent] = {
  let credentials = Credentials(user: 1000, group: 1000, groups: [4, 24], capabilities: .max)
  let state = ProcessState(
    executable: "/usr/bin/app", arguments: ["app", "-x"], workingDirectory: "/srv",
    credentials: credentials, descriptors: [0: "/dev/null", 1: "pipe:[77]", 12: "/tmp/a b"])
  let allArguments: [SystemCall.Argument] = [
    .path(text: "/etc/\"quoted\"\\\n\u{1}\u{7f}é\u{10FFE9}"), .directory(descriptor: -100),
    .descriptor(number: 3), .address(address: .ip4(address: "127.0.0.1", port: 80)),
    .address(address: .ip6(address: "::1", port: 65535)),
    .address(address: .unix(path: "/run/x.sock")), .address(address: .abstract(name: "x\u{0}y")),
    .address(address: .netlink), .address(address: .other(family: "AF_PACKET")),
    .symbol(name: "O_RDONLY|O_CLOEXEC"), .integer(value: .min), .octal(value: 0o644),
    .hexadecimal(value: .max), .text(text: ""), .strings(list: []), .strings(list: ["a", "b\t"]),
    .descriptors(first: 3, second: 4), .unreadable(address: 0xdead_beef),
  ]
  let call = SystemCall(name: "openat", arguments: allArguments, outcome: .failed(error: .noEntry))
  let refusing = PathComponent(
    path: "/home/ann", type: .directory, mode: 0o700, owner: 1001, ownerName: "ann",
    linkTarget: nil, error: nil)
  let walk = AccessWalk(
    walk: PathWalk(components: [refusing], end: .unsearchable(path: "/home/ann")),
    refusal: .init(component: refusing, needs: .search, reason: .otherBits), userName: "www-data")
  let bodies: [TraceEvent.Body] = [
    .processStarted(start: ProcessStart(parent: nil, state: state)),
    .processStarted(start: ProcessStart(parent: 7, sharesDescriptors: true)),
    .threadStarted(creator: 4711),
    .programExecuted(
      execution: ProgramExecution(
        path: "./app", executable: "/usr/bin/app", arguments: ["app"], environment: ["A=b"],
        credentials: credentials, lostPrivilege: true, workingDirectory: "/")),
    .systemCall(call: call),
    .systemCall(call: SystemCall(name: "read", arguments: [], outcome: .returned(value: .max))),
    .systemCall(call: SystemCall(name: "poll", arguments: [], outcome: .unfinished)),
    .systemCall(
      call: SystemCall(
        name: "odd", arguments: [], outcome: .failed(error: ErrorNumber(rawValue: 4000)))),
    .signal(
      signal: SignalDelivery(
        signal: .segmentationViolation, code: 1, sender: 1, senderUser: 0, faultAddress: 0x18,
        instructionPointer: 0x5555_5555_0000, disposition: .handled, duringCall: call,
        stack: [
          StackFrame(
            address: 1, module: "/lib/x.so", offset: 9, function: "f", file: "f.c", line: 88),
          StackFrame(address: .max),
        ])),
    .signal(signal: SignalDelivery(signal: .brokenPipe, code: 0)),
    .words(
      words: Words(stream: .standardError, descriptor: 2, text: "no\u{1B}[31m\n", byteCount: 9)),
    .descriptorReleased(
      release: DescriptorRelease(descriptor: 5, path: "/etc/\u{2028}hosts", position: 120)),
    .processEnded(end: .exited(status: 127)),
    .processEnded(end: .killed(signal: .kill, coreDumped: true)),
    .processEnded(end: .released),
    .fact(
      fact: Fact(
        question: .access(path: "/home/ann/x", operation: .read, credentials: credentials),
        answer: .accessWalk(walk: walk))),
    .fact(
      fact: Fact(
        question: .listener(address: .ip4(address: "0.0.0.0", port: 80), isDatagram: false),
        answer: .holders(list: [Holder(process: nil, manner: "listening")]))),
    .fact(fact: Fact(question: .limits(pid: 7), answer: .unknown(reason: "gone"))),
    .note(note: CaptureNote(kind: .timedOut, text: "10 s")),
  ]
  return bodies.enumerated().map { index, body in
    TraceEvent(
      number: index + 1, time: Double(index) * 0.1, process: 4711,
      thread: index.isMultiple(of: 2) ? 4711 : 4712, body: body)
  }
}()
