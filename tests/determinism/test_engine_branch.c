/* A branch from a checkpoint goes on as if nothing had happened, or differs from there only. */
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static reel_sim *open_at(const reel_scene *s, int64_t step)
{
    reel_sim *sim = NULL;
    reel_error err = {0};
    if (reel_sim_open(s, &sim, &err) != REEL_OK || reel_sim_advance(sim, step, &err) != REEL_OK) {
        CHECK_FAIL("%s", err.msg);
    }
    return sim;
}

static reel_take *finish(reel_sim *sim)
{
    reel_take *t = NULL;
    reel_error err = {0};
    if (reel_sim_advance(sim, 1000000, &err) != REEL_OK ||
        reel_sim_seal(sim, &t, &err) != REEL_OK) {
        CHECK_FAIL("%s", err.msg);
    }
    reel_sim_destroy(&sim);
    return t;
}

static bool same(reel_take *a, reel_take *b)
{
    reel_xxh128 x, y;
    return reel_take_digest(a, &x, NULL) == REEL_OK && reel_take_digest(b, &y, NULL) == REEL_OK &&
           memcmp(&x, &y, sizeof x) == 0;
}

/* Before, in the middle of and after everything that has state of its own. */
static void branch_goes_on(const void *param)
{
    const int64_t at = *(const int64_t *)param;
    reel_scene *s = kit_crowd(1.5, 0, 1);
    reel_take *straight = finish(open_at(s, 0));
    reel_sim *sim = open_at(s, at);
    reel_checkpoint *c = reel_sim_checkpoint(sim);
    CHECK(c != NULL);
    reel_sim *branch = NULL;
    reel_error err = {0};
    CHECK_INT(reel_sim_branch(c, s, &branch, &err), ==, REEL_OK);
    CHECK_INT(reel_sim_step(branch), ==, at);
    reel_take *original = finish(sim), *branched = finish(branch);
    CHECK(same(straight, original)); /* taking a checkpoint disturbs nothing */
    CHECK(same(straight, branched));
    reel_checkpoint_destroy(&c);
    reel_take_destroy(&straight);
    reel_take_destroy(&original);
    reel_take_destroy(&branched);
    reel_scene_destroy(&s);
}

/* Another timeline after the checkpoint: the same before, something else after. */
static void branch_differs_after(const void *param)
{
    (void)param;
    reel_scene *s = kit_crowd(1.5, 0, 0), *twin = kit_crowd(1.5, 0, 0);
    for (int i = 0; i < twin->n_actions; i++) {
        if (twin->actions[i].kind == REEL_ACTION_IMPULSE) {
            twin->actions[i].vec = reel_v3(-3, 0, 2);
        }
    }
    reel_sim *sim = open_at(s, 900);
    reel_checkpoint *c = reel_sim_checkpoint(sim);
    reel_sim *branch = NULL;
    CHECK_INT(reel_sim_branch(c, twin, &branch, NULL), ==, REEL_OK);
    reel_take *a = finish(sim), *b = finish(branch);
    const size_t per_sample = 3 * (size_t)a->n_bodies;
    CHECK(memcmp(a->position, b->position, 21 * per_sample * sizeof(double)) == 0);
    CHECK(memcmp(a->position, b->position, 30 * per_sample * sizeof(double)) != 0);
    reel_checkpoint_destroy(&c);
    reel_take_destroy(&a);
    reel_take_destroy(&b);
    reel_scene_destroy(&s);
    reel_scene_destroy(&twin);
}

static void structure_must_fit(const void *param)
{
    (void)param;
    reel_scene *s = kit_crowd(1, 0, 0), *larger = kit_crowd(1, 0, 1), *other = kit_crowd(1, 0, 0);
    other->geoms[3].shape = REEL_SHAPE_SPHERE;
    reel_sim *sim = open_at(s, 10), *branch = NULL;
    reel_checkpoint *c = reel_sim_checkpoint(sim);
    reel_error err = {0};
    CHECK_INT(reel_sim_branch(c, larger, &branch, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, "bodies");
    memset(&err, 0, sizeof err);
    CHECK_INT(reel_sim_branch(c, other, &branch, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, "geoms[3]");
    CHECK(branch == NULL);
    reel_checkpoint_destroy(&c);
    reel_sim_destroy(&sim);
    reel_scene_destroy(&s);
    reel_scene_destroy(&larger);
    reel_scene_destroy(&other);
}

static const int64_t steps[] = {0, 333, 777, 1234};

static const check_test tests[] = {
    {"branch at the start", branch_goes_on, &steps[0]},
    {"branch in mid-flight", branch_goes_on, &steps[1]},
    {"branch after a release", branch_goes_on, &steps[2]},
    {"branch with sleepers", branch_goes_on, &steps[3]},
    {"another timeline", branch_differs_after, NULL},
    {"the structure must fit", structure_must_fit, NULL},
};
CHECK_MAIN(tests)
