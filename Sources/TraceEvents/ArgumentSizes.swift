/// How much a call of `execve(2)` handed over, as far as the kernel limits it.
package struct ArgumentSizes: Codable, Sendable, Hashable {
  /// The longest string that the kernel takes, in bytes with the zero at its end: 32 pages
  /// (`MAX_ARG_STRLEN` of linux/binfmts.h).
  package static let longestString = 131_072

  /// Number of arguments, the program's name among them.
  package var arguments: Int
  /// Their bytes, with the zero at the end of each.
  package var argumentBytes: Int
  /// Number of variables.
  package var variables: Int
  /// Their bytes, with the zero at the end of each.
  package var variableBytes: Int
  /// Bytes of the longest string, with its zero.
  package var longest: Int
  /// The variable that it is; nil for an argument.
  package var longestVariable: String?
  /// The argument that it is, from 0 for the program's name; nil for a variable.
  package var longestArgument: Int?
  /// Bytes of a pointer to a string: the kernel counts these as well.
  package var pointerBytes: Int
  /// True if there was more than is counted here.
  package var isCut: Bool

  package init(
    arguments: Int = 0, argumentBytes: Int = 0, variables: Int = 0, variableBytes: Int = 0,
    longest: Int = 0, longestVariable: String? = nil, longestArgument: Int? = nil,
    pointerBytes: Int = 8, isCut: Bool = false
  ) {
    self.arguments = arguments
    self.argumentBytes = argumentBytes
    self.variables = variables
    self.variableBytes = variableBytes
    self.longest = longest
    self.longestVariable = longestVariable
    self.longestArgument = longestArgument
    self.pointerBytes = pointerBytes
    self.isCut = isCut
  }

  /// All that counts against the limit, in bytes.
  package var total: Int {
    argumentBytes + variableBytes + (arguments + variables) * pointerBytes
  }

  /// What the kernel allows for all of it with a stack limit of so many bytes, or without one: a
  /// quarter, but no less than 128 KiB and no more than 6 MiB (`bprm_stack_limits` of fs/exec.c).
  package static func limit(ofStack stack: UInt64?) -> Int {
    let most: UInt64 = 6 << 20
    return Int(max(131_072, min(most, (stack ?? .max) / 4)))
  }
}
