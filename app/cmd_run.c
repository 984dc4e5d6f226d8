/* cmd_run.c - physreel run: scenes or a recipe in, a dataset out */
#include "app/app.h"
#include "app/job.h"
#include "app/output.h"
#include "app/plan.h"
#include "app/progress.h"
#include "app/stream.h"
#include "app/trial.h"
#include "app/worker.h"
#include "export/layout/layout.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SAY_ATTEMPT, SAY_REFUSED, SAY_FRACTION, SAY_STATS };

typedef struct say_attempt {
    uint64_t seed;
    uint32_t attempt;
} say_attempt;

typedef struct say_refused {
    uint64_t seed;
    char why[400];
} say_refused;

/* What the parent knows of a clip in work. */
typedef struct clip_state {
    uint64_t seed;
    double fraction;
} clip_state;

typedef struct run {
    reel_plan *plan;
    reel_output output;
    reel_progress progress;
    clip_state *clips;
    bool *skip;
    int kept, made, failed;
    int first_failure; /* exit status */
    reel_job_stats stats;
    int n_workers;
    bool quiet, json;
    bool layout_refuses; /* clips as they are: there is nothing wrong with them */
    const char *push_to; /* NULL: the dataset stays here */
    bool streamed;       /* it is sent while it is made, and does not stay */
    reel_stream *stream; /* it is sent while it is made */
    reel_stream_options stream_options;
} run;

/* ---- in the worker -------------------------------------------------------------------------- */

static void tell_attempt(void *ctx, uint32_t attempt, uint64_t seed)
{
    say_attempt s = {.seed = seed, .attempt = attempt};
    reel_worker_send(ctx, SAY_ATTEMPT, &s, sizeof s);
}

static void tell_refused(void *ctx, uint64_t seed, const reel_error *why)
{
    say_refused s = {.seed = seed};
    reel_error_format(why, s.why, sizeof s.why);
    reel_worker_send(ctx, SAY_REFUSED, &s, sizeof s);
}

static void tell_fraction(void *ctx, double fraction)
{
    reel_worker_send(ctx, SAY_FRACTION, &fraction, sizeof fraction);
}

static reel_status work(void *ctx, int job, reel_worker *worker, reel_error *err)
{
    run *r = ctx;
    reel_job_stats stats = {0};
    reel_job_watch watch = {
        .ctx = worker,
        .attempt = tell_attempt,
        .refused = tell_refused,
        .fraction = tell_fraction,
    };
    reel_status status = reel_job_run(r->plan, job, r->output.records, &watch, &stats, err);
    reel_worker_send(worker, SAY_STATS, &stats, sizeof stats);
    return status;
}

/* ---- in the parent -------------------------------------------------------------------------- */

static void on_message(void *ctx, int job, uint32_t kind, const void *data, size_t size)
{
    run *r = ctx;
    (void)size;
    if (kind == SAY_ATTEMPT) {
        say_attempt s;
        memcpy(&s, data, sizeof s);
        r->clips[job].seed = s.seed;
        r->progress.under_way -= r->clips[job].fraction;
        r->clips[job].fraction = 0;
    } else if (kind == SAY_REFUSED && !r->quiet) {
        say_refused s;
        memcpy(&s, data, sizeof s);
        reel_progress_clear(&r->progress);
        fprintf(stderr, "%s: seed %llu refused, trying the next: %s\n", r->plan->clips[job].id,
                (unsigned long long)s.seed, s.why);
    } else if (kind == SAY_FRACTION) {
        double fraction;
        memcpy(&fraction, data, sizeof fraction);
        r->progress.under_way += fraction - r->clips[job].fraction;
        r->clips[job].fraction = fraction;
        reel_progress_update(&r->progress);
        if (r->stream) {
            reel_error ignored = {0}; /* told again when the clip is done */
            (void)!reel_stream_poll(r->stream, &ignored);
        }
    } else if (kind == SAY_STATS) {
        reel_job_stats s;
        memcpy(&s, data, sizeof s);
        r->stats.frames += s.frames;
        r->stats.attempts += s.attempts;
    }
}

/* A record is whole: it may be sent. */
static bool tell_stream(run *r, int job)
{
    reel_error err = {0};
    if (!reel_stream_clip(r->stream, job, &err)) {
        return true;
    }
    reel_progress_clear(&r->progress);
    int status = reel_app_fail(NULL, &err);
    r->first_failure = r->failed++ ? r->first_failure : status;
    return false;
}

static bool on_done(void *ctx, int job, const reel_error *err)
{
    run *r = ctx;
    r->progress.under_way -= r->clips[job].fraction;
    r->clips[job].fraction = 0;
    if (!err->status) {
        r->made++;
        r->progress.done++;
        reel_progress_update(&r->progress);
        return !r->stream || tell_stream(r, job);
    }
    char what[160];
    snprintf(what, sizeof what, "%s (seed %llu)", r->plan->clips[job].id,
             (unsigned long long)r->clips[job].seed);
    reel_progress_clear(&r->progress);
    int status = reel_app_fail(what, err);
    r->first_failure = r->failed++ ? r->first_failure : status;
    /* a dead worker says nothing about the other clips; the rest would go wrong again */
    return err->status == REEL_E_INTERNAL || err->status == REEL_E_RETRY;
}

static const char *default_dir(reel_plan *plan)
{
    return reel_arena_printf(&plan->arena, "out/%s", plan->name);
}

static int print_result(const run *r, const char *state)
{
    if (r->push_to && !r->streamed) {
        return 0; /* the push that follows tells */
    }
    if (!r->json) {
        char line[REEL_PATH_MAX + 2];
        snprintf(line, sizeof line, "%s\n", r->push_to ? r->push_to : r->output.dir);
        return reel_app_print(line);
    }
    reel_json *o = reel_json_object();
    bool ok = o != NULL;
    ok = ok && reel_json_put(o, "dataset", reel_json_string(r->output.dir));
    ok = ok && (!r->push_to || reel_json_put(o, "to", reel_json_string(r->push_to)));
    ok = ok && reel_json_put(o, "state", reel_json_string(state));
    ok = ok && reel_json_put(o, "clips", reel_json_int(r->plan->n_clips));
    ok = ok && reel_json_put(o, "kept", reel_json_int(r->kept));
    ok = ok && reel_json_put(o, "made", reel_json_int(r->made));
    ok = ok && reel_json_put(o, "refused", reel_json_int(r->stats.attempts));
    ok = ok && reel_json_put(o, "frames", reel_json_int(r->stats.frames));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return reel_app_print_json(o);
}

/* Which clips are there already? */
static reel_status look_for_records(run *r, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < r->plan->n_clips; i++) {
        if (r->stream && reel_stream_has(r->stream, i)) {
            r->skip[i] = true;
        } else {
            status = reel_output_has_record(&r->output, r->plan->clips[i].id, &r->skip[i], err);
            if (!status && r->skip[i] && r->stream) {
                status = reel_stream_clip(r->stream, i, err);
            }
        }
        r->kept += r->skip[i];
    }
    return status;
}

/* Make those of the first `n` clips that are not there yet. @return exit status. */
static int make_first(run *r, int n)
{
    reel_error err = {0};
    const reel_pool pool = {
        .n_workers = r->n_workers,
        .n_jobs = n,
        .skip = r->skip,
        .ctx = r,
        .work = work,
        .message = on_message,
        .done = on_done,
    };
    reel_status status = reel_pool_run(&pool, &err);
    return status ? reel_app_fail(NULL, &err) : r->first_failure;
}

/* What the layout says of clips that are there. @return exit status. */
static int fail_layout(run *r, const reel_error *err)
{
    const reel_status s = err->status;
    r->layout_refuses = r->plan->layout && !r->stream &&
                        (s == REEL_E_USAGE || s == REEL_E_SCENE || s == REEL_E_REFUSED);
    return reel_app_fail(NULL, err);
}

/* One clip of each scene, and the layout is asked whether it would take them, before all the others
 * are made. @return exit status. */
static int make_some(run *r)
{
    reel_error err = {0};
    int n = r->plan->n_entries > r->n_workers ? r->plan->n_entries : r->n_workers;
    n = n < r->plan->n_clips ? n : r->plan->n_clips;
    const int status = make_first(r, n);
    if (status) {
        return status;
    }
    for (int i = 0; i < n; i++) {
        r->skip[i] = true;
    }
    if (n == r->plan->n_clips || !reel_trial_run(&r->output, r->plan, n, &err)) {
        return 0;
    }
    reel_progress_clear(&r->progress);
    return fail_layout(r, &err);
}

/* Make the clips that are not there yet. @return exit status. */
static int make_clips(run *r)
{
    reel_error err = {0};
    const int n = r->plan->n_clips;
    int status = 0;
    if ((r->plan->layout && reel_trial_run(&r->output, r->plan, 0, &err)) ||
        look_for_records(r, &err)) {
        return reel_app_fail(NULL, &err);
    }
    reel_progress_start(&r->progress, "clips", n, r->kept, r->quiet);
    if (r->plan->layout && !r->stream) {
        status = make_some(r);
    }
    if (r->stream) { /* the pictures first, and then on with the rest */
        const int first = reel_stream_first(r->stream);
        status = make_first(r, first);
        if (!status && reel_stream_begin(r->stream, &err)) {
            status = reel_app_fail(NULL, &err);
        }
        for (int i = 0; i < first; i++) {
            r->skip[i] = true;
        }
    }
    status = status ? status : make_first(r, n);
    reel_progress_finish(&r->progress);
    return status;
}

/* A run that cannot go on: tidy up and say what can be done. */
static int give_up(run *r, int status)
{
    int n = reel_output_abandon(&r->output);
    if (n > 0) { /* what the user asked for is wrong: unless it is told differently it stays so */
        const bool again = status != reel_exit_status(REEL_E_USAGE) || r->stream;
        fprintf(stderr, "physreel: %d of %d clips are kept in %s%s\n", n, r->plan->n_clips,
                r->output.partial,
                r->layout_refuses
                    ? "; the same command with another --format or --set goes on with them"
                : again ? "; the same command goes on from there"
                        : "");
    }
    return status;
}

/* The packing step may be ended at any moment: it is done again by the next run. */
static void on_stop_in_packing(int signal_number)
{
    static const char text[] = "physreel: interrupted while packing; the same command goes on\n";
    (void)signal_number;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(75);
}

static int pack(run *r)
{
    reel_error err = {0};
    signal(SIGINT, on_stop_in_packing);
    signal(SIGTERM, on_stop_in_packing);
    signal(SIGHUP, on_stop_in_packing);
    if (reel_stop_signal()) {
        on_stop_in_packing(0);
    }
    if (r->stream ? reel_stream_finish(r->stream, &err)
                  : reel_output_finish(&r->output, r->plan, r->n_workers, r->quiet, &err)) {
        return give_up(r, fail_layout(r, &err));
    }
    if (!r->quiet) {
        double s = reel_progress_seconds(&r->progress);
        fprintf(stderr, "%d clips (%d made, %lld frames, %.1f s, %.3g frames/s)\n",
                r->plan->n_clips, r->made, (long long)r->stats.frames, s,
                s > 0 ? (double)r->stats.frames / s : 0.0);
    }
    return print_result(r, "made");
}

/* Sent while it is made. */
static int run_streamed(run *r)
{
    reel_error err = {0};
    if (reel_stream_was_sent(&r->output, r->plan, &r->stream_options)) {
        if (!r->quiet) {
            fprintf(stderr, "%s.pushed says that this plan was made and sent there\n",
                    r->output.dir);
        }
        r->kept = r->plan->n_clips;
        return reel_output_discard(&r->output, &err) ? reel_app_fail(NULL, &err)
                                                     : print_result(r, "there");
    }
    if (reel_stream_open(r->plan, &r->output, &r->stream_options, &r->stream, &err)) {
        return give_up(r, reel_app_fail(NULL, &err));
    }
    int status = make_clips(r);
    status = status ? give_up(r, status) : pack(r);
    reel_stream_close(&r->stream);
    return status;
}

static int run_plan(run *r, const char *dir)
{
    reel_error err = {0};
    reel_output_state state = REEL_OUTPUT_NEW;
    if (reel_output_open(dir, r->plan, &r->output, &state, &err)) {
        return reel_app_fail(NULL, &err);
    }
    if (state == REEL_OUTPUT_DONE) {
        r->streamed = false; /* it stays where it is, and is sent as it is */
        if (!r->quiet) {
            fprintf(stderr, "%s is there already, whole and of the same plan\n", r->output.dir);
        }
        r->kept = r->plan->n_clips;
        return print_result(r, "there");
    }
    reel_stop_catch();
    if (r->streamed) {
        return run_streamed(r);
    }
    if (r->push_to) {
        char first[8];
        int n = 0;
        if (reel_push_ask(&r->stream_options.push, &n, first, sizeof first, &err)) {
            return give_up(r, reel_app_fail(NULL, &err));
        }
    }
    if (state == REEL_OUTPUT_PACKING) {
        r->kept = r->plan->n_clips;
        reel_progress_start(&r->progress, "clips", r->kept, r->kept, r->quiet);
        return pack(r);
    }
    int status = make_clips(r);
    return status ? give_up(r, status) : pack(r);
}

/* Where the dataset is to go, if anywhere. */
static reel_status parse_push(run *r, const reel_args *args, reel_error *err)
{
    static const char *const others[] = {"push-room",    "push-keep",   "revision",  "private",
                                         "commit-files", "commit-size", "part-size", "tag"};
    reel_stream_options *o = &r->stream_options;
    const char *room = reel_args_get(args, "push-room");
    bool may_move = false;
    r->push_to = reel_args_get(args, "push");
    for (size_t i = 0; !r->push_to && i < sizeof others / sizeof others[0]; i++) {
        if (reel_args_has(args, others[i])) {
            return reel_fail(err, REEL_E_USAGE, "--%s: only with --push", others[i]);
        }
    }
    if (!r->push_to) {
        return REEL_OK;
    }
    o->room = UINT64_C(8000000000);
    if (room && !reel_parse_bytes(room, &o->room)) {
        return reel_fail(err, REEL_E_USAGE, "--push-room %s: want bytes, such as 500M or 8G", room);
    }
    const char *layout = r->plan->layout ? r->plan->layout->name : "clips";
    reel_status status = reel_push_parse(args, r->push_to, &o->push, err);
    status = status ? status : reel_push_tag(args, &o->push, layout, &o->tag, &may_move, err);
    status = status ? status : reel_push_ready(&o->push, err);
    r->streamed = !status && reel_stream_can(r->plan) && !reel_args_has(args, "push-keep");
    return status;
}

static int cmd_run(const reel_args *args)
{
    reel_error err = {0};
    run r = {
        .quiet = reel_args_has(args, "quiet"),
        .json = reel_args_has(args, "json"),
        .output = {.lock = -1},
    };
    int64_t n_workers = reel_pool_cores();
    int status = 0;
    if (reel_args_int(args, "jobs", 1, REEL_MAX_WORKERS, &n_workers, &err) ||
        reel_plan_create(args, &r.plan, &err)) {
        return reel_app_fail(NULL, &err);
    }
    if (parse_push(&r, args, &err) || reel_plan_probe(r.plan, &err)) {
        status = reel_app_fail(NULL, &err);
        goto done;
    }
    const char *dir = reel_args_get(args, "output");
    dir = dir ? dir : default_dir(r.plan);
    r.clips = REEL_ARENA_NEW(&r.plan->arena, clip_state, r.plan->n_clips);
    r.skip = REEL_ARENA_NEW(&r.plan->arena, bool, r.plan->n_clips);
    if (!dir || !r.clips || !r.skip) {
        (void)reel_fail(&err, REEL_E_NOMEM, "out of memory");
        status = reel_app_fail(NULL, &err);
        goto done;
    }
    r.n_workers = (int)n_workers;
    status = run_plan(&r, dir);
    if (!status && r.push_to && !r.streamed) {
        status = reel_push_dataset(args, r.output.dir, r.push_to, r.stream_options.push.n_workers);
    }
done:
    reel_output_close(&r.output);
    reel_plan_destroy(&r.plan);
    return status;
}

static const reel_option options[] = {
    {.name = "output",
     .letter = 'o',
     .value = "DIR",
     .help = "folder of the dataset, made whole at the end\n(default out/<scene>)"},
    REEL_PLAN_OPTIONS,
    {.name = "jobs", .letter = 'j', .value = "N", .help = "worker processes (default: cores)"},
    {.name = "push",
     .value = "TO",
     .help = "send the dataset to OWNER/NAME of the hub or s3://BUCKET/PREFIX\n"
             "(see physreel push); shards of --format webdataset go while the\n"
             "rest is made, and do not stay here"},
    {.name = "push-room",
     .value = "BYTES",
     .help = "shards that may wait to be sent (8G); above, the run waits"},
    {.name = "push-keep", .help = "the dataset stays in DIR: it is made whole, and then sent"},
    REEL_PUSH_OPTIONS,
    {.name = "json", .help = "the result as JSON on stdout"},
    {.name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

const reel_command reel_cmd_run = {
    .name = "run",
    .arguments = "SCENE... | RECIPE",
    .min_arguments = 1,
    .max_arguments = REEL_MAX_ENTRIES,
    .summary = "make a dataset of labelled clips",
    .details =
        "SCENE is a shipped family (physreel list), a .lua script or a frozen .json scene; "
        "several\n"
        "take turns, --count clips of each. A RECIPE is a .json file that lists scenes and "
        "options\n"
        "for a whole dataset. While it is made the dataset is DIR.partial; the same command goes\n"
        "on where a run was interrupted. The same plan gives the same bytes, whatever -j.",
    .example =
        "  physreel run toss --count 4 --seed 7 -p count=5 -o out/toss\n"
        "  physreel run billiards dominoes --preset movi --labels all",
    .options = options,
    .run = cmd_run,
};
