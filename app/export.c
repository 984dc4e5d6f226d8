/* export.c - see export.h */
#include "app/export.h"
#include "app/drawer.h"
#include "app/progress.h"
#include "app/worker.h"
#include "export/facts.h"
#include "export/pack.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct reel_exporter {
    const reel_export_options *options;
    reel_layout_options layout; /* what the layout is given */
    void *writer;
    reel_drawer_state *drawer_state;
    reel_drawer drawer;
    reel_facts facts;
    reel_json *clips; /* for the manifest */
    reel_arena arena;
    const char *strip, *picture; /* of the card */
    bool has_plan;
};

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for an export");
}

reel_status reel_export_options_of(reel_plan *plan, const char *root, const char *work,
                                   reel_export_options *out, reel_error *err)
{
    const reel_pack_options defaults = reel_pack_options_default();
    const char *command = reel_plan_command(plan);
    assert(plan->layout);
    if (!command) {
        return no_memory(err);
    }
    *out = (reel_export_options){
        .layout = plan->layout,
        .root = root,
        .work = work,
        .name = plan->name,
        .command = command,
        .license = defaults.license,
        .n_given = plan->n_set,
        .given = plan->set,
    };
    return REEL_OK;
}

/* ---- opening ----------------------------------------------------------------------------------
 */

typedef struct extras {
    reel_exporter *exporter;
    reel_status status;
    reel_error *err;
} extras;

/* A file that the caller put into the root. */
static bool put_extra(void *ctx, const char *name)
{
    extras *e = ctx;
    reel_exporter *x = e->exporter;
    const char *kept = name[0] == '.' ? name : reel_arena_strdup(&x->arena, name);
    if (name[0] == '.' || !kept) {
        e->status = kept ? REEL_OK : no_memory(e->err);
        return kept != NULL;
    }
    reel_card_learn_file(kept, &x->strip, &x->picture, &x->has_plan);
    e->status = reel_layout_file_done(&x->layout, name, e->err);
    return e->status == REEL_OK;
}

static reel_status prepare(reel_exporter *x, reel_error *err)
{
    extras e = {.exporter = x, .err = err};
    x->layout.files = reel_layout_files_create(x->options->receiver, x->options->ctx);
    x->drawer_state = reel_drawer_create();
    x->clips = reel_json_array();
    if (!x->layout.files || !x->drawer_state || !x->clips) {
        return no_memory(err);
    }
    x->drawer = reel_drawer_of(x->drawer_state);
    reel_status status =
        reel_layout_check_settings(x->options->layout, x->options->n_given, x->options->given, err);
    status = status ? status : reel_fs_remove_tree(x->options->work, err);
    status = status ? status : reel_fs_make_dirs(x->options->work, err);
    status = status ? status : x->options->layout->open(&x->layout, &x->writer, err);
    status = status ? status : reel_fs_list(x->options->root, put_extra, &e, err);
    return status ? status : e.status;
}

reel_status reel_exporter_open(const reel_export_options *options, reel_exporter **out,
                               reel_error *err)
{
    reel_exporter *x = reel_calloc(1, sizeof *x);
    if (!x) {
        return no_memory(err);
    }
    x->options = options;
    x->layout = (reel_layout_options){
        .layout = options->layout,
        .root = options->root,
        .name = options->name,
        .command = options->command,
        .license = options->license,
        .n_given = options->n_given,
        .given = options->given,
    };
    const reel_status status = prepare(x, err);
    if (status) {
        reel_exporter_destroy(&x);
        return status;
    }
    *out = x;
    return REEL_OK;
}

void reel_exporter_destroy(reel_exporter **exporter)
{
    reel_exporter *x = *exporter;
    if (!x) {
        return;
    }
    x->options->layout->destroy(x->writer);
    reel_arena_finish(&x->arena);
    reel_json_destroy(&x->clips);
    reel_facts_finish(&x->facts);
    reel_drawer_destroy(&x->drawer_state);
    reel_layout_files_destroy(&x->layout.files);
    (void)reel_fs_remove_tree(x->options->work, NULL);
    reel_free(x);
    *exporter = NULL;
}

/* ---- clip by clip -----------------------------------------------------------------------------
 */

reel_status reel_export_open_record(const reel_export_source *source, reel_record **record,
                                    reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof path, source->dir, "manifest.json");
    if (source->dataset && !reel_fs_exists(path)) {
        return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                            "is missing: the dataset's manifest names the clip (see physreel "
                            "verify)");
    }
    return reel_record_open(source->dir, record, err);
}

/* Open a record with its data; *clip lives as long as it does. */
static reel_status load(reel_exporter *x, const reel_export_source *source, reel_record **record,
                        reel_layout_clip *clip, reel_error *err)
{
    reel_status status = reel_export_open_record(source, record, err);
    status = status ? status : reel_record_load_data(*record, err);
    if (!status && x->options->layout->needs_colour && !(*record)->colour) {
        status = reel_fail_at(err, REEL_E_USAGE, source->dir, 0, NULL,
                              "the format %s needs videos, and this clip was made without colour",
                              x->options->layout->name);
    }
    *clip = (reel_layout_clip){
        .record = *record,
        .dataset = source->dataset,
        .folder = source->folder,
        .drawer = &x->drawer,
    };
    return status;
}

reel_status reel_export_check_files(const reel_layout_clip *clip, bool planes, reel_error *err)
{
    for (int i = 0; i < clip->record->n_files; i++) {
        const reel_record_file *file = &clip->record->files[i];
        char path[REEL_PATH_MAX], hex[REEL_SHA256_HEX];
        reel_sha256 digest;
        uint64_t size = 0;
        if (!planes && strcmp(file->role, "planes") == 0) {
            continue;
        }
        reel_layout_clip_path(clip, file->name, path);
        const reel_status status =
            reel_fs_exists(path)
                ? reel_sha256_file(path, &digest, &size, err)
                : reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                               "is missing: its clip's manifest names it (see physreel verify)");
        if (status) {
            return status;
        }
        reel_sha256_hex(digest, hex);
        if (size != file->bytes || strcmp(hex, file->sha256) != 0) {
            return reel_fail_at(
                err, REEL_E_CONFLICT, path, 0, NULL,
                "is not as its clip's manifest says: damaged (see physreel verify)");
        }
    }
    return REEL_OK;
}

/* A run looked at its records when they were made, or when it went on. */
static reel_status check_source(const reel_exporter *x, const reel_layout_clip *clip,
                                reel_error *err)
{
    return clip->dataset ? reel_export_check_files(clip, x->options->layout->holds_all, err)
                         : REEL_OK;
}

static void unload(reel_exporter *x, reel_record **record)
{
    reel_drawer_forget(x->drawer_state);
    reel_record_close(record);
}

static void work_dir(const reel_exporter *x, int i, char out[REEL_PATH_MAX])
{
    char name[32];
    snprintf(name, sizeof name, "%d", i);
    reel_fs_join(out, REEL_PATH_MAX, x->options->work, name);
}

reel_status reel_exporter_look(reel_exporter *x, const reel_export_source *source, reel_error *err)
{
    reel_record *record = NULL;
    reel_layout_clip clip;
    if (!x->options->layout->look) {
        return REEL_OK;
    }
    reel_status status = load(x, source, &record, &clip, err);
    status = status ? status : x->options->layout->look(x->writer, &clip, err);
    unload(x, &record);
    return status;
}

reel_status reel_exporter_make(reel_exporter *x, const reel_export_source *source, int i,
                               reel_error *err)
{
    reel_record *record = NULL;
    reel_layout_clip clip;
    char dir[REEL_PATH_MAX];
    if (!x->options->layout->make) {
        return REEL_OK;
    }
    work_dir(x, i, dir);
    reel_status status = load(x, source, &record, &clip, err);
    status = status ? status : check_source(x, &clip, err);
    status = status ? status : reel_fs_make_dirs(dir, err);
    status = status ? status : x->options->layout->make(&x->layout, &clip, dir, err);
    unload(x, &record);
    return status;
}

/* A line of the manifest. */
static bool list_clip(reel_exporter *x, const reel_record *record)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, record->seed);
    reel_json *entry = reel_json_object();
    const bool ok = entry && reel_json_put(entry, "clip_id", reel_json_string(record->clip_id)) &&
                    reel_json_put(entry, "family", reel_json_string(record->family)) &&
                    reel_json_put(entry, "index", reel_json_int((int64_t)record->index)) &&
                    reel_json_put(entry, "seed", reel_json_string(seed)) &&
                    reel_json_put(entry, "split", reel_json_string(record->split));
    if (!ok) {
        reel_json_destroy(&entry);
    }
    return reel_json_push(x->clips, entry) && ok;
}

reel_status reel_exporter_put(reel_exporter *x, const reel_export_source *source, int i,
                              reel_error *err)
{
    reel_record *record = NULL;
    reel_layout_clip clip;
    char dir[REEL_PATH_MAX];
    work_dir(x, i, dir);
    reel_status status = load(x, source, &record, &clip, err);
    if (!status && !x->options->layout->make) {
        status = check_source(x, &clip, err);
    }
    status = status ? status : reel_facts_add(&x->facts, record, err);
    if (!status && !list_clip(x, record)) {
        status = no_memory(err);
    }
    status = status ? status : x->options->layout->put(x->writer, &clip, dir, err);
    status = status ? status : reel_fs_remove_tree(dir, err);
    unload(x, &record);
    return status;
}

/* ---- going on ---------------------------------------------------------------------------------
 */

reel_status reel_exporter_resume(reel_exporter *x, const reel_export_source *source,
                                 reel_error *err)
{
    reel_record *record = NULL;
    reel_layout_clip clip;
    reel_status status = load(x, source, &record, &clip, err);
    status = status ? status : reel_facts_add(&x->facts, record, err);
    if (!status && !list_clip(x, record)) {
        status = no_memory(err);
    }
    status = status ? status : x->options->layout->resume(x->writer, &clip, err);
    unload(x, &record);
    return status;
}

reel_status reel_exporter_resume_file(reel_exporter *x, const char *name, uint64_t bytes,
                                      const char *sha256, reel_error *err)
{
    const reel_status status = x->options->layout->resume_file(x->writer, name, err);
    return status ? status
                  : reel_manifest_put(reel_layout_files_list(x->layout.files), name, bytes, sha256,
                                      err);
}

const reel_manifest_file *reel_exporter_last_file(const reel_exporter *x)
{
    const reel_manifest_files *files = reel_layout_files_list(x->layout.files);
    return &files->files[files->n - 1];
}

int reel_exporter_waiting(const reel_exporter *x, const char *split)
{
    return x->options->layout->waiting(x->writer, split);
}

/* ---- the end ----------------------------------------------------------------------------------
 */

static reel_status write_card(reel_exporter *x, reel_error *err)
{
    const reel_export_options *o = x->options;
    reel_layout_card own = {0};
    o->layout->card(x->writer, &own);
    const reel_card card = {
        .name = o->name,
        .command = o->command,
        .license = o->license,
        .strip = x->strip,
        .picture = x->picture,
        .has_plan = x->has_plan,
        .bytes = reel_manifest_bytes(reel_layout_files_list(x->layout.files)),
        .facts = &x->facts,
        .layout = &own,
    };
    reel_status status = reel_card_write(o->root, &card, err);
    reel_layout_card_finish(&own);
    return status ? status : reel_layout_file_done(&x->layout, "README.md", err);
}

reel_status reel_exporter_finish(reel_exporter *x, reel_error *err)
{
    const reel_export_options *o = x->options;
    reel_status status = o->layout->finish(x->writer, err);
    status = status ? status : write_card(x, err);
    if (status) {
        return status;
    }
    const reel_manifest_facts facts = {
        .layout = o->layout->name,
        .name = o->name,
        .command = o->command,
        .license = o->license,
        .colour = x->facts.colour,
        .clips = x->clips,
    };
    x->clips = NULL;
    status = reel_manifest_write(o->root, &facts, reel_layout_files_list(x->layout.files), err);
    if (!status && o->receiver) {
        char path[REEL_PATH_MAX];
        reel_fs_join(path, sizeof path, o->root, "manifest.json");
        status = o->receiver(o->ctx, "manifest.json", path, err);
    }
    return status;
}

/* ---- all clips --------------------------------------------------------------------------------
 */

typedef struct batch {
    reel_exporter *exporter;
    const reel_export_source *sources;
    int n, n_put;
    bool *made; /* [n] */
    reel_progress progress;
    reel_status status;
    reel_error why;
} batch;

static reel_status work(void *ctx, int job, reel_worker *worker, reel_error *err)
{
    batch *b = ctx;
    (void)worker;
    return reel_exporter_make(b->exporter, &b->sources[job], job, err);
}

/* Put what can be put by now: clips in their order. */
static bool on_done(void *ctx, int job, const reel_error *err)
{
    batch *b = ctx;
    if (err->status) {
        b->status = err->status;
        b->why = *err;
        return false;
    }
    b->made[job] = true;
    while (!b->status && b->n_put < b->n && b->made[b->n_put]) {
        b->status = reel_exporter_put(b->exporter, &b->sources[b->n_put], b->n_put, &b->why);
        b->n_put++;
        b->progress.done++;
        reel_progress_update(&b->progress);
    }
    return b->status == REEL_OK;
}

static reel_status make_and_put(batch *b, int n_workers, reel_error *err)
{
    reel_status status = REEL_OK;
    const reel_error fine = {0};
    if (b->exporter->options->layout->make) {
        const reel_pool pool = {
            .n_workers = n_workers,
            .n_jobs = b->n,
            .ctx = b,
            .work = work,
            .done = on_done,
        };
        status = reel_pool_run(&pool, err);
    } else {
        for (int i = 0; i < b->n && !reel_stop_signal() && on_done(b, i, &fine); i++) {
        }
    }
    if (!status && b->status) {
        if (err) {
            *err = b->why;
        }
        return b->status;
    }
    if (!status && b->n_put < b->n) {
        return reel_fail(err, REEL_E_RETRY, "stopped by a signal");
    }
    return status;
}

reel_status reel_export_all(const reel_export_options *options, const reel_export_source *sources,
                            int n, int n_workers, bool quiet, reel_error *err)
{
    batch b = {.sources = sources, .n = n, .made = reel_calloc((size_t)n + 1, sizeof(bool))};
    reel_status status = b.made ? reel_exporter_open(options, &b.exporter, err) : no_memory(err);
    for (int i = 0; !status && i < n && options->layout->look; i++) {
        status = reel_exporter_look(b.exporter, &sources[i], err);
    }
    if (!status) {
        reel_progress_start(&b.progress, "clips", n, 0, quiet);
        status = make_and_put(&b, n_workers, err);
        reel_progress_finish(&b.progress);
    }
    status = status ? status : reel_exporter_finish(b.exporter, err);
    reel_exporter_destroy(&b.exporter);
    reel_free(b.made);
    return status;
}
