/* lerobot_files.c - the files that episodes go into: opened, closed, checked. */
#include "export/layout/lerobot_internal.h"
#include "export/mp4_check.h"
#include "export/parquet_read.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void reel_lerobot_file_name(const char *folder, int file, const char *ending, char *out,
                            size_t size)
{
    const int n = snprintf(out, size, "%s/chunk-%03d/file-%03d%s", folder,
                           file / LEROBOT_CHUNK_FILES, file % LEROBOT_CHUNK_FILES, ending);
    assert(n > 0 && (size_t)n < size);
}

/* ---- tables -----------------------------------------------------------------------------------
 */

/* Close a table, read how many rows it has, tell that it is done. */
static reel_status close_table(const reel_lerobot *w, const reel_table *table, const char *name,
                               int64_t rows, reel_parquet_writer **writer, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_parquet_reader *reader = NULL;
    reel_fs_join(path, sizeof path, w->options->root, name);
    reel_status status = reel_parquet_close(*writer, err);
    reel_parquet_destroy(writer);
    status = status ? status : reel_parquet_open(path, table, &reader, err);
    if (!status && reel_parquet_n_rows(reader) != rows) {
        status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                              "has %" PRId64 " rows, not the %" PRId64 " that were written",
                              reel_parquet_n_rows(reader), rows);
    }
    reel_parquet_reader_close(&reader);
    return status ? status : reel_layout_file_done(w->options, name, err);
}

static reel_status close_data(const reel_lerobot *w, lerobot_lane *lane, reel_error *err)
{
    char name[128];
    if (!lane->data) {
        return REEL_OK;
    }
    reel_lerobot_file_name("data", lane->data_file, ".parquet", name, sizeof name);
    return close_table(w, &w->data_table, name, lane->data_rows, &lane->data, err);
}

static reel_status close_meta(const reel_lerobot *w, lerobot_lane *lane, reel_error *err)
{
    char name[128];
    if (!lane->meta) {
        return REEL_OK;
    }
    reel_lerobot_file_name("meta/episodes", lane->meta_file, ".parquet", name, sizeof name);
    return close_table(w, &w->meta_table, name, lane->meta_rows, &lane->meta, err);
}

static reel_status open_table(const reel_lerobot *w, const reel_table *table, const char *name,
                              reel_parquet_writer **out, reel_error *err)
{
    char path[REEL_PATH_MAX];
    const reel_status status = reel_layout_prepare(w->options, name, path, err);
    return status ? status : reel_parquet_create(path, table, out, err);
}

static void label_name(const lerobot_lane *lane, int t, char *out, size_t size)
{
    char inside[1024];
    reel_place_table((reel_table_id)(t + 1), lane->name, inside, sizeof inside);
    snprintf(out, size, "labels/%s", inside);
}

static reel_status open_labels(const reel_lerobot *w, lerobot_lane *lane, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int t = 0; !status && w->tables && t < LEROBOT_TABLES; t++) {
        char name[1100];
        label_name(lane, t, name, sizeof name);
        status = lane->table[t] ? REEL_OK
                                : open_table(w, reel_table_get((reel_table_id)(t + 1), true), name,
                                             &lane->table[t], err);
    }
    return status;
}

static reel_status close_labels(const reel_lerobot *w, lerobot_lane *lane, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int t = 0; !status && t < LEROBOT_TABLES; t++) {
        char name[1100];
        label_name(lane, t, name, sizeof name);
        if (lane->table[t]) {
            status = close_table(w, reel_table_get((reel_table_id)(t + 1), true), name,
                                 lane->table_rows[t], &lane->table[t], err);
        }
    }
    return status;
}

reel_status reel_lerobot_open_tables(reel_lerobot *w, const lerobot_episode *e, reel_error *err)
{
    lerobot_lane *lane = &w->lanes[e->split];
    char name[128];
    reel_status status = REEL_OK;
    if (lane->data_file != e->data_file) {
        status = close_data(w, lane, err);
        reel_lerobot_file_name("data", e->data_file, ".parquet", name, sizeof name);
        status = status ? status : open_table(w, &w->data_table, name, &lane->data, err);
        lane->data_file = e->data_file;
        lane->data_rows = 0;
    }
    if (!status && lane->meta_file != e->meta_file) {
        status = close_meta(w, lane, err);
        reel_lerobot_file_name("meta/episodes", e->meta_file, ".parquet", name, sizeof name);
        status = status ? status : open_table(w, &w->meta_table, name, &lane->meta, err);
        lane->meta_file = e->meta_file;
        lane->meta_rows = 0;
    }
    return status ? status : open_labels(w, lane, err);
}

/* ---- videos -----------------------------------------------------------------------------------
 */

static void video_name(const reel_lerobot *w, int v, int file, char *out, size_t size)
{
    char folder[512];
    snprintf(folder, sizeof folder, "videos/%s", w->features[w->videos[v]].name);
    reel_lerobot_file_name(folder, file, ".mp4", out, size);
}

static reel_status close_video(const reel_lerobot *w, lerobot_video *video, int v, reel_error *err)
{
    char name[640], path[REEL_PATH_MAX];
    if (!video->joiner) {
        return REEL_OK;
    }
    const int64_t frames = reel_mp4_join_frames(video->joiner);
    video_name(w, v, video->file, name, sizeof name);
    reel_fs_join(path, sizeof path, w->options->root, name);
    reel_status status = reel_mp4_join_close(video->joiner, err);
    reel_mp4_join_destroy(&video->joiner);
    status = status ? status : reel_fs_sync(path, err);
    if (!status) {
        const char *codec = w->features[w->videos[v]].kind == LEROBOT_DEPTH ? "hvc1" : "avc1";
        status = reel_mp4_check_codec(path, codec, w->width, w->height, w->fps, (int)frames, err);
    }
    return status ? status : reel_layout_file_done(w->options, name, err);
}

/* The open file is full: this video goes into another. */
static bool is_full(const reel_lerobot *w, const lerobot_video *video, int frames, uint64_t bytes)
{
    return reel_mp4_join_bytes(video->joiner) + bytes >= (uint64_t)w->video_mb << 20 ||
           reel_mp4_join_frames(video->joiner) + frames > (int64_t)LEROBOT_VIDEO_SECONDS * w->fps;
}

reel_status reel_lerobot_join(reel_lerobot *w, const lerobot_episode *e, int v, const char *from,
                              int64_t *start, int *file, reel_error *err)
{
    lerobot_video *video = &w->lanes[e->split].videos[v];
    struct stat info;
    if (stat(from, &info) != 0) {
        return reel_fail_at(err, REEL_E_IO, from, 0, NULL, "cannot read: %s", strerror(errno));
    }
    reel_status status = REEL_OK;
    if (video->joiner && is_full(w, video, e->frames, (uint64_t)info.st_size)) {
        status = close_video(w, video, v, err);
    }
    if (!status && !video->joiner) {
        char name[640], path[REEL_PATH_MAX];
        video->file = w->n_files[v]++;
        video_name(w, v, video->file, name, sizeof name);
        status = reel_layout_prepare(w->options, name, path, err);
        status = status ? status : reel_mp4_join_open(path, w->fps, &video->joiner, err);
    }
    if (status) {
        return status;
    }
    *start = reel_mp4_join_frames(video->joiner);
    *file = video->file;
    return reel_mp4_join_add(video->joiner, from, e->frames, err);
}

/* ---- all --------------------------------------------------------------------------------------
 */

reel_status reel_lerobot_close_files(reel_lerobot *w, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int s = 0; !status && s < w->n_lanes; s++) {
        lerobot_lane *lane = &w->lanes[s];
        status = close_data(w, lane, err);
        status = status ? status : close_meta(w, lane, err);
        status = status ? status : close_labels(w, lane, err);
        for (int v = 0; !status && v < w->n_videos; v++) {
            status = close_video(w, &lane->videos[v], v, err);
        }
    }
    return status;
}
