/*
 * colliders.c - which code finds the contacts of two geoms: ODE's for spheres and planes among its
 * own classes and for two boxes, convex.h for the rest, in the frame of the first, so that a pose
 * far from the origin costs no digits.
 */
#include "engine/geoms.h"

#include <ode/ode.h>

typedef struct frame {
    reel_vec3 origin, axes[3];
} frame;

static frame frame_of(dGeomID geom)
{
    const double *r = dGeomGetRotation(geom), *p = dGeomGetPosition(geom);
    frame f = {.origin = reel_v3(p[0], p[1], p[2])};
    for (int k = 0; k < 3; k++) {
        f.axes[k] = reel_v3(r[k], r[4 + k], r[8 + k]);
    }
    return f;
}

static reel_vec3 into(const frame *f, reel_vec3 v)
{
    return reel_v3(reel_v3_dot(f->axes[0], v), reel_v3_dot(f->axes[1], v),
                   reel_v3_dot(f->axes[2], v));
}

static reel_vec3 out_of(const frame *f, reel_vec3 v)
{
    const reel_vec3 xy = reel_v3_madd(reel_v3_scale(f->axes[0], v.x), v.y, f->axes[1]);
    return reel_v3_madd(xy, v.z, f->axes[2]);
}

/* `sign` turns the normals towards the geom that is to be called the first. */
static int hand_over(const frame *f, const touch_point *found, int n, double sign,
                     dContactGeom *points)
{
    for (int i = 0; i < n; i++) {
        const reel_vec3 p = reel_v3_add(f->origin, out_of(f, found[i].pos));
        const reel_vec3 m = reel_v3_scale(out_of(f, found[i].normal), sign);
        points[i].pos[0] = p.x;
        points[i].pos[1] = p.y;
        points[i].pos[2] = p.z;
        points[i].normal[0] = m.x;
        points[i].normal[1] = m.y;
        points[i].normal[2] = m.z;
        points[i].depth = found[i].depth;
    }
    return n;
}

static convex_pose pose_of(const frame *f, const frame *g)
{
    convex_pose pose = {.p = into(f, reel_v3_sub(g->origin, f->origin))};
    for (int k = 0; k < 3; k++) {
        const reel_vec3 axis = into(f, g->axes[k]);
        pose.r.m[0][k] = axis.x;
        pose.r.m[1][k] = axis.y;
        pose.r.m[2][k] = axis.z;
    }
    return pose;
}

static int solid_on_land(const terrain *land, const convex *s, dGeomID land_geom, dGeomID solid,
                         double sign, dContactGeom *points)
{
    const frame f = frame_of(land_geom), g = frame_of(solid);
    const convex_pose pose = pose_of(&f, &g);
    touch_point found[COLLIDER_CONTACTS];
    return hand_over(&f, found, terrain_collide(land, s, &pose, found), sign, points);
}

static int two_solids(const convex *a, const convex *b, dGeomID geom_a, dGeomID geom_b,
                      dContactGeom *points)
{
    const frame f = frame_of(geom_a), g = frame_of(geom_b);
    const convex_pose pose = pose_of(&f, &g);
    touch_point found[COLLIDER_CONTACTS];
    return hand_over(&f, found, collide_convex(a, b, &pose, found), -1, points);
}

static int solid_on_plane(const convex *s, dGeomID solid, dGeomID plane, double sign,
                          dContactGeom *points)
{
    const frame f = frame_of(solid);
    dVector4 plane_of;
    dGeomPlaneGetParams(plane, plane_of);
    const reel_vec3 up = {plane_of[0], plane_of[1], plane_of[2]};
    touch_point found[COLLIDER_CONTACTS];
    const int n =
        collide_convex_plane(s, into(&f, up), plane_of[3] - reel_v3_dot(up, f.origin), found);
    return hand_over(&f, found, n, -sign, points);
}

/* Those that ODE does fast and without error: spheres and planes with its own classes, two boxes.
 */
static bool is_for_ode(dGeomID a, dGeomID b)
{
    const int kind_a = dGeomGetClass(a), kind_b = dGeomGetClass(b);
    if (kind_a >= dFirstUserClass || kind_b >= dFirstUserClass) {
        return false;
    }
    return kind_a == dSphereClass || kind_b == dSphereClass || kind_a == dPlaneClass ||
           kind_b == dPlaneClass || (kind_a == dBoxClass && kind_b == dBoxClass);
}

int geoms_collide(const reel_sim *sim, int geom_a, int geom_b, struct dContactGeom *points)
{
    const dGeomID a = sim->geoms[geom_a], b = sim->geoms[geom_b];
    if (is_for_ode(a, b)) {
        return dCollide(a, b, COLLIDER_CONTACTS, points, sizeof points[0]);
    }
    const geom_shape *shape_a = geoms_shape(sim, geom_a), *shape_b = geoms_shape(sim, geom_b);
    if (shape_a->shape == REEL_SHAPE_PLANE) {
        return solid_on_plane(&shape_b->solid, b, a, -1, points);
    }
    if (shape_b->shape == REEL_SHAPE_PLANE) {
        return solid_on_plane(&shape_a->solid, a, b, 1, points);
    }
    if (shape_a->land) {
        return solid_on_land(shape_a->land, &shape_b->solid, a, b, -1, points);
    }
    if (shape_b->land) {
        return solid_on_land(shape_b->land, &shape_a->solid, b, a, 1, points);
    }
    return two_solids(&shape_a->solid, &shape_b->solid, a, b, points);
}
