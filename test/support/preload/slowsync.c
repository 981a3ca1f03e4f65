/*
 * LD_PRELOAD: every fsync and fdatasync takes FSYNC_US microseconds more (default 1000), as on a disk that has to write.
 * The call sleeps before it syncs, so whoever waits for the sync waits at least that long.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void slow(void) {
  const char *text = getenv("FSYNC_US");
  long us = text != NULL ? atol(text) : 1000;
  struct timespec left = {us / 1000000, (us % 1000000) * 1000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) continue;
}

int fsync(int fd) {
  static int (*next)(int);
  if (next == NULL) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  slow();
  return next(fd);
}

int fdatasync(int fd) {
  static int (*next)(int);
  if (next == NULL) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  slow();
  return next(fd);
}
