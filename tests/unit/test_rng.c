#include "base/rng.h"
#include "tests/check.h"

/* Outputs that the reference implementation's demo prints for seed 42, sequence 54. */
static void same_as_the_reference(const void *param)
{
    (void)param;
    static const uint32_t want[] = {0xa15c02b7, 0x7b47f409, 0xba1d3330,
                                    0x83d2f293, 0xbfa4784b, 0xcbed606e};
    reel_rng rng = reel_rng_init(42, 54);
    for (int i = 0; i < 6; i++) {
        CHECK_INT(reel_rng_u32(&rng), ==, want[i]);
    }
}

/* Pinned: every dataset depends on them. (Computed with Python's xxhash and integers.) */
static void streams_are_pinned(const void *param)
{
    (void)param;
    reel_rng a = reel_rng_stream(0, "lights/sun/color");
    CHECK_HASH(reel_rng_u64(&a), UINT64_C(0x04c5d6db1639c738));
    reel_rng b = reel_rng_stream(UINT64_MAX, "");
    CHECK_HASH(reel_rng_u64(&b), UINT64_C(0x9061ca64d9510f25));
    CHECK_HASH(reel_clip_seed(0, 0, 0), UINT64_C(0x9098098c9951f3d7));
    CHECK_HASH(reel_clip_seed(7, 12, 1), UINT64_C(0xea9f070caab5f9a0));
}

static void streams_differ(const void *param)
{
    (void)param;
    /* neighbours in seed and path: no first value twice, and no correlation between them */
    static const char *const paths[] = {"a", "b", "aa", "a/0", "a/1", "", "0", "lights/0/color"};
    uint64_t first[8 * 64];
    for (int p = 0; p < 8; p++) {
        for (int s = 0; s < 64; s++) {
            reel_rng rng = reel_rng_stream((uint64_t)s, paths[p]);
            first[p * 64 + s] = reel_rng_u64(&rng);
        }
    }
    for (int i = 0; i < 8 * 64; i++) {
        for (int j = 0; j < i; j++) {
            CHECK(first[i] != first[j]);
        }
    }
    reel_rng a = reel_rng_stream(1, "x"), b = reel_rng_stream(2, "x");
    double sum = 0;
    const int n = 100000;
    for (int i = 0; i < n; i++) {
        const double u = reel_rng_uniform(&a) - 0.5;
        const double v = reel_rng_uniform(&b) - 0.5;
        sum += u * v;
    }
    /* deviation of the mean product: 1 / 12 / sqrt(n) = 2.6e-4; five of them */
    CHECK_NEAR(sum / n, 0, 1.4e-3);
}

static void uniform_is_flat(const void *param)
{
    (void)param;
    enum { BINS = 256, N = 1 << 20 };
    static int bins[BINS];
    reel_rng rng = reel_rng_stream(5, "flat");
    for (int i = 0; i < N; i++) {
        const double u = reel_rng_uniform(&rng);
        CHECK(u >= 0 && u < 1);
        bins[(int)(u * BINS)]++;
    }
    double chi2 = 0;
    for (int i = 0; i < BINS; i++) {
        const double d = bins[i] - (double)N / BINS;
        chi2 += d * d / ((double)N / BINS);
    }
    /* 255 degrees of freedom: mean 255, deviation 22.6; five deviations either way */
    CHECK_NEAR(chi2, 255, 113);
}

static void ranges_hold(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(6, "ranges");
    const double next = nextafter(1.0, 2.0);
    for (int i = 0; i < 10000; i++) {
        const double v = reel_rng_range(&rng, -3, 0.5);
        CHECK(v >= -3 && v < 0.5);
        CHECK(reel_rng_range(&rng, 1, next) == 1); /* the only value in [1, next) */
        CHECK(reel_rng_range(&rng, 2.5, 2.5) == 2.5);
    }
}

static void integers_are_fair(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(7, "dice");
    int counts[6] = {0};
    for (int i = 0; i < 60000; i++) {
        const int64_t v = reel_rng_int(&rng, -2, 3);
        CHECK(v >= -2 && v <= 3);
        counts[v + 2]++;
    }
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR(counts[i], 10000, 500); /* deviation 91 */
    }
    CHECK_INT(reel_rng_int(&rng, 9, 9), ==, 9);
    /* three quarters of all values: plain modulo would give the lower third twice as often */
    const int64_t hi = (INT64_C(1) << 62) - 1;
    int low = 0;
    for (int i = 0; i < 30000; i++) {
        const int64_t v = reel_rng_int(&rng, INT64_MIN, hi);
        CHECK(v <= hi);
        low += v < INT64_MIN / 2;
    }
    CHECK_NEAR(low, 10000, 500);
    int64_t all = 0;
    for (int i = 0; i < 200; i++) {
        all |= reel_rng_int(&rng, INT64_MIN, INT64_MAX);
    }
    CHECK_INT(all, ==, -1);
}

static void normal_has_its_moments(const void *param)
{
    (void)param;
    const int n = 400000;
    double m[5] = {0};
    reel_rng rng = reel_rng_stream(8, "normal");
    for (int i = 0; i < n; i++) {
        const double x = reel_rng_normal(&rng);
        m[1] += x / n;
        m[2] += x * x / n;
        m[3] += x * x * x / n;
        m[4] += x * x * x * x / n;
    }
    /* deviations of the means: 1, sqrt 2, sqrt 15, sqrt 96 over sqrt n = 632; five of them */
    CHECK_NEAR(m[1], 0, 5 / 632.0);
    CHECK_NEAR(m[2], 1, 5 * 1.42 / 632);
    CHECK_NEAR(m[3], 0, 5 * 3.88 / 632);
    CHECK_NEAR(m[4], 3, 5 * 9.8 / 632);
}

static void clip_seeds_differ(const void *param)
{
    (void)param;
    uint64_t seen[10 * 20 * 5];
    int n = 0;
    for (uint64_t base = 0; base < 10; base++) {
        for (uint64_t index = 0; index < 20; index++) {
            for (uint32_t attempt = 0; attempt < 5; attempt++) {
                const uint64_t seed = reel_clip_seed(base, index, attempt);
                for (int i = 0; i < n; i++) {
                    CHECK(seen[i] != seed);
                }
                seen[n++] = seed;
            }
        }
    }
}

static const check_test tests[] = {
    {"the numbers of the reference implementation", same_as_the_reference, NULL},
    {"streams are pinned", streams_are_pinned, NULL},
    {"streams of other seeds and paths differ", streams_differ, NULL},
    {"uniform numbers are flat", uniform_is_flat, NULL},
    {"ranges hold", ranges_hold, NULL},
    {"integers are fair", integers_are_fair, NULL},
    {"normal numbers have their moments", normal_has_its_moments, NULL},
    {"clip seeds differ", clip_seeds_differ, NULL},
};
CHECK_MAIN(tests)
