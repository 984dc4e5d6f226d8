#include "base/json.h"

#include "base/fs.h"

#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

/* A reel_json is a json_t under another name. */
static json_t *lib(const reel_json *v)
{
    return (json_t *)v;
}

static reel_json *ours(json_t *v)
{
    return (reel_json *)v;
}

/* The library's memory comes from the counted heap. It reports a failed allocation in the middle
 * of a parse as a syntax error now and then, so we note it ourselves. */
static bool heap_failed;

static void *heap_alloc(size_t size)
{
    void *ptr = reel_alloc(size);
    heap_failed |= !ptr;
    return ptr;
}

static bool is_guest;

void reel_json_be_guest(void)
{
    is_guest = true;
}

static void use_heap(void)
{
    static bool is_set;
    if (!is_set && !is_guest) {
        json_set_alloc_funcs(heap_alloc, reel_free);
        is_set = true;
    }
}

reel_json *reel_json_object(void)
{
    use_heap();
    return ours(json_object());
}

reel_json *reel_json_array(void)
{
    use_heap();
    return ours(json_array());
}

reel_json *reel_json_string(const char *s)
{
    use_heap();
    return s ? ours(json_string(s)) : NULL;
}

reel_json *reel_json_int(int64_t v)
{
    use_heap();
    return ours(json_integer(v));
}

reel_json *reel_json_real(double v)
{
    use_heap();
    return isfinite(v) ? ours(json_real(v)) : NULL;
}

reel_json *reel_json_bool(bool v)
{
    return ours(json_boolean(v));
}

reel_json *reel_json_null(void)
{
    return ours(json_null());
}

reel_json *reel_json_copy(const reel_json *v)
{
    use_heap();
    return ours(json_deep_copy(lib(v)));
}

void reel_json_destroy(reel_json **v)
{
    json_decref(lib(*v));
    *v = NULL;
}

bool reel_json_put(reel_json *object, const char *key, reel_json *v)
{
    if (!object || !v) {
        reel_json_destroy(&v);
        return false;
    }
    return json_object_set_new(lib(object), key, lib(v)) == 0;
}

bool reel_json_push(reel_json *array, reel_json *v)
{
    if (!array || !v) {
        reel_json_destroy(&v);
        return false;
    }
    return json_array_append_new(lib(array), lib(v)) == 0;
}

reel_json_type reel_json_type_of(const reel_json *v)
{
    switch (json_typeof(lib(v))) {
    case JSON_OBJECT: return REEL_JSON_OBJECT;
    case JSON_ARRAY: return REEL_JSON_ARRAY;
    case JSON_STRING: return REEL_JSON_STRING;
    case JSON_INTEGER: return REEL_JSON_INT;
    case JSON_REAL: return REEL_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE: return REEL_JSON_BOOL;
    case JSON_NULL: break;
    }
    return REEL_JSON_NULL;
}

size_t reel_json_count(const reel_json *v)
{
    /* each is 0 for a value of another type */
    return json_object_size(lib(v)) + json_array_size(lib(v));
}

reel_json *reel_json_at(const reel_json *array, size_t i)
{
    return ours(json_array_get(lib(array), i));
}

reel_json *reel_json_get(const reel_json *o, const char *k)
{
    return ours(json_object_get(lib(o), k));
}

const char *reel_json_key_at(const reel_json *object, size_t i, reel_json **v)
{
    json_t *o = lib(object);
    /* The i-th smallest key without memory: from below, each time the next larger one. Keys that
     * stand in order already (canonical files) are found by walking. */
    size_t n = 0;
    const char *before = NULL, *at_i = NULL;
    bool is_sorted = true;
    for (void *it = json_object_iter(o); it && is_sorted; it = json_object_iter_next(o, it)) {
        const char *key = json_object_iter_key(it);
        is_sorted = !before || strcmp(before, key) < 0;
        at_i = n++ == i ? key : at_i;
        before = key;
    }
    if (!is_sorted) {
        at_i = NULL;
        for (size_t rank = 0; rank <= i; rank++) {
            const char *next = NULL;
            for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it)) {
                const char *key = json_object_iter_key(it);
                if ((!at_i || strcmp(key, at_i) > 0) && (!next || strcmp(key, next) < 0)) {
                    next = key;
                }
            }
            at_i = next;
            if (!at_i) {
                break;
            }
        }
    }
    if (at_i && v) {
        *v = ours(json_object_get(o, at_i));
    }
    return at_i;
}

const char *reel_json_to_string(const reel_json *v)
{
    return json_string_value(lib(v));
}

bool reel_json_to_int(const reel_json *v, int64_t *out)
{
    if (!json_is_integer(lib(v))) {
        return false;
    }
    *out = json_integer_value(lib(v));
    return true;
}

bool reel_json_to_real(const reel_json *v, double *out)
{
    if (!json_is_number(lib(v))) {
        return false;
    }
    *out = json_number_value(lib(v));
    return true;
}

bool reel_json_to_bool(const reel_json *v, bool *out)
{
    if (!json_is_boolean(lib(v))) {
        return false;
    }
    *out = json_is_true(lib(v));
    return true;
}

bool reel_json_is_text(const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    while (*p) {
        /* length by the lead byte, and the smallest code point that needs it (RFC 3629) */
        const int n = *p < 0x80 ? 0 : *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if ((*p >= 0x80 && *p < 0xc2) || *p > 0xf4) {
            return false;
        }
        uint32_t code = n == 0 ? *p : *p & (0x3fu >> n);
        for (int i = 0; i < n; i++) {
            if ((*++p & 0xc0) != 0x80) {
                return false;
            }
            code = code << 6 | (*p & 0x3f);
        }
        if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
            return false;
        }
        p++;
    }
    return true;
}

/* ---- parsing ---- */

/* Line of the first bracket that opens depth MAX_DEPTH + 1; 0 if there is none. The library's own
 * limit is in the thousands, and each level of ours is a level of recursion later. */
static int too_deep_line(const char *text, size_t size)
{
    int depth = 0, line = 1;
    bool in_string = false;
    for (size_t i = 0; i < size; i++) {
        const char c = text[i];
        if (c == '\n') {
            line++;
        } else if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > MAX_DEPTH) {
                return line;
            }
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return 0;
}

reel_status reel_json_parse(const char *text, size_t size, const char *name, reel_json **out,
                            reel_error *err)
{
    const int deep = too_deep_line(text, size);
    if (deep) {
        return reel_fail_at(err, REEL_E_SCENE, name, deep, NULL, "nested more than %d deep",
                            MAX_DEPTH);
    }
    use_heap();
    heap_failed = false;
    json_error_t error;
    json_t *v = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (heap_failed) {
        /* even if it gave a tree: 2.14 has paths on which a failed allocation goes unnoticed */
        json_decref(v);
        return reel_fail_at(err, REEL_E_NOMEM, name, 0, NULL, "out of memory");
    }
    if (!v) {
        return reel_fail_at(err, REEL_E_SCENE, name, error.line > 0 ? error.line : 1, NULL,
                            "not JSON: %s", error.text);
    }
    *out = ours(v);
    return REEL_OK;
}

reel_status reel_json_read_file(const char *path, reel_json **out, reel_error *err)
{
    char *text = NULL;
    size_t size = 0;
    reel_status status = reel_fs_read(path, &text, &size, err);
    if (status == REEL_OK) {
        status = reel_json_parse(text, size, path, out, err);
    }
    reel_free(text);
    return status;
}

/* ---- writing ---- */

/* The library's writer sorts keys, but breaks lines and prints reals in ways of its own. */
typedef struct buffer {
    char *text;
    size_t used, room;
    bool failed;
    bool is_pretty;
} buffer;

static void add(buffer *b, const char *s, size_t n)
{
    if (b->failed) {
        return;
    }
    if (b->room - b->used <= n) {
        const size_t room = 2 * b->room + n + 256;
        char *grown = reel_realloc(b->text, room);
        if (!grown) {
            b->failed = true;
            return;
        }
        b->text = grown;
        b->room = room;
    }
    memcpy(b->text + b->used, s, n);
    b->used += n;
    b->text[b->used] = '\0';
}

static void add_break(buffer *b, int depth)
{
    if (b->is_pretty) {
        add(b, "\n", 1);
        for (int i = 0; i < depth; i++) {
            add(b, "  ", 2);
        }
    }
}

static void add_string(buffer *b, const char *s, size_t size)
{
    static const char names[] = "btn\0fr"; /* of 8, 9, 10, 12, 13 */
    add(b, "\"", 1);
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)s[i];
        char escape[8];
        if (c == '"' || c == '\\') {
            snprintf(escape, sizeof(escape), "\\%c", c);
        } else if (c >= 8 && c <= 13 && names[c - 8]) {
            snprintf(escape, sizeof(escape), "\\%c", names[c - 8]);
        } else if (c < 0x20) {
            snprintf(escape, sizeof(escape), "\\u%04x", c);
        } else {
            continue;
        }
        add(b, s + start, i - start);
        add(b, escape, strlen(escape));
        start = i + 1;
    }
    add(b, s + start, size - start);
    add(b, "\"", 1);
}

static void add_real(buffer *b, double v)
{
    char digits[40], text[64];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof(digits), "%.*g", precision, v);
        if (strtod(digits, NULL) == v) {
            break;
        }
    }
    /* the point is the locale's, in both functions */
    const char *point = localeconv()->decimal_point;
    const size_t point_size = strlen(point);
    char *at = strstr(digits, point);
    if (at) {
        snprintf(text, sizeof(text), "%.*s.%s", (int)(at - digits), digits, at + point_size);
    } else {
        snprintf(text, sizeof(text), "%s%s", digits, strchr(digits, 'e') ? "" : ".0");
    }
    add(b, text, strlen(text));
}

static void add_value(buffer *b, json_t *v, int depth);

static void add_array(buffer *b, json_t *v, int depth)
{
    const size_t n = json_array_size(v);
    /* numbers stay on one line: vectors read better so */
    bool is_flat = true;
    for (size_t i = 0; i < n; i++) {
        is_flat &= json_is_number(json_array_get(v, i));
    }
    add(b, "[", 1);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            add(b, ", ", b->is_pretty && is_flat ? 2 : 1);
        }
        if (!is_flat) {
            add_break(b, depth + 1);
        }
        add_value(b, json_array_get(v, i), depth + 1);
    }
    if (!is_flat) {
        add_break(b, depth);
    }
    add(b, "]", 1);
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_object(buffer *b, json_t *v, int depth)
{
    const size_t n = json_object_size(v);
    const char **keys = reel_calloc(n, sizeof(*keys));
    if (!keys) {
        b->failed = true;
        return;
    }
    size_t i = 0;
    for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
        keys[i++] = json_object_iter_key(it);
    }
    qsort(keys, n, sizeof(*keys), compare_keys);
    add(b, "{", 1);
    for (i = 0; i < n; i++) {
        if (i > 0) {
            add(b, ",", 1);
        }
        add_break(b, depth + 1);
        add_string(b, keys[i], strlen(keys[i]));
        add(b, ": ", b->is_pretty ? 2 : 1);
        add_value(b, json_object_get(v, keys[i]), depth + 1);
    }
    if (n > 0) {
        add_break(b, depth);
    }
    add(b, "}", 1);
    reel_free(keys);
}

static void add_value(buffer *b, json_t *v, int depth)
{
    char text[32];
    switch (json_typeof(v)) {
    case JSON_OBJECT: add_object(b, v, depth); break;
    case JSON_ARRAY: add_array(b, v, depth); break;
    case JSON_STRING: add_string(b, json_string_value(v), json_string_length(v)); break;
    case JSON_INTEGER:
        snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(v));
        add(b, text, strlen(text));
        break;
    case JSON_REAL: add_real(b, json_real_value(v)); break;
    case JSON_TRUE: add(b, "true", 4); break;
    case JSON_FALSE: add(b, "false", 5); break;
    case JSON_NULL: add(b, "null", 4); break;
    }
}

static char *write_text(const reel_json *v, bool is_pretty, size_t *size)
{
    buffer b = {.is_pretty = is_pretty};
    add_value(&b, lib(v), 0);
    if (is_pretty) {
        add(&b, "\n", 1);
    }
    if (b.failed) {
        reel_free(b.text);
        return NULL;
    }
    if (size) {
        *size = b.used;
    }
    return b.text;
}

char *reel_json_canonical(const reel_json *v, size_t *size)
{
    return write_text(v, false, size);
}

char *reel_json_pretty(const reel_json *v, size_t *size)
{
    return write_text(v, true, size);
}
