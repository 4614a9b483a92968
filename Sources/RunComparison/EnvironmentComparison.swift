/// Compares the variables of two environments (`environ(7)`).
struct EnvironmentComparison {
  let there: [String: String]
  let here: [String: String]

  init(there: [String], here: [String]) {
    self.there = Self.dictionary(there)
    self.here = Self.dictionary(here)
  }

  private static func dictionary(_ list: [String]) -> [String: String] {
    Dictionary(
      list.compactMap { entry in
        entry.firstIndex(of: "=").map {
          (String(entry[..<$0]), String(entry[entry.index(after: $0)...]))
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The variables that differ; those of a session, which differ each time, left out.
  func differences() -> [Difference] {
    Set(there.keys).union(here.keys).sorted().compactMap { name in
      guard there[name] != here[name], !Self.ofSession.contains(name) else { return nil }
      if let before = there[name], let now = here[name],
        PathForms.steady(before) == PathForms.steady(now)
      {
        return nil
      }
      return Difference(
        .environment, name, there: there[name], here: here[name], weight: Self.weight(of: name))
    }
  }

  /// Variables that tell of a terminal, a login or a shell, and say nothing of the program.
  private static let ofSession: Set<String> = [
    "_", "SHLVL", "PWD", "OLDPWD", "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "SSH_AUTH_SOCK",
    "SSH_AGENT_PID", "XDG_SESSION_ID", "XDG_SESSION_TYPE", "XDG_SESSION_CLASS", "XDG_SEAT",
    "XDG_VTNR", "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "MAINPID", "WINDOWID",
    "TERM_SESSION_ID", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "GPG_TTY", "GPG_AGENT_INFO",
    "COLUMNS", "LINES", "TMUX", "TMUX_PANE", "STY", "WINDOW", "LS_COLORS", "MAIL", "LESSOPEN",
    "LESSCLOSE", "LESS", "PAGER", "EDITOR", "VISUAL", "HISTSIZE", "HISTCONTROL", "PS1",
    "MOTD_SHOWN",
    "COLORTERM", "VTE_VERSION", "DESKTOP_SESSION", "HOSTNAME", "SUDO_COMMAND", "SUDO_GID",
    "SUDO_UID", "SUDO_USER",
  ]

  /// How much a variable is known to do to programs.
  private static func weight(of name: String) -> Double {
    let searched = [
      "PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "HOME", "PYTHONPATH", "PYTHONHOME", "NODE_PATH",
      "PERL5LIB", "RUBYLIB", "CLASSPATH", "JAVA_HOME", "GOPATH", "LUA_PATH", "VIRTUAL_ENV",
    ]
    if searched.contains(name) { return 1.2 }
    let places = ["PATH", "HOME", "DIR", "CONFIG", "CONF", "FILE", "URL", "HOST", "PORT", "PROXY"]
    if places.contains(where: name.uppercased().hasSuffix) { return 0.9 }
    if name.hasPrefix("LC_") || ["LANG", "LANGUAGE", "TZ", "TMPDIR"].contains(name) { return 0.7 }
    return ["TERM", "SHELL", "USER", "LOGNAME", "DISPLAY"].contains(name) ? 0.2 : 0.5
  }
}
