/* world.c - build ODE's world and our constants from a scene, at the poses of step 0. */
#include "engine/geoms.h"

#include "base/hash.h"
#include <ode/ode.h>
#include <stdio.h>
#include <string.h>

static void put_rotation(const reel_mat3 *m, double r[12])
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            r[4 * i + j] = m->m[i][j];
        }
        r[4 * i + 3] = 0;
    }
}

void body_refresh_rotation(body_state *body)
{
    const reel_mat3 m = reel_mat3_from_quat(body->q);
    put_rotation(&m, body->r);
}

/* Raw copies: dBodySetQuaternion would normalise once more and change the last bits. */
void body_place_geoms(const reel_sim *sim, int body)
{
    const body_state *state = &sim->state.bodies[body];
    const dBodyID ode = sim->bodies[body].ode;
    const dReal q[4] = {state->q.w, state->q.x, state->q.y, state->q.z};
    memcpy((dReal *)dBodyGetQuaternion(ode), q, sizeof q);
    memcpy((dReal *)dBodyGetRotation(ode), state->r, sizeof state->r);
    dBodySetPosition(ode, state->p.x, state->p.y, state->p.z); /* marks the geoms as moved */
}

static bool invert_symmetric(const reel_mat3 *a, reel_mat3 *out)
{
    const reel_vec3 x = {a->m[0][0], a->m[0][1], a->m[0][2]};
    const reel_vec3 y = {a->m[1][0], a->m[1][1], a->m[1][2]};
    const reel_vec3 z = {a->m[2][0], a->m[2][1], a->m[2][2]};
    const reel_vec3 yz = reel_v3_cross(y, z), zx = reel_v3_cross(z, x), xy = reel_v3_cross(x, y);
    const double det = reel_v3_dot(x, yz);
    if (!(det > 0) || !isfinite(1 / det)) {
        return false;
    }
    const double s = 1 / det;
    *out = (reel_mat3){{{yz.x * s, zx.x * s, xy.x * s},
                        {yz.y * s, zx.y * s, xy.y * s},
                        {yz.z * s, zx.z * s, xy.z * s}}};
    return true;
}

static bool is_diagonal_and_even(const reel_mat3 *a)
{
    const double size = a->m[0][0];
    double off = fabs(a->m[0][1]) + fabs(a->m[0][2]) + fabs(a->m[1][2]);
    off += fabs(a->m[1][1] - size) + fabs(a->m[2][2] - size);
    return off <= 1e-12 * size;
}

static double geom_reach(const reel_scene *scene, const reel_geom *geom)
{
    double lo[3], hi[3], corner[3];
    if (!reel_geom_box(scene, geom, lo, hi)) {
        return 0;
    }
    for (int k = 0; k < 3; k++) {
        corner[k] = fmax(fabs(lo[k]), fabs(hi[k]));
    }
    return reel_v3_len(geom->body_from_geom.p) +
           reel_v3_len(reel_v3(corner[0], corner[1], corner[2]));
}

static void build_constants(reel_sim *sim, int i)
{
    const reel_body *body = &sim->scene->bodies[i];
    body_fixed *fixed = &sim->bodies[i];
    fixed->key = reel_xxh64_of(body->name, strlen(body->name), 0);
    fixed->dynamic = body->motion == REEL_MOTION_DYNAMIC;
    for (int g = body->first_geom; g < body->first_geom + body->n_geoms; g++) {
        fixed->reach = fmax(fixed->reach, geom_reach(sim->scene, &sim->scene->geoms[g]));
    }
}

static reel_status build_dynamic(reel_sim *sim, int i, reel_error *err)
{
    const reel_body *body = &sim->scene->bodies[i];
    body_fixed *fixed = &sim->bodies[i];
    const double *e = body->inertia;
    fixed->inertia = (reel_mat3){{{e[0], e[3], e[4]}, {e[3], e[1], e[5]}, {e[4], e[5], e[2]}}};
    if (!(body->mass > 0) || !isfinite(1 / body->mass) ||
        !invert_symmetric(&fixed->inertia, &fixed->inv_inertia)) {
        char field[64];
        snprintf(field, sizeof field, "bodies[%d]", i);
        return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                            "body \"%s\" has no usable mass or inertia", body->name);
    }
    fixed->mass = body->mass;
    fixed->inv_mass = 1 / body->mass;
    fixed->round = is_diagonal_and_even(&fixed->inertia);
    dMass mass;
    dMassSetParameters(&mass, body->mass, 0, 0, 0, e[0], e[1], e[2], e[3], e[4], e[5]);
    fixed->ode = dBodyCreate(sim->world);
    dBodySetMass(fixed->ode, &mass);
    dBodyDisable(fixed->ode); /* enabled only while its island is being solved */
    return REEL_OK;
}

static void init_state(reel_sim *sim, int i)
{
    const reel_body *body = &sim->scene->bodies[i];
    body_state *state = &sim->state.bodies[i];
    state->p = body->world_from_body.p;
    state->q = reel_quat_unit(body->world_from_body.q);
    body_refresh_rotation(state);
    state->present = !body->absent;
    if (sim->bodies[i].dynamic) {
        state->v = body->absent ? reel_v3(0, 0, 0) : body->velocity;
        state->w = body->absent ? reel_v3(0, 0, 0) : body->omega;
        state->ref_p = state->p;
        state->ref_q = state->q;
        state->free = true;
        body_place_geoms(sim, i);
    }
}

static reel_status allocate(reel_sim *sim, reel_error *err)
{
    const size_t bodies = (size_t)sim->scene->n_bodies + 1; /* + 1: never empty */
    const size_t joints = (size_t)sim->scene->n_joints + 1;
    sim->bodies = reel_calloc(bodies, sizeof *sim->bodies);
    sim->joints = reel_calloc(joints, sizeof *sim->joints);
    sim->joint_feedback = reel_calloc(SIM_JOINT_FEEDBACKS * joints, sizeof(dJointFeedback));
    sim->live_joints = reel_calloc(bodies, sizeof *sim->live_joints);
    sim->state.bodies = reel_calloc(bodies, sizeof *sim->state.bodies);
    sim->state.joints = reel_calloc(joints, sizeof *sim->state.joints);
    sim->force = reel_calloc(bodies, sizeof *sim->force);
    sim->torque = reel_calloc(bodies, sizeof *sim->torque);
    sim->joint_force = reel_calloc(bodies, sizeof *sim->joint_force);
    sim->joint_torque = reel_calloc(bodies, sizeof *sim->joint_torque);
    sim->pushed = reel_calloc(bodies, sizeof *sim->pushed);
    sim->struck = reel_calloc(bodies, sizeof *sim->struck);
    sim->met = reel_calloc(bodies, sizeof *sim->met);
    sim->root = reel_calloc(bodies, sizeof *sim->root);
    sim->next_in_island = reel_calloc(bodies, sizeof *sim->next_in_island);
    sim->islands = reel_calloc(bodies, sizeof *sim->islands);
    const bool ok = sim->bodies && sim->joints && sim->joint_feedback && sim->live_joints &&
                    sim->state.bodies && sim->state.joints && sim->force && sim->torque &&
                    sim->joint_force && sim->joint_torque && sim->pushed && sim->struck &&
                    sim->met && sim->root && sim->next_in_island && sim->islands;
    return ok ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory building the world");
}

static void create_world(reel_sim *sim)
{
    ode_begin();
    sim->world = dWorldCreate();
    sim->space = dSweepAndPruneSpaceCreate(NULL, dSAP_AXES_XYZ);
    dSpaceSetCleanup(sim->space, 1);
    sim->contact_joints = dJointGroupCreate(0);
    /* Gravity is added as a force by island.c, since free flight has its own. */
    dWorldSetGravity(sim->world, 0, 0, 0);
    dWorldSetERP(sim->world, SIM_JOINT_ERP);
    dWorldSetCFM(sim->world, 1e-12);
    dWorldSetQuickStepNumIterations(sim->world, SIM_ITERATIONS);
    dWorldSetAutoDisableFlag(sim->world, 0);
}

reel_status world_build(reel_sim *sim, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    sim->h = 1.0 / scene->step_rate;
    sim->rest_speed = fmin(SIM_REST_SHARE * reel_v3_len(scene->gravity) * sim->h, SIM_REST_SPEED);
    sim->bounce_speed = fmax(0.02, 3 * reel_v3_len(scene->gravity) * sim->h);
    reel_status status = allocate(sim, err);
    if (status != REEL_OK) {
        return status;
    }
    create_world(sim);
    for (int i = 0; i < scene->n_bodies; i++) {
        build_constants(sim, i);
        if (sim->bodies[i].dynamic) {
            status = build_dynamic(sim, i, err);
            if (status != REEL_OK) {
                return status;
            }
        }
        init_state(sim, i);
    }
    status = geoms_build(sim, err);
    if (status != REEL_OK) {
        return status;
    }
    for (int i = 0; i < scene->n_bodies; i++) {
        presence_show(sim, i);
    }
    status = surfaces_build(sim, err);
    if (status == REEL_OK) {
        status = forces_build(sim, err);
    }
    if (status == REEL_OK) {
        status = joints_build(sim, err);
    }
    return status == REEL_OK ? trees_build(sim, err) : status;
}

void world_destroy(reel_sim *sim)
{
    if (sim->world) {
        dJointGroupDestroy(sim->contact_joints);
        dSpaceDestroy(sim->space);
        dWorldDestroy(sim->world);
    }
    geoms_destroy(sim);
    trees_destroy(sim);
    forces_destroy(sim);
    sweep_destroy(sim->sweep);
    exact_destroy(sim->exact);
    void *const blocks[] = {
        sim->bodies,       sim->joints,       sim->joint_feedback, sim->live_joints,
        sim->state.bodies, sim->state.joints, sim->force,          sim->torque,
        sim->pushed,       sim->root,         sim->next_in_island, sim->islands,
        sim->struck,       sim->met,          sim->pair_first,     sim->pair_order,
        sim->joint_force,  sim->joint_torque,
    };
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        reel_free(blocks[i]);
    }
}
