#ifndef WF_ELFUTILS_H
#define WF_ELFUTILS_H

// Stack walks by libdwfl of elfutils. Files and memory of a target are hostile, and libdw is large:
// the walk runs in a child process with limits of its own, and what comes back is plain bytes.

#include <stdbool.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#else
#define _Nullable
#define _Nonnull
#endif

/// Which stack is walked, and how far.
struct wf_stack_request {
  int32_t process;
  /// Must be stopped by ptrace, with the calling thread as its tracer.
  int32_t thread;
  /// How many frames are told from the innermost on, and how many up to the outermost.
  uint32_t top;
  uint32_t bottom;
  /// After this time no further frame is sought; those found are described.
  uint32_t unwind_milliseconds;
  /// After this time what was described is all there is: a busy machine may need it, while of
  /// processor time the child has less.
  uint32_t milliseconds;
  /// An address to describe before the frames: its file, the symbol that covers it as the function, and
  /// the section of it as the source file; 0 for none.
  uint64_t place;
};

/// What stands before each frame in the bytes of a walk; the three texts follow it, unterminated.
struct wf_frame {
  /// Program counter.
  uint64_t address;
  /// Its distance from the start of the module; 0 without one.
  uint64_t offset;
  /// How many frames were left out between the one before and this one.
  uint64_t skipped;
  /// Line of the source file; 0 if it is not known.
  uint32_t line;
  /// 1 if the function was inlined into that of the next frame.
  uint32_t is_inlined;
  uint32_t module_length;
  uint32_t function_length;
  uint32_t file_length;
  /// 1 if this is no frame, but the place that was asked for.
  uint32_t is_place;
  /// 1 if a signal interrupted the function at `address`, and its handler had not returned; 1 as well
  /// for the code that the handler returns to.
  uint32_t is_interrupted;
  uint32_t reserved;
};

/// Walks a stack into `buffer`: whole frames, innermost first. Gives the count of bytes, or a
/// negative errno if there was not even one frame.
int64_t wf_stack(
  const struct wf_stack_request *request, uint8_t *buffer, uint64_t capacity);

/// Memory that a core file holds: `size` bytes of the process from `start` on lie at `offset` of it.
struct wf_core_segment {
  uint64_t start;
  uint64_t size;
  uint64_t offset;
};

/// The state of a thread in a core file (`core(5)`), as the caller read it from the notes.
struct wf_core_request {
  /// The core file.
  int32_t file;
  /// In order of address, none over another.
  uint32_t segment_count;
  const struct wf_core_segment *_Nullable segments;
  /// What was mapped, in the form of `proc_pid_maps(5)`. A mapping of device 1:0 is not the file that
  /// has its name today: that one is not read.
  const char *_Nullable maps;
  uint64_t maps_length;
  uint32_t is_narrow;
  /// 1 if the instruction before the program counter is a breakpoint (int3).
  uint32_t is_behind_breakpoint;
  /// In the order of DWARF for x86-64 or, if `is_narrow`, for i386.
  uint64_t registers[17];
  uint64_t counter;
};

/// The same for a thread of a core file: `thread` of the request only names it.
int64_t wf_core_stack(
  const struct wf_stack_request *request, const struct wf_core_request *core, uint8_t *buffer,
  uint64_t capacity);

/// True if the file at `path` has capabilities of its own (`capabilities(7)`).
bool wf_has_capabilities(const char *path);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
