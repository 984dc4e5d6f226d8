/*
 * manifest.h - manifest.json of a dataset: every file with size and SHA-256, and its own digest.
 *
 * Thread-safety: one object, one thread.
 */
#pragma once

#include "base/alloc.h"
#include "base/hash.h"
#include "base/json.h"

REEL_API_BEGIN

#define REEL_DATASET_FORMAT "physreel-dataset"
enum { REEL_DATASET_VERSION = 1 };

/** A file of the dataset. */
typedef struct reel_manifest_file {
    const char *path; /**< relative to the root */
    uint64_t bytes;
    char sha256[REEL_SHA256_HEX];
} reel_manifest_file;

/** Files that are collected. Zero-initialised is empty. */
typedef struct reel_manifest_files {
    reel_arena arena;
    int n, capacity;
    reel_manifest_file *files;
} reel_manifest_files;

/** Add a file whose size and digest are known. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_manifest_put(reel_manifest_files *files, const char *path, uint64_t bytes,
                              const char *sha256, reel_error *err) REEL_MUST_CHECK;
/** Add the file `name` under `root`. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_manifest_put_hashed(reel_manifest_files *files, const char *root, const char *name,
                                     reel_error *err) REEL_MUST_CHECK;
/** Their sizes together. */
uint64_t reel_manifest_bytes(const reel_manifest_files *files);
void reel_manifest_files_finish(reel_manifest_files *files);

/** What a manifest says beside the files. */
typedef struct reel_manifest_facts {
    const char *layout, *name, *command, *license;
    bool colour;
    reel_json *clips; /**< array; becomes part of the manifest, also after a failure */
} reel_manifest_facts;

/** Write `root`/manifest.json over `files` (sorted by path by this). @return REEL_OK; REEL_E_IO;
 * REEL_E_NOMEM. */
reel_status reel_manifest_write(const char *root, const reel_manifest_facts *facts,
                                reel_manifest_files *files, reel_error *err) REEL_MUST_CHECK;

/** The digest that `manifest` ought to carry under "manifest_sha256": of its canonical text
 * without that key. False: out of memory. */
bool reel_manifest_digest(const reel_json *manifest, char hex[REEL_SHA256_HEX]);

REEL_API_END
