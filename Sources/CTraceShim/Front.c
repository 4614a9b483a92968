// The process that whoever started us waits for, apart from the one that traces: it can end with the
// target while the tracer stays behind what the target left running.
//
// Both share their memory (CLONE_VM), as vfork(2) does it: a copy would cost a tenth of a start. The new
// process goes on with the program. The old one must touch nothing of it: it changes to a stack of its
// own at once, makes system calls only by hand, as those of libc write errno, and takes back what the
// kernel does with its memory for a thread (rseq(2), set_robust_list(2), set_tid_address(2)).
#define _GNU_SOURCE
#include "CTraceShim.h"
#include "RawCall.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// What the tracer says to the front; each is set before SIGCHLD is sent.
static struct {
  /// The status to end with, and whether it is time to.
  int32_t status;
  int32_t leaves;
  /// The signal to stop by; 0: none.
  int32_t stops;
} word_to_front;

static pid_t front_process;

enum { STACK_SIZE = 16384 };
static unsigned char front_stack[STACK_SIZE] __attribute__((aligned(64)));
static int unused_thread_id;

static void set_mask(wf_kernel_signals mask) {
  wf_raw_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask);
}

static void set_default(int signal) {
  struct wf_kernel_action action = {0};
  wf_raw_call(SYS_rt_sigaction, signal, (long)&action, 0, sizeof action.mask);
}

/// Stops by the signal, until SIGCONT; then the tracer goes on as well.
static void stop_by(int signal, pid_t self, pid_t tracer) {
  set_default(signal);
  wf_raw_call(SYS_kill, self, signal, 0, 0);
  set_mask(~((wf_kernel_signals)1 << (signal - 1)));
  set_mask(~(wf_kernel_signals)0);
  wf_raw_call(SYS_kill, tracer, SIGCONT, 0, 0);
}

/// Ends with the tracer, or before it once that says so. What is sent to this process alone is handed on;
/// what the terminal sends goes to all of its foreground.
static _Noreturn void front(pid_t tracer) {
  wf_raw_call(SYS_set_tid_address, (long)&unused_thread_id, 0, 0, 0);
  wf_raw_call(SYS_set_robust_list, 0, 3 * sizeof(void *), 0, 0);
  set_default(SIGCHLD);
  pid_t self = (pid_t)wf_raw_call(SYS_getpid, 0, 0, 0, 0);
  wf_kernel_signals all = ~(wf_kernel_signals)0;
  for (;;) {
    // Other children are those of others, where this is the first process of a container.
    int status = 0;
    long ended;
    while ((ended = wf_raw_call(SYS_wait4, -1, (long)&status, WNOHANG, 0)) > 0)
      if (ended == tracer)
        wf_raw_call(SYS_exit_group, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), 0,
          0, 0);
    if (__atomic_load_n(&word_to_front.leaves, __ATOMIC_ACQUIRE))
      wf_raw_call(SYS_exit_group, word_to_front.status, 0, 0, 0);
    int signal = __atomic_exchange_n(&word_to_front.stops, 0, __ATOMIC_ACQUIRE);
    if (signal) stop_by(signal, self, tracer);
    siginfo_t info;
    long came = wf_raw_call(SYS_rt_sigtimedwait, (long)&all, (long)&info, 0, sizeof all);
    if (came > 0 && came != SIGCHLD && came != SIGCONT && info.si_code <= 0) {
      // Who sent it is told on: the tracer has to know whether the target did. Only a queued signal may name
      // another sender (rt_sigqueueinfo(2)).
      info.si_code = SI_QUEUE;
      if (wf_raw_call(SYS_rt_sigqueueinfo, tracer, came, (long)&info, 0) < 0)
        wf_raw_call(SYS_kill, tracer, came, 0, 0);
    }
  }
}

/// Makes the process that goes on. 0 in it; a negative errno where there is none; the other never
/// returns.
static long divide(void) {
  // The kernel keeps the address for the process that registered it, which is the wrong one from here on.
  struct rseq *area = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
  if (__rseq_size > 0) syscall(SYS_rseq, area, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
  register long fourth __asm__("r10") = 0;
  register long fifth __asm__("r8") = 0;
  register unsigned char *top __asm__("r12") = front_stack + STACK_SIZE;
  register void (*next)(pid_t) __asm__("r13") = front;
  long result;
  __asm__ volatile("syscall\n\t"
                   "test %%rax, %%rax\n\t"
                   "jle 1f\n\t"
                   "mov %%r12, %%rsp\n\t"
                   "xor %%ebp, %%ebp\n\t"
                   "mov %%eax, %%edi\n\t"
                   "call *%%r13\n\t"
                   "1:"
                   : "=a"(result)
                   : "a"(SYS_clone), "D"(CLONE_VM | SIGCHLD), "S"(0), "d"(0), "r"(fourth),
                   "r"(fifth), "r"(top), "r"(next)
                   : "rcx", "r11", "memory");
  return result;
}

bool wf_front_begin(void) {
  front_process = getpid();
  sigset_t all, mask;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &mask);
  long result = divide();
  sigprocmask(SIG_SETMASK, &mask, NULL);
  if (result < 0) {
    front_process = 0;
    return false;
  }
  // Whoever kills the front means all of it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != front_process) _exit(128 + SIGKILL);
  return true;
}

void wf_front_stop(int32_t signal) {
  __atomic_store_n(&word_to_front.stops, signal, __ATOMIC_RELEASE);
  kill(front_process, SIGCHLD);
}

void wf_front_leave(int32_t status) {
  prctl(PR_SET_PDEATHSIG, 0);
  // Of the session, the terminal, and whatever else somebody may wait to be free of.
  setsid();
  for (int signal = 1; signal < NSIG; signal++)
    if (signal == SIGINT || signal == SIGQUIT || signal == SIGTERM || signal == SIGHUP)
      sigaction(signal, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int descriptor = 0; descriptor < 3; descriptor++) dup2(nothing, descriptor);
  syscall(SYS_close_range, 3, ~0U, 0);
  // Where even that is forbidden, it stays where it is.
  int moved = chdir("/");
  (void)moved;
  word_to_front.status = status;
  __atomic_store_n(&word_to_front.leaves, 1, __ATOMIC_RELEASE);
  kill(front_process, SIGCHLD);
}
