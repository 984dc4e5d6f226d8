/*
 * geoms.c - the scene's geoms as ODE's, for the broad phase, and as ours, for the colliders.
 *
 * Cones, ellipsoids, hulls, meshes and height fields are geoms of one class of our own, which gives
 * ODE their box and nothing else. All are thicker by SIM_MARGIN, which contact.c takes off the
 * depths again: bodies that just touch, to rounding, have all of their contacts and not some.
 */
#include "engine/geoms.h"

#include "base/mesh.h"
#include <ode/ode.h>
#include <stdio.h>
#include <string.h>

enum { BITS_STATIC = 1, BITS_DYNAMIC = 2 };

struct sim_shapes {
    reel_arena arena;
    geom_shape *of;   /* [n_geoms] */
    polytope **hulls; /* [n_meshes] of those that are hulls */
    terrain **meshes; /* [n_meshes] of those that are static scenery */
};

/* ---- our class of ODE's geoms --------------------------------------------------------------- */

static dColliderFn *no_collider(int other)
{
    (void)other;
    return NULL;
}

/* Along each axis of the world: the core's farthest points, or the corners of the box. */
static void world_box(dGeomID geom, dReal box[6])
{
    const geom_shape *shape = *(geom_shape *const *)dGeomGetClassData(geom);
    const double *p = dGeomGetPosition(geom), *r = dGeomGetRotation(geom);
    int hint = 0;
    for (int k = 0; k < 3; k++) {
        const reel_vec3 axis = {r[4 * k], r[4 * k + 1], r[4 * k + 2]}; /* world's, in the geom's */
        if (shape->solid.reach > 0) {
            const convex *s = &shape->solid;
            const reel_vec3 back = reel_v3_scale(axis, -1);
            const double to = reel_v3_dot(axis, convex_support(s, axis, &hint));
            const double from = reel_v3_dot(axis, convex_support(s, back, &hint));
            box[2 * k] = p[k] + from - s->round;
            box[2 * k + 1] = p[k] + to + s->round;
            continue;
        }
        box[2 * k] = box[2 * k + 1] = p[k];
        for (int i = 0; i < 3; i++) {
            box[2 * k] += fmin(r[4 * k + i] * shape->lo[i], r[4 * k + i] * shape->hi[i]);
            box[2 * k + 1] += fmax(r[4 * k + i] * shape->lo[i], r[4 * k + i] * shape->hi[i]);
        }
    }
}

static dGeomID create_own(dSpaceID space, const geom_shape *shape)
{
    static int own_class = -1;
    if (own_class < 0) {
        const dGeomClass description = {
            .bytes = sizeof(shape), .collider = no_collider, .aabb = world_box};
        own_class = dCreateGeomClass(&description);
    }
    const dGeomID geom = dCreateGeom(own_class);
    *(const geom_shape **)dGeomGetClassData(geom) = shape;
    dSpaceAdd(space, geom);
    return geom;
}

/* ---- shapes --------------------------------------------------------------------------------- */

static reel_status hull_of_mesh(reel_sim *sim, int mesh, reel_error *err)
{
    struct sim_shapes *all = sim->shapes;
    if (all->hulls[mesh]) {
        return REEL_OK;
    }
    const reel_status status = reel_mesh_check(&sim->scene->meshes[mesh], true, err);
    if (status != REEL_OK) {
        return status;
    }
    polytope *hull = REEL_ARENA_NEW(&all->arena, polytope, 1);
    if (!hull || !polytope_of_mesh(&all->arena, &sim->scene->meshes[mesh], hull)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for hull \"%s\"",
                         sim->scene->meshes[mesh].name);
    }
    all->hulls[mesh] = hull;
    return REEL_OK;
}

static reel_status build_land(reel_sim *sim, const reel_geom *geom, geom_shape *shape,
                              reel_error *err)
{
    struct sim_shapes *all = sim->shapes;
    terrain *land = geom->shape == REEL_SHAPE_MESH ? all->meshes[geom->mesh] : NULL;
    reel_status status = REEL_OK;
    reel_geom_box(sim->scene, geom, shape->lo, shape->hi);
    if (geom->shape == REEL_SHAPE_HEIGHT_FIELD) {
        /* solid below, as far as it is wide */
        shape->lo[2] -= fmax(geom->size[0], geom->size[1]);
        status = terrain_of_heights(&all->arena, &sim->scene->height_fields[geom->height_field],
                                    geom->size, &land, err);
    } else if (!land) {
        status = terrain_of_mesh(&all->arena, &sim->scene->meshes[geom->mesh], &land, err);
        all->meshes[geom->mesh] = land;
    }
    shape->land = land;
    return status;
}

static reel_status build_shape(reel_sim *sim, int g, reel_error *err)
{
    const reel_geom *geom = &sim->scene->geoms[g];
    geom_shape *shape = &sim->shapes->of[g];
    shape->shape = geom->shape;
    shape->collides = geom->collides;
    switch (geom->shape) {
    case REEL_SHAPE_PLANE: return REEL_OK;
    case REEL_SHAPE_MESH:
    case REEL_SHAPE_HEIGHT_FIELD: return build_land(sim, geom, shape, err);
    case REEL_SHAPE_BOX: {
        const double half[3] = {geom->size[0] / 2, geom->size[1] / 2, geom->size[2] / 2};
        polytope *box = REEL_ARENA_NEW(&sim->shapes->arena, polytope, 1);
        if (!box || !polytope_of_box(&sim->shapes->arena, half, box)) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for a box");
        }
        shape->solid = convex_of_polytope(box, SIM_MARGIN);
        return REEL_OK;
    }
    case REEL_SHAPE_HULL: {
        const reel_status status = hull_of_mesh(sim, geom->mesh, err);
        if (status == REEL_OK) {
            shape->solid = convex_of_polytope(sim->shapes->hulls[geom->mesh], SIM_MARGIN);
        }
        return status;
    }
    default: shape->solid = convex_of_shape(geom->shape, geom->size, SIM_MARGIN); return REEL_OK;
    }
}

static dGeomID create_shape(reel_sim *sim, int g, reel_pose world_from_geom)
{
    const reel_geom *geom = &sim->scene->geoms[g];
    const double *s = geom->size;
    const double m = SIM_MARGIN;
    switch (geom->shape) {
    case REEL_SHAPE_PLANE: {
        const reel_vec3 n = reel_quat_rotate(world_from_geom.q, reel_v3(0, 0, 1));
        return dCreatePlane(sim->space, n.x, n.y, n.z, reel_v3_dot(n, world_from_geom.p));
    }
    case REEL_SHAPE_BOX: return dCreateBox(sim->space, s[0] + 2 * m, s[1] + 2 * m, s[2] + 2 * m);
    case REEL_SHAPE_SPHERE: return dCreateSphere(sim->space, s[0] + m);
    case REEL_SHAPE_CAPSULE: return dCreateCapsule(sim->space, s[0] + m, s[1]);
    case REEL_SHAPE_CYLINDER: return dCreateCylinder(sim->space, s[0] + m, s[1] + 2 * m);
    default: return create_own(sim->space, &sim->shapes->of[g]);
    }
}

/* ---- geoms ---------------------------------------------------------------------------------- */

static reel_status refuse_moving(reel_sim *sim, int g, reel_error *err)
{
    const reel_geom *geom = &sim->scene->geoms[g];
    const bool fixed = geom->shape == REEL_SHAPE_PLANE || geom->shape == REEL_SHAPE_MESH ||
                       geom->shape == REEL_SHAPE_HEIGHT_FIELD;
    if (!fixed || !sim->bodies[geom->body].dynamic) {
        return REEL_OK;
    }
    char field[64];
    snprintf(field, sizeof field, "geoms[%d]", g);
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                        "a %s can collide as part of a static body only",
                        reel_shape_name(geom->shape));
}

static reel_status build_geom(reel_sim *sim, int g, reel_error *err)
{
    const reel_geom *geom = &sim->scene->geoms[g];
    if (!geom->collides) {
        return REEL_OK;
    }
    reel_status status = refuse_moving(sim, g, err);
    status = status == REEL_OK ? build_shape(sim, g, err) : status;
    if (status != REEL_OK) {
        return status;
    }
    const body_fixed *body = &sim->bodies[geom->body];
    const body_state *at = &sim->state.bodies[geom->body];
    const reel_pose local = {geom->body_from_geom.p, reel_quat_unit(geom->body_from_geom.q)};
    const reel_pose world = reel_pose_mul((reel_pose){at->p, at->q}, local);
    const dGeomID ode = create_shape(sim, g, world);
    sim->geoms[g] = ode;
    dGeomSetData(ode, (void *)(intptr_t)g);
    dGeomSetCategoryBits(ode, body->dynamic ? BITS_DYNAMIC : BITS_STATIC);
    dGeomSetCollideBits(ode, body->dynamic ? BITS_DYNAMIC | BITS_STATIC : BITS_DYNAMIC);
    if (geom->shape == REEL_SHAPE_PLANE) {
        return REEL_OK;
    }
    const dReal q[4] = {local.q.w, local.q.x, local.q.y, local.q.z};
    const dReal wq[4] = {world.q.w, world.q.x, world.q.y, world.q.z};
    if (!body->dynamic) {
        dGeomSetPosition(ode, world.p.x, world.p.y, world.p.z);
        dGeomSetQuaternion(ode, wq);
        return REEL_OK;
    }
    dGeomSetBody(ode, body->ode);
    const bool centred = local.p.x == 0 && local.p.y == 0 && local.p.z == 0;
    if (!centred || local.q.x != 0 || local.q.y != 0 || local.q.z != 0) {
        dGeomSetOffsetPosition(ode, local.p.x, local.p.y, local.p.z);
        dGeomSetOffsetQuaternion(ode, q);
    }
    return REEL_OK;
}

reel_status geoms_build(reel_sim *sim, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    sim->geoms = reel_calloc((size_t)scene->n_geoms + 1, sizeof *sim->geoms);
    sim->shapes = reel_calloc(1, sizeof *sim->shapes);
    if (sim->shapes) {
        reel_arena *arena = &sim->shapes->arena;
        sim->shapes->of = REEL_ARENA_NEW(arena, geom_shape, (size_t)scene->n_geoms + 1);
        sim->shapes->hulls = REEL_ARENA_NEW(arena, polytope *, (size_t)scene->n_meshes + 1);
        sim->shapes->meshes = REEL_ARENA_NEW(arena, terrain *, (size_t)scene->n_meshes + 1);
    }
    if (!sim->geoms || !sim->shapes || !sim->shapes->of || !sim->shapes->hulls ||
        !sim->shapes->meshes) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for the geoms");
    }
    for (int g = 0; g < scene->n_geoms; g++) {
        const reel_status status = build_geom(sim, g, err);
        if (status != REEL_OK) {
            return status;
        }
    }
    return REEL_OK;
}

const geom_shape *geoms_shape(const reel_sim *sim, int geom)
{
    return &sim->shapes->of[geom];
}

void geoms_destroy(reel_sim *sim)
{
    reel_free(sim->geoms);
    if (sim->shapes) {
        reel_arena_finish(&sim->shapes->arena);
        reel_free(sim->shapes);
    }
}
