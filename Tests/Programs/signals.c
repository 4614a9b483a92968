// Signals as a program handles them: sender, interruption of calls, blocking, waiting.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t from_self, count;

static void handle(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)context;
  count++;
  from_self = info->si_pid == getpid() && info->si_code == SI_USER;
}

static void ignore_it(int number) { (void)number; }

int main(void) {
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, 0);
  for (int i = 0; i < 5; i++) kill(getpid(), SIGUSR1);
  printf("handled %d, from myself %d\n", (int)count, (int)from_self);

  // A read that a timer interrupts.
  struct sigaction quiet = {.sa_handler = ignore_it};
  sigaction(SIGALRM, &quiet, 0);
  int ends[2];
  char byte;
  if (pipe(ends) == -1) return 1;
  struct itimerval soon = {{0, 0}, {0, 50000}};
  setitimer(ITIMER_REAL, &soon, 0);
  ssize_t got = read(ends[0], &byte, 1);
  printf("read %zd %s\n", got, got == -1 ? strerrorname_np(errno) : "");

  // A child that stops, continues and is killed; its parent hears of each.
  int status;
  pid_t child = fork();
  if (child == 0) {
    raise(SIGSTOP);
    for (;;) pause();
  }
  waitpid(child, &status, WUNTRACED);
  printf("stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  kill(child, SIGCONT);
  waitpid(child, &status, WCONTINUED);
  printf("continued %d\n", WIFCONTINUED(status));
  kill(child, SIGTERM);
  waitpid(child, &status, 0);
  printf("killed by %d\n", WTERMSIG(status));

  // A blocked signal waits for sigwait.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, 0);
  kill(getpid(), SIGUSR2);
  int number = 0;
  sigwait(&set, &number);
  printf("waited for %d\n", number);

  // A broken pipe that is ignored is an error of write.
  signal(SIGPIPE, SIG_IGN);
  close(ends[0]);
  got = write(ends[1], "x", 1);
  printf("write %zd %s\n", got, got == -1 ? strerrorname_np(errno) : "");
  return 0;
}
