#define _GNU_SOURCE
#include "CInspectionShim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

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

static uint32_t peer_of(const struct nlmsghdr *header) {
  const struct unix_diag_msg *message = NLMSG_DATA(header);
  int length = (int)(header->nlmsg_len - NLMSG_LENGTH(sizeof *message));
  for (const struct rtattr *attribute = (const struct rtattr *)(message + 1);
       RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length))
    if (attribute->rta_type == UNIX_DIAG_PEER && RTA_PAYLOAD(attribute) >= sizeof(uint32_t))
      return *(const uint32_t *)RTA_DATA(attribute);
  return 0;
}

int64_t wf_unix_peers(struct wf_unix_pair *pairs, size_t capacity) {
  int handle = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (handle < 0) return -errno;
  struct {
    struct nlmsghdr header;
    struct unix_diag_req request;
  } query = {
    .header = {
      .nlmsg_len = sizeof query,
      .nlmsg_type = SOCK_DIAG_BY_FAMILY,
      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
    },
    .request = {
      .sdiag_family = AF_UNIX, .udiag_states = UINT32_MAX, .udiag_show = UDIAG_SHOW_PEER},
  };
  // The kernel answers at once; a limit in case that it does not.
  struct timeval limit = {.tv_sec = 2};
  setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  int64_t count = 0;
  int64_t error = send(handle, &query, sizeof query, 0) < 0 ? -errno : 0;
  bool is_over = error != 0;
  while (!is_over) {
    _Alignas(struct nlmsghdr) char buffer[32768];
    ssize_t length = recv(handle, buffer, sizeof buffer, 0);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) {
      error = length < 0 ? -errno : -EIO;
      break;
    }
    for (size_t offset = 0; offset + sizeof(struct nlmsghdr) <= (size_t)length;) {
      const struct nlmsghdr *header = (const struct nlmsghdr *)(buffer + offset);
      if (header->nlmsg_len < sizeof *header || header->nlmsg_len > (size_t)length - offset) break;
      offset += NLMSG_ALIGN(header->nlmsg_len);
      if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
        if (header->nlmsg_type == NLMSG_ERROR) error = -ENOENT;
        is_over = true;
        break;
      }
      if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct unix_diag_msg))) continue;
      uint32_t peer = peer_of(header);
      if (peer == 0 || (size_t)count == capacity) continue;
      const struct unix_diag_msg *message = NLMSG_DATA(header);
      pairs[count++] = (struct wf_unix_pair){.inode = message->udiag_ino, .peer = peer};
    }
  }
  close(handle);
  return error != 0 && count == 0 ? error : count;
}
