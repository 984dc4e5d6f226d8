/* dataset.c - open a dataset in the clips layout and check its files; see pack.h. */
#include "base/fs.h"
#include "export/pack_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- opening ----------------------------------------------------------------------------------
 */

static reel_status not_ours(const char *path, const char *why, reel_error *err)
{
    return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "%s", why);
}

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory while reading a dataset");
}

/* A name that stays inside its folder. */
static bool is_plain_name(const char *name)
{
    return name && name[0] && name[0] != '.' && strlen(name) < 200 && !strchr(name, '/');
}

static reel_status read_clips(reel_dataset *dataset, const char *path, reel_error *err)
{
    const reel_json *clips = reel_json_get(dataset->manifest, "clips");
    const size_t n = reel_json_count(clips);
    dataset->n_clips = (int)n;
    if (strcmp(dataset->layout, "clips") != 0) {
        return REEL_OK;
    }
    dataset->record_dirs = REEL_ARENA_NEW(&dataset->arena, const char *, n + 1);
    if (!dataset->record_dirs) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        const reel_json *clip = reel_json_at(clips, i);
        const char *id = reel_json_to_string(reel_json_get(clip, "clip_id"));
        const char *split = reel_json_to_string(reel_json_get(clip, "split"));
        int64_t folder = -1;
        if (!is_plain_name(id) || !is_plain_name(split) ||
            !reel_json_to_int(reel_json_get(clip, "folder"), &folder) || folder < 0 ||
            folder > INT32_MAX) {
            return not_ours(path, "a clip has no id, split or folder", err);
        }
        char name[1024];
        const reel_clip_place place = {split, (int)folder};
        reel_place_record(&place, id, NULL, name, sizeof(name));
        dataset->record_dirs[i] = reel_arena_printf(&dataset->arena, "%s/%s", dataset->root, name);
        if (!dataset->record_dirs[i]) {
            return no_memory(err);
        }
    }
    return REEL_OK;
}

/* Every entry has a path, in byte order. */
static reel_status check_order(const reel_dataset *dataset, const char *path, reel_error *err)
{
    const reel_json *files = reel_json_get(dataset->manifest, "files");
    const char *before = "";
    for (size_t i = 0; i < reel_json_count(files); i++) {
        const char *name = reel_json_to_string(reel_json_get(reel_json_at(files, i), "path"));
        if (!name || strcmp(before, name) >= 0) {
            return not_ours(path, "its list of files is not in order", err);
        }
        before = name;
    }
    return REEL_OK;
}

reel_status reel_dataset_open(const char *root, reel_dataset **out, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_dataset *dataset = reel_calloc(1, sizeof(*dataset));
    reel_status status = dataset ? REEL_OK : no_memory(err);
    if (status) {
        goto fail;
    }
    if (strlen(root) + 64 > sizeof(dataset->root)) {
        status = reel_fail_at(err, REEL_E_IO, NULL, 0, NULL, "the path is too long");
        goto fail;
    }
    snprintf(dataset->root, sizeof(dataset->root), "%s", root);
    reel_fs_join(path, sizeof(path), root, "manifest.json");
    if (!reel_fs_exists(path)) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL,
                              "does not exist: %s is no dataset of physreel", root);
        goto fail;
    }
    status = reel_json_read_file(path, &dataset->manifest, err);
    if (status) {
        /* text that is no JSON is a damaged dataset, not a bad scene */
        status = status == REEL_E_SCENE ? REEL_E_CONFLICT : status;
        if (err) {
            err->status = status;
        }
        goto fail;
    }
    int64_t version = -1;
    const char *format = reel_json_to_string(reel_json_get(dataset->manifest, "format"));
    dataset->layout = reel_json_to_string(reel_json_get(dataset->manifest, "layout"));
    if (!format || strcmp(format, REEL_DATASET_FORMAT) != 0 || !dataset->layout) {
        status = not_ours(path, "is no manifest of a physreel dataset", err);
        goto fail;
    }
    reel_json_to_int(reel_json_get(dataset->manifest, "format_version"), &version);
    if (version != REEL_DATASET_VERSION) {
        status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, "format_version",
                              "is %lld, this program reads %d", (long long)version,
                              REEL_DATASET_VERSION);
        goto fail;
    }
    status = read_clips(dataset, path, err);
    if (!status) {
        status = check_order(dataset, path, err);
    }
    if (status) {
        goto fail;
    }
    *out = dataset;
    return REEL_OK;

fail:
    reel_dataset_close(&dataset);
    return status;
}

reel_status reel_dataset_open_clips(const char *root, reel_dataset **out, reel_error *err)
{
    reel_dataset *dataset = NULL;
    reel_status status = reel_dataset_open(root, &dataset, err);
    if (!status && !dataset->record_dirs) {
        status = reel_fail_at(err, REEL_E_USAGE, root, 0, NULL,
                              "is a dataset in the layout %s; this needs one in the layout clips",
                              dataset->layout);
        reel_dataset_close(&dataset);
    }
    *out = status ? *out : dataset;
    return status;
}

void reel_dataset_close(reel_dataset **dataset)
{
    if (!*dataset) {
        return;
    }
    reel_json_destroy(&(*dataset)->manifest);
    reel_arena_finish(&(*dataset)->arena);
    reel_free(*dataset);
    *dataset = NULL;
}

/* "<split>/<nnn>" of a record's folder "<root>/records/<split>/<nnn>/<clip>". */
static void split_and_folder(const char *dir, char *out, size_t size)
{
    size_t end = strlen(dir);
    while (end && dir[end - 1] != '/') {
        end--;
    }
    size_t begin = end ? end - 1 : 0;
    for (int slashes = 0; begin && (dir[begin - 1] != '/' || ++slashes < 2);) {
        begin--;
    }
    snprintf(out, size, "%.*s", (int)(end ? end - 1 - begin : 0), dir + begin);
}

void reel_dataset_stream_path(const reel_dataset *dataset, const reel_record *record,
                              const char *file_name, char *out, size_t size)
{
    char place[512];
    split_and_folder(record->dir, place, sizeof(place));
    const size_t n = strlen(file_name);
    const bool video = n > 4 && strcmp(file_name + n - 4, ".mp4") == 0;
    const int used = snprintf(out, size, "%s/%s/%s/%s", dataset->root, video ? "clips" : "labels",
                              place, file_name);
    assert(used >= 0 && (size_t)used < size);
}

/* ---- checking files ---------------------------------------------------------------------------
 */

typedef struct checker {
    const reel_dataset *dataset;
    reel_findings findings;
    const reel_json *files; /* by path */
    reel_error *err;
    reel_status status; /* of a walk that could not go on */
} checker;

void reel_findings_report(reel_findings *f, const char *file, const char *fmt, ...)
{
    reel_error finding = {.status = REEL_E_CONFLICT};
    va_list args;
    va_start(args, fmt);
    snprintf(finding.file, sizeof(finding.file), "%s", file);
    vsnprintf(finding.msg, sizeof(finding.msg), fmt, args);
    va_end(args);
    f->n++;
    f->stop |= !f->found(f->ctx, &finding);
}

/* The manifest's entry for a path, by bisection; NULL if there is none. */
static const reel_json *find_file(const reel_json *files, const char *path)
{
    size_t low = 0, high = reel_json_count(files);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const reel_json *entry = reel_json_at(files, middle);
        const int order = strcmp(reel_json_to_string(reel_json_get(entry, "path")), path);
        if (order == 0) {
            return entry;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

/* What kept a file from being read: a finding, but for our own want of memory. */
static void report_unread(checker *c, const char *file, const char *before, reel_status status,
                          const reel_error *why)
{
    if (status == REEL_E_NOMEM) {
        c->status = no_memory(c->err);
    } else {
        reel_findings_report(&c->findings, file, "%s%s", before, why->msg);
    }
}

static void check_manifest(checker *c)
{
    char path[REEL_PATH_MAX], hex[REEL_SHA256_HEX];
    char *text = NULL;
    size_t size = 0, canonical_size = 0;
    reel_error error = {0};
    reel_fs_join(path, sizeof(path), c->dataset->root, "manifest.json");
    const reel_status status = reel_fs_read(path, &text, &size, &error);
    if (status) {
        report_unread(c, "manifest.json", "", status, &error);
        return;
    }
    char *canonical = reel_json_canonical(c->dataset->manifest, &canonical_size);
    const char *own = reel_json_to_string(reel_json_get(c->dataset->manifest, "manifest_sha256"));
    if (!canonical || !reel_manifest_digest(c->dataset->manifest, hex)) {
        c->status = no_memory(c->err);
    } else if (!own || strcmp(own, hex) != 0) {
        reel_findings_report(&c->findings, "manifest.json",
                             "is not as it was written: its digest is %s, should be %s", hex,
                             own ? own : "given");
    } else if (canonical_size != size || memcmp(canonical, text, size) != 0) {
        reel_findings_report(&c->findings, "manifest.json", "is not in canonical form");
    }
    reel_free(canonical);
    reel_free(text);
}

static void check_file(checker *c, const char *name, const reel_json *entry)
{
    char path[REEL_PATH_MAX], hex[REEL_SHA256_HEX];
    reel_sha256 digest;
    uint64_t size = 0;
    int64_t want_size = -1;
    reel_error error = {0};
    const char *want = reel_json_to_string(reel_json_get(entry, "sha256"));
    if (strlen(name) > 1024 || strstr(name, "..") || name[0] == '/') {
        reel_findings_report(&c->findings, "manifest.json", "names a path outside the dataset");
        return;
    }
    reel_fs_join(path, sizeof(path), c->dataset->root, name);
    if (!want || !reel_json_to_int(reel_json_get(entry, "bytes"), &want_size)) {
        reel_findings_report(&c->findings, "manifest.json", "has no size or digest for %s", name);
        return;
    }
    if (!reel_fs_exists(path)) {
        reel_findings_report(&c->findings, name, "is missing");
        return;
    }
    const reel_status status = reel_sha256_file(path, &digest, &size, &error);
    if (status) {
        report_unread(c, name, "cannot be read: ", status, &error);
        return;
    }
    reel_sha256_hex(digest, hex);
    if ((int64_t)size != want_size) {
        reel_findings_report(&c->findings, name, "has %" PRIu64 " bytes, should have %" PRId64,
                             size, want_size);
    } else if (strcmp(hex, want) != 0) {
        reel_findings_report(&c->findings, name, "SHA-256 is %s, should be %s", hex, want);
    }
}

typedef struct walk {
    checker *c;
    const char *prefix; /* relative folder, "" for the root */
    int depth;
} walk;

/* Files that the manifest does not name. Names with a dot in front at the top (.git, .cache) are
 * the user's tools, not the dataset's. */
static bool visit(void *ctx, const char *name)
{
    const walk *w = ctx;
    checker *c = w->c;
    char relative[REEL_PATH_MAX], path[REEL_PATH_MAX];
    if (w->depth == 0 && (name[0] == '.' || strcmp(name, "manifest.json") == 0)) {
        return true;
    }
    if (strlen(w->prefix) + strlen(name) + strlen(c->dataset->root) + 8 > sizeof(path)) {
        reel_findings_report(&c->findings, w->prefix, "holds a path that is too long");
        return !c->findings.stop;
    }
    if (w->depth) {
        reel_fs_join(relative, sizeof(relative), w->prefix, name);
    } else {
        snprintf(relative, sizeof(relative), "%s", name);
    }
    reel_fs_join(path, sizeof(path), c->dataset->root, relative);
    struct stat info;
    if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && w->depth < 16) {
        walk below = {c, relative, w->depth + 1};
        if (!c->status) {
            c->status = reel_fs_list(path, visit, &below, c->err);
        }
    } else if (!find_file(c->files, relative)) {
        reel_findings_report(&c->findings, relative,
                             "is not a file of this dataset: the manifest does not name it");
    }
    return !c->findings.stop && !c->status;
}

/* A clip's own manifest and the dataset's say the same of its files. */
static void check_record(checker *c, int i_clip)
{
    reel_record *record = NULL;
    reel_error error = {0};
    const char *dir = c->dataset->record_dirs[i_clip];
    const char *relative = dir + strlen(c->dataset->root) + 1;
    const reel_json *clip =
        reel_json_at(reel_json_get(c->dataset->manifest, "clips"), (size_t)i_clip);
    int64_t folder = 0;
    reel_json_to_int(reel_json_get(clip, "folder"), &folder);
    const reel_clip_place place = {reel_json_to_string(reel_json_get(clip, "split")), (int)folder};
    const reel_status status = reel_record_open(dir, &record, &error);
    if (status) {
        report_unread(c, relative, "", status, &error);
        return;
    }
    for (int i = 0; i < record->n_files && !c->findings.stop; i++) {
        const reel_record_file *file = &record->files[i];
        char name[REEL_PATH_MAX];
        reel_place_file(&place, record->clip_id, file->role, file->name, name, sizeof(name));
        const reel_json *entry = find_file(c->files, name);
        const char *sha256 = reel_json_to_string(reel_json_get(entry, "sha256"));
        if (!sha256 || strcmp(sha256, file->sha256) != 0) {
            reel_findings_report(&c->findings, name,
                                 "the manifests of clip and dataset differ about this file");
        }
    }
    reel_record_close(&record);
}

reel_status reel_dataset_check_files(const reel_dataset *dataset, reel_finding_fn found, void *ctx,
                                     reel_error *err)
{
    checker c = {.dataset = dataset, .findings = {.found = found, .ctx = ctx}, .err = err};
    c.files = reel_json_get(dataset->manifest, "files");
    check_manifest(&c);
    for (size_t i = 0; i < reel_json_count(c.files) && !c.findings.stop && !c.status; i++) {
        const reel_json *entry = reel_json_at(c.files, i);
        check_file(&c, reel_json_to_string(reel_json_get(entry, "path")), entry);
    }
    walk top = {&c, "", 0};
    if (!c.findings.stop && !c.status) {
        c.status = reel_fs_list(dataset->root, visit, &top, err);
    }
    const int n_records = dataset->record_dirs ? dataset->n_clips : 0;
    for (int i = 0; i < n_records && !c.findings.stop && !c.status; i++) {
        check_record(&c, i);
    }
    if (c.status) {
        return c.status;
    }
    return c.findings.n ? reel_fail_at(err, REEL_E_CONFLICT, dataset->root, 0, NULL,
                                       "%d of its files are not as they were written", c.findings.n)
                        : REEL_OK;
}
