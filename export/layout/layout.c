/* layout.c - the layouts there are, their settings, and the files that they make; see layout.h. */
#include "export/layout/layout.h"
#include "export/ffv1.h"
#include "export/layout/layout_drive.h"
#include "export/tables.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const reel_layout *const reel_layouts[] = {
    &reel_layout_coco,       &reel_layout_cosmos, &reel_layout_glb,
    &reel_layout_lerobot,    &reel_layout_movi,   &reel_layout_tap,
    &reel_layout_webdataset, &reel_layout_ytvis,  NULL,
};

const reel_layout *reel_layout_find(const char *name)
{
    for (const reel_layout *const *l = reel_layouts; *l; l++) {
        if (strcmp((*l)->name, name) == 0) {
            return *l;
        }
    }
    return NULL;
}

const char *reel_layout_names(void)
{
    static char text[512];
    size_t n = (size_t)snprintf(text, sizeof text, "formats: clips");
    for (const reel_layout *const *l = reel_layouts; *l && n < sizeof text; l++) {
        n += (size_t)snprintf(text + n, sizeof text - n, ", %s", (*l)->name);
    }
    return text;
}

void reel_layout_clip_path(const reel_layout_clip *clip, const char *name, char out[REEL_PATH_MAX])
{
    const reel_record *record = clip->record;
    if (!clip->dataset) {
        reel_fs_join(out, REEL_PATH_MAX, record->dir, name);
        return;
    }
    char inside[1024];
    const char *role = "";
    for (int i = 0; i < record->n_files; i++) {
        role = strcmp(record->files[i].name, name) == 0 ? record->files[i].role : role;
    }
    role = reel_ffv1_is_name(name) ? "planes" : role; /* of a store of several files */
    const reel_clip_place place = {record->split, clip->folder};
    reel_place_file(&place, record->clip_id, role, name, inside, sizeof inside);
    reel_fs_join(out, REEL_PATH_MAX, clip->dataset, inside);
}

/* ---- settings ---------------------------------------------------------------------------------
 */

const char *reel_layout_get(const reel_layout_options *options, const char *name)
{
    const size_t n = strlen(name);
    for (int i = options->n_given - 1; i >= 0; i--) {
        if (strncmp(options->given[i], name, n) == 0 && options->given[i][n] == '=') {
            return options->given[i] + n + 1;
        }
    }
    const reel_layout_setting *s = options->layout->settings;
    while (s && s->name && strcmp(s->name, name) != 0) {
        s++;
    }
    assert(s && s->name);
    return s->value;
}

static reel_status bad_setting(const reel_layout_options *options, const char *name,
                               const char *want, reel_error *err)
{
    return reel_fail_at(err, REEL_E_USAGE, NULL, 0, name, "\"%s\" is not %s",
                        reel_layout_get(options, name), want);
}

reel_status reel_layout_get_int(const reel_layout_options *options, const char *name, int64_t lo,
                                int64_t hi, int64_t *out, reel_error *err)
{
    const char *text = reel_layout_get(options, name);
    char *end = NULL;
    errno = 0;
    const long long v = strtoll(text, &end, 10);
    if (!text[0] || *end || errno || v < lo || v > hi) {
        char want[96];
        snprintf(want, sizeof want, "a whole number from %lld to %lld", (long long)lo,
                 (long long)hi);
        return bad_setting(options, name, want, err);
    }
    *out = v;
    return REEL_OK;
}

reel_status reel_layout_get_bool(const reel_layout_options *options, const char *name, bool *out,
                                 reel_error *err)
{
    const char *text = reel_layout_get(options, name);
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0) {
        return bad_setting(options, name, "yes or no", err);
    }
    *out = text[0] == 'y';
    return REEL_OK;
}

reel_status reel_layout_check_settings(const reel_layout *layout, int n, const char *const *given,
                                       reel_error *err)
{
    for (int i = 0; i < n; i++) {
        const char *equals = strchr(given[i], '=');
        const size_t length = equals ? (size_t)(equals - given[i]) : strlen(given[i]);
        const reel_layout_setting *s = layout->settings;
        while (s && s->name && (strlen(s->name) != length || strncmp(s->name, given[i], length))) {
            s++;
        }
        if (!equals || !s || !s->name) {
            return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "set",
                                equals ? "the format %s has no setting \"%.*s\""
                                       : "format %s: \"%.*s\" is not of the form name=value",
                                layout->name, (int)length, given[i]);
        }
        for (int k = 0; k < i; k++) {
            if (strncmp(given[k], given[i], length + 1) == 0) {
                return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "set", "%s was given twice",
                                    s->name);
            }
        }
    }
    return REEL_OK;
}

/* ---- files ------------------------------------------------------------------------------------
 */

struct reel_layout_files {
    reel_manifest_files list;
    reel_layout_receiver receiver;
    void *ctx;
};

reel_layout_files *reel_layout_files_create(reel_layout_receiver receiver, void *ctx)
{
    reel_layout_files *files = reel_calloc(1, sizeof *files);
    if (files) {
        files->receiver = receiver;
        files->ctx = ctx;
    }
    return files;
}

void reel_layout_files_destroy(reel_layout_files **files)
{
    if (*files) {
        reel_manifest_files_finish(&(*files)->list);
        reel_free(*files);
        *files = NULL;
    }
}

reel_manifest_files *reel_layout_files_list(reel_layout_files *files)
{
    return &files->list;
}

reel_status reel_layout_file_done(const reel_layout_options *options, const char *name,
                                  reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_layout_files *files = options->files;
    reel_fs_join(path, sizeof path, options->root, name);
    reel_status status = reel_manifest_put_hashed(&files->list, options->root, name, err);
    if (status) {
        return status;
    }
    return files->receiver ? files->receiver(files->ctx, name, path, err) : REEL_OK;
}

reel_status reel_layout_prepare(const reel_layout_options *options, const char *name,
                                char path[REEL_PATH_MAX], reel_error *err)
{
    char dir[REEL_PATH_MAX];
    reel_fs_join(path, REEL_PATH_MAX, options->root, name);
    snprintf(dir, sizeof dir, "%s", path);
    *strrchr(dir, '/') = 0;
    return reel_fs_make_dirs(dir, err);
}

reel_status reel_layout_write(const reel_layout_options *options, const char *name,
                              const void *data, size_t size, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_status status = reel_layout_prepare(options, name, path, err);
    status = status ? status : reel_fs_publish(path, data, size, err);
    return status ? status : reel_layout_file_done(options, name, err);
}

reel_status reel_layout_copy(const reel_layout_options *options, const char *from, const char *name,
                             reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_status status = reel_layout_prepare(options, name, path, err);
    status = status ? status : reel_fs_copy(from, path, err);
    return status ? status : reel_layout_file_done(options, name, err);
}
