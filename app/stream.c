/* stream.c - see stream.h */
#include "app/stream.h"
#include "app/export.h"
#include "app/sender.h"
#include "app/sheet.h"
#include "app/stream_internal.h"
#include <stdio.h>
#include <string.h>

reel_status reel_stream_no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for what is to be sent");
}

bool reel_stream_can(const reel_plan *plan)
{
    return plan->layout && plan->layout->resume && !plan->layout->look && !plan->layout->make;
}

/* ---- what waits ------------------------------------------------------------------------------ */

static void drop_group(reel_stream_group *group)
{
    if (group) {
        reel_arena_finish(&group->arena);
        reel_free(group->covered);
        reel_free(group);
    }
}

static reel_stream_group *new_group(const reel_stream *s)
{
    reel_stream_group *group = reel_calloc(1, sizeof *group);
    if (group) {
        group->covered = reel_calloc((size_t)s->n_splits + 1, sizeof *group->covered);
        if (!group->covered) {
            drop_group(group);
            return NULL;
        }
    }
    return group;
}

static reel_status add_to_group(reel_stream_group *group, const char *name, const char *path,
                                uint64_t bytes, const char *sha256, reel_error *err)
{
    reel_remote_file *grown =
        reel_arena_grow(&group->arena, group->files, group->n, &group->room, sizeof *grown);
    if (!grown) {
        return reel_stream_no_memory(err);
    }
    group->files = grown;
    reel_remote_file *file = &group->files[group->n];
    *file = (reel_remote_file){
        .name = reel_arena_strdup(&group->arena, name),
        .path = reel_arena_strdup(&group->arena, path),
        .bytes = bytes,
        .checked = true,
    };
    if (!file->name || !file->path) {
        return reel_stream_no_memory(err);
    }
    memcpy(file->sha256, sha256, REEL_SHA256_HEX);
    group->n++;
    group->bytes += bytes;
    return REEL_OK;
}

/* A file is done. Those at the top wait for the end: they tell of the whole. */
static reel_status receive(void *ctx, const char *name, const char *path, reel_error *err)
{
    reel_stream *s = ctx;
    if (!strchr(name, '/')) {
        return REEL_OK;
    }
    const reel_manifest_file *file = reel_exporter_last_file(s->exporter);
    s->open = s->open ? s->open : new_group(s);
    return s->open ? add_to_group(s->open, name, path, file->bytes, file->sha256, err)
                   : reel_stream_no_memory(err);
}

/* The open group is whole: it waits now. */
static void queue_open(reel_stream *s)
{
    if (s->open) {
        memcpy(s->open->covered, s->covered, (size_t)s->n_splits * sizeof *s->covered);
        *s->last = s->open;
        s->last = &s->open->next;
        s->waiting += s->open->bytes;
        s->open = NULL;
    }
}

/* The group under way is there: note it, and make room. */
static reel_status settle(reel_stream *s, reel_error *err)
{
    reel_stream_group *group = s->first;
    reel_status status = reel_stream_note(s, group, err);
    status = status ? status : reel_stream_make_room(s, group, err);
    s->waiting -= group->bytes;
    s->sent += group->bytes;
    s->first = group->next;
    s->last = s->first ? s->last : &s->first;
    s->under_way = false;
    drop_group(group);
    return status;
}

static reel_status pump(reel_stream *s, bool wait, reel_error *err)
{
    bool sent = false;
    reel_error why = {0};
    reel_status status = s->why.status;
    if (!status && s->under_way) {
        status = reel_sender_poll(s->sender, wait, &sent, &why);
        status = status || !sent ? status : settle(s, &why);
    }
    if (!status && s->first && !s->under_way) {
        char message[160];
        snprintf(message, sizeof message, "Add %d %s from %s", s->first->n,
                 s->first->n == 1 ? "file" : "files", s->first->files[0].name);
        status = reel_sender_give(s->sender, s->first->files, s->first->n, message, &why);
        s->under_way = !status;
    }
    if (status && !s->why.status) {
        s->why = why;
        s->why.status = status;
    }
    if (status && err) {
        *err = s->why;
    }
    return status;
}

reel_status reel_stream_poll(reel_stream *s, reel_error *err)
{
    return s->sender ? pump(s, false, err) : REEL_OK;
}

/* ---- clips ----------------------------------------------------------------------------------- */

bool reel_stream_has(const reel_stream *s, int i)
{
    return s->ordinal[i] < s->had[s->split_of[i]];
}

int reel_stream_first(const reel_stream *s)
{
    return s->plan->n_clips < REEL_SHEET_ROWS ? s->plan->n_clips : REEL_SHEET_ROWS;
}

static reel_status open_exporter(reel_stream *s, reel_error *err)
{
    reel_fs_join(s->work, sizeof s->work, s->output->partial, "parts");
    const reel_status status =
        reel_export_options_of(s->plan, s->output->dataset, s->work, &s->export_options, err);
    if (status) {
        return status;
    }
    s->export_options.receiver = receive;
    s->export_options.ctx = s;
    return reel_exporter_open(&s->export_options, &s->exporter, err);
}

/* The clip that is next; its record is whole, or it was sent by an earlier run. */
static reel_status put_next(reel_stream *s, reel_error *err)
{
    const int i = s->next++, split = s->split_of[i];
    s->put[split]++;
    if (reel_stream_has(s, i)) {
        return reel_exporter_resume(s->exporter, &s->sources[i], err);
    }
    const reel_status status = reel_exporter_put(s->exporter, &s->sources[i], i, err);
    if (!status && s->open) {
        s->covered[split] =
            s->put[split] - reel_exporter_waiting(s->exporter, s->plan->clips[i].place.split);
        queue_open(s);
    }
    return status;
}

static reel_status advance(reel_stream *s, reel_error *err)
{
    reel_status status = REEL_OK;
    while (!status && s->next < s->plan->n_clips &&
           (s->whole[s->next] || reel_stream_has(s, s->next))) {
        status = put_next(s, err);
        status = status ? status : pump(s, false, err);
        while (!status && s->waiting > s->options.room) {
            status = pump(s, true, err);
        }
    }
    return status;
}

reel_status reel_stream_begin(reel_stream *s, reel_error *err)
{
    const char **dirs = REEL_ARENA_NEW(&s->arena, const char *, s->plan->n_clips);
    reel_status status = dirs ? REEL_OK : reel_stream_no_memory(err);
    for (int i = 0; !status && i < s->plan->n_clips; i++) {
        dirs[i] = s->sources[i].dir;
    }
    status =
        status ? status : reel_output_make_pictures(s->output, dirs, reel_stream_first(s), err);
    status = status ? status : open_exporter(s, err);
    status = status ? status : reel_stream_resume_files(s, err);
    status = status ? status : reel_sender_start(&s->options.push, &s->sender, err);
    return status ? status : advance(s, err);
}

reel_status reel_stream_clip(reel_stream *s, int i, reel_error *err)
{
    s->whole[i] = true;
    return s->exporter ? advance(s, err) : REEL_OK;
}

/* ---- the end --------------------------------------------------------------------------------- */

static reel_status drain(reel_stream *s, reel_error *err)
{
    reel_status status = REEL_OK;
    while (!status && s->first) {
        status = pump(s, true, err);
    }
    return status;
}

typedef struct top {
    reel_stream *stream;
    bool last; /* card and manifest, or all but these */
    reel_status status;
    reel_error *err;
} top;

static bool add_top(void *ctx, const char *name)
{
    top *t = ctx;
    char path[REEL_PATH_MAX], hex[REEL_SHA256_HEX];
    reel_sha256 digest;
    uint64_t bytes = 0;
    reel_stream *s = t->stream;
    reel_fs_join(path, sizeof path, s->output->dataset, name);
    if (name[0] == '.' || reel_fs_is_dir(path) ||
        t->last != (reel_remote_rank_of(name) >= REEL_REMOTE_CARD)) {
        return true;
    }
    t->status = reel_sha256_file(path, &digest, &bytes, t->err);
    reel_sha256_hex(digest, hex);
    s->open = s->open ? s->open : new_group(s);
    if (!t->status) {
        t->status = s->open ? add_to_group(s->open, name, path, bytes, hex, t->err)
                            : reel_stream_no_memory(t->err);
    }
    return t->status == REEL_OK;
}

static reel_status send_top(reel_stream *s, bool last, reel_error *err)
{
    top t = {.stream = s, .last = last, .err = err};
    reel_status status = reel_fs_list(s->output->dataset, add_top, &t, err);
    status = status ? status : t.status;
    queue_open(s);
    return status ? status : drain(s, err);
}

reel_status reel_stream_finish(reel_stream *s, reel_error *err)
{
    assert(s->next == s->plan->n_clips);
    reel_status status = reel_exporter_finish(s->exporter, err);
    memcpy(s->covered, s->put, (size_t)s->n_splits * sizeof *s->put);
    queue_open(s);
    status = status ? status : drain(s, err);
    status = status ? status : send_top(s, false, err);
    status = status ? status : send_top(s, true, err);
    reel_sender_end(&s->sender);
    return status ? status : reel_stream_confirm(s, err);
}

void reel_stream_close(reel_stream **stream)
{
    reel_stream *s = *stream;
    if (!s) {
        return;
    }
    reel_sender_end(&s->sender);
    reel_exporter_destroy(&s->exporter);
    drop_group(s->open);
    while (s->first) {
        reel_stream_group *next = s->first->next;
        drop_group(s->first);
        s->first = next;
    }
    reel_json_destroy(&s->journal);
    reel_arena_finish(&s->arena);
    reel_free(s);
    *stream = NULL;
}
