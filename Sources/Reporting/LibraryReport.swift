package import ElfInspection
internal import RuleEngine
package import TraceEvents

/// The text of `whyfail --libraries`: what a program needs, what satisfies it, and what is missing.
package struct LibraryReport {
  private let tree: LibraryTree
  private let packageShipping: (String) -> String?
  private let nearby: (String) -> [String]
  private let usesASCII: Bool
  private let symbols: [MissingSymbol]
  private let finding: (MissingSymbol) -> SymbolFinding?

  /// - Parameters:
  ///   - symbols: The symbols that are not there.
  ///   - finding: Where one of these should come from.
  ///   - packageShipping: Which package that the machine knows ships a library of this name.
  ///   - nearby: Files of a library's name around the program, nearest first.
  ///   - usesASCII: True where the terminal has no line drawing.
  package init(
    _ tree: LibraryTree, symbols: [MissingSymbol], usesASCII: Bool,
    packageShipping: @escaping (String) -> String?,
    nearby: @escaping (String) -> [String] = { _ in [] },
    finding: @escaping (MissingSymbol) -> SymbolFinding?
  ) {
    self.tree = tree
    self.symbols = symbols
    self.finding = finding
    self.packageShipping = packageShipping
    self.nearby = nearby
    self.usesASCII = usesASCII
  }

  /// True if the program could be loaded, as far as its libraries go.
  package var isComplete: Bool {
    tree.missing.isEmpty && !tree.lacksInterpreter && !symbols.contains { $0.isBoundAtStart }
      && tree.objects.allSatisfy { $0.missingVersions.isEmpty }
  }

  /// The whole text, with a line feed at its end.
  package var text: String {
    ([verdict, ""] + treeLines + details).map { TargetText.escaped($0) }.joined(separator: "\n")
      + "\n"
  }

  // MARK: The first sentence

  private var name: String { base(tree.objects[0].name) }

  private var verdict: String {
    if let missing = tree.objects.firstIndex(where: { $0.path == nil && $0.role == .needed }) {
      let chain = tree.chain(to: missing).map(base)
      let others = tree.missing.count - 1
      let way = chain.count > 2 ? " (\(chain.joined(separator: " → ")))" : ""
      let object = tree.objects[missing]
      let problem =
        object.places.contains { if case .rejected = $0.verdict { true } else { false } }
        ? "cannot be loaded"
        : object.places.contains { isForOthers($0) }
          ? "is there for other programs only" : "is not found"
      return "\(name) cannot start: the library \(object.name) \(problem)\(way)"
        + (others > 0 ? ", and \(others) more." : ".")
    }
    if tree.lacksInterpreter, let loader = tree.facts.interpreter {
      return "\(name) cannot start: its loader \(loader) does not exist."
    }
    if let object = tree.objects.first(where: { !$0.missingVersions.isEmpty }),
      let version = object.missingVersions.first
    {
      return "\(name) cannot start: \(base(object.name)) needs \(version.version),"
        + " and \(version.library)"
        + (version.newest.map { " ends at \($0)." } ?? " does not define it.")
    }
    if let symbol = symbols.first(where: \.isBoundAtStart) {
      let others = symbols.count { $0.isBoundAtStart } - 1
      return "\(name) cannot start: the symbol \(symbol.name), which"
        + " \(base(tree.objects[symbol.object].name)) needs, is in none of its libraries"
        + (others > 0 ? ", nor are \(others) more." : ".")
    }
    if let symbol = symbols.first {
      return "\(name) starts, but will end when it calls \(symbol.name): that symbol is in none of"
        + " its libraries."
    }
    if tree.facts.isStatic { return "\(name) is static: it needs no shared library." }
    let count = tree.objects.count { $0.role == .needed }
    if count == 0 { return "\(name) needs no shared library." }
    return "\(name) has all \(count) shared libraries that it needs."
  }

  // MARK: The tree

  private var treeLines: [String] {
    let facts = tree.facts
    var lines = [
      "\(tree.objects[0].path ?? tree.objects[0].name)   \(facts.bits)-bit \(facts.machine)"
        + (facts.interpreter.map { ", loader \($0)" } ?? "")
        + (tree.lacksInterpreter ? " (which does not exist)" : "")
    ]
    var shown: Set<Int> = [0]
    for index in tree.objects.indices.dropFirst()
    where tree.objects[index].role == .preloaded {
      lines.append("preloaded: " + line(of: index, isAgain: false))
      shown.insert(index)
    }
    append(tree.objects[0].needs, indent: "", &lines, &shown)
    if tree.isCut { lines.append("… and more, which are not looked at") }
    return lines
  }

  private func append(
    _ needs: [Int], indent: String, _ lines: inout [String], _ shown: inout Set<Int>
  ) {
    for (position, index) in needs.enumerated() {
      let isLast = position == needs.count - 1
      let isAgain = !shown.insert(index).inserted
      lines.append(indent + branch(isLast) + line(of: index, isAgain: isAgain))
      if !isAgain {
        append(
          tree.objects[index].needs,
          indent: indent + (isLast ? "    " : usesASCII ? "|   " : "│   "),
          &lines, &shown)
      }
    }
  }

  private func branch(_ isLast: Bool) -> String {
    if usesASCII { return isLast ? "`-- " : "|-- " }
    return isLast ? "└── " : "├── "
  }

  private func line(of index: Int, isAgain: Bool) -> String {
    let object = tree.objects[index]
    guard let path = object.path else {
      return object.name
        + (object.role == .preloaded
          ? "   not found, which the loader passes over" : "   NOT FOUND")
    }
    if isAgain { return object.name }
    let place = object.places.last.map { "   (\(LibraryWords.words(for: $0.source)))" } ?? ""
    let shadowed = object.places.dropLast().contains {
      switch $0.verdict {
      case .otherClass, .otherMachine, .unreadable: true
      default: false
      }
    }
    return "\(object.name)   \(path)\(place)" + (shadowed ? "   others were passed over" : "")
      + (object.hidden.isEmpty ? "" : "   hides another")
  }

  // MARK: What is wrong

  private var details: [String] {
    var lines: [String] = []
    for index in tree.objects.indices where tree.objects[index].path == nil {
      lines += [""] + explanation(of: index)
    }
    for object in tree.objects where object.path != nil {
      let told = object.places.filter { isRemarkable($0.verdict) }
      if told.isEmpty { continue }
      lines += ["", "\(object.name) was passed over before it was found:"]
      lines += told.map { "  \($0.path)   \(LibraryWords.words(for: $0.verdict))" }
    }
    for object in tree.objects where object.path != nil && !object.hidden.isEmpty {
      let why = object.places.last.map { LibraryWords.words(for: $0.source) } ?? ""
      lines += ["", "\(object.path ?? object.name) was found first (\(why)), and hides:"]
      lines += object.hidden.map { "  \($0.path)   \(LibraryWords.words(for: $0.source))" }
    }
    if tree.isSecure {
      lines += [
        "",
        "The program runs with more rights than you have, so its loader heeds neither"
          + " LD_LIBRARY_PATH nor a path in LD_PRELOAD.",
      ]
    }
    for object in tree.objects where !object.missingVersions.isEmpty {
      lines += ["", "\(object.path ?? object.name) wants versions that are not there:"]
      lines += object.missingVersions.map { version in
        "  \(version.version) of \(version.library)"
          + (version.newest.map { ", which ends at \($0)" } ?? "")
      }
      lines.append("It was built on a newer system: run it there, or build it on this one.")
    }
    return lines + symbolLines
  }

  private static let mostSymbols = 20

  private var symbolLines: [String] {
    guard !symbols.isEmpty else { return [] }
    var lines = ["", "Symbols that none of the libraries defines:"]
    for symbol in symbols.prefix(Self.mostSymbols) {
      lines.append(
        "  \(symbol.name)\(symbol.version.map { "@" + $0 } ?? "")   for"
          + " \(tree.objects[symbol.object].path ?? tree.objects[symbol.object].name), looked up "
          + (symbol.isBoundAtStart ? "at the start" : "when it is called"))
    }
    if symbols.count > Self.mostSymbols {
      lines.append("  and \(symbols.count - Self.mostSymbols) more")
    }
    guard let first = symbols.first, let found = finding(first) else { return lines }
    if let expected = found.expected?.path {
      lines.append(
        "\(expected) should have \(first.name)"
          + (found.versions.isEmpty
            ? "." : ", and has it in version \(found.versions.joined(separator: ", ")) only."))
    }
    if !found.definers.isEmpty {
      lines.append("It is defined in: \(found.definers.joined(separator: ", "))")
    }
    return lines
  }

  /// True for a library of another class or processor, which is more than a line of the cache.
  private func isForOthers(_ place: LibraryPlace) -> Bool {
    switch place.verdict {
    case .otherClass, .otherMachine: place.source != .cache
    default: false
    }
  }

  private func isRemarkable(_ verdict: LibraryPlace.Verdict) -> Bool {
    switch verdict {
    case .otherClass, .otherMachine, .unreadable: true
    default: false
    }
  }

  private func explanation(of index: Int) -> [String] {
    let object = tree.objects[index]
    let wanting = object.requester.map { "\(tree.objects[$0].path ?? tree.objects[$0].name) needs" }
    var lines = ["\(object.name): \(wanting ?? "it is preloaded:") it, and the loader looked in:"]
    lines += object.places.map { place in
      "  \(place.path)   \(LibraryWords.words(for: place.source)): \(LibraryWords.words(for: place.verdict))"
    }
    if object.places.isEmpty { lines.append("  (no place at all)") }
    let misses = tree.nearMisses(of: index)
    let copies = misses.contains(where: \.hasItsName) ? [] : copies(of: object)
    lines += misses.map { miss in
      miss.hasItsName
        ? "\(miss.path) is that library by its own name (soname): only the link to it is missing."
        : "Another version is there, which does not serve: \(miss.path)"
    }
    lines += copies.map { "There is one at \($0), where the loader does not look." }
    lines.append(contentsOf: fixes(for: object, miss: misses.first, copy: copies.first))
    return lines
  }

  /// Files of a library's name where the loader does not look, and that the program could load.
  private func copies(of object: LibraryTree.Object) -> [String] {
    guard object.role == .needed, !object.name.contains("/") else { return [] }
    return nearby(object.name).filter { path in
      guard !object.places.contains(where: { $0.path == path }),
        case .elf(let facts)? = try? programFile(path)
      else { return false }
      return facts.bits == tree.facts.bits && facts.machine == tree.facts.machine
        && facts.kind == .shared
    }
  }

  private func fixes(
    for object: LibraryTree.Object, miss: LibraryTree.NearMiss?, copy: String?
  ) -> [String] {
    if object.role == .preloaded {
      return ["The program starts without it; take it out of LD_PRELOAD or /etc/ld.so.preload."]
    }
    if let place = object.places.last, case .rejected = place.verdict {
      return ["What to do: replace \(place.path), for example by installing its package again."]
    }
    if let miss, miss.hasItsName, let slash = miss.path.lastIndex(of: "/") {
      return [
        "What to do: ln -s \(miss.path[slash...].dropFirst()) \(miss.path[...slash])\(object.name)"
      ]
    }
    if object.name.contains("/") {
      return [
        "What to do: a name with a slash is a path to the loader, from the working directory on: start the"
          + " program there, or need it by its plain name (patchelf --replace-needed)."
      ]
    }
    if let copy, let slash = copy.lastIndex(of: "/"), !tree.isSecure {
      return [
        "What to do: LD_LIBRARY_PATH=\(copy[..<slash]), or for good patchelf --set-rpath or ldconfig."
      ]
    }
    if let package = packageShipping(object.name) {
      guard let other = PackageName.architecture(of: tree.facts) else {
        return ["What to do: apt-get install \(package)"]
      }
      return [
        "What to do: dpkg --add-architecture \(other), apt-get update, and"
          + " apt-get install \(PackageName.name(package, for: tree.facts))"
      ]
    }
    return [
      "What to do: install the package that ships \(object.name); if it lies elsewhere, name its"
        + " directory in LD_LIBRARY_PATH, or in a file of /etc/ld.so.conf.d, and run ldconfig."
    ]
  }

  private func base(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
