/* audit.c - is the take one whose labels can be trusted, and did what was expected happen? */
#include "engine/audit.h"
#include <stdio.h>

static reel_status refuse(reel_error *err, const char *field, const char *what, double value,
                          const char *unit, double limit)
{
    return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, field, "%s is %.4g%s, allowed is %.4g%s",
                        what, value, unit, limit, unit);
}

static bool all_finite(const double *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(data[i])) {
            return false;
        }
    }
    return true;
}

static reel_status judge_finite(const reel_take *take, reel_error *err)
{
    const size_t s = (size_t)take->n_samples, b = (size_t)take->n_bodies;
    const bool ok = all_finite(take->position, s * b * 3) &&
                    all_finite(take->rotation, s * b * 4) &&
                    all_finite(take->velocity, s * b * 3) && all_finite(take->omega, s * b * 3) &&
                    all_finite(take->contact_force, s * b * 3) && all_finite(take->energy, s * 3) &&
                    all_finite(take->momentum, s * 6) &&
                    all_finite(take->joint_position, s * (size_t)take->n_joints);
    return ok ? REEL_OK
              : reel_fail_at(err, REEL_E_REFUSED, NULL, 0, "audit",
                             "a recorded state is not finite");
}

static reel_status judge_figures(const reel_scene *scene, const reel_audit *a, reel_error *err)
{
    const reel_audit_limits *limit = &scene->audit;
    if (a->solver_messages > limit->solver_messages) {
        return refuse(err, "audit.solver_messages", "the number of solver messages",
                      (double)a->solver_messages, "", limit->solver_messages);
    }
    if (a->contact_cap_hits > 0 || a->max_contacts > limit->contacts) {
        return refuse(err, "audit.contacts", "the number of contacts in one step",
                      (double)a->max_contacts, "", limit->contacts);
    }
    if (!(a->initial_overlap <= limit->initial_overlap)) {
        return refuse(err, "audit.initial_overlap", "the overlap at the start", a->initial_overlap,
                      " m", limit->initial_overlap);
    }
    if (!(a->penetration <= limit->penetration)) {
        return refuse(err, "audit.penetration", "the deepest contact", a->penetration, " m",
                      limit->penetration);
    }
    if (!(a->joint_error <= limit->joint_error)) {
        return refuse(err, "audit.joint_error", "the largest separation of a joint", a->joint_error,
                      " m", limit->joint_error);
    }
    if (!(a->energy_gain <= limit->energy_gain * a->energy_scale)) {
        return refuse(err, "audit.energy_gain", "the energy gained without work, as a share,",
                      a->energy_gain / a->energy_scale, "", limit->energy_gain);
    }
    if (!(a->escape <= limit->escape)) {
        return refuse(err, "audit.escape", "the farthest body's distance from the origin",
                      a->escape, " m", limit->escape);
    }
    return REEL_OK;
}

/* The last sample at or before a step. */
static int sample_by(const reel_scene *scene, const reel_take *take, int64_t step)
{
    int sample = 0;
    while (sample + 1 < take->n_samples && reel_scene_sample_step(scene, sample + 1) <= step) {
        sample++;
    }
    return sample;
}

/* The axis that pointed up at the start now points more than 45 degrees away from there. */
static bool is_fallen(const reel_take *take, int sample, int body)
{
    const reel_vec3 up = {0, 0, 1};
    const reel_quat start = reel_take_pose(take, 0, body).q;
    const reel_quat now = reel_take_pose(take, sample, body).q;
    const reel_vec3 axis = reel_quat_rotate(reel_quat_conj(start), up);
    return reel_v3_dot(reel_quat_rotate(now, axis), up) < 0.70710678118654752;
}

static bool fell_by(const reel_take *take, int sample, int body)
{
    for (int i = 0; i <= sample; i++) {
        if (is_fallen(take, i, body)) {
            return true;
        }
    }
    return false;
}

static bool is_at_rest(const reel_take *take, int sample, const reel_object *object)
{
    for (int b = object->first_body; b < object->first_body + object->n_bodies; b++) {
        const size_t at = (size_t)sample * (size_t)take->n_bodies + (size_t)b;
        const bool asleep = (take->state[at] & REEL_STATE_ASLEEP) != 0;
        const bool slow = reel_v3_len(reel_take_velocity(take, sample, b)) < 1e-3 &&
                          reel_v3_len(reel_take_omega(take, sample, b)) < 1e-3;
        if (!asleep && !slow) {
            return false;
        }
    }
    return true;
}

static const char *const expectation_words[] = {"to have fallen", "to be still standing",
                                                "to have moved", "to be at rest"};

static bool came_true(const reel_scene *scene, const reel_take *take, const reel_expect *expect)
{
    const reel_object *object = &scene->objects[expect->object];
    const int sample = sample_by(scene, take, expect->by), body = object->first_body;
    switch (expect->kind) {
    case REEL_EXPECT_FALLEN: return fell_by(take, sample, body);
    case REEL_EXPECT_STANDING: return !fell_by(take, sample, body);
    case REEL_EXPECT_MOVED: {
        const reel_vec3 from = reel_take_pose(take, 0, body).p;
        const reel_vec3 to = reel_take_pose(take, sample, body).p;
        return reel_v3_len(reel_v3_sub(to, from)) > expect->value;
    }
    case REEL_EXPECT_AT_REST: return is_at_rest(take, sample, object);
    }
    return false;
}

reel_status reel_audit_judge(const reel_scene *scene, const reel_take *take, reel_error *err)
{
    reel_status status = judge_finite(take, err);
    if (status == REEL_OK) {
        status = judge_figures(scene, &take->audit, err);
    }
    for (int i = 0; status == REEL_OK && i < scene->n_expects; i++) {
        const reel_expect *expect = &scene->expects[i];
        if (!came_true(scene, take, expect)) {
            char field[32];
            snprintf(field, sizeof field, "expects[%d]", i);
            status = reel_fail_at(
                err, REEL_E_REFUSED, NULL, 0, field, "\"%s\" was expected %s by %.4g s",
                scene->objects[expect->object].name, expectation_words[expect->kind],
                (double)expect->by / scene->step_rate);
        }
    }
    return status;
}
