// Hangs in the way that its first argument names.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile unsigned long counter;

static void take_again(void) {
  pthread_mutex_lock(&lock);
  pthread_mutex_lock(&lock);
}

static void *end_with_lock(void *unused) {
  pthread_mutex_lock(&lock);
  return unused;
}

static void take_of_the_dead(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, end_with_lock, NULL);
  pthread_join(thread, NULL);
  pthread_mutex_lock(&lock);
}

static unsigned long step(unsigned long value) { return value * 3 + 1; }

static void count_for_ever(void) {
  for (;;) counter = step(counter);
}

static void read_own_pipe(void) {
  int ends[2];
  char byte;
  pipe(ends);
  read(ends[0], &byte, 1);
}

// Parent and child fill the pipes to each other, and neither reads.
static void fill_both_pipes(void) {
  int down[2], up[2];
  static char bytes[1 << 20];
  pipe(down);
  pipe(up);
  if (fork() == 0) {
    close(down[1]);
    close(up[0]);
    write(up[1], bytes, sizeof bytes);
    _exit(0);
  }
  close(down[0]);
  close(up[1]);
  write(down[1], bytes, sizeof bytes);
}

static void spin_at_end_of_file(void) {
  char byte;
  int file = open("/dev/null", O_RDONLY);
  for (;;) read(file, &byte, 1);
}

static void wait_for_stopped_child(void) {
  pid_t child = fork();
  if (child == 0) {
    raise_stop:
    kill(getpid(), 19);
    goto raise_stop;
  }
  waitpid(child, NULL, 0);
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*hang)(void);
  } ways[] = {
    {"again", take_again},          {"dead", take_of_the_dead},
    {"count", count_for_ever},      {"own-pipe", read_own_pipe},
    {"pipes", fill_both_pipes},     {"end", spin_at_end_of_file},
    {"child", wait_for_stopped_child},
  };
  for (unsigned i = 0; argc > 1 && i < sizeof ways / sizeof *ways; i++)
    if (strcmp(argv[1], ways[i].name) == 0) ways[i].hang();
  return 1;
}
