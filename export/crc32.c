#include "export/crc32.h"

#include <stdbool.h>
#include <string.h>

/* Sarwate's table extended to eight bytes a round ("slicing by 8", Kounavis and Berry 2005). */
enum { SLICES = 8 };

static uint32_t table[SLICES][256];
static bool is_ready;

static void fill_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++) {
            c = (c >> 1) ^ (c & 1 ? 0xedb88320u : 0);
        }
        table[0][i] = c;
    }
    for (int s = 1; s < SLICES; s++) {
        for (int i = 0; i < 256; i++) {
            table[s][i] = (table[s - 1][i] >> 8) ^ table[0][table[s - 1][i] & 255];
        }
    }
    /* the same values whoever writes them: two threads that both fill it do no harm */
    __atomic_store_n(&is_ready, true, __ATOMIC_RELEASE);
}

static uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t reel_crc32(uint32_t crc, const void *data, size_t size)
{
    if (!__atomic_load_n(&is_ready, __ATOMIC_ACQUIRE)) {
        fill_table();
    }
    const uint8_t *p = data;
    uint32_t c = ~crc;
    while (size >= SLICES) {
        const uint32_t a = c ^ load_le32(p), b = load_le32(p + 4);
        c = table[7][a & 255] ^ table[6][a >> 8 & 255] ^ table[5][a >> 16 & 255] ^
            table[4][a >> 24] ^ table[3][b & 255] ^ table[2][b >> 8 & 255] ^
            table[1][b >> 16 & 255] ^ table[0][b >> 24];
        p += SLICES;
        size -= SLICES;
    }
    while (size-- > 0) {
        c = (c >> 8) ^ table[0][(c ^ *p++) & 255];
    }
    return ~c;
}
