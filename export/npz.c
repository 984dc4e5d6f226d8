#include "export/npz.h"

#include "base/alloc.h"
#include "export/zip.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PREFIX = 10, MAX_HEADER = 512, MAX_NAME = 256 };

static const char magic[] = "\x93NUMPY\x01"; /* version 1, and the NUL is the minor 0 */

struct reel_npz_writer {
    reel_zip_writer *zip;
};

struct reel_npz {
    reel_zip *zip;
    const char **names; /* without ".npy" */
    int *entries;
    int n;
    reel_arena arena;
    char *path;
};

/* Bytes of one item of a dtype such as "<u2"; 0 if it is none that we read. */
static size_t item_size(const char *dtype)
{
    static const char known[][4] = {"|u1", "|i1", "|b1", "<u2", "<i2", "<f2",
                                    "<u4", "<i4", "<f4", "<u8", "<i8", "<f8"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(dtype, known[i]) == 0) {
            return (size_t)(dtype[2] - '0');
        }
    }
    return 0;
}

/* False if the product of the sides overflows. */
static bool array_bytes(const reel_npz_array *a, size_t *out)
{
    size_t bytes = item_size(a->dtype);
    for (int i = 0; i < a->n_dims; i++) {
        if (a->shape[i] < 0 || __builtin_mul_overflow(bytes, (size_t)a->shape[i], &bytes)) {
            return false;
        }
    }
    *out = bytes;
    return true;
}

/* ---- writing -------------------------------------------------------------------------------- */

reel_status reel_npz_create(const char *path, reel_npz_writer **out, reel_error *err)
{
    reel_npz_writer *npz = reel_calloc(1, sizeof(*npz));
    if (!npz) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    const reel_status status = reel_zip_create(path, &npz->zip, err);
    if (status != REEL_OK) {
        reel_free(npz);
        return status;
    }
    *out = npz;
    return REEL_OK;
}

/* The prefix of a .npy file, padded so that the data starts at a multiple of 64. */
static size_t make_header(const reel_npz_array *array, char out[MAX_HEADER])
{
    memcpy(out, magic, 8);
    int n = snprintf(out + PREFIX, MAX_HEADER - PREFIX,
                     "{'descr': '%s', 'fortran_order': False, 'shape': (", array->dtype);
    for (int i = 0; i < array->n_dims; i++) {
        n += snprintf(out + PREFIX + n, (size_t)(MAX_HEADER - PREFIX - n), "%s%lld", i ? ", " : "",
                      (long long)array->shape[i]);
    }
    n += snprintf(out + PREFIX + n, (size_t)(MAX_HEADER - PREFIX - n), "%s), }",
                  array->n_dims == 1 ? "," : "");
    const size_t total = (PREFIX + (size_t)n + 1 + 63) / 64 * 64;
    assert(total <= MAX_HEADER);
    memset(out + PREFIX + n, ' ', total - PREFIX - (size_t)n);
    out[total - 1] = '\n';
    out[8] = (char)((total - PREFIX) & 255);
    out[9] = (char)((total - PREFIX) >> 8);
    return total;
}

/* level 0: stored. */
static reel_status add(reel_npz_writer *npz, const char *name, const reel_npz_array *array,
                       int level, reel_error *err)
{
    char entry[MAX_NAME], header[MAX_HEADER];
    size_t bytes = 0;
    assert(array->n_dims >= 0 && array->n_dims <= REEL_NPZ_MAX_DIMS && item_size(array->dtype));
    const bool fits = array_bytes(array, &bytes);
    assert(fits && bytes == array->bytes);
    const int n = snprintf(entry, sizeof(entry), "%s.npy", name);
    assert(n > 4 && n < (int)sizeof(entry));
    (void)fits;
    (void)n;
    const reel_zip_part parts[2] = {{header, make_header(array, header)}, {array->data, bytes}};
    return level > 0 ? reel_zip_add_packed(npz->zip, entry, parts, 2, level, err)
                     : reel_zip_add_parts(npz->zip, entry, parts, 2, err);
}

reel_status reel_npz_add(reel_npz_writer *npz, const char *name, const reel_npz_array *array,
                         reel_error *err)
{
    return add(npz, name, array, 0, err);
}

reel_status reel_npz_add_packed(reel_npz_writer *npz, const char *name, const reel_npz_array *array,
                                int level, reel_error *err)
{
    assert(level >= 1 && level <= 9);
    return add(npz, name, array, level, err);
}

reel_status reel_npz_finish(reel_npz_writer *npz, reel_error *err)
{
    return reel_zip_finish(npz->zip, err);
}

void reel_npz_writer_destroy(reel_npz_writer **npz)
{
    if (*npz) {
        reel_zip_writer_destroy(&(*npz)->zip);
        reel_free(*npz);
        *npz = NULL;
    }
}

/* ---- reading -------------------------------------------------------------------------------- */

static const char *skip_space(const char *p)
{
    while (*p == ' ' || *p == '\n') {
        p++;
    }
    return p;
}

/* "(3, 4)", "(3,)" or "()". NULL if it is none of these. */
static const char *parse_shape(const char *p, reel_npz_array *out)
{
    if (*p++ != '(') {
        return NULL;
    }
    for (p = skip_space(p); *p != ')'; p = skip_space(p)) {
        int64_t v = 0;
        const char *first = p;
        for (; *p >= '0' && *p <= '9'; p++) {
            if (v > (INT64_MAX - 9) / 10) {
                return NULL;
            }
            v = 10 * v + (*p - '0');
        }
        if (p == first || out->n_dims == REEL_NPZ_MAX_DIMS) {
            return NULL;
        }
        out->shape[out->n_dims++] = v;
        p = skip_space(p);
        if (*p == ',') {
            p++;
        } else if (*p != ')') {
            return NULL;
        }
    }
    return p + 1;
}

static const char *parse_descr(const char *p, reel_npz_array *out)
{
    const char quote = *p;
    if ((quote != '\'' && quote != '"') || strnlen(p, 5) < 5 || p[4] != quote) {
        return NULL;
    }
    memcpy(out->dtype, p + 1, 3);
    out->dtype[3] = '\0';
    return item_size(out->dtype) ? p + 5 : NULL;
}

static const char *parse_order(const char *p)
{
    return strncmp(p, "False", 5) == 0 ? p + 5 : NULL;
}

/* The Python dict literal of a header: three keys in any order. */
static bool parse_dict(const char *p, reel_npz_array *out)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    bool seen[3] = {false, false, false};
    p = skip_space(p);
    if (*p++ != '{') {
        return false;
    }
    for (p = skip_space(p); *p != '}'; p = skip_space(p)) {
        const char quote = *p++;
        int k = 0;
        while (k < 3 && strncmp(p, keys[k], strlen(keys[k])) != 0) {
            k++;
        }
        if ((quote != '\'' && quote != '"') || k == 3 || seen[k]) {
            return false;
        }
        seen[k] = true;
        p += strlen(keys[k]);
        if (*p++ != quote) {
            return false;
        }
        p = skip_space(p);
        if (*p++ != ':') {
            return false;
        }
        p = skip_space(p);
        p = k == 0 ? parse_descr(p, out) : k == 1 ? parse_order(p) : parse_shape(p, out);
        if (!p) {
            return false;
        }
        p = skip_space(p);
        if (*p == ',') {
            p++;
        }
    }
    return seen[0] && seen[1] && seen[2] && *skip_space(p + 1) == '\0';
}

reel_status reel_npz_open(const char *path, reel_npz **out, reel_error *err)
{
    reel_status status = REEL_OK;
    reel_npz *npz = reel_calloc(1, sizeof(*npz));
    if (!npz) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    status = reel_zip_open(path, &npz->zip, err);
    if (status != REEL_OK) {
        goto fail;
    }
    const int n = reel_zip_count(npz->zip);
    npz->path = reel_arena_strdup(&npz->arena, path);
    npz->names = REEL_ARENA_NEW(&npz->arena, const char *, n);
    npz->entries = REEL_ARENA_NEW(&npz->arena, int, n);
    bool ok = npz->path && npz->names && npz->entries;
    for (int i = 0; ok && i < n; i++) {
        const char *name = reel_zip_name(npz->zip, i);
        const size_t len = strlen(name);
        if (len > 4 && strcmp(name + len - 4, ".npy") == 0) {
            npz->entries[npz->n] = i;
            npz->names[npz->n] = reel_arena_printf(&npz->arena, "%.*s", (int)(len - 4), name);
            ok = npz->names[npz->n++] != NULL;
        }
    }
    if (!ok) {
        status = reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
        goto fail;
    }
    *out = npz;
    return REEL_OK;
fail:
    reel_npz_close(&npz);
    return status;
}

void reel_npz_close(reel_npz **npz)
{
    if (*npz) {
        reel_zip_close(&(*npz)->zip);
        reel_arena_finish(&(*npz)->arena);
        reel_free(*npz);
        *npz = NULL;
    }
}

int reel_npz_count(const reel_npz *npz)
{
    return npz->n;
}

const char *reel_npz_name(const reel_npz *npz, int i)
{
    assert(i >= 0 && i < npz->n);
    return npz->names[i];
}

/* Offset of the data in a .npy file of `size` bytes; 0 if the header is not one that we read. */
static size_t parse_npy(const char *npy, size_t size, reel_npz_array *out)
{
    if (size < PREFIX || memcmp(npy, magic, 8) != 0) {
        return 0;
    }
    const size_t length = (unsigned char)npy[8] | (size_t)(unsigned char)npy[9] << 8;
    char text[MAX_HEADER];
    if (length >= sizeof(text) || length > size - PREFIX) {
        return 0;
    }
    memcpy(text, npy + PREFIX, length);
    text[length] = '\0';
    size_t bytes = 0;
    if (memchr(text, 0, length) || !parse_dict(text, out) || !array_bytes(out, &bytes) ||
        bytes != size - PREFIX - length) {
        return 0;
    }
    out->bytes = bytes;
    return PREFIX + length;
}

static int find_array(const reel_npz *npz, const char *name)
{
    for (int i = 0; i < npz->n; i++) {
        if (strcmp(npz->names[i], name) == 0) {
            return npz->entries[i];
        }
    }
    return -1;
}

reel_status reel_npz_read(reel_npz *npz, const char *name, reel_npz_array *out, reel_error *err)
{
    const int entry = find_array(npz, name);
    if (entry < 0) {
        return reel_fail_at(err, REEL_E_CONFLICT, npz->path, 0, name, "no such array");
    }
    const size_t size = reel_zip_size(npz->zip, entry);
    char *npy = reel_alloc_aligned(size + 1);
    if (!npy) {
        return reel_fail_at(err, REEL_E_NOMEM, npz->path, 0, name, "out of memory");
    }
    reel_npz_array array = {.n_dims = 0};
    reel_status status = reel_zip_read(npz->zip, entry, npy, err);
    if (status == REEL_OK) {
        const size_t start = parse_npy(npy, size, &array);
        if (start == 0) {
            status = reel_fail_at(err, REEL_E_CONFLICT, npz->path, 0, name,
                                  "not an array in NumPy's format 1.0, C order, little endian");
        } else {
            memmove(npy, npy + start, array.bytes);
        }
    }
    if (status != REEL_OK) {
        reel_free_aligned(npy);
        return status;
    }
    array.data = npy;
    *out = array;
    return REEL_OK;
}
