/* plan_settings.c - the settings of a run, from options, recipe and preset (see plan.h) */
#include "app/plan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a value comes from: the command line first, then the recipe. */
typedef struct settings {
    const reel_args *args;
    const reel_json *recipe;
    reel_arena *arena;
    const reel_preset *preset;
} settings;

/* The text of setting `key`, or NULL in *out if it was not given. `given` may be NULL. */
static reel_status get(const settings *s, const char *key, const char **out, bool *given,
                       reel_error *err)
{
    const reel_json *value = s->recipe ? reel_json_get(s->recipe, key) : NULL;
    int64_t whole = 0;
    double real = 0;
    *out = reel_args_get(s->args, key);
    if (!*out && value) {
        if (reel_json_to_string(value)) {
            *out = reel_json_to_string(value);
        } else if (reel_json_to_int(value, &whole)) {
            *out = reel_arena_printf(s->arena, "%lld", (long long)whole);
        } else if (reel_json_to_real(value, &real)) {
            *out = reel_arena_printf(s->arena, "%.17g", real);
        } else {
            return reel_fail_at(err, REEL_E_SCENE, NULL, 0, key, "not a number or a text");
        }
        if (!*out) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory");
        }
    }
    if (!*out) {
        *out = reel_preset_value(s->preset, key);
    }
    if (given) {
        *given = *out != NULL;
    }
    return REEL_OK;
}

static reel_status get_int(const settings *s, const char *key, int lo, int hi, int *value,
                           bool *given, reel_error *err)
{
    const char *text = NULL;
    uint64_t number = 0;
    reel_status status = get(s, key, &text, given, err);
    if (status || !text) {
        return status;
    }
    if (!reel_parse_u64(text, &number) || number < (uint64_t)lo || number > (uint64_t)hi) {
        return reel_fail(err, REEL_E_USAGE, "%s %s: not a whole number from %d to %d", key, text,
                         lo, hi);
    }
    *value = (int)number;
    return REEL_OK;
}

/* Only what the shape of a name allows: it becomes part of paths. */
static bool is_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && n <= 64 && s[n] == '\0';
}

reel_status reel_parse_labels(const char *text, reel_quality quality, reel_planes *out, bool *masks,
                              reel_error *err)
{
    const reel_planes coverage = REEL_PLANE_BIT(REEL_PLANE_COVERAGE);
    reel_planes planes = 0;
    bool with_masks = false;
    if (strcmp(text, "none") == 0) {
        *out = 0;
        *masks = false;
        return REEL_OK;
    }
    if (strcmp(text, "all") == 0) {
        *out = REEL_PLANES_LABELS & ~(quality >= REEL_QUALITY_STANDARD ? 0 : coverage);
        *masks = true;
        return REEL_OK;
    }
    for (const char *start = text; start;) {
        char name[64];
        const char *end = strchr(start, ',');
        size_t length = end ? (size_t)(end - start) : strlen(start);
        reel_plane plane;
        snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), start);
        if (strcmp(name, "semantic") == 0) {
            return reel_fail(err, REEL_E_USAGE,
                             "labels: semantic is the instance plane through the objects table; "
                             "ask for instance");
        }
        if (strcmp(name, "masks") == 0) {
            with_masks = true;
        } else if (!reel_plane_find(name, &plane) || plane == REEL_PLANE_RGB) {
            return reel_fail(err, REEL_E_USAGE,
                             "labels: no plane \"%s\"; there are depth, instance, normal, "
                             "flow_fwd, flow_bwd, object_coordinates, albedo, coverage, masks",
                             name);
        } else {
            planes |= REEL_PLANE_BIT(plane);
        }
        start = end ? end + 1 : NULL;
    }
    if ((planes & coverage) && quality < REEL_QUALITY_STANDARD) {
        return reel_fail(err, REEL_E_USAGE,
                         "labels: coverage needs a quality with anti-aliasing (standard)");
    }
    /* a flow without its state could not be told from no flow at an occlusion */
    if (planes & REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD)) {
        planes |= REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD_STATE);
    }
    if (planes & REEL_PLANE_BIT(REEL_PLANE_FLOW_BWD)) {
        planes |= REEL_PLANE_BIT(REEL_PLANE_FLOW_BWD_STATE);
    }
    *out = planes;
    *masks = with_masks;
    return REEL_OK;
}

/* quality, store, labels and depth scale: they depend on one another. */
static reel_status set_planes(reel_plan *plan, const settings *s, reel_error *err)
{
    const char *quality = NULL, *store = NULL, *labels = NULL, *scale = NULL;
    bool labels_given = false, scale_given = false;
    reel_status status = get(s, "quality", &quality, NULL, err);
    status = status ? status : get(s, "store", &store, NULL, err);
    status = status ? status : get(s, "labels", &labels, &labels_given, err);
    plan->labels_given = labels_given;
    status = status ? status : get(s, "depth-scale", &scale, &scale_given, err);
    if (status) {
        return status;
    }
    plan->quality = REEL_QUALITY_STANDARD;
    if (quality && !reel_quality_find(quality, &plan->quality)) {
        return reel_fail(err, REEL_E_USAGE,
                         "quality %s: not one of labels, draft, standard, high, reference",
                         quality);
    }
    status = get_int(s, "samples", 1, 65536, &plan->samples, NULL, err);
    if (!status && plan->samples && plan->quality < REEL_QUALITY_HIGH) {
        status = reel_fail(err, REEL_E_USAGE, "samples has no effect with quality %s",
                           reel_quality_name(plan->quality));
    }
    if (status) {
        return status;
    }
    plan->store = REEL_STORE_PLANES;
    if (store && !reel_store_find(store, &plan->store)) {
        return reel_fail(err, REEL_E_USAGE, "store %s: not one of planes, ffv1, states", store);
    }
    plan->depth_scale = REEL_DEPTH_SCALE_DEFAULT;
    if (scale) {
        char *end = NULL;
        plan->depth_scale = strtod(scale, &end);
        if (end == scale || *end || !(plan->depth_scale >= 1e-6 && plan->depth_scale <= 1.0)) {
            return reel_fail(err, REEL_E_USAGE,
                             "depth-scale %s: not a number of metres from 1e-6 to 1", scale);
        }
    }
    if (plan->store == REEL_STORE_STATES) {
        plan->labels = 0;
        if (labels_given || scale_given) {
            return reel_fail(err, REEL_E_USAGE,
                             "%s has no effect with store states: no planes are stored",
                             labels_given ? "labels" : "depth-scale");
        }
        return REEL_OK;
    }
    plan->labels = REEL_PLANES_DEFAULT;
    status = labels ? reel_parse_labels(labels, plan->quality, &plan->labels, &plan->masks, err)
                    : REEL_OK;
    if (!status && plan->labels == 0 && !plan->masks && plan->quality == REEL_QUALITY_LABELS) {
        return reel_fail(err, REEL_E_USAGE,
                         "quality labels draws no colour and labels none keeps nothing else");
    }
    return status;
}

/* What is added to the scenes; freezing them checks it. */
static reel_status set_agent(reel_plan *plan, const settings *s, reel_error *err)
{
    const char *agent = NULL, *views = NULL;
    reel_status status = get(s, "agent", &agent, NULL, err);
    status = status ? status : get(s, "views", &views, NULL, err);
    if (status) {
        return status;
    }
    plan->agent = reel_arena_strdup(&plan->arena, agent ? agent : "");
    plan->views = reel_arena_strdup(&plan->arena, views ? views : "");
    if (!plan->agent || !plan->views) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < plan->n_entries; i++) {
        reel_plan_entry *e = &plan->entries[i];
        e->agent = e->agent ? e->agent : plan->agent;
    }
    return REEL_OK;
}

reel_status reel_plan_settings(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                               reel_error *err)
{
    settings s = {.args = args, .recipe = recipe, .arena = &plan->arena};
    const char *size = NULL, *seed = NULL, *split = NULL, *preset = NULL;
    reel_freeze_options defaults = reel_freeze_options_default();
    plan->width = defaults.width;
    plan->height = defaults.height;
    plan->fps = defaults.fps;
    plan->frames = defaults.frames;
    plan->split = "train";
    reel_status status = get(&s, "preset", &preset, NULL, err);
    if (status) {
        return status;
    }
    if (preset && !reel_preset_find(preset)) {
        return reel_fail(err, REEL_E_USAGE,
                         "preset %s: there are movi, wan, jepa, lerobot, physics-iq", preset);
    }
    s.preset = preset ? reel_preset_find(preset) : NULL;
    status = get(&s, "size", &size, &plan->size_given, err);
    status = status ? status : get(&s, "seed", &seed, NULL, err);
    status = status ? status : get(&s, "split", &split, NULL, err);
    if (!status && size) {
        status = reel_parse_size(size, &plan->width, &plan->height, err);
    }
    if (!status && seed && !reel_parse_u64(seed, &plan->seed)) {
        status =
            reel_fail(err, REEL_E_USAGE, "seed %s: not a whole number from 0 to 2^64 - 1", seed);
    }
    if (!status && split) {
        plan->split = reel_arena_strdup(&plan->arena, split);
        if (!plan->split) {
            status = reel_fail(err, REEL_E_NOMEM, "out of memory");
        } else if (!is_name(split)) {
            status = reel_fail(err, REEL_E_USAGE,
                               "split %s: a name has the letters a-z, digits and _", split);
        }
    }
    if (!status) {
        status = get_int(&s, "fps", 1, 10000, &plan->fps, &plan->fps_given, err);
    }
    if (!status) {
        status = get_int(&s, "frames", 1, REEL_MAX_FRAMES, &plan->frames, &plan->frames_given, err);
    }
    if (!status) {
        status = get_int(&s, "keyint", 1, REEL_MAX_FRAMES, &plan->keyint, NULL, err);
    }
    status = status ? status : set_agent(plan, &s, err);
    status = status ? status : set_planes(plan, &s, err);
    plan->tracks = plan->store == REEL_STORE_STATES ? 0 : REEL_TRACKS_DEFAULT;
    return status ? status : get_int(&s, "tracks", 0, REEL_MAX_TRACKS, &plan->tracks, NULL, err);
}
