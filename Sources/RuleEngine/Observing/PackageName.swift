package import TraceEvents

/// Names of Debian's packages for other architectures than that of this machine.
package enum PackageName {
  private static let architectures = [
    "x86_64": "amd64", "i386": "i386", "aarch64": "arm64", "arm": "armhf", "riscv64": "riscv64",
    "ppc64": "ppc64el", "s390x": "s390x", "x32": "x32",
  ]

  /// What Debian calls the architecture of a program that is not this machine's own.
  package static func architecture(of program: ElfFacts) -> String? {
    program.machine == "x86_64" ? nil : architectures[program.machine]
  }

  /// The package `name` for a program: `libx1:i386`.
  package static func name(_ name: String, for program: ElfFacts?) -> String {
    let plain = name.prefix { $0 != ":" }
    guard let architecture = program.flatMap(architecture) else { return String(plain) }
    // What has a name of its own for this, such as libc6-i386, is of this machine's architecture.
    return plain.contains("i386") || plain.contains("32")
      ? String(plain) : "\(plain):\(architecture)"
  }
}
