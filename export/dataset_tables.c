/* dataset_tables.c - every table derived again and compared with its file, cell by cell. */
#include "base/fs.h"
#include "export/pack_internal.h"
#include "export/parquet_read.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FINDINGS = 20 }; /* per file: a shifted table would fill pages */

/* A table file that is read along while its rows are derived again. */
typedef struct cursor {
    char name[512]; /* relative path */
    reel_table_id id;
    reel_parquet_reader *reader; /* NULL: not comparable */
    reel_rows *group, *derived;
    int next_group;
    int row_in_group;
    int64_t row;
    int n_found;
} cursor;

typedef struct comparison {
    const reel_dataset *dataset;
    reel_findings findings;
    reel_clip_table metadata;
} comparison;

static void close_cursor(cursor *t)
{
    reel_parquet_reader_close(&t->reader);
    reel_rows_destroy(&t->group);
    reel_rows_destroy(&t->derived);
}

/* A file that cannot be opened or read is a finding; only memory and such end the check. */
static reel_status open_cursor(comparison *c, cursor *t, reel_table_id id, const char *split,
                               reel_error *err)
{
    char path[REEL_PATH_MAX], text[256];
    reel_error error = {0};
    const reel_table *table =
        id == REEL_TABLE_METADATA ? &c->metadata.table : reel_table_get(id, true);
    t->id = id;
    reel_place_table(id, split, t->name, sizeof(t->name));
    reel_fs_join(path, sizeof(path), c->dataset->root, t->name);
    t->group = reel_rows_create(table);
    t->derived = reel_rows_create(table);
    if (!t->group || !t->derived) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory while checking tables");
    }
    const reel_status status = reel_parquet_open(path, table, &t->reader, &error);
    if (status == REEL_E_NOMEM) {
        return reel_fail(err, status, "%s", error.msg);
    }
    if (status) {
        reel_findings_report(&c->findings, t->name, "table %s: %s", table->name, error.msg);
        return REEL_OK;
    }
    for (int i = 0; reel_parquet_mismatch(t->reader, i, text, sizeof(text)) && !c->findings.stop;
         i++) {
        reel_findings_report(&c->findings, t->name, "table %s: %s", table->name, text);
    }
    return REEL_OK;
}

/* Makes sure that the next row stands in t->group. False: the file ends, or is not readable
 * further (then reported and closed). */
static bool next_row(comparison *c, cursor *t, reel_status *status, reel_error *err)
{
    while (t->row_in_group == t->group->n_rows) {
        if (t->next_group == reel_parquet_n_groups(t->reader)) {
            return false;
        }
        reel_error error = {0};
        *status = reel_parquet_read_group(t->reader, t->next_group++, t->group, &error);
        t->row_in_group = 0;
        if (*status == REEL_E_NOMEM) {
            reel_fail(err, *status, "%s", error.msg);
            return false;
        }
        if (*status) {
            *status = REEL_OK;
            reel_findings_report(&c->findings, t->name, "table %s: %s", t->group->table->name,
                                 error.msg);
            reel_parquet_reader_close(&t->reader);
            return false;
        }
    }
    return true;
}

static void compare_row(comparison *c, cursor *t, int derived_row)
{
    const reel_table *table = t->derived->table;
    for (int k = 0; k < table->n_columns && !c->findings.stop; k++) {
        if (!reel_parquet_has_column(t->reader, k) ||
            reel_cell_equal(t->group, t->row_in_group, t->derived, derived_row, k)) {
            continue;
        }
        if (++t->n_found > MAX_FINDINGS) {
            return;
        }
        char is[160], should[160];
        reel_cell_format(t->group, t->row_in_group, k, is, sizeof(is));
        reel_cell_format(t->derived, derived_row, k, should, sizeof(should));
        reel_findings_report(&c->findings, t->name,
                             "table %s, row %" PRId64 ", column %s: %s, should be %s", table->name,
                             t->row, table->columns[k].name, is, should);
    }
}

/* The rows of one clip, derived into t->derived, against the next rows of the file. */
static reel_status compare_clip(comparison *c, cursor *t, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int i = 0; i < t->derived->n_rows && t->reader && !c->findings.stop; i++) {
        if (!next_row(c, t, &status, err)) {
            if (!status && t->reader) {
                reel_findings_report(&c->findings, t->name,
                                     "table %s ends after %" PRId64 " rows, row %" PRId64
                                     " is missing",
                                     t->derived->table->name, t->row, t->row);
                reel_parquet_reader_close(&t->reader);
            }
            return status;
        }
        compare_row(c, t, i);
        t->row++;
        t->row_in_group++;
    }
    return status;
}

static void finish_cursor(comparison *c, cursor *t)
{
    if (!t->reader || c->findings.stop) {
        return;
    }
    if (t->n_found > MAX_FINDINGS) {
        reel_findings_report(&c->findings, t->name, "table %s: further differences are not listed",
                             t->derived->table->name);
    }
    if (t->row != reel_parquet_n_rows(t->reader) && !c->findings.stop) {
        reel_findings_report(&c->findings, t->name,
                             "table %s has %" PRId64 " rows, should have %" PRId64,
                             t->derived->table->name, reel_parquet_n_rows(t->reader), t->row);
    }
}

/* One clip into all six tables of its split. A record that cannot be read is a finding, and ends
 * the comparison of the split: the rows after it could not be told apart. */
static reel_status check_clip(comparison *c, int i, const reel_clip_place *place, cursor *tables,
                              bool *readable, reel_error *err)
{
    reel_record *record = NULL;
    reel_error error = {0};
    const char *dir = c->dataset->record_dirs[i];
    reel_status status = reel_record_open(dir, &record, &error);
    if (!status) {
        status = reel_record_load_data(record, &error);
    }
    for (int t = 0; !status && t < REEL_TABLE_COUNT && !c->findings.stop; t++) {
        reel_rows_clear(tables[t].derived);
        status = reel_table_derive(tables[t].id, record, place, tables[t].derived, &error);
        if (!status) {
            status = compare_clip(c, &tables[t], &error);
        }
    }
    reel_record_close(&record);
    if (status == REEL_E_NOMEM) {
        return reel_fail(err, status, "%s", error.msg);
    }
    if (status) {
        char text[700];
        reel_error_format(&error, text, sizeof(text));
        reel_findings_report(&c->findings, dir + strlen(c->dataset->root) + 1,
                             "tables cannot be checked against this record: %.300s", text);
        *readable = false;
    }
    return REEL_OK;
}

static reel_status check_split(comparison *c, const char *split, reel_error *err)
{
    cursor tables[REEL_TABLE_COUNT] = {0};
    bool readable = true;
    reel_status status = REEL_OK;
    for (int t = 0; !status && t < REEL_TABLE_COUNT && !c->findings.stop; t++) {
        status = open_cursor(c, &tables[t], (reel_table_id)t, split, err);
    }
    const reel_json *clips = reel_json_get(c->dataset->manifest, "clips");
    for (int i = 0; !status && i < c->dataset->n_clips && readable && !c->findings.stop; i++) {
        const reel_json *clip = reel_json_at(clips, (size_t)i);
        int64_t folder = 0;
        reel_json_to_int(reel_json_get(clip, "folder"), &folder);
        const reel_clip_place place = {reel_json_to_string(reel_json_get(clip, "split")),
                                       (int)folder};
        if (strcmp(place.split, split) == 0) {
            status = check_clip(c, i, &place, tables, &readable, err);
        }
    }
    for (int t = 0; t < REEL_TABLE_COUNT; t++) {
        if (!status && readable && tables[t].derived) {
            finish_cursor(c, &tables[t]);
        }
        close_cursor(&tables[t]);
    }
    return status;
}

/* Whether an earlier clip is of the same split. */
static bool seen_before(const reel_json *clips, size_t i, const char *split)
{
    for (size_t k = 0; k < i; k++) {
        const char *other = reel_json_to_string(reel_json_get(reel_json_at(clips, k), "split"));
        if (strcmp(other, split) == 0) {
            return true;
        }
    }
    return false;
}

/* The columns that the clips give; of a first one that cannot be read, those of the manifest. */
static reel_status find_traits(comparison *c, reel_error *err)
{
    reel_record *record = NULL;
    reel_error why = {0};
    reel_clip_traits traits = {.colour = true};
    reel_status status = REEL_OK;
    reel_json_to_bool(reel_json_get(c->dataset->manifest, "colour"), &traits.colour);
    if (c->dataset->n_clips > 0) {
        status = reel_record_open(c->dataset->record_dirs[0], &record, &why);
    }
    if (record) {
        traits = reel_clip_traits_of(record);
    }
    reel_record_close(&record);
    reel_clip_table_init(&c->metadata, traits);
    return status == REEL_E_NOMEM ? reel_fail(err, status, "%s", why.msg) : REEL_OK;
}

reel_status reel_dataset_check_tables(const reel_dataset *dataset, reel_finding_fn found, void *ctx,
                                      reel_error *err)
{
    comparison c = {.dataset = dataset, .findings = {.found = found, .ctx = ctx}};
    const reel_json *clips = reel_json_get(dataset->manifest, "clips");
    reel_status status = find_traits(&c, err);
    for (size_t i = 0; !status && i < reel_json_count(clips) && !c.findings.stop; i++) {
        const char *split = reel_json_to_string(reel_json_get(reel_json_at(clips, i), "split"));
        if (seen_before(clips, i, split)) {
            continue;
        }
        status = check_split(&c, split, err);
    }
    if (status) {
        return status;
    }
    return c.findings.n ? reel_fail_at(err, REEL_E_CONFLICT, dataset->root, 0, NULL,
                                       "%d differences between tables and records", c.findings.n)
                        : REEL_OK;
}
