#include "base/alloc.h"
#include "export/crc32.h"
#include "export/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LOCAL_SIZE = 30,
    CENTRAL_SIZE = 46,
    END_SIZE = 22,
    MAX_COMMENT = 65535,
    ENCRYPTED_FLAG = 1,
};

typedef struct read_entry {
    const char *name; /* into names */
    uint32_t crc, size, packed, offset;
    uint16_t method, flags;
    uint32_t order; /* in the directory */
} read_entry;

struct reel_zip {
    int fd;
    char *path;
    uint64_t file_size;
    read_entry *entries; /* sorted by name */
    int n;
    char *names;
};

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | get16(p + 2) << 16;
}

static reel_status bad_zip(const reel_zip *zip, const char *what, reel_error *err)
{
    return reel_fail_at(err, REEL_E_CONFLICT, zip->path, 0, NULL, "%s", what);
}

static reel_status no_memory(const reel_zip *zip, reel_error *err)
{
    return reel_fail_at(err, REEL_E_NOMEM, zip->path, 0, NULL, "out of memory");
}

static reel_status read_at(const reel_zip *zip, uint64_t offset, void *out, size_t size,
                           reel_error *err)
{
    uint8_t *p = out;
    while (size > 0) {
        const ssize_t got = pread(zip->fd, p, size, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return reel_fail_at(err, REEL_E_IO, zip->path, 0, NULL, "cannot read: %s",
                                got == 0 ? "the file ends early" : strerror(errno));
        }
        p += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return REEL_OK;
}

/* The end record: the last place where signature and comment length agree with the file's size. */
static reel_status find_end(const reel_zip *zip, uint8_t end[END_SIZE], uint64_t *offset,
                            reel_error *err)
{
    const uint64_t most = END_SIZE + MAX_COMMENT;
    const size_t size = (size_t)(zip->file_size < most ? zip->file_size : most);
    if (size < END_SIZE) {
        return bad_zip(zip, "not a zip archive: too short", err);
    }
    uint8_t *tail = reel_alloc(size);
    if (!tail) {
        return no_memory(zip, err);
    }
    reel_status status = read_at(zip, zip->file_size - size, tail, size, err);
    bool found = false;
    for (size_t i = size - END_SIZE + 1; status == REEL_OK && !found && i-- > 0;) {
        found = memcmp(tail + i, "PK\5\6", 4) == 0 && get16(tail + i + 20) == size - i - END_SIZE;
        if (found) {
            memcpy(end, tail + i, END_SIZE);
            *offset = zip->file_size - size + i;
        }
    }
    reel_free(tail);
    if (status == REEL_OK && !found) {
        status = bad_zip(zip, "not a zip archive, or cut off: it has no end record", err);
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    const read_entry *x = a, *y = b;
    const int c = strcmp(x->name, y->name);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

/* One name may stand there twice in archives that were appended to: the last one counts. */
static void drop_older(reel_zip *zip)
{
    int kept = 0;
    for (int i = 0; i < zip->n; i++) {
        if (i + 1 == zip->n || strcmp(zip->entries[i].name, zip->entries[i + 1].name) != 0) {
            zip->entries[kept++] = zip->entries[i];
        }
    }
    zip->n = kept;
}

/* Sizes that callers may trust: a few bytes of a file cannot ask for gigabytes of memory. */
static reel_status check_entry(const reel_zip *zip, const read_entry *e, reel_error *err)
{
    if (e->method != 0 || e->flags & ENCRYPTED_FLAG || e->packed != e->size) {
        return reel_fail_at(err, REEL_E_CONFLICT, zip->path, 0, e->name,
                            "a compressed or encrypted zip entry; only stored ones are read");
    }
    if ((uint64_t)e->offset + LOCAL_SIZE + e->size > zip->file_size) {
        return reel_fail_at(err, REEL_E_CONFLICT, zip->path, 0, e->name, "lies outside the file");
    }
    return REEL_OK;
}

static reel_status parse_directory(reel_zip *zip, const uint8_t *dir, size_t size, uint32_t count,
                                   reel_error *err)
{
    size_t at = 0, used = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (size - at < CENTRAL_SIZE || memcmp(dir + at, "PK\1\2", 4) != 0) {
            return bad_zip(zip, "damaged zip directory", err);
        }
        const uint8_t *p = dir + at;
        const size_t name_size = get16(p + 28);
        const size_t whole = CENTRAL_SIZE + name_size + get16(p + 30) + get16(p + 32);
        if (size - at < whole || name_size == 0 || memchr(p + CENTRAL_SIZE, 0, name_size) != NULL) {
            return bad_zip(zip, "damaged zip directory", err);
        }
        read_entry *e = &zip->entries[i];
        *e = (read_entry){.name = zip->names + used,
                          .flags = (uint16_t)get16(p + 8),
                          .method = (uint16_t)get16(p + 10),
                          .crc = get32(p + 16),
                          .packed = get32(p + 20),
                          .size = get32(p + 24),
                          .offset = get32(p + 42),
                          .order = i};
        if (e->size == UINT32_MAX || e->packed == UINT32_MAX || e->offset == UINT32_MAX) {
            return bad_zip(zip, "a zip64 archive (4 GiB and more): not supported", err);
        }
        memcpy(zip->names + used, p + CENTRAL_SIZE, name_size);
        used += name_size + 1; /* names is zeroed */
        at += whole;
        const reel_status status = check_entry(zip, e, err);
        if (status != REEL_OK) {
            return status;
        }
    }
    zip->n = (int)count;
    return REEL_OK;
}

static reel_status read_directory(reel_zip *zip, reel_error *err)
{
    uint8_t end[END_SIZE] = {0};
    uint64_t end_offset = 0;
    reel_status status = find_end(zip, end, &end_offset, err);
    if (status != REEL_OK) {
        return status;
    }
    const uint32_t count = get16(end + 10), size = get32(end + 12), offset = get32(end + 16);
    if (count == 65535 || size == UINT32_MAX || offset == UINT32_MAX) {
        return bad_zip(zip, "a zip64 archive (4 GiB and more): not supported", err);
    }
    if (get16(end + 4) != 0 || get16(end + 6) != 0 || get16(end + 8) != count ||
        (uint64_t)offset + size != end_offset || size < (uint64_t)count * CENTRAL_SIZE) {
        return bad_zip(zip, "damaged zip end record", err);
    }
    uint8_t *dir = reel_alloc(size + 1);
    zip->names = reel_calloc((size_t)size + count + 1, 1);
    zip->entries = reel_calloc((size_t)count + 1, sizeof(*zip->entries));
    status = dir && zip->names && zip->entries ? read_at(zip, offset, dir, size, err)
                                               : no_memory(zip, err);
    if (status == REEL_OK) {
        status = parse_directory(zip, dir, size, count, err);
    }
    reel_free(dir);
    if (status == REEL_OK) {
        qsort(zip->entries, (size_t)zip->n, sizeof(*zip->entries), by_name);
        drop_older(zip);
    }
    return status;
}

reel_status reel_zip_open(const char *path, reel_zip **out, reel_error *err)
{
    reel_status status = REEL_OK;
    struct stat st;
    reel_zip *zip = reel_calloc(1, sizeof(*zip));
    const size_t path_size = strlen(path) + 1;
    if (!zip || !(zip->path = reel_alloc(path_size))) {
        reel_free(zip);
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    memcpy(zip->path, path, path_size);
    zip->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (zip->fd < 0 || fstat(zip->fd, &st) != 0) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL, "cannot open: %s", strerror(errno));
        goto fail;
    }
    if (!S_ISREG(st.st_mode)) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL, "not a regular file");
        goto fail;
    }
    zip->file_size = (uint64_t)st.st_size;
    status = read_directory(zip, err);
    if (status != REEL_OK) {
        goto fail;
    }
    *out = zip;
    return REEL_OK;
fail:
    reel_zip_close(&zip);
    return status;
}

void reel_zip_close(reel_zip **zip)
{
    reel_zip *z = *zip;
    if (!z) {
        return;
    }
    if (z->fd >= 0) {
        close(z->fd);
    }
    reel_free(z->entries);
    reel_free(z->names);
    reel_free(z->path);
    reel_free(z);
    *zip = NULL;
}

int reel_zip_count(const reel_zip *zip)
{
    return zip->n;
}

const char *reel_zip_name(const reel_zip *zip, int entry)
{
    assert(entry >= 0 && entry < zip->n);
    return zip->entries[entry].name;
}

size_t reel_zip_size(const reel_zip *zip, int entry)
{
    assert(entry >= 0 && entry < zip->n);
    return zip->entries[entry].size;
}

int reel_zip_find(const reel_zip *zip, const char *name)
{
    int lo = 0, hi = zip->n;
    while (lo < hi) {
        const int mid = lo + (hi - lo) / 2;
        const int c = strcmp(zip->entries[mid].name, name);
        if (c == 0) {
            return mid;
        }
        lo = c < 0 ? mid + 1 : lo;
        hi = c < 0 ? hi : mid;
    }
    return -1;
}

reel_status reel_zip_read(reel_zip *zip, int entry, void *out, reel_error *err)
{
    assert(entry >= 0 && entry < zip->n);
    const read_entry *e = &zip->entries[entry];
    uint8_t header[LOCAL_SIZE];
    reel_status status = read_at(zip, e->offset, header, sizeof(header), err);
    if (status != REEL_OK) {
        return status;
    }
    /* names and extra fields of the local header may differ in length from the directory's */
    const uint64_t start =
        (uint64_t)e->offset + LOCAL_SIZE + get16(header + 26) + get16(header + 28);
    if (memcmp(header, "PK\3\4", 4) != 0 || start + e->size > zip->file_size) {
        return reel_fail_at(err, REEL_E_CONFLICT, zip->path, 0, e->name,
                            "damaged zip entry header");
    }
    status = read_at(zip, start, out, e->size, err);
    if (status == REEL_OK && reel_crc32(0, out, e->size) != e->crc) {
        status = reel_fail_at(err, REEL_E_CONFLICT, zip->path, 0, e->name,
                              "damaged: its CRC-32 is not the one in the archive");
    }
    return status;
}
