/* convex_parts.h - what the files of the convex collider share; see convex.h. */
#pragma once

#include "engine/convex.h"

#include <string.h>

enum {
    MAX_POLYGON = 64, /* corners of a clipped polygon; larger outlines are thinned out before */
    FEATURE_PARTS = 2,
    RIM_POINTS = 8, /* that stand for a rim */
};
/* What is not a face must be shallower than so much of the best face's depth, and by so much: */
#define FACE_SHARE 0.95
#define FACE_SLACK 1e-6 /* m */
#define PARALLEL   1e-3 /* rad: lines this near to a tangent plane, or to one another, are in it */

/* Two solids, everything in the first one's frame. */
typedef struct duo {
    const convex *a, *b;
    convex_pose pose;   /* of b in a */
    double round;       /* m: of both */
    int hint_a, hint_b; /* where a climb over the vertices begins */
} duo;

/* A flat face of one of the two. */
typedef struct flat_face {
    bool on_b;
    int face;         /* of the polytope; cylinder: 0 top, 1 bottom; cone: 1 */
    reel_vec3 normal; /* from the solid that has it, in a's frame */
    double offset;    /* m: in a's frame */
    double depth;     /* m: with `round` */
} flat_face;

typedef struct polygon {
    int n;
    reel_vec3 p[MAX_POLYGON];
} polygon;

static inline reel_vec3 pose_point(const convex_pose *pose, reel_vec3 v)
{
    return reel_v3_add(reel_mat3_mul_v(pose->r, v), pose->p);
}

static inline convex_pose pose_inverse(const convex_pose *pose)
{
    convex_pose out;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            out.r.m[i][j] = pose->r.m[j][i];
        }
    }
    out.p = reel_v3_scale(reel_mat3_mul_v(out.r, pose->p), -1);
    return out;
}

/* convex_support.c */
/* Vertex farthest along n; *hint: where to begin, and what was found. */
reel_vec3 polytope_support(const polytope *p, reel_vec3 n, int *hint);
/* The same of the two of a duo, in a's frame: a's along n, b's along -n. */
reel_vec3 duo_support_a(duo *d, reel_vec3 n);
reel_vec3 duo_support_b(duo *d, reel_vec3 n);
/* a's along n less b's along -n. */
reel_vec3 duo_difference(duo *d, reel_vec3 n);
/* f(n), `round` included. */
double duo_overlap(duo *d, reel_vec3 n);

/* How far a point is below the surface of a solid with flat faces, at least; others: negative. */
double convex_inner_distance(const convex *s, reel_vec3 x);

/* convex_sat.c */
/* Least overlap over the polytopes' faces of both (1e300 without any); false: one of them separates
 * the two. */
bool sat_faces(duo *d, flat_face *best_a, flat_face *best_b);
typedef struct edge_pair {
    int a, b; /* edges; a < 0: none */
    reel_vec3 normal;
    double depth;
} edge_pair;
/* Least overlap over pairs of edges, where it is less than that of the faces. */
void sat_edges(const duo *d, const flat_face *face_a, const flat_face *face_b, edge_pair *best);

/* convex_manifold.c */
/* Points of the other solid's parts below a face, within its outline. */
int manifold_on_face(const duo *d, const flat_face *face, touch_point *out);
/* The same on the half-space normal . x <= offset, normals into it. */
int manifold_on_plane(const convex *s, reel_vec3 normal, double offset, touch_point *out);
/* Points where no face is involved, from the points, lines that are farthest along n. */
int manifold_of_parts(duo *d, reel_vec3 n, double depth, touch_point *out);

/* convex_gjk.c */
typedef struct simplex {
    int n;
    reel_vec3 p[4];
} simplex;
typedef struct gjk_search {
    reel_vec3 shift; /* of b */
    simplex simplex; /* of the difference a - b - shift; n = 0: search begins at *n */
} gjk_search;
/*
 * Distance of the cores after b is moved by `shift` (round not counted), from below: *n, where the
 * search begins, becomes the direction in which they are so far apart. With `little`, exact to a
 * hundredth of what it is more than that, and not measured where it is not; without (0), exact
 * unless it is more than `enough`. -1: they overlap, touch, or are not more than `little` apart.
 */
double gjk_distance(duo *d, gjk_search *search, double little, double enough, reel_vec3 *n);
/* Goes on with another shift. */
void gjk_shift(gjk_search *search, reel_vec3 shift);

/* convex_least.c */
typedef struct least_overlap {
    reel_vec3 n;
    double depth; /* m: with `round`; < 0: the two are apart */
} least_overlap;
/* Least overlap where one of the two is no polytope; `face`: the best of the flat faces. */
least_overlap find_least_overlap(duo *d, const flat_face *face_a, const flat_face *face_b);
/* The same over the flat ends of cylinders and cones; depth 1e300: has none. */
bool flat_ends(duo *d, bool of_b, flat_face *best);

/* convex_curves.c */
/* If two edges, rims or sides touch along about at->n, exactly where; false: left as it was. */
bool refine_by_curves(duo *d, least_overlap *at);
