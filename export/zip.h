/*
 * zip.h - zip archives whose entries are stored, not compressed: what npz files and Zarr stores in
 * a file are. Entries can be written compressed as well; such are not read.
 *
 * Format: PKWARE's APPNOTE 6.3. Written archives are a function of names and contents alone: every
 * date is 1980-01-01 00:00, no extra fields, no comments, no attributes. Archives of 4 GiB and
 * more (zip64) are neither written nor read: an error says so. Names are UTF-8, unique, at most
 * 65535 bytes. Thread-safety: one writer or reader, one thread.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

typedef struct reel_zip_writer reel_zip_writer; /**< opaque */

/** Bytes of an entry that lie in several places. */
typedef struct reel_zip_part {
    const void *data;
    size_t size;
} reel_zip_part;

/** Create `path` (an older file is replaced). @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_zip_create(const char *path, reel_zip_writer **out,
                            reel_error *err) REEL_MUST_CHECK;

/** Append the entry `name` (not added before: assert), made of `n` parts one after another.
 * @return REEL_OK; REEL_E_IO (full disk, archive beyond 4 GiB); REEL_E_NOMEM. */
reel_status reel_zip_add_parts(reel_zip_writer *zip, const char *name, const reel_zip_part *parts,
                               int n, reel_error *err) REEL_MUST_CHECK;
reel_status reel_zip_add(reel_zip_writer *zip, const char *name, const void *data, size_t size,
                         reel_error *err) REEL_MUST_CHECK;

/** The same compressed (deflate, zlib's level 1..9). Bytes depend on zlib's version. Adds
 * REEL_E_INTERNAL (zlib). */
reel_status reel_zip_add_packed(reel_zip_writer *zip, const char *name, const reel_zip_part *parts,
                                int n, int level, reel_error *err) REEL_MUST_CHECK;

/** Write the directory and close the file (flushed, not fsynced). Errors as above. */
reel_status reel_zip_finish(reel_zip_writer *zip, reel_error *err) REEL_MUST_CHECK;

/** Free; a file that was not finished is removed. *zip may be NULL. */
void reel_zip_writer_destroy(reel_zip_writer **zip);

typedef struct reel_zip reel_zip; /**< opaque: an archive opened for reading */

/** Reads the directory; every length in it is checked against the file. Of entries with one name
 * the last counts, as for Python's zipfile. @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (not
 * a zip, damaged, zip64, an entry compressed or encrypted); REEL_E_NOMEM. Errors name file and
 * entry. */
reel_status reel_zip_open(const char *path, reel_zip **out, reel_error *err) REEL_MUST_CHECK;
void reel_zip_close(reel_zip **zip);

/** How many entries there are; they are in byte order of their names. */
int reel_zip_count(const reel_zip *zip);
const char *reel_zip_name(const reel_zip *zip, int entry); /**< NUL-terminated, borrowed */
size_t reel_zip_size(const reel_zip *zip, int entry);      /**< bytes */
int reel_zip_find(const reel_zip *zip, const char *name);  /**< -1 if there is none */

/** Read an entry into `out` of reel_zip_size() bytes and check its CRC. @return REEL_OK; REEL_E_IO;
 * REEL_E_CONFLICT (damaged: names the entry). */
reel_status reel_zip_read(reel_zip *zip, int entry, void *out, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
