/* glb_shapes.c - round and square shapes as triangles; see glb_internal.h.
 *
 * Points that several triangles, faces or rings share are computed by the same operations in the
 * same order, so that surfaces close to the bit.
 */
#include "export/layout/glb_internal.h"

#include "base/trig.h"

#include <string.h>

int reel_glb_shell_points(const reel_glb_shell *shell)
{
    return (int)(shell->position.size / (3 * sizeof(double)));
}

int reel_glb_shell_triangles(const reel_glb_shell *shell)
{
    return (int)(shell->triangle.size / (3 * sizeof(int)));
}

const double *reel_glb_shell_position(const reel_glb_shell *shell, int point)
{
    return (const double *)(const void *)shell->position.data + 3 * (size_t)point;
}

const double *reel_glb_shell_normal(const reel_glb_shell *shell, int point)
{
    return (const double *)(const void *)shell->normal.data + 3 * (size_t)point;
}

const int *reel_glb_shell_triangle(const reel_glb_shell *shell, int triangle)
{
    return (const int *)(const void *)shell->triangle.data + 3 * (size_t)triangle;
}

int reel_glb_shell_add_point(reel_glb_shell *shell, reel_vec3 p, reel_vec3 n)
{
    const double at[3] = {p.x, p.y, p.z}, normal[3] = {n.x, n.y, n.z};
    reel_bytes_put(&shell->position, at, sizeof at);
    reel_bytes_put(&shell->normal, normal, sizeof normal);
    return reel_glb_shell_points(shell) - 1;
}

void reel_glb_shell_add_triangle(reel_glb_shell *shell, int a, int b, int c)
{
    const int t[3] = {a, b, c};
    reel_bytes_put(&shell->triangle, t, sizeof t);
}

bool reel_glb_shell_failed(const reel_glb_shell *shell)
{
    return shell->position.failed || shell->normal.failed || shell->uv.failed ||
           shell->triangle.failed;
}

void reel_glb_shell_finish(reel_glb_shell *shell)
{
    reel_bytes_finish(&shell->position);
    reel_bytes_finish(&shell->normal);
    reel_bytes_finish(&shell->uv);
    reel_bytes_finish(&shell->triangle);
}

static void add_quad(reel_glb_shell *s, int a, int b, int c, int d)
{
    reel_glb_shell_add_triangle(s, a, b, c);
    reel_glb_shell_add_triangle(s, a, c, d);
}

/* ---- box ---------------------------------------------------------------------------------------
 */

static void add_box(reel_glb_shell *s, const double size[3])
{
    for (int face = 0; face < 6; face++) {
        const int a = face / 2, b = (a + 1) % 3, c = (a + 2) % 3;
        const double sign = face % 2 ? -1 : 1;
        /* seen from outside, counter-clockwise */
        static const int around[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
        int corner[4];
        for (int k = 0; k < 4; k++) {
            double p[3], n[3] = {0, 0, 0};
            p[a] = sign * 0.5 * size[a];
            p[b] = (face % 2 ? -1 : 1) * around[k][0] * 0.5 * size[b];
            p[c] = around[k][1] * 0.5 * size[c];
            n[a] = sign;
            corner[k] =
                reel_glb_shell_add_point(s, reel_v3(p[0], p[1], p[2]), reel_v3(n[0], n[1], n[2]));
        }
        add_quad(s, corner[0], corner[1], corner[2], corner[3]);
    }
}

/* ---- balls: a cube whose grid lines are great circles, blown up --------------------------------
 */

/* tan of -pi/4 .. pi/4 in n steps: exactly odd about the middle. */
static double grid_line(int i, int n)
{
    if (i == 0 || i == n) {
        return i == 0 ? -1 : 1;
    }
    const int j = 2 * i < n ? i : n - i;
    const double t = 2 * j == n ? 0 : -reel_tan(REEL_PI / 4 * (1 - 2 * (double)j / n));
    return 2 * i < n ? t : -t;
}

static void add_ball(reel_glb_shell *s, const double semi[3], int detail)
{
    const int n = detail;
    for (int face = 0; face < 6; face++) {
        const int a = face / 2, b = (a + 1) % 3, c = (a + 2) % 3;
        const int sign = face % 2 ? -1 : 1;
        const int first = reel_glb_shell_points(s);
        for (int j = 0; j <= n; j++) {
            for (int i = 0; i <= n; i++) {
                double p[3];
                p[a] = sign;
                p[b] = grid_line(sign > 0 ? i : n - i, n);
                p[c] = grid_line(j, n);
                const double k = 1 / sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
                const reel_vec3 u = reel_v3(p[0] * k, p[1] * k, p[2] * k);
                const reel_vec3 slope = reel_v3(u.x / semi[0], u.y / semi[1], u.z / semi[2]);
                reel_glb_shell_add_point(s, reel_v3(u.x * semi[0], u.y * semi[1], u.z * semi[2]),
                                         reel_v3_unit(slope, u));
            }
        }
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < n; i++) {
                const int p = first + j * (n + 1) + i;
                add_quad(s, p, p + 1, p + n + 2, p + n + 1);
            }
        }
    }
}

/* ---- solids of revolution about z --------------------------------------------------------------
 */

/* Point i of n on a circle; i may be n. */
static reel_vec3 on_circle(int i, int n)
{
    double y, x;
    reel_sincos(2 * REEL_PI * (i % n) / n, &y, &x);
    return reel_v3(x, y, 0);
}

/* A ring of n + 1 points of one height, radius and slope; the last is the first again. */
static int add_ring(reel_glb_shell *s, double radius, double z, double n_out, double n_z, int n)
{
    const int first = reel_glb_shell_points(s);
    for (int i = 0; i <= n; i++) {
        const reel_vec3 u = on_circle(i, n);
        reel_glb_shell_add_point(s, reel_v3(radius * u.x, radius * u.y, z),
                                 reel_v3(n_out * u.x, n_out * u.y, n_z));
    }
    return first;
}

static void join_rings(reel_glb_shell *s, int below, int above, int n)
{
    for (int i = 0; i < n; i++) {
        add_quad(s, below + i, below + i + 1, above + i + 1, above + i);
    }
}

/* From a ring to a point above (sign 1) or below it (-1), whose normal is given for each edge. */
static void add_tip(reel_glb_shell *s, int ring, double z, double n_out, double n_z, int sign,
                    int n)
{
    for (int i = 0; i < n; i++) {
        double y, x;
        reel_sincos(2 * REEL_PI * (i + 0.5) / n, &y, &x);
        const int tip =
            reel_glb_shell_add_point(s, reel_v3(0, 0, z), reel_v3(n_out * x, n_out * y, n_z));
        const int a = ring + i, b = ring + i + 1;
        reel_glb_shell_add_triangle(s, sign > 0 ? a : b, sign > 0 ? b : a, tip);
    }
}

/* A flat end. */
static void add_lid(reel_glb_shell *s, double radius, double z, int sign, int n)
{
    const int ring = add_ring(s, radius, z, 0, sign, n);
    const int middle = reel_glb_shell_add_point(s, reel_v3(0, 0, z), reel_v3(0, 0, sign));
    for (int i = 0; i < n; i++) {
        const int a = ring + i, b = ring + i + 1;
        reel_glb_shell_add_triangle(s, sign > 0 ? a : b, sign > 0 ? b : a, middle);
    }
}

static void add_cylinder(reel_glb_shell *s, double radius, double length, int detail)
{
    const int n = 4 * detail;
    const int below = add_ring(s, radius, -0.5 * length, 1, 0, n);
    const int above = add_ring(s, radius, 0.5 * length, 1, 0, n);
    join_rings(s, below, above, n);
    add_lid(s, radius, 0.5 * length, 1, n);
    add_lid(s, radius, -0.5 * length, -1, n);
}

static void add_capsule(reel_glb_shell *s, double radius, double length, int detail)
{
    const int n = 4 * detail;
    int last[2];
    for (int end = 0; end < 2; end++) {
        const int sign = end ? 1 : -1;
        int ring = last[end] = add_ring(s, radius, sign * 0.5 * length, 1, 0, n);
        for (int k = 1; k < detail; k++) {
            double out, along;
            reel_sincos(REEL_PI / 2 * k / detail, &along, &out);
            const int next = add_ring(s, radius * out, sign * (0.5 * length + radius * along), out,
                                      sign * along, n);
            join_rings(s, sign > 0 ? ring : next, sign > 0 ? next : ring, n);
            ring = next;
        }
        add_tip(s, ring, sign * (0.5 * length + radius), 0, sign, sign, n);
    }
    if (length > 0) {
        join_rings(s, last[0], last[1], n);
    }
}

static void add_cone(reel_glb_shell *s, double radius, double length, int detail)
{
    const int n = 4 * detail;
    const double side = sqrt(radius * radius + length * length);
    const double n_out = length / side, n_z = radius / side;
    const int ring = add_ring(s, radius, -0.5 * length, n_out, n_z, n);
    add_tip(s, ring, 0.5 * length, n_out, n_z, 1, n);
    add_lid(s, radius, -0.5 * length, -1, n);
}

void reel_glb_shell_of_geom(const reel_scene *scene, const reel_geom *geom, int detail,
                            reel_glb_shell *out)
{
    const double *size = geom->size;
    const double ball[3] = {size[0], size[0], size[0]};
    switch (geom->shape) {
    case REEL_SHAPE_BOX: add_box(out, size); break;
    case REEL_SHAPE_SPHERE: add_ball(out, ball, detail); break;
    case REEL_SHAPE_CAPSULE: add_capsule(out, size[0], size[1], detail); break;
    case REEL_SHAPE_CYLINDER: add_cylinder(out, size[0], size[1], detail); break;
    case REEL_SHAPE_CONE: add_cone(out, size[0], size[1], detail); break;
    case REEL_SHAPE_ELLIPSOID: add_ball(out, size, detail); break;
    default: reel_glb_shell_of_facets(scene, geom, out); break;
    }
}

/* ---- planes ------------------------------------------------------------------------------------
 */

void reel_glb_shell_of_disc(double radius, int detail, reel_glb_shell *out)
{
    add_lid(out, radius, 0, 1, 4 * detail);
}

static int add_flat(reel_glb_shell *s, double x, double y, double half)
{
    const double uv[2] = {0.5 + 0.5 * x / half, 0.5 - 0.5 * y / half};
    reel_bytes_put(&s->uv, uv, sizeof uv);
    return reel_glb_shell_add_point(s, reel_v3(x, y, 0), reel_v3(0, 0, 1));
}

static const int square_corner[4][2] = {{1, 1}, {-1, 1}, {-1, -1}, {1, -1}};

/* From the square out to the disc's rim: each quarter of the rim sees the two corners of a side.
 * The rim's points stand at the corners' angles and between. */
static void add_rim(reel_glb_shell *s, const int inner[4], double half, double radius, int detail)
{
    const int n = 8 * detail; /* of the whole rim, a whole number for each eighth */
    int rim[2] = {-1, -1};
    for (int quarter = 0; quarter < 4; quarter++) {
        const int a = inner[quarter], b = inner[(quarter + 1) % 4];
        for (int i = 0; i <= 2 * detail; i++) {
            const reel_vec3 u = on_circle(detail + quarter * 2 * detail + i, n);
            rim[1] = add_flat(s, radius * u.x, radius * u.y, half);
            if (i > 0) {
                reel_glb_shell_add_triangle(s, i <= detail ? a : b, rim[0], rim[1]);
            }
            if (i == detail) {
                reel_glb_shell_add_triangle(s, a, rim[1], b);
            }
            rim[0] = rim[1];
        }
    }
}

void reel_glb_shell_of_ring(double inner, double outer, double half, double radius, int detail,
                            reel_glb_shell *out)
{
    int in[4], around[4];
    for (int k = 0; k < 4; k++) {
        const double x = square_corner[k][0], y = square_corner[k][1];
        in[k] = inner > 0 ? add_flat(out, inner * x, inner * y, half) : -1;
        around[k] = outer > 0 ? add_flat(out, outer * x, outer * y, half) : -1;
    }
    if (inner <= 0) {
        add_quad(out, around[0], around[1], around[2], around[3]);
    } else if (outer > 0) {
        for (int k = 0; k < 4; k++) {
            const int next = (k + 1) % 4;
            add_quad(out, in[k], around[k], around[next], in[next]);
        }
    } else {
        add_rim(out, in, half, radius, detail);
    }
}
