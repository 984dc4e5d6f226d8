/* Base64 against RFC 4648's test vectors, and texts that are not canonical. */
#include "base/base64.h"
#include "tests/check.h"

static void vectors(const void *param)
{
    (void)param;
    static const char *const text[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                       "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t n = 0; n <= 6; n++) {
        uint8_t back[6] = {0};
        char *s = reel_base64_encode((const uint8_t *)"foobar", n);
        CHECK(s);
        CHECK_STR(s, text[n]);
        CHECK(reel_base64_decode(s, back, n));
        CHECK(memcmp(back, "foobar", n) == 0);
        reel_free(s);
    }
}

static void all_bytes(const void *param)
{
    (void)param;
    uint8_t in[257], out[257];
    for (int i = 0; i < 257; i++) {
        in[i] = (uint8_t)(i * 7);
    }
    char *s = reel_base64_encode(in, sizeof in);
    CHECK(s && reel_base64_decode(s, out, sizeof out));
    CHECK(memcmp(in, out, sizeof in) == 0);
    reel_free(s);
}

static void others_are_refused(const void *param)
{
    (void)param;
    static const char *const bad[] = {
        "Zg=", "Zh==", "Zg==\n", "Z===", "Zm8=", "Z\xffg=", "=g==", "Zg=g"};
    uint8_t out[3];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!reel_base64_decode(bad[i], out, 1));
    }
    CHECK(!reel_base64_decode("Zm9=", out, 2));
}

static const check_test tests[] = {
    {"RFC 4648's vectors", vectors, NULL},
    {"all bytes", all_bytes, NULL},
    {"others are refused", others_are_refused, NULL},
};
CHECK_MAIN(tests)
