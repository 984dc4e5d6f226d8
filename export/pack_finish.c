/* pack_finish.c - the card, and the manifest that names every file. */
#include "export/pack_internal.h"
#include "export/picture_png.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ------------------------------------------------------------------------------------
 */

reel_status reel_pack_put_file(reel_packer *p, const char *path, uint64_t bytes, const char *sha256,
                               reel_error *err)
{
    if (p->n_files == p->max_files) {
        const int capacity = p->max_files ? 2 * p->max_files : 256;
        reel_pack_file *files = REEL_ARENA_NEW(&p->arena, reel_pack_file, capacity);
        if (!files) {
            return reel_pack_no_memory(err);
        }
        if (p->n_files) {
            memcpy(files, p->files, (size_t)p->n_files * sizeof(*files));
        }
        p->files = files;
        p->max_files = capacity;
    }
    reel_pack_file *file = &p->files[p->n_files];
    file->path = reel_arena_strdup(&p->arena, path);
    file->bytes = bytes;
    snprintf(file->sha256, sizeof(file->sha256), "%s", sha256);
    p->n_files += file->path != NULL;
    return file->path ? REEL_OK : reel_pack_no_memory(err);
}

reel_status reel_pack_put_hashed(reel_packer *p, const char *name, reel_error *err)
{
    char path[REEL_PATH_MAX], hex[REEL_SHA256_HEX];
    reel_sha256 digest;
    uint64_t bytes;
    reel_pack_path(p, name, path);
    reel_status status = reel_sha256_file(path, &digest, &bytes, err);
    if (status) {
        return status;
    }
    reel_sha256_hex(digest, hex);
    return reel_pack_put_file(p, name, bytes, hex, err);
}

/* ---- card -------------------------------------------------------------------------------------
 */

static int by_family(const void *a, const void *b)
{
    return strcmp(((const reel_pack_family *)a)->name, ((const reel_pack_family *)b)->name);
}

/* Families with counts, base seeds in the order of their numbers. */
static reel_status count_up(reel_packer *p, reel_error *err)
{
    reel_pack_family *families = REEL_ARENA_NEW(&p->arena, reel_pack_family, p->n_clips + 1);
    if (!families) {
        return reel_pack_no_memory(err);
    }
    int n = 0, n_seeds = 0;
    char seeds[512] = "";
    for (int i = 0; i < p->n_clips; i++) {
        int f = 0;
        while (f < n && strcmp(families[f].name, p->clips[i].family) != 0) {
            f++;
        }
        families[f].name = p->clips[i].family;
        families[f].n_clips++;
        n += f == n;
        bool known = false;
        for (int k = 0; k < i && !known; k++) {
            known = p->clips[k].base_seed == p->clips[i].base_seed;
        }
        if (!known && ++n_seeds <= 16) {
            snprintf(seeds + strlen(seeds), sizeof(seeds) - strlen(seeds), "%s%" PRIu64,
                     n_seeds > 1 ? ", " : "", p->clips[i].base_seed);
        }
    }
    qsort(families, (size_t)n, sizeof(*families), by_family);
    if (n_seeds > 16) {
        snprintf(seeds + strlen(seeds), sizeof(seeds) - strlen(seeds), " and %d more",
                 n_seeds - 16);
    }
    p->facts.families = families;
    p->facts.n_families = n;
    p->facts.seeds = reel_arena_strdup(&p->arena, seeds);
    return p->facts.seeds ? REEL_OK : reel_pack_no_memory(err);
}

/* Files in the root that the caller put there, such as a contact sheet, belong to the dataset. */
static reel_status put_extras(reel_packer *p, reel_error *err)
{
    reel_name_list names;
    reel_status status = reel_pack_list(p, p->root, &names, err);
    for (int i = 0; !status && i < names.n; i++) {
        char path[REEL_PATH_MAX];
        const char *name = names.names[i];
        reel_pack_path(p, name, path);
        if (name[0] == '.' || reel_fs_is_dir(path) || strcmp(name, "README.md") == 0 ||
            strcmp(name, "manifest.json") == 0) {
            continue;
        }
        const char *dot = strrchr(name, '.');
        if (!p->facts.picture && dot && strcmp(dot, ".png") == 0) {
            p->facts.picture = name;
        }
        p->facts.has_plan |= strcmp(name, "plan.json") == 0;
        status = reel_pack_put_hashed(p, name, err);
    }
    return status;
}

static reel_status write_card(reel_packer *p, reel_error *err)
{
    char path[REEL_PATH_MAX];
    size_t size;
    char *text = reel_card_text(&p->facts, &size);
    if (!text) {
        return reel_pack_no_memory(err);
    }
    reel_pack_path(p, "README.md", path);
    reel_status status = reel_fs_publish(path, text, size, err);
    reel_free(text);
    return status ? status : reel_pack_put_hashed(p, "README.md", err);
}

/* ---- manifest ---------------------------------------------------------------------------------
 */

static reel_json *clip_json(const reel_packer *p, const reel_pack_clip *clip)
{
    char seed[24];
    snprintf(seed, sizeof(seed), "%" PRIu64, clip->seed);
    reel_json *entry = reel_json_object();
    bool ok = entry && reel_json_put(entry, "clip_id", reel_json_string(clip->id)) &&
              reel_json_put(entry, "family", reel_json_string(clip->family)) &&
              reel_json_put(entry, "folder", reel_json_int(clip->place.folder)) &&
              reel_json_put(entry, "index", reel_json_int((int64_t)clip->index)) &&
              reel_json_put(entry, "seed", reel_json_string(seed)) &&
              reel_json_put(entry, "split", reel_json_string(p->splits[clip->split].name));
    if (!ok) {
        reel_json_destroy(&entry);
    }
    return entry;
}

static reel_json *file_json(const reel_pack_file *file)
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
    return strcmp(((const reel_pack_file *)a)->path, ((const reel_pack_file *)b)->path);
}

/* An array and not an object: readers look paths up by bisection. */
static reel_json *manifest_json(reel_packer *p)
{
    reel_json *root = reel_json_object(), *clips = reel_json_array(), *files = reel_json_array();
    bool ok = root && clips && files;
    for (int i = 0; ok && i < p->n_clips; i++) {
        ok = reel_json_push(clips, clip_json(p, &p->clips[i]));
    }
    for (int i = 0; ok && i < p->n_files; i++) {
        ok = reel_json_push(files, file_json(&p->files[i]));
    }
    if (!ok) {
        reel_json_destroy(&clips);
        reel_json_destroy(&files);
        reel_json_destroy(&root);
        return NULL;
    }
    char png[32], zlib[32];
    reel_png_versions(png, zlib, sizeof(png));
    reel_json *libraries = reel_json_object();
    ok = reel_json_put(libraries, "snappy", reel_json_string(REEL_SNAPPY_VERSION)) &&
         reel_json_put(libraries, "libpng", reel_json_string(png)) &&
         reel_json_put(libraries, "zlib", reel_json_string(zlib));
    ok = reel_json_put(root, "libraries", libraries) && ok;
    ok = reel_json_put(root, "clips", clips) && ok;
    ok = reel_json_put(root, "files", files) && ok;
    ok = ok && reel_json_put(root, "format", reel_json_string(REEL_DATASET_FORMAT)) &&
         reel_json_put(root, "format_version", reel_json_int(REEL_DATASET_VERSION)) &&
         reel_json_put(root, "layout", reel_json_string("clips")) &&
         reel_json_put(root, "colour", reel_json_bool(p->facts.colour)) &&
         reel_json_put(root, "name", reel_json_string(p->options->name)) &&
         reel_json_put(root, "command", reel_json_string(p->options->command)) &&
         reel_json_put(root, "license", reel_json_string(p->options->license)) &&
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

static reel_status write_manifest(reel_packer *p, reel_error *err)
{
    qsort(p->files, (size_t)p->n_files, sizeof(*p->files), by_path);
    reel_json *root = manifest_json(p);
    size_t size = 0;
    char *text = root ? seal(root, &size) : NULL;
    reel_json_destroy(&root);
    if (!text) {
        return reel_pack_no_memory(err);
    }
    char path[REEL_PATH_MAX];
    reel_pack_path(p, "manifest.json", path);
    reel_status status = reel_fs_publish(path, text, size, err);
    reel_free(text);
    return status;
}

reel_status reel_pack_finish(reel_packer *p, reel_error *err)
{
    reel_status (*const steps[])(reel_packer *, reel_error *) = {count_up, put_extras, write_card,
                                                                 write_manifest};
    reel_status status = REEL_OK;
    for (size_t i = 0; !status && i < sizeof(steps) / sizeof(steps[0]); i++) {
        status = steps[i](p, err);
    }
    return status;
}
