/* verify_geometry.c - distances to shapes, written without a look at render/ (see verify.h) */
#include "app/verify.h"
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

double reel_geom_distance(const reel_geom *geom, reel_vec3 p)
{
    switch (geom->shape) {
    case REEL_SHAPE_PLANE: return p.z;
    case REEL_SHAPE_BOX: return box_distance(geom->size, p);
    case REEL_SHAPE_SPHERE: return reel_v3_len(p) - geom->size[0];
    case REEL_SHAPE_CAPSULE: return capsule_distance(geom->size, p);
    case REEL_SHAPE_CYLINDER: return cylinder_distance(geom->size, p);
    }
    return 1e300;
}

double reel_body_distance(const reel_scene *scene, int body, reel_vec3 p)
{
    const reel_body *b = &scene->bodies[body];
    double nearest = 1e300;
    for (int g = b->first_geom; g < b->first_geom + b->n_geoms; g++) {
        const reel_geom *geom = &scene->geoms[g];
        if (geom->visible) {
            double d = reel_geom_distance(
                geom, reel_pose_apply(reel_pose_inverse(geom->body_from_geom), p));
            nearest = d < nearest ? d : nearest;
        }
    }
    return nearest;
}

bool reel_body_normal(const reel_scene *scene, int body, reel_vec3 p, reel_vec3 *normal)
{
    const double h = 2e-4; /* m */
    reel_vec3 g;
    g.x = reel_body_distance(scene, body, reel_v3(p.x + h, p.y, p.z)) -
          reel_body_distance(scene, body, reel_v3(p.x - h, p.y, p.z));
    g.y = reel_body_distance(scene, body, reel_v3(p.x, p.y + h, p.z)) -
          reel_body_distance(scene, body, reel_v3(p.x, p.y - h, p.z));
    g.z = reel_body_distance(scene, body, reel_v3(p.x, p.y, p.z + h)) -
          reel_body_distance(scene, body, reel_v3(p.x, p.y, p.z - h));
    double length = reel_v3_len(g) / (2 * h);
    /* of a distance it is 1; less says that two faces were mixed */
    if (!(length > 0.99 && length < 1.01)) {
        return false;
    }
    *normal = reel_v3_unit(g, reel_v3(0, 0, 1));
    return true;
}

/* Distance from a world point to the nearest visible body that is there at `sample`. */
static double world_distance(const reel_scene *scene, const reel_take *take, int sample,
                             reel_vec3 p, double enough)
{
    double nearest = 1e300;
    for (int b = 0; b < scene->n_bodies && nearest > enough; b++) {
        if (take->state[(size_t)sample * (size_t)take->n_bodies + (size_t)b] & REEL_STATE_PRESENT) {
            reel_pose pose = reel_take_pose(take, sample, b);
            double d = reel_body_distance(scene, b, reel_pose_apply(reel_pose_inverse(pose), p));
            nearest = d < nearest ? d : nearest;
        }
    }
    return nearest;
}

reel_sight reel_verify_sight(const reel_scene *scene, const reel_take *take, int sample,
                             reel_vec3 eye, reel_vec3 target, double margin)
{
    enum { MOST_STEPS = 4000 };
    reel_vec3 way = reel_v3_sub(target, eye);
    double length = reel_v3_len(way);
    reel_vec3 dir = reel_v3_unit(way, reel_v3(0, 0, 1));
    bool grazed = false;
    double at = 0;
    for (int i = 0; i < MOST_STEPS && at < length - 4 * margin; i++) {
        double d = world_distance(scene, take, sample, reel_v3_madd(eye, at, dir), -margin);
        if (d < -margin) {
            return REEL_SIGHT_BLOCKED;
        }
        grazed |= d < margin;
        at += max2(d, 0.5 * margin);
    }
    if (at < length - 4 * margin) {
        return REEL_SIGHT_UNDECIDED;
    }
    /* the last bit: grazing its own surface is no obstacle but may be decided either way */
    return grazed ? REEL_SIGHT_UNDECIDED : REEL_SIGHT_FREE;
}
