/*
 * kinds_box.c - boxes with rounded edges: meshes.h.
 *
 * The corners are points of a sphere about the corners of the core, so that the solid is the core
 * and that polyhedron added (Minkowski), inscribed in the round one. A renderer blends the normals
 * of the faces about a vertex: each flat face has a ring inside of its border, so that the blending
 * ends there and the rest of the face stays flat in its shading, too.
 */
#include "assets/solid.h"
#include "base/trig.h"

enum {
    MAX_SEGMENTS = 16,
    MAX_OCTANT = (MAX_SEGMENTS + 1) * (MAX_SEGMENTS + 2) / 2,
    LEAST_RING = 10, /* steps: a narrower ring is lost in the rounding of its corners */
};

#define ROUND_CREASE 0.9 /* rad: two facets to the quarter turn are smooth, one is a chamfer */

/* Points of a sphere in the octant x, y, z >= 0, such that its edges are cut evenly and that axes
 * can be exchanged; in whole steps. Returns how many. */
static int octant(double radius, int segments, double out[][3])
{
    double s[MAX_SEGMENTS + 1], c;
    int n = 0;
    for (int i = 0; i <= segments; i++) {
        reel_sincos(REEL_PI / 2 * i / segments, &s[i], &c);
    }
    for (int i = 0; i <= segments; i++) {
        for (int j = 0; i + j <= segments; j++, n++) {
            const double p[3] = {s[i], s[j], s[segments - i - j]};
            const double k = radius / sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
            for (int e = 0; e < 3; e++) {
                out[n][e] = solid_round(k * p[e]);
            }
        }
    }
    return n;
}

static double at(const reel_mesh *m, int vertex, int axis)
{
    return m->vertices[3 * vertex + axis];
}

/* The corners of the face that looks along the axis to `side`, counter-clockwise from outside;
 * false if it is not a rectangle with room for a ring of `width`. */
static bool find_flat(const reel_mesh *hull, int axis, double side, const double core[3],
                      double width, int corner[4])
{
    const int u = (axis + 1) % 3, v = (axis + 2) % 3;
    int n = 0;
    if (!(width * STEPS_PER_METRE >= LEAST_RING) || !(fmin(core[u], core[v]) >= 2 * width)) {
        return false;
    }
    for (int i = 0; i < hull->n_vertices; i++) {
        if (at(hull, i, axis) == side) {
            const bool right = at(hull, i, u) > 0, up = at(hull, i, v) > 0;
            corner[side > 0 ? (up ? 3 - right : right) : (right ? 3 - up : up)] = i;
            n++;
        }
    }
    return n == 4;
}

/* A rectangle with a ring of `width` along its border. */
static void add_flat(solid_builder *b, const reel_mesh *hull, int axis, const int corner[4],
                     double width)
{
    int inner[4];
    for (int i = 0; i < 4; i++) {
        double p[3];
        for (int k = 0; k < 3; k++) {
            const double x = at(hull, corner[i], k);
            p[k] = k == axis ? x : x > 0 ? x - width : x + width;
        }
        inner[i] = solid_vertex(b, p[0], p[1], p[2]);
    }
    for (int i = 0; i < 4; i++) {
        const int j = (i + 1) % 4;
        solid_triangle(b, corner[i], corner[j], inner[j]);
        solid_triangle(b, corner[i], inner[j], inner[i]);
    }
    solid_triangle(b, inner[0], inner[1], inner[2]);
    solid_triangle(b, inner[0], inner[2], inner[3]);
}

static bool lies_in(const reel_mesh *hull, const int *triangle, int axis, double side)
{
    return at(hull, triangle[0], axis) == side && at(hull, triangle[1], axis) == side &&
           at(hull, triangle[2], axis) == side;
}

/* The hull, its flat faces with rings. */
static void add_seen(solid_builder *b, const reel_mesh *hull, const double core[3], double radius)
{
    const double width = solid_round(radius / 4);
    double side[6]; /* of faces with rings, 0 of others */
    int corner[6][4];
    for (int i = 0; i < hull->n_vertices; i++) {
        solid_vertex(b, at(hull, i, 0), at(hull, i, 1), at(hull, i, 2));
    }
    for (int f = 0; f < 6; f++) {
        const double half = solid_round(core[f % 3] + radius);
        side[f] = f < 3 ? half : -half;
        side[f] = find_flat(hull, f % 3, side[f], core, width, corner[f]) ? side[f] : 0;
    }
    for (int i = 0; i < hull->n_triangles; i++) {
        const int *t = &hull->triangles[3 * i];
        bool flat = false;
        for (int f = 0; f < 6; f++) {
            flat = flat || (side[f] != 0 && lies_in(hull, t, f % 3, side[f]));
        }
        if (!flat) {
            solid_triangle(b, t[0], t[1], t[2]);
        }
    }
    for (int f = 0; f < 6; f++) {
        if (side[f] != 0) {
            add_flat(b, hull, f % 3, corner[f], width);
        }
    }
}

/* v: length, width, height, radius, segments */
reel_status make_rounded_box(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double radius = solid_round(v[3]);
    double ball[MAX_OCTANT][3], points[8 * MAX_OCTANT][3], core[3];
    reel_solid solid = {0};
    solid_builder b;
    if (v[3] > 0.5 * fmin(v[0], fmin(v[1], v[2]))) {
        return reel_fail_at(err, REEL_E_SCENE, NULL, 0, "radius",
                            "is too large: more than half of the shortest edge");
    }
    const int n = octant(radius, (int)v[4], ball);
    for (int k = 0; k < 3; k++) {
        core[k] = fmax(0, solid_round(v[k] / 2) - radius);
    }
    for (int i = 0; i < 8 * n; i++) {
        for (int k = 0; k < 3; k++) {
            points[i][k] = (i >> k & 1 ? 1 : -1) * (core[k] + ball[i / 8][k]);
        }
    }
    solid_begin(&b, arena, v[4] > 1 ? ROUND_CREASE : 0, err);
    solid_part(&b, *points, 8 * n);
    if (b.status == REEL_OK) {
        const reel_mesh hull = b.parts[0];
        add_seen(&b, &hull, core, radius);
    }
    const reel_status status = solid_finish(&b, &solid);
    if (status == REEL_OK) {
        solid.parts[0] = solid.mesh; /* the same surface: it is seen and collides as one geom */
        *out = solid;
    }
    return status;
}
