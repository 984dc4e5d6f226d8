/*
 * take_internal.h - the one table of a take's arrays, for the files of base/take only.
 *
 * Drives allocation, the digest, writing and reading back. Constant data; thread-safe.
 */
#pragma once

#include "base/take.h"

typedef enum reel_take_axis {
    REEL_AXIS_NONE,
    REEL_AXIS_SAMPLE,
    REEL_AXIS_BODY,
    REEL_AXIS_JOINT,
    REEL_AXIS_CHANNEL,
} reel_take_axis;

/** A numeric array of the take: where its pointer is, and its shape [first][second][width]. */
typedef struct reel_take_field {
    const char *name;
    size_t offset; /**< of the pointer in reel_take */
    const char *dtype;
    reel_take_axis first, second;
    int width; /**< components; 0: no third axis */
} reel_take_field;

/** A column of the events. 32-bit members are widened to "<i8", so that there is one integer. */
typedef struct reel_event_field {
    const char *name;
    size_t offset; /**< in reel_event */
    char kind;     /**< 'i' int32, 'l' int64, 'd' double */
    int width;     /**< components; 0: one, without an axis */
} reel_event_field;

enum { REEL_TAKE_N_FIELDS = 16, REEL_EVENT_N_FIELDS = 26 };
extern const reel_take_field reel_take_fields[REEL_TAKE_N_FIELDS];
extern const reel_event_field reel_event_fields[REEL_EVENT_N_FIELDS];

/** An array's description but for its data; a length below 0 is no axis. */
reel_take_array reel_take_describe(const char *name, const char *dtype, int64_t first,
                                   int64_t second, int64_t third);
reel_take_array reel_take_describe_field(const reel_take *take, const reel_take_field *field);
reel_take_array reel_take_describe_event(int n_events, const reel_event_field *field);

/** Address of the member that points to a field's data. */
void **reel_take_member(reel_take *take, const reel_take_field *field);

/** Set figure `i`; false if it is a count and `v` is not a whole number of at most 2^53. */
bool reel_audit_set_figure(reel_audit *audit, int i, double v);
