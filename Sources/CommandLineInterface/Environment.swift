import Glibc

extension [String: String] {
  /// The environment of this process; of a name that is there twice the first value counts, as for
  /// `getenv(3)`.
  package static var ownProcess: [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let variable = unsafe String(cString: text)
      if let equals = variable.firstIndex(of: "=") {
        let name = String(variable[..<equals])
        if variables[name] == nil {
          variables[name] = String(variable[variable.index(after: equals)...])
        }
      }
      unsafe entry += 1
    }
    return variables
  }
}
