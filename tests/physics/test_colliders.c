/* Colliders of our own, against points sampled on the shapes: what they say to be apart shares no
 * point, and moving by the depth along the normal takes shapes apart, but less than that in another
 * direction does not. */
#include "base/rng.h"
#include "base/trig.h"
#include "engine/sim.h"
#include "tests/check.h"

enum { POSES = 4000, RIM_SAMPLES = 90, EDGE_SAMPLES = 40, DIRECTIONS = 60 };

typedef struct pose_case {
    double h[3], r, l;
    reel_vec3 c, d, x, y;
} pose_case;

static reel_vec3 random_unit(reel_rng *rng)
{
    for (;;) {
        const double a = reel_rng_uniform(rng), b = reel_rng_uniform(rng),
                     c = reel_rng_uniform(rng);
        const reel_vec3 v = reel_v3(2 * a - 1, 2 * b - 1, 2 * c - 1);
        const double len = reel_v3_len(v);
        if (len > 0.1 && len < 1) {
            return reel_v3_scale(v, 1 / len);
        }
    }
}

static pose_case random_pose(reel_rng *rng)
{
    pose_case p;
    for (int i = 0; i < 3; i++) {
        p.h[i] = 0.02 + 0.3 * reel_rng_uniform(rng);
    }
    p.r = 0.02 + 0.3 * reel_rng_uniform(rng);
    p.l = 0.02 + 0.3 * reel_rng_uniform(rng);
    p.c = reel_v3_scale(random_unit(rng), 0.15 + 0.4 * reel_rng_uniform(rng));
    p.d = random_unit(rng);
    const reel_vec3 other = random_unit(rng);
    p.x = reel_v3_unit(reel_v3_cross(p.d, other), other);
    p.y = reel_v3_cross(p.d, p.x);
    return p;
}

static reel_vec3 rim_point(const pose_case *p, int i, int end)
{
    const double angle = 2 * REEL_PI * i / RIM_SAMPLES;
    const reel_vec3 cap = reel_v3_madd(p->c, end ? p->l : -p->l, p->d);
    return reel_v3_madd(reel_v3_madd(cap, p->r * reel_cos(angle), p->x), p->r * reel_sin(angle),
                        p->y);
}

/* How far inside a sampled point of the one's edges lies in the other; negative if none does. */
static double sampled_depth(const pose_case *p)
{
    double deepest = -1;
    for (int i = 0; i < RIM_SAMPLES; i++) {
        const reel_vec3 a = rim_point(p, i, 0), b = rim_point(p, i, 1);
        for (int k = 0; k <= EDGE_SAMPLES; k++) {
            const reel_vec3 q = reel_v3_madd(a, (double)k / EDGE_SAMPLES, reel_v3_sub(b, a));
            const double in =
                fmin(p->h[0] - fabs(q.x), fmin(p->h[1] - fabs(q.y), p->h[2] - fabs(q.z)));
            deepest = fmax(deepest, in);
        }
    }
    for (int edge = 0; edge < 12; edge++) {
        const int k = edge % 3, i = (k + 1) % 3, j = (k + 2) % 3;
        for (int s = -EDGE_SAMPLES; s <= EDGE_SAMPLES; s++) {
            double q[3];
            q[k] = p->h[k] * s / EDGE_SAMPLES;
            q[i] = edge / 3 % 2 ? p->h[i] : -p->h[i];
            q[j] = edge / 6 ? p->h[j] : -p->h[j];
            const reel_vec3 v = reel_v3_sub(reel_v3(q[0], q[1], q[2]), p->c);
            const double along = reel_v3_dot(v, p->d);
            const double out = sqrt(fmax(0, reel_v3_dot(v, v) - along * along));
            deepest = fmax(deepest, fmin(p->r - out, p->l - fabs(along)));
        }
    }
    return deepest;
}

static int collide(const pose_case *p, touch_point *out)
{
    return collide_box_cylinder(p->h, p->c, p->d, p->x, p->r, p->l, out);
}

/* Overlap along m, from the corners and the sampled rims (a little too small, by their steps). */
static double overlap_along(const pose_case *p, reel_vec3 m)
{
    const double box = p->h[0] * fabs(m.x) + p->h[1] * fabs(m.y) + p->h[2] * fabs(m.z);
    double low = 1e300;
    for (int i = 0; i < 2 * RIM_SAMPLES; i++) {
        low = fmin(low, reel_v3_dot(m, rim_point(p, i / 2, i % 2)));
    }
    return box - low;
}

static void box_and_cylinder(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(7, "box and cylinder");
    int touching = 0, missed = 0, stuck = 0, needless = 0;
    for (int n = 0; n < POSES; n++) {
        pose_case p = random_pose(&rng);
        touch_point found[COLLIDER_CONTACTS];
        const int count = collide(&p, found);
        if (count == 0) {
            missed += sampled_depth(&p) > 0;
            continue;
        }
        touching++;
        touch_point deep = found[0];
        for (int i = 1; i < count; i++) {
            deep = found[i].depth > deep.depth ? found[i] : deep;
        }
        CHECK_NEAR(reel_v3_len(deep.normal), 1, 1e-12);
        for (int i = 0; i < DIRECTIONS; i++) { /* a face is preferred to 0.95 of it */
            needless += overlap_along(&p, random_unit(&rng)) < 0.94 * deep.depth - 1e-3;
        }
        p.c = reel_v3_madd(p.c, deep.depth / (0.95 * 0.95) + 1e-5, deep.normal);
        stuck += sampled_depth(&p) > 0;
    }
    CHECK_INT(touching, >, POSES / 4);
    CHECK_INT(missed, ==, 0);
    CHECK_INT(stuck, ==, 0);
    CHECK_INT(needless, ==, 0);
}

/* Upright on a face, lying on one, and flat side on a box's edge: as many points as hold it. */
static void resting_cylinder(const void *param)
{
    (void)param;
    const double h[3] = {0.2, 0.2, 0.2}, z = 0.2 + 0.1 - 1e-6;
    const reel_vec3 x = {1, 0, 0}, up = {0, 0, 1};
    touch_point p[COLLIDER_CONTACTS];
    int n = collide_box_cylinder(h, reel_v3(0, 0, z), up, x, 0.05, 0.1, p);
    CHECK_INT(n, >=, 4);
    for (int i = 0; i < n; i++) {
        CHECK_NEAR(p[i].depth, 1e-6, 1e-12);
        CHECK_NEAR(p[i].normal.z, 1, 1e-15);
    }
    n = collide_box_cylinder(h, reel_v3(0, 0, z), x, up, 0.1, 0.15, p);
    CHECK_INT(n, >=, 2);
    CHECK_NEAR(p[0].depth, 1e-6, 1e-12);
    CHECK_NEAR(fabs(p[0].pos.x - p[1].pos.x), 0.3, 1e-9);
}

/* Two points under a capsule that lies, one under a tilted one; depth as geometry has it. */
static void resting_capsule(const void *param)
{
    (void)param;
    static const reel_shape shapes[] = {REEL_SHAPE_BOX, REEL_SHAPE_CYLINDER, REEL_SHAPE_CAPSULE};
    for (int i = 0; i < 3; i++) {
        capsule_partner s = {shapes[i], {0.2, 0.2, 0.2}, {0, 0, 0}, {0, 0, 1}, 0.05, 0.15};
        s.centre = reel_v3(0.2 + 0.05 - 1e-6, 0, 0); /* along the side of each */
        touch_point p[2];
        CHECK_INT(collide_capsule(&s, p), ==, 2);
        for (int k = 0; k < 2; k++) {
            if (shapes[i] != REEL_SHAPE_CAPSULE) {
                CHECK_NEAR(p[k].pos.x, 0.2 - 5e-7, 1e-9);
            }
            CHECK_NEAR(p[k].depth, 1e-6, 1e-12);
            CHECK_NEAR(fabs(p[k].pos.z), 0.15, 1e-9);
        }
        s.axis = reel_v3(0.6, 0, 0.8);
        s.centre = reel_v3(0.2 + 0.05 + 0.6 * 0.15 - 1e-6, 0, 0);
        CHECK_INT(collide_capsule(&s, p), ==, 1);
        CHECK_NEAR(p[0].depth, 1e-6, 1e-12);
        s.centre = reel_v3_madd(s.centre, 2e-6, reel_v3(1, 0, 0));
        CHECK_INT(collide_capsule(&s, p), ==, 0);
        s.centre = reel_v3(0.1, 0, 0);
        CHECK_INT(collide_capsule(&s, p), ==, shapes[i] == REEL_SHAPE_CAPSULE ? 2 : -1);
    }
}

static const check_test tests[] = {
    {"random boxes and cylinders", box_and_cylinder, NULL},
    {"a cylinder at rest on a box", resting_cylinder, NULL},
    {"a capsule at rest", resting_capsule, NULL},
};
CHECK_MAIN(tests)
