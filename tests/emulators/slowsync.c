/* Lengthens fsync and fdatasync to SLOWSYNC_MS milliseconds each.
 *
 * For LD_PRELOAD. The disk still does its work; a call that took less than
 * that sleeps for the rest, so runs on fast and slow disks compare. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

typedef int (*sync_call)(int);

static struct timespec until(long microseconds)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += microseconds / 1000000;
    at.tv_nsec += (microseconds % 1000000) * 1000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec += 1;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* Also tells whoever looks the symbol up that the shim is in place. */
long slowsync_us(void)
{
    const char *given = getenv("SLOWSYNC_MS");
    double ms = given ? strtod(given, NULL) : 0;
    return ms > 0 ? (long)(ms * 1000) : 0;
}

static int slowly(const char *name, int file)
{
    sync_call real = (sync_call)dlsym(RTLD_NEXT, name);
    struct timespec end = until(slowsync_us());
    int answer = real(file);
    int error = errno;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) ==
           EINTR)
        ;
    errno = error;
    return answer;
}

int fsync(int file)
{
    return slowly("fsync", file);
}

int fdatasync(int file)
{
    return slowly("fdatasync", file);
}
