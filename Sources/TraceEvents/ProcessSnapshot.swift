/// A process at one moment, as `/proc/PID` shows it from outside.
package struct ProcessSnapshot: Codable, Sendable, Hashable {
  /// What it is, and whose child.
  package var identity: ProcessIdentity
  /// False for one that is only told of as an ancestor of those that were asked about.
  package var isWatched: Bool
  /// Its working directory, where it may be known.
  package var workingDirectory: String?
  /// Its root directory, where that is not "/".
  package var rootDirectory: String?
  /// Its open descriptors in order, capped.
  package var descriptors: [OpenDescriptor]
  /// How many it has open in all.
  package var descriptorCount: Int
  /// Its resource limits, with what it uses of them.
  package var limits: [ResourceLimit]
  /// How many threads it has.
  package var threadCount: Int

  package init(
    identity: ProcessIdentity, isWatched: Bool = true, workingDirectory: String? = nil,
    rootDirectory: String? = nil, descriptors: [OpenDescriptor] = [], descriptorCount: Int = 0,
    limits: [ResourceLimit] = [], threadCount: Int = 1
  ) {
    self.identity = identity
    self.isWatched = isWatched
    self.workingDirectory = workingDirectory
    self.rootDirectory = rootDirectory
    self.descriptors = descriptors
    self.descriptorCount = descriptorCount
    self.limits = limits
    self.threadCount = threadCount
  }
}

/// An open descriptor, with who has the other end of it.
package struct OpenDescriptor: Codable, Sendable, Hashable {
  /// What it refers to.
  package enum Kind: String, Codable, Sendable, Hashable {
    case file, directory, pipe, fifo, socket, terminal, device, other
  }

  /// What it was opened for.
  package enum Access: String, Codable, Sendable, Hashable {
    case read, write, readWrite
  }

  /// Its number.
  package var number: Int32
  /// What it refers to.
  package var kind: Kind
  /// Its path, or what the kernel calls it: `pipe:[812]`, `anon_inode:[eventpoll]`.
  package var name: String
  /// What it was opened for (`/proc/PID/fdinfo/N`).
  package var access: Access
  /// True if no name leads to the file any more.
  package var isDeleted: Bool
  /// Size in bytes, of a file.
  package var size: Int64?
  /// Position in bytes, of a file.
  package var position: Int64?
  /// What the kernel lists of a socket.
  package var socket: SocketStatus?
  /// Whoever has the other end of a pipe or connection, itself included, capped.
  package var peers: [DescriptorPeer]

  package init(
    number: Int32, kind: Kind, name: String, access: Access = .readWrite, isDeleted: Bool = false,
    size: Int64? = nil, position: Int64? = nil, socket: SocketStatus? = nil,
    peers: [DescriptorPeer] = []
  ) {
    self.number = number
    self.kind = kind
    self.name = name
    self.access = access
    self.isDeleted = isDeleted
    self.size = size
    self.position = position
    self.socket = socket
    self.peers = peers
  }
}

/// A descriptor of a process at the other end.
package struct DescriptorPeer: Codable, Sendable, Hashable {
  package var pid: ProcessID
  /// Its short name.
  package var name: String
  package var descriptor: Int32

  package init(pid: ProcessID, name: String, descriptor: Int32) {
    self.pid = pid
    self.name = name
    self.descriptor = descriptor
  }
}

/// What the lists of `/proc/net` tell of a socket (`proc_net(5)`).
package struct SocketStatus: Codable, Sendable, Hashable {
  /// `tcp`, `udp`, `unix`, `netlink`…
  package var protocolName: String
  /// Where it is bound: an address and port, or a path.
  package var local: String?
  /// Whom it is connected to.
  package var remote: String?
  /// The state of a TCP socket, `LISTEN` of a Unix one that listens.
  package var state: String?
  /// Bytes that were sent and the peer has not taken yet.
  package var sendQueue: UInt64
  /// Bytes that have come and were not read yet.
  package var receiveQueue: UInt64

  package init(
    protocolName: String, local: String? = nil, remote: String? = nil, state: String? = nil,
    sendQueue: UInt64 = 0, receiveQueue: UInt64 = 0
  ) {
    self.protocolName = protocolName
    self.local = local
    self.remote = remote
    self.state = state
    self.sendQueue = sendQueue
    self.receiveQueue = receiveQueue
  }

  /// True if it takes connections.
  package var isListening: Bool { state == "LISTEN" }
}

/// What a thread does at one moment.
package struct ThreadMoment: Codable, Sendable, Hashable {
  package var thread: ProcessID
  /// Its own name (`/proc/PID/task/TID/comm`).
  package var name: String
  /// State letter of `/proc/PID/stat`: R, S, D, T, t, Z.
  package var state: String
  /// The call that it is in; nil while it runs in its own code, and where that may not be known.
  package var call: SystemCall?
  /// The descriptors that the call waits for, those of an epoll descriptor included.
  package var descriptors: [Int32]
  /// Seconds after which the call returns in any case; nil: never, or not known.
  package var timeout: Double?
  /// Where in the kernel it waits (`/proc/PID/wchan`).
  package var kernelPlace: String?
  /// What a futex stands for, where its memory tells.
  package var lock: ThreadLock?
  /// How many calls it has finished since it is watched.
  package var calls: Int
  /// What it is in, innermost first; walked where it matters alone.
  package var stack: [StackFrame]

  package init(
    thread: ProcessID, name: String, state: String, call: SystemCall? = nil,
    descriptors: [Int32] = [], timeout: Double? = nil, kernelPlace: String? = nil,
    lock: ThreadLock? = nil, calls: Int = 0, stack: [StackFrame] = []
  ) {
    self.thread = thread
    self.name = name
    self.state = state
    self.call = call
    self.descriptors = descriptors
    self.timeout = timeout
    self.kernelPlace = kernelPlace
    self.lock = lock
    self.calls = calls
    self.stack = stack
  }
}

/// What a thread waits for at a futex (`futex(7)`), by the layout of the GNU C library.
package struct ThreadLock: Codable, Sendable, Hashable {
  /// The kinds that can be told apart.
  package enum Kind: String, Codable, Sendable, Hashable {
    /// A mutex, whose owner word names a thread.
    case mutex
    /// Perhaps a mutex whose owner has ended; the stack tells whether it is one.
    case orphan
    /// The end of a thread (`pthread_join(3)`).
    case join
    /// A condition variable, semaphore, barrier, or a lock of another runtime.
    case unknown
  }

  package var kind: Kind
  /// Address of the futex in its process.
  package var address: UInt64
  /// The thread that holds the mutex, or whose end is waited for.
  package var owner: ProcessID?

  package init(kind: Kind, address: UInt64, owner: ProcessID? = nil) {
    self.kind = kind
    self.address = address
    self.owner = owner
  }
}
