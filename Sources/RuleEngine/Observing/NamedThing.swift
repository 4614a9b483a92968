internal import TraceEvents

/// A thing that words say is not known, of a kind of which the machine has a list.
struct NamedThing: Equatable {
  /// What it is.
  enum Kind: String {
    case interface, installedPackage, package, service

    /// Where such things are listed.
    var place: String {
      switch self {
      case .interface: "/sys/class/net"
      case .installedPackage: "/var/lib/dpkg/info"
      case .package: "/var/lib/apt/lists"
      case .service: "/etc/services"
      }
    }
  }

  let kind: Kind
  let name: String

  /// The thing in a line of complaint; nil where it is about something else.
  static func find(in line: String) -> NamedThing? {
    let lower = line.lowercased()
    for (kind, phrases) in phrases {
      guard let phrase = phrases.first(where: { lower.contains($0) }), lower.count == line.count,
        let end = lower.firstRange(of: phrase)?.upperBound
      else { continue }
      let rest = line.dropFirst(lower.distance(from: lower.startIndex, to: end))
      let name = rest.drop { " :'\"`\u{2018}".contains($0) }
        .prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.+".contains($0)) }
      let isEnough = (2...64).contains(name.count) && name.first.map { $0.isLetter } ?? false
      // What is only named in passing is there.
      let after = rest[name.endIndex...].lowercased()
      if isEnough, kind != .installedPackage || after.contains("not installed") {
        return NamedThing(kind: kind, name: String(name))
      }
    }
    return nil
  }

  private static let phrases: [(Kind, [String])] = [
    (.interface, ["cannot find device ", "unknown interface ", "couldn't bind to "]),
    (.installedPackage, ["package "]),
    (.package, ["unable to locate package ", "couldn't find any package by regex "]),
    (.service, ["invalid port/service ", "unknown service ", "port/service "]),
  ]
}
