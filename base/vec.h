/*
 * vec.h - double 3-vectors, unit quaternions (w, x, y, z), poses and 3x3 matrices (row-major).
 *
 * Right-handed, +Z up, metres. A pose `a_from_b` maps points of frame b into frame a; names
 * compose by reading adjacent frames: a_from_c = a_from_b * b_from_c. Only + - * / and sqrt: the
 * same bits on every IEEE-754 machine. Thread-safety: pure functions.
 */
#pragma once

#include <math.h>

typedef struct reel_vec3 {
    double x, y, z;
} reel_vec3;

typedef struct reel_quat {
    double w, x, y, z;
} reel_quat;

typedef struct reel_pose {
    reel_vec3 p; /**< m */
    reel_quat q; /**< unit */
} reel_pose;

typedef struct reel_mat3 {
    double m[3][3]; /**< m[row][column] */
} reel_mat3;

static inline reel_vec3 reel_v3(double x, double y, double z)
{
    return (reel_vec3){x, y, z};
}
static inline reel_vec3 reel_v3_add(reel_vec3 a, reel_vec3 b)
{
    return (reel_vec3){a.x + b.x, a.y + b.y, a.z + b.z};
}
static inline reel_vec3 reel_v3_sub(reel_vec3 a, reel_vec3 b)
{
    return (reel_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}
static inline reel_vec3 reel_v3_scale(reel_vec3 a, double s)
{
    return (reel_vec3){a.x * s, a.y * s, a.z * s};
}
/** a + s * b */
static inline reel_vec3 reel_v3_madd(reel_vec3 a, double s, reel_vec3 b)
{
    return (reel_vec3){a.x + s * b.x, a.y + s * b.y, a.z + s * b.z};
}
static inline double reel_v3_dot(reel_vec3 a, reel_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
static inline reel_vec3 reel_v3_cross(reel_vec3 a, reel_vec3 b)
{
    return (reel_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static inline double reel_v3_len(reel_vec3 a)
{
    return sqrt(reel_v3_dot(a, a));
}
/** `a` of length 1, or `fallback` if `a` is shorter than 1e-300. */
static inline reel_vec3 reel_v3_unit(reel_vec3 a, reel_vec3 fallback)
{
    double len = reel_v3_len(a);
    return len > 1e-300 ? reel_v3_scale(a, 1.0 / len) : fallback;
}

static inline reel_quat reel_quat_identity(void)
{
    return (reel_quat){1, 0, 0, 0};
}
static inline reel_quat reel_quat_conj(reel_quat q)
{
    return (reel_quat){q.w, -q.x, -q.y, -q.z};
}
static inline reel_quat reel_quat_mul(reel_quat a, reel_quat b)
{
    return (reel_quat){
        a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
        a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
        a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
        a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
    };
}
/** Scaled to length 1; identity if shorter than 1e-300. */
static inline reel_quat reel_quat_unit(reel_quat q)
{
    double len = sqrt(q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z);
    if (!(len > 1e-300)) {
        return reel_quat_identity();
    }
    double s = 1.0 / len;
    return (reel_quat){q.w * s, q.x * s, q.y * s, q.z * s};
}
static inline reel_mat3 reel_mat3_from_quat(reel_quat q)
{
    double xx = q.x * q.x, yy = q.y * q.y, zz = q.z * q.z;
    double xy = q.x * q.y, xz = q.x * q.z, yz = q.y * q.z;
    double wx = q.w * q.x, wy = q.w * q.y, wz = q.w * q.z;
    return (reel_mat3){{
        {1 - 2 * (yy + zz), 2 * (xy - wz), 2 * (xz + wy)},
        {2 * (xy + wz), 1 - 2 * (xx + zz), 2 * (yz - wx)},
        {2 * (xz - wy), 2 * (yz + wx), 1 - 2 * (xx + yy)},
    }};
}
/** Unit quaternion of a rotation matrix (Shepperd's method: the largest component first). */
reel_quat reel_quat_from_mat3(reel_mat3 r);

static inline reel_vec3 reel_mat3_mul_v(reel_mat3 r, reel_vec3 v)
{
    return (reel_vec3){
        r.m[0][0] * v.x + r.m[0][1] * v.y + r.m[0][2] * v.z,
        r.m[1][0] * v.x + r.m[1][1] * v.y + r.m[1][2] * v.z,
        r.m[2][0] * v.x + r.m[2][1] * v.y + r.m[2][2] * v.z,
    };
}
/** transpose(r) * v: the inverse rotation. */
static inline reel_vec3 reel_mat3_tmul_v(reel_mat3 r, reel_vec3 v)
{
    return (reel_vec3){
        r.m[0][0] * v.x + r.m[1][0] * v.y + r.m[2][0] * v.z,
        r.m[0][1] * v.x + r.m[1][1] * v.y + r.m[2][1] * v.z,
        r.m[0][2] * v.x + r.m[1][2] * v.y + r.m[2][2] * v.z,
    };
}
static inline reel_vec3 reel_quat_rotate(reel_quat q, reel_vec3 v)
{
    return reel_mat3_mul_v(reel_mat3_from_quat(q), v);
}

static inline reel_pose reel_pose_identity(void)
{
    return (reel_pose){{0, 0, 0}, {1, 0, 0, 0}};
}
/** a_from_b, b_from_c -> a_from_c (not re-normalised). */
static inline reel_pose reel_pose_mul(reel_pose ab, reel_pose bc)
{
    return (reel_pose){reel_v3_add(ab.p, reel_quat_rotate(ab.q, bc.p)), reel_quat_mul(ab.q, bc.q)};
}
static inline reel_pose reel_pose_inverse(reel_pose ab)
{
    reel_quat q = reel_quat_conj(ab.q);
    return (reel_pose){reel_v3_scale(reel_quat_rotate(q, ab.p), -1), q};
}
static inline reel_vec3 reel_pose_apply(reel_pose ab, reel_vec3 b)
{
    return reel_v3_add(ab.p, reel_quat_rotate(ab.q, b));
}

/** Quaternion of a rotation by `angle` rad about unit `axis` (own trigonometry). */
reel_quat reel_quat_from_axis_angle(reel_vec3 axis, double angle);
