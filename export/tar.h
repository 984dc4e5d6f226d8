/*
 * tar.h - write ustar archives: the shards of the webdataset layout.
 *
 * Format: POSIX.1-1988 ustar, plain files alone. An archive is a function of names and contents:
 * mode 0644, owner and group 0 without names, time 0. It ends with two zero blocks and is not
 * padded any further. Thread-safety: one writer, one thread.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

enum {
    REEL_TAR_BLOCK = 512,
    REEL_TAR_NAME_MAX = 100, /**< bytes of a member's name */
};

typedef struct reel_tar_writer reel_tar_writer; /**< opaque */

/** Start the archive `path` under a temporary name beside it.
 * @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_tar_create(const char *path, reel_tar_writer **out,
                            reel_error *err) REEL_MUST_CHECK;

/**
 * Append a member. `name` is relative, without ".." or a final slash (assert).
 * @return REEL_OK; REEL_E_IO (full disk, a file of 8 GiB or more); REEL_E_CONFLICT (a name beyond
 * REEL_TAR_NAME_MAX).
 */
reel_status reel_tar_add(reel_tar_writer *tar, const char *name, const void *data, size_t size,
                         reel_error *err) REEL_MUST_CHECK;
/** The same from the regular file `from`; REEL_E_IO also if it cannot be read or changes. */
reel_status reel_tar_add_file(reel_tar_writer *tar, const char *name, const char *from,
                              reel_error *err) REEL_MUST_CHECK;

/** Bytes of the archive if it ended now; of a new one 1024. */
uint64_t reel_tar_size(const reel_tar_writer *tar);
/** Bytes that a member of `size` bytes takes, header included. */
uint64_t reel_tar_member_size(uint64_t size);

/** End the archive, fsync, rename to `path`, fsync the folder. @return REEL_OK; REEL_E_IO. */
reel_status reel_tar_finish(reel_tar_writer *tar, reel_error *err) REEL_MUST_CHECK;

/** Free; an archive that was not finished is removed. Sets to NULL; *tar may be NULL. */
void reel_tar_destroy(reel_tar_writer **tar);

REEL_API_END
