/* verify_events.c - the contact events of a take (see verify_physics.h). */
#include "app/verify_physics.h"

#include "app/verify_worst.h"

static reel_vec3 vec(const double v[3])
{
    return reel_v3(v[0], v[1], v[2]);
}

/* The first fault of an event, or NULL. */
static const char *fault_of(const reel_scene *scene, const reel_event *e)
{
    const double h = 1.0 / scene->step_rate, begin = (double)e->begin_step * h;
    const double shares[3] = {e->sticking, e->sliding, e->rolling};
    const reel_vec3 n = vec(e->normal), approach = vec(e->approach_velocity);
    const bool impact = e->approach_speed > REEL_IMPACT_SPEED;
    if (e->body_a >= e->body_b) {
        return "its bodies are not in order";
    }
    if (scene->bodies[e->body_a].motion != REEL_MOTION_DYNAMIC &&
        scene->bodies[e->body_b].motion != REEL_MOTION_DYNAMIC) {
        return "neither body can move";
    }
    if (scene->geoms[e->geom_a].body != e->body_a || scene->geoms[e->geom_b].body != e->body_b) {
        return "a geom is not its body's";
    }
    if (!(e->begin_time >= 0) || e->begin_time > begin + 1e-9 ||
        e->begin_time < begin - 2.001 * h) {
        return "it does not begin in its first step";
    }
    if ((e->end_step == -1) != (e->end_time == -1)) {
        return "one of its ends is there, the other is not";
    }
    if (e->end_step != -1 && (e->end_step <= e->begin_step || !(e->end_time >= e->begin_time) ||
                              e->end_time > (double)e->end_step * h + 1e-9)) {
        return "it ends at the wrong time";
    }
    if (fabs(reel_v3_len(n) - 1) > 1e-9) {
        return "its normal is not unit";
    }
    if (!(e->approach_speed >= 0) || !(e->parting_speed >= 0) || !(e->slip_distance >= 0) ||
        !(e->roll_angle >= 0) || !(e->impulse_tangent >= 0) || !(e->max_depth >= -1e-6)) {
        return "a size is negative";
    }
    if (fabs(reel_v3_dot(approach, n) + e->approach_speed) > 1e-9 * (1 + reel_v3_len(approach))) {
        return "its approach speed is not that of the velocity";
    }
    if ((e->kind == REEL_EVENT_IMPACT) != impact || (impact && e->impacts < 1)) {
        return "its kind is not that of its approach";
    }
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        sum += shares[i];
        if (!(shares[i] >= 0) || shares[i] > shares[e->motion]) {
            return "its motion is not that of the largest share";
        }
    }
    return fabs(sum - 1) <= 1e-12 ? NULL : "its shares do not sum up to 1";
}

static void check_event(const reel_scene *scene, const reel_event *e, int number, reel_worst *w)
{
    const char *fault = fault_of(scene, e);
    if (reel_worst_is(w, fault != NULL, 0, -1)) {
        snprintf(w->words, sizeof w->words, "event %d, \"%.60s\" and \"%.60s\" at %.4g s: %s",
                 number, scene->bodies[e->body_a].name, scene->bodies[e->body_b].name,
                 e->begin_time, fault);
    }
}

static void check_order(const reel_scene *scene, const reel_take *take, reel_worst *w)
{
    for (int i = 1; i < take->n_events; i++) {
        const reel_event *a = &take->events[i - 1], *b = &take->events[i];
        const bool ordered = a->begin_step != b->begin_step ? a->begin_step < b->begin_step
                             : a->body_a != b->body_a       ? a->body_a < b->body_a
                                                            : a->body_b < b->body_b;
        if (reel_worst_is(w, !ordered, 0, -1)) {
            snprintf(w->words, sizeof w->words, "event %d, \"%.60s\" and \"%.60s\": out of order",
                     i, scene->bodies[b->body_a].name, scene->bodies[b->body_b].name);
        }
    }
}

/* What a body's events gave it is what its contact forces sum up to, over the whole take. */
static void check_impulses(const reel_scene *scene, const reel_take *take, reel_vec3 *by_event,
                           double *size, reel_worst *w)
{
    const double dt = 1.0 / ((double)scene->fps * scene->samples_per_frame);
    for (int i = 0; i < take->n_events; i++) {
        const reel_event *e = &take->events[i];
        const reel_vec3 impulse = vec(e->impulse);
        by_event[e->body_a] = reel_v3_add(by_event[e->body_a], impulse);
        by_event[e->body_b] = reel_v3_sub(by_event[e->body_b], impulse);
        size[e->body_a] += reel_v3_len(impulse);
        size[e->body_b] += reel_v3_len(impulse);
    }
    for (int b = 0; b < take->n_bodies; b++) {
        reel_vec3 sum = {0, 0, 0};
        for (int i = 0; i < take->n_samples; i++) {
            const size_t at = (size_t)i * (size_t)take->n_bodies + (size_t)b;
            const reel_vec3 force = vec(&take->contact_force[3 * at]);
            sum = reel_v3_madd(sum, dt, force);
            size[b] += dt * reel_v3_len(force);
        }
        const double off = reel_v3_len(reel_v3_sub(sum, by_event[b]));
        if (reel_worst_is(w, off, 1e-10 * size[b] + 1e-12, -1)) {
            snprintf(
                w->words, sizeof w->words,
                "body \"%.60s\": its events gave it %.6g N s, its contact forces %.6g N s; they "
                "differ by %.4g N s",
                scene->bodies[b].name, reel_v3_len(by_event[b]), reel_v3_len(sum), off);
        }
    }
}

reel_status reel_verify_events(const reel_scene *scene, const reel_take *take,
                               const reel_physics_finder *finder, reel_error *err)
{
    const size_t n = (size_t)take->n_bodies + 1;
    reel_worst event = {.check = "contact event"}, impulses = {.check = "impulses of contacts"};
    reel_vec3 *by_event = reel_calloc(n, sizeof *by_event);
    double *size = reel_calloc(n, sizeof *size);
    if (!by_event || !size) {
        reel_free(by_event);
        reel_free(size);
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < take->n_events; i++) {
        check_event(scene, &take->events[i], i, &event);
    }
    check_order(scene, take, &event);
    check_impulses(scene, take, by_event, size, &impulses);
    reel_worst_tell(&event, finder);
    reel_worst_tell(&impulses, finder);
    reel_free(by_event);
    reel_free(size);
    return REEL_OK;
}
