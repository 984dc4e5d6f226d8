/* hub_files.c - what the viewer and `datasets` ask of tables, videos and shards; see hub.h. */
#include "export/hub/hub_internal.h"
#include "export/mp4_read.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Parquet ----------------------------------------------------------------------------------
 * The footer alone, of any writer's file (FileMetaData of the Parquet format).
 */

typedef struct footer {
    int64_t n_rows, n_groups, n_leaves;
    int64_t largest;           /* bytes of the largest row group, uncompressed */
    int64_t first, first_rows; /* of the first group */
    bool indexed;              /* every column chunk has an offset index */
} footer;

static void read_chunk(reel_thrift_reader *t, footer *out)
{
    int id;
    bool index = false;
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        index |= id == 4;
        reel_thrift_skip(t, f);
    }
    reel_thrift_leave(t);
    out->indexed &= index;
}

static void read_group(reel_thrift_reader *t, footer *out)
{
    int id;
    int64_t bytes = 0, rows = 0;
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        if (id == 1) {
            const uint32_t n = reel_thrift_get_list(t, f, REEL_THRIFT_STRUCT);
            for (uint32_t i = 0; i < n && !t->bad; i++) {
                read_chunk(t, out);
            }
        } else if (id == 2) {
            bytes = reel_thrift_get_int(t, f);
        } else if (id == 3) {
            rows = reel_thrift_get_int(t, f);
        } else {
            reel_thrift_skip(t, f);
        }
    }
    reel_thrift_leave(t);
    if (out->n_groups++ == 0) {
        out->first = bytes;
        out->first_rows = rows;
    }
    out->largest = bytes > out->largest ? bytes : out->largest;
}

/* A leaf is an element of the schema without children. */
static void read_element(reel_thrift_reader *t, footer *out)
{
    int id;
    int64_t children = 0;
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        if (id == 5) {
            children = reel_thrift_get_int(t, f);
        } else {
            reel_thrift_skip(t, f);
        }
    }
    reel_thrift_leave(t);
    out->n_leaves += children == 0;
}

static bool parse_footer(const char *data, size_t size, footer *out)
{
    reel_thrift_reader t = reel_thrift_read(data, size);
    int id;
    *out = (footer){.indexed = true};
    reel_thrift_enter(&t);
    for (reel_thrift_type f = reel_thrift_field(&t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(&t, &id)) {
        if (id == 2 || id == 4) {
            const uint32_t n = reel_thrift_get_list(&t, f, REEL_THRIFT_STRUCT);
            for (uint32_t i = 0; i < n && !t.bad; i++) {
                (id == 2 ? read_element : read_group)(&t, out);
            }
        } else if (id == 3) {
            out->n_rows = reel_thrift_get_int(&t, f);
        } else {
            reel_thrift_skip(&t, f);
        }
    }
    return !t.bad;
}

static bool read_footer(const char *path, footer *out)
{
    unsigned char tail[8];
    bool ok = false;
    char *text = NULL;
    FILE *file = fopen(path, "rb");
    if (file && fseeko(file, -8, SEEK_END) == 0 && fread(tail, 1, 8, file) == 8 &&
        memcmp(tail + 4, "PAR1", 4) == 0) {
        const size_t size =
            tail[0] | (size_t)tail[1] << 8 | (size_t)tail[2] << 16 | (size_t)tail[3] << 24;
        text = fseeko(file, -8 - (off_t)size, SEEK_END) == 0 ? reel_alloc(size + 1) : NULL;
        ok = text && fread(text, 1, size, file) == size && parse_footer(text, size, out);
    }
    if (file) {
        fclose(file);
    }
    reel_free(text);
    return ok;
}

int64_t reel_hub_check_parquet(reel_hub *hub, const char *name)
{
    enum { MUST_SHOW = 10 };
    char path[REEL_PATH_MAX];
    footer f;
    reel_fs_join(path, sizeof path, hub->dataset->root, name);
    if (!read_footer(path, &f)) {
        reel_findings_report(&hub->findings, name, "is no Parquet file, or damaged");
        return -1;
    }
    if (f.n_leaves > REEL_HUB_MAX_COLUMNS) {
        reel_findings_report(&hub->findings, name,
                             "has %" PRId64 " columns, the viewer shows at most %d", f.n_leaves,
                             REEL_HUB_MAX_COLUMNS);
    }
    if (!f.indexed && f.largest > REEL_HUB_MAX_SCAN) {
        reel_findings_report(&hub->findings, name,
                             "has a row group of %" PRId64
                             " bytes and no page index: the viewer "
                             "scans at most %d",
                             f.largest, REEL_HUB_MAX_SCAN);
    }
    const int64_t shown = f.first_rows < MUST_SHOW ? f.first_rows : MUST_SHOW;
    if (f.first_rows > 0 && f.first / f.first_rows > REEL_HUB_MAX_FIRST_ROWS / shown) {
        reel_findings_report(&hub->findings, name,
                             "has rows of %" PRId64
                             " bytes: the viewer's first %d are to stay "
                             "under %d together",
                             f.first / f.first_rows, MUST_SHOW, REEL_HUB_MAX_FIRST_ROWS);
    }
    return f.n_rows;
}

/* ---- videos -----------------------------------------------------------------------------------
 */

void reel_hub_check_video(reel_hub *hub, const char *name)
{
    char path[REEL_PATH_MAX];
    reel_mp4_reader *reader = NULL;
    reel_error why = {0};
    reel_fs_join(path, sizeof path, hub->dataset->root, name);
    reel_status status = reel_mp4_open(path, &reader, &why);
    status = status ? status : reel_mp4_next(reader, NULL, &why);
    if (status) {
        reel_findings_report(&hub->findings, name,
                             "is no video that browsers play (H.264, 4:2:0, 8 bits): %s", why.msg);
    }
    reel_mp4_close(&reader);
}

/* ---- shards -----------------------------------------------------------------------------------
 */

enum { BLOCK = 512, SAMPLES = 5, MAX_FIELDS = 1024 };

/* Key and field of a member: up to and from the first dot of its base name. False: no dot. */
static bool split_name(const char *name, size_t *key, const char **field)
{
    const char *slash = strrchr(name, '/');
    const char *dot = strchr(slash ? slash : name, '.');
    *key = dot ? (size_t)(dot - name) : 0;
    *field = dot ? dot + 1 : NULL;
    return dot != NULL;
}

/* The next member's name, and the file at what follows it. False: the end, or no archive. */
static bool next_member(FILE *file, char name[101])
{
    char block[BLOCK];
    char digits[13] = "";
    if (fread(block, 1, BLOCK, file) != BLOCK || !block[0] || memcmp(block + 257, "ustar", 5)) {
        return false;
    }
    memcpy(name, block, 100);
    name[100] = 0;
    memcpy(digits, block + 124, 12);
    const off_t size = (off_t)strtoull(digits, NULL, 8);
    return fseeko(file, (size + BLOCK - 1) / BLOCK * BLOCK, SEEK_CUR) == 0;
}

typedef struct shard {
    int n_samples;
    char key[101];
    char first[MAX_FIELDS], now[MAX_FIELDS]; /* fields of the first sample, of this one */
} shard;

/* A sample ends: are its fields those of the first? */
static bool same_fields(shard *s)
{
    if (s->n_samples == 1) {
        memcpy(s->first, s->now, sizeof s->first);
    }
    return s->n_samples == 0 || strcmp(s->first, s->now) == 0;
}

static bool walk(FILE *file, shard *s, const char **why)
{
    char name[101];
    while (next_member(file, name)) {
        size_t key;
        const char *field;
        if (!split_name(name, &key, &field)) {
            *why = "has a member without a dot, which belongs to no sample";
            return false;
        }
        if (strncmp(s->key, name, key) != 0 || s->key[key]) {
            if (!same_fields(s)) {
                *why = "has samples of different fields among its first";
                return false;
            }
            if (s->n_samples++ == SAMPLES) {
                return true; /* what comes later is not asked for */
            }
            snprintf(s->key, sizeof s->key, "%.*s", (int)key, name);
            s->now[0] = 0;
        }
        const size_t used = strlen(s->now);
        snprintf(s->now + used, sizeof s->now - used, "%s ", field);
    }
    *why = "has samples of different fields among its first";
    return same_fields(s);
}

void reel_hub_check_shard(reel_hub *hub, const char *name)
{
    char path[REEL_PATH_MAX];
    shard s = {0};
    const char *why = "cannot be read";
    reel_fs_join(path, sizeof path, hub->dataset->root, name);
    FILE *file = fopen(path, "rb");
    if (!file || !walk(file, &s, &why) || s.n_samples == 0) {
        reel_findings_report(&hub->findings, name, "%s",
                             file && s.n_samples == 0 ? "holds no samples" : why);
    }
    if (file) {
        fclose(file);
    }
}
