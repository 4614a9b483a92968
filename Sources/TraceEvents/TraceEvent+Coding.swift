// How events are written in a recording, which people read with grep and jq: short keys for what
// every line has, and the body under one key that says its kind. A system call is
//   {"n":7,"t":0.0031,"pid":4711,"call":{"name":"openat","args":[…],"error":"ENOENT"}}
// TraceReaders writes the frequent kinds by hand; its tests hold both forms together.

extension TraceEvent {
  private enum CodingKeys: String, CodingKey {
    case number = "n"
    case time = "t"
    case process = "pid"
    case thread = "tid"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    number = try container.decode(Int.self, forKey: .number)
    time = try container.decode(Double.self, forKey: .time)
    process = try container.decode(ProcessID.self, forKey: .process)
    thread = try container.decodeIfPresent(ProcessID.self, forKey: .thread) ?? process
    body = try Body(from: decoder)
    guard time.isFinite else {
      throw DecodingError.dataCorruptedError(
        forKey: .time, in: container, debugDescription: "the time is not finite")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(number, forKey: .number)
    try container.encode(time, forKey: .time)
    try container.encode(process, forKey: .process)
    if thread != process { try container.encode(thread, forKey: .thread) }
    // The body's one key stands beside these, in the same object.
    try body.encode(to: encoder)
  }
}

extension TraceEvent.Body {
  private enum CodingKeys: String, CodingKey {
    case processStarted = "start"
    case threadStarted = "thread_by"
    case programExecuted = "exec"
    case systemCall = "call"
    case signal
    case words
    case descriptorReleased = "closing"
    case processEnded = "end"
    case fact
    case note
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard let key = container.allKeys.first, container.allKeys.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "the event is not of one known kind"))
    }
    self =
      switch key {
      case .processStarted:
        .processStarted(start: try container.decode(ProcessStart.self, forKey: key))
      case .threadStarted:
        .threadStarted(creator: try container.decode(ProcessID.self, forKey: key))
      case .programExecuted:
        .programExecuted(execution: try container.decode(ProgramExecution.self, forKey: key))
      case .systemCall: .systemCall(call: try container.decode(SystemCall.self, forKey: key))
      case .signal: .signal(signal: try container.decode(SignalDelivery.self, forKey: key))
      case .words: .words(words: try container.decode(Words.self, forKey: key))
      case .descriptorReleased:
        .descriptorReleased(release: try container.decode(DescriptorRelease.self, forKey: key))
      case .processEnded: .processEnded(end: try container.decode(ProcessEnd.self, forKey: key))
      case .fact: .fact(fact: try container.decode(Fact.self, forKey: key))
      case .note: .note(note: try container.decode(CaptureNote.self, forKey: key))
      }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .processStarted(let start): try container.encode(start, forKey: .processStarted)
    case .threadStarted(let creator): try container.encode(creator, forKey: .threadStarted)
    case .programExecuted(let execution):
      try container.encode(execution, forKey: .programExecuted)
    case .systemCall(let call): try container.encode(call, forKey: .systemCall)
    case .signal(let signal): try container.encode(signal, forKey: .signal)
    case .words(let words): try container.encode(words, forKey: .words)
    case .descriptorReleased(let release):
      try container.encode(release, forKey: .descriptorReleased)
    case .processEnded(let end): try container.encode(end, forKey: .processEnded)
    case .fact(let fact): try container.encode(fact, forKey: .fact)
    case .note(let note): try container.encode(note, forKey: .note)
    }
  }
}

extension ProcessEnd {
  private enum CodingKeys: String, CodingKey {
    case status
    case signal
    case coreDumped = "core"
    case released
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if container.contains(.status) {
      self = .exited(status: try container.decode(Int32.self, forKey: .status))
    } else if container.contains(.signal) {
      self = .killed(
        signal: try container.decode(SignalNumber.self, forKey: .signal),
        coreDumped: try container.decode(Bool.self, forKey: .coreDumped))
    } else {
      _ = try container.decode(Bool.self, forKey: .released)
      self = .released
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .exited(let status): try container.encode(status, forKey: .status)
    case .killed(let signal, let coreDumped):
      try container.encode(signal, forKey: .signal)
      try container.encode(coreDumped, forKey: .coreDumped)
    case .released: try container.encode(true, forKey: .released)
    }
  }
}

extension ProcessState {
  private enum CodingKeys: String, CodingKey {
    case executable, arguments, workingDirectory, rootDirectory, credentials, descriptors
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    executable = try container.decodeIfPresent(String.self, forKey: .executable)
    arguments = try container.decode([String].self, forKey: .arguments)
    workingDirectory = try container.decode(String.self, forKey: .workingDirectory)
    rootDirectory = try container.decode(String.self, forKey: .rootDirectory)
    credentials = try container.decodeIfPresent(Credentials.self, forKey: .credentials)
    let named = try container.decode([String: String].self, forKey: .descriptors)
    descriptors = [:]
    for (name, target) in named {
      guard let number = Int32(name) else {
        throw DecodingError.dataCorruptedError(
          forKey: .descriptors, in: container,
          debugDescription: "a descriptor is not a number")
      }
      descriptors[number] = target
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(executable, forKey: .executable)
    try container.encode(arguments, forKey: .arguments)
    try container.encode(workingDirectory, forKey: .workingDirectory)
    try container.encode(rootDirectory, forKey: .rootDirectory)
    try container.encodeIfPresent(credentials, forKey: .credentials)
    // Swift writes a dictionary with Int32 keys as a flat array; an object reads better.
    let named = Dictionary(uniqueKeysWithValues: descriptors.map { ("\($0.key)", $0.value) })
    try container.encode(named, forKey: .descriptors)
  }
}
