/* inertia.c - see inertia.h. */
#include "engine/inertia.h"

sym3 body_world_inverse(const body_fixed *fixed, const body_state *state)
{
    const double *r = state->r;
    const reel_mat3 rot = {{{r[0], r[1], r[2]}, {r[4], r[5], r[6]}, {r[8], r[9], r[10]}}};
    reel_vec3 row[3];
    for (int i = 0; i < 3; i++) {
        const reel_vec3 u = reel_v3(rot.m[i][0], rot.m[i][1], rot.m[i][2]);
        row[i] = reel_mat3_mul_v(rot, reel_mat3_mul_v(fixed->inv_inertia, u));
    }
    return (sym3){row[0].x, row[1].y, row[2].z, row[0].y, row[0].z, row[1].z};
}

/* Torque-free turning, implicit in the angular velocity: I (w' - w) + dt w' x I w' = 0, by one step
 * of Newton's method. It loses a little energy and never gains any. */
reel_vec3 body_gyrate(const body_fixed *fixed, const body_state *state, reel_vec3 w, double dt)
{
    const reel_vec3 spin = body_inertia_mul(fixed, state, w);
    const reel_vec3 off = reel_v3_scale(reel_v3_cross(w, spin), dt);
    reel_vec3 column[3];
    for (int i = 0; i < 3; i++) {
        const reel_vec3 e = reel_v3(i == 0, i == 1, i == 2);
        const reel_vec3 ie = body_inertia_mul(fixed, state, e);
        const reel_vec3 d = reel_v3_add(reel_v3_cross(e, spin), reel_v3_cross(w, ie));
        column[i] = reel_v3_madd(ie, dt, d);
    }
    const reel_vec3 yz = reel_v3_cross(column[1], column[2]);
    const reel_vec3 zx = reel_v3_cross(column[2], column[0]);
    const reel_vec3 xy = reel_v3_cross(column[0], column[1]);
    const double det = reel_v3_dot(column[0], yz);
    const reel_vec3 change =
        reel_v3(reel_v3_dot(yz, off), reel_v3_dot(zx, off), reel_v3_dot(xy, off));
    return reel_v3_madd(w, -1 / det, change);
}
