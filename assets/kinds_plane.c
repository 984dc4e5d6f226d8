/* kinds_plane.c - solids that are a plane figure with a depth: meshes.h. */
#include "assets/solid.h"
#include "base/trig.h"

#include <string.h>

/* A growing list of corners. */
typedef struct outline {
    int n;
    double p[2 * REEL_MAX_OUTLINE];
} outline;

static void add(outline *o, double x, double y)
{
    assert(o->n < REEL_MAX_OUTLINE);
    o->p[2 * o->n] = x;
    o->p[2 * o->n + 1] = y;
    o->n++;
}

static void add_arc(outline *o, double x, double y, double radius, double from, double to, int n)
{
    for (int i = 0; i <= n; i++) {
        double s, c;
        reel_sincos(from + (to - from) * i / n, &s, &c);
        add(o, x + radius * c, y + radius * s);
    }
}

#define CREASE 0.6 /* rad: round outlines are smooth, their rims are not */

reel_status make_plane_kind(reel_arena *arena, const double *corners, int n, double depth,
                            bool upright, reel_solid *out, reel_error *err)
{
    solid_builder b;
    polygon p = {0};
    plane_cells cells = {0};
    reel_status status = polygon_make(corners, n, &p, err);
    if (status != REEL_OK) {
        return status;
    }
    solid_begin(&b, arena, CREASE, err);
    b.upright = upright;
    if (polygon_cells(&p, &cells) == REEL_OK) {
        sweep_up(&b, &cells, -depth / 2, depth / 2);
    } else {
        solid_fail(&b, REEL_E_NOMEM, "out of memory for a solid");
    }
    polygon_free(&p);
    plane_cells_free(&cells);
    return solid_finish(&b, out);
}

static reel_status too_large(const char *name, const char *than, reel_error *err)
{
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, name, "is too large for %s", than);
}

/* v: span, thickness, depth, segments. The half circle in as many cells, each with four corners. */
reel_status make_arch(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    outline o = {0};
    const double inner = v[0] / 2, outer = inner + v[1];
    add_arc(&o, 0, 0, outer, 0, REEL_PI, (int)v[3]);
    add_arc(&o, 0, 0, inner, REEL_PI, 0, (int)v[3]);
    return make_plane_kind(arena, o.p, o.n, v[2], true, out, err);
}

/* v: width, arm, depth */
reel_status make_cross(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double a = v[0] / 2, h = v[1] / 2;
    if (h >= a) {
        return too_large("arm", "the width", err);
    }
    const double p[] = {a,  -h, a,  h,  h,  h,  h,  a,  -h, a,  -h, h,
                        -a, h,  -a, -h, -h, -h, -h, -a, h,  -a, h,  -h};
    return make_plane_kind(arena, p, 12, v[2], false, out, err);
}

/* v: width, height, depth, thickness */
reel_status make_l_shape(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double a = v[0] / 2, h = v[1], t = v[3];
    if (t >= v[0] || t >= h) {
        return too_large("thickness", "the width or height", err);
    }
    const double p[] = {-a, 0, a, 0, a, t, -a + t, t, -a + t, h, -a, h};
    return make_plane_kind(arena, p, 6, v[2], true, out, err);
}

reel_status make_t_shape(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double a = v[0] / 2, h = v[1], t = v[3];
    if (t >= v[0] || t >= h) {
        return too_large("thickness", "the width or height", err);
    }
    const double p[] = {-t / 2, 0, t / 2, 0, t / 2, h - t, a,      h - t,
                        a,      h, -a,    h, -a,    h - t, -t / 2, h - t};
    return make_plane_kind(arena, p, 8, v[2], true, out, err);
}

reel_status make_u_shape(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double a = v[0] / 2, h = v[1], t = v[3];
    if (t >= a || t >= h) {
        return too_large("thickness", "half the width or the height", err);
    }
    const double p[] = {-a, 0, a, 0, a, h, a - t, h, a - t, t, -a + t, t, -a + t, h, -a, h};
    return make_plane_kind(arena, p, 8, v[2], true, out, err);
}

/* v: points, outer, inner, depth */
reel_status make_star(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    outline o = {0};
    const int n = (int)v[0];
    if (v[2] >= v[1]) {
        return too_large("inner", "the outer radius", err);
    }
    for (int i = 0; i < 2 * n; i++) {
        add_arc(&o, 0, 0, i % 2 ? v[2] : v[1], REEL_PI * i / n, REEL_PI * i / n, 1);
        o.n--; /* an arc of one point */
    }
    return make_plane_kind(arena, o.p, o.n, v[3], false, out, err);
}

/* v: length, jaw, thickness. A head of twice the jaw's width about the origin, open along +x. */
reel_status make_wrench(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    outline o = {0};
    const double jaw = v[1] / 2, head = 2.2 * jaw, grip = 0.9 * jaw;
    const double end = head - v[0] + grip; /* centre of the round end */
    if (end > -1.5 * head) {
        return too_large("jaw", "the length", err);
    }
    const double root = reel_asin(grip / head), mouth = reel_asin(jaw / head);
    add_arc(&o, 0, 0, head, -REEL_PI + root, -mouth, 10);
    add(&o, -0.6 * jaw, -jaw); /* the seat of a hexagonal nut */
    add(&o, -1.15 * jaw, 0);
    add(&o, -0.6 * jaw, jaw);
    add_arc(&o, 0, 0, head, mouth, REEL_PI - root, 10);
    add_arc(&o, end, 0, grip, REEL_PI / 2, 3 * REEL_PI / 2, 8);
    return make_plane_kind(arena, o.p, o.n, v[2], false, out, err);
}

/* ---- gear ---- */

#define PRESSURE (REEL_PI / 9) /* 20 degrees */

enum { FLANK = 5 }; /* corners of a flank above the root */

typedef struct gear {
    int teeth, flank;                          /* corners of a flank, from the root */
    double radius[FLANK + 1], half[FLANK + 1]; /* and half the tooth's angle there */
    double bore;
} gear;

static double involute(double angle)
{
    return reel_tan(angle) - angle;
}

/* v: teeth, module, thickness, bore, backlash. Full-depth teeth: addendum 1, dedendum 1.25 modules;
 * the flank is an involute of the base circle down to that, then radial. */
static reel_status plan_gear(const double *v, gear *g, reel_error *err)
{
    const double pitch = v[0] * v[1] / 2, base = pitch * reel_cos(PRESSURE);
    const double tip = pitch + v[1], root = pitch - 1.25 * v[1];
    const double half = REEL_PI / (2 * v[0]) * (1 - 2 * v[4]);
    *g = (gear){.teeth = (int)v[0], .bore = v[3]};
    if (root < base) {
        g->radius[g->flank] = root;
        g->half[g->flank++] = half + involute(PRESSURE);
    }
    const double low = fmax(root, base);
    for (int i = 0; i < FLANK; i++) {
        const double r = low + (tip - low) * i / (FLANK - 1);
        g->radius[g->flank] = r;
        g->half[g->flank++] = half + involute(PRESSURE) - involute(reel_acos(fmin(1, base / r)));
    }
    if (g->half[g->flank - 1] * tip < 0.05 * v[1]) {
        return reel_fail_at(err, REEL_E_SCENE, NULL, 0, "backlash", "leaves the teeth pointed");
    }
    if (v[3] > 0.95 * root) {
        return too_large("bore", "the gear", err);
    }
    return REEL_OK;
}

static int gear_point(plane_cells *c, double radius, double angle)
{
    double s, k;
    reel_sincos(angle, &s, &k);
    plane_point *p = &c->points[c->n_points];
    p->x = (int64_t)floor(radius * k * STEPS_PER_METRE + 0.5);
    p->y = (int64_t)floor(radius * s * STEPS_PER_METRE + 0.5);
    return c->n_points++;
}

static void gear_triangle(plane_cells *c, int i, int j, int k)
{
    int *t = c->triangles[c->n_triangles++];
    t[0] = i;
    t[1] = j;
    t[2] = k;
}

/* Corners of tooth t: `flank` of its right flank from the root outwards, then of its left. */
static void gear_corners(const gear *g, plane_cells *c)
{
    for (int t = 0; t < g->teeth; t++) {
        const double at = 2 * REEL_PI * t / g->teeth;
        for (int i = 0; i < 2 * g->flank; i++) {
            const int k = i % g->flank;
            gear_point(c, g->radius[k], i < g->flank ? at - g->half[k] : at + g->half[k]);
        }
    }
    for (int t = 0; t < g->teeth && g->bore > 0; t++) {
        gear_point(c, g->bore, 2 * REEL_PI * t / g->teeth - g->half[0]);
    }
}

static void gear_cells(const gear *g, plane_cells *c)
{
    const int per = 2 * g->flank, bore = per * g->teeth;
    int n = 0;
    for (int t = 0; t < g->teeth; t++) {
        const int right = per * t, left = right + g->flank;
        c->start[c->n_cells++] = n;
        for (int i = 0; i < per; i++) { /* up the right flank, down the left */
            c->index[n++] = i < g->flank ? right + i : left + per - 1 - i;
        }
        for (int i = 0; i + 1 < g->flank; i++) {
            gear_triangle(c, right + i, right + i + 1, left + i + 1);
            gear_triangle(c, right + i, left + i + 1, left + i);
        }
    }
    for (int t = 0; t < g->teeth; t++) {
        const int next = (t + 1) % g->teeth;
        const int ring[5] = {per * t, per * t + g->flank, per * next, bore + next, bore + t};
        if (g->bore > 0 || t == 0) {
            c->start[c->n_cells++] = n;
        }
        for (int i = 0; i < (g->bore > 0 ? 5 : 2); i++) {
            c->index[n++] = ring[i];
        }
        if (g->bore > 0) {
            gear_triangle(c, ring[0], ring[1], ring[4]);
            gear_triangle(c, ring[1], ring[3], ring[4]);
            gear_triangle(c, ring[1], ring[2], ring[3]);
        } else if (t > 0) {
            gear_triangle(c, 0, ring[0], ring[1]);
            if (t + 1 < g->teeth) {
                gear_triangle(c, 0, ring[1], ring[2]);
            }
        } else {
            gear_triangle(c, ring[0], ring[1], ring[2]);
        }
    }
    c->start[c->n_cells] = n;
}

reel_status make_gear(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    gear g;
    solid_builder b;
    reel_status status = plan_gear(v, &g, err);
    if (status != REEL_OK) {
        return status;
    }
    const size_t n = (size_t)g.teeth, corners = (2 * (size_t)g.flank + 1) * n;
    plane_cells c = {.points = reel_calloc(corners, sizeof(*c.points)),
                     .triangles = reel_calloc(2 * corners, sizeof(*c.triangles)),
                     .start = reel_calloc(2 * n + 1, sizeof(*c.start)),
                     .index = reel_calloc(corners + 5 * n, sizeof(*c.index))};
    solid_begin(&b, arena, CREASE, err);
    if (c.points && c.triangles && c.start && c.index) {
        gear_corners(&g, &c);
        gear_cells(&g, &c);
        sweep_up(&b, &c, -v[2] / 2, v[2] / 2);
    } else {
        solid_fail(&b, REEL_E_NOMEM, "out of memory for a gear");
    }
    plane_cells_free(&c);
    return solid_finish(&b, out);
}
