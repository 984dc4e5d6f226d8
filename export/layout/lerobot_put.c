/* lerobot_put.c - an episode: rows of its frames, its videos, its row among the episodes. */
#include "base/alloc.h"
#include "export/layout/lerobot_internal.h"
#include <stdio.h>

/* What is made of the episode on the way. */
typedef struct episode {
    reel_lerobot *w;
    const lerobot_clip *clip;
    const lerobot_episode *plan;
    const char *dir;
    double *values;  /* of feature f: [frames][f.length] from values + frames * f.offset */
    double *scratch; /* [frames] */
    bool *flags;     /* [longest feature] */
    int64_t *ints;
    int64_t *starts; /* [n_videos] frame of the file with which it begins */
    int *files;      /* [n_videos] */
} episode;

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for an episode");
}

/* ---- values -----------------------------------------------------------------------------------
 */

static double *values_of(const episode *e, const lerobot_feature *f)
{
    return e->values + (size_t)e->plan->frames * (size_t)f->offset;
}

static double counter_at(const episode *e, int counter, int frame)
{
    switch (counter) {
    case LEROBOT_TIMESTAMP: return (double)frame / e->w->fps;
    case LEROBOT_FRAME_INDEX: return frame;
    case LEROBOT_EPISODE_INDEX: return e->plan->index;
    case LEROBOT_INDEX: return (double)(e->plan->first + frame);
    case LEROBOT_TASK_INDEX: return e->plan->task;
    default: return frame == e->plan->frames - 1;
    }
}

/* What the clip lacks stays 0. */
static void fill_feature(const episode *e, const lerobot_feature *f)
{
    const int each = reel_lerobot_each(f->block);
    double *out = values_of(e, f);
    for (int i = 0; i < f->n_units; i++) {
        const int unit = f->units ? f->units[i] : i;
        const int own = f->block == LEROBOT_COUNTERS
                            ? unit
                            : reel_lerobot_unit_of(e->w, e->clip, f->block, unit);
        for (int k = 0; own >= 0 && k < e->plan->frames; k++) {
            double *at = out + (size_t)k * (size_t)f->length + (size_t)(i * each);
            if (f->block == LEROBOT_COUNTERS) {
                at[0] = counter_at(e, own, k);
            } else {
                reel_lerobot_value(e->clip, f->block, own, k, at);
            }
        }
    }
    for (size_t i = 0;
         f->kind == LEROBOT_FLOAT32 && i < (size_t)e->plan->frames * (size_t)f->length; i++) {
        out[i] = (double)(float)out[i] + 0.0; /* without negative zeros */
    }
}

/* ---- rows of data -----------------------------------------------------------------------------
 */

static void put_cell(const episode *e, const lerobot_feature *f, int frame, reel_rows *rows)
{
    const double *v = values_of(e, f) + (size_t)frame * (size_t)f->length;
    if (f->kind == LEROBOT_FLOAT32 && f->length == 1) {
        reel_put_real(rows, f->name, v[0]);
    } else if (f->kind == LEROBOT_FLOAT32) {
        reel_put_vector(rows, f->name, v);
    } else if (f->kind == LEROBOT_INT64 && f->length == 1) {
        reel_put_int(rows, f->name, (int64_t)v[0]);
    } else if (f->kind == LEROBOT_INT64) {
        for (int i = 0; i < f->length; i++) {
            e->ints[i] = (int64_t)v[i];
        }
        reel_put_ints(rows, f->name, e->ints);
    } else if (f->length == 1) {
        reel_put_bool(rows, f->name, v[0] != 0);
    } else {
        for (int i = 0; i < f->length; i++) {
            e->flags[i] = v[i] != 0;
        }
        reel_put_bools(rows, f->name, e->flags);
    }
}

static reel_status put_data(const episode *e, reel_error *err)
{
    reel_lerobot *w = e->w;
    lerobot_lane *lane = &w->lanes[e->plan->split];
    reel_rows_clear(w->data_rows);
    for (int k = 0; k < e->plan->frames; k++) {
        for (int i = 0; i < w->n_features; i++) {
            if (!lerobot_is_video(&w->features[i])) {
                put_cell(e, &w->features[i], k, w->data_rows);
            }
        }
        reel_rows_end_row(w->data_rows);
    }
    lane->data_rows += e->plan->frames;
    const reel_status status = reel_parquet_write(lane->data, w->data_rows, err);
    return status ? status : reel_parquet_end_group(lane->data, err);
}

static reel_status put_labels(const episode *e, reel_error *err)
{
    reel_lerobot *w = e->w;
    lerobot_lane *lane = &w->lanes[e->plan->split];
    const reel_clip_place place = {lane->name, 0};
    reel_status status = REEL_OK;
    for (int t = 0; !status && w->tables && t < LEROBOT_TABLES; t++) {
        reel_rows *rows = w->table_rows[t];
        reel_rows_clear(rows);
        status =
            reel_table_derive((reel_table_id)(t + 1), e->clip->clip->record, &place, rows, err);
        status = status ? status : reel_parquet_write(lane->table[t], rows, err);
        lane->table_rows[t] += rows->n_rows;
    }
    return status;
}

/* ---- videos and figures -----------------------------------------------------------------------
 */

static reel_status put_video(const episode *e, int v, reel_error *err)
{
    reel_lerobot *w = e->w;
    lerobot_feature *f = &w->features[w->videos[v]];
    const bool depth = f->kind == LEROBOT_DEPTH;
    const reel_record *record = e->clip->clip->record;
    char path[REEL_PATH_MAX];
    lerobot_counts counts = {0};
    if (depth) {
        reel_lerobot_depth_path(e->dir, f->camera, path);
    } else {
        reel_layout_clip_path(e->clip->clip, record->streams[f->camera].video, path);
    }
    reel_status status = reel_lerobot_join(w, e->plan, v, path, &e->starts[v], &e->files[v], err);
    status = status ? status : reel_lerobot_read_counts(e->dir, f->camera, depth, &counts, err);
    if (!status) {
        reel_lerobot_stats_counted(&counts, depth ? w->depth_scale : w->colour_scale, &f->stats);
        reel_lerobot_total_count(&f->total, &f->stats, &counts);
    }
    reel_free(counts.n);
    return status;
}

static void add_figures(const episode *e)
{
    for (int i = 0; i < e->w->n_features; i++) {
        lerobot_feature *f = &e->w->features[i];
        if (!lerobot_is_video(f)) {
            const double *values = values_of(e, f);
            reel_lerobot_stats_of(values, e->plan->frames, f->length, e->scratch, &f->stats);
            reel_lerobot_total_add(&f->total, &f->stats, values, e->plan->frames);
        }
    }
}

/* ---- the row of the episode -------------------------------------------------------------------
 */

/* A table with many columns is filled in their order. */
static const char *next_name(const reel_rows *rows)
{
    return rows->table->columns[rows->cursor].name;
}

static void put_next_int(reel_rows *rows, int64_t v)
{
    reel_put_int(rows, next_name(rows), v);
}

static reel_status put_meta(const episode *e, reel_error *err)
{
    reel_lerobot *w = e->w;
    const lerobot_episode *p = e->plan;
    lerobot_lane *lane = &w->lanes[p->split];
    reel_rows *rows = w->meta_rows;
    reel_rows_clear(rows);
    put_next_int(rows, p->index);
    reel_put_strings(rows, next_name(rows), &w->tasks[p->task], 1);
    put_next_int(rows, p->frames);
    put_next_int(rows, p->data_file / LEROBOT_CHUNK_FILES);
    put_next_int(rows, p->data_file % LEROBOT_CHUNK_FILES);
    put_next_int(rows, p->first);
    put_next_int(rows, p->first + p->frames);
    for (int v = 0; v < w->n_videos; v++) {
        put_next_int(rows, e->files[v] / LEROBOT_CHUNK_FILES);
        put_next_int(rows, e->files[v] % LEROBOT_CHUNK_FILES);
        reel_put_real(rows, next_name(rows), (double)e->starts[v] / w->fps);
        reel_put_real(rows, next_name(rows), (double)(e->starts[v] + p->frames) / w->fps);
    }
    for (int i = 0; i < w->n_features; i++) {
        const lerobot_stats *s = &w->features[i].stats;
        for (int k = 0; k < LEROBOT_FIGURES; k++) {
            reel_put_vector(rows, next_name(rows), s->v + (size_t)k * (size_t)s->n);
        }
        reel_put_ints(rows, next_name(rows), &s->count);
    }
    put_next_int(rows, p->meta_file / LEROBOT_CHUNK_FILES);
    put_next_int(rows, p->meta_file % LEROBOT_CHUNK_FILES);
    reel_rows_end_row(rows);
    lane->meta_rows++;
    reel_status status = reel_parquet_write(lane->meta, rows, err);
    if (!status && lane->meta_rows % LEROBOT_EPISODES_GROUP == 0) {
        status = reel_parquet_end_group(lane->meta, err);
    }
    return status;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

static reel_status make_room(episode *e, reel_arena *arena, reel_error *err)
{
    const reel_lerobot *w = e->w;
    const size_t frames = (size_t)e->plan->frames;
    if (frames * (size_t)w->row_values > LEROBOT_MAX_VALUES) {
        return reel_fail_at(err, REEL_E_USAGE, e->clip->clip->record->clip_id, 0, NULL,
                            "has %zu frames of %d values: more than %d", frames, w->row_values,
                            LEROBOT_MAX_VALUES);
    }
    e->values = REEL_ARENA_NEW(arena, double, frames *(size_t)w->row_values);
    e->scratch = REEL_ARENA_NEW(arena, double, frames);
    e->flags = REEL_ARENA_NEW(arena, bool, w->row_values);
    e->ints = REEL_ARENA_NEW(arena, int64_t, w->row_values);
    e->starts = REEL_ARENA_NEW(arena, int64_t, w->n_videos);
    e->files = REEL_ARENA_NEW(arena, int, w->n_videos);
    return e->values && e->scratch && e->flags && e->ints && e->starts && e->files ? REEL_OK
                                                                                   : no_memory(err);
}

static reel_status put_all(episode *e, reel_error *err)
{
    reel_lerobot *w = e->w;
    reel_status status = reel_lerobot_open_tables(w, e->plan, err);
    for (int i = 0; !status && i < w->n_features; i++) {
        if (!lerobot_is_video(&w->features[i])) {
            fill_feature(e, &w->features[i]);
        }
    }
    status = status ? status : put_data(e, err);
    status = status ? status : put_labels(e, err);
    for (int v = 0; !status && v < w->n_videos; v++) {
        status = put_video(e, v, err);
    }
    if (!status) {
        add_figures(e);
        status = put_meta(e, err);
    }
    return status;
}

reel_status reel_lerobot_put(void *writer, const reel_layout_clip *clip, const char *dir,
                             reel_error *err)
{
    reel_lerobot *w = writer;
    reel_arena arena = {0};
    lerobot_clip c;
    reel_status status = w->is_planned ? REEL_OK : reel_lerobot_plan(w, err);
    status = status ? status : reel_lerobot_clip_init(&c, clip, err);
    if (status) {
        return status;
    }
    assert(w->n_put < w->n_episodes);
    lerobot_episode *plan = &w->episodes[w->n_put];
    episode e = {.w = w, .clip = &c, .plan = plan, .dir = dir};
    status = make_room(&e, &arena, err);
    status = status ? status : put_all(&e, err);
    if (!status && !(plan->json = reel_lerobot_clip_json(&c, plan))) {
        status = no_memory(err);
    }
    w->n_put += !status;
    reel_actions_finish(&c.actions);
    reel_arena_finish(&arena);
    return status;
}
