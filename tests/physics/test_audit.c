/*
 * Broken scenes, one fault each: the audit refuses the take and names the fault, who has it and,
 * where it has a time, when. Where the engine does not go wrong by itself the fault is put into its
 * state while it runs, or into the figures of a finished take.
 */
#include "engine/audit.h"
#include "engine/engine.h"
#include "engine/sim.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static void boxes_overlap(reel_scene *s)
{
    kit_floor(s);
    kit_box(s, "red", reel_v3(.2, .2, .2), 1, reel_v3(0, 0, .1));
    kit_box(s, "blue", reel_v3(.2, .2, .2), 1, reel_v3(.15, 0, .1));
}

static void ball_in_floor(reel_scene *s)
{
    kit_floor(s);
    kit_sphere(s, "ball", .1, 1, reel_v3(0, 0, .05));
}

static void rod_through_wall(reel_scene *s)
{
    kit_static_box(s, "wall", reel_v3(.1, 2, 2), reel_v3(0, 0, 1));
    kit_capsule(s, "rod", .05, 1, 1, reel_v3(0.5, 0, 1));
    s->bodies[1].world_from_body.q = kit_turn_z_to(reel_v3(1, 0, 0));
}

static void spawned_into(reel_scene *s)
{
    kit_floor(s);
    kit_box(s, "crate", reel_v3(.4, .4, .4), 1, reel_v3(0, 0, .2));
    int b = kit_sphere(s, "ball", .1, 1, reel_v3(0, 0, .3));
    s->bodies[b].absent = true;
    kit_action(s, "come", REEL_ACTION_SPAWN, b, 600)->body = b;
    s->actions[0].joint = -1;
}

static void heavy_on_light(reel_scene *s)
{
    kit_floor(s);
    kit_sphere(s, "pea", .02, .001, reel_v3(0, 0, .02));
    kit_box(s, "anvil", reel_v3(.4, .4, .4), 1e6, reel_v3(0, 0, .241));
    s->step_rate = 240;
}

static void heavy_on_four(reel_scene *s)
{
    kit_floor(s);
    for (int i = 0; i < 4; i++) {
        char n[16];
        snprintf(n, 16, "leg %d", i);
        kit_box(s, n, reel_v3(.05, .05, .1), .01, reel_v3(i % 2 * .4 - .2, i / 2 * .4 - .2, .05));
    }
    kit_box(s, "slab", reel_v3(.6, .6, .2), 1e5, reel_v3(0, 0, .2));
    s->step_rate = 240;
}

static void pressed(reel_scene *s)
{
    kit_floor(s);
    int b = kit_box(s, "box", reel_v3(.2, .2, .2), 1, reel_v3(0, 0, .1));
    reel_action *a = kit_action(s, "press", REEL_ACTION_FORCE, b, 300);
    a->end_step = 900;
    a->vec = reel_v3(0, 0, -1e6);
}

static void coarse_fall(reel_scene *s)
{
    s->step_rate = 24;
    kit_floor(s);
    kit_box(s, "crate", reel_v3(.4, .4, .4), 5, reel_v3(0, 0, 3));
    kit_box(s, "lid", reel_v3(.4, .4, .4), 5, reel_v3(0.1, 0, 3.6));
    kit_box(s, "lod", reel_v3(.4, .4, .4), 5, reel_v3(0.1, 0, 4.6));
}

static void vice(reel_scene *s)
{
    kit_static_box(s, "wall", reel_v3(.2, 1, 1), reel_v3(-.2, 0, 1));
    kit_sphere(s, "egg", .1, .1, reel_v3(0, 0, 1));
    int p = kit_box(s, "piston", reel_v3(.2, .4, .4), 10, reel_v3(.22, 0, 1));
    reel_joint *j =
        kit_joint(s, "rail", REEL_JOINT_SLIDER, p, -1, reel_v3(.22, 0, 1), reel_v3(1, 0, 0));
    j->motor = REEL_MOTOR_VELOCITY;
    j->target = -.5;
    j->max_force = 1e8;
    s->gravity = reel_v3(0, 0, 0);
}

static void servo_into_floor(reel_scene *s)
{
    kit_floor(s);
    int p = kit_box(s, "arm", reel_v3(1, .1, .1), 2, reel_v3(.5, 0, .3));
    reel_joint *j =
        kit_joint(s, "elbow", REEL_JOINT_HINGE, p, -1, reel_v3(0, 0, .3), reel_v3(0, 1, 0));
    j->motor = REEL_MOTOR_POSITION;
    j->target = 1.2;
    j->max_force = 1e9;
    j->max_speed = 3;
}

static void press_thin(reel_scene *s)
{
    kit_floor(s);
    int c = kit_box(s, "coin", reel_v3(.1, .1, .004), .01, reel_v3(0, 0, .002));
    int b = kit_box(s, "press", reel_v3(.2, .2, .2), 1000, reel_v3(0, 0, .11));
    (void)c;
    reel_action *a = kit_action(s, "push", REEL_ACTION_FORCE, b, 0);
    a->end_step = 1200;
    a->vec = reel_v3(0, 0, -1e8);
}

static void torn_chain(reel_scene *s)
{
    int a = kit_sphere(s, "one", .05, 1, reel_v3(0, 0, 1)),
        b = kit_sphere(s, "two", .05, 1, reel_v3(.2, 0, 1));
    kit_joint(s, "link 1", REEL_JOINT_BALL, a, -1, reel_v3(-.1, 0, 1), reel_v3(0, 0, 1));
    kit_joint(s, "link 2", REEL_JOINT_BALL, b, a, reel_v3(.1, 0, 1), reel_v3(0, 0, 1));
    kit_joint(s, "link 3", REEL_JOINT_BALL, b, -1, reel_v3(.3, 0, 1), reel_v3(0, 0, 1));
    reel_action *f = kit_action(s, "pull", REEL_ACTION_FORCE, b, 300);
    f->vec = reel_v3(0, 0, 1e6);
    f->end_step = 600;
}

static void arm_through_plate(reel_scene *s)
{
    kit_static_box(s, "plate", reel_v3(.3, .005, .3), reel_v3(.8253, .5646, 1));
    int b = kit_sphere(s, "fist", .03, 1, reel_v3(1, 0, 1));
    reel_joint *j =
        kit_joint(s, "arm", REEL_JOINT_HINGE, b, -1, reel_v3(0, 0, 1), reel_v3(0, 0, 1));
    s->bodies[b].velocity = reel_v3(0, 90, 0);
    s->bodies[b].omega = reel_v3(0, 0, 90);
    (void)j;
    s->gravity = reel_v3(0, 0, 0);
    s->frames = 3;
}

static void ram_through_door(reel_scene *s)
{
    kit_static_box(s, "door", reel_v3(.005, 1, 1), reel_v3(1.05, 0, 1));
    int b = kit_box(s, "ram", reel_v3(.05, .05, .05), 1, reel_v3(0, 0, 1));
    kit_joint(s, "rail", REEL_JOINT_SLIDER, b, -1, reel_v3(0, 0, 1), reel_v3(1, 0, 0));
    s->bodies[b].velocity = reel_v3(120, 0, 0);
    s->gravity = reel_v3(0, 0, 0);
    s->frames = 3;
}

static void flail_through_pole(reel_scene *s)
{
    kit_static_box(s, "pole", reel_v3(.01, .01, 2), reel_v3(.5682, .5631, 1));
    int b = kit_sphere(s, "flail", .03, 1, reel_v3(.8, 0, 1));
    kit_joint(s, "cord", REEL_JOINT_BALL, b, -1, reel_v3(0, 0, 1), reel_v3(0, 0, 1));
    s->bodies[b].velocity = reel_v3(0, 100, 0);
    s->bodies[b].omega = reel_v3(0, 0, 125);
    s->audit.joint_error = 0.1;
    s->gravity = reel_v3(0, 0, 0);
    s->frames = 3;
}

static void carriage_through_curtain(reel_scene *s)
{
    kit_floor(s);
    kit_static_box(s, "curtain", reel_v3(.002, 1, 1), reel_v3(2, 0, .5));
    int a = kit_box(s, "front", reel_v3(.06, .06, .06), 1, reel_v3(0, 0, .5)),
        b = kit_box(s, "back", reel_v3(.06, .06, .06), 1, reel_v3(-.2, 0, .5));
    kit_joint(s, "coupling", REEL_JOINT_FIXED, a, b, reel_v3(-.1, 0, .5), reel_v3(0, 0, 1));
    s->bodies[a].velocity = s->bodies[b].velocity = reel_v3(150, 0, 0);
    s->frames = 4;
}

static void blast(reel_scene *s)
{
    kit_floor(s);
    int b = kit_box(s, "box", reel_v3(.2, .2, .2), 1, reel_v3(0, 0, .1));
    reel_action *a = kit_action(s, "blast", REEL_ACTION_FORCE, b, 600);
    a->end_step = 700;
    a->vec = reel_v3(1e300, 0, 0);
}

static void twist(reel_scene *s)
{
    kit_floor(s);
    int b = kit_box(s, "box", reel_v3(.2, .2, .2), 1, reel_v3(0, 0, .1));
    reel_action *a = kit_action(s, "blast", REEL_ACTION_FORCE, b, 600);
    a->end_step = 700;
    a->torque = reel_v3(0, 0, 1e300);
}

static void too_fast(reel_scene *s)
{
    int b = kit_sphere(s, "ball", .1, 1, reel_v3(0, 0, 1));
    s->bodies[b].velocity = reel_v3(1e6, 0, 0);
}

static void not_a_number(reel_scene *s)
{
    kit_sphere(s, "ball", .1, 1, reel_v3(0, NAN, 1));
}

static void spun_up(reel_scene *s)
{
    int b = kit_box(s, "rotor", reel_v3(.2, .2, .02), 1, reel_v3(0, 0, 1));
    s->gravity = reel_v3(0, 0, 0);
    reel_action *a = kit_action(s, "spin", REEL_ACTION_FORCE, b, 0);
    a->end_step = 1200;
    a->torque = reel_v3(0, 0, 500);
}

static void accelerated(reel_scene *s)
{
    int b = kit_sphere(s, "ball", .1, 1, reel_v3(0, 0, 0));
    reel_action *a = kit_action(s, "drive", REEL_ACTION_FORCE, b, 0);
    a->end_step = 1200;
    a->vec = reel_v3(5000, 0, 0);
    s->audit.escape = 1e9;
}

static void falls_for_ever(reel_scene *s)
{
    s->frames = 121;
    kit_sphere(s, "ball", .1, 1, reel_v3(0, 0, 0));
}

static void shot_away(reel_scene *s)
{
    kit_floor(s);
    int b = kit_sphere(s, "shell", .05, 1, reel_v3(0, 0, 1));
    s->bodies[b].velocity = reel_v3(200, 0, 50);
}

static void rolls_off(reel_scene *s)
{
    s->frames = 145;
    kit_static_box(s, "table", reel_v3(1, 1, .1), reel_v3(0, 0, 1));
    int b = kit_sphere(s, "marble", .05, 1, reel_v3(0, 0, 1.1));
    s->bodies[b].velocity = reel_v3(1, 0, 0);
}

static void crowded(reel_scene *s)
{
    kit_floor(s);
    for (int i = 0; i < 20; i++) {
        char n[16];
        snprintf(n, 16, "box %d", i);
        kit_box(s, n, reel_v3(.2, .2, .2), 1, reel_v3(.5 * i, 0, .15));
    }
    s->audit.contacts = 50;
}

static void heavy_tremble(reel_scene *s)
{
    s->audit.tunnelling = 1000;
    s->audit.joint_error = s->audit.penetration = 1;
    kit_floor(s);
    s->step_rate = 120;
    for (int i = 0; i < 14; i++) {
        char n[16];
        snprintf(n, 16, "block %d", i);
        kit_box(s, n, reel_v3(.2, .2, .1), i == 13 ? 2000 : 1, reel_v3(0, 0, .05 + .1 * i));
    }
    int k = kit_box(s, "pendant", reel_v3(.05, .05, .05), 1, reel_v3(.5, 0, 1.3));
    kit_joint(s, "rod", REEL_JOINT_HINGE, k, 13, reel_v3(.3, 0, 1.35), reel_v3(0, 1, 0));
}

static void expect_fallen(reel_scene *s)
{
    kit_floor(s);
    int b = kit_box(s, "tower", reel_v3(.2, .2, .2), 1, reel_v3(0, 0, .1));
    s->expects[s->n_expects++] = (reel_expect){REEL_EXPECT_FALLEN, b, 1200, 0};
}

static void expect_standing(reel_scene *s)
{
    kit_floor(s);
    int b = kit_box(s, "domino", reel_v3(.02, .1, .3), 1, reel_v3(0, 0, .15));
    s->bodies[b].velocity = reel_v3(1.5, 0, 0);
    s->bodies[b].omega = reel_v3(0, 10, 0);
    s->expects[s->n_expects++] = (reel_expect){REEL_EXPECT_STANDING, b, 1200, 0};
}

static void expect_moved(reel_scene *s)
{
    kit_floor(s);
    int b = kit_box(s, "rock", reel_v3(.2, .2, .2), 1, reel_v3(0, 0, .1));
    s->expects[s->n_expects++] = (reel_expect){REEL_EXPECT_MOVED, b, 1200, .5};
}

static void expect_rest(reel_scene *s)
{
    kit_floor(s);
    int b = kit_sphere(s, "wheel", .2, 1, reel_v3(0, 0, .2));
    s->bodies[b].velocity = reel_v3(1, 0, 0);
    s->expects[s->n_expects++] = (reel_expect){REEL_EXPECT_AT_REST, b, 1200, 0};
}

/* A motor that is told to go forth and back again and again. */
static void shaken(reel_scene *s)
{
    kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 0.1));
    reel_joint *j =
        kit_joint(s, "rail", REEL_JOINT_SLIDER, b, -1, reel_v3(0, 0, 0.1), reel_v3(1, 0, 0));
    j->motor = REEL_MOTOR_VELOCITY;
    j->max_force = 1e4;
    for (int i = 0; i < 40; i++) {
        kit_action(s, "shake", REEL_ACTION_TARGET, 0, 600 + 10 * i)->value = i % 2 ? 0.1 : -0.1;
    }
}

/* ---- faults put into the state ---- */

static void box_at_rest(reel_scene *s)
{
    kit_floor(s);
    kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 0.1));
}

static void ball_in_the_air(reel_scene *s)
{
    kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 1));
    s->gravity = reel_v3(0, 0, 0);
}

static void loop_of_joints(reel_scene *s)
{
    const int a = kit_box(s, "beam", reel_v3(0.5, 0.1, 0.1), 1, reel_v3(0, 0, 1));
    kit_joint(s, "left", REEL_JOINT_BALL, a, -1, reel_v3(-0.25, 0, 1), reel_v3(0, 0, 1));
    kit_joint(s, "right", REEL_JOINT_BALL, a, -1, reel_v3(0.25, 0, 1), reel_v3(0, 0, 1));
}

static void loop_that_may_gape(reel_scene *s)
{
    loop_of_joints(s);
    s->audit.joint_error = 1;
}

static void door_with_limits(reel_scene *s)
{
    const int a = kit_box(s, "door", reel_v3(1, 0.05, 1), 5, reel_v3(0.5, 0, 1));
    reel_joint *j =
        kit_joint(s, "hinge", REEL_JOINT_HINGE, a, -1, reel_v3(0, 0, 1), reel_v3(0, 0, 1));
    j->has_limits = true;
    j->lo = -0.5;
    j->hi = 0.5;
    s->audit.joint_error = 1;
}

static body_state *first_mover(reel_sim *sim)
{
    int b = 0;
    while (!sim->bodies[b].dynamic) {
        b++;
    }
    sleep_wake(sim, b);
    return &sim->state.bodies[b];
}

static void moved(reel_sim *sim, body_state *state, reel_vec3 by)
{
    state->p = reel_v3_add(state->p, by);
    body_place_geoms(sim, (int)(state - sim->state.bodies));
}

static void kick(reel_sim *sim)
{
    first_mover(sim)->v = reel_v3(3, 0, 0);
}
static void lift(reel_sim *sim)
{
    moved(sim, first_mover(sim), reel_v3(0, 0, 0.5));
}
static void spin(reel_sim *sim)
{
    first_mover(sim)->w = reel_v3(0, 0, 60);
}
static void sink(reel_sim *sim)
{
    moved(sim, first_mover(sim), reel_v3(0, 0, -0.03));
}
static void tear(reel_sim *sim)
{
    moved(sim, first_mover(sim), reel_v3(0, 0, 0.05));
}
static void send_away(reel_sim *sim)
{
    moved(sim, first_mover(sim), reel_v3(300, 0, 0));
}
static void lose(reel_sim *sim)
{
    first_mover(sim)->v.y = NAN;
}
static void turn(reel_sim *sim)
{
    body_state *door = first_mover(sim);
    door->q = reel_quat_unit((reel_quat){0.9, 0, 0, 0.436});
    door->p = reel_quat_rotate(door->q, reel_v3(0.5, 0, 0));
    door->p.z = 1;
    body_refresh_rotation(door);
    body_place_geoms(sim, 0);
}
/* ---- faults put into the take ---- */

static void bad_record(reel_take *t)
{
    t->velocity[3 * 7 * t->n_bodies] = INFINITY;
}
static void bad_sum(reel_take *t)
{
    t->energy[3 * 7] = NAN;
}
static void message(reel_take *t)
{
    t->audit.solver_messages = 1;
}
static void leap(reel_take *t)
{
    t->audit.jump = 0.3;
    t->audit.jump_at = (reel_audit_place){0.25, 1, -1};
}

typedef struct broken {
    void (*scene)(reel_scene *s);
    const char *field, *word1, *word2;
    void (*state)(reel_sim *sim); /* at half a second, or NULL */
    void (*take)(reel_take *t);   /* at the end, or NULL */
} broken;

static reel_status run(const reel_scene *s, const broken *w, reel_error *err)
{
    reel_sim *sim = NULL;
    reel_take *t = NULL;
    const int64_t last = reel_scene_last_step(s), half = s->step_rate / 2;
    reel_status status = reel_sim_open(s, &sim, err);
    if (status == REEL_OK) {
        status = reel_sim_advance(sim, half, err);
    }
    if (status == REEL_OK && w->state) {
        w->state(sim);
    }
    if (status == REEL_OK) {
        status = reel_sim_advance(sim, last, err); /* to the end */
    }
    if (status == REEL_OK) {
        status = reel_sim_seal(sim, &t, err);
    }
    if (status == REEL_OK && w->take) {
        w->take(t);
        status = reel_audit_judge(s, t, err);
    }
    reel_take_destroy(&t);
    reel_sim_destroy(&sim);
    return status;
}

static void is_named(const void *param)
{
    const broken *w = param;
    reel_scene *s = kit_scene(1);
    w->scene(s);
    reel_error err = {0};
    const reel_status status = run(s, w, &err);
    CHECK(status == REEL_E_REFUSED || (status == REEL_E_SCENE && w->field[0] == 'a'));
    CHECK_STR(err.field, w->field);
    CHECK_CONTAINS(err.msg, w->word1);
    CHECK_CONTAINS(err.msg, w->word2);
    reel_scene_destroy(&s);
}

/* The same scenes without the fault that is put into them are good. */
static void is_good_otherwise(const void *param)
{
    (void)param;
    void (*const scenes[])(reel_scene *) = {box_at_rest, ball_in_the_air, loop_of_joints,
                                            door_with_limits};
    for (int i = 0; i < 4; i++) {
        reel_scene *s = kit_scene(1);
        scenes[i](s);
        reel_take *t = kit_run(s); /* ends the program if it is refused */
        CHECK(t->audit.popping < 0.01 && t->audit.jitter < 1e-3 && t->audit.jump < 1e-5);
        reel_take_destroy(&t);
        reel_scene_destroy(&s);
    }
}

#define SCENE(name, field, word1, word2)          \
    {                                             \
#        name, is_named, &(const broken)          \
        {                                         \
            name, field, word1, word2, NULL, NULL \
        }                                         \
    }
#define STATE(name, scene, field, word1, word2)    \
    {                                              \
#        name, is_named, &(const broken)           \
        {                                          \
            scene, field, word1, word2, name, NULL \
        }                                          \
    }
#define TAKE(name, field, word1, word2)                  \
    {                                                    \
#        name, is_named, &(const broken)                 \
        {                                                \
            box_at_rest, field, word1, word2, NULL, name \
        }                                                \
    }

static const check_test tests[] = {
    SCENE(boxes_overlap, "audit.initial_overlap", "\"red\" and \"blue\"", "0.05 m"),
    SCENE(ball_in_floor, "audit.initial_overlap", "\"ball\"", "0.05 m"),
    SCENE(rod_through_wall, "audit.initial_overlap", "\"wall\" and \"rod\"", "0.1 m"),
    SCENE(spawned_into, "audit.initial_overlap", "\"ball\" is spawned at step 600", "\"crate\""),
    SCENE(heavy_on_light, "audit.penetration", "\"pea\"", "allowed is 0.01 m"),
    SCENE(heavy_on_four, "audit.penetration", "\"leg ", " s) is"),
    SCENE(pressed, "audit.penetration", "\"ground\" and \"box\"", " s) is"),
    SCENE(coarse_fall, "audit.penetration", "\"crate\"", " s) is"),
    SCENE(vice, "audit.penetration", "\"egg\"", " s) is"),
    SCENE(servo_into_floor, "audit.penetration", "\"ground\" and \"arm\"", " s) is"),
    SCENE(press_thin, "audit.penetration", "\"press\"", " s) is"),
    SCENE(torn_chain, "audit.joint_error", "\"link ", " s) is"),
    SCENE(arm_through_plate, "audit.joint_error", "\"arm\"", " s) is"),
    SCENE(ram_through_door, "audit.tunnelling", "\"ram\" and \"door\"", "0.008333 s"),
    SCENE(flail_through_pole, "audit.tunnelling", "\"flail\" and \"pole\"", "0.005833 s"),
    SCENE(carriage_through_curtain, "audit.tunnelling", "\"curtain\"", " s) is"),
    SCENE(blast, "bodies[1]", "\"box\" is pushed beyond", "step 600"),
    SCENE(twist, "bodies[1]", "\"box\" is pushed beyond", "step 600"),
    SCENE(too_fast, "bodies[0]", "\"ball\" is faster", "step 0"),
    SCENE(not_a_number, "bodies[0]", "\"ball\" is not finite", "step 0"),
    SCENE(spun_up, "bodies[0]", "\"rotor\" spins faster", "step "),
    SCENE(accelerated, "bodies[0]", "\"ball\" is faster", "step 24"),
    SCENE(falls_for_ever, "audit.escape", "(\"ball\", 5 s)", "122.6 m"),
    SCENE(shot_away, "audit.escape", "(\"shell\", 1 s)", "allowed is 100 m"),
    SCENE(rolls_off, "audit.escape", "(\"marble\", 6 s)", "allowed is 100 m"),
    SCENE(crowded, "audit.contacts", "more than 50 contacts", "step"),
    SCENE(heavy_tremble, "audit.jitter", "trembling (\"block", "m/s"),
    SCENE(shaken, "audit.jitter", "trembling (\"box\"", "m/s"),
    SCENE(expect_fallen, "expects[0]", "\"tower\" was expected to have fallen", "1 s"),
    SCENE(expect_standing, "expects[0]", "\"domino\" was expected to be still standing", "1 s"),
    SCENE(expect_moved, "expects[0]", "\"rock\" was expected to have moved", "1 s"),
    SCENE(expect_rest, "expects[0]", "\"wheel\" was expected to be at rest", "1 s"),
    STATE(kick, box_at_rest, "audit.energy_gain", "energy gained", " s) is"),
    STATE(lift, box_at_rest, "audit.energy_gain", "energy gained", " s) is"),
    STATE(spin, ball_in_the_air, "audit.energy_gain", "energy gained", " s) is"),
    STATE(sink, box_at_rest, "audit.penetration", "\"ground\" and \"box\", 0.5 s", "0.03 m"),
    STATE(tear, loop_of_joints, "audit.joint_error", " s) is 0.0", "allowed is 0.005 m"),
    STATE(send_away, ball_in_the_air, "audit.escape", "\"ball\"", "300 m"),
    STATE(lose, ball_in_the_air, "bodies[0]", "\"ball\" is not finite", "step 600"),
    {"tear and snap back", is_named,
     &(const broken){loop_that_may_gape, "audit.popping", "\"beam\", 0.5 s", "m/s", tear, NULL}},
    STATE(turn, door_with_limits, "audit.popping", "\"door\", 0.5 s", "m/s"),
    TAKE(bad_record, "audit", "\"ground\" at sample 7", "not finite"),
    TAKE(bad_sum, "audit", "energy", "not finite"),
    TAKE(message, "audit.solver_messages", "1", "allowed is 0"),
    TAKE(leap, "audit.jump", "\"box\", 0.25 s", "0.3 m"),
    {"good otherwise", is_good_otherwise, NULL},
};
CHECK_MAIN(tests)
