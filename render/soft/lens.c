/*
 * lens.c - see lens.h.
 */
#include "render/soft/lens.h"

#include "base/between.h"
#include "base/trig.h"

#include <math.h>
#include <stdlib.h>

/* How far neighbouring copies may be apart along a streak and on a disc (where there are more of
 * them about each point), px, and the bounds of how many exposures there are. */
typedef struct effort {
    double streak, disc;
    int least, most;
} effort;

static effort effort_of(reel_quality quality)
{
    switch (quality) {
    case REEL_QUALITY_DRAFT: return (effort){3, 4, 4, 16};
    case REEL_QUALITY_STANDARD: return (effort){1.5, 2, 8, 64};
    case REEL_QUALITY_HIGH: return (effort){1.25, 1.6, 16, 128};
    default: return (effort){0.75, 0.75, 64, SOFT_MOST_EXPOSURES};
    }
}

/* Widest blur in a frame, px. */
typedef struct blur {
    const reel_scene *scene;
    const reel_take *take;
    const reel_camera *camera;
    const soft_snapshot *now;
    reel_view ends[2]; /* where the shutter opens and closes */
    int width, height;
    double streak, disc;
} blur;

static bool place(const reel_view *v, reel_vec3 p, double *x, double *y, double *z)
{
    return reel_view_project(v, p, x, y, z) && *z > 1e-3;
}

/* A point that is at world[0] now and at world[1] and world[2] when the shutter opens and closes.
 */
static void add_point(blur *b, const reel_vec3 world[3])
{
    double x[3], y[3], z[3];
    if (!place(&b->now->view, world[0], &x[0], &y[0], &z[0])) {
        return;
    }
    const double margin = 0.25 * b->width;
    if (x[0] < -margin || y[0] < -margin || x[0] > b->width + margin || y[0] > b->height + margin) {
        return;
    }
    if (b->camera->aperture > 0) {
        const double c =
            b->camera->aperture * b->now->view.fx * fabs(1 / z[0] - 1 / b->camera->focus);
        b->disc = fmax(b->disc, c);
    }
    double way = 0;
    for (int i = 1; i < 3; i++) {
        if (place(&b->ends[i - 1], world[i], &x[i], &y[i], &z[i])) {
            way += sqrt((x[i] - x[0]) * (x[i] - x[0]) + (y[i] - y[0]) * (y[i] - y[0]));
        }
    }
    b->streak = fmax(b->streak, way);
}

static reel_vec3 from_camera(const reel_view *v, reel_vec3 p)
{
    return reel_v3_add(v->eye, reel_mat3_tmul_v(v->cam_from_world, p));
}

/* A geom's box about the origin of its frame, or about a mesh's middle. */
static void extents(const soft_geom *g, double out[3])
{
    out[0] = out[1] = out[2] = (double)g->half[0];
    switch (g->shape) {
    case REEL_SHAPE_SPHERE: break;
    case REEL_SHAPE_CAPSULE: out[2] += (double)g->half[1]; break;
    case REEL_SHAPE_CYLINDER:
    case REEL_SHAPE_CONE: out[2] = (double)g->half[1]; break;
    default: out[1] = (double)g->half[1]; out[2] = (double)g->half[2];
    }
}

static reel_vec3 out_of_geom(const soft_geom *g, const double half[3], const int step[3])
{
    double d[3], c[3];
    for (int i = 0; i < 3; i++) {
        const double middle = g->shape >= REEL_SHAPE_HULL ? (double)g->core_at[i] : 0;
        d[i] = middle + half[i] * step[i] - (double)g->off[i];
    }
    for (int i = 0; i < 3; i++) {
        c[i] =
            (double)g->rot[i] * d[0] + (double)g->rot[3 + i] * d[1] + (double)g->rot[6 + i] * d[2];
    }
    return reel_v3(c[0], c[1], c[2]);
}

/* The middle of a geom and points on its box: its faces' middles, of a large one those of the edges
 * and the corners as well. */
static void add_geom(blur *b, const soft_geom *g, int body)
{
    const double open = 0.5 * b->camera->shutter;
    const int frame = b->now->frame;
    const bool large = (double)g->radius * b->now->view.fx > 32 * (double)g->centre[2];
    double half[3];
    reel_pose pose[3];
    if (!reel_take_pose_near(b->scene, b->take, frame, 0, body, &pose[0]) ||
        !reel_take_pose_near(b->scene, b->take, frame, -open, body, &pose[1]) ||
        !reel_take_pose_near(b->scene, b->take, frame, open, body, &pose[2])) {
        return;
    }
    const reel_pose back = reel_pose_inverse(pose[0]);
    extents(g, half);
    for (int i = 0; i < 27; i++) {
        const int step[3] = {i % 3 - 1, i / 3 % 3 - 1, i / 9 - 1};
        if (!large && abs(step[0]) + abs(step[1]) + abs(step[2]) > 1) {
            continue;
        }
        const reel_vec3 at = from_camera(&b->now->view, out_of_geom(g, half, step));
        const reel_vec3 local = reel_pose_apply(back, at);
        const reel_vec3 world[3] = {at, reel_pose_apply(pose[1], local),
                                    reel_pose_apply(pose[2], local)};
        add_point(b, world);
    }
}

/* Where nine rays through the image meet a plane; what none of them meets is sky. */
static void add_ground(blur *b, const soft_geom *g)
{
    const reel_view *v = &b->now->view;
    for (int i = 0; i < 9; i++) {
        const reel_vec3 d = {((i % 3) * 0.5 * b->width - v->cx) / v->fx,
                             ((i / 3) * 0.5 * b->height - v->cy) / v->fy, 1};
        const double down =
            -((double)g->rot[6] * d.x + (double)g->rot[7] * d.y + (double)g->rot[8] * d.z);
        const double t = (double)g->off[2] / down;
        if (down > 1e-6 && t > 0 && t < 1e4 && !(g->radius > 0 && t > 10 * (double)g->radius)) {
            const reel_vec3 p = from_camera(v, reel_v3_scale(d, t));
            const reel_vec3 world[3] = {p, p, p};
            add_point(b, world);
        }
    }
}

static void add_sky(blur *b)
{
    const reel_view *v = &b->now->view;
    for (int i = 0; i < 4; i++) {
        const reel_vec3 d = {(i % 2 * b->width - v->cx) / v->fx,
                             (i / 2 * b->height - v->cy) / v->fy, 1};
        const reel_vec3 p = from_camera(v, reel_v3_scale(d, 1e6));
        const reel_vec3 world[3] = {p, p, p};
        add_point(b, world);
    }
}

static reel_view end_view(const reel_scene *scene, const reel_take *take, const soft_snapshot *now,
                          double shift)
{
    reel_view v = reel_view_near(scene, take, now->camera, now->frame, shift);
    v.fx = now->view.fx;
    v.fy = now->view.fy;
    v.cx = now->view.cx;
    v.cy = now->view.cy;
    return v;
}

int reel_soft_exposures(const reel_scene *scene, const reel_take *take, const soft_info *info,
                        int n_drawn, const soft_snapshot *now, reel_quality quality, int width,
                        int height)
{
    const reel_camera *camera = &scene->cameras[now->camera];
    if (!(camera->aperture > 0) && !(camera->shutter > 0)) {
        return 0;
    }
    blur b = {.scene = scene,
              .take = take,
              .camera = camera,
              .now = now,
              .width = width,
              .height = height};
    b.ends[0] = end_view(scene, take, now, -0.5 * camera->shutter);
    b.ends[1] = end_view(scene, take, now, 0.5 * camera->shutter);
    for (int k = 0; k < n_drawn; k++) {
        const soft_geom *g = &now->geoms[k];
        if (g->present && g->shape == REEL_SHAPE_PLANE) {
            add_ground(&b, g);
        } else if (g->present) {
            add_geom(&b, g, info[k].body);
        }
    }
    if (scene->sky.kind != REEL_SKY_GRADIENT && scene->sky.kind != REEL_SKY_OVERCAST) {
        add_sky(&b);
    }
    const effort e = effort_of(quality);
    const double rows =
        0.886 * b.disc / e.disc; /* n points on a disc: 0.886 disc / sqrt(n) apart */
    const double need = fmax(b.streak / e.streak, rows * rows);
    int n = e.least;
    while (n < need && n < e.most) {
        n = n % 3 ? n * 3 / 2 : n / 3 * 4; /* 8, 12, 16, 24, 32, ... */
    }
    return n;
}

/* Van der Corput's sequence: the bits of i in reverse as a fraction. */
static double reversed(int i)
{
    double x = 0;
    for (double bit = 0.5; i > 0; i /= 2, bit *= 0.5) {
        x += (i & 1) * bit;
    }
    return x;
}

/* Place i goes to in an order of 0..n - 1 by steps of about `share` of n. */
static int stepped(int i, int n, double share)
{
    int step = (int)(share * n) | 1;
    step += step % 3 == 0 ? 2 : 0; /* n has the factors 2 and 3 at most: every place once */
    return (int)((int64_t)i * step % n);
}

/* Vogel's spiral: n points that fill the disc of radius 1 evenly. */
static void on_disc(int i, int n, double out[2])
{
    double s, c;
    reel_sincos(i * 2.39996322972865332, &s, &c); /* the golden angle */
    const double r = sqrt((i + 0.5) / n);
    out[0] = r * c;
    out[1] = r * s;
}

soft_instant reel_soft_exposure(const reel_camera *camera, int frame, int i, int n)
{
    soft_instant at = {.frame = frame, .focus = camera->aperture > 0 ? camera->focus : 1};
    at.shift = camera->shutter * ((i + 0.5) / n - 0.5);
    /* every point of the lens and of the pixel once, at times that differ */
    const int on_lens = stepped(i, n, 0.62), in_pixel = stepped(i, n, 0.38);
    double lens[2] = {0, 0}, column = 0, p[2];
    for (int j = 0; j < n; j++) {
        on_disc(j, n, p);
        lens[0] += p[0] / n;
        lens[1] += p[1] / n;
        column += reversed(j) / n;
    }
    on_disc(on_lens, n, p);
    for (int a = 0; a < 2; a++) {
        at.lens[a] = 0.5 * camera->aperture * (p[a] - lens[a]);
    }
    at.offset[0] = (in_pixel + 0.5) / n - 0.5;
    at.offset[1] = reversed(in_pixel) - column;
    return at;
}
