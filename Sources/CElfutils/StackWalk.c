#define _GNU_SOURCE
#include "StackWalk.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Reads what a core file holds of `address`, up to the end of its segment.
static ssize_t core_bytes(
  const struct wf_memory *memory, uint64_t address, void *buffer, size_t size) {
  const struct wf_core_request *core = memory->core;
  size_t low = 0, high = core->segment_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (core->segments[middle].start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return -1;
  const struct wf_core_segment *segment = &core->segments[low - 1];
  uint64_t distance = address - segment->start;
  if (distance >= segment->size) return -1;
  if (size > segment->size - distance) size = segment->size - distance;
  return pread(memory->file, buffer, size, (off_t)(segment->offset + distance));
}

ssize_t wf_memory_bytes(
  const struct wf_memory *memory, uint64_t address, void *buffer, size_t size) {
  return memory->core != NULL
    ? core_bytes(memory, address, buffer, size)
    : pread(memory->file, buffer, size, (off_t)address);
}

bool wf_memory_word(struct wf_memory *memory, uint64_t address, Dwarf_Word *word) {
  size_t size = memory->is_narrow ? 4 : 8;
  uint64_t page = address - address % sizeof memory->bytes;
  uint64_t offset = address - page;
  *word = 0;
  if (offset + size <= sizeof memory->bytes) {
    if (memory->length == 0 || memory->page != page) {
      memory->page = page;
      memory->length = wf_memory_bytes(memory, page, memory->bytes, sizeof memory->bytes);
    }
    if (memory->length > 0 && offset + size <= (size_t)memory->length) {
      memcpy(word, memory->bytes + offset, size);
      return true;
    }
  }
  // Across two of our blocks, or above a hole in this one, as at the guard of a stack.
  return wf_memory_bytes(memory, address, word, size) == (ssize_t)size;
}

/// One walk.
struct walk {
  const struct wf_walk_source *source;
  Dwfl *dwfl;
  struct wf_memory memory;
  struct wf_mappings mappings;
  uint64_t count;
  /// The first ones, and then the last ones as a ring.
  struct wf_counter *top;
  struct wf_counter *bottom;
};

static uint64_t milliseconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)((now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000);
}

static void keep(struct walk *walk, uint64_t address, bool is_activation) {
  const struct wf_stack_request *request = walk->source->request;
  // The innermost one is the thread's own state, which nothing on the stack interrupted.
  struct wf_counter counter = {
    .address = address,
    .is_activation = is_activation,
    .is_interrupted = is_activation && walk->count > 0,
  };
  if (walk->count < request->top)
    walk->top[walk->count] = counter;
  else if (request->bottom > 0)
    walk->bottom[(walk->count - request->top) % request->bottom] = counter;
  walk->count++;
}

static pid_t next_thread(Dwfl *dwfl, void *argument, void **thread) {
  (void)dwfl;
  const struct walk *walk = argument;
  if (*thread != NULL) return 0;
  *thread = argument;
  return walk->source->request->thread;
}

static bool get_thread(Dwfl *dwfl, pid_t id, void *argument, void **thread) {
  (void)dwfl, (void)id;
  *thread = argument;
  return true;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *argument) {
  (void)dwfl;
  struct walk *walk = argument;
  return wf_memory_word(&walk->memory, address, word);
}

static bool set_initial_registers(Dwfl_Thread *thread, void *argument) {
  const struct walk *walk = argument;
  const struct wf_walk_registers *registers = &walk->source->registers;
  dwfl_thread_state_register_pc(thread, registers->counter);
  return dwfl_thread_state_registers(thread, 0, registers->count, registers->values);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
  .next_thread = next_thread,
  .get_thread = get_thread,
  .memory_read = memory_read,
  .set_initial_registers = set_initial_registers,
};

static int take_frame(Dwfl_Frame *frame, void *argument) {
  struct walk *walk = argument;
  Dwarf_Addr counter;
  bool is_activation;
  if (!dwfl_frame_pc(frame, &counter, &is_activation)) return DWARF_CB_ABORT;
  keep(walk, counter, is_activation);
  if (
    walk->count % 256 == 0 &&
    milliseconds_since(&walk->source->start) > walk->source->request->unwind_milliseconds)
    return DWARF_CB_ABORT;
  return DWARF_CB_OK;
}

/// True if there can be code at an address: in a section of a module that holds some.
static bool is_code(Dwfl *dwfl, Dwarf_Addr address) {
  Dwfl_Module *module = dwfl_addrmodule(dwfl, address);
  if (module == NULL) return false;
  Dwarf_Addr bias;
  Elf_Scn *section = dwfl_module_address_section(module, &address, &bias);
  GElf_Shdr header;
  // Without a table of sections nothing is known of it.
  return section == NULL || gelf_getshdr(section, &header) == NULL ||
    (header.sh_flags & SHF_EXECINSTR) != 0;
}

/// After a call of an address where there is no code, no unwind table covers the program counter:
/// the caller is then at the top of the stack. Tells the frame of the call and goes on from there.
static void leave_wild_call(struct walk *walk, struct wf_walk_registers *registers) {
  if (is_code(walk->dwfl, registers->counter)) return;
  unsigned stack_pointer = registers->is_narrow ? 4 : 7;
  unsigned size = registers->is_narrow ? 4 : 8;
  Dwarf_Word caller;
  if (
    !wf_memory_word(&walk->memory, registers->values[stack_pointer], &caller) ||
    !is_code(walk->dwfl, caller))
    return;
  keep(walk, registers->counter, true);
  registers->values[stack_pointer] += size;
  // libdwfl takes the first frame for one that was interrupted, so it gets an address in the call.
  registers->counter = caller - 1;
  if (!registers->is_narrow) registers->values[16] = caller - 1;
}

/// Makes the place that `leave_wild_call` went on from what it is: one that a call returns to.
static void mend_wild_call(struct walk *walk, bool left) {
  if (!left || walk->count < 2 || walk->source->request->top < 2) return;
  walk->top[1].address += 1;
  walk->top[1].is_activation = false;
  walk->top[1].is_interrupted = false;
}

/// After a breakpoint (int3) the program counter is behind it, and can be at another line already.
static bool is_behind_breakpoint(struct walk *walk, const struct wf_counter *counter) {
  // Code is not in a core file, but whoever reads it has the program's.
  if (walk->source->core != NULL) return walk->source->core->is_behind_breakpoint != 0;
  Dwarf_Word word;
  return counter->is_activation && counter->address > sizeof word &&
         wf_memory_word(&walk->memory, counter->address - sizeof word, &word) && word >> 56 == 0xCC;
}

static void describe(struct walk *walk) {
  const struct wf_stack_request *request = walk->source->request;
  int output = walk->source->output;
  uint64_t top = walk->count < request->top ? walk->count : request->top;
  if (request->place != 0 && !wf_describe_place(walk->dwfl, request->place, output)) return;
  if (top > 0 && is_behind_breakpoint(walk, &walk->top[0])) walk->top[0].is_activation = false;
  for (uint64_t index = 0; index < top; index++)
    if (!wf_describe(walk->dwfl, &walk->top[index], output)) return;
  if (request->bottom == 0) return;
  uint64_t rest = walk->count - top;
  uint64_t kept = rest < request->bottom ? rest : request->bottom;
  for (uint64_t index = rest - kept; index < rest; index++) {
    struct wf_counter *counter = &walk->bottom[index % request->bottom];
    if (index == rest - kept) counter->skipped = rest - kept;
    if (!wf_describe(walk->dwfl, counter, output)) return;
  }
}

static FILE *open_maps(const struct wf_walk_source *source) {
  const struct wf_core_request *core = source->core;
  if (core == NULL) return fdopen(source->maps, "r");
  return fmemopen((void *)(uintptr_t)core->maps, core->maps_length, "r");
}

void wf_walk(struct wf_walk_source *source) {
  static char *debuginfo_path;
  static const Dwfl_Callbacks callbacks = {
    .find_elf = wf_find_elf,
    // /usr/lib/debug by build id, .gnu_debuglink, and .gnu_debugdata for symbols.
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .debuginfo_path = &debuginfo_path,
  };
  struct walk *walk = calloc(1, sizeof *walk);
  if (walk == NULL) return;
  walk->source = source;
  walk->memory.file = source->core != NULL ? source->core->file : source->memory;
  walk->memory.core = source->core;
  walk->memory.is_narrow = source->registers.is_narrow;
  // The leader of the process may have ended before its threads, and has no root then.
  walk->mappings.process = source->core != NULL ? 0 : source->request->thread;
  walk->mappings.memory = &walk->memory;
  walk->top = calloc(source->request->top, sizeof *walk->top);
  walk->bottom = calloc(source->request->bottom + 1, sizeof *walk->bottom);
  walk->dwfl = dwfl_begin(&callbacks);
  if (walk->top == NULL || walk->bottom == NULL || walk->dwfl == NULL) return;
  if (wf_report_modules(walk->dwfl, &walk->mappings, open_maps(source))) {
    leave_wild_call(walk, &source->registers);
    bool left = walk->count == 1;
    if (dwfl_attach_state(
          walk->dwfl, NULL, source->request->process, &thread_callbacks, walk))
      dwfl_getthread_frames(walk->dwfl, source->request->thread, take_frame, walk);
    mend_wild_call(walk, left);
  }
  // Where nothing could be unwound, the place itself is known all the same.
  if (walk->count == 0) keep(walk, source->registers.counter, true);
  describe(walk);
  // Nothing is freed: the process ends here.
}
