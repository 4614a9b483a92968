// The child between its start and exec. It shares our memory, as vfork(2) has it, while we go on: a copy,
// and the faults that follow it, would cost a tenth of a start. So it runs on a stack of its own and makes
// raw calls alone, and what it needs stays where it is until it has executed or ended.
#define _GNU_SOURCE
#include "CTraceShim.h"
#include "RawCall.h"
#include "StartState.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(struct wf_instruction) == sizeof(struct sock_filter), "layout of BPF");

enum { WF_NOT_FOUND = 127, WF_NOT_EXECUTABLE = 126, STACK_SIZE = 32768 };

struct wf_child {
  struct wf_launch launch;
  /// The end of the pipe that it reads from, and the other one.
  int handshake;
  int handshake_writer;
  struct wf_child_report report;
  unsigned char stack[STACK_SIZE] __attribute__((aligned(64)));
};

static _Noreturn void end(int status) {
  for (;;) wf_raw_call(SYS_exit_group, status, 0, 0, 0);
}

static _Noreturn void give_up(struct wf_child *child, int stage, long error) {
  child->report.stage = stage;
  child->report.error = (int32_t)-error;
  end(stage == WF_STAGE_EXEC && error == -ENOENT ? WF_NOT_FOUND : WF_NOT_EXECUTABLE);
}

static void change_user(struct wf_child *child) {
  const struct wf_launch *launch = &child->launch;
  long result = wf_raw_call(SYS_setgroups, launch->group_count, (long)launch->groups, 0, 0);
  if (result == 0)
    result = wf_raw_call(SYS_setresgid, launch->group, launch->group, launch->group, 0);
  if (result == 0)
    result = wf_raw_call(SYS_setresuid, launch->user, launch->user, launch->user, 0);
  if (result < 0) give_up(child, WF_STAGE_USER, result);
}

/// As execvp(3), without its fallback to /bin/sh.
static _Noreturn void execute(struct wf_child *child) {
  const struct wf_launch *launch = &child->launch;
  bool denied = false;
  long error = -ENOENT;
  for (char *const *candidate = launch->candidates; *candidate; candidate++) {
    error = wf_raw_call(
      SYS_execve, (long)*candidate, (long)launch->arguments, (long)launch->environment, 0);
    if (error == -EACCES) {
      denied = true;
    } else if (error != -ENOENT && error != -ENOTDIR && error != -ESTALE && error != -ENODEV
      && error != -ETIMEDOUT) {
      give_up(child, WF_STAGE_EXEC, error);
    }
  }
  give_up(child, WF_STAGE_EXEC, denied ? -EACCES : error == -ENOTDIR ? -ENOENT : error);
}

static int run_child(void *argument) {
  struct wf_child *child = argument;
  const struct wf_launch *launch = &child->launch;
  char byte;
  long count;
  // Of the writing end it has a copy of its own, which would keep the pipe open.
  wf_raw_call(SYS_close, child->handshake_writer, 0, 0, 0);
  do {
    count = wf_raw_call(SYS_read, child->handshake, (long)&byte, 1, 0);
  } while (count == -EINTR);
  if (count != 1) end(WF_NOT_EXECUTABLE);

  wf_restore_start_signals();
  long result = 0;
  if (launch->working_directory
    && (result = wf_raw_call(SYS_chdir, (long)launch->working_directory, 0, 0, 0)) < 0)
    give_up(child, WF_STAGE_DIRECTORY, result);
  if (launch->no_new_privileges
    && (result = wf_raw_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0)) < 0)
    give_up(child, WF_STAGE_FILTER, result);
  struct sock_fprog program = {
    launch->filter_length, (struct sock_filter *)(uintptr_t)launch->filter};
  // A target that is let go later has none. Kernels before 5.16 take a filter as a reason to run its
  // process without speculative stores, which costs it time and shows in its /proc/PID/status.
  if (launch->filter_length > 0
    && (result = wf_raw_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
          (long)&program, 0)) < 0)
    give_up(child, WF_STAGE_FILTER, result);
  if (launch->changes_user) change_user(child);
  execute(child);
}

int32_t wf_start_target(
  const struct wf_launch *launch, int32_t *handshake, struct wf_child **started) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  // Shared, for the case of a copy.
  struct wf_child *child = mmap(
    NULL, sizeof *child, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (child == MAP_FAILED) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return -error;
  }
  child->launch = *launch;
  child->handshake = ends[0];
  child->handshake_writer = ends[1];
  // No handler of ours may run in it.
  sigset_t all, mask;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  // As another user it gets a copy after all: that user may not reach the memory of ours.
  int shares = launch->changes_user ? 0 : CLONE_VM;
  pid_t process = clone(run_child, child->stack + STACK_SIZE, shares | SIGCHLD, child);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  close(ends[0]);
  if (process < 0) {
    close(ends[1]);
    wf_release_child(child);
    return -error;
  }
  *handshake = ends[1];
  *started = child;
  return process;
}

struct wf_child_report wf_report_of(const struct wf_child *child) { return child->report; }

void wf_release_child(struct wf_child *child) { munmap(child, sizeof *child); }
