/* s3.c - a bucket, what is in it, whole objects; see s3.h */
#include "export/remote/s3.h"
#include "base/base64.h"
#include "base/digest.h"
#include "export/remote/s3_internal.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

reel_s3_options reel_s3_options_default(void)
{
    return (reel_s3_options){.prefix = "", .part_bytes = 64u << 20, .tries = 8};
}

/* ---- names and settings ---------------------------------------------------------------------- */

bool reel_s3_is_url(const char *text)
{
    return strncmp(text, "s3://", 5) == 0;
}

reel_status reel_s3_parse_url(const char *url, reel_arena *arena, reel_s3_options *out,
                              reel_error *err)
{
    const char *bucket = url + 5;
    const size_t n = strcspn(bucket, "/");
    const char *prefix = bucket + n + strspn(bucket + n, "/");
    size_t length = strlen(prefix);
    while (length > 0 && prefix[length - 1] == '/') {
        length--;
    }
    bool fine = reel_s3_is_url(url) && n >= 3 && n <= 63 && length <= 512 && !strstr(url, "..");
    for (size_t i = 0; fine && i < n; i++) {
        const char c = bucket[i];
        fine = isdigit((unsigned char)c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
    }
    fine = fine && isalnum((unsigned char)bucket[0]) && isalnum((unsigned char)bucket[n - 1]);
    if (!fine || !reel_json_is_text(prefix) || strstr(prefix, "//")) {
        return reel_fail(err, REEL_E_USAGE,
                         "%s: want s3://BUCKET/PREFIX, the bucket of 3 to 63 lower-case letters, "
                         "digits, dots and hyphens",
                         url);
    }
    out->bucket = reel_arena_printf(arena, "%.*s", (int)n, bucket);
    out->prefix = reel_arena_printf(arena, "%.*s", (int)length, prefix);
    return out->bucket && out->prefix ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory");
}

static const char *setting(const char *name, const char *other)
{
    const char *value = getenv(name);
    if ((!value || !*value) && other) {
        value = getenv(other);
    }
    return value && *value ? value : NULL;
}

reel_status reel_s3_from_environment(reel_s3_options *options, reel_error *err)
{
    options->endpoint = setting("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
    options->region = setting("AWS_REGION", "AWS_DEFAULT_REGION");
    options->region = options->region ? options->region : "us-east-1";
    options->access_key = setting("AWS_ACCESS_KEY_ID", NULL);
    options->secret_key = setting("AWS_SECRET_ACCESS_KEY", NULL);
    options->session_token = setting("AWS_SESSION_TOKEN", NULL);
    if (!options->access_key || !options->secret_key) {
        return reel_fail(err, REEL_E_USAGE,
                         "no keys for s3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and "
                         "AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL where they are needed)");
    }
    return REEL_OK;
}

static reel_status set_base(reel_s3 *s3, reel_error *err)
{
    const reel_s3_options *o = &s3->options;
    if (!o->endpoint) {
        /* a certificate covers one name in front of the host, so no dots in it */
        if (strchr(o->bucket, '.')) {
            snprintf(s3->base, sizeof s3->base, "https://s3.%.60s.amazonaws.com/%s", o->region,
                     o->bucket);
        } else {
            snprintf(s3->base, sizeof s3->base, "https://%s.s3.%.60s.amazonaws.com", o->bucket,
                     o->region);
        }
        return REEL_OK;
    }
    size_t n = strlen(o->endpoint);
    while (n > 0 && o->endpoint[n - 1] == '/') {
        n--;
    }
    const bool is_url =
        strncmp(o->endpoint, "http://", 7) == 0 || strncmp(o->endpoint, "https://", 8) == 0;
    if (!is_url || n > 300 || strpbrk(o->endpoint, " ?#@")) {
        return reel_fail(err, REEL_E_USAGE,
                         "the endpoint %s is no http:// or https:// address (AWS_ENDPOINT_URL)",
                         o->endpoint);
    }
    snprintf(s3->base, sizeof s3->base, "%.*s/%s", (int)n, o->endpoint, o->bucket);
    return REEL_OK;
}

reel_status reel_s3_open(const reel_s3_options *options, reel_s3 **out, reel_error *err)
{
    reel_s3 *s3 = reel_calloc(1, sizeof *s3);
    reel_status status = REEL_OK;
    if (!s3) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    s3->options = *options;
    s3->keys = (reel_http_keys){options->access_key, options->secret_key, options->region, "s3"};
    assert(options->part_bytes > 0 && options->tries > 0);
    if (strlen(options->region) > 40 || strpbrk(options->region, ":/ ")) {
        status = reel_fail(err, REEL_E_USAGE, "%s is no name of a region", options->region);
        goto fail;
    }
    if (options->session_token) {
        const int n = snprintf(s3->token, sizeof s3->token, "x-amz-security-token: %s",
                               options->session_token);
        if (n < 0 || (size_t)n >= sizeof s3->token) {
            status = reel_fail(err, REEL_E_USAGE, "AWS_SESSION_TOKEN is too long");
            goto fail;
        }
    }
    status = set_base(s3, err);
    s3->http = status ? NULL : reel_http_create(&s3->keys);
    if (!status && !s3->http) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for libcurl");
    }
    if (!status) {
        *out = s3;
        return REEL_OK;
    }
fail:
    reel_s3_close(&s3);
    return status;
}

void reel_s3_close(reel_s3 **s3)
{
    if (*s3) {
        reel_http_destroy(&(*s3)->http);
        reel_bytes_finish(&(*s3)->answer.body);
        reel_free(*s3);
        *s3 = NULL;
    }
}

/* ---- what is there --------------------------------------------------------------------------- */

reel_status reel_s3_next_page(const reel_s3 *s3, reel_s3_pages *pages, const char *mark,
                              reel_error *err)
{
    if (pages->n > 0 && strcmp(pages->seen, mark) == 0) {
        return reel_fail(err, REEL_E_IO,
                         "%s: the server lists the same page again and again, so what is in %s "
                         "cannot be told",
                         s3->base, s3->options.bucket);
    }
    if (pages->n++ == pages->renew_at) {
        snprintf(pages->seen, sizeof pages->seen, "%s", mark);
        pages->renew_at = 2 * pages->renew_at + 1;
    }
    return REEL_OK;
}

static reel_status visit_page(reel_s3 *s3,
                              reel_status (*visit)(void *ctx, const char *name, uint64_t bytes,
                                                   reel_error *err),
                              void *ctx, reel_error *err)
{
    const char *begin, *end;
    const char *text = (const char *)s3->answer.body.data;
    const size_t skip = s3->options.prefix[0] ? strlen(s3->options.prefix) + 1 : 0;
    reel_status status = REEL_OK;
    while (!status && (text = reel_xml_next(text, "Contents", &begin, &end))) {
        char key[1100], size[32];
        if (!reel_xml_text(begin, end, "Key", key, sizeof key) || strlen(key) <= skip ||
            !reel_xml_text(begin, end, "Size", size, sizeof size)) {
            continue; /* a marker of a folder: the prefix itself */
        }
        status = visit(ctx, key + skip, strtoull(size, NULL, 10), err);
    }
    return status;
}

reel_status reel_s3_list(reel_s3 *s3,
                         reel_status (*visit)(void *ctx, const char *name, uint64_t bytes,
                                              reel_error *err),
                         void *ctx, reel_error *err)
{
    char token[1100] = "", more[8] = "true";
    reel_s3_pages pages = {.n = 0};
    reel_status status = REEL_OK;
    while (!status && strcmp(more, "true") == 0) {
        reel_bytes query = {0};
        if (token[0]) {
            reel_bytes_text(&query, "continuation-token=");
            reel_s3_put_encoded(&query, token, false);
            reel_bytes_text(&query, "&");
        }
        reel_bytes_text(&query, "list-type=2&prefix=");
        if (s3->options.prefix[0]) {
            reel_s3_put_encoded(&query, s3->options.prefix, false);
            reel_bytes_text(&query, "%2F");
        }
        reel_bytes_put_u8(&query, 0);
        const reel_s3_request request = {
            .method = "GET", .query = (const char *)query.data, .file = -1};
        status = query.failed ? reel_fail(err, REEL_E_NOMEM, "out of memory")
                              : reel_s3_do(s3, &request, err);
        reel_bytes_finish(&query);
        status = status ? status : visit_page(s3, visit, ctx, err);
        const char *body = (const char *)s3->answer.body.data;
        const char *end = body ? body + s3->answer.body.size : NULL;
        if (status || !reel_xml_text(body, end, "IsTruncated", more, sizeof more) ||
            strcmp(more, "true") != 0) {
            break;
        }
        if (!reel_xml_text(body, end, "NextContinuationToken", token, sizeof token)) {
            return reel_fail(err, REEL_E_IO,
                             "%s: the server lists a part of what is there, and not how to go on",
                             s3->base);
        }
        status = reel_s3_next_page(s3, &pages, token, err);
    }
    return status;
}

reel_status reel_s3_head(reel_s3 *s3, const char *name, bool *there, uint64_t *bytes,
                         char sha256[REEL_SHA256_HEX], reel_error *err)
{
    const reel_s3_request request = {
        .method = "HEAD", .name = name, .file = -1, .absent_is_fine = true};
    const reel_status status = reel_s3_do(s3, &request, err);
    if (!status) {
        *there = s3->answer.status != 404;
        *bytes = s3->answer.length;
        memcpy(sha256, s3->answer.sha256, REEL_SHA256_HEX);
    }
    return status;
}

typedef struct look {
    reel_remote_plan *plan;
    bool *same_size; /* [n_files] */
} look;

static reel_status see(void *ctx, const char *name, uint64_t bytes, reel_error *err)
{
    const look *l = ctx;
    const reel_remote_file *file = reel_remote_plan_find(l->plan, name);
    if (!file) {
        return reel_remote_plan_other(l->plan, name, err);
    }
    l->same_size[file - l->plan->files] = bytes == file->bytes;
    return REEL_OK;
}

reel_status reel_s3_look(reel_s3 *s3, reel_remote_plan *plan, reel_error *err)
{
    look l = {plan, reel_calloc((size_t)plan->n_files + 1, sizeof(bool))};
    reel_status status = l.same_size ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory");
    plan->n_others = 0;
    status = status ? status : reel_s3_list(s3, see, &l, err);
    for (int i = 0; !status && i < plan->n_files; i++) {
        reel_remote_file *file = &plan->files[i];
        char sha256[REEL_SHA256_HEX];
        uint64_t bytes = 0;
        file->there = false;
        if (l.same_size[i]) {
            status = reel_s3_head(s3, file->name, &file->there, &bytes, sha256, err);
            file->there =
                file->there && !status && bytes == file->bytes && strcmp(sha256, file->sha256) == 0;
        }
    }
    reel_free(l.same_size);
    return status;
}

/* ---- whole objects --------------------------------------------------------------------------- */

/* The digest in base64, as x-amz-checksum-sha256 wants it. */
static char *checksum_header(const char *sha256)
{
    uint8_t bytes[32];
    char line[128];
    for (int i = 0; i < 32; i++) {
        const char pair[3] = {sha256[2 * i], sha256[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    char *text = reel_base64_encode(bytes, sizeof bytes);
    snprintf(line, sizeof line, "x-amz-checksum-sha256: %s", text ? text : "");
    char *copy = text ? reel_alloc(sizeof line) : NULL;
    if (copy) {
        memcpy(copy, line, sizeof line);
    }
    reel_free(text);
    return copy;
}

static reel_status put_whole(reel_s3 *s3, const reel_remote_file *file, int fd, reel_error *err)
{
    char meta[100];
    char *checksum = checksum_header(file->sha256);
    const char *headers[] = {"Content-Type: application/octet-stream", meta, checksum, NULL};
    const reel_s3_request request = {
        .method = "PUT",
        .name = file->name,
        .headers = headers,
        .sha256 = file->sha256,
        .size = file->bytes,
        .file = fd,
    };
    snprintf(meta, sizeof meta, "x-amz-meta-sha256: %s", file->sha256);
    const reel_status status =
        checksum ? reel_s3_do(s3, &request, err) : reel_fail(err, REEL_E_NOMEM, "out of memory");
    reel_free(checksum);
    return status;
}

reel_status reel_s3_put(reel_s3 *s3, const reel_remote_file *file, reel_error *err)
{
    struct stat st;
    const int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        const int why = errno;
        if (fd >= 0) {
            close(fd);
        }
        return reel_fail_at(err, REEL_E_IO, file->path, 0, NULL, "cannot be read: %s",
                            fd < 0 ? strerror(why) : "not a regular file");
    }
    reel_status status = REEL_OK;
    if ((uint64_t)st.st_size != file->bytes) {
        status = reel_fail_at(err, REEL_E_CONFLICT, file->path, 0, NULL,
                              "has changed: its size is not the manifest's");
    } else if (file->bytes <= s3->options.part_bytes) {
        status = put_whole(s3, file, fd, err);
    } else {
        status = reel_s3_put_parts(s3, file, fd, err);
    }
    close(fd);
    return status;
}

reel_status reel_s3_remove(reel_s3 *s3, const char *name, reel_error *err)
{
    const reel_s3_request request = {
        .method = "DELETE", .name = name, .file = -1, .absent_is_fine = true};
    return reel_s3_do(s3, &request, err);
}
