#include "base/rng.h"

#include "base/hash.h"
#include "base/trig.h"

#include <math.h>
#include <string.h>

/* O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms". */
#define PCG_MULTIPLIER 6364136223846793005ULL

static void put_le(uint8_t *out, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(v >> (8 * i));
    }
}

static uint64_t get_be64(const uint8_t *in)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) {
        v = v << 8 | in[i];
    }
    return v;
}

reel_rng reel_rng_init(uint64_t state, uint64_t seq)
{
    reel_rng rng = {0, seq << 1 | 1};
    reel_rng_u32(&rng);
    rng.state += state;
    reel_rng_u32(&rng);
    return rng;
}

reel_rng reel_rng_stream(uint64_t seed, const char *path)
{
    /* The seed is hashed as data together with the path's hash: XXH3's own seed parameter only
     * perturbs its secret. */
    uint8_t key[24];
    const reel_xxh128 name = reel_xxh128_of(path, strlen(path));
    put_le(key, seed, 8);
    memcpy(key + 8, name.bytes, 16);
    const reel_xxh128 start = reel_xxh128_of(key, sizeof(key));
    return reel_rng_init(get_be64(start.bytes), get_be64(start.bytes + 8));
}

uint32_t reel_rng_u32(reel_rng *rng)
{
    const uint64_t old = rng->state;
    rng->state = old * PCG_MULTIPLIER + rng->inc;
    const uint32_t mixed = (uint32_t)((old >> 18 ^ old) >> 27);
    const uint32_t turn = (uint32_t)(old >> 59);
    return mixed >> turn | mixed << (-turn & 31);
}

uint64_t reel_rng_u64(reel_rng *rng)
{
    const uint64_t high = reel_rng_u32(rng);
    const uint64_t low = reel_rng_u32(rng);
    return high << 32 | low;
}

double reel_rng_uniform(reel_rng *rng)
{
    return (double)(reel_rng_u64(rng) >> 11) * 0x1p-53;
}

double reel_rng_range(reel_rng *rng, double lo, double hi)
{
    assert(lo <= hi && isfinite(hi - lo));
    const double u = reel_rng_uniform(rng);
    const double v = lo + (hi - lo) * u;
    /* rounding can reach hi, which the half-open range leaves out */
    return v < hi ? v : (lo < hi ? nextafter(hi, lo) : lo);
}

int64_t reel_rng_int(reel_rng *rng, int64_t lo, int64_t hi)
{
    assert(lo <= hi);
    const uint64_t n = (uint64_t)hi - (uint64_t)lo + 1; /* 0: all 2^64 values */
    uint64_t r = reel_rng_u64(rng);
    if (n > 0) {
        /* leave out the first 2^64 mod n values, so that every rest is as frequent */
        const uint64_t out = (0 - n) % n;
        while (r < out) {
            r = reel_rng_u64(rng);
        }
        r %= n;
    }
    return (int64_t)((uint64_t)lo + r);
}

double reel_rng_normal(reel_rng *rng)
{
    /* Marsaglia's polar method; the second value is dropped, so that a stream has no hidden half */
    for (;;) {
        const double x = 2 * reel_rng_uniform(rng) - 1;
        const double y = 2 * reel_rng_uniform(rng) - 1;
        const double s = x * x + y * y;
        if (s < 1 && s > 0) {
            return x * sqrt(-2 * reel_log(s) / s);
        }
    }
}

uint64_t reel_clip_seed(uint64_t base_seed, uint64_t index, uint32_t attempt)
{
    uint8_t key[20];
    put_le(key, base_seed, 8);
    put_le(key + 8, index, 8);
    put_le(key + 16, attempt, 4);
    const reel_xxh128 h = reel_xxh128_of(key, sizeof(key));
    return get_be64(h.bytes);
}
