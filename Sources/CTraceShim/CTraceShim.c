#define _GNU_SOURCE
#include "CTraceShim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// glibc's and the kernel's ptrace headers cannot be included together; the numbers are ABI.
#define WF_PTRACE_SEIZE 0x4206
#define WF_PTRACE_INTERRUPT 0x4207
#define WF_PTRACE_LISTEN 0x4208
#define WF_PTRACE_GET_SYSCALL_INFO 0x420e

_Static_assert(
  sizeof(struct wf_registers) == sizeof(struct user_regs_struct), "layout of the registers");

static long raw_ptrace(long request, int32_t thread, uintptr_t address, uintptr_t data) {
  return syscall(SYS_ptrace, request, (long)thread, address, data);
}

static int32_t result_of(long result) { return result < 0 ? -errno : (int32_t)result; }

int32_t wf_seize(int32_t thread, uint64_t options) {
  return result_of(raw_ptrace(WF_PTRACE_SEIZE, thread, 0, options));
}

int32_t wf_set_options(int32_t thread, uint64_t options) {
  return result_of(raw_ptrace(PTRACE_SETOPTIONS, thread, 0, options));
}

int32_t wf_continue(int32_t thread, int32_t signal) {
  return result_of(raw_ptrace(PTRACE_CONT, thread, 0, (uintptr_t)signal));
}

int32_t wf_continue_to_call(int32_t thread, int32_t signal) {
  return result_of(raw_ptrace(PTRACE_SYSCALL, thread, 0, (uintptr_t)signal));
}

int32_t wf_listen(int32_t thread) {
  return result_of(raw_ptrace(WF_PTRACE_LISTEN, thread, 0, 0));
}

int32_t wf_detach(int32_t thread, int32_t signal) {
  return result_of(raw_ptrace(PTRACE_DETACH, thread, 0, (uintptr_t)signal));
}

int32_t wf_interrupt(int32_t thread) {
  return result_of(raw_ptrace(WF_PTRACE_INTERRUPT, thread, 0, 0));
}

int32_t wf_registers(int32_t thread, struct wf_registers *registers) {
  return result_of(raw_ptrace(PTRACE_GETREGS, thread, 0, (uintptr_t)registers));
}

int32_t wf_event_message(int32_t thread, uint64_t *message) {
  return result_of(raw_ptrace(PTRACE_GETEVENTMSG, thread, 0, (uintptr_t)message));
}

int32_t wf_call_info(int32_t thread, struct wf_call_info *info) {
  struct __ptrace_syscall_info raw;
  memset(&raw, 0, sizeof raw);
  if (raw_ptrace(WF_PTRACE_GET_SYSCALL_INFO, thread, sizeof raw, (uintptr_t)&raw) < 0)
    return -errno;
  memset(info, 0, sizeof *info);
  info->operation = raw.op;
  info->architecture = raw.arch;
  info->instruction = raw.instruction_pointer;
  switch (raw.op) {
  case 1:
  case 3:
    // `entry` and `seccomp` begin alike.
    info->number = raw.seccomp.nr;
    info->argument0 = raw.seccomp.args[0];
    info->argument1 = raw.seccomp.args[1];
    info->argument2 = raw.seccomp.args[2];
    info->argument3 = raw.seccomp.args[3];
    info->argument4 = raw.seccomp.args[4];
    info->argument5 = raw.seccomp.args[5];
    if (raw.op == 3) info->filter_data = raw.seccomp.ret_data;
    break;
  case 2:
    info->result = raw.exit.rval;
    info->is_error = raw.exit.is_error;
    break;
  default:
    break;
  }
  return 0;
}

int32_t wf_signal_info(int32_t thread, struct wf_signal_info *info) {
  siginfo_t raw;
  memset(&raw, 0, sizeof raw);
  if (raw_ptrace(PTRACE_GETSIGINFO, thread, 0, (uintptr_t)&raw) < 0) return -errno;
  info->signal = raw.si_signo;
  info->code = raw.si_code;
  info->error = raw.si_errno;
  info->sender = raw.si_pid;
  info->sender_user = raw.si_uid;
  info->address = (uint64_t)(uintptr_t)raw.si_addr;
  return 0;
}

int32_t wf_peek(int32_t thread, uint64_t address, uint64_t *word) {
  // The raw call stores the word through its last argument, so that -1 is a value like others.
  return result_of(raw_ptrace(PTRACE_PEEKDATA, thread, address, (uintptr_t)word));
}

int32_t wf_poke(int32_t thread, uint64_t address, uint64_t word) {
  return result_of(raw_ptrace(PTRACE_POKEDATA, thread, address, word));
}

int32_t wf_set_first_argument(int32_t thread, bool is_narrow, uint64_t value) {
  size_t place = is_narrow
    ? offsetof(struct user_regs_struct, rbx) : offsetof(struct user_regs_struct, rdi);
  return result_of(raw_ptrace(PTRACE_POKEUSER, thread, place, (uintptr_t)value));
}

int32_t wf_set_result(int32_t thread, int64_t result) {
  return result_of(
    raw_ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, rax), (uintptr_t)result));
}

int32_t wf_wait(int32_t *status, bool blocks) {
  // __WNOTHREAD: children that other threads of this process started are not ours to reap.
  pid_t thread = waitpid(-1, status, __WALL | __WNOTHREAD | (blocks ? 0 : WNOHANG));
  return thread < 0 ? -errno : thread;
}

int32_t wf_wait_thread(int32_t thread, int32_t *status) {
  pid_t stopped = waitpid(thread, status, __WALL | __WNOTHREAD | WNOHANG);
  return stopped < 0 ? -errno : stopped;
}

int64_t wf_read_memory(int32_t thread, uint64_t address, void *buffer, size_t length) {
  struct iovec local = {buffer, length};
  struct iovec remote = {(void *)(uintptr_t)address, length};
  ssize_t count = process_vm_readv(thread, &local, 1, &remote, 1, 0);
  return count < 0 ? -errno : count;
}

int64_t wf_write_memory(int32_t thread, uint64_t address, const void *buffer, size_t length) {
  struct iovec local = {(void *)(uintptr_t)buffer, length};
  struct iovec remote = {(void *)(uintptr_t)address, length};
  ssize_t count = process_vm_writev(thread, &local, 1, &remote, 1, 0);
  return count < 0 ? -errno : count;
}

int32_t wf_get_affinity(int32_t thread, void *mask, size_t length) {
  return result_of(syscall(SYS_sched_getaffinity, (long)thread, length, mask));
}

int32_t wf_set_affinity(int32_t thread, const void *mask, size_t length) {
  return result_of(syscall(SYS_sched_setaffinity, (long)thread, length, mask));
}

int32_t wf_copy_descriptor(int32_t process, int32_t descriptor) {
  int handle = (int)syscall(SYS_pidfd_open, (long)process, 0L);
  if (handle < 0) return -errno;
  int32_t copy = result_of(syscall(SYS_pidfd_getfd, handle, descriptor, 0));
  close(handle);
  return copy;
}

/// 0 if two descriptors are copies of each other, 1 to 3 if not, else a negative error number.
static int32_t compare_descriptors(int32_t process, int32_t one, int32_t other) {
  return result_of(
    syscall(SYS_kcmp, (long)process, (long)process, (long)KCMP_FILE, (long)one, (long)other));
}

bool wf_same_file(int32_t process, int32_t one, int32_t other) {
  return compare_descriptors(process, one, other) == 0;
}

int32_t wf_next_descriptor(int32_t process, int32_t open, int32_t least) {
  enum { WF_FARTHEST = 16 };
  struct rlimit limit;
  if (least < 0 || (open >= 0 && compare_descriptors(process, open, open) != 0)
    || prlimit(process, RLIMIT_NOFILE, NULL, &limit) < 0)
    return -1;
  for (int32_t number = least; number - least < WF_FARTHEST; number++) {
    if ((rlim_t)number >= limit.rlim_cur) return -1;
    int32_t found = compare_descriptors(process, number, number);
    if (found == -EBADF) return number;
    if (found != 0) return -1;
  }
  return -1;
}

static int find_cached(const char *path, bool follows) {
  struct open_how how = {
    .flags = O_PATH | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW), .resolve = RESOLVE_CACHED};
  return result_of(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how));
}

static uint64_t device_of(const struct statx *status) {
  return (uint64_t)status->stx_dev_major << 32 | status->stx_dev_minor;
}

int32_t wf_find_readable(
  const char *path, bool follows, bool asks_to_run, struct wf_found *found) {
  int file = find_cached(path, follows);
  if (file < 0) return file;
  struct statx status = {0};
  struct statfs mount = {0};
  int32_t result =
    result_of(statx(file, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status));
  if (result == 0)
    result =
      result_of(syscall(SYS_faccessat2, file, "", R_OK, AT_EMPTY_PATH | AT_EACCESS));
  if (result == 0 && asks_to_run) result = result_of(fstatfs(file, &mount));
  close(file);
  found->device = device_of(&status);
  found->is_directory = S_ISDIR(status.stx_mode);
  found->is_regular = S_ISREG(status.stx_mode);
  found->may_run = asks_to_run && (mount.f_flags & ST_NOEXEC) == 0;
  return result;
}

int32_t wf_look_up_cached(const char *path, bool follows, uint64_t *device, bool *is_link) {
  int file = find_cached(path, follows);
  if (file < 0) return file;
  struct statx status = {0};
  int32_t result =
    result_of(statx(file, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status));
  close(file);
  *device = device_of(&status);
  *is_link = S_ISLNK(status.stx_mode);
  return result;
}

int32_t wf_current_processor(void) { return sched_getcpu(); }

int32_t wf_effective_capabilities(uint64_t *set) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  memset(data, 0, sizeof data);
  if (syscall(SYS_capget, &header, data) < 0) return -errno;
  *set = data[0].effective | (uint64_t)data[1].effective << 32;
  return 0;
}
