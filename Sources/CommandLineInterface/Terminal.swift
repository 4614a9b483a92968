import Glibc

/// What standard error is connected to, as far as a report's looks depend on it.
struct Terminal {
  /// Columns; 80 where it is no terminal.
  let width: Int
  /// True if colour is wanted: a terminal that knows it, and no `NO_COLOR`.
  let hasColor: Bool
  /// True if the locale's encoding is UTF-8.
  let isUTF8: Bool

  init(environment: [String: String], isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
    var columns = 80
    var size = winsize()
    if isTerminal, unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      columns = Int(size.ws_col)
    }
    width = columns
    // no-color.org: any value but the empty one turns colour off.
    let noColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    hasColor = isTerminal && !noColor && environment["TERM"] != "dumb"
    let locale =
      [environment["LC_ALL"], environment["LC_CTYPE"], environment["LANG"]]
      .compactMap { $0 }.first { !$0.isEmpty } ?? ""
    let name = locale.lowercased()
    // A report in a file or a pipe is UTF-8 unless the locale says something else.
    isUTF8 = name.isEmpty || !isTerminal || name.contains("utf-8") || name.contains("utf8")
  }
}

/// The modes of the terminal that standard input is (`termios(3)`).
struct TerminalModes {
  private var modes = termios()

  /// As they are now; nil where it is no terminal.
  init?() {
    guard unsafe tcgetattr(STDIN_FILENO, &modes) == 0 else { return nil }
  }

  /// Sets them again. From the background this would stop us, so the signal is ignored meanwhile.
  func restore() {
    var modes = modes
    let handler = signal(SIGTTOU, SIG_IGN)
    _ = unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
    _ = signal(SIGTTOU, handler)
  }
}
