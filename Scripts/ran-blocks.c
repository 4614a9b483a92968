// ran-blocks LOW HIGH COMMAND…: runs a command instruction by instruction and prints, in the order
// of their first use, the blocks of 16 bytes between the addresses LOW and HIGH (hexadecimal) that
// it and its threads ran, one address a line. What a process that it started starts in its turn is
// let go: whyfail traces it, and a process has one tracer.

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(1);
}

// Waits for the first stop of a process that is attached to as a child of another, and lets it go.
static void let_go(pid_t process) {
  int status;
  if (waitpid(process, &status, __WALL) < 0) die("ran-blocks: waitpid");
  ptrace(PTRACE_DETACH, process, NULL, NULL);
}

int main(int count, char **words) {
  if (count < 4) {
    fprintf(stderr, "usage: ran-blocks LOW HIGH COMMAND…\n");
    return 2;
  }
  unsigned long low = strtoul(words[1], NULL, 16), high = strtoul(words[2], NULL, 16);
  if (high <= low) {
    fprintf(stderr, "ran-blocks: HIGH is not above LOW\n");
    return 2;
  }
  unsigned char *seen = calloc((high - low) / 16 + 1, 1);
  if (!seen) die("ran-blocks");

  pid_t first = fork();
  if (first < 0) die("ran-blocks: fork");
  if (first == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execv(words[3], words + 3);
    perror(words[3]);
    _exit(127);
  }
  int status;
  if (waitpid(first, &status, 0) < 0) die("ran-blocks: waitpid");
  long options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                 PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SETOPTIONS, first, NULL, options) < 0) die("ran-blocks: ptrace");
  ptrace(PTRACE_CONT, first, NULL, NULL);

  for (;;) {
    pid_t process = waitpid(-1, &status, __WALL);
    if (process < 0) die("ran-blocks: waitpid");
    if (!WIFSTOPPED(status)) {
      if (process == first) break;
      continue;
    }
    int event = status >> 16;
    long signal = 0;
    if (event) {
      unsigned long started = 0;
      int starts = event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK;
      if (starts && process != first && !ptrace(PTRACE_GETEVENTMSG, process, NULL, &started))
        let_go((pid_t)started);
    } else if (WSTOPSIG(status) == SIGTRAP) {
      struct user_regs_struct registers;
      if (!ptrace(PTRACE_GETREGS, process, NULL, &registers) && registers.rip >= low &&
          registers.rip < high) {
        unsigned char *block = seen + (registers.rip - low) / 16;
        if (!*block) printf("%llx\n", registers.rip);
        *block = 1;
      }
    } else if (WSTOPSIG(status) != SIGSTOP) {
      signal = WSTOPSIG(status);
    }
    ptrace(PTRACE_SINGLESTEP, process, NULL, signal);
  }
  if (fflush(stdout) || ferror(stdout)) die("ran-blocks");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
