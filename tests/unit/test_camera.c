#include "base/camera.h"
#include "base/rng.h"
#include "tests/check.h"
#include "tests/unit/sample_scene.h"

static const double pi = 3.14159265358979323846;

/* A scene with one camera of 640 x 480 at 10 fps. */
static reel_scene *one_camera(reel_camera_motion motion, int n_keys)
{
    reel_scene *s = reel_scene_create();
    s->width = 640;
    s->height = 480;
    s->fps = 10;
    s->n_cameras = 1;
    s->cameras = REEL_ARENA_NEW(&s->arena, reel_camera, 1);
    s->cameras[0] = (reel_camera){
        .name = "main", .motion = motion, .fov_y = pi / 2, .body = -1, .n_keys = n_keys};
    s->cameras[0].keys = REEL_ARENA_NEW(&s->arena, reel_camera_key, n_keys);
    for (int i = 0; i < n_keys; i++) {
        s->cameras[0].keys[i].up = reel_v3(0, 0, 1);
    }
    return s;
}

static double distance(reel_vec3 a, reel_vec3 b)
{
    return reel_v3_len(reel_v3_sub(a, b));
}

/* Looking along +y from 2 m behind the origin with 90 degrees: fy = 240 px, one metre at 2 m is
 * 120 px; x goes right, z goes up (smaller v). */
static void projects_by_hand(const void *param)
{
    (void)param;
    reel_scene *s = one_camera(REEL_CAMERA_STATIC, 1);
    s->cameras[0].keys[0].eye = reel_v3(0, -2, 0);
    const reel_view view = reel_view_at(s, NULL, 0, 7);
    double u, v, z;
    CHECK_NEAR(view.fy, 240, 1e-12);
    CHECK_NEAR(view.fx, 240, 1e-12);
    static const double cases[][6] = {
        {0, 0, 0, 320, 240, 2},   {1, 0, 0, 440, 240, 2}, {0, 0, 1, 320, 120, 2},
        {-1, 2, -1, 260, 300, 4}, {0, -1, 1, 320, 0, 1},  {0.5, 8, 2, 332, 192, 10},
    };
    for (int i = 0; i < 6; i++) {
        const double *c = cases[i];
        CHECK(reel_view_project(&view, reel_v3(c[0], c[1], c[2]), &u, &v, &z));
        CHECK_NEAR(u, c[3], 1e-11);
        CHECK_NEAR(v, c[4], 1e-11);
        CHECK_NEAR(z, c[5], 1e-14);
    }
    u = 7;
    CHECK(!reel_view_project(&view, reel_v3(0, -2, 0), &u, &v, &z));
    CHECK(!reel_view_project(&view, reel_v3(0, -3, 0), &u, &v, &z));
    CHECK_NEAR(u, 7, 0);
    reel_scene_destroy(&s);
}

/* From any eye: a right-handed rotation; the target in the middle; up is up. */
static void any_view_is_a_rotation(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(0, "views");
    reel_scene *s = one_camera(REEL_CAMERA_STATIC, 1);
    reel_camera_key *key = &s->cameras[0].keys[0];
    for (int i = 0; i < 500; i++) {
        double *out[] = {&key->eye.x,    &key->eye.y,    &key->eye.z,
                         &key->target.x, &key->target.y, &key->target.z};
        for (int k = 0; k < 6; k++) {
            *out[k] = reel_rng_range(&rng, -5, 5);
        }
        const reel_view view = reel_view_at(s, NULL, 0, 0);
        const double(*m)[3] = view.cam_from_world.m;
        const reel_vec3 x = {m[0][0], m[0][1], m[0][2]}, y = {m[1][0], m[1][1], m[1][2]};
        const reel_vec3 zz = {m[2][0], m[2][1], m[2][2]};
        CHECK_NEAR(reel_v3_len(x), 1, 1e-14);
        CHECK_NEAR(reel_v3_dot(x, y), 0, 1e-14);
        CHECK_NEAR(distance(reel_v3_cross(x, y), zz), 0, 1e-13);
        double u, v, z, u2, v2, z2;
        CHECK(reel_view_project(&view, key->target, &u, &v, &z));
        CHECK_NEAR(u, 320, 1e-9);
        CHECK_NEAR(v, 240, 1e-9);
        CHECK_NEAR(z, distance(key->eye, key->target), 1e-12);
        CHECK(
            reel_view_project(&view, reel_v3_add(key->target, reel_v3(0, 0, 1e-3)), &u2, &v2, &z2));
        CHECK(v2 < v);
        CHECK_NEAR(u2, u, 1e-9);
        CHECK_NEAR(distance(reel_mat3_mul_v(view.cam_from_world, key->eye),
                            reel_v3_scale(view.translation, -1)),
                   0, 1e-14);
        CHECK_NEAR(distance(view.eye, key->eye), 0, 0);
    }
    reel_scene_destroy(&s);
}

static void orbit_keeps_its_distance(const void *param)
{
    (void)param;
    reel_scene *s = one_camera(REEL_CAMERA_ORBIT, 1);
    reel_camera *c = &s->cameras[0];
    c->keys[0].eye = reel_v3(3, 1, 2);
    c->keys[0].target = reel_v3(1, 1, 0.5);
    c->orbit_rate = pi / 2; /* a quarter turn in ten frames */
    for (int k = 0; k <= 120; k++) {
        const reel_view view = reel_view_at(s, NULL, 0, k);
        CHECK_NEAR(distance(view.eye, c->keys[0].target), 2.5, 1e-14);
        CHECK_NEAR(view.eye.z, 2, 0);
        double u, v, z;
        CHECK(reel_view_project(&view, c->keys[0].target, &u, &v, &z));
        CHECK_NEAR(u, 320, 1e-10);
        CHECK_NEAR(v, 240, 1e-10);
    }
    /* counter-clockwise seen from above: +x goes to +y */
    CHECK_NEAR(distance(reel_view_at(s, NULL, 0, 10).eye, reel_v3(1, 3, 2)), 0, 1e-14);
    CHECK_NEAR(distance(reel_view_at(s, NULL, 0, 20).eye, reel_v3(-1, 1, 2)), 0, 1e-14);
    /* a tilted camera turns as one: the picture of what turns along is the same */
    c->keys[0].up = reel_v3(0.6, 0, 0.8);
    const reel_view a = reel_view_at(s, NULL, 0, 0), b = reel_view_at(s, NULL, 0, 10);
    double u, v, z, u2, v2, z2;
    CHECK(reel_view_project(&a, reel_v3(2, 1.5, 1), &u, &v, &z));
    CHECK(reel_view_project(&b, reel_v3(0.5, 2, 1), &u2, &v2, &z2));
    CHECK_NEAR(u, u2, 1e-10);
    CHECK_NEAR(v, v2, 1e-10);
    reel_scene_destroy(&s);
}

/* Through the keys, clamped at the ends, and with a continuous slope at them. */
static void keyframes_pass_through_the_keys(const void *param)
{
    (void)param;
    reel_scene *s = one_camera(REEL_CAMERA_KEYFRAMES, 4);
    reel_camera *c = &s->cameras[0];
    static const double times[] = {0, 0.5, 2, 2.25};
    for (int i = 0; i < 4; i++) {
        c->keys[i].time = times[i];
        c->keys[i].eye = reel_v3(i * i, -3 + 0.5 * i, 1 + i % 2);
        c->keys[i].target = reel_v3(0.1 * i, 0.2, 0.3 * i);
    }
    for (int i = 0; i < 4; i++) {
        const reel_camera_key key = reel_camera_key_at(c, times[i]);
        CHECK_NEAR(distance(key.eye, c->keys[i].eye), 0, 0);
        CHECK_NEAR(distance(key.target, c->keys[i].target), 0, 0);
    }
    for (int i = 1; i < 3; i++) {
        const double h = 1e-6, t = times[i];
        const reel_vec3 p = c->keys[i].eye;
        const reel_vec3 before = reel_v3_sub(p, reel_camera_key_at(c, t - h).eye);
        const reel_vec3 after = reel_v3_sub(reel_camera_key_at(c, t + h).eye, p);
        CHECK_NEAR(distance(before, after) / h, 0, 1e-3);
        CHECK(reel_v3_len(before) / h > 0.1);
    }
    CHECK_NEAR(distance(reel_camera_key_at(c, 99).eye, c->keys[3].eye), 0, 0);
    CHECK_NEAR(distance(reel_camera_key_at(c, -1).eye, c->keys[0].eye), 0, 0);
    reel_scene_destroy(&s);
}

/* The curve's order: a motion that is quadratic in time is met exactly away from the end segments,
 * a uniform one everywhere, however the keys are spaced. */
static void keyframes_follow_parabolas(const void *param)
{
    (void)param;
    reel_scene *s = one_camera(REEL_CAMERA_KEYFRAMES, 5);
    reel_camera *c = &s->cameras[0];
    static const double times[] = {0, 0.3, 1, 1.1, 3};
    for (int quadratic = 0; quadratic < 2; quadratic++) {
        for (int i = 0; i < 5; i++) {
            const double t = times[i];
            c->keys[i].time = t;
            c->keys[i].eye = reel_v3(2 * t, 5 - t, 1 + quadratic * 3 * t * t);
            c->keys[i].target = reel_v3(0, 0, 0);
        }
        for (int i = 0; i <= 300; i++) {
            const double t = 0.01 * i;
            if (quadratic && (t < times[1] || t > times[3])) {
                continue;
            }
            const reel_vec3 want = {2 * t, 5 - t, 1 + quadratic * 3 * t * t};
            CHECK_NEAR(distance(reel_camera_key_at(c, t).eye, want), 0, 1e-13);
        }
    }
    reel_scene_destroy(&s);
}

static void attached_rides_along(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene();
    reel_take *take = reel_take_create(s, 0);
    CHECK(take);
    const int body = s->cameras[3].body, frame = 3, sample = frame * s->samples_per_frame;
    /* a quarter turn about z at (1, 2, 3): body x is world y */
    const double h = sqrt(0.5);
    double *p = take->position + 3 * (sample * take->n_bodies + body);
    double *q = take->rotation + 4 * (sample * take->n_bodies + body);
    p[0] = 1, p[1] = 2, p[2] = 3;
    q[0] = h, q[3] = h;
    reel_camera_key *key = s->cameras[3].keys;
    *key = (reel_camera_key){0, {0.5, 0, 0}, {1.5, 0, 0}, {0, 0, 1}};
    const reel_view view = reel_view_at(s, take, 3, frame);
    CHECK_NEAR(distance(view.eye, reel_v3(1, 2.5, 3)), 0, 1e-15);
    double u, v, z;
    CHECK(reel_view_project(&view, reel_v3(1, 5, 3), &u, &v, &z));
    CHECK_NEAR(u, 128, 1e-10);
    CHECK_NEAR(v, 64, 1e-10);
    CHECK_NEAR(z, 2.5, 1e-14);
    reel_take_destroy(&take);
    reel_scene_destroy(&s);
}

/* Half a frame on is a frame of twice as many in a second. */
static void between_frames(const void *param)
{
    (void)param;
    reel_scene *s = one_camera(REEL_CAMERA_ORBIT, 1);
    s->cameras[0].keys[0].eye = reel_v3(3, 1, 2);
    s->cameras[0].orbit_rate = 0.7;
    for (int f = 1; f < 5; f++) {
        for (int half = -1; half <= 1; half++) {
            s->fps = 10;
            const reel_view got = reel_view_near(s, NULL, 0, f, 0.5 * half);
            s->fps = 20;
            const reel_view want = reel_view_at(s, NULL, 0, 2 * f + half);
            CHECK_NEAR(distance(got.eye, want.eye), 0, 1e-14);
            CHECK(half != 0 || memcmp(&got.eye, &want.eye, sizeof got.eye) == 0);
        }
    }
    reel_scene_destroy(&s);
}

static void keys_without_a_view(const void *param)
{
    (void)param;
    static const struct {
        reel_camera_key key;
        bool sound;
    } cases[] = {
        {{0, {0, 0, 0}, {1, 0, 0}, {0, 0, 1}}, true},
        {{0, {0, 0, 0}, {0, 0, 0}, {0, 0, 1}}, false},
        {{0, {0, 0, 5}, {0, 0, 0}, {0, 0, 1}}, false},
        {{0, {0, 0, 5}, {0, 0, 9}, {0, 0, 1}}, false},
        {{0, {0, 0, 0}, {1, 0, 0}, {0, 0, 0}}, false},
        {{0, {0, NAN, 0}, {1, 0, 0}, {0, 0, 1}}, false},
        {{0, {0, INFINITY, 0}, {1, 0, 0}, {0, 0, 1}}, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_INT(reel_camera_key_is_sound(&cases[i].key), ==, cases[i].sound);
    }
}

static const check_test tests[] = {
    {"projects by hand", projects_by_hand, NULL},
    {"any view is a rotation", any_view_is_a_rotation, NULL},
    {"an orbit keeps its distance", orbit_keeps_its_distance, NULL},
    {"keyframes pass through the keys", keyframes_pass_through_the_keys, NULL},
    {"keyframes follow parabolas", keyframes_follow_parabolas, NULL},
    {"an attached camera rides along", attached_rides_along, NULL},
    {"between frames", between_frames, NULL},
    {"keys without a view", keys_without_a_view, NULL},
};
CHECK_MAIN(tests)
