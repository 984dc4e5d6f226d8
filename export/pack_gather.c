/* pack_gather.c - which records there are, and where each belongs in the dataset. */
#include "export/pack_internal.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- where the records are --------------------------------------------------------------------
 */

/* A visitor of reel_fs_list(). */
static bool add_name(void *ctx, const char *name)
{
    reel_name_list *list = ctx;
    const char **names =
        reel_arena_grow(list->arena, list->names, list->n, &list->capacity, sizeof *names);
    if (!names) {
        list->failed = true;
        return false;
    }
    list->names = names;
    list->names[list->n] = reel_arena_strdup(list->arena, name);
    list->failed |= !list->names[list->n++];
    return !list->failed;
}

reel_status reel_pack_list(reel_packer *p, const char *dir, reel_name_list *out, reel_error *err)
{
    *out = (reel_name_list){.arena = &p->arena};
    if (!reel_fs_is_dir(dir)) {
        return REEL_OK;
    }
    reel_status status = reel_fs_list(dir, add_name, out, err);
    return status ? status : out->failed ? reel_pack_no_memory(err) : REEL_OK;
}

static const char *base_name(reel_packer *p, const char *path)
{
    char *copy = reel_arena_strdup(&p->arena, path);
    if (!copy) {
        return NULL;
    }
    for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--) {
        copy[n - 1] = 0;
    }
    const char *slash = strrchr(copy, '/');
    return slash ? slash + 1 : copy;
}

/* A record that an earlier, interrupted pack has put in place already. */
typedef struct packed_record {
    const char *id, *dir;
} packed_record;

static int by_id(const void *a, const void *b)
{
    return strcmp(((const packed_record *)a)->id, ((const packed_record *)b)->id);
}

/* All folders <root>/records/<split>/<nnn>/<clip> with a manifest. */
static reel_status list_packed(reel_packer *p, reel_name_list *out, reel_error *err)
{
    char top[REEL_PATH_MAX], split[REEL_PATH_MAX], folder[REEL_PATH_MAX], clip[REEL_PATH_MAX],
        path[REEL_PATH_MAX];
    reel_name_list splits, folders, clips;
    *out = (reel_name_list){.arena = &p->arena};
    reel_pack_path(p, "records", top);
    reel_status status = reel_pack_list(p, top, &splits, err);
    for (int s = 0; !status && s < splits.n; s++) {
        reel_fs_join(split, sizeof(split), top, splits.names[s]);
        status = reel_pack_list(p, split, &folders, err);
        for (int f = 0; !status && f < folders.n; f++) {
            reel_fs_join(folder, sizeof(folder), split, folders.names[f]);
            status = reel_pack_list(p, folder, &clips, err);
            for (int c = 0; !status && c < clips.n; c++) {
                reel_fs_join(clip, sizeof(clip), folder, clips.names[c]);
                reel_fs_join(path, sizeof(path), clip, "manifest.json");
                if (reel_fs_exists(path)) {
                    add_name(out, clip);
                }
            }
        }
    }
    return status ? status : out->failed ? reel_pack_no_memory(err) : REEL_OK;
}

static reel_status find_packed(reel_packer *p, packed_record **out, size_t *n, reel_error *err)
{
    reel_name_list dirs;
    reel_status status = list_packed(p, &dirs, err);
    if (status) {
        return status;
    }
    packed_record *records = REEL_ARENA_NEW(&p->arena, packed_record, dirs.n + 1);
    if (!records) {
        return reel_pack_no_memory(err);
    }
    for (int i = 0; i < dirs.n; i++) {
        records[i] = (packed_record){strrchr(dirs.names[i], '/') + 1, dirs.names[i]};
    }
    qsort(records, (size_t)dirs.n, sizeof(*records), by_id);
    *out = records;
    *n = (size_t)dirs.n;
    return REEL_OK;
}

/* ---- reading the identities -------------------------------------------------------------------
 */

/* -1 if there is none of that name. */
static int find_split(const reel_packer *p, const char *name)
{
    for (int i = 0; i < p->n_splits; i++) {
        if (strcmp(p->splits[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static reel_status put_split(reel_packer *p, const char *name, int *out, reel_error *err)
{
    *out = find_split(p, name);
    if (*out >= 0) {
        return REEL_OK;
    }
    if (p->n_splits == REEL_MAX_SPLITS) {
        return reel_fail(err, REEL_E_CONFLICT, "more than %d splits", REEL_MAX_SPLITS);
    }
    const char *copy = reel_arena_strdup(&p->arena, name);
    if (!copy) {
        return reel_pack_no_memory(err);
    }
    p->splits[p->n_splits] = (reel_pack_split){.name = copy};
    *out = p->n_splits++;
    return REEL_OK;
}

static reel_status take_names(reel_packer *p, const reel_record *record, reel_error *err)
{
    for (int i = 0; i < record->n_streams; i++) {
        const char **names =
            reel_arena_grow(&p->arena, p->names, p->n_names, &p->max_names, sizeof *names);
        if (!names) {
            return reel_pack_no_memory(err);
        }
        p->names = names;
        p->names[p->n_names] = reel_arena_strdup(&p->arena, record->streams[i].id);
        if (!p->names[p->n_names++]) {
            return reel_pack_no_memory(err);
        }
    }
    return REEL_OK;
}

static reel_status read_identity(reel_packer *p, const char *dir, bool packed, reel_pack_clip *clip,
                                 reel_error *err)
{
    reel_record *record = NULL;
    reel_status status = reel_record_open(dir, &record, err);
    if (status) {
        return status;
    }
    const bool first = clip == p->clips;
    if (first) {
        p->traits = reel_clip_traits_of(record);
        reel_clip_table_init(&p->metadata, p->traits);
    }
    if (record->colour != p->traits.colour) {
        status = reel_fail_at(err, REEL_E_CONFLICT, dir, 0, NULL,
                              "clips with and without colour cannot share a dataset");
        goto fail;
    }
    if (record->controls != p->traits.controls || record->first_frames != p->traits.first_frames) {
        status = reel_fail_at(err, REEL_E_CONFLICT, dir, 0, NULL,
                              "clips with other control videos or first frames cannot share a "
                              "dataset");
        goto fail;
    }
    clip->id = reel_arena_strdup(&p->arena, record->clip_id);
    clip->family = reel_arena_strdup(&p->arena, record->family);
    clip->source = packed ? NULL : reel_arena_strdup(&p->arena, dir);
    clip->index = record->index;
    const int entries = reel_place_entries(record);
    p->entries = entries > p->entries ? entries : p->entries;
    clip->base_seed = record->base_seed;
    clip->seed = record->seed;
    status = put_split(p, record->split, &clip->split, err);
    if (status) {
        goto fail;
    }
    if (!clip->id || !clip->family || (!packed && !clip->source)) {
        status = reel_pack_no_memory(err);
        goto fail;
    }
    status = take_names(p, record, err);

fail:
    reel_record_close(&record);
    return status;
}

static int by_index(const void *a, const void *b)
{
    const reel_pack_clip *x = a, *y = b;
    return x->index != y->index ? (x->index > y->index) - (x->index < y->index)
                                : strcmp(x->id, y->id);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const reel_pack_split *)a)->name, ((const reel_pack_split *)b)->name);
}

/* Splits in byte order of their names, whatever clip came first. */
static void sort_splits(reel_packer *p)
{
    reel_pack_split before[REEL_MAX_SPLITS];
    memcpy(before, p->splits, sizeof(before));
    qsort(p->splits, (size_t)p->n_splits, sizeof(p->splits[0]), by_name);
    for (int i = 0; i < p->n_clips; i++) {
        const char *name = before[p->clips[i].split].name;
        p->clips[i].split = find_split(p, name);
    }
}

static reel_status check_unique(reel_packer *p, reel_error *err)
{
    const char **ids = REEL_ARENA_NEW(&p->arena, const char *, p->n_clips + 1);
    if (!ids) {
        return reel_pack_no_memory(err);
    }
    for (int i = 0; i < p->n_clips; i++) {
        ids[i] = p->clips[i].id;
    }
    qsort(ids, (size_t)p->n_clips, sizeof(*ids), by_text);
    for (int i = 1; i < p->n_clips; i++) {
        if (strcmp(ids[i - 1], ids[i]) == 0) {
            return reel_fail(err, REEL_E_CONFLICT, "two records have the clip id %s", ids[i]);
        }
    }
    if (p->n_names) {
        qsort(p->names, (size_t)p->n_names, sizeof(*p->names), by_text);
    }
    for (int i = 1; i < p->n_names; i++) {
        if (strcmp(p->names[i - 1], p->names[i]) == 0) {
            return reel_fail(err, REEL_E_CONFLICT, "two streams have the base name %s",
                             p->names[i]);
        }
    }
    return REEL_OK;
}

/* Fill p->clips from the record folders, or from where an earlier pack has put them. */
reel_status reel_pack_gather(reel_packer *p, const char *const *dirs, int n, reel_error *err)
{
    packed_record *packed = NULL;
    size_t n_packed = 0, n_found = 0;
    reel_status status = find_packed(p, &packed, &n_packed, err);
    if (status) {
        return status;
    }
    p->clips = REEL_ARENA_NEW(&p->arena, reel_pack_clip, n + 1);
    if (!p->clips) {
        return reel_pack_no_memory(err);
    }
    for (int i = 0; i < n; i++) {
        char manifest[REEL_PATH_MAX];
        reel_fs_join(manifest, sizeof(manifest), dirs[i], "manifest.json");
        const packed_record key = {base_name(p, dirs[i]), NULL}, *there = NULL;
        if (!key.id) {
            return reel_pack_no_memory(err);
        }
        if (!reel_fs_exists(manifest) && n_packed) {
            there = bsearch(&key, packed, n_packed, sizeof(*packed), by_id);
        }
        if (there) {
            n_found++;
            rmdir(dirs[i]); /* left empty if the interruption came at the very last step */
        }
        status = read_identity(p, there ? there->dir : dirs[i], there != NULL, &p->clips[i], err);
        if (status) {
            return status;
        }
    }
    if (n_found != n_packed) {
        char path[REEL_PATH_MAX];
        reel_pack_path(p, "records", path);
        return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "holds clips of another dataset");
    }
    p->n_clips = n;
    qsort(p->clips, (size_t)n, sizeof(*p->clips), by_index);
    sort_splits(p);
    p->per_folder = reel_place_per_folder(p->entries, p->options->folder_entries);
    for (int i = 0; i < n; i++) {
        reel_pack_split *split = &p->splits[p->clips[i].split];
        p->clips[i].place = (reel_clip_place){split->name, split->n_clips++ / p->per_folder};
    }
    return check_unique(p, err);
}
