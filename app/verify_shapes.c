/* verify_shapes.c - see verify_shapes.h */
#include "app/verify_shapes.h"
#include "app/verify_facets.h"
#include <math.h>

static double max2(double a, double b)
{
    return a > b ? a : b;
}

static double box_distance(const double size[3], reel_vec3 p)
{
    double qx = fabs(p.x) - 0.5 * size[0];
    double qy = fabs(p.y) - 0.5 * size[1];
    double qz = fabs(p.z) - 0.5 * size[2];
    double outside = reel_v3_len(reel_v3(max2(qx, 0), max2(qy, 0), max2(qz, 0)));
    double inside = max2(qx, max2(qy, qz));
    return outside + (inside < 0 ? inside : 0);
}

static double capsule_distance(const double size[3], reel_vec3 p)
{
    double half = 0.5 * size[1];
    double z = p.z > half ? half : p.z < -half ? -half : p.z;
    return reel_v3_len(reel_v3(p.x, p.y, p.z - z)) - size[0];
}

static double cylinder_distance(const double size[3], reel_vec3 p)
{
    double side = sqrt(p.x * p.x + p.y * p.y) - size[0];
    double cap = fabs(p.z) - 0.5 * size[1];
    double outside = reel_v3_len(reel_v3(max2(side, 0), max2(cap, 0), 0));
    double inside = max2(side, cap);
    return outside + (inside < 0 ? inside : 0);
}

/* Distance from (u, v) to the segment from a to b in a plane. */
static double segment_distance(double u, double v, const double a[2], const double b[2])
{
    double dx = b[0] - a[0], dy = b[1] - a[1];
    double t = ((u - a[0]) * dx + (v - a[1]) * dy) / (dx * dx + dy * dy);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    double ex = u - a[0] - t * dx, ey = v - a[1] - t * dy;
    return sqrt(ex * ex + ey * ey);
}

/* A turned triangle: the nearer of slant and base in the half plane through the axis. */
static double cone_distance(const double size[3], reel_vec3 p)
{
    const double half = 0.5 * size[1], r = size[0];
    const double rim[2] = {r, -half}, apex[2] = {0, half}, middle[2] = {0, -half};
    double s = sqrt(p.x * p.x + p.y * p.y);
    double d = fmin(segment_distance(s, p.z, rim, apex), segment_distance(s, p.z, middle, rim));
    bool inside = p.z > -half && s * size[1] < (half - p.z) * r;
    return inside ? -d : d;
}

/* The nearest point has x_i = a_i^2 p_i / (a_i^2 + t), with t such that it is on the surface
 * (Eberly, "Distance from a Point to an Ellipse, an Ellipsoid, or a Hyperellipsoid"): the sum of
 * squares falls as t grows, so halving finds it. */
static double ellipsoid_distance(const double size[3], reel_vec3 p)
{
    const double q[3] = {fabs(p.x), fabs(p.y), fabs(p.z)};
    const double least = fmin(size[0], fmin(size[1], size[2]));
    double lo = -least * least, hi = reel_v3_len(p) * fmax(size[0], fmax(size[1], size[2]));
    double level = 0, sum = 0;
    for (int i = 0; i < 3; i++) {
        level += q[i] * q[i] / (size[i] * size[i]);
    }
    for (int i = 0; i < 100 && lo < hi; i++) {
        const double t = 0.5 * (lo + hi);
        double f = 0;
        for (int k = 0; k < 3; k++) {
            const double x = size[k] * q[k] / (size[k] * size[k] + t);
            f += x * x;
        }
        *(f > 1 ? &lo : &hi) = t;
    }
    for (int k = 0; k < 3; k++) {
        const double d = q[k] - q[k] * size[k] * size[k] / (size[k] * size[k] + hi);
        sum += d * d;
    }
    return level < 1 ? -sqrt(sum) : sqrt(sum);
}

static double shape_distance(const reel_geom *geom, reel_vec3 p)
{
    switch (geom->shape) {
    case REEL_SHAPE_PLANE: return p.z;
    case REEL_SHAPE_BOX: return box_distance(geom->size, p);
    case REEL_SHAPE_SPHERE: return reel_v3_len(p) - geom->size[0];
    case REEL_SHAPE_CAPSULE: return capsule_distance(geom->size, p);
    case REEL_SHAPE_CYLINDER: return cylinder_distance(geom->size, p);
    case REEL_SHAPE_CONE: return cone_distance(geom->size, p);
    case REEL_SHAPE_ELLIPSOID: return ellipsoid_distance(geom->size, p);
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH:
    case REEL_SHAPE_HEIGHT_FIELD: break;
    }
    return 1e300;
}

/* From differences of the distance. */
static bool shape_normal(const reel_geom *geom, reel_vec3 p, reel_vec3 *normal)
{
    const double h = 2e-4; /* m */
    reel_vec3 g;
    g.x = shape_distance(geom, reel_v3(p.x + h, p.y, p.z)) -
          shape_distance(geom, reel_v3(p.x - h, p.y, p.z));
    g.y = shape_distance(geom, reel_v3(p.x, p.y + h, p.z)) -
          shape_distance(geom, reel_v3(p.x, p.y - h, p.z));
    g.z = shape_distance(geom, reel_v3(p.x, p.y, p.z + h)) -
          shape_distance(geom, reel_v3(p.x, p.y, p.z - h));
    double length = reel_v3_len(g) / (2 * h);
    /* of a distance it is 1; another value says that two faces were mixed */
    if (!(length > 0.99 && length < 1.01)) {
        return false;
    }
    *normal = reel_v3_unit(g, reel_v3(0, 0, 1));
    return true;
}

static bool shows_same(const reel_geom *a, const reel_geom *b)
{
    return a->shape == b->shape && a->mesh == b->mesh && a->height_field == b->height_field &&
           a->size[0] == b->size[0] && a->size[1] == b->size[1];
}

reel_status reel_shapes_init(reel_shapes *out, const reel_scene *scene, reel_arena *arena,
                             reel_error *err)
{
    *out = (reel_shapes){scene, REEL_ARENA_NEW(arena, reel_facets *, scene->n_geoms)};
    bool ok = out->facets != NULL;
    for (int g = 0; ok && g < scene->n_geoms; g++) {
        const reel_geom *geom = &scene->geoms[g];
        if (!geom->visible || geom->shape < REEL_SHAPE_HULL) {
            continue;
        }
        for (int i = 0; i < g && !out->facets[g]; i++) {
            out->facets[g] = shows_same(geom, &scene->geoms[i]) ? out->facets[i] : NULL;
        }
        if (!out->facets[g]) {
            out->facets[g] = reel_facets_create(scene, geom, arena);
            ok = out->facets[g] != NULL;
        }
    }
    return ok ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory for the shapes");
}

double reel_geom_distance(const reel_shapes *shapes, int geom, reel_vec3 p)
{
    const reel_facets *f = shapes->facets[geom];
    return f ? reel_facets_distance(f, p) : shape_distance(&shapes->scene->geoms[geom], p);
}

bool reel_geom_normal(const reel_shapes *shapes, int geom, reel_vec3 p, reel_vec3 *normal)
{
    const reel_facets *f = shapes->facets[geom];
    return f ? reel_facets_normal(f, p, normal)
             : shape_normal(&shapes->scene->geoms[geom], p, normal);
}

bool reel_geom_shading(const reel_shapes *shapes, int geom, reel_vec3 p, reel_vec3 *normal)
{
    const reel_facets *f = shapes->facets[geom];
    return f ? reel_facets_shading(f, p, normal)
             : shape_normal(&shapes->scene->geoms[geom], p, normal);
}

reel_vec3 reel_bent_normal(reel_vec3 normal, reel_vec3 ray)
{
    const reel_vec3 way = reel_v3_unit(ray, reel_v3(0, 0, 1));
    const double away = reel_v3_dot(normal, way);
    return away > 0 ? reel_v3_unit(reel_v3_madd(normal, -away, way), normal) : normal;
}

bool reel_geom_is_concave(const reel_shapes *shapes, int geom)
{
    return shapes->scene->geoms[geom].shape > REEL_SHAPE_HULL;
}

bool reel_geom_enters(const reel_shapes *shapes, int geom, reel_vec3 a, reel_vec3 b)
{
    const reel_facets *f = shapes->facets[geom];
    return f && reel_facets_enter(f, a, b);
}
