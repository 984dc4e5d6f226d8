#include "base/alloc.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The heap is malloc itself with no header in front, so that a library which was given reel_free
 * may release what malloc gave it, and the other way round. */
static uint64_t n_allocs;
static uint64_t n_frees;
static uint64_t fail_in;

/* Threads may allocate side by side where we are a library in a program of others. */
static void count(uint64_t *n)
{
    __atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
}

/* Counts one allocation; false if it is the one that must fail. */
static bool may_allocate(void)
{
    count(&n_allocs);
    if (fail_in > 0 && --fail_in == 0) {
        count(&n_frees); /* it will not live */
        return false;
    }
    return true;
}

static void *counted(void *ptr)
{
    if (!ptr) {
        count(&n_frees);
    }
    return ptr;
}

void *reel_alloc(size_t size)
{
    return may_allocate() ? counted(malloc(size ? size : 1)) : NULL;
}

void *reel_calloc(size_t count, size_t size)
{
    if (!may_allocate()) {
        return NULL;
    }
    const bool is_empty = count == 0 || size == 0;
    return counted(calloc(is_empty ? 1 : count, is_empty ? 1 : size));
}

void *reel_realloc(void *ptr, size_t size)
{
    if (!ptr) {
        return reel_alloc(size);
    }
    /* on success the old block is gone, on failure the new one never was: one of the two ends */
    const bool may = may_allocate();
    void *grown = may ? realloc(ptr, size ? size : 1) : NULL;
    if (may) {
        count(&n_frees);
    }
    return grown;
}

void reel_free(void *ptr)
{
    if (ptr) {
        count(&n_frees);
        free(ptr);
    }
}

void *reel_alloc_aligned(size_t size)
{
    if (!may_allocate()) {
        return NULL;
    }
    if (size > SIZE_MAX - 64) {
        return counted(NULL);
    }
    const size_t whole = size ? (size + 63) / 64 * 64 : 64;
    void *ptr = counted(aligned_alloc(64, whole));
    if (ptr) {
        memset(ptr, 0, whole);
    }
    return ptr;
}

void reel_free_aligned(void *ptr)
{
    reel_free(ptr);
}

uint64_t reel_alloc_count(void)
{
    return n_allocs;
}

uint64_t reel_alloc_live(void)
{
    return n_allocs - n_frees;
}

void reel_alloc_fail_at(uint64_t n)
{
    fail_in = n;
}

/* ---- arena ---- */

enum { ARENA_ALIGN = 16, ARENA_BLOCK = 64 * 1024 };

struct reel_arena_block {
    reel_arena_block *before;
    size_t used, size; /* bytes of payload */
    _Alignas(ARENA_ALIGN) unsigned char payload[];
};

void *reel_arena_alloc(reel_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        return NULL;
    }
    bytes = bytes ? (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN : ARENA_ALIGN;
    if (arena->limit && (bytes > arena->limit || arena->bytes > arena->limit - bytes)) {
        return NULL;
    }
    reel_arena_block *block = arena->last;
    if (!block || block->size - block->used < bytes) {
        const size_t payload = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;
        block = reel_calloc(1, sizeof(*block) + payload);
        if (!block) {
            return NULL;
        }
        block->size = payload;
        /* a big one of its own goes behind, so that the room left in the last block is used up */
        if (arena->last && payload > ARENA_BLOCK) {
            block->before = arena->last->before;
            arena->last->before = block;
        } else {
            block->before = arena->last;
            arena->last = block;
        }
    }
    void *ptr = block->payload + block->used;
    block->used += bytes;
    arena->bytes += bytes;
    return ptr;
}

void *reel_arena_copy(reel_arena *arena, const void *data, size_t count, size_t size)
{
    void *ptr = reel_arena_alloc(arena, count, size);
    if (ptr && count * size > 0) {
        memcpy(ptr, data, count * size);
    }
    return ptr;
}

void *reel_arena_grow(reel_arena *arena, void *items, int n, int *room, size_t size)
{
    assert(n >= 0 && n <= *room);
    if (n < *room) {
        return items;
    }
    if (n > INT_MAX / 2) {
        return NULL;
    }
    const int more = n ? 2 * n : 16;
    void *grown = reel_arena_alloc(arena, (size_t)more, size);
    if (!grown) {
        return NULL;
    }
    if (n) {
        memcpy(grown, items, (size_t)n * size);
    }
    *room = more;
    return grown;
}

char *reel_arena_strdup(reel_arena *arena, const char *s)
{
    return s ? reel_arena_copy(arena, s, strlen(s) + 1, 1) : NULL;
}

char *reel_arena_printf(reel_arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *s = n < 0 ? NULL : reel_arena_alloc(arena, (size_t)n + 1, 1);
    if (s) {
        vsnprintf(s, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    return s;
}

void reel_arena_finish(reel_arena *arena)
{
    for (reel_arena_block *block = arena->last; block;) {
        reel_arena_block *before = block->before;
        reel_free(block);
        block = before;
    }
    arena->last = NULL;
    arena->bytes = 0;
}
