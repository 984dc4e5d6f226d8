/* What cannot be trusted is refused, with the figure, the step and the name. */
#include "engine/audit.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static reel_status run(const reel_scene *s, reel_take **take, reel_error *err)
{
    *take = NULL;
    memset(err, 0, sizeof *err);
    return reel_simulate(s, take, err);
}

/* Runs, expects this status and these words, and cleans up. */
static void expect(reel_scene *s, reel_status status, const char *word1, const char *word2)
{
    reel_error err;
    reel_take *t;
    const reel_status got = run(s, &t, &err);
    CHECK_INT(got, ==, status);
    CHECK_CONTAINS(err.msg, word1);
    CHECK_CONTAINS(err.msg, word2);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void overlap(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    kit_box(s, "red", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 0.1));
    kit_box(s, "blue", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0.15, 0, 0.1));
    expect(s, REEL_E_SCENE, "\"red\" and \"blue\"", "0.05 m");
}

static void not_finite_at_the_start(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_sphere(s, "ball", 0.1, 1, reel_v3(0, NAN, 1));
    expect(s, REEL_E_REFUSED, "ball", "not finite");
}

static void huge_force(const void *param)
{
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 0.1));
    reel_action *a = kit_action(s, "blast", REEL_ACTION_FORCE, b, 600);
    a->end_step = 700;
    const bool turns = *(const bool *)param;
    *(turns ? &a->torque : &a->vec) = reel_v3(1e300, 1e300, 0);
    expect(s, REEL_E_REFUSED, "\"box\" is pushed beyond", "step 600");
}

static void too_fast(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 1));
    s->bodies[b].velocity = reel_v3(1e6, 0, 0);
    expect(s, REEL_E_REFUSED, "ball", "faster than 1000 m/s");
}

static void contact_cap(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "box %d", i);
        kit_box(s, name, reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0.5 * i, 0, 0.15));
    }
    s->audit.contacts = 50;
    expect(s, REEL_E_REFUSED, "more than 50 contacts", "step");
}

/* A ball that slides along the floor at 5 mm a step is found 3.8 mm deep in a wall. */
static void penetration(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    kit_static_box(s, "wall", reel_v3(0.2, 1, 1), reel_v3(1.2012, 0, 0.5));
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0.1));
    s->bodies[b].velocity = reel_v3(6, 0, 0);
    kit_set_surfaces(s, 0, 0.5);
    s->audit.penetration = 0.003;
    expect(s, REEL_E_REFUSED, "is 0.0038 m", "0.003 m");
}

static void escape(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(5);
    kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0));
    expect(s, REEL_E_REFUSED, "122.6 m", "100 m");
}

static void expectation(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    const int b = kit_box(s, "tower", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 0.1));
    s->expects[s->n_expects++] = (reel_expect){REEL_EXPECT_STANDING, b, 1200, 0};
    s->expects[s->n_expects++] = (reel_expect){REEL_EXPECT_AT_REST, b, 1200, 0};
    s->expects[s->n_expects++] = (reel_expect){REEL_EXPECT_FALLEN, b, 1200, 0};
    reel_error err;
    reel_take *t;
    CHECK_INT(run(s, &t, &err), ==, REEL_E_REFUSED);
    CHECK_STR(err.field, "expects[2]");
    CHECK_CONTAINS(err.msg, "\"tower\"");
    CHECK(t != NULL); /* handed over for diagnosis */
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* The judge itself, on a take that was tampered with. */
static void energy_from_nothing(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 1));
    reel_take *t = kit_run(s);
    reel_error err = {0};
    CHECK_INT(reel_audit_judge(s, t, &err), ==, REEL_OK);
    t->audit.energy_gain = 0.5 * t->audit.energy_scale;
    CHECK_INT(reel_audit_judge(s, t, &err), ==, REEL_E_REFUSED);
    CHECK_STR(err.field, "audit.energy_gain");
    t->audit.energy_gain = NAN;
    CHECK_INT(reel_audit_judge(s, t, &err), ==, REEL_E_REFUSED);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void what_cannot_be_built(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    const int floor_body = kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 1));
    reel_error err;
    reel_take *t;
    s->bodies[b].mass = 0;
    CHECK_INT(run(s, &t, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, "bodies[1]");
    s->bodies[b].mass = 1;
    reel_action *a = kit_action(s, "push", REEL_ACTION_FORCE, floor_body, 0);
    CHECK_INT(run(s, &t, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, "actions[0]");
    a->body = b;
    reel_joint *j =
        kit_joint(s, "hinge", REEL_JOINT_HINGE, b, -1, reel_v3(0, 0, 1), reel_v3(0, 1, 0));
    j->has_limits = true;
    j->lo = -4;
    CHECK_INT(run(s, &t, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, "joints[0].lo");
    j->lo = -1;
    CHECK_INT(run(s, &t, &err), ==, REEL_OK);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* The n-th allocation fails, for every n: an error and nothing else. */
static void out_of_memory(const void *param)
{
    (void)param;
    reel_scene *s = kit_crowd(0.4, 0, 0);
    reel_take *t = NULL;
    reel_status status = REEL_E_NOMEM;
    int n = 0;
    while (status != REEL_OK && n < 1000) {
        reel_error err = {0};
        reel_alloc_fail_at((uint64_t)++n);
        status = reel_simulate(s, &t, &err);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || status == REEL_E_NOMEM);
        CHECK(status == REEL_OK || (t == NULL && err.msg[0] != 0));
    }
    CHECK_INT(n, >, 20); /* so many allocations a simulation makes */
    CHECK_INT(status, ==, REEL_OK);
    reel_sim *sim = NULL, *branch = NULL;
    CHECK_INT(reel_sim_open(s, &sim, NULL), ==, REEL_OK);
    CHECK_INT(reel_sim_advance(sim, 200, NULL), ==, REEL_OK);
    reel_checkpoint *c = NULL;
    for (n = 1; !c && n < 1000; n++) {
        reel_alloc_fail_at((uint64_t)n);
        c = reel_sim_checkpoint(sim);
        reel_alloc_fail_at(0);
    }
    CHECK_INT(n, >, 10);
    status = REEL_E_NOMEM;
    for (n = 1; status != REEL_OK && n < 1000; n++) {
        reel_alloc_fail_at((uint64_t)n);
        status = reel_sim_branch(c, s, &branch, NULL);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || status == REEL_E_NOMEM);
    }
    CHECK_INT(status, ==, REEL_OK);
    reel_checkpoint_destroy(&c);
    reel_sim_destroy(&sim);
    reel_sim_destroy(&branch);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"out of memory", out_of_memory, NULL},
    {"overlapping bodies", overlap, NULL},
    {"not finite at the start", not_finite_at_the_start, NULL},
    {"a huge force", huge_force, &(const bool){false}},
    {"a huge torque", huge_force, &(const bool){true}},
    {"a million m/s", too_fast, NULL},
    {"the contact cap", contact_cap, NULL},
    {"penetration", penetration, NULL},
    {"escape", escape, NULL},
    {"an expectation", expectation, NULL},
    {"energy from nothing", energy_from_nothing, NULL},
    {"what cannot be built", what_cannot_be_built, NULL},
};
CHECK_MAIN(tests)
