// Signals of the tracer's own process: how they stood at its start, and how it waits with them.
#define _GNU_SOURCE
#include "CTraceShim.h"
#include "RawCall.h"
#include "StartState.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static sigset_t start_mask;
static bool start_ignored[NSIG];

static char **start_arguments;

/// Runs before main, so before any runtime or library has changed a signal. That a constructor gets
/// what main gets is glibc's own (sysdeps/unix/sysv/linux, elf/dl-init.c).
__attribute__((constructor)) static void remember_start(int count, char **arguments,
                                                        char **environment) {
  (void)count;
  (void)environment;
  start_arguments = arguments;
  sigprocmask(SIG_SETMASK, NULL, &start_mask);
  for (int signal = 1; signal < NSIG; signal++) {
    struct sigaction action;
    if (sigaction(signal, NULL, &action) == 0)
      start_ignored[signal] = action.sa_handler == SIG_IGN;
  }
}

const char *const *wf_start_arguments(void) { return (const char *const *)start_arguments; }

bool wf_started_ignoring(int signal) { return start_ignored[signal]; }

void wf_restore_start_signals(void) {
  for (int signal = 1; signal < NSIG; signal++) {
    // Those that glibc keeps for itself stay as they are.
    if (signal >= 32 && signal < SIGRTMIN) continue;
    struct wf_kernel_action action = {.handler = start_ignored[signal] ? SIG_IGN : SIG_DFL};
    // Fails for SIGKILL and SIGSTOP, which is as it should be.
    wf_raw_call(SYS_rt_sigaction, signal, (long)&action, 0, sizeof action.mask);
  }
  wf_raw_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&start_mask, 0, sizeof(wf_kernel_signals));
}

/// The signal by which a timer interrupts waitpid; its handler only counts.
static int wake_signal(void) { return SIGRTMAX - 1; }

static int32_t wakes;

static void count_wake(int signal) {
  (void)signal;
  __atomic_add_fetch(&wakes, 1, __ATOMIC_RELAXED);
}

int32_t wf_wake_count(void) { return __atomic_load_n(&wakes, __ATOMIC_RELAXED); }

int32_t wf_timer_create(void **timer) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = count_wake;
  if (sigaction(wake_signal(), &action, NULL) < 0) return -errno;
  sigset_t wake;
  sigemptyset(&wake);
  sigaddset(&wake, wake_signal());
  pthread_sigmask(SIG_UNBLOCK, &wake, NULL);
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = wake_signal();
  event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
  timer_t made;
  if (timer_create(CLOCK_MONOTONIC, &event, &made) < 0) return -errno;
  *timer = made;
  return 0;
}

static struct timespec from_nanoseconds(int64_t time) {
  return (struct timespec){time / 1000000000, time % 1000000000};
}

int32_t wf_timer_set(void *timer, int64_t first, int64_t interval) {
  struct itimerspec spec = {from_nanoseconds(interval), from_nanoseconds(first)};
  return timer_settime(timer, 0, &spec, NULL) < 0 ? -errno : 0;
}

void wf_timer_delete(void *timer) { timer_delete(timer); }

static const int claimed_signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP};
enum { CLAIMED = sizeof claimed_signals / sizeof *claimed_signals };

static struct sigaction before_claim[CLAIMED];
static bool is_claimed[CLAIMED];
static void *volatile claim_timer;
static volatile sig_atomic_t claim_active;

static struct {
  int32_t code;
  int32_t sender;
  int32_t came;
} received[CLAIMED];

static void receive(int signal, siginfo_t *info, void *context) {
  (void)context;
  int error = errno;
  for (int index = 0; index < CLAIMED; index++) {
    if (claimed_signals[index] != signal) continue;
    received[index].code = info->si_code;
    received[index].sender = info->si_code <= 0 ? info->si_pid : 0;
    __atomic_store_n(&received[index].came, 1, __ATOMIC_RELEASE);
  }
  // Again and again until it is looked at: one expiry could fall just before waitpid blocks.
  if (claim_active) wf_timer_set(claim_timer, 1000, 10 * 1000 * 1000);
  errno = error;
}

void wf_signals_claim(void *timer) {
  claim_timer = timer;
  claim_active = 1;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = receive;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigfillset(&action.sa_mask);
  for (int index = 0; index < CLAIMED; index++) {
    is_claimed[index] = !wf_started_ignoring(claimed_signals[index]);
    received[index].came = 0;
    if (is_claimed[index]) sigaction(claimed_signals[index], &action, &before_claim[index]);
  }
}

void wf_signals_release(void) {
  for (int index = 0; index < CLAIMED; index++)
    if (is_claimed[index]) sigaction(claimed_signals[index], &before_claim[index], NULL);
  claim_active = 0;
}

bool wf_signals_next(struct wf_signal_info *info) {
  for (int index = 0; index < CLAIMED; index++) {
    if (!__atomic_exchange_n(&received[index].came, 0, __ATOMIC_ACQUIRE)) continue;
    memset(info, 0, sizeof *info);
    info->signal = claimed_signals[index];
    info->code = received[index].code;
    info->sender = received[index].sender;
    return true;
  }
  return false;
}

void wf_stop_self(int32_t signal) {
  struct sigaction action, before;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  sigset_t just, mask;
  sigemptyset(&just);
  sigaddset(&just, signal);
  pthread_sigmask(SIG_UNBLOCK, &just, &mask);
  bool changes = sigaction(signal, &action, &before) == 0;
  // To this thread, so that it has taken effect before the disposition is put back.
  syscall(SYS_tgkill, getpid(), (pid_t)syscall(SYS_gettid), signal);
  if (changes) sigaction(signal, &before, NULL);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
}
