import Testing

@testable import RunComparison

/// What two runs have in common of a path, whatever differs each time.
@Suite struct PathFormsTests {
  @Test(arguments: [
    ("/proc/4711/status", "/proc/#/status"),
    ("/proc/self/task/812/comm", "/proc/self/task/#/comm"),
    ("/dev/pts/3", "/dev/pts/#"),
    ("/run/user/1000/bus", "/run/user/#/bus"),
    ("/tmp/tmpab3_xk9q/data.csv", "/tmp/tmp#/data.csv"),
    ("/tmp/ccXyZ12a.o", "/tmp/cc#.o"),
    ("/tmp/tmp.AbCdEfGh12", "/tmp/tmp.#"),
    ("/var/tmp/sess-aB3dE9", "/var/tmp/sess-#"),
    ("/srv/.config.swp.Xk29aQ", "/srv/.config.swp.#"),
    ("/srv/a/6f1ed002ab5595859014ebf0951522d9.bin", "/srv/a/#.bin"),
    ("/srv/repo/objects/3f/786850e387550fdab836ed7e6dc881de23001b", "/srv/repo/objects/#/#"),
    ("/srv/123e4567-e89b-12d3-a456-426614174000/x", "/srv/#/x"),
    ("/var/log/app-2026-11-28.log", "/var/log/app-#.log"),
  ])
  func whatDiffersEachTimeIsReplaced(_ path: String, _ steady: String) {
    #expect(PathForms.steady(path) == steady)
  }

  @Test(arguments: [
    "/usr/lib/python3.11/os.py", "/etc/app.conf", "/usr/lib/libabsl_base.so.20230802",
    "/srv/README.md", "/srv/data1.csv", "/tmp/app1/config.yml", "/tmp/README", "/opt/MyApp/Main.py",
    "/etc/nginx/sites-enabled/default", "/srv/2024/07/report.txt", "",
  ])
  func whatANameMeansStays(_ path: String) {
    #expect(PathForms.steady(path) == path)
  }

  @Test func homesAndOwnDirectoriesAreOfOneForm() {
    let ann = PathForms(home: "/home/ann", directory: "/srv/app")
    let root = PathForms(home: "/root", directory: "/")
    #expect(ann.forms(of: "/home/ann/.netrc").contains("~/.netrc"))
    #expect(root.forms(of: "/root/.netrc").contains("~/.netrc"))
    #expect(ann.forms(of: "/srv/app/config.yml").contains("./config.yml"))
    #expect(root.forms(of: "/config.yml", isRelative: true).contains("./config.yml"))
    #expect(!root.forms(of: "/config.yml").contains("./config.yml"))
    #expect(!ann.forms(of: "/srv/application/x").contains { $0.hasPrefix(".") })
    #expect(PathForms(home: nil, directory: nil).forms(of: "/home/bob/x").contains("~/x"))
  }
}
