/*
 * tree.h - which of many geoms a batch may have to do with.
 *
 * Few geoms are asked one after the other; beyond SOFT_FEW a tree of their boxes is. What is found
 * comes in the order of the scene, so that both ways give the same bits.
 */
#pragma once

#include "render/soft/tile.h"

static void mark(const soft_job *job, int k)
{
    job->marks[k / 64] |= (uint64_t)1 << k % 64;
}

/* The marked geoms in order, and no mark; how many. */
static int take_marked(const soft_job *job, int *out)
{
    int n = 0;
    for (int w = 0; w < (job->n_drawn + 63) / 64; w++) {
        for (uint64_t left = job->marks[w]; left; left &= left - 1) {
            out[n++] = w * 64 + __builtin_ctzll(left);
        }
        job->marks[w] = 0;
    }
    return n;
}

/*
 * Mark the geoms for which `geom_meets` (an expression in k) holds, looking only into nodes for
 * which `node_meets` (in node and its index `at`) does.
 */
#define MARK_MEETING(job, node_meets, geom_meets)           \
    do {                                                    \
        const soft_tree *tree = (job)->tree;                \
        int stack[SOFT_TREE_DEPTH], left = 0;               \
        for (int j = 0; j < tree->n_planes; j++) {          \
            const int k = tree->planes[j];                  \
            if (geom_meets) {                               \
                mark(job, k);                               \
            }                                               \
        }                                                   \
        if (tree->n_nodes > 0) {                            \
            stack[left++] = 0;                              \
        }                                                   \
        while (left > 0) {                                  \
            const int at = stack[--left];                   \
            const soft_node *node = &tree->nodes[at];       \
            if (!(node_meets)) {                            \
                continue;                                   \
            }                                               \
            for (int j = 0; j < node->count; j++) {         \
                const int k = tree->order[node->first + j]; \
                if (geom_meets) {                           \
                    mark(job, k);                           \
                }                                           \
            }                                               \
            if (node->count == 0) {                         \
                stack[left++] = node->first;                \
                stack[left++] = node->first + 1;            \
            }                                               \
        }                                                   \
    } while (0)
