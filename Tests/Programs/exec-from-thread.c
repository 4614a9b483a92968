// A thread that is not the leader executes another program, while others run.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *spin(void *unused) {
  (void)unused;
  while (access("/nowhere", R_OK) != 0) {
  }
  return 0;
}

static void *replace(void *unused) {
  (void)unused;
  execl("/bin/sh", "sh", "-c", "echo replaced; exit 9", (char *)0);
  return 0;
}

int main(void) {
  pthread_t thread;
  for (int i = 0; i < 3; i++) pthread_create(&thread, 0, spin, 0);
  pthread_create(&thread, 0, replace, 0);
  for (;;) pause();
}
