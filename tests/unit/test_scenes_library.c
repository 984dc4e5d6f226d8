/*
 * The shipped families: every one, with every choice of its parameters and at the ends of its
 * ranges, gives a valid scene for many seeds; and it is described.
 */
#include "tests/unit/scene_scripts.h"

enum { SEEDS = 50 };

static void check_scene(const reel_scene *s, const char *family)
{
    reel_error err = {0};
    if (reel_scene_validate(s, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s: %s", family, err.field, err.msg);
    }
    CHECK_STR(s->family, family);
    CHECK(s->caption[0] && s->caption_prompt[0]);
    if (s->frames > 5 * s->fps) { /* a shorter clip may end before its outcome */
        CHECK(strcmp(s->caption, s->caption_prompt) != 0);
    }
    CHECK(!strchr(s->caption, '{') && !strchr(s->caption_prompt, '{'));
    CHECK(s->n_cameras >= 1 && s->n_suns + s->n_lamps >= 1 && reel_scene_n_instances(s) >= 1);
    for (int i = 0; i < s->n_cameras; i++) { /* depth must fit its plane: 65.534 m at 1 mm */
        const reel_camera_key *k = &s->cameras[i].keys[0];
        const reel_vec3 d = reel_v3_sub(k->target, k->eye);
        const double down = atan2(-d.z, sqrt(d.x * d.x + d.y * d.y)) - 0.5 * s->cameras[i].fov_y;
        const double rim = 40 + sqrt(reel_v3_dot(k->eye, k->eye)); /* of the floor that is drawn */
        if (!(rim < 65 || (down > 0 && k->eye.z / tan(down) < 65))) {
            CHECK_FAIL(
                "%s, seed %d: camera %s sees too far: %.3g rad below the horizon from "
                "%.3g m",
                family, (int)s->seed, s->cameras[i].name, down, k->eye.z);
        }
        CHECK(k->eye.z > 0.05); /* not in the floor */
    }
}

static void freeze_family(const char *family, uint64_t seed, const char *override)
{
    reel_freeze_options o = reel_freeze_options_default();
    reel_scene *s = NULL;
    reel_error err = {0};
    o.seed = seed;
    o.overrides = &override;
    o.n_overrides = override != NULL;
    if (reel_scene_freeze(family, &o, &s, &err) != REEL_OK) {
        CHECK_FAIL("%s, seed %d, %s: %d: %s: %s", family, (int)seed, override ? override : "",
                   err.line, err.field, err.msg);
    }
    check_scene(s, family);
    reel_scene_destroy(&s);
}

static void every_seed_is_valid(const void *param)
{
    (void)param;
    int n = 0;
    for (const char *const *f = reel_scenes_list(); *f; f++, n++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            freeze_family(*f, seed, NULL);
        }
    }
    CHECK_INT(n, >=, 6);
}

/* Text of a JSON scalar as an override. */
static void override_with(const char *family, const char *name, const reel_json *v)
{
    char given[200];
    size_t size;
    char *text = reel_json_canonical(v, &size);
    CHECK(text != NULL);
    const char *plain = reel_json_to_string(v) ? reel_json_to_string(v) : text;
    snprintf(given, sizeof(given), "%s=%s", name, plain);
    for (uint64_t seed = 0; seed < 8; seed++) {
        freeze_family(family, seed, given);
    }
    reel_free(text);
}

static void every_choice_is_valid(const void *param)
{
    (void)param;
    for (const char *const *f = reel_scenes_list(); *f; f++) {
        reel_script_info *info = NULL;
        reel_error err = {0};
        CHECK(reel_script_describe(*f, &info, &err) == REEL_OK);
        CHECK_STR(info->family, *f);
        CHECK(info->title[0] != '\0');
        CHECK_INT(info->n_params, >=, 3);
        for (int i = 0; i < info->n_params; i++) {
            const reel_script_param *p = &info->params[i];
            CHECK(i == 0 || strcmp(info->params[i - 1].name, p->name) < 0);
            CHECK_STR(reel_json_to_string(reel_json_get(p->json, "kind")), p->kind);
            CHECK(p->range[0] != '\0');
            const reel_json *choices = reel_json_get(p->json, "choices");
            for (size_t k = 0; k < reel_json_count(choices); k++) {
                override_with(*f, p->name, reel_json_at(choices, k));
            }
            if (reel_json_get(p->json, "lo")) {
                override_with(*f, p->name, reel_json_get(p->json, "lo"));
                override_with(*f, p->name, reel_json_get(p->json, "hi"));
            }
        }
        reel_script_info_destroy(&info);
        CHECK(info == NULL);
    }
}

static void other_sizes_are_valid(const void *param)
{
    (void)param;
    reel_freeze_options o = reel_freeze_options_default();
    o.width = o.height = 256;
    o.fps = 12;
    o.frames = 24;
    for (const char *const *f = reel_scenes_list(); *f; f++) {
        reel_scene *s = NULL;
        reel_error err = {0};
        if (reel_scene_freeze(*f, &o, &s, &err) != REEL_OK) {
            CHECK_FAIL("%s: %s: %s", *f, err.field, err.msg);
        }
        check_scene(s, *f);
        reel_scene_destroy(&s);
    }
}

static void mistakes_are_described(const void *param)
{
    (void)param;
    reel_script_info *info = NULL;
    reel_error err = {0};
    CHECK(reel_script_describe("no_such", &info, &err) == REEL_E_USAGE);
    CHECK(reel_script_describe("no/such.lua", &info, &err) == REEL_E_IO);
    CHECK(info == NULL);
}

/* Whichever allocation fails while a family is described. */
static void describing_without_memory(const void *param)
{
    (void)param;
    reel_script_info *info = NULL;
    const uint64_t before = reel_alloc_count();
    CHECK(reel_script_describe("toss", &info, NULL) == REEL_OK);
    const uint64_t total = reel_alloc_count() - before;
    reel_script_info_destroy(&info);
    for (uint64_t n = 1; n <= total; n++) {
        reel_alloc_fail_at(n);
        const reel_status st = reel_script_describe("toss", &info, NULL);
        reel_alloc_fail_at(0);
        CHECK(st == REEL_E_NOMEM || (st == REEL_OK && info));
        reel_script_info_destroy(&info);
    }
}

static const check_test tests[] = {
    {"describing without memory", describing_without_memory, NULL},
    {"every seed is valid", every_seed_is_valid, NULL},
    {"every choice is valid", every_choice_is_valid, NULL},
    {"other sizes are valid", other_sizes_are_valid, NULL},
    {"mistakes are described", mistakes_are_described, NULL},
};
CHECK_MAIN(tests)
