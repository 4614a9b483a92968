import CommandLineInterface
import Glibc

@main
enum Main {
  static func main() {
    exit(
      CommandLineInterface.run(
        arguments: ForeignText.commandLine, environment: .ownProcess))
  }
}
