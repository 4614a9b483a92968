import Testing

@testable import RuleEngine

@Suite("Places that messages name")
struct NamedPlaceTests {
  @Test("Real messages", arguments: Self.messages)
  func message(text: String, file: String, line: Int?) {
    let place = NamedPlace.find(in: text, base: "/srv")
    #expect(place == NamedPlace(file: file, line: line), "\(text)")
  }

  private static let messages: [(String, String, Int?)] = [
    // gcc, ld, clang
    ("main.c:12:5: error: unknown type name 'strig'", "/srv/main.c", 12),
    ("src/a.c:3:10: fatal error: missing.h: No such file or directory", "/srv/src/a.c", 3),
    ("In file included from lib/x.h:7,", "/srv/lib/x.h", 7),
    ("/usr/bin/ld: main.o: in function `main':", "/usr/bin/ld", nil),
    ("../lib/util.cpp:120: undefined reference to `f()'", "/lib/util.cpp", 120),
    // nginx, apache, sshd, postgres, haproxy, postfix
    (
      "nginx: [emerg] unknown directive \"lisen\" in /etc/nginx/nginx.conf:14",
      "/etc/nginx/nginx.conf", 14
    ),
    (
      "AH00526: Syntax error on line 7 of /etc/apache2/apache2.conf:", "/etc/apache2/apache2.conf",
      7
    ),
    (
      "E: Type 'debb' is not known on line 2 in source list /etc/apt/sources.list",
      "/etc/apt/sources.list", 2
    ),
    ("/etc/ssh/sshd_config: line 3: Bad configuration option: Prt", "/etc/ssh/sshd_config", 3),
    ("/etc/ssh/sshd_config line 5: missing argument.", "/etc/ssh/sshd_config", 5),
    (
      "LOG:  syntax error in file \"/etc/postgresql/postgresql.conf\" line 4, near token \"=\"",
      "/etc/postgresql/postgresql.conf", 4
    ),
    (
      "[ALERT] (1) : config : parsing [/etc/haproxy/haproxy.cfg:9] : unknown keyword",
      "/etc/haproxy/haproxy.cfg", 9
    ),
    (
      "postfix: fatal: /etc/postfix/main.cf, line 2: missing '=' after attribute name",
      "/etc/postfix/main.cf", 2
    ),
    // python
    ("  File \"/srv/app.py\", line 3, in <module>", "/srv/app.py", 3),
    ("  File \"app/models.py\", line 77", "/srv/app/models.py", 77),
    // php, perl, ruby, lua
    (
      "PHP Parse error:  syntax error, unexpected '}' in /var/www/x.php on line 9",
      "/var/www/x.php", 9
    ),
    ("Can't locate JSON/XS.pm in @INC at ./tool.pl line 4.", "/srv/tool.pl", 4),
    ("syntax error at ./tool.pl line 12, near \"}\"", "/srv/tool.pl", 12),
    ("/srv/app.rb:5:in `require': cannot load such file -- nokogiri (LoadError)", "/srv/app.rb", 5),
    ("lua: script.lua:1: attempt to call a nil value", "/srv/script.lua", 1),
    // shells, make, cmake
    ("./run.sh: line 3: foo: command not found", "/srv/run.sh", 3),
    ("/srv/run.sh: 7: Syntax error: \"fi\" unexpected", "/srv/run.sh", 7),
    ("Makefile:4: *** missing separator.  Stop.", "/srv/Makefile", 4),
    ("make: *** [Makefile:2: all] Error 1", "/srv/Makefile", 2),
    ("CMake Error at CMakeLists.txt:3 (find_package):", "/srv/CMakeLists.txt", 3),
    // java, rust, go, node, swift
    ("Main.java:4: error: ';' expected", "/srv/Main.java", 4),
    ("\tat com.example.Main.run(Main.java:12)", "/srv/Main.java", 12),
    (" --> src/main.rs:2:5", "/srv/src/main.rs", 2),
    ("thread 'main' panicked at src/main.rs:10:20:", "/srv/src/main.rs", 10),
    ("./main.go:5:2: undefined: fmt.Printn", "/srv/main.go", 5),
    ("    at Object.<anonymous> (/srv/index.js:3:9)", "/srv/index.js", 3),
    ("/srv/index.js:1", "/srv/index.js", 1),
    ("ParserError: x.ps(12): unexpected", "/srv/x.ps", 12),
    ("a duplicate default server for 127.0.0.1:80 in /etc/n.conf:4", "/etc/n.conf", 4),
    // no line
    ("cat: /etc/app.conf: No such file or directory", "/etc/app.conf", nil),
    ("Error: cannot read settings.toml", "/srv/settings.toml", nil),
  ]

  @Test(
    "Words that name no file",
    arguments: [
      "", "fatal: not a git repository", "connection to http://example.org/x.html refused",
      "error: --file.conf is no option", "e.g. this", "a/b", "12:30:05 started",
    ])
  func nothing(text: String) {
    let place = NamedPlace.find(in: text, base: "/srv")
    #expect(place == nil)
  }

  @Test(
    "Lines of any kind do no harm",
    arguments: ["::::", "/:99999999999999999999", "((((", "\u{301}:1"])
  func hostile(text: String) {
    let place = NamedPlace.find(in: text, base: "/")
    #expect(place?.line == nil)
  }
}
