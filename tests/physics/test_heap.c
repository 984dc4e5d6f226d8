/* Heaps: large islands that are swept. They carry their weight, come to rest, sleep and wake. */
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

enum { ALONG = 3, LAYERS = 5, N_BOXES = ALONG * ALONG * LAYERS };

static const double edge = 0.2, pitch = 0.36;

/* Boxes turned a little that fall into a bin around x = `off`; the first box's index. */
static int heap(reel_scene *s, const char *prefix, double off)
{
    char name[32];
    const double half = pitch * ALONG / 2 + 0.15;
    for (int i = 0; i < 4; i++) {
        const double side = i % 2 ? -half : half;
        snprintf(name, sizeof name, "%s wall %d", prefix, i);
        kit_static_box(s, name, i < 2 ? reel_v3(0.2, 2 * half, 1) : reel_v3(2 * half + 0.2, 0.2, 1),
                       i < 2 ? reel_v3(off + side, 0, 0.5) : reel_v3(off, side, 0.5));
    }
    const int first = s->n_bodies;
    for (int i = 0; i < N_BOXES; i++) {
        const int x = i % ALONG, y = i / ALONG % ALONG, z = i / (ALONG * ALONG);
        snprintf(name, sizeof name, "%s box %d", prefix, i);
        const reel_vec3 at = {off + pitch * (x - 1), pitch * (y - 1), 0.2 + pitch * z};
        const int b = kit_box(s, name, reel_v3(edge, edge, edge), 4, at);
        const reel_quat turn = {4, (i % 5) - 2.0, (i % 7) - 3.0, (i % 3) - 1.0};
        s->bodies[b].world_from_body.q = reel_quat_unit(turn);
    }
    return first;
}

static reel_scene *heap_scene(double seconds)
{
    reel_scene *s = kit_scene(seconds);
    s->step_rate = 240;
    s->audit.penetration = 0.05; /* of the fall, in one step */
    kit_floor(s);
    return s;
}

static reel_sim *advance_to(const reel_scene *s, int64_t step)
{
    reel_sim *sim = NULL;
    reel_error err = {0};
    if (reel_sim_open(s, &sim, &err) != REEL_OK || reel_sim_advance(sim, step, &err) != REEL_OK) {
        CHECK_FAIL("%s", err.msg);
    }
    return sim;
}

/* It is calm within seconds, and from some step on it sleeps: then no bit changes. */
static void comes_to_rest(const void *param)
{
    (void)param;
    reel_scene *s = heap_scene(6);
    const int first = heap(s, "a", 0);
    kit_set_surfaces(s, 0.6, 0);
    reel_take *t = kit_run(s);
    double weight = 0, support = 0;
    for (int b = first; b < first + N_BOXES; b++) {
        CHECK(t->state[(t->n_samples - 1) * t->n_bodies + b] & REEL_STATE_ASLEEP);
        CHECK_NEAR(reel_v3_len(kit_last_velocity(t, b)), 0, 0);
        weight += s->bodies[b].mass * KIT_G;
        support += t->contact_force[3 * ((t->n_samples - 1) * t->n_bodies + b) + 2];
    }
    CHECK_NEAR(support, weight, 1e-3 * weight); /* contacts among themselves cancel */
    CHECK_INT(t->audit.solver_messages, ==, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A nudge of 1 cm/s to one box of a sleeping heap: all of it wakes, nothing pops, and it sleeps
 * again where it was. */
static void wakes_without_popping(const void *param)
{
    (void)param;
    const int64_t at = 6 * 240;
    reel_scene *s = heap_scene(9);
    const int first = heap(s, "a", 0), last = first + N_BOXES - 1;
    kit_set_surfaces(s, 0.6, 0);
    kit_action(s, "nudge", REEL_ACTION_IMPULSE, last, at)->vec = reel_v3(0, 0, -0.04);
    reel_sim *sim = advance_to(s, at);
    reel_error err = {0};
    reel_pose before[N_BOXES], pose;
    reel_vec3 v, w;
    bool asleep;
    for (int i = 0; i < N_BOXES; i++) {
        reel_sim_body_state(sim, first + i, &before[i], &v, &w, &asleep);
        CHECK(asleep);
    }
    double fastest = 0;
    for (int k = 0; k < 2 * 240; k++) {
        CHECK_INT(reel_sim_advance(sim, 1, &err), ==, REEL_OK);
        for (int b = first; b <= last; b++) {
            reel_sim_body_state(sim, b, &pose, &v, &w, &asleep);
            CHECK(k > 0 || !asleep);
            fastest = fmax(fastest, reel_v3_len(v));
        }
    }
    printf("# fastest box after waking: %.3g m/s\n", fastest);
    CHECK(fastest < 0.01);
    for (int i = 0; i < N_BOXES; i++) {
        reel_sim_body_state(sim, first + i, &pose, &v, &w, &asleep);
        CHECK(asleep);
        CHECK(reel_v3_len(reel_v3_sub(pose.p, before[i].p)) < 5e-4);
    }
    reel_sim_destroy(&sim);
    reel_scene_destroy(&s);
}

/* A heap far away changes no bit. */
static void far_heap_changes_nothing(const void *param)
{
    (void)param;
    reel_scene *one = heap_scene(1), *two = heap_scene(1);
    const int a = heap(one, "a", 0);
    heap(two, "b", 20);
    const int b = heap(two, "a", 0);
    kit_set_surfaces(one, 0.6, 0.2);
    kit_set_surfaces(two, 0.6, 0.2);
    reel_take *s = kit_run(one), *t = kit_run(two);
    for (int i = 0; i < N_BOXES; i++) {
        const reel_vec3 p = kit_last_position(s, a + i), q = kit_last_position(t, b + i);
        CHECK(memcmp(&p, &q, sizeof p) == 0);
    }
    reel_take_destroy(&s);
    reel_take_destroy(&t);
    reel_scene_destroy(&one);
    reel_scene_destroy(&two);
}

/* From the middle of the fall and from sleep. */
static void branch_is_the_same(const void *param)
{
    const int64_t at = *(const int64_t *)param;
    reel_scene *s = heap_scene(7);
    heap(s, "a", 0);
    kit_set_surfaces(s, 0.6, 0);
    reel_sim *sim = advance_to(s, at), *branch = NULL;
    reel_checkpoint *c = reel_sim_checkpoint(sim);
    reel_error err = {0};
    CHECK_INT(reel_sim_branch(c, s, &branch, &err), ==, REEL_OK);
    CHECK_INT(reel_sim_advance(sim, 200, &err), ==, REEL_OK);
    CHECK_INT(reel_sim_advance(branch, 200, &err), ==, REEL_OK);
    for (int b = 0; b < s->n_bodies; b++) {
        reel_pose p, q;
        reel_vec3 v[2], w[2];
        reel_sim_body_state(sim, b, &p, &v[0], &w[0], NULL);
        reel_sim_body_state(branch, b, &q, &v[1], &w[1], NULL);
        CHECK(memcmp(&p, &q, sizeof p) == 0 && memcmp(&v[0], &v[1], sizeof v[0]) == 0);
    }
    reel_checkpoint_destroy(&c);
    reel_sim_destroy(&sim);
    reel_sim_destroy(&branch);
    reel_scene_destroy(&s);
}

/* What rests does not sag: ten boxes after ten seconds are where they were put. */
static void tower_does_not_sink(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(10);
    kit_floor(s);
    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof name, "box %d", i);
        kit_box(s, name, reel_v3(edge, edge, edge), 4,
                reel_v3(i % 2 ? 0.002 : -0.002, 0, edge * (i + 0.5)));
    }
    kit_set_surfaces(s, 0.6, 0);
    reel_take *t = kit_run(s);
    for (int i = 0; i < 10; i++) {
        CHECK_NEAR(kit_last_position(t, 1 + i).z, edge * (i + 0.5), 1e-6 * edge);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const int64_t steps[2] = {120, 1200};
static const check_test tests[] = {
    {"comes to rest", comes_to_rest, NULL},
    {"wakes without popping", wakes_without_popping, NULL},
    {"a far heap changes nothing", far_heap_changes_nothing, NULL},
    {"branch in the fall", branch_is_the_same, &steps[0]},
    {"branch at rest", branch_is_the_same, &steps[1]},
    {"a tower does not sink", tower_does_not_sink, NULL},
};
CHECK_MAIN(tests)
