#include "export/filters.h"

static void encode_u8(const uint8_t *restrict in, uint8_t *restrict out, size_t n)
{
    out[0] = in[0];
    for (size_t i = 1; i < n; i++) {
        out[i] = (uint8_t)(in[i] - in[i - 1]);
    }
}

static void encode_u16(const uint16_t *restrict in, uint16_t *restrict out, size_t n)
{
    out[0] = in[0];
    for (size_t i = 1; i < n; i++) {
        out[i] = (uint16_t)(in[i] - in[i - 1]);
    }
}

void reel_delta_encode(const void *in, void *out, size_t bytes, int itemsize)
{
    assert((itemsize == 1 || itemsize == 2) && bytes % (size_t)itemsize == 0);
    if (bytes == 0) {
        return;
    }
    if (itemsize == 1) {
        encode_u8(in, out, bytes);
    } else {
        encode_u16(in, out, bytes / 2);
    }
}

void reel_delta_decode(void *data, size_t bytes, int itemsize)
{
    assert((itemsize == 1 || itemsize == 2) && bytes % (size_t)itemsize == 0);
    if (itemsize == 1) {
        uint8_t *p = data, sum = 0;
        for (size_t i = 0; i < bytes; i++) {
            p[i] = sum = (uint8_t)(sum + p[i]);
        }
    } else {
        uint16_t *p = data, sum = 0;
        for (size_t i = 0; i < bytes / 2; i++) {
            p[i] = sum = (uint16_t)(sum + p[i]);
        }
    }
}
