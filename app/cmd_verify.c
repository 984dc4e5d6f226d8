/* cmd_verify.c - physreel verify: is a dataset whole, true to its digests and to itself? */
#include "app/app.h"
#include "app/progress.h"
#include "app/verify.h"
#include "app/worker.h"
#include "base/fs.h"
#include "export/hub/hub.h"
#include <stdio.h>
#include <string.h>

enum { SAY_FINDING, SAY_COUNTS, MOST_SHOWN = 200 };

typedef struct verify {
    reel_dataset *dataset;
    reel_progress progress;
    reel_verify_counts counts;
    reel_json *findings; /* NULL: lines on stdout */
    int n_findings;
    int exit_status; /* of a check that could not be done */
    bool regenerate, hub, quiet, out_of_memory;
} verify;

/* ---- findings, in the parent ---------------------------------------------------------------- */

static bool put_text(reel_json *o, const char *key, const char *text)
{
    return !text[0] || reel_json_put(o, key, reel_json_string(text));
}

static reel_json *finding_json(const reel_finding *f)
{
    reel_json *o = reel_json_object();
    bool ok = o && put_text(o, "clip", f->clip) && put_text(o, "camera", f->camera) &&
              put_text(o, "plane", f->plane) &&
              (f->frame < 0 || reel_json_put(o, "frame", reel_json_int(f->frame))) &&
              put_text(o, "file", f->error.file) && put_text(o, "field", f->error.field) &&
              put_text(o, "message", f->error.msg);
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static void show(void *ctx, const reel_finding *f)
{
    verify *v = ctx;
    v->n_findings++;
    if (v->findings) {
        v->out_of_memory |= !reel_json_push(v->findings, finding_json(f));
        return;
    }
    if (v->n_findings > MOST_SHOWN) {
        return;
    }
    char text[1200], where[300] = "";
    reel_error_format(&f->error, text, sizeof text);
    if (f->clip[0]) {
        snprintf(where, sizeof where, "clip %s%s%s%s%s", f->clip, f->camera[0] ? " camera " : "",
                 f->camera, f->plane[0] ? " plane " : "", f->plane);
    }
    reel_progress_clear(&v->progress);
    if (f->frame >= 0) {
        printf("%s frame %d: %s\n", where, f->frame, text);
    } else {
        printf("%s%s%s\n", where, where[0] ? ": " : "", text);
    }
}

static bool on_file_finding(void *ctx, const reel_error *error)
{
    reel_finder *finder = ctx;
    reel_finder_tell(finder, NULL, NULL, NULL, -1, error);
    return true;
}

/* ---- clips, in the workers ------------------------------------------------------------------ */

static void send_finding(void *ctx, const reel_finding *f)
{
    static_assert(sizeof *f <= REEL_WORKER_MESSAGE, "a finding fits a message");
    reel_worker_send(ctx, SAY_FINDING, f, sizeof *f);
}

static reel_status work(void *ctx, int job, reel_worker *worker, reel_error *err)
{
    verify *v = ctx;
    reel_finder finder = {.ctx = worker, .found = send_finding};
    reel_verify_counts counts = {0};
    reel_status status = reel_verify_clip(v->dataset, job, v->regenerate, &finder, &counts, err);
    reel_worker_send(worker, SAY_COUNTS, &counts, sizeof counts);
    return status;
}

static void on_message(void *ctx, int job, uint32_t kind, const void *data, size_t size)
{
    verify *v = ctx;
    (void)job;
    (void)size;
    if (kind == SAY_FINDING) {
        reel_finding f;
        memcpy(&f, data, sizeof f);
        show(v, &f);
    } else if (kind == SAY_COUNTS) {
        reel_verify_counts c;
        memcpy(&c, data, sizeof c);
        v->counts.frames += c.frames;
        v->counts.pixels += c.pixels;
        v->counts.regenerated += c.regenerated;
        v->counts.unchecked += c.unchecked;
    }
}

static bool on_done(void *ctx, int job, const reel_error *err)
{
    verify *v = ctx;
    v->progress.done++;
    if (err->status) {
        const char *dir = v->dataset->record_dirs[job];
        const char *slash = strrchr(dir, '/');
        reel_progress_clear(&v->progress);
        int status = reel_app_fail(slash ? slash + 1 : dir, err);
        v->exit_status = v->exit_status ? v->exit_status : status;
    }
    reel_progress_update(&v->progress);
    return true;
}

/* ---- the command ---------------------------------------------------------------------------- */

/* The step that stops at nothing: a check that fails as such is an error, findings are not. */
static void keep_error(verify *v, reel_status status, const reel_error *err)
{
    if (status && status != REEL_E_CONFLICT) {
        int exit_status = reel_app_fail(NULL, err);
        v->exit_status = v->exit_status ? v->exit_status : exit_status;
    }
}

static int finish(verify *v)
{
    int status = v->exit_status ? v->exit_status : v->n_findings > 0 ? 70 : 0;
    if (v->findings) {
        reel_json *o = reel_json_object();
        bool ok = o && !v->out_of_memory;
        ok = ok && reel_json_put(o, "dataset", reel_json_string(v->dataset->root));
        ok = ok && reel_json_put(o, "clips", reel_json_int(v->dataset->n_clips));
        ok = ok && reel_json_put(o, "frames", reel_json_int(v->counts.frames));
        ok = ok && reel_json_put(o, "pixels", reel_json_int(v->counts.pixels));
        ok = ok && reel_json_put(o, "regenerated", reel_json_int(v->counts.regenerated));
        ok = ok && reel_json_put(o, "scripts_not_at_hand", reel_json_int(v->counts.unchecked));
        ok = ok && reel_json_put(o, "good", reel_json_bool(status == 0));
        if (ok) {
            ok = reel_json_put(o, "findings", v->findings);
        } else {
            reel_json_destroy(&v->findings);
        }
        if (!ok) {
            reel_json_destroy(&o);
        }
        int printed = reel_app_print_json(o);
        return printed ? printed : status;
    }
    if (v->n_findings > MOST_SHOWN) {
        printf("... and %d more\n", v->n_findings - MOST_SHOWN);
    }
    if (v->hub) {
        printf("%s: %d clips in the layout %s, files and what the hub asks checked: ",
               v->dataset->root, v->dataset->n_clips, v->dataset->layout);
    } else if (v->dataset->record_dirs) {
        printf("%s: %d clips, %lld frames of labels checked%s: ", v->dataset->root,
               v->dataset->n_clips, (long long)v->counts.frames,
               v->regenerate ? ", made anew" : "");
    } else {
        printf("%s: %d clips in the layout %s, all files checked: ", v->dataset->root,
               v->dataset->n_clips, v->dataset->layout);
    }
    if (v->n_findings > 0) {
        printf("%d findings\n", v->n_findings);
    } else {
        printf("%s\n", status ? "not finished" : "good");
    }
    if (v->counts.unchecked > 0) {
        printf(
            "%lld clips were made anew from their scene alone: the script is not a shipped one\n",
            (long long)v->counts.unchecked);
    }
    int printed = reel_app_print("");
    return printed ? printed : status;
}

/* A folder that no dataset can be opened in may be one in the making: then that is what to say. */
static reel_status open_dataset(const char *dir, reel_dataset **out, reel_error *err)
{
    static const char mark[] = ".partial";
    char partial[REEL_PATH_MAX], plan[REEL_PATH_MAX + 16];
    size_t n = strlen(dir);
    const reel_status status = reel_dataset_open(dir, out, err);
    while (n > 1 && dir[n - 1] == '/') {
        n--;
    }
    if (!status || n + sizeof mark > sizeof partial) {
        return status;
    }
    memcpy(partial, dir, n);
    partial[n] = '\0';
    if (n < sizeof mark || strcmp(partial + n - (sizeof mark - 1), mark) != 0) {
        memcpy(partial + n, mark, sizeof mark);
    }
    reel_fs_join(plan, sizeof plan, partial, "plan.json");
    if (!reel_fs_exists(plan)) {
        return status;
    }
    if (err) {
        *err = (reel_error){0};
    }
    return reel_fail_at(err, REEL_E_USAGE, partial, 0, NULL,
                        "is a dataset in the making; the command of its run goes on with it, and "
                        "once it is whole it can be verified");
}

/* Tables, then what is in the records. */
static void check_clips(verify *v, reel_finder *finder, int n_workers)
{
    reel_error err = {0};
    const reel_pool pool = {
        .n_workers = n_workers,
        .n_jobs = v->dataset->n_clips,
        .ctx = v,
        .work = work,
        .message = on_message,
        .done = on_done,
    };
    keep_error(v, reel_dataset_check_tables(v->dataset, on_file_finding, finder, &err), &err);
    err = (reel_error){0};
    reel_stop_catch();
    reel_progress_start(&v->progress, "clips", v->dataset->n_clips, 0, v->quiet);
    const reel_status status = reel_pool_run(&pool, &err);
    reel_progress_finish(&v->progress);
    keep_error(v, status, &err);
}

static int cmd_verify(const reel_args *args)
{
    static verify v;
    reel_error err = {0};
    int64_t n_workers = reel_pool_cores();
    if (reel_args_int(args, "jobs", 1, REEL_MAX_WORKERS, &n_workers, &err) ||
        open_dataset(args->arguments[0], &v.dataset, &err)) {
        return reel_app_fail(NULL, &err);
    }
    v.regenerate = reel_args_has(args, "regenerate");
    if (v.regenerate && !v.dataset->record_dirs) {
        (void)reel_fail_at(&err, REEL_E_USAGE, v.dataset->root, 0, "regenerate",
                           "needs a dataset in the layout clips, this is %s", v.dataset->layout);
        reel_dataset_close(&v.dataset);
        return reel_app_fail(NULL, &err);
    }
    v.hub = reel_args_has(args, "hub");
    v.quiet = reel_args_has(args, "quiet");
    v.findings = reel_args_has(args, "json") ? reel_json_array() : NULL;
    reel_finder finder = {.ctx = &v, .found = show};
    keep_error(&v, reel_dataset_check_files(v.dataset, on_file_finding, &finder, &err), &err);
    err = (reel_error){0};
    if (v.hub) {
        err = (reel_error){0};
        keep_error(&v, reel_hub_check(v.dataset, on_file_finding, &finder, &err), &err);
    } else if (v.dataset->record_dirs) {
        check_clips(&v, &finder, (int)n_workers);
    }
    int exit_status = finish(&v);
    reel_dataset_close(&v.dataset);
    return exit_status;
}

static const reel_option options[] = {
    {.name = "regenerate",
     .help = "make every clip anew from its scene (and that from its\n"
             "script, if it is a shipped one) and compare digests"},
    {.name = "hub",
     .help = "files, and what the hub or its viewer would refuse (limits,\n"
             "card, configs, tables, videos), in place of labels"},
    {.name = "jobs", .letter = 'j', .value = "N", .help = "worker processes (default: cores)"},
    {.name = "json", .help = "findings as JSON on stdout"},
    {.name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

const reel_command reel_cmd_verify = {
    .name = "verify",
    .arguments = "DIR",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "check a dataset: files, digests, tables, mechanics, labels",
    .details =
        "Reads every file back. Planes are compared with the digests that were taken before they\n"
        "were encoded, tables with what the clips' records say, impulses with momenta and "
        "energies\n"
        "with work, labels (drawn again where they are not stored) with depth, poses and cameras.\n"
        "Ends with 70 if anything is wrong, and says where: file; clip, camera, plane and frame;\n"
        "or table, row and column.",
    .example = "  physreel verify out/demo --regenerate",
    .options = options,
    .run = cmd_verify,
};
