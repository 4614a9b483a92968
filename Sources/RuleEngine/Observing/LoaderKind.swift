/// Whose loader a program names, by the file name that the C libraries have agreed on.
struct LoaderKind: Equatable {
  /// In words: `the 32-bit loader of the GNU C library`.
  let words: String
  /// The Debian package that has it; nil where none does.
  var package: String?
  /// True if the program may run with this machine's own loader, once it names that.
  var isReplaceable = false

  /// Of a loader at this path, for a program of so many bits.
  init?(path: String) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if path.hasPrefix("/nix/store/") || path.hasPrefix("/gnu/store/") {
      words = "a path of \(path.hasPrefix("/nix") ? "Nix" : "Guix"): the program was built there"
      isReplaceable = name == "ld-linux-x86-64.so.2"
    } else if name.hasPrefix("ld-musl-") {
      words = "the loader of musl, the C library of Alpine Linux and others, not of glibc"
      if name == "ld-musl-x86_64.so.1" { package = "musl" }
    } else if name == "ld-uClibc.so.0" || name.hasPrefix("ld64-uClibc") {
      words = "the loader of uClibc, a C library of small devices"
    } else if name.hasPrefix("linker"), path.hasPrefix("/system/") {
      words = "the loader of Android"
    } else if name == "ld-linux.so.2" {
      words = "the loader of 32-bit (i386) programs, which this 64-bit system does not have"
      package = "libc6-i386"
    } else if name == "ld-linux-x32.so.2" {
      words = "the loader of x32 programs"
      package = "libc6-x32"
    } else if name == "ld-linux-x86-64.so.2" {
      words = "the loader of glibc, in another place than here"
      isReplaceable = true
    } else if let machine = Self.machines[name] {
      words = "the loader of programs for \(machine)"
      package = "libc6-\(machine == "aarch64" ? "arm64" : "armhf")-cross"
    } else if name.hasPrefix("ld-lsb") {
      words = "the loader of the Linux Standard Base"
      package = "lsb-core"
      // The packages of the standard had links to the loaders of glibc.
      isReplaceable = name.hasPrefix("ld-lsb-x86-64")
    } else {
      return nil
    }
  }

  private static let machines = [
    "ld-linux-aarch64.so.1": "aarch64", "ld-linux-armhf.so.3": "arm",
  ]
}
