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

/*
 * Whether nothing can be so much shallower than the face that it would be taken instead: a point of
 * the other solid (the middle of its deep ones) is that far inside of the face's solid, and nothing
 * less than that takes the two apart. Also proves that they overlap.
 */
static bool face_is_least(const duo *d, const flat_face *face, const touch_point *p, int n)
{
    const double enough = FACE_SHARE * face->depth - FACE_SLACK;
    if (enough <= 0) {
        return n > 0;
    }
    reel_vec3 sum = {0, 0, 0};
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (p[i].depth >= enough) {
            const reel_vec3 low = reel_v3_madd(p[i].pos, -p[i].depth / 2, face->normal);
            sum = reel_v3_add(sum, low);
            count++;
        }
    }
    if (count == 0) {
        return false;
    }
    reel_vec3 x = reel_v3_scale(sum, 1.0 / count);
    if (face->on_b) {
        x = reel_mat3_tmul_v(d->pose.r, reel_v3_sub(x, d->pose.p));
    }
    return convex_inner_distance(face->on_b ? d->b : d->a, x) >= enough;
}

/* Edges or curved surfaces instead of the faces: false if they separate the two. */
static bool find_other(duo *d, const flat_face *face_a, const flat_face *face_b,
                       least_overlap *other)
{
    if (!d->a->hull || !d->b->hull) {
        *other = find_least_overlap(d, face_a, face_b);
        return other->depth >= 0;
    }
    /* sat_edges() takes for granted that they overlap: it looks no farther than that goes */
    const flat_face *face = face_a->depth <= face_b->depth ? face_a : face_b;
    reel_vec3 n = reel_v3_scale(face->normal, face->on_b ? -1 : 1);
    gjk_search search = {.simplex = {0}};
    if (gjk_distance(d, &search, 0, d->round, &n) > d->round) {
        return false;
    }
    edge_pair edges;
    sat_edges(d, face_a, face_b, &edges);
    /* by the solids themselves, whatever rounding did to the arcs */
    *other = (least_overlap){edges.normal, edges.a < 0 ? 1e300 : duo_overlap(d, edges.normal)};
    return other->depth >= 0;
}

static int collide(duo *d, touch_point *out)
{
    flat_face face_a, face_b;
    if (!sat_faces(d, &face_a, &face_b) || !flat_ends(d, false, &face_a) ||
        !flat_ends(d, true, &face_b)) {
        return 0;
    }
    /* of two that are equal but for rounding, always the same */
    const flat_face *face = face_b.depth < face_a.depth - 1e-9 ? &face_b : &face_a;
    const bool has_face = face->depth < 1e300;
    const int n = has_face ? manifold_on_face(d, face, out) : 0;
    if (n > 0 && face_is_least(d, face, out, n)) {
        return as_deep_as_face(face, out, n);
    }
    least_overlap other;
    if (!find_other(d, &face_a, &face_b, &other)) {
        return 0;
    }
    const bool by_face = has_face && !(other.depth < FACE_SHARE * face->depth - FACE_SLACK);
    if (by_face && deep_enough(out, n, fmin(face->depth, other.depth))) {
        return as_deep_as_face(face, out, n);
    }
    if (other.depth > face->depth) { /* the face's normal, but what is deepest is beside it */
        other = (least_overlap){reel_v3_scale(face->normal, face->on_b ? -1 : 1), face->depth};
    }
    return manifold_of_parts(d, other.n, other.depth, out);
}

int collide_convex(const convex *a, const convex *b, const convex_pose *b_in_a, touch_point *out)
{
    duo d = {.a = a, .b = b, .pose = *b_in_a, .round = a->round + b->round};
    const reel_vec3 apart = reel_v3_sub(pose_point(&d.pose, b->centre), a->centre);
    const double reach = a->reach + b->reach;
    if (reel_v3_dot(apart, apart) > reach * reach) {
        return 0;
    }
    return collide(&d, out);
}

int collide_convex_plane(const convex *s, reel_vec3 normal, double offset, touch_point *out)
{
    return manifold_on_plane(s, normal, offset, out);
}
