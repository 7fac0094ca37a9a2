/*
 * Run a program that the kernel refuses things to: confine RULE... -- PROGRAM ARGUMENT...
 *
 *   NAME=ERRNO     the system call fails with that number, by a seccomp filter; 0: it does nothing and says it did
 *   wx             no memory that is written and executed (PR_SET_MDWE, Linux 6.3)
 *   dumpable       /proc/self belongs to root (PR_SET_DUMPABLE 0)
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif

struct call {
  const char *name;
  int number;
};
#define CALL(name) {#name, SYS_##name}
static const struct call calls[] = {
    CALL(accept4), CALL(chmod), CALL(clone), CALL(clone3), CALL(close_range), CALL(connect), CALL(dup3),
    CALL(epoll_create1), CALL(epoll_ctl), CALL(eventfd2), CALL(faccessat), CALL(faccessat2), CALL(fchmod),
    CALL(fchmodat), CALL(fcntl), CALL(fdatasync), CALL(flock), CALL(fork), CALL(fstatfs), CALL(fsync),
    CALL(ftruncate), CALL(getcwd), CALL(getdents64), CALL(getpgrp), CALL(getpriority), CALL(getrandom),
    CALL(getrlimit), CALL(getrusage), CALL(getsid), CALL(gettid), CALL(inotify_init1), CALL(io_uring_setup),
    CALL(ioctl), CALL(kill), CALL(lstat), CALL(madvise), CALL(membarrier), CALL(memfd_create), CALL(mkdir),
    CALL(mlock), CALL(mremap), CALL(openat2), CALL(pidfd_open), CALL(pipe2), CALL(poll), CALL(ppoll),
    CALL(prctl), CALL(pread64), CALL(prlimit64), CALL(pwrite64), CALL(readlink), CALL(readlinkat),
    CALL(rename), CALL(renameat2), CALL(rseq), CALL(sched_getaffinity), CALL(sched_setaffinity),
    CALL(sched_setscheduler), CALL(sched_yield), CALL(setpgid), CALL(setpriority), CALL(setsid),
    CALL(set_robust_list), CALL(sigaltstack), CALL(socket), CALL(socketpair), CALL(statfs), CALL(statx),
    CALL(sysinfo), CALL(tgkill), CALL(timerfd_create), CALL(umask), CALL(uname), CALL(unlink), CALL(unlinkat),
    CALL(utimensat), CALL(vfork), CALL(wait4), CALL(waitid), CALL(access), CALL(execve),
};

static int number_of(const char *name, size_t length) {
  for (size_t at = 0; at < sizeof calls / sizeof *calls; at++)
    if (strlen(calls[at].name) == length && strncmp(calls[at].name, name, length) == 0) return calls[at].number;
  fprintf(stderr, "confine: unknown call %.*s\n", (int)length, name);
  exit(125);
}

static void refuse(int number, int error) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    perror("confine: seccomp");
    exit(125);
  }
}

int main(int count, char **words) {
  int at = 1;
  /* Filters last: those that come may be refused by one that is there. */
  for (int pass = 0; pass < 2; pass++) {
    for (at = 1; at < count && strcmp(words[at], "--") != 0; at++) {
      const char *equals = strchr(words[at], '=');
      if (pass == 1 && equals != NULL) refuse(number_of(words[at], (size_t)(equals - words[at])), atoi(equals + 1));
      if (pass == 1 || equals != NULL) continue;
      if (strcmp(words[at], "wx") == 0 && prctl(PR_SET_MDWE, 1, 0, 0, 0) != 0) perror("confine: wx"), exit(125);
      if (strcmp(words[at], "dumpable") == 0) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
  }
  if (at + 1 >= count) return 125;
  execvp(words[at + 1], words + at + 1);
  perror("confine: exec");
  return 125;
}
