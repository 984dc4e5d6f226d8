/*
 * alloc.h - heap and arena memory.
 *
 * All long-lived data of a job (scene, take, plans) lives in arenas that are freed whole. The heap
 * functions count, so that tests can assert that a frame loop allocates nothing, and can fail the
 * N-th call on purpose. Thread-safety: the counters are per process and not atomic; one job per
 * process.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/** malloc, calloc, realloc, free with counting. NULL on failure. reel_free(NULL) is a no-op. */
void *reel_alloc(size_t size);
void *reel_calloc(size_t count, size_t size); /**< NULL on overflow of count * size as well */
void *reel_realloc(void *ptr, size_t size);
void reel_free(void *ptr);

/** Aligned to 64 bytes and zeroed; release with reel_free_aligned(). NULL on failure. */
void *reel_alloc_aligned(size_t size);
void reel_free_aligned(void *ptr);

/** How many allocations were made so far by all functions above. */
uint64_t reel_alloc_count(void);

/** How many blocks are allocated and not freed yet: equal before and after, nothing leaked. */
uint64_t reel_alloc_live(void);

/** Tests: make the `n`-th allocation from now fail (n = 1: the next); 0 switches it off. */
void reel_alloc_fail_at(uint64_t n);

typedef struct reel_arena_block reel_arena_block;

/** A bump allocator. Zero-initialised is empty and valid; reel_arena_finish() frees everything. */
typedef struct reel_arena {
    reel_arena_block *last;
    size_t bytes; /**< handed out so far */
    size_t limit; /**< 0 = none; allocations beyond it fail */
} reel_arena;

/** Zeroed memory, aligned to 16 bytes. NULL on failure. size 0 gives a valid pointer. */
void *reel_arena_alloc(reel_arena *arena, size_t count, size_t size);
char *reel_arena_strdup(reel_arena *arena, const char *s); /**< NULL for s == NULL or failure */
char *reel_arena_printf(reel_arena *arena, const char *fmt, ...) REEL_PRINTF(2, 3);
void *reel_arena_copy(reel_arena *arena, const void *data, size_t count, size_t size);
/** An array that grows: `items` with room for one more after its first `n`. They may move; what was
 * before stays valid memory of the arena. *room: how many it has room for, 0 at first.
 * @return NULL on failure, and nothing has changed. */
void *reel_arena_grow(reel_arena *arena, void *items, int n, int *room, size_t size);
void reel_arena_finish(reel_arena *arena);

/** `n` zeroed objects of type `T` from arena `a`. */
#define REEL_ARENA_NEW(a, T, n) ((T *)reel_arena_alloc((a), (size_t)(n), sizeof(T)))

REEL_API_END
