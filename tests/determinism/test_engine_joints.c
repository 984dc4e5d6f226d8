/* Joints of every kind: branches go on bit by bit, and mechanisms know nothing of one another. */
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static const reel_vec3 nil = {0, 0, 0}, x_axis = {1, 0, 0}, y_axis = {0, 1, 0}, z_axis = {0, 0, 1};

static reel_joint *add(reel_scene *s, const char *name, reel_joint_kind kind, int a, int b,
                       reel_vec3 at, reel_vec3 axis)
{
    return kit_joint(s, name, kind, a, b, at, axis);
}

static void rope(reel_scene *s, const char *name, int a, int b, reel_vec3 at, reel_vec3 at_b,
                 double length)
{
    reel_joint *j = add(s, name, REEL_JOINT_DISTANCE, a, b, at, nil);
    j->anchor_b = at_b;
    j->has_limits = true;
    j->hi = length;
}

/* A winch with gears whose load is dragged over the floor by a rope. */
static void add_winch(reel_scene *s)
{
    const int wheel = kit_sphere(s, "wheel", 0.1, 1, reel_v3(0, 0, 1));
    const int drum = kit_sphere(s, "drum", 0.1, 2, reel_v3(0, 0.5, 1));
    const int sled = kit_box(s, "sled", reel_v3(0.2, 0.2, 0.2), 2, reel_v3(1, 0, 0.5));
    const int load = kit_box(s, "load", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(2, 0, 0.1));
    reel_joint *motor = add(s, "motor", REEL_JOINT_HINGE, wheel, -1, reel_v3(0, 0, 1), y_axis);
    motor->motor = REEL_MOTOR_VELOCITY;
    motor->target = 3;
    motor->max_force = 2;
    add(s, "drum", REEL_JOINT_HINGE, drum, -1, reel_v3(0, 0.5, 1), y_axis);
    add(s, "rail", REEL_JOINT_SLIDER, sled, -1, reel_v3(1, 0, 0.5), x_axis);
    const int first = s->n_joints - 3;
    reel_joint *teeth = add(s, "teeth", REEL_JOINT_GEAR, drum, wheel, nil, nil);
    teeth->joint_a = first + 1;
    teeth->joint_b = first;
    teeth->ratio = -0.5;
    reel_joint *pull = add(s, "pull", REEL_JOINT_GEAR, sled, drum, nil, nil);
    pull->joint_a = first + 2;
    pull->joint_b = first + 1;
    pull->ratio = 0.2;
    rope(s, "rope", load, sled, reel_v3(1.9, 0, 0.1), reel_v3(1.1, 0, 0.5), 0.95);
}

/* A servo arm whose hand, on a universal joint, catches a ball that hangs on a spring. */
static void add_arm(reel_scene *s)
{
    const int arm = kit_box(s, "arm", reel_v3(0.5, 0.05, 0.05), 1, reel_v3(-2.75, 0, 1));
    const int hand = kit_box(s, "hand", reel_v3(0.2, 0.05, 0.05), 0.3, reel_v3(-2.4, 0, 1));
    const int ball = kit_sphere(s, "ball", 0.05, 0.2, reel_v3(-2.2, 0, 1));
    reel_joint *servo = add(s, "servo", REEL_JOINT_HINGE, arm, -1, reel_v3(-3, 0, 1), y_axis);
    servo->motor = REEL_MOTOR_POSITION;
    servo->target = -0.7;
    servo->max_force = 30;
    servo->max_speed = 2;
    reel_joint *wrist =
        add(s, "wrist", REEL_JOINT_UNIVERSAL, hand, arm, reel_v3(-2.5, 0, 1), y_axis);
    wrist->axis2 = z_axis;
    wrist->damping = 0.01;
    reel_joint *spring = add(s, "spring", REEL_JOINT_DISTANCE, ball, -1, reel_v3(-2.2, 0, 1), nil);
    spring->anchor_b = reel_v3(-2.2, 0, 2);
    spring->stiffness = 20;
    spring->rest = 0.9;
    spring->damping = 0.1;
    reel_joint *grip = add(s, "grip", REEL_JOINT_BALL, ball, hand, reel_v3(-2.2, 0, 1), y_axis);
    grip->inactive = true;
    kit_action(s, "grip", REEL_ACTION_ATTACH, s->n_joints - 1, 500);
    kit_action(s, "let go", REEL_ACTION_RELEASE, s->n_joints - 1, 1100);
}

/* A chain that is too weak for the weight that is added to it. */
static void add_weak_chain(reel_scene *s)
{
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "link %d", i);
        const int b =
            kit_box(s, name, reel_v3(0.05, 0.05, 0.2), 0.5, reel_v3(0.2 * i, 5, 2 - 0.2 * i));
        add(s, s->bodies[b].name, REEL_JOINT_BALL, b, i > 0 ? b - 1 : -1,
            reel_v3(0.2 * i - 0.1, 5, 2.1 - 0.2 * i), y_axis)
            ->break_force = 40;
    }
    reel_action *pull = kit_action(s, "tug", REEL_ACTION_FORCE, s->n_bodies - 1, 700);
    pull->end_step = 1000;
    pull->vec = reel_v3(0, 0, -30);
}

static reel_scene *mechanisms(bool with_arm)
{
    reel_scene *s = kit_scene(1.5);
    kit_floor(s);
    add_weak_chain(s);
    add_winch(s);
    if (with_arm) {
        add_arm(s);
    }
    return s;
}

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

static void branch_goes_on(const void *param)
{
    const int64_t at = *(const int64_t *)param;
    reel_scene *s = mechanisms(true);
    reel_sim *sim = open_at(s, at), *branch = NULL;
    reel_checkpoint *c = reel_sim_checkpoint(sim);
    CHECK(c != NULL);
    CHECK_INT(reel_sim_branch(c, s, &branch, NULL), ==, REEL_OK);
    reel_take *original = finish(sim), *branched = finish(branch);
    CHECK(same(original, branched));
    int broken = 0;
    for (int j = 0; j < original->n_joints; j++) {
        const int last = (original->n_samples - 1) * original->n_joints;
        broken += original->joint_state[last + j] == REEL_JOINT_STATE_BROKEN;
    }
    CHECK_INT(broken, >, 0);
    reel_checkpoint_destroy(&c);
    reel_take_destroy(&original);
    reel_take_destroy(&branched);
    reel_scene_destroy(&s);
}

/* The arm, its attaching and its releasing leave no trace in the chain and the winch. */
static void far_joints_leave_no_trace(const void *param)
{
    (void)param;
    reel_scene *with = mechanisms(true), *without = mechanisms(false);
    reel_take *a = finish(open_at(with, 0)), *b = finish(open_at(without, 0));
    for (int i = 0; i < a->n_samples; i++) {
        for (int k = 0; k < b->n_bodies; k++) {
            CHECK(memcmp(&a->position[3 * (i * a->n_bodies + k)],
                         &b->position[3 * (i * b->n_bodies + k)], 3 * sizeof(double)) == 0);
        }
    }
    reel_take_destroy(&a);
    reel_take_destroy(&b);
    reel_scene_destroy(&with);
    reel_scene_destroy(&without);
}

static const int64_t steps[] = {0, 450, 800, 1300};

static const check_test tests[] = {
    {"branch at the start", branch_goes_on, &steps[0]},
    {"branch before attaching", branch_goes_on, &steps[1]},
    {"branch while attached", branch_goes_on, &steps[2]},
    {"branch after release and breaking", branch_goes_on, &steps[3]},
    {"far joints leave no trace", far_joints_leave_no_trace, NULL},
};
CHECK_MAIN(tests)
