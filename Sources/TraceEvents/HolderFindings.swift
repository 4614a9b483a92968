/// Who holds a file, tree, port, socket, device or mount, at one moment.
package struct HolderFindings: Codable, Sendable, Hashable {
  /// What was asked about.
  package enum Kind: String, Codable, Sendable, Hashable {
    case file, directory, socket, port, device
    case mountPoint = "mount-point"
  }

  package var kind: Kind
  /// Its path without links, or the address: `:80/tcp`.
  package var name: String
  /// Every process that uses it, by number; then what the kernel itself uses it for.
  package var holders: [HolderProcess]
  /// How many processes of other users could not be looked into.
  package var unseen: Int

  package init(kind: Kind, name: String, holders: [HolderProcess] = [], unseen: Int = 0) {
    self.kind = kind
    self.name = name
    self.holders = holders
    self.unseen = unseen
  }
}

/// A process that holds something, or the kernel.
package struct HolderProcess: Codable, Sendable, Hashable {
  /// The process; nil for the kernel itself, and for one that may not be seen.
  package var identity: ProcessIdentity?
  /// As what it uses it.
  package var uses: [HolderUse]
  /// The names and numbers of its ancestors, outermost first.
  package var ancestors: [Ancestor]
  /// The terminal that it runs at: `pts/0`.
  package var terminal: String?

  /// A process above another.
  package struct Ancestor: Codable, Sendable, Hashable {
    package var pid: ProcessID
    package var name: String

    package init(pid: ProcessID, name: String) {
      self.pid = pid
      self.name = name
    }
  }

  package init(
    identity: ProcessIdentity?, uses: [HolderUse], ancestors: [Ancestor] = [],
    terminal: String? = nil
  ) {
    self.identity = identity
    self.uses = uses
    self.ancestors = ancestors
    self.terminal = terminal
  }
}

/// One use of a thing.
package struct HolderUse: Codable, Sendable, Hashable {
  /// The kinds of use.
  package enum Kind: String, Codable, Sendable, Hashable {
    case running, open, mapped, root, lock, listening, bound, connected, mounted, swap, loop
    case workingDirectory = "working-directory"
    case stacked
  }

  package var kind: Kind
  /// The path, address, or device that is used.
  package var what: String
  /// The descriptor, for what is open.
  package var descriptor: Int32?
  /// What it was opened for.
  package var access: OpenDescriptor.Access?
  /// True if no name leads to the file any more.
  package var isDeleted: Bool

  package init(
    kind: Kind, what: String, descriptor: Int32? = nil, access: OpenDescriptor.Access? = nil,
    isDeleted: Bool = false
  ) {
    self.kind = kind
    self.what = what
    self.descriptor = descriptor
    self.access = access
    self.isDeleted = isDeleted
  }
}
