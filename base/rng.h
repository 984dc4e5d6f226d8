/*
 * rng.h - named random streams.
 *
 * Every draw comes from a stream named by what it is for: seed + path, such as "lights/sun/color".
 * Adding a stream moves no other stream. PCG-XSH-RR 64/32 (O'Neill 2014, pcg-random.org); the
 * start state is a hash of (seed, path). Same bits everywhere. Thread-safety: one stream, one
 * thread.
 */
#pragma once

#include "base/status.h"
#include <stdint.h>

REEL_API_BEGIN

typedef struct reel_rng {
    uint64_t state;
    uint64_t inc; /**< odd */
} reel_rng;

/** The stream `path` (any UTF-8 string) of `seed` (any value; 0 is a seed like others). */
reel_rng reel_rng_stream(uint64_t seed, const char *path);

/** The reference generator's own seeding (pcg32_srandom_r): start `state`, sequence `seq`. */
reel_rng reel_rng_init(uint64_t state, uint64_t seq);

/** The next 32 bits of the stream. */
uint32_t reel_rng_u32(reel_rng *rng);
/** Two of them, the first on top. */
uint64_t reel_rng_u64(reel_rng *rng);
double reel_rng_uniform(reel_rng *rng);                      /**< [0, 1), 53 bits */
double reel_rng_range(reel_rng *rng, double lo, double hi);  /**< [lo, hi), lo <= hi */
int64_t reel_rng_int(reel_rng *rng, int64_t lo, int64_t hi); /**< [lo, hi], unbiased */
double reel_rng_normal(reel_rng *rng);                       /**< mean 0, deviation 1 (polar) */

/** Seed of clip `index` at `attempt` (0 first) of a run with `base_seed`: a hash of the three. */
uint64_t reel_clip_seed(uint64_t base_seed, uint64_t index, uint32_t attempt);

REEL_API_END
