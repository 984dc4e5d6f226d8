/* Splits by construction: counts, order, names, and what is refused with file and field. */
#include "app/app.h"
#include "app/plan.h"
#include "base/rng.h"
#include "tests/check.h"

#include <stdlib.h>
#include <unistd.h>

static reel_error why;

static reel_plan *plan_of(char **words, int n)
{
    static reel_args args;
    reel_plan *plan = NULL;
    why = (reel_error){0};
    if (reel_args_parse(&reel_cmd_run, n, words, &args, &why) == REEL_OK &&
        reel_plan_create(&args, &plan, &why) == REEL_OK && reel_plan_probe(plan, &why) != REEL_OK) {
        reel_plan_destroy(&plan);
    }
    return plan;
}

/* A recipe's plan; NULL if it is refused. */
static reel_plan *plan_of_recipe(const char *text)
{
    char path[] = "/tmp/physreel-splits-XXXXXX.json";
    const int fd = mkstemps(path, 5);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
    char *words[] = {path, (char *)"--frames", (char *)"3", (char *)"--size", (char *)"64x48"};
    reel_plan *plan = plan_of(words, 5);
    unlink(path);
    return plan;
}

static int64_t count_of(const reel_plan *plan, int entry, const char *split, int first)
{
    int64_t n = 0;
    for (int i = 0; i < plan->n_clips && (first < 0 || plan->clips[i].entry != entry || first > 0);
         i++) {
        if (plan->clips[i].entry == entry) {
            n += strcmp(plan->clips[i].place.split, split) == 0;
            first -= first > 0;
        }
    }
    return n;
}

#define RECIPE(splits, clips) "{\"recipe\": 1, \"splits\": {" splits "}, \"clips\": [" clips "]}"

static const char three[] = RECIPE(
    "\"validation\": 0.1, \"test\": 0.05, \"interpolation\": 0.2, \"extrapolation\": 0.15, "
    "\"held_out\": [\"ramp\"], \"factors\": {\"toss.count\": {\"train\": [[3, 5], [7, 8]], "
    "\"interpolation\": 6, \"extrapolation\": [9, 10]}, \"toss.floor\": {\"train\": "
    "\"oak, pine\", \"extrapolation\": [\"teak\"]}}",
    "{\"scene\": \"toss\", \"count\": 200}, {\"scene\": \"ramp\", \"count\": 30}, "
    "{\"scene\": \"billiards\", \"count\": 100}");

/* Where a share of the count is whole it is exact, and nowhere is any split a clip off. */
static void counts_are_exact(const void *param)
{
    (void)param;
    static const struct {
        const char *split;
        double toss, billiards; /* shares */
    } want[] = {{"train", 0.5, 0.85},
                {"validation", 0.1, 0.1},
                {"test", 0.05, 0.05},
                {"interpolation_count", 0.2, 0},
                {"extrapolation_count", 0.075, 0},
                {"extrapolation_floor", 0.075, 0},
                {"held_out", 0, 0}};
    reel_plan *plan = plan_of_recipe(three);
    if (!plan) {
        CHECK_FAIL("%s: %s", why.field, why.msg);
    }
    CHECK_INT(plan->n_clips, ==, 330);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        CHECK_NEAR((double)count_of(plan, 0, want[i].split, -1), want[i].toss * 200, 1e-9);
        CHECK_NEAR((double)count_of(plan, 2, want[i].split, -1), want[i].billiards * 100, 1e-9);
        for (int n = 1; n < 200; n++) {
            const double got = (double)count_of(plan, 0, want[i].split, n);
            CHECK(fabs(got - want[i].toss * n) < 1.5); /* two factors share one share */
        }
        for (int n = 1; n < 100; n++) {
            const double got = (double)count_of(plan, 2, want[i].split, n);
            CHECK(fabs(got - want[i].billiards * n) < 1);
        }
    }
    CHECK_INT(count_of(plan, 1, "held_out", -1), ==, 30);
    reel_json *counts = reel_splits_counts(plan);
    int64_t n = 0, sum = 0;
    CHECK(reel_json_to_int(reel_json_get(counts, "interpolation_count"), &n) && n == 40);
    for (size_t i = 0; i < reel_json_count(counts); i++) {
        reel_json *value = NULL;
        (void)reel_json_key_at(counts, i, &value);
        CHECK(reel_json_to_int(value, &n));
        sum += n;
    }
    CHECK_INT(sum, ==, 330);
    reel_json_destroy(&counts);
    reel_plan_destroy(&plan);
}

/* Many sets of shares: whole products are met exactly at every such count. */
static void any_shares_are_exact(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(1, "shares");
    for (int trial = 0; trial < 200; trial++) {
        reel_splits splits = {.n_shares = 1 + trial % 5};
        reel_plan_entry entry = {.family = "f"};
        reel_plan plan = {.splits = &splits, .entries = &entry, .n_entries = 1, .split = "train"};
        static const char *const names[] = {"a", "b", "c", "d", "e"};
        int64_t left = 1000000, got[5] = {0}, train = 0;
        for (int i = 0; i < splits.n_shares; i++) {
            const int64_t share = 12500 * reel_rng_int(&rng, 1, 14); /* of 80 clips: whole */
            splits.shares[i] = (reel_share){names[i], share};
            left -= share;
        }
        splits.millionths[REEL_PART_TRAIN] = left;
        reel_split_deal deal = {0};
        for (int n = 1; n <= 400; n++) {
            const reel_split_place place = reel_splits_deal(&plan, 0, &deal);
            int i = 0;
            while (i < splits.n_shares && strcmp(names[i], place.split) != 0) {
                i++;
            }
            train += i == splits.n_shares;
            got[i < 5 ? i : 0] += i < splits.n_shares;
            for (i = 0; i < splits.n_shares && n % 80 == 0; i++) {
                CHECK_INT(got[i] * 1000000, ==, splits.shares[i].millionths * n);
            }
        }
        CHECK_INT(train * 1000000, ==, left * 400);
    }
}

/* Clip i of the smaller run is clip i of the larger one: id, split, parameters. */
static void more_clips_append(const void *param)
{
    (void)param;
    char *few[] = {(char *)"toss",
                   (char *)"--count",
                   (char *)"9",
                   (char *)"--share",
                   (char *)"validation=0.2",
                   (char *)"--share",
                   (char *)"extrapolation=0.3",
                   (char *)"--factor",
                   (char *)"toss.count:train=3..7",
                   (char *)"--factor",
                   (char *)"toss.count:extrapolation=8,10",
                   (char *)"--frames",
                   (char *)"2"};
    reel_plan *small = plan_of(few, 13);
    few[2] = (char *)"40";
    reel_plan *large = plan_of(few, 13);
    CHECK(small && large);
    CHECK_INT(small->n_clips, ==, 9);
    for (int i = 0; i < 9; i++) {
        CHECK_STR(small->clips[i].id, large->clips[i].id);
        CHECK_STR(small->clips[i].place.split, large->clips[i].place.split);
    }
    /* each attempt of a clip draws from its own part */
    for (int i = 0; i < 40; i++) {
        reel_scene *s = NULL;
        int64_t count = 0;
        CHECK_INT(reel_plan_freeze(large, i, (uint32_t)i % 3, &s, &why), ==, REEL_OK);
        for (int k = 0; k < s->n_params; k++) {
            if (strcmp(s->params[k].name, "count") == 0) {
                CHECK(reel_json_to_int(s->params[k].value, &count));
            }
        }
        const bool far = strcmp(large->clips[i].place.split, "extrapolation_count") == 0;
        CHECK(far ? count == 8 || count == 10 : count >= 3 && count <= 7);
        reel_scene_destroy(&s);
    }
    CHECK_CONTAINS(reel_plan_command(large), "--factor toss.count:extrapolation=8,10");
    reel_plan_destroy(&small);
    reel_plan_destroy(&large);
}

/* Angles in degrees, numbers and flags as text. */
static void parts_as_text(const void *param)
{
    (void)param;
    reel_plan *plan = plan_of_recipe(
        RECIPE("\"extrapolation\": 0.5, \"interpolation\": 0.25, \"factors\": {\"toss.size\": "
               "{\"train\": \"1.0 .. 1.1, 0.85..0.9\", \"interpolation\": [0.9, 1.0], "
               "\"extrapolation\": \"0.8 .. 8.5e-1\"}}",
               "{\"scene\": \"toss\", \"count\": 4}"));
    if (!plan) {
        CHECK_FAIL("%s: %s", why.field, why.msg);
    }
    const reel_split_factor *f = &plan->splits->factors[0];
    CHECK_INT(f->parts[REEL_PART_TRAIN].n_spans, ==, 2); /* in order */
    CHECK_NEAR(f->parts[REEL_PART_TRAIN].spans[0][0], 0.85, 0);
    CHECK_NEAR(f->parts[REEL_PART_TRAIN].spans[1][1], 1.1, 0);
    CHECK_NEAR(f->parts[REEL_PART_EXTRAPOLATION].spans[0][1], 0.85, 0);
    CHECK_STR(f->splits[REEL_PART_EXTRAPOLATION], "extrapolation_size");
    reel_plan_destroy(&plan);
    static reel_script_param angle = {.name = "lean", .kind = "number", .range = "10deg .. 50deg"};
    angle.json = reel_json_object();
    CHECK(reel_json_put(angle.json, "lo", reel_json_real(10 * acos(-1) / 180)) &&
          reel_json_put(angle.json, "hi", reel_json_real(50 * acos(-1) / 180)) &&
          reel_json_put(angle.json, "unit", reel_json_string("rad")));
    reel_json *given = NULL;
    static const char text[] =
        "{\"train\": \"10deg..30deg\", \"extrapolation\": \"40deg .. 50deg\"}";
    CHECK_INT(reel_json_parse(text, strlen(text), "x", &given, NULL), ==, REEL_OK);
    reel_split_factor lean = {.name = "f.lean", .family = "f", .param = "lean", .given = given};
    reel_arena arena = {0};
    CHECK_INT(reel_split_factor_read(&arena, NULL, &angle, &lean, &why), ==, REEL_OK);
    CHECK_NEAR(lean.parts[REEL_PART_EXTRAPOLATION].spans[0][0], 40 * acos(-1) / 180, 1e-15);
    reel_arena_finish(&arena);
    reel_json_destroy(&given);
    reel_json_destroy(&angle.json);
}

/* ---- refusals ------------------------------------------------------------------------------- */

typedef struct refusal {
    const char *recipe, *field, *word;
} refusal;

#define TOSS        "{\"scene\": \"toss\"}"
#define COUNT(rest) "\"extrapolation\": 0.1, \"factors\": {\"toss.count\": {" rest "}}"

static const refusal refusals[] = {
    {RECIPE("\"validation\": 0", TOSS), "splits.validation", "between 0 and 1"},
    {RECIPE("\"validation\": 0.12345678", TOSS), "splits.validation", "six decimals"},
    {RECIPE("\"validation\": \"most\"", TOSS), "splits.validation", "between 0 and 1"},
    {RECIPE("\"validation\": 0.6, \"test\": 0.4", TOSS), "splits", "nothing for train"},
    {RECIPE("\"Val\": 0.1", TOSS), "splits.Val", "a-z"},
    {RECIPE("\"train\": 0.1", TOSS), "splits.train", "what is left"},
    {RECIPE("\"interpolation_count\": 0.1", TOSS), "splits.interpolation_count", "interpolation_"},
    {RECIPE("\"extrapolation\": 0.1", TOSS), "splits.extrapolation", "no factor"},
    {RECIPE("\"held_out\": [\"ramp\"]", TOSS), "splits.held_out", "family ramp"},
    {RECIPE("\"held_out\": \"toss\"", TOSS), "splits.held_out", "list"},
    {RECIPE("\"factors\": {\"count\": {}}", TOSS), "splits.factors.count", "FAMILY.PARAMETER"},
    {RECIPE("\"factors\": {\"ramp.x\": {\"train\": 1, \"extrapolation\": 2}}", TOSS),
     "splits.factors.ramp.x", "family ramp"},
    {RECIPE("\"factors\": {\"toss.cuont\": {\"train\": 3, \"extrapolation\": 4}}", TOSS),
     "splits.factors.toss.cuont", "count, floor"},
    {RECIPE("\"factors\": {\"toss.count\": {\"train\": 3, \"extrapolation\": 4}}", TOSS),
     "splits.extrapolation", "is missing"},
    {RECIPE(COUNT("\"train\": [3, 5]"), TOSS), "splits.factors.toss.count", "no interpolation"},
    {RECIPE(COUNT("\"extrapolation\": [3, 5]"), TOSS), "splits.factors.toss.count.train",
     "missing"},
    {RECIPE(COUNT("\"train\": [3, 5], \"test\": 6"), TOSS), "splits.factors.toss.count.test",
     "not one of"},
    {RECIPE(COUNT("\"train\": [2, 5], \"extrapolation\": 6"), TOSS),
     "splits.factors.toss.count.train", "outside"},
    {RECIPE(COUNT("\"train\": [3, 5], \"extrapolation\": \"9..11\""), TOSS),
     "splits.factors.toss.count.extrapolation", "outside"},
    {RECIPE(COUNT("\"train\": [5, 3], \"extrapolation\": 9"), TOSS),
     "splits.factors.toss.count.train", "lower first"},
    {RECIPE(COUNT("\"train\": [3.5, 5], \"extrapolation\": 9"), TOSS),
     "splits.factors.toss.count.train", "whole"},
    {RECIPE(COUNT("\"train\": [[3, 5], [5, 6]], \"extrapolation\": 9"), TOSS),
     "splits.factors.toss.count.train", "overlap at 5"},
    {RECIPE(COUNT("\"train\": [3, 5], \"extrapolation\": [5, 6]"), TOSS),
     "splits.factors.toss.count", "overlap at 5"},
    {RECIPE(COUNT("\"train\": [[3, 5], [7, 8]], \"extrapolation\": 6"), TOSS),
     "splits.factors.toss.count", "beyond"},
    {RECIPE("\"interpolation\": 0.1, \"factors\": {\"toss.count\": {\"train\": [3, 5], "
            "\"interpolation\": 6}}",
            TOSS),
     "splits.factors.toss.count", "between"},
    {RECIPE(COUNT("\"train\": [], \"extrapolation\": 9"), TOSS), "splits.factors.toss.count.train",
     "no values"},
    {RECIPE(COUNT("\"train\": [3, 4, 5], \"extrapolation\": 9"), TOSS),
     "splits.factors.toss.count.train", "pairs"},
    {RECIPE(COUNT("\"train\": \"3..x\", \"extrapolation\": 9"), TOSS),
     "splits.factors.toss.count.train", "3..x"},
    {RECIPE("\"extrapolation\": 0.1, \"factors\": {\"toss.floor\": {\"train\": \"oak, oak\", "
            "\"extrapolation\": \"teak\"}}",
            TOSS),
     "splits.factors.toss.floor.train", "twice"},
    {RECIPE("\"extrapolation\": 0.1, \"factors\": {\"toss.floor\": {\"train\": \"oka\", "
            "\"extrapolation\": \"teak\"}}",
            TOSS),
     "splits.factors.toss.floor.train", "\"oka\""},
    {RECIPE("\"interpolation\": 0.1, \"factors\": {\"toss.floor\": {\"train\": \"oak\", "
            "\"interpolation\": \"teak\"}}",
            TOSS),
     "splits.factors.toss.floor", "no order"},
    {RECIPE(COUNT("\"train\": [3, 5], \"extrapolation\": 9"),
            "{\"scene\": \"toss\", \"params\": {\"count\": 4}}"),
     "splits.factors.toss.count", "fixes it"},
    {RECIPE("\"held_out\": [\"toss\"], \"extrapolation\": 0.1, \"factors\": {\"toss.count\": "
            "{\"train\": 3, \"extrapolation\": 5}}",
            TOSS),
     "splits.factors.toss.count", "held out"},
};

static void refused(const void *param)
{
    (void)param;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        reel_plan *plan = plan_of_recipe(refusals[i].recipe);
        if (plan) {
            CHECK_FAIL("taken: %s", refusals[i].recipe);
        }
        CHECK_INT(why.status, ==, REEL_E_SCENE);
        CHECK_CONTAINS(why.file, "physreel-splits-");
        CHECK_STR(why.field, refusals[i].field);
        CHECK_CONTAINS(why.msg, refusals[i].word);
    }
}

static void refused_options(const void *param)
{
    (void)param;
    static const char *const words[][3] = {
        {"--share", "validation", "validation=0.1"},
        {"--share", "=0.1", "validation=0.1"},
        {"--share", "validation=a", "validation=0.1"},
        {"--factor", "toss.count=3", "toss.count:train"},
        {"--factor", "toss.count:train=3..4", "no interpolation"},
        {"--held-out", "ramp", "family ramp"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char *args[] = {(char *)"toss", (char *)words[i][0], (char *)words[i][1]};
        CHECK(plan_of(args, 3) == NULL);
        CHECK_INT(why.status, ==, REEL_E_USAGE);
        CHECK_CONTAINS(why.msg, words[i][2]);
    }
    char *both[] = {(char *)"toss", (char *)"--split", (char *)"test", (char *)"--share",
                    (char *)"a=0.1"};
    CHECK(plan_of(both, 5) == NULL);
    CHECK_CONTAINS(why.msg, "beside splits");
}

/* ---- formats ----------------------------------------------------------------------------------
 */

/* auto: folders up to 5,000 clips of all scenes together, shards above; nothing is made for it. */
static void format_by_count(const void *param)
{
    (void)param;
    static const struct {
        const char *count, *layout;
    } cases[] = {{"1", "clips"}, {"2500", "clips"}, {"2501", "webdataset"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *words[] = {(char *)"toss",    (char *)"ramp",        (char *)"--format",
                         (char *)"auto",    (char *)"--frames",    (char *)"2",
                         (char *)"--count", (char *)cases[i].count};
        reel_plan *plan = plan_of(words, 8);
        if (!plan) {
            CHECK_FAIL("%s", why.msg);
        }
        reel_json *json = reel_plan_to_json(plan);
        CHECK_STR(reel_json_to_string(reel_json_get(json, "format")), cases[i].layout);
        reel_json_destroy(&json);
        reel_plan_destroy(&plan);
    }
}

static const check_test tests[] = {
    {"counts are exact", counts_are_exact, NULL},
    {"any shares are exact", any_shares_are_exact, NULL},
    {"more clips append", more_clips_append, NULL},
    {"parts as text", parts_as_text, NULL},
    {"refused", refused, NULL},
    {"refused options", refused_options, NULL},
    {"format by count", format_by_count, NULL},
};
CHECK_MAIN(tests)
