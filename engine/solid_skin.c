/*
 * solid_skin.c - points of a solid's surface, by which a turning body feels air and water.
 *
 * Each face gets Gauss' points, round ones 12 all about the axis; areas add up to the surface. A
 * ball has none: it turns in its own place.
 */
#include "engine/force.h"

#include "base/trig.h"

enum { ROUND = 12 };
static const double gauss2[2][2] = {{-0.57735026918962576, 1}, {0.57735026918962576, 1}};
static const double gauss3[3][2] = {
    {-0.77459666924148338, 5.0 / 9}, {0, 8.0 / 9}, {0.77459666924148338, 5.0 / 9}};

typedef struct skin {
    skin_point *out; /* NULL: only count */
    int n;
} skin;

static void add(skin *s, reel_vec3 at, reel_vec3 normal, double area)
{
    if (s->out) {
        s->out[s->n] = (skin_point){at, normal, area};
    }
    s->n++;
}

static void add_box(skin *s, const double size[3])
{
    for (int axis = 0; axis < 3; axis++) {
        const int j = (axis + 1) % 3, k = (axis + 2) % 3;
        for (int i = 0; i < 18; i++) {
            const double side = i < 9 ? -1 : 1;
            const double *u = gauss3[i % 3], *v = gauss3[i / 3 % 3];
            double at[3], normal[3] = {0, 0, 0};
            at[axis] = side * size[axis] / 2;
            at[j] = u[0] * size[j] / 2;
            at[k] = v[0] * size[k] / 2;
            normal[axis] = side;
            add(s, reel_v3(at[0], at[1], at[2]), reel_v3(normal[0], normal[1], normal[2]),
                u[1] * v[1] / 4 * size[j] * size[k]);
        }
    }
}

/* All about the axis: at the distance r, the height z, with a normal of components out and up. */
static void add_ring(skin *s, double r, double z, double out, double up, double area)
{
    for (int i = 0; i < ROUND; i++) {
        double sine, cosine;
        reel_sincos(2 * REEL_PI * (i + 0.5) / ROUND, &sine, &cosine);
        add(s, reel_v3(r * cosine, r * sine, z), reel_v3(out * cosine, out * sine, up),
            area / ROUND);
    }
}

static void add_disc(skin *s, double r, double z, double up)
{
    for (int i = 0; i < 2; i++) { /* Gauss in the square of the radius */
        add_ring(s, r * sqrt((1 + gauss2[i][0]) / 2), z, 0, up, REEL_PI * r * r / 2);
    }
}

/* From radius r0 at z = lo to r1 at z = hi. */
static void add_mantle(skin *s, double lo, double hi, double r0, double r1)
{
    const double length = sqrt((hi - lo) * (hi - lo) + (r1 - r0) * (r1 - r0));
    for (int i = 0; i < 3; i++) {
        const double t = (1 + gauss3[i][0]) / 2, r = r0 + t * (r1 - r0);
        add_ring(s, r, lo + t * (hi - lo), (hi - lo) / length, (r0 - r1) / length,
                 gauss3[i][1] / 2 * 2 * REEL_PI * r * length);
    }
}

static void add_half_ball(skin *s, double r, double side, double centre)
{
    for (int i = 0; i < 3; i++) {
        const double up = (1 + gauss3[i][0]) / 2, out = sqrt(1 - up * up);
        add_ring(s, r * out, centre + side * r * up, out, side * up,
                 gauss3[i][1] / 2 * 2 * REEL_PI * r * r);
    }
}

static void add_ellipsoid(skin *s, const double a[3])
{
    for (int i = 0; i < 6 * ROUND; i++) {
        double sine, cosine;
        reel_sincos(2 * REEL_PI * (i % ROUND + 0.5) / ROUND, &sine, &cosine);
        const double *g = gauss3[i / ROUND % 3];
        const double up = (i < 3 * ROUND ? 1 : -1) * (1 + g[0]) / 2, out = sqrt(1 - up * up);
        const reel_vec3 on = reel_v3(out * cosine, out * sine, up);
        const reel_vec3 normal = reel_v3(on.x / a[0], on.y / a[1], on.z / a[2]);
        const double stretch = a[0] * a[1] * a[2] * reel_v3_len(normal);
        add(s, reel_v3(on.x * a[0], on.y * a[1], on.z * a[2]), reel_v3_unit(normal, on),
            stretch * g[1] / 2 * 2 * REEL_PI / ROUND);
    }
}

static void add_mesh(skin *s, const reel_mesh *mesh)
{
    for (int t = 0; t < mesh->n_triangles; t++) {
        reel_vec3 p[3];
        for (int k = 0; k < 3; k++) {
            const double *v = &mesh->vertices[3 * mesh->triangles[3 * t + k]];
            p[k] = reel_v3(v[0], v[1], v[2]);
        }
        const reel_vec3 twice = reel_v3_cross(reel_v3_sub(p[1], p[0]), reel_v3_sub(p[2], p[0]));
        for (int k = 0; k < 3; k++) { /* middles of the edges */
            const reel_vec3 at = reel_v3_scale(reel_v3_add(p[k], p[(k + 1) % 3]), 0.5);
            add(s, at, reel_v3_unit(twice, reel_v3(0, 0, 1)), reel_v3_len(twice) / 6);
        }
    }
}

int solid_skin(const reel_scene *scene, const reel_geom *geom, skin_point *out)
{
    const double *size = geom->size, r = size[0], half = size[1] / 2;
    skin s = {.out = out};
    switch (geom->shape) {
    case REEL_SHAPE_BOX: add_box(&s, size); break;
    case REEL_SHAPE_CYLINDER:
        add_mantle(&s, -half, half, r, r);
        add_disc(&s, r, -half, -1);
        add_disc(&s, r, half, 1);
        break;
    case REEL_SHAPE_CONE:
        add_mantle(&s, -half, half, r, 0);
        add_disc(&s, r, -half, -1);
        break;
    case REEL_SHAPE_CAPSULE:
        add_mantle(&s, -half, half, r, r);
        add_half_ball(&s, r, -1, -half);
        add_half_ball(&s, r, 1, half);
        break;
    case REEL_SHAPE_ELLIPSOID: add_ellipsoid(&s, size); break;
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH: add_mesh(&s, &scene->meshes[geom->mesh]); break;
    case REEL_SHAPE_SPHERE:
    case REEL_SHAPE_PLANE:
    case REEL_SHAPE_HEIGHT_FIELD: break;
    }
    return s.n;
}
