/* text_file.c - see text_file.h */
#include "export/text_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 32768 };

static reel_status failed(const reel_text_file *file, reel_error *err)
{
    return reel_fail_at(err, REEL_E_IO, file->path, 0, NULL, "cannot write: %s", strerror(errno));
}

reel_status reel_text_file_open(reel_text_file *file, const char *path, reel_error *err)
{
    char dir[REEL_PATH_MAX];
    snprintf(file->path, sizeof(file->path), "%s", path);
    snprintf(dir, sizeof(dir), "%s", path);
    char *slash = strrchr(dir, '/');
    assert(slash);
    *slash = 0;
    snprintf(file->temporary, sizeof(file->temporary), "%s/.tmp-%s", dir, slash + 1);
    reel_status status = reel_fs_make_dirs(dir, err);
    if (!status && unlink(file->temporary) != 0 && errno != ENOENT) {
        status = failed(file, err);
    }
    file->is_open = status == REEL_OK;
    return status;
}

/* Append what waits to the temporary file; `sync`: and see it to the disk. */
static reel_status append(reel_text_file *file, bool sync, reel_error *err)
{
    reel_status status = REEL_OK;
    if (file->pending.failed) {
        return reel_fail_at(err, REEL_E_NOMEM, file->path, 0, NULL, "out of memory");
    }
    const int fd = open(file->temporary, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) {
        return failed(file, err);
    }
    for (size_t at = 0; !status && at < file->pending.size;) {
        const ssize_t n = write(fd, file->pending.data + at, file->pending.size - at);
        if (n < 0 && errno != EINTR) {
            status = failed(file, err);
        }
        at += n > 0 ? (size_t)n : 0;
    }
    if (!status && sync && fsync(fd) != 0) {
        status = failed(file, err);
    }
    if (close(fd) != 0 && !status) {
        status = failed(file, err);
    }
    reel_bytes_clear(&file->pending);
    return status;
}

reel_status reel_text_file_flow(reel_text_file *file, reel_error *err)
{
    return file->pending.size >= PIECE || file->pending.failed ? append(file, false, err) : REEL_OK;
}

reel_status reel_text_file_close(reel_text_file *file, reel_error *err)
{
    char dir[REEL_PATH_MAX];
    reel_status status = append(file, true, err);
    if (!status && rename(file->temporary, file->path) != 0) {
        status = failed(file, err);
    }
    if (status) {
        return status;
    }
    file->is_open = false;
    snprintf(dir, sizeof(dir), "%s", file->path);
    *strrchr(dir, '/') = 0;
    return reel_fs_sync(dir, err);
}

void reel_text_file_finish(reel_text_file *file)
{
    if (file->is_open) {
        unlink(file->temporary);
        file->is_open = false;
    }
    reel_bytes_finish(&file->pending);
}
