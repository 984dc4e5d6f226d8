/*
 * inertia.h - what turns a body in the world's frame: the solvers' view of its inertia. Internal to
 * engine/.
 */
#pragma once

#include "engine/sim.h"

/* Symmetric 3 x 3. */
typedef struct sym3 {
    double xx, yy, zz, xy, xz, yz;
} sym3;

static inline reel_vec3 sym3_mul(const sym3 *m, reel_vec3 v)
{
    return reel_v3(m->xx * v.x + m->xy * v.y + m->xz * v.z, m->xy * v.x + m->yy * v.y + m->yz * v.z,
                   m->xz * v.x + m->yz * v.y + m->zz * v.z);
}

/* R I^-1 R^T */
sym3 body_world_inverse(const body_fixed *fixed, const body_state *state);

/* Torque-free turning from the angular velocity w for dt, implicit in the one after it. */
reel_vec3 body_gyrate(const body_fixed *fixed, const body_state *state, reel_vec3 w, double dt);
