#include "base/scene_fields.h"
#include "base/scene_json.h"
#include "tests/check.h"
#include "tests/unit/sample_scene.h"
#include "tests/unit/scene_text.h"

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
        "864fe7099a4f036219a1329103b75d0a508b38fd5673f81e5500b113a4efac58",
        "b9ab2f29fc83a9120c6eee63357670d24c425e2271444e4669534413d2eada80"};
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
        case REEL_FIELD_BYTES:
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
    default: break;
    }
}

/* The first and the last number of a list. */
static void move_numbers(visit *v, const reel_field *f, void *base)
{
    void *list = *(void **)(void *)((char *)base + f->offset);
    const int last = *(int *)(void *)((char *)base + f->count_offset) * f->width - 1;
    if (f->kind == REEL_FIELD_INT_LIST) {
        ((int *)list)[last] ^= 1;
        check_changed(v, f->name);
        ((int *)list)[last] ^= 1;
    }
    for (int i = 0; f->kind == REEL_FIELD_REAL_LIST && i <= last; i += last) {
        double *x = (double *)list + i, old = *x;
        *x = nextafter(old, INFINITY);
        check_changed(v, f->name);
        *x = old;
    }
}

static void move_all(visit *v, const reel_field_table *table, void *base)
{
    for (int i = 0; i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        char *at = (char *)base + f->offset;
        move_value(v, f, base);
        move_numbers(v, f, base);
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

static const check_test tests[] = {
    {"round trip", round_trip, NULL},
    {"the digest is pinned", digest_is_pinned, NULL},
    {"every member has a row", every_member_has_a_row, NULL},
    {"each value is in the text", each_value_is_in_the_text, NULL},
    {"defaults are left out", defaults_are_left_out, NULL},
};
CHECK_MAIN(tests)
