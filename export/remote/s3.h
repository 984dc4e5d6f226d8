/*
 * s3.h - a place in an object store that speaks S3: s3://BUCKET[/PREFIX].
 *
 * Requests are signed with SHA-256 of what they carry, so that the server refuses what was changed
 * on its way. An object appears whole or not at all, and carries the SHA-256 of its contents as
 * metadata (x-amz-meta-sha256): by that, and by its size, it is told what is there already. Large
 * files go in parts; parts of an interrupted upload that are there with the right MD5 are used, and
 * what cannot be used is aborted. Thread-safety: one object, one thread; several processes may
 * each open the same place.
 */
#pragma once

#include "base/bytes.h"
#include "export/remote/plan.h"

REEL_API_BEGIN

typedef struct reel_s3_options {
    const char *bucket, *prefix; /**< prefix: "" or without '/' at its ends */
    const char *endpoint;        /**< "http[s]://HOST[:PORT]"; NULL: Amazon's of the region */
    const char *region;
    const char *access_key, *secret_key;
    const char *session_token; /**< may be NULL */
    uint64_t part_bytes;       /**< files above go in parts of this size; 5 MiB.. */
    int tries;                 /**< of each request, 1.. */
    /** Wait before a repetition; `why` says for what. @return REEL_OK; REEL_E_RETRY (a stop). */
    reel_status (*wait)(void *ctx, double seconds, const char *why, reel_error *err);
    /** Bytes of the running reel_s3_put() that are sent; may be NULL. */
    void (*sent)(void *ctx, uint64_t bytes);
    void *ctx;
} reel_s3_options;

/** 64 MiB parts, 8 tries; all else empty. */
reel_s3_options reel_s3_options_default(void);

/** Is it "s3://..."? */
bool reel_s3_is_url(const char *text);
/** Bucket and prefix of "s3://BUCKET[/PREFIX]", copied into the arena. @return REEL_OK;
 * REEL_E_USAGE; REEL_E_NOMEM. */
reel_status reel_s3_parse_url(const char *url, reel_arena *arena, reel_s3_options *out,
                              reel_error *err) REEL_MUST_CHECK;

/**
 * Endpoint, region and keys as the usual tools take them from the environment: AWS_ENDPOINT_URL_S3,
 * AWS_ENDPOINT_URL; AWS_REGION, AWS_DEFAULT_REGION (else us-east-1); AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
 * @return REEL_OK; REEL_E_USAGE (no keys).
 */
reel_status reel_s3_from_environment(reel_s3_options *options, reel_error *err) REEL_MUST_CHECK;

typedef struct reel_s3 reel_s3; /**< opaque */

/** Strings are borrowed until the end. @return REEL_OK; REEL_E_USAGE (an endpoint that is no URL);
 * REEL_E_NOMEM. */
reel_status reel_s3_open(const reel_s3_options *options, reel_s3 **out,
                         reel_error *err) REEL_MUST_CHECK;
void reel_s3_close(reel_s3 **s3);

/*
 * All that follows: @return REEL_OK; REEL_E_USAGE (no such bucket, keys that are not taken, no
 * permission, the wrong region: the message says which); REEL_E_RETRY (network or server, after all
 * tries; or a stop); REEL_E_IO (refused for another reason, or the file); REEL_E_NOMEM.
 */

/** Tell of every object below the prefix, by name relative to it. `visit` returns other than
 * REEL_OK to end with that. */
reel_status reel_s3_list(reel_s3 *s3,
                         reel_status (*visit)(void *ctx, const char *name, uint64_t bytes,
                                              reel_error *err),
                         void *ctx, reel_error *err) REEL_MUST_CHECK;

/** What is under this name. *there false: nothing; sha256 "": nobody said. */
reel_status reel_s3_head(reel_s3 *s3, const char *name, bool *there, uint64_t *bytes,
                         char sha256[REEL_SHA256_HEX], reel_error *err) REEL_MUST_CHECK;

/** Mark the files of the plan that are there with size and digest, and tell it of the others. */
reel_status reel_s3_look(reel_s3 *s3, reel_remote_plan *plan, reel_error *err) REEL_MUST_CHECK;

/** Send a file whose size and SHA-256 are known. What has changed since is refused by the server
 * or by us (REEL_E_CONFLICT). */
reel_status reel_s3_put(reel_s3 *s3, const reel_remote_file *file, reel_error *err) REEL_MUST_CHECK;

/** Remove an object; that it is gone already is no error. */
reel_status reel_s3_remove(reel_s3 *s3, const char *name, reel_error *err) REEL_MUST_CHECK;

/** Abort the unfinished uploads of the plan's names. *n (may be NULL): how many. */
reel_status reel_s3_sweep(reel_s3 *s3, const reel_remote_plan *plan, int *n,
                          reel_error *err) REEL_MUST_CHECK;

REEL_API_END
