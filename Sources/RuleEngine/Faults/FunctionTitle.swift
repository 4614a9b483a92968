internal import TraceEvents

/// A function's name as people say it, from a C++ signature; names of other languages stay as they are.
enum FunctionTitle {
  private static let longest = 100

  /// The name alone: without parameters and what stands before and behind it.
  ///
  /// `void shop::sort<int>(std::vector<int>&) const` is `shop::sort<int>`.
  static func name(of signature: String) -> String {
    var name = plain(signature)
    // Swift writes the result behind the parameters.
    if name.contains(") -> "), let open = name.firstIndex(of: "("), open > name.startIndex,
      !name[..<open].contains(" ")
    {
      return short(String(name[..<open]))
    }
    guard let open = parameters(of: name) else { return short(name) }
    name = String(name[..<open])
    if let space = lastSpace(of: name), !name.contains("operator ") {
      name = String(name[name.index(after: space)...])
    }
    return short(name)
  }

  /// The whole signature, where it is not too long; else what is in its brackets is left out.
  static func signature(_ signature: String) -> String {
    let text = plain(signature)
    guard text.count > longest else { return text }
    guard let open = parameters(of: text) else { return short(text) }
    return short(String(text[..<open])) + "(…)"
  }

  /// With `std::string` for what it stands for.
  private static func plain(_ text: String) -> String {
    guard text.contains("std::__cxx11::") else { return text }
    return
      text
      .replacing(
        "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
        with: "std::string"
      )
      .replacing("std::__cxx11::", with: "std::")
  }

  /// Where the last parentheses begin; nil for a name without parameters.
  private static func parameters(of text: String) -> String.Index? {
    guard let close = text.lastIndex(of: ")"),
      [")", ") const", ") volatile", ") &", ") &&", ") const &", ")::"].contains(
        String(text[close...].prefix { $0 != "[" }.trimmingEnd))
    else { return nil }
    var depth = 0
    for index in text[...close].indices.reversed() {
      if text[index] == ")" { depth += 1 }
      if text[index] == "(" { depth -= 1 }
      if depth == 0 { return index > text.startIndex ? index : nil }
    }
    return nil
  }

  /// The last blank outside of all brackets: before it stands the type that a template returns.
  private static func lastSpace(of text: String) -> String.Index? {
    var depth = 0
    for index in text.indices.reversed() {
      switch text[index] {
      case ">", ")", "}", "]": depth += 1
      case "<", "(", "{", "[": depth -= 1
      case " " where depth == 0: return index
      default: break
      }
    }
    return nil
  }

  /// A long name without the arguments of its templates.
  private static func short(_ text: String) -> String {
    guard text.count > longest, !text.contains("operator") else { return text }
    var result = ""
    var depth = 0
    for character in text {
      if character == "<" {
        if depth == 0 { result += "<…" }
        depth += 1
      } else if character == ">", depth > 0 {
        depth -= 1
      }
      if depth == 0 { result.append(character) }
    }
    return depth == 0 && result.count < text.count ? result : text
  }
}

extension Substring {
  fileprivate var trimmingEnd: Substring {
    var rest = self
    while rest.last == " " { rest.removeLast() }
    return rest
  }
}
