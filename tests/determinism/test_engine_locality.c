/* What is far away changes nothing here, not a bit. */
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

typedef struct extras {
    int before, after;
} extras;

static void far_bodies_change_nothing(const void *param)
{
    const extras *e = param;
    reel_scene *s = kit_crowd(2, 0, 0), *more = kit_crowd(2, e->before, e->after);
    reel_take *a = kit_run(s), *b = kit_run(more);
    CHECK_INT(a->audit.iterative_steps, >, 0); /* both solvers are at work */
    for (int i = 1; i < a->n_bodies; i++) {
        const int j = i + e->before;
        CHECK_STR(s->bodies[i].name, more->bodies[j].name);
        for (int k = 0; k < a->n_samples; k++) {
            const size_t at = (size_t)(k * a->n_bodies + i), bt = (size_t)(k * b->n_bodies + j);
            const bool same =
                memcmp(&a->position[3 * at], &b->position[3 * bt], 24) == 0 &&
                memcmp(&a->rotation[4 * at], &b->rotation[4 * bt], 32) == 0 &&
                memcmp(&a->velocity[3 * at], &b->velocity[3 * bt], 24) == 0 &&
                memcmp(&a->contact_force[3 * at], &b->contact_force[3 * bt], 24) == 0 &&
                a->state[at] == b->state[bt];
            if (!same) {
                CHECK_FAIL("\"%s\" differs at sample %d", s->bodies[i].name, k);
            }
        }
    }
    reel_take_destroy(&a);
    reel_take_destroy(&b);
    reel_scene_destroy(&s);
    reel_scene_destroy(&more);
}

static const extras cases[] = {{0, 1}, {3, 0}, {2, 4}};

static const check_test tests[] = {
    {"one more at the end", far_bodies_change_nothing, &cases[0]},
    {"three more at the beginning", far_bodies_change_nothing, &cases[1]},
    {"more on both sides", far_bodies_change_nothing, &cases[2]},
};
CHECK_MAIN(tests)
