/* Bodies that come, go and are taken hold of, by the timeline. */
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static uint8_t state_at(const reel_take *t, int sample, int body)
{
    return t->state[(size_t)sample * (size_t)t->n_bodies + (size_t)body];
}

static reel_status run(const reel_scene *s, reel_error *err)
{
    reel_take *t = NULL;
    const reel_status status = reel_simulate(s, &t, err);
    reel_take_destroy(&t);
    return status;
}

static bool says(const reel_error *err, const char *word)
{
    return strstr(err->msg, word) != NULL;
}

/* A ball that comes at 0.5 s with a speed flies from there as any ball; before, it is not there. */
static void spawned_ball_flies(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    const int b = kit_sphere(s, "late", 0.1, 2, reel_v3(1, 0, 30));
    s->bodies[b].absent = true;
    s->bodies[b].velocity = reel_v3(2, 0, 3);
    s->bodies[b].omega = reel_v3(0, 5, 0);
    kit_action(s, "come", REEL_ACTION_SPAWN, b, 600);
    reel_take *t = kit_run(s);
    for (int i = 0; i < t->n_samples; i++) {
        const double time = i / 24.0 - 0.5;
        const reel_vec3 p = reel_take_pose(t, i, b).p;
        CHECK_INT(state_at(t, i, b), ==,
                  i < 12 ? 0 : REEL_STATE_PRESENT | (i == 12 ? REEL_STATE_TELEPORTED : 0));
        if (i < 12) {
            CHECK_NEAR(t->energy[3 * i] + t->energy[3 * i + 1], 0, 0);
            CHECK_NEAR(p.z, 30, 0);
            continue;
        }
        CHECK_NEAR(p.x, 1 + 2 * time, 1e-12);
        CHECK_NEAR(p.z, 30 + 3 * time - KIT_G * time * time / 2, 1e-11);
    }
    CHECK_NEAR(t->audit.energy_gain, 0, 1e-10);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-11);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* The upper of two boxes falls asleep on the lower one; when that is taken away it falls. */
static void removal_wakes_what_rested(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    kit_floor(s);
    const int low = kit_box(s, "low", reel_v3(0.4, 0.4, 0.2), 2, reel_v3(0, 0, 0.1));
    const int top = kit_box(s, "top", reel_v3(0.4, 0.4, 0.2), 1, reel_v3(0, 0, 0.3));
    kit_action(s, "take away", REEL_ACTION_REMOVE, low, 2400);
    reel_take *t = kit_run(s);
    CHECK(state_at(t, 47, top) & REEL_STATE_ASLEEP);
    CHECK_INT(state_at(t, 47, low), ==, REEL_STATE_PRESENT | REEL_STATE_ASLEEP);
    CHECK_INT(state_at(t, 48, low), ==, 0);
    CHECK_NEAR(reel_take_pose(t, 51, top).p.z, 0.3 - KIT_G * 0.125 * 0.125 / 2, 1e-4);
    CHECK_NEAR(kit_last_position(t, top).z, 0.1, 1e-4);
    CHECK_INT(kit_count_events(t, low, top), ==, 1);
    const int64_t end = kit_event(t, low, top, 0)->end_step;
    CHECK(end >= 2400 && end <= 2403);
    CHECK(t->audit.energy_gain < 1e-3);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-5);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Static things come and go too: a trapdoor. And what went may come again. */
static void trapdoor_and_return(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    const int door = kit_static_box(s, "door", reel_v3(1, 1, 0.1), reel_v3(0, 0, 0.95));
    const int shelf = kit_static_box(s, "shelf", reel_v3(1, 1, 0.1), reel_v3(3, 0, 0.95));
    const int box = kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 1.1));
    const int other = kit_box(s, "other", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(3, 0, 1.4));
    s->bodies[shelf].absent = true;
    kit_action(s, "build", REEL_ACTION_SPAWN, shelf, 0);
    kit_action(s, "open", REEL_ACTION_REMOVE, door, 1200);
    kit_action(s, "lift off", REEL_ACTION_REMOVE, other, 1200);
    kit_action(s, "drop again", REEL_ACTION_SPAWN, other, 1450);
    reel_take *t = kit_run(s);
    CHECK_INT(state_at(t, 0, shelf), ==, REEL_STATE_PRESENT);
    CHECK_NEAR(reel_take_pose(t, 24, box).p.z, 1.1, 1e-4);
    CHECK_NEAR(reel_take_pose(t, 36, box).p.z, 1.1 - KIT_G * 0.25 / 2, 1e-4);
    CHECK_NEAR(reel_take_pose(t, 24, other).p.z, 1.1, 1e-4);
    CHECK_INT(state_at(t, 28, other), ==, 0);
    CHECK_INT(state_at(t, 29, other), ==, REEL_STATE_PRESENT | REEL_STATE_TELEPORTED);
    CHECK_NEAR(reel_take_pose(t, 29, other).p.z, 1.4, 1e-12);
    CHECK_NEAR(kit_last_position(t, other).z, 1.1, 1e-4);
    CHECK(t->audit.energy_gain < 1e-3);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void no_room_is_refused(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    kit_box(s, "in the way", reel_v3(0.4, 0.4, 0.2), 2, reel_v3(0, 0, 0.1));
    const int b = kit_sphere(s, "late", 0.1, 1, reel_v3(0, 0, 0.25));
    s->bodies[b].absent = true;
    kit_action(s, "come", REEL_ACTION_SPAWN, b, 500);
    reel_error err = {0};
    CHECK_INT(run(s, &err), ==, REEL_E_REFUSED);
    CHECK(says(&err, "\"late\"") && says(&err, "\"in the way\"") && says(&err, "step 500"));
    s->bodies[b].world_from_body.p.z = 0.31;
    CHECK_INT(run(s, &err), ==, REEL_OK);
    reel_scene_destroy(&s);
}

static void impossible_turns_are_refused(const void *param)
{
    (void)param;
    reel_error err = {0};
    for (int k = 0; k < 4; k++) {
        reel_scene *s = kit_scene(1);
        const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0));
        s->bodies[b].absent = k == 1;
        if (k == 0) {
            kit_action(s, "twice", REEL_ACTION_SPAWN, b, 10);
        } else if (k == 1) {
            kit_action(s, "gone", REEL_ACTION_REMOVE, b, 10);
        } else if (k == 2) {
            kit_action(s, "go", REEL_ACTION_REMOVE, b, 10);
            kit_action(s, "come", REEL_ACTION_SPAWN, b, 10);
        } else {
            kit_joint(s, "string", REEL_JOINT_BALL, b, -1, reel_v3(1, 0, 0), reel_v3(0, 0, 1));
            kit_action(s, "go", REEL_ACTION_REMOVE, b, 10);
        }
        CHECK_INT(run(s, &err), ==, k == 3 ? REEL_E_REFUSED : REEL_E_SCENE);
        CHECK(k != 3 || (says(&err, "\"ball\"") && says(&err, "\"string\"")));
        reel_scene_destroy(&s);
    }
}

/* What is done to a body that is not there is done to nobody, and the channel says so. */
static void forces_on_nobody(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    s->gravity = reel_v3(0, 0, 0);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0));
    s->bodies[b].absent = true;
    kit_action(s, "kick", REEL_ACTION_IMPULSE, b, 10)->vec = reel_v3(1, 0, 0);
    reel_action *push = kit_action(s, "push", REEL_ACTION_FORCE, b, 300);
    push->end_step = 900;
    push->vec = reel_v3(2, 0, 0);
    kit_action(s, "come", REEL_ACTION_SPAWN, b, 600);
    reel_take *t = kit_run(s);
    CHECK_NEAR(kit_last_velocity(t, b).x, 2 * 0.25, 1e-12);
    CHECK_NEAR(t->channel[10], 0, 0);
    CHECK_NEAR(t->channel[14], 2, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Two balls in line are taken hold of: they go on with their mean velocity, as one, until they are
 * let go. */
static void attached_balls_go_together(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1.5);
    s->gravity = reel_v3(0, 0, 0);
    const int a = kit_sphere(s, "a", 0.1, 1, reel_v3(0, 0, 0));
    const int b = kit_sphere(s, "b", 0.1, 3, reel_v3(2, 0, 0));
    s->bodies[a].velocity = reel_v3(2, 0, 0);
    reel_joint *j =
        kit_joint(s, "grip", REEL_JOINT_FIXED, a, b, reel_v3(0, 0, 0), reel_v3(0, 0, 1));
    j->inactive = true;
    kit_action(s, "take", REEL_ACTION_ATTACH, 0, 600);
    kit_action(s, "let go", REEL_ACTION_RELEASE, 0, 1200);
    reel_take *t = kit_run(s);
    CHECK_NEAR(reel_take_pose(t, 12, a).p.x, 1, 1e-12);
    CHECK_NEAR(reel_take_pose(t, 12, b).p.x, 2, 1e-12);
    for (int i = 13; i < t->n_samples; i++) {
        CHECK_NEAR(reel_take_velocity(t, i, a).x, 0.5, 1e-9);
        CHECK_NEAR(reel_take_velocity(t, i, b).x, 0.5, 1e-9);
        CHECK_NEAR(reel_take_pose(t, i, b).p.x - reel_take_pose(t, i, a).p.x, 1, 1e-8);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A joint cannot be attached to what is not there. */
static void nobody_is_not_attached(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    const int a = kit_sphere(s, "a", 0.1, 1, reel_v3(0, 0, 0));
    const int b = kit_sphere(s, "b", 0.1, 3, reel_v3(2, 0, 0));
    s->bodies[b].absent = true;
    kit_joint(s, "grip", REEL_JOINT_FIXED, a, b, reel_v3(0, 0, 0), reel_v3(0, 0, 1));
    reel_error err = {0};
    CHECK_INT(run(s, &err), ==, REEL_E_SCENE);
    CHECK(says(&err, "\"b\"") && says(&err, "\"grip\""));
    s->joints[0].inactive = true;
    CHECK_INT(run(s, &err), ==, REEL_OK);
    kit_action(s, "take", REEL_ACTION_ATTACH, 0, 600);
    CHECK_INT(run(s, &err), ==, REEL_E_REFUSED);
    CHECK(says(&err, "\"b\"") && says(&err, "\"take\""));
    reel_scene_destroy(&s);
}

/* Other bodies, far away, do not see that one comes. */
static void spawning_is_local(const void *param)
{
    (void)param;
    reel_take *takes[2];
    reel_scene *scenes[2];
    for (int k = 0; k < 2; k++) {
        reel_scene *s = scenes[k] = kit_scene(1.5);
        kit_floor(s);
        kit_add_thrown_shapes(s);
        const int b = kit_box(s, "late", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(20, 0, 1));
        s->bodies[b].absent = true;
        if (k) {
            kit_action(s, "come", REEL_ACTION_SPAWN, b, 333);
            kit_action(s, "go", REEL_ACTION_REMOVE, b, 1000);
        }
        takes[k] = kit_run(s);
    }
    const int n = takes[0]->n_bodies;
    for (int i = 0; i < takes[0]->n_samples; i++) {
        const size_t at = 3 * (size_t)(i * n);
        CHECK(memcmp(&takes[0]->position[at], &takes[1]->position[at],
                     3 * (size_t)(n - 1) * sizeof(double)) == 0);
    }
    for (int k = 0; k < 2; k++) {
        reel_take_destroy(&takes[k]);
        reel_scene_destroy(&scenes[k]);
    }
}

static reel_scene *coming_and_going(void)
{
    reel_scene *s = kit_scene(2);
    kit_floor(s);
    for (int i = 0; i < 6; i++) {
        char name[16];
        snprintf(name, sizeof name, "drop %d", i);
        const int b = kit_box(s, name, reel_v3(0.1, 0.12, 0.14), 1, reel_v3(0, 0.01 * i, 0.8));
        s->bodies[b].absent = true;
        s->bodies[b].omega = reel_v3(i, 2, 1);
        kit_action(s, "come", REEL_ACTION_SPAWN, b, 300 * i + 7);
    }
    kit_action(s, "go", REEL_ACTION_REMOVE, 2, 1500);
    return s;
}

/* Branches at any moment, those of a spawn and of a removal included, go on to the same bits. */
static void branches_go_on(const void *param)
{
    (void)param;
    reel_scene *s = coming_and_going();
    reel_take *whole = kit_run(s);
    reel_xxh128 expected, got;
    reel_error err = {0};
    CHECK_INT(reel_take_digest(whole, &expected, &err), ==, REEL_OK);
    static const int64_t at[] = {0, 6, 7, 8, 607, 1499, 1500, 1501};
    for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
        reel_sim *sim = NULL, *branch = NULL;
        reel_take *t = NULL;
        CHECK_INT(reel_sim_open(s, &sim, &err), ==, REEL_OK);
        CHECK_INT(reel_sim_advance(sim, at[k], &err), ==, REEL_OK);
        reel_checkpoint *c = reel_sim_checkpoint(sim);
        CHECK_INT(reel_sim_branch(c, s, &branch, &err), ==, REEL_OK);
        CHECK_INT(reel_sim_advance(branch, reel_scene_last_step(s), &err), ==, REEL_OK);
        CHECK_INT(reel_sim_seal(branch, &t, &err), ==, REEL_OK);
        CHECK_INT(reel_take_digest(t, &got, &err), ==, REEL_OK);
        CHECK(memcmp(&expected, &got, sizeof got) == 0);
        reel_take_destroy(&t);
        reel_checkpoint_destroy(&c);
        reel_sim_destroy(&branch);
        reel_sim_destroy(&sim);
    }
    reel_take_destroy(&whole);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"a spawned ball flies", spawned_ball_flies, NULL},
    {"removal wakes what rested", removal_wakes_what_rested, NULL},
    {"a trapdoor, and a return", trapdoor_and_return, NULL},
    {"no room is refused", no_room_is_refused, NULL},
    {"impossible turns are refused", impossible_turns_are_refused, NULL},
    {"forces on nobody", forces_on_nobody, NULL},
    {"attached balls go together", attached_balls_go_together, NULL},
    {"nobody is not attached", nobody_is_not_attached, NULL},
    {"spawning is local", spawning_is_local, NULL},
    {"branches go on", branches_go_on, NULL},
};
CHECK_MAIN(tests)
