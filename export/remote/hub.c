/* hub.c - see hub.h */
#include "export/remote/hub.h"
#include "base/digest.h"
#include "export/remote/hub_internal.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for a push");
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_name(const char *text, size_t n)
{
    /* the hub's own rule: letters, digits, - _ . ; no - or . at the ends, no -- or .. */
    if (n < 1 || n > 96 || strchr("-.", text[0]) || strchr("-.", text[n - 1])) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const char c = text[i];
        if (!isalnum((unsigned char)c) && c != '-' && c != '_' && c != '.') {
            return false;
        }
        if (i > 0 && (c == '-' || c == '.') && text[i - 1] == c) {
            return false;
        }
    }
    return true;
}

bool reel_hub_is_repo(const char *text)
{
    const char *slash = strchr(text, '/');
    return slash && is_name(text, (size_t)(slash - text)) && is_name(slash + 1, strlen(slash + 1));
}

bool reel_hub_is_ref(const char *text)
{
    const size_t n = strlen(text);
    if (n < 1 || n > 200 || !isalnum((unsigned char)text[0]) || strstr(text, "..")) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)text[i]) && !strchr("-_./", text[i])) {
            return false;
        }
    }
    return text[n - 1] != '/' && text[n - 1] != '.';
}

/* ---- opening --------------------------------------------------------------------------------- */

static reel_status create_repo(reel_hub *hub, reel_error *err)
{
    const char *argv[12] = {"hf",     "repos",   "create",     hub->options.repo,
                            "--type", "dataset", "--exist-ok", "--format",
                            "json"};
    if (hub->options.is_private) {
        argv[9] = "--private";
    }
    return reel_hub_run(hub, argv, NULL, err);
}

/* The output of the last run as JSON. */
static reel_status parse_output(reel_hub *hub, reel_json **out, reel_error *err)
{
    const char *text = reel_hub_output(hub);
    const reel_status status = reel_json_parse(text, strlen(text), "hf", out, err);
    if (status == REEL_E_SCENE) {
        return reel_fail(err, REEL_E_IO, "hf answered what is no JSON: %.100s", text);
    }
    return status;
}

/* Properties of a revision. *out NULL: there is no such revision. */
static reel_status info(reel_hub *hub, const char *revision, const char *expand, reel_json **out,
                        reel_error *err)
{
    const char *argv[] = {"hf",         "datasets", "info",     hub->options.repo,
                          "--revision", revision,   "--expand", expand,
                          "--format",   "json",     NULL};
    bool absent = false;
    *out = NULL;
    reel_status status = reel_hub_run(hub, argv, &absent, err);
    return status || absent ? status : parse_output(hub, out, err);
}

static reel_status check_private(reel_hub *hub, reel_error *err)
{
    const char *argv[] = {"hf",       "datasets", "info", hub->options.repo, "--expand", "private",
                          "--format", "json",     NULL};
    reel_json *answer = NULL;
    bool is_private = false;
    reel_status status = reel_hub_run(hub, argv, NULL, err);
    status = status ? status : parse_output(hub, &answer, err);
    const bool known = !status && reel_json_to_bool(reel_json_get(answer, "private"), &is_private);
    reel_json_destroy(&answer);
    if (!status && !(known && is_private)) {
        return reel_fail(err, REEL_E_USAGE,
                         "%s is there already and is public: nothing was sent; make it private on "
                         "its settings page (or with hf repos settings), or leave --private out",
                         hub->options.repo);
    }
    return status;
}

reel_status reel_hub_open(const reel_hub_options *options, reel_hub **out, reel_error *err)
{
    reel_hub *hub = reel_calloc(1, sizeof *hub);
    if (!hub) {
        return no_memory(err);
    }
    hub->options = *options;
    hub->revision = options->revision ? options->revision : "main";
    reel_status status = create_repo(hub, err);
    if (!status && options->is_private) {
        status = check_private(hub, err);
    }
    if (status) {
        reel_hub_close(&hub);
        return status;
    }
    *out = hub;
    return REEL_OK;
}

void reel_hub_close(reel_hub **hub)
{
    if (*hub) {
        reel_bytes_finish(&(*hub)->out);
        reel_bytes_finish(&(*hub)->told);
        reel_free(*hub);
        *hub = NULL;
    }
}

/* Without --exist-ok: with it, hf hides that a branch that is there could not be written. */
reel_status reel_hub_may_write(reel_hub *hub, reel_error *err)
{
    const char *argv[] = {"hf",          "repos",  "branch",  "create",   hub->options.repo,
                          hub->revision, "--type", "dataset", "--format", "json",
                          NULL};
    return reel_hub_may(hub, argv, err);
}

/* ---- what is there --------------------------------------------------------------------------- */

/* A small file that the hub keeps as it is has no SHA-256 there, but git's id. */
static reel_status same_blob(const reel_remote_file *file, const char *id, bool *same,
                             reel_error *err)
{
    char own[REEL_SHA1_HEX];
    memcpy(own, file->blob, sizeof own);
    const reel_status status = own[0] ? REEL_OK : reel_remote_file_blob(file, own, err);
    *same = !status && strcmp(own, id) == 0;
    return status;
}

static reel_status look_at(reel_remote_plan *plan, const reel_json *entry, reel_error *err)
{
    const char *name = reel_json_to_string(reel_json_get(entry, "path"));
    const char *id = reel_json_to_string(reel_json_get(entry, "blob_id"));
    const char *sha256 = reel_json_to_string(reel_json_get(reel_json_get(entry, "lfs"), "sha256"));
    int64_t size = -1;
    if (!name || !reel_json_to_int(reel_json_get(entry, "size"), &size) || !id) {
        return REEL_OK; /* a folder */
    }
    if (strcmp(name, ".gitattributes") == 0) {
        return REEL_OK;
    }
    reel_remote_file *file = reel_remote_plan_find(plan, name);
    if (!file) {
        return reel_remote_plan_other(plan, name, err);
    }
    if (sha256) {
        file->there = strcmp(sha256, file->sha256) == 0;
        return REEL_OK;
    }
    return (uint64_t)size == file->bytes ? same_blob(file, id, &file->there, err) : REEL_OK;
}

reel_status reel_hub_look(reel_hub *hub, reel_remote_plan *plan, reel_error *err)
{
    const char *argv[] = {"hf",   "datasets",   "ls",          hub->options.repo,
                          "-R",   "--revision", hub->revision, "--format",
                          "json", NULL};
    reel_json *list = NULL;
    bool absent = false;
    plan->n_others = 0;
    for (int i = 0; i < plan->n_files; i++) {
        plan->files[i].there = false;
    }
    reel_status status = reel_hub_run(hub, argv, &absent, err);
    const char *text = status || absent ? "" : reel_hub_output(hub);
    if (status || absent || text[strspn(text, " \t\r\n")] == '\0') {
        return status; /* no such branch yet; an empty list is not printed */
    }
    status = parse_output(hub, &list, err);
    for (size_t i = 0; !status && i < reel_json_count(list); i++) {
        status = look_at(plan, reel_json_at(list, i), err);
    }
    reel_json_destroy(&list);
    return status;
}

/* ---- sending --------------------------------------------------------------------------------- */

static reel_status link_into(const char *stage, const reel_remote_file *file, reel_error *err)
{
    char path[REEL_PATH_MAX], folder[REEL_PATH_MAX];
    if (strlen(stage) + strlen(file->name) + 2 > sizeof path) {
        return reel_fail(err, REEL_E_IO, "a path is too long: %s", file->name);
    }
    reel_fs_join(path, sizeof path, stage, file->name);
    memcpy(folder, path, sizeof folder);
    *strrchr(folder, '/') = '\0';
    reel_status status = reel_fs_make_dirs(folder, err);
    char *target = status ? NULL : realpath(file->path, NULL);
    if (!status && (!target || symlink(target, path) != 0)) {
        status =
            reel_fail_at(err, REEL_E_IO, file->path, 0, NULL, "cannot be linked to from %s", stage);
    }
    free(target); /* realpath's */
    return status;
}

reel_status reel_hub_send(reel_hub *hub, const reel_remote_file *const *files, int n,
                          const char *message, reel_error *err)
{
    char stage[REEL_PATH_MAX];
    const char *argv[] = {
        "hf",         "upload",      hub->options.repo,  stage,   ".",        "--type", "dataset",
        "--revision", hub->revision, "--commit-message", message, "--format", "json",   NULL};
    reel_fs_join(stage, sizeof stage, hub->options.stage, "files");
    reel_status status = reel_fs_remove_tree(stage, err);
    for (int i = 0; !status && i < n; i++) {
        status = link_into(stage, files[i], err);
    }
    status = status ? status : reel_hub_run(hub, argv, NULL, err);
    const reel_status removed = reel_fs_remove_tree(stage, status ? NULL : err);
    return status ? status : removed;
}

/* `name` as a pattern that matches nothing else, and that is no option of hf. */
static const char *as_pattern(reel_arena *arena, const char *name)
{
    reel_bytes text = {0};
    for (const char *c = name; *c; c++) {
        const bool special = strchr("*?[", *c) || (c == name && *c == '-');
        reel_bytes_printf(&text, special ? "[%c]" : "%c", *c);
    }
    reel_bytes_put_u8(&text, 0);
    const char *pattern = text.failed ? NULL : reel_arena_strdup(arena, (const char *)text.data);
    reel_bytes_finish(&text);
    return pattern;
}

reel_status reel_hub_remove(reel_hub *hub, const char *const *names, int n, reel_error *err)
{
    enum { MOST = 100, FIXED = 10 };
    reel_status status = REEL_OK;
    for (int first = 0; !status && first < n; first += MOST) {
        const int count = n - first < MOST ? n - first : MOST;
        reel_arena arena = {0};
        const char *argv[FIXED + MOST + 1] = {
            "hf",      "repos",      "delete-files", hub->options.repo,  "--type",
            "dataset", "--revision", hub->revision,  "--commit-message", "Remove other files"};
        for (int i = 0; i < count && !status; i++) {
            argv[FIXED + i] = as_pattern(&arena, names[first + i]);
            status = argv[FIXED + i] ? REEL_OK : no_memory(err);
        }
        status = status ? status : reel_hub_run(hub, argv, NULL, err);
        reel_arena_finish(&arena);
    }
    return status;
}

/* ---- tags ------------------------------------------------------------------------------------ */

static reel_status commit_of(reel_hub *hub, const char *revision, char out[REEL_SHA1_HEX],
                             reel_error *err)
{
    reel_json *answer = NULL;
    out[0] = '\0';
    const reel_status status = info(hub, revision, "sha", &answer, err);
    const char *sha = reel_json_to_string(reel_json_get(answer, "sha"));
    if (!status && sha) {
        snprintf(out, REEL_SHA1_HEX, "%s", sha);
    }
    reel_json_destroy(&answer);
    return status;
}

reel_status reel_hub_tag_look(reel_hub *hub, const char *tag, reel_hub_tag_state *state,
                              reel_error *err)
{
    char there[REEL_SHA1_HEX] = "", head[REEL_SHA1_HEX] = "";
    reel_status status = commit_of(hub, tag, there, err);
    if (!status && there[0]) {
        status = commit_of(hub, hub->revision, head, err);
    }
    if (!status) {
        *state = !there[0]                  ? REEL_HUB_TAG_ABSENT
                 : strcmp(there, head) == 0 ? REEL_HUB_TAG_HERE
                                            : REEL_HUB_TAG_ELSEWHERE;
    }
    return status;
}

reel_status reel_hub_tag(reel_hub *hub, const char *tag, reel_error *err)
{
    const char *create[] = {"hf",       "repos",  "tag",     "create",     hub->options.repo,
                            tag,        "--type", "dataset", "--revision", hub->revision,
                            "--format", "json",   NULL};
    const char *away[] = {"hf",   "repos",  "tag",     "delete", hub->options.repo,
                          tag,    "--type", "dataset", "-y",     "--format",
                          "json", NULL};
    reel_hub_tag_state state = REEL_HUB_TAG_ABSENT;
    bool absent = false;
    reel_status status = reel_hub_tag_look(hub, tag, &state, err);
    if (status || state == REEL_HUB_TAG_HERE) {
        return status;
    }
    if (state == REEL_HUB_TAG_ELSEWHERE) {
        status = reel_hub_run(hub, away, &absent, err);
    }
    return status ? status : reel_hub_run(hub, create, NULL, err);
}
