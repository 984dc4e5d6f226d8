/*
 * mask.h - binary masks as run-length text, the compressed form of COCO ("counts" as a string).
 *
 * Runs go down the columns, one column after another, off and on in turn, beginning with off. Each
 * length but the first three is stored as its difference from the one two before, in groups of five
 * bits, the lowest first: a character is 48 + group, + 32 if more follow. A text has no character
 * below '0' or above 'o'. Thread-safety: one maker, one thread; the rest is pure.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/** Texts of the masks of instances 1..n, one after another in `text` without anything between. */
typedef struct reel_masks {
    int n;
    size_t *end;           /**< [n + 1]: mask i is text[end[i - 1]] .. text[end[i]]; end[0] = 0 */
    char *text;            /**< end[n] bytes */
    size_t room;           /**< of text, bytes */
    uint32_t *edges, *ids; /**< scratch */
    size_t edge_room;      /**< of both */
    uint32_t *count;       /**< scratch, [count_room] */
    size_t count_room;
} reel_masks;

/** Empty, for `n` instances. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_masks_init(reel_masks *out, int n, reel_error *err) REEL_MUST_CHECK;
void reel_masks_finish(reel_masks *masks); /**< accepts a zeroed one */

/**
 * Set mask `i`, after those below it in order, from rows of bits: bit x % 64 of word x / 64 of row
 * y, `words` a row, nothing set outside of [box[0], box[2]) x [box[1], box[3]). A box without area
 * gives the empty text, which stands for no mask. False: out of memory.
 */
bool reel_masks_put_bits(reel_masks *masks, int i, const uint64_t *bits, size_t words,
                         const int box[4], int width, int height);

/** Set all masks from a plane of ids (0: none; ids beyond n are left out); the text of an id that is
 * nowhere is empty. False: out of memory. */
bool reel_masks_put_ids(reel_masks *masks, const uint16_t *ids, int width, int height);

/** Decode a text of `size` bytes into `out`, [height][width] of 0 and 1; the empty text gives 0
 * everywhere. False, and *out undefined: it is no mask of this size. */
bool reel_mask_decode(const char *text, size_t size, int width, int height, uint8_t *out);

REEL_API_END
