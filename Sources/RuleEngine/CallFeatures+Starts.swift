internal import History
internal import TraceEvents

// Programs that a process could not start, where the process itself says little of it.
extension CallFeatures {
  /// How many events after a child that became no program its parent is taken to have failed over it.
  private static let wayToComplaint = 40

  /// True for the start of a program in a child that became none and ended, if its parent is where the
  /// failure came from, started nothing after it, and ended or complained soon: `system("convertt x") == 0
  /// or die`.
  static func isStartInVain(_ call: FailedCall, _ run: RankingContext) -> Bool {
    let child = run.history.processes[call.process]
    guard call.purpose == .execute, call.error.isAbsence || isNoProgram(call, child),
      call.replacement == nil,
      !child.hasExecuted, child.end != nil, let index = child.parent,
      index == run.path.leaf || child.index == run.path.leaf,
      run.lastFailure[call.process] == call.lastNumber, !isTriedAfterComplaint(call, run)
    else { return false }
    let parent = run.history.processes[index]
    let next =
      run.mentions.lines.first {
        $0.process == index && $0.number > child.endNumber && $0.stream != .log
      }?.number ?? run.endNumber(of: index)
    guard next != Int.max, next - child.endNumber <= wayToComplaint else { return false }
    // An exception tells its own reason.
    let throwsOther = run.mentions.lines.contains {
      $0.process == index && $0.number > child.endNumber && Complaint.namesException($0.text)
    }
    guard !throwsOther else { return false }
    return !parent.children.contains {
      let other = run.history.processes[$0]
      return other.startNumber > child.endNumber && other.hasExecuted
    }
      && !run.history.failures.calls.contains {
        // What was refused before it made the program look for a helper: mount(8) does.
        $0.process == index && $0.number > child.startNumber - wayToComplaint && $0.number < next
          && !$0.error.isAbsence && $0.error != .exists && $0.replacement == nil
      }
  }

  /// True for a file that the kernel does not run, unless a shell was to run it, which then reads it by itself.
  private static func isNoProgram(_ call: FailedCall, _ process: ProcessRecord) -> Bool {
    call.error == .executableFormat
      && !(process.executable.map(PathName.base).map(ShellWords.shells.contains) ?? false)
  }

  /// What `process` says of a call: of the start of a program in a child, what the parent's place says.
  static func standing(of call: FailedCall, _ run: RankingContext) -> Double {
    isStartInVain(call, run)
      ? RankingWeights.innermost
      : ProcessFeature.standing(of: call.process, at: call.lastNumber, run)
  }
}
