// vfork(2): the parent stands still until its child executes or ends.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  int status;
  volatile int shared = 0;
  pid_t child = vfork();
  if (child == 0) {
    shared = 42;
    execl("/bin/sh", "sh", "-c", "exit 5", (char *)0);
    _exit(127);
  }
  waitpid(child, &status, 0);
  printf("%d %d\n", shared, WEXITSTATUS(status));
  child = vfork();
  if (child == 0) {
    execl("/nowhere/program", "program", (char *)0);
    _exit(3);
  }
  waitpid(child, &status, 0);
  printf("%d\n", WEXITSTATUS(status));
  return 0;
}
