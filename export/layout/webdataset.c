/* webdataset.c - clips as shards: one set of archives a modality, the same keys in all; see
 * webdataset_internal.h. */
#include "base/alloc.h"
#include "export/layout/webdataset_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Facts of the streams of a clip, ready to be written. */
typedef struct stream_facts {
    char *json;
    size_t size;
} stream_facts;

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory while writing shards");
}

/* ---- open -------------------------------------------------------------------------------------
 */

/* "800M", "1G", "65536": K, M and G are powers of 1024. */
static reel_status parse_size(const char *text, uint64_t *out, reel_error *err)
{
    static const char letters[] = "KMG";
    uint64_t v = 0, unit = 1;
    size_t n = 0;
    while (text[n] >= '0' && text[n] <= '9' && n < 13) {
        v = 10 * v + (uint64_t)(text[n++] - '0');
    }
    const char *letter = text[n] ? strchr(letters, text[n]) : NULL;
    for (const char *c = letters; letter && c <= letter; c++) {
        unit *= 1024;
    }
    const uint64_t most = (uint64_t)1 << 43;
    if (n == 0 || (text[n] && (!letter || text[n + 1])) || v > most / unit || v * unit < 4096) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "shard-size",
                            "\"%s\" is not a size from 4K to 8192G", text);
    }
    *out = v * unit;
    return REEL_OK;
}

static void destroy(void *writer)
{
    reel_webdataset *w = writer;
    if (!w) {
        return;
    }
    for (int i = 0; i < w->n_splits; i++) {
        reel_shard_drop(&w->splits[i]);
    }
    for (int t = 0; t < REEL_TABLE_COUNT; t++) {
        reel_rows_destroy(&w->rows[t]);
    }
    reel_rows_destroy(&w->facts_rows);
    reel_facts_finish(&w->facts);
    reel_free(w);
}

static reel_status open_layout(const reel_layout_options *options, void **writer, reel_error *err)
{
    uint64_t shard_size = 0;
    reel_status status = parse_size(reel_layout_get(options, "shard-size"), &shard_size, err);
    if (status) {
        return status;
    }
    reel_webdataset *w = reel_calloc(1, sizeof(*w));
    bool ok = w != NULL;
    for (int t = 0; ok && t < REEL_TABLE_COUNT; t++) {
        w->rows[t] = reel_rows_create(reel_table_get((reel_table_id)t, false));
        ok = w->rows[t] != NULL;
    }
    if (ok) {
        w->facts_rows = reel_rows_create(reel_table_get(REEL_TABLE_METADATA, false));
    }
    if (!ok || !w->facts_rows) {
        destroy(w);
        return no_memory(err);
    }
    w->options = options;
    w->shard_size = shard_size;
    *writer = w;
    return REEL_OK;
}

/* ---- put --------------------------------------------------------------------------------------
 */

static bool has_planes(const reel_record *record)
{
    bool all = record->n_streams > 0;
    for (int i = 0; i < record->n_streams; i++) {
        all &= record->streams[i].planes != NULL;
    }
    return all;
}

static bool has_movies(const reel_record *record)
{
    for (int i = 0; i < record->n_files; i++) {
        const char *dot = strrchr(record->files[i].name, '.');
        if (strcmp(record->files[i].role, "planes") == 0 && dot && strcmp(dot, ".zip") != 0) {
            return true;
        }
    }
    return false;
}

/* Samples of one set have the same members. */
static reel_status check_alike(reel_webdataset *w, const reel_record *record, reel_error *err)
{
    const bool first = w->facts.n_clips == 0, labels = has_planes(record);
    const reel_planes planes = labels ? record->labels : 0;
    if (first) {
        w->has_labels = labels;
        w->has_movies = has_movies(record);
        w->planes = planes;
        w->facts.colour = record->colour;
        w->controls = record->controls;
        w->first_frames = record->first_frames;
    }
    if (record->colour != w->facts.colour) {
        return reel_fail_at(err, REEL_E_CONFLICT, record->dir, 0, NULL,
                            "clips with and without colour cannot share shards");
    }
    if (planes != w->planes || has_movies(record) != w->has_movies) {
        return reel_fail_at(err, REEL_E_CONFLICT, record->dir, 0, NULL,
                            "clips with different stored label planes cannot share shards");
    }
    if (record->controls != w->controls || record->first_frames != w->first_frames) {
        return reel_fail_at(err, REEL_E_CONFLICT, record->dir, 0, NULL,
                            "clips with different control videos cannot share shards");
    }
    return reel_facts_add(&w->facts, record, err);
}

static reel_status find_split(reel_webdataset *w, const char *name, reel_shard_split **out,
                              reel_error *err)
{
    for (int i = 0; i < w->n_splits; i++) {
        if (strcmp(w->splits[i].name, name) == 0) {
            *out = &w->splits[i];
            return REEL_OK;
        }
    }
    assert(w->n_splits < REEL_MAX_SPLITS); /* the facts have refused more */
    const char *copy = reel_arena_strdup(&w->facts.arena, name);
    if (!copy) {
        return no_memory(err);
    }
    *out = &w->splits[w->n_splits++];
    (*out)->name = copy;
    return REEL_OK;
}

static const char *caption_of(const reel_record *record, int stream)
{
    const char *caption = reel_record_caption(record, stream);
    return caption ? caption : "";
}

/* Whose set a file of a record belongs to. */
static reel_shard_set set_of(const reel_record_file *file)
{
    return strcmp(file->role, "video") == 0     ? REEL_SHARD_VIDEO
           : strcmp(file->role, "first") == 0   ? REEL_SHARD_VIDEO
           : strcmp(file->role, "planes") == 0  ? REEL_SHARD_LABELS
           : strcmp(file->role, "control") == 0 ? REEL_SHARD_CONTROL
                                                : REEL_SHARD_RECORDS;
}

/* Whether the open shard of a split has no room for the clip. */
static bool is_full(const reel_webdataset *w, const reel_shard_split *split,
                    const reel_record *record, const stream_facts *facts)
{
    uint64_t more[REEL_SHARD_SETS] = {0};
    for (int i = 0; i < record->n_files; i++) {
        more[set_of(&record->files[i])] += reel_tar_member_size(record->files[i].bytes);
    }
    for (int i = 0; i < record->n_streams; i++) {
        more[REEL_SHARD_VIDEO] += reel_tar_member_size(facts[i].size) +
                                  reel_tar_member_size(strlen(caption_of(record, i)));
    }
    bool full = false;
    for (int s = 0; s < REEL_SHARD_SETS; s++) {
        full |= split->tar[s] && reel_tar_size(split->tar[s]) + more[s] > w->shard_size;
    }
    for (int t = 0; t < REEL_TABLE_COUNT; t++) {
        full |= reel_parquet_size(split->table[t]) >= w->shard_size;
    }
    return full;
}

static reel_status put_file(reel_tar_writer *tar, const reel_layout_clip *clip, const char *member,
                            const char *name, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_layout_clip_path(clip, name, path);
    return reel_tar_add_file(tar, member, path, err);
}

static reel_status put_streams(reel_tar_writer *tar, const reel_layout_clip *clip,
                               const stream_facts *facts, reel_error *err)
{
    const reel_record *record = clip->record;
    char name[512];
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < record->n_streams; i++) {
        const reel_record_stream *stream = &record->streams[i];
        if (stream->video) {
            status = put_file(tar, clip, stream->video, stream->video, err);
        }
        if (!status && stream->first) {
            status = put_file(tar, clip, stream->first, stream->first, err);
        }
        if (!status) {
            snprintf(name, sizeof(name), "%s.txt", stream->id);
            const char *caption = caption_of(record, i);
            status = reel_tar_add(tar, name, caption, strlen(caption), err);
        }
        if (!status) {
            snprintf(name, sizeof(name), "%s.json", stream->id);
            status = reel_tar_add(tar, name, facts[i].json, facts[i].size, err);
        }
    }
    return status;
}

static reel_status put_record(const reel_shard_split *split, const reel_layout_clip *clip,
                              reel_error *err)
{
    const reel_record *record = clip->record;
    char member[512];
    snprintf(member, sizeof(member), "%s.manifest.json", record->clip_id);
    reel_status status =
        put_file(split->tar[REEL_SHARD_RECORDS], clip, member, "manifest.json", err);
    for (int i = 0; !status && i < record->n_files; i++) {
        const reel_record_file *file = &record->files[i];
        const reel_shard_set set = set_of(file);
        if (set == REEL_SHARD_RECORDS) {
            snprintf(member, sizeof(member), "%s.%s", record->clip_id, file->name);
            status = put_file(split->tar[set], clip, member, file->name, err);
        } else if (set != REEL_SHARD_VIDEO) { /* names are of the stream and what it is */
            status = put_file(split->tar[set], clip, file->name, file->name, err);
        }
    }
    return status;
}

static reel_status derive(reel_webdataset *w, const reel_record *record, reel_error *err)
{
    const reel_clip_place nowhere = {record->split, 0}; /* its paths are replaced */
    reel_status status = REEL_OK;
    for (int t = 0; !status && t < REEL_TABLE_COUNT; t++) {
        reel_rows_clear(w->rows[t]);
        status = reel_table_derive((reel_table_id)t, record, &nowhere, w->rows[t], err);
    }
    return status;
}

static reel_status put_tables(reel_webdataset *w, const reel_shard_split *split, reel_error *err)
{
    char shard[128];
    snprintf(shard, sizeof(shard), "%s-%05d", split->name, split->number);
    reel_rows_clear(w->facts_rows);
    reel_shard_facts_rows(w->rows[REEL_TABLE_METADATA], shard, w->has_labels, w->facts_rows);
    reel_status status = REEL_OK;
    for (int t = 0; !status && t < REEL_TABLE_COUNT; t++) {
        const reel_rows *rows = t == REEL_TABLE_METADATA ? w->facts_rows : w->rows[t];
        status = reel_parquet_write(split->table[t], rows, err);
    }
    return status;
}

static reel_status put_clip(reel_webdataset *w, const reel_layout_clip *clip,
                            const stream_facts *facts, reel_error *err)
{
    reel_shard_split *split = NULL;
    reel_status status = find_split(w, clip->record->split, &split, err);
    if (!status && split->n_clips && is_full(w, split, clip->record, facts)) {
        status = reel_shard_close(w, split, err);
    }
    if (!status && !split->n_clips) {
        status = reel_shard_open(w, split, err);
    }
    if (!status) {
        split->n_clips++;
        status = put_streams(split->tar[REEL_SHARD_VIDEO], clip, facts, err);
    }
    if (!status) {
        status = put_record(split, clip, err);
    }
    return status ? status : put_tables(w, split, err);
}

static reel_status put(void *writer, const reel_layout_clip *clip, const char *dir, reel_error *err)
{
    (void)dir;
    reel_webdataset *w = writer;
    const reel_record *record = clip->record;
    const int n = record->n_streams;
    stream_facts *facts = NULL;
    reel_status status = check_alike(w, record, err);
    if (!status) {
        status = derive(w, record, err);
    }
    if (status) {
        return status;
    }
    facts = reel_calloc((size_t)n, sizeof(*facts));
    bool ok = facts != NULL;
    for (int i = 0; ok && i < n; i++) {
        facts[i].json = reel_shard_facts_json(w->rows[REEL_TABLE_METADATA], i, &facts[i].size);
        ok = facts[i].json != NULL;
    }
    status = ok ? put_clip(w, clip, facts, err) : no_memory(err);
    for (int i = 0; facts && i < n; i++) {
        reel_free(facts[i].json);
    }
    reel_free(facts);
    return status;
}

static reel_status finish(void *writer, reel_error *err)
{
    reel_webdataset *w = writer;
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < w->n_splits; i++) {
        if (w->splits[i].n_clips) {
            status = reel_shard_close(w, &w->splits[i], err);
        }
    }
    return status;
}

/* ---- going on ---------------------------------------------------------------------------------
 */

static int waiting(void *writer, const char *split)
{
    const reel_webdataset *w = writer;
    for (int i = 0; i < w->n_splits; i++) {
        if (strcmp(w->splits[i].name, split) == 0) {
            return w->splits[i].n_clips;
        }
    }
    return 0;
}

static reel_status resume(void *writer, const reel_layout_clip *clip, reel_error *err)
{
    reel_shard_split *split = NULL;
    reel_status status = check_alike(writer, clip->record, err);
    return status ? status : find_split(writer, clip->record->split, &split, err);
}

/* "<set>/<split>-<nnnnn>.tar": the next shard of the split has a higher number. */
static reel_status resume_file(void *writer, const char *name, reel_error *err)
{
    reel_shard_split *split = NULL;
    const char *slash = strrchr(name, '/'), *dash = strrchr(name, '-');
    char text[256];
    if (!slash || !dash || dash < slash || (size_t)(dash - slash) > sizeof(text)) {
        return REEL_OK; /* not a shard's */
    }
    snprintf(text, sizeof(text), "%.*s", (int)(dash - slash - 1), slash + 1);
    const int number = (int)strtol(dash + 1, NULL, 10);
    reel_status status = find_split(writer, text, &split, err);
    if (!status && split->number <= number) {
        split->number = number + 1;
    }
    return status;
}

static const reel_layout_setting settings[] = {
    {"shard-size", "1G", "bytes that no archive exceeds (K, M, G: powers of 1024)"},
    {NULL, NULL, NULL},
};

const reel_layout reel_layout_webdataset = {
    .name = "webdataset",
    .summary = "tar shards, one set a modality with the same keys: for streaming and many workers",
    .settings = settings,
    .open = open_layout,
    .put = put,
    .holds_all = true,
    .card = reel_webdataset_card,
    .finish = finish,
    .waiting = waiting,
    .resume = resume,
    .resume_file = resume_file,
    .destroy = destroy,
};
