#ifndef WF_STACK_WALK_H
#define WF_STACK_WALK_H

#include "CElfutils.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

/// Registers in the order of DWARF, as far as a walk needs them, and the program counter.
struct wf_walk_registers {
  bool is_narrow;
  unsigned count;
  Dwarf_Word values[17];
  Dwarf_Word counter;
};

/// What the parent opened for the child, which may not do so itself: only a tracer and its
/// ancestors may read a target's memory under Yama. Of a core file, `maps` and `memory` are -1.
struct wf_walk_source {
  const struct wf_stack_request *request;
  const struct wf_core_request *core;
  struct wf_walk_registers registers;
  int maps;
  int memory;
  int output;
  struct timespec start;
};

/// Walks and describes; runs in the child.
void wf_walk(struct wf_walk_source *source);

/// Memory of a target: `/proc/PID/mem`, or a core file with the table of what it holds.
struct wf_memory {
  int file;
  const struct wf_core_request *core;
  bool is_narrow;
  uint64_t page;
  ssize_t length;
  uint8_t bytes[16384];
};

/// Reads up to `size` bytes. Gives how many there are, or -1.
ssize_t wf_memory_bytes(
  const struct wf_memory *memory, uint64_t address, void *buffer, size_t size);

/// Reads one word of the target's size.
bool wf_memory_word(struct wf_memory *memory, uint64_t address, Dwarf_Word *word);

struct wf_mappings;

/// One file, or the vdso, as it is mapped.
struct wf_mapping {
  const struct wf_mappings *owner;
  uint64_t start;
  uint64_t end;
  uint64_t device;
  uint64_t inode;
  char *name;
};

/// The mappings of a process, in order of address.
struct wf_mappings {
  /// The process, or a thread of it that still has its files; 0 for a core file.
  int32_t process;
  struct wf_memory *memory;
  /// What to put before a name so that it is the target's; empty if it shares our root.
  char root[64];
  unsigned count;
  struct wf_mapping *list;
};

/// Reads `/proc/PID/maps`, or what is like it, and reports each file of it as a module. Closes `maps`.
bool wf_report_modules(Dwfl *dwfl, struct wf_mappings *mappings, FILE *maps);

/// Finds the file of a module; the `find_elf` of libdwfl.
int wf_find_elf(
  Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, char **file_name,
  Elf **elf);

/// A program counter on the stack.
struct wf_counter {
  uint64_t address;
  uint64_t skipped;
  /// True if the instruction itself is meant, not one that a call returns to.
  bool is_activation;
  /// True if a signal's handler is above it.
  bool is_interrupted;
};

/// Writes a frame, and those of the functions inlined there. False once nobody reads them.
bool wf_describe(Dwfl *dwfl, const struct wf_counter *counter, int output);

/// Writes what is at an address, as a frame that is none. False once nobody reads it.
bool wf_describe_place(Dwfl *dwfl, uint64_t address, int output);

#endif
