/* stage.c - see stage.h */
#include "app/stage.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE "physreel-stage-"

/* The file of a folder's lock. *why: 0, it is ours now; else an errno, EWOULDBLOCK for somebody
 * else's. */
static int open_lock(const char *folder, int *why)
{
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof path, folder, "lock");
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    *why = fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 ? errno : 0;
    return fd;
}

/* Of a push that was killed: nobody holds its lock. One that is about to be locked may be taken for
 * such; its maker sees that it is gone. */
static bool remove_stale(void *ctx, const char *name)
{
    char path[REEL_PATH_MAX];
    struct stat st;
    if (strncmp(name, STAGE, strlen(STAGE)) != 0) {
        return true;
    }
    reel_fs_join(path, sizeof path, ctx, name);
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != getuid()) {
        return true;
    }
    int why = 0;
    const int lock = open_lock(path, &why);
    if (why == 0) {
        (void)reel_fs_remove_tree(path, NULL);
    }
    if (lock >= 0) {
        close(lock);
    }
    return true;
}

/* Is the locked file the one that is in the folder? */
static bool still_there(const char *folder, int lock)
{
    char path[REEL_PATH_MAX];
    struct stat here, held;
    reel_fs_join(path, sizeof path, folder, "lock");
    return lstat(path, &here) == 0 && fstat(lock, &held) == 0 && here.st_ino == held.st_ino &&
           here.st_dev == held.st_dev;
}

reel_status reel_stage_make(reel_stage *out, reel_error *err)
{
    enum { TRIES = 100 };
    const char *set = getenv("TMPDIR");
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", set && *set && strlen(set) < 1000 ? set : "/tmp");
    (void)!reel_fs_list(folder, remove_stale, folder, NULL); /* what cannot be tidied up stays */
    for (int i = 0; i < TRIES; i++) {
        snprintf(out->path, sizeof out->path, "%s/" STAGE "XXXXXX", folder);
        if (!mkdtemp(out->path)) {
            break;
        }
        int why = 0;
        out->lock = open_lock(out->path, &why);
        /* where files cannot be locked nobody else can lock it either, and it stays */
        if (out->lock >= 0 && why != EWOULDBLOCK && still_there(out->path, out->lock)) {
            return REEL_OK;
        }
        if (out->lock >= 0) {
            close(out->lock);
        } else if (why != ENOENT) {
            (void)reel_fs_remove_tree(out->path, NULL);
            break;
        }
    }
    out->path[0] = '\0';
    return reel_fail(err, REEL_E_IO, "no folder for links can be made in %s", folder);
}

void reel_stage_remove(reel_stage *stage)
{
    if (stage->path[0]) {
        (void)reel_fs_remove_tree(stage->path, NULL);
        close(stage->lock);
        stage->path[0] = '\0';
    }
}
