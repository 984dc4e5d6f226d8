/*
 * fs.h - files that are whole or absent.
 *
 * Publishing: write to a temporary name in the same folder, fsync, rename, fsync the folder. A
 * name without a temporary mark therefore always holds whole contents, after power loss too.
 * Temporary names start with ".tmp-". Paths are UTF-8. Thread-safety: safe on distinct paths.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

#define REEL_PATH_MAX 4096

/** mkdir -p. @return REEL_OK; REEL_E_IO. */
reel_status reel_fs_make_dirs(const char *path, reel_error *err) REEL_MUST_CHECK;

/** Join with one '/'. Asserts that the result fits `size`. */
void reel_fs_join(char *out, size_t size, const char *dir, const char *name);

/** Whether anything has this name, a dangling link included. */
bool reel_fs_exists(const char *path);
/** Whether it is a folder, or a link to one. */
bool reel_fs_is_dir(const char *path);

/** Whole file into memory (reel_alloc, NUL-terminated); `size` may be NULL. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_fs_read(const char *path, char **data, size_t *size,
                         reel_error *err) REEL_MUST_CHECK;

/** Publish `size` bytes as `path`, replacing an older file. @return REEL_OK; REEL_E_IO. */
reel_status reel_fs_publish(const char *path, const void *data, size_t size,
                            reel_error *err) REEL_MUST_CHECK;

/** The file at `from` as `to` too, which must not exist and whose folder does: a hard link where the
 * file system allows it, else a copy, fsynced. @return REEL_OK; REEL_E_IO. */
reel_status reel_fs_copy(const char *from, const char *to, reel_error *err) REEL_MUST_CHECK;

/** fsync `path` (a file or a folder). @return REEL_OK; REEL_E_IO. */
reel_status reel_fs_sync(const char *path, reel_error *err) REEL_MUST_CHECK;

/** fsync every file and folder under `tmp`, rename it to `path`, fsync the parent. `path` must
 * not exist. @return REEL_OK; REEL_E_IO. */
reel_status reel_fs_publish_dir(const char *tmp, const char *path, reel_error *err) REEL_MUST_CHECK;

/** rm -r; links are removed, never followed. A missing path is no error. */
reel_status reel_fs_remove_tree(const char *path, reel_error *err);

/** Names in a folder, without "." and "..", in byte order. `visit` returns false to stop. */
reel_status reel_fs_list(const char *dir, bool (*visit)(void *ctx, const char *name), void *ctx,
                         reel_error *err) REEL_MUST_CHECK;

REEL_API_END
