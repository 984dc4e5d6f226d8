/* tar.c - ustar headers and padding; see tar.h. */
#include "export/tar.h"
#include "base/alloc.h"
#include "export/out_file.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the fields of a header begin. */
enum {
    AT_MODE = 100,
    AT_UID = 108,
    AT_GID = 116,
    AT_SIZE = 124,
    AT_TIME = 136,
    AT_CHECKSUM = 148,
    AT_TYPE = 156,
    AT_MAGIC = 257,
    AT_DEV_MAJOR = 329,
    AT_DEV_MINOR = 337,
};
enum { BUFFER = 1 << 18 };
#define MAX_MEMBER ((uint64_t)1 << 33) /* eleven octal digits */

struct reel_tar_writer {
    reel_out_file out;
    uint64_t offset;
    char buffer[BUFFER]; /* of the file */
    char copy[BUFFER];   /* of a member on its way */
};

uint64_t reel_tar_member_size(uint64_t size)
{
    return REEL_TAR_BLOCK + (size + REEL_TAR_BLOCK - 1) / REEL_TAR_BLOCK * REEL_TAR_BLOCK;
}

uint64_t reel_tar_size(const reel_tar_writer *tar)
{
    return tar->offset + 2 * REEL_TAR_BLOCK;
}

static reel_status put(reel_tar_writer *tar, const void *data, size_t size, reel_error *err)
{
    const reel_status status = reel_out_file_put(&tar->out, data, size, err);
    tar->offset += status ? 0 : size;
    return status;
}

static reel_status put_padding(reel_tar_writer *tar, reel_error *err)
{
    static const uint8_t zeros[REEL_TAR_BLOCK];
    return put(tar, zeros, (size_t)(-tar->offset % REEL_TAR_BLOCK), err);
}

static void put_octal(uint8_t *at, int digits, uint64_t v)
{
    char text[24];
    snprintf(text, sizeof(text), "%0*" PRIo64, digits, v);
    memcpy(at, text, (size_t)digits + 1);
}

static reel_status put_header(reel_tar_writer *tar, const char *name, uint64_t size,
                              reel_error *err)
{
    uint8_t h[REEL_TAR_BLOCK] = {0};
    const size_t length = strlen(name);
    assert(length > 0 && name[0] != '/' && name[length - 1] != '/' && !strstr(name, ".."));
    if (length > REEL_TAR_NAME_MAX) {
        return reel_fail_at(err, REEL_E_CONFLICT, tar->out.path, 0, NULL,
                            "%s: the name has more than %d bytes, too many for a shard", name,
                            REEL_TAR_NAME_MAX);
    }
    if (size >= MAX_MEMBER) {
        return reel_fail_at(err, REEL_E_IO, tar->out.path, 0, NULL,
                            "%s: a file of 8 GiB or more does not fit into a shard", name);
    }
    memcpy(h, name, length);
    put_octal(h + AT_MODE, 7, 0644);
    put_octal(h + AT_UID, 7, 0);
    put_octal(h + AT_GID, 7, 0);
    put_octal(h + AT_SIZE, 11, size);
    put_octal(h + AT_TIME, 11, 0);
    memset(h + AT_CHECKSUM, ' ', 8);
    h[AT_TYPE] = '0';
    memcpy(h + AT_MAGIC,
           "ustar\0"
           "00",
           8);
    put_octal(h + AT_DEV_MAJOR, 7, 0);
    put_octal(h + AT_DEV_MINOR, 7, 0);
    uint64_t sum = 0;
    for (int i = 0; i < REEL_TAR_BLOCK; i++) {
        sum += h[i];
    }
    put_octal(h + AT_CHECKSUM, 6, sum); /* six digits, a zero, and the blank that stands there */
    return put(tar, h, sizeof(h), err);
}

reel_status reel_tar_create(const char *path, reel_tar_writer **out, reel_error *err)
{
    reel_tar_writer *tar = reel_calloc(1, sizeof(*tar));
    if (!tar) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    const reel_status status = reel_out_file_open(&tar->out, path, err);
    if (status) {
        reel_tar_destroy(&tar);
        return status;
    }
    setvbuf(tar->out.file, tar->buffer, _IOFBF, sizeof(tar->buffer));
    *out = tar;
    return REEL_OK;
}

reel_status reel_tar_add(reel_tar_writer *tar, const char *name, const void *data, size_t size,
                         reel_error *err)
{
    reel_status status = put_header(tar, name, size, err);
    if (status == REEL_OK) {
        status = put(tar, data, size, err);
    }
    return status == REEL_OK ? put_padding(tar, err) : status;
}

static reel_status copy_file(reel_tar_writer *tar, int fd, const char *from, uint64_t size,
                             reel_error *err)
{
    while (size > 0) {
        const size_t wanted = size < sizeof(tar->copy) ? (size_t)size : sizeof(tar->copy);
        const ssize_t n = read(fd, tar->copy, wanted);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return reel_fail_at(err, REEL_E_IO, from, 0, NULL, "cannot read: %s",
                                n < 0 ? strerror(errno) : "it became shorter");
        }
        const reel_status status = put(tar, tar->copy, (size_t)n, err);
        if (status != REEL_OK) {
            return status;
        }
        size -= (uint64_t)n;
    }
    return REEL_OK;
}

reel_status reel_tar_add_file(reel_tar_writer *tar, const char *name, const char *from,
                              reel_error *err)
{
    struct stat info;
    const int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return reel_fail_at(err, REEL_E_IO, from, 0, NULL, "cannot read: %s", strerror(errno));
    }
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return reel_fail_at(err, REEL_E_IO, from, 0, NULL, "cannot read: it is no regular file");
    }
    const uint64_t size = (uint64_t)info.st_size;
    reel_status status = put_header(tar, name, size, err);
    if (status == REEL_OK) {
        status = copy_file(tar, fd, from, size, err);
    }
    close(fd);
    return status == REEL_OK ? put_padding(tar, err) : status;
}

reel_status reel_tar_finish(reel_tar_writer *tar, reel_error *err)
{
    static const uint8_t end[2 * REEL_TAR_BLOCK];
    const reel_status status = put(tar, end, sizeof(end), err);
    return status ? status : reel_out_file_close(&tar->out, err);
}

void reel_tar_destroy(reel_tar_writer **tar)
{
    if (*tar) {
        reel_out_file_discard(&(*tar)->out);
        reel_free(*tar);
        *tar = NULL;
    }
}
