/*
 * flight.c - bodies that nothing touches move by the equations, not by the solver.
 *
 * Position: exact for a constant force. Rotation: the angular momentum L is known exactly at every
 * instant (constant, or growing with a constant torque), so only the orientation is integrated:
 * q' = 1/2 omega(q) q with omega = R I^-1 R^T L, by the classical Runge-Kutta method of order 4.
 * A body whose inertia is the same about every axis turns about omega at a constant rate: exact.
 */
#include "engine/sim.h"

#include "base/trig.h"

#define FLIGHT_MAX_TURN 0.05 /* rad per Runge-Kutta step: relative error about 1e-9 per turn */

static reel_mat3 rotation_of(const body_state *body)
{
    const double *r = body->r;
    return (reel_mat3){{{r[0], r[1], r[2]}, {r[4], r[5], r[6]}, {r[8], r[9], r[10]}}};
}

reel_vec3 body_inertia_mul(const body_fixed *fixed, const body_state *body, reel_vec3 omega)
{
    const reel_mat3 r = rotation_of(body);
    return reel_mat3_mul_v(r, reel_mat3_mul_v(fixed->inertia, reel_mat3_tmul_v(r, omega)));
}

reel_vec3 body_inv_inertia_mul(const body_fixed *fixed, const body_state *body, reel_vec3 torque)
{
    const reel_mat3 r = rotation_of(body);
    return reel_mat3_mul_v(r, reel_mat3_mul_v(fixed->inv_inertia, reel_mat3_tmul_v(r, torque)));
}

static reel_vec3 omega_of(const body_fixed *fixed, reel_quat q, reel_vec3 spin)
{
    const reel_mat3 r = reel_mat3_from_quat(q);
    return reel_mat3_mul_v(r, reel_mat3_mul_v(fixed->inv_inertia, reel_mat3_tmul_v(r, spin)));
}

static reel_quat quat_madd(reel_quat a, double s, reel_quat b)
{
    return (reel_quat){a.w + s * b.w, a.x + s * b.x, a.y + s * b.y, a.z + s * b.z};
}

static reel_quat quat_rate(const body_fixed *fixed, reel_quat q, reel_vec3 spin)
{
    const reel_vec3 w = omega_of(fixed, reel_quat_unit(q), spin);
    const reel_quat d = reel_quat_mul((reel_quat){0, w.x, w.y, w.z}, q);
    return (reel_quat){d.w / 2, d.x / 2, d.y / 2, d.z / 2};
}

static void tumble(const body_fixed *fixed, body_state *body, reel_vec3 torque, double dt)
{
    const reel_vec3 spin = body_inertia_mul(fixed, body, body->w);
    const int n = 1 + (int)(reel_v3_len(body->w) * fabs(dt) / FLIGHT_MAX_TURN);
    const double s = dt / n;
    reel_quat q = body->q;
    for (int i = 0; i < n; i++) {
        const reel_vec3 l0 = reel_v3_madd(spin, s * i, torque);
        const reel_vec3 l1 = reel_v3_madd(spin, s * (i + 0.5), torque);
        const reel_vec3 l2 = reel_v3_madd(spin, s * (i + 1), torque);
        const reel_quat k1 = quat_rate(fixed, q, l0);
        const reel_quat k2 = quat_rate(fixed, quat_madd(q, s / 2, k1), l1);
        const reel_quat k3 = quat_rate(fixed, quat_madd(q, s / 2, k2), l1);
        const reel_quat k4 = quat_rate(fixed, quat_madd(q, s, k3), l2);
        q = quat_madd(q, s / 6, k1);
        q = quat_madd(q, s / 3, k2);
        q = quat_madd(q, s / 3, k3);
        q = reel_quat_unit(quat_madd(q, s / 6, k4));
    }
    body->q = q;
    body->w = omega_of(fixed, q, reel_v3_madd(spin, dt, torque));
}

static void turn(const body_fixed *fixed, body_state *body, reel_vec3 torque, double dt)
{
    const reel_vec3 gain = reel_v3_scale(torque, fixed->inv_inertia.m[0][0]);
    const reel_vec3 mean = reel_v3_madd(body->w, dt / 2, gain);
    const double angle = reel_v3_len(mean) * dt;
    const reel_vec3 axis = reel_v3_unit(mean, reel_v3(0, 0, 1));
    double s, c;
    reel_sincos(angle / 2, &s, &c);
    const reel_quat by = {c, s * axis.x, s * axis.y, s * axis.z};
    body->q = reel_quat_unit(reel_quat_mul(by, body->q));
    body->w = reel_v3_madd(body->w, dt, gain);
}

void body_fly(const body_fixed *fixed, body_state *body, reel_vec3 gravity, reel_vec3 force,
              reel_vec3 torque, double dt)
{
    const reel_vec3 a = reel_v3_madd(gravity, fixed->inv_mass, force);
    body->p = reel_v3_madd(reel_v3_madd(body->p, dt, body->v), dt * dt / 2, a);
    body->v = reel_v3_madd(body->v, dt, a);
    const bool turns = reel_v3_dot(body->w, body->w) > 0 || reel_v3_dot(torque, torque) > 0;
    if (!turns) {
        return;
    }
    if (fixed->round) {
        turn(fixed, body, torque, dt);
    } else {
        tumble(fixed, body, torque, dt);
    }
    body_refresh_rotation(body);
}
