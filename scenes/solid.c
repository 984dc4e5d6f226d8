/*
 * solid.c - boxes, mass and placement of what a script builds: how far geoms reach in a direction,
 * however they are turned, and what bodies of several geoms weigh.
 */
#include "scenes/build.h"

#include <lua.h>
#include <string.h>

/* Reach of a set of points along `d` (in their frame): its ends. */
static void reach_of_points(const double *points, int n, const double d[3], double *lo, double *hi)
{
    for (int i = 0; i < n; i++) {
        const double *p = &points[3 * i];
        const double x = p[0] * d[0] + p[1] * d[1] + p[2] * d[2];
        *lo = i > 0 ? fmin(*lo, x) : x;
        *hi = i > 0 ? fmax(*hi, x) : x;
    }
}

static void reach_of_heights(const reel_height_field *h, const double size[3], const double d[3],
                             double *lo, double *hi)
{
    for (int j = 0; j < h->rows; j++) {
        const double y = ((double)j / (h->rows - 1) - 0.5) * size[1];
        for (int i = 0; i < h->columns; i++) {
            const double x = ((double)i / (h->columns - 1) - 0.5) * size[0];
            const double z = h->heights[(size_t)j * (size_t)h->columns + (size_t)i];
            const double v = x * d[0] + y * d[1] + z * d[2];
            const bool first = i == 0 && j == 0;
            *lo = first ? v : fmin(*lo, v);
            *hi = first ? v : fmax(*hi, v);
        }
    }
}

/* Half of the reach along `d` (unit, in the geom's frame) of a shape that is the same both ways. */
static double half_reach(const reel_geom *geom, const double d[3])
{
    const double *size = geom->size;
    const double a = fabs(d[2]); /* share of the shape's own axis */
    switch (geom->shape) {
    case REEL_SHAPE_BOX: return 0.5 * (fabs(d[0]) * size[0] + fabs(d[1]) * size[1] + a * size[2]);
    case REEL_SHAPE_SPHERE: return size[0];
    case REEL_SHAPE_CAPSULE: return 0.5 * a * size[1] + size[0];
    case REEL_SHAPE_CYLINDER: return 0.5 * a * size[1] + size[0] * sqrt(fmax(0.0, 1.0 - a * a));
    default: /* ellipsoid */
        return sqrt(d[0] * d[0] * size[0] * size[0] + d[1] * d[1] * size[1] * size[1] +
                    d[2] * d[2] * size[2] * size[2]);
    }
}

/* Ends of the reach of a geom along `d`, as seen from its origin; false for a plane. */
static bool reach(const reel_scene *scene, const reel_geom *geom, const double d[3], double *lo,
                  double *hi)
{
    switch (geom->shape) {
    case REEL_SHAPE_PLANE: return false;
    case REEL_SHAPE_CONE: {
        const double top = 0.5 * d[2] * geom->size[1];
        const double rim = geom->size[0] * sqrt(fmax(0.0, 1.0 - d[2] * d[2]));
        *lo = fmin(top, -top - rim);
        *hi = fmax(top, -top + rim);
        return true;
    }
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH: {
        const reel_mesh *m = &scene->meshes[geom->mesh];
        reach_of_points(m->vertices, m->n_vertices, d, lo, hi);
        return true;
    }
    case REEL_SHAPE_HEIGHT_FIELD:
        reach_of_heights(&scene->height_fields[geom->height_field], geom->size, d, lo, hi);
        return true;
    default:
        *hi = half_reach(geom, d);
        *lo = -*hi;
        return true;
    }
}

bool reel_build_reach(const reel_scene *scene, const reel_geom *geom, reel_quat q, double lo[3],
                      double hi[3])
{
    const reel_mat3 r = reel_mat3_from_quat(q);
    for (int i = 0; i < 3; i++) {
        if (!reach(scene, geom, r.m[i], &lo[i], &hi[i])) {
            return false;
        }
    }
    return true;
}

static bool wanted(const reel_geom *g, reel_which which)
{
    return which == REEL_WHICH_VISIBLE    ? g->visible
           : which == REEL_WHICH_COLLIDES ? g->collides
                                          : true;
}

bool reel_build_box(const reel_scene *scene, const reel_body *body, reel_which which,
                    reel_pose pose, double lo[3], double hi[3])
{
    bool any = false;
    for (int i = 0; i < body->n_geoms; i++) {
        const reel_geom *g = &scene->geoms[body->first_geom + i];
        const reel_pose at = reel_pose_mul(pose, g->body_from_geom);
        const double p[3] = {at.p.x, at.p.y, at.p.z};
        double from[3], to[3];
        if (!wanted(g, which) || !reel_build_reach(scene, g, at.q, from, to)) {
            continue;
        }
        for (int k = 0; k < 3; k++) {
            lo[k] = any ? fmin(lo[k], p[k] + from[k]) : p[k] + from[k];
            hi[k] = any ? fmax(hi[k], p[k] + to[k]) : p[k] + to[k];
        }
        any = true;
    }
    if (!any && which == REEL_WHICH_COLLIDES) { /* a ghost stands as it is seen */
        return reel_build_box(scene, body, REEL_WHICH_ALL, pose, lo, hi);
    }
    return any;
}

uint64_t reel_build_box_cost(const reel_scene *scene, const reel_body *body)
{
    uint64_t cost = 0;
    for (int i = 0; i < body->n_geoms; i++) {
        const reel_geom *g = &scene->geoms[body->first_geom + i];
        cost += 2;
        cost += g->mesh >= 0 ? (uint64_t)scene->meshes[g->mesh].n_vertices / 4 : 0;
        cost += g->height_field >= 0 ? (uint64_t)scene->height_fields[g->height_field].n_heights / 4
                                     : 0;
    }
    return cost;
}

/* --- mass ---------------------------------------------------------------------------------------
 */

/* Add the inertia of a part: its own, turned, and that of its mass at `d` (parallel axes). */
static void add_inertia(double inertia[6], const double own[6], reel_quat q, double m, reel_vec3 d)
{
    const reel_mat3 r = reel_mat3_from_quat(q);
    static const int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};
    const double p[3] = {d.x, d.y, d.z}, dd = reel_v3_dot(d, d);
    for (int e = 0; e < 6; e++) {
        const int i = row[e], j = column[e];
        double turned = 0;
        for (int k = 0; k < 3; k++) {
            turned += r.m[i][k] * own[k] * r.m[j][k];
        }
        for (int k = 3; k < 6; k++) { /* the products, twice in the tensor */
            const int a = row[k], b = column[k];
            turned += own[k] * (r.m[i][a] * r.m[j][b] + r.m[i][b] * r.m[j][a]);
        }
        inertia[e] += turned + m * ((i == j ? dd : 0.0) - p[i] * p[j]);
    }
}

/* What a geom weighs, and where its centre of mass is in the frame that its pose is in. */
static double geom_mass(const reel_scene *scene, const reel_geom *g, reel_vec3 *center,
                        double own[6])
{
    double m;
    reel_vec3 c;
    reel_geom_mass(scene, g, scene->surfaces[g->surface].density, &m, &c, own);
    *center = c.x == 0 && c.y == 0 && c.z == 0 ? g->body_from_geom.p
                                               : reel_pose_apply(g->body_from_geom, c);
    return m;
}

reel_vec3 reel_build_mass(lua_State *L, reel_body *body)
{
    const reel_builder *b = reel_builder_of(L);
    reel_geom *geoms = &b->scene->geoms[body->first_geom];
    const bool *weighs = &b->weighs[body->first_geom];
    reel_vec3 moment = {0, 0, 0}, center = {0, 0, 0}, at;
    double own[6];
    int n = 0;
    body->mass = 0;
    memset(body->inertia, 0, sizeof(body->inertia));
    for (int i = 0; i < body->n_geoms; i++) {
        if (weighs[i]) {
            const double m = geom_mass(b->scene, &geoms[i], &at, own);
            body->mass += m;
            moment = reel_v3_madd(moment, m, at);
            center = at;
            n++;
        }
    }
    if (n != 1) { /* of one geom the centre is known exactly */
        center = reel_v3_scale(moment, 1.0 / body->mass);
    }
    for (int i = 0; i < body->n_geoms; i++) {
        geoms[i].body_from_geom.p = reel_v3_sub(geoms[i].body_from_geom.p, center);
        if (weighs[i]) {
            const double m = geom_mass(b->scene, &geoms[i], &at, own);
            add_inertia(body->inertia, own, geoms[i].body_from_geom.q, m, at);
        }
    }
    return center;
}

void reel_build_set_mass(reel_body *body, double mass)
{
    const double k = mass / body->mass;
    body->mass = mass;
    for (int i = 0; i < 6; i++) {
        body->inertia[i] *= k;
    }
}
