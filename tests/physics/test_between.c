/* Poses between samples against the same simulation, sampled at every step. */
#include "base/between.h"
#include "base/trig.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

enum { FINE = 50 }; /* steps a frame */

/* The same scene twice: a sample a frame, and a sample a step. */
typedef struct pair {
    reel_scene *scene;
    reel_take *coarse, *fine;
} pair;

static pair run_twice(reel_scene *(*make)(void))
{
    reel_scene *fine = make();
    fine->samples_per_frame = FINE;
    pair p = {.scene = make(), .fine = kit_run(fine)};
    p.coarse = kit_run(p.scene);
    reel_scene_destroy(&fine);
    return p;
}

static void end(pair *p)
{
    reel_take_destroy(&p->coarse);
    reel_take_destroy(&p->fine);
    reel_scene_destroy(&p->scene);
}

typedef struct gap {
    double place, turn; /* m, rad; worst */
} gap;

/* The worst over all steps, asked for from the frame before and from the one after. */
static gap compare(const pair *p, int body)
{
    gap g = {0, 0};
    for (int f = 0; f + 1 < p->scene->frames; f++) {
        for (int i = 0; i <= FINE; i++) {
            const double share = (double)i / FINE;
            const reel_pose want = reel_take_pose(p->fine, f * FINE + i, body);
            reel_pose got[2];
            CHECK(reel_take_pose_near(p->scene, p->coarse, f, share, body, &got[0]));
            CHECK(reel_take_pose_near(p->scene, p->coarse, f + 1, share - 1, body, &got[1]));
            for (int k = 0; k < 2; k++) {
                const reel_quat d = reel_quat_mul(got[k].q, reel_quat_conj(want.q));
                const double s = reel_v3_len(reel_v3(d.x, d.y, d.z));
                g.place = fmax(g.place, reel_v3_len(reel_v3_sub(got[k].p, want.p)));
                g.turn = fmax(g.turn, 2 * reel_asin(fmin(s, 1)));
                CHECK_NEAR(got[k].q.w * got[k].q.w + got[k].q.x * got[k].q.x +
                               got[k].q.y * got[k].q.y + got[k].q.z * got[k].q.z,
                           1, 1e-9);
            }
        }
    }
    return g;
}

static reel_scene *flight(void)
{
    reel_scene *s = kit_scene(1);
    const int b = kit_sphere(s, "stone", 0.1, 0.7, reel_v3(1, 2, 30));
    s->bodies[b].velocity = reel_v3(3, -2, 5);
    s->bodies[b].omega = reel_v3(0, 0, 400); /* 2.7 turns between frames */
    return s;
}

/* A parabola is a cubic; a wheel is known to make whole turns. */
static void flights_are_exact(const void *param)
{
    (void)param;
    pair p = run_twice(flight);
    const gap g = compare(&p, 0);
    CHECK_NEAR(g.place, 0, 1e-6);
    CHECK_NEAR(g.turn, 0, 1e-6);
    end(&p);
}

static reel_scene *bounces(void)
{
    reel_scene *s = kit_scene(2);
    kit_floor(s);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 1.5));
    kit_set_surfaces(s, 0.5, 0.7);
    s->bodies[b].velocity = reel_v3(2, 0, 0);
    return s;
}

/* An impact between two frames keeps its corner: a smooth curve would be up to 4 cm below the floor
 * or above the place of the impact. */
static void bounces_keep_their_corners(const void *param)
{
    (void)param;
    pair p = run_twice(bounces);
    const gap g = compare(&p, 1);
    CHECK_NEAR(g.place, 0, 8e-3); /* gravity's part of a line, g t^2 / 2 at most */
    for (int f = 0; f + 1 < p.scene->frames; f++) {
        for (int i = 0; i < FINE; i++) {
            reel_pose pose;
            CHECK(reel_take_pose_near(p.scene, p.coarse, f, (double)i / FINE, 1, &pose));
            CHECK(pose.p.z > 0.1 - 5e-3);
        }
    }
    end(&p);
}

static reel_scene *tumble(void)
{
    reel_scene *s = kit_scene(2);
    kit_floor(s);
    kit_add_thrown_shapes(s);
    return s;
}

static void heaps_stay_near(const void *param)
{
    (void)param;
    pair p = run_twice(tumble);
    for (int b = 1; b < p.scene->n_bodies; b++) {
        const gap g = compare(&p, b);
        printf("# %s: %.1f mm, %.2f rad\n", p.scene->bodies[b].name, g.place * 1e3, g.turn);
        CHECK_NEAR(g.place, 0, 0.03); /* two impacts within one frame */
        CHECK_NEAR(g.turn, 0, 0.5);
    }
    end(&p);
}

/* Bits of the samples at whole shifts, also several samples away. */
static void samples_are_themselves(const void *param)
{
    (void)param;
    reel_scene *s = bounces();
    s->samples_per_frame = 10;
    reel_take *t = kit_run(s);
    for (int f = 1; f + 1 < s->frames; f++) {
        for (int i = -10; i <= 10; i++) {
            const reel_pose want = reel_take_pose(t, f * 10 + i, 1);
            reel_pose got;
            CHECK(reel_take_pose_near(s, t, f, i / 10.0, 1, &got));
            CHECK_NEAR(reel_v3_len(reel_v3_sub(got.p, want.p)), 0, i % 10 ? 1e-12 : 0);
            CHECK(i % 10 != 0 || memcmp(&got, &want, sizeof got) == 0);
        }
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* What is placed anew within an exposure stays what it is on the frame's side. */
static void jumps_are_not_crossed(const void *param)
{
    (void)param;
    reel_scene *s = flight();
    s->samples_per_frame = 2;
    reel_take *t = kit_run(s);
    reel_pose got;
    t->state[5] |= REEL_STATE_TELEPORTED; /* between samples 4 and 5 */
    CHECK(reel_take_pose_near(s, t, 2, 0.25, 0, &got));
    CHECK_NEAR(reel_v3_len(reel_v3_sub(got.p, reel_take_pose(t, 4, 0).p)), 0, 0);
    CHECK(reel_take_pose_near(s, t, 3, -1, 0, &got));
    CHECK_NEAR(reel_v3_len(reel_v3_sub(got.p, reel_take_pose(t, 5, 0).p)), 0, 0);
    t->state[9] = 0; /* removed after sample 8 */
    CHECK(reel_take_pose_near(s, t, 4, 0.4, 0, &got));
    CHECK_NEAR(reel_v3_len(reel_v3_sub(got.p, reel_take_pose(t, 8, 0).p)), 0, 0);
    t->state[10] = 0;
    CHECK(!reel_take_pose_near(s, t, 5, 0.1, 0, &got));
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Before the first and after the last sample: as fast as it was there. */
static void ends_go_on(const void *param)
{
    (void)param;
    reel_scene *s = flight();
    reel_take *t = kit_run(s);
    const int last = s->frames - 1;
    reel_pose got;
    CHECK(reel_take_pose_near(s, t, 0, -0.5, 0, &got));
    CHECK_NEAR(got.p.x, 1 - 3 * 0.5 / 24, 1e-12);
    CHECK_NEAR(got.p.z, 30 - 5 * 0.5 / 24, 1e-12);
    CHECK_NEAR(2 * reel_atan2(fabs(got.q.z), fabs(got.q.w)), fmod(400 * 0.5 / 24, 2 * REEL_PI),
               1e-9);
    CHECK(reel_take_pose_near(s, t, last, 0.5, 0, &got));
    CHECK_NEAR(got.p.x, 1 + 3 * (last + 0.5) / 24, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"flights are exact", flights_are_exact, NULL},
    {"bounces keep their corners", bounces_keep_their_corners, NULL},
    {"heaps stay near", heaps_stay_near, NULL},
    {"samples are themselves", samples_are_themselves, NULL},
    {"jumps are not crossed", jumps_are_not_crossed, NULL},
    {"ends go on", ends_go_on, NULL},
};
CHECK_MAIN(tests)
