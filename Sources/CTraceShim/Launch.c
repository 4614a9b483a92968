// The child between fork and exec: async-signal-safe calls only (signal-safety(7)).
#define _GNU_SOURCE
#include "CTraceShim.h"
#include "StartState.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(struct wf_instruction) == sizeof(struct sock_filter), "layout of BPF");

enum { WF_NOT_FOUND = 127, WF_NOT_EXECUTABLE = 126 };

static _Noreturn void give_up(struct wf_child_report *report, int stage, int error) {
  report->stage = stage;
  report->error = error;
  _exit(stage == WF_STAGE_EXEC && error == ENOENT ? WF_NOT_FOUND : WF_NOT_EXECUTABLE);
}

/// Raw calls: glibc's forms would broadcast to threads that this child does not have.
static void change_user(const struct wf_launch *launch, struct wf_child_report *report) {
  if (syscall(SYS_setgroups, (long)launch->group_count, launch->groups) < 0
    || syscall(SYS_setresgid, launch->group, launch->group, launch->group) < 0
    || syscall(SYS_setresuid, launch->user, launch->user, launch->user) < 0)
    give_up(report, WF_STAGE_USER, errno);
}

/// As execvp(3), without its fallback to /bin/sh.
static _Noreturn void execute(const struct wf_launch *launch, struct wf_child_report *report) {
  int denied = 0;
  int error = ENOENT;
  for (char *const *candidate = launch->candidates; *candidate; candidate++) {
    execve(*candidate, launch->arguments, launch->environment);
    error = errno;
    if (error == EACCES) {
      denied = 1;
    } else if (error != ENOENT && error != ENOTDIR && error != ESTALE && error != ENODEV
      && error != ETIMEDOUT) {
      give_up(report, WF_STAGE_EXEC, error);
    }
  }
  give_up(report, WF_STAGE_EXEC, denied ? EACCES : error == ENOTDIR ? ENOENT : error);
}

static _Noreturn void run_child(
  const struct wf_launch *launch, int handshake, struct wf_child_report *report) {
  char byte;
  ssize_t count;
  do {
    count = read(handshake, &byte, 1);
  } while (count < 0 && errno == EINTR);
  if (count != 1) _exit(WF_NOT_EXECUTABLE);

  wf_restore_start_signals();
  if (launch->working_directory && chdir(launch->working_directory) < 0)
    give_up(report, WF_STAGE_DIRECTORY, errno);
  if (launch->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    give_up(report, WF_STAGE_FILTER, errno);
  struct sock_fprog program = {
    launch->filter_length, (struct sock_filter *)(uintptr_t)launch->filter};
  // A target that is let go later has none.
  if (launch->filter_length > 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
    give_up(report, WF_STAGE_FILTER, errno);
  if (launch->changes_user) change_user(launch, report);
  execute(launch, report);
}

int32_t wf_fork_target(
  const struct wf_launch *launch, int32_t *handshake, struct wf_child_report **report) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  void *shared =
    mmap(NULL, sizeof(struct wf_child_report), PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return -error;
  }
  pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    run_child(launch, ends[0], shared);
  }
  int error = errno;
  close(ends[0]);
  if (child < 0) {
    close(ends[1]);
    munmap(shared, sizeof(struct wf_child_report));
    return -error;
  }
  *handshake = ends[1];
  *report = shared;
  return child;
}

void wf_release_report(struct wf_child_report *report) { munmap(report, sizeof *report); }
