import Testing

@testable import RuleEngine

@Suite("What the words of interpreters say is missing")
struct MissingModuleTests {
  @Test(
    "The module that a line names",
    arguments: [
      ("ModuleNotFoundError: No module named 'yaml'", "yaml", "Python", "python3-yaml"),
      ("/usr/bin/python3: No module named pip", "pip", "Python", "python3-pip"),
      (
        "Can't locate Text/CSV.pm in @INC (you may need to install the Text::CSV module)",
        "Text::CSV", "Perl", "libtext-csv-perl"
      ),
      (
        "in `require': cannot load such file -- sinatra (LoadError)", "sinatra", "Ruby",
        "ruby-sinatra"
      ),
      ("Error: Cannot find module 'express'", "express", "Node.js", "node-express"),
      ("lua: a.lua:2: module 'socket.http' not found:", "socket.http", "Lua", "lua-socket"),
      ("Call to undefined function gmp_add() in /a.php:3", "gmp_add", "PHP", "php-gmp"),
      ("can't find package Tktable", "Tktable", "Tcl", "tktable"),
    ])
  func module(line: String, name: String, language: String, package: String) throws {
    let module = try #require(MissingModule(in: line))
    #expect(module.name == name && module.language.rawValue == language)
    #expect(module.packageNames.first == package)
  }

  @Test(
    "A file named by its path is a file",
    arguments: [
      "Error: Cannot find module './lib/helper'", "Error: Cannot find module '/srv/app/main.js'",
      "cannot load such file -- /srv/app/boot", "No module named", "nothing of the kind",
    ])
  func noModule(line: String) {
    #expect(MissingModule(in: line) == nil)
  }

  @Test(
    "The user that a line says nobody has",
    arguments: [
      ("su: user appuser does not exist or the user entry does not contain …", "appuser"),
      ("chown: invalid user: ‘deploy’", "deploy"), ("chown: invalid spec: ‘app:’", "app"),
      (#"nginx: [emerg] getpwnam("www") failed in /etc/nginx/nginx.conf:1"#, "www"),
      ("runuser: user web-1 does not exist", "web-1"),
      ("start-stop-daemon: user 'app' not found", "app"),
      ("parameter mail_owner: unknown user name value: postman", "postman"),
      ("chown: invalid group: ‘tester:tetser’", "tetser"),
      ("(server.c.1574) can't find username www-dat", "www-dat"),
      ("ERROR: [pool www] cannot get uid for user 'wwww-data'", "wwww-data"),
      ("Error in d: default_internal_user doesn't exist: dovecott", "dovecott"),
      ("Cannot get passwd entry for user freerda: No error", "freerda"),
      ("AH00543: apache2: bad user name webuser", "webuser"),
      ("chpst: fatal: unknown user/group: appsvc", "appsvc"),
      ("  Volume group \"vg_data\" not found", nil), ("consumer group x does not exist", nil),
      ("the user may not write", nil), ("user error: invalid option", nil),
      ("WRONGPASS invalid username-password pair or user is disabled.", nil),
      ("the user table does not exist", nil),
    ] as [(String, String?)])
  func user(line: String, name: String?) {
    #expect(UnknownUser.find(in: line)?.name == name)
  }
}
