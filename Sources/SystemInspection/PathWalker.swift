import TraceEvents

/// A path as it was walked, with what the rights of a user are decided by.
struct WalkedPath {
  /// One thing that was looked at.
  struct Step {
    /// As the walk tells it.
    var component: PathComponent
    /// Its status; nil where it does not exist or could not be looked at.
    var status: FileStatus?
  }

  /// A directory that a name was looked up in, or a link that was followed, in the kernel's order.
  enum Passage {
    /// The directory at this index of `steps` was searched.
    case search(Int)
    /// The link `link` in the directory `directory` was followed as the last component.
    case trailingLink(link: Int, directory: Int)
  }

  /// Everything that was looked at, in order of the first look.
  var steps: [Step] = []
  /// What was passed through.
  var passages: [Passage] = []
  /// How it ended.
  var end: PathWalk.End = .exists
  /// Index of the directory that holds (or would hold) the last component; nil if the walk ended
  /// before it came there, or the path is "/".
  var parent: Int?
  /// Index of the last component; nil if it does not exist.
  var last: Int?

  /// The walk as an answer tells it.
  var walk: PathWalk { PathWalk(components: steps.map(\.component), end: end) }
}

/// Walks paths component by component as `path_resolution(7)` says, without opening anything.
struct PathWalker {
  /// Links that the kernel follows at most (`MAXSYMLINKS`).
  private static let maximumLinks = 40
  /// Components looked at, in all; more cannot come from paths of `PATH_MAX`.
  private static let maximumLookups = 4096

  /// False to leave a symbolic link at the end of the path alone.
  var followsLast = true

  /// A component that is still to be looked up.
  private struct Pending {
    var name: String
    /// The link that it was written in; nil if it is from the path itself.
    var link: Int?
    /// The path that was asked for, up to here, in its own spelling.
    var asked: String
  }

  /// The walk along the absolute path `path`; a relative one is taken from "/".
  func walk(_ path: String) -> WalkedPath {
    var state = State()
    guard !path.isEmpty, TargetText.cString(of: path) != nil else {
      state.result.end = .missing(path: path)
      return state.result
    }
    let endsInSlash = path.hasSuffix("/")
    var asked = ""
    var pending: [Pending] = []
    for name in Self.names(of: path) {
      asked += "/" + name
      pending.append(Pending(name: name, asked: asked))
    }
    pending.reverse()
    state.enter("/")
    var lookups = 0
    while let next = pending.popLast() {
      lookups += 1
      guard lookups <= Self.maximumLookups else {
        state.result.end = .unsearchable(path: next.asked)
        break
      }
      let isLast = pending.isEmpty
      guard state.lookUp(next, isLast: isLast) else { break }
      guard let step = state.current, let status = state.result.steps[step].status else { break }
      if status.type == .symbolicLink, !isLast || followsLast || endsInSlash {
        guard let target = state.follow(step, isTrailing: isLast) else { break }
        for name in Self.names(of: target).reversed() {
          pending.append(Pending(name: name, link: step, asked: next.asked))
        }
        continue
      }
      if status.type != .directory, !isLast || endsInSlash {
        state.result.end = .notDirectory(path: state.result.steps[step].component.path)
        break
      }
    }
    if case .exists = state.result.end { state.result.last = state.current }
    return state.result
  }

  private static func names(of path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).compactMap { name in
      let name = String(decoding: name, as: UTF8.self)
      return name == "." ? nil : name
    }
  }

  /// Where a walk stands.
  private struct State {
    var result = WalkedPath()
    /// What was reached last.
    var current: Int?
    /// The directories from "/" down to the one that names are looked up in.
    var directories: [Int] = []
    private var linksFollowed: [Int] = []

    /// Makes "/" the directory that names are looked up in.
    mutating func enter(_ root: String) {
      let step = index(of: root)
      directories = [step]
      current = step
    }

    /// Looks up a name; false if the walk ends here.
    mutating func lookUp(_ next: Pending, isLast: Bool) -> Bool {
      guard let directory = directories.last else { return false }
      let place = result.steps[directory].component.path
      result.passages.append(.search(directory))
      if next.name == ".." {
        if directories.count > 1 { directories.removeLast() }
        current = directories.last
        if isLast { result.parent = directories.dropLast().last }
        return true
      }
      if isLast { result.parent = directory }
      let path = (place == "/" ? "" : place) + "/" + next.name
      let step = index(of: path)
      current = step
      guard result.steps[step].status != nil else {
        end(at: step, in: place, pending: next)
        return false
      }
      if result.steps[step].status?.type == .directory { directories.append(step) }
      return true
    }

    /// Follows the link at `step`; its target, or nil if the walk ends here.
    mutating func follow(_ step: Int, isTrailing: Bool) -> String? {
      if isTrailing, let parent = directories.last {
        result.passages.append(.trailingLink(link: step, directory: parent))
      }
      let component = result.steps[step].component
      linksFollowed.append(step)
      guard linksFollowed.count <= PathWalker.maximumLinks else {
        let repeated = linksFollowed.first { link in
          linksFollowed.count { $0 == link } > 1
        }
        result.end = .linkLoop(link: result.steps[repeated ?? step].component.path)
        return nil
      }
      guard let target = component.linkTarget else {
        result.end = .unsearchable(path: component.path)
        return nil
      }
      if isMagic(component, target: target) {
        // A link of /proc leads to an object, which its text only describes.
        current = index(of: component.path, followingLinks: true)
        return ""
      }
      if target.hasPrefix("/") { enter("/") } else { current = directories.last }
      return target
    }

    private func isMagic(_ link: PathComponent, target: String) -> Bool {
      link.path.hasPrefix("/proc/") && (try? FileStatus(of: target)) == nil
        && (try? FileStatus(of: link.path, followingLinks: true)) != nil
        && (!target.hasPrefix("/") && target.contains(":")
          || target.hasSuffix(" (deleted)") || target.hasPrefix("/memfd:"))
    }

    private mutating func end(at step: Int, in directory: String, pending: Pending) {
      let component = result.steps[step].component
      switch component.error {
      case .noEntry?, .nameTooLong?, nil:
        if let link = pending.link {
          let link = result.steps[link].component
          result.end = .danglingLink(
            link: link.path, target: link.linkTarget ?? "", missing: component.path)
        } else {
          result.steps[step].component.path = pending.asked
          result.end = .missing(path: pending.asked)
        }
      case .accessDenied?:
        result.end = .unsearchable(path: directory)
      default:
        result.end = .unsearchable(path: component.path)
      }
    }

    /// The index of what is at `path`, looked at now or before.
    private mutating func index(of path: String, followingLinks: Bool = false)
      -> Int
    {
      if !followingLinks, let known = result.steps.firstIndex(where: { $0.component.path == path })
      {
        return known
      }
      do throws(InspectionError) {
        let status = try FileStatus(of: path, followingLinks: followingLinks)
        let target =
          status.type == .symbolicLink ? try? FileReading.linkTarget(of: path) : nil
        result.steps.append(
          WalkedPath.Step(
            component: PathComponent(path: path, status: status, linkTarget: target),
            status: status))
      } catch {
        result.steps.append(
          WalkedPath.Step(component: PathComponent(path: path, type: nil, error: error.code)))
      }
      return result.steps.count - 1
    }
  }
}

extension PathComponent {
  /// What `status` tells of the file at `path`.
  init(path: String, status: FileStatus, linkTarget: String? = nil) {
    self.init(
      path: path, type: status.type, mode: status.mode, owner: status.owner,
      ownerName: UserDatabase.userName(status.owner) ?? String(status.owner),
      group: status.group,
      groupName: UserDatabase.groupName(status.group) ?? String(status.group),
      linkTarget: linkTarget, size: status.type == .regular ? status.size : 0)
  }
}
