/*
 * Agents: what they add is what acts. The force of the channel is the force on the body and changes
 * its momentum; the velocity of the camera leads to the next view.
 */
#include "base/camera.h"
#include "base/trig.h"
#include "engine/engine.h"
#include "export/actions.h"
#include "tests/unit/scene_scripts.h"

/* A ball in empty space. */
static const char space[] =
    "scene { family = \"space\", gravity = { 0, 0, 0 }, build = function(world)\n"
    "  world:floor(false)\n"
    "  world:sphere { name = \"ball\", radius = 0.1, at = { 0, 0, 0 }, material = \"oak\" }\n"
    "  world:camera { name = \"main\", at = { -2, 0, 0.5 }, look_at = { 0, 0, 0 }, fov = deg(40) "
    "}\n"
    "end }";

typedef struct clip {
    reel_scene *scene;
    reel_take *take;
    reel_actions actions;
} clip;

static reel_freeze_options small_options(const char *agent)
{
    reel_freeze_options o = reel_freeze_options_default();
    o.width = 128;
    o.height = 96;
    o.fps = 12;
    o.frames = 36;
    o.seed = 3;
    o.agent = agent;
    return o;
}

static clip simulated(reel_scene *scene)
{
    clip c = {.scene = scene};
    reel_error err = {0};
    if (reel_simulate(scene, &c.take, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", err.field, err.msg);
    }
    CHECK_INT(reel_actions_find(c.scene, c.take, &c.actions, &err), ==, REEL_OK);
    return c;
}

static clip make(const char *source, const reel_freeze_options *options)
{
    reel_scene *scene = NULL;
    reel_error err = {0};
    if (source[0] == 's' && source[1] == 'c') {
        scene = freeze_with(source, options);
        err = script_error;
    } else if (reel_scene_freeze(source, options, &scene, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", source, err.msg);
    }
    if (!scene) {
        CHECK_FAIL("%s", err.msg);
    }
    return simulated(scene);
}

static void finish(clip *c)
{
    reel_actions_finish(&c->actions);
    reel_take_destroy(&c->take);
    reel_scene_destroy(&c->scene);
}

static const double *action_at(const clip *c, int k)
{
    return &c->actions.values[(size_t)k * (size_t)c->actions.n];
}

static const double *state_at(const clip *c, const double *array, int frame, int body)
{
    const int sample = frame * c->scene->samples_per_frame;
    return &array[3 * ((size_t)sample * (size_t)c->take->n_bodies + (size_t)body)];
}

/* ---- forces --------------------------------------------------------------------------------- */

/* Action k is the entry of the timeline over frame k, and the force on the body until frame k + 1.
 */
static void check_forces(const clip *c)
{
    const reel_scene *s = c->scene;
    const int body = reel_scene_find_body(s, s->agent_on), n = c->actions.n;
    const int64_t step = reel_scene_steps_per_frame(s);
    int at = 0, active = 0;
    CHECK(body >= 0);
    CHECK_STR(c->actions.kind, s->agent);
    CHECK_STR(c->actions.on, s->agent_on);
    for (int k = 0; k < s->frames; k++) {
        double want[6] = {0};
        while (at < s->n_actions && strncmp(s->actions[at].name, "agent", 5) != 0) {
            at++;
        }
        if (at < s->n_actions && s->actions[at].first_step == k * step) {
            const reel_action *a = &s->actions[at++];
            CHECK_INT(a->end_step, ==, (k + 1) * step);
            const double all[6] = {a->vec.x,    a->vec.y,    a->vec.z,
                                   a->torque.x, a->torque.y, a->torque.z};
            memcpy(want, all, sizeof want);
            active++;
        }
        double size = 0;
        for (int i = 0; i < 6; i++) {
            size += fabs(want[i]);
        }
        for (int i = 0; i < n; i++) {
            CHECK_NEAR(action_at(c, k)[i], want[i], 1e-12 * size);
        }
        if (k + 1 < s->frames && s->samples_per_frame == 1) {
            const double *applied = state_at(c, c->take->applied_force, k + 1, body);
            for (int i = 0; i < 3; i++) {
                CHECK_NEAR(applied[i], want[i], 1e-12 * size);
            }
        }
    }
    while (at < s->n_actions && strncmp(s->actions[at].name, "agent", 5) != 0) {
        at++;
    }
    CHECK_INT(at, ==, s->n_actions);
    CHECK_INT(active, >=, 3);
    CHECK_STR(c->actions.names[0], "agent.force.x");
    CHECK_STR(c->actions.units[0], "N");
    CHECK_INT(n, ==, strcmp(s->agent, "push") == 0 ? 2 : 6);
}

static void forces_of_families(const void *param)
{
    (void)param;
    static const char *const families[] = {"toss", "tower", "billiards", "conveyor"};
    static const char *const agents[] = {"push", "force"};
    for (int i = 0; i < 8; i++) {
        const reel_freeze_options o = small_options(agents[i % 2]);
        clip c = make(families[i / 2], &o);
        check_forces(&c);
        finish(&c);
    }
    reel_freeze_options o = small_options("force");
    o.samples_per_frame = 4;
    clip c = make("toss", &o);
    check_forces(&c);
    finish(&c);
}

/* In empty space nothing else changes the ball's momentum. */
static void forces_are_all_that_acts(const void *param)
{
    const reel_freeze_options o = small_options(param);
    clip c = make(space, &o);
    const int body = reel_scene_find_body(c.scene, "ball");
    const reel_body *ball = &c.scene->bodies[body];
    double sum[6] = {0}, most = 0;
    check_forces(&c);
    for (int k = 0; k < c.scene->frames; k++) {
        for (int i = 0; i < 3; i++) {
            const double v = state_at(&c, c.take->velocity, k, body)[i];
            const double w = state_at(&c, c.take->omega, k, body)[i];
            CHECK_NEAR(v, sum[i] / ball->mass, 1e-12);
            CHECK_NEAR(w, sum[3 + i] / ball->inertia[0], 1e-11);
            most = fmax(most, fabs(v));
        }
        for (int i = 0; i < c.actions.n; i++) {
            sum[i] += action_at(&c, k)[i] / c.scene->fps;
        }
    }
    CHECK(most > 0.05);
    finish(&c);
}

/* Visible, but not flung away: farther than a centimetre from where it would be, and within 3 m. */
static void pushes_are_moderate(const void *param)
{
    (void)param;
    static const char *const families[] = {"toss", "tower", "shapes"};
    static const char *const agents[] = {"push", "force"};
    for (int i = 0; i < 6; i++) {
        const reel_freeze_options with = small_options(agents[i % 2]), without = small_options("");
        clip a = make(families[i / 2], &with), b = make(families[i / 2], &without);
        const int body = reel_scene_find_body(a.scene, a.scene->agent_on);
        double most = 0;
        for (int k = 0; k < a.scene->frames; k++) {
            const double *p = state_at(&a, a.take->position, k, body);
            const double *q = state_at(&b, b.take->position, k, body);
            most = fmax(most, sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
                                   (p[2] - q[2]) * (p[2] - q[2])));
        }
        if (!(most > 0.01 && most < 3)) {
            CHECK_FAIL("%s by %s: %s goes %.3g m off", families[i / 2], agents[i % 2],
                       a.scene->agent_on, most);
        }
        finish(&a);
        finish(&b);
    }
}

/* ---- cameras -------------------------------------------------------------------------------- */

/* exp([w]x)^T v: Rodrigues' formula with the angle turned round. */
static reel_vec3 turned_back(reel_vec3 w, reel_vec3 v)
{
    const double angle = reel_v3_len(w);
    const reel_vec3 axis = reel_v3_unit(w, reel_v3(0, 0, 1));
    reel_vec3 out = reel_v3_scale(v, cos(angle));
    out = reel_v3_madd(out, -sin(angle), reel_v3_cross(axis, v));
    return reel_v3_madd(out, (1 - cos(angle)) * reel_v3_dot(axis, v), axis);
}

static void check_camera(const clip *c)
{
    const reel_scene *s = c->scene;
    const int camera = reel_scene_find_camera(s, s->agent_on);
    double way = 0, turn = 0;
    CHECK_INT(c->actions.n, ==, 6);
    CHECK_STR(c->actions.names[5], "camera.angular_velocity.z");
    CHECK_STR(c->actions.units[0], "m/s");
    for (int k = 0; k + 1 < s->frames; k++) {
        const double *a = action_at(c, k);
        const reel_view now = reel_view_at(s, c->take, camera, k);
        const reel_view next = reel_view_at(s, c->take, camera, k + 1);
        const reel_vec3 v = reel_v3_scale(reel_v3(a[0], a[1], a[2]), 1.0 / s->fps);
        const reel_vec3 w = reel_v3_scale(reel_v3(a[3], a[4], a[5]), 1.0 / s->fps);
        const reel_vec3 eye = reel_v3_add(now.eye, reel_mat3_tmul_v(now.cam_from_world, v));
        CHECK_NEAR(reel_v3_len(reel_v3_sub(eye, next.eye)), 0, 1e-12);
        for (int i = 0; i < 3; i++) {
            const reel_vec3 column = reel_v3(now.cam_from_world.m[0][i], now.cam_from_world.m[1][i],
                                             now.cam_from_world.m[2][i]);
            const reel_vec3 got = turned_back(w, column);
            CHECK_NEAR(got.x, next.cam_from_world.m[0][i], 1e-12);
            CHECK_NEAR(got.y, next.cam_from_world.m[1][i], 1e-12);
            CHECK_NEAR(got.z, next.cam_from_world.m[2][i], 1e-12);
        }
        way += reel_v3_len(v);
        turn += reel_v3_len(w);
    }
    CHECK(way > 0.05 && turn > 0.02);
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR(action_at(c, s->frames - 1)[i], 0, 0);
    }
}

/* A camera that moves changes nothing of what happens. */
static void camera_leads_to_the_next_view(const void *param)
{
    (void)param;
    static const char *const families[] = {"toss", "ramp"};
    for (int i = 0; i < 2; i++) {
        const reel_freeze_options with = small_options("camera"), without = small_options("");
        clip a = make(families[i], &with), b = make(families[i], &without);
        reel_xxh128 da, db;
        check_camera(&a);
        CHECK_INT(reel_take_digest(a.take, &da, NULL), ==, REEL_OK);
        CHECK_INT(reel_take_digest(b.take, &db, NULL), ==, REEL_OK);
        CHECK_INT(memcmp(&da, &db, sizeof da), ==, 0);
        finish(&a);
        finish(&b);
    }
}

/* Half-way round and back: the logarithm at large angles, of a camera that orbits. */
static void orbit_as_actions(const void *param)
{
    (void)param;
    reel_freeze_options o = small_options("camera");
    clip c = make(space, &o);
    reel_camera *camera = &c.scene->cameras[0];
    camera->motion = REEL_CAMERA_ORBIT;
    for (int i = 0; i < 3; i++) {
        static const double turns[] = {0.1, 1.7, 3.1}; /* rad a frame */
        camera->orbit_rate = turns[i] * c.scene->fps;
        reel_actions_finish(&c.actions);
        CHECK_INT(reel_actions_find(c.scene, c.take, &c.actions, NULL), ==, REEL_OK);
        check_camera(&c);
        const double *a = action_at(&c, 7);
        CHECK_NEAR(sqrt(a[3] * a[3] + a[4] * a[4] + a[5] * a[5]), camera->orbit_rate, 1e-9);
    }
    finish(&c);
}

/* ---- what is added, and where --------------------------------------------------------------- */

static void same_seed_same_agent(const void *param)
{
    (void)param;
    static const char *const agents[] = {"push", "force", "camera"};
    for (int i = 0; i < 3; i++) {
        reel_freeze_options o = small_options(agents[i]);
        reel_scene *a = NULL, *b = NULL, *other = NULL, *again = NULL;
        CHECK_INT(reel_scene_freeze("toss", &o, &a, NULL), ==, REEL_OK);
        CHECK_INT(reel_scene_freeze("toss", &o, &b, NULL), ==, REEL_OK);
        o.seed++;
        CHECK_INT(reel_scene_freeze("toss", &o, &other, NULL), ==, REEL_OK);
        char *ta = text_of(a), *tb = text_of(b), *to = text_of(other);
        CHECK_STR(ta, tb);
        CHECK(strcmp(ta, to) != 0);
        /* named by what was chosen, and frozen, it is the same */
        char named[128];
        snprintf(named, sizeof named, "%s:%s", a->agent, a->agent_on);
        o.seed--;
        o.agent = named;
        CHECK_INT(reel_scene_freeze("toss", &o, &again, NULL), ==, REEL_OK);
        char *t = text_of(again);
        CHECK_STR(t, ta);
        reel_scene_destroy(&again);
        CHECK_INT(reel_scene_freeze_text("x.json", ta, strlen(ta), &o, &again, NULL), ==, REEL_OK);
        reel_free(t);
        t = text_of(again);
        CHECK_STR(t, ta);
        o.agent = strcmp(agents[i], "push") == 0 ? "force" : "push";
        reel_scene *none = NULL;
        CHECK_INT(reel_scene_freeze_text("x.json", ta, strlen(ta), &o, &none, NULL), ==,
                  REEL_E_USAGE);
        reel_free(ta);
        reel_free(tb);
        reel_free(to);
        reel_free(t);
        reel_scene_destroy(&a);
        reel_scene_destroy(&b);
        reel_scene_destroy(&other);
        reel_scene_destroy(&again);
    }
}

/* An agent leaves the script's own draws alone. */
static void nothing_else_changes(const void *param)
{
    (void)param;
    reel_freeze_options with = small_options("push"), without = small_options("");
    reel_scene *a = NULL, *b = NULL;
    CHECK_INT(reel_scene_freeze("toss", &with, &a, NULL), ==, REEL_OK);
    CHECK_INT(reel_scene_freeze("toss", &without, &b, NULL), ==, REEL_OK);
    CHECK_INT(a->n_actions, >, b->n_actions);
    a->actions = b->actions;
    a->n_actions = b->n_actions;
    a->agent = a->agent_on = "";
    char *ta = text_of(a), *tb = text_of(b);
    CHECK_STR(ta, tb);
    reel_free(ta);
    reel_free(tb);
    reel_scene_destroy(&a);
    reel_scene_destroy(&b);
}

/* Targets of motors and forces of a script are actions too. */
static void timeline_without_an_agent(const void *param)
{
    (void)param;
    static const char script[] = BUILD(
        "local a = world:box { name = \"a\", size = { 0.2, 0.2, 0.2 }, at = { 0, 0, 2 } }\n"
        "world:hinge { name = \"wheel\", a = a, at = { 0, 0, 2 }, axis = { 0, 1, 0 },"
        " motor = { velocity = 2, max_force = 50 } }\n"
        "world:target { joint = \"wheel\", time = 1, value = -1 }\n"
        "local b = world:box { name = \"b\", size = { 0.2, 0.2, 0.2 }, at = { 1, 1 } }\n"
        "world:force { name = \"shove\", on = b, from = 0.5, to = 1.5, force = { 0, 3, 0 } }");
    const reel_freeze_options o = small_options(NULL);
    clip c = make(script, &o);
    CHECK_STR(c.actions.kind, "timeline");
    CHECK_INT(c.actions.n, ==, 2);
    CHECK_STR(c.actions.names[0], "shove.force.y");
    CHECK_STR(c.actions.names[1], "wheel.target");
    CHECK_STR(c.actions.units[1], "rad/s");
    for (int k = 0; k < o.frames; k++) {
        CHECK_NEAR(action_at(&c, k)[0], k >= 6 && k < 18 ? 3 : 0, 1e-12);
        CHECK_NEAR(action_at(&c, k)[1], k < 12 ? 2 : -1, 1e-12);
    }
    finish(&c);
    const reel_freeze_options plain = small_options(NULL);
    c = make("toss", &plain);
    CHECK_INT(c.actions.n, ==, 0);
    CHECK_STR(c.actions.kind, "");
    finish(&c);
}

/* ---- views ---------------------------------------------------------------------------------- */

static void three_views(const void *param)
{
    (void)param;
    reel_freeze_options o = small_options("camera"), plain = small_options("");
    o.views = "three";
    reel_scene *s = NULL, *one = NULL;
    CHECK_INT(reel_scene_freeze("toss", &plain, &one, NULL), ==, REEL_OK);
    o.agent = "";
    CHECK_INT(reel_scene_freeze("toss", &o, &s, NULL), ==, REEL_OK);
    CHECK_INT(s->n_cameras, ==, 3);
    static const char *const names[] = {"left", "center", "right"};
    const reel_view middle = reel_view_at(one, NULL, 0, 0);
    const reel_vec3 target = one->cameras[0].keys[0].target;
    for (int i = 0; i < 3; i++) {
        const reel_view v = reel_view_at(s, NULL, i, 0);
        double x, y, z;
        CHECK_STR(s->cameras[i].name, names[i]);
        /* all look at the same point from the same distance and height */
        CHECK(reel_view_project(&v, target, &x, &y, &z));
        CHECK_NEAR(x, 64, 1e-9);
        CHECK_NEAR(y, 48, 1e-9);
        CHECK_NEAR(z, reel_v3_len(reel_v3_sub(target, middle.eye)), 1e-12);
        CHECK_NEAR(v.eye.z, middle.eye.z, 1e-12);
        /* seen from the middle, the eye of the left one is to the left */
        const reel_vec3 off =
            reel_mat3_mul_v(middle.cam_from_world, reel_v3_sub(v.eye, middle.eye));
        const reel_vec3 arm = reel_v3_sub(middle.eye, target);
        const double radius = sqrt(arm.x * arm.x + arm.y * arm.y);
        CHECK_NEAR(off.x, (i - 1) * radius * sin(25 * REEL_PI / 180), 1e-12);
    }
    reel_scene_destroy(&s);
    reel_scene_destroy(&one);
    o.agent = "camera";
    CHECK_INT(reel_scene_freeze("toss", &o, &s, NULL), ==, REEL_OK);
    CHECK_STR(s->agent_on, "center");
    CHECK_INT(s->cameras[1].n_keys, ==, o.frames);
    CHECK_INT(s->cameras[0].n_keys, ==, 1);
    reel_scene_destroy(&s);
}

/* ---- without memory ------------------------------------------------------------------------- */

/* Whichever allocation fails, it is told, and nothing is left behind. */
static void out_of_memory(const void *param)
{
    (void)param;
    static const char *const agents[] = {"push", "force", "camera"};
    for (int i = 0; i < 3; i++) {
        reel_freeze_options o = small_options(agents[i]);
        o.frames = 5;
        o.views = "three";
        reel_scene *plain = freeze_with(space, &o);
        CHECK(plain != NULL);
        reel_scene_destroy(&plain);
        const uint64_t live = reel_alloc_live();
        reel_status status = REEL_E_NOMEM;
        int failures = 0;
        for (uint64_t n = 1; status != REEL_OK; n += 1 + n / 8) {
            reel_scene *s = NULL;
            reel_alloc_fail_at(n);
            status = reel_scene_freeze_text("t.lua", space, strlen(space), &o, &s, NULL);
            reel_alloc_fail_at(0);
            CHECK(status == REEL_OK || status == REEL_E_NOMEM);
            failures += status != REEL_OK;
            reel_scene_destroy(&s);
            CHECK_INT(reel_alloc_live(), ==, live);
        }
        CHECK_INT(failures, >, 20);
    }
}

static void actions_out_of_memory(const void *param)
{
    const reel_freeze_options o = small_options(param);
    clip c = make(space, &o);
    reel_actions_finish(&c.actions);
    const uint64_t live = reel_alloc_live();
    for (uint64_t n = 1; n <= 4; n++) {
        reel_alloc_fail_at(n);
        const reel_status status = reel_actions_find(c.scene, c.take, &c.actions, NULL);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_E_NOMEM || n > 1);
        reel_actions_finish(&c.actions);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
    finish(&c);
}

/* ---- what cannot be ------------------------------------------------------------------------- */

typedef struct refusal {
    const char *agent, *script, *word;
    int frames;
} refusal;

static const refusal refusals[] = {
    {"shove", space, "push, force, camera", 12},
    {"push:", space, "push, force, camera", 12},
    {"push:bal", space, "'bal'", 12},
    {"push:main", space, "'main'", 12},
    {"camera:ball", space, "no camera 'ball'", 12},
    {"push", space, "one frame", 1},
    {"push", BUILD("world:box { name = \"b\", size = { 1, 1, 1 }, static = true }"), "no object",
     12},
    {"push:floor", BUILD("world:box { name = \"b\", size = { 1, 1, 1 } } world:floor {}"),
     "'floor'", 12},
    {"push",
     BUILD("local b = world:box { name = \"b\", size = { 1, 1, 1 } }\n"
           "world:force { name = \"agent 2\", on = b, to = 0.5, force = { 1, 0, 0 } }"),
     "agent 2", 12},
    {"camera",
     BUILD(
         "local b = world:box { name = \"b\", size = { 1, 1, 1 } }\n"
         "world:camera { name = \"rider\", attach = b, at = { 0, 0, 1 }, look_at = { 3, 0, 1 } }"),
     "rides", 12},
};

static void what_cannot_be(const void *param)
{
    const refusal *r = param;
    reel_freeze_options o = small_options(r->agent);
    o.frames = r->frames;
    CHECK(freeze_with(r->script, &o) == NULL);
    CHECK_INT(script_error.status, ==, REEL_E_USAGE);
    CHECK_CONTAINS(script_error.msg, r->word);
}

static const check_test tests[] = {
    {"forces of families", forces_of_families, NULL},
    {"pushes are all that acts", forces_are_all_that_acts, "push"},
    {"forces are all that acts", forces_are_all_that_acts, "force"},
    {"pushes are moderate", pushes_are_moderate, NULL},
    {"a camera's action leads to the next view", camera_leads_to_the_next_view, NULL},
    {"an orbit as actions", orbit_as_actions, NULL},
    {"same seed, same agent", same_seed_same_agent, NULL},
    {"nothing else changes", nothing_else_changes, NULL},
    {"the timeline without an agent", timeline_without_an_agent, NULL},
    {"three views", three_views, NULL},
    {"out of memory", out_of_memory, NULL},
    {"actions out of memory", actions_out_of_memory, "push"},
    {"a camera's actions out of memory", actions_out_of_memory, "camera"},
    {"no such agent", what_cannot_be, &refusals[0]},
    {"no name of an agent", what_cannot_be, &refusals[1]},
    {"nothing of this name", what_cannot_be, &refusals[2]},
    {"a camera is not pushed", what_cannot_be, &refusals[3]},
    {"a ball is no camera", what_cannot_be, &refusals[4]},
    {"one frame", what_cannot_be, &refusals[5]},
    {"nothing moves", what_cannot_be, &refusals[6]},
    {"the floor", what_cannot_be, &refusals[7]},
    {"a name that is taken", what_cannot_be, &refusals[8]},
    {"a camera on a body", what_cannot_be, &refusals[9]},
};
CHECK_MAIN(tests)
