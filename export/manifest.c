/* manifest.c - see manifest.h */
#include "export/manifest.h"
#include "base/fs.h"
#include "export/picture_png.h"
#include "export/picture_webp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for a manifest");
}

/* ---- files ------------------------------------------------------------------------------------
 */

reel_status reel_manifest_put(reel_manifest_files *files, const char *path, uint64_t bytes,
                              const char *sha256, reel_error *err)
{
    reel_manifest_file *more =
        reel_arena_grow(&files->arena, files->files, files->n, &files->capacity, sizeof *more);
    if (!more) {
        return no_memory(err);
    }
    files->files = more;
    reel_manifest_file *file = &files->files[files->n];
    file->path = reel_arena_strdup(&files->arena, path);
    file->bytes = bytes;
    snprintf(file->sha256, sizeof(file->sha256), "%s", sha256);
    files->n += file->path != NULL;
    return file->path ? REEL_OK : no_memory(err);
}

reel_status reel_manifest_put_hashed(reel_manifest_files *files, const char *root, const char *name,
                                     reel_error *err)
{
    char path[REEL_PATH_MAX], hex[REEL_SHA256_HEX];
    reel_sha256 digest;
    uint64_t bytes;
    reel_fs_join(path, sizeof(path), root, name);
    reel_status status = reel_sha256_file(path, &digest, &bytes, err);
    if (status) {
        return status;
    }
    reel_sha256_hex(digest, hex);
    return reel_manifest_put(files, name, bytes, hex, err);
}

uint64_t reel_manifest_bytes(const reel_manifest_files *files)
{
    uint64_t sum = 0;
    for (int i = 0; i < files->n; i++) {
        sum += files->files[i].bytes;
    }
    return sum;
}

void reel_manifest_files_finish(reel_manifest_files *files)
{
    reel_arena_finish(&files->arena);
    *files = (reel_manifest_files){0};
}

/* ---- the text ---------------------------------------------------------------------------------
 */

static reel_json *file_json(const reel_manifest_file *file)
{
    reel_json *entry = reel_json_object();
    bool ok = entry && reel_json_put(entry, "bytes", reel_json_int((int64_t)file->bytes)) &&
              reel_json_put(entry, "path", reel_json_string(file->path)) &&
              reel_json_put(entry, "sha256", reel_json_string(file->sha256));
    if (!ok) {
        reel_json_destroy(&entry);
    }
    return entry;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const reel_manifest_file *)a)->path, ((const reel_manifest_file *)b)->path);
}

static reel_json *libraries_json(void)
{
    char png[32], zlib[32], webp[32];
    reel_png_versions(png, zlib, sizeof(png));
    reel_webp_version(webp, sizeof(webp));
    reel_json *libraries = reel_json_object();
    bool ok = libraries &&
              reel_json_put(libraries, "snappy", reel_json_string(REEL_SNAPPY_VERSION)) &&
              reel_json_put(libraries, "libpng", reel_json_string(png)) &&
              reel_json_put(libraries, "libwebp", reel_json_string(webp)) &&
              reel_json_put(libraries, "zlib", reel_json_string(zlib));
    if (!ok) {
        reel_json_destroy(&libraries);
    }
    return libraries;
}

/* Files as an array and not an object: readers look paths up by bisection. */
static reel_json *manifest_json(const reel_manifest_facts *facts, const reel_manifest_files *files)
{
    reel_json *root = reel_json_object(), *list = reel_json_array();
    bool ok = list != NULL;
    for (int i = 0; ok && i < files->n; i++) {
        ok = reel_json_push(list, file_json(&files->files[i]));
    }
    ok = reel_json_put(root, "clips", facts->clips) && ok;
    ok = reel_json_put(root, "files", list) && ok;
    ok = ok && reel_json_put(root, "libraries", libraries_json()) &&
         reel_json_put(root, "format", reel_json_string(REEL_DATASET_FORMAT)) &&
         reel_json_put(root, "format_version", reel_json_int(REEL_DATASET_VERSION)) &&
         reel_json_put(root, "layout", reel_json_string(facts->layout)) &&
         reel_json_put(root, "colour", reel_json_bool(facts->colour)) &&
         reel_json_put(root, "name", reel_json_string(facts->name)) &&
         reel_json_put(root, "command", reel_json_string(facts->command)) &&
         reel_json_put(root, "license", reel_json_string(facts->license)) &&
         reel_json_put(root, "version", reel_json_string(REEL_VERSION));
    if (!ok) {
        reel_json_destroy(&root);
    }
    return root;
}

bool reel_manifest_digest(const reel_json *manifest, char hex[REEL_SHA256_HEX])
{
    reel_json *bare = reel_json_object();
    bool ok = bare != NULL;
    for (size_t i = 0; ok && i < reel_json_count(manifest); i++) {
        reel_json *value = NULL;
        const char *key = reel_json_key_at(manifest, i, &value);
        ok = strcmp(key, "manifest_sha256") == 0 || reel_json_put(bare, key, reel_json_copy(value));
    }
    size_t size = 0;
    char *text = ok ? reel_json_canonical(bare, &size) : NULL;
    if (text) {
        reel_sha256_hex(reel_sha256_of(text, size), hex);
    }
    ok = text != NULL;
    reel_free(text);
    reel_json_destroy(&bare);
    return ok;
}

static char *seal(reel_json *manifest, size_t *size)
{
    char hex[REEL_SHA256_HEX];
    if (!reel_manifest_digest(manifest, hex) ||
        !reel_json_put(manifest, "manifest_sha256", reel_json_string(hex))) {
        return NULL;
    }
    return reel_json_canonical(manifest, size);
}

reel_status reel_manifest_write(const char *root, const reel_manifest_facts *facts,
                                reel_manifest_files *files, reel_error *err)
{
    if (files->n) {
        qsort(files->files, (size_t)files->n, sizeof(*files->files), by_path);
    }
    reel_json *manifest = manifest_json(facts, files);
    size_t size = 0;
    char *text = manifest ? seal(manifest, &size) : NULL;
    reel_json_destroy(&manifest);
    if (!text) {
        return no_memory(err);
    }
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof(path), root, "manifest.json");
    reel_status status = reel_fs_publish(path, text, size, err);
    reel_free(text);
    return status;
}
