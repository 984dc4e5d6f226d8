/*
 * tree.c - a tree of boxes over the drawn geoms of a frame, for scenes of many (tree.h).
 *
 * Median splits along the longest side of the centres, in a fixed order: the same frame gives the
 * same tree.
 */
#include "render/soft/soft.h"

#include <math.h>

static void bound(soft_tree *t, const soft_geom *geoms, soft_node *node, float *reach)
{
    *reach = 0;
    for (int c = 0; c < 3; c++) {
        node->lo[c] = INFINITY;
        node->hi[c] = -INFINITY;
    }
    for (int i = 0; i < node->count; i++) {
        const soft_geom *g = &geoms[t->order[node->first + i]];
        const float r = g->radius * 1.0001f;
        *reach = g->reach > *reach ? g->reach : *reach;
        for (int c = 0; c < 3; c++) {
            node->lo[c] = g->centre[c] - r < node->lo[c] ? g->centre[c] - r : node->lo[c];
            node->hi[c] = g->centre[c] + r > node->hi[c] ? g->centre[c] + r : node->hi[c];
        }
    }
}

/* Bring the `left` smallest centres along `axis` to the front of order[0 .. n) (Hoare's select). */
static void select_half(int *order, int n, int left, const soft_geom *geoms, int axis)
{
    int lo = 0, hi = n - 1;
    while (lo < hi) {
        const float pivot = geoms[order[(lo + hi) / 2]].centre[axis];
        int i = lo, j = hi;
        while (i <= j) {
            while (geoms[order[i]].centre[axis] < pivot) {
                i++;
            }
            while (geoms[order[j]].centre[axis] > pivot) {
                j--;
            }
            if (i <= j) {
                const int swap = order[i];
                order[i++] = order[j];
                order[j--] = swap;
            }
        }
        if (left <= j) {
            hi = j;
        } else if (left >= i) {
            lo = i;
        } else {
            return;
        }
    }
}

static int longest_axis(const soft_tree *t, const soft_geom *geoms, int first, int n)
{
    float best = -1;
    int axis = 0;
    for (int c = 0; c < 3; c++) {
        float lo = INFINITY, hi = -INFINITY;
        for (int i = 0; i < n; i++) {
            const float x = geoms[t->order[first + i]].centre[c];
            lo = x < lo ? x : lo;
            hi = x > hi ? x : hi;
        }
        if (hi - lo > best) {
            best = hi - lo;
            axis = c;
        }
    }
    return axis;
}

static void build(soft_tree *t, const soft_geom *geoms, int at, int first, int n)
{
    soft_node *node = &t->nodes[at];
    node->first = first;
    node->count = n;
    bound(t, geoms, node, &t->reach[at]);
    if (n <= SOFT_TREE_LEAF) {
        return;
    }
    const int left = n / 2, child = t->n_nodes;
    select_half(t->order + first, n, left, geoms, longest_axis(t, geoms, first, n));
    t->n_nodes += 2;
    node->first = child;
    node->count = 0;
    build(t, geoms, child, first, left);
    build(t, geoms, child + 1, first + left, n - left);
}

void reel_soft_tree_fill(soft_tree *t, const soft_geom *geoms, int n_drawn)
{
    int n = 0;
    t->n_planes = 0;
    for (int k = 0; k < n_drawn; k++) {
        if (!geoms[k].present) {
            continue;
        }
        if (geoms[k].shape == REEL_SHAPE_PLANE) {
            t->planes[t->n_planes++] = k;
        } else {
            t->order[n++] = k;
        }
    }
    t->n_nodes = n > 0;
    if (n > 0) {
        build(t, geoms, 0, 0, n);
    }
}
