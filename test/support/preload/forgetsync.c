/*
 * LD_PRELOAD: a disk that forgets, at kill -9, whatever was not synced.
 *
 * Beside every file under FORGET_DIR (absolute, without symbolic links) a shadow in FORGET_SHADOW holds what a power
 * failure would leave: contents reach it when fsync or fdatasync returns, names when their folder or the file itself is
 * synced. After the kill the harness puts the shadows in place of the files. The rules, which are those of POSIX with
 * the one liberty that every journaling file system takes (syncing a new file makes its name durable):
 *
 *   write, truncate, allocate   durable with the next sync of that file, not before
 *   create, rename, link        durable with the next sync of the file, or of the folder that holds the name
 *   unlink                      durable with the next sync of the folder
 *   O_SYNC, O_DSYNC             each write is a sync
 *
 * With FORGET_LEAK=n, n of 100 writes reach the shadow at once, as a kernel that writes back early does, so that later
 * writes may survive earlier ones; FORGET_SEED chooses which. Files whose names end in -shm are left out: SQLite's
 * shared memory is mapped, not written, and is rebuilt from the log.
 *
 * FORGET_SHADOW/names lists, one a line, `<number> <path under FORGET_DIR>` of every durable name; FORGET_SHADOW/<number>
 * is the content. What stands in the folder when the process starts counts as durable. Only the process itself is
 * watched: its children do not inherit the preload.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FD_LIMIT 65536
#define RANGE_LIMIT 4096
#define SMALL_FILE 65536 /* bytes; copied whole at each sync, whichever way it was written */

struct range {
  off64_t from, to;
};
struct file {
  int shadow; /* descriptor of the shadow's content */
  struct range *dirty;
  int ranges, room;
};
struct name {
  char *path;        /* absolute */
  int live, durable; /* file numbers; -1: no such name */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *shadows;
static size_t root_length;
static struct file *files;
static int file_count, file_room;
static struct name *names;
static int name_count, name_room;
static struct {
  int file; /* number + 1; 0: not watched */
  int is_dsync;
  dev_t device; /* Node closes by a bare system call, so a descriptor may have become another file since */
  ino_t inode;
} opened[FD_LIMIT];
static int leak;
static uint64_t dice = 88172645463325252ULL;

static void fail(const char *what) {
  dprintf(2, "forgetsync: %s: %s\n", what, strerror(errno));
  abort();
}

static void *grow(void *list, int count, int *room, size_t size) {
  if (count < *room) return list;
  *room = *room == 0 ? 16 : *room * 2;
  list = realloc(list, (size_t)*room * size);
  if (list == NULL) fail("out of memory");
  return list;
}

static int watched(const char *path) {
  size_t length = strlen(path);
  if (root == NULL || strncmp(path, root, root_length) != 0 || path[root_length] != '/') return 0;
  return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

/* The path of a name that need not exist: its folder resolved, its last part kept. */
static int resolve(int folder, const char *path, char *out) {
  char joined[PATH_MAX], parent[PATH_MAX];
  if (path[0] == '/' || folder == AT_FDCWD) snprintf(joined, sizeof joined, "%s", path);
  else snprintf(joined, sizeof joined, "/proc/self/fd/%d/%s", folder, path);
  char *slash = strrchr(joined, '/');
  const char *last = slash == NULL ? joined : slash + 1;
  if (slash == NULL) {
    if (realpath(".", parent) == NULL) return -1;
  } else {
    *slash = '\0';
    if (realpath(slash == joined ? "/" : joined, parent) == NULL) return -1;
  }
  return snprintf(out, PATH_MAX, "%s/%s", parent, last) < PATH_MAX ? 0 : -1;
}

static struct name *name_at(const char *path) {
  for (int i = 0; i < name_count; i++)
    if (strcmp(names[i].path, path) == 0) return &names[i];
  names = grow(names, name_count, &name_room, sizeof *names);
  names[name_count] = (struct name){strdup(path), -1, -1};
  return &names[name_count++];
}

/* Calls of our own go to the real functions. */
static int (*real_open)(const char *, int, ...);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_close)(int);
static int (*real_rename)(const char *, const char *);

static int new_file(void) {
  files = grow(files, file_count, &file_room, sizeof *files);
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%d", shadows, file_count);
  int fd = real_open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) fail(path);
  files[file_count] = (struct file){fd, NULL, 0, 0};
  return file_count++;
}

static void mark(int number, off64_t from, off64_t to) {
  struct file *file = &files[number];
  if (to <= from) return;
  if (file->ranges > 0) {
    struct range *last = &file->dirty[file->ranges - 1];
    if (from <= last->to && to >= last->from) {
      if (from < last->from) last->from = from;
      if (to > last->to) last->to = to;
      return;
    }
  }
  if (file->ranges == RANGE_LIMIT) {
    for (int i = 0; i < file->ranges; i++) {
      if (file->dirty[i].from < from) from = file->dirty[i].from;
      if (file->dirty[i].to > to) to = file->dirty[i].to;
    }
    file->ranges = 0;
  }
  file->dirty = grow(file->dirty, file->ranges, &file->room, sizeof *file->dirty);
  file->dirty[file->ranges++] = (struct range){from, to};
}

static void copy(int from_fd, int to_fd, off64_t from, off64_t to) {
  static char buffer[1 << 16];
  while (from < to) {
    size_t want = to - from < (off64_t)sizeof buffer ? (size_t)(to - from) : sizeof buffer;
    ssize_t got = pread(from_fd, buffer, want, from);
    if (got < 0) fail("read");
    if (got == 0) return;
    if (real_pwrite(to_fd, buffer, (size_t)got, from) != got) fail("write of a shadow");
    from += got;
  }
}

/* A descriptor may be write-only, its name gone: the content is read through /proc. */
static int reader_of(int fd) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int reader = real_open(link, O_RDONLY | O_CLOEXEC);
  if (reader < 0) fail("open for reading");
  return reader;
}

static void save_names(void) {
  char draft[PATH_MAX], final[PATH_MAX];
  snprintf(draft, sizeof draft, "%s/names.draft", shadows);
  snprintf(final, sizeof final, "%s/names", shadows);
  int fd = real_open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) fail(draft);
  off_t at = 0;
  for (int i = 0; i < name_count; i++) {
    char line[PATH_MAX + 32];
    if (names[i].durable < 0) continue;
    int length = snprintf(line, sizeof line, "%d %s\n", names[i].durable, names[i].path + root_length + 1);
    if (real_pwrite(fd, line, (size_t)length, at) != length) fail(draft);
    at += length;
  }
  real_close(fd);
  if (real_rename(draft, final) != 0) fail(final);
}

/* Content and names of a file become durable. */
static void keep(int fd, int number) {
  struct file *file = &files[number];
  struct stat now;
  if (fstat(fd, &now) != 0) fail("stat");
  if (now.st_size <= SMALL_FILE) mark(number, 0, now.st_size);
  if (file->ranges > 0) {
    int reader = reader_of(fd);
    for (int i = 0; i < file->ranges; i++) {
      off64_t to = file->dirty[i].to < now.st_size ? file->dirty[i].to : now.st_size;
      copy(reader, file->shadow, file->dirty[i].from, to);
    }
    real_close(reader);
    file->ranges = 0;
  }
  if (real_ftruncate(file->shadow, now.st_size) != 0) fail("size of a shadow");
  int changed = 0;
  for (int i = 0; i < name_count; i++) {
    int durable = names[i].live == number ? number : names[i].durable == number ? names[i].live : names[i].durable;
    changed |= durable != names[i].durable;
    names[i].durable = durable;
  }
  if (changed) save_names();
}

/* The names in a folder become durable. */
static void keep_folder(const char *path) {
  size_t length = strlen(path);
  int changed = 0;
  for (int i = 0; i < name_count; i++) {
    const char *name = names[i].path;
    if (strncmp(name, path, length) != 0 || name[length] != '/' || strchr(name + length + 1, '/') != NULL) continue;
    changed |= names[i].durable != names[i].live;
    names[i].durable = names[i].live;
  }
  if (changed) save_names();
}

/* What stands there at the start, or was put there by another program, is durable. */
static int adopt(const char *path) {
  int number = new_file();
  int fd = real_open(path, O_RDONLY | O_CLOEXEC);
  struct stat now;
  if (fd < 0 || fstat(fd, &now) != 0) fail(path);
  copy(fd, files[number].shadow, 0, now.st_size);
  if (real_ftruncate(files[number].shadow, now.st_size) != 0) fail(path);
  real_close(fd);
  struct name *name = name_at(path);
  name->live = name->durable = number;
  return number;
}

static int adopt_visitor(const char *path, const struct stat *about, int kind, struct FTW *where) {
  (void)about;
  (void)where;
  if (kind == FTW_F && watched(path)) adopt(path);
  return 0;
}

__attribute__((constructor)) static void start(void) {
  real_open = NEXT(open);
  real_pwrite = NEXT(pwrite);
  real_ftruncate = NEXT(ftruncate);
  real_close = NEXT(close);
  real_rename = NEXT(rename);
  const char *folder = getenv("FORGET_DIR");
  shadows = getenv("FORGET_SHADOW");
  if (folder == NULL || shadows == NULL) return;
  shadows = strdup(shadows);
  root = strdup(folder);
  root_length = strlen(root);
  leak = getenv("FORGET_LEAK") != NULL ? atoi(getenv("FORGET_LEAK")) : 0;
  if (getenv("FORGET_SEED") != NULL) dice ^= strtoull(getenv("FORGET_SEED"), NULL, 10) * 0x9e3779b97f4a7c15ULL;
  mkdir(shadows, 0700);
  nftw(root, adopt_visitor, 16, FTW_PHYS);
  save_names();
  unsetenv("LD_PRELOAD");
}

static int number_of(int fd) {
  struct stat now;
  int saved = errno;
  if (fd < 0 || fd >= FD_LIMIT || opened[fd].file == 0) return -1;
  if (fstat(fd, &now) != 0 || now.st_dev != opened[fd].device || now.st_ino != opened[fd].inode) opened[fd].file = 0;
  errno = saved;
  return opened[fd].file - 1;
}

static int lucky(void) {
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return (int)(dice % 100) < leak;
}

/* After a write of a watched file; the lock is held. */
static void wrote(int fd, int number, off64_t from, off64_t to) {
  mark(number, from, to);
  if (opened[fd].is_dsync) keep(fd, number);
  else if (leak > 0 && lucky()) {
    int reader = reader_of(fd);
    copy(reader, files[number].shadow, from, to);
    real_close(reader);
  }
}

/* A write at a known place. */
#define WRITE_AT(at, call)                                                  \
  int number = number_of(fd);                                               \
  if (number < 0) return call;                                              \
  pthread_mutex_lock(&lock);                                                \
  ssize_t done = call;                                                      \
  int saved = errno;                                                        \
  if (done > 0) wrote(fd, number, (off64_t)(at), (off64_t)(at) + done);     \
  pthread_mutex_unlock(&lock);                                              \
  errno = saved;                                                            \
  return done;

/* A write at the descriptor's own place, which stands behind it afterwards. */
#define WRITE_HERE(call)                                                    \
  int number = number_of(fd);                                               \
  if (number < 0) return call;                                              \
  pthread_mutex_lock(&lock);                                                \
  ssize_t done = call;                                                      \
  int saved = errno;                                                        \
  if (done > 0) {                                                           \
    off64_t end = lseek64(fd, 0, SEEK_CUR);                                 \
    wrote(fd, number, end - done, end);                                     \
  }                                                                         \
  pthread_mutex_unlock(&lock);                                              \
  errno = saved;                                                            \
  return done;

ssize_t write(int fd, const void *data, size_t size) {
  static ssize_t (*next)(int, const void *, size_t);
  if (next == NULL) next = NEXT(write);
  WRITE_HERE(next(fd, data, size))
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  static ssize_t (*next)(int, const struct iovec *, int);
  if (next == NULL) next = NEXT(writev);
  WRITE_HERE(next(fd, parts, count))
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (next == NULL) next = NEXT(pwrite);
  WRITE_AT(at, next(fd, data, size, at))
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  static ssize_t (*next)(int, const void *, size_t, off64_t);
  if (next == NULL) next = NEXT(pwrite64);
  WRITE_AT(at, next(fd, data, size, at))
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  static ssize_t (*next)(int, const struct iovec *, int, off_t);
  if (next == NULL) next = NEXT(pwritev);
  WRITE_AT(at, next(fd, parts, count, at))
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  static ssize_t (*next)(int, const struct iovec *, int, off64_t);
  if (next == NULL) next = NEXT(pwritev64);
  WRITE_AT(at, next(fd, parts, count, at))
}
ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t at, int flags) {
  static ssize_t (*next)(int, const struct iovec *, int, off_t, int);
  if (next == NULL) next = NEXT(pwritev2);
  if (at == -1) {
    WRITE_HERE(next(fd, parts, count, at, flags))
  }
  WRITE_AT(at, next(fd, parts, count, at, flags))
}

/* Size changes: whatever is cut off and comes back reads as zeros, and must be copied as such. */
#define RESIZE(from, to, call)                                    \
  int number = number_of(fd);                                     \
  if (number < 0) return call;                                    \
  pthread_mutex_lock(&lock);                                      \
  struct stat before;                                             \
  if (fstat(fd, &before) != 0) before.st_size = 0;                \
  int done = call;                                                \
  int saved = errno;                                              \
  if (done == 0) {                                                \
    mark(number, (to), before.st_size);                           \
    mark(number, before.st_size, (to));                           \
    mark(number, (from), (to));                                   \
  }                                                               \
  pthread_mutex_unlock(&lock);                                    \
  errno = saved;                                                  \
  return done;

int ftruncate(int fd, off_t size) {
  static int (*next)(int, off_t);
  if (next == NULL) next = NEXT(ftruncate);
  RESIZE(size, size, next(fd, size))
}
int ftruncate64(int fd, off64_t size) {
  static int (*next)(int, off64_t);
  if (next == NULL) next = NEXT(ftruncate64);
  RESIZE(size, size, next(fd, size))
}
int fallocate(int fd, int mode, off_t at, off_t size) {
  static int (*next)(int, int, off_t, off_t);
  if (next == NULL) next = NEXT(fallocate);
  RESIZE(at, at + size, next(fd, mode, at, size))
}
int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  static int (*next)(int, int, off64_t, off64_t);
  if (next == NULL) next = NEXT(fallocate64);
  RESIZE(at, at + size, next(fd, mode, at, size))
}
int posix_fallocate(int fd, off_t at, off_t size) {
  static int (*next)(int, off_t, off_t);
  if (next == NULL) next = NEXT(posix_fallocate);
  RESIZE(at, at + size, next(fd, at, size))
}
int posix_fallocate64(int fd, off64_t at, off64_t size) {
  static int (*next)(int, off64_t, off64_t);
  if (next == NULL) next = NEXT(posix_fallocate64);
  RESIZE(at, at + size, next(fd, at, size))
}

/* A sync keeps nothing before the disk has said that it is done. */
static int synced(int fd, int done) {
  if (root == NULL || done != 0) return done;
  int saved = errno;
  pthread_mutex_lock(&lock);
  int number = number_of(fd);
  if (number >= 0) keep(fd, number);
  else {
    char link[64], path[PATH_MAX];
    struct stat about;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0 && fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
      path[length] = '\0';
      keep_folder(path);
    }
  }
  pthread_mutex_unlock(&lock);
  errno = saved;
  return done;
}
int fsync(int fd) {
  static int (*next)(int);
  if (next == NULL) next = NEXT(fsync);
  return synced(fd, next(fd));
}
int fdatasync(int fd) {
  static int (*next)(int);
  if (next == NULL) next = NEXT(fdatasync);
  return synced(fd, next(fd));
}

/* Before and after an open: which file it is, and whether it was created or emptied. */
struct opening {
  char path[PATH_MAX];
  int is_watched, existed;
  off64_t size;
};
static void before_open(struct opening *opening, int folder, const char *path) {
  struct stat about;
  opening->is_watched = root != NULL && resolve(folder, path, opening->path) == 0 && watched(opening->path);
  if (!opening->is_watched) return;
  opening->existed = lstat(opening->path, &about) == 0;
  opening->size = opening->existed ? about.st_size : 0;
}
static int after_open(const struct opening *opening, int fd, int flags) {
  struct stat about;
  if (!opening->is_watched || fd < 0 || fd >= FD_LIMIT || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return fd;
  struct name *name = name_at(opening->path);
  if (name->live < 0 || !opening->existed) {
    if (opening->existed) adopt(opening->path);
    else name->live = new_file();
    name = name_at(opening->path);
  }
  if ((flags & O_TRUNC) != 0) mark(name->live, 0, opening->size);
  opened[fd].file = name->live + 1;
  opened[fd].is_dsync = (flags & O_DSYNC) != 0;
  opened[fd].device = about.st_dev;
  opened[fd].inode = about.st_ino;
  return fd;
}
#define OPENING(folder, path, flags, call)                             \
  struct opening opening;                                              \
  if (root == NULL) return call;                                       \
  pthread_mutex_lock(&lock);                                           \
  before_open(&opening, folder, path);                                 \
  int fd = call;                                                       \
  int saved = errno;                                                   \
  fd = after_open(&opening, fd, flags);                                \
  pthread_mutex_unlock(&lock);                                         \
  errno = saved;                                                       \
  return fd;

static mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}
#define OPEN(name)                                                \
  int name(const char *path, int flags, ...) {                    \
    static int (*next)(const char *, int, ...);                   \
    if (next == NULL) next = NEXT(name);                          \
    va_list rest;                                                 \
    va_start(rest, flags);                                        \
    mode_t mode = mode_of(flags, rest);                           \
    va_end(rest);                                                 \
    OPENING(AT_FDCWD, path, flags, next(path, flags, mode))       \
  }
OPEN(open)
OPEN(open64)
#define OPENAT(name)                                              \
  int name(int folder, const char *path, int flags, ...) {        \
    static int (*next)(int, const char *, int, ...);              \
    if (next == NULL) next = NEXT(name);                          \
    va_list rest;                                                 \
    va_start(rest, flags);                                        \
    mode_t mode = mode_of(flags, rest);                           \
    va_end(rest);                                                 \
    OPENING(folder, path, flags, next(folder, path, flags, mode)) \
  }
OPENAT(openat)
OPENAT(openat64)
int creat(const char *path, mode_t mode) {
  static int (*next)(const char *, mode_t);
  if (next == NULL) next = NEXT(creat);
  OPENING(AT_FDCWD, path, O_CREAT | O_TRUNC, next(path, mode))
}
int creat64(const char *path, mode_t mode) {
  static int (*next)(const char *, mode_t);
  if (next == NULL) next = NEXT(creat64);
  OPENING(AT_FDCWD, path, O_CREAT | O_TRUNC, next(path, mode))
}
int close(int fd) {
  static int (*next)(int);
  if (next == NULL) next = NEXT(close);
  if (fd >= 0 && fd < FD_LIMIT) opened[fd].file = 0;
  return next(fd);
}

/* Names: `to` gets what `from` was; each side may be outside the folder. */
static void renamed(const char *from, const char *to, int is_move) {
  int number = -1;
  if (watched(from)) {
    struct name *old = name_at(from);
    number = old->live;
    if (is_move) old->live = -1;
  }
  if (!watched(to)) return;
  if (number < 0) {
    number = new_file();
    mark(number, 0, INT64_MAX);
  }
  name_at(to)->live = number;
}
#define NAMING(from_folder, from, to_folder, to, is_move, call)                                           \
  char old_path[PATH_MAX], new_path[PATH_MAX];                                                            \
  if (root == NULL) return call;                                                                          \
  pthread_mutex_lock(&lock);                                                                              \
  int known = resolve(from_folder, from, old_path) == 0 && resolve(to_folder, to, new_path) == 0;         \
  int done = call;                                                                                        \
  int saved = errno;                                                                                      \
  if (done == 0 && known) renamed(old_path, new_path, is_move);                                           \
  pthread_mutex_unlock(&lock);                                                                            \
  errno = saved;                                                                                          \
  return done;

int rename(const char *from, const char *to) {
  static int (*next)(const char *, const char *);
  if (next == NULL) next = NEXT(rename);
  NAMING(AT_FDCWD, from, AT_FDCWD, to, 1, next(from, to))
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  static int (*next)(int, const char *, int, const char *);
  if (next == NULL) next = NEXT(renameat);
  NAMING(from_folder, from, to_folder, to, 1, next(from_folder, from, to_folder, to))
}
int link(const char *from, const char *to) {
  static int (*next)(const char *, const char *);
  if (next == NULL) next = NEXT(link);
  NAMING(AT_FDCWD, from, AT_FDCWD, to, 0, next(from, to))
}

static void removed(int folder, const char *path) {
  char resolved[PATH_MAX];
  if (resolve(folder, path, resolved) == 0 && watched(resolved)) name_at(resolved)->live = -1;
}
int unlink(const char *path) {
  static int (*next)(const char *);
  if (next == NULL) next = NEXT(unlink);
  if (root == NULL) return next(path);
  pthread_mutex_lock(&lock);
  int done = next(path);
  int saved = errno;
  if (done == 0) removed(AT_FDCWD, path);
  pthread_mutex_unlock(&lock);
  errno = saved;
  return done;
}
int unlinkat(int folder, const char *path, int flags) {
  static int (*next)(int, const char *, int);
  if (next == NULL) next = NEXT(unlinkat);
  if (root == NULL) return next(folder, path, flags);
  pthread_mutex_lock(&lock);
  int done = next(folder, path, flags);
  int saved = errno;
  if (done == 0 && (flags & AT_REMOVEDIR) == 0) removed(folder, path);
  pthread_mutex_unlock(&lock);
  errno = saved;
  return done;
}
