/* plan_json.c - a plan as JSON and as a command (see plan.h) */
#include "app/plan.h"
#include "export/layout/layout.h"
#include "export/sink.h"
#include <stdio.h>
#include <string.h>

static reel_json *texts(const char *const *list, int n)
{
    reel_json *array = reel_json_array();
    bool ok = array != NULL;
    for (int i = 0; ok && i < n; i++) {
        ok = reel_json_push(array, reel_json_string(list[i]));
    }
    if (!ok) {
        reel_json_destroy(&array);
    }
    return array;
}

/* The last part of a path: where a file lay does not decide any byte. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static reel_json *entry_json(const reel_plan_entry *e)
{
    reel_json *o = reel_json_object();
    bool ok = o != NULL;
    ok = ok && reel_json_put(o, "scene", reel_json_string(base_name(e->source)));
    ok = ok && reel_json_put(o, "sha256", reel_json_string(e->sha256));
    ok = ok && reel_json_put(o, "family", reel_json_string(e->family));
    ok = ok && reel_json_put(o, "count", reel_json_int(e->count));
    ok = ok && reel_json_put(o, "params", texts(e->overrides, e->n_overrides));
    ok = ok && reel_json_put(o, "cameras", texts(e->cameras, e->n_cameras));
    ok = ok && (!e->agent[0] || reel_json_put(o, "agent", reel_json_string(e->agent)));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static reel_json *labels_json(reel_planes planes, bool masks)
{
    const char *names[REEL_PLANE_COUNT + 1];
    int n = 0;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (planes & REEL_PLANE_BIT(p)) {
            names[n++] = reel_plane_get_info((reel_plane)p)->name;
        }
    }
    if (masks) {
        names[n++] = "masks";
    }
    return texts(names, n);
}

static reel_json *controls_json(reel_controls kinds)
{
    const char *names[REEL_CONTROL_COUNT];
    int n = 0;
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        if (kinds & REEL_CONTROL_BIT(k)) {
            names[n++] = reel_control_name((reel_control)k);
        }
    }
    return texts(names, n);
}

static reel_json *versions_json(void)
{
    reel_json *o = reel_json_object();
    bool ok = o != NULL;
    for (const char *const *v = reel_export_versions(); ok && v[0]; v += 2) {
        ok = reel_json_put(o, v[0], reel_json_string(v[1]));
    }
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static reel_json *entries_json(const reel_plan *plan)
{
    reel_json *array = reel_json_array();
    bool ok = array != NULL;
    for (int i = 0; ok && i < plan->n_entries; i++) {
        ok = reel_json_push(array, entry_json(&plan->entries[i]));
    }
    if (!ok) {
        reel_json_destroy(&array);
    }
    return array;
}

/* What was asked for, and how many clips each split has of it. */
static bool put_splits(reel_json *o, const reel_plan *plan)
{
    return reel_json_put(o, "splits", reel_json_copy(plan->splits->given)) &&
           reel_json_put(o, "split_counts", reel_splits_counts(plan));
}

reel_json *reel_plan_to_json(const reel_plan *plan)
{
    reel_json *o = reel_json_object();
    char seed[32], size[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)plan->seed);
    snprintf(size, sizeof size, "%dx%d", plan->width, plan->height);
    bool ok = o != NULL;
    ok = ok && reel_json_put(o, "plan", reel_json_int(1));
    ok = ok && reel_json_put(o, "version", reel_json_string(REEL_VERSION));
    ok = ok && reel_json_put(o, "libraries", versions_json());
    ok = ok && reel_json_put(o, "name", reel_json_string(plan->name));
    ok = ok && reel_json_put(o, "seed", reel_json_string(seed)); /* may exceed an int64 */
    ok = ok && reel_json_put(o, "size", reel_json_string(size));
    ok = ok && reel_json_put(o, "fps", reel_json_int(plan->fps));
    ok = ok && reel_json_put(o, "frames", reel_json_int(plan->frames));
    ok = ok && reel_json_put(o, "quality", reel_json_string(reel_quality_name(plan->quality)));
    ok = ok && reel_json_put(o, "samples", reel_json_int(plan->samples));
    ok = ok && reel_json_put(o, "labels", labels_json(plan->labels, plan->masks));
    ok = ok && reel_json_put(o, "store", reel_json_string(reel_store_name(plan->store)));
    ok = ok && reel_json_put(o, "tracks", reel_json_int(plan->tracks));
    ok = ok && reel_json_put(o, "depth-scale", reel_json_real(plan->depth_scale));
    ok = ok && (!plan->controls || reel_json_put(o, "control", controls_json(plan->controls)));
    ok = ok && (!plan->first_frames || reel_json_put(o, "first-frames", reel_json_bool(true)));
    ok = ok && (!plan->views[0] || reel_json_put(o, "views", reel_json_string(plan->views)));
    ok = ok && (!plan->keyint || reel_json_put(o, "keyint", reel_json_int(plan->keyint)));
    ok = ok && (plan->splits ? put_splits(o, plan)
                             : reel_json_put(o, "split", reel_json_string(plan->split)));
    ok = ok &&
         reel_json_put(o, "format", reel_json_string(plan->layout ? plan->layout->name : "clips"));
    ok = ok && (plan->n_set == 0 || reel_json_put(o, "set", texts(plan->set, plan->n_set)));
    ok = ok && reel_json_put(o, "clips", entries_json(plan));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

/* A growing text in an arena; NULL stays NULL. */
static const char *add(reel_plan *plan, const char *text, const char *word, const char *value)
{
    return text ? reel_arena_printf(&plan->arena, "%s %s%s", text, word, value) : NULL;
}

static const char *add_controls(reel_plan *plan, const char *c)
{
    char list[64] = "";
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        const size_t used = strlen(list);
        if (plan->controls & REEL_CONTROL_BIT(k)) {
            snprintf(list + used, sizeof list - used, "%s%s", used ? "," : "",
                     reel_control_name((reel_control)k));
        }
    }
    c = list[0] ? add(plan, c, "--control ", list) : c;
    return plan->first_frames ? add(plan, c, "--first-frames", "") : c;
}

static const char *add_labels(reel_plan *plan, const char *c)
{
    char number[64];
    char list[256] = "";
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        size_t used = strlen(list);
        if (plan->labels & REEL_PLANE_BIT(p)) {
            snprintf(list + used, sizeof list - used, "%s%s", used ? "," : "",
                     reel_plane_get_info((reel_plane)p)->name);
        }
    }
    if (plan->masks) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%smasks", used ? "," : "");
    }
    c = add(plan, c, "--labels ", list[0] ? list : "none");
    if (plan->depth_scale != REEL_DEPTH_SCALE_DEFAULT) {
        snprintf(number, sizeof number, "%.17g", plan->depth_scale);
        c = add(plan, c, "--depth-scale ", number);
    }
    return c;
}

static const char *add_settings(reel_plan *plan, const char *c)
{
    char number[64];
    snprintf(number, sizeof number, "%llu", (unsigned long long)plan->seed);
    c = add(plan, c, "--seed ", number);
    snprintf(number, sizeof number, "%dx%d", plan->width, plan->height);
    c = add(plan, c, "--size ", number);
    snprintf(number, sizeof number, "%d", plan->fps);
    c = add(plan, c, "--fps ", number);
    snprintf(number, sizeof number, "%d", plan->frames);
    c = add(plan, c, "--frames ", number);
    c = add(plan, c, "--quality ", reel_quality_name(plan->quality));
    if (plan->samples) {
        snprintf(number, sizeof number, "%d", plan->samples);
        c = add(plan, c, "--samples ", number);
    }
    if (plan->store != REEL_STORE_PLANES) {
        c = add(plan, c, "--store ", reel_store_name(plan->store));
    }
    if (plan->store != REEL_STORE_STATES) {
        c = add_labels(plan, c);
    }
    if (plan->tracks != (plan->store == REEL_STORE_STATES ? 0 : REEL_TRACKS_DEFAULT)) {
        snprintf(number, sizeof number, "%d", plan->tracks);
        c = add(plan, c, "--tracks ", number);
    }
    c = add_controls(plan, c);
    if (plan->layout) {
        c = add(plan, c, "--format ", plan->layout->name);
    }
    for (int i = 0; i < plan->n_set; i++) {
        c = add(plan, c, "--set ", plan->set[i]);
    }
    for (int i = 0; plan->splits && i < plan->splits->n_words; i += 2) {
        c = add(plan, c, plan->splits->words[i], plan->splits->words[i + 1]);
    }
    if (plan->agent[0]) {
        c = add(plan, c, "--agent ", plan->agent);
    }
    if (plan->views[0]) {
        c = add(plan, c, "--views ", plan->views);
    }
    if (plan->keyint) {
        snprintf(number, sizeof number, "%d", plan->keyint);
        c = add(plan, c, "--keyint ", number);
    }
    return strcmp(plan->split, "train") != 0 ? add(plan, c, "--split ", plan->split) : c;
}

const char *reel_plan_command(reel_plan *plan)
{
    const char *c = "physreel run";
    char number[32];
    if (plan->recipe) {
        c = add(plan, c, base_name(plan->recipe), "");
        return add_settings(plan, c);
    }
    for (int i = 0; i < plan->n_entries; i++) {
        c = add(plan, c, base_name(plan->entries[i].source), "");
    }
    const reel_plan_entry *e = &plan->entries[0]; /* SCENE arguments share these */
    if (e->count > 1) {
        snprintf(number, sizeof number, "%lld", (long long)e->count);
        c = add(plan, c, "--count ", number);
    }
    for (int i = 0; i < e->n_overrides; i++) {
        c = add(plan, c, "-p ", e->overrides[i]);
    }
    for (int i = 0; i < e->n_cameras; i++) {
        c = add(plan, c, "--camera ", e->cameras[i]);
    }
    return add_settings(plan, c);
}
