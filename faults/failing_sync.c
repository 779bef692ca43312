/* Preloaded into a process: while the file named by SYNC_FAILS_WHILE exists, nothing written reaches the disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int sync_or_fail(const char *name, int file)
{
    const char *sign = getenv("SYNC_FAILS_WHILE");
    if (sign && access(sign, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    errno = 0;
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
}

int fdatasync(int file)
{
    return sync_or_fail("fdatasync", file);
}

int fsync(int file)
{
    return sync_or_fail("fsync", file);
}
