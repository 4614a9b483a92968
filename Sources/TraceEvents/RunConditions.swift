/// The conditions under which a process began, which differ between machines, users and services.
package struct RunConditions: Codable, Sendable, Hashable {
  /// Its limits; what it uses of them is left out.
  package var limits: [ResourceLimit]
  /// The mask of new files (`umask(2)`); nil where the kernel does not tell (before 4.7).
  package var umask: UInt16?
  /// Names of its groups, its own first, or their numbers in digits.
  package var groupNames: [String]
  /// The kernel's release (`uname(2)`), the distribution (os-release(5)) and the machine's name.
  package var kernel: String
  package var distribution: String?
  package var hostName: String?
  /// The label that a security module confines it by; nil if none does.
  package var securityLabel: String?
  /// The tightest memory limit of its control groups, in bytes.
  package var memoryLimit: UInt64?

  package init(
    limits: [ResourceLimit] = [], umask: UInt16? = nil, groupNames: [String] = [],
    kernel: String = "", distribution: String? = nil, hostName: String? = nil,
    securityLabel: String? = nil, memoryLimit: UInt64? = nil
  ) {
    self.limits = limits
    self.umask = umask
    self.groupNames = groupNames
    self.kernel = kernel
    self.distribution = distribution
    self.hostName = hostName
    self.securityLabel = securityLabel
    self.memoryLimit = memoryLimit
  }
}
