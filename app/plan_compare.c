/* plan_compare.c - the plan of a folder beside another (see plan.h) */
#include "app/plan.h"
#include "base/fs.h"
#include <stdio.h>
#include <string.h>

/* The version first, since it explains the others. */
static const char *const keys[] = {"version",      "libraries", "clips",   "seed",        "size",
                                   "fps",          "frames",    "quality", "samples",     "labels",
                                   "store",        "tracks",    "split",   "depth-scale", "control",
                                   "first-frames", "views",     "keyint",  "splits",      "name"};
/* What decides how clips are put together, and nothing in them. */
static const char *const of_layout[] = {"format", "set"};

/* Do they differ in `key`? Then *words says how. */
static bool differs(const reel_json *there, const reel_json *here, const char *key, char *words,
                    size_t size)
{
    const reel_json *a = reel_json_get(there, key), *b = reel_json_get(here, key);
    size_t length = 0;
    char *a_text = a ? reel_json_canonical(a, &length) : NULL;
    char *b_text = b ? reel_json_canonical(b, &length) : NULL;
    const bool differ = a_text && b_text ? strcmp(a_text, b_text) != 0 : a_text || b_text;
    if (differ && a_text && b_text && strlen(a_text) < 60 && strlen(b_text) < 60) {
        snprintf(words, size, "%s %s, now %s", key, a_text, b_text);
    } else if (differ) {
        snprintf(words, size, "other %s", key);
    }
    reel_free(a_text);
    reel_free(b_text);
    return differ;
}

static bool is_of_layout(const char *key)
{
    return strcmp(key, of_layout[0]) == 0 || strcmp(key, of_layout[1]) == 0;
}

/* Keys of `a` but the layout's: is one of them another in `b`? */
static bool any_differs(const reel_json *a, const reel_json *b, char *words, size_t size)
{
    for (size_t i = 0; i < reel_json_count(a); i++) {
        reel_json *value = NULL;
        const char *key = reel_json_key_at(a, i, &value);
        if (!is_of_layout(key) && differs(a, b, key, words, size)) {
            return true;
        }
    }
    return false;
}

static reel_plan_likeness judge(const reel_json *there, const reel_json *here, char *words,
                                size_t size)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (differs(there, here, keys[i], words, size)) {
            return REEL_PLAN_OTHER;
        }
    }
    if (any_differs(there, here, words, size) || any_differs(here, there, words, size)) {
        return REEL_PLAN_OTHER;
    }
    for (size_t i = 0; i < sizeof of_layout / sizeof of_layout[0]; i++) {
        if (differs(there, here, of_layout[i], words, size)) {
            return REEL_PLAN_OTHER_LAYOUT;
        }
    }
    snprintf(words, size, "other plan");
    return REEL_PLAN_OTHER;
}

reel_status reel_plan_compare(const char *dir, const char *plan_text, reel_plan_likeness *out,
                              char *words, size_t size, reel_error *err)
{
    char path[REEL_PATH_MAX];
    char *text = NULL;
    reel_json *there = NULL, *here = NULL;
    reel_fs_join(path, sizeof path, dir, "plan.json");
    *out = REEL_PLAN_ABSENT;
    snprintf(words, size, "no plan.json");
    if (!reel_fs_exists(path)) {
        return REEL_OK;
    }
    const reel_status status = reel_fs_read(path, &text, NULL, err);
    if (status) {
        return status;
    }
    if (strcmp(text, plan_text) == 0) {
        *out = REEL_PLAN_SAME;
    } else if (reel_json_parse(text, strlen(text), path, &there, NULL) == REEL_OK &&
               reel_json_parse(plan_text, strlen(plan_text), "plan", &here, NULL) == REEL_OK) {
        *out = judge(there, here, words, size);
    } else {
        *out = REEL_PLAN_OTHER;
        snprintf(words, size, "plan.json is damaged");
    }
    reel_json_destroy(&there);
    reel_json_destroy(&here);
    reel_free(text);
    return REEL_OK;
}
