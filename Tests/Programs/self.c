// What a process can learn of itself, and would be surprised to find changed.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  cpu_set_t set;
  sigset_t blocked, pending;
  struct itimerval timer;
  stack_t stack;
  int death = -1, reaper = -1;

  for (int i = 0; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
  sched_getaffinity(0, sizeof set, &set);
  printf("processors %d of %ld\n", CPU_COUNT(&set), sysconf(_SC_NPROCESSORS_ONLN));
  sigprocmask(SIG_BLOCK, 0, &blocked);
  sigpending(&pending);
  for (int number = 1; number < 65; number++) {
    struct sigaction action;
    if (sigaction(number, 0, &action) == -1) continue;
    printf("signal %d: %s%s%s\n", number,
           action.sa_handler == SIG_DFL ? "default" : action.sa_handler == SIG_IGN ? "ignored" : "?",
           sigismember(&blocked, number) ? ", blocked" : "",
           sigismember(&pending, number) ? ", pending" : "");
  }
  prctl(PR_GET_PDEATHSIG, &death);
  prctl(PR_GET_CHILD_SUBREAPER, &reaper);
  printf("parent death signal %d, subreaper %d, dumpable %d, keep caps %d\n", death, reaper,
         prctl(PR_GET_DUMPABLE), prctl(PR_GET_KEEPCAPS));
  printf("personality %x, nice %d, policy %d\n", personality(0xffffffff), getpriority(PRIO_PROCESS, 0),
         sched_getscheduler(0));
  for (int which = 0; which < 3; which++) {
    getitimer(which, &timer);
    printf("timer %d: %ld\n", which, (long)timer.it_value.tv_sec);
  }
  sigaltstack(0, &stack);
  printf("alternate stack %d\n", stack.ss_flags);
  printf("group of my parent: %d, session of my parent: %d\n", getpgrp() == getpgid(getppid()),
         getsid(0) == getsid(getppid()));
  int child = wait(0);
  printf("children: %d %d\n", child, errno == ECHILD);

  // Its own affinity is as it sets it, too.
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  if (sched_setaffinity(0, sizeof set, &set) == 0) {
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    printf("after setting: %d %d\n", CPU_COUNT(&set), CPU_ISSET(0, &set) != 0);
  }
  return 0;
}
