/* plan.c - see plan.h */
#include "export/remote/plan.h"
#include "export/manifest.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for the plan of a push");
}

/* ---- reading the manifest -------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

reel_remote_rank reel_remote_rank_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    if (strcmp(name, "manifest.json") == 0) {
        return REEL_REMOTE_MANIFEST;
    }
    if (strcmp(name, "README.md") == 0) {
        return REEL_REMOTE_CARD;
    }
    const bool tells = !slash || begins(name, "meta/") || begins(name, "tables/") ||
                       begins(slash + 1, "metadata.");
    return tells ? REEL_REMOTE_TABLES : REEL_REMOTE_DATA;
}

/* A name that stays inside the dataset: no empty part, no part that begins with a dot. */
static bool is_inside(const char *name)
{
    for (const char *part = name;; part++) {
        if (*part == '/' || *part == '.' || *part == '\0') {
            return false;
        }
        part = strchr(part, '/');
        if (!part) {
            return strlen(name) <= 1024;
        }
    }
}

static bool is_sha256(const char *text)
{
    return text && strlen(text) == REEL_SHA256_HEX - 1 &&
           strspn(text, "0123456789abcdef") == REEL_SHA256_HEX - 1;
}

static reel_status add_file(reel_remote_plan *plan, const char *name, uint64_t bytes,
                            const char *sha256, reel_error *err)
{
    reel_remote_file *file = &plan->files[plan->n_files];
    *file = (reel_remote_file){
        .name = reel_arena_strdup(&plan->arena, name),
        .path = reel_arena_printf(&plan->arena, "%s/%s", plan->root, name),
        .bytes = bytes,
        .rank = reel_remote_rank_of(name),
    };
    if (!file->name || !file->path) {
        return no_memory(err);
    }
    memcpy(file->sha256, sha256, REEL_SHA256_HEX);
    plan->bytes += bytes;
    plan->n_files++;
    return REEL_OK;
}

static reel_status read_files(reel_remote_plan *plan, const reel_json *files, const char *path,
                              reel_error *err)
{
    const size_t n = reel_json_count(files);
    plan->files = REEL_ARENA_NEW(&plan->arena, reel_remote_file, n + 1);
    if (!plan->files) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        const reel_json *entry = reel_json_at(files, i);
        const char *name = reel_json_to_string(reel_json_get(entry, "path"));
        const char *sha256 = reel_json_to_string(reel_json_get(entry, "sha256"));
        int64_t bytes = -1;
        if (!name || !is_inside(name) || strcmp(name, "manifest.json") == 0) {
            return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                                "names a file outside of the dataset");
        }
        if (!is_sha256(sha256) || !reel_json_to_int(reel_json_get(entry, "bytes"), &bytes) ||
            bytes < 0) {
            return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "has no size or digest for %s",
                                name);
        }
        const reel_status status = add_file(plan, name, (uint64_t)bytes, sha256, err);
        if (status) {
            return status;
        }
    }
    return REEL_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const reel_remote_file *)a)->name, ((const reel_remote_file *)b)->name);
}

/* The manifest lists all files but itself. */
static reel_status add_manifest(reel_remote_plan *plan, const char *path, reel_error *err)
{
    char hex[REEL_SHA256_HEX];
    reel_sha256 digest;
    uint64_t bytes = 0;
    reel_status status = reel_sha256_file(path, &digest, &bytes, err);
    if (status) {
        return status;
    }
    reel_sha256_hex(digest, hex);
    status = add_file(plan, "manifest.json", bytes, hex, err);
    qsort(plan->files, (size_t)plan->n_files, sizeof *plan->files, by_name);
    for (int i = 1; !status && i < plan->n_files; i++) {
        if (strcmp(plan->files[i - 1].name, plan->files[i].name) == 0) {
            status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "names %s twice",
                                  plan->files[i].name);
        }
    }
    return status;
}

static reel_status read_manifest(reel_remote_plan *plan, const reel_json *manifest,
                                 const char *path, reel_error *err)
{
    char hex[REEL_SHA256_HEX];
    const char *format = reel_json_to_string(reel_json_get(manifest, "format"));
    const char *layout = reel_json_to_string(reel_json_get(manifest, "layout"));
    const char *own = reel_json_to_string(reel_json_get(manifest, "manifest_sha256"));
    if (!format || strcmp(format, REEL_DATASET_FORMAT) != 0 || !layout) {
        return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                            "is no manifest of a physreel dataset");
    }
    plan->layout = reel_arena_strdup(&plan->arena, layout);
    if (!plan->layout || !reel_manifest_digest(manifest, hex)) {
        return no_memory(err);
    }
    if (!own || strcmp(own, hex) != 0) {
        return reel_fail_at(err, REEL_E_CONFLICT, path, 0, "manifest_sha256",
                            "is not as it was written: its digest is %s, should be %s", hex,
                            own ? own : "given");
    }
    const reel_status status = read_files(plan, reel_json_get(manifest, "files"), path, err);
    return status ? status : add_manifest(plan, path, err);
}

reel_status reel_remote_plan_open(const char *dir, reel_remote_plan **out, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_json *manifest = NULL;
    reel_status status = REEL_OK;
    reel_remote_plan *plan = reel_calloc(1, sizeof *plan);
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/') {
        n--;
    }
    if (!plan) {
        return no_memory(err);
    }
    if (n + 1100 > sizeof path) {
        status = reel_fail(err, REEL_E_IO, "the path of the dataset is too long");
        goto fail;
    }
    plan->root = reel_arena_printf(&plan->arena, "%.*s", (int)n, dir);
    if (!plan->root) {
        status = no_memory(err);
        goto fail;
    }
    reel_fs_join(path, sizeof path, plan->root, "manifest.json");
    if (!reel_fs_exists(path)) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL,
                              "does not exist: %s is no dataset of physreel", plan->root);
        goto fail;
    }
    status = reel_json_read_file(path, &manifest, err);
    if (status == REEL_E_SCENE) { /* text that is no JSON is a damaged dataset */
        status = REEL_E_CONFLICT;
        if (err) {
            err->status = status;
        }
    }
    status = status ? status : read_manifest(plan, manifest, path, err);
    if (status) {
        goto fail;
    }
    *out = plan;
    plan = NULL;
fail:
    reel_json_destroy(&manifest);
    reel_remote_plan_close(&plan);
    return status;
}

void reel_remote_plan_close(reel_remote_plan **plan)
{
    if (*plan) {
        reel_free((*plan)->others);
        reel_free((*plan)->order);
        reel_free((*plan)->parts);
        reel_arena_finish(&(*plan)->arena);
        reel_free(*plan);
        *plan = NULL;
    }
}

reel_remote_file *reel_remote_plan_find(const reel_remote_plan *plan, const char *name)
{
    const reel_remote_file key = {.name = name};
    if (plan->n_files == 0) {
        return NULL; /* bsearch takes no NULL */
    }
    return bsearch(&key, plan->files, (size_t)plan->n_files, sizeof key, by_name);
}

/* ---- what is on the other side ----------------------------------------------------------------
 */

reel_status reel_remote_plan_other(reel_remote_plan *plan, const char *name, reel_error *err)
{
    if (reel_remote_plan_find(plan, name)) {
        return REEL_OK;
    }
    if ((plan->n_others & (plan->n_others + 1)) == 0) { /* full at 0, 1, 3, 7, ... */
        const char **grown =
            reel_realloc(plan->others, (2 * (size_t)plan->n_others + 1) * sizeof *grown);
        if (!grown) {
            return no_memory(err);
        }
        plan->others = grown;
    }
    plan->others[plan->n_others] = reel_arena_strdup(&plan->arena, name);
    if (!plan->others[plan->n_others]) {
        return no_memory(err);
    }
    plan->n_others++;
    return REEL_OK;
}

/* ---- parts ----------------------------------------------------------------------------------- */

static int by_rank(const void *a, const void *b)
{
    const reel_remote_file *x = *(const reel_remote_file *const *)a;
    const reel_remote_file *y = *(const reel_remote_file *const *)b;
    return x->rank != y->rank ? (int)x->rank - (int)y->rank : strcmp(x->name, y->name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool fits(const reel_remote_part *part, const reel_remote_file *file,
                 const reel_remote_bounds *bounds)
{
    const bool same =
        part->rank == file->rank || (bounds->card_with_manifest && part->rank == REEL_REMOTE_CARD &&
                                     file->rank == REEL_REMOTE_MANIFEST);
    return same && part->n < bounds->max_files && part->bytes + file->bytes <= bounds->max_bytes;
}

reel_status reel_remote_plan_parts(reel_remote_plan *plan, const reel_remote_bounds *bounds,
                                   reel_error *err)
{
    const size_t room = (size_t)plan->n_files + 1;
    reel_remote_part *part = NULL;
    assert(bounds->max_files > 0 && bounds->max_bytes > 0);
    plan->order = plan->order ? plan->order : reel_calloc(room, sizeof *plan->order);
    plan->parts = plan->parts ? plan->parts : reel_calloc(room, sizeof *plan->parts);
    plan->n_order = plan->n_parts = 0;
    plan->order_bytes = 0;
    if (!plan->order || !plan->parts) {
        return no_memory(err);
    }
    for (int i = 0; i < plan->n_files; i++) {
        if (!plan->files[i].there) {
            plan->order[plan->n_order++] = &plan->files[i];
        }
    }
    qsort(plan->order, (size_t)plan->n_order, sizeof *plan->order, by_rank);
    if (plan->n_others > 0) {
        qsort(plan->others, (size_t)plan->n_others, sizeof *plan->others, by_text);
    }
    for (int i = 0; i < plan->n_order; i++) {
        const reel_remote_file *file = plan->order[i];
        if (!part || !fits(part, file, bounds)) {
            part = &plan->parts[plan->n_parts++];
            *part = (reel_remote_part){.first = i, .rank = file->rank};
        }
        part->n++;
        part->bytes += file->bytes;
        plan->order_bytes += file->bytes;
    }
    return REEL_OK;
}

reel_status reel_remote_file_check_size(const reel_remote_file *file, reel_error *err)
{
    struct stat st;
    if (stat(file->path, &st) != 0) {
        return errno == ENOENT || errno == ENOTDIR
                   ? reel_fail_at(err, REEL_E_CONFLICT, file->path, 0, NULL, "is missing")
                   : reel_fail_at(err, REEL_E_IO, file->path, 0, NULL, "cannot be read: %s",
                                  strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return reel_fail_at(err, REEL_E_CONFLICT, file->path, 0, NULL, "is no file");
    }
    if ((uint64_t)st.st_size != file->bytes) {
        return reel_fail_at(err, REEL_E_CONFLICT, file->path, 0, NULL,
                            "has %" PRIu64 " bytes, should have %" PRIu64, (uint64_t)st.st_size,
                            file->bytes);
    }
    return REEL_OK;
}

reel_status reel_remote_file_check(const reel_remote_file *file, reel_error *err)
{
    char hex[REEL_SHA256_HEX];
    reel_sha256 digest;
    uint64_t bytes = 0;
    reel_status status = reel_remote_file_check_size(file, err);
    status = status ? status : reel_sha256_file(file->path, &digest, &bytes, err);
    if (status) {
        return status;
    }
    reel_sha256_hex(digest, hex);
    if (strcmp(hex, file->sha256) != 0) {
        return reel_fail_at(err, REEL_E_CONFLICT, file->path, 0, NULL,
                            "SHA-256 is %s, should be %s", hex, file->sha256);
    }
    return REEL_OK;
}

reel_status reel_remote_file_blob(const reel_remote_file *file, char out[REEL_SHA1_HEX],
                                  reel_error *err)
{
    char *data = NULL;
    size_t size = 0;
    reel_status status = reel_fs_read(file->path, &data, &size, err);
    status = status ? status : reel_git_blob_id(data, size, out, err);
    reel_free(data);
    return status;
}
