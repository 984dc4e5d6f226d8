/* physreel verify's second computation: good takes pass, and every number that is wrong is found.
 */
#include "app/verify_physics.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

typedef struct findings {
    int n;
    char first[64];
    char all[4000];
} findings;

static void keep(void *ctx, const char *check, int sample, int64_t n, const char *words)
{
    findings *f = ctx;
    if (f->n++ == 0) {
        snprintf(f->first, sizeof f->first, "%s", check);
    }
    const size_t used = strlen(f->all);
    snprintf(f->all + used, sizeof f->all - used, "%s: %s (sample %d, %d places)\n", check, words,
             sample, (int)n);
}

static findings verify(const reel_scene *s, const reel_take *t)
{
    findings f = {0};
    const reel_physics_finder finder = {&f, keep};
    CHECK_INT(reel_verify_physics(s, t, &finder, NULL), ==, REEL_OK);
    return f;
}

static void crowd_is_good(const void *param)
{
    (void)param;
    reel_scene *s = kit_crowd(3, 0, 0);
    reel_take *t = kit_run(s);
    CHECK_STR(verify(s, t).all, "");
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Small, with all that is looked at: bounces, flight, a slide, sleep, a pendulum, a spring. */
static reel_scene *sampler(void)
{
    reel_scene *s = kit_scene(2);
    kit_floor(s);
    const int ball = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0.5));
    kit_surface(s, ball)->restitution = 0.6;
    const int box = kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 2, reel_v3(1, 0, 0.1));
    s->bodies[box].velocity = reel_v3(1, 0, 0);
    const int top = kit_box(s, "flyer", reel_v3(0.1, 0.2, 0.3), 1, reel_v3(-2, 0, 30));
    s->bodies[top].omega = reel_v3(3, 0.01, 0.02);
    const int bob = kit_sphere(s, "bob", 0.1, 1, reel_v3(-1, 3, 1));
    kit_joint(s, "string", REEL_JOINT_BALL, bob, -1, reel_v3(-2, 3, 1.5), reel_v3(0, 0, 1));
    return s;
}

static size_t at(const reel_take *t, int sample, int body)
{
    return (size_t)sample * (size_t)t->n_bodies + (size_t)body;
}

enum { BALL = 1, BOX = 2, FLYER = 3, BOB = 4 };

typedef struct tamper {
    const char *check; /* that must find it */
    void (*with)(reel_take *t);
    const char *word;
} tamper;

static void velocity(reel_take *t)
{
    t->velocity[3 * at(t, 20, FLYER)] += 1e-4;
}
static void impulse(reel_take *t)
{
    t->contact_force[3 * at(t, 10, BOX) + 1] += 0.1;
}
static void applied(reel_take *t)
{
    t->applied_force[3 * at(t, 10, BALL) + 1] += 0.1;
}
static void joint_force(reel_take *t)
{
    t->joint_force[3 * (size_t)7] *= 1.01;
}
static void place(reel_take *t)
{
    t->position[3 * at(t, 30, FLYER)] += 1e-3;
}
static void far_place(reel_take *t)
{
    t->position[3 * at(t, 10, BALL)] += 0.3;
}
static void attitude(reel_take *t)
{
    t->rotation[4 * at(t, 30, FLYER)] *= 1.001;
}
static void spin(reel_take *t)
{
    t->omega[3 * at(t, 30, FLYER)] *= 1.0001;
}
static void sleep_walk(reel_take *t)
{
    t->position[3 * at(t, t->n_samples - 1, BOX)] += 1e-15;
}
static void sleep_speed(reel_take *t)
{
    t->velocity[3 * at(t, t->n_samples - 1, BOX)] = 1e-9;
}
static void momentum(reel_take *t)
{
    t->momentum[6 * 12 + 4] += 1e-3;
}
static void kinetic(reel_take *t)
{
    t->energy[3 * 12] += 1e-3;
}
static void potential(reel_take *t)
{
    t->energy[3 * 12 + 1] -= 1e-3;
}
static void work(reel_take *t)
{
    t->energy[3 * 20 + 2] -= 500;
}
static void event_impulse(reel_take *t)
{
    t->events[1].impulse[2] += 1e-6;
}
static void event_bodies(reel_take *t)
{
    const int32_t a = t->events[0].body_a;
    t->events[0].body_a = t->events[0].body_b;
    t->events[0].body_b = a;
}
static void event_geom(reel_take *t)
{
    t->events[0].geom_b = (t->events[0].geom_b + 1) % 4;
}
static void event_time(reel_take *t)
{
    t->events[1].begin_time -= 0.01;
}
static void event_share(reel_take *t)
{
    t->events[0].sliding += 0.01;
}
static void event_kind(reel_take *t)
{
    t->events[1].kind = REEL_EVENT_REST;
}
static void event_approach(reel_take *t)
{
    t->events[1].approach_speed *= 1.01;
}
static void torn(reel_take *t)
{
    t->position[3 * at(t, 5, BOB) + 1] += 0.01;
}
static void escape(reel_take *t)
{
    t->audit.escape = 2;
}
static void asleep(reel_take *t)
{
    t->audit.asleep_fraction += 0.01;
}

static bool is_told(const findings *f, const char *check, const char *word)
{
    char begin[80];
    snprintf(begin, sizeof begin, "%s: ", check);
    for (const char *line = f->all; line && *line; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n');
        const char *found = strstr(line, word);
        if (strncmp(line, begin, strlen(begin)) == 0 && found && found < end) {
            return true;
        }
    }
    return false;
}

static void tampered(const void *param)
{
    const tamper *w = param;
    reel_scene *s = sampler();
    reel_take *t = kit_run(s);
    CHECK_STR(verify(s, t).all, "");
    w->with(t);
    const findings f = verify(s, t);
    if (!is_told(&f, w->check, w->word)) {
        CHECK_FAIL("\"%s\" with %s is not among\n%s", w->check, w->word, f.all);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

#define TAMPER(check, with, word)        \
    {                                    \
#        with, tampered, &(const tamper) \
        {                                \
            check, with, word            \
        }                                \
    }
static const check_test tests[] = {
    {"a crowd is good", crowd_is_good, NULL},
    TAMPER("momentum of a body", velocity, "\"flyer\""),
    TAMPER("momentum", velocity, "is stored"),
    TAMPER("momentum of a body", impulse, "\"box\""),
    TAMPER("action and reaction", impulse, "sum up"),
    TAMPER("impulses of contacts", impulse, "\"box\""),
    TAMPER("momentum of a body", applied, "\"ball\""),
    TAMPER("momentum of a body", joint_force, "\"bob\""),
    TAMPER("position", place, "\"flyer\""),
    TAMPER("position", far_place, "\"ball\""),
    TAMPER("state", attitude, "norm"),
    TAMPER("angular momentum", spin, "\"flyer\""),
    TAMPER("state", sleep_walk, "moved"),
    TAMPER("state", sleep_speed, "asleep"),
    TAMPER("momentum", momentum, "kg m^2/s"),
    TAMPER("kinetic energy", kinetic, "0.5 s"),
    TAMPER("potential energy", potential, "0.5 s"),
    TAMPER("energy", work, "work done"),
    TAMPER("audit", work, "energy_gain"),
    TAMPER("impulses of contacts", event_impulse, "events gave it"),
    TAMPER("contact event", event_bodies, "in order"),
    TAMPER("contact event", event_geom, "geom"),
    TAMPER("contact event", event_time, "begin"),
    TAMPER("contact event", event_share, "shares"),
    TAMPER("contact event", event_kind, "kind"),
    TAMPER("contact event", event_approach, "approach speed"),
    TAMPER("joint", torn, "\"string\""),
    TAMPER("audit", escape, "escape"),
    TAMPER("audit", asleep, "asleep_fraction"),
};
CHECK_MAIN(tests)
