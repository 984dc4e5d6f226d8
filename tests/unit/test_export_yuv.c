#include "base/hash.h"
#include "export/yuv.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

enum { MOST = 320 };

static uint8_t rgb[3 * MOST * 8], y[MOST * 8], u[MOST * 4], v[MOST * 4];

static void convert(int width, int height)
{
    reel_yuv_from_rgb(rgb, width, height, y, width, u, width / 2, v, width / 2);
}

/* ITU-R BT.709-6, items 3.2, 3.3 and 4.6, on the mean colour for chroma. */
static void exact(const double c[3], double *luma, double *cb, double *cr)
{
    const double e = (0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]) / 255;
    *luma = 219 * e + 16;
    *cb = 224 * (c[2] / 255 - e) / 1.8556 + 128;
    *cr = 224 * (c[0] / 255 - e) / 1.5748 + 128;
}

static void stays_within_half_a_step_of_bt709(const void *param)
{
    (void)param;
    uint32_t seed = 1;
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 3 * 64 * 2; i++) {
            seed = fixture_noise(seed, (uint32_t)i, (uint32_t)round);
            /* corners of the cube often */
            rgb[i] = seed & 0x300 ? (uint8_t)seed : (seed & 0x400 ? 255 : 0);
        }
        convert(64, 2);
        for (int x = 0; x < 64; x += 2) {
            double mean[3] = {0}, luma, cb, cr;
            for (int k = 0; k < 4; k++) {
                const int at = (k / 2) * 64 + x + k % 2;
                const double c[3] = {rgb[3 * at], rgb[3 * at + 1], rgb[3 * at + 2]};
                exact(c, &luma, &cb, &cr);
                CHECK_NEAR(y[at], luma, 0.515);
                for (int j = 0; j < 3; j++) {
                    mean[j] += c[j] / 4;
                }
            }
            exact(mean, &luma, &cb, &cr);
            CHECK_NEAR(u[x / 2], cb, 0.52);
            CHECK_NEAR(v[x / 2], cr, 0.52);
        }
    }
}

typedef struct colour {
    uint8_t rgb[3], yuv[3];
} colour;

static void primaries_are_the_known_codes(const void *param)
{
    (void)param;
    /* 8-bit codes of BT.709 colour bars at 100 % */
    static const colour bars[] = {
        {{255, 255, 255}, {235, 128, 128}}, {{255, 255, 0}, {219, 16, 138}},
        {{0, 255, 255}, {188, 154, 16}},    {{0, 255, 0}, {173, 42, 26}},
        {{255, 0, 255}, {78, 214, 230}},    {{255, 0, 0}, {63, 102, 240}},
        {{0, 0, 255}, {32, 240, 118}},      {{0, 0, 0}, {16, 128, 128}},
    };
    for (size_t b = 0; b < sizeof(bars) / sizeof(bars[0]); b++) {
        for (int i = 0; i < 4; i++) {
            memcpy(rgb + 3 * i, bars[b].rgb, 3);
        }
        convert(2, 2);
        CHECK_INT(y[3], ==, bars[b].yuv[0]);
        CHECK_INT(u[0], ==, bars[b].yuv[1]);
        CHECK_INT(v[0], ==, bars[b].yuv[2]);
    }
    for (int g = 0; g < 256; g++) {
        memset(rgb, g, 12);
        convert(2, 2);
        CHECK_INT(u[0], ==, 128);
        CHECK_INT(v[0], ==, 128);
    }
}

static void any_width_gives_the_same_pixels(const void *param)
{
    (void)param;
    static uint8_t want[3];
    for (int width = 2; width <= MOST; width += 2) {
        for (int i = 0; i < 3 * width * 4; i++) {
            rgb[i] = (uint8_t)fixture_noise((uint32_t)i, (uint32_t)width, 3);
        }
        convert(width, 4);
        /* the last block alone, converted as a picture of 2 x 2 */
        want[0] = y[4 * width - 1];
        want[1] = u[width - 1];
        want[2] = v[width - 1];
        uint8_t block[12];
        memcpy(block, rgb + 3 * (3 * width - 2), 6);
        memcpy(block + 6, rgb + 3 * (4 * width - 2), 6);
        memcpy(rgb, block, 12);
        convert(2, 2);
        CHECK_INT(y[3], ==, want[0]);
        CHECK_INT(u[0], ==, want[1]);
        CHECK_INT(v[0], ==, want[2]);
    }
}

static void every_cpu_gives_the_same_bits(const void *param)
{
    (void)param;
    for (int i = 0; i < 3 * 306 * 8; i++) {
        rgb[i] = (uint8_t)fixture_noise((uint32_t)i, 1, 2);
    }
    memset(y, 0, sizeof(y));
    memset(u, 0, sizeof(u));
    memset(v, 0, sizeof(v));
    convert(306, 8);
    uint64_t h = reel_xxh64_of(y, sizeof(y), 0);
    h = reel_xxh64_of(u, sizeof(u), h);
    CHECK_HASH(reel_xxh64_of(v, sizeof(v), h), 0x150f166daf7907b8);
}

/* ITU-R BT.709-6 solved for R', G', B'; codes beyond the cube stay at its faces. */
static double exact_back(int luma, int cb, int cr, int channel)
{
    const double e = (luma - 16) / 219.0;
    const double r = e + (cr - 128) / 224.0 * 1.5748, b = e + (cb - 128) / 224.0 * 1.8556;
    const double g = (e - 0.2126 * r - 0.0722 * b) / 0.7152;
    const double c = 255 * (channel == 0 ? r : channel == 1 ? g : b);
    return c < 0 ? 0 : c > 255 ? 255 : c;
}

static void back_is_within_half_a_step(const void *param)
{
    (void)param;
    uint8_t out[3 * 64 * 2];
    for (uint32_t round = 0; round < 200; round++) {
        for (uint32_t i = 0; i < 128; i++) {
            y[i] = (uint8_t)fixture_noise(i, round, 7);
            u[i / 4] = (uint8_t)fixture_noise(i, round, 8);
            v[i / 4] = (uint8_t)fixture_noise(i, round, 9);
        }
        reel_yuv_to_rgb(y, 64, u, 32, v, 32, 64, 2, out);
        for (int i = 0; i < 128; i++) {
            for (int c = 0; c < 3; c++) {
                const int at = (i % 64) / 2;
                CHECK_NEAR(out[3 * i + c], exact_back(y[i], u[at], v[at], c), 0.52);
            }
        }
    }
}

static const check_test tests[] = {
    {"near BT.709", stays_within_half_a_step_of_bt709, NULL},
    {"back to RGB", back_is_within_half_a_step, NULL},
    {"colour bars", primaries_are_the_known_codes, NULL},
    {"any width", any_width_gives_the_same_pixels, NULL},
    {"same bits on every CPU", every_cpu_gives_the_same_bits, NULL},
};

CHECK_MAIN(tests)
