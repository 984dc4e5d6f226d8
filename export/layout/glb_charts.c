/* glb_charts.c - a surface in pieces that are seen whole along an axis; see glb_internal.h. */
#include "export/layout/glb_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SIDES = 6 };

/* Half the height of a picture over its distance: the angle is 0.6 degrees. */
#define SLENDER 0.005

static const double axes[SIDES][2][3] = {
    {{0, 1, 0}, {0, 0, 1}}, {{0, -1, 0}, {0, 0, 1}}, {{-1, 0, 0}, {0, 0, 1}},
    {{1, 0, 0}, {0, 0, 1}}, {{1, 0, 0}, {0, 1, 0}},  {{1, 0, 0}, {0, -1, 0}},
};

double reel_glb_focal(int side)
{
    return 0.5 * side / SLENDER;
}

void reel_glb_sight_project(const reel_glb_sight *sight, int side, const double p[3], double out[2])
{
    const reel_vec3 d = reel_v3_sub(reel_v3(p[0], p[1], p[2]), sight->centre);
    const double z = sight->distance - reel_v3_dot(d, sight->out), f = reel_glb_focal(side);
    out[0] = 0.5 * side + f * reel_v3_dot(d, sight->right) / z;
    out[1] = 0.5 * side - f * reel_v3_dot(d, sight->up) / z;
}

reel_glb_sight reel_glb_sight_along(int axis, reel_vec3 centre, double distance)
{
    const double *r = axes[axis][0], *u = axes[axis][1];
    reel_glb_sight s = {.right = {r[0], r[1], r[2]}, .up = {u[0], u[1], u[2]}};
    s.out = reel_v3_cross(s.right, s.up);
    s.centre = centre;
    s.distance = distance;
    return s;
}

/* From where a geom of half extent `half` fills the picture but for the padding. */
static double distance_for(int side, double half)
{
    return half * (1 + reel_glb_focal(side) / (0.5 * side - REEL_GLB_PAD - 0.5));
}

static int side_of(const reel_glb_shell *shell, int triangle)
{
    const int *t = reel_glb_shell_triangle(shell, triangle);
    reel_vec3 p[3];
    for (int k = 0; k < 3; k++) {
        const double *v = reel_glb_shell_position(shell, t[k]);
        p[k] = reel_v3(v[0], v[1], v[2]);
    }
    const reel_vec3 n = reel_v3_cross(reel_v3_sub(p[1], p[0]), reel_v3_sub(p[2], p[0]));
    const double c[3] = {n.x, n.y, n.z};
    int a = fabs(c[1]) > fabs(c[0]) ? 1 : 0;
    a = fabs(c[2]) > fabs(c[a]) ? 2 : a;
    return 2 * a + (c[a] < 0);
}

static int root_of(int *group, int i)
{
    while (group[i] != i) {
        i = group[i] = group[group[i]];
    }
    return i;
}

/* chart[t] of every triangle and side[chart]. @return how many; -1: out of memory */
static int sort_triangles(reel_arena *arena, const reel_scene *scene, const reel_geom *geom,
                          const reel_glb_shell *shell, int *chart, int *side)
{
    const int n = reel_glb_shell_triangles(shell);
    if (geom->shape != REEL_SHAPE_MESH) {
        int number[SIDES] = {-1, -1, -1, -1, -1, -1}, count = 0;
        for (int t = 0; t < n; t++) {
            const int s = geom->shape == REEL_SHAPE_HEIGHT_FIELD ? 4 : side_of(shell, t);
            if (number[s] < 0) {
                side[count] = s;
                number[s] = count++;
            }
            chart[t] = number[s];
        }
        return count;
    }
    /* the triangles of the shell are the mesh's */
    int *group = REEL_ARENA_NEW(arena, int, n), *twin = REEL_ARENA_NEW(arena, int, (size_t)n * 3);
    int count = 0;
    if (!group || !twin || !reel_glb_twins(n, scene->meshes[geom->mesh].triangles, twin)) {
        return -1;
    }
    for (int t = 0; t < n; t++) {
        group[t] = t;
    }
    for (int c = 0; c < 3 * n; c++) {
        if (twin[c] > c && side_of(shell, c / 3) == side_of(shell, twin[c] / 3)) {
            const int a = root_of(group, c / 3), b = root_of(group, twin[c] / 3);
            group[a > b ? a : b] = a < b ? a : b;
        }
    }
    for (int t = 0; t < n; t++) {
        const int root = root_of(group, t);
        chart[t] = root == t ? count++ : chart[root];
        if (root == t && chart[t] < REEL_GLB_MAX_CHARTS) {
            side[chart[t]] = side_of(shell, t);
        }
    }
    return count;
}

/* The part of the picture that shows the chart's points, with the padding. */
static void frame_chart(reel_glb_chart *chart, int side, const reel_glb_shell *shell,
                        const int *order)
{
    double lo[2] = {side, side}, hi[2] = {0, 0};
    for (int i = 0; i < 3 * chart->n; i++) {
        const int *t = reel_glb_shell_triangle(shell, order[chart->first + i / 3]);
        double at[2];
        reel_glb_sight_project(&chart->sight, side, reel_glb_shell_position(shell, t[i % 3]), at);
        for (int a = 0; a < 2; a++) {
            lo[a] = fmin(lo[a], at[a]);
            hi[a] = fmax(hi[a], at[a]);
        }
    }
    const int x0 = (int)floor(lo[0]) - REEL_GLB_PAD, y0 = (int)floor(lo[1]) - REEL_GLB_PAD;
    const int x1 = (int)ceil(hi[0]) + REEL_GLB_PAD, y1 = (int)ceil(hi[1]) + REEL_GLB_PAD;
    chart->from_x = x0 < 0 ? 0 : x0;
    chart->from_y = y0 < 0 ? 0 : y0;
    chart->width = (x1 > side ? side : x1) - chart->from_x;
    chart->height = (y1 > side ? side : y1) - chart->from_y;
}

/* Shelves: the highest charts first, side by side as long as there is room. */
static bool pack_charts(reel_arena *arena, reel_glb_charts *charts)
{
    int *by_height = REEL_ARENA_NEW(arena, int, charts->n);
    double area = 0;
    if (!by_height) {
        return false;
    }
    for (int i = 0; i < charts->n; i++) {
        const reel_glb_chart *c = &charts->chart[i];
        int at = i;
        for (; at > 0 && charts->chart[by_height[at - 1]].height < c->height; at--) {
            by_height[at] = by_height[at - 1];
        }
        by_height[at] = i;
        area += (double)c->width * c->height;
        charts->width = c->width > charts->width ? c->width : charts->width;
    }
    const int wide = (int)ceil(sqrt(area) * 1.05);
    charts->width = wide > charts->width ? wide : charts->width;
    int x = 0, y = 0, shelf = 0;
    for (int i = 0; i < charts->n; i++) {
        reel_glb_chart *c = &charts->chart[by_height[i]];
        if (x + c->width > charts->width) {
            x = 0;
            y += shelf;
        }
        shelf = x == 0 ? c->height : shelf;
        c->x = x;
        c->y = y;
        x += c->width;
    }
    charts->height = y + shelf;
    return true;
}

/* The shell anew, chart by chart, with uv. */
static bool split_shell(reel_arena *arena, reel_glb_shell *shell, const reel_glb_charts *charts)
{
    const int n_points = reel_glb_shell_points(shell);
    int *point = REEL_ARENA_NEW(arena, int, n_points),
        *stamp = REEL_ARENA_NEW(arena, int, n_points);
    reel_glb_shell out = {0};
    for (int i = 0; point && stamp && i < charts->n; i++) {
        const reel_glb_chart *c = &charts->chart[i];
        for (int k = c->first; k < c->first + c->n; k++) {
            const int *t = reel_glb_shell_triangle(shell, charts->order[k]);
            for (int j = 0; j < 3; j++) {
                const int p = t[j];
                if (stamp[p] == i + 1) {
                    continue;
                }
                const double *at = reel_glb_shell_position(shell, p);
                const double *n = reel_glb_shell_normal(shell, p);
                double uv[2];
                reel_glb_sight_project(&c->sight, charts->side, at, uv);
                uv[0] = (uv[0] - c->from_x + c->x) / charts->width;
                uv[1] = (uv[1] - c->from_y + c->y) / charts->height;
                stamp[p] = i + 1;
                point[p] = reel_glb_shell_add_point(&out, reel_v3(at[0], at[1], at[2]),
                                                    reel_v3(n[0], n[1], n[2]));
                reel_bytes_put(&out.uv, uv, sizeof uv);
            }
            reel_glb_shell_add_triangle(&out, point[t[0]], point[t[1]], point[t[2]]);
        }
    }
    reel_glb_shell_finish(shell);
    *shell = out;
    return point && stamp && !reel_glb_shell_failed(shell);
}

bool reel_glb_charts_make(reel_arena *arena, const reel_scene *scene, const reel_geom *geom,
                          int side, reel_glb_shell *shell, reel_glb_charts *out, int *n_wanted)
{
    const int n = reel_glb_shell_triangles(shell);
    int *chart = REEL_ARENA_NEW(arena, int, n), *order = REEL_ARENA_NEW(arena, int, n);
    int sides[REEL_GLB_MAX_CHARTS];
    double lo[3], hi[3];
    *out = (reel_glb_charts){.side = side, .order = order};
    *n_wanted = chart && order ? sort_triangles(arena, scene, geom, shell, chart, sides) : -1;
    if (*n_wanted < 0 || *n_wanted > REEL_GLB_MAX_CHARTS || !reel_geom_box(scene, geom, lo, hi)) {
        return false;
    }
    const double half = 0.5 * fmax(hi[0] - lo[0], fmax(hi[1] - lo[1], hi[2] - lo[2]));
    const reel_vec3 centre = {0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]), 0.5 * (lo[2] + hi[2])};
    out->chart = REEL_ARENA_NEW(arena, reel_glb_chart, *n_wanted);
    if (!out->chart) {
        return false;
    }
    out->n = *n_wanted;
    for (int t = 0; t < n; t++) {
        out->chart[chart[t]].n++;
    }
    for (int i = 1; i < out->n; i++) {
        out->chart[i].first = out->chart[i - 1].first + out->chart[i - 1].n;
    }
    for (int t = 0; t < n; t++) {
        reel_glb_chart *c = &out->chart[chart[t]];
        order[c->first + c->x++] = t; /* x counts, until it is set */
    }
    for (int i = 0; i < out->n; i++) {
        out->chart[i].sight = reel_glb_sight_along(sides[i], centre, distance_for(side, half));
        frame_chart(&out->chart[i], side, shell, order);
    }
    return pack_charts(arena, out) && split_shell(arena, shell, out);
}
