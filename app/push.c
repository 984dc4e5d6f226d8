/* push.c - see push.h */
#include "app/push.h"
#include "app/child.h"
#include "app/stage.h"
#include "app/worker.h"
#include "base/log.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAY_SENT };

struct reel_push {
    reel_push_options options;
    reel_arena arena;
    reel_hub *hub;
    reel_stage stage; /* of the hub */
    reel_s3 *s3;      /* the parent's */
    reel_s3_options s3_options;
    reel_progress progress;
    uint64_t total, sent; /* bytes of files that are sent whole */
    uint64_t scale;       /* bytes of a unit of the progress */
    /* what is being sent by workers */
    const reel_remote_file *const *files;
    uint64_t *under_way; /* [n] bytes of each */
    uint64_t sum;        /* of them */
    reel_status status;
    reel_error why;
    reel_worker *worker; /* in a worker */
    uint64_t told;       /* in a worker: bytes that the parent knows of */
};

/* ---- numbers --------------------------------------------------------------------------------- */

bool reel_parse_bytes(const char *text, uint64_t *out)
{
    static const char units[] = "kMGT";
    char digits[24];
    const size_t n = strspn(text, "0123456789");
    uint64_t value = 0, factor = 1;
    if (n == 0 || n >= sizeof digits) {
        return false;
    }
    memcpy(digits, text, n);
    digits[n] = '\0';
    if (!reel_parse_u64(digits, &value)) {
        return false;
    }
    text += n;
    if (*text) {
        const char unit = *text == 'K' ? 'k' : (char)(*text == 'k' ? 'k' : toupper(*text));
        const char *at = strchr(units, unit);
        if (!at || strcmp(text + 1, "B") * strcmp(text + 1, "") != 0) {
            return false;
        }
        for (const char *u = units; u <= at; u++) {
            factor *= 1000;
        }
    }
    if (value > UINT64_MAX / 2 / factor) {
        return false;
    }
    *out = value * factor;
    return true;
}

void reel_format_bytes(uint64_t bytes, char *out, size_t size)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes;
    int i = 0;
    while (value >= 999.5 && i < 5) {
        value /= 1000;
        i++;
    }
    snprintf(out, size, i == 0 ? "%.0f %s" : value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[i]);
}

static reel_status parse_size(const reel_args *args, const char *name, uint64_t lo, uint64_t *out,
                              reel_error *err)
{
    const char *text = reel_args_get(args, name);
    uint64_t value = 0;
    if (!text) {
        return REEL_OK;
    }
    if (!reel_parse_bytes(text, &value) || value < lo || value > UINT64_C(5000000000000)) {
        return reel_fail(err, REEL_E_USAGE,
                         "--%s %s: want bytes from %" PRIu64 " on, such as 64M or 2G", name, text,
                         lo);
    }
    *out = value;
    return REEL_OK;
}

static reel_status check_url(const char *url, reel_error *err)
{
    reel_arena arena = {0};
    reel_s3_options options = reel_s3_options_default();
    const reel_status status = reel_s3_parse_url(url, &arena, &options, err);
    reel_arena_finish(&arena);
    return status;
}

reel_status reel_push_ready(const reel_push_options *options, reel_error *err)
{
    char path[REEL_PATH_MAX];
    if (reel_s3_is_url(options->to)) {
        reel_s3_options s3 = reel_s3_options_default();
        return reel_s3_from_environment(&s3, err);
    }
    return reel_child_find("hf", path, sizeof path)
               ? REEL_OK
               : reel_fail(err, REEL_E_USAGE,
                           "the command hf is not there, which a push to the hub needs: pip "
                           "install huggingface_hub");
}

reel_status reel_push_parse(const reel_args *args, const char *to, reel_push_options *out,
                            reel_error *err)
{
    static const char *const of_hub[] = {"revision",    "private", "commit-files",
                                         "commit-size", "tag",     NULL};
    static const char *const of_s3[] = {"part-size", NULL};
    const bool is_s3 = reel_s3_is_url(to);
    int64_t files = 100;
    *out = (reel_push_options){
        .to = to,
        .revision = reel_args_get(args, "revision"),
        .is_private = reel_args_has(args, "private"),
        .commit_bytes = UINT64_C(2000000000),
        .part_bytes = UINT64_C(64000000),
        .n_workers = 4,
        .quiet = reel_args_has(args, "quiet"),
    };
    for (const char *const *name = is_s3 ? of_hub : of_s3; *name; name++) {
        if (reel_args_has(args, *name)) {
            return reel_fail(err, REEL_E_USAGE, "--%s: not for %s, only for %s", *name,
                             is_s3 ? "s3" : "the hub", is_s3 ? "the hub" : "s3");
        }
    }
    if (!is_s3 && !reel_hub_is_repo(to)) {
        return reel_fail(err, REEL_E_USAGE, "%s: want OWNER/NAME of the hub or s3://BUCKET/PREFIX",
                         to);
    }
    if (out->revision && !reel_hub_is_ref(out->revision)) {
        return reel_fail(err, REEL_E_USAGE, "--revision %s: no name of a branch", out->revision);
    }
    reel_status status = is_s3 ? check_url(to, err) : REEL_OK;
    status = status ? status : reel_args_int(args, "commit-files", 1, 1000, &files, err);
    status = status ? status : parse_size(args, "commit-size", 1, &out->commit_bytes, err);
    status = status ? status : parse_size(args, "part-size", 5 << 20, &out->part_bytes, err);
    out->commit_files = (int)files;
    return status;
}

reel_remote_bounds reel_push_bounds(const reel_push_options *options)
{
    if (reel_s3_is_url(options->to)) {
        return (reel_remote_bounds){.max_files = INT32_MAX, .max_bytes = UINT64_MAX / 2};
    }
    return (reel_remote_bounds){
        .max_files = options->commit_files,
        .max_bytes = options->commit_bytes,
        .card_with_manifest = true,
    };
}

/* ---- progress -------------------------------------------------------------------------------- */

static void show(reel_push *push, uint64_t under_way)
{
    const uint64_t reached = push->sent + under_way;
    const double units = (double)reached / (double)push->scale;
    push->progress.done = (int)units;
    push->progress.under_way = units - (double)push->progress.done;
    if (push->progress.unit) {
        reel_progress_update(&push->progress);
    }
}

void reel_push_progress_start(reel_push *push, uint64_t total)
{
    push->scale = total < UINT64_C(20000000) ? 1000 : 1000000;
    push->total = total;
    push->sent = 0;
    reel_progress_start(&push->progress, push->scale == 1000 ? "kB" : "MB",
                        (int)((total + push->scale - 1) / push->scale), 0, push->options.quiet);
}

void reel_push_progress_finish(reel_push *push)
{
    reel_progress_finish(&push->progress);
    push->progress.unit = NULL;
}

static reel_status wait_and_say(void *ctx, double seconds, const char *why, reel_error *err)
{
    reel_push *push = ctx;
    if (!push->options.quiet) {
        reel_progress_clear(&push->progress);
        fprintf(stderr, "physreel: %s; again in %.3g s\n", why, seconds);
    }
    return reel_child_wait(seconds, err);
}

/* ---- the hub --------------------------------------------------------------------------------- */

/* hf never says the token; should it, nobody sees it. */
static void hide_token(reel_bytes *text)
{
    const char *token = getenv("HF_TOKEN");
    const size_t n = token ? strlen(token) : 0;
    for (size_t i = 0; n >= 8 && i + n <= text->size; i++) {
        if (memcmp(text->data + i, token, n) == 0) {
            memset(text->data + i, '*', n);
        }
    }
}

static reel_status run_hf(void *ctx, const char *const *argv, reel_bytes *out, reel_bytes *told,
                          int *exit_status, reel_error *err)
{
    static const char *const environment[] = {"HF_HUB_DISABLE_PROGRESS_BARS=1",
                                              "HF_HUB_DISABLE_UPDATE_CHECK=1", "NO_COLOR=1", NULL};
    char line[1024];
    size_t used = 0;
    (void)ctx;
    line[0] = '\0';
    for (int i = 0; argv[i] && used < sizeof line; i++) {
        const int n = snprintf(line + used, sizeof line - used, " %s", argv[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    reel_log_write(REEL_LOG_DEBUG, "runs:%s", line);
    const reel_status status = reel_child_run(argv, environment, out, told, exit_status, err);
    hide_token(out);
    hide_token(told);
    return status;
}

static reel_status open_hub(reel_push *push, reel_error *err)
{
    const reel_status status = reel_stage_make(&push->stage, err);
    if (status) {
        return status;
    }
    const reel_hub_options options = {
        .repo = push->options.to,
        .revision = push->options.revision,
        .is_private = push->options.is_private,
        .tries = 8,
        .stage = push->stage.path,
        .runner = {.ctx = push, .run = run_hf, .wait = wait_and_say},
    };
    return reel_hub_open(&options, &push->hub, err);
}

/* ---- s3: files side by side, in worker processes --------------------------------------------- */

static void tell_sent(void *ctx, uint64_t bytes)
{
    enum { STEP = 1 << 20 };
    reel_push *push = ctx;
    if (push->worker && (bytes < push->told || bytes - push->told >= STEP)) {
        push->told = bytes;
        reel_worker_send(push->worker, SAY_SENT, &bytes, sizeof bytes);
    }
}

static reel_status open_s3(reel_push *push, reel_error *err)
{
    push->s3_options = reel_s3_options_default();
    push->s3_options.part_bytes = push->options.part_bytes;
    push->s3_options.wait = wait_and_say;
    push->s3_options.sent = tell_sent;
    push->s3_options.ctx = push;
    reel_status status = reel_s3_parse_url(push->options.to, &push->arena, &push->s3_options, err);
    status = status ? status : reel_s3_from_environment(&push->s3_options, err);
    return status ? status : reel_s3_open(&push->s3_options, &push->s3, err);
}

static reel_status put_one(void *ctx, int job, reel_worker *worker, reel_error *err)
{
    static reel_s3 *own; /* one connection a worker */
    reel_push *push = ctx;
    push->worker = worker;
    push->told = 0;
    const reel_remote_file *file = push->files[job];
    char sha256[REEL_SHA256_HEX];
    uint64_t bytes = 0;
    bool there = false;
    reel_status status = own ? REEL_OK : reel_s3_open(&push->s3_options, &own, err);
    if (!status && push->options.look_first) {
        status = reel_s3_head(own, file->name, &there, &bytes, sha256, err);
        there = there && !status && bytes == file->bytes && strcmp(sha256, file->sha256) == 0;
    }
    return status || there ? status : reel_s3_put(own, file, err);
}

static void on_message(void *ctx, int job, uint32_t kind, const void *data, size_t size)
{
    reel_push *push = ctx;
    if (kind == SAY_SENT && size == sizeof(uint64_t)) {
        const uint64_t before = push->under_way[job];
        memcpy(&push->under_way[job], data, sizeof(uint64_t));
        push->sum += push->under_way[job] - before;
        show(push, push->sum);
    }
}

static bool on_done(void *ctx, int job, const reel_error *err)
{
    reel_push *push = ctx;
    push->sum -= push->under_way[job];
    push->under_way[job] = 0;
    if (err->status) {
        push->why = push->status ? push->why : *err;
        push->status = push->why.status;
        return false;
    }
    push->sent += push->files[job]->bytes;
    show(push, push->sum);
    return true;
}

static reel_status send_s3(reel_push *push, const reel_remote_file *const *files, int n,
                           reel_error *err)
{
    push->under_way = reel_calloc((size_t)n + 1, sizeof *push->under_way);
    if (!push->under_way) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a push");
    }
    push->sum = 0;
    push->files = files;
    push->status = REEL_OK;
    const reel_pool pool = {
        .n_workers = n < push->options.n_workers ? (n > 0 ? n : 1) : push->options.n_workers,
        .n_jobs = n,
        .ctx = push,
        .work = put_one,
        .message = on_message,
        .done = on_done,
    };
    reel_status status = reel_pool_run(&pool, err);
    if (!status && push->status) {
        status = push->status;
        if (err) {
            *err = push->why;
        }
    }
    reel_free(push->under_way);
    push->under_way = NULL;
    return status;
}

/* ---- either ---------------------------------------------------------------------------------- */

reel_status reel_push_open(const reel_push_options *options, reel_push **out, reel_error *err)
{
    reel_push *push = reel_calloc(1, sizeof *push);
    if (!push) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a push");
    }
    push->options = *options;
    push->scale = 1000;
    const reel_status status =
        reel_s3_is_url(options->to) ? open_s3(push, err) : open_hub(push, err);
    if (status) {
        reel_push_close(&push);
        return status;
    }
    *out = push;
    return REEL_OK;
}

void reel_push_close(reel_push **push)
{
    if (*push) {
        reel_hub_close(&(*push)->hub);
        reel_s3_close(&(*push)->s3);
        reel_stage_remove(&(*push)->stage);
        reel_arena_finish(&(*push)->arena);
        reel_free(*push);
        *push = NULL;
    }
}

reel_hub *reel_push_hub(reel_push *push)
{
    return push->hub;
}

reel_status reel_push_may_write(reel_push *push, reel_error *err)
{
    return push->hub ? reel_hub_may_write(push->hub, err) : REEL_OK;
}

reel_status reel_push_look(reel_push *push, reel_remote_plan *plan, reel_error *err)
{
    return push->hub ? reel_hub_look(push->hub, plan, err) : reel_s3_look(push->s3, plan, err);
}

reel_status reel_push_ask(const reel_push_options *options, int *n, char *first, size_t size,
                          reel_error *err)
{
    reel_push *push = NULL;
    reel_remote_plan nothing = {0};
    reel_status status = reel_push_open(options, &push, err);
    status = status ? status : reel_push_may_write(push, err);
    status = status ? status : reel_push_look(push, &nothing, err);
    *n = status ? 0 : nothing.n_others;
    snprintf(first, size, "%s", *n > 0 ? nothing.others[0] : "");
    reel_free(nothing.others);
    reel_arena_finish(&nothing.arena);
    reel_push_close(&push);
    return status;
}

reel_status reel_push_send(reel_push *push, const reel_remote_file *const *files, int n,
                           const char *message, reel_error *err)
{
    if (!push->hub) {
        return send_s3(push, files, n, err);
    }
    const reel_status status = reel_hub_send(push->hub, files, n, message, err);
    for (int i = 0; !status && i < n; i++) {
        push->sent += files[i]->bytes;
    }
    if (!status) {
        show(push, 0);
    }
    return status;
}

reel_status reel_push_remove(reel_push *push, const char *const *names, int n, reel_error *err)
{
    reel_status status = REEL_OK;
    if (push->hub) {
        return reel_hub_remove(push->hub, names, n, err);
    }
    for (int i = 0; !status && i < n; i++) {
        status = reel_s3_remove(push->s3, names[i], err);
    }
    return status;
}

reel_status reel_push_tidy(reel_push *push, const reel_remote_plan *plan, reel_error *err)
{
    return push->hub ? REEL_OK : reel_s3_sweep(push->s3, plan, NULL, err);
}

reel_status reel_push_confirm(reel_push *push, reel_remote_plan *plan, reel_error *err)
{
    const char *first = NULL;
    int n = 0;
    const reel_status status = reel_push_look(push, plan, err);
    for (int i = 0; i < plan->n_files; i++) {
        if (!plan->files[i].there) {
            first = first ? first : plan->files[i].name;
            n++;
        }
    }
    if (!status && n > 0) {
        return reel_fail(err, REEL_E_CONFLICT,
                         "%s took everything, and yet does not hold %d of the %d files as they are "
                         "here (%s): does it have a .gitignore, or is somebody else writing to it?",
                         push->options.to, n, plan->n_files, first);
    }
    return status;
}

reel_status reel_push_tag(const reel_args *args, const reel_push_options *options,
                          const char *layout, const char **tag, bool *may_move, reel_error *err)
{
    static const char of_lerobot[] = "v3.0"; /* its readers ask for the format's version */
    const bool lerobot = strcmp(layout, "lerobot") == 0 && !reel_s3_is_url(options->to);
    const char *given = reel_args_get(args, "tag");
    const char *chosen = given ? given : lerobot ? of_lerobot : NULL;
    if (chosen && strcmp(chosen, "none") == 0) {
        chosen = NULL;
    }
    if (chosen && !reel_hub_is_ref(chosen)) {
        return reel_fail(err, REEL_E_USAGE, "--tag %s: no name of a tag", chosen);
    }
    *may_move = chosen && lerobot && strcmp(chosen, of_lerobot) == 0;
    *tag = chosen;
    return REEL_OK;
}
