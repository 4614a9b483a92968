// Waits in many calls at once, and tells at the end of its input how many of them ended with EINTR.
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int interrupted;
static sigset_t nothing_else;

static int in_epoll(void) {
  struct epoll_event event;
  return epoll_wait(epoll_create1(0), &event, 1, 600000);
}
static int in_poll(void) { return poll(NULL, 0, 600000); }
static int in_sleep(void) { return usleep(600000000); }
static int in_signal(void) {
  struct timespec time = {600, 0};
  return sigtimedwait(&nothing_else, NULL, &time);
}
static int in_socket(void) {
  int pair[2];
  char byte;
  struct timeval time = {600, 0};
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  return (int)read(pair[0], &byte, 1);
}
static int in_queue(void) {
  struct sembuf wait = {0, -1, 0};
  return semop(semget(IPC_PRIVATE, 1, 0600), &wait, 1);
}
static int in_semaphore(void) {
  sem_t semaphore;
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  time.tv_sec += 600;
  sem_init(&semaphore, 0, 0);
  return sem_timedwait(&semaphore, &time);
}

static void *wait_forever(void *call) {
  while (((int (*)(void))call)() < 0 && errno == EINTR)
    __atomic_add_fetch(&interrupted, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

int main(void) {
  static int (*const calls[])(void) = {
    in_epoll, in_poll, in_sleep, in_signal, in_socket, in_queue, in_semaphore};
  sigemptyset(&nothing_else);
  sigaddset(&nothing_else, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &nothing_else, NULL);
  pthread_t thread;
  for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
    pthread_create(&thread, NULL, wait_forever, (void *)calls[i]);
  char byte;
  ssize_t count;
  while ((count = read(0, &byte, 1)) > 0) {}
  printf("interrupted %d, %s\n", interrupted, count < 0 ? "its input too" : "not its input");
}
