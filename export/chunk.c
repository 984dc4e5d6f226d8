/* chunk.c - see chunk.h */
#include "export/chunk.h"

#include "export/filters.h"

#include <string.h>
#include <zstd.h>

enum {
    HEADER = 16,
    FORMAT = 2,         /* of the container */
    CODEC_FORMAT = 1,   /* of zstd in it */
    FLAG_SHUFFLE = 1,   /* bytes of items apart */
    FLAG_BITS = 4,      /* bits of items apart */
    FLAG_WHOLE = 16,    /* the bytes of an item are one stream */
    FLAG_ZSTD = 4 << 5, /* codec */
    LEVEL = 1,
};

struct reel_chunk_packer {
    ZSTD_CCtx *zstd;
    uint8_t *filtered; /* one block */
    uint8_t *packed;
    size_t most;
};

static size_t n_blocks(size_t bytes)
{
    return (bytes + REEL_CHUNK_BLOCK - 1) / REEL_CHUNK_BLOCK;
}

reel_chunk_packer *reel_chunk_packer_create(size_t most)
{
    assert(most > 0 && most < (size_t)INT32_MAX - REEL_CHUNK_BLOCK);
    reel_chunk_packer *p = reel_calloc(1, sizeof(*p));
    if (!p) {
        return NULL;
    }
    p->most = most;
    p->zstd = ZSTD_createCCtx();
    p->filtered = reel_alloc_aligned(most < REEL_CHUNK_BLOCK ? most : REEL_CHUNK_BLOCK);
    p->packed = reel_alloc(HEADER + n_blocks(most) * (8 + ZSTD_compressBound(REEL_CHUNK_BLOCK)));
    if (!p->zstd || !p->filtered || !p->packed ||
        ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, LEVEL))) {
        reel_chunk_packer_destroy(&p);
    }
    return p;
}

void reel_chunk_packer_destroy(reel_chunk_packer **packer)
{
    reel_chunk_packer *p = *packer;
    if (p) {
        ZSTD_freeCCtx(p->zstd);
        reel_free(p->filtered);
        reel_free(p->packed);
        reel_free(p);
        *packer = NULL;
    }
}

static void put32(uint8_t *p, size_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (8 * i));
    }
}

/* Delta and shuffle of one block; what needs neither is read where it is. */
static const uint8_t *filter(reel_chunk_packer *p, const reel_plane_info *info, const uint8_t *in,
                             size_t n, bool is_first)
{
    const size_t items = n / (size_t)info->itemsize;
    if (info->itemsize == 2) {
        reel_filter_u16((const uint16_t *)(const void *)in, p->filtered, items, info->delta,
                        info->shuffle == 2, is_first);
        return p->filtered;
    }
    if (info->delta) {
        reel_filter_u8(in, p->filtered, items, is_first);
        return p->filtered;
    }
    return in;
}

/* One block with its length in front; what does not get smaller is stored. */
static reel_status pack_block(reel_chunk_packer *p, const uint8_t *block, size_t n, uint8_t *out,
                              size_t *size, reel_error *err)
{
    size_t packed = ZSTD_compress2(p->zstd, out + 4, ZSTD_compressBound(n), block, n);
    if (ZSTD_isError(packed)) {
        return reel_fail(err, REEL_E_INTERNAL, "%s", ZSTD_getErrorName(packed));
    }
    if (packed >= n) {
        memcpy(out + 4, block, n);
        packed = n;
    }
    put32(out, packed);
    *size = 4 + packed;
    return REEL_OK;
}

reel_status reel_chunk_pack(reel_chunk_packer *p, const reel_plane_info *info, const void *data,
                            size_t bytes, const uint8_t **out, size_t *size, reel_error *err)
{
    assert(bytes > 0 && bytes <= p->most && bytes % (size_t)info->itemsize == 0);
    const size_t blocks = n_blocks(bytes);
    size_t at = HEADER + 4 * blocks;
    for (size_t b = 0; b < blocks; b++) {
        const size_t from = b * REEL_CHUNK_BLOCK, left = bytes - from;
        const size_t n = left < REEL_CHUNK_BLOCK ? left : REEL_CHUNK_BLOCK;
        const uint8_t *block = filter(p, info, (const uint8_t *)data + from, n, b == 0);
        size_t grown = 0;
        put32(p->packed + HEADER + 4 * b, at);
        const reel_status status = pack_block(p, block, n, p->packed + at, &grown, err);
        if (status != REEL_OK) {
            return status;
        }
        at += grown;
    }
    p->packed[0] = FORMAT;
    p->packed[1] = CODEC_FORMAT;
    p->packed[2] =
        (uint8_t)(FLAG_ZSTD | FLAG_WHOLE | (info->shuffle == 2 ? FLAG_BITS : FLAG_SHUFFLE));
    p->packed[3] = (uint8_t)info->itemsize;
    put32(p->packed + 4, bytes);
    put32(p->packed + 8, bytes < REEL_CHUNK_BLOCK ? bytes : REEL_CHUNK_BLOCK);
    put32(p->packed + 12, at);
    *out = p->packed;
    *size = at;
    return REEL_OK;
}
