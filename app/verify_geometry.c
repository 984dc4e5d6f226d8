/* verify_geometry.c - see verify_geometry.h */
#include "app/verify_geometry.h"
#include <math.h>

reel_affine reel_affine_from_pose(reel_pose pose)
{
    reel_mat3 r = reel_mat3_from_quat(pose.q);
    reel_affine a;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            a.m[i][j] = r.m[i][j];
        }
    }
    a.m[0][3] = pose.p.x;
    a.m[1][3] = pose.p.y;
    a.m[2][3] = pose.p.z;
    return a;
}

reel_affine reel_affine_compose(const reel_affine *a, const reel_affine *b)
{
    reel_affine c;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++) {
            c.m[i][j] = j == 3 ? a->m[i][3] : 0;
            for (int k = 0; k < 3; k++) {
                c.m[i][j] += a->m[i][k] * b->m[k][j];
            }
        }
    }
    return c;
}

reel_affine reel_affine_invert(const reel_affine *a)
{
    reel_affine c;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            c.m[i][j] = a->m[j][i];
        }
        c.m[i][3] = -(a->m[0][i] * a->m[0][3] + a->m[1][i] * a->m[1][3] + a->m[2][i] * a->m[2][3]);
    }
    return c;
}

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

double reel_geom_distance(const reel_geom *geom, reel_vec3 p)
{
    switch (geom->shape) {
    case REEL_SHAPE_PLANE: return p.z;
    case REEL_SHAPE_BOX: return box_distance(geom->size, p);
    case REEL_SHAPE_SPHERE: return reel_v3_len(p) - geom->size[0];
    case REEL_SHAPE_CAPSULE: return capsule_distance(geom->size, p);
    case REEL_SHAPE_CYLINDER: return cylinder_distance(geom->size, p);
    case REEL_SHAPE_CONE: return cone_distance(geom->size, p);
    case REEL_SHAPE_ELLIPSOID: return ellipsoid_distance(geom->size, p);
    default: break;
    }
    return 1e300;
}

bool reel_geom_normal(const reel_geom *geom, reel_vec3 p, reel_vec3 *normal)
{
    const double h = 2e-4; /* m */
    reel_vec3 g;
    g.x = reel_geom_distance(geom, reel_v3(p.x + h, p.y, p.z)) -
          reel_geom_distance(geom, reel_v3(p.x - h, p.y, p.z));
    g.y = reel_geom_distance(geom, reel_v3(p.x, p.y + h, p.z)) -
          reel_geom_distance(geom, reel_v3(p.x, p.y - h, p.z));
    g.z = reel_geom_distance(geom, reel_v3(p.x, p.y, p.z + h)) -
          reel_geom_distance(geom, reel_v3(p.x, p.y, p.z - h));
    double length = reel_v3_len(g) / (2 * h);
    /* of a distance it is 1; another value says that two faces were mixed */
    if (!(length > 0.99 && length < 1.01)) {
        return false;
    }
    *normal = reel_v3_unit(g, reel_v3(0, 0, 1));
    return true;
}

bool reel_pinhole_project(const reel_pinhole *cam, reel_vec3 p, double out[2])
{
    if (!(p.z > 1e-6)) {
        return false;
    }
    out[0] = cam->fx * p.x / p.z + cam->cx;
    out[1] = cam->fy * p.y / p.z + cam->cy;
    return true;
}

double reel_segment_distance(const double a[2], const double b[2], double u, double v)
{
    double dx = b[0] - a[0], dy = b[1] - a[1];
    double l2 = dx * dx + dy * dy;
    double t = l2 > 0 ? ((u - a[0]) * dx + (v - a[1]) * dy) / l2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    double ex = u - a[0] - t * dx, ey = v - a[1] - t * dy;
    return sqrt(ex * ex + ey * ey);
}

void reel_stand_set(reel_stand *stand, const reel_take *take, int sample, reel_vec3 eye)
{
    const reel_scene *scene = stand->scene;
    for (int g = 0; g < scene->n_geoms; g++) {
        const reel_geom *geom = &scene->geoms[g];
        reel_affine body = reel_affine_from_pose(reel_take_pose(take, sample, geom->body));
        reel_affine own = reel_affine_from_pose(geom->body_from_geom);
        reel_affine world_from_geom = reel_affine_compose(&body, &own);
        size_t at = (size_t)sample * (size_t)take->n_bodies + (size_t)geom->body;
        stand->geom_from_world[g] = reel_affine_invert(&world_from_geom);
        stand->there[g] =
            geom->visible && (take->state[at] & REEL_STATE_PRESENT) &&
            reel_geom_distance(geom, reel_affine_apply(&stand->geom_from_world[g], eye)) >= 0;
    }
}

/* Distance to the nearest geom but `own`. */
static double others_distance(const reel_stand *stand, reel_vec3 p, int own, double enough)
{
    double nearest = 1e300;
    for (int g = 0; g < stand->scene->n_geoms && nearest > enough; g++) {
        if (stand->there[g] && g != own) {
            double d = reel_geom_distance(&stand->scene->geoms[g],
                                          reel_affine_apply(&stand->geom_from_world[g], p));
            nearest = d < nearest ? d : nearest;
        }
    }
    return nearest;
}

/* Does geom `own` (all shapes are convex) turn its surface at `target` towards `way`? */
static reel_sight own_sight(const reel_stand *stand, reel_vec3 target, reel_vec3 way, int own)
{
    const reel_affine *m = &stand->geom_from_world[own];
    reel_vec3 normal;
    if (!reel_geom_normal(&stand->scene->geoms[own], reel_affine_apply(m, target), &normal)) {
        return REEL_SIGHT_UNDECIDED;
    }
    reel_affine turn = *m;
    turn.m[0][3] = turn.m[1][3] = turn.m[2][3] = 0;
    double cosine = -reel_v3_dot(normal, reel_affine_apply(&turn, way));
    return cosine > 0.1    ? REEL_SIGHT_FREE
           : cosine < -0.1 ? REEL_SIGHT_BLOCKED
                           : REEL_SIGHT_UNDECIDED;
}

reel_sight reel_verify_sight(const reel_stand *stand, reel_vec3 eye, reel_vec3 target, int own,
                             double margin)
{
    enum { MOST_STEPS = 4000 };
    double length = reel_v3_len(reel_v3_sub(target, eye));
    reel_vec3 way = reel_v3_unit(reel_v3_sub(target, eye), reel_v3(0, 0, 1));
    reel_sight sight = own_sight(stand, target, way, own);
    bool grazed = false;
    double at = 0;
    for (int i = 0; sight != REEL_SIGHT_BLOCKED && i < MOST_STEPS && at < length; i++) {
        double d = others_distance(stand, reel_v3_madd(eye, at, way), own, -margin);
        if (d < -margin) {
            return REEL_SIGHT_BLOCKED;
        }
        grazed |= d < margin;
        at += max2(d, 0.5 * margin);
    }
    if (sight == REEL_SIGHT_FREE && (grazed || at < length)) {
        return REEL_SIGHT_UNDECIDED;
    }
    return sight;
}
