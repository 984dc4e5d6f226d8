#include "base/alloc.h"
#include "tests/check.h"

static void heap_counts(const void *param)
{
    (void)param;
    const uint64_t made = reel_alloc_count(), live = reel_alloc_live();
    char *a = reel_alloc(10);
    int *b = reel_calloc(100, sizeof(int));
    a = reel_realloc(a, 100000);
    double *c = reel_alloc_aligned(1000);
    CHECK(a && b && c);
    CHECK_INT(reel_alloc_count() - made, ==, 4);
    CHECK_INT(reel_alloc_live() - live, ==, 3);
    CHECK_INT((uintptr_t)c % 64, ==, 0);
    for (int i = 0; i < 100; i++) {
        CHECK_INT(b[i], ==, 0);
    }
    for (int i = 0; i < 125; i++) {
        CHECK_NEAR(c[i], 0, 0);
    }
    reel_free(a);
    reel_free(b);
    reel_free_aligned(c);
    reel_free(NULL);
    reel_free_aligned(NULL);
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void sizes_at_the_rim(const void *param)
{
    (void)param;
    volatile size_t huge = SIZE_MAX;
    const uint64_t live = reel_alloc_live();
    CHECK(!reel_calloc(huge / 2, 3));
    CHECK(!reel_alloc(huge));
    CHECK(!reel_alloc_aligned(huge));
    CHECK(!reel_alloc_aligned(huge - 65));
    CHECK_INT(reel_alloc_live(), ==, live);
    void *empty[] = {reel_alloc(0), reel_calloc(0, 8), reel_calloc(8, 0), reel_alloc_aligned(0),
                     reel_realloc(NULL, 0)};
    for (int i = 0; i < 5; i++) {
        CHECK(empty[i]);
        reel_free(empty[i]);
    }
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void the_nth_call_fails(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    reel_alloc_fail_at(3);
    void *a = reel_alloc(1), *b = reel_alloc(1);
    CHECK(a && b);
    CHECK(!reel_realloc(a, 100)); /* a is still there */
    void *c = reel_alloc(1);
    CHECK(c); /* only the one */
    reel_alloc_fail_at(1);
    reel_alloc_fail_at(0);
    void *d = reel_alloc_aligned(1);
    CHECK(d);
    reel_free(a);
    reel_free(b);
    reel_free(c);
    reel_free(d);
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void arena_hands_out(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    reel_arena arena = {0};
    unsigned char *parts[200];
    for (int i = 0; i < 200; i++) {
        /* small ones, and some beyond a block in between */
        const size_t size = i % 50 == 49 ? 200000 : (size_t)(i * 7 % 900);
        parts[i] = reel_arena_alloc(&arena, size, 1);
        CHECK(parts[i]);
        CHECK_INT((uintptr_t)parts[i] % 16, ==, 0);
        for (size_t k = 0; k < size; k++) {
            CHECK_INT(parts[i][k], ==, 0);
        }
        memset(parts[i], i, size);
    }
    for (int i = 0; i < 200; i++) {
        const size_t size = i % 50 == 49 ? 200000 : (size_t)(i * 7 % 900);
        for (size_t k = 0; k < size; k++) {
            CHECK_INT(parts[i][k], ==, i);
        }
    }
    CHECK_STR(reel_arena_printf(&arena, "%s %d", "domino", 3), "domino 3");
    CHECK_STR(reel_arena_strdup(&arena, "oak"), "oak");
    CHECK(!reel_arena_strdup(&arena, NULL));
    const int numbers[] = {1, 2, 3};
    int *copy = reel_arena_copy(&arena, numbers, 3, sizeof(int));
    CHECK(copy && copy != numbers && copy[2] == 3);
    CHECK(!reel_arena_alloc(&arena, SIZE_MAX / 4, 8));
    CHECK(!reel_arena_alloc(&arena, SIZE_MAX - 3, 1));
    reel_arena_finish(&arena);
    CHECK_INT(arena.bytes, ==, 0);
    reel_arena_finish(&arena);
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void arena_grows_arrays(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    int *items = NULL, room = 0;
    for (int n = 0; n < 1000; n++) {
        int *grown = reel_arena_grow(&arena, items, n, &room, sizeof *items);
        CHECK(grown && room > n);
        items = grown;
        items[n] = n * n;
    }
    for (int n = 0; n < 1000; n++) {
        CHECK_INT(items[n], ==, n * n);
    }
    CHECK(arena.bytes < 2 * 1024 * 2 * sizeof *items); /* twice what the last one takes */
    const int before = room;
    arena.limit = arena.bytes;
    CHECK(!reel_arena_grow(&arena, items, room, &room, sizeof *items));
    CHECK_INT(room, ==, before);
    CHECK(reel_arena_grow(&arena, items, room - 1, &room, sizeof *items) == items);
    reel_arena_finish(&arena);
}

static void arena_keeps_its_limit(const void *param)
{
    (void)param;
    reel_arena arena = {.limit = 4096};
    CHECK(reel_arena_alloc(&arena, 4000, 1));
    CHECK(!reel_arena_alloc(&arena, 200, 1));
    CHECK(reel_arena_alloc(&arena, 96, 1));
    CHECK(!reel_arena_alloc(&arena, 0, 1)); /* even this takes a little */
    CHECK_INT(arena.bytes, ==, 4096);
    reel_arena_finish(&arena);
    reel_alloc_fail_at(1);
    CHECK(!reel_arena_alloc(&arena, 8, 1));
    CHECK(reel_arena_alloc(&arena, 8, 1));
    reel_arena_finish(&arena);
}

static const check_test tests[] = {
    {"the heap counts", heap_counts, NULL},
    {"sizes at the rim", sizes_at_the_rim, NULL},
    {"the n-th call fails", the_nth_call_fails, NULL},
    {"an arena hands out zeroed, aligned, separate parts", arena_hands_out, NULL},
    {"an arena grows arrays", arena_grows_arrays, NULL},
    {"an arena keeps its limit", arena_keeps_its_limit, NULL},
};
CHECK_MAIN(tests)
