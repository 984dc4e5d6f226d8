/*
 * s3_internal.h - requests to a bucket, repeated where that may help, and its XML.
 */
#pragma once

#include "export/remote/http.h"
#include "export/remote/s3.h"

REEL_API_BEGIN

struct reel_s3 {
    reel_s3_options options;
    reel_http_keys keys;
    reel_http *http;
    reel_http_answer answer; /* of the last request */
    char base[512];          /* URL of the bucket, without '/' at its end */
    char token[2100];        /* header of the session token, or "" */
};

typedef struct reel_s3_request {
    const char *method;
    const char *name;           /* relative to the prefix; NULL: the bucket */
    const char *query;          /* encoded and in order, without '?'; NULL: none */
    const char *const *headers; /* beside digest and token; NULL-terminated; may be NULL */
    const char *sha256;         /* hex, of the body; NULL: computed from `data` */
    const void *data;
    uint64_t size;
    int file; /* -1: the body is `data` */
    uint64_t offset;
    uint64_t before;     /* bytes that count as sent already */
    bool absent_is_fine; /* 404 is an answer */
} reel_s3_request;

/** Until it is answered with 2xx (or 404, where that is fine) or fails for good; the answer is in
 * s3->answer. Returns as in s3.h; REEL_E_CONFLICT if the body is not of that digest. */
reel_status reel_s3_do(reel_s3 *s3, const reel_s3_request *request,
                       reel_error *err) REEL_MUST_CHECK;

/** Key of a name: with the prefix in front. */
void reel_s3_put_key(const reel_s3 *s3, const char *name, reel_bytes *out);
/** Append percent-encoded; '/' stays if `keep_slash`. */
void reel_s3_put_encoded(reel_bytes *out, const char *text, bool keep_slash);

/** The next element <tag> at or after `from`: its inner text from *begin to *end. NULL: none; else
 * where to look on. */
const char *reel_xml_next(const char *from, const char *tag, const char **begin, const char **end);
/** Text of the first <tag> between begin and end, entities resolved, cut to `size`. false: none. */
bool reel_xml_text(const char *begin, const char *end, const char *tag, char *out, size_t size);

/** The pages of a listing: where the next begins. Zero-initialised at the first. */
typedef struct reel_s3_pages {
    char seen[2300]; /* where a page before began; renewed at the 1st, 2nd, 4th, 8th, ... */
    int n, renew_at;
} reel_s3_pages;

/** Go on at `mark`. @return REEL_OK; REEL_E_IO: a page began there before, and the listing would
 * never end. */
reel_status reel_s3_next_page(const reel_s3 *s3, reel_s3_pages *pages, const char *mark,
                              reel_error *err) REEL_MUST_CHECK;

/* ---- s3_multipart.c ---- */

/** An unfinished upload of this name: the first, by id; the others are aborted. id "": none. */
reel_status reel_s3_find_upload(reel_s3 *s3, const char *name, char *id, size_t size,
                                reel_error *err) REEL_MUST_CHECK;
reel_status reel_s3_abort(reel_s3 *s3, const char *name, const char *id,
                          reel_error *err) REEL_MUST_CHECK;
/** Send an open file in parts. */
reel_status reel_s3_put_parts(reel_s3 *s3, const reel_remote_file *file, int fd,
                              reel_error *err) REEL_MUST_CHECK;

REEL_API_END
