/* bytes.c - see bytes.h */
#include "base/bytes.h"
#include "base/alloc.h"
#include "base/json.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint8_t *reel_bytes_reserve(reel_bytes *b, size_t size)
{
    if (b->failed) {
        return NULL;
    }
    if (size > SIZE_MAX / 4 - b->size) {
        b->failed = true;
        return NULL;
    }
    if (b->size + size > b->capacity) {
        size_t capacity = b->capacity ? b->capacity : 256;
        while (capacity < b->size + size) {
            capacity *= 2;
        }
        uint8_t *data = reel_realloc(b->data, capacity);
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->capacity = capacity;
    }
    return b->data + b->size;
}

void reel_bytes_put(reel_bytes *b, const void *data, size_t size)
{
    uint8_t *at = size ? reel_bytes_reserve(b, size) : NULL;
    if (at) {
        memcpy(at, data, size);
        b->size += size;
    }
}

void reel_bytes_put_u8(reel_bytes *b, uint8_t v)
{
    reel_bytes_put(b, &v, 1);
}

void reel_bytes_put_u32(reel_bytes *b, uint32_t v)
{
    uint8_t le[4];
    for (int i = 0; i < 4; i++) {
        le[i] = (uint8_t)(v >> (8 * i));
    }
    reel_bytes_put(b, le, sizeof(le));
}

void reel_bytes_put_u64(reel_bytes *b, uint64_t v)
{
    uint8_t le[8];
    for (int i = 0; i < 8; i++) {
        le[i] = (uint8_t)(v >> (8 * i));
    }
    reel_bytes_put(b, le, sizeof(le));
}

void reel_bytes_put_varint(reel_bytes *b, uint64_t v)
{
    uint8_t out[10];
    size_t n = 0;
    while (v >= 0x80) {
        out[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    out[n++] = (uint8_t)v;
    reel_bytes_put(b, out, n);
}

void reel_bytes_clear(reel_bytes *b)
{
    b->size = 0;
}

void reel_bytes_finish(reel_bytes *b)
{
    reel_free(b->data);
    *b = (reel_bytes){0};
}

void reel_bytes_text(reel_bytes *b, const char *text)
{
    reel_bytes_put(b, text, strlen(text));
}

void reel_bytes_printf(reel_bytes *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *at = n < 0 ? NULL : (char *)reel_bytes_reserve(b, (size_t)n + 1);
    if (at) {
        vsnprintf(at, (size_t)n + 1, format, again);
        b->size += (size_t)n;
    }
    va_end(again);
}

void reel_bytes_real(reel_bytes *b, double v)
{
    reel_json *value = reel_json_real(v);
    char *text = value ? reel_json_canonical(value, NULL) : NULL;
    if (text) {
        reel_bytes_text(b, text);
    } else {
        b->failed = true;
    }
    reel_free(text);
    reel_json_destroy(&value);
}
