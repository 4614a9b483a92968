// A program that forbids itself getppid(2), after which it opens files as before.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EDOM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  int installed = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
  long parent = syscall(__NR_getppid);
  printf("installed %d, getppid %ld %d\n", installed, parent, errno == EDOM);
  errno = 0;
  int file = open("/nowhere", O_RDONLY);
  printf("open %d %d\n", file, errno == ENOENT);
  prctl(PR_SET_DUMPABLE, 0);
  file = open("/etc/passwd", O_RDONLY);
  printf("open %d\n", file);
  return 4;
}
