package import TraceEvents

/// Answers about the machine that it runs on, from /proc and the file system.
///
/// It executes nothing, opens no FIFO or socket, and no device but a disk whose first bytes are asked
/// for and the kernel's log; every search has a limit. As an ordinary user it sees less of other users' processes; an answer then says what is known.
package struct LiveSystemInspector: SystemInspector {
  /// An inspector of the machine that we run on; it keeps no state.
  package init() {}

  /// The answer as it is now; `unknown` with the reason where it cannot be found out.
  package func answer(_ question: SystemQuestion) -> SystemAnswer {
    do throws(InspectionError) {
      return try found(for: question)
    } catch {
      return .unknown(reason: error.reason)
    }
  }

  private func found(for question: SystemQuestion) throws(InspectionError) -> SystemAnswer {
    switch question {
    case .access(let path, let operation, let credentials):
      .accessWalk(
        walk: AccessWalk(path: path, operation: operation, credentials: credentials))
    case .path(let path): .pathWalk(walk: PathWalker().walk(path).walk)
    case .similarNames(let directory, let name):
      .names(list: try SimilarNames.inDirectory(directory, to: name))
    case .entries(let directory, let limit):
      .names(
        list: Array(
          try FileReading.names(in: directory, limit: 20_000).sorted().prefix(max(0, limit))))
    case .similarCommands(let name, let searchPath):
      .names(list: SimilarNames.commands(to: name, searchPath: searchPath))
    case .fileSystem(let path): .fileSystem(status: try FileSystemStatus(holding: path))
    case .listener(let address, let isDatagram):
      .holders(list: try SocketTable.holders(of: address, isDatagram: isDatagram))
    case .openers(let path): .holders(list: try OpenFileSearch(path: path).holders())
    case .lockers(let path): .holders(list: try LockTable.holders(of: path))
    case .process(let pid): .process(identity: try ProcessIdentity(pid: pid))
    case .limits(let pid): .limits(list: try ResourceLimits.of(pid))
    case .conditions(let pid): .conditions(conditions: try RunConditions(of: pid))
    case .linesMentioning(let words, let files):
      .lines(list: TextSearch.lines(mentioning: words, in: files))
    case .linesAround(let file, let line, let context):
      .lines(list: try TextSearch.lines(of: file, around: line, context: context))
    case .references(let file): .lines(list: try TextSearch.references(in: file))
    case .linesContaining(let text, let file):
      .lines(list: try TextSearch.lines(containing: text, in: file))
    case .userName(let user): .names(list: UserDatabase.userName(user).map { [$0] } ?? [])
    case .groupName(let group): .names(list: UserDatabase.groupName(group).map { [$0] } ?? [])
    case .packageOwning(let path): InstalledPackages.owner(of: path)
    case .packageConfiguration(let paths): InstalledPackages.configuration(among: paths)
    // Files of programs are read by ElfInspection.
    case .program, .library, .symbol, .definers:
      .unknown(reason: "this inspector does not read programs")
    case .argumentSizes, .threads, .crashedThreads: .unknown(reason: "only a tracer could tell")
    case .snapshot(let pids): .snapshots(list: ProcessSnapshots(of: pids).all)
    case .nearby(let names, let roots): .names(list: NearbyFiles.named(names, around: roots))
    case .nearWords(let word, let files): .names(list: NearWords.near(word, in: files))
    case .otherNearWords(let word, let files):
      .names(list: NearWords.near(word, in: files, besidesItself: true))
    case .packageShipping(let name): PackageLists.packages(shipping: name)
    case .binaryFormat(let path): .names(list: BinaryFormats.format(of: path))
    case .listening: .holders(list: SocketTable.listeners())
    case .processorFeature(let name): .names(list: try Processor.features(named: name))
    case .kernelParameter(let path): .names(list: try KernelParameters.value(of: path))
    case .yamlFault(let path): .names(list: try YAMLCheck.fault(of: path).map { [$0] } ?? [])
    case .kernelMessages(let words): .names(list: try KernelLog.recent(with: words))
    case .diskContents(let path): .names(list: try DiskContents.format(of: path))
    case .controlGroup(_, let memberships):
      .controlGroup(status: ControlGroups.status(memberships: memberships))
    case .mapping(let pid, let address):
      .mapping(status: try MemoryMap.status(of: pid, at: address))
    }
  }
}
