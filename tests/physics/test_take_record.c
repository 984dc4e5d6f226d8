/* What the take says about contacts, forces, energies and momenta, against what must be true. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

/* Different shapes thrown onto the floor and onto one another. */
static reel_scene *crowd(void)
{
    reel_scene *s = kit_scene(3);
    kit_floor(s);
    kit_add_thrown_shapes(s);
    s->audit.penetration = 0.02;
    return s;
}

static void events_are_well_formed(const void *param)
{
    (void)param;
    reel_scene *s = crowd();
    reel_take *t = kit_run(s);
    CHECK_INT(t->n_events, >, 20);
    for (int i = 0; i < t->n_events; i++) {
        const reel_event *e = &t->events[i];
        CHECK_INT(e->body_a, <, e->body_b);
        CHECK_INT(s->geoms[e->geom_a].body, ==, e->body_a);
        CHECK_INT(s->geoms[e->geom_b].body, ==, e->body_b);
        CHECK_NEAR(reel_v3_len(reel_v3(e->normal[0], e->normal[1], e->normal[2])), 1, 1e-9);
        /* the floor is body 0: towards it is down */
        CHECK(e->body_a != 0 || e->normal[2] < -0.999);
        CHECK(e->approach_speed >= 0 && e->impulse_normal >= -1e-9);
        CHECK(e->impulse_total >= e->impulse_normal - 1e-9);
        const double begin = (double)e->begin_step / s->step_rate;
        CHECK(e->begin_time <= begin && e->begin_time >= begin - 1.001 / s->step_rate);
        if (e->end_step >= 0) {
            CHECK(e->end_step > e->begin_step && e->end_time >= e->begin_time);
        } else {
            CHECK(e->end_time == -1);
        }
        for (int j = i + 1; j < t->n_events; j++) {
            const reel_event *f = &t->events[j];
            CHECK(f->begin_step >= e->begin_step);
            /* the same pair: not before the other ended, and not within the merged gap */
            if (f->body_a == e->body_a && f->body_b == e->body_b) {
                CHECK(e->end_step >= 0 && f->begin_step > e->end_step + 2);
            }
        }
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Newton for each body and sample: m dv = gravity + contact forces. (The force that stands in
 * during sleep is a mean over 50 ms: some 1e-4 of the weight.) */
static void contact_forces_explain_the_motion(const void *param)
{
    (void)param;
    reel_scene *s = crowd();
    reel_take *t = kit_run(s);
    for (int b = 1; b < t->n_bodies; b++) {
        const double m = s->bodies[b].mass;
        for (int i = 1; i < t->n_samples; i++) {
            const size_t at = 3 * (size_t)(i * t->n_bodies + b);
            const reel_vec3 dv =
                reel_v3_sub(reel_take_velocity(t, i, b), reel_take_velocity(t, i - 1, b));
            CHECK_NEAR(t->contact_force[at] / 24, m * dv.x, 1e-3 * m);
            CHECK_NEAR(t->contact_force[at + 1] / 24, m * dv.y, 1e-3 * m);
            CHECK_NEAR(t->contact_force[at + 2] / 24, m * (dv.z + KIT_G / 24), 1e-3 * m);
        }
    }
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-3);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* The normal impulses of a ball's contacts on the floor carry all of its weight. */
static void impulses_carry_the_weight(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(4);
    const int floor_body = kit_floor(s);
    const int b = kit_sphere(s, "ball", 0.1, 2, reel_v3(0, 0, 0.6));
    kit_set_surfaces(s, 0.5, 0.5);
    reel_take *t = kit_run(s);
    double sum = 0;
    for (int n = 0; kit_event(t, floor_body, b, n); n++) {
        sum += kit_event(t, floor_body, b, n)->impulse_total;
    }
    CHECK_NEAR(sum, 2 * KIT_G * 4, 1e-3 * 2 * KIT_G * 4);
    const reel_event *last = kit_event(t, floor_body, b, kit_count_events(t, floor_body, b) - 1);
    CHECK_INT(last->end_step, ==, -1);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Energy only falls in a scene without actions; the recorded sums fit the recorded states. */
static void energy_and_momentum_fit_the_states(const void *param)
{
    (void)param;
    reel_scene *s = crowd();
    reel_take *t = kit_run(s);
    for (int i = 0; i < t->n_samples; i++) {
        double potential = 0, px = 0;
        for (int b = 1; b < t->n_bodies; b++) {
            potential += s->bodies[b].mass * KIT_G * reel_take_pose(t, i, b).p.z;
            px += s->bodies[b].mass * reel_take_velocity(t, i, b).x;
        }
        CHECK_NEAR(t->energy[3 * i + 1], potential, 1e-9);
        CHECK_NEAR(t->momentum[6 * i], px, 1e-9);
        CHECK_NEAR(t->energy[3 * i + 2], 0, 0);
    }
    CHECK(t->audit.energy_gain < 1e-6 * t->audit.energy_scale);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A box pushed over a rough floor: work of the push = heat + motion; channels say what acted. */
static void work_of_a_push(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 2, reel_v3(0, 0, 0.1));
    reel_action *a = kit_action(s, "push", REEL_ACTION_FORCE, b, 1200);
    a->end_step = 1800;
    a->vec = reel_v3(15, 0, 0);
    reel_take *t = kit_run(s);
    CHECK_INT(t->n_channels, ==, 1);
    CHECK_STR(t->channels[0].name, "push.force.x");
    CHECK_STR(t->channels[0].unit, "N");
    CHECK_NEAR(t->channel[24], 0, 0);
    CHECK_NEAR(t->channel[25], 15, 1e-12);
    CHECK_NEAR(t->channel[37], 0, 0);
    /* a = 15/2 - mu g for half a second, then -mu g to rest */
    const double mu_g = 0.5 * KIT_G, speed = (7.5 - mu_g) * 0.5;
    const double way = speed * 0.25 + speed * speed / 2 / mu_g;
    CHECK_NEAR(kit_last_position(t, b).x, way, 2e-3); /* steps are of first order in position */
    CHECK_NEAR(t->energy[3 * (t->n_samples - 1) + 2], 15 * speed * 0.25, 2e-2);
    CHECK_INT(t->state[24 * t->n_bodies + b] & REEL_STATE_ASLEEP, !=, 0);
    CHECK_INT(t->state[25 * t->n_bodies + b] & REEL_STATE_ASLEEP, ==, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"events are well formed", events_are_well_formed, NULL},
    {"contact forces explain the motion", contact_forces_explain_the_motion, NULL},
    {"impulses carry the weight", impulses_carry_the_weight, NULL},
    {"energy and momentum fit the states", energy_and_momentum_fit_the_states, NULL},
    {"work of a push", work_of_a_push, NULL},
};
CHECK_MAIN(tests)
