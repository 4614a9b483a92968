/// The entries of a report by what led to each: a file's includes and a directory's files below it.
struct ConfigurationTree {
  /// One entry, and how deep it is.
  struct Node {
    let entry: Report.Configuration.Entry
    /// For each level down to this one, whether another node of that level follows.
    let continues: [Bool]
  }

  /// The nodes from the top, each before those below it.
  private(set) var nodes: [Node] = []
  private let children: [String: [Report.Configuration.Entry]]

  init(_ entries: [Report.Configuration.Entry]) {
    let known = Dictionary(entries.map { ($0.path, $0.order) }) { first, _ in first }
    var children: [String: [Report.Configuration.Entry]] = [:]
    for entry in entries {
      let above = entry.why.file ?? entry.why.directory ?? ""
      // What led to a path came before it, so that there are no circles.
      let isBelow = known[above].map { $0 < entry.order } ?? false
      children[isBelow ? above : "", default: []].append(entry)
    }
    self.children = children
    add(below: "", continues: [])
  }

  private mutating func add(below path: String, continues: [Bool]) {
    let level = children[path] ?? []
    for (index, entry) in level.enumerated() {
      let here = continues + [index < level.count - 1]
      nodes.append(Node(entry: entry, continues: here))
      add(below: entry.path, continues: here)
    }
  }
}
