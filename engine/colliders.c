/*
 * colliders.c - which code finds the contacts of two geoms: ODE's for spheres, boxes and planes
 * among one another and where they are exact with capsules and cylinders; ours for the rest, in the
 * frame of one of the two, so that a pose far from the origin costs no digits.
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

static int box_cylinder(dGeomID box, dGeomID cylinder, double sign, dContactGeom *points)
{
    const frame f = frame_of(box), g = frame_of(cylinder);
    dVector3 size;
    dReal radius, length;
    dGeomBoxGetLengths(box, size);
    dGeomCylinderGetParams(cylinder, &radius, &length);
    const double half[3] = {size[0] / 2, size[1] / 2, size[2] / 2};
    touch_point found[COLLIDER_CONTACTS];
    const int n =
        collide_box_cylinder(half, into(&f, reel_v3_sub(g.origin, f.origin)), into(&f, g.axes[2]),
                             into(&f, g.axes[0]), radius, length / 2, found);
    return hand_over(&f, found, n, sign, points);
}

/* The partner's shape and size; false: none that capsule.c knows. */
static bool partner_of(dGeomID geom, capsule_partner *s)
{
    dVector3 size;
    dReal radius, length;
    switch (dGeomGetClass(geom)) {
    case dBoxClass:
        dGeomBoxGetLengths(geom, size);
        s->shape = REEL_SHAPE_BOX;
        for (int k = 0; k < 3; k++) {
            s->half[k] = size[k] / 2;
        }
        return true;
    case dCylinderClass:
        dGeomCylinderGetParams(geom, &radius, &length);
        s->shape = REEL_SHAPE_CYLINDER;
        break;
    case dCapsuleClass:
        dGeomCapsuleGetParams(geom, &radius, &length);
        s->shape = REEL_SHAPE_CAPSULE;
        break;
    default: return false;
    }
    s->half[0] = s->half[1] = radius;
    s->half[2] = length / 2;
    return true;
}

/* Number of points, or -1 if this is not for capsule.c. */
static int capsule_with(dGeomID partner, dGeomID capsule, double sign, dContactGeom *points)
{
    capsule_partner s;
    if (dGeomGetClass(capsule) != dCapsuleClass || !partner_of(partner, &s)) {
        return -1;
    }
    const frame f = frame_of(partner), g = frame_of(capsule);
    dReal radius, length;
    dGeomCapsuleGetParams(capsule, &radius, &length);
    s.centre = into(&f, reel_v3_sub(g.origin, f.origin));
    s.axis = into(&f, g.axes[2]);
    s.radius = radius;
    s.half_length = length / 2;
    touch_point found[2];
    const int n = collide_capsule(&s, found);
    return n < 0 ? -1 : hand_over(&f, found, n, sign, points);
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

/* Pairs that ODE, or code for that pair only, deals with; -1: none of them. */
static int simple_pair(dGeomID a, dGeomID b, dContactGeom *points)
{
    const int kind_a = dGeomGetClass(a), kind_b = dGeomGetClass(b);
    if (kind_a >= dFirstUserClass || kind_b >= dFirstUserClass ||
        (kind_a == dCylinderClass && kind_b == dCylinderClass)) {
        return -1;
    }
    if (kind_a == dBoxClass && kind_b == dCylinderClass) {
        return box_cylinder(a, b, -1, points);
    }
    if (kind_a == dCylinderClass && kind_b == dBoxClass) {
        return box_cylinder(b, a, 1, points);
    }
    const bool capsule_a = kind_a == dCapsuleClass, capsule_b = kind_b == dCapsuleClass;
    const bool simple_a = kind_a == dSphereClass || kind_a == dPlaneClass;
    const bool simple_b = kind_b == dSphereClass || kind_b == dPlaneClass;
    if ((capsule_a && !simple_b) || (capsule_b && !simple_a)) {
        const int n = capsule_with(b, a, 1, points);
        return n < 0 ? capsule_with(a, b, -1, points) : n;
    }
    return dCollide(a, b, COLLIDER_CONTACTS, points, sizeof points[0]);
}

int geoms_collide(const reel_sim *sim, int geom_a, int geom_b, struct dContactGeom *points)
{
    const dGeomID a = sim->geoms[geom_a], b = sim->geoms[geom_b];
    const int n = simple_pair(a, b, points);
    if (n >= 0) {
        return n;
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
