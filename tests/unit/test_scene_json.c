#include "base/scene_fields.h"
#include "base/scene_json.h"
#include "tests/check.h"
#include "tests/unit/sample_scene.h"

static char *encoded(const reel_scene *s, size_t *size)
{
    char *text = NULL;
    reel_error err = {0};
    if (reel_scene_encode(s, &text, size, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", err.field, err.msg);
    }
    return text;
}

static reel_scene *decoded(const char *text)
{
    reel_scene *s = NULL;
    reel_error err = {0};
    if (reel_scene_decode(text, strlen(text), "test", &s, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", err.field, err.msg);
    }
    return s;
}

static void round_trip(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    reel_scene *s = sample_rich_scene();
    size_t size = 0, pretty_size = 0, again_size = 0;
    char *text = encoded(s, &size), *pretty = NULL;
    CHECK_INT(strlen(text), ==, size);
    CHECK_INT(reel_scene_encode_pretty(s, &pretty, &pretty_size, NULL), ==, REEL_OK);
    CHECK_INT(strlen(pretty), ==, pretty_size);
    CHECK_INT(pretty_size, >, size);
    const char *forms[] = {text, pretty};
    for (int i = 0; i < 2; i++) {
        reel_scene *copy = decoded(forms[i]);
        char *again = encoded(copy, &again_size);
        CHECK_STR(again, text);
        reel_sha256 a, b = reel_sha256_of(text, size);
        CHECK_INT(reel_scene_digest(copy, &a, NULL), ==, REEL_OK);
        CHECK_INT(memcmp(&a, &b, sizeof(a)), ==, 0);
        CHECK_INT(copy->seed == UINT64_MAX, ==, 1);
        CHECK_INT(copy->actions[3].first_step, ==, INT64_C(9007199254740993));
        CHECK_INT(copy->materials[1].seed, ==, 4294967295u);
        CHECK_STR(copy->objects[2].name, "l\u00e9ver");
        reel_scene_destroy(&copy);
        reel_free(again);
    }
    CHECK_CONTAINS(text, "\"seed\":\"18446744073709551615\"");
    CHECK_CONTAINS(text, "\"params\":{\"bend\":-0.5,\"count\":8,\"painted\":true,");
    CHECK_CONTAINS(text, "\"audit\":{\"contacts\":65536,\"energy_gain\":0.02,");
    reel_free(text);
    reel_free(pretty);
    reel_scene_destroy(&s);
    s = reel_scene_create(); /* the empty one too */
    text = encoded(s, NULL);
    reel_scene *copy = decoded(text);
    reel_scene_destroy(&copy);
    reel_scene_destroy(&s);
    reel_free(text);
    CHECK_INT(reel_alloc_live(), ==, live);
}

/* Pinned: a change of the frozen form is a change of REEL_SCENE_FORMAT. */
static void digest_is_pinned(const void *param)
{
    (void)param;
    static const char *const pinned[] = {
        "2e57b238eacedf63a2181d1f1ecef27a48a5660dd574ad98275ddb5773242575",
        "61327b67f80a6808e06f544ed939fe05a04d4e54dcb76d06c3e332c02477343a"};
    reel_scene *scenes[] = {sample_scene(), sample_rich_scene()};
    for (int i = 0; i < 2; i++) {
        reel_sha256 h;
        char hex[REEL_SHA256_HEX];
        CHECK_INT(reel_scene_digest(scenes[i], &h, NULL), ==, REEL_OK);
        reel_sha256_hex(h, hex);
        CHECK_STR(hex, pinned[i]);
        reel_scene_destroy(&scenes[i]);
    }
}

/* ---- every member of the structs is in the text ---- */

/* Bytes of a struct that its table accounts for. */
static void mark_fields(const reel_field_table *table, size_t base, char *seen)
{
    for (int i = 0; i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        size_t size = 0;
        switch (f->kind) {
        case REEL_FIELD_REAL:
        case REEL_FIELD_INT64:
        case REEL_FIELD_SEED:
        case REEL_FIELD_TEXT: size = 8; break;
        case REEL_FIELD_REALS: size = 8 * (size_t)f->width; break;
        case REEL_FIELD_INT:
        case REEL_FIELD_UINT32:
        case REEL_FIELD_ENUM: size = 4; break;
        case REEL_FIELD_BOOL: size = 1; break;
        case REEL_FIELD_STRUCT: mark_fields(f->table, base + f->offset, seen); break;
        case REEL_FIELD_LIST:
        case REEL_FIELD_TEXTS:
        case REEL_FIELD_PARAMS:
        case REEL_FIELD_REAL_LIST:
        case REEL_FIELD_INT_LIST:
            size = sizeof(void *);
            memset(seen + base + f->count_offset, 1, sizeof(int));
            break;
        case REEL_FIELD_FORMAT: break;
        }
        memset(seen + base + f->offset, 1, size);
    }
}

/* No member is left out: what the table does not mark is padding, of fewer than 8 bytes. */
static void check_table_covers(const reel_field_table *table, size_t start)
{
    char *seen = calloc(1, table->size);
    mark_fields(table, 0, seen);
    int gap = 0;
    for (size_t i = start; i < table->size; i++) {
        gap = seen[i] ? 0 : gap + 1;
        if (gap >= 4 && (i + 1) % 4 == 0 && !((i + 1) % 8 == 0 && gap <= 7)) {
            CHECK_FAIL("a member of a struct of %zu bytes, near byte %zu, is not in its table",
                       table->size, i);
        }
    }
    free(seen);
    for (int i = 0; i < table->n_fields; i++) {
        if (table->fields[i].table) {
            check_table_covers(table->fields[i].table, 0);
        }
    }
}

static void every_member_has_a_row(const void *param)
{
    (void)param;
    check_table_covers(&reel_scene_fields, sizeof(reel_arena));
}

/* ---- each value that is moved changes the text ---- */

typedef struct visit {
    reel_scene *scene;
    const char *text; /* of the scene as it was */
    int moved;
} visit;

static void check_changed(visit *v, const char *name)
{
    char *now = encoded(v->scene, NULL);
    if (strcmp(now, v->text) == 0) {
        CHECK_FAIL("%s is not in the text", name);
    }
    reel_free(now);
    v->moved++;
}

static void move_value(visit *v, const reel_field *f, void *base)
{
    char *at = (char *)base + f->offset;
    const char *other = "other";
    switch (f->kind) {
    case REEL_FIELD_REAL:
    case REEL_FIELD_REALS:
        for (int i = 0; i < (f->kind == REEL_FIELD_REAL ? 1 : f->width); i++) {
            double *x = (double *)(void *)at + i, old = *x;
            *x = nextafter(old, INFINITY);
            check_changed(v, f->name);
            *x = old;
        }
        break;
    case REEL_FIELD_INT:
    case REEL_FIELD_UINT32:
        *(int *)(void *)at ^= 1;
        check_changed(v, f->name);
        *(int *)(void *)at ^= 1;
        break;
    case REEL_FIELD_INT64:
    case REEL_FIELD_SEED:
        *(int64_t *)(void *)at ^= 1;
        check_changed(v, f->name);
        *(int64_t *)(void *)at ^= 1;
        break;
    case REEL_FIELD_BOOL:
        *(bool *)at = !*(bool *)at;
        check_changed(v, f->name);
        *(bool *)at = !*(bool *)at;
        break;
    case REEL_FIELD_ENUM: {
        const int old = *(int *)(void *)at;
        for (int i = 0; f->names[i]; i++) {
            if (i != old) {
                *(int *)(void *)at = i;
                check_changed(v, f->name);
            }
        }
        *(int *)(void *)at = old;
        break;
    }
    case REEL_FIELD_TEXT: {
        const char *old = *(const char **)(void *)at;
        *(const char **)(void *)at = other;
        check_changed(v, f->name);
        *(const char **)(void *)at = old;
        break;
    }
    case REEL_FIELD_REAL_LIST: {
        double *x = *(double **)(void *)at;
        const int last = *(int *)(void *)((char *)base + f->count_offset) * f->width - 1;
        for (int i = 0; i <= last; i += last) {
            const double old = x[i];
            x[i] = nextafter(old, INFINITY);
            check_changed(v, f->name);
            x[i] = old;
        }
        break;
    }
    case REEL_FIELD_INT_LIST: {
        int *x = *(int **)(void *)at;
        x[*(int *)(void *)((char *)base + f->count_offset) * f->width - 1] ^= 1;
        check_changed(v, f->name);
        x[*(int *)(void *)((char *)base + f->count_offset) * f->width - 1] ^= 1;
        break;
    }
    default: break;
    }
}

static void move_all(visit *v, const reel_field_table *table, void *base)
{
    for (int i = 0; i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        char *at = (char *)base + f->offset;
        move_value(v, f, base);
        if (f->kind == REEL_FIELD_STRUCT) {
            move_all(v, f->table, at);
        } else if (f->kind == REEL_FIELD_LIST) {
            const int n = *(int *)(void *)((char *)base + f->count_offset);
            for (int k = 0; k < n; k++) {
                move_all(v, f->table, *(char **)(void *)at + (size_t)k * f->table->size);
            }
        }
    }
}

static void each_value_is_in_the_text(const void *param)
{
    (void)param;
    visit v = {.scene = sample_rich_scene()};
    char *text = encoded(v.scene, NULL);
    v.text = text;
    move_all(&v, &reel_scene_fields, v.scene);
    CHECK_INT(v.moved, >, 400);
    v.scene->categories[1] = "other";
    check_changed(&v, "categories");
    reel_scene_destroy(&v.scene);
    reel_free(text);
}

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

/* ---- optional fields ---- */

static reel_json *default_of(const reel_field *f)
{
    reel_json *array = reel_json_array();
    switch (f->kind) {
    case REEL_FIELD_REALS:
        for (int i = 0; i < f->width; i++) {
            CHECK(reel_json_push(array, reel_json_real(f->fallback)));
        }
        return array;
    case REEL_FIELD_LIST: return array;
    default: break;
    }
    reel_json_destroy(&array);
    return f->kind == REEL_FIELD_REAL   ? reel_json_real(f->fallback)
           : f->kind == REEL_FIELD_BOOL ? reel_json_bool(f->fallback != 0)
           : f->kind == REEL_FIELD_TEXT ? reel_json_string("")
           : f->kind == REEL_FIELD_ENUM ? reel_json_string(f->names[0])
                                        : reel_json_int((int64_t)f->fallback);
}

/* A copy of the object with every optional field that it leaves out written down. */
static reel_json *filled(const reel_json *v, const reel_field_table *table, int *n)
{
    reel_json *copy = reel_json_object();
    for (int i = 0; i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        const reel_json *member = reel_json_get(v, f->name);
        reel_json *value;
        if (!member) {
            CHECK(f->optional);
            value = default_of(f);
            (*n)++;
        } else if (f->kind == REEL_FIELD_STRUCT) {
            value = filled(member, f->table, n);
        } else if (f->kind == REEL_FIELD_LIST) {
            value = reel_json_array();
            for (size_t k = 0; k < reel_json_count(member); k++) {
                CHECK(reel_json_push(value, filled(reel_json_at(member, k), f->table, n)));
            }
        } else {
            value = reel_json_copy(member);
        }
        CHECK(reel_json_put(copy, f->name, value));
    }
    return copy;
}

/* A default that is written says the same as one that is left out, and is left out again. */
static void defaults_are_left_out(const void *param)
{
    (void)param;
    reel_scene *scenes[] = {sample_scene(), sample_rich_scene(), reel_scene_create()};
    int n = 0;
    for (int i = 0; i < 3; i++) {
        size_t size, full_size;
        char *text = encoded(scenes[i], &size);
        reel_json *root = NULL;
        CHECK_INT(reel_json_parse(text, size, "t", &root, NULL), ==, REEL_OK);
        reel_json *full = filled(root, &reel_scene_fields, &n);
        char *long_text = reel_json_canonical(full, &full_size);
        CHECK_INT(full_size, >, size);
        reel_scene *copy = decoded(long_text);
        char *again = encoded(copy, NULL);
        CHECK_STR(again, text);
        reel_scene_destroy(&copy);
        reel_scene_destroy(&scenes[i]);
        reel_json_destroy(&root);
        reel_json_destroy(&full);
        reel_free(text);
        reel_free(long_text);
        reel_free(again);
    }
    CHECK_INT(n, >, 150);
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
    {"round trip", round_trip, NULL},
    {"the digest is pinned", digest_is_pinned, NULL},
    {"every member has a row", every_member_has_a_row, NULL},
    {"each value is in the text", each_value_is_in_the_text, NULL},
    {"each field is checked", each_field_is_checked, NULL},
    {"defaults are left out", defaults_are_left_out, NULL},
    {"syntax has a line", syntax_has_a_line, NULL},
    {"references are checked", references_are_checked, NULL},
    {"what cannot be written", what_cannot_be_written, NULL},
    {"every allocation may fail", every_allocation_may_fail, NULL},
};
CHECK_MAIN(tests)
