/* plan.c - see plan.h */
#include "app/plan.h"
#include "base/fs.h"
#include "base/rng.h"
#include "base/scene_json.h"
#include "export/sink.h"
#include <stdio.h>
#include <string.h>

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* Entries from SCENE arguments: all with the same count, parameters and cameras. */
static reel_status scene_entries(reel_plan *plan, const reel_args *args, reel_error *err)
{
    int64_t count = 1;
    int n_params = 0, n_cameras = 0;
    reel_status status = reel_args_int(args, "count", 1, REEL_MAX_CLIPS, &count, err);
    if (status) {
        return status;
    }
    while (reel_args_get_nth(args, "param", n_params)) {
        n_params++;
    }
    while (reel_args_get_nth(args, "camera", n_cameras)) {
        n_cameras++;
    }
    const char **params = REEL_ARENA_NEW(&plan->arena, const char *, n_params);
    const char **cameras = REEL_ARENA_NEW(&plan->arena, const char *, n_cameras);
    plan->n_entries = args->n_arguments;
    plan->entries = REEL_ARENA_NEW(&plan->arena, reel_plan_entry, plan->n_entries);
    if (!params || !cameras || !plan->entries) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < n_params; i++) {
        params[i] = reel_args_get_nth(args, "param", i);
        if (!strchr(params[i], '=') || params[i][0] == '=') {
            return reel_fail(err, REEL_E_USAGE, "-p %s: not of the form key=value", params[i]);
        }
    }
    for (int i = 0; i < n_cameras; i++) {
        cameras[i] = reel_args_get_nth(args, "camera", i);
    }
    for (int i = 0; i < plan->n_entries; i++) {
        plan->entries[i] = (reel_plan_entry){
            .source = args->arguments[i],
            .shown = args->arguments[i],
            .count = count,
            .n_overrides = n_params,
            .overrides = params,
            .n_cameras = n_cameras,
            .cameras = cameras,
        };
    }
    return REEL_OK;
}

/* Is the one argument a recipe? Leaves *recipe NULL if it is not JSON or a frozen scene. */
static reel_status load_recipe(const reel_args *args, reel_json **recipe, reel_error *err)
{
    for (int i = 0; i < args->n_arguments; i++) {
        reel_json *json = NULL;
        if (!ends_with(args->arguments[i], ".json")) {
            continue;
        }
        reel_status status = reel_json_read_file(args->arguments[i], &json, err);
        if (status) {
            return status;
        }
        if (!reel_json_get(json, "recipe")) {
            reel_json_destroy(&json);
            continue;
        }
        if (args->n_arguments > 1) {
            reel_json_destroy(&json);
            return reel_fail(err, REEL_E_USAGE, "a recipe stands alone: %s", args->arguments[i]);
        }
        *recipe = json;
    }
    return REEL_OK;
}

static reel_status recipe_plan(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                               reel_error *err)
{
    static const char *const scene_only[] = {"count", "param", "camera"};
    const char *path = args->arguments[0];
    for (size_t i = 0; i < sizeof scene_only / sizeof scene_only[0]; i++) {
        if (reel_args_has(args, scene_only[i])) {
            return reel_fail(err, REEL_E_USAGE,
                             "--%s belongs to a scene; the recipe %s has its own", scene_only[i],
                             path);
        }
    }
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    plan->recipe = path;
    plan->name = reel_arena_printf(&plan->arena, "%.*s", (int)(strlen(base) - 5), base);
    if (!plan->name) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    return reel_plan_recipe_entries(plan, path, recipe, err);
}

reel_status reel_plan_create(const reel_args *args, reel_plan **out, reel_error *err)
{
    reel_json *recipe = NULL;
    reel_plan *plan = reel_calloc(1, sizeof *plan);
    if (!plan) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = load_recipe(args, &recipe, err);
    if (status) {
        goto done;
    }
    status = recipe ? recipe_plan(plan, args, recipe, err) : scene_entries(plan, args, err);
    if (!status) {
        status = reel_plan_settings(plan, args, recipe, err);
    }
    status = status ? status : reel_plan_controls(plan, args, recipe, err);
    status = status ? status : reel_plan_format(plan, args, recipe, err);
    status = status ? status : reel_splits_create(plan, args, recipe, err);
    for (int i = 0; !status && i < plan->n_entries; i++) {
        reel_plan_entry *e = &plan->entries[i];
        e->frozen = ends_with(e->source, ".json");
        if (e->frozen && e->count > 1) {
            status = reel_fail(err, REEL_E_USAGE,
                               "%s is frozen: it is one clip, so count must be 1", e->shown);
        }
    }
done:
    reel_json_destroy(&recipe);
    if (status) {
        reel_plan_destroy(&plan);
        return status;
    }
    *out = plan;
    return REEL_OK;
}

void reel_plan_destroy(reel_plan **plan)
{
    if (*plan) {
        reel_splits_destroy(&(*plan)->splits);
        reel_arena_finish(&(*plan)->arena);
        reel_free(*plan);
        *plan = NULL;
    }
}

/* A frozen scene keeps its size and times; asking for others is an error, not ignored. */
static reel_status check_frozen(const reel_plan *plan, const reel_plan_entry *e,
                                const reel_scene *scene, reel_error *err)
{
    if (plan->size_given && (scene->width != plan->width || scene->height != plan->height)) {
        return reel_fail(err, REEL_E_USAGE, "%s is frozen at %dx%d, not %dx%d", e->shown,
                         scene->width, scene->height, plan->width, plan->height);
    }
    if (plan->fps_given && scene->fps != plan->fps) {
        return reel_fail(err, REEL_E_USAGE, "%s is frozen at %d fps, not %d", e->shown, scene->fps,
                         plan->fps);
    }
    if (plan->frames_given && scene->frames != plan->frames) {
        return reel_fail(err, REEL_E_USAGE, "%s is frozen with %d frames, not %d", e->shown,
                         scene->frames, plan->frames);
    }
    return REEL_OK;
}

static reel_status freeze_entry(const reel_plan *plan, int entry, uint64_t seed,
                                const reel_split_place *place, reel_scene **out, reel_error *err)
{
    reel_param_range ranges[REEL_MAX_FACTORS];
    const reel_plan_entry *e = &plan->entries[entry];
    char moved[160];
    reel_freeze_options options = reel_freeze_options_default();
    reel_scene *scene = NULL;
    options.seed = seed;
    options.width = plan->width;
    options.height = plan->height;
    options.fps = plan->fps;
    options.frames = plan->frames;
    options.n_overrides = e->n_overrides;
    options.overrides = e->overrides;
    options.n_ranges = reel_splits_ranges(plan, entry, place, ranges);
    options.ranges = ranges;
    options.agent = e->agent;
    options.views = plan->views;
    if (strcmp(e->agent, "camera") == 0 && e->n_cameras > 0) { /* one that is drawn */
        snprintf(moved, sizeof moved, "camera:%s", e->cameras[0]);
        options.agent = moved;
    }
    reel_status status = reel_scene_freeze(e->source, &options, &scene, err);
    if (!status && e->frozen) {
        status = check_frozen(plan, e, scene, err);
    }
    if (status) {
        reel_scene_destroy(&scene);
        return status;
    }
    *out = scene;
    return REEL_OK;
}

reel_status reel_plan_freeze(const reel_plan *plan, int index, uint32_t attempt, reel_scene **out,
                             reel_error *err)
{
    assert(index >= 0 && index < plan->n_clips);
    return freeze_entry(plan, plan->clips[index].entry,
                        reel_clip_seed(plan->seed, (uint64_t)index, attempt),
                        &plan->clips[index].place, out, err);
}

reel_status reel_plan_cameras(const reel_plan *plan, int entry, const reel_scene *scene, int *out,
                              int *n, reel_error *err)
{
    const reel_plan_entry *e = &plan->entries[entry];
    *n = e->n_cameras > 0 ? 0 : scene->n_cameras;
    for (int i = 0; i < *n; i++) {
        out[i] = i;
    }
    for (int i = 0; i < e->n_cameras; i++) {
        int camera = reel_scene_find_camera(scene, e->cameras[i]);
        if (camera < 0) {
            char names[256] = "";
            for (int c = 0; c < scene->n_cameras && strlen(names) < 190; c++) {
                size_t used = strlen(names);
                snprintf(names + used, sizeof names - used, "%s%s", c ? ", " : "",
                         scene->cameras[c].name);
            }
            return reel_fail(err, REEL_E_USAGE, "%s has no camera %s; there are: %s", e->shown,
                             e->cameras[i], names);
        }
        for (int k = 0; k < *n; k++) {
            if (out[k] == camera) {
                return reel_fail(err, REEL_E_USAGE, "camera %s was given twice", e->cameras[i]);
            }
        }
        out[(*n)++] = camera;
    }
    return REEL_OK;
}

/* Let the entries take turns; entries[i].count clips of each in the end. */
static reel_status name_clips(reel_plan *plan, reel_error *err)
{
    int64_t total = 0;
    for (int i = 0; i < plan->n_entries; i++) {
        total += plan->entries[i].count;
    }
    if (total > REEL_MAX_CLIPS) {
        return reel_fail(err, REEL_E_USAGE, "%lld clips are more than %d in one run",
                         (long long)total, REEL_MAX_CLIPS);
    }
    plan->clips = REEL_ARENA_NEW(&plan->arena, reel_plan_clip, total);
    reel_split_deal *deals = REEL_ARENA_NEW(&plan->arena, reel_split_deal, plan->n_entries);
    if (!plan->clips || !deals) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int64_t turn = 0; plan->n_clips < total; turn++) {
        for (int i = 0; i < plan->n_entries; i++) {
            if (turn >= plan->entries[i].count) {
                continue;
            }
            reel_plan_clip *clip = &plan->clips[plan->n_clips];
            clip->entry = i;
            clip->place = reel_splits_deal(plan, i, &deals[i]);
            clip->id =
                reel_arena_printf(&plan->arena, "%s_%06d", plan->entries[i].family, plan->n_clips);
            if (!clip->id) {
                return reel_fail(err, REEL_E_NOMEM, "out of memory");
            }
            plan->n_clips++;
        }
    }
    return REEL_OK;
}

static reel_status probe_entry(reel_plan *plan, int i, reel_error *err)
{
    reel_plan_entry *e = &plan->entries[i];
    reel_scene *scene = NULL;
    int cameras[REEL_MAX_CAMERAS], n = 0;
    reel_status status =
        freeze_entry(plan, i, reel_clip_seed(plan->seed, (uint64_t)i, 0), NULL, &scene, err);
    if (status) {
        return status;
    }
    status = reel_plan_cameras(plan, i, scene, cameras, &n, err);
    if (!status && n == 0) {
        status = reel_fail(err, REEL_E_SCENE, "%s has no camera", e->shown);
    }
    if (!status && e->frozen) {
        reel_sha256 digest;
        status = reel_scene_digest(scene, &digest, err);
        if (!status) {
            reel_sha256_hex(digest, e->sha256);
        }
    } else if (!status) {
        snprintf(e->sha256, sizeof e->sha256, "%s", scene->source_sha256);
    }
    e->family = reel_arena_strdup(&plan->arena, scene->family);
    if (!status && !e->family) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_scene_destroy(&scene);
    return status;
}

/* toss, toss-tower, or scenes if that gets too long: for the card and the default folder. */
static const char *name_of_families(reel_plan *plan)
{
    char name[64] = "";
    for (int i = 0; i < plan->n_entries; i++) {
        size_t used = strlen(name);
        if (used + strlen(plan->entries[i].family) + 2 > sizeof name) {
            return "scenes";
        }
        snprintf(name + used, sizeof name - used, "%s%s", i ? "-" : "", plan->entries[i].family);
    }
    return reel_arena_strdup(&plan->arena, name);
}

reel_status reel_plan_probe(reel_plan *plan, reel_error *err)
{
    for (int i = 0; i < plan->n_entries; i++) {
        reel_status status = probe_entry(plan, i, err);
        if (status) {
            return status;
        }
    }
    reel_status status = plan->splits ? reel_splits_check(plan, err) : REEL_OK;
    if (status) {
        return status;
    }
    if (!plan->name) {
        plan->name = name_of_families(plan);
        if (!plan->name) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory");
        }
    }
    return name_clips(plan, err);
}
