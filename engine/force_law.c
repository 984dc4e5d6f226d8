/*
 * force_law.c - the laws of the force fields, as scene.h states them.
 *
 * Air and water act on each geom that collides (on all of a body none of whose geoms does) with its
 * own velocity and at its own centre: that of the part under water, if only part of it is. As it
 * turns about that centre, the pressure 1/2 density Cd (n u)^2 on its surface changes: the torque
 * of that change slows the turning, whatever the flow. Stokes' drag is the whole body's. Two point
 * dipoles: D. J. Griffiths, Introduction to Electrodynamics, equations (5.89) and (6.3).
 */
#include "engine/force.h"

#include "base/trig.h"

static reel_mat3 rotation(const double r[12])
{
    return (reel_mat3){{{r[0], r[1], r[2]}, {r[4], r[5], r[6]}, {r[8], r[9], r[10]}}};
}

flyer flyer_of(const reel_sim *sim, int body, flyer_kind kind)
{
    const body_state *state = &sim->state.bodies[body];
    return (flyer){.body = body,
                   .kind = kind,
                   .p = state->p,
                   .v = state->v,
                   .w = state->w,
                   .r = rotation(state->r)};
}

bool force_is_mutual(const reel_force_field *field)
{
    return field->kind == REEL_FORCE_GRAVITATION || field->kind == REEL_FORCE_CHARGE ||
           field->kind == REEL_FORCE_MAGNET ||
           (field->kind == REEL_FORCE_RADIAL && field->body >= 0);
}

bool force_has_inside(const reel_force_field *field, reel_vec3 p)
{
    const double *lo = field->box_min, *hi = field->box_max;
    if (!field->has_box) {
        return true;
    }
    const bool across = lo[0] <= p.x && p.x <= hi[0] && lo[1] <= p.y && p.y <= hi[1];
    return across && lo[2] <= p.z && (p.z <= hi[2] || field->kind == REEL_FORCE_WATER);
}

static void push(flyer *f, reel_vec3 force)
{
    f->force = reel_v3_add(f->force, force);
}

static void push_at(flyer *f, reel_vec3 force, reel_vec3 at)
{
    push(f, force);
    f->torque = reel_v3_add(f->torque, reel_v3_cross(reel_v3_sub(at, f->p), force));
}

static void drag_at(flyer *f, reel_vec3 force, reel_vec3 at)
{
    push_at(f, force, at);
    f->drag = reel_v3_add(f->drag, force);
    f->drag_torque = reel_v3_add(f->drag_torque, reel_v3_cross(reel_v3_sub(at, f->p), force));
}

/* strength / r^power, inside of radius as there, times r / radius. */
static double central(const reel_force_field *field, double r, double power)
{
    const double at = fmax(r, field->radius);
    const double whole = power == 2   ? at * at
                         : power == 1 ? at
                         : power == 0 ? 1
                         : power == 3 ? at * at * at
                                      : reel_pow(at, power);
    return field->strength / whole * (r < field->radius ? r / field->radius : 1);
}

/* Acceleration towards `centre` of what is at p; at the centre itself there is no direction. */
static reel_vec3 radial(const reel_force_field *field, reel_vec3 centre, reel_vec3 p)
{
    const reel_vec3 d = reel_v3_sub(centre, p);
    const double r = reel_v3_len(d);
    return r > 0 ? reel_v3_scale(d, central(field, r, field->power) / r) : reel_v3(0, 0, 0);
}

/* From dipole a at distance r along the unit vector n to dipole b: force on b. */
static reel_vec3 dipole_force(double k, double r, reel_vec3 n, reel_vec3 a, reel_vec3 b)
{
    const double an = reel_v3_dot(a, n), bn = reel_v3_dot(b, n), ab = reel_v3_dot(a, b);
    const reel_vec3 sum = reel_v3_madd(reel_v3_scale(a, bn), an, b);
    const double size = 3 * k / (r * r * r * r);
    return reel_v3_scale(reel_v3_madd(sum, ab - 5 * an * bn, n), size);
}

static reel_vec3 dipole_field(double k, double r, reel_vec3 n, reel_vec3 a)
{
    const reel_vec3 sum = reel_v3_madd(reel_v3_scale(a, -1), 3 * reel_v3_dot(a, n), n);
    return reel_v3_scale(sum, k / (r * r * r));
}

static bool between_magnets(const reel_scene *scene, const reel_force_field *field, const flyer *a,
                            const flyer *b, reel_vec3 *force, reel_vec3 *torque_a,
                            reel_vec3 *torque_b)
{
    const reel_vec3 d = reel_v3_sub(a->p, b->p);
    const double distance = reel_v3_len(d), r = fmax(distance, field->radius);
    if (!(distance > 0)) {
        return false;
    }
    const reel_vec3 n = reel_v3_scale(d, 1 / distance);
    const reel_vec3 ma = reel_mat3_mul_v(a->r, scene->bodies[a->body].magnetic_moment);
    const reel_vec3 mb = reel_mat3_mul_v(b->r, scene->bodies[b->body].magnetic_moment);
    *force = dipole_force(field->strength, r, n, mb, ma);
    *torque_a = reel_v3_cross(ma, dipole_field(field->strength, r, n, mb));
    *torque_b = reel_v3_cross(mb, dipole_field(field->strength, r, n, ma));
    return true;
}

/* a is the body that the field is centred on. */
static bool between_centre(const reel_sim *sim, const reel_force_field *field, const flyer *a,
                           const flyer *b, reel_vec3 *force, reel_vec3 *torque_a)
{
    const reel_vec3 arm = reel_mat3_mul_v(a->r, field->center);
    const reel_vec3 pull = radial(field, reel_v3_add(a->p, arm), b->p);
    *force = reel_v3_scale(pull, -sim->bodies[b->body].mass);
    *torque_a = reel_v3_cross(arm, *force);
    return true;
}

/* Whether a field whose centre is one of the two acts from a on b. */
static bool is_from(const reel_sim *sim, int field, const flyer *a, const flyer *b)
{
    const int n = sim->scene->n_bodies;
    return sim->scene->force_fields[field].body == a->body &&
           sim->forces->reaches[field * n + b->body];
}

bool force_between(const reel_sim *sim, int k, const flyer *a, const flyer *b, reel_vec3 *force,
                   reel_vec3 *torque_a, reel_vec3 *torque_b)
{
    const reel_scene *scene = sim->scene;
    const reel_force_field *field = &scene->force_fields[k];
    const uint8_t *reaches = &sim->forces->reaches[(size_t)k * (size_t)scene->n_bodies];
    *torque_a = *torque_b = reel_v3(0, 0, 0);
    if (field->kind == REEL_FORCE_RADIAL) {
        if (is_from(sim, k, a, b) && force_has_inside(field, b->p)) {
            return between_centre(sim, field, a, b, force, torque_a);
        }
        if (is_from(sim, k, b, a) && force_has_inside(field, a->p)) {
            const bool acts = between_centre(sim, field, b, a, force, torque_b);
            *force = reel_v3_scale(*force, -1);
            return acts;
        }
        return false;
    }
    if (!reaches[a->body] || !reaches[b->body] || !force_has_inside(field, a->p) ||
        !force_has_inside(field, b->p)) {
        return false;
    }
    if (field->kind == REEL_FORCE_MAGNET) {
        return between_magnets(scene, field, a, b, force, torque_a, torque_b);
    }
    const double product = field->kind == REEL_FORCE_GRAVITATION
                               ? sim->bodies[a->body].mass * sim->bodies[b->body].mass
                               : -scene->bodies[a->body].charge * scene->bodies[b->body].charge;
    const reel_vec3 d = reel_v3_sub(b->p, a->p);
    const double r = reel_v3_len(d);
    if (!(r > 0)) {
        return false;
    }
    *force = reel_v3_scale(d, product * central(field, r, 2) / r);
    return true;
}

/* Air or water about one geom: the share of it that is in it, and the middle of that. */
typedef struct immersion {
    double share;
    reel_vec3 at; /* world */
    reel_quat q;  /* of the geom */
} immersion;

static immersion immerse(const reel_sim *sim, const reel_force_field *field, const flyer *f, int g)
{
    const reel_geom *geom = &sim->scene->geoms[g];
    const force_part *part = &sim->forces->parts[g];
    const reel_vec3 in_body = reel_pose_apply(geom->body_from_geom, part->centre);
    const reel_vec3 middle = reel_v3_add(f->p, reel_mat3_mul_v(f->r, in_body));
    const double top = field->box_max[2];
    immersion out = {.share = 1, .at = middle};
    if (field->kind != REEL_FORCE_WATER || middle.z + part->bound <= top) {
        return out;
    }
    if (middle.z - part->bound >= top) {
        out.share = 0;
        return out;
    }
    const reel_vec3 up_body = reel_mat3_tmul_v(f->r, reel_v3(0, 0, 1));
    const reel_mat3 body_from_geom = reel_mat3_from_quat(geom->body_from_geom.q);
    const reel_vec3 up = reel_mat3_tmul_v(body_from_geom, up_body);
    const double height = f->p.z + reel_v3_dot(up_body, geom->body_from_geom.p);
    const solid_cut cut = solid_under(sim->scene, geom, up, top - height);
    out.share = fmin(1, fmax(0, cut.volume / part->volume));
    if (out.share > 0) {
        const reel_vec3 at = reel_v3_scale(cut.moment, 1 / cut.volume);
        const reel_vec3 centre = reel_pose_apply(geom->body_from_geom, at);
        out.at = reel_v3_add(f->p, reel_mat3_mul_v(f->r, centre));
    }
    return out;
}

/* Share of a point's surroundings that is under, smoothly, so that the force has no steps. */
static double wetness(double depth, double area)
{
    const double t = fmax(0, fmin(1, depth / sqrt(area) + 0.5));
    return t * t * (3 - 2 * t);
}

/* Torque of the pressure that turning adds to what the flow u does on the faces turned to it. */
static void drag_turning(const reel_sim *sim, const reel_force_field *field, flyer *f, int g,
                         const immersion *in, reel_vec3 u)
{
    const reel_geom *geom = &sim->scene->geoms[g];
    const force_part *part = &sim->forces->parts[g];
    if (part->n_skin == 0 || !(reel_v3_dot(f->w, f->w) > 0)) {
        return;
    }
    const reel_mat3 q = reel_mat3_from_quat(geom->body_from_geom.q);
    const reel_vec3 flow = reel_mat3_tmul_v(q, reel_mat3_tmul_v(f->r, u));
    const reel_vec3 w = reel_mat3_tmul_v(q, reel_mat3_tmul_v(f->r, f->w));
    const reel_vec3 up = reel_mat3_tmul_v(q, reel_mat3_tmul_v(f->r, reel_v3(0, 0, 1)));
    const reel_vec3 own = reel_mat3_mul_v(f->r, geom->body_from_geom.p);
    const reel_vec3 origin = reel_v3_add(f->p, own);
    const reel_vec3 middle =
        reel_mat3_tmul_v(q, reel_mat3_tmul_v(f->r, reel_v3_sub(in->at, origin)));
    const double top = field->box_max[2] - origin.z;
    reel_vec3 sum = {0, 0, 0};
    for (int i = 0; i < part->n_skin; i++) {
        const skin_point *s = &part->skin[i];
        const reel_vec3 arm = reel_v3_sub(s->at, middle);
        const double still = -reel_v3_dot(s->normal, flow);
        const double turning = still + reel_v3_dot(s->normal, reel_v3_cross(w, arm));
        const double before = fmax(0, still), now = fmax(0, turning);
        const double wet = in->share < 1 ? wetness(top - reel_v3_dot(up, s->at), s->area) : 1;
        const double push = wet * s->area * (before * before - now * now);
        sum = reel_v3_madd(sum, push, reel_v3_cross(arm, s->normal));
    }
    const double scale = 0.5 * field->density * sim->scene->bodies[f->body].drag;
    const reel_vec3 torque = reel_mat3_mul_v(f->r, reel_mat3_mul_v(q, reel_v3_scale(sum, scale)));
    f->torque = reel_v3_add(f->torque, torque);
    f->drag_torque = reel_v3_add(f->drag_torque, torque);
}

/* 1/2 density Cd A |u| u */
static void drag_part(const reel_sim *sim, const reel_force_field *field, flyer *f, int g,
                      const immersion *in)
{
    const reel_geom *geom = &sim->scene->geoms[g];
    const double drag = sim->scene->bodies[f->body].drag;
    const reel_vec3 moved = reel_v3_cross(f->w, reel_v3_sub(in->at, f->p));
    const reel_vec3 u = reel_v3_sub(field->vec, reel_v3_add(f->v, moved));
    const double speed = reel_v3_len(u);
    if (!(drag * field->density > 0)) {
        return;
    }
    drag_turning(sim, field, f, g, in, u);
    if (!(speed > 0)) {
        return;
    }
    const reel_mat3 body_from_geom = reel_mat3_from_quat(geom->body_from_geom.q);
    const reel_vec3 along =
        reel_mat3_tmul_v(body_from_geom, reel_mat3_tmul_v(f->r, reel_v3_scale(u, 1 / speed)));
    const double area = in->share * solid_area(sim->scene, geom, along);
    drag_at(f, reel_v3_scale(u, 0.5 * field->density * drag * area * speed), in->at);
}

/* Stokes' law on the ball of the same volume, as far as it is under. */
static void drag_slowly(const reel_sim *sim, const reel_force_field *field, flyer *f, double share)
{
    const double r = sim->forces->stokes_radius[f->body], scale = field->viscosity * share * r;
    const reel_vec3 u = reel_v3_sub(field->vec, f->v);
    drag_at(f, reel_v3_scale(u, 6 * REEL_PI * scale), f->p);
    const reel_vec3 torque = reel_v3_scale(f->w, -8 * REEL_PI * scale * r * r);
    f->torque = reel_v3_add(f->torque, torque);
    f->drag_torque = reel_v3_add(f->drag_torque, torque);
}

static void flow_about(const reel_sim *sim, const reel_force_field *field, flyer *f)
{
    const reel_scene *scene = sim->scene;
    const reel_body *body = &scene->bodies[f->body];
    double volume = 0;
    for (int g = body->first_geom; g < body->first_geom + body->n_geoms; g++) {
        const double whole = sim->forces->parts[g].volume;
        if (!(whole > 0)) {
            continue;
        }
        const immersion in = immerse(sim, field, f, g);
        volume += whole * in.share;
        if (in.share > 0) {
            drag_part(sim, field, f, g, &in);
            if (field->kind == REEL_FORCE_WATER) {
                const double displaced = -field->density * whole * in.share;
                push_at(f, reel_v3_scale(scene->gravity, displaced), in.at);
            }
        }
    }
    if (field->viscosity > 0 && volume > 0) {
        drag_slowly(sim, field, f, volume / sim->forces->volume[f->body]);
    }
}

static void act_alone(const reel_sim *sim, int k, flyer *f)
{
    const reel_force_field *field = &sim->scene->force_fields[k];
    if (!sim->forces->reaches[k * sim->scene->n_bodies + f->body] ||
        !force_has_inside(field, f->p)) {
        return;
    }
    const double mass = sim->bodies[f->body].mass;
    switch (field->kind) {
    case REEL_FORCE_UNIFORM: push(f, reel_v3_scale(field->vec, mass)); break;
    case REEL_FORCE_RADIAL: push(f, reel_v3_scale(radial(field, field->center, f->p), mass)); break;
    case REEL_FORCE_WIND:
    case REEL_FORCE_WATER: flow_about(sim, field, f); break;
    case REEL_FORCE_GRAVITATION:
    case REEL_FORCE_CHARGE:
    case REEL_FORCE_MAGNET: break;
    }
}

static void act_mutually(const reel_sim *sim, int k, flyer *flyers, int n)
{
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            flyer *a = &flyers[i], *b = &flyers[j];
            reel_vec3 force, torque_a, torque_b;
            if (force_between(sim, k, a, b, &force, &torque_a, &torque_b)) {
                push(a, force);
                push(b, reel_v3_scale(force, -1));
                a->torque = reel_v3_add(a->torque, torque_a);
                b->torque = reel_v3_add(b->torque, torque_b);
            }
        }
    }
}

void forces_evaluate(const reel_sim *sim, flyer *flyers, int n)
{
    const reel_vec3 none = {0, 0, 0};
    for (int i = 0; i < n; i++) {
        flyers[i].force = flyers[i].torque = flyers[i].drag = flyers[i].drag_torque = none;
    }
    for (int k = 0; k < sim->scene->n_force_fields; k++) {
        if (!sim->forces->active[k]) {
            continue;
        }
        if (force_is_mutual(&sim->scene->force_fields[k])) {
            act_mutually(sim, k, flyers, n);
            continue;
        }
        for (int i = 0; i < n; i++) {
            if (flyers[i].kind != FLYER_STILL) {
                act_alone(sim, k, &flyers[i]);
            }
        }
    }
}
