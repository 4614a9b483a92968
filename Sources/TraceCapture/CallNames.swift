/// Names of calls that the table does not trace, for what is seen of them all the same.
enum CallNames {
  /// The name of a call; its number where it has none here.
  static func name(_ number: UInt64, isNarrow: Bool) -> String {
    (isNarrow ? narrow : wide)[number] ?? "syscall_\(number)"
  }

  private static let wide: [UInt64: String] = [
    0: "read", 1: "write", 5: "fstat", 7: "poll", 8: "lseek", 11: "munmap", 13: "rt_sigaction",
    14: "rt_sigprocmask", 15: "rt_sigreturn", 16: "ioctl", 17: "pread64", 18: "pwrite64",
    19: "readv", 20: "writev", 23: "select", 24: "sched_yield", 27: "mincore", 28: "madvise",
    34: "pause", 35: "nanosleep", 39: "getpid", 40: "sendfile", 44: "sendto", 45: "recvfrom",
    46: "sendmsg", 47: "recvmsg", 48: "shutdown", 51: "getsockname", 52: "getpeername",
    54: "setsockopt", 60: "exit", 63: "uname", 65: "semop", 69: "msgsnd", 70: "msgrcv",
    74: "fsync", 96: "gettimeofday", 99: "sysinfo", 102: "getuid", 103: "syslog", 107: "geteuid",
    109: "setpgid", 112: "setsid", 128: "rt_sigtimedwait", 130: "rt_sigsuspend",
    135: "personality", 162: "sync", 169: "reboot", 170: "sethostname",
    171: "setdomainname", 172: "iopl", 173: "ioperm", 186: "gettid", 202: "futex",
    208: "io_getevents", 219: "restart_syscall", 220: "semtimedop", 221: "fadvise64",
    228: "clock_gettime", 230: "clock_nanosleep", 231: "exit_group",
    232: "epoll_wait", 237: "mbind", 238: "set_mempolicy", 239: "get_mempolicy",
    242: "mq_timedsend", 243: "mq_timedreceive", 246: "kexec_load", 248: "add_key",
    249: "request_key", 250: "keyctl", 270: "pselect6", 271: "ppoll", 273: "set_robust_list",
    275: "splice", 276: "tee", 277: "sync_file_range", 278: "vmsplice", 281: "epoll_pwait",
    295: "preadv", 296: "pwritev", 299: "recvmmsg", 306: "syncfs", 307: "sendmmsg",
    310: "process_vm_readv", 311: "process_vm_writev", 318: "getrandom", 323: "userfaultfd",
    326: "copy_file_range", 327: "preadv2", 328: "pwritev2", 333: "io_pgetevents", 334: "rseq",
    424: "pidfd_send_signal", 426: "io_uring_enter", 434: "pidfd_open", 438: "pidfd_getfd",
    441: "epoll_pwait2", 444: "landlock_create_ruleset", 446: "landlock_restrict_self",
    449: "futex_waitv",
  ]

  private static let narrow: [UInt64: String] = [
    0: "restart_syscall", 1: "exit", 3: "read", 4: "write", 19: "lseek", 20: "getpid",
    24: "getuid", 29: "pause", 36: "sync", 49: "geteuid", 54: "ioctl", 57: "setpgid",
    66: "setsid", 72: "sigsuspend", 74: "sethostname", 78: "gettimeofday",
    82: "select", 88: "reboot", 91: "munmap", 101: "ioperm", 103: "syslog", 108: "fstat",
    110: "iopl", 116: "sysinfo", 118: "fsync", 121: "setdomainname", 122: "uname",
    136: "personality", 142: "_newselect", 145: "readv", 146: "writev", 158: "sched_yield",
    162: "nanosleep", 168: "poll", 173: "rt_sigreturn", 174: "rt_sigaction",
    175: "rt_sigprocmask", 177: "rt_sigtimedwait", 179: "rt_sigsuspend", 180: "pread64",
    181: "pwrite64", 187: "sendfile", 218: "mincore", 219: "madvise", 224: "gettid", 240: "futex",
    247: "io_getevents", 250: "fadvise64", 252: "exit_group", 256: "epoll_wait",
    265: "clock_gettime", 267: "clock_nanosleep", 274: "mbind",
    275: "get_mempolicy", 276: "set_mempolicy", 279: "mq_timedsend", 280: "mq_timedreceive",
    283: "kexec_load", 286: "add_key", 287: "request_key", 288: "keyctl", 308: "pselect6",
    309: "ppoll", 311: "set_robust_list", 313: "splice", 314: "sync_file_range", 315: "tee",
    316: "vmsplice", 319: "epoll_pwait", 333: "preadv", 334: "pwritev", 337: "recvmmsg",
    344: "syncfs", 345: "sendmmsg", 347: "process_vm_readv", 348: "process_vm_writev",
    355: "getrandom", 366: "setsockopt", 367: "getsockname", 368: "getpeername", 369: "sendto",
    370: "sendmsg", 371: "recvfrom", 372: "recvmsg", 373: "shutdown", 374: "userfaultfd",
    377: "copy_file_range", 378: "preadv2", 379: "pwritev2", 385: "io_pgetevents", 386: "rseq",
    400: "msgsnd", 401: "msgrcv", 407: "clock_nanosleep_time64", 413: "pselect6_time64",
    414: "ppoll_time64", 422: "futex_time64", 424: "pidfd_send_signal", 426: "io_uring_enter",
    434: "pidfd_open", 438: "pidfd_getfd", 441: "epoll_pwait2", 444: "landlock_create_ruleset",
    446: "landlock_restrict_self", 449: "futex_waitv",
  ]
}
