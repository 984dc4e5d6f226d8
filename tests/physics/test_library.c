/*
 * The shipped families at full length, a few seeds of each (./dev survey takes fifty): a take is
 * good or refused with a reason, few are refused, and verify finds fault with none, refused ones
 * included.
 */
#include "app/verify_physics.h"
#include "engine/engine.h"
#include "scenes/scenes.h"
#include "tests/check.h"
#include <stdio.h>

enum { SEEDS = 2 };

typedef struct found {
    const char *family;
    int seed;
} found;

static void tell(void *ctx, const char *check, int sample, int64_t n, const char *words)
{
    const found *f = ctx;
    CHECK_FAIL("%s, seed %d: %s: %s (sample %d, %d places)", f->family, f->seed, check, words,
               sample, (int)n);
}

/* Was it refused? */
static bool take_one(const char *family, int seed)
{
    reel_freeze_options options = reel_freeze_options_default();
    reel_scene *s = NULL;
    reel_take *t = NULL;
    reel_error err = {0};
    options.seed = (uint64_t)seed;
    CHECK_INT(reel_scene_freeze(family, &options, &s, &err), ==, REEL_OK);
    const reel_status status = reel_simulate(s, &t, &err);
    if (status != REEL_OK) {
        printf("# %s, seed %d: %s: %s\n", family, seed, err.field, err.msg);
        CHECK_INT(status, ==, REEL_E_REFUSED);
        CHECK(err.field[0] && err.msg[0]);
    }
    if (t) {
        found ctx = {family, seed};
        const reel_physics_finder finder = {&ctx, tell};
        CHECK_INT(reel_verify_physics(s, t, &finder, NULL), ==, REEL_OK);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
    return status != REEL_OK;
}

static void every_family(const void *param)
{
    (void)param;
    int refused = 0, all = 0;
    for (const char *const *family = reel_scenes_list(); *family; family++) {
        for (int seed = 0; seed < SEEDS; seed++) {
            refused += take_one(*family, seed);
            all++;
        }
    }
    printf("# %d of %d takes refused\n", refused, all);
    CHECK_INT(10 * refused, <=, all + 9);
}

static const check_test tests[] = {{"every family", every_family, NULL}};
CHECK_MAIN(tests)
