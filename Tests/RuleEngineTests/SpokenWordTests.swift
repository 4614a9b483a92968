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
      ("ld: failed to set dynamic section sizes: bad value", nil),
      ("unrecognized configuration parameter \"shared_bufers\" in file", "shared_bufers"),
      ("connection to host 'db' failed", nil), ("invalid literal for int(): 'abc'", nil),
      ("Fatal error loading the DB: Invalid argument. Exiting.", nil),
      ("rsync: --delte: unknown option", "delte"), ("Unknown command verb restrat.", "restrat"),
      ("E: Invalid operation isntall", "isntall"),
      ("fetchmail:f:1: syntax error at imapp", "imapp"),
      ("curl: (1) Protocol \"htps\" not supported or disabled in libcurl", "htps"),
      ("E: Type 'debb' is not known on line 2 in source list x", "debb"),
      ("syntax error at line 4", nil),
      ("unknown host db.example", nil), ("No such file or directory: 'option'", nil),
    ] as [(String, String?)])
  func unknownWord(line: String, word: String?) { #expect(UnknownWord.find(in: line) == word) }

  @Test(
    "A name that is referred to and not there",
    arguments: [
      ("KeyError: 'amount'", "amount"),
      ("a.rb:3:in `fetch': key not found: \"amount\" (KeyError)", "amount"),
      ("Missing script: \"biuld\"", "biuld"), ("except KeyError: pass", nil),
      ("msmtp: account rely not found in /m", "rely"), ("no such table: custmers", "custmers"),
      ("account not found", nil), ("the table does not exist", nil), ("KeyError: 7", nil),
    ] as [(String, String?)])
  func reference(line: String, word: String?) { #expect(UnknownWord.reference(in: line) == word) }

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
      ("info    -  the following pages exist", true), ("debug - cache error", true),
      ("information retrieval failed: no such file", false),
      ("cannot open catalog: no such file", false), ("info: command not found", true),
    ])
  func information(line: String, isInformation: Bool) {
    #expect(Complaint.isInformation(line) == isInformation)
  }

  @Test(
    "Lines that announce the end, and say less than those before them",
    arguments: [
      ("build failed", true), ("jq: 1 compile error", true), ("msgfmt: found 1 fatal error.", true),
      ("fatal: configuration file \"/d/p.conf\" contains errors", true),
      ("dpkg: error processing package foo (--install):", true),
      ("target \"deploi\" does not exist in the project \"x\".", false),
      ("a.c:3: error: unknown type", false),
    ])
  func closing(line: String, isClosing: Bool) { #expect(Complaint.isClosing(line) == isClosing) }

  @Test(
    "The reason in a line of OpenSSL's queue",
    arguments: [
      (
        "801B66139A7F0000:error:1C800064:Provider routines:ossl_cipher_unpadblock:bad decrypt:a.c:129:",
        "bad decrypt (Provider routines)"
      ),
      ("a.c:error:1C800064:no", nil), ("x: error: it failed: bad: thing", nil),
      ("Error loading key", nil),
    ] as [(String, String?)])
  func opensslReason(line: String, reason: String?) {
    #expect(OpenSSLWords.reason(in: line) == reason)
  }

  @Test(
    "Lines that count what went wrong",
    arguments: [
      ("3 cases, 1 failed", true), ("1 validation error for c", true),
      ("2 errors generated.", true),
      ("a.c:3: error: unknown type name", false), ("line 3 error near x", false),
      ("make: *** [makefile:2: all] error 1", false), ("exit status 1", false),
      ("error: 404 while fetching", false),
    ])
  func count(line: String, isCount: Bool) { #expect(Complaint.isCount(line) == isCount) }

  @Test(
    "Frames of a stack, which are no message",
    arguments: [
      ("[c]: in function 'assert'", true), ("a.lua:2: in main chunk", true),
      ("/usr/lib/ruby/x.rb:271:in `parse!'", true), ("file \"a.py\", line 3, in f", true),
      ("a.rb:3:in `m': wrong number of arguments", false),
      ("a.rb:3:in `m': undefined method 'x'", false), ("lua5.4: a.lua:2: totals differ: 2", false),
    ])
  func frame(line: String, isFrame: Bool) { #expect(Complaint.isFrame(line) == isFrame) }

  @Test(
    "The number of a reason, which no frame of a stack has",
    arguments: [
      ("    1: missing field port at line 3", 1), ("    0: could not load ./conf.toml", 0),
      ("   0: rust_begin_unwind", nil), ("   1: core::panicking::panic_fmt", nil),
      ("1: it is no list at all", nil), ("    return a: b or c", nil),
    ] as [(String, Int?)])
  func reason(line: String, number: Int?) { #expect(Complaint.numberOfReason(line) == number) }

  @Test(
    "Make's report of a target that failed",
    arguments: [
      ("make: *** [Makefile:2: all] Error 1", true), ("make[1]: *** [a.o] Error 2", true),
      ("make: *** No rule to make target 'all'.  Stop.", false),
      ("make: *** [Makefile:2: all] Killed", false),
    ])
  func target(line: String, isReport: Bool) { #expect(Complaint.reportsTarget(line) == isReport) }

  @Test(
    "Whether a file that words name is one to correct",
    arguments: [
      ("/srv/app.conf", "app.conf line 3: unknown word", false),
      ("/var/lib/apt/lists/x_InRelease", "line 2: bad", true),
      ("/tmp/ccX.o", "multiple definition of g", true),
      ("/srv/a.7z", "Cannot open encrypted archive. Wrong password?", true),
      ("/srv/CMakeLists.txt", "CMake 3.30 or higher is required", true),
      ("/srv/run.sh", "run.sh: line 3: syntax error", false),
    ])
  func nothingToCorrect(file: String, line: String, isRight: Bool) {
    #expect(Observer.isRight(file, by: line) == isRight)
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
      (
        ["amake: error: no 'M.am'", "amake: Did you forget AC_X([M]) in configure.ac?"],
        "Did you forget AC_X([M]) in configure.ac?"
      ),
      (
        ["git: 'chekcout' is not a git command.", "", "The most similar command is", "\tcheckout"],
        "The most similar command is checkout"
      ),
      (
        [
          "error: failed to push", "hint: You may want to first integrate the remote changes",
          "hint: (e.g., 'git pull ...') before pushing again.",
        ], "integrate the remote changes (e.g., 'git pull ...') before pushing again."
      ),
      (["The most similar of the two is", "the first one"], nil),
      (["error in line 2 of /tmp/run/use/x.conf:", "  main option \"acl\" unknown"], nil),
    ] as [([String], String?)])
  func advice(lines: [String], advice: String?) {
    var trace = Trace("/usr/bin/app")
    for line in lines { trace.say(line) }
    trace.exit(1)
    #expect(Advice.find(in: trace.history.words.lines, around: 0) == advice)
  }
}
