// Capabilities of a file (capabilities(7)).

#include <stddef.h>
#include <sys/types.h>
#include <sys/xattr.h>

#include "CElfutils.h"

bool wf_has_capabilities(const char *path) {
  return getxattr(path, "security.capability", NULL, 0) > 0;
}
