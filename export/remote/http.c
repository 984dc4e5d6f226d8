/* http.c - see http.h */
#include "export/remote/http.h"
#include "base/alloc.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 20, STALL_SECONDS = 60, MOST_BODY = 64 << 20 };

struct reel_http {
    CURL *curl;
    const reel_http_keys *keys;
    char signing[128];
};

/* A body on its way out and an answer on its way in. */
typedef struct transfer {
    const reel_http_request *request;
    reel_http_answer *answer;
    uint64_t at; /* of the body */
    bool broken; /* the file could not be read: */
    int why;     /* errno; 0: it became shorter */
    bool too_much;
} transfer;

const char *reel_http_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}

reel_http *reel_http_create(const reel_http_keys *keys)
{
    static bool ready;
    if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return NULL;
    }
    ready = true;
    reel_http *http = reel_calloc(1, sizeof *http);
    if (!http) {
        return NULL;
    }
    http->curl = curl_easy_init();
    http->keys = keys;
    snprintf(http->signing, sizeof http->signing, "aws:amz:%.40s:%.40s", keys->region,
             keys->service);
    if (!http->curl) {
        reel_http_destroy(&http);
    }
    return http;
}

void reel_http_destroy(reel_http **http)
{
    if (*http) {
        curl_easy_cleanup((*http)->curl);
        reel_free(*http);
        *http = NULL;
    }
}

/* ---- the body, out --------------------------------------------------------------------------- */

static size_t give(char *to, size_t size, size_t n, void *ctx)
{
    transfer *t = ctx;
    const reel_http_request *r = t->request;
    const uint64_t left = r->size - t->at;
    const size_t want = left < size * n ? (size_t)left : size * n;
    ssize_t got = (ssize_t)want;
    if (r->file < 0) {
        memcpy(to, (const char *)r->data + t->at, want);
    } else {
        do {
            got = pread(r->file, to, want, (off_t)(r->offset + t->at));
        } while (got < 0 && errno == EINTR);
    }
    if (got < 0 || (got == 0 && want > 0)) {
        t->broken = true;
        t->why = got < 0 ? errno : 0;
        return CURL_READFUNC_ABORT;
    }
    t->at += (uint64_t)got;
    if (r->sent) {
        r->sent(r->ctx, t->at);
    }
    return (size_t)got;
}

/* The library sends the body again, after a redirection or on a fresh connection. */
static int seek(void *ctx, curl_off_t offset, int origin)
{
    transfer *t = ctx;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > t->request->size) {
        return CURL_SEEKFUNC_CANTSEEK;
    }
    t->at = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

/* ---- the answer, in -------------------------------------------------------------------------- */

static size_t take(char *data, size_t size, size_t n, void *ctx)
{
    transfer *t = ctx;
    t->too_much |= t->answer->body.size + size * n > MOST_BODY;
    if (!t->too_much) {
        reel_bytes_put(&t->answer->body, data, size * n);
    }
    return t->too_much || t->answer->body.failed ? 0 : size * n;
}

/* The value of a header line of this name, without blanks and quotes; false: another header. */
static bool header_value(const char *line, size_t n, const char *name, char *out, size_t size)
{
    const size_t length = strlen(name);
    if (n <= length || strncasecmp(line, name, length) != 0 || line[length] != ':') {
        return false;
    }
    const char *begin = line + length + 1, *end = line + n;
    while (begin < end && strchr(" \t\"", *begin)) {
        begin++;
    }
    while (end > begin && strchr(" \t\r\n\"", end[-1])) {
        end--;
    }
    snprintf(out, size, "%.*s", (int)(end - begin), begin);
    return true;
}

static size_t take_header(char *line, size_t size, size_t n, void *ctx)
{
    reel_http_answer *answer = ((transfer *)ctx)->answer;
    char text[80];
    const size_t length = size * n;
    if (length > 5 && strncmp(line, "HTTP/", 5) == 0) { /* 100 Continue came before */
        answer->etag[0] = answer->sha256[0] = '\0';
        answer->retry_after = 0;
        answer->length = 0;
    } else if (header_value(line, length, "etag", answer->etag, sizeof answer->etag) ||
               header_value(line, length, "x-amz-meta-sha256", answer->sha256,
                            sizeof answer->sha256)) {
        return length;
    } else if (header_value(line, length, "retry-after", text, sizeof text)) {
        answer->retry_after = (double)strtoul(text, NULL, 10);
    } else if (header_value(line, length, "content-length", text, sizeof text)) {
        answer->length = strtoull(text, NULL, 10);
    }
    return length;
}

/* ---- a request ------------------------------------------------------------------------------- */

static bool set_body(CURL *c, transfer *t)
{
    const reel_http_request *r = t->request;
    const bool has_body = strcmp(r->method, "PUT") == 0 || strcmp(r->method, "POST") == 0;
    if (strcmp(r->method, "HEAD") == 0) {
        return curl_easy_setopt(c, CURLOPT_NOBODY, 1L) == CURLE_OK;
    }
    if (!has_body) {
        return curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method) == CURLE_OK;
    }
    return curl_easy_setopt(c, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->size) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_READFUNCTION, give) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_READDATA, t) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, seek) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SEEKDATA, t) == CURLE_OK;
}

static bool set_up(reel_http *http, transfer *t, struct curl_slist *headers, char *words)
{
    CURL *c = http->curl;
    curl_easy_reset(c); /* keeps connections */
    return curl_easy_setopt(c, CURLOPT_URL, t->request->url) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_AWS_SIGV4, http->signing) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_USERNAME, http->keys->access_key) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PASSWORD, http->keys->secret_key) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_ERRORBUFFER, words) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEDATA, t) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HEADERDATA, t) == CURLE_OK && set_body(c, t);
}

/* What a failed transfer means. */
static reel_status judge(CURLcode code, const transfer *t, const char *words, reel_error *err)
{
    const char *text = words[0] ? words : curl_easy_strerror(code);
    if (t->broken) {
        return reel_fail(err, REEL_E_IO, "the file cannot be read while it is sent: %s",
                         t->why ? strerror(t->why) : "it became shorter");
    }
    if (t->answer->body.failed || code == CURLE_OUT_OF_MEMORY) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for an answer");
    }
    if (t->too_much) {
        return reel_fail(err, REEL_E_IO, "an answer of more than %d MB", MOST_BODY >> 20);
    }
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_NOT_BUILT_IN:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM: return reel_fail(err, REEL_E_IO, "%s", text);
    default: return reel_fail(err, REEL_E_RETRY, "%s", text);
    }
}

reel_status reel_http_perform(reel_http *http, const reel_http_request *request,
                              reel_http_answer *answer, reel_error *err)
{
    char words[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    transfer t = {.request = request, .answer = answer};
    reel_status status = REEL_OK;
    long code = 0;
    reel_bytes body = answer->body;
    reel_bytes_clear(&body);
    *answer = (reel_http_answer){.body = body};
    for (const char *const *h = request->headers; h && *h; h++) {
        struct curl_slist *grown = curl_slist_append(headers, *h);
        if (!grown) {
            status = reel_fail(err, REEL_E_NOMEM, "out of memory for a request");
            break;
        }
        headers = grown;
    }
    if (!status && !set_up(http, &t, headers, words)) {
        status = reel_fail(err, REEL_E_INTERNAL, "libcurl %s lacks what a push needs",
                           reel_http_version());
    }
    if (!status) {
        const CURLcode result = curl_easy_perform(http->curl);
        status = result == CURLE_OK ? REEL_OK : judge(result, &t, words, err);
    }
    if (!status) {
        curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &code);
        answer->status = (int)code;
        reel_bytes_put_u8(&answer->body, 0);
        answer->body.size -= !answer->body.failed;
        status = answer->body.failed ? reel_fail(err, REEL_E_NOMEM, "out of memory") : REEL_OK;
    }
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    return status;
}
