import CommandLineInterface
import Glibc

@main
enum Main {
  static func main() {
    exit(CommandLineInterface.run(arguments: CommandLine.arguments, environment: .ownProcess))
  }
}
