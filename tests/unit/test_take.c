#include "base/take.h"
#include "tests/check.h"
#include "tests/unit/sample_scene.h"

/* Event i, every value of its own. */
static reel_event sample_event(int i)
{
    return (reel_event){
        .body_a = i,
        .body_b = i + 1,
        .geom_a = i,
        .geom_b = i + 2,
        .begin_step = 10 + i,
        .end_step = i == 2 ? -1 : 20 + i,
        .begin_time = 0.01 * i,
        .end_time = i == 2 ? -1 : 0.02 * i,
        .point = {i, 2 * i, 3 * i},
        .normal = {0, 0.6, 0.8},
        .approach_speed = 1.5 + i,
        .impulse_normal = 0.25 + i,
        .impulse_tangent = 0.125 + i,
        .impulse_total = 0.5 + i,
        .max_depth = 1e-4 * i,
        .kind = i % 2,
        .motion = i,
        .impacts = i + 1,
        .approach_velocity = {0.1 * i, -1.5, 0.2},
        .parting_speed = 0.75 * i,
        .impulse = {0.01, 0.02 * i, 0.03},
        .sticking = 0.5,
        .sliding = 0.25,
        .rolling = 0.25,
        .slip_distance = 0.3 * i,
        .roll_angle = 0.7 * i,
    };
}

/* A take of the sample scene with every value different, and three events. */
static reel_take *sample_take(const reel_scene *s)
{
    reel_take *t = reel_take_create(s, 2);
    CHECK(t);
    reel_take_array arrays[REEL_TAKE_MAX_ARRAYS];
    t->n_states = t->n_samples;
    t->channels[0] = (reel_channel){"kick.force.x", "N"};
    t->channels[1] = (reel_channel){"l\u00e9ver target", "rad"};
    t->n_events = 3;
    t->events = REEL_ARENA_NEW(&t->arena, reel_event, 3);
    for (int i = 0; i < 3; i++) {
        t->events[i] = sample_event(i);
    }
    t->audit = (reel_audit){
        .penetration = 1,
        .initial_overlap = 2,
        .joint_error = 3,
        .energy_gain = 4,
        .energy_scale = 5,
        .momentum_error = 6,
        .max_contacts = 7,
        .contact_cap_hits = 8,
        .solver_messages = 9,
        .exact_steps = INT64_C(9007199254740991),
        .iterative_steps = 11,
        .escape = 12,
        .asleep_fraction = 0.5,
    };
    const int n = reel_take_arrays(t, arrays);
    for (int i = 0; i < n && strncmp(arrays[i].name, "event_", 6) != 0; i++) {
        for (size_t k = 0; k < arrays[i].bytes / (size_t)(arrays[i].dtype[2] - '0'); k++) {
            switch (arrays[i].dtype[1]) {
            case 'f': ((double *)arrays[i].data)[k] = 0.37 * i + 0.001 * (double)k; break;
            case 'u':
                if (arrays[i].dtype[2] == '1') {
                    ((uint8_t *)arrays[i].data)[k] = (uint8_t)(k % 7);
                } else {
                    ((uint16_t *)arrays[i].data)[k] = (uint16_t)(k * 331);
                }
                break;
            default: CHECK_FAIL("dtype %s", arrays[i].dtype);
            }
        }
    }
    return t;
}

static const reel_take_array *find(const reel_take_array *arrays, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(arrays[i].name, name) == 0) {
            return &arrays[i];
        }
    }
    CHECK_FAIL("no array %s", name);
}

static bool same_digest(reel_take *a, reel_take *b)
{
    reel_xxh128 x, y;
    CHECK_INT(reel_take_digest(a, &x, NULL), ==, REEL_OK);
    CHECK_INT(reel_take_digest(b, &y, NULL), ==, REEL_OK);
    return memcmp(&x, &y, sizeof(x)) == 0;
}

/* The arrays of a take of the sample scene, in order. */
static const struct {
    const char *name, *dtype;
    int n_dims, shape[3];
} wanted[] = {
    {"position", "<f8", 3, {47, 4, 3}},
    {"rotation", "<f8", 3, {47, 4, 4}},
    {"velocity", "<f8", 3, {47, 4, 3}},
    {"omega", "<f8", 3, {47, 4, 3}},
    {"contact_force", "<f8", 3, {47, 4, 3}},
    {"applied_force", "<f8", 3, {47, 4, 3}},
    {"state", "|u1", 2, {47, 4}},
    {"appearance", "<u2", 2, {47, 4}},
    {"joint_position", "<f8", 2, {47, 2}},
    {"joint_velocity", "<f8", 2, {47, 2}},
    {"joint_force", "<f8", 3, {47, 2, 3}},
    {"joint_torque", "<f8", 3, {47, 2, 3}},
    {"joint_state", "|u1", 2, {47, 2}},
    {"channel", "<f8", 2, {47, 2}},
    {"energy", "<f8", 2, {47, 3}},
    {"momentum", "<f8", 2, {47, 6}},
    {"event_body_a", "<i8", 1, {3}},
    {"event_body_b", "<i8", 1, {3}},
    {"event_geom_a", "<i8", 1, {3}},
    {"event_geom_b", "<i8", 1, {3}},
    {"event_begin_step", "<i8", 1, {3}},
    {"event_end_step", "<i8", 1, {3}},
    {"event_begin_time", "<f8", 1, {3}},
    {"event_end_time", "<f8", 1, {3}},
    {"event_point", "<f8", 2, {3, 3}},
    {"event_normal", "<f8", 2, {3, 3}},
    {"event_approach_speed", "<f8", 1, {3}},
    {"event_impulse_normal", "<f8", 1, {3}},
    {"event_impulse_tangent", "<f8", 1, {3}},
    {"event_impulse_total", "<f8", 1, {3}},
    {"event_max_depth", "<f8", 1, {3}},
    {"event_kind", "<i8", 1, {3}},
    {"event_motion", "<i8", 1, {3}},
    {"event_impacts", "<i8", 1, {3}},
    {"event_approach_velocity", "<f8", 2, {3, 3}},
    {"event_parting_speed", "<f8", 1, {3}},
    {"event_impulse", "<f8", 2, {3, 3}},
    {"event_sticking", "<f8", 1, {3}},
    {"event_sliding", "<f8", 1, {3}},
    {"event_rolling", "<f8", 1, {3}},
    {"event_slip_distance", "<f8", 1, {3}},
    {"event_roll_angle", "<f8", 1, {3}},
    {"audit", "<f8", 1, {44}},
    {"channel_labels", "|u1", 1, {33}},
};

static void shapes_are_those_of_the_scene(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene(); /* 47 samples, 4 bodies, 2 joints */
    reel_take *t = sample_take(s);
    reel_take_array a[REEL_TAKE_MAX_ARRAYS];
    const int n = reel_take_arrays(t, a);
    CHECK_INT(n, ==, sizeof(wanted) / sizeof(wanted[0]));
    for (int i = 0; i < n; i++) {
        size_t bytes = (size_t)(a[i].dtype[2] - '0');
        CHECK_STR(a[i].name, wanted[i].name);
        CHECK_STR(a[i].dtype, wanted[i].dtype);
        CHECK_INT(a[i].n_dims, ==, wanted[i].n_dims);
        for (int k = 0; k < a[i].n_dims; k++) {
            CHECK_INT(a[i].shape[k], ==, wanted[i].shape[k]);
            bytes *= (size_t)a[i].shape[k];
        }
        CHECK_INT(a[i].bytes, ==, bytes);
    }
    reel_take_destroy(&t);
    CHECK(!t);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void columns_hold_what_is_there(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene();
    reel_take *t = sample_take(s);
    reel_take_array a[REEL_TAKE_MAX_ARRAYS];
    const int n = reel_take_arrays(t, a);
    CHECK_INT(((const int64_t *)find(a, n, "event_end_step")->data)[2], ==, -1);
    CHECK_NEAR(((const double *)find(a, n, "audit")->data)[9], 9007199254740991.0, 0);
    CHECK_INT(
        memcmp(find(a, n, "channel_labels")->data, "kick.force.x\tN\nl\u00e9ver target\trad\n", 33),
        ==, 0);
    /* later calls see changes and give the memory that is there */
    const size_t bytes = t->arena.bytes;
    t->events[0].max_depth = 7;
    reel_take_arrays(t, a);
    CHECK_NEAR(((const double *)find(a, n, "event_max_depth")->data)[0], 7, 0);
    CHECK_INT(t->arena.bytes, ==, bytes);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void arrays_come_back(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    reel_scene *s = sample_scene();
    reel_take *t = sample_take(s), *copy = NULL;
    reel_take_array a[REEL_TAKE_MAX_ARRAYS], b[REEL_TAKE_MAX_ARRAYS];
    const int n = reel_take_arrays(t, a);
    /* in any order */
    for (int i = 0; i < n; i++) {
        b[i] = a[n - 1 - i];
    }
    reel_error err = {0};
    const reel_status status = reel_take_from_arrays(s, b, n, &copy, &err);
    if (status != REEL_OK) {
        CHECK_FAIL("%s: %s", err.field, err.msg);
    }
    CHECK(same_digest(t, copy));
    CHECK_INT(reel_take_arrays(copy, b), ==, n);
    for (int i = 0; i < n; i++) {
        CHECK_INT(memcmp(a[i].data, b[i].data, a[i].bytes), ==, 0);
        CHECK(a[i].data != b[i].data);
    }
    CHECK_INT(copy->n_states, ==, 47);
    CHECK_INT(copy->events[2].end_step, ==, -1);
    CHECK_INT(copy->events[1].geom_b, ==, 3);
    CHECK_STR(copy->channels[1].name, "l\u00e9ver target");
    CHECK_STR(copy->channels[0].unit, "N");
    CHECK_INT(copy->audit.exact_steps, ==, INT64_C(9007199254740991));
    const reel_pose p = reel_take_pose(copy, 5, 2), q = reel_take_pose(t, 5, 2);
    CHECK_INT(memcmp(&p, &q, sizeof(p)), ==, 0);
    CHECK_NEAR(reel_take_velocity(t, 46, 3).z, t->velocity[47 * 4 * 3 - 1], 0);
    CHECK_NEAR(reel_take_omega(t, 1, 0).x, t->omega[4 * 3], 0);
    reel_take_destroy(&copy);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
    /* nothing moves, nothing happens */
    s = reel_scene_create();
    t = reel_take_create(s, 0);
    CHECK_INT(reel_take_from_arrays(s, a, reel_take_arrays(t, a), &copy, NULL), ==, REEL_OK);
    CHECK(same_digest(t, copy));
    reel_take_destroy(&copy);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void the_digest_sees_every_byte(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene();
    reel_take *t = sample_take(s), *same = sample_take(s);
    CHECK(same_digest(t, same));
    reel_take_array a[REEL_TAKE_MAX_ARRAYS];
    const int n = reel_take_arrays(t, a);
    for (int i = 0; i < n && strncmp(a[i].name, "event_", 6) != 0; i++) {
        for (size_t at = 0; at < a[i].bytes; at += 1 + a[i].bytes / 50) {
            unsigned char *byte = (unsigned char *)a[i].data + at;
            *byte ^= 1;
            if (same_digest(t, same)) {
                CHECK_FAIL("%s: byte %zu is not in the digest", a[i].name, at);
            }
            *byte ^= 1;
        }
    }
    CHECK(same_digest(t, same));
    t->events[1].normal[2] += 1e-12;
    CHECK(!same_digest(t, same));
    t->events[1].normal[2] = same->events[1].normal[2];
    t->audit.contact_cap_hits++;
    CHECK(!same_digest(t, same));
    t->audit.contact_cap_hits--;
    t->channels[0].unit = "kN";
    CHECK(!same_digest(t, same));
    t->channels[0].unit = "N";
    t->n_events = 2;
    CHECK(!same_digest(t, same));
    t->n_events = 3;
    CHECK(same_digest(t, same));
    reel_take_destroy(&t);
    reel_take_destroy(&same);
    reel_scene_destroy(&s);
}

/* Pinned: manifests hold these. */
static void the_digest_is_pinned(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene();
    reel_take *t = sample_take(s);
    reel_xxh128 h;
    char hex[REEL_XXH128_HEX];
    CHECK_INT(reel_take_digest(t, &h, NULL), ==, REEL_OK);
    reel_xxh128_hex(h, hex);
    CHECK_STR(hex, "a4bcd569e1956ed14e93d3930dc72d88");
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void check_refused(const reel_scene *s, const reel_take_array *a, int n, const char *name)
{
    reel_take *out = NULL;
    reel_error err = {0};
    const uint64_t live = reel_alloc_live();
    const reel_status status = reel_take_from_arrays(s, a, n, &out, &err);
    if (status != REEL_E_SCENE || out || strcmp(err.field, name) != 0) {
        CHECK_FAIL("%s: status %d, \"%s\": %s", name, status, err.field, err.msg);
    }
    CHECK_INT(reel_alloc_live(), ==, live);
}

/* Each array in turn: missing, twice, of another type, rank, length, or with a bad value. */
static void each_array_is_checked(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene();
    reel_take *t = sample_take(s);
    reel_take_array a[REEL_TAKE_MAX_ARRAYS], b[REEL_TAKE_MAX_ARRAYS + 1];
    const int n = reel_take_arrays(t, a);
    for (int i = 0; i < n; i++) {
        const char *name = a[i].name;
        memcpy(b, a, sizeof(a));
        b[i] = b[n - 1];
        check_refused(s, b, n - 1, name);
        memcpy(b, a, sizeof(a));
        b[n] = a[i];
        check_refused(s, b, n + 1, name);
        b[n].name = "extra";
        check_refused(s, b, n + 1, "extra");
        strcpy(b[i].dtype, "<f4");
        check_refused(s, b, n, name);
        memcpy(b, a, sizeof(a));
        b[i].n_dims = 4 - b[i].n_dims == b[i].n_dims ? 1 : 4 - b[i].n_dims;
        check_refused(s, b, n, name);
        memcpy(b, a, sizeof(a));
        b[i].bytes--;
        check_refused(s, b, n, name);
        memcpy(b, a, sizeof(a));
        if (strcmp(name, "event_body_a") != 0) { /* which says how many events there are */
            b[i].shape[0]--;
            check_refused(s, b, n, name);
        }
        if (strcmp(a[i].dtype, "<f8") == 0) {
            double *last = (double *)((char *)a[i].data + a[i].bytes) - 1, old = *last;
            *last = NAN;
            check_refused(s, a, n, name);
            *last = -INFINITY;
            check_refused(s, a, n, name);
            *last = old;
        }
    }
    static const char *const indices[] = {"event_body_a", "event_body_b", "event_geom_a",
                                          "event_geom_b"};
    for (int i = 0; i < 4; i++) {
        int64_t *v = find(a, n, indices[i])->data, old = *v;
        static const int64_t bad[] = {-1, 5, INT64_C(4294967296), INT64_MIN};
        for (int k = 0; k < 4; k++) {
            *v = bad[k];
            check_refused(s, a, n, indices[i]);
        }
        *v = old;
    }
    double *audit = find(a, n, "audit")->data;
    audit[6] = 0.5; /* max_contacts */
    check_refused(s, a, n, "audit");
    audit[6] = 1e300;
    check_refused(s, a, n, "audit");
    char *labels = find(a, n, "channel_labels")->data;
    labels[12] = ' '; /* the tab */
    check_refused(s, a, n, "channel_labels");
    labels[12] = '\n';
    check_refused(s, a, n, "channel_labels");
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void figures_have_names(const void *param)
{
    (void)param;
    const reel_audit audit = {1,
                              2,
                              3,
                              4,
                              5,
                              6,
                              7,
                              8,
                              9,
                              10,
                              11,
                              12,
                              13,
                              14,
                              15,
                              16,
                              17,
                              {18, 19, 20},
                              {21, 22, 23},
                              {24, 25, 26},
                              {27, 28, 29},
                              {30, 31, 32},
                              {33, 34, 35},
                              {36, 37, 38},
                              {39, 40, 41},
                              {42, 43, 44}};
    CHECK_INT(reel_audit_n_figures(), ==, 44);
    for (int i = 0; i < 44; i++) {
        CHECK_NEAR(reel_audit_figure(&audit, i), i + 1, 0);
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(reel_audit_figure_name(i), reel_audit_figure_name(k)) != 0);
        }
    }
    CHECK_STR(reel_audit_figure_name(0), "penetration");
    CHECK_STR(reel_audit_figure_name(12), "asleep_fraction");
    CHECK_STR(reel_audit_figure_name(18), "penetration_a");
}

static void every_allocation_may_fail(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene();
    s->frames = 2000; /* beyond an arena's block, so that there are several */
    reel_take *t = sample_take(s);
    reel_take_array a[REEL_TAKE_MAX_ARRAYS];
    const int n = reel_take_arrays(t, a);
    const uint64_t live = reel_alloc_live();
    uint64_t at = 1;
    for (bool was_hit = true; was_hit; at++) {
        reel_take *out = NULL;
        reel_error err = {0};
        const uint64_t before = reel_alloc_count();
        reel_alloc_fail_at(at);
        const reel_status status = reel_take_from_arrays(s, a, n, &out, &err);
        was_hit = reel_alloc_count() - before >= at;
        reel_alloc_fail_at(0);
        CHECK_INT(status, ==, was_hit ? REEL_E_NOMEM : REEL_OK);
        CHECK(was_hit == !out);
        reel_take_destroy(&out);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
    CHECK_INT(at, >, 10);
    reel_take *small = reel_take_create(s, 0);
    reel_xxh128 h;
    reel_alloc_fail_at(1);
    CHECK_INT(reel_take_digest(small, &h, NULL), ==, REEL_E_NOMEM);
    reel_alloc_fail_at(0);
    reel_take_destroy(&small);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"shapes are those of the scene", shapes_are_those_of_the_scene, NULL},
    {"columns hold what is there", columns_hold_what_is_there, NULL},
    {"arrays come back", arrays_come_back, NULL},
    {"the digest sees every byte", the_digest_sees_every_byte, NULL},
    {"the digest is pinned", the_digest_is_pinned, NULL},
    {"each array is checked", each_array_is_checked, NULL},
    {"figures have names", figures_have_names, NULL},
    {"every allocation may fail", every_allocation_may_fail, NULL},
};
CHECK_MAIN(tests)
