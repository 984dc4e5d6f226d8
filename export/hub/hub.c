/* hub.c - numbers, sizes and names of files; see hub.h. */
#include "export/hub/hub.h"
#include "export/hub/hub_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

/* Token by token; reach[i]: what came so far matches the first i bytes of the path. So a pattern of
 * many stars costs no more than its length times the path's. */
bool reel_hub_matches(const char *pattern, const char *path)
{
    bool reach[REEL_PATH_MAX + 1] = {true};
    const size_t n = strlen(path);
    if (n > REEL_PATH_MAX) {
        return false;
    }
    while (*pattern) {
        if (*pattern == '*') {
            const bool any = pattern[1] == '*'; /* "**" and a slash behind it: folders or none */
            pattern += any ? 2 + (pattern[2] == '/') : 1;
            for (size_t i = 1; i <= n; i++) {
                reach[i] |= reach[i - 1] && (any || path[i - 1] != '/');
            }
            continue;
        }
        const char c = *pattern++;
        for (size_t i = n; i > 0; i--) {
            reach[i] = reach[i - 1] && (c == '?' ? path[i - 1] != '/' : path[i - 1] == c);
        }
        reach[0] = false;
    }
    return reach[n];
}

/* ---- names ------------------------------------------------------------------------------------
 */

/* What the hub refuses in a path; NULL: nothing. */
static const char *bad_path(const char *path)
{
    if (strstr(path, "//") || path[0] == '/' || path[strlen(path) - 1] == '/') {
        return "has an empty part in its path";
    }
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        const size_t n = strcspn(part, "/");
        if ((n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.')) {
            return "has . or .. in its path";
        }
        if (n == 4 && strncmp(part, ".git", 4) == 0) {
            return "is in a folder .git, which the hub refuses";
        }
        if (part[n - 1] == ' ' || part[0] == ' ') {
            return "has a name that begins or ends with a space";
        }
    }
    if (strncmp(path, ".cache/huggingface", 18) == 0) {
        return "is in .cache/huggingface, which the hub refuses";
    }
    for (const char *c = path; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F || *c == '\\') {
            return "has a control character or a backslash in its path";
        }
    }
    return NULL;
}

static void check_names(reel_hub *hub)
{
    for (int i = 0; i < hub->n_files && !hub->findings.stop; i++) {
        const char *why = bad_path(hub->files[i]);
        if (why) {
            reel_findings_report(&hub->findings, hub->files[i], "%s", why);
        }
    }
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

/* Bytes of the folders' path that two paths share, up to and with a slash. */
static size_t shared_folders(const char *a, const char *b)
{
    size_t shared = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++) {
        if (a[i] == '/') {
            shared = i + 1;
        }
    }
    return shared;
}

/* Files and folders in each folder: in byte order of the paths a folder's are neighbours. */
static void count_entries(reel_hub *hub)
{
    int count[MAX_DEPTH] = {0};
    const char *before = "";
    for (int i = 0; i < hub->n_files && !hub->findings.stop; i++) {
        const char *path = hub->files[i];
        const size_t shared = shared_folders(before, path);
        int depth = 0;
        for (size_t k = 0; k < shared; k++) {
            depth += path[k] == '/';
        }
        if (depth < MAX_DEPTH && ++count[depth] == REEL_HUB_MAX_ENTRIES + 1) {
            char folder[REEL_PATH_MAX];
            snprintf(folder, sizeof folder, "%.*s", (int)shared, path);
            reel_findings_report(&hub->findings, shared ? folder : ".",
                                 "holds more than %d files and folders", REEL_HUB_MAX_ENTRIES);
        }
        for (size_t k = shared; path[k]; k++) {
            if (path[k] == '/' && ++depth < MAX_DEPTH) {
                count[depth] = 1;
            }
        }
        before = path;
    }
    if (hub->n_files >= REEL_HUB_MAX_FILES) {
        reel_findings_report(&hub->findings, ".",
                             "%d files are too many for a repository of the hub (fewer than %d); "
                             "take a format of shards, such as webdataset",
                             hub->n_files, REEL_HUB_MAX_FILES);
    }
}

static void check_sizes(reel_hub *hub)
{
    const reel_json *files = reel_json_get(hub->dataset->manifest, "files");
    for (size_t i = 0; i < reel_json_count(files) && !hub->findings.stop; i++) {
        const reel_json *entry = reel_json_at(files, i);
        int64_t bytes = 0;
        reel_json_to_int(reel_json_get(entry, "bytes"), &bytes);
        if (bytes > REEL_HUB_MAX_FILE) {
            reel_findings_report(&hub->findings, reel_json_to_string(reel_json_get(entry, "path")),
                                 "%" PRId64 " bytes are too many for one file of the hub (%lld)",
                                 bytes, (long long)REEL_HUB_MAX_FILE);
        }
    }
}

/* ---- all --------------------------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static reel_status list_files(reel_hub *hub, reel_error *err)
{
    const reel_json *files = reel_json_get(hub->dataset->manifest, "files");
    const size_t n = reel_json_count(files);
    hub->files = REEL_ARENA_NEW(&hub->arena, const char *, n + 1);
    if (!hub->files) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        hub->files[i] = reel_json_to_string(reel_json_get(reel_json_at(files, i), "path"));
    }
    hub->files[n] = "manifest.json";
    hub->n_files = (int)n + 1;
    qsort(hub->files, n + 1, sizeof *hub->files, by_text);
    return REEL_OK;
}

reel_status reel_hub_check(const reel_dataset *dataset, reel_finding_fn found, void *ctx,
                           reel_error *err)
{
    reel_hub hub = {.dataset = dataset, .findings = {.found = found, .ctx = ctx}};
    reel_status status = list_files(&hub, err);
    if (!status) {
        check_names(&hub);
        count_entries(&hub);
        check_sizes(&hub);
        status = hub.findings.stop ? REEL_OK : reel_hub_check_card(&hub, err);
    }
    reel_arena_finish(&hub.arena);
    if (!status && hub.findings.n) {
        return reel_fail_at(err, REEL_E_CONFLICT, dataset->root, 0, NULL,
                            "%d things that the hub or its viewer would refuse", hub.findings.n);
    }
    return status;
}
