/*
 * patches.c - a mesh as a few flat discs, for how much sky it hides (occlusion.h).
 *
 * Facets are parted again and again: always the part whose facets differ most in place and
 * direction, at the mean of the coordinate that varies most.
 */
#include "base/trig.h"
#include "render/soft/mesh.h"

#include <math.h>
#include <string.h>

enum { DIMENSIONS = 6 }; /* of place and direction */

typedef struct facet {
    double x[DIMENSIONS]; /* middle / radius of the mesh; unit normal */
    double area;
} facet;

typedef struct part {
    int first, n;  /* of the facets' order */
    int axis;      /* that varies most */
    double mean;   /* along it */
    double spread; /* area times variance along it */
} part;

static facet facet_of(const soft_mesh *m, int triangle)
{
    const int *v = m->triangles + (size_t)triangle * 3;
    const double *n = m->plane[triangle];
    const double length = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    facet f = {.area = 0.5 * length};
    for (int c = 0; c < 3; c++) {
        const double sum = m->vertices[(size_t)v[0] * 3 + (size_t)c] +
                           m->vertices[(size_t)v[1] * 3 + (size_t)c] +
                           m->vertices[(size_t)v[2] * 3 + (size_t)c];
        f.x[c] = sum / (3 * m->radius);
        f.x[3 + c] = length > 0 ? n[c] / length : 0;
    }
    return f;
}

static part measure(const facet *facets, const int *order, int first, int n)
{
    part p = {.first = first, .n = n};
    double area = 0;
    for (int i = 0; i < n; i++) {
        area += facets[order[first + i]].area;
    }
    for (int k = 0; k < DIMENSIONS && area > 0; k++) {
        double sum = 0, spread = 0;
        for (int i = 0; i < n; i++) {
            const facet *f = &facets[order[first + i]];
            sum += f->area * f->x[k];
        }
        for (int i = 0; i < n; i++) {
            const facet *f = &facets[order[first + i]];
            const double d = f->x[k] - sum / area;
            spread += f->area * d * d;
        }
        if (spread > p.spread) {
            p.spread = spread;
            p.axis = k;
            p.mean = sum / area;
        }
    }
    return p;
}

/* The facets below the mean of the part's axis first; how many. */
static int divide(const facet *facets, int *order, const part *p, int *scratch)
{
    int n = 0, m = 0;
    for (int i = 0; i < p->n; i++) {
        const int f = order[p->first + i];
        if (facets[f].x[p->axis] < p->mean) {
            order[p->first + n++] = f;
        } else {
            scratch[m++] = f;
        }
    }
    memcpy(order + p->first + n, scratch, (size_t)m * sizeof *order);
    return n;
}

static soft_patch patch_of(const soft_mesh *m, const facet *facets, const int *order, const part *p)
{
    double area = 0, middle[3] = {0, 0, 0}, normal[3] = {0, 0, 0};
    soft_patch out;
    for (int i = 0; i < p->n; i++) {
        const facet *f = &facets[order[p->first + i]];
        area += f->area;
        for (int c = 0; c < 3; c++) {
            middle[c] += f->area * f->x[c] * m->radius;
            normal[c] += f->area * f->x[3 + c];
        }
    }
    const double seen = sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
    for (int c = 0; c < 3; c++) {
        out.middle[c] = (float)(area > 0 ? middle[c] / area : 0);
        out.normal[c] = (float)(seen > 0 ? normal[c] / seen : 0);
    }
    out.area = (float)(seen / REEL_PI);
    return out;
}

bool reel_soft_patches_fill(soft_mesh *mesh)
{
    const size_t n = (size_t)mesh->n_triangles;
    facet *facets = reel_alloc(n * sizeof *facets);
    int *order = reel_alloc(2 * n * sizeof *order);
    part parts[SOFT_PATCHES];
    const bool ok = facets && order;
    for (size_t i = 0; ok && i < n; i++) {
        facets[i] = facet_of(mesh, (int)i);
        order[i] = (int)i;
    }
    int count = 0;
    if (ok) {
        parts[count++] = measure(facets, order, 0, (int)n);
    }
    while (ok && count < SOFT_PATCHES) {
        int most = 0;
        for (int i = 1; i < count; i++) {
            most = parts[i].spread > parts[most].spread ? i : most;
        }
        const part p = parts[most];
        const int left = p.spread > 0 ? divide(facets, order, &p, order + n) : 0;
        if (left == 0 || left == p.n) {
            break;
        }
        parts[most] = measure(facets, order, p.first, left);
        parts[count++] = measure(facets, order, p.first + left, p.n - left);
    }
    for (int i = 0; i < count; i++) {
        mesh->patches[i] = patch_of(mesh, facets, order, &parts[i]);
    }
    mesh->n_patches = count;
    reel_free(facets);
    reel_free(order);
    return ok;
}
