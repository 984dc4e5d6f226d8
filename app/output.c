/* output.c - see output.h */
#include "app/output.h"
#include "app/export.h"
#include "app/page.h"
#include "app/sheet.h"
#include "app/strip.h"
#include "export/pack.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool only_strays(void *ctx, const char *name)
{
    bool *only = ctx;
    *only = strncmp(name, ".tmp-", 5) == 0;
    return *only;
}

/* Remove DIR.partial, its plan last: as long as anything else is there, so is what it is. */
static reel_status remove_partial(const reel_output *output, reel_error *err)
{
    reel_status status = reel_fs_remove_tree(output->records, err);
    status = status ? status : reel_fs_remove_tree(output->dataset, err);
    return status ? status : reel_fs_remove_tree(output->partial, err);
}

static reel_status lock_partial(reel_output *output, reel_error *err)
{
    /* workers of a run that was killed hold the lock until they are gone: wait a little */
    enum { TRIES = 50 };
    output->lock = open(output->partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (output->lock < 0 && errno == ENOENT) {
        return REEL_OK; /* gone since: no good lock, so it is looked at again */
    }
    if (output->lock < 0) {
        return reel_fail_at(err, REEL_E_IO, output->partial, 0, NULL, "cannot open: %s",
                            strerror(errno));
    }
    for (int i = 0; flock(output->lock, LOCK_EX | LOCK_NB) != 0; i++) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return REEL_OK; /* a file system without locks: the caller sees to it */
        }
        if (i == TRIES) {
            return reel_fail_at(err, REEL_E_RETRY, output->partial, 0, NULL,
                                "another physreel works on this folder");
        }
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return REEL_OK;
}

typedef struct sweep {
    const char *dir;
    reel_status status;
    reel_error *err;
} sweep;

static bool remove_stray(void *ctx, const char *name)
{
    sweep *s = ctx;
    char path[REEL_PATH_MAX];
    if (strncmp(name, ".tmp-", 5) == 0) {
        reel_fs_join(path, sizeof path, s->dir, name);
        s->status = reel_fs_remove_tree(path, s->err);
    }
    return s->status == REEL_OK;
}

static reel_status sweep_strays(const char *dir, reel_error *err)
{
    sweep s = {.dir = dir, .err = err};
    reel_status status = reel_fs_list(dir, remove_stray, &s, err);
    return status ? status : s.status;
}

/* DIR is there: the same dataset, or in the way. */
static reel_status judge_dir(const reel_output *output, const char *plan_text,
                             reel_output_state *state, reel_error *err)
{
    char difference[256];
    reel_plan_likeness likeness = REEL_PLAN_ABSENT;
    reel_dataset *dataset = NULL;
    reel_status status =
        reel_plan_compare(output->dir, plan_text, &likeness, difference, sizeof difference, err);
    if (status) {
        return status;
    }
    if (likeness == REEL_PLAN_ABSENT) {
        return reel_fail_at(err, REEL_E_USAGE, output->dir, 0, NULL,
                            "exists and is no dataset of a run; choose another folder with -o");
    }
    if (likeness != REEL_PLAN_SAME) {
        return reel_fail_at(err, REEL_E_USAGE, output->dir, 0, NULL,
                            "exists with another dataset (%s); choose another folder with -o, or "
                            "remove it",
                            difference);
    }
    status = reel_dataset_open(output->dir, &dataset, NULL);
    reel_dataset_close(&dataset);
    if (status) {
        return reel_fail_at(err, REEL_E_USAGE, output->dir, 0, NULL,
                            "exists but is not whole (see physreel verify); remove it to make it "
                            "again");
    }
    *state = REEL_OUTPUT_DONE;
    return REEL_OK;
}

/* Can the clips that are there go into another layout? Not once some were moved into a dataset of
 * clips, or sent. */
static bool can_change_layout(const reel_output *output)
{
    char path[REEL_PATH_MAX];
    reel_json *plan = NULL;
    reel_fs_join(path, sizeof path, output->partial, "push.json");
    if (reel_fs_exists(path)) {
        return false;
    }
    reel_fs_join(path, sizeof path, output->partial, "plan.json");
    const bool is_read = reel_json_read_file(path, &plan, NULL) == REEL_OK;
    const char *format = reel_json_to_string(reel_json_get(plan, "format"));
    const bool moves = !is_read || !format || strcmp(format, "clips") == 0;
    reel_json_destroy(&plan);
    return !moves || !reel_fs_exists(output->dataset);
}

/* DIR.partial is there: ours to go on with, or in the way. */
static reel_status judge_partial(const reel_output *output, const char *plan_text,
                                 reel_plan_likeness *likeness, reel_error *err)
{
    char difference[256];
    reel_status status =
        reel_plan_compare(output->partial, plan_text, likeness, difference, sizeof difference, err);
    if (status || *likeness == REEL_PLAN_SAME ||
        (*likeness == REEL_PLAN_OTHER_LAYOUT && can_change_layout(output))) {
        return status;
    }
    bool only = true;
    if (*likeness == REEL_PLAN_ABSENT) {
        status = reel_fs_list(output->partial, only_strays, &only, err);
        if (status || only) {
            return status; /* killed before its first file */
        }
    }
    return reel_fail_at(err, REEL_E_USAGE, output->partial, 0, NULL,
                        "holds an unfinished run that differs (%s); finish it with its own "
                        "command and version, or remove it",
                        difference);
}

/* Is the folder that was locked still the one of this name, and DIR not there yet? */
static bool lock_is_good(const reel_output *output)
{
    struct stat locked, named;
    return fstat(output->lock, &locked) == 0 && stat(output->partial, &named) == 0 &&
           locked.st_dev == named.st_dev && locked.st_ino == named.st_ino &&
           !reel_fs_exists(output->dir);
}

/* What another layout made of the clips goes, before the plan says that it is ours. */
static reel_status clear_layout(const reel_output *output, reel_error *err)
{
    char parts[REEL_PATH_MAX];
    reel_fs_join(parts, sizeof parts, output->partial, "parts");
    const reel_status status = reel_fs_remove_tree(output->dataset, err);
    return status ? status : reel_fs_remove_tree(parts, err);
}

/* Plan and folders of a locked DIR.partial. */
static reel_status prepare_partial(const reel_output *output, const char *plan_text,
                                   reel_output_state *state, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof path, output->partial, "plan.json");
    *state = reel_fs_exists(path) ? REEL_OUTPUT_RESUMED : REEL_OUTPUT_NEW;
    reel_plan_likeness likeness = REEL_PLAN_ABSENT;
    reel_status status = judge_partial(output, plan_text, &likeness, err); /* it is locked now */
    status = status ? status : sweep_strays(output->partial, err);
    if (!status && likeness == REEL_PLAN_OTHER_LAYOUT) {
        status = clear_layout(output, err);
    }
    if (!status && likeness != REEL_PLAN_SAME) {
        status = reel_fs_publish(path, plan_text, strlen(plan_text), err);
    }
    if (!status && reel_fs_exists(output->dataset)) {
        *state = REEL_OUTPUT_PACKING;
        return REEL_OK;
    }
    status = status ? status : reel_fs_make_dirs(output->records, err);
    return status ? status : sweep_strays(output->records, err);
}

/* A run that was killed between its last rename and its tidying up leaves DIR.partial beside the
 * finished DIR. If its lock is taken, somebody is tidying up already. */
static reel_status tidy_up(reel_output *output, const char *plan_text, reel_error *err)
{
    reel_plan_likeness likeness = REEL_PLAN_ABSENT;
    char difference[256];
    reel_status status = reel_plan_compare(output->partial, plan_text, &likeness, difference,
                                           sizeof difference, err);
    if (status || likeness != REEL_PLAN_SAME) {
        /* if it is empty its plan went last; anything else is not ours to remove */
        (void)!rmdir(output->partial);
        return status;
    }
    output->lock = open(output->partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (output->lock >= 0 && flock(output->lock, LOCK_EX | LOCK_NB) == 0) {
        status = remove_partial(output, err);
    }
    reel_output_close(output);
    return status;
}

/* One look at DIR and DIR.partial. *again: they changed in the meantime. */
static reel_status look(reel_output *output, const char *plan_text, reel_output_state *state,
                        bool *again, reel_error *err)
{
    *again = false;
    if (reel_fs_exists(output->dir)) {
        reel_status status = judge_dir(output, plan_text, state, err);
        return status ? status : tidy_up(output, plan_text, err);
    }
    reel_plan_likeness likeness = REEL_PLAN_ABSENT;
    reel_status status = reel_fs_exists(output->partial)
                             ? judge_partial(output, plan_text, &likeness, err)
                             : REEL_OK;
    status = status ? status : reel_fs_make_dirs(output->partial, err);
    status = status ? status : lock_partial(output, err);
    if (status) {
        return status;
    }
    if (!lock_is_good(output)) { /* who held the lock has finished, or given up */
        reel_output_close(output);
        *again = true;
        return REEL_OK;
    }
    return prepare_partial(output, plan_text, state, err);
}

static reel_status set_paths(reel_output *out, const char *dir, reel_error *err)
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/') {
        n--;
    }
    /* room for the longest name below it */
    if (n == 0 || n > REEL_PATH_MAX - 512) {
        return reel_fail(err, REEL_E_USAGE, "output folder: a path of 1 to %d characters",
                         REEL_PATH_MAX - 512);
    }
    memcpy(out->dir, dir, n);
    out->dir[n] = '\0';
    const char *slash = strrchr(out->dir, '/');
    const char *base = slash ? slash + 1 : out->dir;
    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
        return reel_fail(err, REEL_E_USAGE, "output folder %s: not the name of a new folder", dir);
    }
    memcpy(out->partial, out->dir, n);
    memcpy(out->partial + n, ".partial", sizeof ".partial");
    reel_fs_join(out->records, sizeof out->records, out->partial, "records");
    reel_fs_join(out->dataset, sizeof out->dataset, out->partial, "dataset");
    return REEL_OK;
}

static char *plan_text_of(const reel_plan *plan)
{
    reel_json *json = reel_plan_to_json(plan);
    size_t length = 0;
    char *text = json ? reel_json_pretty(json, &length) : NULL;
    reel_json_destroy(&json);
    return text;
}

reel_status reel_output_open(const char *dir, const reel_plan *plan, reel_output *out,
                             reel_output_state *state, reel_error *err)
{
    *out = (reel_output){.lock = -1};
    reel_status status = set_paths(out, dir, err);
    if (status) {
        return status;
    }
    char *text = plan_text_of(plan);
    if (!text) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    bool again = true;
    while (!status && again) {
        status = look(out, text, state, &again, err);
    }
    reel_free(text);
    if (status) {
        reel_output_close(out);
    }
    return status;
}

static bool record_is_whole(const char *dir)
{
    reel_record *record = NULL;
    bool whole = reel_record_open(dir, &record, NULL) == REEL_OK;
    for (int i = 0; whole && i < record->n_files; i++) {
        char path[REEL_PATH_MAX], hex[REEL_SHA256_HEX];
        reel_sha256 digest;
        uint64_t size = 0;
        reel_fs_join(path, sizeof path, dir, record->files[i].name);
        whole = reel_sha256_file(path, &digest, &size, NULL) == REEL_OK &&
                size == record->files[i].bytes;
        if (whole) {
            reel_sha256_hex(digest, hex);
            whole = strcmp(hex, record->files[i].sha256) == 0;
        }
    }
    reel_record_close(&record);
    return whole;
}

reel_status reel_output_has_record(const reel_output *output, const char *id, bool *has,
                                   reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof path, output->records, id);
    *has = reel_fs_exists(path) && record_is_whole(path);
    return *has ? REEL_OK : reel_fs_remove_tree(path, err);
}

typedef reel_status (*picture_maker)(const char *const *dirs, int n, const char *path,
                                     reel_error *err);

static reel_status make_sheet(const char *const *dirs, int n, const char *path, reel_error *err)
{
    n = n < REEL_SHEET_ROWS ? n : REEL_SHEET_ROWS;
    return reel_sheet_make(dirs, n, REEL_SHEET_WIDTH, path, err);
}

static reel_status make_strip(const char *const *dirs, int n, const char *path, reel_error *err)
{
    return reel_strip_make(dirs, n < REEL_STRIP_CLIPS ? n : REEL_STRIP_CLIPS, path, err);
}

/* The card's pictures; made before any record is moved, so they are there if packing goes on
 * later. */
static reel_status pictures_first(const reel_output *output, const char *const *dirs, int n,
                                  reel_error *err)
{
    static const struct {
        const char *name;
        picture_maker make;
    } pictures[] = {{"contact_sheet.png", make_sheet}, {"strip.webp", make_strip}};
    reel_status status = REEL_OK;
    for (size_t i = 0; !status && i < sizeof pictures / sizeof pictures[0]; i++) {
        char path[REEL_PATH_MAX];
        reel_fs_join(path, sizeof path, output->dataset, pictures[i].name);
        status = reel_fs_exists(path) ? REEL_OK : pictures[i].make(dirs, n, path, err);
    }
    return status;
}

static reel_status pack_clips(reel_output *output, reel_plan *plan, const char *const *dirs,
                              reel_error *err)
{
    char page[REEL_PATH_MAX];
    reel_fs_join(page, sizeof page, output->dataset, "index.html");
    if (!reel_fs_exists(page)) { /* it reads the records where they are before they are moved */
        reel_status status = reel_page_make(dirs, plan->n_clips, plan->name, page, err);
        if (status) {
            return status;
        }
    }
    reel_pack_options options = reel_pack_options_default();
    options.name = plan->name;
    options.command = reel_plan_command(plan);
    return options.command ? reel_pack_clips(output->dataset, dirs, plan->n_clips, &options, err)
                           : reel_fail(err, REEL_E_NOMEM, "out of memory");
}

static reel_status pack_layout(reel_output *output, reel_plan *plan, const char *const *dirs,
                               int n_workers, bool quiet, reel_error *err)
{
    char work[REEL_PATH_MAX];
    reel_export_options options;
    reel_export_source *sources = REEL_ARENA_NEW(&plan->arena, reel_export_source, plan->n_clips);
    if (!sources) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < plan->n_clips; i++) {
        sources[i] = (reel_export_source){.dir = dirs[i]};
    }
    reel_fs_join(work, sizeof work, output->partial, "parts");
    const reel_status status = reel_export_options_of(plan, output->dataset, work, &options, err);
    return status ? status
                  : reel_export_all(&options, sources, plan->n_clips, n_workers, quiet, err);
}

static reel_status pack_all(reel_output *output, reel_plan *plan, int n_workers, bool quiet,
                            reel_error *err)
{
    const char **dirs = REEL_ARENA_NEW(&plan->arena, const char *, plan->n_clips);
    bool ok = dirs != NULL;
    for (int i = 0; ok && i < plan->n_clips; i++) {
        dirs[i] = reel_arena_printf(&plan->arena, "%s/%s", output->records, plan->clips[i].id);
        ok = dirs[i] != NULL;
    }
    if (!ok) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = pictures_first(output, dirs, plan->n_clips, err);
    if (status) {
        return status;
    }
    return plan->layout ? pack_layout(output, plan, dirs, n_workers, quiet, err)
                        : pack_clips(output, plan, dirs, err);
}

/* ---- sent while it is made --------------------------------------------------------------------
 */

static bool remove_all_but_pictures(void *ctx, const char *name)
{
    sweep *s = ctx;
    char path[REEL_PATH_MAX];
    const char *dot = strrchr(name, '.');
    reel_fs_join(path, sizeof path, s->dir, name);
    if (reel_fs_is_dir(path) || !dot || (strcmp(dot, ".png") != 0 && strcmp(dot, ".webp") != 0)) {
        s->status = reel_fs_remove_tree(path, s->err);
    }
    return s->status == REEL_OK;
}

static reel_status publish_plan(const char *dir, const reel_plan *plan, reel_error *err)
{
    char path[REEL_PATH_MAX];
    char *text = plan_text_of(plan);
    if (!text) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_fs_join(path, sizeof path, dir, "plan.json");
    const reel_status status = reel_fs_publish(path, text, strlen(text), err);
    reel_free(text);
    return status;
}

reel_status reel_output_begin_stream(const reel_output *output, const reel_plan *plan,
                                     reel_error *err)
{
    sweep s = {.dir = output->dataset, .err = err};
    reel_status status = reel_fs_make_dirs(output->dataset, err);
    status = status ? status : reel_fs_list(output->dataset, remove_all_but_pictures, &s, err);
    status = status ? status : s.status;
    return status ? status : publish_plan(output->dataset, plan, err);
}

reel_status reel_output_make_pictures(const reel_output *output, const char *const *dirs, int n,
                                      reel_error *err)
{
    return pictures_first(output, dirs, n, err);
}

/* Clips are moved and packing goes on where it was; layouts begin anew from the records. */
static reel_status open_dataset_folder(const reel_output *output, const reel_plan *plan,
                                       reel_error *err)
{
    reel_status status = plan->layout ? reel_fs_remove_tree(output->dataset, err) : REEL_OK;
    return status ? status : reel_fs_make_dirs(output->dataset, err);
}

reel_status reel_output_finish(reel_output *output, reel_plan *plan, int n_workers, bool quiet,
                               reel_error *err)
{
    reel_status status = open_dataset_folder(output, plan, err);
    status = status ? status : publish_plan(output->dataset, plan, err);
    status = status ? status : pack_all(output, plan, n_workers, quiet, err);
    status = status ? status : reel_fs_publish_dir(output->dataset, output->dir, err);
    return status ? status : remove_partial(output, err);
}

reel_status reel_output_discard(reel_output *output, reel_error *err)
{
    return remove_partial(output, err);
}

static bool count_record(void *ctx, const char *name)
{
    *(int *)ctx += strncmp(name, ".tmp-", 5) != 0;
    return true;
}

int reel_output_abandon(reel_output *output)
{
    int n = 0;
    if (reel_fs_exists(output->records)) {
        (void)!sweep_strays(output->records, NULL);
        if (reel_fs_list(output->records, count_record, &n, NULL)) {
            n = 0;
        }
    }
    if (n == 0 && !reel_fs_exists(output->dataset)) {
        (void)remove_partial(output, NULL);
    }
    return n;
}

void reel_output_close(reel_output *output)
{
    if (output->lock >= 0) {
        close(output->lock);
        output->lock = -1;
    }
}
