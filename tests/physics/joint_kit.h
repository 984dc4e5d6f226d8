/* joint_kit.h - the parts that the tests of joints share. */
#pragma once

#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static const reel_vec3 x_axis = {1, 0, 0}, y_axis = {0, 1, 0}, nil = {0, 0, 0};

static inline reel_joint *distance(reel_scene *s, const char *name, int a, int b, reel_vec3 at,
                                   reel_vec3 at_b)
{
    reel_joint *j = kit_joint(s, name, REEL_JOINT_DISTANCE, a, b, at, nil);
    j->anchor_b = at_b;
    return j;
}

static inline void limit(reel_joint *j, double lo, double hi)
{
    j->has_limits = true;
    j->lo = lo;
    j->hi = hi;
}

static inline double seconds_at(const reel_scene *s, int sample)
{
    return (double)reel_scene_sample_step(s, sample) / s->step_rate;
}

static inline double position(const reel_take *t, int sample, int joint)
{
    return t->joint_position[sample * t->n_joints + joint];
}

static inline double rate(const reel_take *t, int sample, int joint)
{
    return t->joint_velocity[sample * t->n_joints + joint];
}

static inline reel_vec3 force(const reel_take *t, int sample, int joint)
{
    const double *f = &t->joint_force[3 * (sample * t->n_joints + joint)];
    return reel_v3(f[0], f[1], f[2]);
}

static inline reel_vec3 torque(const reel_take *t, int sample, int joint)
{
    const double *f = &t->joint_torque[3 * (sample * t->n_joints + joint)];
    return reel_v3(f[0], f[1], f[2]);
}

/* Largest change of kinetic + potential energy - work. */
static inline double energy_error(const reel_take *t)
{
    double off = 0;
    for (int i = 0; i < t->n_samples; i++) {
        const double *a = t->energy, *b = &t->energy[3 * i];
        off = fmax(off, fabs((b[0] + b[1] - b[2]) - (a[0] + a[1] - a[2])));
    }
    return off;
}

static inline void finish(reel_scene *s, reel_take *t)
{
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}
