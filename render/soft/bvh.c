/*
 * bvh.c - a tree of boxes over the triangles of a mesh.
 *
 * Binary, split where the surface area heuristic is least over binned centres (Wald, "On fast
 * Construction of SAH-based Bounding Volume Hierarchies", 2007). Built in double from exact data in
 * a fixed order, so the same mesh gives the same tree; the boxes are rounded outwards.
 */
#include "render/soft/mesh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 12 };

typedef struct box {
    double lo[3], hi[3];
} box;

typedef struct build {
    soft_mesh *mesh;
    box *boxes;  /* [triangles] */
    int n_nodes; /* so far */
} build;

static const box empty = {{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};

static void grow(box *b, const box *other)
{
    for (int c = 0; c < 3; c++) {
        b->lo[c] = fmin(b->lo[c], other->lo[c]);
        b->hi[c] = fmax(b->hi[c], other->hi[c]);
    }
}

static double half_area(const box *b)
{
    const double x = b->hi[0] - b->lo[0], y = b->hi[1] - b->lo[1], z = b->hi[2] - b->lo[2];
    return x < 0 ? 0 : x * y + y * z + z * x;
}

static double centre(const build *b, int triangle, int axis)
{
    return 0.5 * (b->boxes[triangle].lo[axis] + b->boxes[triangle].hi[axis]);
}

static void set_node(soft_node *node, const box *bounds, int first, int count)
{
    for (int c = 0; c < 3; c++) {
        node->lo[c] = nextafterf((float)bounds->lo[c], -INFINITY);
        node->hi[c] = nextafterf((float)bounds->hi[c], INFINITY);
    }
    node->first = first;
    node->count = count;
}

typedef struct split {
    int axis, bin; /* bins below `bin` go left */
    double cost;
    double lo, scale; /* bin of a centre x: (x - lo) * scale */
} split;

static int bin_of(const split *s, double x)
{
    const int bin = (int)((x - s->lo) * s->scale);
    return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
}

/* The cheapest split of order[first .. first + count) along `axis`, if better than `best`. */
static void try_axis(const build *b, int first, int count, int axis, split *best)
{
    const int *order = b->mesh->order + first;
    box bins[BINS], right[BINS], left = empty, all = empty;
    int n[BINS] = {0}, n_left = 0;
    split s = {axis, 0, 0, INFINITY, 0};
    double hi = -INFINITY;
    for (int i = 0; i < count; i++) {
        const double x = centre(b, order[i], axis);
        s.lo = fmin(s.lo, x);
        hi = fmax(hi, x);
    }
    if (!(hi > s.lo)) {
        return;
    }
    s.scale = BINS / (hi - s.lo);
    for (int i = 0; i < BINS; i++) {
        bins[i] = empty;
    }
    for (int i = 0; i < count; i++) {
        const int bin = bin_of(&s, centre(b, order[i], axis));
        grow(&bins[bin], &b->boxes[order[i]]);
        n[bin]++;
    }
    for (int i = BINS - 1; i >= 0; i--) {
        grow(&all, &bins[i]);
        right[i] = all;
    }
    for (int i = 1; i < BINS; i++) {
        grow(&left, &bins[i - 1]);
        n_left += n[i - 1];
        s.bin = i;
        s.cost = half_area(&left) * n_left + half_area(&right[i]) * (count - n_left);
        if (n_left > 0 && n_left < count && s.cost < best->cost) {
            *best = s;
        }
    }
}

/* Part order[first ..] in place, each side in its old order; how many go left. */
static int part(const build *b, int first, int count, const split *s, int *scratch)
{
    int *order = b->mesh->order + first, n = 0, m = 0;
    for (int i = 0; i < count; i++) {
        if (bin_of(s, centre(b, order[i], s->axis)) < s->bin) {
            order[n++] = order[i];
        } else {
            scratch[m++] = order[i];
        }
    }
    memcpy(order + n, scratch, (size_t)m * sizeof *order);
    return n;
}

/* Fill node `at` with order[first .. first + count). */
static void build_node(build *b, int at, int first, int count, int depth, int *scratch)
{
    const soft_mesh *m = b->mesh;
    box bounds = empty;
    for (int i = 0; i < count; i++) {
        grow(&bounds, &b->boxes[m->order[first + i]]);
    }
    set_node(&m->nodes[at], &bounds, first, count);
    if (count <= SOFT_BVH_LEAF || depth == SOFT_BVH_DEPTH) {
        return;
    }
    split best = {0, 0, INFINITY, 0, 0};
    int left = count / 2;
    for (int axis = 0; axis < 3; axis++) {
        try_axis(b, first, count, axis, &best);
    }
    if (best.cost < INFINITY && depth < SOFT_BVH_DEPTH / 2) {
        left = part(b, first, count, &best, scratch);
    } /* else halve: all centres in one place, or an odd shape that would grow too deep */
    const int child = b->n_nodes;
    b->n_nodes += 2;
    m->nodes[at].first = child;
    m->nodes[at].count = 0;
    build_node(b, child, first, left, depth + 1, scratch);
    build_node(b, child + 1, first + left, count - left, depth + 1, scratch);
}

bool reel_soft_bvh_build(soft_mesh *mesh, reel_arena *arena)
{
    const size_t n = (size_t)mesh->n_triangles;
    build b = {mesh, reel_alloc(n * sizeof(box)), 1};
    int *scratch = reel_alloc(n * sizeof *scratch);
    mesh->nodes = REEL_ARENA_NEW(arena, soft_node, 2 * n);
    mesh->order = REEL_ARENA_NEW(arena, int, n);
    const bool ok = b.boxes && scratch && mesh->nodes && mesh->order;
    for (size_t t = 0; ok && t < n; t++) {
        b.boxes[t] = empty;
        for (int k = 0; k < 3; k++) {
            box point;
            for (int c = 0; c < 3; c++) {
                point.lo[c] = point.hi[c] =
                    mesh->vertices[(size_t)mesh->triangles[t * 3 + (size_t)k] * 3 + (size_t)c];
            }
            grow(&b.boxes[t], &point);
        }
        mesh->order[t] = (int)t;
    }
    if (ok) {
        build_node(&b, 0, 0, (int)n, 0, scratch);
    }
    reel_free(b.boxes);
    reel_free(scratch);
    return ok;
}
