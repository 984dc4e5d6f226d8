/* thrift.c - see thrift.h. */
#include "export/thrift.h"
#include "base/alloc.h"
#include <string.h>

/* ---- writer -----------------------------------------------------------------------------------
 */

static uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static void put_field(reel_thrift_writer *w, int id, reel_thrift_type type)
{
    assert(w->depth > 0 && id > 0);
    int16_t *last = &w->last_id[w->depth - 1];
    const int delta = id - *last;
    if (delta >= 1 && delta <= 15) {
        reel_bytes_put_u8(w->out, (uint8_t)(delta << 4 | (int)type));
    } else {
        reel_bytes_put_u8(w->out, (uint8_t)type);
        reel_bytes_put_varint(w->out, zigzag(id));
    }
    *last = (int16_t)id;
}

void reel_thrift_begin(reel_thrift_writer *w, int id)
{
    if (id) {
        put_field(w, id, REEL_THRIFT_STRUCT);
    }
    assert(w->depth < REEL_THRIFT_MAX_DEPTH);
    w->last_id[w->depth++] = 0;
}

void reel_thrift_end(reel_thrift_writer *w)
{
    assert(w->depth > 0);
    w->depth--;
    reel_bytes_put_u8(w->out, REEL_THRIFT_STOP);
}

void reel_thrift_i32(reel_thrift_writer *w, int id, int32_t v)
{
    put_field(w, id, REEL_THRIFT_I32);
    reel_bytes_put_varint(w->out, zigzag(v));
}

void reel_thrift_i64(reel_thrift_writer *w, int id, int64_t v)
{
    put_field(w, id, REEL_THRIFT_I64);
    reel_bytes_put_varint(w->out, zigzag(v));
}

void reel_thrift_i16(reel_thrift_writer *w, int id, int16_t v)
{
    put_field(w, id, REEL_THRIFT_I16);
    reel_bytes_put_varint(w->out, zigzag(v));
}

void reel_thrift_bool(reel_thrift_writer *w, int id, bool v)
{
    put_field(w, id, v ? REEL_THRIFT_TRUE : REEL_THRIFT_FALSE);
}

void reel_thrift_binary(reel_thrift_writer *w, int id, const void *data, size_t size)
{
    put_field(w, id, REEL_THRIFT_BINARY);
    reel_bytes_put_varint(w->out, size);
    reel_bytes_put(w->out, data, size);
}

void reel_thrift_string(reel_thrift_writer *w, int id, const char *s)
{
    reel_thrift_binary(w, id, s, strlen(s));
}

void reel_thrift_list(reel_thrift_writer *w, int id, reel_thrift_type type, uint32_t n)
{
    put_field(w, id, REEL_THRIFT_LIST);
    if (n < 15) {
        reel_bytes_put_u8(w->out, (uint8_t)(n << 4 | (uint32_t)type));
    } else {
        reel_bytes_put_u8(w->out, (uint8_t)(0xF0 | (int)type));
        reel_bytes_put_varint(w->out, n);
    }
}

void reel_thrift_element_i32(reel_thrift_writer *w, int32_t v)
{
    reel_bytes_put_varint(w->out, zigzag(v));
}

void reel_thrift_element_i64(reel_thrift_writer *w, int64_t v)
{
    reel_bytes_put_varint(w->out, zigzag(v));
}

void reel_thrift_element_bool(reel_thrift_writer *w, bool v)
{
    reel_bytes_put_u8(w->out, v ? REEL_THRIFT_TRUE : REEL_THRIFT_FALSE);
}

void reel_thrift_element_string(reel_thrift_writer *w, const char *s)
{
    reel_thrift_element_binary(w, s, strlen(s));
}

void reel_thrift_element_binary(reel_thrift_writer *w, const void *data, size_t size)
{
    reel_bytes_put_varint(w->out, size);
    reel_bytes_put(w->out, data, size);
}

/* ---- reader -----------------------------------------------------------------------------------
 */

reel_thrift_reader reel_thrift_read(const void *data, size_t size)
{
    return (reel_thrift_reader){.at = data, .end = (const uint8_t *)data + size};
}

static uint8_t get_byte(reel_thrift_reader *r)
{
    if (r->bad || r->at == r->end) {
        r->bad = true;
        return 0;
    }
    return *r->at++;
}

static uint64_t get_varint(reel_thrift_reader *r)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        const uint8_t byte = get_byte(r);
        if (shift == 63 && byte > 1) {
            break;
        }
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) {
            return r->bad ? 0 : v;
        }
    }
    r->bad = true;
    return 0;
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

void reel_thrift_enter(reel_thrift_reader *r)
{
    if (r->depth == REEL_THRIFT_MAX_DEPTH) {
        r->bad = true;
        return;
    }
    r->last_id[r->depth++] = 0;
}

void reel_thrift_leave(reel_thrift_reader *r)
{
    if (!r->bad) {
        assert(r->depth > 0);
        r->depth--;
    }
}

reel_thrift_type reel_thrift_field(reel_thrift_reader *r, int *id)
{
    *id = 0;
    const uint8_t head = get_byte(r);
    if (r->bad || head == REEL_THRIFT_STOP) {
        return REEL_THRIFT_STOP;
    }
    const int delta = head >> 4;
    const int type = head & 15;
    int64_t next = delta ? r->last_id[r->depth - 1] + delta : unzigzag(get_varint(r));
    if (r->bad || type == 0 || type > REEL_THRIFT_STRUCT || next < 1 || next > INT16_MAX) {
        r->bad = true;
        return REEL_THRIFT_STOP;
    }
    r->last_id[r->depth - 1] = (int16_t)next;
    *id = (int)next;
    return (reel_thrift_type)type;
}

int64_t reel_thrift_get_int(reel_thrift_reader *r, reel_thrift_type type)
{
    switch (type) {
    case REEL_THRIFT_I8: return (int8_t)get_byte(r);
    case REEL_THRIFT_I16:
    case REEL_THRIFT_I32:
    case REEL_THRIFT_I64: return unzigzag(get_varint(r));
    default: r->bad = true; return 0;
    }
}

int32_t reel_thrift_get_i32(reel_thrift_reader *r, reel_thrift_type type)
{
    const int64_t v = reel_thrift_get_int(r, type);
    if (v < INT32_MIN || v > INT32_MAX) {
        r->bad = true;
        return 0;
    }
    return (int32_t)v;
}

const uint8_t *reel_thrift_get_binary(reel_thrift_reader *r, reel_thrift_type type, size_t *size)
{
    *size = 0;
    if (type != REEL_THRIFT_BINARY) {
        r->bad = true;
        return r->at;
    }
    const uint64_t n = get_varint(r);
    if (r->bad || n > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        return r->at;
    }
    const uint8_t *data = r->at;
    r->at += n;
    *size = (size_t)n;
    return data;
}

static uint32_t list_header(reel_thrift_reader *r, int *element)
{
    const uint8_t head = get_byte(r);
    *element = head & 15;
    const uint64_t n = head >> 4 == 15 ? get_varint(r) : (uint64_t)(head >> 4);
    if (r->bad || n > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        return 0;
    }
    return (uint32_t)n;
}

uint32_t reel_thrift_get_list(reel_thrift_reader *r, reel_thrift_type type,
                              reel_thrift_type element)
{
    int found = 0;
    if (type != REEL_THRIFT_LIST) {
        r->bad = true;
        return 0;
    }
    const uint32_t n = list_header(r, &found);
    if (n && found != (int)element) {
        r->bad = true;
        return 0;
    }
    return n;
}

/* A value in a list: booleans take a byte there, unlike in fields. */
static void skip_element(reel_thrift_reader *r, int type)
{
    if (type == REEL_THRIFT_TRUE || type == REEL_THRIFT_FALSE) {
        get_byte(r);
    } else {
        reel_thrift_skip(r, (reel_thrift_type)type);
    }
}

static void skip_map(reel_thrift_reader *r)
{
    const uint64_t n = get_varint(r);
    if (n == 0 || r->bad) {
        return;
    }
    const uint8_t types = get_byte(r);
    if (n > (uint64_t)(r->end - r->at)) {
        r->bad = true;
    }
    for (uint64_t i = 0; i < n && !r->bad; i++) {
        skip_element(r, types >> 4);
        skip_element(r, types & 15);
    }
}

void reel_thrift_skip(reel_thrift_reader *r, reel_thrift_type type)
{
    /* The depth of nested lists is bounded by the same stack as that of structs. */
    if (r->bad || r->depth == REEL_THRIFT_MAX_DEPTH) {
        r->bad = true;
        return;
    }
    size_t size;
    int element, id;
    switch (type) {
    case REEL_THRIFT_TRUE:
    case REEL_THRIFT_FALSE: break;
    case REEL_THRIFT_I8:
    case REEL_THRIFT_I16:
    case REEL_THRIFT_I32:
    case REEL_THRIFT_I64: reel_thrift_get_int(r, type); break;
    case REEL_THRIFT_DOUBLE:
        if (r->end - r->at < 8) {
            r->bad = true;
        } else {
            r->at += 8;
        }
        break;
    case REEL_THRIFT_BINARY: reel_thrift_get_binary(r, type, &size); break;
    case REEL_THRIFT_LIST:
    case REEL_THRIFT_SET: {
        const uint32_t n = list_header(r, &element);
        reel_thrift_enter(r);
        for (uint32_t i = 0; i < n && !r->bad; i++) {
            skip_element(r, element);
        }
        reel_thrift_leave(r);
        break;
    }
    case REEL_THRIFT_MAP:
        reel_thrift_enter(r);
        skip_map(r);
        reel_thrift_leave(r);
        break;
    case REEL_THRIFT_STRUCT:
        reel_thrift_enter(r);
        for (reel_thrift_type t = reel_thrift_field(r, &id); t != REEL_THRIFT_STOP;
             t = reel_thrift_field(r, &id)) {
            reel_thrift_skip(r, t);
        }
        reel_thrift_leave(r);
        break;
    default: r->bad = true;
    }
}
