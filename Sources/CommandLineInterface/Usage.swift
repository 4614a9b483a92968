/// What `--help` prints.
enum Usage {
  /// The whole help.
  static func text(tool: String) -> String {
    let purpose =
      tool == "whyconf"
      ? "Runs COMMAND and says which configuration files it tries, in which order."
      : "Runs COMMAND and, if it fails, says why, and what to do."
    return """
      \(purpose)

      Usage: \(tool) [OPTIONS] [--] COMMAND [ARGUMENT...]
             \(tool) --replay FILE
             whyfail -p PID|NAME[,...]
             \(tool) --read LOG
             whyfail --holder PATH|:PORT|PORT/udp
             whyfail --core FILE|last [PROGRAM]
             \(tool) --diff GOOD BAD

      Options:
        --format text|json|markdown  form of the report (text)
        -o, --output FILE            write the report to FILE, not to standard error
        --verbose                    all findings, evidence, configuration files, processes
        --all                        also the failed calls that were found to be harmless; of
                                     whyconf also what is thought no configuration, and why
        --timeout SECONDS            end COMMAND after so long, and say what it was waiting for
        --settle SECONDS             end COMMAND once all of it waits and nothing new was looked
                                     for so long (whyconf does it after a second)
        --user NAME                  run COMMAND as this user (root only)
        --record FILE                also write what was traced to FILE
        --baseline FILE              what failed in this recording or log too, of a run that went
                                     well, is not the reason
        --strace-log FILE            write it as strace would have, too
        --replay FILE                report on such a file; runs nothing
        --read FILE                  report on a log that strace or kdump wrote, or on a recording
                                     (- is standard input; strace -ff: the name without numbers);
                                     runs nothing, and asks nothing of this machine
        --core FILE|last [PROGRAM]   report on a core file, or on the newest that is found;
                                     PROGRAM where the program is not at its own place
        --threads                    with a crash, also of a core file: what each thread was in
        --no-redact                  leave passwords and tokens in the report
        --redact                     take them out of the recording of --record, too
        --libraries PROGRAM          show the shared libraries of PROGRAM, and what is missing;
                                     runs nothing (--root DIR: of a system below DIR)
        --holder WORD                who uses a file, directory tree, device, mount, socket or
                                     port (:80, 53/udp), as what, and how to release it
        --find WORD                  whyconf: where WORD stands in the files that were read
        --tree                       whyconf: draw which file led to which
        -p, --pid PID|NAME[,...]     watch running processes with their descendants until Ctrl-C,
                                     --timeout or their end: what they are, do, wait for and have
                                     open, and what fails; they run on unharmed
        --no-children                with -p: without the descendants
        --reload, --follow           whyconf with -p: send it SIGHUP and show what it reads then;
                                     show each try as it comes, until Ctrl-C
        --keep-running               whyconf: let a daemon go that has settled, do not end it
        --diff GOOD BAD              why a program works in one run and not in the other: each a
                                     recording, a log or a JSON report; ends with 1 if anything
                                     differs that matters, 0 if nothing does (whyconf: what
                                     differs between the configuration of two)
        --list                       list the heuristics
        --explain ID                 explain one of them at length
        --check-heuristics [DIR...]  check your own heuristics
        --version, -h, --help

      The report goes to standard error; standard output stays COMMAND's own.
      Exit status: COMMAND's, 128+N if signal N ended it, 125 if \(tool) itself failed,
      126 if COMMAND was found but could not run, 127 if it was not found.

      """
  }
}
