/*
 * thrift.h - Thrift's compact protocol, as Parquet uses it.
 *
 * Source: the Thrift compact protocol specification (thrift.apache.org). The writer appends to a
 * reel_bytes; the reader walks a bounded slice and never reads outside it: after a malformed byte
 * it is `bad`, and every further call returns zeros. Thread-safety: one object, one thread.
 */
#pragma once

#include "base/bytes.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/** Element and field types of the compact protocol. */
typedef enum reel_thrift_type {
    REEL_THRIFT_STOP = 0,
    REEL_THRIFT_TRUE = 1,
    REEL_THRIFT_FALSE = 2,
    REEL_THRIFT_I8 = 3,
    REEL_THRIFT_I16 = 4,
    REEL_THRIFT_I32 = 5,
    REEL_THRIFT_I64 = 6,
    REEL_THRIFT_DOUBLE = 7,
    REEL_THRIFT_BINARY = 8,
    REEL_THRIFT_LIST = 9,
    REEL_THRIFT_SET = 10,
    REEL_THRIFT_MAP = 11,
    REEL_THRIFT_STRUCT = 12,
} reel_thrift_type;

enum { REEL_THRIFT_MAX_DEPTH = 16 };

/** Writes one value (a struct and what it holds). */
typedef struct reel_thrift_writer {
    reel_bytes *out;
    int depth;
    int16_t last_id[REEL_THRIFT_MAX_DEPTH];
} reel_thrift_writer;

/** Start a struct: the outermost (id 0), a field of the current struct, or a list's element (0). */
void reel_thrift_begin(reel_thrift_writer *w, int id);
void reel_thrift_end(reel_thrift_writer *w);
void reel_thrift_i32(reel_thrift_writer *w, int id, int32_t v);
void reel_thrift_i64(reel_thrift_writer *w, int id, int64_t v);
void reel_thrift_i16(reel_thrift_writer *w, int id, int16_t v);
void reel_thrift_bool(reel_thrift_writer *w, int id, bool v);
void reel_thrift_binary(reel_thrift_writer *w, int id, const void *data, size_t size);
void reel_thrift_string(reel_thrift_writer *w, int id, const char *s);
/** Header of a list of `n` elements; the elements follow (structs by begin(0), the rest below).
 * Lists of booleans are of REEL_THRIFT_TRUE. */
void reel_thrift_list(reel_thrift_writer *w, int id, reel_thrift_type type, uint32_t n);
void reel_thrift_element_i32(reel_thrift_writer *w, int32_t v);
void reel_thrift_element_i64(reel_thrift_writer *w, int64_t v);
void reel_thrift_element_bool(reel_thrift_writer *w, bool v);
void reel_thrift_element_string(reel_thrift_writer *w, const char *s);
void reel_thrift_element_binary(reel_thrift_writer *w, const void *data, size_t size);

/** Reads a slice. Zero `depth` and set the slice to start. */
typedef struct reel_thrift_reader {
    const uint8_t *at, *end;
    bool bad;
    int depth;
    int16_t last_id[REEL_THRIFT_MAX_DEPTH];
} reel_thrift_reader;

/** A reader of these bytes (borrowed). */
reel_thrift_reader reel_thrift_read(const void *data, size_t size);
/** Enter a struct (outermost, after a STRUCT field, or a list's element); leave it after
 * reel_thrift_field() returned STOP. */
void reel_thrift_enter(reel_thrift_reader *r);
void reel_thrift_leave(reel_thrift_reader *r);
/** Next field of the current struct: its type, and its id in `*id`. STOP at the end or if bad. */
reel_thrift_type reel_thrift_field(reel_thrift_reader *r, int *id);
/** Skip a value of this type. */
void reel_thrift_skip(reel_thrift_reader *r, reel_thrift_type type);
/** Integer of any width (i8 .. i64). A bad type or a value beyond 64 bits marks the reader. */
int64_t reel_thrift_get_int(reel_thrift_reader *r, reel_thrift_type type);
/** As above, and must fit 32 bits. */
int32_t reel_thrift_get_i32(reel_thrift_reader *r, reel_thrift_type type);
/** Bytes inside the slice. */
const uint8_t *reel_thrift_get_binary(reel_thrift_reader *r, reel_thrift_type type, size_t *size);
/** Number of elements of a list whose elements must be of `element`; 0 if bad. The count is not
 * larger than the bytes that are left. */
uint32_t reel_thrift_get_list(reel_thrift_reader *r, reel_thrift_type type,
                              reel_thrift_type element);

REEL_API_END
