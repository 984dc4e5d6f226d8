/*
 * island.c - bodies that act on one another, and who solves them.
 *
 * An island is a set of awake bodies connected by contacts and joints. A body alone flies freely.
 * Free bodies that have just met have an impact of their own (impact.c). Joint trees without
 * contacts are integrated in reduced coordinates (tree_island.c). A small island is solved exactly
 * (dWorldStep: Dantzig's algorithm on the whole island), a large one of contacts by sweeps
 * (sweep.c), a large one with joints by QuickStep, alone and with a seed of its own, so that
 * islands know nothing of one another. All bodies are disabled in ODE but those of the islands
 * being solved.
 */
#include "engine/joints.h"

#include "base/hash.h"
#include <ode/ode.h>
#include <string.h>

static int find_root(int *root, int i)
{
    while (root[i] != i) {
        root[i] = root[root[i]];
        i = root[i];
    }
    return i;
}

/* The root is the smallest index. */
static void unite(int *root, int a, int b)
{
    a = find_root(root, a);
    b = find_root(root, b);
    if (a < b) {
        root[b] = a;
    } else {
        root[a] = b;
    }
}

static void connect(reel_sim *sim)
{
    const reel_scene *scene = sim->scene;
    for (int i = 0; i < scene->n_bodies; i++) {
        sim->root[i] = i;
    }
    for (int i = 0; i < sim->n_contacts; i++) {
        const contact *c = &sim->contacts[i];
        if (sim->bodies[c->body_a].dynamic && sim->bodies[c->body_b].dynamic) {
            unite(sim->root, c->body_a, c->body_b);
        }
    }
    for (int j = 0; j < scene->n_joints; j++) {
        const reel_joint *joint = &scene->joints[j];
        if (!sim->state.joints[j].released && !joint_is_ground(sim, joint->body_b)) {
            unite(sim->root, joint->body_a, joint->body_b);
        }
    }
    for (int i = 0; i < scene->n_bodies; i++) {
        sim->root[i] = find_root(sim->root, i);
    }
}

static void gather_bodies(reel_sim *sim)
{
    for (int i = sim->scene->n_bodies - 1; i >= 0; i--) { /* backwards: lists ascend */
        sim->islands[i] =
            (island){.kind = ISLAND_NONE, .first = -1, .first_contact = -1, .all_free = true};
    }
    for (int i = sim->scene->n_bodies - 1; i >= 0; i--) {
        if (body_is_awake(sim, i)) {
            island *isle = &sim->islands[sim->root[i]];
            sim->next_in_island[i] = isle->first;
            isle->first = i;
            isle->n_bodies++;
            isle->all_free &= sim->state.bodies[i].free;
        }
    }
}

static void gather_constraints(reel_sim *sim)
{
    const contact *later = NULL;
    for (int i = sim->n_contacts - 1; i >= 0; i--) { /* backwards: lists ascend */
        contact *c = &sim->contacts[i];
        const bool both = sim->bodies[c->body_a].dynamic && sim->bodies[c->body_b].dynamic;
        const int body = sim->bodies[c->body_a].dynamic ? c->body_a : c->body_b;
        island *isle = &sim->islands[sim->root[body]];
        c->next = isle->first_contact;
        isle->first_contact = i;
        isle->n_points++;
        isle->n_meetings += !later || later->body_a != c->body_a || later->body_b != c->body_b;
        later = c;
        isle->n_contacts += !c->parted;
        isle->rows += (c->friction > 0 ? 3 : 1) + (c->rolling > 0 ? 3 : 0);
        isle->grounded |= !both;
        isle->on_belt |= c->belt.x != 0 || c->belt.y != 0 || c->belt.z != 0;
        isle->approach = fmax(isle->approach, c->approach);
    }
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        if (!sim->state.joints[j].released) {
            island *isle = &sim->islands[sim->root[joint->body_a]];
            isle->jointed = true;
            isle->rows += sim->joints[j].rows;
            isle->geared |= joint->kind == REEL_JOINT_GEAR;
            isle->grounded |= joint_is_ground(sim, joint->body_b);
        }
    }
}

/* A stack, where no body rests on two others, is what sweeps are slow at; a heap is what the exact
 * solver is slow at. */
static island_kind kind_of_solver(const island *isle)
{
    const bool stack = isle->jointed || isle->n_meetings <= isle->n_bodies;
    if (isle->rows <= (stack ? SIM_STACK_ROWS : SIM_EXACT_ROWS)) {
        return ISLAND_EXACT;
    }
    return isle->jointed ? ISLAND_ITERATIVE : ISLAND_SWEEP;
}

void islands_find(reel_sim *sim)
{
    connect(sim);
    gather_bodies(sim);
    gather_constraints(sim);
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        island *isle = &sim->islands[i];
        if (isle->n_bodies == 0) {
            continue;
        }
        if (isle->n_contacts == 0 && !isle->jointed) {
            isle->kind = ISLAND_FREE;
        } else if (!isle->jointed && isle->n_bodies <= 2 && isle->all_free &&
                   isle->approach > sim->bounce_speed) {
            isle->kind = ISLAND_IMPACT;
        } else if (isle->jointed && isle->n_contacts == 0) {
            isle->kind = ISLAND_TREE;
        } else {
            isle->kind = kind_of_solver(isle);
        }
    }
}

static void write_body(reel_sim *sim, int b)
{
    const body_state *state = &sim->state.bodies[b];
    const body_fixed *fixed = &sim->bodies[b];
    body_place_geoms(sim, b);
    dBodySetLinearVel(fixed->ode, state->v.x, state->v.y, state->v.z);
    dBodySetAngularVel(fixed->ode, state->w.x, state->w.y, state->w.z);
    const reel_vec3 push = reel_v3_add(sim->force[b], sim->joint_force[b]);
    const reel_vec3 f = reel_v3_madd(push, fixed->mass, sim->scene->gravity);
    const reel_vec3 t = reel_v3_add(sim->torque[b], sim->joint_torque[b]);
    dBodySetForce(fixed->ode, f.x, f.y, f.z);
    dBodySetTorque(fixed->ode, t.x, t.y, t.z);
}

static void read_velocity(reel_sim *sim, int b)
{
    const dReal *v = dBodyGetLinearVel(sim->bodies[b].ode);
    const dReal *w = dBodyGetAngularVel(sim->bodies[b].ode);
    sim->state.bodies[b].v = reel_v3(v[0], v[1], v[2]);
    sim->state.bodies[b].w = reel_v3(w[0], w[1], w[2]);
}

static void read_pose(reel_sim *sim, int b)
{
    const dReal *p = dBodyGetPosition(sim->bodies[b].ode);
    const dReal *q = dBodyGetQuaternion(sim->bodies[b].ode);
    body_state *state = &sim->state.bodies[b];
    state->p = reel_v3(p[0], p[1], p[2]);
    state->q = (reel_quat){q[0], q[1], q[2], q[3]};
    memcpy(state->r, dBodyGetRotation(sim->bodies[b].ode), sizeof state->r);
}

/* Work of the timeline's and the fields' forces on the way that the body went. */
static void account_for_push(reel_sim *sim, int b, bool smooth)
{
    if (sim->pushed[b]) {
        const body_state *state = &sim->state.bodies[b];
        const body_before *before = watch_before(sim, b);
        const reel_vec3 way = reel_v3_sub(state->p, before->p);
        const reel_vec3 w =
            smooth ? reel_v3_scale(reel_v3_add(before->w, state->w), 0.5) : state->w;
        const double work =
            reel_v3_dot(sim->force[b], way) + sim->h * reel_v3_dot(sim->torque[b], w);
        sim->state.work += work;
        sim->state.total_work += fabs(work);
    }
}

static void enable(reel_sim *sim, const island *isle, bool on)
{
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        if (on) {
            write_body(sim, b);
            dBodyEnable(sim->bodies[b].ode);
        } else {
            dBodyDisable(sim->bodies[b].ode);
        }
    }
}

static void read_island(reel_sim *sim, island *isle)
{
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        read_velocity(sim, b);
        read_pose(sim, b);
        sim->state.bodies[b].free = false;
        account_for_push(sim, b, false);
    }
}

static reel_status solve_exact(reel_sim *sim, island *isle, reel_error *err)
{
    const reel_status status = exact_solve(sim, isle, err);
    if (status != REEL_OK) {
        return status;
    }
    if (isle->kind == ISLAND_IMPACT) {
        impact_go_on(sim, isle);
    }
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        sim->state.bodies[b].free = isle->kind == ISLAND_IMPACT;
        body_place_geoms(sim, b);
        account_for_push(sim, b, isle->approach <= sim->bounce_speed);
    }
    return REEL_OK;
}

static void fly(reel_sim *sim, int b)
{
    const body_fixed *fixed = &sim->bodies[b];
    body_state *state = &sim->state.bodies[b];
    const reel_vec3 from = state->p, turning = state->w;
    body_fly(fixed, state, sim->scene->gravity, sim->force[b], sim->torque[b], sim->h);
    state->free = true;
    body_place_geoms(sim, b);
    if (sim->pushed[b]) {
        const reel_vec3 mean = reel_v3_scale(reel_v3_add(turning, state->w), sim->h / 2);
        const double work = reel_v3_dot(sim->force[b], reel_v3_sub(state->p, from)) +
                            reel_v3_dot(sim->torque[b], mean);
        sim->state.work += work;
        sim->state.total_work += fabs(work);
    }
}

static unsigned long seed_of(const reel_sim *sim, const island *isle)
{
    const uint64_t key[2] = {(uint64_t)sim->state.step, sim->bodies[isle->first].key};
    return (unsigned long)(reel_xxh64_of(key, sizeof key, 1) & 0xffffffffu);
}

static reel_status quick_step(reel_sim *sim, island *isle, reel_error *err)
{
    enable(sim, isle, true);
    dRandSetSeed(seed_of(sim, isle));
    const int64_t before = ode_messages();
    if (!dWorldQuickStep(sim->world, sim->h)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory in the iterative solver");
    }
    enable(sim, isle, false);
    sim->state.audit.solver_messages += ode_messages() - before;
    sim->state.audit.iterative_steps++;
    return REEL_OK;
}

static reel_status dantzig_step(reel_sim *sim, reel_error *err)
{
    return dWorldStep(sim->world, sim->h)
               ? REEL_OK
               : reel_fail(err, REEL_E_NOMEM, "out of memory in the exact solver");
}

reel_status island_step(reel_sim *sim, island *isle, reel_error *err)
{
    if (isle->kind == ISLAND_ITERATIVE) {
        return quick_step(sim, isle, err);
    }
    const int64_t before = ode_messages();
    enable(sim, isle, true);
    const reel_status status = dantzig_step(sim, err);
    enable(sim, isle, false);
    if (status == REEL_OK && ode_messages() > before) {
        return quick_step(sim, isle, err);
    }
    sim->state.audit.exact_steps++;
    return status;
}

static reel_status solve_all(reel_sim *sim, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int i = 0; i < sim->scene->n_bodies && status == REEL_OK; i++) {
        island *isle = &sim->islands[i];
        if (island_is_for_ode(isle)) {
            status = isle->geared ? gears_solve(sim, isle, err) : island_step(sim, isle, err);
            if (status == REEL_OK) {
                read_island(sim, isle);
            }
        } else if (isle->kind == ISLAND_EXACT || isle->kind == ISLAND_IMPACT) {
            status = solve_exact(sim, isle, err);
        } else if (isle->kind == ISLAND_SWEEP) {
            status = sweep_solve(sim, isle, err);
        }
    }
    return status;
}

reel_status islands_solve(reel_sim *sim, reel_error *err)
{
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        island *isle = &sim->islands[i];
        if (isle->kind == ISLAND_IMPACT) {
            impact_rewind(sim, isle);
        } else if (isle->kind == ISLAND_TREE && !tree_solve(sim, isle)) {
            isle->kind = kind_of_solver(isle);
        }
    }
    reel_status status = contacts_create_joints(sim, err);
    joints_enter_ode(sim);
    if (status == REEL_OK) {
        status = solve_all(sim, err);
    }
    dJointGroupEmpty(sim->contact_joints);
    if (status != REEL_OK) {
        return status;
    }
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        for (int b = sim->islands[i].first; b >= 0 && sim->islands[i].kind == ISLAND_FREE;
             b = sim->next_in_island[b]) {
            if (!forces_moved(sim, b)) {
                fly(sim, b);
            }
        }
    }
    contacts_read_forces(sim);
    joints_account(sim);
    return REEL_OK;
}
