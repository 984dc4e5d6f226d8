/* s3_request.c - one request to a bucket, repeated where that may help */
#include "base/log.h"
#include "export/remote/s3_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ------------------------------------------------------------------------------------ */

void reel_s3_put_encoded(reel_bytes *out, const char *text, bool keep_slash)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++) {
        if (strchr(plain, *text) || (*text == '/' && keep_slash)) {
            reel_bytes_put_u8(out, (uint8_t)*text);
        } else {
            reel_bytes_printf(out, "%%%02X", (unsigned)(uint8_t)*text);
        }
    }
}

void reel_s3_put_key(const reel_s3 *s3, const char *name, reel_bytes *out)
{
    if (s3->options.prefix[0]) {
        reel_bytes_text(out, s3->options.prefix);
        reel_bytes_text(out, "/");
    }
    reel_bytes_text(out, name);
}

const char *reel_xml_next(const char *from, const char *tag, const char **begin, const char **end)
{
    char open[40], close[40];
    snprintf(open, sizeof open, "<%s>", tag);
    snprintf(close, sizeof close, "</%s>", tag);
    const char *at = from ? strstr(from, open) : NULL;
    *begin = at ? at + strlen(open) : NULL;
    *end = at ? strstr(*begin, close) : NULL;
    return *end ? *end + strlen(close) : NULL;
}

/* One entity at `at` (after the '&'): its character and length; 0: none. */
static size_t entity(const char *at, char *out)
{
    static const struct {
        const char *name;
        char c;
    } known[] = {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(at, known[i].name, strlen(known[i].name)) == 0) {
            *out = known[i].c;
            return strlen(known[i].name);
        }
    }
    if (at[0] == '#') {
        char *after = NULL;
        const unsigned long code =
            at[1] == 'x' ? strtoul(at + 2, &after, 16) : strtoul(at + 1, &after, 10);
        if (*after == ';' && code > 0 && code < 128) {
            *out = (char)code;
            return (size_t)(after - at) + 1;
        }
    }
    return 0;
}

bool reel_xml_text(const char *begin, const char *end, const char *tag, char *out, size_t size)
{
    const char *from, *to;
    size_t used = 0;
    if (!reel_xml_next(begin, tag, &from, &to) || to > end) {
        return false;
    }
    while (from < to && used + 1 < size) {
        char c = *from++;
        if (c == '&') {
            from += entity(from, &c);
        }
        out[used++] = c;
    }
    out[used] = '\0';
    return true;
}

/* ---- failures -------------------------------------------------------------------------------- */

typedef struct complaint {
    int status;
    char code[64], message[300];
} complaint;

static complaint read_complaint(const reel_http_answer *answer)
{
    complaint c = {.status = answer->status};
    const char *body = answer->body.data ? (const char *)answer->body.data : "";
    const char *end = body + answer->body.size;
    reel_xml_text(body, end, "Code", c.code, sizeof c.code);
    reel_xml_text(body, end, "Message", c.message, sizeof c.message);
    if (!c.message[0] && !c.code[0] && body[0] != '<') {
        snprintf(c.message, sizeof c.message, "%.200s", body);
    }
    return c;
}

static bool is(const complaint *c, const char *code)
{
    return strcmp(c->code, code) == 0;
}

static bool may_pass(const complaint *c)
{
    return c->status == 408 || c->status == 425 || c->status == 429 || c->status >= 500 ||
           is(c, "RequestTimeout") || is(c, "SlowDown") || is(c, "OperationAborted") ||
           is(c, "InternalError") || is(c, "IncompleteBody");
}

static reel_status explain(const reel_s3 *s3, const reel_s3_request *request, const complaint *c,
                           reel_error *err)
{
    const reel_s3_options *o = &s3->options;
    char what[400];
    snprintf(what, sizeof what, "%s%s%s%s%s", c->message, c->message[0] && c->code[0] ? ", " : "",
             c->code, c->message[0] || c->code[0] ? ", " : "", "status");
    if (is(c, "XAmzContentSHA256Mismatch") || is(c, "BadDigest") || is(c, "InvalidDigest")) {
        return reel_fail(err, REEL_E_CONFLICT,
                         "%s is not of the digest that the manifest gives: it has changed since",
                         request->name ? request->name : "a request");
    }
    if (is(c, "NoSuchBucket") || (c->status == 404 && !request->name && !c->code[0])) {
        return reel_fail(err, REEL_E_USAGE, "there is no bucket %s at %s (region %s)", o->bucket,
                         s3->base, o->region);
    }
    if (is(c, "AuthorizationHeaderMalformed") || is(c, "PermanentRedirect") ||
        is(c, "IllegalLocationConstraintException") || c->status / 100 == 3) {
        return reel_fail(err, REEL_E_USAGE,
                         "the bucket %s is not of region %s: set AWS_REGION (%s %d)", o->bucket,
                         o->region, what, c->status);
    }
    if (is(c, "InvalidAccessKeyId") || is(c, "XAdminUserNotFound") ||
        is(c, "SignatureDoesNotMatch") || is(c, "ExpiredToken") || is(c, "InvalidToken") ||
        c->status == 401) {
        return reel_fail(err, REEL_E_USAGE,
                         "the keys are not taken (%s %d): see AWS_ACCESS_KEY_ID, "
                         "AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN",
                         what, c->status);
    }
    if (is(c, "RequestTimeTooSkewed")) {
        return reel_fail(err, REEL_E_USAGE, "the clock of this machine is wrong (%s %d)", what,
                         c->status);
    }
    if (c->status == 403) {
        return reel_fail(err, REEL_E_USAGE, "no permission to %s %s in s3://%s (%s %d)",
                         request->method, request->name ? request->name : "list", o->bucket, what,
                         c->status);
    }
    return reel_fail(err, REEL_E_IO, "s3://%s: %s %s: %s %d", o->bucket, request->method,
                     request->name ? request->name : "", what, c->status);
}

/* ---- a request ------------------------------------------------------------------------------- */

typedef struct relay {
    const reel_s3 *s3;
    uint64_t before;
} relay;

static void relay_sent(void *ctx, uint64_t bytes)
{
    const relay *r = ctx;
    if (r->s3->options.sent) {
        r->s3->options.sent(r->s3->options.ctx, r->before + bytes);
    }
}

static reel_status put_url(const reel_s3 *s3, const reel_s3_request *request, reel_bytes *url,
                           reel_error *err)
{
    reel_bytes key = {0};
    reel_bytes_text(url, s3->base);
    reel_bytes_text(url, "/");
    if (request->name) {
        reel_s3_put_key(s3, request->name, &key);
        reel_bytes_put_u8(&key, 0);
        reel_s3_put_encoded(url, key.failed ? "" : (const char *)key.data, true);
    }
    if (request->query) {
        reel_bytes_text(url, "?");
        reel_bytes_text(url, request->query);
    }
    reel_bytes_put_u8(url, 0);
    const bool failed = url->failed || key.failed;
    reel_bytes_finish(&key);
    return failed ? reel_fail(err, REEL_E_NOMEM, "out of memory for a request") : REEL_OK;
}

/* Should it be repeated? *status is what it has come to if not. */
static bool again(reel_s3 *s3, const reel_s3_request *request, int i, reel_status *status,
                  double *pause, reel_error *why)
{
    const bool last = i >= s3->options.tries;
    if (*status == REEL_E_RETRY) {
        return !last;
    }
    if (*status) {
        return false;
    }
    const int code = s3->answer.status;
    if (code / 100 == 2 || (code == 404 && request->absent_is_fine)) {
        return false;
    }
    const complaint c = read_complaint(&s3->answer);
    if (!may_pass(&c)) {
        *status = code == 404 && is(&c, "NoSuchUpload")
                      ? reel_fail(why, REEL_E_CONFLICT, "NoSuchUpload")
                      : explain(s3, request, &c, why);
        return false;
    }
    *status = reel_fail(why, REEL_E_RETRY, "%s%s%s (status %d)", c.code, c.message[0] ? ": " : "",
                        c.message, code);
    if (s3->answer.retry_after > *pause) {
        *pause = s3->answer.retry_after;
    }
    return !last;
}

static reel_status repeat(reel_s3 *s3, const reel_s3_request *request,
                          const reel_http_request *http, reel_error *err)
{
    double pause = 0.5;
    for (int i = 1;; i++) {
        reel_error why = {0};
        double wait = pause;
        reel_status status = reel_http_perform(s3->http, http, &s3->answer, &why);
        if (!again(s3, request, i, &status, &wait, &why)) {
            if (status == REEL_E_RETRY) {
                return reel_fail(err, status,
                                 "%s %s failed %d times over: %s; the same command "
                                 "goes on from here",
                                 request->method, request->name ? request->name : s3->base, i,
                                 why.msg);
            }
            if (status && err) {
                *err = why;
            }
            return status;
        }
        char text[700];
        snprintf(text, sizeof text, "%s %s: %s", request->method,
                 request->name ? request->name : s3->options.bucket, why.msg);
        status = s3->options.wait(s3->options.ctx, wait, text, err);
        if (status) {
            return status;
        }
        pause = pause < 30.0 ? 2.0 * pause : 30.0;
    }
}

reel_status reel_s3_do(reel_s3 *s3, const reel_s3_request *request, reel_error *err)
{
    enum { MOST = 8 };
    char digest[100], own[REEL_SHA256_HEX];
    const char *headers[MOST + 3];
    int n = 0;
    relay r = {s3, request->before};
    reel_bytes url = {0};
    for (const char *const *h = request->headers; h && *h; h++) {
        assert(n < MOST);
        headers[n++] = *h;
    }
    if (!request->sha256) {
        assert(request->file < 0);
        reel_sha256_hex(reel_sha256_of(request->data, (size_t)request->size), own);
    }
    snprintf(digest, sizeof digest, "x-amz-content-sha256: %s",
             request->sha256 ? request->sha256 : own);
    headers[n++] = digest;
    if (s3->token[0]) {
        headers[n++] = s3->token;
    }
    headers[n] = NULL;
    reel_status status = put_url(s3, request, &url, err);
    const reel_http_request http = {
        .method = request->method,
        .url = (const char *)url.data,
        .headers = headers,
        .data = request->data,
        .size = request->size,
        .file = request->file,
        .offset = request->offset,
        .sent = request->file >= 0 ? relay_sent : NULL,
        .ctx = &r,
    };
    status = status ? status : repeat(s3, request, &http, err);
    reel_bytes_finish(&url);
    return status;
}
