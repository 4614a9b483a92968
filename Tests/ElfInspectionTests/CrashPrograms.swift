import Testing

/// A program that crashes, and where.
struct CrashProgram: Sendable, CustomTestStringConvertible {
  let name: String
  var suffix = "c"
  let source: String
  /// `function:line` of the frames in the program itself, innermost first.
  let frames: [String]
  /// Names of library functions that must be on the stack.
  var through: [String] = []

  var testDescription: String { name }

  /// Null pointer, three calls deep; each frame's line is that of its call.
  static let null = CrashProgram(
    name: "null pointer",
    source: """
      #include <stdlib.h>
      static int *volatile nothing;
      __attribute__((noinline)) int inner(int n) {
        int sum = n;
        *nothing = sum;
        return sum + 1;
      }
      __attribute__((noinline)) int middle(int n) {
        int result = inner(n + 1);
        return result * 2;
      }
      int main(int argc, char **argv) {
        (void)argv;
        int result = middle(argc);
        return result;
      }
      """,
    frames: ["inner:5", "middle:9", "main:14"])

  /// SIGABRT, raised far below the program.
  static let abort = CrashProgram(
    name: "abort",
    source: """
      #include <stdlib.h>
      __attribute__((noinline)) void give_up(void) {
        abort();
      }
      int main(void) {
        give_up();
        return 1;
      }
      """,
    frames: ["give_up:3", "main:6"], through: ["abort"])

  /// A fault in the C library, below a function that it calls back.
  static let callback = CrashProgram(
    name: "through qsort and strlen",
    source: """
      #include <stdlib.h>
      #include <string.h>
      static const char *volatile bad = (const char *)16;
      static volatile size_t total;
      static int compare(const void *a, const void *b) {
        (void)a, (void)b;
        total += strlen(bad);
        return 0;
      }
      int main(void) {
        int numbers[] = {3, 1, 2};
        qsort(numbers, 3, sizeof *numbers, compare);
        return (int)total;
      }
      """,
    frames: ["compare:7", "main:12"], through: ["qsort"])

  /// A call of address 0, for which no unwind table exists.
  static let wildCall = CrashProgram(
    name: "call of a null function",
    source: """
      static int (*volatile function)(int);
      __attribute__((noinline)) int use(int n) {
        int got = function(n);
        return got + 1;
      }
      int main(int argc, char **argv) {
        (void)argv;
        int got = use(argc);
        return got;
      }
      """,
    frames: ["use:3", "main:8"])

  /// A call of data, which lies in the program's own file.
  static let dataCall = CrashProgram(
    name: "call of data",
    source: """
      static unsigned char code[] = {0xb8, 1, 0, 0, 0, 0xc3};
      static void *volatile place = code;
      __attribute__((noinline)) int use(int n) {
        int got = ((int (*)(int))place)(n);
        return got + 1;
      }
      int main(int argc, char **argv) {
        (void)argv;
        int got = use(argc);
        return got;
      }
      """,
    frames: ["use:4", "main:9"])

  /// A division by zero in a second thread.
  static let thread = CrashProgram(
    name: "another thread",
    source: """
      #include <pthread.h>
      static volatile int zero;
      __attribute__((noinline)) int divide(int n) {
        return n / zero;
      }
      static void *work(void *argument) {
        int result = divide(*(int *)argument);
        *(int *)argument = result;
        return argument;
      }
      int main(void) {
        int number = 7;
        pthread_t thread;
        pthread_create(&thread, 0, work, &number);
        pthread_join(thread, 0);
        return 0;
      }
      """,
    frames: ["divide:4", "work:7"])

  /// A handler that gives the signal back: the frames below the kernel's trampoline count too.
  static let handler = CrashProgram(
    name: "from a signal handler",
    source: """
      #include <signal.h>
      #include <stdlib.h>
      static volatile int count;
      static void on_alarm(int number) {
        count += number;
        abort();
      }
      __attribute__((noinline)) void interrupt_me(void) {
        raise(SIGALRM);
        count++;
      }
      int main(void) {
        signal(SIGALRM, on_alarm);
        interrupt_me();
        return 0;
      }
      """,
    frames: ["on_alarm:6", "interrupt_me:9", "main:14"], through: ["abort"])

  /// Names of C++, and an exception that nobody catches.
  static let exception = CrashProgram(
    name: "C++ exception", suffix: "cpp",
    source: """
      #include <stdexcept>
      #include <vector>
      namespace shop {
      struct Order {
        int price;
        __attribute__((noinline)) int check(const std::vector<int> &list) const {
          if (list.size() > 1) throw std::runtime_error("too many");
          return price;
        }
      };
      }
      int main() {
        shop::Order order{3};
        std::vector<int> list{1, 2};
        return order.check(list);
      }
      """,
    frames: [
      "shop::Order::check(std::vector<int, std::allocator<int> > const&) const:7", "main:15",
    ],
    through: ["abort", "std::terminate()", "__cxa_throw"])

  static let all: [CrashProgram] = [
    null, abort, callback, wildCall, dataCall, thread, handler, exception,
  ]
}
