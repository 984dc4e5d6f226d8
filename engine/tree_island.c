/*
 * tree_island.c - islands that are forests of joint trees and nothing else, solved by tree.c.
 *
 * Such an island has no contacts and no loops of joints that hold; each tree hangs on the world by
 * one joint at most. Gears, distances, motors and limits are rows and may go across. Whether rows
 * change too often, or the motion is too stiff, is found out on the way: then the island is left to
 * ODE for this step, as it is.
 */
#include "engine/joints.h"

#include "engine/tree.h"

struct sim_trees {
    tree tree;
    tree_node *nodes;
    tree_row *rows;
    double *room;
    int *body;    /* [nodes] of each node, or -1: a cross */
    int *joint;   /* [nodes] that holds it, or -1 */
    int *row_of;  /* [rows] joint of each row */
    int *node_of; /* [n_bodies] of this island's bodies; -1 */
    int *first;   /* [n_bodies + 1] into joints */
    int *joints;  /* [2 n_joints] that hold each body, ascending */
};

static bool holds(const reel_joint *joint)
{
    return joint->kind != REEL_JOINT_GEAR && joint->kind != REEL_JOINT_DISTANCE;
}

static int other_end(const reel_joint *joint, int body)
{
    return joint->body_a == body ? joint->body_b : joint->body_a;
}

/* first[b] is where the joints of body b begin: counts, their sums, then the joints themselves. */
static void list_joints(const reel_scene *scene, sim_trees *trees)
{
    for (int j = 0; j < scene->n_joints; j++) {
        if (holds(&scene->joints[j])) {
            trees->first[scene->joints[j].body_a]++;
            if (scene->joints[j].body_b >= 0) {
                trees->first[scene->joints[j].body_b]++;
            }
        }
    }
    for (int b = 1; b <= scene->n_bodies; b++) {
        trees->first[b] += trees->first[b - 1];
    }
    for (int j = scene->n_joints - 1; j >= 0; j--) {
        if (holds(&scene->joints[j])) {
            trees->joints[--trees->first[scene->joints[j].body_a]] = j;
            if (scene->joints[j].body_b >= 0) {
                trees->joints[--trees->first[scene->joints[j].body_b]] = j;
            }
        }
    }
}

/* Nodes at most: jointed bodies, and the crosses of universal joints. */
static int count_nodes(const reel_sim *sim)
{
    const reel_scene *scene = sim->scene;
    int n = 0;
    for (int b = 0; b < scene->n_bodies; b++) {
        sim->trees->node_of[b] = -1;
    }
    for (int j = 0; j < scene->n_joints; j++) {
        const int ends[2] = {scene->joints[j].body_a, scene->joints[j].body_b};
        for (int k = 0; k < 2; k++) {
            if (!joint_is_ground(sim, ends[k]) && sim->trees->node_of[ends[k]] < 0) {
                sim->trees->node_of[ends[k]] = n++;
            }
        }
        n += scene->joints[j].kind == REEL_JOINT_UNIVERSAL;
    }
    return n;
}

reel_status trees_build(reel_sim *sim, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    if (scene->n_joints == 0) {
        return REEL_OK;
    }
    sim_trees *trees = sim->trees = reel_calloc(1, sizeof *trees);
    if (trees) {
        trees->node_of = reel_calloc((size_t)scene->n_bodies, sizeof *trees->node_of);
    }
    if (!trees || !trees->node_of) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for joint trees");
    }
    const int most = count_nodes(sim);
    const size_t n = (size_t)most;
    trees->nodes = reel_calloc(n, sizeof *trees->nodes);
    trees->rows = reel_calloc(TREE_ROWS, sizeof *trees->rows);
    trees->room = reel_calloc((size_t)tree_room(most), sizeof *trees->room);
    trees->body = reel_calloc(n, sizeof *trees->body);
    trees->joint = reel_calloc(n, sizeof *trees->joint);
    trees->row_of = reel_calloc(TREE_ROWS, sizeof *trees->row_of);
    trees->first = reel_calloc((size_t)scene->n_bodies + 1, sizeof *trees->first);
    trees->joints = reel_calloc(2 * (size_t)scene->n_joints, sizeof *trees->joints);
    if (!trees->nodes || !trees->rows || !trees->room || !trees->body || !trees->joint ||
        !trees->row_of || !trees->first || !trees->joints) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for joint trees");
    }
    trees->tree.nodes = trees->nodes;
    trees->tree.rows = trees->rows;
    trees->tree.room = trees->room;
    list_joints(scene, trees);
    return REEL_OK;
}

void trees_destroy(reel_sim *sim)
{
    sim_trees *trees = sim->trees;
    if (!trees) {
        return;
    }
    void *const blocks[] = {trees->nodes,  trees->rows,    trees->room,  trees->body,  trees->joint,
                            trees->row_of, trees->node_of, trees->first, trees->joints};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        reel_free(blocks[i]);
    }
    reel_free(trees);
    sim->trees = NULL;
}

/* ---- nodes ---- */

static tree_node *new_node(sim_trees *trees, int body, int joint, int parent)
{
    const int i = trees->tree.n++;
    trees->body[i] = body;
    trees->joint[i] = joint;
    trees->nodes[i] = (tree_node){.parent = parent, .joint = TREE_FREE, .q = reel_quat_identity()};
    return &trees->nodes[i];
}

static void fill_body(const reel_sim *sim, tree_node *node, int body)
{
    const body_state *state = &sim->state.bodies[body];
    node->mass = sim->bodies[body].mass;
    node->inertia = sim->bodies[body].inertia;
    node->force = sim->force[body];
    node->torque = sim->torque[body];
    node->p = state->p;
    node->q = state->q;
    node->v = state->v;
    node->w = state->w;
}

/* The two ends of a joint as the tree sees them; `down`: body_a is the child. */
typedef struct ends {
    reel_vec3 anchor, axis, parent_anchor, parent_axis;
    reel_quat parent_from;
} ends;

static ends ends_of(const reel_sim *sim, int j, bool down)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_frame *f = &sim->state.joints[j].frame;
    ends e = {f->anchor_a, f->axis_a, f->anchor_b, f->axis_b, reel_quat_conj(f->a_from_b0)};
    if (!down) {
        e = (ends){f->anchor_b, f->axis_b, f->anchor_a, f->axis_a, f->a_from_b0};
    }
    if (joint->body_b >= 0 && joint_is_ground(sim, joint->body_b)) { /* on something static */
        const reel_pose at = joint_pose_of(sim, joint->body_b);
        e.parent_anchor = reel_pose_apply(at, e.parent_anchor);
        e.parent_axis = reel_quat_rotate(at.q, e.parent_axis);
        e.parent_from = reel_quat_mul(at.q, e.parent_from);
    }
    return e;
}

static reel_mat3 columns(reel_vec3 x, reel_vec3 y, reel_vec3 z)
{
    return (reel_mat3){{{x.x, y.x, z.x}, {x.y, y.y, z.y}, {x.z, y.z, z.z}}};
}

/* The massless cross between the two axes of a universal joint; its x is the parent's axis and its
 * y the child's. Returns the node that the child hangs on. */
static void add_cross(reel_sim *sim, int child, int j, int parent, const ends *e)
{
    static const reel_vec3 x = {1, 0, 0}, y = {0, 1, 0}, nil = {0, 0, 0};
    sim_trees *trees = sim->trees;
    const body_state *below = &sim->state.bodies[child];
    tree_node *cross = new_node(trees, -1, j, parent);
    const tree_node *up = parent < 0 ? NULL : &trees->nodes[parent];
    const reel_vec3 along = up ? reel_quat_rotate(up->q, e->parent_axis) : e->parent_axis;
    const reel_vec3 side = reel_quat_rotate(below->q, e->axis);
    const reel_vec3 across = reel_v3_unit(reel_v3_cross(along, side), along);
    const reel_vec3 w = up ? up->w : nil;
    cross->joint = TREE_HINGE;
    cross->parent_anchor = e->parent_anchor;
    cross->axis = x;
    cross->parent_axis = e->parent_axis;
    cross->damping = sim->scene->joints[j].damping;
    cross->q = reel_quat_from_mat3(columns(along, reel_v3_cross(across, along), across));
    cross->p =
        up ? reel_v3_add(up->p, reel_quat_rotate(up->q, e->parent_anchor)) : e->parent_anchor;
    cross->w = reel_v3_madd(w, reel_v3_dot(along, reel_v3_sub(below->w, w)), along);
    cross->v = up ? reel_v3_add(up->v, reel_v3_cross(w, reel_v3_sub(cross->p, up->p))) : nil;
    tree_node *node = new_node(trees, child, j, trees->tree.n - 1);
    node->joint = TREE_HINGE;
    node->parent_anchor = nil;
    node->parent_axis = y;
    node->damping = cross->damping;
    node->anchor = e->anchor;
    node->axis = e->axis;
}

static bool add_row(sim_trees *trees, int joint, tree_row row)
{
    if (trees->tree.n_rows == TREE_ROWS) {
        return false;
    }
    trees->row_of[trees->tree.n_rows] = joint;
    trees->rows[trees->tree.n_rows++] = row;
    return true;
}

/* Spring, limits and motor of a hinge or slider: along the node's coordinate, which is 0 where the
 * joint is now and runs the other way if body_b is the child. */
static bool add_drives(const reel_sim *sim, tree_node *node, int j, bool down)
{
    const reel_joint *joint = &sim->scene->joints[j];
    sim_trees *trees = sim->trees;
    const int at = (int)(node - trees->nodes);
    const double sign = down ? 1 : -1;
    double position, rate;
    joint_measure(sim, j, &position, &rate);
    node->stiffness = joint->stiffness;
    node->slack = sign * (joint->rest - position);
    if (joint->has_limits) {
        const double lo = sign * (joint->lo - position), hi = sign * (joint->hi - position);
        const tree_row row = {
            .kind = TREE_STOP, .a = at, .b = -1, .lo = fmin(lo, hi), .hi = fmax(lo, hi)};
        if (!add_row(trees, j, row)) {
            return false;
        }
    }
    if (joint->motor == REEL_MOTOR_NONE || joint->max_force == 0) {
        return true;
    }
    const double target = sim->state.joints[j].target;
    tree_row row = {.kind = TREE_MOTOR, .a = at, .b = -1, .most = joint->max_force};
    row.target = sign * target;
    if (joint->motor == REEL_MOTOR_POSITION) {
        row.target = sign * (target - position);
        row.cap = joint->max_speed;
    }
    return add_row(trees, j, row);
}

static bool add_node(reel_sim *sim, int body, int j, int parent)
{
    static const tree_joint kind_of[] = {TREE_BALL, TREE_HINGE, TREE_SLIDER, TREE_FIXED};
    sim_trees *trees = sim->trees;
    const reel_joint *joint = j < 0 ? NULL : &sim->scene->joints[j];
    const bool down = joint && joint->body_a == body;
    if (joint && joint->kind == REEL_JOINT_UNIVERSAL) {
        const ends e = ends_of(sim, j, down);
        add_cross(sim, body, j, parent, &e);
    } else {
        tree_node *node = new_node(trees, body, j, parent);
        if (joint) {
            const ends e = ends_of(sim, j, down);
            node->joint = kind_of[joint->kind];
            node->damping = joint->damping;
            node->anchor = e.anchor;
            node->axis = e.axis;
            node->parent_anchor = e.parent_anchor;
            node->parent_axis = e.parent_axis;
            node->parent_from = e.parent_from;
        }
    }
    tree_node *node = &trees->nodes[trees->tree.n - 1];
    fill_body(sim, node, body);
    trees->node_of[body] = trees->tree.n - 1;
    return !joint || !joint_is_driveable(joint->kind) || add_drives(sim, node, j, down);
}

/* From a root on, breadth first. False: a loop, or a second anchor. */
static bool add_tree(reel_sim *sim, int root, int anchor)
{
    sim_trees *trees = sim->trees;
    const int start = trees->tree.n;
    if (!add_node(sim, root, anchor, -1)) {
        return false;
    }
    for (int i = start; i < trees->tree.n; i++) {
        const int b = trees->body[i];
        for (int k = b < 0 ? 0 : trees->first[b]; b >= 0 && k < trees->first[b + 1]; k++) {
            const int j = trees->joints[k], other = other_end(&sim->scene->joints[j], b);
            if (j == trees->joint[i] || sim->state.joints[j].released) {
                continue;
            }
            const bool known = joint_is_ground(sim, other) || trees->node_of[other] >= 0;
            if (known || !add_node(sim, other, j, i)) {
                return false;
            }
        }
    }
    return true;
}

/* The joint by which a body hangs on the world, or -1. */
static int anchor_of(const reel_sim *sim, int b)
{
    const sim_trees *trees = sim->trees;
    for (int k = trees->first[b]; k < trees->first[b + 1]; k++) {
        const int j = trees->joints[k];
        if (!sim->state.joints[j].released &&
            joint_is_ground(sim, other_end(&sim->scene->joints[j], b))) {
            return j;
        }
    }
    return -1;
}

/* ---- rows across ---- */

static int node_of(const reel_sim *sim, int body)
{
    return joint_is_ground(sim, body) ? -1 : sim->trees->node_of[body];
}

static tree_row length_row(const reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_frame *frame = &sim->state.joints[j].frame;
    tree_row row = {.kind = TREE_LENGTH,
                    .a = node_of(sim, joint->body_a),
                    .b = node_of(sim, joint->body_b),
                    .at_a = frame->anchor_a,
                    .at_b = frame->anchor_b,
                    .stiffness = joint->stiffness,
                    .rest = joint->rest,
                    .damping = joint->damping,
                    .lo = -HUGE_VAL,
                    .hi = HUGE_VAL};
    if (row.b < 0) {
        row.at_b = reel_pose_apply(joint_pose_of(sim, joint->body_b), frame->anchor_b);
    }
    if (joint->has_limits) {
        row.lo = joint->lo > 0 ? joint->lo : -HUGE_VAL;
        row.hi = joint->hi;
    }
    return row;
}

/* +1 or -1: which way a node's coordinate runs. */
static double sign_of(const reel_sim *sim, int node)
{
    const int j = sim->trees->joint[node];
    return sim->scene->joints[j].body_a == sim->trees->body[node] ? 1 : -1;
}

/* The node whose coordinate is a joint's; its child may be either body. */
static int node_of_joint(const reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const int a = node_of(sim, joint->body_a);
    return sim->trees->joint[a] == j ? a : node_of(sim, joint->body_b);
}

static tree_row gear_row(const reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const int a = node_of_joint(sim, joint->joint_a), b = node_of_joint(sim, joint->joint_b);
    const double sign = sign_of(sim, a);
    return (tree_row){.kind = TREE_GEAR,
                      .a = a,
                      .b = b,
                      .ratio = joint->ratio * sign * sign_of(sim, b),
                      .error = sign * joint_find(sim, j).position};
}

static bool add_rows(reel_sim *sim, int root)
{
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        if (holds(joint) || sim->state.joints[j].released || sim->root[joint->body_a] != root) {
            continue;
        }
        const bool gear = joint->kind == REEL_JOINT_GEAR;
        if (!add_row(sim->trees, j, gear ? gear_row(sim, j) : length_row(sim, j))) {
            return false;
        }
    }
    return true;
}

static bool gather(reel_sim *sim, const island *isle)
{
    sim_trees *trees = sim->trees;
    trees->tree.n = trees->tree.n_rows = 0;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        trees->node_of[b] = -1;
    }
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const int anchor = trees->node_of[b] < 0 ? anchor_of(sim, b) : -1;
        if (anchor >= 0 && !add_tree(sim, b, anchor)) {
            return false;
        }
    }
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        if (trees->node_of[b] < 0 && !add_tree(sim, b, -1)) {
            return false;
        }
    }
    return add_rows(sim, (int)(isle - sim->islands));
}

/* ---- out ---- */

static void write_load(reel_sim *sim, int i)
{
    const sim_trees *trees = sim->trees;
    const tree_node *node = &trees->nodes[i];
    const int j = trees->joint[i];
    const reel_joint *joint = &sim->scene->joints[j];
    joint_state *state = &sim->state.joints[j];
    const bool down = joint->body_a == trees->body[i];
    state->force = reel_v3_scale(node->load_force, down ? 1 : -1);
    state->torque = reel_v3_scale(node->load_torque, down ? 1 : -1);
    if (!down && joint->kind == REEL_JOINT_SLIDER) { /* about body_a's anchor, not b's */
        const joint_place place = joint_find(sim, j);
        const reel_vec3 arm = reel_v3_sub(place.at_b, place.at);
        state->torque = reel_v3_add(state->torque, reel_v3_cross(arm, state->force));
    }
}

static void write_row(reel_sim *sim, int i)
{
    const tree_row *row = &sim->trees->rows[i];
    const int j = sim->trees->row_of[i];
    joint_state *state = &sim->state.joints[j];
    if (row->kind == TREE_LENGTH) {
        state->force = row->load;
        state->torque = reel_v3(0, 0, 0);
    } else if (row->kind == TREE_GEAR) {
        const reel_joint *a = &sim->scene->joints[sim->scene->joints[j].joint_a];
        const double force = sign_of(sim, row->a) * row->load_along;
        const reel_vec3 load = reel_v3_scale(joint_find(sim, j).axis, force);
        const bool turns = a->kind == REEL_JOINT_HINGE;
        state->load = force;
        state->force = turns ? reel_v3(0, 0, 0) : load;
        state->torque = turns ? load : reel_v3(0, 0, 0);
    }
}

static void write_back(reel_sim *sim)
{
    const sim_trees *trees = sim->trees;
    const tree *t = &trees->tree;
    bool struck = false;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const int b = trees->body[i];
        if (b < 0) {
            continue;
        }
        body_state *state = &sim->state.bodies[b];
        state->p = node->p;
        state->q = node->q;
        state->v = node->v;
        state->w = node->w;
        state->free = false;
        body_refresh_rotation(state);
        body_place_geoms(sim, b);
        struck |= sim->struck[b];
    }
    for (int i = 0; i < t->n; i++) {
        if (trees->body[i] >= 0 && trees->joint[i] >= 0) {
            write_load(sim, i);
        }
    }
    for (int i = 0; i < t->n_rows; i++) {
        write_row(sim, i);
    }
    sim->state.work += t->work;
    sim->state.total_work += fabs(t->work);
    if (struck) { /* the blow's work was that on a body alone */
        sim->state.work -= t->loss;
    }
}

bool tree_solve(reel_sim *sim, const island *isle)
{
    tree *t = &sim->trees->tree;
    double *hint = &sim->state.bodies[isle->first].stretch;
    if (!gather(sim, isle)) {
        return false;
    }
    t->stretch = *hint;
    if (!tree_step(t, sim->h, sim->scene->gravity)) {
        *hint = 0;
        return false;
    }
    *hint = t->stretch;
    write_back(sim);
    return true;
}
