/* lerobot_plan.c - tables, room for figures and numbers of files, once every clip was seen. */
#include "export/layout/lerobot_internal.h"
#include <stdlib.h>
#include <string.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for the dataset");
}

/* ---- room for figures -------------------------------------------------------------------------
 */

static reel_status make_stats(reel_lerobot *w, lerobot_stats *out, int n, reel_error *err)
{
    out->n = n;
    out->v = REEL_ARENA_NEW(&w->arena, double, (size_t)LEROBOT_FIGURES *(size_t)n);
    return out->v ? REEL_OK : no_memory(err);
}

static void counter_range(const reel_lerobot *w, int counter, double *hi)
{
    switch (counter) {
    case LEROBOT_TIMESTAMP: *hi = (double)(float)((double)(w->longest - 1) / w->fps); break;
    case LEROBOT_FRAME_INDEX: *hi = w->longest - 1; break;
    case LEROBOT_EPISODE_INDEX: *hi = w->n_episodes - 1; break;
    case LEROBOT_INDEX: *hi = (double)(w->n_frames - 1); break;
    case LEROBOT_TASK_INDEX: *hi = w->n_tasks - 1; break;
    default: *hi = 1; break;
    }
}

/* Between which values the feature's run, from what look() saw; 0 where a clip lacks a unit. */
static void set_range(const reel_lerobot *w, const lerobot_feature *f)
{
    const int each = reel_lerobot_each(f->block);
    for (int i = 0; i < f->length; i++) {
        const int u = f->units ? f->units[i / each] : i / each;
        double lo = 0, hi = 0;
        if (f->block == LEROBOT_COUNTERS) {
            counter_range(w, u, &hi);
        } else {
            const lerobot_unit *unit = &w->units[f->block].unit[u];
            const bool everywhere = unit->n_clips == w->n_episodes;
            lo = everywhere || unit->lo[i % each] < 0 ? unit->lo[i % each] : 0;
            hi = everywhere || unit->hi[i % each] > 0 ? unit->hi[i % each] : 0;
        }
        f->total.lo[i] = lo;
        f->total.hi[i] = hi;
    }
}

static reel_status make_total(reel_lerobot *w, lerobot_feature *f, int n_bins, reel_error *err)
{
    lerobot_total *t = &f->total;
    const size_t n = (size_t)f->length;
    t->n = f->length;
    t->n_bins = lerobot_is_video(f) ? reel_lerobot_count_values(f->length) : n_bins;
    double *room = REEL_ARENA_NEW(&w->arena, double, 6 * n);
    if (lerobot_is_video(f)) {
        t->codes = REEL_ARENA_NEW(&w->arena, uint64_t, n * (size_t)t->n_bins);
    } else {
        t->bins = REEL_ARENA_NEW(&w->arena, uint32_t, n * (size_t)t->n_bins);
    }
    if (!room || (!t->codes && !t->bins)) {
        return no_memory(err);
    }
    t->min = room;
    t->max = room + n;
    t->mean = room + 2 * n;
    t->m2 = room + 3 * n;
    t->lo = room + 4 * n;
    t->hi = room + 5 * n;
    if (!lerobot_is_video(f)) {
        set_range(w, f);
    }
    return make_stats(w, &f->stats, f->length, err);
}

static reel_status make_totals(reel_lerobot *w, reel_error *err)
{
    const int most = LEROBOT_MAX_BINS / (w->row_values > 0 ? w->row_values : 1);
    const int n_bins = most < LEROBOT_BINS ? most : LEROBOT_BINS;
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < w->n_features; i++) {
        status = make_total(w, &w->features[i], n_bins, err);
    }
    return status;
}

/* ---- tables -----------------------------------------------------------------------------------
 */

static reel_column_type column_type(const lerobot_feature *f)
{
    static const reel_column_type flat[] = {REEL_COLUMN_FLOAT32, REEL_COLUMN_INT64,
                                            REEL_COLUMN_BOOL};
    static const reel_column_type lists[] = {REEL_COLUMN_FLOAT32S, REEL_COLUMN_INT64S,
                                             REEL_COLUMN_BOOLS};
    return f->length == 1 ? flat[f->kind] : lists[f->kind];
}

static reel_status describe_data(reel_lerobot *w, reel_error *err)
{
    reel_column *columns = REEL_ARENA_NEW(&w->arena, reel_column, w->n_features);
    int n = 0;
    for (int i = 0; columns && i < w->n_features; i++) {
        lerobot_feature *f = &w->features[i];
        if (!lerobot_is_video(f)) {
            f->column = n;
            f->offset = w->row_values;
            w->row_values += f->length;
            columns[n++] = (reel_column){f->name, column_type(f), f->length > 1 ? f->length : 0,
                                         f->unit, f->doc};
        }
    }
    w->data_table = (reel_table){"data", "one row per frame, by index", n, columns};
    return columns ? REEL_OK : no_memory(err);
}

static void add_column(reel_lerobot *w, reel_column *columns, bool *ok, const char *name,
                       reel_column_type type, int length)
{
    *ok &= name != NULL;
    columns[w->meta_table.n_columns++] = (reel_column){name, type, length, "", ""};
}

static void add_stats_columns(reel_lerobot *w, reel_column *columns, bool *ok,
                              const lerobot_feature *f)
{
    for (int k = 0; k < LEROBOT_FIGURES; k++) {
        add_column(
            w, columns, ok,
            reel_arena_printf(&w->arena, "stats/%s/%s", f->name, reel_lerobot_figure_names[k]),
            lerobot_is_video(f) ? REEL_COLUMN_NESTED : REEL_COLUMN_VECTOR, f->length);
    }
    add_column(w, columns, ok, reel_arena_printf(&w->arena, "stats/%s/count", f->name),
               REEL_COLUMN_INT64S, 1);
}

/* The columns of meta/episodes, in the order in which lerobot_put.c fills them. */
static reel_status describe_meta(reel_lerobot *w, reel_error *err)
{
    static const char *const first[] = {"data/chunk_index", "data/file_index", "dataset_from_index",
                                        "dataset_to_index"};
    static const char *const last[] = {"meta/episodes/chunk_index", "meta/episodes/file_index"};
    static const char *const video[] = {"chunk_index", "file_index", "from_timestamp",
                                        "to_timestamp"};
    const int most = 16 + w->n_features * (LEROBOT_FIGURES + 8);
    reel_column *columns = REEL_ARENA_NEW(&w->arena, reel_column, most);
    bool ok = columns != NULL;
    if (!ok) {
        return no_memory(err);
    }
    w->meta_table = (reel_table){"episodes", "one row per episode", 0, columns};
    add_column(w, columns, &ok, "episode_index", REEL_COLUMN_INT64, 0);
    add_column(w, columns, &ok, "tasks", REEL_COLUMN_STRINGS, 0);
    add_column(w, columns, &ok, "length", REEL_COLUMN_INT64, 0);
    for (int i = 0; i < 4; i++) {
        add_column(w, columns, &ok, first[i], REEL_COLUMN_INT64, 0);
    }
    for (int v = 0; v < w->n_videos; v++) {
        for (int i = 0; i < 4; i++) {
            add_column(w, columns, &ok,
                       reel_arena_printf(&w->arena, "videos/%s/%s", w->features[w->videos[v]].name,
                                         video[i]),
                       i < 2 ? REEL_COLUMN_INT64 : REEL_COLUMN_FLOAT64, 0);
        }
    }
    for (int i = 0; i < w->n_features; i++) {
        add_stats_columns(w, columns, &ok, &w->features[i]);
    }
    for (int i = 0; i < 2; i++) {
        add_column(w, columns, &ok, last[i], REEL_COLUMN_INT64, 0);
    }
    assert(w->meta_table.n_columns <= most);
    return ok ? REEL_OK : no_memory(err);
}

static reel_status make_rows(reel_lerobot *w, reel_error *err)
{
    w->data_rows = reel_rows_create(&w->data_table);
    w->meta_rows = reel_rows_create(&w->meta_table);
    bool ok = w->data_rows && w->meta_rows;
    for (int t = 0; ok && w->tables && t < LEROBOT_TABLES; t++) {
        w->table_rows[t] = reel_rows_create(reel_table_get((reel_table_id)(t + 1), true));
        ok = w->table_rows[t] != NULL;
    }
    w->colour_scale = REEL_ARENA_NEW(&w->arena, double, 256);
    w->depth_scale = REEL_ARENA_NEW(&w->arena, double, REEL_DEPTH_CODES);
    if (!ok || !w->colour_scale || !w->depth_scale) {
        return no_memory(err);
    }
    for (int i = 0; i < 256; i++) {
        w->colour_scale[i] = i / 255.0;
    }
    for (int i = 0; i < REEL_DEPTH_CODES; i++) {
        w->depth_scale[i] = reel_depth_decode(&w->code, i);
    }
    return REEL_OK;
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

/* Where train comes, then by name. */
static int by_split(const void *a, const void *b)
{
    const lerobot_lane *x = a, *y = b;
    const int train = (strcmp(y->name, "train") == 0) - (strcmp(x->name, "train") == 0);
    return train ? train : strcmp(x->name, y->name);
}

/* Bring the splits into their order, in the episodes too. */
static reel_status sort_lanes(reel_lerobot *w, reel_error *err)
{
    int rank[REEL_MAX_SPLITS];
    const char *names[REEL_MAX_SPLITS];
    for (int i = 0; i < w->n_lanes; i++) {
        names[i] = w->lanes[i].name;
    }
    qsort(w->lanes, (size_t)w->n_lanes, sizeof(w->lanes[0]), by_split);
    for (int i = 0; i < w->n_lanes; i++) {
        for (int k = 0; k < w->n_lanes; k++) {
            rank[i] = strcmp(names[i], w->lanes[k].name) == 0 ? k : rank[i];
        }
        w->lanes[i].videos = REEL_ARENA_NEW(&w->arena, lerobot_video, w->n_videos + 1);
        if (!w->lanes[i].videos) {
            return no_memory(err);
        }
    }
    for (int i = 0; i < w->n_episodes; i++) {
        w->episodes[i].split = rank[w->episodes[i].split];
    }
    return REEL_OK;
}

static uint64_t row_bytes(const reel_lerobot *w)
{
    static const uint64_t width[] = {4, 8, 1};
    uint64_t n = 0;
    for (int i = 0; i < w->n_features; i++) {
        const lerobot_feature *f = &w->features[i];
        n += lerobot_is_video(f) ? 0 : (uint64_t)f->length * width[f->kind];
    }
    return n;
}

static uint64_t meta_bytes(const reel_lerobot *w)
{
    uint64_t n = 1024;
    for (int i = 0; i < w->n_features; i++) {
        n += 8 * (uint64_t)(w->features[i].length * LEROBOT_FIGURES + 1);
    }
    return n;
}

/* Which file a further `bytes` go into: the last one of the split until it would be full. */
static int place(const reel_lerobot *w, int *n_files, uint64_t *used, bool first, uint64_t bytes)
{
    if (first || *used + bytes >= (uint64_t)w->data_mb << 20) {
        ++*n_files;
        *used = 0;
    }
    *used += bytes;
    return *n_files - 1;
}

/* Episodes stand split by split, so that a split is a range of them; their tables' files are
 * numbered in that order. Sizes are those before compression, which are never smaller. */
static void number_episodes(reel_lerobot *w)
{
    const uint64_t row = row_bytes(w), meta = meta_bytes(w);
    int index = 0;
    int64_t first = 0;
    for (int s = 0; s < w->n_lanes; s++) {
        uint64_t data_used = 0, meta_used = 0;
        w->lanes[s].first = index;
        for (int i = 0; i < w->n_episodes; i++) {
            lerobot_episode *e = &w->episodes[i];
            if (e->split != s) {
                continue;
            }
            const bool begins = index == w->lanes[s].first;
            e->index = index++;
            e->first = first;
            first += e->frames;
            e->data_file =
                place(w, &w->n_data_files, &data_used, begins, row * (uint64_t)e->frames);
            e->meta_file = place(w, &w->n_meta_files, &meta_used, begins, meta);
        }
    }
}

/* ---- all of it --------------------------------------------------------------------------------
 */

static reel_status find_videos(reel_lerobot *w, reel_error *err)
{
    w->videos = REEL_ARENA_NEW(&w->arena, int, w->n_features);
    w->n_files = REEL_ARENA_NEW(&w->arena, int, w->n_features);
    if (!w->videos || !w->n_files) {
        return no_memory(err);
    }
    for (int i = 0; i < w->n_features; i++) {
        if (lerobot_is_video(&w->features[i])) {
            w->videos[w->n_videos++] = i;
        }
    }
    return REEL_OK;
}

reel_status reel_lerobot_plan(reel_lerobot *w, reel_error *err)
{
    reel_status status = reel_lerobot_make_features(w, err);
    status = status ? status : find_videos(w, err);
    status = status ? status : describe_data(w, err);
    status = status ? status : describe_meta(w, err);
    status = status ? status : make_totals(w, err);
    status = status ? status : make_rows(w, err);
    status = status ? status : sort_lanes(w, err);
    if (!status) {
        number_episodes(w);
        w->is_planned = true;
    }
    return status;
}
