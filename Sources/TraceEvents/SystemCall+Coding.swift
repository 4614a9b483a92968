// System calls in a recording: see TraceEvent+Coding.swift.

extension SystemCall {
  private enum CodingKeys: String, CodingKey {
    case name
    case arguments = "args"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    arguments = try container.decode([Argument].self, forKey: .arguments)
    outcome = try Outcome(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(arguments, forKey: .arguments)
    // The outcome's one key stands beside these, in the same object.
    try outcome.encode(to: encoder)
  }
}

extension SystemCall.Outcome {
  private enum CodingKeys: String, CodingKey {
    case value
    case error
    case unfinished
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if container.contains(.error) {
      self = .failed(error: try container.decode(ErrorNumber.self, forKey: .error))
    } else if container.contains(.unfinished) {
      self = .unfinished
    } else {
      self = .returned(value: try container.decode(Int64.self, forKey: .value))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .returned(let value): try container.encode(value, forKey: .value)
    case .failed(let error): try container.encode(error, forKey: .error)
    case .unfinished: try container.encode(true, forKey: .unfinished)
    }
  }
}

extension SystemCall.Argument {
  private enum CodingKeys: String, CodingKey {
    case path
    case directory = "dir"
    case descriptor = "fd"
    case address
    case symbol
    case integer = "int"
    case octal = "oct"
    case hexadecimal = "hex"
    case text
    case strings
    case descriptors = "fds"
    case unreadable
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard let key = container.allKeys.first, container.allKeys.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "the argument is not of one known kind"))
    }
    func value<Value: Decodable>() throws -> Value {
      try container.decode(Value.self, forKey: key)
    }
    switch key {
    case .path: self = .path(text: try value())
    case .directory: self = .directory(descriptor: try value())
    case .descriptor: self = .descriptor(number: try value())
    case .address: self = .address(address: try value())
    case .symbol: self = .symbol(name: try value())
    case .integer: self = .integer(value: try value())
    case .octal: self = .octal(value: try value())
    case .hexadecimal: self = .hexadecimal(value: try value())
    case .text: self = .text(text: try value())
    case .strings: self = .strings(list: try value())
    case .unreadable: self = .unreadable(address: try value())
    case .descriptors:
      let pair: [Int32] = try value()
      guard pair.count == 2 else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "two descriptors are needed")
      }
      self = .descriptors(first: pair[0], second: pair[1])
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .path(let text): try container.encode(text, forKey: .path)
    case .directory(let descriptor): try container.encode(descriptor, forKey: .directory)
    case .descriptor(let number): try container.encode(number, forKey: .descriptor)
    case .address(let address): try container.encode(address, forKey: .address)
    case .symbol(let name): try container.encode(name, forKey: .symbol)
    case .integer(let value): try container.encode(value, forKey: .integer)
    case .octal(let value): try container.encode(value, forKey: .octal)
    case .hexadecimal(let value): try container.encode(value, forKey: .hexadecimal)
    case .text(let text): try container.encode(text, forKey: .text)
    case .strings(let list): try container.encode(list, forKey: .strings)
    case .descriptors(let first, let second):
      try container.encode([first, second], forKey: .descriptors)
    case .unreadable(let address): try container.encode(address, forKey: .unreadable)
    }
  }
}

extension SocketAddress {
  private enum CodingKeys: String, CodingKey {
    case ip4, ip6, port, unix, abstract, netlink, family
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let address = try container.decodeIfPresent(String.self, forKey: .ip4) {
      self = .ip4(address: address, port: try container.decode(UInt16.self, forKey: .port))
    } else if let address = try container.decodeIfPresent(String.self, forKey: .ip6) {
      self = .ip6(address: address, port: try container.decode(UInt16.self, forKey: .port))
    } else if let path = try container.decodeIfPresent(String.self, forKey: .unix) {
      self = .unix(path: path)
    } else if let name = try container.decodeIfPresent(String.self, forKey: .abstract) {
      self = .abstract(name: name)
    } else if container.contains(.netlink) {
      self = .netlink
    } else {
      self = .other(family: try container.decode(String.self, forKey: .family))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .ip4(let address, let port):
      try container.encode(address, forKey: .ip4)
      try container.encode(port, forKey: .port)
    case .ip6(let address, let port):
      try container.encode(address, forKey: .ip6)
      try container.encode(port, forKey: .port)
    case .unix(let path): try container.encode(path, forKey: .unix)
    case .abstract(let name): try container.encode(name, forKey: .abstract)
    case .netlink: try container.encode(true, forKey: .netlink)
    case .other(let family): try container.encode(family, forKey: .family)
    }
  }
}
