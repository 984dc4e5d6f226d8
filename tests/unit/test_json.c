#include "base/json.h"
#include "base/rng.h"
#include "tests/check.h"

#include <unistd.h>

static reel_json *parse(const char *text)
{
    reel_json *v = NULL;
    reel_error err = {0};
    if (reel_json_parse(text, strlen(text), "test", &v, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", text, err.msg);
    }
    return v;
}

/* Parses and prints canonically; the caller frees. */
static char *canon(const char *text)
{
    reel_json *v = parse(text);
    char *out = reel_json_canonical(v, NULL);
    reel_json_destroy(&v);
    return out;
}

static void canonical_forms(const void *param)
{
    (void)param;
    static const char *const cases[][2] = {
        {"{}", "{}"},
        {" [ ] ", "[]"},
        {"{\"b\":1,\"a\":2,\"B\":3,\"\\u00e9\":4,\"\":5}",
         "{\"\":5,\"B\":3,\"a\":2,\"b\":1,\"\u00e9\":4}"},
        {"[1,1.0,-0.0,-0,1e2,100000000000000000000.0,1e-7]", "[1,1.0,-0.0,0,100.0,1e+20,1e-07]"},
        {"[0.1,0.30000000000000004,1e23,5e-324,1.7976931348623157e308]",
         "[0.1,0.30000000000000004,1e+23,4.94065645841247e-324,1.7976931348623157e+308]"},
        {"[9223372036854775807,-9223372036854775808]",
         "[9223372036854775807,-9223372036854775808]"},
        {"\"\\u0041\\/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"",
         "\"A/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
        {"\"\\ud83c\\udfb2\"", "\"\U0001F3B2\""},
        {"[true,false,null]", "[true,false,null]"},
        {"7", "7"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *out = canon(cases[i][0]);
        CHECK_STR(out, cases[i][1]);
        reel_free(out);
    }
}

/* Every double comes back with its bits; every text reads back as a real, not an integer. */
static void reals_come_back(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(0, "reals");
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = reel_rng_u64(&rng);
        if (i % 3 == 0) {
            bits = (uint64_t)reel_rng_int(&rng, 0, 1000) << 52 | (bits & 0xff); /* few digits */
        }
        double v, back;
        memcpy(&v, &bits, sizeof(v));
        if (i % 3 == 1) {
            v = (double)(int64_t)(bits >> 40) / 1000;
        }
        if (!isfinite(v)) {
            continue;
        }
        reel_json *json = reel_json_real(v);
        char *text = reel_json_canonical(json, NULL);
        reel_json *again = parse(text);
        CHECK_INT(reel_json_type_of(again), ==, REEL_JSON_REAL);
        CHECK(reel_json_to_real(again, &back));
        if (memcmp(&v, &back, sizeof(v)) != 0) {
            CHECK_FAIL("%.17g became %s", v, text);
        }
        reel_free(text);
        reel_json_destroy(&json);
        reel_json_destroy(&again);
    }
    CHECK(!reel_json_real(NAN));
    CHECK(!reel_json_real(INFINITY));
}

static reel_json *random_tree(reel_rng *rng, int depth)
{
    char text[24];
    const int64_t kind = reel_rng_int(rng, 0, depth > 0 ? 7 : 5);
    const int64_t n = reel_rng_int(rng, 0, 6);
    const int64_t v = reel_rng_int(rng, -1000, 1000);
    switch (kind) {
    case 0: return reel_json_null();
    case 1: return reel_json_bool(v > 0);
    case 2: return reel_json_int(v * (INT64_C(1) << 40));
    case 3: return reel_json_real((double)v / 7);
    case 4:
    case 5:
        for (int i = 0; i < n; i++) {
            text[i] = (char)reel_rng_int(rng, 1, 126);
        }
        text[n] = '\0';
        return reel_json_string(text);
    case 6: {
        reel_json *array = reel_json_array();
        for (int i = 0; i < n; i++) {
            CHECK(reel_json_push(array, random_tree(rng, depth - 1)));
        }
        return array;
    }
    default: {
        reel_json *object = reel_json_object();
        for (int i = 0; i < n; i++) {
            const int64_t key = reel_rng_int(rng, 0, 99);
            snprintf(text, sizeof(text), "k%d", (int)key);
            CHECK(reel_json_put(object, text, random_tree(rng, depth - 1)));
        }
        return object;
    }
    }
}

static void trees_come_back(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(1, "trees");
    const uint64_t live = reel_alloc_live();
    for (int i = 0; i < 2000; i++) {
        reel_json *tree = random_tree(&rng, 5), *copy = reel_json_copy(tree);
        size_t size = 0, pretty_size = 0;
        char *text = reel_json_canonical(tree, &size);
        char *pretty = reel_json_pretty(copy, &pretty_size);
        CHECK_INT(strlen(text), ==, size);
        CHECK_INT(strlen(pretty), ==, pretty_size);
        CHECK_INT(pretty[pretty_size - 1], ==, '\n');
        char *again = canon(text), *from_pretty = canon(pretty);
        CHECK_STR(again, text);
        CHECK_STR(from_pretty, text);
        reel_json_destroy(&tree);
        reel_json_destroy(&copy);
        reel_free(text);
        reel_free(pretty);
        reel_free(again);
        reel_free(from_pretty);
    }
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void keys_in_byte_order(const void *param)
{
    (void)param;
    static const char *const want[] = {"", "A", "Z", "a", "a b", "aa", "b", "\u00e9"};
    static const int orders[][8] = {
        {0, 1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1, 0}, {3, 1, 4, 0, 5, 7, 2, 6}};
    for (int o = 0; o < 3; o++) {
        reel_json *object = reel_json_object(), *v = NULL;
        for (int i = 0; i < 8; i++) {
            CHECK(reel_json_put(object, want[orders[o][i]], reel_json_int(orders[o][i])));
        }
        for (int i = 0; i < 8; i++) {
            int64_t n;
            CHECK_STR(reel_json_key_at(object, (size_t)i, &v), want[i]);
            CHECK(reel_json_to_int(v, &n) && n == i);
        }
        CHECK(!reel_json_key_at(object, 8, &v));
        reel_json_destroy(&object);
    }
}

static void errors_have_their_line(const void *param)
{
    (void)param;
    static const struct {
        const char *text;
        int line;
    } cases[] = {
        {"", 1},
        {"{\"a\": 1,\n \"b\": }", 2},
        {"{\"a\": 1,\n\n \"a\": 2}", 3}, /* twice */
        {"[1, 2]\n[3]", 2},
        {"[1,]", 1},
        {"\n[01]", 2},
        {"[NaN]", 1},
        {"[Infinity]", 1},
        {"[1e999]", 1},
        {"[9223372036854775808]", 1},
        {"[-9223372036854775809]", 1},
        {"[\"\\u0000\"]", 1},
        {"[\"\\ud800\"]", 1},
        {"[\"\xff\"]", 1},
        {"[\"\xc0\x80\"]", 1},
        {"[\"a\nb\"]", 1},
        {"{a: 1}", 1},
        {"// no\n{}", 1},
        {"\xef\xbb\xbf{}", 1},
        {"['a']", 1},
        {"[1", 1},
    };
    const uint64_t live = reel_alloc_live();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reel_json *v = NULL;
        reel_error err = {0};
        const char *text = cases[i].text;
        if (reel_json_parse(text, strlen(text), "scene.json", &v, &err) != REEL_E_SCENE) {
            CHECK_FAIL("taken: %s", text);
        }
        CHECK(!v);
        CHECK_STR(err.file, "scene.json");
        if (err.line != cases[i].line) {
            CHECK_FAIL("%s: line %d, not %d", text, err.line, cases[i].line);
        }
        CHECK(err.msg[0]);
    }
    CHECK_INT(reel_alloc_live(), ==, live);
    reel_json *v = NULL;
    CHECK_INT(reel_json_parse("[]\0", 3, "nul", &v, NULL), ==, REEL_E_SCENE);
}

static void depth_is_limited(const void *param)
{
    (void)param;
    char text[200] = "";
    for (int depth = 64; depth <= 65; depth++) {
        reel_json *v = NULL;
        reel_error err = {0};
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        const reel_status status = reel_json_parse(text, strlen(text), "deep", &v, &err);
        CHECK_INT(status, ==, depth == 64 ? REEL_OK : REEL_E_SCENE);
        reel_json_destroy(&v);
    }
    /* brackets in strings do not count */
    char *out =
        canon("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"]");
    CHECK(out);
    reel_free(out);
}

static void values_and_types(const void *param)
{
    (void)param;
    reel_json *v = parse(
        "{\"i\": 3, \"r\": 2.5, \"s\": \"x\", \"b\": true, \"n\": null,"
        " \"a\": [1, 2]}");
    int64_t i = 0;
    double r = 0;
    bool b = false;
    CHECK(reel_json_to_int(reel_json_get(v, "i"), &i) && i == 3);
    CHECK(!reel_json_to_int(reel_json_get(v, "r"), &i) && i == 3);
    CHECK(reel_json_to_real(reel_json_get(v, "i"), &r) && r == 3);
    CHECK(reel_json_to_real(reel_json_get(v, "r"), &r) && r == 2.5);
    CHECK(!reel_json_to_real(reel_json_get(v, "s"), &r));
    CHECK(reel_json_to_bool(reel_json_get(v, "b"), &b) && b);
    CHECK(!reel_json_to_bool(reel_json_get(v, "i"), &b));
    CHECK_STR(reel_json_to_string(reel_json_get(v, "s")), "x");
    CHECK(!reel_json_to_string(reel_json_get(v, "i")));
    CHECK(!reel_json_get(v, "none"));
    CHECK_INT(reel_json_type_of(reel_json_get(v, "n")), ==, REEL_JSON_NULL);
    CHECK_INT(reel_json_count(v), ==, 6);
    CHECK_INT(reel_json_count(reel_json_get(v, "a")), ==, 2);
    CHECK_INT(reel_json_count(reel_json_get(v, "s")), ==, 0);
    CHECK(!reel_json_at(reel_json_get(v, "a"), 2));
    CHECK(!reel_json_put(v, "x", NULL));
    CHECK(!reel_json_put(v, "\xff", reel_json_int(1)));
    CHECK(!reel_json_string("\xff"));
    CHECK(!reel_json_push(NULL, reel_json_int(1)));
    reel_json_destroy(&v);
    CHECK(!v);
    reel_json_destroy(&v);
}

/* Our check of UTF-8 and the library's agree on every short byte sequence of interest. */
static void text_is_utf8(const void *param)
{
    (void)param;
    static const unsigned char bytes[] = {0x01, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
                                          0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed,
                                          0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff};
    enum { N = sizeof(bytes) };
    for (int code = 0; code < N * N * N * N; code++) {
        char s[5] = {(char)bytes[code % N], (char)bytes[code / N % N],
                     (char)bytes[code / N / N % N], (char)bytes[code / N / N / N], '\0'};
        reel_json *v = reel_json_string(s);
        if ((v != NULL) != reel_json_is_text(s)) {
            CHECK_FAIL("%02x %02x %02x %02x", s[0] & 255, s[1] & 255, s[2] & 255, s[3] & 255);
        }
        reel_json_destroy(&v);
    }
}

static void every_allocation_may_fail(const void *param)
{
    (void)param;
    static const char text[] =
        "{\"list\": [1, 2.5, \"text\", {\"deep\": [true, null]}], \"b\": {}}";
    const uint64_t live = reel_alloc_live();
    for (uint64_t n = 1;; n++) {
        reel_json *v = NULL;
        reel_error err = {0};
        const uint64_t before = reel_alloc_count();
        reel_alloc_fail_at(n);
        const reel_status status = reel_json_parse(text, strlen(text), "t", &v, &err);
        const uint64_t used = reel_alloc_count() - before;
        reel_alloc_fail_at(0);
        if (status == REEL_OK && used < n) {
            CHECK_INT(n, >, 10);
            reel_json_destroy(&v);
            break;
        }
        CHECK_INT(status, ==, REEL_E_NOMEM);
        CHECK(!v);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
    reel_json *v = parse(text);
    const uint64_t with_tree = reel_alloc_live();
    for (uint64_t n = 1;; n++) {
        const uint64_t before = reel_alloc_count();
        reel_alloc_fail_at(n);
        char *out = reel_json_canonical(v, NULL);
        const bool was_hit = reel_alloc_count() - before >= n;
        reel_alloc_fail_at(0);
        CHECK(was_hit == !out);
        reel_free(out);
        CHECK_INT(reel_alloc_live(), ==, with_tree);
        if (!was_hit) {
            break;
        }
    }
    reel_json_destroy(&v);
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void files_are_read(const void *param)
{
    (void)param;
    char path[] = "/tmp/test_json_XXXXXX";
    const int fd = mkstemp(path);
    CHECK_INT(write(fd, "{\n\"a\" 1}", 8), ==, 8);
    close(fd);
    reel_json *v = NULL;
    reel_error err = {0};
    CHECK_INT(reel_json_read_file(path, &v, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.file, path);
    CHECK_INT(err.line, ==, 2);
    unlink(path);
    CHECK_INT(reel_json_read_file(path, &v, &err), ==, REEL_E_IO);
    CHECK(!v);
}

static const check_test tests[] = {
    {"canonical forms", canonical_forms, NULL},
    {"reals come back", reals_come_back, NULL},
    {"trees come back", trees_come_back, NULL},
    {"keys in byte order", keys_in_byte_order, NULL},
    {"errors have their line", errors_have_their_line, NULL},
    {"depth is limited", depth_is_limited, NULL},
    {"values and types", values_and_types, NULL},
    {"text is UTF-8", text_is_utf8, NULL},
    {"every allocation may fail", every_allocation_may_fail, NULL},
    {"files are read", files_are_read, NULL},
};
CHECK_MAIN(tests)
