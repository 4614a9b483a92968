import CommandLineInterface
import Glibc
import TraceCapture

@main
enum Main {
  static func main() {
    exit(
      CommandLineInterface.run(
        arguments: OwnCommandLine.words, environment: .ownProcess))
  }
}
