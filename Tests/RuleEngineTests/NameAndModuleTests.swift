import Testing

@testable import RuleEngine

@Suite("What words and names tell of files, modules and libraries")
struct NameAndModuleTests {
  @Test(
    "The loader's words, its own and those of interpreters",
    arguments: [
      (
        "app: error while loading shared libraries: /srv/libx.so.1: file too short", "rejected",
        "/srv/libx.so.1", nil, nil
      ),
      ("OSError: /srv/libx.so: invalid ELF header", "rejected", "/srv/libx.so", nil, nil),
      (
        "Can't load 'lib/Fast.so' for module Fast: libx.so.1: wrong ELF class: ELFCLASS32 at X",
        "rejected", "libx.so.1", nil, nil
      ),
      ("app: symbol lookup error: app: undefined symbol: hn", "symbol", nil, "hn", nil),
      (
        "app: symbol lookup error: /srv/liba.so: undefined symbol: hn, version V_1", "symbol",
        "/srv/liba.so", "hn", nil
      ),
      (
        "./app: /lib/libc.so.6: version `GLIBC_2.99' not found (required by ./app)", "version",
        "/lib/libc.so.6", "GLIBC_2.99", "./app"
      ),
      (
        "app: symbol lookup error: app: symbol hn, version V_2 not defined in file libx.so.1 with "
          + "link time reference", "symbol", nil, "hn", nil
      ),
      (
        "app: error while loading shared libraries: libx.so.1: cannot open shared object file: No "
          + "such file or directory", "missing", "libx.so.1", nil, nil
      ),
      (
        "nginx: [emerg] dlopen() \"/m/x.so\" failed (libx.so.1: cannot open shared object file: No "
          + "such file or directory) in /n.conf:1", "missing", "libx.so.1", nil, nil
      ),
      (
        "Error loading shared library libx.so.1: No such file or directory (needed by ./app)",
        "missing", "libx.so.1", nil, "./app"
      ),
      ("Error relocating ./app: hn: symbol not found", "symbol", "./app", "hn", nil),
    ] as [(String, String, String?, String?, String?)])
  func loader(text: String, trouble: String, file: String?, name: String?, neededBy: String?) {
    let words = LoaderWords(text)
    #expect(words?.trouble.rawValue == trouble)
    #expect(words?.file == file && words?.name == name && words?.neededBy == neededBy)
  }

  @Test("Whose loader a program names")
  func loaderKinds() {
    #expect(LoaderKind(path: "/lib/ld-musl-x86_64.so.1")?.package == "musl")
    #expect(LoaderKind(path: "/lib/ld-linux.so.2")?.package == "libc6-i386")
    #expect(LoaderKind(path: "/lib/ld-linux-aarch64.so.1")?.words.contains("aarch64") == true)
    let nix = LoaderKind(path: "/nix/store/q5j-glibc-2.38/lib/ld-linux-x86-64.so.2")
    #expect(nix?.isReplaceable == true && nix?.words.contains("Nix") == true)
    #expect(LoaderKind(path: "/lib/ld-lsb-x86-64.so.3")?.isReplaceable == true)
    #expect(LoaderKind(path: "/lib/ld-lsb.so.3")?.isReplaceable == false)
    #expect(LoaderKind(path: "/opt/own/loader") == nil)
  }

  @Test(
    "Words of others",
    arguments: [
      "tail: file too short", "cannot open shared object file: No such file or directory",
      "ERROR: ld.so: object 'x.so' from LD_PRELOAD cannot be preloaded (cannot open shared object "
        + "file): ignored.", "package x: version 2 not found", "undefined reference to `f'",
    ])
  func otherWords(text: String) {
    #expect(LoaderWords(text) == nil)
  }

  @Test(
    "Modules that interpreters do not find",
    arguments: [
      (
        "ModuleNotFoundError: No module named 'acme.billing'", "acme.billing",
        "acme/billing/__init__.py", "python3 -m pip install acme"
      ),
      (
        "Error: Cannot find module '@acme/x/y'", "@acme/x/y", "node_modules/@acme/x/y",
        "npm install @acme/x"
      ),
      ("Error: Cannot find module './lib/x'", nil, nil, nil),
      ("a.rb:1: cannot load such file -- rack (LoadError)", "rack", "rack.rb", "gem install rack"),
      (
        "Can't locate JSON/Fast.pm in @INC (you may", "JSON::Fast", "JSON/Fast.pm",
        "cpan JSON::Fast"
      ),
      (
        "main.go:2:8: no required module provides package x.org/a/b; to add it:", "x.org/a/b", nil,
        "go get x.org/a/b"
      ),
      ("error: no matching package named `serde` found", "serde", nil, "cargo add serde"),
      (
        "Could not find rack-3.0.1 in locally installed gems", "rack-3.0.1", "rack-3.0.1.rb",
        "gem install rack-3.0.1"
      ),
      ("lua: module 'a.b' not found:", "a.b", "a/b/init.lua", "luarocks install a.b"),
    ] as [(String, String?, String?, String?)])
  func modules(text: String, name: String?, file: String?, installation: String?) {
    let module = MissingModule(in: text)
    #expect(module?.name == name)
    #expect(module?.files.last == file && module?.installation == installation)
  }

  @Test("Variables that were empty")
  func variables() {
    let empty = ShellVariables.empty
    #expect(empty("cp a $BACKUP/host/x", "/host/x") == ["BACKUP"])
    #expect(empty("cat \"${DIR}/$NAME.conf\"", "/.conf") == ["DIR", "NAME"])
    #expect(empty("cd \"$REPORTS\"/daily", "/daily") == ["REPORTS"])
    #expect(empty("cat /etc/$D/my.conf", "/etc//my.conf") == ["D"])
    #expect(empty("cat /etc/my.conf", "/etc/my.conf").isEmpty)
    #expect(empty("cat ${D:-x}/y", "/y").isEmpty)
    #expect(empty("cat $D/other", "/y").isEmpty)
  }

  @Test(
    "Names that explain themselves",
    arguments: [
      ("/srv/in.txt\r", "carriage return"), ("/srv/in.txt ", "blank"), ("~/app.conf", "home"),
      ("/srv/*.csv", "pattern"), ("'/srv/x'", "quotation"), ("/srv/${X}/y", "variable"),
      ("/srv/undefined/y", "unset"), ("/dev/sr7", "device"), ("file:///etc/x", "URL"),
      ("/srv/{{name}}/y", "placeholder"),
    ])
  func oddNames(path: String, word: String) {
    #expect(NameOddity.words(for: path)?.contains(word) == true)
  }

  @Test("Names with nothing odd", arguments: ["/srv/a b.txt", "x", "/srv/null.txt", "/srv/a~"])
  func plainNames(path: String) {
    #expect(NameOddity.words(for: path) == nil)
  }

  @Test("What stands in quotation marks is a name, blanks and all")
  func quotedNames() {
    #expect(Mentions.tokens(of: "env: ‘python3 -u’: No such file").contains("python3 -u"))
    #expect(Mentions.tokens(of: "cannot open 'my file.txt'").contains("my file.txt"))
  }

  @Test("What makes a program search a directory")
  func searchOptions() {
    #expect(SearchOption.words(for: "cc1plus", directory: "/srv/h") == "-I/srv/h")
    #expect(SearchOption.words(for: "python3.11", directory: "/srv/h") == "PYTHONPATH=/srv/h")
    #expect(SearchOption.words(for: "cat", directory: "/srv/h") == nil)
  }
}
