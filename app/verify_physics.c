/* verify_physics.c - states, momenta and energies of a take (see verify_physics.h). */
#include "app/verify_physics.h"

#include "app/verify_worst.h"
#include "base/trig.h"
#include <string.h>

/* Shares of the sum of the sizes that went into a sum. */
static const double ROUNDING = 1e-11; /* of sums of a few numbers */
static const double BOOKS = 1e-7;     /* of solvers that end at a residue */
static const double FLIGHT = 1e-9;    /* of equations that are solved exactly */
static const double PUSH_SPEED = 1.0; /* m/s: what pushes bodies apart that overlap */
static const double NOTHING = 1e-12;  /* where all is zero */
static const double CLOSE_BY = 0.25;  /* s: what has just parted may still be solved together */

typedef struct context {
    const reel_scene *scene;
    const reel_take *take;
    double dt; /* s between samples */
    bool *geared, *jointed;
    reel_mat3 *inertia; /* [bodies] */
    bool *touched;      /* [samples][bodies] by anything close to that time */
} context;

static reel_vec3 row3(const double *array, size_t at)
{
    return reel_v3(array[3 * at], array[3 * at + 1], array[3 * at + 2]);
}

static size_t index_of(const context *c, int sample, int body)
{
    return (size_t)sample * (size_t)c->take->n_bodies + (size_t)body;
}

static bool is_dynamic(const context *c, int b)
{
    return b >= 0 && c->scene->bodies[b].motion == REEL_MOTION_DYNAMIC;
}

static bool is_present(const context *c, int sample, int b)
{
    return (c->take->state[index_of(c, sample, b)] & REEL_STATE_PRESENT) != 0;
}

/* There at both ends of the interval before `sample`, and not placed anew within it. */
static bool went_on(const context *c, int sample, int b)
{
    return is_present(c, sample, b) && is_present(c, sample - 1, b) &&
           !(c->take->state[index_of(c, sample, b)] & REEL_STATE_TELEPORTED);
}

static double time_of(const context *c, int sample)
{
    return sample * c->dt;
}

/* ---- states --------------------------------------------------------------------------------- */

static void check_state(const context *c, int sample, int b, reel_worst *w)
{
    const reel_take *t = c->take;
    const size_t at = index_of(c, sample, b);
    const char *name = c->scene->bodies[b].name;
    if (!is_present(c, sample, b)) {
        return;
    }
    const double *q = &t->rotation[4 * at];
    const double norm = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
    if (reel_worst_is(w, fabs(norm - 1), 1e-9, sample)) {
        snprintf(w->words, sizeof w->words,
                 "body \"%.60s\" at %.4g s: the quaternion's norm is %.9g", name,
                 time_of(c, sample), norm);
    }
    const bool asleep = (t->state[at] & REEL_STATE_ASLEEP) != 0;
    const double speed = reel_v3_len(row3(t->velocity, at)) + reel_v3_len(row3(t->omega, at));
    if ((asleep || !is_dynamic(c, b)) && reel_worst_is(w, speed, 0, sample)) {
        snprintf(w->words, sizeof w->words, "body \"%.60s\" at %.4g s: %s, but has a speed of %.4g",
                 name, time_of(c, sample), asleep ? "asleep" : "static", speed);
    }
    if (sample == 0 || !is_present(c, sample - 1, b)) {
        return;
    }
    /* it takes half a second of stillness to fall asleep again */
    const size_t before = index_of(c, sample - 1, b);
    const bool was = (t->state[before] & REEL_STATE_ASLEEP) != 0;
    const bool still = !is_dynamic(c, b) || (asleep && was && c->dt < 0.5);
    const bool same = memcmp(&t->position[3 * at], &t->position[3 * before], 24) == 0 &&
                      memcmp(q, &t->rotation[4 * before], 32) == 0;
    if (still && reel_worst_is(w, !same, 0, sample)) {
        snprintf(w->words, sizeof w->words, "body \"%.60s\" moved before %.4g s, but is %s", name,
                 time_of(c, sample), asleep ? "asleep" : "static");
    }
}

/* ---- momentum of bodies --------------------------------------------------------------------- */

typedef struct balance {
    reel_vec3 sum;
    double size; /* of what was summed up */
} balance;

static void add(balance *b, reel_vec3 v)
{
    b->sum = reel_v3_add(b->sum, v);
    b->size += reel_v3_len(v);
}

/* Of all the joints on a body. */
static void add_joints(const context *c, int sample, int b, balance *out)
{
    for (int j = 0; j < c->take->n_joints; j++) {
        const reel_joint *joint = &c->scene->joints[j];
        const double sign = (joint->body_a == b) - (joint->body_b == b);
        if (joint->kind != REEL_JOINT_GEAR && sign != 0) {
            const size_t at = (size_t)sample * (size_t)c->take->n_joints + (size_t)j;
            add(out, reel_v3_scale(row3(c->take->joint_force, at), sign * c->dt));
        }
    }
}

static void check_body(const context *c, int sample, int b, reel_worst *w)
{
    const reel_take *t = c->take;
    const size_t at = index_of(c, sample, b), before = index_of(c, sample - 1, b);
    const double m = c->scene->bodies[b].mass;
    balance gain = {.size = 0};
    add(&gain, reel_v3_scale(row3(t->velocity, at), -m));
    add(&gain, reel_v3_scale(row3(t->velocity, before), m));
    add(&gain, reel_v3_scale(row3(t->contact_force, at), c->dt));
    add(&gain, reel_v3_scale(row3(t->applied_force, at), c->dt));
    add(&gain, reel_v3_scale(c->scene->gravity, m * c->dt));
    if (c->jointed[b]) {
        add_joints(c, sample, b, &gain);
    }
    const double off = reel_v3_len(gain.sum);
    if (reel_worst_is(w, off, BOOKS * gain.size + NOTHING, sample)) {
        snprintf(w->words, sizeof w->words,
                 "body \"%.60s\" before %.4g s: its momentum changed by %.4g N s more than its "
                 "impulses say (%.4g N s in all)",
                 c->scene->bodies[b].name, time_of(c, sample), off, gain.size);
    }
}

/* ---- motion --------------------------------------------------------------------------------- */

/* Nothing but gravity acted in the interval; a touch may have acted with a force of zero. */
static bool flew_free(const context *c, int sample, int b)
{
    const size_t at = index_of(c, sample, b);
    const reel_take *t = c->take;
    const bool rested = ((t->state[at] | t->state[index_of(c, sample - 1, b)]) & REEL_STATE_ASLEEP);
    return !rested && !c->jointed[b] && c->scene->n_force_fields == 0 && c->scene->n_actions == 0 &&
           !c->touched[at];
}

static void check_position(const context *c, int sample, int b, reel_worst *w)
{
    const reel_take *t = c->take;
    const size_t at = index_of(c, sample, b), before = index_of(c, sample - 1, b);
    const reel_vec3 v0 = row3(t->velocity, before), v1 = row3(t->velocity, at);
    const reel_vec3 way = reel_v3_sub(row3(t->position, at), row3(t->position, before));
    const reel_vec3 mean = reel_v3_scale(reel_v3_add(v0, v1), c->dt / 2);
    const double m = c->scene->bodies[b].mass, g = reel_v3_len(c->scene->gravity);
    double off, allowed;
    if (flew_free(c, sample, b)) {
        off = reel_v3_len(reel_v3_sub(way, mean));
        allowed = FLIGHT * (1 + reel_v3_len(row3(t->position, at)) + reel_v3_len(mean));
    } else {
        /* never faster than its speeds, and what its impulses can have given and taken within */
        double push = reel_v3_len(row3(t->contact_force, at));
        push += reel_v3_len(row3(t->applied_force, at));
        const double speed = fmax(reel_v3_len(v0), reel_v3_len(v1));
        off = reel_v3_len(way);
        allowed = c->jointed[b] || c->scene->n_force_fields > 0 || c->scene->n_actions > 0
                      ? HUGE_VAL
                      : (speed + g * c->dt + push * c->dt / m + PUSH_SPEED) * c->dt;
    }
    if (reel_worst_is(w, off, allowed, sample)) {
        snprintf(
            w->words, sizeof w->words,
            "body \"%.60s\" before %.4g s: where it is does not fit its speeds: %.4g m, allowed "
            "is %.4g m",
            c->scene->bodies[b].name, time_of(c, sample), off, allowed);
    }
}

static reel_vec3 spin_of(const context *c, int sample, int b)
{
    const size_t at = index_of(c, sample, b);
    const double *r = &c->take->rotation[4 * at];
    const reel_quat q = {r[0], r[1], r[2], r[3]};
    const reel_vec3 local = reel_quat_rotate(reel_quat_conj(q), row3(c->take->omega, at));
    return reel_quat_rotate(q, reel_mat3_mul_v(c->inertia[b], local));
}

static void check_spin(const context *c, int sample, int b, reel_worst *w)
{
    if (!flew_free(c, sample, b)) {
        return;
    }
    const reel_vec3 old = spin_of(c, sample - 1, b), now = spin_of(c, sample, b);
    const double off = reel_v3_len(reel_v3_sub(now, old)), size = reel_v3_len(old);
    if (reel_worst_is(w, off, FLIGHT * size + NOTHING, sample)) {
        snprintf(w->words, sizeof w->words,
                 "body \"%.60s\" before %.4g s: its angular momentum of %.4g kg m^2/s changed by "
                 "%.4g in free flight",
                 c->scene->bodies[b].name, time_of(c, sample), size, off);
    }
}

/* ---- sums ----------------------------------------------------------------------------------- */

static double spring_energy(const context *c, int sample)
{
    double sum = 0;
    for (int j = 0; j < c->take->n_joints; j++) {
        const reel_joint *joint = &c->scene->joints[j];
        const size_t at = (size_t)sample * (size_t)c->take->n_joints + (size_t)j;
        if (joint->stiffness > 0 && (c->take->joint_state[at] & REEL_JOINT_STATE_ACTIVE)) {
            const double off = c->take->joint_position[at] - joint->rest;
            sum += 0.5 * joint->stiffness * off * off;
        }
    }
    return sum;
}

static void compare(const context *c, int sample, double stored, double made, double size,
                    const char *unit, reel_worst *w)
{
    if (reel_worst_is(w, fabs(stored - made), ROUNDING * size + NOTHING, sample)) {
        snprintf(w->words, sizeof w->words, "at %.4g s %.9g %s is stored, the states have %.9g %s",
                 time_of(c, sample), stored, unit, made, unit);
    }
}

enum { CHECK_LINEAR, CHECK_KINETIC, CHECK_POTENTIAL, CHECK_REACTION, N_SUMS };

static void check_sums(const context *c, int sample, reel_worst w[N_SUMS])
{
    const reel_take *t = c->take;
    balance linear = {.size = 0}, angular = {.size = 0}, contact = {.size = 0};
    double kinetic = 0, potential = spring_energy(c, sample), height = potential;
    for (int b = 0; b < t->n_bodies; b++) {
        const size_t at = index_of(c, sample, b);
        add(&contact, row3(t->contact_force, at));
        if (!is_dynamic(c, b) || !is_present(c, sample, b)) {
            continue;
        }
        const double m = c->scene->bodies[b].mass;
        const reel_vec3 p = row3(t->position, at), v = row3(t->velocity, at);
        const reel_vec3 spin = spin_of(c, sample, b), mv = reel_v3_scale(v, m);
        add(&linear, mv);
        add(&angular, spin);
        add(&angular, reel_v3_cross(p, mv));
        angular.size += reel_v3_len(p) * reel_v3_len(mv);
        kinetic += 0.5 * (reel_v3_dot(mv, v) + reel_v3_dot(row3(t->omega, at), spin));
        potential -= m * reel_v3_dot(c->scene->gravity, p);
        height += m * reel_v3_len(c->scene->gravity) * reel_v3_len(p);
    }
    const double *stored = &t->momentum[6 * (size_t)sample];
    const double made[6] = {linear.sum.x,  linear.sum.y,  linear.sum.z,
                            angular.sum.x, angular.sum.y, angular.sum.z};
    for (int i = 0; i < 6; i++) {
        compare(c, sample, stored[i], made[i], i < 3 ? linear.size : angular.size,
                i < 3 ? "N s" : "kg m^2/s", &w[CHECK_LINEAR]);
    }
    const double *energy = &t->energy[3 * (size_t)sample];
    compare(c, sample, energy[0], kinetic, kinetic, "J", &w[CHECK_KINETIC]);
    compare(c, sample, energy[1], potential, height, "J", &w[CHECK_POTENTIAL]);
    reel_worst *r = &w[CHECK_REACTION];
    const double off = reel_v3_len(contact.sum);
    if (reel_worst_is(r, off, ROUNDING * contact.size + NOTHING, sample)) {
        snprintf(r->words, sizeof r->words,
                 "at %.4g s the contact forces of all bodies sum up to %.4g N", time_of(c, sample),
                 off);
    }
}

/* ---- energy and the audit ------------------------------------------------------------------- */

static void check_energy(const context *c, reel_worst *w, reel_worst *audit)
{
    const reel_take *t = c->take;
    const double start = t->energy[0] + t->energy[1] - t->energy[2];
    const double limit = c->scene->audit.energy_gain * t->audit.energy_scale;
    for (int i = 0; i < t->n_samples; i++) {
        const double *e = &t->energy[3 * (size_t)i];
        const double rise = e[0] + e[1] - e[2] - start;
        if (reel_worst_is(w, rise, limit + NOTHING, i)) {
            snprintf(
                w->words, sizeof w->words,
                "at %.4g s there are %.4g J more than at the start and by the work done since, "
                "allowed are %.4g J",
                time_of(c, i), rise, limit);
        }
        const double slack = ROUNDING * (fabs(e[0]) + fabs(e[1]) + fabs(e[2]) + fabs(start));
        if (reel_worst_is(audit, rise - t->audit.energy_gain, slack + NOTHING, i)) {
            snprintf(audit->words, sizeof audit->words,
                     "energy_gain is %.6g J, at %.4g s the samples show %.6g J",
                     t->audit.energy_gain, time_of(c, i), rise);
        }
    }
}

static void check_audit(const context *c, reel_worst *w)
{
    const reel_take *t = c->take;
    int64_t asleep = 0, all = 0;
    for (int i = 0; i < t->n_samples; i++) {
        for (int b = 0; b < t->n_bodies; b++) {
            if (!is_dynamic(c, b)) {
                continue;
            }
            const size_t at = index_of(c, i, b);
            const double far = is_present(c, i, b) ? reel_v3_len(row3(t->position, at)) : 0;
            all++;
            asleep += (t->state[at] & REEL_STATE_ASLEEP) != 0;
            if (reel_worst_is(w, far - t->audit.escape, ROUNDING * far, i)) {
                snprintf(w->words, sizeof w->words,
                         "escape is %.6g m, body \"%.60s\" is %.6g m away", t->audit.escape,
                         c->scene->bodies[b].name, far);
            }
        }
    }
    const double share = all > 0 ? (double)asleep / (double)all : 0;
    if (reel_worst_is(w, fabs(share - t->audit.asleep_fraction), ROUNDING, -1)) {
        snprintf(w->words, sizeof w->words, "asleep_fraction is %.6g, the samples have %.6g",
                 t->audit.asleep_fraction, share);
    }
}

/* ---- joints --------------------------------------------------------------------------------- */

static reel_vec3 carried(const context *c, int sample, int body, reel_vec3 anchor)
{
    if (body < 0) {
        return anchor;
    }
    const reel_pose at0 = c->scene->bodies[body].world_from_body;
    const reel_pose now = reel_take_pose(c->take, sample, body);
    return reel_pose_apply(now, reel_pose_apply(reel_pose_inverse(at0), anchor));
}

static void check_joint(const context *c, int sample, int j, reel_worst *w)
{
    const reel_joint *joint = &c->scene->joints[j];
    const size_t at = (size_t)sample * (size_t)c->take->n_joints + (size_t)j;
    const bool held = joint->kind == REEL_JOINT_BALL || joint->kind == REEL_JOINT_HINGE ||
                      joint->kind == REEL_JOINT_FIXED || joint->kind == REEL_JOINT_UNIVERSAL;
    if (!held || joint->inactive || !(c->take->joint_state[at] & REEL_JOINT_STATE_ACTIVE)) {
        return;
    }
    const reel_vec3 a = carried(c, sample, joint->body_a, joint->anchor);
    const reel_vec3 b = carried(c, sample, joint->body_b, joint->anchor);
    const double off = reel_v3_len(reel_v3_sub(a, b));
    if (reel_worst_is(w, off - c->take->audit.joint_error, ROUNDING * (1 + reel_v3_len(a)),
                      sample)) {
        snprintf(
            w->words, sizeof w->words,
            "joint \"%.60s\" at %.4g s: its anchors are %.4g m apart, the audit says %.4g m at "
            "most",
            joint->name, time_of(c, sample), off, c->take->audit.joint_error);
    }
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void find_joints(context *c)
{
    for (int b = 0; b < c->take->n_bodies; b++) {
        const double *i = c->scene->bodies[b].inertia;
        c->inertia[b] = (reel_mat3){{{i[0], i[3], i[4]}, {i[3], i[1], i[5]}, {i[4], i[5], i[2]}}};
    }
    for (int j = 0; j < c->take->n_joints; j++) {
        const reel_joint *joint = &c->scene->joints[j];
        const int ends[2] = {joint->body_a, joint->body_b};
        for (int i = 0; i < 2; i++) {
            if (ends[i] >= 0) {
                c->jointed[ends[i]] = true;
                c->geared[ends[i]] |= joint->kind == REEL_JOINT_GEAR;
            }
        }
    }
}

static void find_touched(context *c)
{
    const reel_take *t = c->take;
    for (int k = 0; k < t->n_events; k++) {
        const reel_event *e = &t->events[k];
        for (int i = 1; i < t->n_samples; i++) {
            const int64_t near = (int64_t)(CLOSE_BY * c->scene->step_rate);
            const int64_t begin = reel_scene_sample_step(c->scene, i - 1);
            const int64_t end = reel_scene_sample_step(c->scene, i);
            const bool begun = end >= e->begin_step - near;
            const bool over = e->end_step >= 0 && begin > e->end_step + near;
            if (begun && !over) {
                c->touched[index_of(c, i, e->body_a)] = true;
                c->touched[index_of(c, i, e->body_b)] = true;
            }
        }
    }
}

static void check_all(const context *c, const reel_physics_finder *finder)
{
    reel_worst state = {.check = "state"}, body = {.check = "momentum of a body"};
    reel_worst position = {.check = "position"}, spin = {.check = "angular momentum"};
    reel_worst energy = {.check = "energy"}, audit = {.check = "audit"}, joint = {.check = "joint"};
    reel_worst sums[N_SUMS] = {{.check = "momentum"},
                               {.check = "kinetic energy"},
                               {.check = "potential energy"},
                               {.check = "action and reaction"}};
    for (int i = 0; i < c->take->n_samples; i++) {
        for (int b = 0; b < c->take->n_bodies; b++) {
            check_state(c, i, b, &state);
            if (i == 0 || !is_dynamic(c, b)) {
                continue;
            }
            if (went_on(c, i, b)) {
                if (!c->geared[b]) {
                    check_body(c, i, b, &body);
                }
                check_position(c, i, b, &position);
                check_spin(c, i, b, &spin);
            }
        }
        for (int j = 0; j < c->take->n_joints; j++) {
            check_joint(c, i, j, &joint);
        }
        check_sums(c, i, sums);
    }
    check_energy(c, &energy, &audit);
    check_audit(c, &audit);
    const reel_worst *const in_order[] = {&state,   &body,    &position, &spin,  &sums[0], &sums[1],
                                          &sums[2], &sums[3], &energy,   &joint, &audit};
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        reel_worst_tell(in_order[i], finder);
    }
}

reel_status reel_verify_physics(const reel_scene *scene, const reel_take *take,
                                const reel_physics_finder *finder, reel_error *err)
{
    const size_t n = (size_t)take->n_bodies + 1;
    context c = {.scene = scene, .take = take};
    c.dt = 1.0 / ((double)scene->fps * scene->samples_per_frame);
    c.geared = reel_calloc(n, sizeof *c.geared);
    c.jointed = reel_calloc(n, sizeof *c.jointed);
    c.inertia = reel_calloc(n, sizeof *c.inertia);
    c.touched = reel_calloc(n * (size_t)take->n_samples, sizeof *c.touched);
    reel_status status = REEL_OK;
    if (!c.geared || !c.jointed || !c.inertia || !c.touched) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory");
    } else {
        find_joints(&c);
        find_touched(&c);
        check_all(&c, finder);
        status = reel_verify_events(scene, take, finder, err);
    }
    reel_free(c.geared);
    reel_free(c.jointed);
    reel_free(c.inertia);
    reel_free(c.touched);
    return status;
}
