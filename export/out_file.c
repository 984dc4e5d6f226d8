/* out_file.c - see out_file.h */
#include "export/out_file.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static reel_status failed(const reel_out_file *out, const char *what, int cause, reel_error *err)
{
    return reel_fail_at(err, REEL_E_IO, out->path, 0, NULL, "cannot %s: %s", what, strerror(cause));
}

reel_status reel_out_file_open(reel_out_file *out, const char *path, reel_error *err)
{
    const char *slash = strrchr(path, '/');
    const int dir = slash ? (int)(slash - path) + 1 : 0;
    const int length =
        snprintf(out->temporary, sizeof(out->temporary), "%.*s.tmp-%s", dir, path, path + dir);
    if (length < 0 || (size_t)length >= sizeof(out->temporary)) {
        return reel_fail_at(err, REEL_E_IO, path, 0, NULL, "the path is too long");
    }
    snprintf(out->path, sizeof(out->path), "%s", path);
    out->file = fopen(out->temporary, "wbe");
    return out->file ? REEL_OK : failed(out, "create", errno, err);
}

reel_status reel_out_file_put(reel_out_file *out, const void *data, size_t size, reel_error *err)
{
    assert(out->file);
    return size == 0 || fwrite(data, 1, size, out->file) == size ? REEL_OK
                                                                 : failed(out, "write", errno, err);
}

reel_status reel_out_file_close(reel_out_file *out, reel_error *err)
{
    char dir[REEL_PATH_MAX];
    assert(out->file);
    bool ok = fflush(out->file) == 0 && fsync(fileno(out->file)) == 0;
    int cause = ok ? 0 : errno;
    if (fclose(out->file) != 0 && ok) {
        ok = false;
        cause = errno;
    }
    out->file = NULL;
    if (ok && rename(out->temporary, out->path) != 0) {
        ok = false;
        cause = errno;
    }
    if (!ok) {
        unlink(out->temporary);
        return failed(out, "write", cause, err);
    }
    snprintf(dir, sizeof(dir), "%s", out->path);
    char *slash = strrchr(dir, '/');
    if (slash) {
        slash[slash == dir ? 1 : 0] = 0;
    }
    return reel_fs_sync(slash ? dir : ".", err);
}

void reel_out_file_discard(reel_out_file *out)
{
    if (out->file) {
        fclose(out->file);
        unlink(out->temporary);
        out->file = NULL;
    }
}
