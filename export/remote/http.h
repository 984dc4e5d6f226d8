/*
 * http.h - one request at a time, signed by AWS Signature Version 4. The only file beside it knows
 * libcurl. A connection is kept for the next request. Thread-safety: one object, one thread.
 */
#pragma once

#include "base/bytes.h"
#include "base/hash.h"

REEL_API_BEGIN

typedef struct reel_http reel_http; /**< opaque */

typedef struct reel_http_keys {
    const char *access_key, *secret_key;
    const char *region;
    const char *service; /**< such as "s3" */
} reel_http_keys;

typedef struct reel_http_request {
    const char *method; /**< "GET", "HEAD", "PUT", "POST" or "DELETE" */
    /** The path is percent-encoded, the query too and its names in byte order, each with its '=':
     * the library signs them as they stand. */
    const char *url;
    const char *const *headers; /**< "Name: value", none empty; NULL-terminated; may be NULL */
    const void *data;           /**< body in memory; NULL: none, or of the file */
    uint64_t size;              /**< of the body */
    int file;                   /**< descriptor of the body; -1: none */
    uint64_t offset;            /**< where the body begins in it */
    /** Progress: bytes of the body sent so far in this request; may be NULL. */
    void (*sent)(void *ctx, uint64_t bytes);
    void *ctx;
} reel_http_request;

typedef struct reel_http_answer {
    int status;                   /**< such as 200 */
    uint64_t length;              /**< Content-Length, also of HEAD */
    char etag[80];                /**< without quotes */
    char sha256[REEL_SHA256_HEX]; /**< x-amz-meta-sha256 */
    double retry_after;           /**< s; 0: not given */
    reel_bytes body;              /**< ends with a NUL that is not counted in its size */
} reel_http_answer;

/** `keys` is borrowed. NULL: out of memory, or a library without TLS or signatures. */
reel_http *reel_http_create(const reel_http_keys *keys);
void reel_http_destroy(reel_http **http);

/**
 * @param[out] answer  body.data is kept between calls; release with reel_bytes_finish().
 * @return REEL_OK whatever the status; REEL_E_RETRY (no connection, a broken one, nothing moves any
 *         more: the message says what); REEL_E_IO (a certificate, a URL, the file); REEL_E_NOMEM.
 */
reel_status reel_http_perform(reel_http *http, const reel_http_request *request,
                              reel_http_answer *answer, reel_error *err) REEL_MUST_CHECK;

/** Version of the library, such as "7.88.1". */
const char *reel_http_version(void);

REEL_API_END
