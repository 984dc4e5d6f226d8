#include "base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *reel_base64_encode(const uint8_t *bytes, size_t n)
{
    char *text = reel_alloc((n + 2) / 3 * 4 + 1);
    char *out = text;
    for (size_t i = 0; text && i < n; i += 3) {
        const size_t left = n - i;
        const uint32_t v = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                           (left > 2 ? bytes[i + 2] : 0u);
        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        *out++ = left > 1 ? digits[v >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[v & 63] : '=';
    }
    if (text) {
        *out = '\0';
    }
    return text;
}

bool reel_base64_decode(const char *text, uint8_t *out, size_t n)
{
    int8_t value[256];
    memset(value, -1, sizeof value);
    for (int i = 0; i < 64; i++) {
        value[(uint8_t)digits[i]] = (int8_t)i;
    }
    if (strlen(text) != (n + 2) / 3 * 4) {
        return false;
    }
    for (size_t i = 0; i < n; i += 3, text += 4) {
        const size_t left = n - i < 3 ? n - i : 3;
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++) {
            const int d = k <= left ? value[(uint8_t)text[k]] : text[k] == '=' ? 0 : -1;
            if (d < 0) {
                return false;
            }
            v = v << 6 | (uint32_t)d;
        }
        for (size_t k = 0; k < left; k++) {
            out[i + k] = (uint8_t)(v >> (16 - 8 * k));
        }
        /* bits beyond the last byte are 0, so that each value has one text */
        if (left < 3 && (v & ((1u << (8 * (3 - left))) - 1)) != 0) {
            return false;
        }
    }
    return true;
}
