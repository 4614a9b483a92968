import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("What words tell beside a complaint")
struct SpokenWordTests {
  @Test(
    "A word that a program does not know",
    arguments: [
      ("unknown directive \"lisen\" in /etc/nginx.conf:5", "lisen"),
      ("line 3: Bad configuration option: PermitRootLogn", "PermitRootLogn"),
      ("Invalid command 'Lisen', perhaps misspelled", "Lisen"),
      ("app: unrecognized option '--colour=always'", "colour"),
      ("unrecognized configuration parameter \"shared_bufers\" in file", "shared_bufers"),
      ("connection to host 'db' failed", nil), ("invalid literal for int(): 'abc'", nil),
      ("Fatal error loading the DB: Invalid argument. Exiting.", nil),
      ("unknown host db.example", nil), ("No such file or directory: 'option'", nil),
    ] as [(String, String?)])
  func unknownWord(line: String, word: String?) { #expect(UnknownWord.find(in: line) == word) }

  @Test(
    "The error that words end in",
    arguments: [
      ("cp: error reading 'x': Input/output error", "EIO"),
      ("OSError: [Errno 100] Network is down", "ENETDOWN"),
      ("cannot skip: Illegal seek at job.pl line 3.", "ESPIPE"),
      ("Error: EMFILE, open 'x'", "EMFILE"), ("add_key (Disk quota exceeded)", "EDQUOT"),
      ("Permission denied (publickey).", nil), ("ERROR: it does not work", nil),
      ("No such process was started by us", nil), ("Success", nil),
    ] as [(String, String?)])
  func spokenError(line: String, error: String?) {
    #expect(SpokenError.find(in: line)?.name == error)
  }

  @Test(
    "Lines that call themselves information",
    arguments: [
      ("2026-11-25 00:47:23.164 gmt [10] log:  skipping missing file", true),
      ("info:root:cannot find cache", true), ("[debug] no such entry", true),
      ("time=12 level=info msg=\"not found\"", true),
      ("5 silly config load:file:/root/.npmrc", true),
      ("error: cannot open debug.log: no such file", false),
      ("log file /x cannot be opened", false),
      ("cannot open catalog: no such file", false), ("info: command not found", true),
    ])
  func information(line: String, isInformation: Bool) {
    #expect(Complaint.isInformation(line) == isInformation)
  }

  @Test(
    "What a program advises itself",
    arguments: [
      (
        ["fatal: dubious ownership", "To add an exception, call:", "\tgit config --add safe /r"],
        "git config --add safe /r"
      ),
      (
        ["cannot access /pg: No such file", "Run initdb or pg_basebackup to make one."],
        "Run initdb or pg_basebackup to make one."
      ),
      (
        ["FATAL: too small", "HINT:  Increase the value of shmmax."],
        "Increase the value of shmmax."
      ),
      (
        [
          "fatal: lock exists", "an editor. Please make sure all processes",
          "are terminated then try again. If it fails,", "remove it.",
        ], "make sure all processes are terminated then try again."
      ),
      (
        [
          "CMake Error: not found", "Add the prefix of \"Z\" to PREFIX or set",
          "\"Z_DIR\" to a directory.",
        ],
        "Add the prefix of \"Z\" to PREFIX or set \"Z_DIR\" to a directory."
      ),
      (["ls: unrecognized option '--x'", "Try 'ls --help' for more information."], nil),
      (["cannot open a.conf", "giving up"], nil),
      (["error in line 2 of /tmp/run/use/x.conf:", "  main option \"acl\" unknown"], nil),
    ] as [([String], String?)])
  func advice(lines: [String], advice: String?) {
    var trace = Trace("/usr/bin/app")
    for line in lines { trace.say(line) }
    trace.exit(1)
    #expect(Advice.find(in: trace.history.words.lines, around: 0) == advice)
  }
}
