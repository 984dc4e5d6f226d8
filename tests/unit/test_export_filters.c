#include "export/filters.h"
#include "tests/check.h"

static void wraps_like_numcodecs(const void *param)
{
    (void)param;
    /* numcodecs.Delta(dtype="<u2").encode(np.array([5, 65535, 0, 1, 40000], "<u2")) and so on */
    static const uint16_t in16[] = {5, 65535, 0, 1, 40000}, want16[] = {5, 65530, 1, 1, 39999};
    static const int16_t in_s[] = {-32768, 32767, -1, 0}, want_s[] = {-32768, -1, -32768, 1};
    static const uint8_t in8[] = {3, 1, 255, 0}, want8[] = {3, 254, 254, 1};
    uint16_t out16[5];
    int16_t out_s[4];
    uint8_t out8[4];
    reel_delta_encode(in16, out16, sizeof(in16), 2);
    CHECK(memcmp(out16, want16, sizeof(want16)) == 0);
    reel_delta_decode(out16, sizeof(out16), 2);
    CHECK(memcmp(out16, in16, sizeof(in16)) == 0);
    reel_delta_encode(in_s, out_s, sizeof(in_s), 2);
    CHECK(memcmp(out_s, want_s, sizeof(want_s)) == 0);
    reel_delta_decode(out_s, sizeof(out_s), 2);
    CHECK(memcmp(out_s, in_s, sizeof(in_s)) == 0);
    reel_delta_encode(in8, out8, sizeof(in8), 1);
    CHECK(memcmp(out8, want8, sizeof(want8)) == 0);
    reel_delta_decode(out8, sizeof(out8), 1);
    CHECK(memcmp(out8, in8, sizeof(in8)) == 0);
    reel_delta_encode(in8, out8, 0, 1);
    reel_delta_decode(out8, 0, 1);
}

static const check_test tests[] = {{"wraps like numcodecs", wraps_like_numcodecs, NULL}};

CHECK_MAIN(tests)
