/*
 * LD_PRELOAD: a full disk. While the file ENOSPC_FLAG exists, whatever would write to, grow or create a file under the
 * folder ENOSPC_DIR (absolute, without symbolic links) fails with ENOSPC. Reading, deleting and shrinking go on.
 *
 * Overwriting in place fails too: a copy-on-write file system behaves so, and it is the harder case.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int full(void) {
  const char *flag = getenv("ENOSPC_FLAG");
  return flag != NULL && access(flag, F_OK) == 0;
}

static int under(const char *path) {
  const char *folder = getenv("ENOSPC_DIR");
  if (folder == NULL) return 0;
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Whether a descriptor is of a file under the folder, and the disk is full. */
static int refuses(int fd) {
  int saved = errno;
  int refused = 0;
  if (full()) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0) {
      path[length] = '\0';
      refused = under(path);
    }
  }
  errno = refused ? ENOSPC : saved;
  return refused;
}

/* Whether an open would create a file under the folder while the disk is full. Relative paths: of the working folder. */
static int refuses_creation(int folder, const char *path, int flags) {
  if ((flags & O_CREAT) == 0 || !full() || faccessat(folder, path, F_OK, 0) == 0) return 0;
  char absolute[PATH_MAX];
  if (path[0] == '/') snprintf(absolute, sizeof absolute, "%s", path);
  else {
    char here[PATH_MAX / 2];
    if (folder != AT_FDCWD || getcwd(here, sizeof here) == NULL) return 0;
    snprintf(absolute, sizeof absolute, "%s/%.*s", here, PATH_MAX / 2 - 2, path);
  }
  if (!under(absolute)) return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t write(int fd, const void *data, size_t size) {
  static ssize_t (*next)(int, const void *, size_t);
  if (next == NULL) next = NEXT(write);
  return fd > 2 && refuses(fd) ? -1 : next(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (next == NULL) next = NEXT(pwrite);
  return refuses(fd) ? -1 : next(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  static ssize_t (*next)(int, const void *, size_t, off64_t);
  if (next == NULL) next = NEXT(pwrite64);
  return refuses(fd) ? -1 : next(fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  static ssize_t (*next)(int, const struct iovec *, int);
  if (next == NULL) next = NEXT(writev);
  return fd > 2 && refuses(fd) ? -1 : next(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  static ssize_t (*next)(int, const struct iovec *, int, off_t);
  if (next == NULL) next = NEXT(pwritev);
  return refuses(fd) ? -1 : next(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  static ssize_t (*next)(int, const struct iovec *, int, off64_t);
  if (next == NULL) next = NEXT(pwritev64);
  return refuses(fd) ? -1 : next(fd, parts, count, at);
}

static int refuses_growth(int fd, off64_t size) {
  struct stat now;
  return fstat(fd, &now) == 0 && size > now.st_size && refuses(fd);
}

int ftruncate(int fd, off_t size) {
  static int (*next)(int, off_t);
  if (next == NULL) next = NEXT(ftruncate);
  return refuses_growth(fd, size) ? -1 : next(fd, size);
}

int ftruncate64(int fd, off64_t size) {
  static int (*next)(int, off64_t);
  if (next == NULL) next = NEXT(ftruncate64);
  return refuses_growth(fd, size) ? -1 : next(fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t size) {
  static int (*next)(int, int, off_t, off_t);
  if (next == NULL) next = NEXT(fallocate);
  return refuses(fd) ? -1 : next(fd, mode, at, size);
}

int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  static int (*next)(int, int, off64_t, off64_t);
  if (next == NULL) next = NEXT(fallocate64);
  return refuses(fd) ? -1 : next(fd, mode, at, size);
}

/* These two answer with the error itself. */
int posix_fallocate(int fd, off_t at, off_t size) {
  static int (*next)(int, off_t, off_t);
  if (next == NULL) next = NEXT(posix_fallocate);
  return refuses(fd) ? ENOSPC : next(fd, at, size);
}

int posix_fallocate64(int fd, off64_t at, off64_t size) {
  static int (*next)(int, off64_t, off64_t);
  if (next == NULL) next = NEXT(posix_fallocate64);
  return refuses(fd) ? ENOSPC : next(fd, at, size);
}

static mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                          \
  int name(const char *path, int flags, ...) {              \
    static int (*next)(const char *, int, ...);             \
    if (next == NULL) next = NEXT(name);                    \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    mode_t mode = mode_of(flags, rest);                     \
    va_end(rest);                                           \
    if (refuses_creation(AT_FDCWD, path, flags)) return -1; \
    return next(path, flags, mode);                         \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                        \
  int name(int folder, const char *path, int flags, ...) {  \
    static int (*next)(int, const char *, int, ...);        \
    if (next == NULL) next = NEXT(name);                    \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    mode_t mode = mode_of(flags, rest);                     \
    va_end(rest);                                           \
    if (refuses_creation(folder, path, flags)) return -1;   \
    return next(folder, path, flags, mode);                 \
  }
OPENAT(openat)
OPENAT(openat64)
