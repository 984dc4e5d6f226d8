#include "base/fs.h"

#include "base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static reel_status io_error(reel_error *err, const char *path, const char *what)
{
    const int code = errno;
    return reel_fail_at(err, REEL_E_IO, path, 0, NULL, "cannot %s: %s", what, strerror(code));
}

/* Folder part of a path: "a/b" -> "a", "b" -> ".", "/b" -> "/". */
static bool parent_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    const size_t n = !slash ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (n >= size) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(out, slash ? path : ".", n);
    out[n] = '\0';
    return true;
}

static bool is_dot_name(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

void reel_fs_join(char *out, size_t size, const char *dir, const char *name)
{
    const size_t n = strlen(dir);
    const bool has_slash = n > 0 && dir[n - 1] == '/';
    const int len = snprintf(out, size, "%s%s%s", dir, n > 0 && !has_slash ? "/" : "", name);
    assert(len >= 0 && (size_t)len < size);
}

bool reel_fs_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool reel_fs_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int make_dir(const char *path)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && reel_fs_is_dir(path))) {
        return 0;
    }
    /* a root on a read-only disk says EROFS or EACCES though it is there */
    const int code = errno;
    if (reel_fs_is_dir(path)) {
        return 0;
    }
    errno = code == EEXIST ? ENOTDIR : code;
    return -1;
}

reel_status reel_fs_make_dirs(const char *path, reel_error *err)
{
    char part[REEL_PATH_MAX];
    const size_t n = strlen(path);
    if (n == 0 || n >= sizeof(part)) {
        errno = n == 0 ? ENOENT : ENAMETOOLONG;
        return io_error(err, path, "create folder");
    }
    for (size_t i = 1; i <= n; i++) {
        if ((path[i] == '/' || path[i] == '\0') && path[i - 1] != '/') {
            memcpy(part, path, i);
            part[i] = '\0';
            if (make_dir(part) != 0) {
                return io_error(err, part, "create folder");
            }
        }
    }
    return REEL_OK;
}

reel_status reel_fs_read(const char *path, char **data, size_t *size, reel_error *err)
{
    reel_status status = REEL_OK;
    char *text = NULL;
    size_t used = 0, room = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return io_error(err, path, "open");
    }
    struct stat st;
    room = fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size + 2 : 4096;
    /* to the end whatever fstat said: pipes and /proc have no size */
    for (;;) {
        if (!text || used + 1 >= room) {
            room = text ? 2 * room : room;
            char *grown = reel_realloc(text, room);
            if (!grown) {
                status = reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
                goto fail;
            }
            text = grown;
        }
        const ssize_t n = read(fd, text + used, room - used - 1);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            status = io_error(err, path, "read");
            goto fail;
        }
        if (n == 0) {
            break;
        }
        used += (size_t)n;
    }
    text[used] = '\0';
    *data = text;
    if (size) {
        *size = used;
    }
    text = NULL;
fail:
    reel_free(text);
    close(fd);
    return status;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return -1;
        }
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

/* Opens a new file ".tmp-<name>-<pid>-<counter>" beside `path`. A leftover of a dead process with
 * our pid is stepped over, never written into. */
static int open_temporary(const char *path, char *tmp, size_t size)
{
    static unsigned counter;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    for (int i = 0; i < 1000; i++) {
        const int n = snprintf(tmp, size, "%.*s.tmp-%s-%ld-%u", (int)(name - path), path, name,
                               (long)getpid(), counter++);
        if (n < 0 || (size_t)n >= size) {
            errno = ENAMETOOLONG;
            return -1;
        }
        const int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

reel_status reel_fs_publish(const char *path, const void *data, size_t size, reel_error *err)
{
    char tmp[REEL_PATH_MAX], dir[REEL_PATH_MAX];
    const char *what = "create";
    int fd = -1;
    if (!parent_of(path, dir, sizeof(dir)) || (fd = open_temporary(path, tmp, sizeof(tmp))) < 0) {
        return io_error(err, path, what);
    }
    what = "write";
    if (write_all(fd, data, size) != 0 || fsync(fd) != 0) {
        goto fail;
    }
    const int closed = close(fd);
    fd = -1;
    if (closed != 0) {
        goto fail;
    }
    what = "rename into place";
    if (rename(tmp, path) != 0) {
        goto fail;
    }
    return reel_fs_sync(dir, err);
fail:;
    const reel_status status = io_error(err, path, what);
    if (fd >= 0) {
        close(fd);
    }
    unlink(tmp);
    return status;
}

/* All bytes of `in` to `out`. */
static bool copy_bytes(int in, int out)
{
    char block[1 << 16];
    ssize_t n;
    while ((n = read(in, block, sizeof(block))) != 0) {
        if (n < 0 ? errno != EINTR : write_all(out, block, (size_t)n) != 0) {
            return false;
        }
    }
    return fsync(out) == 0;
}

reel_status reel_fs_copy(const char *from, const char *to, reel_error *err)
{
    if (link(from, to) == 0) {
        return REEL_OK;
    }
    if (errno == ENOENT || errno == EEXIST) {
        return io_error(err, to, "link");
    }
    const int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) {
        return io_error(err, from, "open");
    }
    const int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out < 0) {
        const reel_status status = io_error(err, to, "create");
        close(in);
        return status;
    }
    const bool copied = copy_bytes(in, out);
    const reel_status status = copied && close(out) == 0 ? REEL_OK : io_error(err, to, "copy");
    if (!copied) {
        close(out);
    }
    close(in);
    if (status) {
        unlink(to);
    }
    return status;
}

reel_status reel_fs_sync(const char *path, reel_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return io_error(err, path, "open");
    }
    /* EINVAL: a file system that has nothing to sync for this kind of file */
    if (fsync(fd) != 0 && errno != EINVAL) {
        const reel_status status = io_error(err, path, "sync");
        close(fd);
        return status;
    }
    return close(fd) == 0 ? REEL_OK : io_error(err, path, "close");
}

/* Opens a folder for reading its entries; never through a link. */
static DIR *open_dir_at(int at, const char *name)
{
    const int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        const int code = errno;
        close(fd);
        errno = code;
    }
    return dir;
}

/* Syncs what stands under the folder `name` of `at`, depth first, then the folder. 0 or -1. */
static int sync_tree_at(int at, const char *name)
{
    DIR *dir = open_dir_at(at, name);
    if (!dir) {
        return -1;
    }
    int result = 0;
    const struct dirent *entry;
    while (result == 0 && (errno = 0, entry = readdir(dir)) != NULL) {
        struct stat st;
        if (is_dot_name(entry->d_name)) {
            continue;
        }
        result = fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW);
        if (result == 0 && S_ISDIR(st.st_mode)) {
            result = sync_tree_at(dirfd(dir), entry->d_name);
        } else if (result == 0 && S_ISREG(st.st_mode)) {
            const int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
            result = fd < 0 ? -1 : fsync(fd);
            if (fd >= 0) {
                const int code = errno;
                close(fd);
                errno = code;
            }
        }
    }
    if (result == 0) {
        result = errno ? -1 : fsync(dirfd(dir));
    }
    const int code = errno;
    closedir(dir);
    errno = code;
    return result;
}

static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    /* a file system that cannot refuse in the same step */
    if (reel_fs_exists(to)) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

reel_status reel_fs_publish_dir(const char *tmp, const char *path, reel_error *err)
{
    char dir[REEL_PATH_MAX];
    if (!parent_of(path, dir, sizeof(dir))) {
        return io_error(err, path, "publish");
    }
    if (sync_tree_at(AT_FDCWD, tmp) != 0) {
        return io_error(err, tmp, "sync");
    }
    if (rename_new(tmp, path) != 0) {
        return io_error(err, path, "rename into place");
    }
    return reel_fs_sync(dir, err);
}

/* Removes the entry `name` of `at` and all under it. 0 or -1. */
static int remove_at(int at, const char *name)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT) {
        return 0;
    }
    if (errno != EISDIR && errno != EPERM) {
        return -1;
    }
    DIR *dir = open_dir_at(at, name);
    if (!dir) {
        return -1;
    }
    int result = 0;
    bool found = true;
    /* again until a pass finds nothing: removing while reading may pass entries over */
    while (result == 0 && found) {
        const struct dirent *entry;
        found = false;
        rewinddir(dir);
        while (result == 0 && (errno = 0, entry = readdir(dir)) != NULL) {
            if (!is_dot_name(entry->d_name)) {
                found = true;
                result = remove_at(dirfd(dir), entry->d_name);
            }
        }
        if (result == 0 && errno != 0) {
            result = -1;
        }
    }
    const int code = errno;
    closedir(dir);
    errno = code;
    return result == 0 ? unlinkat(at, name, AT_REMOVEDIR) : result;
}

reel_status reel_fs_remove_tree(const char *path, reel_error *err)
{
    return remove_at(AT_FDCWD, path) == 0 ? REEL_OK : io_error(err, path, "remove");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool push_name(char ***names, size_t *n, size_t *room, const char *name)
{
    if (*n == *room) {
        const size_t more = *room ? 2 * *room : 64;
        char **grown = reel_realloc(*names, more * sizeof(**names));
        if (!grown) {
            return false;
        }
        *names = grown;
        *room = more;
    }
    const size_t size = strlen(name) + 1;
    char *copy = reel_alloc(size);
    if (!copy) {
        return false;
    }
    memcpy(copy, name, size);
    (*names)[(*n)++] = copy;
    return true;
}

reel_status reel_fs_list(const char *path, bool (*visit)(void *ctx, const char *name), void *ctx,
                         reel_error *err)
{
    reel_status status = REEL_OK;
    char **names = NULL;
    size_t n = 0, room = 0;
    DIR *dir = opendir(path);
    if (!dir) {
        return io_error(err, path, "open folder");
    }
    const struct dirent *entry;
    while ((errno = 0, entry = readdir(dir)) != NULL) {
        if (!is_dot_name(entry->d_name) && !push_name(&names, &n, &room, entry->d_name)) {
            status = reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
            goto fail;
        }
    }
    if (errno != 0) {
        status = io_error(err, path, "read folder");
        goto fail;
    }
    if (n > 0) {
        qsort(names, n, sizeof(*names), compare_names);
    }
    for (size_t i = 0; i < n && visit(ctx, names[i]); i++) {
    }
fail:
    closedir(dir);
    for (size_t i = 0; i < n; i++) {
        reel_free(names[i]);
    }
    reel_free(names);
    return status;
}
