#define _GNU_SOURCE
#include "StackWalk.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// vm.max_map_count is 65530 by default; more modules than this help no walk.
#define WF_MOST_MODULES 8192
#define WF_LARGEST_VDSO 65536

static bool is_vdso(const char *name) { return strcmp(name, "[vdso]") == 0; }

/// Takes a line of maps apart. False for a mapping without a file, other than the vdso.
static bool parse(char *line, struct wf_mapping *mapping) {
  unsigned major, minor;
  int name = -1;
  if (
    sscanf(
      line, "%" SCNx64 "-%" SCNx64 " %*s %*x %x:%x %" SCNu64 " %n", &mapping->start, &mapping->end,
      &major, &minor, &mapping->inode, &name) != 5 ||
    name < 0)
    return false;
  mapping->device = makedev(major, minor);
  mapping->name = line + name;
  mapping->name[strcspn(mapping->name, "\n")] = 0;
  return (mapping->name[0] == '/' && mapping->inode != 0) || is_vdso(mapping->name);
}

/// True if process `id` sees the mounts that we see.
static bool shares_mounts(int32_t id) {
  char path[64];
  struct stat own, other;
  snprintf(path, sizeof path, "/proc/%" PRId32 "/ns/mnt", id);
  return stat("/proc/self/ns/mnt", &own) == 0 && stat(path, &other) == 0 &&
    own.st_ino == other.st_ino;
}

static bool read_mappings(struct wf_mappings *mappings, FILE *maps) {
  char *line = NULL;
  size_t size = 0;
  mappings->list = calloc(WF_MOST_MODULES, sizeof *mappings->list);
  if (mappings->list == NULL) return false;
  // Without a root of its own, names are what they are for us, and .debug/ is found beside them.
  char link[64], root[2];
  snprintf(link, sizeof link, "/proc/%" PRId32 "/root", mappings->process);
  bool is_plain = mappings->process == 0 ||
    (readlink(link, root, sizeof root) == 1 && shares_mounts(mappings->process));
  snprintf(mappings->root, sizeof mappings->root, "%s", is_plain ? "" : link);
  while (getline(&line, &size, maps) > 0) {
    struct wf_mapping next;
    if (!parse(line, &next)) continue;
    struct wf_mapping *last =
      mappings->count > 0 ? &mappings->list[mappings->count - 1] : NULL;
    if (
      last != NULL && last->inode == next.inode && last->device == next.device &&
      strcmp(last->name, next.name) == 0) {
      last->end = next.end;
      continue;
    }
    if (mappings->count == WF_MOST_MODULES) break;
    next.name = strdup(next.name);
    if (next.name == NULL) break;
    next.owner = mappings;
    mappings->list[mappings->count++] = next;
  }
  free(line);
  return mappings->count > 0;
}

bool wf_report_modules(Dwfl *dwfl, struct wf_mappings *mappings, FILE *maps) {
  if (maps == NULL) return false;
  bool complete = read_mappings(mappings, maps);
  fclose(maps);
  if (!complete) return false;
  dwfl_report_begin(dwfl);
  for (unsigned index = 0; index < mappings->count; index++) {
    struct wf_mapping *mapping = &mappings->list[index];
    Dwfl_Module *module = dwfl_report_module(dwfl, mapping->name, mapping->start, mapping->end);
    void **data;
    if (
      module != NULL &&
      dwfl_module_info(module, &data, NULL, NULL, NULL, NULL, NULL, NULL) != NULL)
      *data = mapping;
  }
  return dwfl_report_end(dwfl, NULL, NULL) == 0;
}

/// Opens a regular file. Never waits for a FIFO.
static int open_regular(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return -1;
  struct stat status;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) return file;
  close(file);
  return -1;
}

static Elf *vdso(const struct wf_mapping *mapping) {
  uint64_t size = mapping->end - mapping->start;
  if (size == 0 || size > WF_LARGEST_VDSO) return NULL;
  char *image = malloc(size);
  if (image == NULL) return NULL;
  if (wf_memory_bytes(mapping->owner->memory, mapping->start, image, size) != (ssize_t)size) {
    free(image);
    return NULL;
  }
  // The image lives as long as the process, which is short.
  return elf_memory(image, size);
}

int wf_find_elf(
  Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, char **file_name,
  Elf **elf) {
  (void)module, (void)base;
  const struct wf_mapping *mapping = *data;
  *file_name = NULL;
  *elf = NULL;
  if (mapping == NULL) return -1;
  if (is_vdso(name)) {
    *elf = vdso(mapping);
    return -1;
  }
  // The file of that name is another one today.
  if (mapping->owner->process == 0 && mapping->device == makedev(1, 0)) return -1;
  // A target in a container or below chroot(2) sees other files. The kernel adds " (deleted)" to
  // the name of a file that was replaced, so that its successor is not taken for it.
  const char *root = mapping->owner->root;
  char path[sizeof mapping->owner->root + 4096];
  snprintf(path, sizeof path, "%s%s", root, name);
  int file = open_regular(path);
  if (file < 0 && root[0] != 0) {
    // Below chroot(2) the kernel gives the whole name, as we see it.
    file = open_regular(name);
    struct stat status;
    if (file >= 0 && (fstat(file, &status) != 0 || status.st_ino != mapping->inode)) {
      close(file);
      file = -1;
    }
    if (file >= 0) snprintf(path, sizeof path, "%s", name);
  }
  if (file < 0 && mapping->owner->process != 0) {
    char executable[4096];
    snprintf(path, sizeof path, "/proc/%" PRId32 "/exe", mapping->owner->process);
    ssize_t length = readlink(path, executable, sizeof executable - 1);
    if (length <= 0) return -1;
    executable[length] = 0;
    if (strcmp(executable, name) == 0) file = open_regular(path);
  }
  if (file >= 0) *file_name = strdup(path);
  return file;
}
