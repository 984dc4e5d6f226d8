/*
 * tree_island.c - islands that are joint trees and nothing else, solved by tree.c.
 *
 * Such an island has no contacts, no motors, no loops, hangs on the world by one joint at most, and
 * touches no limit. Whether a limit will be reached, or the motion is too stiff, is found out on
 * the way: then the island is left to ODE for this step, as it is.
 */
#include "engine/joints.h"

#include "engine/tree.h"

struct sim_trees {
    tree tree;
    tree_node *nodes;
    double *room;
    int *body;   /* [nodes] of each node */
    int *joint;  /* [nodes] that holds it, or -1 */
    int *first;  /* [n_bodies + 1] into joints */
    int *joints; /* [2 n_joints] of each body, ascending */
};

static int other_end(const reel_joint *joint, int body)
{
    return joint->body_a == body ? joint->body_b : joint->body_a;
}

/* first[b] is where the joints of body b begin: counts, their sums, then the joints themselves. */
static void list_joints(const reel_scene *scene, sim_trees *trees)
{
    for (int j = 0; j < scene->n_joints; j++) {
        trees->first[scene->joints[j].body_a]++;
        if (scene->joints[j].body_b >= 0) {
            trees->first[scene->joints[j].body_b]++;
        }
    }
    for (int b = 1; b <= scene->n_bodies; b++) {
        trees->first[b] += trees->first[b - 1];
    }
    for (int j = scene->n_joints - 1; j >= 0; j--) {
        trees->joints[--trees->first[scene->joints[j].body_a]] = j;
        if (scene->joints[j].body_b >= 0) {
            trees->joints[--trees->first[scene->joints[j].body_b]] = j;
        }
    }
}

reel_status trees_build(reel_sim *sim, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    int most = 0;
    for (int b = 0; b < scene->n_bodies; b++) {
        most += sim->bodies[b].dynamic;
    }
    most = most < 2 * scene->n_joints ? most : 2 * scene->n_joints; /* those attached later, too */
    if (most == 0) {
        return REEL_OK;
    }
    sim_trees *trees = sim->trees = reel_calloc(1, sizeof *trees);
    if (trees) {
        const size_t n = (size_t)most;
        trees->nodes = reel_calloc(n, sizeof *trees->nodes);
        trees->room = reel_calloc((size_t)tree_room(most), sizeof *trees->room);
        trees->body = reel_calloc(n, sizeof *trees->body);
        trees->joint = reel_calloc(n, sizeof *trees->joint);
        trees->first = reel_calloc((size_t)scene->n_bodies + 1, sizeof *trees->first);
        trees->joints = reel_calloc(2 * (size_t)scene->n_joints, sizeof *trees->joints);
    }
    if (!trees || !trees->nodes || !trees->room || !trees->body || !trees->joint || !trees->first ||
        !trees->joints) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for joint trees");
    }
    trees->tree.nodes = trees->nodes;
    trees->tree.room = trees->room;
    list_joints(scene, trees);
    return REEL_OK;
}

void trees_destroy(reel_sim *sim)
{
    if (sim->trees) {
        reel_free(sim->trees->nodes);
        reel_free(sim->trees->room);
        reel_free(sim->trees->body);
        reel_free(sim->trees->joint);
        reel_free(sim->trees->first);
        reel_free(sim->trees->joints);
        reel_free(sim->trees);
        sim->trees = NULL;
    }
}

static void fill_body(const reel_sim *sim, tree_node *node, int body)
{
    const body_state *state = &sim->state.bodies[body];
    *node = (tree_node){.parent = -1, .joint = TREE_FREE, .lo = -HUGE_VAL, .hi = HUGE_VAL};
    node->mass = sim->bodies[body].mass;
    node->inertia = sim->bodies[body].inertia;
    node->force = sim->force[body];
    node->torque = sim->torque[body];
    node->p = state->p;
    node->q = state->q;
    node->v = state->v;
    node->w = state->w;
}

/* The joint as it is between a parent and a child; `down`: body_a is the child. */
static void fill_joint(const reel_sim *sim, tree_node *node, int j, bool down)
{
    static const tree_joint kind_of[] = {TREE_BALL, TREE_HINGE, TREE_SLIDER, TREE_FIXED};
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_frame *fixed = &sim->state.joints[j].frame;
    node->joint = kind_of[joint->kind];
    node->damping = joint->damping;
    node->anchor = down ? fixed->anchor_a : fixed->anchor_b;
    node->axis = down ? fixed->axis_a : fixed->axis_b;
    node->parent_anchor = down ? fixed->anchor_b : fixed->anchor_a;
    node->parent_axis = down ? fixed->axis_b : fixed->axis_a;
    node->parent_from = down ? reel_quat_conj(fixed->a_from_b0) : fixed->a_from_b0;
    if (joint->body_b >= 0 && !sim->bodies[joint->body_b].dynamic) { /* on something static */
        const body_state *at = &sim->state.bodies[joint->body_b];
        node->parent_anchor = reel_pose_apply((reel_pose){at->p, at->q}, node->parent_anchor);
        node->parent_axis = reel_quat_rotate(at->q, node->parent_axis);
        node->parent_from = reel_quat_mul(at->q, node->parent_from);
    }
}

/* Room left to the coordinate, which counts from here; false if a limit is touched. */
static bool fill_limits(const reel_sim *sim, tree_node *node, int j, bool down)
{
    const reel_joint *joint = &sim->scene->joints[j];
    if (!joint->has_limits) {
        return true;
    }
    double position, rate;
    joint_measure(sim, j, &position, &rate);
    node->lo = down ? joint->lo - position : position - joint->hi;
    node->hi = down ? joint->hi - position : position - joint->lo;
    return node->lo < 0 && node->hi > 0;
}

static bool add_node(reel_sim *sim, int body, int j, int parent)
{
    sim_trees *trees = sim->trees;
    const int i = trees->tree.n++;
    tree_node *node = &trees->nodes[i];
    trees->body[i] = body;
    trees->joint[i] = j;
    fill_body(sim, node, body);
    node->parent = parent;
    if (j < 0) {
        return true;
    }
    const bool down = sim->scene->joints[j].body_a == body;
    fill_joint(sim, node, j, down);
    return fill_limits(sim, node, j, down);
}

static bool is_ground(const reel_sim *sim, int body)
{
    return body < 0 || !sim->bodies[body].dynamic;
}

/* The body that hangs on the world, and by what; else the first of all. */
static bool add_root(reel_sim *sim, const island *isle)
{
    const sim_trees *trees = sim->trees;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        for (int k = trees->first[b]; k < trees->first[b + 1]; k++) {
            const int j = trees->joints[k];
            const bool live = !sim->state.joints[j].released;
            if (live && is_ground(sim, other_end(&sim->scene->joints[j], b))) {
                return add_node(sim, b, j, -1);
            }
        }
    }
    return add_node(sim, isle->first, -1, -1);
}

/* No loops, one joint to the world at most, and nothing that tree.c does not know. */
static bool is_tree(const reel_sim *sim, const island *isle)
{
    const int root = (int)(isle - sim->islands);
    int links = 0, anchors = 0;
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        if (sim->state.joints[j].released || sim->root[joint->body_a] != root) {
            continue;
        }
        if (joint->kind > REEL_JOINT_FIXED || joint->motor != REEL_MOTOR_NONE ||
            joint->stiffness > 0) {
            return false;
        }
        const bool ground = joint_is_ground(sim, joint->body_b);
        anchors += ground;
        links += !ground;
    }
    return anchors <= 1 && links == isle->n_bodies - 1;
}

/* Breadth first. */
static bool gather(reel_sim *sim, const island *isle)
{
    sim_trees *trees = sim->trees;
    trees->tree.n = 0;
    if (!add_root(sim, isle)) {
        return false;
    }
    for (int i = 0; i < trees->tree.n; i++) {
        const int b = trees->body[i];
        for (int k = trees->first[b]; k < trees->first[b + 1]; k++) {
            const int j = trees->joints[k], other = other_end(&sim->scene->joints[j], b);
            if (j == trees->joint[i] || sim->state.joints[j].released || is_ground(sim, other)) {
                continue;
            }
            if (!add_node(sim, other, j, i)) {
                return false;
            }
        }
    }
    return true;
}

static void write_back(reel_sim *sim)
{
    const tree *t = &sim->trees->tree;
    bool pushed = false, struck = false;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const int b = sim->trees->body[i];
        body_state *state = &sim->state.bodies[b];
        state->p = node->p;
        state->q = node->q;
        state->v = node->v;
        state->w = node->w;
        state->free = false;
        body_refresh_rotation(state);
        body_place_geoms(sim, b);
        pushed |= sim->pushed[b];
        struck |= sim->struck[b];
    }
    if (sim->trees->joint[0] >= 0) { /* the only joint whose load is known as yet */
        joint_state *held = &sim->state.joints[sim->trees->joint[0]];
        held->force = reel_v3_scale(t->ground_impulse, 1 / sim->h);
    }
    if (pushed) {
        sim->state.work += t->work;
        sim->state.total_work += fabs(t->work);
    }
    if (struck) { /* the blow's work was that on a body alone */
        sim->state.work -= t->loss;
    }
}

bool tree_solve(reel_sim *sim, const island *isle)
{
    if (!is_tree(sim, isle) || !gather(sim, isle) ||
        !tree_step(&sim->trees->tree, sim->h, sim->scene->gravity)) {
        return false;
    }
    write_back(sim);
    return true;
}
