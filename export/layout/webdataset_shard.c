/* webdataset_shard.c - one shard of a split: an archive of each set and the tables of its clips. */
#include "export/layout/webdataset_internal.h"
#include <stdio.h>

const char *reel_shard_set_name(reel_shard_set set, bool colour)
{
    switch (set) {
    case REEL_SHARD_VIDEO: return colour ? "video" : "facts";
    case REEL_SHARD_LABELS: return "labels";
    case REEL_SHARD_CONTROL: return "control";
    case REEL_SHARD_RECORDS: return "records";
    case REEL_SHARD_SETS: break;
    }
    assert(!"a set of shards");
    return NULL;
}

static void tar_name(const reel_webdataset *w, const reel_shard_split *split, reel_shard_set set,
                     char *out, size_t size)
{
    const int n = snprintf(out, size, "%s/%s-%05d.tar", reel_shard_set_name(set, w->facts.colour),
                           split->name, split->number);
    assert(n >= 0 && (size_t)n < size);
}

static void table_name(const reel_shard_split *split, int t, char *out, size_t size)
{
    const int n =
        snprintf(out, size, "tables/%s/%s-%05d.parquet",
                 reel_table_get((reel_table_id)t, false)->name, split->name, split->number);
    assert(n >= 0 && (size_t)n < size);
}

reel_status reel_shard_open(reel_webdataset *w, reel_shard_split *split, reel_error *err)
{
    char name[512], path[REEL_PATH_MAX];
    reel_status status = REEL_OK;
    for (int s = 0; !status && s < REEL_SHARD_SETS; s++) {
        if ((s == REEL_SHARD_LABELS && !w->has_labels) ||
            (s == REEL_SHARD_CONTROL && !w->controls)) {
            continue;
        }
        tar_name(w, split, (reel_shard_set)s, name, sizeof(name));
        status = reel_layout_prepare(w->options, name, path, err);
        status = status ? status : reel_tar_create(path, &split->tar[s], err);
    }
    for (int t = 0; !status && t < REEL_TABLE_COUNT; t++) {
        table_name(split, t, name, sizeof(name));
        status = reel_layout_prepare(w->options, name, path, err);
        if (!status) {
            status = reel_parquet_create(path, w->rows[t]->table, &split->table[t], err);
        }
    }
    return status;
}

reel_status reel_shard_close(reel_webdataset *w, reel_shard_split *split, reel_error *err)
{
    char name[512];
    reel_status status = REEL_OK;
    for (int s = 0; !status && s < REEL_SHARD_SETS; s++) {
        if (!split->tar[s]) {
            continue;
        }
        tar_name(w, split, (reel_shard_set)s, name, sizeof(name));
        status = reel_tar_finish(split->tar[s], err);
        status = status ? status : reel_layout_file_done(w->options, name, err);
    }
    for (int t = 0; !status && t < REEL_TABLE_COUNT; t++) {
        table_name(split, t, name, sizeof(name));
        status = reel_parquet_close(split->table[t], err);
        status = status ? status : reel_layout_file_done(w->options, name, err);
    }
    reel_shard_drop(split);
    split->number++;
    split->n_clips = 0;
    return status;
}

void reel_shard_drop(reel_shard_split *split)
{
    for (int s = 0; s < REEL_SHARD_SETS; s++) {
        reel_tar_destroy(&split->tar[s]);
    }
    for (int t = 0; t < REEL_TABLE_COUNT; t++) {
        reel_parquet_destroy(&split->table[t]);
    }
}
