/* stream_journal.c - what run --push has sent; its beginning and its end */
#include "app/stream_internal.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- push.json ------------------------------------------------------------------------------- */

static reel_status publish(reel_stream *s, reel_error *err)
{
    size_t size = 0;
    reel_json *clips = reel_json_object();
    bool ok = clips != NULL;
    for (int i = 0; ok && i < s->n_splits; i++) {
        ok = reel_json_put(clips, s->splits[i], reel_json_int(s->done[i]));
    }
    if (ok) {
        ok = reel_json_put(s->journal, "clips", clips);
    } else {
        reel_json_destroy(&clips);
    }
    char *text = ok ? reel_json_canonical(s->journal, &size) : NULL;
    if (!text) {
        return reel_stream_no_memory(err);
    }
    const reel_status status = reel_fs_publish(s->journal_path, text, size, err);
    reel_free(text);
    return status;
}

/* What the hub keeps as it is, which it does with small files only, it tells by git's id; the file
 * will be gone when that is asked. */
static bool put_blob(reel_json *entry, const reel_remote_file *file)
{
    enum { MOST = 16 << 20 };
    char blob[REEL_SHA1_HEX];
    if (file->bytes > MOST || reel_remote_file_blob(file, blob, NULL)) {
        return true;
    }
    return reel_json_put(entry, "blob", reel_json_string(blob));
}

reel_status reel_stream_note(reel_stream *s, const reel_stream_group *group, reel_error *err)
{
    reel_json *files = reel_json_get(s->journal, "files");
    bool ok = files != NULL;
    for (int i = 0; ok && i < group->n; i++) {
        const reel_remote_file *file = &group->files[i];
        if (!strchr(file->name, '/')) {
            continue; /* made anew by each run */
        }
        reel_json *entry = reel_json_object();
        ok = entry && reel_json_put(entry, "path", reel_json_string(file->name)) &&
             reel_json_put(entry, "bytes", reel_json_int((int64_t)file->bytes)) &&
             reel_json_put(entry, "sha256", reel_json_string(file->sha256)) &&
             put_blob(entry, file);
        if (!ok) {
            reel_json_destroy(&entry);
        } else {
            ok = reel_json_push(files, entry);
        }
    }
    if (!ok) {
        return reel_stream_no_memory(err);
    }
    memcpy(s->done, group->covered, (size_t)s->n_splits * sizeof *s->done);
    return publish(s, err);
}

static bool is_large(const reel_record_file *file)
{
    return strcmp(file->role, "video") == 0 || strcmp(file->role, "planes") == 0 ||
           strcmp(file->role, "control") == 0 || strcmp(file->role, "first") == 0;
}

static reel_status thin_out(const char *dir, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_record *record = NULL;
    reel_status status = reel_record_open(dir, &record, err);
    for (int i = 0; !status && i < record->n_files; i++) {
        if (is_large(&record->files[i])) {
            reel_fs_join(path, sizeof path, dir, record->files[i].name);
            status = reel_fs_remove_tree(path, err);
        }
    }
    reel_record_close(&record);
    return status;
}

reel_status reel_stream_make_room(reel_stream *s, const reel_stream_group *group, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < group->n; i++) {
        if (strchr(group->files[i].name, '/')) {
            status = reel_fs_remove_tree(group->files[i].path, err);
        }
    }
    for (int i = 0; !status && i < s->next; i++) {
        const int split = s->split_of[i];
        if (s->ordinal[i] >= s->had[split] && s->ordinal[i] < s->done[split] && s->whole[i]) {
            s->whole[i] = false;
            status = thin_out(s->sources[i].dir, err);
        }
    }
    return status;
}

reel_status reel_stream_resume_files(reel_stream *s, reel_error *err)
{
    const reel_json *files = reel_json_get(s->journal, "files");
    reel_status status = REEL_OK;
    for (size_t i = 0; !status && i < reel_json_count(files); i++) {
        const reel_json *entry = reel_json_at(files, i);
        const char *name = reel_json_to_string(reel_json_get(entry, "path"));
        const char *sha256 = reel_json_to_string(reel_json_get(entry, "sha256"));
        int64_t bytes = -1;
        if (!name || !sha256 || !reel_json_to_int(reel_json_get(entry, "bytes"), &bytes)) {
            return reel_fail_at(err, REEL_E_CONFLICT, s->journal_path, 0, NULL, "is damaged");
        }
        status = reel_exporter_resume_file(s->exporter, name, (uint64_t)bytes, sha256, err);
    }
    return status;
}

/* ---- opening --------------------------------------------------------------------------------- */

static reel_status number_clips(reel_stream *s, reel_error *err)
{
    const int n = s->plan->n_clips;
    s->splits = REEL_ARENA_NEW(&s->arena, const char *, n + 1);
    s->split_of = REEL_ARENA_NEW(&s->arena, int, n + 1);
    s->ordinal = REEL_ARENA_NEW(&s->arena, int, n + 1);
    s->whole = REEL_ARENA_NEW(&s->arena, bool, n + 1);
    s->sources = REEL_ARENA_NEW(&s->arena, reel_export_source, n + 1);
    s->put = REEL_ARENA_NEW(&s->arena, int, n + 1);
    s->covered = REEL_ARENA_NEW(&s->arena, int, n + 1);
    s->had = REEL_ARENA_NEW(&s->arena, int, n + 1);
    s->done = REEL_ARENA_NEW(&s->arena, int, n + 1);
    int *count = REEL_ARENA_NEW(&s->arena, int, n + 1);
    if (!s->splits || !s->split_of || !s->ordinal || !s->whole || !s->sources || !s->put ||
        !s->covered || !s->had || !s->done || !count) {
        return reel_stream_no_memory(err);
    }
    for (int i = 0; i < n; i++) {
        const char *split = s->plan->clips[i].place.split;
        int at = 0;
        while (at < s->n_splits && strcmp(s->splits[at], split) != 0) {
            at++;
        }
        s->n_splits += at == s->n_splits;
        s->splits[at] = split;
        s->split_of[i] = at;
        s->ordinal[i] = count[at]++;
        s->sources[i].dir =
            reel_arena_printf(&s->arena, "%s/%s", s->output->records, s->plan->clips[i].id);
        if (!s->sources[i].dir) {
            return reel_stream_no_memory(err);
        }
    }
    return REEL_OK;
}

static reel_status read_journal(reel_stream *s, reel_error *err)
{
    reel_status status = reel_json_read_file(s->journal_path, &s->journal, err);
    const char *to = status ? NULL : reel_json_to_string(reel_json_get(s->journal, "to"));
    if (status) {
        return status == REEL_E_SCENE
                   ? reel_fail_at(err, REEL_E_CONFLICT, s->journal_path, 0, NULL, "is damaged")
                   : status;
    }
    if (!to || strcmp(to, s->options.push.to) != 0) {
        return reel_fail_at(err, REEL_E_USAGE, s->output->partial, 0, NULL,
                            "holds an unfinished run of which a part was sent to %s; go on with "
                            "that, or remove it",
                            to ? to : "?");
    }
    const reel_json *clips = reel_json_get(s->journal, "clips");
    for (int i = 0; i < s->n_splits; i++) {
        int64_t n = 0;
        if (reel_json_to_int(reel_json_get(clips, s->splits[i]), &n)) {
            s->had[i] = s->done[i] = s->covered[i] = (int)n;
        }
    }
    return REEL_OK;
}

/* Nothing of this run was sent yet: nothing must be there. */
static reel_status begin_journal(reel_stream *s, reel_error *err)
{
    char first[400];
    int n = 0;
    const reel_status status = reel_push_ask(&s->options.push, &n, first, sizeof first, err);
    if (status) {
        return status;
    }
    if (n > 0) {
        return reel_fail(err, REEL_E_USAGE,
                         "%s holds %d files already (%s): nothing was made; a run is sent to an "
                         "empty place",
                         s->options.push.to, n, first);
    }
    s->journal = reel_json_object();
    const bool ok = s->journal &&
                    reel_json_put(s->journal, "to", reel_json_string(s->options.push.to)) &&
                    reel_json_put(s->journal, "files", reel_json_array());
    return ok ? publish(s, err) : reel_stream_no_memory(err);
}

reel_status reel_stream_open(reel_plan *plan, reel_output *output,
                             const reel_stream_options *options, reel_stream **out, reel_error *err)
{
    reel_stream *s = reel_calloc(1, sizeof *s);
    if (!s) {
        return reel_stream_no_memory(err);
    }
    s->plan = plan;
    s->output = output;
    s->options = *options;
    s->options.push.look_first = true; /* what an earlier run had under way may be there */
    s->last = &s->first;
    reel_fs_join(s->journal_path, sizeof s->journal_path, output->partial, "push.json");
    reel_status status = number_clips(s, err);
    if (!status) {
        status = reel_fs_exists(s->journal_path) ? read_journal(s, err) : begin_journal(s, err);
    }
    status = status ? status : reel_output_begin_stream(output, plan, err);
    if (status) {
        reel_stream_close(&s);
        return status;
    }
    *out = s;
    return REEL_OK;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void receipt_path(const reel_output *output, char out[REEL_PATH_MAX])
{
    snprintf(out, REEL_PATH_MAX, "%.*s.pushed", REEL_PATH_MAX - 16, output->dir);
}

/* DIR.pushed: where to, and of what plan. */
static char *receipt(const reel_plan *plan, const char *to)
{
    char hex[REEL_SHA256_HEX];
    size_t size = 0;
    reel_json *json = reel_plan_to_json(plan);
    char *text = json ? reel_json_canonical(json, &size) : NULL;
    reel_json *o = text ? reel_json_object() : NULL;
    reel_json_destroy(&json);
    if (text) {
        reel_sha256_hex(reel_sha256_of(text, size), hex);
    }
    reel_free(text);
    const bool ok = o && reel_json_put(o, "plan_sha256", reel_json_string(hex)) &&
                    reel_json_put(o, "to", reel_json_string(to));
    text = ok ? reel_json_canonical(o, &size) : NULL;
    reel_json_destroy(&o);
    return text;
}

bool reel_stream_was_sent(const reel_output *output, const reel_plan *plan,
                          const reel_stream_options *options)
{
    char path[REEL_PATH_MAX];
    char *text = NULL;
    size_t size = 0;
    receipt_path(output, path);
    if (!reel_fs_exists(path) || reel_fs_read(path, &text, &size, NULL)) {
        return false;
    }
    char *own = receipt(plan, options->push.to);
    const bool same = own && strcmp(own, text) == 0;
    reel_free(own);
    reel_free(text);
    return same;
}

/* Ids of the files that were removed here. */
static void recall_blobs(const reel_stream *s, reel_remote_plan *plan)
{
    const reel_json *files = reel_json_get(s->journal, "files");
    for (size_t i = 0; i < reel_json_count(files); i++) {
        const reel_json *entry = reel_json_at(files, i);
        const char *name = reel_json_to_string(reel_json_get(entry, "path"));
        const char *blob = reel_json_to_string(reel_json_get(entry, "blob"));
        reel_remote_file *file = name && blob ? reel_remote_plan_find(plan, name) : NULL;
        if (file) {
            snprintf(file->blob, sizeof file->blob, "%s", blob);
        }
    }
}

reel_status reel_stream_confirm(reel_stream *s, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_push *push = NULL;
    reel_remote_plan *files = NULL;
    reel_status status = reel_remote_plan_open(s->output->dataset, &files, err);
    if (!status) {
        recall_blobs(s, files);
    }
    status = status ? status : reel_push_open(&s->options.push, &push, err);
    status = status ? status : reel_push_tidy(push, files, err);
    status = status ? status : reel_push_confirm(push, files, err);
    if (!status && s->options.tag) {
        status = reel_hub_tag(reel_push_hub(push), s->options.tag, err);
    }
    reel_push_close(&push);
    reel_remote_plan_close(&files);
    char *text = status ? NULL : receipt(s->plan, s->options.push.to);
    if (!status) {
        receipt_path(s->output, path);
        status = text ? reel_fs_publish(path, text, strlen(text), err) : reel_stream_no_memory(err);
    }
    reel_free(text);
    return status ? status : reel_output_discard(s->output, err);
}
