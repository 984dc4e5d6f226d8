#include "base/scene_fields.h"
#include "base/scene_json.h"
#include "tests/check.h"
#include "tests/unit/sample_scene.h"
#include "tests/unit/scene_text.h"

/* ---- broken text: each field missing, of another type, unknown ---- */

/* Decodes `root` and expects a complaint about `field`. */
static void check_refused(const reel_json *root, const char *field, const char *words)
{
    reel_scene *s = NULL;
    reel_error err = {0};
    size_t size;
    char *text = reel_json_canonical(root, &size);
    const uint64_t live = reel_alloc_live();
    const reel_status status = reel_scene_decode(text, size, "bad.json", &s, &err);
    if (status != REEL_E_SCENE || s || strcmp(err.field, field) != 0 || !strstr(err.msg, words)) {
        CHECK_FAIL("%s (%s): status %d, \"%s\": %s", field, words, status, err.field, err.msg);
    }
    CHECK_STR(err.file, "bad.json");
    CHECK_INT(reel_alloc_live(), ==, live);
    reel_free(text);
}

/* A copy of `o` without key `key` (which may be NULL), and with `extra` under `extra_key`. */
static reel_json *changed(const reel_json *o, const char *key, const char *extra_key,
                          reel_json *extra)
{
    reel_json *copy = reel_json_object(), *v;
    const char *k;
    for (size_t i = 0; (k = reel_json_key_at(o, i, &v)) != NULL; i++) {
        if (!key || strcmp(k, key) != 0) {
            CHECK(reel_json_put(copy, k, reel_json_copy(v)));
        }
    }
    if (extra_key) {
        CHECK(reel_json_put(copy, extra_key, extra));
    }
    return copy;
}

/* A value of a type that the field does not have. */
static reel_json *wrong_value(const reel_field *f, int which)
{
    reel_json *array = reel_json_array();
    switch (which) {
    case 0: reel_json_destroy(&array); return reel_json_null();
    case 1: /* a string that is no enum name and no seed, or else a bool */
        reel_json_destroy(&array);
        return f->kind == REEL_FIELD_TEXT   ? reel_json_int(5)
               : f->kind == REEL_FIELD_BOOL ? reel_json_int(1)
                                            : reel_json_string("-1");
    case 2: /* nested arrays are never right */
        CHECK(reel_json_push(array, reel_json_array()));
        return array;
    default: /* just outside the range, a digit too long, a vector too long */
        if (f->kind == REEL_FIELD_REALS) {
            for (int i = 0; i <= f->width; i++) {
                CHECK(reel_json_push(array, reel_json_real(0)));
            }
            return array;
        }
        reel_json_destroy(&array);
        if (f->kind == REEL_FIELD_INT || (f->kind == REEL_FIELD_INT64)) {
            return reel_json_int(f->min - 1);
        }
        if (f->kind == REEL_FIELD_UINT32) {
            return reel_json_int(INT64_C(4294967296));
        }
        return f->kind == REEL_FIELD_SEED     ? reel_json_string("18446744073709551616")
               : f->kind == REEL_FIELD_FORMAT ? reel_json_int(REEL_SCENE_FORMAT + 1)
                                              : reel_json_null();
    }
}

typedef struct spot {
    reel_json *root;
    reel_json *at;  /* the object in the tree that `table` describes */
    char path[160]; /* of `at`, with a trailing point, or empty */
} spot;

/* Rebuilds the tree with the object `at` replaced by `with`. */
static reel_json *rebuilt(const reel_json *v, const reel_json *at, const reel_json *with)
{
    if (v == at) {
        return reel_json_copy(with);
    }
    if (reel_json_type_of(v) == REEL_JSON_OBJECT) {
        reel_json *copy = reel_json_object(), *item;
        const char *k;
        for (size_t i = 0; (k = reel_json_key_at(v, i, &item)) != NULL; i++) {
            CHECK(reel_json_put(copy, k, rebuilt(item, at, with)));
        }
        return copy;
    }
    if (reel_json_type_of(v) == REEL_JSON_ARRAY) {
        reel_json *copy = reel_json_array();
        for (size_t i = 0; i < reel_json_count(v); i++) {
            CHECK(reel_json_push(copy, rebuilt(reel_json_at(v, i), at, with)));
        }
        return copy;
    }
    return reel_json_copy(v);
}

static void try_object(const spot *s, reel_json *object, const char *key, const char *words)
{
    char field[320];
    reel_json *tree = rebuilt(s->root, s->at, object);
    snprintf(field, sizeof(field), "%s%s", s->path, key);
    check_refused(tree, field, words);
    reel_json_destroy(&tree);
    reel_json_destroy(&object);
}

static int break_all(const spot *s, const reel_field_table *table)
{
    int n = 0;
    for (int i = 0; i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        if (!f->optional) {
            try_object(s, changed(s->at, f->name, NULL, NULL), f->name, "missing");
        }
        for (int which = 0; which < 4; which++) {
            reel_json *wrong = wrong_value(f, which);
            /* the first bad entry of a list is named with its index, else it is the field */
            const bool in_list =
                which == 2 && (f->kind == REEL_FIELD_LIST || f->kind == REEL_FIELD_TEXTS);
            char key[64];
            snprintf(key, sizeof(key), "%s%s", f->name, in_list ? "[0]" : "");
            try_object(s, changed(s->at, f->name, f->name, wrong), key, "");
            n++;
        }
        spot inner = {.root = s->root, .at = reel_json_get(s->at, f->name)};
        if (f->kind == REEL_FIELD_STRUCT) {
            snprintf(inner.path, sizeof(inner.path), "%.90s%s.", s->path, f->name);
            n += break_all(&inner, f->table);
        } else if (f->kind == REEL_FIELD_LIST && reel_json_count(inner.at) > 0) {
            const size_t last = reel_json_count(inner.at) - 1;
            snprintf(inner.path, sizeof(inner.path), "%.90s%s[%d].", s->path, f->name, (int)last);
            inner.at = reel_json_at(inner.at, last);
            n += break_all(&inner, f->table);
        }
    }
    try_object(s, changed(s->at, NULL, "colour", reel_json_int(1)), "colour", "unknown");
    return n;
}

static void each_field_is_checked(const void *param)
{
    (void)param;
    reel_scene *scene = sample_rich_scene();
    size_t size;
    char *text = encoded(scene, &size);
    spot s = {0};
    CHECK_INT(reel_json_parse(text, size, "t", &s.root, NULL), ==, REEL_OK);
    s.at = s.root;
    CHECK_INT(break_all(&s, &reel_scene_fields), >, 400);
    reel_json_destroy(&s.root);
    reel_free(text);
    reel_scene_destroy(&scene);
}

static void syntax_has_a_line(const void *param)
{
    (void)param;
    reel_scene *s = NULL;
    reel_error err = {0};
    static const char text[] = "{\"format\": 1,\n\"family\": \"toss\",\n\"fps\" 24}";
    CHECK_INT(reel_scene_decode(text, strlen(text), "toss.json", &s, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.file, "toss.json");
    CHECK_INT(err.line, ==, 3);
    CHECK_INT(reel_scene_decode("[]", 2, "toss.json", &s, &err), ==, REEL_E_SCENE);
    CHECK(!s);
}

/* ---- references ---- */

static void check_reference(void (*spoil)(reel_scene *), const char *field)
{
    reel_scene *s = sample_rich_scene(), *out = NULL;
    reel_error err = {0};
    spoil(s);
    size_t size;
    char *text = encoded(s, &size);
    const reel_status status = reel_scene_decode(text, size, "t", &out, &err);
    if (status != REEL_E_SCENE || strcmp(err.field, field) != 0) {
        CHECK_FAIL("%s: status %d, \"%s\": %s", field, status, err.field, err.msg);
    }
    reel_free(text);
    reel_scene_destroy(&s);
}

/* clang-format off */
#define SPOIL(name, statement) static void name(reel_scene *s) { statement; }
SPOIL(geom_material, s->geoms[2].material = 2)
SPOIL(geom_surface, s->geoms[2].surface = 9)
SPOIL(geom_body_beyond, s->geoms[2].body = 6)
SPOIL(geom_body_other, s->geoms[2].body = 3)
SPOIL(geom_unlisted, s->bodies[5].n_geoms = 2)
SPOIL(geom_run, s->bodies[2].first_geom = 3)
SPOIL(geom_too_many, s->bodies[5].n_geoms = 4)
SPOIL(body_object, s->bodies[2].object = 1)
SPOIL(body_object_beyond, s->bodies[2].object = 5)
SPOIL(body_run, s->objects[1].first_body = 0)
SPOIL(body_unlisted, s->n_objects = 4; s->bodies[5].object = 3)
SPOIL(object_semantic, s->objects[1].semantic_id = 3)
SPOIL(object_instance, s->objects[2].instance_id = 4)
SPOIL(object_instance_same, s->objects[2].instance_id = 1)
SPOIL(joint_a, s->joints[0].body_a = 6)
SPOIL(joint_b, s->joints[0].body_b = 6)
SPOIL(action_joint, s->actions[2].joint = 6)
SPOIL(action_no_joint, s->actions[2].joint = -1)
SPOIL(action_body, s->actions[0].body = -1)
SPOIL(action_extra_body, s->actions[3].body = 0)
SPOIL(action_extra_joint, s->actions[1].joint = 0)
SPOIL(camera_body, s->cameras[3].body = -1)
SPOIL(camera_extra_body, s->cameras[0].body = 1)
SPOIL(expect_object, s->expects[1].object = 5)
SPOIL(geom_no_mesh, s->geoms[9].mesh = -1)
SPOIL(geom_extra_mesh, s->geoms[8].mesh = 0)
SPOIL(geom_mesh_beyond, s->geoms[9].mesh = 2)
SPOIL(geom_not_convex, s->geoms[9].mesh = 0)
SPOIL(geom_no_heights, s->geoms[5].height_field = -1)
SPOIL(geom_extra_heights, s->geoms[1].height_field = 0)
SPOIL(heights_count, s->height_fields[0].rows = 3)
SPOIL(mesh_vertex, s->meshes[1].triangles[5] = 4)
SPOIL(mesh_open, s->meshes[1].triangles[0] = 3)
SPOIL(pair_order, s->pairs[0].surface_a = 1; s->pairs[0].surface_b = 0)
SPOIL(pair_surface, s->pairs[1].surface_b = 2)
SPOIL(gear_later, s->joints[5].joint_a = 5)
SPOIL(gear_none, s->joints[5].joint_b = -1)
SPOIL(gear_extra, s->joints[4].joint_a = 1)
SPOIL(spawn_body, s->actions[5].body = -1)
SPOIL(attach_joint, s->actions[4].joint = -1)
SPOIL(field_body, s->force_fields[1].body = 6)
/* clang-format on */

static void references_are_checked(const void *param)
{
    (void)param;
    check_reference(geom_material, "geoms[2].material");
    check_reference(geom_surface, "geoms[2].surface");
    check_reference(geom_body_beyond, "geoms[2].body");
    check_reference(geom_body_other, "geoms[2].body");
    check_reference(geom_unlisted, "geoms[9].body");
    check_reference(geom_run, "bodies[2].first_geom");
    check_reference(geom_too_many, "bodies[5].first_geom");
    check_reference(body_object, "bodies[2].object");
    check_reference(body_object_beyond, "bodies[2].object");
    check_reference(body_run, "objects[1].first_body");
    check_reference(body_unlisted, "bodies[5].object");
    check_reference(object_semantic, "objects[1].semantic_id");
    check_reference(object_instance, "objects[2].instance_id");
    check_reference(object_instance_same, "objects[2].instance_id");
    check_reference(joint_a, "joints[0].body_a");
    check_reference(joint_b, "joints[0].body_b");
    check_reference(action_joint, "actions[2].joint");
    check_reference(action_no_joint, "actions[2].joint");
    check_reference(action_body, "actions[0].body");
    check_reference(action_extra_body, "actions[3].body");
    check_reference(action_extra_joint, "actions[1].joint");
    check_reference(camera_body, "cameras[3].body");
    check_reference(camera_extra_body, "cameras[0].body");
    check_reference(expect_object, "expects[1].object");
    check_reference(geom_no_mesh, "geoms[9].mesh");
    check_reference(geom_extra_mesh, "geoms[8].mesh");
    check_reference(geom_mesh_beyond, "geoms[9].mesh");
    check_reference(geom_not_convex, "meshes[0]");
    check_reference(geom_no_heights, "geoms[5].height_field");
    check_reference(geom_extra_heights, "geoms[1].height_field");
    check_reference(heights_count, "height_fields[0].heights");
    check_reference(mesh_vertex, "meshes[1]");
    check_reference(mesh_open, "meshes[1]");
    check_reference(pair_order, "pairs[0].surface_a");
    check_reference(pair_surface, "pairs[1].surface_b");
    check_reference(gear_later, "joints[5].joint_a");
    check_reference(gear_none, "joints[5].joint_a");
    check_reference(gear_extra, "joints[4].joint_a");
    check_reference(spawn_body, "actions[5].body");
    check_reference(attach_joint, "actions[4].joint");
    check_reference(field_body, "force_fields[1].body");
}

/* ---- what cannot be written ---- */

static void check_unwritable(reel_scene *s, const char *field)
{
    char *text = NULL;
    reel_error err = {0};
    CHECK_INT(reel_scene_encode(s, &text, NULL, &err), ==, REEL_E_INTERNAL);
    CHECK(!text);
    CHECK_STR(err.field, field);
}

static void what_cannot_be_written(const void *param)
{
    (void)param;
    reel_scene *s = sample_rich_scene();
    const uint64_t live = reel_alloc_live();
    s->bodies[3].world_from_body.q.y = NAN;
    check_unwritable(s, "bodies[3].world_from_body.rotation[2]");
    s->bodies[3].world_from_body.q.y = 0;
    s->exposure = INFINITY;
    check_unwritable(s, "exposure");
    s->exposure = 1;
    s->objects[1].color = NULL;
    check_unwritable(s, "objects[1].color");
    s->objects[1].color = "r\xc3(";
    check_unwritable(s, "objects[1].color");
    s->objects[1].color = "red";
    s->geoms[4].shape = (reel_shape)99;
    check_unwritable(s, "geoms[4].shape");
    s->geoms[4].shape = REEL_SHAPE_BOX;
    s->params[2].name = "count";
    check_unwritable(s, "params");
    CHECK_INT(reel_alloc_live(), ==, live);
    reel_scene_destroy(&s);
}

static void every_allocation_may_fail(const void *param)
{
    (void)param;
    reel_scene *s = sample_rich_scene();
    size_t size;
    char *text = encoded(s, &size);
    const uint64_t live = reel_alloc_live();
    uint64_t n = 1;
    for (bool was_hit = true; was_hit; n++) {
        reel_scene *copy = NULL;
        reel_error err = {0};
        const uint64_t before = reel_alloc_count();
        reel_alloc_fail_at(n);
        const reel_status status = reel_scene_decode(text, size, "t", &copy, &err);
        was_hit = reel_alloc_count() - before >= n;
        reel_alloc_fail_at(0);
        CHECK_INT(status, ==, was_hit ? REEL_E_NOMEM : REEL_OK);
        CHECK(was_hit == !copy);
        reel_scene_destroy(&copy);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
    CHECK_INT(n, >, 100);
    n = 1;
    for (bool was_hit = true; was_hit; n++) {
        char *again = NULL;
        reel_error err = {0};
        const uint64_t before = reel_alloc_count();
        reel_alloc_fail_at(n);
        const reel_status status = reel_scene_encode(s, &again, NULL, &err);
        was_hit = reel_alloc_count() - before >= n;
        reel_alloc_fail_at(0);
        CHECK_INT(status, ==, was_hit ? REEL_E_NOMEM : REEL_OK);
        CHECK(was_hit == !again);
        reel_free(again);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
    CHECK_INT(n, >, 100);
    reel_free(text);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"each field is checked", each_field_is_checked, NULL},
    {"syntax has a line", syntax_has_a_line, NULL},
    {"references are checked", references_are_checked, NULL},
    {"what cannot be written", what_cannot_be_written, NULL},
    {"every allocation may fail", every_allocation_may_fail, NULL},
};
CHECK_MAIN(tests)
