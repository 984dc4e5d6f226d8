/*
 * force.c - force fields in a step: whom they reach, and what becomes of it.
 *
 * A body alone whose only fields are uniform ones everywhere has a constant force: it takes the way
 * of all bodies. What a field reaches that depends on its state is integrated (force_step.c):
 * together with all that it is coupled to by fields between bodies, alone otherwise. Bodies that no
 * field reaches are not touched, and no field couples what it does not reach.
 */
#include "engine/force.h"

#include "base/trig.h"
#include <stdio.h>
#include <string.h>

/* What fields do to a body in this step. */
typedef enum force_role {
    ROLE_NONE = 0,
    ROLE_SOURCE,  /* is only needed for what it does to others */
    ROLE_STEADY,  /* a constant force */
    ROLE_CHANGING /* to be integrated */
} force_role;

/* A sleeper wakes when the force on it has changed by this share of it and of its weight. */
#define WAKING 1e-3

static bool flows(const reel_force_field *field)
{
    return field->kind == REEL_FORCE_WIND || field->kind == REEL_FORCE_WATER;
}

/* Whom a field acts on, or lets act, by tag and nature. */
static bool may_reach(const reel_sim *sim, const reel_force_field *field, int b)
{
    const reel_body *body = &sim->scene->bodies[b];
    const bool dynamic = sim->bodies[b].dynamic;
    const reel_vec3 m = body->magnetic_moment;
    if (field->tag[0] && strcmp(field->tag, body->tag) != 0) {
        return false;
    }
    switch (field->kind) {
    case REEL_FORCE_UNIFORM:
    case REEL_FORCE_GRAVITATION: return dynamic;
    case REEL_FORCE_RADIAL: return dynamic && b != field->body;
    case REEL_FORCE_CHARGE: return body->charge != 0;
    case REEL_FORCE_MAGNET: return m.x != 0 || m.y != 0 || m.z != 0;
    case REEL_FORCE_WIND:
    case REEL_FORCE_WATER: return dynamic && sim->forces->volume[b] > 0;
    }
    return false;
}

static void build_part(const reel_scene *scene, int g, force_part *part)
{
    const reel_geom *geom = &scene->geoms[g];
    double inertia[6], lo[3], hi[3];
    if (geom->shape == REEL_SHAPE_PLANE || geom->shape == REEL_SHAPE_HEIGHT_FIELD) {
        return;
    }
    reel_geom_mass(scene, geom, 1, &part->volume, &part->centre, inertia);
    reel_geom_box(scene, geom, lo, hi);
    const reel_vec3 c = part->centre;
    const reel_vec3 far = reel_v3(fmax(hi[0] - c.x, c.x - lo[0]), fmax(hi[1] - c.y, c.y - lo[1]),
                                  fmax(hi[2] - c.z, c.z - lo[2]));
    part->bound = reel_v3_len(far);
}

/* False: out of memory. */
static bool build_skin(const reel_scene *scene, int g, force_part *part)
{
    if (!(part->volume > 0 && scene->bodies[scene->geoms[g].body].drag > 0)) {
        return true;
    }
    part->n_skin = solid_skin(scene, &scene->geoms[g], NULL);
    part->skin = reel_calloc((size_t)part->n_skin + 1, sizeof *part->skin);
    if (!part->skin) {
        return false;
    }
    solid_skin(scene, &scene->geoms[g], part->skin);
    return true;
}

static bool build_body(const reel_sim *sim, int b)
{
    const reel_body *body = &sim->scene->bodies[b];
    sim_forces *forces = sim->forces;
    const int end = body->first_geom + body->n_geoms;
    bool collides = false;
    for (int g = body->first_geom; g < end; g++) {
        collides |= sim->scene->geoms[g].collides;
    }
    for (int g = body->first_geom; g < end; g++) {
        if (sim->scene->geoms[g].collides || !collides) {
            build_part(sim->scene, g, &forces->parts[g]);
            if (!build_skin(sim->scene, g, &forces->parts[g])) {
                return false;
            }
            forces->volume[b] += forces->parts[g].volume;
        }
    }
    forces->stokes_radius[b] = reel_pow(forces->volume[b] * 3 / (4 * REEL_PI), 1.0 / 3);
    return true;
}

static reel_status check_field(const reel_scene *scene, int k, reel_error *err)
{
    const reel_force_field *field = &scene->force_fields[k];
    const char *fault = NULL;
    if (field->kind == REEL_FORCE_WATER && !field->has_box) {
        fault = "water needs a box, whose top is its surface";
    } else if (field->end_step != 0 && field->end_step <= field->first_step) {
        fault = "ends before it begins";
    } else if (field->body >= 0 && field->kind != REEL_FORCE_RADIAL) {
        fault = "only a radial field is centred on a body";
    }
    for (int i = 0; i < 3 && field->has_box; i++) {
        fault = field->box_min[i] <= field->box_max[i] ? fault : "has a box that is inside out";
    }
    if (!fault) {
        return REEL_OK;
    }
    char name[32];
    snprintf(name, sizeof name, "force_fields[%d]", k);
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, name, "force field \"%s\": %s", field->name,
                        fault);
}

static bool allocate(reel_sim *sim)
{
    const size_t n = (size_t)sim->scene->n_bodies + 1;
    const size_t fields = (size_t)sim->scene->n_force_fields;
    sim_forces *f = sim->forces = reel_calloc(1, sizeof *f);
    if (!f) {
        return false;
    }
    f->active = reel_calloc(fields, sizeof *f->active);
    f->reaches = reel_calloc(fields * n, sizeof *f->reaches);
    f->parts = reel_calloc((size_t)sim->scene->n_geoms + 1, sizeof *f->parts);
    f->stokes_radius = reel_calloc(n, sizeof *f->stokes_radius);
    f->volume = reel_calloc(n, sizeof *f->volume);
    f->role = reel_calloc(n, sizeof *f->role);
    f->root = reel_calloc(n, sizeof *f->root);
    f->next = reel_calloc(n, sizeof *f->next);
    f->flown = reel_calloc(n, sizeof *f->flown);
    f->held = reel_calloc(n, sizeof *f->held);
    f->slowed_v = reel_calloc(n, sizeof *f->slowed_v);
    f->slowed_spin = reel_calloc(n, sizeof *f->slowed_spin);
    f->flyers = reel_calloc(n, sizeof *f->flyers);
    f->start = reel_calloc(n, sizeof *f->start);
    f->end = reel_calloc(n, sizeof *f->end);
    f->rates = reel_calloc(FORCE_STAGES * n, sizeof *f->rates);
    return f->active && f->reaches && f->parts && f->stokes_radius && f->volume && f->role &&
           f->root && f->next && f->flown && f->flyers && f->start && f->end && f->rates &&
           f->held && f->slowed_v && f->slowed_spin;
}

reel_status forces_build(reel_sim *sim, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    if (scene->n_force_fields == 0) {
        return REEL_OK;
    }
    if (!allocate(sim)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for the force fields");
    }
    for (int b = 0; b < scene->n_bodies; b++) {
        if (!build_body(sim, b)) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for the force fields");
        }
    }
    for (int k = 0; k < scene->n_force_fields; k++) {
        const reel_status status = check_field(scene, k, err);
        if (status != REEL_OK) {
            return status;
        }
        for (int b = 0; b < scene->n_bodies; b++) {
            sim->forces->reaches[k * scene->n_bodies + b] =
                may_reach(sim, &scene->force_fields[k], b);
        }
    }
    return REEL_OK;
}

void forces_destroy(reel_sim *sim)
{
    sim_forces *f = sim->forces;
    if (!f) {
        return;
    }
    for (int g = 0; g < sim->scene->n_geoms && f->parts; g++) {
        reel_free(f->parts[g].skin);
    }
    void *const blocks[] = {
        f->active,      f->reaches, f->parts, f->stokes_radius, f->volume, f->role,
        f->root,        f->next,    f->flown, f->flyers,        f->held,   f->slowed_v,
        f->slowed_spin, f->start,   f->end,   f->rates,         f};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        reel_free(blocks[i]);
    }
    sim->forces = NULL;
}

static bool is_active(const reel_sim *sim, int k)
{
    const reel_force_field *field = &sim->scene->force_fields[k];
    const int64_t step = sim->state.step;
    return field->first_step <= step && (field->end_step == 0 || step < field->end_step) &&
           (field->body < 0 || sim->state.bodies[field->body].present);
}

static bool takes_part(const reel_sim *sim, int k, int b)
{
    return sim->state.bodies[b].present && (sim->forces->reaches[k * sim->scene->n_bodies + b] ||
                                            sim->scene->force_fields[k].body == b);
}

static void wake_all(reel_sim *sim, int k)
{
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        if (takes_part(sim, k, b) && sim->bodies[b].dynamic) {
            sleep_wake(sim, b);
        }
    }
}

void forces_presence_changed(reel_sim *sim, int body)
{
    if (!sim->forces) {
        return;
    }
    for (int k = 0; k < sim->scene->n_force_fields; k++) {
        const bool part = sim->forces->reaches[k * sim->scene->n_bodies + body] ||
                          sim->scene->force_fields[k].body == body;
        if (part && is_active(sim, k) && force_is_mutual(&sim->scene->force_fields[k])) {
            wake_all(sim, k);
        }
    }
}

/* Force and torque on body b, as things stand, of the fields between bodies. */
static void mutual_force(const reel_sim *sim, int b, reel_vec3 *force, reel_vec3 *torque)
{
    const flyer one = flyer_of(sim, b, FLYER_STILL);
    *force = *torque = reel_v3(0, 0, 0);
    for (int k = 0; k < sim->scene->n_force_fields; k++) {
        if (!sim->forces->active[k] || !force_is_mutual(&sim->scene->force_fields[k]) ||
            !takes_part(sim, k, b)) {
            continue;
        }
        for (int i = 0; i < sim->scene->n_bodies; i++) {
            if (i == b || !takes_part(sim, k, i)) {
                continue;
            }
            const flyer other = flyer_of(sim, i, FLYER_STILL);
            reel_vec3 f, t, t_other;
            if (force_between(sim, k, &one, &other, &f, &t, &t_other)) {
                *force = reel_v3_add(*force, f);
                *torque = reel_v3_add(*torque, t);
            }
        }
    }
}

/* Wakes a sleeper if what bodies do to it from afar is no longer what it fell asleep with. */
static void wake_if_changed(reel_sim *sim, int b)
{
    body_state *state = &sim->state.bodies[b];
    const body_fixed *fixed = &sim->bodies[b];
    reel_vec3 force, torque;
    mutual_force(sim, b, &force, &torque);
    if (!state->still_known) {
        state->still_force = force;
        state->still_torque = torque;
        state->still_known = true;
        return;
    }
    const double weight = fixed->mass * reel_v3_len(sim->scene->gravity);
    const double size = weight + reel_v3_len(state->still_force);
    const double twist = size * fixed->reach + reel_v3_len(state->still_torque);
    if (reel_v3_len(reel_v3_sub(force, state->still_force)) > WAKING * size ||
        reel_v3_len(reel_v3_sub(torque, state->still_torque)) > WAKING * twist) {
        sleep_wake(sim, b);
    }
}

/* Sleepers of one field between bodies, if any of it is awake. */
static void watch_sleepers(reel_sim *sim, int k)
{
    bool stirs = false;
    for (int b = 0; b < sim->scene->n_bodies && !stirs; b++) {
        stirs = takes_part(sim, k, b) && body_is_awake(sim, b);
    }
    for (int b = 0; b < sim->scene->n_bodies && stirs; b++) {
        if (!takes_part(sim, k, b) || !sim->bodies[b].dynamic) {
            continue;
        }
        if (sim->state.bodies[b].group == 0) {
            sim->state.bodies[b].still_known = false;
        } else {
            wake_if_changed(sim, b);
        }
    }
}

void forces_begin(reel_sim *sim)
{
    const int64_t step = sim->state.step;
    for (int k = 0; k < sim->scene->n_force_fields; k++) {
        const reel_force_field *field = &sim->scene->force_fields[k];
        sim->forces->active[k] = is_active(sim, k);
        if (step == field->first_step || (step == field->end_step && step > 0)) {
            wake_all(sim, k);
        }
    }
    for (int k = 0; k < sim->scene->n_force_fields; k++) {
        if (sim->forces->active[k] && force_is_mutual(&sim->scene->force_fields[k])) {
            watch_sleepers(sim, k);
        }
    }
}

/* How far a body's origin may get in this step, were it not for fields. */
static double way_of(const reel_sim *sim, int b)
{
    const body_state *state = &sim->state.bodies[b];
    const double a =
        reel_v3_len(sim->scene->gravity) + reel_v3_len(sim->force[b]) * sim->bodies[b].inv_mass;
    return 2 * sim->h * (reel_v3_len(state->v) + sim->h * a);
}

/* Whether a point is in the box, grown by `way` (a negative one shrinks it). */
static bool in_grown_box(const reel_force_field *field, reel_vec3 p, double way)
{
    const double at[3] = {p.x, p.y, p.z};
    for (int i = 0; i < 3; i++) {
        if (at[i] < field->box_min[i] - way || at[i] > field->box_max[i] + way) {
            return false;
        }
    }
    return true;
}

/* What the field does to the body in this step, seen alone. */
static force_role role_in(const reel_sim *sim, int k, int b)
{
    const reel_force_field *field = &sim->scene->force_fields[k];
    const reel_vec3 p = sim->state.bodies[b].p;
    const double way = way_of(sim, b);
    const double reach = field->kind == REEL_FORCE_WATER ? sim->bodies[b].reach : 0;
    if (field->has_box && !in_grown_box(field, p, way + reach)) {
        return ROLE_NONE;
    }
    if (field->kind == REEL_FORCE_UNIFORM && (!field->has_box || in_grown_box(field, p, -way))) {
        return ROLE_STEADY;
    }
    if (flows(field)) {
        const bool drags = sim->scene->bodies[b].drag * field->density > 0 || field->viscosity > 0;
        const bool lifts = field->kind == REEL_FORCE_WATER && field->density > 0;
        return drags || lifts ? ROLE_CHANGING : ROLE_NONE;
    }
    return ROLE_CHANGING;
}

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

/* All that a field between bodies reaches hangs together. */
static void couple(reel_sim *sim, int k)
{
    sim_forces *forces = sim->forces;
    int first = -1;
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        const bool centre = sim->scene->force_fields[k].body == b;
        if (!takes_part(sim, k, b) || (!centre && role_in(sim, k, b) == ROLE_NONE)) {
            continue;
        }
        const force_role role = body_is_awake(sim, b) ? ROLE_CHANGING : ROLE_SOURCE;
        forces->role[b] = role > forces->role[b] ? role : forces->role[b];
        if (first >= 0) {
            unite(forces->root, first, b);
        }
        first = first < 0 ? b : first;
    }
}

static void find_roles(reel_sim *sim)
{
    sim_forces *forces = sim->forces;
    const int n = sim->scene->n_bodies;
    for (int b = 0; b < n; b++) {
        forces->role[b] = ROLE_NONE;
        forces->root[b] = b;
        forces->flown[b] = forces->held[b] = false;
    }
    for (int k = 0; k < sim->scene->n_force_fields; k++) {
        if (!forces->active[k]) {
            continue;
        }
        if (force_is_mutual(&sim->scene->force_fields[k])) {
            couple(sim, k);
            continue;
        }
        for (int b = 0; b < n; b++) {
            if (forces->reaches[k * n + b] && body_is_awake(sim, b)) {
                const force_role role = role_in(sim, k, b);
                forces->role[b] = role > forces->role[b] ? role : forces->role[b];
            }
        }
    }
}

static void note_push(reel_sim *sim, int b, reel_vec3 impulse)
{
    body_state *state = &sim->state.bodies[b];
    sim->state.impulse = reel_v3_add(sim->state.impulse, impulse);
    state->applied = reel_v3_add(state->applied, impulse);
    state->push = reel_v3_scale(impulse, 1 / sim->h);
}

/* A constant force: the sum of uniform fields that have the body in them. */
static void push_steadily(reel_sim *sim, int b)
{
    reel_vec3 force = {0, 0, 0};
    for (int k = 0; k < sim->scene->n_force_fields; k++) {
        const reel_force_field *field = &sim->scene->force_fields[k];
        if (sim->forces->active[k] && sim->forces->reaches[k * sim->scene->n_bodies + b] &&
            role_in(sim, k, b) == ROLE_STEADY) {
            force = reel_v3_madd(force, sim->bodies[b].mass, field->vec);
        }
    }
    sim->force[b] = reel_v3_add(sim->force[b], force);
    sim->pushed[b] = true;
    note_push(sim, b, reel_v3_scale(force, sim->h));
}

static void land(reel_sim *sim, const flyer *f, const flyer_state *end)
{
    const int b = f->body;
    body_state *state = &sim->state.bodies[b];
    note_push(sim, b, end->push);
    if (f->kind == FLYER_HELD) {
        sim->force[b] = reel_v3_madd(sim->force[b], 1 / sim->h, end->push);
        sim->torque[b] = reel_v3_madd(sim->torque[b], 1 / sim->h, end->twist);
        sim->pushed[b] = true;
        sim->forces->held[b] = true;
        sim->forces->slowed_v[b] =
            reel_v3_madd(end->v, -sim->h * sim->bodies[b].inv_mass, state->held_force);
        sim->forces->slowed_spin[b] = reel_v3_madd(end->spin, -sim->h, state->held_torque);
        return;
    }
    state->p = end->p;
    state->v = end->v;
    state->q = end->q;
    body_refresh_rotation(state);
    state->w = body_inv_inertia_mul(&sim->bodies[b], state, end->spin);
    state->free = true;
    body_place_geoms(sim, b);
    sim->state.work += end->work;
    sim->state.total_work += fabs(end->work);
    sim->forces->flown[b] = true;
}

static reel_status carry_group(reel_sim *sim, int first, reel_error *err)
{
    sim_forces *forces = sim->forces;
    int n = 0;
    bool changing = false;
    for (int b = first; b >= 0; b = forces->next[b]) {
        const bool awake = body_is_awake(sim, b);
        const bool alone = awake && sim->islands[sim->root[b]].kind == ISLAND_FREE;
        forces->flyers[n++] = flyer_of(sim, b,
                                       alone   ? FLYER_FREE
                                       : awake ? FLYER_HELD
                                               : FLYER_STILL);
        changing |= awake;
    }
    if (!changing) {
        return REEL_OK;
    }
    flyer_state *end;
    const reel_status status = forces_integrate(sim, n, &end, err);
    for (int i = 0; status == REEL_OK && i < n; i++) {
        if (forces->flyers[i].kind != FLYER_STILL) {
            land(sim, &forces->flyers[i], &end[i]);
        }
    }
    return status;
}

/* What contacts, joints and gravity did to a held body tells how it will go on. An impact does not.
 */
void forces_end(reel_sim *sim)
{
    sim_forces *forces = sim->forces;
    for (int b = 0; forces && b < sim->scene->n_bodies; b++) {
        body_state *state = &sim->state.bodies[b];
        if (!body_is_awake(sim, b)) {
            continue;
        }
        state->held_force = state->held_torque = reel_v3(0, 0, 0);
        if (!forces->held[b]) {
            continue;
        }
        const reel_vec3 gain = reel_v3_sub(state->v, forces->slowed_v[b]);
        const reel_vec3 spin = body_inertia_mul(&sim->bodies[b], state, state->w);
        if (reel_v3_len(gain) <= sim->bounce_speed) {
            state->held_force = reel_v3_scale(gain, sim->bodies[b].mass / sim->h);
            state->held_torque =
                reel_v3_scale(reel_v3_sub(spin, forces->slowed_spin[b]), 1 / sim->h);
        }
    }
}

bool forces_moved(const reel_sim *sim, int body)
{
    return sim->forces && sim->forces->flown[body];
}

/* What fields do to sleepers is held against by what they rest on, and goes on. */
static void push_sleepers(reel_sim *sim)
{
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        body_state *state = &sim->state.bodies[b];
        if (sim->bodies[b].dynamic && state->present && state->group != 0) {
            state->applied = reel_v3_madd(state->applied, sim->h, state->push);
        } else {
            state->push = reel_v3(0, 0, 0);
        }
    }
}

reel_status forces_act(reel_sim *sim, reel_error *err)
{
    sim_forces *forces = sim->forces;
    if (!forces) {
        return REEL_OK;
    }
    push_sleepers(sim);
    find_roles(sim);
    const int n = sim->scene->n_bodies;
    for (int b = 0; b < n; b++) {
        forces->next[b] = -1;
        if (forces->role[b] == ROLE_STEADY) {
            push_steadily(sim, b);
        }
    }
    for (int b = n - 1; b >= 0; b--) { /* backwards: lists ascend */
        const int root = find_root(forces->root, b);
        if (root != b) {
            forces->next[b] = forces->next[root];
            forces->next[root] = b;
        }
    }
    for (int b = 0; b < n; b++) {
        const bool leads = forces->role[b] == ROLE_CHANGING || forces->role[b] == ROLE_SOURCE;
        if (leads && find_root(forces->root, b) == b) {
            const reel_status status = carry_group(sim, b, err);
            if (status != REEL_OK) {
                return status;
            }
        }
    }
    return sim_check_sane(sim, err);
}
