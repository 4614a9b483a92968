#define _GNU_SOURCE
#include "CInspectionShim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif

_Static_assert(WF_ATTRIBUTE_IMMUTABLE == STATX_ATTR_IMMUTABLE, "immutable attribute");
_Static_assert(WF_ATTRIBUTE_APPEND == STATX_ATTR_APPEND, "append attribute");

int32_t wf_file_status(const char *path, int32_t follow, struct wf_file_status *status) {
  struct statx found;
  int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
  if (statx(AT_FDCWD, path, flags, STATX_BASIC_STATS | STATX_MNT_ID, &found) != 0) return -errno;
  memset(status, 0, sizeof *status);
  status->device = makedev(found.stx_dev_major, found.stx_dev_minor);
  status->inode = found.stx_ino;
  status->mount = (found.stx_mask & STATX_MNT_ID) ? found.stx_mnt_id : 0;
  status->attributes = found.stx_attributes & found.stx_attributes_mask;
  status->size = (int64_t)found.stx_size;
  status->mode = found.stx_mode;
  status->owner = found.stx_uid;
  status->group = found.stx_gid;
  return 0;
}

int64_t wf_extended_attribute(const char *path, const char *name, void *value, size_t size) {
  ssize_t length = lgetxattr(path, name, value, size);
  return length < 0 ? -errno : length;
}

int64_t wf_find(const void *haystack, size_t length, const void *needle, size_t needle_length) {
  const char *found = memmem(haystack, length, needle, needle_length);
  return found ? (int64_t)(found - (const char *)haystack) : -1;
}
