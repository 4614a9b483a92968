internal import History
internal import TraceEvents

/// A parameter of the kernel that limits what a call can have.
struct KernelLimit {
  /// Its path below /proc/sys.
  let path: String
  /// What it limits, in words.
  let means: String
  /// A higher value that many systems have.
  let suggested: String

  /// Its name, as sysctl(8) takes it.
  var name: String { path.split(separator: "/").joined(separator: ".") }
}

/// Which parameter stands behind a failed call.
enum KernelLimits {
  /// The limit that the call ran into; nil if it is none of the kernel's own.
  static func limit(of call: FailedCall) -> KernelLimit? {
    if call.error == .noMemory, call.call.name.hasPrefix("mmap") || call.call.name == "shmget",
      call.call.symbols.contains(where: { $0.contains("_HUGETLB") })
    {
      return hugePages
    }
    return table["\(call.call.name) \(call.error.name)"]
  }

  /// Huge pages are taken from those that are reserved (mmap(2), MAP_HUGETLB).
  private static let hugePages = KernelLimit(
    path: "vm/nr_hugepages",
    means: "how many huge pages are reserved, from which MAP_HUGETLB takes", suggested: "128")

  // inotify(7), shmget(2), semget(2), msgget(2), mq_overview(7), namespaces(7), perf_event_open(2)
  private static let table: [String: KernelLimit] = {
    var table: [String: KernelLimit] = [:]
    for (calls, path, means, suggested) in rows {
      for call in calls.split(separator: ",") {
        table[String(call)] = KernelLimit(path: path, means: means, suggested: suggested)
      }
    }
    return table
  }()

  private static let rows: [(String, String, String, String)] = [
    (
      "inotify_add_watch ENOSPC", "fs/inotify/max_user_watches",
      "how many files and directories a user may watch (inotify)", "524288"
    ),
    (
      "inotify_init1 EMFILE,inotify_init EMFILE", "fs/inotify/max_user_instances",
      "how many inotify instances a user may have", "1024"
    ),
    (
      "shmget EINVAL", "kernel/shmmax", "how large a shared memory segment may be, in bytes",
      "68719476736"
    ),
    (
      "shmget ENOSPC", "kernel/shmmni", "how many shared memory segments there may be", "8192"
    ),
    (
      "shmget ENOMEM", "kernel/shmall", "how much shared memory there may be in all, in pages",
      "4294967296"
    ),
    (
      "semget ENOSPC,semget EINVAL", "kernel/sem",
      "how many semaphores there may be: in a set, in all, operations in a call, and sets",
      "32000 1024000000 500 32000"
    ),
    ("msgget ENOSPC", "kernel/msgmni", "how many message queues there may be", "32000"),
    (
      "mq_open EINVAL", "fs/mqueue/msg_max",
      "how many messages a queue may hold (msgsize_max beside it: how large one may be)", "1000"
    ),
    (
      "io_setup EAGAIN", "fs/aio-max-nr",
      "how many asynchronous reads and writes there may be in all (fs.aio-nr tells how many there are)",
      "1048576"
    ),
    ("mq_open ENOSPC", "fs/mqueue/queues_max", "how many message queues there may be", "1024"),
    (
      "unshare ENOSPC,clone ENOSPC,clone3 ENOSPC", "user/max_user_namespaces",
      "how many user namespaces a user may have", "15000"
    ),
    (
      "perf_event_open EACCES,perf_event_open EPERM", "kernel/perf_event_paranoid",
      "who may measure with performance events: 2 and more keeps users without privileges out", "1"
    ),
  ]
}
