/* story_actions.c - what happens in a take, as far as a camera shows it; see story.h. */
#include "scenes/story_internal.h"
#include <stdlib.h>
#include <string.h>

#define HIT_SPEED   0.25  /* m/s */
#define CLATTER     0.1   /* s */
#define FALL_DEPTH  0.05  /* m, and a quarter of the size */
#define START_SPEED 0.05  /* m/s */
#define START_WAY   0.02  /* m */
#define MOVED_SPEED 0.1   /* m/s */
#define REST_SPEED  0.005 /* m/s */
#define REST_OMEGA  0.02  /* rad/s */

/* One object while it is looked at. */
typedef struct subject {
    reel_story *s;
    int object, group;
    const reel_object *o;
} subject;

bool reel_story_shows(const reel_story *s, int o, int frame)
{
    const int id = s->scene->objects[o].instance_id;
    return id == 0 ||
           s->visible[(size_t)frame * (size_t)s->n_instances + (size_t)(id - 1)] >= s->least;
}

int reel_story_frame(const reel_story *s, double time)
{
    const double f = ceil(time * s->scene->fps - 1e-9);
    return f < 0 ? 0 : f < s->scene->frames - 1 ? (int)f : s->scene->frames - 1;
}

double reel_story_size(const reel_scene *scene, int object)
{
    const reel_object *o = &scene->objects[object];
    double size = 0;
    for (int b = o->first_body; b < o->first_body + o->n_bodies; b++) {
        for (int k = 0; k < 3; k++) {
            size = fmax(size, scene->bodies[b].box_max[k] - scene->bodies[b].box_min[k]);
        }
    }
    return size;
}

static double time_of(const reel_scene *scene, int sample)
{
    return (double)sample / ((double)scene->fps * scene->samples_per_frame);
}

/* ---- collecting -------------------------------------------------------------------------------
 */

/* Whether both are the same deed of the same groups; of collisions also the other way round. */
static bool is_same(const reel_story *s, const reel_story_action *a, const reel_story_action *b)
{
    if (a->kind != b->kind || (a->how && strcmp(a->how, b->how) != 0)) {
        return false;
    }
    if (a->kind == REEL_STORY_COLLISION && a->other >= 0 && a->group == b->other &&
        a->other == b->group) {
        return true;
    }
    return a->group == b->group && a->other == b->other &&
           (a->other >= 0 || a->hit == b->hit ||
            strcmp(s->scene->objects[a->hit].name, s->scene->objects[b->hit].name) == 0);
}

/* Adds to an action of the same kind of the same groups, if there is one. */
static bool put(reel_story *s, const reel_story_action *a)
{
    for (int i = 0; i < s->n_actions; i++) {
        reel_story_action *b = &s->actions[i];
        if (is_same(s, a, b)) {
            b->start = fmin(b->start, a->start);
            b->end = fmax(b->end, a->end);
            b->weight = fmax(b->weight, a->weight);
            b->is_mutual |= a->group != b->group;
            b->count++;
            return true;
        }
    }
    reel_story_action *grown =
        reel_arena_grow(&s->arena, s->actions, s->n_actions, &s->max_actions, sizeof *grown);
    if (!grown) {
        return false;
    }
    s->actions = grown;
    s->actions[s->n_actions++] = *a;
    return true;
}

static bool put_own(const subject *x, reel_story_kind kind, const char *how, double start,
                    double end, double weight)
{
    const reel_story_action a = {.kind = kind,
                                 .group = x->group,
                                 .other = -1,
                                 .hit = -1,
                                 .object = x->object,
                                 .how = how,
                                 .count = 1,
                                 .start = start,
                                 .end = end,
                                 .weight = weight};
    return put(x->s, &a);
}

/* ---- motion of one object ---------------------------------------------------------------------
 */

static double speed_at(const reel_story *s, int sample, int body)
{
    return reel_v3_len(reel_take_velocity(s->take, sample, body));
}

/* Largest speed and spin of its bodies that are there. */
static void motion_at(const subject *x, int sample, double *speed, double *omega)
{
    const reel_take *take = x->s->take;
    *speed = *omega = 0;
    for (int b = x->o->first_body; b < x->o->first_body + x->o->n_bodies; b++) {
        const size_t at = (size_t)sample * (size_t)take->n_bodies + (size_t)b;
        if (take->state[at] & REEL_STATE_PRESENT) {
            *speed = fmax(*speed, speed_at(x->s, sample, b));
            *omega = fmax(*omega, reel_v3_len(reel_take_omega(take, sample, b)));
        }
    }
}

static bool rests_at(const subject *x, int sample)
{
    double speed, omega;
    motion_at(x, sample, &speed, &omega);
    return speed < REST_SPEED && omega < REST_OMEGA;
}

/* Whether all of it is there from the start. */
static bool is_there(const subject *x)
{
    bool there = true;
    for (int b = x->o->first_body; b < x->o->first_body + x->o->n_bodies; b++) {
        there &= (x->s->take->state[b] & REEL_STATE_PRESENT) != 0;
    }
    return there;
}

static bool find_rest(const subject *x)
{
    const reel_story *s = x->s;
    const int n = s->take->n_samples, two = 2 * s->scene->samples_per_frame;
    int first = n;
    double most = 0, speed, omega;
    while (first > 0 && rests_at(x, first - 1)) {
        first--;
    }
    for (int i = 0; i < first; i++) {
        motion_at(x, i, &speed, &omega);
        most = fmax(most, speed);
    }
    const double time = time_of(s->scene, first);
    if (first == 0 || n - first < two || most < MOVED_SPEED ||
        !reel_story_shows(s, x->object, reel_story_frame(s, time))) {
        return true;
    }
    return put_own(x, REEL_STORY_REST, NULL, time, time, 0.7);
}

/* Whether all that collides of a body is round. */
static bool is_round(const reel_scene *scene, const reel_body *body)
{
    bool any = false;
    for (int g = body->first_geom; g < body->first_geom + body->n_geoms; g++) {
        const reel_shape shape = scene->geoms[g].shape;
        if (!scene->geoms[g].collides) {
            continue;
        }
        if (shape != REEL_SHAPE_SPHERE && shape != REEL_SHAPE_CAPSULE &&
            shape != REEL_SHAPE_CYLINDER && shape != REEL_SHAPE_ELLIPSOID) {
            return false;
        }
        any = true;
    }
    return any;
}

static double force_at(const double *forces, const reel_take *take, int sample, int body)
{
    const double *f = forces + 3 * ((size_t)sample * (size_t)take->n_bodies + (size_t)body);
    return sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2]);
}

/* "roll": the surface hardly slips on what it touches; "slide"; "move": nothing touches it, or it
 * has several bodies. */
static const char *start_word(const subject *x, int sample)
{
    const reel_story *s = x->s;
    const reel_body *body = &s->scene->bodies[x->o->first_body];
    if (x->o->n_bodies > 1 ||
        !(force_at(s->take->contact_force, s->take, sample, x->o->first_body) > 0)) {
        return "move";
    }
    double thin = reel_story_size(s->scene, x->object), speed, omega;
    for (int k = 0; k < 3; k++) {
        thin = fmin(thin, body->box_max[k] - body->box_min[k]);
    }
    motion_at(x, sample, &speed, &omega);
    return !is_round(s->scene, body) ? "move" : omega * thin > speed ? "roll" : "slide";
}

static bool find_start(const subject *x)
{
    const reel_story *s = x->s;
    const int n = s->take->n_samples, two = 2 * s->scene->samples_per_frame;
    int rested = 0, i;
    double speed, omega;
    while (rested < n && rests_at(x, rested)) {
        rested++;
    }
    for (i = rested; i < n; i++) {
        motion_at(x, i, &speed, &omega);
        if (speed >= START_SPEED) {
            break;
        }
    }
    if (rested < two || i >= n || !is_there(x)) {
        return true;
    }
    double way = 0;
    for (int k = i; k < n; k++) {
        for (int b = x->o->first_body; b < x->o->first_body + x->o->n_bodies; b++) {
            way = fmax(way, reel_v3_len(reel_v3_sub(reel_take_pose(s->take, k, b).p,
                                                    reel_take_pose(s->take, 0, b).p)));
        }
    }
    const double time = time_of(s->scene, i);
    if (way < START_WAY || !reel_story_shows(s, x->object, reel_story_frame(s, time))) {
        return true;
    }
    const int later = i + s->scene->samples_per_frame < n ? i + s->scene->samples_per_frame : n - 1;
    return put_own(x, REEL_STORY_START, start_word(x, later), time, time, 1.0);
}

static bool is_free(const reel_story *s, int body, int sample)
{
    const reel_body *b = &s->scene->bodies[body];
    const double weight = b->mass * reel_v3_len(s->scene->gravity);
    const size_t at = (size_t)sample * (size_t)s->take->n_bodies + (size_t)body;
    return (s->take->state[at] & REEL_STATE_PRESENT) &&
           force_at(s->take->contact_force, s->take, sample, body) <= 1e-9 * weight &&
           force_at(s->take->applied_force, s->take, sample, body) <= 0.2 * weight &&
           reel_take_velocity(s->take, sample, body).z < 0;
}

static bool has_joint(const reel_scene *scene, int body)
{
    for (int j = 0; j < scene->n_joints; j++) {
        if (scene->joints[j].body_a == body || scene->joints[j].body_b == body) {
            return true;
        }
    }
    return false;
}

/* The first time that it falls far enough. */
static bool find_fall(const subject *x)
{
    const reel_story *s = x->s;
    const int b = x->o->first_body, n = s->take->n_samples;
    const double need = fmax(FALL_DEPTH, 0.25 * reel_story_size(s->scene, x->object));
    if (x->o->n_bodies > 1 || !(reel_v3_len(s->scene->gravity) > 0) || has_joint(s->scene, b)) {
        return true;
    }
    for (int first = 0, i = 0; i < n; first = i + 1, i++) {
        while (i < n && is_free(s, b, i)) {
            i++;
        }
        const int last = i - 1;
        if (last <= first) {
            continue;
        }
        const double depth =
            reel_take_pose(s->take, first, b).p.z - reel_take_pose(s->take, last, b).p.z;
        const double start = time_of(s->scene, first), end = time_of(s->scene, last);
        if (depth >= need && reel_story_shows(s, x->object, reel_story_frame(s, start)) &&
            reel_story_shows(s, x->object, reel_story_frame(s, end))) {
            return put_own(x, REEL_STORY_FALL, NULL, start, end, 2 * depth);
        }
    }
    return true;
}

/* Half of what its box reaches in height. */
static double half_height(const reel_body *body, reel_quat rotation)
{
    const reel_mat3 r = reel_mat3_from_quat(rotation);
    double h = 0;
    for (int k = 0; k < 3; k++) {
        h += fabs(r.m[2][k]) * (body->box_max[k] - body->box_min[k]) / 2;
    }
    return h;
}

/* Cosine of the turn of what was up at the start. */
static double upright(const reel_story *s, int sample, int body)
{
    const reel_quat now = reel_take_pose(s->take, sample, body).q;
    const reel_quat then = reel_take_pose(s->take, 0, body).q;
    const reel_vec3 up = {0, 0, 1};
    return reel_quat_rotate(now, reel_quat_rotate(reel_quat_conj(then), up)).z;
}

static bool find_topple(const subject *x)
{
    const reel_story *s = x->s;
    const int b = x->o->first_body, n = s->take->n_samples;
    const reel_body *body = &s->scene->bodies[b];
    double speed, omega;
    motion_at(x, 0, &speed, &omega);
    if (x->o->n_bodies > 1 || has_joint(s->scene, b) || !is_there(x) || speed >= REST_SPEED ||
        omega >= REST_OMEGA || upright(s, n - 1, b) > 0.70710678118654752) {
        return true;
    }
    const double before = half_height(body, reel_take_pose(s->take, 0, b).q);
    const double after = half_height(body, reel_take_pose(s->take, n - 1, b).q);
    int i = 0;
    while (upright(s, i, b) > 0.70710678118654752) {
        i++;
    }
    const double time = time_of(s->scene, i);
    if (after > 0.8 * before || !reel_story_shows(s, x->object, reel_story_frame(s, time))) {
        return true;
    }
    return put_own(x, REEL_STORY_TOPPLE, NULL, time, time, 3.0);
}

/* Whether the centre of its first body is outside the image, or not in front. */
static bool is_outside(const reel_story *s, int object, int frame)
{
    const reel_view view = reel_view_at(s->scene, s->take, s->camera, frame);
    const reel_vec3 p = reel_take_pose(s->take, frame * s->scene->samples_per_frame,
                                       s->scene->objects[object].first_body)
                            .p;
    double u, v, z;
    return !reel_view_project(&view, p, &u, &v, &z) || u < 0 || v < 0 || u >= s->scene->width ||
           v >= s->scene->height;
}

static bool find_edges(const subject *x)
{
    const reel_story *s = x->s;
    const int frames = s->scene->frames;
    int first = 0, last = frames - 1;
    while (first < frames && !reel_story_shows(s, x->object, first)) {
        first++;
    }
    while (last >= 0 && !reel_story_shows(s, x->object, last)) {
        last--;
    }
    bool ok = true;
    if (first > 0 && first < frames && is_outside(s, x->object, 0)) {
        const double time = (double)first / s->scene->fps;
        ok = put_own(x, REEL_STORY_ENTER, NULL, time, time, 1.5);
    }
    if (ok && last >= 0 && last < frames - 1 && is_outside(s, x->object, frames - 1)) {
        const double time = (double)(last + 1) / s->scene->fps;
        ok = put_own(x, REEL_STORY_LEAVE, NULL, time, time, 1.5);
    }
    return ok;
}

/* ---- collisions -------------------------------------------------------------------------------
 */

static double share_of_impact(const reel_scene *scene, const reel_event *e)
{
    const reel_body *a = &scene->bodies[e->body_a], *b = &scene->bodies[e->body_b];
    const double ma = a->motion == REEL_MOTION_DYNAMIC ? a->mass : 0;
    const double mb = b->motion == REEL_MOTION_DYNAMIC ? b->mass : 0;
    const double m = ma > 0 && (mb <= 0 || ma < mb) ? ma : mb;
    return m > 0 ? e->impulse_normal / m : 0;
}

static bool is_hit(const reel_event *e)
{
    return e->kind == REEL_EVENT_IMPACT && e->approach_speed >= HIT_SPEED;
}

/* Whether the same two objects hit just before: then this is the clatter of that. */
static bool is_clatter(const reel_story *s, int event)
{
    const reel_event *e = &s->take->events[event];
    const reel_body *bodies = s->scene->bodies;
    const int pa = bodies[e->body_a].object, pb = bodies[e->body_b].object;
    for (int i = event - 1; i >= 0; i--) {
        const reel_event *before = &s->take->events[i];
        const int oa = bodies[before->body_a].object, ob = bodies[before->body_b].object;
        if (before->begin_time < e->begin_time - CLATTER) {
            return false;
        }
        if (is_hit(before) && ((oa == pa && ob == pb) || (oa == pb && ob == pa))) {
            return true;
        }
    }
    return false;
}

static bool find_collision(reel_story *s, int event)
{
    const reel_scene *scene = s->scene;
    const reel_event *e = &s->take->events[event];
    const int oa = scene->bodies[e->body_a].object, ob = scene->bodies[e->body_b].object;
    const int frame = reel_story_frame(s, e->begin_time);
    const double last = (double)(scene->frames - 1) / scene->fps;
    if (!is_hit(e) || oa == ob || e->begin_time > last || !reel_story_shows(s, oa, frame) ||
        !reel_story_shows(s, ob, frame) || is_clatter(s, event)) {
        return true;
    }
    /* who moves faster hits the other; the environment never does */
    const double rate = (double)scene->fps * scene->samples_per_frame;
    const int before = (int)floor(e->begin_time * rate);
    const double va = speed_at(s, before, e->body_a), vb = speed_at(s, before, e->body_b);
    bool a_hits = va >= vb;
    a_hits = scene->objects[oa].instance_id == 0 ? false : a_hits;
    a_hits = scene->objects[ob].instance_id == 0 ? true : a_hits;
    const int hitter = a_hits ? oa : ob, hit = a_hits ? ob : oa;
    if (s->group_of[hitter] < 0) {
        return true; /* two pieces of the environment */
    }
    const reel_story_action a = {.kind = REEL_STORY_COLLISION,
                                 .group = s->group_of[hitter],
                                 .other = s->group_of[hit],
                                 .hit = hit,
                                 .object = hitter,
                                 .count = 1,
                                 .start = e->begin_time,
                                 .end = e->begin_time,
                                 .weight = share_of_impact(scene, e)};
    return put(s, &a);
}

/* ---- all --------------------------------------------------------------------------------------
 */

static int by_time(const void *a, const void *b)
{
    const reel_story_action *x = a, *y = b;
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return (int)x->kind - (int)y->kind;
    }
    return x->object != y->object ? x->object - y->object : x->hit - y->hit;
}

static int by_weight(const void *a, const void *b)
{
    const reel_story_action *x = a, *y = b;
    return x->weight != y->weight ? (x->weight > y->weight ? -1 : 1) : by_time(a, b);
}

bool reel_story_find_actions(reel_story *s)
{
    const reel_scene *scene = s->scene;
    bool (*const finders[])(const subject *x) = {find_start, find_fall, find_topple, find_rest,
                                                 find_edges};
    bool ok = true;
    for (int i = 0; ok && i < s->take->n_events; i++) {
        ok = find_collision(s, i);
    }
    for (int o = 0; ok && o < scene->n_objects; o++) {
        const subject x = {s, o, s->group_of[o], &scene->objects[o]};
        const bool moves =
            scene->bodies[scene->objects[o].first_body].motion == REEL_MOTION_DYNAMIC;
        for (size_t f = 0; ok && x.group >= 0 && moves && f < sizeof finders / sizeof finders[0];
             f++) {
            ok = finders[f](&x);
        }
    }
    if (!ok || s->n_actions == 0) {
        return ok;
    }
    qsort(s->actions, (size_t)s->n_actions, sizeof(*s->actions), by_weight);
    s->n_actions = s->n_actions < REEL_STORY_ACTIONS ? s->n_actions : REEL_STORY_ACTIONS;
    qsort(s->actions, (size_t)s->n_actions, sizeof(*s->actions), by_time);
    return true;
}
