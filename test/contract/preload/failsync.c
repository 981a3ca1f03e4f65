/*
 * LD_PRELOAD: a failing disk. While the file FAILSYNC_FLAG exists, fsync and fdatasync fail with EIO. What was written
 * before stays readable, as it does in a page cache.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void) {
  const char *flag = getenv("FAILSYNC_FLAG");
  return flag != NULL && access(flag, F_OK) == 0;
}

int fsync(int fd) {
  static int (*next)(int);
  if (next == NULL) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  if (!fails()) return next(fd);
  errno = EIO;
  return -1;
}

int fdatasync(int fd) {
  static int (*next)(int);
  if (next == NULL) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  if (!fails()) return next(fd);
  errno = EIO;
  return -1;
}
