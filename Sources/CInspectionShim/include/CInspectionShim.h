/* What SystemInspection needs of Linux and Swift's Glibc module does not show, as it is declared
   under _GNU_SOURCE only or not at all. No policy. */
#ifndef CINSPECTIONSHIM_H
#define CINSPECTIONSHIM_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/* The fields of statx(2) that are used, at fixed widths. */
struct wf_file_status {
  uint64_t device;
  uint64_t inode;
  uint64_t mount;      /* id as in /proc/self/mountinfo; 0 before Linux 5.8 */
  uint64_t attributes; /* STATX_ATTR_*, those of attributes_mask only */
  int64_t size;
  uint32_t mode;
  uint32_t owner;
  uint32_t group;
  uint32_t reserved;
};

#define WF_ATTRIBUTE_IMMUTABLE 0x10
#define WF_ATTRIBUTE_APPEND 0x20

/* Corresponds to statx(2) without synchronising with a server, so that a dead one does not block
   us. 0, or a negative errno. */
int32_t wf_file_status(const char *path, int32_t follow, struct wf_file_status *status);

/* Corresponds to lgetxattr(2): length of the value, or a negative errno. */
int64_t wf_extended_attribute(const char *path, const char *name, void *value, size_t size);

/* Corresponds to memmem(3): offset of the first needle, or -1. */
int64_t wf_find(const void *haystack, size_t length, const void *needle, size_t needle_length);

/* A connected Unix socket and the one at its other end, by inode. */
struct wf_unix_pair {
  uint64_t inode;
  uint64_t peer;
};

/* Corresponds to a dump by sock_diag(7) with UDIAG_SHOW_PEER: how many pairs were put into `pairs`, at
   most `capacity`, or a negative errno. */
int64_t wf_unix_peers(struct wf_unix_pair *pairs, size_t capacity);

#pragma clang assume_nonnull end

#endif
