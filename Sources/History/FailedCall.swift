package import TraceEvents

/// A system call that failed, with what its arguments meant at that moment.
///
/// Repetitions of the same call by the same process are one value with a count.
package struct FailedCall: Sendable {
  /// Number and time of the first time.
  package let number: Int
  package let time: Double
  /// Index of the process in `History.processes`.
  package let process: Int
  package let call: SystemCall
  package let error: ErrorNumber
  /// Absolute path of the first path argument, or of the descriptor that the call was made on.
  package let path: String?
  /// Absolute path of the second path argument (rename, link, symlink).
  package let secondPath: String?
  /// What the first descriptor argument referred to.
  package let target: DescriptorTarget?
  /// The socket address: the argument's, or the descriptor's peer or own.
  package let address: SocketAddress?
  /// How many programs its process had become before.
  package let generation: Int

  /// How many shared libraries its process had opened before.
  package var librariesBefore = 0
  /// How often it failed so.
  package var count = 1
  /// Number and time of the last time.
  package var lastNumber: Int
  package var lastTime: Double
  /// A later success that took its place.
  package var replacement: Replacement?

  /// A success that made a failure harmless.
  package struct Replacement: Sendable {
    package let number: Int
    /// The path or address that served instead.
    package let subject: String
    /// True if it is the very same path or address, which came to serve later.
    package let isSameSubject: Bool
  }
}

extension FailedCall {
  /// What the call wanted of its path.
  package var purpose: Purpose { Purpose(call) }

  /// The kinds of use of a path.
  package enum Purpose: Sendable {
    case open, create, execute, inspect, list, make, remove, enter, change, connect, bind, other

    package init(_ call: SystemCall) {
      let purpose = Self.purposes[call.name] ?? .other
      guard purpose == .open else {
        self = purpose
        return
      }
      // O_PATH opens nothing: it looks where a path leads.
      self =
        call.hasSymbol("O_CREAT") ? .create : call.hasSymbol("O_PATH") ? .inspect : .open
    }

    /// By the names of calls: asked of every call, so that a look-up takes the place of comparisons.
    private static let purposes: [String: Purpose] = {
      let names: [(Purpose, [String])] = [
        (.open, ["open", "openat", "openat2"]),
        (.create, ["creat"]),
        (.execute, ["execve", "execveat"]),
        (
          .inspect,
          [
            "stat", "lstat", "newfstatat", "statx", "stat64", "lstat64", "fstatat64", "access",
            "faccessat", "faccessat2", "eaccess", "fstatat", "getattrlist", "readlink",
            "readlinkat", "statfs", "statfs64", "getxattr", "lgetxattr", "inotify_add_watch",
          ]
        ),
        (.list, ["getdents", "getdents64"]),
        (
          .make,
          [
            "mkdir", "mkdirat", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat",
            "rename", "renameat", "renameat2",
          ]
        ),
        (.remove, ["unlink", "unlinkat", "rmdir"]),
        (.enter, ["chdir", "fchdir", "chroot", "pivot_root"]),
        (
          .change,
          [
            "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat",
            "utimensat", "truncate", "ftruncate", "setxattr", "lsetxattr", "mount", "umount2",
            "write", "pwrite64", "writev", "fallocate", "fsync", "fdatasync", "close",
          ]
        ),
        (.connect, ["connect"]),
        (.bind, ["bind", "listen"]),
      ]
      return names.reduce(into: [:]) { table, entry in
        for name in entry.1 { table[name] = entry.0 }
      }
    }()
  }
}
