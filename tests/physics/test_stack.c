/* Stacks, dominoes, and rest: what stands must stand, what falls must fall, and sleep is exact. */
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static bool is_asleep(const reel_take *t, int sample, int body)
{
    return (t->state[sample * t->n_bodies + body] & REEL_STATE_ASLEEP) != 0;
}

static double drift(const reel_take *t, int body)
{
    const reel_vec3 from = reel_take_pose(t, 0, body).p;
    return reel_v3_len(reel_v3_sub(kit_last_position(t, body), from));
}

typedef struct tower_case {
    int boxes;
    double offset; /* m, of every second box */
    double mass;
} tower_case;

/* 10 s without a drift of 0.1 mm; asleep at the end, to the bit in between. */
static void tower_stands(const void *param)
{
    const tower_case *c = param;
    reel_scene *s = kit_scene(10);
    kit_floor(s);
    for (int i = 0; i < c->boxes; i++) {
        char name[16];
        snprintf(name, sizeof name, "box %d", i);
        kit_box(s, name, reel_v3(0.2, 0.2, 0.2), c->mass,
                reel_v3(i % 2 * c->offset, i % 3 * c->offset, 0.1 + 0.2 * i));
    }
    reel_take *t = kit_run(s);
    for (int b = 1; b <= c->boxes; b++) {
        CHECK_NEAR(drift(t, b), 0, 1e-4);
        CHECK(is_asleep(t, t->n_samples - 1, b));
        bool asleep = false;
        for (int i = 1; i < t->n_samples; i++) {
            if (asleep) {
                CHECK(is_asleep(t, i, b));
                const size_t at = (size_t)(i * t->n_bodies + b), before = at - (size_t)t->n_bodies;
                CHECK(memcmp(&t->position[3 * at], &t->position[3 * before], 24) == 0);
                CHECK(memcmp(&t->rotation[4 * at], &t->rotation[4 * before], 32) == 0);
                CHECK(reel_v3_len(reel_take_velocity(t, i, b)) == 0);
            }
            asleep = is_asleep(t, i, b);
        }
    }
    CHECK_INT(t->audit.solver_messages, ==, 0);
    /* asleep, the floor goes on to carry the whole tower */
    const double *force = &t->contact_force[3 * ((t->n_samples - 1) * t->n_bodies)];
    CHECK_NEAR(force[2], -c->boxes * c->mass * KIT_G, 1e-3 * c->boxes * c->mass * KIT_G);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A tower whose upper half hangs over falls, however slowly that begins. */
static void leaning_tower_falls(const void *param)
{
    const double past = *(const double *)param; /* m of the centre of mass beyond the edge */
    reel_scene *s = kit_scene(4);
    kit_floor(s);
    kit_box(s, "base", reel_v3(0.2, 0.2, 0.2), 4, reel_v3(0, 0, 0.1));
    const int top = kit_box(s, "top", reel_v3(0.2, 0.2, 0.2), 4, reel_v3(0.1 + past, 0, 0.3));
    reel_take *t = kit_run(s);
    if (past > 0) {
        CHECK(kit_last_position(t, top).z < 0.2);
    } else {
        CHECK_NEAR(drift(t, top), 0, 1e-4);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static reel_scene *domino_line(int n)
{
    reel_scene *s = kit_scene(6);
    kit_floor(s);
    for (int i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "domino %d", i);
        kit_box(s, name, reel_v3(0.03, 0.1, 0.2), 0.5, reel_v3(0.1 * i, 0, 0.1));
    }
    reel_action *kick = kit_action(s, "kick", REEL_ACTION_IMPULSE, 1, 12);
    kick->vec = reel_v3(0.3, 0, 0);
    kick->point = reel_v3(0, 0, 0.08);
    return s;
}

static void dominoes_all_fall(const void *param)
{
    (void)param;
    reel_scene *s = domino_line(40);
    for (int i = 0; i < 2; i++) {
        s->expects[s->n_expects++] = (reel_expect){REEL_EXPECT_FALLEN, 1 + 39 * i, 7200, 0};
    }
    reel_take *t = kit_run(s);
    for (int b = 1; b <= 40; b++) {
        const reel_quat q = reel_take_pose(t, t->n_samples - 1, b).q;
        CHECK(reel_quat_rotate(q, reel_v3(0, 0, 1)).z < 0.7);
        CHECK(is_asleep(t, t->n_samples - 1, b));
    }
    /* the wave's speed, from one first touch to another; 1.4465 m/s at a quarter of the step */
    const double from = kit_event(t, 10, 11, 0)->begin_time;
    const double to = kit_event(t, 35, 36, 0)->begin_time;
    CHECK_NEAR(2.5 / (to - from), 1.4465, 0.03 * 1.4465);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Without the kick nothing happens: a row that stands is not woken by itself. */
static void dominoes_stand(const void *param)
{
    (void)param;
    reel_scene *s = domino_line(10);
    s->n_actions = 0;
    reel_take *t = kit_run(s);
    for (int b = 1; b <= 10; b++) {
        CHECK_NEAR(drift(t, b), 0, 1e-5);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Something that lands on a sleeper wakes it; what it does not touch sleeps on. */
static void sleeper_is_woken(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    kit_floor(s);
    const int plank = kit_box(s, "plank", reel_v3(0.4, 0.4, 0.1), 1, reel_v3(0, 0, 0.05));
    const int far = kit_box(s, "far", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(2, 0, 0.1));
    const int ball = kit_sphere(s, "ball", 0.05, 1, reel_v3(0.1, 0, 9));
    reel_take *t = kit_run(s);
    const double hit = kit_event(t, plank, ball, 0)->begin_time;
    CHECK_NEAR(hit, sqrt(2 * (9 - 0.15) / KIT_G), 1e-6);
    const int before = (int)(hit * 24);
    CHECK(is_asleep(t, before, plank));
    CHECK(!is_asleep(t, before + 1, plank));
    for (int i = before; i < t->n_samples; i++) {
        CHECK(is_asleep(t, i, far));
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A pendulum that stands still for an instant is not at rest. */
static void turning_point_is_no_rest(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(4);
    kit_sphere(s, "bob", 0.05, 1, reel_v3(0.02, 0, -1));
    kit_joint(s, "pivot", REEL_JOINT_HINGE, 0, -1, reel_v3(0, 0, 0), reel_v3(0, 1, 0));
    reel_take *t = kit_run(s);
    for (int i = 0; i < t->n_samples; i++) {
        CHECK(!is_asleep(t, i, 0));
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Every shape comes to rest on the floor. */
static void shapes_come_to_rest(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(4);
    kit_floor(s);
    const int first = kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 0.3));
    kit_sphere(s, "sphere", 0.1, 1, reel_v3(1, 0, 0.3));
    kit_cylinder(s, "cylinder", 0.1, 0.2, 1, reel_v3(2, 0, 0.3));
    const int lying = kit_capsule(s, "capsule", 0.1, 0.3, 1, reel_v3(3, 0, 0.3));
    s->bodies[lying].world_from_body.q = kit_turn_z_to(reel_v3(1, 0, 0));
    const int bell = kit_sphere(s, "dumbbell", 0.1, 1, reel_v3(4, 0, 0.3));
    s->geoms[s->n_geoms - 1].body_from_geom.p = reel_v3(-0.2, 0, 0);
    kit_add_geom(s, REEL_SHAPE_SPHERE, reel_v3(0.1, 0, 0),
                 (reel_pose){reel_v3(0.2, 0, 0), reel_quat_identity()}, 2,
                 reel_v3(0.008, 0.088, 0.088));
    reel_take *t = kit_run(s);
    for (int b = first; b <= bell; b++) {
        CHECK(is_asleep(t, t->n_samples - 1, b));
        CHECK_NEAR(kit_last_position(t, b).z, 0.1, 1e-4);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const tower_case towers[] = {{10, 0, 4}, {10, 0.002, 4}, {10, 0.01, 0.05}, {5, 0.03, 100}};
static const double past[] = {-0.01, 0.001, 0.02};

static const check_test tests[] = {
    {"tower of 10, exact", tower_stands, &towers[0]},
    {"tower of 10, 2 mm askew", tower_stands, &towers[1]},
    {"tower of 10, light and askew", tower_stands, &towers[2]},
    {"tower of 5, heavy", tower_stands, &towers[3]},
    {"an overhang that holds", leaning_tower_falls, &past[0]},
    {"an overhang that barely falls", leaning_tower_falls, &past[1]},
    {"an overhang that falls", leaning_tower_falls, &past[2]},
    {"40 dominoes all fall", dominoes_all_fall, NULL},
    {"dominoes stand", dominoes_stand, NULL},
    {"a sleeper is woken", sleeper_is_woken, NULL},
    {"a turning point is no rest", turning_point_is_no_rest, NULL},
    {"shapes come to rest", shapes_come_to_rest, NULL},
};
CHECK_MAIN(tests)
