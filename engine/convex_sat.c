/*
 * convex_sat.c - the separating-axis test of two polytopes.
 *
 * Faces: the overlap along a face's normal is at least what any one point of the other solid has,
 * so with the deepest points of the faces before most faces are done after a few products.
 * Edges: where the least overlap is between two edges, each comes nearer to the other solid than
 * that overlap, so only edges within the slabs of the two best faces count.
 */
#include "engine/convex_parts.h"

enum { KNOWN = 3, CHUNK = 128 };

typedef struct face_search {
    const polytope *p;
    const convex *q;
    convex_pose pose; /* q in p's frame */
    int hint;
    int n_known;
    reel_vec3 known[KNOWN]; /* points of q, in p's frame: the last ones found */
    int face;
    double depth; /* without round */
} face_search;

static void try_face(face_search *s, int f)
{
    const polytope_face *face = &s->p->faces[f];
    for (int i = 0; i < s->n_known && i < KNOWN; i++) {
        if (face->offset - reel_v3_dot(face->normal, s->known[i]) >= s->depth) {
            return;
        }
    }
    const reel_vec3 inward = reel_mat3_tmul_v(s->pose.r, reel_v3_scale(face->normal, -1));
    const reel_vec3 lowest = pose_point(&s->pose, convex_support(s->q, inward, &s->hint));
    const double depth = face->offset - reel_v3_dot(face->normal, lowest);
    s->known[s->n_known++ % KNOWN] = lowest;
    if (depth < s->depth) {
        s->depth = depth;
        s->face = f;
    }
}

/* False: a face has more than `round` between the two. */
static bool search_faces(face_search *s, reel_vec3 centre, double round)
{
    double farthest = -1e300;
    int first = 0;
    for (int f = 0; f < s->p->n_faces; f++) {
        const polytope_face *face = &s->p->faces[f];
        const double out = reel_v3_dot(face->normal, centre) - face->offset;
        if (out > farthest) {
            farthest = out;
            first = f;
        }
    }
    s->depth = 1e300;
    try_face(s, first);
    for (int f = 0; f < s->p->n_faces && s->depth + round >= 0; f++) {
        if (f != first) {
            try_face(s, f);
        }
    }
    return s->depth + round >= 0;
}

bool sat_faces(duo *d, flat_face *best_a, flat_face *best_b)
{
    best_a->depth = best_b->depth = 1e300;
    best_a->on_b = false;
    best_b->on_b = true;
    if (d->a->hull) {
        face_search s = {.p = d->a->hull, .q = d->b, .pose = d->pose, .hint = d->hint_b};
        if (!search_faces(&s, pose_point(&d->pose, d->b->centre), d->round)) {
            return false;
        }
        const polytope_face *face = &s.p->faces[s.face];
        *best_a = (flat_face){false, s.face, face->normal, face->offset, s.depth + d->round};
    }
    if (d->b->hull) {
        const convex_pose inverse = pose_inverse(&d->pose);
        face_search s = {.p = d->b->hull, .q = d->a, .pose = inverse, .hint = d->hint_a};
        if (!search_faces(&s, pose_point(&inverse, d->a->centre), d->round)) {
            return false;
        }
        const polytope_face *face = &s.p->faces[s.face];
        const reel_vec3 normal = reel_mat3_mul_v(d->pose.r, face->normal);
        *best_b = (flat_face){true, s.face, normal, face->offset + reel_v3_dot(normal, d->pose.p),
                              s.depth + d->round};
    }
    return true;
}

/* An edge in a's frame. */
typedef struct placed_edge {
    int index;
    reel_vec3 at, along;   /* `from`, and from there to `to` */
    reel_vec3 left, right; /* normals of the faces (of b: turned round) */
} placed_edge;

/* What an edge must reach to count: h = near . x >= near_least and away . x <= away_most. */
typedef struct slab {
    reel_vec3 near, away;
    double near_least, away_most;
} slab;

static bool within(const slab *s, reel_vec3 x, reel_vec3 y)
{
    return fmax(reel_v3_dot(s->near, x), reel_v3_dot(s->near, y)) >= s->near_least &&
           fmin(reel_v3_dot(s->away, x), reel_v3_dot(s->away, y)) <= s->away_most;
}

static bool place_edge_a(const polytope *p, int e, const slab *s, placed_edge *out)
{
    const polytope_edge *edge = &p->edges[e];
    const reel_vec3 x = p->vertices[edge->from], y = p->vertices[edge->to];
    if (!within(s, x, y)) {
        return false;
    }
    *out = (placed_edge){e, x, reel_v3_sub(y, x), p->faces[edge->left].normal,
                         p->faces[edge->right].normal};
    return true;
}

static bool place_edge_b(const duo *d, int e, const slab *s, placed_edge *out)
{
    const polytope *p = d->b->hull;
    const polytope_edge *edge = &p->edges[e];
    const reel_vec3 x = pose_point(&d->pose, p->vertices[edge->from]);
    const reel_vec3 y = pose_point(&d->pose, p->vertices[edge->to]);
    if (!within(s, x, y)) {
        return false;
    }
    const reel_vec3 left = reel_mat3_mul_v(d->pose.r, p->faces[edge->left].normal);
    const reel_vec3 right = reel_mat3_mul_v(d->pose.r, p->faces[edge->right].normal);
    *out =
        (placed_edge){e, x, reel_v3_sub(y, x), reel_v3_scale(left, -1), reel_v3_scale(right, -1)};
    return true;
}

/* The arcs between the normals of each edge's faces cross: the two edges make a face of the
 * Minkowski difference. For an edge that runs with its left face, left x right is along it; seen
 * from inside (b's, turned round) as well. */
static void try_edges(const placed_edge *a, const placed_edge *b, edge_pair *best)
{
    const double cba = reel_v3_dot(b->left, a->along), dba = reel_v3_dot(b->right, a->along);
    if (cba * dba >= 0) {
        return;
    }
    const double adc = reel_v3_dot(a->left, b->along), bdc = reel_v3_dot(a->right, b->along);
    if (adc * bdc >= 0 || cba * bdc <= 0) {
        return;
    }
    const reel_vec3 cross = reel_v3_cross(a->along, b->along);
    const double size2 = reel_v3_dot(cross, cross);
    const double scale2 = reel_v3_dot(a->along, a->along) * reel_v3_dot(b->along, b->along);
    if (size2 < 1e-12 * scale2) {
        return;
    }
    const double side = reel_v3_dot(cross, reel_v3_add(a->left, a->right));
    const reel_vec3 n = reel_v3_scale(cross, (side < 0 ? -1 : 1) / sqrt(size2));
    const double depth = reel_v3_dot(n, reel_v3_sub(a->at, b->at));
    if (depth < best->depth) {
        *best = (edge_pair){a->index, b->index, n, depth};
    }
}

void sat_edges(const duo *d, const flat_face *face_a, const flat_face *face_b, edge_pair *best)
{
    const double most = fmin(face_a->depth, face_b->depth); /* round included: a little more */
    const slab for_a = {face_a->normal, face_b->normal, face_a->offset - face_a->depth - most,
                        face_b->offset + most};
    const slab for_b = {face_b->normal, face_a->normal, face_b->offset - face_b->depth - most,
                        face_a->offset + most};
    const polytope *p = d->a->hull, *q = d->b->hull;
    placed_edge edges[CHUNK], edge;
    *best = (edge_pair){.a = -1, .depth = most - d->round};
    for (int next = 0; next < q->n_edges;) {
        int n = 0;
        for (; next < q->n_edges && n < CHUNK; next++) {
            n += place_edge_b(d, next, &for_b, &edges[n]);
        }
        for (int e = 0; e < p->n_edges; e++) {
            if (!place_edge_a(p, e, &for_a, &edge)) {
                continue;
            }
            for (int i = 0; i < n; i++) {
                try_edges(&edge, &edges[i], best);
            }
        }
    }
    best->depth += d->round;
}
