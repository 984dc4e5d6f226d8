/* pack_tables.c - the tables of a dataset from its records. */
#include "export/ffv1.h"
#include "export/pack_internal.h"
#include "export/parquet_write.h"

typedef struct split_tables {
    reel_parquet_writer *writer[REEL_TABLE_COUNT];
} split_tables;

/* What the card says of the clips, and which of their files it shows. */
static reel_status learn(reel_packer *p, const reel_pack_clip *clip, const reel_record *record,
                         reel_error *err)
{
    const reel_record_stream *stream = &record->streams[0];
    char path[1024];
    if (!p->example && stream->planes) {
        reel_place_planes(&clip->place, stream->planes, path, sizeof(path));
        p->movies = reel_ffv1_is_name(stream->planes);
        p->example = reel_arena_strdup(&p->arena, path);
        if (!p->example) {
            return reel_pack_no_memory(err);
        }
    }
    if (!p->example_video && stream->video) {
        reel_place_video(&clip->place, stream->video, path, sizeof(path));
        p->example_video = reel_arena_strdup(&p->arena, path);
        if (!p->example_video) {
            return reel_pack_no_memory(err);
        }
    }
    return reel_facts_add(&p->facts, record, err);
}

static reel_status put_clip(reel_packer *p, const reel_pack_clip *clip, split_tables *tables,
                            reel_rows *const rows[REEL_TABLE_COUNT], reel_error *err)
{
    char name[1024], dir[REEL_PATH_MAX];
    reel_record *record = NULL;
    reel_place_record(&clip->place, clip->id, NULL, name, sizeof(name));
    reel_pack_path(p, name, dir);
    reel_status status = reel_record_open(dir, &record, err);
    if (!status) {
        status = reel_record_load_data(record, err);
    }
    for (int t = 0; !status && t < REEL_TABLE_COUNT; t++) {
        reel_rows_clear(rows[t]);
        status = reel_table_derive((reel_table_id)t, record, &clip->place, rows[t], err);
        if (!status) {
            p->splits[clip->split].n_rows[t] += rows[t]->n_rows;
            status = reel_parquet_write(tables[clip->split].writer[t], rows[t], err);
        }
    }
    for (int i = 0; !status && i < record->n_files; i++) {
        reel_pack_place(clip, &record->files[i], name, sizeof(name));
        status = reel_manifest_put(&p->files, name, record->files[i].bytes, record->files[i].sha256,
                                   err);
    }
    if (!status) {
        status = learn(p, clip, record, err);
    }
    if (!status) {
        status = reel_pack_trainers_put(p, clip, record, err);
    }
    if (!status) {
        reel_place_record(&clip->place, clip->id, "manifest.json", name, sizeof(name));
        status = reel_manifest_put_hashed(&p->files, p->root, name, err);
    }
    reel_record_close(&record);
    return status;
}

static const reel_table *table_of(const reel_packer *p, int t)
{
    return t == REEL_TABLE_METADATA ? &p->metadata.table
                                    : reel_table_get((reel_table_id)t, p->traits.colour);
}

static reel_status open_tables(reel_packer *p, split_tables *tables, reel_error *err)
{
    for (int s = 0; s < p->n_splits; s++) {
        for (int t = 0; t < REEL_TABLE_COUNT; t++) {
            char name[1024], path[REEL_PATH_MAX];
            reel_place_table((reel_table_id)t, p->splits[s].name, name, sizeof(name));
            reel_pack_path(p, name, path);
            reel_status status = reel_pack_make_parent(path, err);
            if (!status) {
                status = reel_parquet_create(path, table_of(p, t), &tables[s].writer[t], err);
            }
            if (status) {
                return status;
            }
        }
    }
    return REEL_OK;
}

static reel_status close_tables(reel_packer *p, split_tables *tables, reel_error *err)
{
    for (int s = 0; s < p->n_splits; s++) {
        for (int t = 0; t < REEL_TABLE_COUNT; t++) {
            char name[1024];
            reel_place_table((reel_table_id)t, p->splits[s].name, name, sizeof(name));
            reel_status status = reel_parquet_close(tables[s].writer[t], err);
            if (!status) {
                status = reel_manifest_put_hashed(&p->files, p->root, name, err);
            }
            if (status) {
                return status;
            }
        }
    }
    /* each file's own folder is synced by its writer, the folder of these is new as well */
    char path[REEL_PATH_MAX];
    reel_pack_path(p, "tables", path);
    return reel_fs_sync(path, err);
}

reel_status reel_pack_tables(reel_packer *p, reel_error *err)
{
    reel_rows *rows[REEL_TABLE_COUNT] = {0};
    split_tables *tables = reel_calloc(REEL_MAX_SPLITS, sizeof(*tables));
    reel_status status = tables ? REEL_OK : reel_pack_no_memory(err);
    for (int t = 0; !status && t < REEL_TABLE_COUNT; t++) {
        rows[t] = reel_rows_create(table_of(p, t));
        status = rows[t] ? REEL_OK : reel_pack_no_memory(err);
    }
    if (!status) {
        status = open_tables(p, tables, err);
    }
    if (!status) {
        status = reel_pack_trainers_open(p, err);
    }
    for (int i = 0; !status && i < p->n_clips; i++) {
        status = put_clip(p, &p->clips[i], tables, rows, err);
        if (!status && p->options->progress) {
            p->options->progress(p->options->ctx, i + 1, p->n_clips);
        }
    }
    if (!status) {
        status = close_tables(p, tables, err);
    }
    if (!status) {
        status = reel_pack_trainers_close(p, err);
    }
    for (int s = 0; tables && s < p->n_splits; s++) {
        for (int t = 0; t < REEL_TABLE_COUNT; t++) {
            reel_parquet_destroy(&tables[s].writer[t]);
        }
    }
    for (int t = 0; t < REEL_TABLE_COUNT; t++) {
        reel_rows_destroy(&rows[t]);
    }
    reel_free(tables);
    return status;
}
