/*
 * fields.h - reading tables of a script, with checks that name the field, and random draws.
 *
 * Wherever a script may write a value it may write a draw (int, number, pick, flag, deg); reading
 * the field draws it, from the stream named by the field's place. Internal to this folder.
 */
#pragma once

#include "base/rng.h"
#include "scenes/script.h"

REEL_API_BEGIN

typedef struct reel_fields {
    lua_State *L;
    int index;      /**< absolute stack index of the table */
    char label[96]; /**< for messages, such as "ball" or "cameras/main" */
    char path[160]; /**< of random streams, such as "objects/ball" */
} reel_fields;

/**
 * Begin to read the table at `index` (an error if it is none). `allowed` is a NULL-terminated
 * list; another string key is an error with a suggestion, and array entries are one too unless
 * the list holds "[]".
 */
reel_fields reel_fields_begin(lua_State *L, int index, const char *label, const char *path,
                              const char *const *allowed);

/** Push the value of a field, drawn if it is a draw; false (nothing pushed) if it is absent. */
bool reel_fields_push(reel_fields *f, const char *name);

/** Leave the script with "label.name: ...". */
_Noreturn void reel_fields_fail(const reel_fields *f, const char *name, const char *fmt, ...)
    REEL_PRINTF(3, 4);

/** Is the field there at all? */
bool reel_fields_has(const reel_fields *f, const char *name);
/** Finite numbers within [lo, hi]; false and *out untouched if the field is absent. */
bool reel_fields_number(reel_fields *f, const char *name, double lo, double hi, double *out);
bool reel_fields_positive(reel_fields *f, const char *name, double *out); /**< > 0 */
bool reel_fields_int(reel_fields *f, const char *name, int64_t lo, int64_t hi, int64_t *out);
bool reel_fields_bool(reel_fields *f, const char *name, bool *out);
/** A non-empty string, copied to the scene's arena; NULL if the field is absent. */
const char *reel_fields_string(reel_fields *f, const char *name);
/** Between `least` and `most` finite numbers; 0 if the field is absent, else how many. */
int reel_fields_vector(reel_fields *f, const char *name, int least, int most, double *out);
/** The same for the value at stack index `index`, called `name`. */
int reel_fields_vector_at(reel_fields *f, int index, const char *name, int least, int most,
                          double *out);
bool reel_fields_vec3(reel_fields *f, const char *name, reel_vec3 *out);

/* --- draws (draw.c) --------------------------------------------------------------------------- */

typedef enum reel_draw_kind {
    REEL_DRAW_INT,
    REEL_DRAW_NUMBER,
    REEL_DRAW_PICK,
    REEL_DRAW_FLAG,
} reel_draw_kind;

/** What int(a, b), number(a, b), pick{...}, flag(p) and deg(a, b) are: a userdata. Choices of a
 * pick are the table in its first user value. */
typedef struct reel_draw {
    reel_draw_kind kind;
    bool angle;       /**< rad, written in degrees */
    bool has_default; /**< as a parameter: take `fallback` instead of drawing */
    double lo, hi;
    int64_t int_lo, int_hi;
    double fallback; /**< number, int, flag; pick: index of the choice, from 1 */
    double chance;   /**< flag */
    int n_choices;
    double total;     /**< of the weights */
    double weights[]; /**< of a pick */
} reel_draw;

/** The draw at `index`, or NULL. */
reel_draw *reel_draw_at(lua_State *L, int index);
/** Push what the value at `index` is: itself, or drawn from the stream `path`. */
void reel_draw_push(lua_State *L, int index, const char *path);

/** The same for a draw at `index`, from a part of its range (ranges.c). An error if the part is not
 * within the range, or empty. */
void reel_range_push(lua_State *L, int index, const reel_param_range *range, const char *path);
/** Index of a choice of a pick, from 1, by the given weights with this sum. */
int reel_draw_choose(const double *weights, int n, double total, reel_rng *rng);

/** Checks for the script's seed, and a stream of it. */
reel_rng reel_script_stream(lua_State *L, const char *path);

REEL_API_END
