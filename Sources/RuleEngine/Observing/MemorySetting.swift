/// The limit on memory that a language's runtime sets itself, apart from those of the system.
struct MemorySetting: Equatable {
  /// What the limit is called, as people would look it up.
  let name: String
  /// How it is raised for one run.
  let remedy: String
  /// How it is raised for good.
  let lasting: String

  /// The setting whose limit a line of complaint says was reached; nil for other words.
  static func find(in line: String) -> MemorySetting? {
    known.first { entry in entry.words.contains { line.contains($0) } }?.setting
  }

  private static let known: [(words: [String], setting: MemorySetting)] = [
    (
      ["Allowed memory size of"],
      MemorySetting(
        name: "PHP's memory_limit", remedy: "php -d memory_limit=512M …",
        lasting: "memory_limit in php.ini; the web server's PHP has a file of its own")
    ),
    (
      ["OutOfMemoryError: Java heap space", "OutOfMemoryError: GC overhead limit exceeded"],
      MemorySetting(
        name: "the Java heap (-Xmx)", remedy: "java -Xmx2g …",
        lasting: "the variable JAVA_TOOL_OPTIONS=-Xmx2g, or the program's own start script")
    ),
    (
      ["OutOfMemoryError: Metaspace"],
      MemorySetting(
        name: "Java's space for classes (-XX:MaxMetaspaceSize)",
        remedy: "java -XX:MaxMetaspaceSize=512m …", lasting: "the variable JAVA_TOOL_OPTIONS")
    ),
    (
      ["JavaScript heap out of memory", "Reached heap limit Allocation failed"],
      MemorySetting(
        name: "Node's heap (--max-old-space-size)", remedy: "node --max-old-space-size=4096 …",
        lasting: "the variable NODE_OPTIONS=--max-old-space-size=4096, which reaches npm and tools")
    ),
    (
      ["cache resources exhausted", "exceeds limit `"],
      MemorySetting(
        name: "ImageMagick's own limits (policy.xml)",
        remedy: "convert -limit memory 1GiB -limit disk 4GiB …",
        lasting: "policy.xml, which identify -list policy names; an option cannot go above it")
    ),
    (
      ["OOM command not allowed when used memory"],
      MemorySetting(
        name: "the server's maxmemory", remedy: "redis-cli CONFIG SET maxmemory 512mb",
        lasting: "maxmemory and maxmemory-policy in the server's configuration")
    ),
  ]
}
