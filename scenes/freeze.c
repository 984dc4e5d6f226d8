/*
 * freeze.c - from a file or a shipped family to a validated scene. A script runs in two states and
 * must give the same scene twice.
 */
#include "base/fs.h"
#include "base/scene_json.h"
#include "scenes/agent.h"
#include "scenes/build.h"
#include "scenes/validate.h"
#include "scenes/words.h"

#include <stdio.h>
#include <string.h>

enum { MAX_SCRIPT_BYTES = 1 << 20 };

reel_freeze_options reel_freeze_options_default(void)
{
    return (reel_freeze_options){
        .width = 832,
        .height = 480,
        .fps = 24,
        .frames = 121,
        .samples_per_frame = 1,
        .max_steps = 20 * 1000 * 1000,
        .max_bytes = (size_t)256 << 20,
    };
}

/* --- sources
 * ------------------------------------------------------------------------------------------- */

typedef struct source {
    char file[256]; /* for messages */
    const char *base;
    const char *text;
    size_t size;
    char *owned; /* text, if it was read */
    bool has_folder;
    char folder[256]; /* of the file, "" or with a slash at the end */
} source;

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static reel_status unknown_family(const char *name, reel_error *err)
{
    char hint[120];
    reel_suggestion best = reel_suggestion_begin(name);
    for (const char *const *f = reel_scenes_list(); *f; f++) {
        reel_suggestion_offer(&best, *f);
    }
    reel_suggestion_text(&best, hint, sizeof(hint));
    return reel_fail(err, REEL_E_USAGE,
                     "there is no shipped scene '%.100s'%s; a file's name ends in .lua or .json",
                     name, hint);
}

static reel_status open_source(const char *name, source *out, reel_error *err)
{
    *out = (source){.text = NULL};
    if (ends_with(name, ".lua") || ends_with(name, ".json")) {
        reel_status st = reel_fs_read(name, &out->owned, &out->size, err);
        if (st != REEL_OK) {
            return st;
        }
        out->text = out->owned;
        snprintf(out->file, sizeof(out->file), "%s", name);
    } else {
        out->text = reel_scenes_library_text(name, &out->size);
        if (!out->text) {
            return unknown_family(name, err);
        }
        snprintf(out->file, sizeof(out->file), "%s.lua", name);
    }
    out->base = base_name(out->file);
    out->has_folder = out->owned && strlen(name) < sizeof(out->file);
    if (out->has_folder) {
        snprintf(out->folder, sizeof(out->folder), "%.*s", (int)(out->base - out->file), out->file);
    }
    return REEL_OK;
}

static reel_status check_script(const source *src, reel_error *err)
{
    if (src->size > MAX_SCRIPT_BYTES) {
        return reel_fail_at(err, REEL_E_SCENE, src->file, 0, NULL,
                            "a script has at most %d bytes, this one %zu", MAX_SCRIPT_BYTES,
                            src->size);
    }
    return REEL_OK;
}

static reel_script new_script(const source *src, const reel_freeze_options *options)
{
    return (reel_script){.file = src->file,
                         .base = src->base,
                         .folder = src->has_folder ? src->folder : NULL,
                         .text = src->text,
                         .size = src->size,
                         .options = options};
}

/* --- one run
 * -------------------------------------------------------------------------------------------- */

static reel_status start_scene(const source *src, const reel_freeze_options *o, reel_scene **out,
                               reel_error *err)
{
    char hex[REEL_SHA256_HEX];
    reel_scene *s = reel_scene_create();
    if (!s) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    if (!reel_is_utf8(src->base)) {
        reel_scene_destroy(&s);
        return reel_fail(err, REEL_E_USAGE, "the script's file name is not UTF-8");
    }
    reel_sha256_hex(reel_sha256_of(src->text, src->size), hex);
    s->arena.limit = (size_t)512 << 20;
    s->source = reel_arena_strdup(&s->arena, src->base);
    s->source_sha256 = reel_arena_strdup(&s->arena, hex);
    if (!s->source || !s->source_sha256) {
        reel_scene_destroy(&s);
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    s->seed = o->seed;
    s->width = o->width;
    s->height = o->height;
    s->fps = o->fps;
    s->frames = o->frames;
    s->samples_per_frame = o->samples_per_frame;
    *out = s;
    return REEL_OK;
}

static reel_status build(reel_script *script, const source *src, reel_scene **out, reel_error *err)
{
    reel_scene *scene = NULL;
    reel_status st = start_scene(src, script->options, &scene, err);
    if (st != REEL_OK) {
        return st;
    }
    reel_builder builder = {.script = script, .scene = scene};
    script->builder = &builder;
    st = reel_script_run(script, reel_params_build, err);
    script->builder = NULL;
    if (st != REEL_OK) {
        reel_scene_destroy(&scene);
        return st;
    }
    *out = scene;
    return REEL_OK;
}

/* The two texts must be the same bytes. */
static reel_status compare(const reel_scene *a, const reel_scene *b, const source *src,
                           reel_error *err)
{
    char *ta = NULL, *tb = NULL;
    size_t na = 0, nb = 0, at = 0;
    reel_status st = reel_scene_encode(a, &ta, &na, err);
    if (st == REEL_OK) {
        st = reel_scene_encode(b, &tb, &nb, err);
    }
    if (st != REEL_OK) {
        goto fail;
    }
    while (at < na && at < nb && ta[at] == tb[at]) {
        at++;
    }
    if (na != nb || at != na) {
        const size_t from = at > 30 ? at - 30 : 0;
        st = reel_fail_at(err, REEL_E_SCENE, src->file, 0, NULL,
                          "the script depends on hash order: two runs gave different scenes, first "
                          "at \"...%.60s...\"; often a list with holes, whose length # is not "
                          "defined",
                          ta + from);
    }
fail:
    reel_free(ta);
    reel_free(tb);
    return st;
}

static reel_status validate(const source *src, const reel_scene *scene, reel_error *err)
{
    reel_error why = {0};
    const reel_status st = reel_scene_validate(scene, &why);
    return st == REEL_OK ? st : reel_fail_at(err, st, src->file, 0, why.field, "%s", why.msg);
}

/* Views and agent, if they are asked for, into a valid scene. */
static reel_status add_asked(const source *src, const reel_freeze_options *options,
                             reel_scene *scene, reel_error *err)
{
    reel_error why = {0};
    const char *views = options->views ? options->views : "";
    const char *agent = options->agent ? options->agent : "";
    reel_status st = reel_views_add(scene, views, &why);
    if (st == REEL_OK) {
        st = reel_agent_add(scene, agent, &why);
    }
    if (st != REEL_OK) {
        return reel_fail_at(err, st, src->file, 0, why.field, "%s", why.msg);
    }
    return views[0] || agent[0] ? validate(src, scene, err) : REEL_OK;
}

/* Both states exist before either runs: their addresses, and so Lua's hash seeds, differ. */
static reel_status freeze_script(const source *src, const reel_freeze_options *options,
                                 reel_scene **out, reel_error *err)
{
    reel_scene *scenes[2] = {NULL, NULL};
    reel_script scripts[2] = {new_script(src, options), new_script(src, options)};
    scripts[1].quiet = true;
    reel_status st = check_script(src, err);
    for (int i = 0; i < 2 && st == REEL_OK; i++) {
        st = reel_script_open(&scripts[i], err);
    }
    for (int i = 0; i < 2 && st == REEL_OK; i++) {
        st = build(&scripts[i], src, &scenes[i], err);
    }
    if (st == REEL_OK) {
        st = validate(src, scenes[0], err);
    }
    if (st == REEL_OK) {
        st = compare(scenes[0], scenes[1], src, err);
    }
    if (st == REEL_OK) {
        st = add_asked(src, options, scenes[0], err);
    }
    if (st == REEL_OK) {
        *out = scenes[0];
        scenes[0] = NULL;
    }
    for (int i = 0; i < 2; i++) {
        reel_script_close(&scripts[i]);
        reel_scene_destroy(&scenes[i]);
    }
    return st;
}

/* "push" and "push:ball" both ask for what "push" on "ball" is. */
static bool is_agent(const reel_scene *scene, const char *agent)
{
    const size_t n = strlen(scene->agent);
    return strncmp(agent, scene->agent, n) == 0 &&
           (agent[n] == '\0' || (agent[n] == ':' && strcmp(agent + n + 1, scene->agent_on) == 0));
}

/* A frozen scene has its agent and its views, or none. */
static reel_status check_asked(const source *src, const reel_freeze_options *options,
                               const reel_scene *scene, reel_error *err)
{
    if (options->agent && options->agent[0] && !is_agent(scene, options->agent)) {
        return reel_fail_at(err, REEL_E_USAGE, src->file, 0, "agent",
                            "a frozen scene has the agent that it was frozen with: %s",
                            scene->agent[0] ? scene->agent : "none");
    }
    if (options->views && options->views[0] && strcmp(options->views, scene->views) != 0) {
        return reel_fail_at(err, REEL_E_USAGE, src->file, 0, "views",
                            "a frozen scene has the views that it was frozen with");
    }
    return REEL_OK;
}

static reel_status load_json(const source *src, const reel_freeze_options *options,
                             reel_scene **out, reel_error *err)
{
    reel_scene *scene = NULL;
    if (options->n_overrides > 0 || options->n_ranges > 0) {
        return reel_fail_at(err, REEL_E_USAGE, src->file, 0, NULL,
                            "a frozen scene has no parameters to give: '%.80s'",
                            options->n_overrides > 0 ? options->overrides[0]
                                                     : options->ranges[0].name);
    }
    reel_status st = reel_scene_decode(src->text, src->size, src->file, &scene, err);
    if (st != REEL_OK) {
        return st;
    }
    st = validate(src, scene, err);
    st = st == REEL_OK ? check_asked(src, options, scene, err) : st;
    if (st != REEL_OK) {
        reel_scene_destroy(&scene);
        return st;
    }
    *out = scene;
    return REEL_OK;
}

static reel_status check_options(const reel_freeze_options *o, reel_error *err)
{
    if (o->max_steps < 1 || o->max_bytes < (1u << 20)) {
        return reel_fail(err, REEL_E_USAGE, "a script needs a step and 1 MiB at least");
    }
    if (o->width < 16 || o->height < 16 || o->width > REEL_MAX_SIDE || o->height > REEL_MAX_SIDE ||
        o->width % 2 || o->height % 2) {
        return reel_fail(err, REEL_E_USAGE,
                         "the picture is %d x %d; each side must be even and within 16 .. %d",
                         o->width, o->height, REEL_MAX_SIDE);
    }
    if (o->fps < 1 || o->frames < 1 || o->frames > REEL_MAX_FRAMES || o->samples_per_frame < 1 ||
        o->step_rate < 0) {
        return reel_fail(err, REEL_E_USAGE,
                         "fps, frames (1 .. %d) and samples per frame must be > 0",
                         REEL_MAX_FRAMES);
    }
    return REEL_OK;
}

static reel_status freeze_source(const source *src, const reel_freeze_options *options,
                                 reel_scene **out, reel_error *err)
{
    return ends_with(src->file, ".json") ? load_json(src, options, out, err)
                                         : freeze_script(src, options, out, err);
}

reel_status reel_scene_freeze(const char *name, const reel_freeze_options *options,
                              reel_scene **out, reel_error *err)
{
    source src;
    reel_status st = check_options(options, err);
    if (st == REEL_OK) {
        st = open_source(name, &src, err);
    }
    if (st != REEL_OK) {
        return st;
    }
    st = freeze_source(&src, options, out, err);
    reel_free(src.owned);
    return st;
}

reel_status reel_scene_freeze_text(const char *name, const char *text, size_t size,
                                   const reel_freeze_options *options, reel_scene **out,
                                   reel_error *err)
{
    source src = {.text = text, .size = size};
    reel_status st = check_options(options, err);
    if (st != REEL_OK) {
        return st;
    }
    snprintf(src.file, sizeof(src.file), "%s", name);
    src.base = base_name(src.file);
    return freeze_source(&src, options, out, err);
}

/* --- description
 * ------------------------------------------------------------------------------------------ */

reel_status reel_script_describe(const char *name, reel_script_info **out, reel_error *err)
{
    source src;
    const reel_freeze_options options = reel_freeze_options_default();
    reel_script_info *info = NULL;
    reel_script script = {.L = NULL};
    reel_status st = open_source(name, &src, err);
    if (st != REEL_OK) {
        return st;
    }
    if (ends_with(src.file, ".json")) {
        st = reel_fail_at(err, REEL_E_USAGE, src.file, 0, NULL, "a frozen scene has no parameters");
        goto fail;
    }
    st = check_script(&src, err);
    if (st != REEL_OK) {
        goto fail;
    }
    info = reel_calloc(1, sizeof(*info));
    if (!info) {
        st = reel_fail(err, REEL_E_NOMEM, "out of memory");
        goto fail;
    }
    script = new_script(&src, &options);
    script.info = info;
    st = reel_script_open(&script, err);
    if (st == REEL_OK) {
        st = reel_script_run(&script, reel_params_describe, err);
    }
    if (st == REEL_OK) {
        *out = info;
        info = NULL;
    }
fail:
    reel_script_close(&script);
    reel_script_info_destroy(&info);
    reel_free(src.owned);
    return st;
}

void reel_script_info_destroy(reel_script_info **info)
{
    if (*info) {
        for (int i = 0; i < (*info)->n_params; i++) {
            reel_json_destroy(&(*info)->params[i].json);
        }
        reel_arena_finish(&(*info)->arena);
        reel_free(*info);
        *info = NULL;
    }
}
