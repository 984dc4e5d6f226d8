/* pack_move.c - files to their places, in an order that survives an interruption. */
#include "export/pack_internal.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void reel_pack_place(const reel_pack_clip *clip, const reel_record_file *file, char *out,
                     size_t size)
{
    reel_place_file(&clip->place, clip->id, file->role, file->name, out, size);
}

/* `from` to `to`. A file that is gone from `from` must have arrived before. `want` NULL: unknown
 * digest (the manifest itself). */
static reel_status move_file(const char *from, const char *to, const reel_record_file *want,
                             reel_error *err)
{
    struct stat info;
    if (stat(from, &info) == 0) {
        if (want && (uint64_t)info.st_size != want->bytes) {
            return reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL,
                                "has %lld bytes, its record says %" PRIu64, (long long)info.st_size,
                                want->bytes);
        }
        reel_status status = reel_pack_make_parent(to, err);
        if (status) {
            return status;
        }
        if (rename(from, to) != 0) {
            return reel_fail_at(err, REEL_E_IO, from, 0, NULL, "cannot move to %s: %s", to,
                                strerror(errno));
        }
        return REEL_OK;
    }
    if (errno != ENOENT) {
        return reel_fail_at(err, REEL_E_IO, from, 0, NULL, "cannot read: %s", strerror(errno));
    }
    reel_sha256 digest;
    char hex[REEL_SHA256_HEX];
    uint64_t bytes = 0;
    if (want && reel_fs_exists(to)) {
        reel_status status = reel_sha256_file(to, &digest, &bytes, err);
        if (status) {
            return status;
        }
        reel_sha256_hex(digest, hex);
        if (bytes == want->bytes && strcmp(hex, want->sha256) == 0) {
            return REEL_OK;
        }
    }
    return reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL, "is missing from its record");
}

/* Streams first, the manifest last: as long as the manifest is in the source folder, the rest is
 * either there too or in place. */
static reel_status move_clip(reel_packer *p, reel_pack_clip *clip, reel_error *err)
{
    reel_record *record = NULL;
    char from[REEL_PATH_MAX], name[1024], to[REEL_PATH_MAX];
    reel_status status = reel_record_open(clip->source, &record, err);
    if (status) {
        return status;
    }
    for (int i = 0; !status && i < record->n_files; i++) {
        reel_fs_join(from, sizeof(from), clip->source, record->files[i].name);
        reel_pack_place(clip, &record->files[i], name, sizeof(name));
        reel_pack_path(p, name, to);
        status = move_file(from, to, &record->files[i], err);
    }
    reel_record_close(&record);
    if (status) {
        return status;
    }
    reel_fs_join(from, sizeof(from), clip->source, "manifest.json");
    reel_place_record(&clip->place, clip->id, "manifest.json", name, sizeof(name));
    reel_pack_path(p, name, to);
    status = move_file(from, to, NULL, err);
    if (status) {
        return status;
    }
    *strrchr(to, '/') = 0;
    status = reel_fs_sync(to, err);
    if (!status && rmdir(clip->source) != 0) {
        return reel_fail_at(err, REEL_E_CONFLICT, clip->source, 0, NULL,
                            "holds files that its record does not name");
    }
    clip->source = NULL;
    return status;
}

/* A record that was packed before must stand where it belongs among these clips. */
static reel_status check_place(reel_packer *p, const reel_pack_clip *clip, reel_error *err)
{
    char name[1024], path[REEL_PATH_MAX];
    reel_place_record(&clip->place, clip->id, "manifest.json", name, sizeof(name));
    reel_pack_path(p, name, path);
    if (!reel_fs_exists(path)) {
        return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                            "the clip was packed elsewhere, among other clips");
    }
    return REEL_OK;
}

/* fsync `name` under the root; a folder that is not there has nothing to sync. */
static reel_status sync_folder(const reel_packer *p, const char *name, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_pack_path(p, name, path);
    return reel_fs_is_dir(path) ? reel_fs_sync(path, err) : REEL_OK;
}

/* The folders that got files or folders: a moved file lives on in its new place alone, so every
 * name on the way to it must be on the disk before the manifest is. */
static reel_status sync_folders(const reel_packer *p, reel_error *err)
{
    static const struct {
        const char *top, *below; /* the split */
    } trees[] = {{"clips", "/control/depth"},
                 {"clips", "/control/seg"},
                 {"clips", "/control/edge"},
                 {"clips", "/control/flow"},
                 {"clips", "/control/force"},
                 {"clips", "/control"},
                 {"clips", "/first"},
                 {"clips", ""},
                 {"labels", ""},
                 {"records", ""},
                 {NULL, NULL}};
    char name[1024];
    reel_status status = REEL_OK;
    for (int t = 0; !status && trees[t].top; t++) {
        for (int s = 0; !status && s < p->n_splits; s++) {
            const reel_pack_split *split = &p->splits[s];
            for (int first = 0; !status && first < split->n_clips; first += p->per_folder) {
                snprintf(name, sizeof(name), "%s/%s%s/%03d", trees[t].top, split->name,
                         trees[t].below, first / p->per_folder);
                status = sync_folder(p, name, err);
            }
            if (!status) {
                snprintf(name, sizeof(name), "%s/%s%s", trees[t].top, split->name, trees[t].below);
                status = sync_folder(p, name, err);
            }
        }
        status = status ? status : sync_folder(p, trees[t].top, err);
    }
    return status ? status : reel_fs_sync(p->root, err);
}

reel_status reel_pack_move(reel_packer *p, reel_error *err)
{
    for (int i = 0; i < p->n_clips; i++) {
        reel_status status = p->clips[i].source ? move_clip(p, &p->clips[i], err)
                                                : check_place(p, &p->clips[i], err);
        if (status) {
            return status;
        }
    }
    return sync_folders(p, err);
}
