package import TraceEvents

/// The loader's search in words.
package enum LibraryWords {
  private static let mostPlaces = 16

  /// Why the loader looks at a place.
  package static func words(for source: LibraryPlace.Source) -> String {
    switch source {
    case .name: "named with its path"
    case .rpath(let object): "RPATH of \(object)"
    case .runpath(let object): "RUNPATH of \(object)"
    case .libraryPath: "LD_LIBRARY_PATH"
    case .cache: "ld.so.cache"
    case .standard: "default directory"
    }
  }

  /// What was there.
  package static func words(for verdict: LibraryPlace.Verdict) -> String {
    switch verdict {
    case .found: "found"
    case .absent: "not there"
    case .danglingLink(let target): "a link to \(target), which is not there"
    case .notListed: "not listed"
    case .otherClass(let bits): "there, but \(bits)-bit"
    case .otherMachine(let machine): "there, but for \(machine)"
    case .rejected(let reason): "there, but \(reason)"
    case .unreadable(let error): "there, but not readable: \(error.words)"
    case .skipped(let reason): "skipped: \(reason)"
    }
  }

  /// A search as a list, one place each, in order.
  static func list(_ places: [LibraryPlace]) -> [String] {
    let lines = places.map { "\($0.path)   \(words(for: $0.source)): \(words(for: $0.verdict))" }
    guard lines.count > mostPlaces else { return lines }
    return lines.prefix(mostPlaces - 1) + ["and \(lines.count - mostPlaces + 1) more places"]
  }
}
