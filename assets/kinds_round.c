/*
 * kinds_round.c - solids of revolution and what is fixed to them: meshes.h.
 *
 * Handles and spouts end on a flat facet of the body, inside of it: surfaces touch but do not
 * cross, so that the integrals of the whole are the sums of the parts'.
 */
#include "assets/solid.h"
#include "base/trig.h"

#define CREASE 0.6 /* rad: 24 facets around are smooth, rims are not */

typedef struct profile {
    int n;
    double p[2 * REEL_MAX_OUTLINE];
} profile;

static void add(profile *o, double r, double z)
{
    assert(o->n < REEL_MAX_OUTLINE);
    o->p[2 * o->n] = r;
    o->p[2 * o->n + 1] = z;
    o->n++;
}

/* Turns a profile; with `grip` > 0 a facet on +x (with `two` also on -x) is wide enough for it.
 * *flat: that facet's distance from the axis, of a wall at `radius`. */
static void turn(solid_builder *b, const profile *o, int segments, double radius, double grip,
                 bool two, double *flat)
{
    polygon p = {0};
    double angles[MAX_ANGLES];
    const reel_status status = polygon_make(o->p, o->n, &p, b->err);
    if (status != REEL_OK) {
        b->status = status;
        return;
    }
    sweep_angles(angles, segments, radius, 0.55 * grip, two, flat);
    sweep_around(b, &p, angles, segments);
    polygon_free(&p);
}

static reel_status too_large(const char *name, const char *than, reel_error *err)
{
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, name, "is too large for %s", than);
}

/* ---- plain ---- */

/* v: bottom, top, height, segments */
reel_status make_frustum(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double p[] = {0, 0, v[0], 0, v[1], v[2], 0, v[2]};
    return reel_solid_revolution(arena, p, v[1] > 0 ? 4 : 3, (int)v[3], CREASE, out, err);
}

/* v: outer, inner, height, segments */
reel_status make_tube(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double z = v[2] / 2, p[] = {v[1], -z, v[0], -z, v[0], z, v[1], z};
    if (v[1] >= v[0]) {
        return too_large("inner", "the outer radius", err);
    }
    return reel_solid_revolution(arena, p, 4, (int)v[3], CREASE, out, err);
}

/* v: radius, tube, segments, sides */
reel_status make_torus(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const int segments = (int)v[2], sides = (int)v[3];
    solid_builder b;
    if (v[1] > 0.95 * v[0]) {
        return too_large("tube", "the radius", err);
    }
    double(*p)[3] = reel_calloc((size_t)(segments * sides), sizeof(*p));
    if (!p) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a torus");
    }
    for (int i = 0; i < segments * sides; i++) {
        double s, c, u, w;
        reel_sincos(2 * REEL_PI * (i / sides) / segments, &s, &c);
        reel_sincos(-2 * REEL_PI * (i % sides) / sides, &w, &u);
        const double r = v[0] + v[1] * u;
        p[i][0] = r * c;
        p[i][1] = r * s;
        p[i][2] = v[1] * w;
    }
    solid_begin(&b, arena, fmax(CREASE, 2 * REEL_PI / sides + 0.01), err);
    sweep_rings(&b, *p, segments, sides, true);
    reel_free(p);
    return solid_finish(&b, out);
}

/* ---- vessels ---- */

/* The outside of a bowl from its foot to its rim, and the inside `wall` within it back again. Both
 * are quarters of ellipses above a flat foot. */
static void add_shell(profile *o, double radius, double bottom, double height, double wall,
                      double foot, int steps)
{
    for (int i = 0; i <= steps; i++) {
        double s, c;
        reel_sincos(REEL_PI / 2 * i / steps, &s, &c);
        add(o, foot + (radius - foot) * s, bottom + height * (1 - c));
    }
    for (int i = steps; i >= 0; i--) {
        double s, c;
        reel_sincos(REEL_PI / 2 * i / steps, &s, &c);
        add(o, foot + (radius - foot - wall) * s, bottom + wall + (height - wall) * (1 - c));
    }
}

/* v: radius, height, wall, segments */
reel_status make_bowl(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    profile o = {0};
    if (v[2] > 0.4 * fmin(v[0], v[1])) {
        return too_large("wall", "the radius or height", err);
    }
    add(&o, 0, 0);
    add_shell(&o, v[0], 0, v[1], v[2], 0.4 * v[0], 5);
    add(&o, 0, v[2]);
    return reel_solid_revolution(arena, o.p, o.n, (int)v[3], CREASE, out, err);
}

/* v: radius, height, wall, segments */
reel_status make_goblet(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    profile o = {0};
    const double r = v[0], h = v[1], w = v[2];
    if (w > 0.4 * r || w > 0.1 * h) {
        return too_large("wall", "the radius or height", err);
    }
    const double foot = fmax(0.03 * h, w / 2), stem = fmax(0.1 * r, w);
    add(&o, 0, 0);
    add(&o, 0.8 * r, 0);
    add(&o, 0.8 * r, foot);
    add(&o, stem, 2 * foot);
    add(&o, stem, 0.45 * h);
    add_shell(&o, r, 0.5 * h, 0.5 * h, w, 0.45 * r, 5);
    add(&o, 0, 0.5 * h + w);
    return reel_solid_revolution(arena, o.p, o.n, (int)v[3], CREASE, out, err);
}

enum { GRIP_SIDES = 8, GRIP_STEPS = 8 };

/* Half a ring on the facet at x = flat (way 1) or -flat (way -1), about a level axis at z: the tube
 * `grip` thick, its middle `rise` above and below z and out to `reach` from the facet. */
static void add_handle(solid_builder *b, double flat, int way, double z, double rise, double reach,
                       double grip)
{
    double p[(GRIP_STEPS + 1) * GRIP_SIDES][3];
    const double squeeze = reach / (rise + grip / 2);
    for (int i = 0; i < (GRIP_STEPS + 1) * GRIP_SIDES; i++) {
        const int step = i / GRIP_SIDES;
        double s, c, u, w;
        reel_sincos(REEL_PI * step / GRIP_STEPS - REEL_PI / 2, &s, &c);
        reel_sincos(way * 2 * REEL_PI * (i % GRIP_SIDES + 0.5) / GRIP_SIDES, &w, &u);
        const double r = rise + grip / 2 * u;
        /* the ends are in the facet's plane to the last bit */
        p[i][0] = way * (flat + (step % GRIP_STEPS ? squeeze * r * c : 0));
        p[i][1] = grip / 2 * w;
        p[i][2] = z + r * s;
    }
    sweep_rings(b, *p, GRIP_STEPS + 1, GRIP_SIDES, false);
}

/* v: radius, height, wall, reach, grip, segments */
reel_status make_mug(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double r = v[0], h = v[1], w = v[2], grip = v[4];
    const double p[] = {0, 0, r, 0, r, h, r - w, h, r - w, w, 0, w};
    profile o = {0};
    solid_builder b;
    double flat = 0;
    if (w > 0.4 * r || w > 0.4 * h) {
        return too_large("wall", "the radius or height", err);
    }
    if (grip > 0.35 * h || grip > 0.6 * r || grip > 0.7 * v[3]) {
        return too_large("grip", "the radius, height or reach", err);
    }
    for (int i = 0; i < 6; i++) {
        add(&o, p[2 * i], p[2 * i + 1]);
    }
    solid_begin(&b, arena, CREASE, err);
    turn(&b, &o, (int)v[5], r, grip, false, &flat);
    add_handle(&b, flat, 1, h / 2, 0.3 * h, v[3], grip);
    return solid_finish(&b, out);
}

/* ---- spoon ---- */

/* v: length, width, thickness. The rim is a low upright band, on which the handle stands. */
reel_status make_spoon(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double r = v[1] / 2, t = v[2], depth = 0.35 * v[1] + t, grip = 0.3 * v[1];
    const double end = v[0] - r;
    profile o = {0};
    solid_builder b;
    double flat = 0;
    if (t > 0.12 * v[1]) {
        return too_large("thickness", "the width", err);
    }
    if (end < 2 * r) {
        return too_large("width", "the length", err);
    }
    add(&o, 0, 0);
    add_shell(&o, r, 0, depth - t, t, 0.35 * r, 4);
    o.n -= 5; /* the inside again, from a rim that stands t higher */
    add(&o, r, depth);
    for (int i = 4; i >= 0; i--) {
        double s, c;
        reel_sincos(REEL_PI / 2 * i / 4, &s, &c);
        add(&o, 0.35 * r + (0.65 * r - t) * s, t + (depth - t) * (1 - c));
    }
    add(&o, 0, t);
    solid_begin(&b, arena, CREASE, err);
    turn(&b, &o, 20, r, grip, false, &flat);
    const double x[3] = {flat, flat + 0.6 * (end - flat), end}, y[3] = {0.5, 0.35, 0.6};
    double p[12][3];
    for (int i = 0; i < 12; i++) {
        const int k = i % 4;
        p[i][0] = x[i / 4];
        p[i][1] = (k == 0 || k == 3 ? -1 : 1) * y[i / 4] * grip;
        p[i][2] = k < 2 ? depth - t : depth;
    }
    sweep_rings(&b, *p, 3, 4, false);
    return solid_finish(&b, out);
}

/* ---- teapot ---- */

/* The body, its lid and knob. The belly has an upright band from 0.3 to 0.55 of the height. */
static void add_pot(profile *o, double r, double h)
{
    static const double p[][2] = {{0, 0},       {0.55, 0},    {0.78, 0.08}, {0.92, 0.17},
                                  {1, 0.3},     {1, 0.55},    {0.93, 0.66}, {0.78, 0.75},
                                  {0.58, 0.81}, {0.56, 0.81}, {0.5, 0.85},  {0.32, 0.895},
                                  {0.12, 0.91}, {0.1, 0.93},  {0.14, 0.95}, {0.15, 0.97},
                                  {0.12, 0.99}, {0.06, 1},    {0, 1}};
    for (int i = 0; i < (int)(sizeof(p) / sizeof(p[0])); i++) {
        add(o, p[i][0] * r, p[i][1] * h);
    }
}

/* v: radius, height, segments */
reel_status make_teapot(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    enum { SIDES = 8, RINGS = 4 };
    static const double at[RINGS][3] = {/* x / radius, z / height, size */
                                        {0, 0.42, 1},
                                        {1.35, 0.52, 0.7},
                                        {1.6, 0.68, 0.5},
                                        {1.85, 0.86, 0.42}};
    const double r = v[0], h = v[1], grip = fmin(0.3 * r, 0.22 * h);
    profile o = {0};
    solid_builder b;
    double flat = 0, p[RINGS * SIDES][3];
    add_pot(&o, r, h);
    solid_begin(&b, arena, CREASE, err);
    turn(&b, &o, (int)v[2], r, grip, true, &flat);
    for (int i = 0; i < RINGS * SIDES; i++) {
        const double *ring = at[i / SIDES];
        double s, c;
        reel_sincos(2 * REEL_PI * (i % SIDES + 0.5) / SIDES, &s, &c);
        p[i][0] = i < SIDES ? flat : ring[0] * r;
        p[i][1] = ring[2] * grip / 2 * c;
        p[i][2] = ring[1] * h + ring[2] * grip / 2 * s;
    }
    sweep_rings(&b, *p, RINGS, SIDES, false);
    /* both ends of the handle stand on the band */
    const double thin = fmin(grip / 2, 0.06 * h);
    add_handle(&b, flat, -1, 0.425 * h, 0.125 * h - 0.55 * thin, 0.6 * r, thin);
    return solid_finish(&b, out);
}
