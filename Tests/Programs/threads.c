// 200 threads, each of which asks for a file that is not there.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>

static int missing;

static void *work(void *unused) {
  (void)unused;
  for (int i = 0; i < 20; i++)
    if (open("/nowhere/at/all", O_RDONLY) == -1 && errno == ENOENT)
      __atomic_add_fetch(&missing, 1, __ATOMIC_SEQ_CST);
  return 0;
}

int main(void) {
  pthread_t threads[200];
  for (int i = 0; i < 200; i++)
    if (pthread_create(&threads[i], 0, work, 0) != 0) return 1;
  for (int i = 0; i < 200; i++) pthread_join(threads[i], 0);
  printf("%d\n", missing);
  return 0;
}
