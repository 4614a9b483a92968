// As many threads as the first argument says, each of which holds a lock and waits for the next one's.
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t locks[8];
static pthread_barrier_t all_hold_one;
static int count;

#define WAITER(name, own)                                                                          \
  static void *name(void *unused) {                                                                \
    pthread_mutex_lock(&locks[own]);                                                               \
    pthread_barrier_wait(&all_hold_one);                                                           \
    pthread_mutex_lock(&locks[(own + 1) % count]);                                                 \
    return unused;                                                                                 \
  }

WAITER(move_left, 0)
WAITER(move_right, 1)
WAITER(move_up, 2)

int main(int argc, char **argv) {
  static void *(*const waiters[])(void *) = {move_left, move_right, move_up};
  count = argc > 1 ? atoi(argv[1]) : 2;
  pthread_barrier_init(&all_hold_one, NULL, (unsigned)count);
  pthread_t threads[3];
  for (int i = 0; i < 8; i++) pthread_mutex_init(&locks[i], NULL);
  for (int i = 0; i < count; i++) pthread_create(&threads[i], NULL, waiters[i], NULL);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  return 0;
}
