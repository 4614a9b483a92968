#ifndef WF_RAW_CALL_H
#define WF_RAW_CALL_H

#include <stdint.h>

/// A signal set as the kernel has it.
typedef uint64_t wf_kernel_signals;

/// `struct sigaction` as the kernel has it.
struct wf_kernel_action {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)(void);
  wf_kernel_signals mask;
};

/// A system call that touches nothing of the C library: for a process that shares its memory with
/// another, whose errno that of libc's own calls would be. A negative errno on failure.
static inline long wf_raw_call(long number, long first, long second, long third, long fourth) {
  register long fourth_register __asm__("r10") = fourth;
  register long fifth_register __asm__("r8") = 0;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(third), "r"(fourth_register),
                   "r"(fifth_register)
                   : "rcx", "r11", "memory");
  return result;
}

#endif
