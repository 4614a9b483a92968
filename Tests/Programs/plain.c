// A file that is missing, one that is there, and the size of a word.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

int main(void) {
  int missing = open("/nowhere", O_RDONLY);
  printf("%zu %d %d\n", sizeof(long), missing, errno == ENOENT);
  return open("/etc/passwd", O_RDONLY) >= 0 ? 6 : 1;
}
