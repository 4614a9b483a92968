#define _GNU_SOURCE
#include "StackWalk.h"

#include <dwarf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define WF_LONGEST_TEXT 1024
// Inlining is as deep as the debugging information says, which may be any depth.
#define WF_MOST_INLINED 32
#define WF_DEEPEST_SCOPE 256

// libstdc++, with which the Swift runtime is linked (cxxabi.h is C++).
char *__cxa_demangle(const char *name, char *output, size_t *length, int *status);
// The Swift runtime.
char *swift_demangle(
  const char *name, size_t name_length, char *output, size_t *length, uint32_t flags);

static uint32_t text_length(const char *text) {
  return text == NULL ? 0 : (uint32_t)strnlen(text, WF_LONGEST_TEXT);
}

static bool write_frame(
  int output, struct wf_frame *frame, const char *module, const char *function, const char *file) {
  frame->module_length = text_length(module);
  frame->function_length = text_length(function);
  frame->file_length = text_length(file);
  struct iovec parts[] = {
    {frame, sizeof *frame},
    {(void *)(uintptr_t)module, frame->module_length},
    {(void *)(uintptr_t)function, frame->function_length},
    {(void *)(uintptr_t)file, frame->file_length},
  };
  size_t total = 0;
  for (size_t index = 0; index < 4; index++) total += parts[index].iov_len;
  // Less than PIPE_BUF, so it is written whole (pipe(7)).
  _Static_assert(sizeof(struct wf_frame) + 3 * WF_LONGEST_TEXT < PIPE_BUF, "size of a frame");
  ssize_t written;
  do written = writev(output, parts, 4);
  while (written < 0 && errno == EINTR);
  return written == (ssize_t)total;
}

/// The name as it is in the source, or as it is. Never freed: the process is short-lived.
static const char *demangled(const char *name) {
  char *plain = NULL;
  if (strncmp(name, "_Z", 2) == 0)
    plain = __cxa_demangle(name, NULL, NULL, NULL);
  else if (strncmp(name, "$s", 2) == 0 || strncmp(name, "$S", 2) == 0)
    plain = swift_demangle(name, strlen(name), NULL, NULL, 0);
  return plain != NULL ? plain : name;
}

/// Of what functions can be members, though it has no code itself.
static bool is_container(Dwarf_Die *die) {
  switch (dwarf_tag(die)) {
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
      return true;
    default: return false;
  }
}

/// `name` behind the namespaces and types that a function of Rust was declared in: its standard library
/// has no linkage names.
static const char *qualified(Dwarf_Die *die, const char *name) {
  Dwarf_Die unit, declaration = *die;
  if (
    name == NULL || dwarf_diecu(die, &unit, NULL, NULL) == NULL ||
    dwarf_srclang(&unit) != DW_LANG_Rust)
    return name;
  // An instance refers to the abstract function, and that to its declaration.
  for (int step = 0; step < 4; step++) {
    Dwarf_Attribute memory;
    Dwarf_Attribute *attribute = dwarf_attr(&declaration, DW_AT_abstract_origin, &memory);
    if (attribute == NULL) attribute = dwarf_attr(&declaration, DW_AT_specification, &memory);
    if (attribute == NULL || dwarf_formref_die(attribute, &declaration) == NULL) break;
  }
  Dwarf_Die *scopes;
  int count = dwarf_getscopes_die(&declaration, &scopes);
  char *text = count > 1 ? malloc(WF_LONGEST_TEXT) : NULL;
  if (text == NULL) return name;
  size_t length = 0;
  for (int index = count - 1; index > 0; index--) {
    const char *scope = is_container(&scopes[index]) ? dwarf_diename(&scopes[index]) : NULL;
    if (scope == NULL || length + strlen(scope) + 3 > WF_LONGEST_TEXT) continue;
    length += (size_t)sprintf(text + length, "%s::", scope);
  }
  snprintf(text + length, WF_LONGEST_TEXT - length, "%s", name);
  return text;
}

/// The name of a function: with its namespaces where the compiler gives a linkage name.
static const char *function_name(Dwarf_Die *die) {
  Dwarf_Attribute memory;
  Dwarf_Attribute *attribute = dwarf_attr_integrate(die, DW_AT_linkage_name, &memory);
  if (attribute == NULL) attribute = dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &memory);
  const char *name = attribute != NULL ? dwarf_formstring(attribute) : NULL;
  if (name != NULL) {
    const char *plain = demangled(name);
    if (plain != name) return plain;
  }
  return qualified(die, dwarf_diename(die));
}

/// The unit that `address` belongs to.
static Dwarf_Die *unit_of(Dwfl_Module *module, Dwarf_Addr address, Dwarf_Addr *bias) {
  // By .debug_aranges; code of a unit without debugging information gets the unit before it.
  Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);
  if (unit != NULL && dwarf_haspc(unit, address - *bias) == 1) return unit;
  // Clang writes no .debug_aranges unless asked to.
  unit = NULL;
  while ((unit = dwfl_module_nextcu(module, unit, bias)) != NULL)
    if (dwarf_haspc(unit, address - *bias) == 1) return unit;
  return NULL;
}

static const char *absolute_path(Dwarf_Die *unit, const char *path) {
  if (path == NULL || path[0] == '/') return path;
  Dwarf_Attribute memory;
  const char *directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &memory));
  char *joined;
  // A relative one comes of builds that hide where they were made; `path` tells as much.
  if (
    directory == NULL || directory[0] != '/' ||
    asprintf(&joined, "%s/%s", directory, path) < 0)
    return path;
  return joined;
}

static const char *call_place(Dwarf_Die *unit, Dwarf_Die *call, uint32_t *line) {
  Dwarf_Attribute memory;
  Dwarf_Word value;
  *line = dwarf_formudata(dwarf_attr(call, DW_AT_call_line, &memory), &value) == 0
    ? (uint32_t)value : 0;
  Dwarf_Files *files;
  if (
    dwarf_formudata(dwarf_attr(call, DW_AT_call_file, &memory), &value) != 0 ||
    dwarf_getsrcfiles(unit, &files, NULL) != 0)
    return NULL;
  return absolute_path(unit, dwarf_filesrc(files, value, NULL, NULL));
}

/// The row of the line table that `address` belongs to: the last at or before it, and of several
/// for one address the last that begins a statement, as debuggers choose.
static Dwarf_Line *row_of(Dwarf_Die *unit, Dwarf_Addr address) {
  Dwarf_Lines *rows;
  size_t count;
  if (dwarf_getsrclines(unit, &rows, &count) != 0) return NULL;
  size_t low = 0, high = count;
  Dwarf_Addr start;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (dwarf_lineaddr(dwarf_onesrcline(rows, middle), &start) != 0) return NULL;
    if (start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return NULL;
  Dwarf_Line *last = dwarf_onesrcline(rows, low - 1);
  bool is_end, is_statement;
  if (
    dwarf_lineendsequence(last, &is_end) != 0 || is_end || dwarf_lineaddr(last, &start) != 0)
    return NULL;
  for (size_t index = low; index > 0; index--) {
    Dwarf_Line *row = dwarf_onesrcline(rows, index - 1);
    Dwarf_Addr own;
    if (dwarf_lineaddr(row, &own) != 0 || own != start) break;
    if (dwarf_linebeginstatement(row, &is_statement) == 0 && is_statement) return row;
  }
  return last;
}

static const char *place(Dwarf_Die *unit, Dwarf_Addr address, uint32_t *line) {
  Dwarf_Line *row = row_of(unit, address);
  int number;
  // Line 0 is code that no line stands for.
  if (row == NULL || dwarf_lineno(row, &number) != 0 || number <= 0) return NULL;
  *line = (uint32_t)number;
  return absolute_path(unit, dwarf_linesrc(row, NULL, NULL));
}

static bool is_function(Dwarf_Die *die) {
  int tag = dwarf_tag(die);
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_entry_point;
}

/// The functions below `die` around `address`, innermost first: those inlined, then the one that has
/// code. dwarf_getscopes() gives none where one was declared in another unit, as link-time optimization
/// leaves it.
static bool search_functions(
  Dwarf_Die *die, Dwarf_Addr address, unsigned depth, Dwarf_Die functions[], int *count) {
  Dwarf_Die child;
  if (depth == WF_DEEPEST_SCOPE || dwarf_child(die, &child) != 0) return false;
  do {
    bool covers = dwarf_haspc(&child, address) == 1;
    if (!covers && !is_container(&child)) continue;
    bool found = search_functions(&child, address, depth + 1, functions, count);
    if (covers && is_function(&child) && *count < WF_MOST_INLINED) functions[(*count)++] = child;
    if (covers || found) return true;
  } while (dwarf_siblingof(&child, &child) == 0);
  return false;
}

static int functions_at(Dwarf_Die *unit, Dwarf_Addr address, Dwarf_Die functions[]) {
  // With -gsplit-dwarf the unit in the program has lines alone; the rest is in a .dwo file.
  uint8_t type = 0;
  Dwarf_Die split = {0};
  bool is_split = dwarf_cu_info(unit->cu, NULL, &type, NULL, &split, NULL, NULL, NULL) == 0 &&
    type == DW_UT_skeleton && split.addr != NULL;
  int found = 0;
  search_functions(is_split ? &split : unit, address, 0, functions, &found);
  return found;
}

/// What the table of symbols says of an address. It is read whole for that, which takes longer than all
/// else where there are many: so it is asked only where the debugging information knows no name.
static const char *symbol_name(Dwfl_Module *module, Dwarf_Addr address) {
  GElf_Off offset;
  GElf_Sym symbol;
  const char *name = dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL);
  return name != NULL ? demangled(name) : NULL;
}

bool wf_describe(Dwfl *dwfl, const struct wf_counter *counter, int output) {
  struct wf_frame frame = {
    .address = counter->address,
    .skipped = counter->skipped,
    .is_interrupted = counter->is_interrupted,
  };
  // A call's return address may belong to the next line, or to the next function after a call
  // that does not return.
  Dwarf_Addr address = counter->address - (counter->is_activation || counter->address == 0 ? 0 : 1);
  // The one before or after is given as well, for addresses between them.
  Dwfl_Module *module = dwfl_addrmodule(dwfl, address);
  Dwarf_Addr start = 0, end = 0;
  const char *path =
    module != NULL ? dwfl_module_info(module, NULL, &start, &end, NULL, NULL, NULL, NULL) : NULL;
  if (address < start || address >= end) return write_frame(output, &frame, NULL, NULL, NULL);
  frame.offset = counter->address - start;
  Dwarf_Addr bias;
  Dwarf_Die *unit = unit_of(module, address, &bias);
  if (unit == NULL) return write_frame(output, &frame, path, symbol_name(module, address), NULL);
  const char *file = place(unit, address - bias, &frame.line);
  Dwarf_Die functions[WF_MOST_INLINED];
  int count = functions_at(unit, address - bias, functions);
  for (int index = 0; index < count; index++) {
    const char *own = function_name(&functions[index]);
    bool is_last = index == count - 1;
    frame.is_inlined = !is_last;
    if (own == NULL && is_last) own = symbol_name(module, address);
    if (!write_frame(output, &frame, path, own, file)) return false;
    frame.skipped = 0;
    if (!is_last) file = call_place(unit, &functions[index], &frame.line);
  }
  return count > 0 || write_frame(output, &frame, path, symbol_name(module, address), file);
}

/// The name of the section that an address lies in.
static const char *section_name(Dwfl_Module *module, Dwarf_Addr address) {
  Dwarf_Addr bias;
  Elf_Scn *section = dwfl_module_address_section(module, &address, &bias);
  if (section == NULL) return NULL;
  GElf_Shdr header;
  Elf *elf = dwfl_module_getelf(module, &bias);
  size_t names;
  if (
    elf == NULL || gelf_getshdr(section, &header) == NULL || elf_getshdrstrndx(elf, &names) != 0)
    return NULL;
  return elf_strptr(elf, names, header.sh_name);
}

bool wf_describe_place(Dwfl *dwfl, uint64_t address, int output) {
  Dwfl_Module *module = dwfl_addrmodule(dwfl, address);
  if (module == NULL) return true;
  struct wf_frame frame = {.address = address, .is_place = 1};
  const char *path = dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  GElf_Off offset;
  GElf_Sym symbol;
  const char *name = dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL);
  // Without a size the symbol is only the one before.
  if (name != NULL && offset >= symbol.st_size) name = NULL;
  return write_frame(
    output, &frame, path, name != NULL ? demangled(name) : NULL, section_name(module, address));
}
