/* Stands between a process and its file operations below one directory: counts them, records them, and at the one it
   was told kills the process, tears the write, or lets it fail. Preloaded, so that SQLite and Python are as they are.

   Operations on other files pass untouched and uncounted. Memory-mapped writes (SQLite's -shm) are not seen. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* The letters are those of the trace; disk.py reads them. */
enum { OPEN = 'o', CREATE = 'c', READ = 'r', WRITE = 'w', CUT = 't', SYNC = 's', CLOSE = 'x', UNLINK = 'u', RENAME = 'n',
       MKDIR = 'm', RMDIR = 'd', NOTE = '!' };
enum { NOTHING, KILL, TEAR, FAIL, SHORTEN };

struct entry { char what; char pad[3]; int32_t fd; int64_t at; int32_t path_bytes, data_bytes; };

#define FDS 1024
static char *names[FDS];
static char root[PATH_MAX];
static size_t root_bytes;
static char counted[32];
static long first, last, permille, seen;
static int action, failure, trace = -1, is_all_recorded, is_sync_real = 1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* --- what the harness says */

void fault_watch(const char *directory) {
    root_bytes = strlen(directory);
    memcpy(root, directory, root_bytes + 1);
}

/* The operations of `kinds` are counted from 0; to those from `from` to `to` happens `what`, and to no others. */
void fault_plan(const char *kinds, long from, long to, int what, int error, long part) {
    strncpy(counted, kinds, sizeof counted - 1);
    first = from, last = to, action = what, failure = error, permille = part, seen = 0;
}

long fault_seen(void) { return seen; }

/* fd: where the trace goes, -1 for nowhere; with all operations, or only the notes. */
void fault_trace(int fd, int all) { trace = fd, is_all_recorded = all; }

/* Without real syncs a harness on a slow disk is as fast as on a fast one; what they would do is modelled. */
void fault_sync(int real) { is_sync_real = real; }

/* --- inside */

static void put(const void *bytes, size_t count) {
    if (syscall(SYS_write, trace, bytes, count) != (long)count) abort();
}

static void record(char what, int fd, int64_t at, const char *path, const void *data, size_t bytes) {
    if (trace < 0 || !(is_all_recorded || what == NOTE)) return;
    struct entry entry = {what, {0}, fd, at, path ? (int32_t)strlen(path) : 0, (int32_t)bytes};
    put(&entry, sizeof entry);
    if (path) put(path, strlen(path));
    if (bytes) put(data, bytes);
}

void fault_note(long number, const void *data, size_t bytes) {
    pthread_mutex_lock(&lock);
    record(NOTE, -1, number, NULL, data, bytes);
    pthread_mutex_unlock(&lock);
}

static int is_ours(const char *path) { return root_bytes && path && !strncmp(path, root, root_bytes); }
static const char *name_of(int fd) { return fd >= 0 && fd < FDS ? names[fd] : NULL; }

/* The absolute path in `whole`, or NULL if it is none of ours. */
static const char *ours(int directory, const char *path, char *whole) {
    if (path[0] == '/') return is_ours(path) ? path : NULL;
    if (!name_of(directory) || snprintf(whole, PATH_MAX, "%s/%s", names[directory], path) >= PATH_MAX) return NULL;
    return whole;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* What is to happen to this operation now. */
static int fate_of(char what) {
    if (!strchr(counted, what)) return NOTHING;
    long number = __atomic_fetch_add(&seen, 1, __ATOMIC_SEQ_CST);
    if (number < first || number > last) return NOTHING;
    if (action == KILL || (action == TEAR && what != WRITE)) die();
    return action;
}

#define REFUSED(what) (fate_of(what) == FAIL ? (errno = failure, 1) : 0)

/* --- what the process calls instead */

static int opened(int directory, const char *path, int flags, mode_t mode) {
    char space[PATH_MAX];
    const char *name = ours(directory, path, space);
    if (!name) return (int)syscall(SYS_openat, directory, path, flags, mode);
    int makes = (flags & (O_CREAT | O_TRUNC)) && (flags & O_TRUNC || syscall(SYS_faccessat, AT_FDCWD, name, F_OK));
    if (REFUSED(makes ? CREATE : OPEN)) return -1;
    pthread_mutex_lock(&lock);
    int fd = (int)syscall(SYS_openat, directory, path, flags, mode);
    if (fd >= 0 && fd < FDS) {
        free(names[fd]);
        names[fd] = strdup(name);
        record(makes ? CREATE : OPEN, fd, !!(flags & O_TRUNC), name, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static ssize_t written(int fd, const void *data, size_t bytes, off_t at, int is_positioned) {
    if (!name_of(fd)) return is_positioned ? syscall(SYS_pwrite64, fd, data, bytes, at) : syscall(SYS_write, fd, data, bytes);
    int fate = fate_of(WRITE);
    if (fate == FAIL) return errno = failure, -1;
    size_t part = fate == TEAR || fate == SHORTEN ? bytes * (size_t)permille / 1000 : bytes;
    if (fate == SHORTEN && !part) part = 1;
    pthread_mutex_lock(&lock);
    if (!is_positioned) at = lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
    ssize_t done = is_positioned ? syscall(SYS_pwrite64, fd, data, part, at) : syscall(SYS_write, fd, data, part);
    if (fate == TEAR) die();
    if (done > 0) record(WRITE, fd, at, NULL, data, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

static ssize_t seen_read(int fd, void *data, size_t bytes, off_t at, int is_positioned) {
    if (name_of(fd) && REFUSED(READ)) return -1;
    return is_positioned ? syscall(SYS_pread64, fd, data, bytes, at) : syscall(SYS_read, fd, data, bytes);
}

static int synced(int fd, int is_data) {
    if (!name_of(fd)) return (int)syscall(is_data ? SYS_fdatasync : SYS_fsync, fd);
    if (REFUSED(SYNC)) return -1;
    int done = is_sync_real ? (int)syscall(is_data ? SYS_fdatasync : SYS_fsync, fd) : 0;
    pthread_mutex_lock(&lock);
    if (!done) record(SYNC, fd, 0, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

static int cut(int fd, off_t bytes) {
    if (!name_of(fd)) return (int)syscall(SYS_ftruncate, fd, bytes);
    if (REFUSED(CUT)) return -1;
    pthread_mutex_lock(&lock);
    int done = (int)syscall(SYS_ftruncate, fd, bytes);
    if (!done) record(CUT, fd, bytes, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

/* One of the operations on names: `number` is the system call that does it. */
static int named(char what, long number, int directory, const char *path, long argument) {
    char space[PATH_MAX];
    const char *name = ours(directory, path, space);
    if (name && REFUSED(what)) return -1;
    pthread_mutex_lock(&lock);
    int done = (int)syscall(number, directory, path, argument);
    if (name && !done) record(what, -1, 0, name, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

static int unlinked(int directory, const char *path, int flags) {
    return named(flags & AT_REMOVEDIR ? RMDIR : UNLINK, SYS_unlinkat, directory, path, flags);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(directory, path, flags, mode);
}

int open64(const char *, int, ...) __attribute__((alias("open")));
int openat64(int, const char *, int, ...) __attribute__((alias("openat")));

int close(int fd) {
    if (name_of(fd)) {
        pthread_mutex_lock(&lock);
        record(CLOSE, fd, 0, NULL, NULL, 0);
        free(names[fd]);
        names[fd] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return (int)syscall(SYS_close, fd);
}

ssize_t read(int fd, void *data, size_t bytes) { return seen_read(fd, data, bytes, 0, 0); }
ssize_t pread(int fd, void *data, size_t bytes, off_t at) { return seen_read(fd, data, bytes, at, 1); }
ssize_t pread64(int, void *, size_t, off_t) __attribute__((alias("pread")));
ssize_t write(int fd, const void *data, size_t bytes) { return written(fd, data, bytes, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at) { return written(fd, data, bytes, at, 1); }
ssize_t pwrite64(int, const void *, size_t, off_t) __attribute__((alias("pwrite")));
int fsync(int fd) { return synced(fd, 0); }
int fdatasync(int fd) { return synced(fd, 1); }
int ftruncate(int fd, off_t bytes) { return cut(fd, bytes); }
int ftruncate64(int, off_t) __attribute__((alias("ftruncate")));
int unlink(const char *path) { return unlinked(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinked(AT_FDCWD, path, AT_REMOVEDIR); }
int unlinkat(int directory, const char *path, int flags) { return unlinked(directory, path, flags); }
int mkdir(const char *path, mode_t mode) { return named(MKDIR, SYS_mkdirat, AT_FDCWD, path, mode); }

int rename(const char *from, const char *to) {
    if (is_ours(from) && REFUSED(RENAME)) return -1;
    pthread_mutex_lock(&lock);
    int done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (is_ours(from) && !done) record(RENAME, -1, 0, from, to, strlen(to));
    pthread_mutex_unlock(&lock);
    return done;
}

/* Copies of ours are made of reads and writes, so that each of them is an operation: Python then takes those instead. */
ssize_t sendfile64(int to, int from, off_t *at, size_t bytes) {
    if (name_of(to)) return errno = ENOTSOCK, -1;
    return syscall(SYS_sendfile, to, from, at, bytes);
}
ssize_t sendfile(int, int, off_t *, size_t) __attribute__((alias("sendfile64")));
