/*
 * npz.h - named arrays in one file, as numpy.savez writes and numpy.load reads them.
 *
 * A zip (export/zip.h) with one "<name>.npy" of format 1.0 per array: C order, little endian.
 * Thread-safety: one writer or reader, one thread.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

enum { REEL_NPZ_MAX_DIMS = 8 };

typedef struct reel_npz_array {
    char dtype[4]; /**< "|u1", "|i1", "|b1", "<u2", "<i2", "<u4", "<i4", "<f4", "<i8", "<f8"... */
    int n_dims;    /**< 0..REEL_NPZ_MAX_DIMS; 0 = one value */
    int64_t shape[REEL_NPZ_MAX_DIMS];
    size_t bytes;
    void *data; /**< writer: borrowed; reader: reel_alloc_aligned()ed, the caller's */
} reel_npz_array;

typedef struct reel_npz_writer reel_npz_writer; /**< opaque */

/** @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_npz_create(const char *path, reel_npz_writer **out,
                            reel_error *err) REEL_MUST_CHECK;
/** Names are unique, without ".npy"; bytes must be what dtype and shape say (assert). */
reel_status reel_npz_add(reel_npz_writer *npz, const char *name, const reel_npz_array *array,
                         reel_error *err) REEL_MUST_CHECK;
/** The same compressed, as numpy.savez_compressed() does; not read by reel_npz_read(). `level`: zlib's,
 * 1..9. */
reel_status reel_npz_add_packed(reel_npz_writer *npz, const char *name, const reel_npz_array *array,
                                int level, reel_error *err) REEL_MUST_CHECK;
/** Close the file (flushed, not fsynced). */
reel_status reel_npz_finish(reel_npz_writer *npz, reel_error *err) REEL_MUST_CHECK;
/** Free; a file that was not finished is removed. *npz may be NULL. */
void reel_npz_writer_destroy(reel_npz_writer **npz);

typedef struct reel_npz reel_npz; /**< opaque */

/** @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (no such file, damaged); REEL_E_NOMEM. */
reel_status reel_npz_open(const char *path, reel_npz **out, reel_error *err) REEL_MUST_CHECK;
void reel_npz_close(reel_npz **npz);

/** How many arrays there are. */
int reel_npz_count(const reel_npz *npz);
/** Name of array `i` in byte order of the names, without ".npy"; borrowed. */
const char *reel_npz_name(const reel_npz *npz, int i);

/** Read array `name`. @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (absent, damaged, Fortran order,
 * big endian, objects: says what); REEL_E_NOMEM. Errors name file and array. */
reel_status reel_npz_read(reel_npz *npz, const char *name, reel_npz_array *out,
                          reel_error *err) REEL_MUST_CHECK;

REEL_API_END
