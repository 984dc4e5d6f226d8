/*
 * raster.c - see raster.h. Set-up is in double, from the camera's place on.
 */
#include "render/soft/raster.h"

#include <math.h>
#include <string.h>

enum { MOST_TILES = REEL_MAX_SIDE / SOFT_TILE + 2 };

/* m: what crosses the camera's plane is bounded by what is before this. */
#define NEAR_Z 1e-6

bool reel_soft_raster_init(soft_raster *r, const soft_mesh *const *meshes, int n_drawn,
                           reel_arena *arena)
{
    size_t triangles = 0, vertices = 0;
    *r = (soft_raster){.meshes = meshes};
    r->first_corner = REEL_ARENA_NEW(arena, int, n_drawn);
    for (int k = 0; r->first_corner && k < n_drawn; k++) {
        r->first_corner[k] = (int)vertices;
        if (meshes[k]) {
            triangles += (size_t)meshes[k]->n_triangles;
            vertices += (size_t)meshes[k]->n_vertices;
        }
    }
    if (triangles > INT32_MAX / 4 || vertices > INT32_MAX / 4) {
        return false;
    }
    r->tris = REEL_ARENA_NEW(arena, soft_tri, triangles);
    r->corners = REEL_ARENA_NEW(arena, soft_corner, vertices);
    r->start = REEL_ARENA_NEW(arena, int, MOST_TILES);
    r->column_start = REEL_ARENA_NEW(arena, int, MOST_TILES);
    int **lists[] = {&r->by_row, &r->in_row, &r->by_column, &r->in_tile, &r->merged};
    bool ok = r->first_corner && r->tris && r->corners && r->start && r->column_start;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        *lists[i] = REEL_ARENA_NEW(arena, int, triangles);
        ok = ok && *lists[i];
    }
    return ok;
}

/* cam = rot * local + off */
typedef struct pose {
    double rot[9], off[3];
} pose;

static void place_corners(soft_raster *r, const soft_mesh *m, const pose *p, soft_corner *out)
{
    for (int i = 0; i < m->n_vertices; i++) {
        const double *v = m->vertices + (size_t)i * 3;
        soft_corner *c = &out[i];
        c->x = p->rot[0] * v[0] + p->rot[1] * v[1] + p->rot[2] * v[2] + p->off[0];
        c->y = p->rot[3] * v[0] + p->rot[4] * v[1] + p->rot[5] * v[2] + p->off[1];
        c->z = p->rot[6] * v[0] + p->rot[7] * v[1] + p->rot[8] * v[2] + p->off[2];
        if (c->z > 0) {
            c->u = r->f * c->x / c->z + r->cx;
            c->v = r->f * c->y / c->z + r->cy;
        }
    }
}

typedef struct bounds {
    double x0, y0, x1, y1;
} bounds;

static void add_point(bounds *b, double u, double v)
{
    b->x0 = u < b->x0 ? u : b->x0;
    b->x1 = u > b->x1 ? u : b->x1;
    b->y0 = v < b->y0 ? v : b->y0;
    b->y1 = v > b->y1 ? v : b->y1;
}

/* The part of a triangle that is before the camera, as it is seen. */
static bounds seen_bounds(const soft_raster *r, const soft_corner *const c[3])
{
    bounds b = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        const soft_corner *p = c[i], *q = c[(i + 1) % 3];
        if (p->z > NEAR_Z) {
            add_point(&b, p->u, p->v);
        }
        if ((p->z > NEAR_Z) != (q->z > NEAR_Z)) {
            const double s = (NEAR_Z - p->z) / (q->z - p->z), k = r->f / NEAR_Z;
            add_point(&b, (p->x + s * (q->x - p->x)) * k + r->cx,
                      (p->y + s * (q->y - p->y)) * k + r->cy);
        }
    }
    return b;
}

static int to_pixel(double x, int most)
{
    return x <= 0 ? 0 : x >= most ? most : (int)x;
}

/* The side of the plane through the eye and the edge from b to c, about the reference ray. */
static void set_edge(const soft_raster *r, soft_tri *t, int i, const soft_corner *b,
                     const soft_corner *c, double dx, double dy, double extent)
{
    const double nx = c->y * b->z - c->z * b->y, ny = c->z * b->x - c->x * b->z,
                 nz = c->x * b->y - c->y * b->x;
    const double ax = nx / r->f, ay = ny / r->f, slope = fabs(ax) + fabs(ay);
    const double unit = slope > 1e-300 ? 1 / slope : 1;
    const double at = (nx * dx + ny * dy + nz) * unit;
    t->edge[i][0] = (float)(ax * unit);
    t->edge[i][1] = (float)(ay * unit);
    t->edge[i][2] = (float)fmax(fmin(at, 1e30), -1e30);
    t->slack[i] = (float)(4e-7 * (fabs((double)t->edge[i][2]) + extent) + 1e-6);
}

/* Set up one triangle whose eye side is known to be the outer one; false: no sample can see it. */
static bool set_tri(const soft_raster *r, soft_tri *t, const soft_corner *const c[3],
                    const double n[3], double level, int width, int height)
{
    const bounds b = seen_bounds(r, c);
    if (!(b.x1 > 0 && b.y1 > 0 && b.x0 < width && b.y0 < height)) {
        return false;
    }
    t->x0 = to_pixel(floor(b.x0), width);
    t->y0 = to_pixel(floor(b.y0), height);
    t->x1 = to_pixel(floor(b.x1) + 1, width);
    t->y1 = to_pixel(floor(b.y1) + 1, height);
    const double ref_x = (t->x0 + t->x1) * 0.5, ref_y = (t->y0 + t->y1) * 0.5;
    const double dx = (ref_x - r->cx) / r->f, dy = (ref_y - r->cy) / r->f;
    const double extent = t->x1 - t->x0 + t->y1 - t->y0;
    t->ref_x = (float)ref_x;
    t->ref_y = (float)ref_y;
    for (int i = 0; i < 3; i++) {
        set_edge(r, t, i, c[i], c[(i + 1) % 3], dx, dy, extent);
    }
    const double inv = 1 / level;
    t->inv_z[0] = (float)(n[0] * inv / r->f);
    t->inv_z[1] = (float)(n[1] * inv / r->f);
    t->inv_z[2] = (float)((n[0] * dx + n[1] * dy + n[2]) * inv);
    t->z_lo = (float)fmax(fmin(c[0]->z, fmin(c[1]->z, c[2]->z)), 0);
    t->z_hi = (float)fmax(c[0]->z, fmax(c[1]->z, c[2]->z));
    return true;
}

static void add_geom(soft_raster *r, int k, const pose *p, int width, int height)
{
    const soft_mesh *m = r->meshes[k];
    soft_corner *corners = r->corners + r->first_corner[k];
    double eye[3];
    place_corners(r, m, p, corners);
    for (int i = 0; i < 3; i++) { /* the camera in the geom's frame */
        eye[i] = -(p->rot[i] * p->off[0] + p->rot[3 + i] * p->off[1] + p->rot[6 + i] * p->off[2]);
    }
    for (int f = 0; f < m->n_triangles; f++) {
        const int *v = m->triangles + (size_t)f * 3;
        const double *n = m->plane[f], *a = m->vertices + (size_t)v[0] * 3;
        const double level =
            n[0] * (a[0] - eye[0]) + n[1] * (a[1] - eye[1]) + n[2] * (a[2] - eye[2]);
        const soft_corner *const c[3] = {&corners[v[0]], &corners[v[1]], &corners[v[2]]};
        if (!(level < 0) || (c[0]->z <= NEAR_Z && c[1]->z <= NEAR_Z && c[2]->z <= NEAR_Z)) {
            continue;
        }
        const double cam[3] = {p->rot[0] * n[0] + p->rot[1] * n[1] + p->rot[2] * n[2],
                               p->rot[3] * n[0] + p->rot[4] * n[1] + p->rot[5] * n[2],
                               p->rot[6] * n[0] + p->rot[7] * n[1] + p->rot[8] * n[2]};
        soft_tri *t = &r->tris[r->n];
        t->geom = k;
        t->face = f;
        r->n += set_tri(r, t, c, cam, level, width, height);
    }
}

void reel_soft_raster_fill(soft_raster *r, const reel_scene *scene, const reel_take *take,
                           const soft_info *info, int n_drawn, const soft_snapshot *snap, int width,
                           int height)
{
    int count[MOST_TILES] = {0};
    r->n = r->n_row = 0;
    r->f = snap->view.fx;
    r->cx = snap->view.cx;
    r->cy = snap->view.cy;
    for (int k = 0; k < n_drawn; k++) {
        const soft_geom *g = &snap->geoms[k];
        pose p;
        if (r->meshes[k] && g->x0 < g->x1 && g->y0 < g->y1) {
            reel_soft_pose(scene, take, snap, info[k].geom, p.rot, p.off);
            add_geom(r, k, &p, width, height);
        }
    }
    for (int i = 0; i < r->n; i++) {
        count[r->tris[i].y0 / SOFT_TILE]++;
    }
    for (int i = 0, sum = 0; i < MOST_TILES; i++) {
        r->start[i] = sum;
        sum += count[i];
        count[i] = r->start[i];
    }
    for (int i = 0; i < r->n; i++) {
        r->by_row[count[r->tris[i].y0 / SOFT_TILE]++] = i;
    }
}

/* Merge two rising lists of triangles into `out`, keeping what `stays` says of the first; how many.
 */
static int merge(const soft_raster *r, const int *a, int n_a, const int *b, int n_b, int from,
                 bool rows, int *out)
{
    int n = 0, j = 0;
    for (int i = 0; i < n_a; i++) {
        const soft_tri *t = &r->tris[a[i]];
        if ((rows ? t->y1 : t->x1) <= from) {
            continue;
        }
        while (j < n_b && b[j] < a[i]) {
            out[n++] = b[j++];
        }
        out[n++] = a[i];
    }
    while (j < n_b) {
        out[n++] = b[j++];
    }
    return n;
}

static void swap(int **a, int **b)
{
    int *t = *a;
    *a = *b;
    *b = t;
}

void reel_soft_raster_row(soft_raster *r, int y)
{
    const int row = y / SOFT_TILE, first = r->start[row], n = r->start[row + 1] - first;
    int count[MOST_TILES] = {0};
    r->n_row = y > 0 ? r->n_row : 0; /* a frame may be gone through twice */
    r->n_row = merge(r, r->in_row, r->n_row, r->by_row + first, n, y, true, r->merged);
    swap(&r->in_row, &r->merged);
    r->n_tiles = 0;
    if (r->n_row == 0) {
        return;
    }
    for (int i = 0; i < r->n_row; i++) {
        count[r->tris[r->in_row[i]].x0 / SOFT_TILE]++;
    }
    for (int i = 0, sum = 0; i < MOST_TILES; i++) {
        r->column_start[i] = sum;
        sum += count[i];
        count[i] = r->column_start[i];
    }
    for (int i = 0; i < r->n_row; i++) {
        r->by_column[count[r->tris[r->in_row[i]].x0 / SOFT_TILE]++] = r->in_row[i];
    }
}

int reel_soft_raster_tile(soft_raster *r, int x)
{
    if (r->n_row == 0) {
        return 0;
    }
    const int column = x / SOFT_TILE, first = r->column_start[column];
    const int n = r->column_start[column + 1] - first;
    r->n_tiles = merge(r, r->in_tile, r->n_tiles, r->by_column + first, n, x, false, r->merged);
    swap(&r->in_tile, &r->merged);
    return r->n_tiles;
}

int reel_soft_raster_covers(const soft_raster *r, const soft_tri *t, double px, double py)
{
    const double dx = (px - r->cx) / r->f, dy = (py - r->cy) / r->f;
    const int *v = r->meshes[t->geom]->triangles + (size_t)t->face * 3;
    const soft_corner *corners = r->corners + r->first_corner[t->geom];
    double x[3], y[3];
    for (int i = 0; i < 3; i++) {
        const soft_corner *c = &corners[v[i]];
        x[i] = c->x - dx * c->z;
        y[i] = c->y - dy * c->z;
    }
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3;
        if (x[i] * y[j] > y[i] * x[j]) {
            return 0;
        }
    }
    return 1;
}
