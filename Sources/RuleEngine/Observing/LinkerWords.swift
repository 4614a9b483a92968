internal import TraceEvents

/// Words of linkers about symbols.
struct LinkerWords: Equatable {
  /// What is wrong with a symbol.
  enum Trouble: String {
    case undefined, multiple, position
  }

  let trouble: Trouble
  /// The symbol, as the linker writes it: of C++ with its parameters.
  let symbol: String
  /// The object files that the line names.
  let objects: [String]

  /// What a line of ld, gold, lld or mold says of a symbol; nil for other words.
  init?(in line: String) {
    guard line.utf8.count < 4000 else { return nil }
    let forms: [(before: String, after: String, trouble: Trouble)] = [
      ("undefined reference to `", "'", .undefined), ("undefined reference to '", "'", .undefined),
      ("error: undefined symbol: ", "", .undefined),
      ("multiple definition of `", "'", .multiple), ("multiple definition of '", "'", .multiple),
      ("error: duplicate symbol: ", "", .multiple),
    ]
    objects = line.split { $0.isWhitespace || ":;,()".contains($0) }.map(String.init)
      .filter { $0.hasSuffix(".o") }
    for form in forms {
      guard let start = line.firstRange(of: form.before)?.upperBound else { continue }
      let rest = line[start...]
      let end = form.after.isEmpty ? rest.endIndex : rest.firstRange(of: form.after)?.lowerBound
      guard let end, start < end else { continue }
      trouble = form.trouble
      symbol = String(rest[..<end])
      return
    }
    guard line.contains("recompile with -fPIC"), !objects.isEmpty else { return nil }
    trouble = .position
    symbol = ""
  }

  /// The name of the function or variable, without parameters and what it is a member of.
  var name: String {
    let plain = symbol.prefix { $0 != "(" }
    return String(plain.split(separator: ":").last ?? plain)
  }

  /// True if the linker knew the types of its parameters: it was asked for by C++.
  var isOfCPlusPlus: Bool { symbol.contains("(") || symbol.contains("::") }
}
