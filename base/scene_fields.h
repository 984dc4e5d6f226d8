/*
 * scene_fields.h - the one table of a scene's fields.
 *
 * Drives encoding, decoding, the checks of indices, and the tests. A field is added to the frozen
 * form by a row here and a member in scene.h; the meaning of old rows never changes without a new
 * REEL_SCENE_FORMAT. Constant data; thread-safe.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

typedef enum reel_field_kind {
    REEL_FIELD_REAL,   /**< double; a JSON number, finite */
    REEL_FIELD_REALS,  /**< `width` doubles in a row; a JSON array */
    REEL_FIELD_INT,    /**< int in min..max */
    REEL_FIELD_INT64,  /**< int64_t in min..max */
    REEL_FIELD_UINT32, /**< uint32_t */
    REEL_FIELD_SEED,   /**< uint64_t; a JSON string of decimal digits: JSON integers are signed */
    REEL_FIELD_BOOL,   /**< bool */
    REEL_FIELD_TEXT,   /**< const char *, never NULL */
    REEL_FIELD_ENUM,   /**< enum of int's size; one of `names` */
    REEL_FIELD_STRUCT, /**< `table` at the offset; a JSON object */
    REEL_FIELD_LIST,   /**< pointer to items of `table`, count at count_offset, min..max of them */
    REEL_FIELD_TEXTS,  /**< pointer to const char *, count at count_offset, min..max of them */
    REEL_FIELD_PARAMS, /**< reel_param list; a JSON object of scalars */
    REEL_FIELD_REAL_LIST, /**< pointer to groups of `width` doubles, count (of groups) at
                               count_offset; a flat JSON array */
    REEL_FIELD_INT_LIST,  /**< the same of ints >= 0 */
    REEL_FIELD_BYTES,     /**< of a reel_image: pointer to width * height * 4 bytes, count at
                               count_offset, at most `max`; a JSON string, base64. Width and height
                               have rows before it */
    REEL_FIELD_FORMAT,    /**< no member: REEL_SCENE_FORMAT */
} reel_field_kind;

typedef struct reel_field_table reel_field_table;

typedef struct reel_field {
    const char *name; /**< JSON key; the member's name */
    reel_field_kind kind;
    size_t offset; /**< in the struct of the table */
    int width;
    int64_t min, max;
    size_t count_offset;
    const char *const *names; /**< ends with NULL */
    const reel_field_table *table;
    bool optional; /**< left out of the frozen form where it has its default */
    double
        fallback;  /**< that default: of every number; texts: "", lists: empty, enums: the first */
    size_t target; /**< not 0: the int is an index (min: -1 = none allowed); offset in reel_scene
                        of the count that it must be below */
} reel_field;

struct reel_field_table {
    const reel_field *fields;
    int n_fields;
    size_t size; /**< of the struct */
};

/** The table of reel_scene. */
extern const reel_field_table reel_scene_fields;

REEL_API_END
