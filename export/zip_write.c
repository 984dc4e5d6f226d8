#include "base/alloc.h"
#include "base/hash.h"
#include "export/crc32.h"
#include "export/zip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    LOCAL_SIZE = 30,
    CENTRAL_SIZE = 46,
    END_SIZE = 22,
    VERSION = 20,       /* 2.0: the oldest that readers expect; nothing here needs more */
    UTF8_FLAG = 0x0800, /* set for names that are not plain ASCII only */
    DOS_DATE_1980 = 0x0021,
    WRITE_BUFFER = 1 << 18,
    MAX_ENTRIES = 65534, /* 65535 marks zip64 */
    STORED = 0,
    DEFLATED = 8,
    PIECE = 1 << 16, /* of what zlib gives at once */
};

typedef struct written_entry {
    char *name;
    uint32_t method, crc, packed, size, offset;
    uint32_t next; /* in its bucket of the name table, + 1; 0 = last */
} written_entry;

struct reel_zip_writer {
    FILE *file;
    char *path, *buffer;
    uint64_t offset;
    written_entry *entries;
    uint32_t n, room;
    uint32_t buckets[1024]; /* entry + 1 by hash of the name: names must be unique */
    bool was_created, is_finished;
};

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v);
    put16(p + 2, v >> 16);
}

static reel_status write_error(const reel_zip_writer *zip, reel_error *err)
{
    return reel_fail_at(err, REEL_E_IO, zip->path, 0, NULL, "cannot write: %s", strerror(errno));
}

static reel_status write_bytes(reel_zip_writer *zip, const void *data, size_t size, reel_error *err)
{
    if (size > 0 && fwrite(data, 1, size, zip->file) != size) {
        return write_error(zip, err);
    }
    zip->offset += size;
    return REEL_OK;
}

reel_status reel_zip_create(const char *path, reel_zip_writer **out, reel_error *err)
{
    reel_zip_writer *zip = reel_calloc(1, sizeof(*zip));
    const size_t path_size = strlen(path) + 1;
    if (!zip || !(zip->path = reel_alloc(path_size)) || !(zip->buffer = reel_alloc(WRITE_BUFFER))) {
        reel_zip_writer_destroy(&zip);
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    memcpy(zip->path, path, path_size);
    zip->file = fopen(path, "wbe");
    if (!zip->file) {
        const reel_status status =
            reel_fail_at(err, REEL_E_IO, path, 0, NULL, "cannot create: %s", strerror(errno));
        reel_zip_writer_destroy(&zip);
        return status;
    }
    zip->was_created = true;
    setvbuf(zip->file, zip->buffer, _IOFBF, WRITE_BUFFER);
    *out = zip;
    return REEL_OK;
}

static uint32_t *bucket_of(reel_zip_writer *zip, const char *name)
{
    const size_t n = sizeof(zip->buckets) / sizeof(zip->buckets[0]);
    return &zip->buckets[reel_xxh64_of(name, strlen(name), 0) % n];
}

static bool has_name(reel_zip_writer *zip, const char *name)
{
    for (uint32_t i = *bucket_of(zip, name); i != 0; i = zip->entries[i - 1].next) {
        if (strcmp(zip->entries[i - 1].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Fields that the local and the central header share, from the version needed on (26 bytes). */
static void put_common(uint8_t *p, const written_entry *e)
{
    bool is_ascii = true;
    for (const char *c = e->name; *c; c++) {
        is_ascii &= (unsigned char)*c < 128;
    }
    put16(p, VERSION);
    put16(p + 2, is_ascii ? 0 : UTF8_FLAG);
    put16(p + 4, e->method);
    put16(p + 6, 0); /* 00:00 */
    put16(p + 8, DOS_DATE_1980);
    put32(p + 10, e->crc);
    put32(p + 14, e->packed);
    put32(p + 18, e->size);
    put16(p + 22, (uint32_t)strlen(e->name));
    put16(p + 24, 0); /* no extra field */
}

static reel_status remember(reel_zip_writer *zip, const char *name, written_entry entry,
                            reel_error *err)
{
    if (zip->n == zip->room) {
        const uint32_t room = zip->room ? 2 * zip->room : 256;
        written_entry *grown = reel_realloc(zip->entries, room * sizeof(*grown));
        if (!grown) {
            return reel_fail_at(err, REEL_E_NOMEM, zip->path, 0, NULL, "out of memory");
        }
        zip->entries = grown;
        zip->room = room;
    }
    const size_t name_size = strlen(name) + 1;
    char *copy = reel_alloc(name_size);
    if (!copy) {
        return reel_fail_at(err, REEL_E_NOMEM, zip->path, 0, NULL, "out of memory");
    }
    memcpy(copy, name, name_size);
    uint32_t *bucket = bucket_of(zip, name);
    entry.name = copy;
    entry.offset = (uint32_t)zip->offset;
    entry.next = *bucket;
    zip->entries[zip->n] = entry;
    *bucket = ++zip->n;
    return REEL_OK;
}

/* Check the entry and write what stands in front of its data: its sizes as if it were stored. */
static reel_status begin_entry(reel_zip_writer *zip, const char *name, const reel_zip_part *parts,
                               int n, uint32_t method, reel_error *err)
{
    const size_t name_size = strlen(name);
    assert(!zip->is_finished && name_size > 0 && name_size < 65536);
    assert(!has_name(zip, name));
    uint64_t size = 0;
    written_entry entry = {.method = method};
    for (int i = 0; i < n; i++) {
        size += parts[i].size;
        entry.crc = reel_crc32(entry.crc, parts[i].data, parts[i].size);
    }
    if (size >= UINT32_MAX || zip->offset + LOCAL_SIZE + name_size + size >= UINT32_MAX ||
        zip->n == MAX_ENTRIES) {
        return reel_fail_at(err, REEL_E_IO, zip->path, 0, name,
                            "the archive would pass 4 GiB or 65534 entries; use smaller clips");
    }
    entry.packed = entry.size = (uint32_t)size;
    reel_status status = remember(zip, name, entry, err);
    uint8_t header[LOCAL_SIZE] = {'P', 'K', 3, 4};
    if (status == REEL_OK) {
        put_common(header + 4, &zip->entries[zip->n - 1]);
        status = write_bytes(zip, header, sizeof(header), err);
    }
    return status ? status : write_bytes(zip, name, name_size, err);
}

reel_status reel_zip_add_parts(reel_zip_writer *zip, const char *name, const reel_zip_part *parts,
                               int n, reel_error *err)
{
    reel_status status = begin_entry(zip, name, parts, n, STORED, err);
    for (int i = 0; status == REEL_OK && i < n; i++) {
        status = write_bytes(zip, parts[i].data, parts[i].size, err);
    }
    return status;
}

/* Compress a part to the end of the file; the last one ends the stream. */
static reel_status pack_part(reel_zip_writer *zip, z_stream *z, const reel_zip_part *part,
                             bool is_last, uint8_t *piece, reel_error *err)
{
    int code = Z_OK;
    z->next_in = (Bytef *)part->data; /* zlib does not write there */
    z->avail_in = (uInt)part->size;
    do {
        z->next_out = piece;
        z->avail_out = PIECE;
        code = deflate(z, is_last ? Z_FINISH : Z_NO_FLUSH);
        if (code == Z_STREAM_ERROR) {
            return reel_fail_at(err, REEL_E_INTERNAL, zip->path, 0, NULL, "zlib cannot compress");
        }
        const reel_status status = write_bytes(zip, piece, PIECE - z->avail_out, err);
        if (status) {
            return status;
        }
    } while (z->avail_out == 0 || (is_last && code != Z_STREAM_END));
    return REEL_OK;
}

static reel_status pack(reel_zip_writer *zip, const reel_zip_part *parts, int n, int level,
                        reel_error *err)
{
    z_stream z = {0};
    uint8_t *piece = reel_alloc(PIECE);
    if (!piece || deflateInit2(&z, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        reel_free(piece);
        return reel_fail_at(err, REEL_E_NOMEM, zip->path, 0, NULL, "out of memory");
    }
    reel_status status = REEL_OK;
    for (int i = 0; status == REEL_OK && i < n; i++) {
        status = pack_part(zip, &z, &parts[i], i == n - 1, piece, err);
    }
    deflateEnd(&z);
    reel_free(piece);
    return status;
}

reel_status reel_zip_add_packed(reel_zip_writer *zip, const char *name, const reel_zip_part *parts,
                                int n, int level, reel_error *err)
{
    reel_status status = begin_entry(zip, name, parts, n, DEFLATED, err);
    const uint64_t start = zip->offset;
    status = status ? status : pack(zip, parts, n, level, err);
    if (status) {
        return status;
    }
    written_entry *e = &zip->entries[zip->n - 1];
    uint8_t header[LOCAL_SIZE - 4];
    if (zip->offset >= UINT32_MAX) {
        return reel_fail_at(err, REEL_E_IO, zip->path, 0, name,
                            "the archive passes 4 GiB; use smaller clips");
    }
    e->packed = (uint32_t)(zip->offset - start);
    put_common(header, e);
    if (fseeko(zip->file, (off_t)e->offset + 4, SEEK_SET) != 0 ||
        fwrite(header, 1, sizeof(header), zip->file) != sizeof(header) ||
        fseeko(zip->file, (off_t)zip->offset, SEEK_SET) != 0) {
        return write_error(zip, err);
    }
    return REEL_OK;
}

reel_status reel_zip_add(reel_zip_writer *zip, const char *name, const void *data, size_t size,
                         reel_error *err)
{
    const reel_zip_part part = {data, size};
    return reel_zip_add_parts(zip, name, &part, 1, err);
}

static reel_status write_directory(reel_zip_writer *zip, reel_error *err)
{
    const uint64_t start = zip->offset;
    reel_status status = REEL_OK;
    for (uint32_t i = 0; status == REEL_OK && i < zip->n; i++) {
        const written_entry *e = &zip->entries[i];
        uint8_t header[CENTRAL_SIZE] = {'P', 'K', 1, 2};
        put16(header + 4, VERSION);
        put_common(header + 6, e);
        put32(header + 42, e->offset);
        status = write_bytes(zip, header, sizeof(header), err);
        if (status == REEL_OK) {
            status = write_bytes(zip, e->name, strlen(e->name), err);
        }
    }
    if (status != REEL_OK) {
        return status;
    }
    if (zip->offset >= UINT32_MAX) {
        return reel_fail_at(err, REEL_E_IO, zip->path, 0, NULL,
                            "the archive passes 4 GiB; use smaller clips");
    }
    uint8_t end[END_SIZE] = {'P', 'K', 5, 6};
    put16(end + 8, zip->n);
    put16(end + 10, zip->n);
    put32(end + 12, (uint32_t)(zip->offset - start));
    put32(end + 16, (uint32_t)start);
    return write_bytes(zip, end, sizeof(end), err);
}

reel_status reel_zip_finish(reel_zip_writer *zip, reel_error *err)
{
    assert(!zip->is_finished);
    const reel_status status = write_directory(zip, err);
    if (status != REEL_OK) {
        return status;
    }
    FILE *file = zip->file;
    zip->file = NULL;
    if (fclose(file) != 0) {
        return write_error(zip, err);
    }
    zip->is_finished = true;
    return REEL_OK;
}

void reel_zip_writer_destroy(reel_zip_writer **zip)
{
    reel_zip_writer *z = *zip;
    if (!z) {
        return;
    }
    if (z->file) {
        fclose(z->file);
    }
    if (z->was_created && !z->is_finished) {
        unlink(z->path);
    }
    for (uint32_t i = 0; i < z->n; i++) {
        reel_free(z->entries[i].name);
    }
    reel_free(z->entries);
    reel_free(z->buffer);
    reel_free(z->path);
    reel_free(z);
    *zip = NULL;
}
