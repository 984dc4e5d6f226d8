#include "base/between.h"

#include "base/trig.h"

#include <string.h>

/* m/s: changes of velocity below it are nothing that a picture shows */
#define HIT_SPEED 0.25

/* Two samples, one after the other, of one body. */
typedef struct leg {
    const reel_take *take;
    int body, from, to;
    double dt; /* s */
    reel_pose a, b;
    reel_vec3 va, vb; /* m/s */
} leg;

static bool goes_on(const reel_take *take, int body, int lo, int hi)
{
    const size_t n = (size_t)take->n_bodies, b = (size_t)body;
    const uint8_t before = take->state[(size_t)lo * n + b];
    const uint8_t after = take->state[(size_t)hi * n + b];
    return (before & after & REEL_STATE_PRESENT) && !(after & REEL_STATE_TELEPORTED);
}

static bool was_hit(const reel_scene *scene, const leg *l)
{
    const reel_body *body = &scene->bodies[l->body];
    const size_t at = ((size_t)l->to * (size_t)l->take->n_bodies + (size_t)l->body) * 3;
    const double *f = l->take->contact_force + at;
    const double push = reel_v3_len(reel_v3(f[0], f[1], f[2])) * l->dt;
    const double change = reel_v3_len(reel_v3_sub(l->vb, l->va));
    return body->motion == REEL_MOTION_DYNAMIC && change > HIT_SPEED &&
           push > 0.5 * change * body->mass;
}

static reel_vec3 line(reel_vec3 a, reel_vec3 b, double s)
{
    return reel_v3_madd(reel_v3_scale(a, 1 - s), s, b);
}

/* Along two lines, which meet at the best time for one impact. */
static reel_vec3 hit_position(const leg *l, double time)
{
    const reel_vec3 w = reel_v3_sub(l->va, l->vb);
    const reel_vec3 d = reel_v3_madd(reel_v3_sub(l->b.p, l->a.p), -l->dt, l->vb);
    const double at = fmin(fmax(reel_v3_dot(w, d) / reel_v3_dot(w, w), 0), l->dt);
    const reel_vec3 before = reel_v3_madd(l->a.p, at, l->va);
    const reel_vec3 after = reel_v3_madd(l->b.p, at - l->dt, l->vb);
    const reel_vec3 knee = line(before, after, 0.5);
    return time < at ? line(l->a.p, knee, time / at)
                     : line(knee, l->b.p, at < l->dt ? (time - at) / (l->dt - at) : 1);
}

static reel_vec3 smooth_position(const leg *l, double s)
{
    const double s2 = s * s, s3 = s2 * s;
    reel_vec3 p = reel_v3_scale(l->a.p, 2 * s3 - 3 * s2 + 1);
    p = reel_v3_madd(p, (s3 - 2 * s2 + s) * l->dt, l->va);
    p = reel_v3_madd(p, 3 * s2 - 2 * s3, l->b.p);
    return reel_v3_madd(p, (s3 - s2) * l->dt, l->vb);
}

/* By `share` of the turn from a to b, evenly about its axis. */
static reel_quat turned(const leg *l, double share)
{
    const reel_vec3 wa = reel_take_omega(l->take, l->from, l->body);
    const reel_vec3 wb = reel_take_omega(l->take, l->to, l->body);
    const reel_vec3 spin = reel_v3_scale(reel_v3_add(wa, wb), 0.5 * l->dt);
    reel_quat q = reel_quat_mul(l->b.q, reel_quat_conj(l->a.q));
    if (q.w < 0) {
        q = (reel_quat){-q.w, -q.x, -q.y, -q.z};
    }
    const reel_vec3 sine = reel_v3(q.x, q.y, q.z);
    const double size = reel_v3_len(sine);
    /* after nearly whole turns the axis is known from the spin only */
    const bool clear = size > 1e-3 || reel_v3_len(spin) < REEL_PI;
    const reel_vec3 axis = reel_v3_unit(clear ? sine : spin, reel_v3(0, 0, 1));
    double angle = clear ? 2 * reel_atan2(size, q.w) : 0;
    angle += 2 * REEL_PI * floor((reel_v3_dot(spin, axis) - angle) / (2 * REEL_PI) + 0.5);
    return reel_quat_unit(reel_quat_mul(reel_quat_from_axis_angle(axis, angle * share), l->a.q));
}

/* Share 0..1 of the way from sample `from` to the next. */
static reel_pose between(const reel_scene *scene, const reel_take *take, int body, int from,
                         double share, double dt)
{
    leg l = {.take = take, .body = body, .from = from, .to = from + 1, .dt = dt};
    l.a = reel_take_pose(take, l.from, body);
    l.b = reel_take_pose(take, l.to, body);
    if (memcmp(&l.a, &l.b, sizeof l.a) == 0) {
        return l.a;
    }
    l.va = reel_take_velocity(take, l.from, body);
    l.vb = reel_take_velocity(take, l.to, body);
    reel_pose pose = l.a;
    pose.p = was_hit(scene, &l) ? hit_position(&l, share * dt) : smooth_position(&l, share);
    if (memcmp(&l.a.q, &l.b.q, sizeof l.a.q) != 0) {
        pose.q = turned(&l, share);
    }
    return pose;
}

/* `time` s from a sample with its velocities. */
static reel_pose beyond(const reel_take *take, int sample, int body, double time)
{
    reel_pose pose = reel_take_pose(take, sample, body);
    const reel_vec3 w = reel_take_omega(take, sample, body);
    const double rate = reel_v3_len(w);
    pose.p = reel_v3_madd(pose.p, time, reel_take_velocity(take, sample, body));
    if (rate > 0) {
        const reel_vec3 axis = reel_v3_scale(w, 1 / rate);
        pose.q = reel_quat_mul(reel_quat_from_axis_angle(axis, rate * time), pose.q);
    }
    return pose;
}

bool reel_take_pose_near(const reel_scene *scene, const reel_take *take, int frame, double shift,
                         int body, reel_pose *out)
{
    const int way = shift < 0 ? -1 : 1;
    const double dt = 1 / ((double)scene->fps * scene->samples_per_frame);
    double left = fabs(shift) * scene->samples_per_frame; /* in samples */
    int at = frame * scene->samples_per_frame;
    assert(left <= scene->samples_per_frame);
    if (!(take->state[(size_t)at * (size_t)take->n_bodies + (size_t)body] & REEL_STATE_PRESENT)) {
        return false;
    }
    while (left > 0) {
        const int next = at + way;
        if (next < 0 || next >= take->n_samples) {
            *out = beyond(take, at, body, way * left * dt);
            return true;
        }
        const int lo = way < 0 ? next : at;
        if (!goes_on(take, body, lo, lo + 1)) {
            break;
        }
        if (left < 1) {
            *out = between(scene, take, body, lo, way < 0 ? 1 - left : left, dt);
            return true;
        }
        at = next;
        left -= 1;
    }
    *out = reel_take_pose(take, at, body);
    return true;
}
