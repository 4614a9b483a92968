#define _GNU_SOURCE
#include "StackWalk.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

// The parent of a walk asks the kernel for what only a tracer may have; the child reads files of
// the target with libdw. Whatever these do to it (a crash, endless work, memory without end), the
// parent goes on with the frames that it got.

// Debugging information is mapped, not read: this is for what is made of it, beside what the parent
// had already, which the kernel counts as the child's.
#define WF_MOST_DATA ((rlim_t)1 << 30)
/// Of processor time.
#define WF_MOST_SECONDS 4

/// The registers that `PTRACE_GETREGSET` gives for an i386 program (linux's user_regs_struct32).
struct narrow_registers {
  uint32_t ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, orig_eax, eip, cs, eflags, esp, ss;
};

static int32_t read_registers(int32_t thread, struct wf_walk_registers *registers) {
  union {
    struct user_regs_struct wide;
    struct narrow_registers narrow;
  } raw;
  struct iovec area = {&raw, sizeof raw};
  if (ptrace(PTRACE_GETREGSET, thread, (void *)(uintptr_t)NT_PRSTATUS, &area) < 0) return -errno;
  registers->is_narrow = area.iov_len == sizeof raw.narrow;
  // The numbers of the psABI supplements for x86-64 and i386.
  if (registers->is_narrow) {
    const Dwarf_Word values[] = {
      raw.narrow.eax, raw.narrow.ecx, raw.narrow.edx, raw.narrow.ebx, raw.narrow.esp,
      raw.narrow.ebp, raw.narrow.esi, raw.narrow.edi, raw.narrow.eip,
    };
    memcpy(registers->values, values, sizeof values);
    registers->count = sizeof values / sizeof *values;
    registers->counter = raw.narrow.eip;
  } else {
    const Dwarf_Word values[] = {
      raw.wide.rax, raw.wide.rdx, raw.wide.rcx, raw.wide.rbx, raw.wide.rsi, raw.wide.rdi,
      raw.wide.rbp, raw.wide.rsp, raw.wide.r8,  raw.wide.r9,  raw.wide.r10, raw.wide.r11,
      raw.wide.r12, raw.wide.r13, raw.wide.r14, raw.wide.r15, raw.wide.rip,
    };
    memcpy(registers->values, values, sizeof values);
    registers->count = sizeof values / sizeof *values;
    registers->counter = raw.wide.rip;
  }
  return 0;
}

static int open_of(int32_t process, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%" PRId32 "/%s", process, name);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static void set_limit(int resource, rlim_t value) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0) return;
  if (limit.rlim_max < value) value = limit.rlim_max;
  limit.rlim_cur = limit.rlim_max = value;
  setrlimit(resource, &limit);
}

/// Bytes of private writable memory, as `RLIMIT_DATA` counts them since Linux 4.7; 0 if unknown.
static rlim_t data_in_use(void) {
  char text[128];
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return 0;
  text[length] = 0;
  // The sixth number of proc_pid_statm(5): data and stack, in pages.
  unsigned long pages = 0;
  if (sscanf(text, "%*u %*u %*u %*u %*u %lu", &pages) != 1) return 0;
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/// Closes what was inherited and has nothing to do with the walk: the parent can hold copies of the target's
/// descriptors, and what those lock must not stay locked for as long as the walk takes.
static void close_others(const struct wf_walk_source *source) {
  int kept[] = {
    source->maps, source->memory, source->output, source->core != NULL ? source->core->file : -1};
  int first = STDERR_FILENO + 1;
  for (;;) {
    int next = -1;
    for (size_t index = 0; index < sizeof kept / sizeof *kept; index++)
      if (kept[index] >= first && (next < 0 || kept[index] < next)) next = kept[index];
    if (next < 0) break;
    if (next > first) syscall(SYS_close_range, first, next - 1, 0);
    first = next + 1;
  }
  syscall(SYS_close_range, first, ~0U, 0);
}

static void run_child(struct wf_walk_source *source) {
  close_others(source);
  // Where libdw is a shared library, its debuginfod client is its own, and nothing is to be asked of
  // the network. Not by unsetenv(3): another thread may have held its lock at the fork.
  static char *no_environment[] = {NULL};
  environ = no_environment;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // What it dies of is its own affair: no handler of the parent's, and no core file.
  const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPIPE, SIGALRM};
  for (size_t index = 0; index < sizeof signals / sizeof *signals; index++)
    signal(signals[index], SIG_DFL);
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_DATA, data_in_use() + WF_MOST_DATA);
  set_limit(RLIMIT_CPU, WF_MOST_SECONDS);
  wf_walk(source);
  _exit(0);
}

static int64_t collect(
  int input, const struct wf_walk_source *source, uint8_t *buffer, uint64_t capacity) {
  uint64_t length = 0;
  while (length < capacity) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t passed = (now.tv_sec - source->start.tv_sec) * 1000 +
      (now.tv_nsec - source->start.tv_nsec) / 1000000;
    int64_t left = (int64_t)source->request->milliseconds - passed;
    if (left <= 0) break;
    struct pollfd readiness = {.fd = input, .events = POLLIN};
    int ready = poll(&readiness, 1, (int)left);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    ssize_t count = read(input, buffer + length, capacity - length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    length += (uint64_t)count;
  }
  return (int64_t)length;
}

static int64_t isolate(struct wf_walk_source *source, uint8_t *buffer, uint64_t capacity) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  source->output = ends[1];
  pid_t child = fork();
  if (child == 0) run_child(source);
  int error = errno;
  close(ends[1]);
  int64_t length = child < 0 ? -error : collect(ends[0], source, buffer, capacity);
  close(ends[0]);
  if (child > 0) {
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
  }
  return length == 0 ? -ENODATA : length;
}

int64_t wf_stack(
  const struct wf_stack_request *request, uint8_t *buffer, uint64_t capacity) {
  struct wf_walk_source source = {.request = request};
  clock_gettime(CLOCK_MONOTONIC, &source.start);
  int32_t status = read_registers(request->thread, &source.registers);
  if (status < 0) return status;
  // The leader of the process may have ended before its threads; theirs is the same memory.
  source.maps = open_of(request->thread, "maps");
  source.memory = open_of(request->thread, "mem");
  int64_t length = source.maps < 0 || source.memory < 0
    ? -errno : isolate(&source, buffer, capacity);
  if (source.maps >= 0) close(source.maps);
  if (source.memory >= 0) close(source.memory);
  return length;
}

int64_t wf_core_stack(
  const struct wf_stack_request *request, const struct wf_core_request *core, uint8_t *buffer,
  uint64_t capacity) {
  struct wf_walk_source source = {.request = request, .core = core, .maps = -1, .memory = -1};
  clock_gettime(CLOCK_MONOTONIC, &source.start);
  source.registers.is_narrow = core->is_narrow != 0;
  source.registers.count = source.registers.is_narrow ? 9 : 17;
  for (unsigned index = 0; index < source.registers.count; index++)
    source.registers.values[index] = core->registers[index];
  source.registers.counter = core->counter;
  return isolate(&source, buffer, capacity);
}
