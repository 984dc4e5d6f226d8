#include "base/rng.h"
#include "base/vec.h"
#include "tests/check.h"

static reel_vec3 random_vec(reel_rng *rng)
{
    const double x = reel_rng_range(rng, -2, 2);
    const double y = reel_rng_range(rng, -2, 2);
    const double z = reel_rng_range(rng, -2, 2);
    return reel_v3(x, y, z);
}

static reel_quat random_quat(reel_rng *rng)
{
    const double w = reel_rng_normal(rng), x = reel_rng_normal(rng);
    const double y = reel_rng_normal(rng), z = reel_rng_normal(rng);
    return reel_quat_unit((reel_quat){w, x, y, z});
}

static double distance(reel_vec3 a, reel_vec3 b)
{
    return reel_v3_len(reel_v3_sub(a, b));
}

static void quarter_turns(const void *param)
{
    (void)param;
    const double quarter = acos(-1.0) / 2;
    const reel_vec3 x = {1, 0, 0}, y = {0, 1, 0}, z = {0, 0, 1};
    CHECK_NEAR(distance(reel_quat_rotate(reel_quat_from_axis_angle(z, quarter), x), y), 0, 1e-15);
    CHECK_NEAR(distance(reel_quat_rotate(reel_quat_from_axis_angle(x, quarter), y), z), 0, 1e-15);
    CHECK_NEAR(distance(reel_quat_rotate(reel_quat_from_axis_angle(y, quarter), z), x), 0, 1e-15);
    CHECK_NEAR(distance(reel_v3_cross(x, y), z), 0, 0);
}

/* Rodrigues' formula says the same in another way. */
static void rotation_is_rodrigues(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(1, "rodrigues");
    for (int i = 0; i < 1000; i++) {
        const reel_vec3 k = reel_v3_unit(random_vec(&rng), reel_v3(1, 0, 0));
        const reel_vec3 v = random_vec(&rng);
        const double angle = reel_rng_range(&rng, -7, 7);
        reel_vec3 want = reel_v3_scale(v, cos(angle));
        want = reel_v3_madd(want, sin(angle), reel_v3_cross(k, v));
        want = reel_v3_madd(want, reel_v3_dot(k, v) * (1 - cos(angle)), k);
        CHECK_NEAR(distance(reel_quat_rotate(reel_quat_from_axis_angle(k, angle), v), want), 0,
                   2e-15 * 8);
    }
}

static void products_compose(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(2, "compose");
    for (int i = 0; i < 1000; i++) {
        const reel_quat a = random_quat(&rng), b = random_quat(&rng);
        const reel_vec3 v = random_vec(&rng), p = random_vec(&rng), r = random_vec(&rng);
        CHECK_NEAR(distance(reel_quat_rotate(reel_quat_mul(a, b), v),
                            reel_quat_rotate(a, reel_quat_rotate(b, v))),
                   0, 1e-14);
        const reel_pose ab = {p, a}, bc = {r, b};
        CHECK_NEAR(distance(reel_pose_apply(reel_pose_mul(ab, bc), v),
                            reel_pose_apply(ab, reel_pose_apply(bc, v))),
                   0, 1e-14);
        CHECK_NEAR(distance(reel_pose_apply(reel_pose_inverse(ab), reel_pose_apply(ab, v)), v), 0,
                   1e-14);
        const reel_mat3 m = reel_mat3_from_quat(a);
        CHECK_NEAR(distance(reel_mat3_tmul_v(m, reel_mat3_mul_v(m, v)), v), 0, 1e-14);
    }
}

/* All four branches: the largest component is each of w, x, y, z in turn. */
static void matrix_and_back(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(3, "matrix");
    int largest[4] = {0};
    for (int i = 0; i < 2000; i++) {
        const reel_quat q = random_quat(&rng);
        const double c[4] = {fabs(q.w), fabs(q.x), fabs(q.y), fabs(q.z)};
        int k = 0;
        for (int j = 1; j < 4; j++) {
            k = c[j] > c[k] ? j : k;
        }
        largest[k]++;
        const reel_quat r = reel_quat_from_mat3(reel_mat3_from_quat(q));
        const double same = fabs(q.w * r.w + q.x * r.x + q.y * r.y + q.z * r.z);
        CHECK_NEAR(same, 1, 1e-14);
    }
    for (int k = 0; k < 4; k++) {
        CHECK_INT(largest[k], >, 200);
    }
    const reel_quat half_turns[] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    for (int i = 0; i < 4; i++) {
        const reel_quat q = half_turns[i], r = reel_quat_from_mat3(reel_mat3_from_quat(q));
        CHECK_NEAR(q.w * r.w + q.x * r.x + q.y * r.y + q.z * r.z, 1, 0);
    }
}

static void nothing_to_scale(const void *param)
{
    (void)param;
    const reel_vec3 v = reel_v3_unit(reel_v3(0, 0, 0), reel_v3(0, 0, 1));
    CHECK(v.x == 0 && v.y == 0 && v.z == 1);
    const reel_quat q = reel_quat_unit((reel_quat){0, 0, 0, 0});
    CHECK(q.w == 1 && q.x == 0 && q.y == 0 && q.z == 0);
    const reel_quat n = reel_quat_unit((reel_quat){NAN, 0, 0, 0});
    CHECK(n.w == 1);
}

static const check_test tests[] = {
    {"quarter turns are right-handed", quarter_turns, NULL},
    {"a rotation is Rodrigues' formula", rotation_is_rodrigues, NULL},
    {"products compose, inverses undo", products_compose, NULL},
    {"a matrix gives its quaternion back", matrix_and_back, NULL},
    {"nothing to scale", nothing_to_scale, NULL},
};
CHECK_MAIN(tests)
