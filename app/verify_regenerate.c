/* verify_regenerate.c - make a clip anew and compare it with what is stored (see verify.h) */
#include "app/job.h"
#include "app/verify.h"
#include "base/fs.h"
#include "base/scene_json.h"
#include "engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell(reel_finder *finder, const reel_record *record, const char *camera,
                 const char *plane, int frame, const char *file, const char *words)
{
    reel_error e = {0};
    (void)reel_fail_at(&e, REEL_E_CONFLICT, file, 0, NULL, "%s", words);
    reel_finder_tell(finder, record->clip_id, camera, plane, frame, &e);
}

/* "key=value" of a drawn parameter, as -p takes it. */
static char *param_text(const reel_param *param)
{
    size_t size = 0;
    const char *word = reel_json_to_string(param->value);
    char *value = word ? NULL : reel_json_canonical(param->value, &size);
    size_t room = strlen(param->name) + strlen(word ? word : value ? value : "") + 2;
    char *text = word || value ? reel_alloc(room) : NULL;
    if (text) {
        snprintf(text, room, "%s=%s", param->name, word ? word : value);
    }
    reel_free(value);
    return text;
}

static bool is_shipped(const char *family)
{
    for (const char *const *s = reel_scenes_list(); *s; s++) {
        if (strcmp(*s, family) == 0) {
            return true;
        }
    }
    return false;
}

static reel_status freeze_again(const reel_scene *scene, reel_scene **out, reel_error *err)
{
    reel_freeze_options options = reel_freeze_options_default();
    reel_status status = REEL_OK;
    char **params = reel_calloc((size_t)scene->n_params + 1, sizeof *params);
    bool ok = params != NULL;
    for (int i = 0; ok && i < scene->n_params; i++) {
        params[i] = param_text(&scene->params[i]);
        ok = params[i] != NULL;
    }
    options.seed = scene->seed;
    options.width = scene->width;
    options.height = scene->height;
    options.fps = scene->fps;
    options.frames = scene->frames;
    options.samples_per_frame = scene->samples_per_frame;
    char agent[256];
    snprintf(agent, sizeof agent, "%s:%s", scene->agent, scene->agent_on);
    options.agent = scene->agent[0] ? agent : NULL;
    options.views = scene->views;
    options.n_overrides = scene->n_params;
    options.overrides = (const char *const *)params;
    status = ok ? reel_scene_freeze(scene->family, &options, out, err)
                : reel_fail(err, REEL_E_NOMEM, "out of memory");
    for (int i = 0; params && i < scene->n_params; i++) {
        reel_free(params[i]);
    }
    reel_free(params);
    return status;
}

/* Run a shipped script again with the clip's seed and parameters: the same scene? */
static void check_script(const reel_record *record, reel_finder *finder, reel_verify_counts *counts)
{
    const reel_scene *scene = record->scene;
    reel_scene *again = NULL;
    reel_sha256 digest;
    char hex[REEL_SHA256_HEX];
    reel_error e = {0};
    size_t size = 0;
    const char *script =
        is_shipped(scene->family) ? reel_scenes_library_text(scene->family, &size) : NULL;
    if (script) {
        reel_sha256_hex(reel_sha256_of(script, size), hex);
    }
    if (!script || strcmp(hex, scene->source_sha256) != 0) {
        counts->unchecked++; /* its script is not at hand: the scene is the beginning */
        return;
    }
    if (freeze_again(scene, &again, &e) || reel_scene_digest(again, &digest, &e)) {
        reel_finder_tell(finder, record->clip_id, NULL, NULL, -1, &e);
    } else {
        reel_sha256_hex(digest, hex);
        if (strcmp(hex, record->scene_sha256) != 0) {
            tell(finder, record, NULL, NULL, -1, scene->source,
                 "the script gives another scene for this seed and these parameters");
        }
    }
    reel_scene_destroy(&again);
}

/* File bytes are promised only for the library versions that the manifest names. */
static bool same_libraries(const reel_record *a, const reel_record *b)
{
    const reel_json *x = reel_json_get(a->manifest, "generator");
    const reel_json *y = reel_json_get(b->manifest, "generator");
    size_t size = 0;
    char *s = x ? reel_json_canonical(x, &size) : NULL;
    char *t = y ? reel_json_canonical(y, &size) : NULL;
    bool same = s && t && strcmp(s, t) == 0;
    reel_free(s);
    reel_free(t);
    return same;
}

static void compare_planes(const reel_record *old, const reel_record *new, reel_finder *finder)
{
    for (int i = 0; i < old->n_streams && i < new->n_streams; i++) {
        const reel_record_stream *a = &old->streams[i], *b = &new->streams[i];
        for (int p = 0; p < REEL_PLANE_COUNT; p++) {
            if (!(a->digested & b->digested & REEL_PLANE_BIT(p))) {
                continue;
            }
            int first = -1, n = 0;
            for (int k = 0; k < old->scene->frames; k++) {
                if (memcmp(&a->digest[p][k], &b->digest[p][k], sizeof(reel_xxh128)) != 0) {
                    first = n++ == 0 ? k : first;
                }
            }
            if (n > 0) {
                char words[100];
                snprintf(words, sizeof words, "made anew it differs, in %d frames", n);
                tell(finder, old, a->camera, reel_plane_get_info((reel_plane)p)->name, first,
                     old->dir, words);
            }
        }
    }
}

static void compare_files(const reel_record *old, const reel_record *new, reel_finder *finder)
{
    for (int i = 0; i < old->n_files; i++) {
        const reel_record_file *f = &old->files[i];
        int j = 0;
        while (j < new->n_files && strcmp(new->files[j].name, f->name) != 0) {
            j++;
        }
        if (j == new->n_files || strcmp(new->files[j].sha256, f->sha256) != 0) {
            tell(finder, old, NULL, NULL, -1, f->name, "made anew the file differs");
        }
    }
}

static reel_status compare(const char *dir, const reel_record *old, reel_finder *finder,
                           reel_error *err)
{
    reel_record *new = NULL;
    reel_status status = reel_record_open(dir, &new, err);
    if (!status) {
        if (strcmp(old->scene_sha256, new->scene_sha256) != 0) {
            tell(finder, old, NULL, NULL, -1, "scene.json", "made anew the scene differs");
        }
        if (strcmp(old->take_xxh128, new->take_xxh128) != 0) {
            tell(finder, old, NULL, NULL, -1, "take.npz", "simulated anew the take differs");
        }
        compare_planes(old, new, finder);
        if (same_libraries(old, new)) {
            compare_files(old, new, finder);
        }
    }
    reel_record_close(&new);
    return status;
}

static reel_status make_again(const char *dir, const reel_record *record, reel_finder *finder,
                              reel_error *err)
{
    int cameras[REEL_MAX_CAMERAS];
    reel_take *take = NULL;
    reel_error e = {0};
    reel_record_options options = {
        .clip_id = record->clip_id,
        .split = record->split,
        .base_seed = record->base_seed,
        .index = record->index,
        .attempt = record->attempt,
        .quality = record->quality,
        .samples = record->samples,
        .labels = record->labels,
        .store = record->store,
        .amodal = record->amodal,
        .masks = record->masks,
        .tracks = record->tracks_each,
        .depth_scale = record->depth_scale,
        .controls = record->controls,
        .first_frames = record->first_frames,
        .video = record->video,
        .colour = record->colour,
        .n_cameras = record->n_streams,
        .cameras = cameras,
    };
    for (int i = 0; i < record->n_streams && i < REEL_MAX_CAMERAS; i++) {
        cameras[i] = record->streams[i].camera_index;
    }
    reel_status status = reel_simulate(record->scene, &take, &e);
    status = status ? status : reel_job_record(dir, record->scene, take, &options, NULL, NULL, &e);
    reel_take_destroy(&take);
    if (status == REEL_E_NOMEM || status == REEL_E_IO) {
        if (err) {
            *err = e;
        }
        return status;
    }
    if (status) {
        reel_finder_tell(finder, record->clip_id, NULL, NULL, -1, &e);
        return REEL_OK;
    }
    return compare(dir, record, finder, err);
}

reel_status reel_verify_regenerate(const reel_dataset *dataset, const reel_record *record,
                                   reel_finder *finder, reel_verify_counts *counts, reel_error *err)
{
    char base[REEL_PATH_MAX], dir[REEL_PATH_MAX];
    const char *tmp = getenv("TMPDIR");
    (void)dataset;
    snprintf(base, sizeof base, "%.3000s/physreel-verify-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(base)) {
        return reel_fail_at(err, REEL_E_IO, base, 0, NULL, "cannot make a temporary folder");
    }
    reel_fs_join(dir, sizeof dir, base, record->clip_id);
    check_script(record, finder, counts);
    reel_status status = make_again(dir, record, finder, err);
    counts->regenerated += status == REEL_OK;
    (void)reel_fs_remove_tree(base, NULL);
    return status;
}
