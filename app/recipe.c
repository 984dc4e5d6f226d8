/*
 * recipe.c - entries of a recipe (see plan.h, docs/datasets.md).
 *
 *   {"recipe": 1, "seed": 7, "size": "832x480", ...settings as the options of run...,
 *    "clips": [{"scene": "toss", "count": 2, "params": {"count": 5}, "cameras": ["main"]}, ...]}
 */
#include "app/plan.h"
#include <stdio.h>
#include <string.h>

static const char *const recipe_keys[] = {
    "recipe", "clips",   "seed",         "size",        "fps",    "frames",  "preset", "quality",
    "labels", "store",   "split",        "depth-scale", "tracks", "samples", "about",  "format",
    "set",    "control", "first-frames", "agent",       "views",  "keyint",  "splits", NULL};
static const char *const entry_keys[] = {"scene", "count", "params", "cameras", "agent", NULL};

/* Refuse keys that nothing would read. `where` is "" or "clips[3].". */
static reel_status check_keys(const reel_json *object, const char *const *known, const char *path,
                              const char *where, reel_error *err)
{
    for (size_t i = 0; i < reel_json_count(object); i++) {
        reel_json *value = NULL;
        const char *key = reel_json_key_at(object, i, &value);
        const char *const *k = known;
        while (*k && strcmp(*k, key) != 0) {
            k++;
        }
        if (!*k) {
            char field[160];
            const char *near = reel_suggest(key, known);
            snprintf(field, sizeof field, "%s%s", where, key);
            return reel_fail_at(err, REEL_E_SCENE, path, 0, field, "unknown key%s%s",
                                near ? "; did you mean " : "", near ? near : "");
        }
    }
    return REEL_OK;
}

static bool is_shipped(const char *name)
{
    for (const char *const *s = reel_scenes_list(); *s; s++) {
        if (strcmp(*s, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A scene of a recipe: a shipped family, or a path from the recipe's folder. */
static const char *resolve(reel_arena *arena, const char *recipe, const char *scene)
{
    const char *slash = strrchr(recipe, '/');
    if (is_shipped(scene) || scene[0] == '/' || !slash) {
        return reel_arena_strdup(arena, scene);
    }
    return reel_arena_printf(arena, "%.*s/%s", (int)(slash - recipe), recipe, scene);
}

/* "key=value" of one parameter, as the command line would give it. */
static const char *override_text(reel_arena *arena, const char *key, const reel_json *value)
{
    int64_t whole = 0;
    double real = 0;
    bool flag = false;
    if (reel_json_to_string(value)) {
        return reel_arena_printf(arena, "%s=%s", key, reel_json_to_string(value));
    }
    if (reel_json_to_bool(value, &flag)) {
        return reel_arena_printf(arena, "%s=%s", key, flag ? "true" : "false");
    }
    if (reel_json_to_int(value, &whole)) {
        return reel_arena_printf(arena, "%s=%lld", key, (long long)whole);
    }
    if (reel_json_to_real(value, &real)) {
        return reel_arena_printf(arena, "%s=%.17g", key, real);
    }
    return NULL;
}

static reel_status read_params(reel_plan *plan, reel_plan_entry *e, const reel_json *params,
                               const char *path, const char *where, reel_error *err)
{
    char field[160];
    snprintf(field, sizeof field, "%sparams", where);
    if (reel_json_type_of(params) != REEL_JSON_OBJECT) {
        return reel_fail_at(err, REEL_E_SCENE, path, 0, field, "not an object");
    }
    e->n_overrides = (int)reel_json_count(params);
    e->overrides = REEL_ARENA_NEW(&plan->arena, const char *, e->n_overrides);
    for (int i = 0; e->overrides && i < e->n_overrides; i++) {
        reel_json *value = NULL;
        const char *key = reel_json_key_at(params, (size_t)i, &value);
        e->overrides[i] = override_text(&plan->arena, key, value);
        if (!e->overrides[i]) {
            snprintf(field, sizeof field, "%sparams.%s", where, key);
            return reel_fail_at(err, REEL_E_SCENE, path, 0, field,
                                "not a number, a text or true or false");
        }
    }
    return e->overrides ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory");
}

static reel_status read_cameras(reel_plan *plan, reel_plan_entry *e, const reel_json *cameras,
                                const char *path, const char *where, reel_error *err)
{
    char field[160];
    snprintf(field, sizeof field, "%scameras", where);
    e->n_cameras = (int)reel_json_count(cameras);
    e->cameras = REEL_ARENA_NEW(&plan->arena, const char *, e->n_cameras);
    if (!e->cameras) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    if (reel_json_type_of(cameras) != REEL_JSON_ARRAY || e->n_cameras < 1 ||
        e->n_cameras > REEL_MAX_CAMERAS) {
        return reel_fail_at(err, REEL_E_SCENE, path, 0, field, "not a list of 1 to %d names",
                            REEL_MAX_CAMERAS);
    }
    for (int i = 0; i < e->n_cameras; i++) {
        const char *name = reel_json_to_string(reel_json_at(cameras, (size_t)i));
        if (!name) {
            return reel_fail_at(err, REEL_E_SCENE, path, 0, field, "not a list of names");
        }
        e->cameras[i] = reel_arena_strdup(&plan->arena, name);
        if (!e->cameras[i]) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory");
        }
    }
    return REEL_OK;
}

static reel_status read_entry(reel_plan *plan, reel_plan_entry *e, const reel_json *clip,
                              const char *path, const char *where, reel_error *err)
{
    char field[160];
    reel_status status = check_keys(clip, entry_keys, path, where, err);
    if (status) {
        return status;
    }
    const char *scene = reel_json_to_string(reel_json_get(clip, "scene"));
    const reel_json *count = reel_json_get(clip, "count");
    if (!scene) {
        snprintf(field, sizeof field, "%sscene", where);
        return reel_fail_at(err, REEL_E_SCENE, path, 0, field, "missing, or not a text");
    }
    e->shown = reel_arena_strdup(&plan->arena, scene);
    e->source = resolve(&plan->arena, path, scene);
    e->count = 1;
    if (!e->shown || !e->source) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    if (count &&
        (!reel_json_to_int(count, &e->count) || e->count < 1 || e->count > REEL_MAX_CLIPS)) {
        snprintf(field, sizeof field, "%scount", where);
        return reel_fail_at(err, REEL_E_SCENE, path, 0, field, "not a whole number from 1 to %d",
                            REEL_MAX_CLIPS);
    }
    const reel_json *agent = reel_json_get(clip, "agent");
    if (agent && !reel_json_to_string(agent)) {
        snprintf(field, sizeof field, "%sagent", where);
        return reel_fail_at(err, REEL_E_SCENE, path, 0, field, "not a text");
    }
    if (agent) {
        e->agent = reel_arena_strdup(&plan->arena, reel_json_to_string(agent));
        if (!e->agent) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory");
        }
    }
    const reel_json *params = reel_json_get(clip, "params");
    const reel_json *cameras = reel_json_get(clip, "cameras");
    if (params) {
        status = read_params(plan, e, params, path, where, err);
    }
    if (!status && cameras) {
        status = read_cameras(plan, e, cameras, path, where, err);
    }
    return status;
}

reel_status reel_plan_recipe_entries(reel_plan *plan, const char *path, const reel_json *recipe,
                                     reel_error *err)
{
    int64_t version = 0;
    const reel_json *clips = reel_json_get(recipe, "clips");
    reel_status status = check_keys(recipe, recipe_keys, path, "", err);
    if (status) {
        return status;
    }
    if (!reel_json_to_int(reel_json_get(recipe, "recipe"), &version) || version != 1) {
        return reel_fail_at(err, REEL_E_SCENE, path, 0, "recipe",
                            "the version of the form; this program reads 1");
    }
    plan->n_entries = (int)reel_json_count(clips);
    if (!clips || reel_json_type_of(clips) != REEL_JSON_ARRAY || plan->n_entries < 1 ||
        plan->n_entries > REEL_MAX_ENTRIES) {
        return reel_fail_at(err, REEL_E_SCENE, path, 0, "clips", "not a list of 1 to %d entries",
                            REEL_MAX_ENTRIES);
    }
    plan->entries = REEL_ARENA_NEW(&plan->arena, reel_plan_entry, plan->n_entries);
    if (!plan->entries) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; !status && i < plan->n_entries; i++) {
        char where[32];
        snprintf(where, sizeof where, "clips[%d].", i);
        const reel_json *clip = reel_json_at(clips, (size_t)i);
        if (reel_json_type_of(clip) != REEL_JSON_OBJECT) {
            return reel_fail_at(err, REEL_E_SCENE, path, 0, where, "not an object");
        }
        status = read_entry(plan, &plan->entries[i], clip, path, where, err);
    }
    return status;
}
