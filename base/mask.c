/*
 * mask.c - see mask.h. A mask is found by its edges: the pixels, counted down the columns, at which
 * it begins or ends. Two that coincide, at the foot of a column and the head of the next, are none.
 */
#include "base/mask.h"
#include "base/alloc.h"
#include <string.h>

reel_status reel_masks_init(reel_masks *out, int n, reel_error *err)
{
    *out = (reel_masks){.n = n};
    out->end = reel_calloc((size_t)n + 1, sizeof *out->end);
    return out->end ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory for masks");
}

void reel_masks_finish(reel_masks *masks)
{
    reel_free(masks->end);
    reel_free(masks->text);
    reel_free(masks->edges);
    reel_free(masks->ids);
    reel_free(masks->count);
    *masks = (reel_masks){0};
}

/* Room for `n` items of `size` bytes; what was there stays. */
static bool grow(void **at, size_t *room, size_t n, size_t size)
{
    if (n <= *room) {
        return true;
    }
    const size_t want = n + n / 2 + 256;
    void *more = reel_realloc(*at, want * size);
    if (!more) {
        return false;
    }
    *at = more;
    *room = want;
    return true;
}

static bool grow_edges(reel_masks *m, size_t n)
{
    size_t room = m->edge_room;
    void *edges = m->edges, *ids = m->ids;
    bool ok = grow(&edges, &room, n, sizeof *m->edges);
    m->edges = edges;
    room = m->edge_room;
    ok = ok && grow(&ids, &room, n, sizeof *m->ids);
    m->ids = ids;
    m->edge_room = ok ? room : m->edge_room;
    return ok;
}

static bool grow_counts(reel_masks *m, size_t n)
{
    void *count = m->count;
    const bool ok = grow(&count, &m->count_room, n, sizeof *m->count);
    m->count = count;
    return ok;
}

/* Append one run; `text` has room for it. */
static size_t put_run(char *text, int64_t x)
{
    size_t n = 0;
    for (bool more = true; more; n++) {
        const int group = (int)(x & 31);
        x = (x - group) / 32; /* exact: towards minus infinity */
        more = group & 16 ? x != -1 : x != 0;
        text[n] = (char)(48 + group + (more ? 32 : 0));
    }
    return n;
}

/* The text of a mask with the given rising edges (equal ones cancel), of `pixels` in all. */
static bool put_edges(reel_masks *m, int i, const uint32_t *edges, size_t n, int64_t pixels)
{
    enum { LONGEST = 7 }; /* characters of a run below 2^31 */
    size_t used = m->end[i - 1];
    void *text = m->text;
    const bool ok = grow(&text, &m->room, used + (n + 2) * LONGEST, 1);
    int64_t at = 0, runs[3] = {0}, k = 0;
    m->text = text;
    if (!ok) {
        return false;
    }
    for (size_t j = 0; j <= n; j++) {
        if (j + 1 < n && edges[j] == edges[j + 1]) {
            j++;
            continue;
        }
        const int64_t to = j < n ? (int64_t)edges[j] : pixels;
        if (j == n && at == pixels) {
            break; /* on to the last pixel: there is no run after it */
        }
        runs[k % 3] = to - at;
        used += put_run(m->text + used, k > 2 ? runs[k % 3] - runs[(k + 1) % 3] : runs[k % 3]);
        at = to;
        k++;
    }
    m->end[i] = used;
    return true;
}

/* Start of each column among the edges, from how many each has in count[column + 1]. */
static size_t sum_counts(uint32_t *count, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += count[i];
        count[i] = (uint32_t)sum;
    }
    return sum;
}

static uint64_t changes(const uint64_t *bits, size_t words, const int box[4], int y, size_t w)
{
    const uint64_t below = y < box[3] ? bits[(size_t)y * words + w] : 0;
    const uint64_t above = y > box[1] ? bits[(size_t)(y - 1) * words + w] : 0;
    return below ^ above;
}

bool reel_masks_put_bits(reel_masks *m, int i, const uint64_t *bits, size_t words, const int box[4],
                         int width, int height)
{
    m->end[i] = m->end[i - 1];
    if (box[2] <= box[0] || box[3] <= box[1]) {
        return true;
    }
    const size_t columns = (size_t)(box[2] - box[0]), first = (size_t)box[0] / 64;
    const size_t last = (size_t)(box[2] - 1) / 64;
    if (!grow_counts(m, columns + 1)) {
        return false;
    }
    memset(m->count, 0, (columns + 1) * sizeof *m->count);
    for (int y = box[1]; y <= box[3]; y++) {
        for (size_t w = first; w <= last; w++) {
            for (uint64_t d = changes(bits, words, box, y, w); d; d &= d - 1) {
                m->count[w * 64 + (size_t)__builtin_ctzll(d) - (size_t)box[0] + 1]++;
            }
        }
    }
    const size_t n = sum_counts(m->count, columns + 1);
    if (!grow_edges(m, n)) {
        return false;
    }
    for (int y = box[1]; y <= box[3]; y++) {
        for (size_t w = first; w <= last; w++) {
            for (uint64_t d = changes(bits, words, box, y, w); d; d &= d - 1) {
                const size_t x = w * 64 + (size_t)__builtin_ctzll(d);
                m->edges[m->count[x - (size_t)box[0]]++] =
                    (uint32_t)(x * (size_t)height + (size_t)y);
            }
        }
    }
    return put_edges(m, i, m->edges, n, (int64_t)width * height);
}

/* Where ids change down the columns. */
typedef struct id_walk {
    const uint16_t *ids;
    unsigned n; /* greatest id that counts */
    int width, height;
    int x, y; /* of the change: pixel (x, y) shows `id`, the one above it `above` */
    unsigned above, id;
} id_walk;

/* 0 above the first row and below the last. */
static unsigned id_at(const id_walk *w, int x, int y)
{
    const unsigned id =
        y < 0 || y >= w->height ? 0u : w->ids[(size_t)y * (size_t)w->width + (size_t)x];
    return id <= w->n ? id : 0u;
}

/* Go to the next change, row after row; begin with (-1, 0). False: there is none. */
static bool next_change(id_walk *w)
{
    static const uint16_t none[4];
    const size_t width = (size_t)w->width;
    w->x++;
    for (; w->y <= w->height; w->y++, w->x = 0) {
        const uint16_t *row = w->y < w->height ? w->ids + (size_t)w->y * width : NULL;
        const uint16_t *over = w->y > 0 ? w->ids + (size_t)(w->y - 1) * width : NULL;
        for (; w->x < w->width; w->x++) {
            const size_t x = (size_t)w->x;
            if (x % 4 == 0 && x + 4 <= width &&
                memcmp(row ? row + x : none, over ? over + x : none, sizeof none) == 0) {
                w->x += 3;
                continue;
            }
            w->above = id_at(w, w->x, w->y - 1);
            w->id = id_at(w, w->x, w->y);
            if (w->above != w->id) {
                return true;
            }
        }
    }
    return false;
}

/* The changes by columns: where in edges[0 .. n), what in ids. */
static bool sort_changes(reel_masks *m, const id_walk *begin, size_t *n)
{
    const size_t columns = (size_t)begin->width;
    id_walk w = *begin;
    if (!grow_counts(m, columns + 1)) {
        return false;
    }
    memset(m->count, 0, (columns + 1) * sizeof *m->count);
    while (next_change(&w)) {
        m->count[w.x + 1]++;
    }
    *n = sum_counts(m->count, columns + 1);
    if (!grow_edges(m, 3 * *n)) {
        return false;
    }
    w = *begin;
    while (next_change(&w)) {
        const uint32_t at = m->count[w.x]++;
        m->edges[at] = (uint32_t)((size_t)w.x * (size_t)w.height + (size_t)w.y);
        m->ids[at] = w.above << 16 | w.id;
    }
    return true;
}

bool reel_masks_put_ids(reel_masks *m, const uint16_t *ids, int width, int height)
{
    const id_walk begin = {
        .ids = ids, .n = (unsigned)m->n, .width = width, .height = height, .x = -1};
    const size_t buckets = (size_t)m->n + 2;
    size_t n = 0;
    memset(m->end, 0, ((size_t)m->n + 1) * sizeof *m->end);
    if (!sort_changes(m, &begin, &n) || !grow_counts(m, buckets)) {
        return false;
    }
    memset(m->count, 0, buckets * sizeof *m->count);
    for (size_t i = 0; i < n; i++) {
        m->count[(m->ids[i] >> 16) + 1]++;
        m->count[(m->ids[i] & 65535) + 1]++;
    }
    sum_counts(m->count, buckets);
    uint32_t *own = m->edges + n; /* the edges of each id together */
    for (size_t i = 0; i < n; i++) {
        own[m->count[m->ids[i] >> 16]++] = m->edges[i];
        own[m->count[m->ids[i] & 65535]++] = m->edges[i];
    }
    for (int i = 1; i <= m->n; i++) { /* count[i] is now where those of i end */
        const size_t from = m->count[i - 1], to = m->count[i];
        m->end[i] = m->end[i - 1];
        if (to > from && !put_edges(m, i, own + from, to - from, (int64_t)width * height)) {
            return false;
        }
    }
    return true;
}

bool reel_mask_decode(const char *text, size_t size, int width, int height, uint8_t *out)
{
    const int64_t pixels = (int64_t)width * height;
    int64_t at = 0, runs[3] = {0}, k = 0;
    size_t i = 0;
    memset(out, 0, (size_t)pixels);
    while (i < size) {
        int64_t x = 0;
        int group = 0, shift = 0;
        do {
            group = i < size ? text[i++] - 48 : -1;
            if (group < 0 || group > 63 || shift > 35) {
                return false;
            }
            x |= (int64_t)(group & 31) << shift;
            shift += 5;
        } while (group & 32);
        if (group & 16) {
            x -= (int64_t)1 << shift;
        }
        x += k > 2 ? runs[(k + 1) % 3] : 0;
        runs[k % 3] = x;
        if (x < 0 || x > pixels - at) {
            return false;
        }
        for (int64_t p = at; k % 2 && p < at + x; p++) {
            out[(p % height) * width + p / height] = 1;
        }
        at += x;
        k++;
    }
    return at == pixels || size == 0;
}
