/* audit.c - is the take one whose labels can be trusted, and did what was expected happen? */
#include "engine/audit.h"
#include <stdio.h>
#include <string.h>

/* " (\"ball\" and \"wall\", 1.25 s)", as far as it is known. */
static void tell_place(const reel_scene *scene, const reel_audit_place *at, bool joint, char *out,
                       size_t size)
{
    const int n_a = joint ? scene->n_joints : scene->n_bodies;
    out[0] = '\0';
    if (!at || at->a >= n_a || at->b >= scene->n_bodies) {
        return;
    }
    const char *a = at->a < 0 ? NULL
                    : joint   ? scene->joints[at->a].name
                              : scene->bodies[at->a].name;
    if (a && at->b >= 0) {
        snprintf(out, size, " (\"%.80s\" and \"%.80s\", %.4g s)", a, scene->bodies[at->b].name,
                 at->time);
    } else if (a) {
        snprintf(out, size, " (\"%.80s\", %.4g s)", a, at->time);
    } else {
        snprintf(out, size, " (%.4g s)", at->time);
    }
}

/* A figure, what it is called, where it was reached and what it may be. */
typedef struct verdict {
    const char *field, *what, *unit;
    double value, limit;
    const reel_audit_place *at; /* or NULL */
} verdict;

static reel_status judge(const reel_scene *scene, const verdict *v, reel_error *err)
{
    if (v->value <= v->limit) { /* not so for NaN */
        return REEL_OK;
    }
    char place[240];
    tell_place(scene, v->at, strcmp(v->field, "audit.joint_error") == 0, place, sizeof place);
    return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, v->field, "%s%s is %.4g%s, allowed is %.4g%s",
                        v->what, place, v->value, v->unit, v->limit, v->unit);
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

static bool is_finite_state(const reel_take *take, size_t at)
{
    return all_finite(&take->position[3 * at], 3) && all_finite(&take->rotation[4 * at], 4) &&
           all_finite(&take->velocity[3 * at], 3) && all_finite(&take->omega[3 * at], 3) &&
           all_finite(&take->contact_force[3 * at], 3) &&
           all_finite(&take->applied_force[3 * at], 3);
}

static reel_status judge_finite(const reel_scene *scene, const reel_take *take, reel_error *err)
{
    const size_t n = (size_t)take->n_samples, bodies = (size_t)take->n_bodies;
    for (size_t at = 0; at < n * bodies; at++) {
        if (!is_finite_state(take, at)) {
            return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, "audit",
                                "the recorded state of \"%s\" at sample %d is not finite",
                                scene->bodies[at % bodies].name, (int)(at / bodies));
        }
    }
    const bool ok = all_finite(take->energy, n * 3) && all_finite(take->momentum, n * 6) &&
                    all_finite(take->joint_position, n * (size_t)take->n_joints);
    return ok ? REEL_OK
              : reel_fail_at(err, REEL_E_REFUSED, NULL, 0, "audit",
                             "a recorded energy, momentum or joint position is not finite");
}

static reel_status judge_figures(const reel_scene *scene, const reel_audit *a, reel_error *err)
{
    const reel_audit_limits *limit = &scene->audit;
    const double gain = a->energy_gain > 0 ? a->energy_gain / a->energy_scale : a->energy_gain;
    const verdict verdicts[] = {
        {"audit.solver_messages", "the number of solver messages", "", (double)a->solver_messages,
         limit->solver_messages, NULL},
        {"audit.contacts", "the number of contacts in one step", "",
         a->contact_cap_hits > 0 ? HUGE_VAL : (double)a->max_contacts, limit->contacts, NULL},
        {"audit.initial_overlap", "the overlap at the start", " m", a->initial_overlap,
         limit->initial_overlap, &a->initial_overlap_at},
        {"audit.joint_error", "the largest gap of a joint", " m", a->joint_error,
         limit->joint_error, &a->joint_error_at},
        {"audit.tunnelling", "the number of passes through another body", "", (double)a->tunnelling,
         limit->tunnelling, &a->tunnelling_at},
        {"audit.penetration", "the deepest contact", " m", a->penetration, limit->penetration,
         &a->penetration_at},
        {"audit.jump", "the way in a step that no speed explains", " m", a->jump, limit->jump,
         &a->jump_at},
        {"audit.popping", "the speed gained from nothing", " m/s", a->popping, limit->popping,
         &a->popping_at},
        {"audit.jitter", "the trembling", " m/s", a->jitter, limit->jitter, &a->jitter_at},
        {"audit.energy_gain", "the share of energy gained without work", "", gain,
         limit->energy_gain, &a->energy_gain_at},
        {"audit.escape", "the distance from the origin", " m", a->escape, limit->escape,
         &a->escape_at},
    };
    reel_status status = REEL_OK;
    for (size_t i = 0; status == REEL_OK && i < sizeof verdicts / sizeof verdicts[0]; i++) {
        status = judge(scene, &verdicts[i], err);
    }
    return status;
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
    reel_status status = judge_finite(scene, take, err);
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
