/*
 * rims.c - the rims of what meshes hide from a sun: edges where facets that face away from it end.
 */
#include "render/soft/rims.h"

#include <string.h>

/* A geom's frame as the light sees it: across (u, v) and along w = axis[i] . x + at[i]. */
typedef struct light_frame {
    double axis[3][3], at[3];
} light_frame;

static light_frame frame_of(const soft_geom *g, const soft_sun *sun)
{
    const float *axes[3] = {sun->u, sun->v, sun->dir};
    light_frame f;
    for (int i = 0; i < 3; i++) {
        f.at[i] = 0;
        for (int r = 0; r < 3; r++) {
            const float *row = g->rot + r * 3;
            f.axis[i][r] = (double)row[0] * axes[i][0] + (double)row[1] * axes[i][1] +
                           (double)row[2] * axes[i][2];
            f.at[i] -= f.axis[i][r] * g->off[r];
        }
    }
    return f;
}

static void place(float out[3], const light_frame *f, const double *x)
{
    for (int i = 0; i < 3; i++) {
        out[i] =
            (float)(f->axis[i][0] * x[0] + f->axis[i][1] * x[1] + f->axis[i][2] * x[2] + f->at[i]);
    }
}

static void grow(soft_rim_box *box, const float p[3])
{
    for (int i = 0; i < 3; i++) {
        box->lo[i] = p[i] < box->lo[i] ? p[i] : box->lo[i];
        box->hi[i] = p[i] > box->hi[i] ? p[i] : box->hi[i];
    }
}

/* Append the rims of one geom, which begins a box; how many. */
static int add_geom(soft_rims *r, const soft_mesh *m, const light_frame *f)
{
    const double *l = f->axis[2];
    const int first = r->n;
    for (int t = 0; t < m->n_triangles; t++) {
        const double *n = m->plane[t];
        r->away[t] = n[0] * l[0] + n[1] * l[1] + n[2] * l[2] < 0;
    }
    for (int e = 0; e < m->n_edges; e++) {
        const soft_edge *edge = &m->edges[e];
        const int a = r->away[edge->face[0]], b = edge->face[1] >= 0 && r->away[edge->face[1]];
        if (a == b) {
            continue;
        }
        soft_rim *rim = &r->rims[r->n];
        place(rim->a, f, m->vertices + (size_t)edge->v[a] * 3);
        place(rim->b, f, m->vertices + (size_t)edge->v[!a] * 3);
        soft_rim_box *box = &r->boxes[r->n_boxes];
        if (r->n % SOFT_RIM_BOX == 0) {
            memcpy(box->lo, rim->a, sizeof box->lo);
            memcpy(box->hi, rim->a, sizeof box->hi);
        }
        grow(box, rim->a);
        grow(box, rim->b);
        r->n++;
        r->n_boxes += r->n % SOFT_RIM_BOX == 0;
    }
    const int count = r->n - first;
    if (r->n % SOFT_RIM_BOX) {
        r->n += SOFT_RIM_BOX - r->n % SOFT_RIM_BOX;
        r->n_boxes++;
    }
    return count;
}

bool reel_soft_rims_init(soft_rims *r, const soft_mesh *const *meshes, int n_drawn,
                         reel_arena *arena)
{
    size_t edges = 0, triangles = 0;
    for (int k = 0; k < n_drawn; k++) {
        if (meshes[k]) {
            edges += (size_t)meshes[k]->n_edges + SOFT_RIM_BOX;
            const size_t n = (size_t)meshes[k]->n_triangles;
            triangles = n > triangles ? n : triangles;
        }
    }
    *r = (soft_rims){.rims = REEL_ARENA_NEW(arena, soft_rim, edges),
                     .boxes = REEL_ARENA_NEW(arena, soft_rim_box, edges / SOFT_RIM_BOX + 1),
                     .start = REEL_ARENA_NEW(arena, int, n_drawn),
                     .count = REEL_ARENA_NEW(arena, int, n_drawn),
                     .away = REEL_ARENA_NEW(arena, uint8_t, triangles)};
    return r->rims && r->boxes && r->start && r->count && r->away;
}

void reel_soft_rims_fill(soft_rims *r, const soft_mesh *const *meshes, const soft_geom *geoms,
                         int n_drawn, const soft_sun *sun)
{
    r->n = r->n_boxes = 0;
    for (int k = 0; k < n_drawn; k++) {
        r->start[k] = r->n;
        r->count[k] = 0;
        if (meshes[k] && geoms[k].present) {
            const light_frame f = frame_of(&geoms[k], sun);
            r->count[k] = add_geom(r, meshes[k], &f);
        }
    }
}
