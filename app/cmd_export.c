/* cmd_export.c - physreel export: a dataset that is there in another layout */
#include "app/app.h"
#include "app/drawer.h"
#include "app/export.h"
#include "app/plan.h"
#include "app/progress.h"
#include "app/worker.h"
#include "export/layout/controls.h"
#include "export/pack.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In OUT.partial: says that it is ours, and may be begun anew. */
#define MARK ".physreel-export"

typedef struct job {
    reel_arena arena;
    reel_dataset *dataset;
    const reel_layout *layout; /* NULL: clips */
    int n_given;
    const char *given[REEL_MAX_ARGS];
    int n;
    reel_export_source *sources;
    const char *name, *command, *license;
    char out[REEL_PATH_MAX], partial[REEL_PATH_MAX], root[REEL_PATH_MAX], work[REEL_PATH_MAX];
    int n_workers;
    bool quiet;
    reel_controls controls; /* clips: added to those there are */
    bool first_frames;
    const char **dirs; /* clips: [n] of the records to pack */
    reel_progress progress;
    reel_error why; /* of the first record that failed */
} job;

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory");
}

/* ---- what is asked for ------------------------------------------------------------------------
 */

static reel_status find_controls(job *j, const reel_args *args, reel_error *err)
{
    const char *text = reel_args_get(args, "control");
    j->first_frames = reel_args_has(args, "first-frames");
    if (j->layout && (text || j->first_frames)) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, text ? "control" : "first-frames",
                            "is for the format clips");
    }
    return text ? reel_parse_controls(text, &j->controls, err) : REEL_OK;
}

static reel_status open_dataset(job *j, const char *from, reel_error *err)
{
    const reel_status status =
        j->dataset ? REEL_OK : reel_dataset_open_clips(from, &j->dataset, err);
    return !status && j->dataset->n_clips == 0
               ? reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL, "holds no clips")
               : status;
}

static reel_status find_format(job *j, const reel_args *args, reel_error *err)
{
    const char *name = reel_args_get(args, "format");
    if (!name) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "format", "is missing; %s, auto",
                            reel_layout_names());
    }
    if (strcmp(name, "auto") == 0) {
        const reel_status status = open_dataset(j, args->arguments[0], err);
        if (status) {
            return status;
        }
        name = reel_plan_auto_format(j->dataset->n_clips);
    }
    j->layout = reel_layout_find(name);
    if (!j->layout && strcmp(name, "clips") != 0) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "format",
                            "there is no format \"%s\"; %s, auto", name, reel_layout_names());
    }
    for (const char *s; (s = reel_args_get_nth(args, "set", j->n_given)) != NULL;) {
        j->given[j->n_given++] = s;
    }
    if (!j->layout) {
        return j->n_given == 0 ? REEL_OK
                               : reel_fail_at(err, REEL_E_USAGE, NULL, 0, "set",
                                              "the format clips has no settings");
    }
    return reel_layout_check_settings(j->layout, j->n_given, j->given, err);
}

static const char *text_of(const reel_dataset *dataset, const char *key)
{
    const char *text = reel_json_to_string(reel_json_get(dataset->manifest, key));
    return text ? text : "";
}

/* The dataset's own command, then this one; where things lie makes no difference to any byte. */
static const char *command_of(job *j)
{
    const char *before = text_of(j->dataset, "command");
    const char *text =
        reel_arena_printf(&j->arena, "%s%sphysreel export DIR --format %s", before,
                          before[0] ? "\n" : "", j->layout ? j->layout->name : "clips");
    for (int i = 0; text && i < j->n_given; i++) {
        text = reel_arena_printf(&j->arena, "%s --set %s", text, j->given[i]);
    }
    for (int k = 0, n = 0; text && k < REEL_CONTROL_COUNT; k++) {
        if (j->controls & REEL_CONTROL_BIT(k)) {
            text = reel_arena_printf(&j->arena, "%s%s%s", text, n++ ? "," : " --control ",
                                     reel_control_name((reel_control)k));
        }
    }
    text = text && j->first_frames ? reel_arena_printf(&j->arena, "%s --first-frames", text) : text;
    return text;
}

static reel_status find_clips(job *j, reel_error *err)
{
    const reel_json *clips = reel_json_get(j->dataset->manifest, "clips");
    j->n = j->dataset->n_clips;
    j->sources = REEL_ARENA_NEW(&j->arena, reel_export_source, j->n + 1);
    j->command = command_of(j);
    j->name = text_of(j->dataset, "name");
    j->license = text_of(j->dataset, "license");
    if (!j->sources || !j->command) {
        return no_memory(err);
    }
    for (int i = 0; i < j->n; i++) {
        int64_t folder = 0;
        reel_json_to_int(reel_json_get(reel_json_at(clips, (size_t)i), "folder"), &folder);
        j->sources[i] = (reel_export_source){
            .dir = j->dataset->record_dirs[i],
            .dataset = j->dataset->root,
            .folder = (int)folder,
        };
    }
    return REEL_OK;
}

/* What the card is told in place of what it was told before. */
static reel_status find_words(job *j, const reel_args *args, reel_error *err)
{
    const char *name = reel_args_get(args, "name"), *license = reel_args_get(args, "license");
    for (const char *c = name; c && *c; c++) {
        if ((unsigned char)*c < ' ') {
            return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "name",
                                "must be a single line of text");
        }
    }
    if (name && !*name) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "name", "is empty");
    }
    if (license && (!*license || license[strspn(license,
                                                "abcdefghijklmnopqrstuvwxyz"
                                                "0123456789.+-")])) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "license",
                            "\"%s\" is no identifier of the hub's, such as cc-by-4.0 or other",
                            license);
    }
    j->name = name ? name : j->name;
    j->license = license ? license : j->license;
    return REEL_OK;
}

/* ---- where it goes ----------------------------------------------------------------------------
 */

/* Is `out`, which is not there yet, below `from`? */
static bool is_below(const char *out, const char *from)
{
    char path[REEL_PATH_MAX], folder[PATH_MAX], above[PATH_MAX];
    snprintf(path, sizeof path, "%s", out);
    do { /* what of it is there */
        char *slash = strrchr(path, '/');
        if (!slash || slash == path) {
            memcpy(path, slash ? "/" : ".", 2);
        } else {
            *slash = 0;
        }
    } while (!reel_fs_exists(path));
    if (!realpath(path, folder) || !realpath(from, above)) {
        return false;
    }
    const size_t n = strlen(above);
    return strncmp(folder, above, n) == 0 &&
           (folder[n] == '/' || !folder[n] || above[n - 1] == '/');
}

/* Beside the dataset: its own name and the format's. A path that ends in . or .. has no name. */
static int default_out(job *j, const char *from)
{
    char real[PATH_MAX];
    size_t n = strlen(from);
    while (n > 1 && from[n - 1] == '/') {
        n--;
    }
    const bool nameless =
        from[n - 1] == '.' &&
        (n < 2 || from[n - 2] == '/' || (from[n - 2] == '.' && (n < 3 || from[n - 3] == '/')));
    if (nameless && realpath(from, real)) {
        from = real;
        n = strlen(real);
    }
    return snprintf(j->out, sizeof j->out, "%.*s-%s", (int)n, from,
                    j->layout ? j->layout->name : "clips");
}

static reel_status open_output(job *j, const char *dir, const char *from, reel_error *err)
{
    char mark[REEL_PATH_MAX];
    const int length = dir ? snprintf(j->out, sizeof j->out, "%s", dir) : default_out(j, from);
    if (length <= 0 || (size_t)length + 64 > sizeof j->out) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "output", "the path is empty or too long");
    }
    for (size_t k = strlen(j->out); k > 1 && j->out[k - 1] == '/'; k--) {
        j->out[k - 1] = 0;
    }
    memcpy(j->partial, j->out, sizeof j->out);
    memcpy(j->partial + strlen(j->partial), ".partial", sizeof ".partial");
    if (reel_fs_exists(j->out)) {
        return reel_fail_at(err, REEL_E_USAGE, j->out, 0, NULL,
                            "exists; choose another folder with -o, or remove it");
    }
    if (is_below(j->out, from)) {
        return reel_fail_at(err, REEL_E_USAGE, j->out, 0, NULL,
                            "is inside the dataset that is read; choose another folder with -o");
    }
    reel_fs_join(mark, sizeof mark, j->partial, MARK);
    if (reel_fs_exists(j->partial) && !reel_fs_exists(mark)) {
        return reel_fail_at(err, REEL_E_USAGE, j->partial, 0, NULL,
                            "exists and is no export that was broken off; remove it");
    }
    reel_fs_join(j->root, sizeof j->root, j->partial, "dataset");
    reel_fs_join(j->work, sizeof j->work, j->partial, "parts");
    reel_status status = reel_fs_make_dirs(j->partial, err);
    status = status ? status : reel_fs_publish(mark, "", 0, err);
    status = status ? status : reel_fs_remove_tree(j->root, err);
    return status ? status : reel_fs_make_dirs(j->root, err);
}

/* ---- clips again ------------------------------------------------------------------------------
 */

/* The record of a source, whole, as a folder of its own, with the control videos asked for. */
static reel_status make_record(const job *j, int i, reel_error *err)
{
    const reel_export_source *source = &j->sources[i];
    reel_record *record = NULL;
    reel_drawer_state *state = reel_drawer_create();
    reel_status status = state ? REEL_OK : no_memory(err);
    status = status ? status : reel_export_open_record(source, &record, err);
    if (!status && (j->controls || j->first_frames)) {
        status = reel_record_load_data(record, err);
    }
    if (!status) {
        const reel_drawer drawer = reel_drawer_of(state);
        const reel_layout_clip clip = {.record = record,
                                       .dataset = source->dataset,
                                       .folder = source->folder,
                                       .drawer = &drawer};
        status = reel_export_check_files(&clip, true, err);
        status = status ? status
                        : reel_controls_add(&clip, j->controls, j->first_frames, j->dirs[i], err);
    }
    reel_drawer_destroy(&state);
    reel_record_close(&record);
    return status;
}

static reel_status record_work(void *ctx, int i, reel_worker *worker, reel_error *err)
{
    (void)worker;
    return make_record(ctx, i, err);
}

static bool record_done(void *ctx, int i, const reel_error *err)
{
    job *j = ctx;
    (void)i;
    if (err->status && !j->why.status) {
        j->why = *err;
    }
    j->progress.done++;
    reel_progress_update(&j->progress);
    return err->status == REEL_OK;
}

/* All records, as folders under `work`. */
static reel_status make_records(job *j, reel_error *err)
{
    const reel_pool pool = {.n_workers = j->n_workers,
                            .n_jobs = j->n,
                            .ctx = j,
                            .work = record_work,
                            .done = record_done};
    reel_stop_catch();
    reel_progress_start(&j->progress, "clips", j->n, 0, j->quiet);
    reel_status status = reel_pool_run(&pool, err);
    reel_progress_finish(&j->progress);
    if (!status && j->why.status) {
        status = j->why.status;
        if (err) {
            *err = j->why;
        }
    }
    return status;
}

static reel_status export_clips(job *j, reel_error *err)
{
    j->dirs = REEL_ARENA_NEW(&j->arena, const char *, j->n + 1);
    reel_status status = j->dirs ? reel_fs_remove_tree(j->work, err) : no_memory(err);
    for (int i = 0; !status && i < j->n; i++) {
        const char *slash = strrchr(j->sources[i].dir, '/');
        j->dirs[i] =
            reel_arena_printf(&j->arena, "%s/%s", j->work, slash ? slash + 1 : j->sources[i].dir);
        status = j->dirs[i] ? REEL_OK : no_memory(err);
    }
    reel_pack_options options = reel_pack_options_default();
    options.name = j->name;
    options.command = j->command;
    options.license = j->license;
    status = status ? status : make_records(j, err);
    return status ? status : reel_pack_clips(j->root, j->dirs, j->n, &options, err);
}

/* ---- the command ------------------------------------------------------------------------------
 */

/* Contact sheet and plan are as true of the new dataset; the page of players names files that other
 * layouts do not have. */
static reel_status copy_extras(const job *j, reel_error *err)
{
    const reel_json *files = reel_json_get(j->dataset->manifest, "files");
    reel_status status = REEL_OK;
    for (size_t i = 0; !status && i < reel_json_count(files); i++) {
        const char *name = reel_json_to_string(reel_json_get(reel_json_at(files, i), "path"));
        if (strchr(name, '/') || strcmp(name, "README.md") == 0 ||
            (j->layout && strcmp(name, "index.html") == 0)) {
            continue;
        }
        char from[REEL_PATH_MAX], to[REEL_PATH_MAX];
        reel_fs_join(from, sizeof from, j->dataset->root, name);
        reel_fs_join(to, sizeof to, j->root, name);
        status = reel_fs_exists(from)
                     ? reel_fs_copy(from, to, err)
                     : reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL,
                                    "is missing: the dataset's manifest names it (see physreel "
                                    "verify)");
    }
    return status;
}

static reel_status export_layout(job *j, reel_error *err)
{
    const reel_export_options options = {
        .layout = j->layout,
        .root = j->root,
        .work = j->work,
        .name = j->name,
        .command = j->command,
        .license = j->license,
        .n_given = j->n_given,
        .given = j->given,
    };
    reel_stop_catch();
    return reel_export_all(&options, j->sources, j->n, j->n_workers, j->quiet, err);
}

static reel_status run_job(job *j, const reel_args *args, reel_error *err)
{
    const char *from = args->arguments[0];
    int64_t n_workers = reel_pool_cores();
    reel_status status = reel_args_int(args, "jobs", 1, REEL_MAX_WORKERS, &n_workers, err);
    status = status ? status : find_format(j, args, err);
    status = status ? status : find_controls(j, args, err);
    status = status ? status : open_dataset(j, from, err);
    status = status ? status : find_clips(j, err);
    status = status ? status : find_words(j, args, err);
    status = status ? status : open_output(j, reel_args_get(args, "output"), from, err);
    if (status) {
        return status;
    }
    j->n_workers = (int)n_workers;
    j->quiet = reel_args_has(args, "quiet");
    status = copy_extras(j, err);
    status = status ? status : j->layout ? export_layout(j, err) : export_clips(j, err);
    status = status ? status : reel_fs_publish_dir(j->root, j->out, err);
    (void)reel_fs_remove_tree(j->partial, NULL);
    return status;
}

static int cmd_export(const reel_args *args)
{
    static job j;
    reel_error err = {0};
    const reel_status status = run_job(&j, args, &err);
    char line[REEL_PATH_MAX + 2];
    snprintf(line, sizeof line, "%s\n", j.out);
    reel_dataset_close(&j.dataset);
    reel_arena_finish(&j.arena);
    return status ? reel_app_fail(NULL, &err) : reel_app_print(line);
}

static const reel_option options[] = {
    {.name = "format",
     .value = "NAME",
     .help = "layout (physreel list --formats tells them); auto:\nwebdataset above 5,000 clips"},
    {.name = "set",
     .value = "KEY=VALUE",
     .repeats = true,
     .help = "a setting of the format (physreel list --formats)"},
    {.name = "control",
     .value = "LIST",
     .help = "clips: control videos to add, as in physreel run"},
    {.name = "first-frames", .help = "clips: add a PNG of the first frame of each video"},
    {.name = "output", .letter = 'o', .value = "DIR", .help = "new folder (default DIR-<format>)"},
    {.name = "name", .value = "TEXT", .help = "of the dataset, for its card (default: as it was)"},
    {.name = "license", .value = "ID", .help = "of the dataset (default: as it was)"},
    {.name = "jobs", .letter = 'j', .value = "N", .help = "worker processes (default: cores)"},
    {.name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

const reel_command reel_cmd_export = {
    .name = "export",
    .arguments = "DIR",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "a dataset in another layout, without simulating again",
    .details =
        "Reads the clips' records of the dataset DIR (clips layout) and writes a new folder; "
        "labels\n"
        "that DIR does not store are drawn again. DIR stays as it is; files that need no change "
        "are\n"
        "hard links where the file system allows it. The same bytes for any number of workers.",
    .example =
        "  physreel export out/toss --format webdataset -o out/toss-shards\n"
        "  physreel export out/toss --format coco --set every=4\n"
        "  physreel export out/toss --format clips --control depth,edge",
    .options = options,
    .run = cmd_export,
};
