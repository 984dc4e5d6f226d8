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
    const reel_scene *scene = stand->shapes->scene;
    for (int g = 0; g < scene->n_geoms; g++) {
        const reel_geom *geom = &scene->geoms[g];
        reel_affine body = reel_affine_from_pose(reel_take_pose(take, sample, geom->body));
        reel_affine own = reel_affine_from_pose(geom->body_from_geom);
        reel_affine world_from_geom = reel_affine_compose(&body, &own);
        size_t at = (size_t)sample * (size_t)take->n_bodies + (size_t)geom->body;
        stand->geom_from_world[g] = reel_affine_invert(&world_from_geom);
        stand->there[g] =
            geom->visible && (take->state[at] & REEL_STATE_PRESENT) &&
            reel_geom_distance(stand->shapes, g,
                               reel_affine_apply(&stand->geom_from_world[g], eye)) >= 0;
    }
}

/* Distance to the nearest geom but `own`. */
static double others_distance(const reel_stand *stand, reel_vec3 p, int own, double enough)
{
    double nearest = 1e300;
    for (int g = 0; g < stand->shapes->scene->n_geoms && nearest > enough; g++) {
        if (stand->there[g] && g != own) {
            double d = reel_geom_distance(stand->shapes, g,
                                          reel_affine_apply(&stand->geom_from_world[g], p));
            nearest = d < nearest ? d : nearest;
        }
    }
    return nearest;
}

/* Does geom `own` hide its point `target` from the eye: does its surface face it there, and, of a
 * mesh that is not convex, does it stand before itself? Five parallel lines must agree. */
static reel_sight own_sight(const reel_stand *stand, reel_vec3 eye, reel_vec3 target, int own,
                            double margin)
{
    const reel_affine *m = &stand->geom_from_world[own];
    const reel_vec3 a = reel_affine_apply(m, eye), b = reel_affine_apply(m, target);
    const reel_vec3 way = reel_v3_unit(reel_v3_sub(b, a), reel_v3(0, 0, 1));
    reel_vec3 normal;
    if (!reel_geom_normal(stand->shapes, own, b, &normal)) {
        return REEL_SIGHT_UNDECIDED;
    }
    const double cosine = -reel_v3_dot(normal, way);
    if (fabs(cosine) <= 0.1) {
        return REEL_SIGHT_UNDECIDED;
    }
    if (cosine < 0) {
        return REEL_SIGHT_BLOCKED;
    }
    if (!reel_geom_is_concave(stand->shapes, own)) {
        return REEL_SIGHT_FREE;
    }
    /* in a fold or a narrow gap, what is that near to the point decides */
    if (cosine <= 0.3 ||
        reel_geom_distance(stand->shapes, own, reel_v3_madd(b, 6 * margin, normal)) < 4 * margin) {
        return REEL_SIGHT_UNDECIDED;
    }
    /* up to where the point's own surroundings begin, whose facets are a little aside */
    const reel_vec3 end = reel_v3_madd(b, -4 * margin / cosine, way);
    const reel_vec3 u = reel_v3_unit(
        reel_v3_cross(way, fabs(way.x) < 0.6 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0)), way);
    const reel_vec3 v = reel_v3_cross(way, u);
    int hidden = 0;
    for (int i = 0; i < 5; i++) {
        const double x = margin * (i == 1) - margin * (i == 2);
        const double y = margin * (i == 3) - margin * (i == 4);
        const reel_vec3 aside = reel_v3_madd(reel_v3_scale(u, x), y, v);
        hidden +=
            reel_geom_enters(stand->shapes, own, reel_v3_add(a, aside), reel_v3_add(end, aside));
    }
    /* something within these surroundings */
    if (hidden == 0 &&
        reel_geom_enters(stand->shapes, own, end, reel_v3_madd(b, -1.5 * margin / cosine, way))) {
        return REEL_SIGHT_UNDECIDED;
    }
    return hidden == 0 ? REEL_SIGHT_FREE : hidden == 5 ? REEL_SIGHT_BLOCKED : REEL_SIGHT_UNDECIDED;
}

reel_sight reel_verify_sight(const reel_stand *stand, reel_vec3 eye, reel_vec3 target, int own,
                             double margin)
{
    enum { MOST_STEPS = 4000 };
    double length = reel_v3_len(reel_v3_sub(target, eye));
    reel_vec3 way = reel_v3_unit(reel_v3_sub(target, eye), reel_v3(0, 0, 1));
    reel_sight sight = own_sight(stand, eye, target, own, margin);
    bool grazed = false;
    double at = 0;
    for (int i = 0; sight != REEL_SIGHT_BLOCKED && i < MOST_STEPS && at < length; i++) {
        double d = others_distance(stand, reel_v3_madd(eye, at, way), own, -margin);
        if (d < -margin) {
            return REEL_SIGHT_BLOCKED;
        }
        grazed |= d < margin;
        at += fmax(d, 0.5 * margin);
    }
    if (sight == REEL_SIGHT_FREE && (grazed || at < length)) {
        return REEL_SIGHT_UNDECIDED;
    }
    return sight;
}
