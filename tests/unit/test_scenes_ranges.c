/* Parameters that are drawn from a part of their range (reel_freeze_options.ranges). */
#include "base/trig.h"
#include "tests/unit/scene_scripts.h"

static const char script[] =
    "scene { family = \"t\", params = { n = int(-3, 12), x = number(0.5, 2), fixed = number(1, 2, "
    "1.5),\n"
    "  wood = pick { oak = 3, pine = 1, teak = 0 }, listed = pick { 1, 2, 2.5, \"none\" },\n"
    "  lean = deg(10, 50), wet = flag(0.25) },\n"
    "  build = function(world, p)\n"
    "    world:box { name = \"b\", size = { p.x, 1, 1 }, at = { number(-1, 1), 0 } } end }";

static reel_scene *frozen(uint64_t seed, const reel_param_range *ranges, int n)
{
    reel_freeze_options o = reel_freeze_options_default();
    o.seed = seed;
    o.n_ranges = n;
    o.ranges = ranges;
    return freeze_with(script, &o);
}

static const reel_json *value_of(const reel_scene *s, const char *name)
{
    for (int i = 0; i < s->n_params; i++) {
        if (strcmp(s->params[i].name, name) == 0) {
            return s->params[i].value;
        }
    }
    CHECK_FAIL("no parameter %s", name);
    return NULL;
}

static double number_of(const reel_scene *s, const char *name)
{
    double v = NAN;
    CHECK(reel_json_to_real(value_of(s, name), &v));
    return v;
}

static const double whole_int[][2] = {{-3, 12}}, whole_number[][2] = {{0.5, 2}};
static const char *const whole_wood[] = {"teak", "oak", "pine"}, *const both[] = {"false", "true"};

/* The whole range is no restriction: every draw is what it is without. */
static void the_whole_range_changes_nothing(const void *param)
{
    (void)param;
    const reel_param_range ranges[] = {
        {.name = "n", .n_spans = 1, .spans = whole_int},
        {.name = "x", .n_spans = 1, .spans = whole_number},
        {.name = "wood", .n_words = 3, .words = whole_wood},
        {.name = "wet", .n_words = 2, .words = both},
    };
    for (uint64_t seed = 0; seed < 20; seed++) {
        reel_scene *a = frozen(seed, NULL, 0), *b = frozen(seed, ranges, 4);
        CHECK(a && b);
        char *ta = text_of(a), *tb = text_of(b);
        CHECK_STR(ta, tb);
        reel_free(ta);
        reel_free(tb);
        reel_scene_destroy(&a);
        reel_scene_destroy(&b);
    }
}

/* Each value of the part comes, as often as its size says; what else the script draws stays. */
static void draws_fill_the_part(const void *param)
{
    (void)param;
    enum { N = 600 };
    static const double ints[][2] = {{-3, -2}, {4, 4}, {10, 12}};
    static const double numbers[][2] = {{0.5, 0.6}, {1.0, 1.3}};
    static const double fixed[][2] = {{1.75, 2}};
    static const double lean[][2] = {{20 * REEL_PI / 180, 30 * REEL_PI / 180}};
    static const char *const words[] = {"2.5", "none"}, *const dry[] = {"false"};
    const reel_param_range ranges[] = {
        {.name = "fixed", .n_spans = 1, .spans = fixed},
        {.name = "lean", .n_spans = 1, .spans = lean},
        {.name = "listed", .n_words = 2, .words = words},
        {.name = "n", .n_spans = 3, .spans = ints},
        {.name = "wet", .n_words = 1, .words = dry},
        {.name = "x", .n_spans = 2, .spans = numbers},
    };
    int seen[16] = {0}, low = 0, none = 0;
    for (uint64_t seed = 0; seed < N; seed++) {
        reel_scene *s = frozen(seed, ranges, 6);
        if (!s) {
            CHECK_FAIL("%s: %s", script_error.field, script_error.msg);
        }
        const double n = number_of(s, "n"), x = number_of(s, "x");
        CHECK(n == floor(n) && n >= -3 && n <= 12);
        seen[(int)n + 3]++;
        CHECK((x >= 0.5 && x < 0.6) || (x >= 1.0 && x < 1.3));
        low += x < 0.6;
        const double f = number_of(s, "fixed"), l = number_of(s, "lean");
        CHECK(f >= 1.75 && f < 2);
        CHECK(l >= lean[0][0] && l < lean[0][1]);
        bool wet = true;
        CHECK(reel_json_to_bool(value_of(s, "wet"), &wet) && !wet);
        const char *word = reel_json_to_string(value_of(s, "listed"));
        CHECK(word ? strcmp(word, "none") == 0 : number_of(s, "listed") == 2.5);
        none += word != NULL;
        if (seed == 0) {
            reel_scene *plain = frozen(seed, NULL, 0);
            CHECK(s->bodies[0].world_from_body.p.x == plain->bodies[0].world_from_body.p.x);
            reel_scene_destroy(&plain);
        }
        reel_scene_destroy(&s);
    }
    for (int i = 0; i < 16; i++) { /* six values, 100 each; five deviations of 9.1 */
        const int v = i - 3;
        const bool wanted = v <= -2 || v == 4 || v >= 10;
        CHECK(wanted ? seen[i] > 54 && seen[i] < 146 : seen[i] == 0);
    }
    CHECK(low > 97 && low < 203);    /* 150, five deviations of 10.6 */
    CHECK(none > 239 && none < 361); /* 300, five of 12.2 */
}

/* ---- refusals ------------------------------------------------------------------------------- */

static const double beyond[][2] = {{4, 13}}, half[][2] = {{1.5, 3}}, empty_span[][2] = {{1, 1}},
                    crossed[][2] = {{5, 4}}, touching[][2] = {{1, 3}, {3, 5}},
                    touching_numbers[][2] = {{1, 1.5}, {1.5, 1.75}}, order[][2] = {{5, 6}, {1, 2}};
static const char *const wrong_word[] = {"oka"}, *const weightless[] = {"teak"},
                         *const no_flag[] = {"maybe"};

typedef struct refusal {
    reel_param_range range;
    const char *word;
} refusal;

static const refusal refusals[] = {
    {{.name = "m", .n_spans = 1, .spans = whole_int}, "no parameter 'm'"},
    {{.name = "n", .n_spans = 1, .spans = beyond}, "not within"},
    {{.name = "n", .n_spans = 1, .spans = half}, "whole"},
    {{.name = "n", .n_spans = 1, .spans = crossed}, "lower first"},
    {{.name = "n", .n_spans = 2, .spans = touching}, "apart"},
    {{.name = "n", .n_spans = 2, .spans = order}, "order"},
    {{.name = "n", .n_words = 1, .words = wrong_word}, "numbers"},
    {{.name = "x", .n_spans = 1, .spans = empty_span}, "lower end"},
    {{.name = "x", .n_spans = 1, .spans = beyond}, "not within"},
    {{.name = "wood", .n_words = 1, .words = wrong_word}, "'oka'"},
    {{.name = "wood", .n_words = 1, .words = weightless}, "weight"},
    {{.name = "wet", .n_words = 1, .words = no_flag}, "true and false"},
};

static void refused(const void *param)
{
    (void)param;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        CHECK(frozen(0, &refusals[i].range, 1) == NULL);
        CHECK_INT(script_error.status, ==, REEL_E_USAGE);
        CHECK_CONTAINS(script_error.msg, refusals[i].word);
        CHECK_STR(script_error.field, refusals[i].range.name);
    }
    const reel_param_range fine = {.name = "x", .n_spans = 2, .spans = touching_numbers};
    reel_scene *s = frozen(0, &fine, 1); /* half-open spans of numbers may touch */
    CHECK(s != NULL);
    reel_scene_destroy(&s);
    reel_freeze_options o = reel_freeze_options_default();
    const char *given[] = {"x=1.2"};
    o.n_overrides = 1;
    o.overrides = given;
    o.n_ranges = 1;
    o.ranges = &fine;
    CHECK(freeze_with(script, &o) == NULL);
    CHECK_CONTAINS(script_error.msg, "given");
}

static const check_test tests[] = {
    {"the whole range changes nothing", the_whole_range_changes_nothing, NULL},
    {"draws fill the part", draws_fill_the_part, NULL},
    {"refused", refused, NULL},
};
CHECK_MAIN(tests)
