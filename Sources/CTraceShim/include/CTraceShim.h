#ifndef WF_TRACE_SHIM_H
#define WF_TRACE_SHIM_H

// The calls of Linux that Swift cannot make: variadic or untyped ones (ptrace), code that runs
// between fork and exec, signal handlers. No policy. Every function that can fail gives a negative
// errno.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#else
#define _Nullable
#define _Nonnull
#endif

/// One BPF instruction; the layout of `struct sock_filter`.
struct wf_instruction {
  uint16_t code;
  uint8_t jump_true;
  uint8_t jump_false;
  uint32_t operand;
};

/// What the child does between its start and exec. All pointers must be valid until then.
struct wf_launch {
  /// NULL-terminated; element 0 is the command word.
  char *_Nullable const *_Nonnull arguments;
  /// NULL-terminated.
  char *_Nullable const *_Nonnull environment;
  /// The candidates that are tried in order, NULL-terminated.
  char *_Nullable const *_Nonnull candidates;
  const char *_Nullable working_directory;
  const struct wf_instruction *_Nullable filter;
  uint16_t filter_length;
  bool no_new_privileges;
  bool changes_user;
  uint32_t user;
  uint32_t group;
  const uint32_t *_Nullable groups;
  uint32_t group_count;
};

/// What the child did before it gave up (`wf_child_report.stage`).
enum wf_stage {
  WF_STAGE_WAITING = 0,
  WF_STAGE_DIRECTORY = 1,
  WF_STAGE_FILTER = 2,
  WF_STAGE_USER = 3,
  WF_STAGE_EXEC = 4,
};

/// What came of it.
struct wf_child_report {
  int32_t stage;
  int32_t error;
};

/// The child, as long as it shares our memory.
struct wf_child;

/// Starts a child that waits until one byte comes through `*handshake`. Gives its pid.
int32_t wf_start_target(
  const struct wf_launch *launch, int32_t *handshake,
  struct wf_child *_Nullable *_Nonnull started);
/// Where it gave up, once it has ended or executed.
struct wf_child_report wf_report_of(const struct wf_child *child);
/// Gives its memory back; it must have ended or executed.
void wf_release_child(struct wf_child *child);

/// The layout of `struct user_regs_struct` of x86-64.
struct wf_registers {
  uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip,
    cs, eflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

/// `PTRACE_GET_SYSCALL_INFO`, flattened.
struct wf_call_info {
  /// PTRACE_SYSCALL_INFO_NONE 0, ENTRY 1, EXIT 2, SECCOMP 3.
  uint8_t operation;
  uint8_t is_error;
  /// AUDIT_ARCH_*.
  uint32_t architecture;
  /// Of the thread: for a call, behind the instruction that made it.
  uint64_t instruction;
  uint64_t number;
  uint64_t argument0, argument1, argument2, argument3, argument4, argument5;
  uint32_t filter_data;
  int64_t result;
};

/// `siginfo_t`, the fields that a tracer wants.
struct wf_signal_info {
  int32_t signal;
  int32_t code;
  int32_t error;
  int32_t sender;
  uint32_t sender_user;
  uint64_t address;
};

int32_t wf_seize(int32_t thread, uint64_t options);
/// Replaces the options of a stopped thread (`PTRACE_SETOPTIONS`).
int32_t wf_set_options(int32_t thread, uint64_t options);
int32_t wf_continue(int32_t thread, int32_t signal);
int32_t wf_continue_to_call(int32_t thread, int32_t signal);
int32_t wf_listen(int32_t thread);
/// Lets a stopped thread go, with a signal unless that is 0 (`PTRACE_DETACH`).
int32_t wf_detach(int32_t thread, int32_t signal);
/// Makes a running thread stop (`PTRACE_INTERRUPT`).
int32_t wf_interrupt(int32_t thread);
int32_t wf_registers(int32_t thread, struct wf_registers *registers);
int32_t wf_call_info(int32_t thread, struct wf_call_info *info);
int32_t wf_event_message(int32_t thread, uint64_t *message);
int32_t wf_signal_info(int32_t thread, struct wf_signal_info *info);
int32_t wf_peek(int32_t thread, uint64_t address, uint64_t *word);
/// Changes the register of a call's first argument, of the convention of i386 if `is_narrow`.
int32_t wf_set_first_argument(int32_t thread, bool is_narrow, uint64_t value);
int32_t wf_set_result(int32_t thread, int64_t result);
int32_t wf_poke(int32_t thread, uint64_t address, uint64_t word);

/// Waits for a child or tracee of the calling thread alone. Gives its thread id; 0 if there is
/// nothing to be had without blocking, and `blocks` is false.
int32_t wf_wait(int32_t *status, bool blocks);
/// The same for one tracee, without blocking.
int32_t wf_wait_thread(int32_t thread, int32_t *status);

/// Bytes copied, from the target into `buffer`.
int64_t wf_read_memory(int32_t thread, uint64_t address, void *buffer, size_t length);
/// Bytes copied, from `buffer` into the target.
int64_t wf_write_memory(int32_t thread, uint64_t address, const void *buffer, size_t length);

/// Bytes of mask written (`sched_getaffinity(2)`).
int32_t wf_get_affinity(int32_t thread, void *_Nullable mask, size_t length);
int32_t wf_set_affinity(int32_t thread, const void *_Nullable mask, size_t length);
/// A descriptor of ours for what `descriptor` of `process` is open on, offset and all
/// (`pidfd_getfd(2)`, Linux 5.6); closed by exec.
int32_t wf_copy_descriptor(int32_t process, int32_t descriptor);
/// True if one descriptor of `process` is a copy of the other (`kcmp(2)`), or both are the same and open.
bool wf_same_file(int32_t process, int32_t one, int32_t other);
/// The lowest number from `least` on that `process` has no descriptor with, where it has one with the
/// number `open` (`kcmp(2)`; not asked if negative) and may have as many (`RLIMIT_NOFILE`); -1 if that
/// cannot be told at once.
int32_t wf_next_descriptor(int32_t process, int32_t open, int32_t least);
int32_t wf_current_processor(void);
/// What an `open` to read finds.
struct wf_found {
  /// Its file system, major number in the upper half.
  uint64_t device;
  bool is_directory;
  bool is_regular;
  /// True if code may run from its mount (ST_NOEXEC of `statfs(2)`); only if asked for.
  bool may_run;
};
/// 0 if `path` is there and we may read it, as far as the kernel's cache of names tells
/// (`faccessat2(2)`, Linux 5.8); else a negative error number.
int32_t wf_find_readable(
  const char *path, bool follows, bool asks_to_run, struct wf_found *found);
/// 0 if `path` is there as far as the kernel's cache of names tells (`openat2(2)`, RESOLVE_CACHED);
/// then `*device` is its file system, major number in the upper half. -EAGAIN if it cannot tell.
int32_t wf_look_up_cached(const char *path, bool follows, uint64_t *device, bool *is_link);
int32_t wf_effective_capabilities(uint64_t *set);

/// Makes the timer of the calling thread, whose expiry interrupts its `wf_wait`.
int32_t wf_timer_create(void *_Nullable *_Nonnull timer);
/// First expiry and then every `interval` nanoseconds; 0 and 0 disarm it.
int32_t wf_timer_set(void *_Nullable timer, int64_t first, int64_t interval);
/// How often any timer of this process has expired.
int32_t wf_wake_count(void);
void wf_timer_delete(void *_Nullable timer);

/// Handles SIGINT, SIGQUIT, SIGTERM, SIGHUP and SIGTSTP of this process from here on, as far as
/// they were not ignored when it started; each arms `timer`.
void wf_signals_claim(void *_Nullable timer);
/// Gives the handling of signals back to what it was before `wf_signals_claim`.
void wf_signals_release(void);
/// The next signal that came since: true if there was one.
bool wf_signals_next(struct wf_signal_info *info);
/// Stops this process by `signal`, as its default action would, until SIGCONT.
void wf_stop_self(int32_t signal);

/// Goes on in a child of this process, which stays as the front: what whoever started us waits for and
/// sends signals to. It ends with the child, and the child is killed with it. False where there is no
/// child; it goes on in this process then. Only for a process with one thread.
bool wf_front_begin(void);
/// Stops the front by `signal`, until SIGCONT.
void wf_front_stop(int32_t signal);
/// Ends the front with this status, before this process, which leaves the session, the terminal, its
/// directory and all of its descriptors.
void wf_front_leave(int32_t status);

/// The words that this process was started with, ended by a null pointer. Swift's CommandLine takes
/// them from /proc/self/cmdline, which is not there in a bare chroot(2).
const char *_Nullable const *_Nonnull wf_start_arguments(void);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
