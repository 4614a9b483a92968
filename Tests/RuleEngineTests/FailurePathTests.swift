import History
import Testing
import TraceEvents
import TraceTestSupport

@testable import RuleEngine

@Suite("The way down to the process that failed")
struct FailurePathTests {
  /// The names on the failure path of a trace that begins with `program`.
  private func path(_ program: String, _ build: (inout Trace) -> Void) -> [String] {
    var trace = Trace(program)
    build(&trace)
    let history = trace.history
    return FailurePath(in: history).processes.map { history.processes[$0].name }
  }

  @Test("make → sh → cc → cc1: down to the one that failed first")
  func make() {
    let path = path("/usr/bin/make") {
      $0.spawn(200, "/bin/sh", ["-c", "cc x.c"])
      $0.spawn(300, from: 200, "/usr/bin/cc", ["x.c"])
      $0.spawn(400, from: 300, "/usr/lib/cc1", ["x.c"])
      $0.say("x.c:1: error", by: 400)
      $0.exit(1, by: 400)
      $0.exit(1, by: 300)
      $0.exit(1, by: 200)
      $0.say("make: *** [all] Error 1")
      $0.exit(2)
    }
    #expect(path == ["make", "sh", "cc", "cc1"])
  }

  @Test(
    "The last of several tries in vain is to blame, one that was followed by another failure is not"
  )
  func tries() {
    let inVain = path("/bin/sh") {
      for child: ProcessID in [200, 300] {
        $0.spawn(child, "/usr/bin/curl", ["-sf", "http://a/"])
        $0.exit(7, by: child)
        $0.spawn(child + 1, "/bin/sleep")
        $0.exit(0, by: child + 1)
      }
      $0.say("giving up")
      $0.exit(1)
    }
    #expect(inVain == ["sh", "curl"])
    let once = path("/bin/sh") {
      $0.spawn(200, "/usr/bin/curl", ["-sf", "http://a/"])
      $0.exit(7, by: 200)
      $0.spawn(201, "/bin/sleep")
      $0.exit(0, by: 201)
      $0.say("giving up")
      $0.exit(1)
    }
    #expect(once == ["sh"])
  }

  @Test("Who goes on after a child and complains of a file has not failed over it")
  func complainsOfFile() {
    for words in ["\"./app.json\" does not contain valid JSON", "no terminal was found"] {
      let path = path("/usr/bin/php") {
        for child: ProcessID in [200, 300] {
          $0.spawn(child, "/bin/sh", ["-c", "tput cols"])
          $0.spawn(child + 1, from: child, "/usr/bin/tput", ["cols"])
          $0.say("tput: unknown terminal", by: child + 1, on: .log)
          $0.exit(1, by: child + 1)
          $0.exit(1, by: child)
        }
        for index in 0..<60 { $0.stat("/srv/\(index)") }
        $0.say("error: " + words)
        $0.exit(1)
      }
      #expect(path == (words.contains("json") ? ["php"] : ["php", "sh", "tput"]))
    }
  }

  @Test("A status that the next words of a parent tell is that of the child, whatever its own")
  func toldStatus() {
    for (words, leads) in [
      ("pre-installation script returned error exit status 127", true),
      ("pre-installation script returned error exit status 12", false),
    ] {
      let path = path("/usr/bin/dpkg") {
        $0.spawn(200, "/bin/bash", ["preinst"])
        $0.exit(127, by: 200)
        $0.spawn(300, "/usr/bin/rm", ["-rf", "tmp.ci"])
        $0.exit(0, by: 300)
        $0.say("dpkg: error processing archive:")
        $0.say(words)
        $0.exit(1)
      }
      #expect(path == (leads ? ["dpkg", "bash"] : ["dpkg"]))
    }
  }

  @Test("Of a pipeline whose member is a list, the reader that complained, whichever ended first")
  func listInPipeline() {
    for isReaderFirst in [true, false] {
      let path = path("/bin/bash") {
        $0.fork(200)
        $0.spawn(201, from: 200, "/usr/bin/seq", ["9999"])
        $0.spawn(300, "/usr/bin/python3", ["load.py"])
        $0.say("ValueError: invalid literal for int() with base 10: 'n/a'", by: 300)
        if isReaderFirst { $0.exit(1, by: 300) }
        $0.kill(.brokenPipe, 201)
        $0.exit(141, by: 200)
        if !isReaderFirst { $0.exit(1, by: 300) }
        $0.exit(141)
      }
      #expect(path.last == "python3")
    }
  }

  @Test("Who waits for others that ran beside a failed one has not gone on")
  func waitsForOthers() {
    let path = path("/bin/bash") {
      $0.spawn(200, "/bin/bash", ["a.sh"])
      $0.spawn(300, "/usr/bin/sort", ["b.csv"])
      $0.say("sort: cannot read: b.csv", by: 300, on: .log)
      $0.exit(2, by: 300)
      for index in 0..<50 { $0.stat("/srv/\(index)", by: 200) }
      $0.exit(0, by: 200)
      $0.say("one of the shards failed")
      $0.exit(1)
    }
    #expect(path == ["bash", "sort"])
  }

  @Test("Who complained before its parent did, and ended after it, is why that failed")
  func endsLater() {
    let ssh = path(
      "/usr/bin/git",
      {
        $0.spawn(200, "/usr/bin/ssh", ["host"])
        $0.say("Bad owner or permissions on /home/ann/.ssh/config", by: 200)
        $0.say("fatal: Could not read from remote repository.")
        $0.exit(128)
        $0.exit(255, by: 200)
      })
    #expect(ssh == ["git", "ssh"])
    let other = path(
      "/usr/bin/git",
      {
        $0.spawn(200, "/usr/bin/ssh", ["host"])
        $0.say("fatal: Could not read from remote repository.")
        $0.say("ssh: error: the other side is gone", by: 200)
        $0.exit(128)
        $0.exit(255, by: 200)
      })
    #expect(other == ["git"])
  }

  @Test("What fails out of sight with another status comes after the failure that was handed on")
  func cleanup() {
    let hidden = path("/bin/bash") {
      $0.spawn(200, "/usr/bin/sqlite3")
      $0.say("Error: unable to open database", by: 200)
      $0.exit(1, by: 200)
      $0.spawn(300, "/bin/ls")
      $0.exit(2, by: 300)
      $0.say("backup failed")
      $0.exit(1)
    }
    #expect(hidden == ["bash", "sqlite3"])
    let seen = path("/bin/bash") {
      $0.spawn(200, "/usr/bin/sqlite3")
      $0.say("Error: unable to open database", by: 200)
      $0.exit(1, by: 200)
      $0.spawn(300, "/bin/ls")
      $0.say("ls: cannot access 'x'", by: 300)
      $0.exit(2, by: 300)
      $0.exit(2)
    }
    #expect(seen == ["bash", "ls"])
  }

  @Test("A script under set -e ends with its last command")
  func errorExit() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/bin/mkdir")
      $0.exit(0, by: 200)
      $0.spawn(300, "/bin/cp")
      $0.say("cp: cannot stat", by: 300)
      $0.exit(1, by: 300)
      $0.exit(1)
    }
    #expect(path == ["sh", "cp"])
  }

  @Test("A command that failed while the script went on is not to blame")
  func passedOver() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/bin/rm")
      $0.say("rm: cannot remove", by: 200)
      $0.exit(1, by: 200)
      $0.spawn(300, "/bin/true")
      $0.exit(0, by: 300)
      $0.spawn(400, "/bin/true")
      $0.exit(0, by: 400)
      $0.say("sh: bad substitution")
      $0.exit(2)
    }
    #expect(path == ["sh"])
  }

  @Test("grep that found nothing is an answer to a script that failed otherwise")
  func silentGrep() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/bin/grep")
      $0.exit(1, by: 200)
      $0.say("sh: no such entry, giving up")
      $0.exit(3)
    }
    #expect(path == ["sh"])
  }

  @Test("A command that a script lent its status to is on the path, though it said nothing")
  func silentCommand() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/bin/tool")
      $0.exit(7, by: 200)
      $0.exit(7)
    }
    #expect(path == ["sh", "tool"])
  }

  @Test("The last command of a pipeline counts")
  func pipeline() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/bin/cat")
      $0.spawn(300, "/bin/sort")
      $0.exit(0, by: 200)
      $0.say("sort: write failed", by: 300)
      $0.exit(2, by: 300)
      $0.exit(2)
    }
    #expect(path == ["sh", "sort"])
  }

  @Test("A child that its own parent ended is not to blame")
  func killedByParent() {
    let path = path("/usr/bin/server") {
      $0.spawn(200, "/usr/bin/worker")
      $0.say("server: fatal: bad configuration")
      $0.kill(.terminate, 200, sender: Trace.first)
      $0.exit(1)
    }
    #expect(path == ["server"])
  }

  @Test("A child that crashed, and whose parent then failed, is to blame")
  func crashedChild() {
    let path = path("/usr/bin/build") {
      $0.spawn(200, "/usr/bin/step")
      $0.kill(.segmentationViolation, 200, code: 1)
      $0.exit(1)
    }
    #expect(path == ["build", "step"])
  }

  @Test("A run that succeeded has nobody to blame, whatever its children did")
  func success() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/bin/false")
      $0.exit(1, by: 200)
      $0.exit(0)
    }
    #expect(path == ["sh"])
  }

  @Test("A supervisor that started its child anew, and failed by itself, is to blame itself")
  func supervisor() {
    let path = path("/usr/bin/supervisor") {
      for index in 0..<4 {
        $0.spawn(ProcessID(200 + index), "/usr/bin/worker")
        $0.exit(index == 3 ? 0 : 1, by: ProcessID(200 + index))
      }
      $0.say("supervisor: cannot write the state file")
      $0.exit(5)
    }
    #expect(path == ["supervisor"])
  }

  @Test("Of two that failed, the last one before the parent's own end")
  func lastOfTwo() {
    let path = path("/bin/sh") {
      $0.spawn(200, "/bin/one")
      $0.say("one: error", by: 200)
      $0.exit(1, by: 200)
      $0.spawn(300, "/bin/two")
      $0.say("two: error", by: 300)
      $0.exit(1, by: 300)
      $0.exit(1)
    }
    #expect(path == ["sh", "two"])
  }

  @Test("A writer whose reader had failed: the reader")
  func failedReader() {
    let path = path("/bin/sh") {
      $0.pipe(3, 4)
      $0.fork(200)
      $0.fork(300)
      $0.call("close", 3)
      $0.call("close", 4)
      $0.call("close", 3, by: 200)
      $0.execute("/bin/producer", by: 200)
      $0.call("close", 4, by: 300)
      $0.execute("/bin/consumer", by: 300)
      $0.say("consumer: disk full", by: 300)
      $0.exit(1, by: 300)
      $0.kill(
        .brokenPipe, 200,
        during: SystemCall(
          name: "write", arguments: [.descriptor(number: 4)], outcome: .fails(.brokenPipe)))
      $0.exit(141)
    }
    #expect(path == ["sh", "producer", "consumer"])
  }

  @Test("A deep chain and an empty history do no harm")
  func extremes() {
    let deep = path("/bin/sh") {
      for depth in 0..<400 {
        $0.spawn(ProcessID(101 + depth), from: ProcessID(100 + depth), "/bin/sh")
      }
      for depth in (0...400).reversed() { $0.exit(9, by: ProcessID(100 + depth)) }
    }
    #expect(deep.count == 256)
    #expect(FailurePath(in: History()).processes.isEmpty)
  }
}
