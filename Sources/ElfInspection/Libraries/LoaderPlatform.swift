import Glibc
import TraceEvents

/// What of the loader's search depends on the processor and on the distribution.
struct LoaderPlatform {
  /// `FLAG_…` of ld.so.cache for such programs; nil where no cache is kept for them.
  let cacheFlags: UInt32?
  /// Where it looks last, in order.
  let defaultDirectories: [String]
  /// Directories below each of a search path that it looks into first, in order.
  let variants: [String]
  /// What `$LIB` stands for.
  let lib: String
  /// What `$PLATFORM` stands for (`AT_PLATFORM` of `getauxval(3)`).
  let platform: String
  /// True if the loader is musl's, which has rules of its own.
  let isMusl: Bool

  /// For programs with these facts, among these files.
  init(_ facts: ElfFacts, files: RootedFiles) {
    let triplet = Self.triplets[facts.machine]
    isMusl = facts.interpreter?.contains("/ld-musl-") ?? false
    cacheFlags = Self.flags[facts.machine]
    platform = facts.machine == "i386" ? "i686" : facts.machine
    if isMusl {
      lib = "lib"
      variants = []
      defaultDirectories =
        Self.muslDirectories(facts, files) ?? ["/lib", "/usr/local/lib", "/usr/lib"]
      return
    }
    let levels = facts.machine == "x86_64" ? Self.levels : []
    variants = levels.map { "glibc-hwcaps/" + $0 } + (Self.legacy[facts.machine] ?? [])
    let loader = facts.interpreter ?? Self.loaders[facts.machine]
    if let own = loader.flatMap({ LoaderDirectories.written(in: $0, files) }) {
      defaultDirectories = own
      // The first of them is that of the distribution's libraries for such programs.
      lib = String(own[0].dropFirst())
      return
    }
    if let triplet, files.isDirectory("/lib/" + triplet) || files.isDirectory("/usr/lib/" + triplet)
    {
      lib = "lib/" + triplet
      defaultDirectories = ["/lib/" + triplet, "/usr/lib/" + triplet, "/lib", "/usr/lib"]
    } else {
      lib = facts.bits == 64 ? "lib64" : "lib"
      defaultDirectories = ["/" + lib, "/usr/" + lib]
    }
  }

  /// True if `path` of the cache is for every processor, or for a kind that this machine has.
  func canUse(_ path: String) -> Bool {
    guard let range = path.firstRange(of: "/glibc-hwcaps/") else { return true }
    let level = path[range.upperBound...].prefix { $0 != "/" }
    return variants.contains("glibc-hwcaps/" + level)
  }

  private static let triplets = [
    "x86_64": "x86_64-linux-gnu", "i386": "i386-linux-gnu", "aarch64": "aarch64-linux-gnu",
    "arm": "arm-linux-gnueabihf", "riscv64": "riscv64-linux-gnu", "ppc64": "powerpc64le-linux-gnu",
    "s390x": "s390x-linux-gnu", "mips64": "mips64el-linux-gnuabi64", "x32": "x86_64-linux-gnux32",
  ]

  // FLAG_ELF_LIBC6 (3) with the kind of processor (sysdeps/generic/ldconfig.h of glibc).
  private static let flags: [String: UInt32] = [
    "x86_64": 0x303, "i386": 0x003, "x32": 0x803, "aarch64": 0xA03, "arm": 0x903,
    "riscv64": 0x1003, "ppc64": 0x503, "s390x": 0x403,
  ]

  /// Subdirectories that glibc looked into before 2.37.
  private static let legacy = [
    "x86_64": ["tls/x86_64/x86_64", "tls/x86_64", "tls", "x86_64/x86_64", "x86_64"],
    "i386": [
      "tls/i686/sse2", "tls/i686", "tls/sse2", "tls", "i686/sse2", "i686", "sse2",
    ],
  ]

  /// The loaders of this machine's programs, for a library, which names none.
  private static let loaders = [
    "x86_64": "/lib64/ld-linux-x86-64.so.2", "i386": "/lib/ld-linux.so.2",
    "x32": "/libx32/ld-linux-x32.so.2",
  ]

  /// The levels of x86-64 (its psABI) that this processor has, best first.
  private static let levels: [String] = {
    guard let file = unsafe fopen("/proc/cpuinfo", "re") else { return [] }
    defer { unsafe fclose(file) }
    var buffer = [CChar](repeating: 0, count: 8192)
    var flags: Set<Substring> = []
    while unsafe fgets(&buffer, Int32(buffer.count), file) != nil {
      let line = String(
        decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard line.hasPrefix("flags") else { continue }
      flags = Set(line.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }))
      break
    }
    let wanted: [(String, String)] = [
      ("x86-64-v2", "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3"),
      ("x86-64-v3", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"),
      ("x86-64-v4", "avx512f avx512bw avx512cd avx512dq avx512vl"),
    ]
    var levels: [String] = []
    for (level, names) in wanted {
      guard names.split(separator: " ").allSatisfy({ flags.contains($0) }) else { break }
      levels.insert(level, at: 0)
    }
    return levels
  }()

  /// `/etc/ld-musl-ARCH.path`, in which musl's loader finds its directories.
  private static func muslDirectories(_ facts: ElfFacts, _ files: RootedFiles) -> [String]? {
    guard let path = files.resolved("/etc/ld-musl-\(facts.machine).path"),
      let file = try? FileBytes(path: files.outside(path)), let bytes = try? file.prefix(1 << 16)
    else { return nil }
    let directories = TargetText.decoding(bytes)
      .split(whereSeparator: { $0 == ":" || $0 == "\n" }).map(String.init)
    return directories.isEmpty ? nil : directories
  }
}
