/* plan_format.c - the layout of a plan's dataset (see plan.h) */
#include "app/plan.h"
#include "export/layout/layout_drive.h"
#include <string.h>

/* Settings from the options, else from the recipe's array "set". */
static reel_status take_set(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                            reel_error *err)
{
    const reel_json *array = reel_json_get(recipe, "set");
    const bool given = reel_args_get(args, "set") != NULL;
    int n = 0;
    if (array && reel_json_type_of(array) != REEL_JSON_ARRAY) {
        return reel_fail_at(err, REEL_E_SCENE, plan->recipe, 0, "set",
                            "must be an array of \"name=value\"");
    }
    while (given ? reel_args_get_nth(args, "set", n) != NULL : n < (int)reel_json_count(array)) {
        n++;
    }
    plan->set = REEL_ARENA_NEW(&plan->arena, const char *, n + 1);
    if (!plan->set) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < n; i++) {
        const char *text = given ? reel_args_get_nth(args, "set", i)
                                 : reel_json_to_string(reel_json_at(array, (size_t)i));
        plan->set[i] = reel_arena_strdup(&plan->arena, text ? text : "");
        if (!plan->set[i]) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory");
        }
    }
    plan->n_set = n;
    return REEL_OK;
}

static bool has_setting(const reel_layout *layout, const char *name)
{
    const reel_layout_setting *s = layout->settings;
    while (s && s->name && strcmp(s->name, name) != 0) {
        s++;
    }
    return s && s->name;
}

const char *reel_plan_auto_format(int64_t n_clips)
{
    enum { MOST_AS_FILES = 5000 };
    return n_clips > MOST_AS_FILES ? "webdataset" : "clips";
}

/* What the clips are to have, and the layout would drop or miss. */
static reel_status check_layout(const reel_plan *plan, reel_error *err)
{
    const reel_layout *layout = plan->layout;
    if (!layout->holds_all && (plan->controls || plan->first_frames)) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, plan->controls ? "control" : "first-frames",
                            "the format %s does not hold what clips have of these%s", layout->name,
                            plan->controls && has_setting(layout, "control")
                                ? ": it draws its own, --set control=..."
                                : "; clips and webdataset do");
    }
    if (layout->needs_colour && plan->quality == REEL_QUALITY_LABELS) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "quality",
                            "the format %s needs colour, which quality labels does not draw",
                            layout->name);
    }
    return REEL_OK;
}

reel_status reel_plan_format(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                             reel_error *err)
{
    int64_t total = 0;
    const char *in_recipe = reel_json_to_string(reel_json_get(recipe, "format"));
    const char *name = reel_args_get(args, "format");
    if (!in_recipe && reel_json_get(recipe, "format")) {
        return reel_fail_at(err, REEL_E_SCENE, plan->recipe, 0, "format", "must be a string");
    }
    name = name ? name : in_recipe ? in_recipe : "clips";
    for (int i = 0; i < plan->n_entries; i++) {
        total += plan->entries[i].count;
    }
    name = strcmp(name, "auto") == 0 ? reel_plan_auto_format(total) : name;
    plan->layout = reel_layout_find(name);
    if (!plan->layout && strcmp(name, "clips") != 0) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "format",
                            "there is no format \"%s\"; %s, auto", name, reel_layout_names());
    }
    if (plan->layout && !plan->layout->holds_all && !plan->labels_given &&
        plan->store == REEL_STORE_PLANES && plan->quality != REEL_QUALITY_LABELS) {
        plan->labels = 0; /* the layout draws what it wants */
    }
    reel_status status = plan->layout ? check_layout(plan, err) : REEL_OK;
    status = status ? status : take_set(plan, args, recipe, err);
    if (status || plan->n_set == 0) {
        return status;
    }
    return plan->layout ? reel_layout_check_settings(plan->layout, plan->n_set, plan->set, err)
                        : reel_fail_at(err, REEL_E_USAGE, NULL, 0, "set",
                                       "the format clips has no settings");
}
