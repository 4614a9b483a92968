// libdw asks servers of the network for debugging information (debuginfod(8)), for which it loads
// a library of some megabytes when the program starts. These stand in for its own functions where
// it is linked statically, so that neither can happen.

#include <errno.h>
#include <stddef.h>

struct Dwfl;

int __libdwfl_debuginfod_find_executable(
  struct Dwfl *dwfl, const unsigned char *build_id, size_t length);
int __libdwfl_debuginfod_find_debuginfo(
  struct Dwfl *dwfl, const unsigned char *build_id, size_t length);
void __libdwfl_debuginfod_end(void *client);

int __libdwfl_debuginfod_find_executable(
  struct Dwfl *dwfl, const unsigned char *build_id, size_t length) {
  (void)dwfl, (void)build_id, (void)length;
  return -ENOSYS;
}

int __libdwfl_debuginfod_find_debuginfo(
  struct Dwfl *dwfl, const unsigned char *build_id, size_t length) {
  (void)dwfl, (void)build_id, (void)length;
  return -ENOSYS;
}

void __libdwfl_debuginfod_end(void *client) { (void)client; }
