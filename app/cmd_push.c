/* cmd_push.c - physreel push: a dataset to the hub or to an object store */
#include "app/app.h"
#include "app/push.h"
#include "app/worker.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct command {
    reel_push_options options;
    reel_remote_plan *plan;
    reel_push *push;
    const char *tag; /* NULL: none */
    bool may_move_tag, remove_others, keep_others, json;
    reel_progress progress; /* of the check */
    reel_status status;     /* of a file that failed it */
    reel_error why;
    int n_sent, n_removed;
    uint64_t bytes_sent;
} command;

/* ---- before: is the dataset whole? ----------------------------------------------------------- */

static reel_status check_one(void *ctx, int job, reel_worker *worker, reel_error *err)
{
    const command *c = ctx;
    (void)worker;
    return reel_remote_file_check(&c->plan->files[job], err);
}

static bool on_checked(void *ctx, int job, const reel_error *err)
{
    command *c = ctx;
    c->progress.done++;
    c->plan->files[job].checked = !err->status;
    if (err->status && !c->status) {
        c->status = err->status;
        c->why = *err;
    }
    reel_progress_update(&c->progress);
    return !c->status;
}

static reel_status not_whole(const reel_error *why, reel_error *err)
{
    return reel_fail_at(err, why->status, why->file, 0, NULL,
                        "%s: the dataset is not whole, and nothing was sent", why->msg);
}

/* What is seen without reading, before anything is made on the other side. */
static reel_status check_sizes(const command *c, reel_error *err)
{
    reel_error why = {0};
    for (int i = 0; i < c->plan->n_files; i++) {
        if (reel_remote_file_check_size(&c->plan->files[i], &why)) {
            return not_whole(&why, err);
        }
    }
    return REEL_OK;
}

static reel_status check(command *c, reel_error *err)
{
    const reel_pool pool = {
        .n_workers = reel_pool_cores(),
        .n_jobs = c->plan->n_files,
        .ctx = c,
        .work = check_one,
        .done = on_checked,
    };
    reel_progress_start(&c->progress, "files", c->plan->n_files, 0, c->options.quiet);
    const reel_status status = reel_pool_run(&pool, err);
    reel_progress_finish(&c->progress);
    return !status && c->status ? not_whole(&c->why, err) : status;
}

/* ---- the plan -------------------------------------------------------------------------------- */

static const char *rank_name(const reel_remote_part *part)
{
    static const char *const names[] = {"data", "tables", "card", "manifest"};
    return part->rank == REEL_REMOTE_CARD && part->n > 1 ? "card, manifest" : names[part->rank];
}

static reel_json *part_json(const reel_remote_plan *plan, const reel_remote_part *part)
{
    reel_json *o = reel_json_object(), *files = reel_json_array();
    bool ok = o && files;
    for (int i = 0; ok && i < part->n; i++) {
        ok = reel_json_push(files, reel_json_string(plan->order[part->first + i]->name));
    }
    ok = ok && reel_json_put(o, "kind", reel_json_string(rank_name(part))) &&
         reel_json_put(o, "bytes", reel_json_int((int64_t)part->bytes));
    if (!ok) {
        reel_json_destroy(&files);
    } else {
        ok = reel_json_put(o, "files", files);
    }
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static int print_plan_json(const command *c)
{
    const reel_remote_plan *plan = c->plan;
    reel_json *o = reel_json_object(), *parts = reel_json_array();
    bool ok = o && parts;
    for (int i = 0; ok && i < plan->n_parts; i++) {
        ok = reel_json_push(parts, part_json(plan, &plan->parts[i]));
    }
    ok = ok && reel_json_put(o, "to", reel_json_string(c->options.to)) &&
         reel_json_put(o, "files", reel_json_int(plan->n_order)) &&
         reel_json_put(o, "bytes", reel_json_int((int64_t)plan->order_bytes)) &&
         reel_json_put(o, "tag", c->tag ? reel_json_string(c->tag) : reel_json_null());
    if (!ok) {
        reel_json_destroy(&parts);
    } else {
        ok = reel_json_put(o, "commits", parts);
    }
    if (!ok) {
        reel_json_destroy(&o);
    }
    return reel_app_print_json(o);
}

static int print_plan(const command *c)
{
    const reel_remote_plan *plan = c->plan;
    const char *word = reel_s3_is_url(c->options.to) ? "step" : "commit";
    char size[32];
    if (c->json) {
        return print_plan_json(c);
    }
    for (int i = 0; i < plan->n_parts; i++) {
        const reel_remote_part *part = &plan->parts[i];
        reel_format_bytes(part->bytes, size, sizeof size);
        printf("%s %d: %d %s, %s (%s): %s%s%s\n", word, i + 1, part->n,
               part->n == 1 ? "file" : "files", size, rank_name(part),
               plan->order[part->first]->name, part->n > 1 ? " .. " : "",
               part->n > 1 ? plan->order[part->first + part->n - 1]->name : "");
    }
    reel_format_bytes(plan->order_bytes, size, sizeof size);
    printf("%d files, %s in %d %ss to %s%s%s\n", plan->n_order, size, plan->n_parts, word,
           c->options.to, c->tag ? ", tag " : "", c->tag ? c->tag : "");
    return reel_app_print("");
}

/* ---- the other side -------------------------------------------------------------------------- */

static reel_status judge_others(const command *c, reel_error *err)
{
    const reel_remote_plan *plan = c->plan;
    if (plan->n_others == 0 || c->remove_others || c->keep_others) {
        return REEL_OK;
    }
    return reel_fail(err, REEL_E_USAGE,
                     "%s holds %d %s that this dataset does not have (%s%s%s): nothing was sent; "
                     "--delete removes them at the end, --keep leaves them",
                     c->options.to, plan->n_others, plan->n_others == 1 ? "file" : "files",
                     plan->others[0], plan->n_others > 1 ? ", " : "",
                     plan->n_others > 1 ? plan->others[1] : "");
}

/* A tag is a promise: only the layout's own is moved along. */
static reel_status judge_tag(const command *c, reel_error *err)
{
    reel_hub_tag_state state = REEL_HUB_TAG_ABSENT;
    if (!c->tag || c->may_move_tag) {
        return REEL_OK;
    }
    const reel_status status = reel_hub_tag_look(reel_push_hub(c->push), c->tag, &state, err);
    if (!status &&
        (state == REEL_HUB_TAG_ELSEWHERE || (state == REEL_HUB_TAG_HERE && c->plan->n_order > 0))) {
        return reel_fail(err, REEL_E_USAGE,
                         "%s has a tag %s already, of another content: nothing was sent; choose "
                         "another name",
                         c->options.to, c->tag);
    }
    return status;
}

static reel_status send_all(command *c, reel_error *err)
{
    reel_remote_plan *plan = c->plan;
    reel_status status = REEL_OK;
    reel_push_progress_start(c->push, plan->order_bytes);
    for (int i = 0; !status && i < plan->n_parts; i++) {
        const reel_remote_part *part = &plan->parts[i];
        char message[160];
        snprintf(message, sizeof message, "Add %d %s (%s), %d of %d", part->n,
                 part->n == 1 ? "file" : "files", rank_name(part), i + 1, plan->n_parts);
        status = reel_push_send(c->push, &plan->order[part->first], part->n, message, err);
        c->n_sent += status ? 0 : part->n;
        c->bytes_sent += status ? 0 : part->bytes;
    }
    reel_push_progress_finish(c->push);
    return status;
}

/* All that the other side may refuse, before the long work: a token, a permission, what is there.
 */
static reel_status ask(command *c, reel_error *err)
{
    const reel_remote_bounds bounds = reel_push_bounds(&c->options);
    reel_status status = reel_push_open(&c->options, &c->push, err);
    status = status ? status : reel_push_may_write(c->push, err);
    status = status ? status : reel_push_look(c->push, c->plan, err);
    status = status ? status : reel_remote_plan_parts(c->plan, &bounds, err);
    status = status ? status : judge_others(c, err);
    return status ? status : judge_tag(c, err);
}

static reel_status push(command *c, reel_error *err)
{
    reel_status status = send_all(c, err);
    if (!status && c->remove_others && c->plan->n_others > 0) {
        c->n_removed = c->plan->n_others;
        status = reel_push_remove(c->push, c->plan->others, c->plan->n_others, err);
    }
    status = status ? status : reel_push_tidy(c->push, c->plan, err);
    status = status ? status : reel_push_confirm(c->push, c->plan, err);
    if (!status && c->tag) {
        status = reel_hub_tag(reel_push_hub(c->push), c->tag, err);
    }
    return status;
}

static int print_result(const command *c)
{
    const reel_remote_plan *plan = c->plan;
    char all[32], sent[32];
    if (!c->json) {
        reel_format_bytes(plan->bytes, all, sizeof all);
        reel_format_bytes(c->bytes_sent, sent, sizeof sent);
        printf("%s: %d files, %s; sent %d, %s%s%s\n", c->options.to, plan->n_files, all, c->n_sent,
               sent, c->tag ? "; tag " : "", c->tag ? c->tag : "");
        return reel_app_print("");
    }
    reel_json *o = reel_json_object();
    bool ok = o && reel_json_put(o, "to", reel_json_string(c->options.to)) &&
              reel_json_put(o, "files", reel_json_int(plan->n_files)) &&
              reel_json_put(o, "bytes", reel_json_int((int64_t)plan->bytes)) &&
              reel_json_put(o, "files_sent", reel_json_int(c->n_sent)) &&
              reel_json_put(o, "bytes_sent", reel_json_int((int64_t)c->bytes_sent)) &&
              reel_json_put(o, "files_removed", reel_json_int(c->n_removed)) &&
              reel_json_put(o, "tag", c->tag ? reel_json_string(c->tag) : reel_json_null());
    if (!ok) {
        reel_json_destroy(&o);
    }
    return reel_app_print_json(o);
}

/* ---- the command ----------------------------------------------------------------------------- */

static reel_status begin(command *c, const reel_args *args, const char *dir, const char *to,
                         int n_workers, reel_error *err)
{
    reel_status status = reel_push_parse(args, to, &c->options, err);
    c->options.n_workers = n_workers;
    c->remove_others = reel_args_has(args, "delete");
    c->keep_others = reel_args_has(args, "keep");
    c->json = reel_args_has(args, "json");
    if (!status && c->remove_others && c->keep_others) {
        status = reel_fail(err, REEL_E_USAGE, "--delete and --keep: one or the other");
    }
    if (!status && !reel_args_has(args, "dry-run")) {
        status = reel_push_ready(&c->options, err);
    }
    status = status ? status : reel_remote_plan_open(dir, &c->plan, err);
    return status
               ? status
               : reel_push_tag(args, &c->options, c->plan->layout, &c->tag, &c->may_move_tag, err);
}

int reel_push_dataset(const reel_args *args, const char *dir, const char *to, int n_workers)
{
    command c = {.json = false};
    reel_error err = {0};
    reel_status status = begin(&c, args, dir, to, n_workers, &err);
    int exit_status = 0;
    if (!status && reel_args_has(args, "dry-run")) {
        const reel_remote_bounds bounds = reel_push_bounds(&c.options);
        status = reel_remote_plan_parts(c.plan, &bounds, &err);
        exit_status = status ? reel_app_fail(NULL, &err) : print_plan(&c);
        goto done;
    }
    reel_stop_catch();
    const bool checks = !reel_args_has(args, "no-check");
    if (!status && checks) {
        status = check_sizes(&c, &err);
    }
    status = status ? status : ask(&c, &err);
    if (!status && checks) {
        status = check(&c, &err);
    }
    status = status ? status : push(&c, &err);
    exit_status = status ? reel_app_fail(NULL, &err) : print_result(&c);
done:
    reel_push_close(&c.push);
    reel_remote_plan_close(&c.plan);
    return exit_status;
}

static int cmd_push(const reel_args *args)
{
    reel_error err = {0};
    int64_t n_workers = 4;
    if (reel_args_int(args, "jobs", 1, 64, &n_workers, &err)) {
        return reel_app_fail(NULL, &err);
    }
    return reel_push_dataset(args, args->arguments[0], args->arguments[1], (int)n_workers);
}

static const reel_option options[] = {
    {.name = "dry-run", .help = "only print what a whole push would send, in which commits"},
    REEL_PUSH_OPTIONS,
    {.name = "delete", .help = "remove files there that the dataset does not have"},
    {.name = "keep", .help = "leave them (without either, they are refused)"},
    {.name = "no-check", .help = "do not read the dataset first to see whether it is whole"},
    {.name = "jobs", .letter = 'j', .value = "N", .help = "s3: files sent side by side (4)"},
    {.name = "json", .help = "the result as JSON on stdout"},
    {.name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

const reel_command reel_cmd_push = {
    .name = "push",
    .arguments = "DIR OWNER/NAME | s3://BUCKET/PREFIX",
    .min_arguments = 2,
    .max_arguments = 2,
    .summary = "publish a dataset on the hub or in an object store",
    .details =
        "To the hub through its own command hf (pip install huggingface_hub), which takes the "
        "token\n"
        "from HF_TOKEN or from hf auth login. To S3 with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY\n"
        "and, where needed, AWS_SESSION_TOKEN, AWS_REGION and AWS_ENDPOINT_URL. Data first, then\n"
        "tables, the card, and manifest.json last. May be interrupted at any moment: the same\n"
        "command goes on, and sends nothing that is there already.",
    .example =
        "  physreel push out/demo me/demo --private\n"
        "  physreel push out/demo s3://bucket/demo",
    .options = options,
    .run = cmd_push,
};
