/* Lets one call fail that writes, syncs, truncates, renames or removes one of the database's files.
 *
 * syscalls.py compiles it, loads it before the C library (LD_PRELOAD) and calls the three functions at the end.
 * Nothing fails until fail_at() has said what; calls on other files go through uncounted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { NEVER, EIO_ONCE, ENOSPC_ONCE, SHORT, TORN, DEATH_BEFORE, DEATH_TORN, DEATH_AFTER, ENOSPC_FOR_EVER, EIO_FOR_EVER };

#define MOST_CALLS 100000

static char files[4096];           /* the path with which the names of the database's files begin */
static char made[MOST_CALLS + 1];  /* a letter for each call so far: what kind it was */
static long calls, at;
static int how;

/* The C library's own function of this name. */
#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int is_ours(const char *path) { return files[0] && !strncmp(path, files, strlen(files)); }

static int is_our_file(int fd)
{
    char link[64], path[4096];
    ssize_t length;
    if (!files[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

/* Count a call; tell how it has to fail. */
static int due(char kind)
{
    if (calls < MOST_CALLS) made[calls] = kind;
    calls++;
    if (calls == at) return how;
    return calls > at && at > 0 && (how == ENOSPC_FOR_EVER || how == EIO_FOR_EVER) ? how : NEVER;
}

static void die(void) { kill(getpid(), SIGKILL); }

static long failed(int error)
{
    errno = error;
    return -1;
}

/* Do a call that has no middle, or let it fail. */
#define WHOLE(kind, call) \
    switch (due(kind)) { \
    case EIO_ONCE: case EIO_FOR_EVER: return (int)failed(EIO); \
    case ENOSPC_ONCE: case ENOSPC_FOR_EVER: return (int)failed(ENOSPC); \
    case DEATH_BEFORE: die(); break; \
    case DEATH_AFTER: (void)!(call); die(); break; \
    } \
    return (call)

/* Do a write, or let it fail; ``part`` is the same write of its first half. */
#define PIECES(call, part) \
    switch (due('w')) { \
    case EIO_ONCE: case EIO_FOR_EVER: return failed(EIO); \
    case ENOSPC_ONCE: case ENOSPC_FOR_EVER: return failed(ENOSPC); \
    case SHORT: return (part); \
    case TORN: (void)!(part); return failed(EIO); \
    case DEATH_BEFORE: die(); break; \
    case DEATH_TORN: (void)!(part); die(); break; \
    case DEATH_AFTER: (void)!(call); die(); break; \
    } \
    return (call)

ssize_t write(int fd, const void *data, size_t size)
{
    REAL(write);
    if (!is_our_file(fd)) return real(fd, data, size);
    PIECES(real(fd, data, size), real(fd, data, size / 2));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
    REAL(pwrite64);
    if (!is_our_file(fd)) return real(fd, data, size, offset);
    PIECES(real(fd, data, size, offset), real(fd, data, size / 2, offset));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }

int fsync(int fd)
{
    REAL(fsync);
    if (!is_our_file(fd)) return real(fd);
    WHOLE('s', real(fd));
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    if (!is_our_file(fd)) return real(fd);
    WHOLE('s', real(fd));
}

int ftruncate64(int fd, off64_t length)
{
    REAL(ftruncate64);
    if (!is_our_file(fd)) return real(fd, length);
    WHOLE('t', real(fd, length));
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int rename(const char *from, const char *to)
{
    REAL(rename);
    if (!is_ours(from)) return real(from, to);
    WHOLE('r', real(from, to));
}

int unlink(const char *path)
{
    REAL(unlink);
    if (!is_ours(path)) return real(path);
    WHOLE('u', real(path));
}

/* Let the n-th call from now on fail, counted from 1, in this way; 0 lets none fail, and only counts. */
void fail_at(long n, int in_this_way, const char *path)
{
    calls = 0;
    at = n;
    how = in_this_way;
    snprintf(files, sizeof files, "%s", path);
}

/* A letter for each call since then: w(rite), s(ync), t(runcate), r(ename), u(nlink). */
const char *calls_made(void)
{
    made[calls < MOST_CALLS ? calls : MOST_CALLS] = 0;
    return made;
}

/* Whether the call that had to fail was made. */
int has_failed(void) { return at > 0 && calls >= at; }
