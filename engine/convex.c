/* convex.c - which way two solids overlap least, and what follows; see convex.h. */
#include "engine/convex_parts.h"

static bool deep_enough(const touch_point *p, int n, double least)
{
    double deepest = -1;
    for (int i = 0; i < n; i++) {
        deepest = fmax(deepest, p[i].depth);
    }
    return deepest >= FACE_SHARE * least - FACE_SLACK && n > 0;
}

/* The deepest of a face's points takes the two apart, even if their deepest point is beside it. */
static int as_deep_as_face(const flat_face *face, touch_point *p, int n)
{
    int deepest = 0;
    for (int i = 1; i < n; i++) {
        deepest = p[i].depth > p[deepest].depth ? i : deepest;
    }
    p[deepest].depth = fmax(p[deepest].depth, face->depth);
    return n;
}

static int collide_polytopes(duo *d, touch_point *out)
{
    flat_face face_a, face_b;
    edge_pair edges;
    if (!sat_faces(d, &face_a, &face_b)) {
        return 0;
    }
    const flat_face *face = face_b.depth < face_a.depth - 1e-9 ? &face_b : &face_a;
    int n = 0;
    if (face->depth < FACE_SLACK) { /* no pair of edges can change that it is the face */
        n = manifold_on_face(d, face, out);
        if (n > 0) {
            return n;
        }
    }
    if (!sat_edges(d, &face_a, &face_b, &edges)) {
        return 0;
    }
    if (edges.a < 0 || !(edges.depth < FACE_SHARE * face->depth - FACE_SLACK)) {
        n = manifold_on_face(d, face, out);
        if (deep_enough(out, n, fmin(face->depth, edges.depth))) {
            return as_deep_as_face(face, out, n);
        }
    }
    if (edges.a >= 0) {
        return manifold_of_parts(d, edges.normal, edges.depth, out);
    }
    return manifold_of_parts(d, reel_v3_scale(face->normal, face->on_b ? -1 : 1), face->depth, out);
}

static int collide_curved(duo *d, touch_point *out)
{
    flat_face face_a, face_b;
    if (!sat_faces(d, &face_a, &face_b) || !flat_ends(d, false, &face_a) ||
        !flat_ends(d, true, &face_b)) {
        return 0;
    }
    const flat_face *face = face_b.depth < face_a.depth - 1e-9 ? &face_b : &face_a;
    int n = 0;
    if (face->depth < FACE_SLACK) {
        n = manifold_on_face(d, face, out);
        if (n > 0) {
            return n;
        }
    }
    const least_overlap least = find_least_overlap(d, &face_a, &face_b);
    if (least.depth < 0) {
        return 0;
    }
    if (face->depth < 1e300 && !(least.depth < FACE_SHARE * face->depth - FACE_SLACK)) {
        n = manifold_on_face(d, face, out);
        if (deep_enough(out, n, fmin(least.depth, face->depth))) {
            return as_deep_as_face(face, out, n);
        }
    }
    return manifold_of_parts(d, least.n, least.depth, out);
}

int collide_convex(const convex *a, const convex *b, const convex_pose *b_in_a, touch_point *out)
{
    duo d = {.a = a, .b = b, .pose = *b_in_a, .round = a->round + b->round};
    const reel_vec3 apart = reel_v3_sub(pose_point(&d.pose, b->centre), a->centre);
    const double reach = a->reach + b->reach;
    if (reel_v3_dot(apart, apart) > reach * reach) {
        return 0;
    }
    return a->hull && b->hull ? collide_polytopes(&d, out) : collide_curved(&d, out);
}

int collide_convex_plane(const convex *s, reel_vec3 normal, double offset, touch_point *out)
{
    return manifold_on_plane(s, normal, offset, out);
}
