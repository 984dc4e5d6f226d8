/* s3_multipart.c - large files in parts: found again after an interruption, or begun anew */
#include "base/alloc.h"
#include "base/digest.h"
#include "export/remote/s3_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 10000, ID = 1100, TRIES = 3 };

typedef struct part {
    char etag[80]; /* "": not there */
} part;

typedef struct upload {
    const reel_remote_file *file;
    int fd;
    char id[ID];
    uint64_t part_bytes;
    int n_parts;
    part *parts;
    bool found; /* begun by an earlier run */
} upload;

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for an upload in parts");
}

static uint64_t part_size(const upload *u, int i)
{
    const uint64_t begin = (uint64_t)i * u->part_bytes;
    const uint64_t left = u->file->bytes - begin;
    return left < u->part_bytes ? left : u->part_bytes;
}

/* "a=...&uploadId=...": the query of a request to this upload. */
static char *id_query(const char *before, const char *id)
{
    reel_bytes text = {0};
    reel_bytes_text(&text, before);
    reel_bytes_text(&text, "uploadId=");
    reel_s3_put_encoded(&text, id, false);
    reel_bytes_put_u8(&text, 0);
    if (text.failed) {
        reel_bytes_finish(&text);
        return NULL;
    }
    return (char *)text.data;
}

static bool is_gone(const reel_s3 *s3, reel_status status)
{
    return status == REEL_E_CONFLICT && s3->answer.status == 404;
}

/* ---- unfinished uploads ---------------------------------------------------------------------- */

reel_status reel_s3_abort(reel_s3 *s3, const char *name, const char *id, reel_error *err)
{
    reel_error why = {0};
    char *query = id_query("", id);
    const reel_s3_request request = {
        .method = "DELETE", .name = name, .query = query, .file = -1, .absent_is_fine = true};
    const reel_status status = query ? reel_s3_do(s3, &request, &why) : no_memory(&why);
    reel_free(query);
    if (status && err) {
        *err = why;
    }
    return status;
}

typedef struct pending {
    reel_bytes entries; /* key NUL id NUL key NUL ... */
    int n;
} pending;

/* Uploads on one page of the listing. */
static void read_uploads(const reel_s3 *s3, pending *out)
{
    const char *begin, *end;
    const char *text = (const char *)s3->answer.body.data;
    while ((text = reel_xml_next(text, "Upload", &begin, &end))) {
        char key[1100], id[ID];
        if (reel_xml_text(begin, end, "Key", key, sizeof key) &&
            reel_xml_text(begin, end, "UploadId", id, sizeof id)) {
            reel_bytes_put(&out->entries, key, strlen(key) + 1);
            reel_bytes_put(&out->entries, id, strlen(id) + 1);
            out->n++;
        }
    }
}

/* All unfinished uploads whose keys begin so. */
static reel_status list_uploads(reel_s3 *s3, const char *prefix, pending *out, reel_error *err)
{
    char key[1100] = "", id[ID] = "", more[8], mark[sizeof key + sizeof id];
    reel_s3_pages pages = {.n = 0};
    reel_status status = REEL_OK;
    for (bool again = true; again && !status;) {
        reel_bytes query = {0};
        if (key[0]) {
            reel_bytes_text(&query, "key-marker=");
            reel_s3_put_encoded(&query, key, false);
            reel_bytes_text(&query, "&");
        }
        reel_bytes_text(&query, "prefix=");
        reel_s3_put_encoded(&query, prefix, false);
        if (id[0]) {
            reel_bytes_text(&query, "&upload-id-marker=");
            reel_s3_put_encoded(&query, id, false);
        }
        reel_bytes_text(&query, "&uploads=");
        reel_bytes_put_u8(&query, 0);
        const reel_s3_request request = {
            .method = "GET", .query = (const char *)query.data, .file = -1};
        status = query.failed ? no_memory(err) : reel_s3_do(s3, &request, err);
        reel_bytes_finish(&query);
        if (!status) {
            const char *body = (const char *)s3->answer.body.data;
            const char *end = body + s3->answer.body.size;
            read_uploads(s3, out);
            again = reel_xml_text(body, end, "IsTruncated", more, sizeof more) &&
                    strcmp(more, "true") == 0 &&
                    reel_xml_text(body, end, "NextKeyMarker", key, sizeof key);
            id[0] = '\0';
            (void)!reel_xml_text(body, end, "NextUploadIdMarker", id, sizeof id);
            snprintf(mark, sizeof mark, "%s\n%s", key, id);
            status = again ? reel_s3_next_page(s3, &pages, mark, err) : REEL_OK;
        }
    }
    return !status && out->entries.failed ? no_memory(err) : status;
}

/* A key below our prefix by the name it has there; NULL: it is not below. */
static const char *name_of(const reel_s3 *s3, const char *key)
{
    const size_t n = strlen(s3->options.prefix);
    if (n == 0) {
        return key;
    }
    return strncmp(key, s3->options.prefix, n) == 0 && key[n] == '/' ? key + n + 1 : NULL;
}

reel_status reel_s3_find_upload(reel_s3 *s3, const char *name, char *id, size_t size,
                                reel_error *err)
{
    pending found = {0};
    reel_bytes key = {0};
    id[0] = '\0';
    reel_s3_put_key(s3, name, &key);
    reel_bytes_put_u8(&key, 0);
    reel_status status =
        key.failed ? no_memory(err) : list_uploads(s3, (const char *)key.data, &found, err);
    const char *at = (const char *)found.entries.data;
    for (int i = 0; !status && i < found.n; i++) {
        const char *its_id = at + strlen(at) + 1;
        if (strcmp(at, (const char *)key.data) == 0 && !id[0] && strlen(its_id) < size) {
            memcpy(id, its_id, strlen(its_id) + 1);
        } else if (strcmp(at, (const char *)key.data) == 0) {
            status = reel_s3_abort(s3, name, its_id, err);
        }
        at = its_id + strlen(its_id) + 1;
    }
    reel_bytes_finish(&found.entries);
    reel_bytes_finish(&key);
    return status;
}

reel_status reel_s3_sweep(reel_s3 *s3, const reel_remote_plan *plan, int *n, reel_error *err)
{
    pending found = {0};
    int aborted = 0;
    reel_status status = list_uploads(s3, s3->options.prefix, &found, err);
    const char *at = (const char *)found.entries.data;
    for (int i = 0; !status && i < found.n; i++) {
        const char *id = at + strlen(at) + 1;
        const char *name = name_of(s3, at);
        if (name && reel_remote_plan_find(plan, name)) {
            status = reel_s3_abort(s3, name, id, err);
            aborted++;
        }
        at = id + strlen(id) + 1;
    }
    reel_bytes_finish(&found.entries);
    if (n) {
        *n = aborted;
    }
    return status;
}

/* ---- parts that are there -------------------------------------------------------------------- */

/* One part of the listing: ours, if size and MD5 are right. *fits false: it is another file's. */
static reel_status judge_part(upload *u, const char *begin, const char *end, bool *fits,
                              reel_error *err)
{
    char number[16], size[32], etag[80], md5[REEL_MD5_HEX];
    *fits = false;
    if (!reel_xml_text(begin, end, "PartNumber", number, sizeof number) ||
        !reel_xml_text(begin, end, "Size", size, sizeof size) ||
        !reel_xml_text(begin, end, "ETag", etag, sizeof etag)) {
        return REEL_OK;
    }
    const long i = strtol(number, NULL, 10) - 1;
    char *bare = etag + (etag[0] == '"');
    bare[strcspn(bare, "\"")] = '\0';
    if (i < 0 || i >= u->n_parts || strtoull(size, NULL, 10) != part_size(u, (int)i)) {
        return REEL_OK;
    }
    const reel_status status =
        reel_md5_of_slice(u->fd, (uint64_t)i * u->part_bytes, part_size(u, (int)i), md5, err);
    if (status == REEL_E_INTERNAL) {
        return REEL_OK; /* no MD5 here: nothing to tell the part by */
    }
    *fits = !status && strcmp(md5, bare) == 0;
    if (*fits) {
        snprintf(u->parts[i].etag, sizeof u->parts[i].etag, "%s", bare);
    }
    return status;
}

/* The parts of the upload that was found. *fits false: it is not of this file. */
static reel_status look_at_parts(reel_s3 *s3, upload *u, bool *fits, reel_error *err)
{
    char marker[16] = "", more[8] = "true";
    reel_s3_pages pages = {.n = 0};
    reel_status status = REEL_OK;
    *fits = true;
    while (!status && *fits && strcmp(more, "true") == 0) {
        char before[64] = "";
        if (marker[0]) {
            snprintf(before, sizeof before, "part-number-marker=%.10s&", marker);
        }
        char *query = id_query(before, u->id);
        const reel_s3_request request = {
            .method = "GET", .name = u->file->name, .query = query, .file = -1};
        status = query ? reel_s3_do(s3, &request, err) : no_memory(err);
        reel_free(query);
        if (is_gone(s3, status)) {
            *fits = false;
            return REEL_OK;
        }
        const char *text = status ? NULL : (const char *)s3->answer.body.data;
        const char *begin, *end;
        more[0] = '\0';
        for (const char *at = text; !status && *fits && at;) {
            at = reel_xml_next(at, "Part", &begin, &end);
            status = at ? judge_part(u, begin, end, fits, err) : REEL_OK;
        }
        if (!status &&
            (!reel_xml_text(text, text + s3->answer.body.size, "IsTruncated", more, sizeof more) ||
             !reel_xml_text(text, text + s3->answer.body.size, "NextPartNumberMarker", marker,
                            sizeof marker))) {
            break;
        }
        if (!status && strcmp(more, "true") == 0) {
            status = reel_s3_next_page(s3, &pages, marker, err);
        }
    }
    return status;
}

/* ---- an upload ------------------------------------------------------------------------------- */

static reel_status begin_upload(reel_s3 *s3, upload *u, reel_error *err)
{
    char meta[100];
    const char *headers[] = {"Content-Type: application/octet-stream", meta, NULL};
    const reel_s3_request request = {.method = "POST",
                                     .name = u->file->name,
                                     .query = "uploads=",
                                     .headers = headers,
                                     .file = -1};
    snprintf(meta, sizeof meta, "x-amz-meta-sha256: %s", u->file->sha256);
    const reel_status status = reel_s3_do(s3, &request, err);
    const char *body = (const char *)s3->answer.body.data;
    if (!status &&
        !reel_xml_text(body, body + s3->answer.body.size, "UploadId", u->id, sizeof u->id)) {
        return reel_fail(err, REEL_E_IO, "the server gave no id for an upload in parts");
    }
    return status;
}

static reel_status send_part(reel_s3 *s3, upload *u, int i, uint64_t before, reel_error *err)
{
    char number[48], sha256[REEL_SHA256_HEX];
    const uint64_t offset = (uint64_t)i * u->part_bytes, size = part_size(u, i);
    snprintf(number, sizeof number, "partNumber=%d&", i + 1);
    reel_status status = reel_sha256_of_slice(u->fd, offset, size, sha256, err);
    char *query = id_query(number, u->id);
    const reel_s3_request request = {
        .method = "PUT",
        .name = u->file->name,
        .query = query,
        .sha256 = sha256,
        .size = size,
        .file = u->fd,
        .offset = offset,
        .before = before,
    };
    if (!status) {
        status = query ? reel_s3_do(s3, &request, err) : no_memory(err);
    }
    reel_free(query);
    if (!status && !s3->answer.etag[0]) {
        status = reel_fail(err, REEL_E_IO, "the server gave no ETag for a part");
    }
    if (!status) {
        snprintf(u->parts[i].etag, sizeof u->parts[i].etag, "%s", s3->answer.etag);
    }
    return status;
}

/* The object of this name is the file's. */
static reel_status is_there(reel_s3 *s3, const reel_remote_file *file, bool *there, reel_error *err)
{
    char sha256[REEL_SHA256_HEX] = "";
    uint64_t bytes = 0;
    const reel_status status = reel_s3_head(s3, file->name, there, &bytes, sha256, err);
    *there = !status && *there && bytes == file->bytes && strcmp(sha256, file->sha256) == 0;
    return status;
}

/* Make an object of the parts. *there: it is now the file's. */
static reel_status complete(reel_s3 *s3, upload *u, bool *there, reel_error *err)
{
    reel_bytes body = {0};
    char *query = id_query("", u->id);
    reel_bytes_text(&body, "<CompleteMultipartUpload>");
    for (int i = 0; i < u->n_parts; i++) {
        reel_bytes_printf(&body, "<Part><PartNumber>%d</PartNumber><ETag>\"%s\"</ETag></Part>",
                          i + 1, u->parts[i].etag);
    }
    reel_bytes_text(&body, "</CompleteMultipartUpload>");
    const char *headers[] = {"Content-Type: application/xml", NULL};
    const reel_s3_request request = {
        .method = "POST",
        .name = u->file->name,
        .query = query,
        .headers = headers,
        .data = body.data,
        .size = body.size,
        .file = -1,
    };
    reel_error why = {0};
    reel_status status = query && !body.failed ? reel_s3_do(s3, &request, &why) : no_memory(&why);
    reel_bytes_finish(&body);
    reel_free(query);
    /* gone: completed by a try whose answer was lost, perhaps; an answer of 200 may hold an error,
     * too. What is there tells. */
    if (status && !is_gone(s3, status)) {
        if (err) {
            *err = why;
        }
        return status;
    }
    return is_there(s3, u->file, there, err);
}

/* Once through: found or begun, sent, completed. */
static reel_status try_upload(reel_s3 *s3, upload *u, bool *there, reel_error *err)
{
    bool fits = false;
    memset(u->parts, 0, (size_t)u->n_parts * sizeof *u->parts);
    reel_status status = reel_s3_find_upload(s3, u->file->name, u->id, sizeof u->id, err);
    u->found = !status && u->id[0];
    if (u->found) {
        status = look_at_parts(s3, u, &fits, err);
    }
    if (!status && u->found && !fits) {
        memset(u->parts, 0, (size_t)u->n_parts * sizeof *u->parts);
        status = reel_s3_abort(s3, u->file->name, u->id, err);
        u->found = false;
    }
    if (!status && !u->found) {
        status = begin_upload(s3, u, err);
    }
    uint64_t before = 0;
    for (int i = 0; !status && i < u->n_parts; i++) {
        if (!u->parts[i].etag[0]) {
            status = send_part(s3, u, i, before, err);
        }
        before += part_size(u, i);
    }
    return status ? status : complete(s3, u, there, err);
}

reel_status reel_s3_put_parts(reel_s3 *s3, const reel_remote_file *file, int fd, reel_error *err)
{
    upload u = {.file = file, .fd = fd, .part_bytes = s3->options.part_bytes};
    bool there = false;
    /* the server knows digests of parts only */
    reel_status status = file->checked ? REEL_OK : reel_remote_file_check(file, err);
    if (file->bytes / u.part_bytes >= MOST_PARTS) {
        u.part_bytes = (file->bytes + MOST_PARTS - 1) / MOST_PARTS;
    }
    u.n_parts = (int)((file->bytes + u.part_bytes - 1) / u.part_bytes);
    u.parts = reel_calloc((size_t)u.n_parts, sizeof *u.parts);
    if (!u.parts) {
        return no_memory(err);
    }
    /* an upload that was found may be of an older file with the same first parts: its object says
     * another digest, and is made anew; another push may have aborted ours */
    for (int i = 0; !status && !there && i < TRIES; i++) {
        status = try_upload(s3, &u, &there, err);
        if (is_gone(s3, status)) {
            status = REEL_OK;
        }
    }
    reel_free(u.parts);
    if (!status && !there) {
        status =
            reel_fail(err, REEL_E_IO, "%s: the server does not hold what it was sent", file->name);
    }
    return status;
}
