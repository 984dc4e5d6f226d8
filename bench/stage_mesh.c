#include "bench/stage_mesh.h"

#include "base/rng.h"
#include "base/trig.h"

#include <string.h>

typedef struct maker {
    reel_mesh *m;
    bool ok;
} maker;

static maker start(reel_arena *arena, reel_mesh *m, const char *name, int vertices, int triangles,
                   double crease)
{
    *m = (reel_mesh){.name = name,
                     .vertices = REEL_ARENA_NEW(arena, double, 3 * vertices),
                     .triangles = REEL_ARENA_NEW(arena, int, 3 * triangles),
                     .crease = crease};
    return (maker){m, m->vertices && m->triangles};
}

static int point(maker *k, double x, double y, double z)
{
    double *v = k->m->vertices + 3 * k->m->n_vertices;
    v[0] = x;
    v[1] = y;
    v[2] = z;
    return k->m->n_vertices++;
}

static void triangle(maker *k, int a, int b, int c)
{
    int *t = k->m->triangles + 3 * k->m->n_triangles++;
    t[0] = a;
    t[1] = b;
    t[2] = c;
}

static void quad(maker *k, int a, int b, int c, int d)
{
    triangle(k, a, b, c);
    triangle(k, a, c, d);
}

static bool make_torus(reel_arena *arena, reel_mesh *m)
{
    enum { U = 24, V = 12 };
    maker k = start(arena, m, "torus", U * V, 2 * U * V, 1);
    for (int i = 0; k.ok && i < U; i++) {
        for (int j = 0; j < V; j++) {
            const double u = 2 * REEL_PI * i / U, v = 2 * REEL_PI * j / V;
            const double r = 0.36 + 0.14 * reel_cos(v);
            point(&k, r * reel_cos(u), r * reel_sin(u), 0.14 * reel_sin(v));
            quad(&k, i * V + j, (i + 1) % U * V + j, (i + 1) % U * V + (j + 1) % V,
                 i * V + (j + 1) % V);
        }
    }
    return k.ok;
}

/* Teeth about z: an outline of 4 points a tooth, and two fans. */
static bool make_gear(reel_arena *arena, reel_mesh *m)
{
    enum { TEETH = 12, N = 4 * TEETH };
    maker k = start(arena, m, "gear", 2 * N + 2, 4 * N, 0);
    for (int i = 0; k.ok && i < N; i++) {
        const double a = 2 * REEL_PI * (i + (i & 1 ? 0.2 : -0.2)) / N, r = i & 2 ? 0.5 : 0.38;
        point(&k, r * reel_cos(a), r * reel_sin(a), -0.1);
        point(&k, r * reel_cos(a), r * reel_sin(a), 0.1);
    }
    const int below = k.ok ? point(&k, 0, 0, -0.1) : 0, above = k.ok ? point(&k, 0, 0, 0.1) : 0;
    for (int i = 0; k.ok && i < N; i++) {
        const int a = 2 * i, b = 2 * ((i + 1) % N);
        quad(&k, a, b, b + 1, a + 1);
        triangle(&k, below, b, a);
        triangle(&k, above, a + 1, b + 1);
    }
    return k.ok;
}

/* A profile of (radius, height) that begins and ends on the axis, turned about z. */
static bool make_turned(reel_arena *arena, reel_mesh *m, const char *name, const double (*p)[2],
                        int n, int around, double crease)
{
    maker k = start(arena, m, name, (n - 2) * around + 2, 2 * (n - 2) * around, crease);
    if (!k.ok) {
        return false;
    }
    const int first = point(&k, 0, 0, p[0][1]), last = point(&k, 0, 0, p[n - 1][1]);
    for (int i = 1; i + 1 < n; i++) {
        for (int j = 0; j < around; j++) {
            const double a = 2 * REEL_PI * j / around;
            point(&k, p[i][0] * reel_cos(a), p[i][0] * reel_sin(a), p[i][1]);
        }
    }
    for (int j = 0; j < around; j++) {
        const int next = (j + 1) % around, end = 2 + (n - 3) * around;
        triangle(&k, first, 2 + next, 2 + j);
        for (int i = 0; i + 3 < n; i++) {
            const int a = 2 + i * around;
            quad(&k, a + j, a + next, a + around + next, a + around + j);
        }
        triangle(&k, last, end + j, end + next);
    }
    return true;
}

static bool make_cup(reel_arena *arena, reel_mesh *m)
{
    static const double p[][2] = {{0, -0.5},   {0.28, -0.5}, {0.33, -0.46}, {0.42, 0.5},
                                  {0.38, 0.5}, {0.29, -0.4}, {0.24, -0.44}, {0, -0.44}};
    return make_turned(arena, m, "cup", p, 8, 32, 0.7);
}

static bool make_vase(reel_arena *arena, reel_mesh *m)
{
    enum { N = 20 };
    double p[N][2];
    for (int i = 0; i < N; i++) {
        const double s = (double)i / (N - 1);
        p[i][0] = i == 0 || i == N - 1 ? 0 : 0.22 + 0.14 * reel_sin(5.5 * s) + 0.04 * s;
        p[i][1] = i == 0 ? -0.5 : i == N - 1 ? 0.5 : -0.5 + (double)(i - 1) / (N - 3);
    }
    return make_turned(arena, m, "vase", (const double(*)[2])p, N, 32, 0.8);
}

/* A ball of few faces, stretched: its points stay on an ellipsoid, so it stays convex. */
static bool make_gem(reel_arena *arena, reel_mesh *m)
{
    static const double p[][2] = {{0, -0.4},   {0.3, -0.3}, {0.5, 0},
                                  {0.5, 0.05}, {0.3, 0.32}, {0, 0.38}};
    return make_turned(arena, m, "gem", p, 6, 8, 0.82);
}

static bool make_rock(reel_arena *arena, reel_mesh *m)
{
    enum { N = 40 };
    reel_rng rng = reel_rng_stream(5, "rock");
    double points[N][3];
    reel_error err = {0};
    for (int i = 0; i < N; i++) {
        double x[3];
        for (int c = 0; c < 3; c++) {
            x[c] = reel_rng_normal(&rng);
        }
        const double l = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
        points[i][0] = 0.5 * x[0] / l;
        points[i][1] = 0.42 * x[1] / l;
        points[i][2] = 0.36 * x[2] / l;
    }
    if (reel_hull_of_points(arena, &points[0][0], N, m, &err) != REEL_OK) {
        return false;
    }
    m->name = "rock";
    return true;
}

reel_mesh *stage_meshes(reel_arena *arena)
{
    reel_mesh *m = REEL_ARENA_NEW(arena, reel_mesh, STAGE_MESH_COUNT);
    const bool ok = m && make_torus(arena, &m[STAGE_TORUS]) && make_gear(arena, &m[STAGE_GEAR]) &&
                    make_cup(arena, &m[STAGE_CUP]) && make_vase(arena, &m[STAGE_VASE]) &&
                    make_rock(arena, &m[STAGE_ROCK]) && make_gem(arena, &m[STAGE_GEM]);
    for (int i = 0; ok && i < STAGE_MESH_COUNT; i++) {
        for (int j = 0; j < 3 * m[i].n_vertices; j++) {
            m[i].vertices[j] *= 0.5;
        }
    }
    return ok ? m : NULL;
}

reel_height_field *stage_hills(reel_arena *arena, int n, double size)
{
    reel_height_field *f = REEL_ARENA_NEW(arena, reel_height_field, 1);
    if (!f) {
        return NULL;
    }
    *f = (reel_height_field){.name = "hills",
                             .columns = n,
                             .rows = n,
                             .n_heights = n * n,
                             .heights = REEL_ARENA_NEW(arena, double, n *n),
                             .crease = 1.2};
    for (int i = 0; f->heights && i < n * n; i++) {
        const double x = ((double)(i % n) / (n - 1) - 0.5) * size;
        const double y = ((double)(i / n) / (n - 1) - 0.5) * size;
        f->heights[i] = 0.09 * reel_sin(5.1 * x + 1) * reel_cos(4.3 * y) +
                        0.05 * reel_sin(9.0 * y + 2.0 * x) +
                        0.02 * reel_sin(17 * x) * reel_sin(13 * y);
    }
    return f->heights ? f : NULL;
}
