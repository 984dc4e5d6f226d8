/*
 * json.h - JSON values with canonical output.
 *
 * A thin layer over a library (which stays in json.c). Canonical form: UTF-8, object keys in byte
 * order, no white space, integers as integers, reals as the first of "%.15g", "%.16g", "%.17g" that
 * reads back exactly (with ".0" where it would look like an integer; a point in every locale), no
 * NaN or infinity; in strings only the quote, the backslash and control characters are escaped. So
 * equal values have equal bytes. Thread-safety: one value tree, one thread.
 * Ownership: a value put into an object or array belongs to it; the root is destroyed whole.
 */
#pragma once

#include "base/alloc.h"
#include <stdbool.h>

REEL_API_BEGIN

/**
 * Before anything else, in a library within a program of others: leave the memory functions of the
 * JSON library, which that program may use and may have set, as they are. Allocations of JSON are
 * then not counted, and what fails for want of memory may be told as a mistake in the text.
 */
void reel_json_be_guest(void);

typedef struct reel_json reel_json; /**< opaque */

typedef enum reel_json_type {
    REEL_JSON_NULL,
    REEL_JSON_BOOL,
    REEL_JSON_INT,
    REEL_JSON_REAL,
    REEL_JSON_STRING,
    REEL_JSON_ARRAY,
    REEL_JSON_OBJECT,
} reel_json_type;

/** Whether `s` is valid UTF-8, as keys and strings must be. */
bool reel_json_is_text(const char *s);

/** New values. NULL when out of memory (and for a string that is not UTF-8, a real not finite). */
reel_json *reel_json_object(void);
reel_json *reel_json_array(void);
reel_json *reel_json_string(const char *s);
reel_json *reel_json_int(int64_t v);
reel_json *reel_json_real(double v); /**< finite; a whole number keeps its ".0" */
reel_json *reel_json_bool(bool v);
reel_json *reel_json_null(void);
reel_json *reel_json_copy(const reel_json *v); /**< deep */
void reel_json_destroy(reel_json **v);

/**
 * Put `v` (taken over, destroyed on failure; NULL is a failure) under `key`, or at the end.
 * Returns false when out of memory; chains of puts can be checked once with `ok &= ...`.
 */
bool reel_json_put(reel_json *object, const char *key, reel_json *v);
bool reel_json_push(reel_json *array, reel_json *v);

/** Type of a value that is there (not NULL). */
reel_json_type reel_json_type_of(const reel_json *v);
size_t reel_json_count(const reel_json *v);                  /**< of an array or object; else 0 */
reel_json *reel_json_at(const reel_json *array, size_t i);   /**< borrowed; NULL beyond the end */
reel_json *reel_json_get(const reel_json *o, const char *k); /**< borrowed; NULL if absent */
/** Key and value number `i` of an object in byte order of the keys; NULL beyond the end. Slow for
 * hundreds of keys that were not put in order. `v` may be NULL. */
const char *reel_json_key_at(const reel_json *object, size_t i, reel_json **v);

const char *reel_json_to_string(const reel_json *v);     /**< borrowed; NULL if no string */
bool reel_json_to_int(const reel_json *v, int64_t *out); /**< false if no integer */
bool reel_json_to_real(const reel_json *v, double *out); /**< integers too; false otherwise */
/** false if it is neither true nor false; `out` is untouched then, as in the others. */
bool reel_json_to_bool(const reel_json *v, bool *out);

/**
 * Parse `size` bytes of strict JSON (duplicate keys, trailing text and depth > 64 refused).
 * @param name  for messages, such as a file's name.
 * @return REEL_OK; REEL_E_SCENE with file and line; REEL_E_NOMEM.
 */
reel_status reel_json_parse(const char *text, size_t size, const char *name, reel_json **out,
                            reel_error *err) REEL_MUST_CHECK;

/** Read and parse a file. Adds REEL_E_IO. */
reel_status reel_json_read_file(const char *path, reel_json **out, reel_error *err) REEL_MUST_CHECK;

/** Canonical text (see above), allocated with reel_alloc(), NUL-terminated. NULL: no memory.
 * `size` may be NULL. */
char *reel_json_canonical(const reel_json *v, size_t *size);

/** The same values with line breaks and indentation, for people; ends with a newline. */
char *reel_json_pretty(const reel_json *v, size_t *size);

REEL_API_END
