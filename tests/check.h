/*
 * check.h - the test harness: one header, TAP on stdout, one test program per .c file.
 *
 *     static void falls_as_newton_says(const void *param) { ... CHECK_NEAR(z, 1.5, 1e-9); }
 *     static const check_test tests[] = {{"free fall", falls_as_newton_says, NULL}};
 *     CHECK_MAIN(tests)
 *
 * A check that does not hold prints where it stands and both values, and leaves its test; the
 * program goes on with the next test and exits 1 at the end. Arguments of a check are evaluated
 * once. `./test_x NAME...` runs only the tests of these names. The checks do not depend on NDEBUG.
 * What a failed test holds is not released: the process ends soon.
 */
#pragma once

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct check_test {
    const char *name;
    void (*fn)(const void *param);
    const void *param; /* handed to fn: a row of a table of cases, or NULL */
} check_test;

enum { CHECK_PASSED = 0, CHECK_FAILED = 1, CHECK_SKIPPED = 2 };

static jmp_buf check_leave;
static const char *check_skip_reason = "";

/* Fails the running test with a printf-like message. */
#define CHECK_FAIL(...)                          \
    do {                                         \
        printf("# %s:%d: ", __FILE__, __LINE__); \
        printf(__VA_ARGS__);                     \
        printf("\n");                            \
        longjmp(check_leave, CHECK_FAILED);      \
    } while (0)

#define CHECK(condition)                                 \
    do {                                                 \
        if (!(condition)) {                              \
            CHECK_FAIL("does not hold: %s", #condition); \
        }                                                \
    } while (0)

/* Compares integers: CHECK_INT(n, ==, 3). Both sides must fit a long long. */
#define CHECK_INT(a, op, b)                                                                    \
    do {                                                                                       \
        const long long check_a_ = (long long)(a);                                             \
        const long long check_b_ = (long long)(b);                                             \
        if (!(check_a_ op check_b_)) {                                                         \
            CHECK_FAIL("%s %s %s does not hold: %lld, %lld", #a, #op, #b, check_a_, check_b_); \
        }                                                                                      \
    } while (0)

/* |a - b| <= tolerance in double precision; a NaN on either side fails. */
#define CHECK_NEAR(a, b, tolerance)                                                           \
    do {                                                                                      \
        const double check_a_ = (a);                                                          \
        const double check_b_ = (b);                                                          \
        const double check_tol_ = (tolerance);                                                \
        if (!(fabs(check_a_ - check_b_) <= check_tol_)) {                                     \
            CHECK_FAIL("%s is not near %s: %.17g, %.17g, they differ by %.3g > %.3g", #a, #b, \
                       check_a_, check_b_, fabs(check_a_ - check_b_), check_tol_);            \
        }                                                                                     \
    } while (0)

/* Two strings with the same characters; NULL equals only NULL. */
#define CHECK_STR(a, b)                                                                        \
    do {                                                                                       \
        const char *check_a_ = (a);                                                            \
        const char *check_b_ = (b);                                                            \
        if (!check_same_text(check_a_, check_b_)) {                                            \
            CHECK_FAIL("%s is not %s: \"%s\", \"%s\"", #a, #b, check_a_ ? check_a_ : "(NULL)", \
                       check_b_ ? check_b_ : "(NULL)");                                        \
        }                                                                                      \
    } while (0)

/* `haystack` contains `needle`: for messages, whose whole wording a test should not pin. */
#define CHECK_CONTAINS(haystack, needle)                                          \
    do {                                                                          \
        const char *check_a_ = (haystack);                                        \
        const char *check_b_ = (needle);                                          \
        if (!check_a_ || !strstr(check_a_, check_b_)) {                           \
            CHECK_FAIL("%s does not contain \"%s\": \"%s\"", #haystack, check_b_, \
                       check_a_ ? check_a_ : "(NULL)");                           \
        }                                                                         \
    } while (0)

/* A pinned 64-bit hash; prints the new value, to be pinned if the change is meant. */
#define CHECK_HASH(actual, pinned)                                                        \
    do {                                                                                  \
        const uint64_t check_a_ = (actual);                                               \
        const uint64_t check_b_ = (pinned);                                               \
        if (check_a_ != check_b_) {                                                       \
            CHECK_FAIL("%s is 0x%016" PRIx64 ", pinned 0x%016" PRIx64, #actual, check_a_, \
                       check_b_);                                                         \
        }                                                                                 \
    } while (0)

/* Leaves the running test as skipped, with the reason (a skip counts as a failure in CI). */
#define CHECK_SKIP(why)                      \
    do {                                     \
        check_skip_reason = (why);           \
        longjmp(check_leave, CHECK_SKIPPED); \
    } while (0)

#define CHECK_MAIN(tests)                                                        \
    int main(int argc, char **argv)                                              \
    {                                                                            \
        return check_run(tests, sizeof(tests) / sizeof((tests)[0]), argc, argv); \
    }

static inline int check_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static inline int check_is_wanted(const char *name, int argc, char **argv)
{
    int wanted = argc < 2;
    for (int i = 1; i < argc; i++) {
        wanted |= strcmp(name, argv[i]) == 0;
    }
    return wanted;
}

static int check_run(const check_test *tests, size_t count, int argc, char **argv)
{
    /* volatile: they live across the longjmp of a test that fails */
    volatile int failed = 0;
    volatile size_t number = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (volatile size_t i = 0; i < count; i++) {
        if (!check_is_wanted(tests[i].name, argc, argv)) {
            continue;
        }
        const int outcome = setjmp(check_leave);
        if (outcome == CHECK_PASSED) {
            tests[i].fn(tests[i].param);
        }
        number++;
        if (outcome == CHECK_SKIPPED) {
            printf("ok %zu - %s # SKIP %s\n", number, tests[i].name, check_skip_reason);
        } else {
            printf("%s %zu - %s\n", outcome == CHECK_PASSED ? "ok" : "not ok", number,
                   tests[i].name);
            failed |= outcome == CHECK_FAILED;
        }
    }
    printf("1..%zu\n", number);
    if (number == 0) {
        printf("# no test of that name\n");
        return 1;
    }
    return failed;
}
