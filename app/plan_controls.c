/* plan_controls.c - which pictures a plan's clips get beside the colour (see plan.h) */
#include "app/plan.h"
#include <string.h>

reel_status reel_parse_controls(const char *text, reel_controls *out, reel_error *err)
{
    char unknown[REEL_CONTROL_NAME];
    if (strcmp(text, "none") == 0 || strcmp(text, "all") == 0) {
        *out = text[0] == 'a' ? REEL_CONTROLS_ALL : 0;
        return REEL_OK;
    }
    if (!reel_controls_parse(text, out, unknown)) {
        return reel_fail(err, REEL_E_USAGE,
                         "control: no kind \"%s\"; there are depth, seg, edge, flow, force, and "
                         "all and none",
                         unknown);
    }
    return REEL_OK;
}

reel_status reel_plan_controls(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                               reel_error *err)
{
    const reel_json *in_recipe = recipe ? reel_json_get(recipe, "control") : NULL;
    const reel_json *first = recipe ? reel_json_get(recipe, "first-frames") : NULL;
    const char *text = reel_args_get(args, "control");
    if (in_recipe && !reel_json_to_string(in_recipe)) {
        return reel_fail_at(err, REEL_E_SCENE, plan->recipe, 0, "control", "must be a string");
    }
    if (first && !reel_json_to_bool(first, &plan->first_frames)) {
        return reel_fail_at(err, REEL_E_SCENE, plan->recipe, 0, "first-frames",
                            "must be true or false");
    }
    text = text ? text : in_recipe ? reel_json_to_string(in_recipe) : "none";
    plan->first_frames |= reel_args_has(args, "first-frames");
    reel_status status = reel_parse_controls(text, &plan->controls, err);
    if (!status && plan->quality == REEL_QUALITY_LABELS && (plan->controls || plan->first_frames)) {
        status = reel_fail(err, REEL_E_USAGE, "%s needs colour, which quality labels does not draw",
                           plan->controls ? "control" : "first-frames");
    }
    return status;
}
