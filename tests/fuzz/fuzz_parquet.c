/*
 * fuzz_parquet.c - any bytes as a Parquet file.
 *
 * A refusal has a status and a message. What opens is read to the end: rows add up to what the
 * footer says, and every cell can be compared and written out.
 */
#include "export/parquet_read.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const reel_column columns[] = {
    {"name", REEL_COLUMN_STRING, 0, "", "a string"},
    {"flag", REEL_COLUMN_BOOL, 0, "", "a bool"},
    {"id", REEL_COLUMN_INT32, 0, "", "an int32"},
    {"step", REEL_COLUMN_INT64, 0, "", "an int64"},
    {"mass", REEL_COLUMN_FLOAT64, 0, "kg", "a float64"},
    {"position", REEL_COLUMN_VECTOR, 3, "m", "a vector"},
};
static const reel_table table = {"all", "one row per test", 6, columns};

/* Not assert: a build without it must still find things. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fuzz_parquet: does not hold: %s\n", what);
        abort();
    }
}

static void read_rows(reel_parquet_reader *reader)
{
    reel_rows *rows = reel_rows_create(&table);
    int64_t n = 0;
    bool whole = true;
    must(rows != NULL, "there is memory");
    for (int g = 0; g < reel_parquet_n_groups(reader); g++) {
        reel_error err = {0};
        const reel_status status = reel_parquet_read_group(reader, g, rows, &err);
        must(status == REEL_OK || (err.status == status && err.msg[0]), "a refusal says why");
        whole = whole && status == REEL_OK;
        for (int row = 0; status == REEL_OK && row < rows->n_rows; row++) {
            for (int c = 0; c < table.n_columns; c++) {
                char text[64];
                reel_cell_format(rows, row, c, text, sizeof(text));
                must(reel_cell_equal(rows, row, rows, row, c) ||
                         rows->cells[c].present[row] == REEL_CELL_BROKEN,
                     "a cell equals itself");
            }
        }
        n += rows->n_rows;
    }
    must(!whole || n == reel_parquet_n_rows(reader), "the rows add up");
    reel_rows_destroy(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64], text[256];
    const int file = memfd_create("fuzz", 0);
    must(file >= 0 && write(file, data, size) == (ssize_t)size, "there is a file");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    reel_parquet_reader *reader = NULL;
    reel_error err = {0};
    const reel_status status = reel_parquet_open(path, &table, &reader, &err);
    if (status == REEL_OK) {
        for (int i = 0; reel_parquet_mismatch(reader, i, text, sizeof(text)); i++) {
            must(text[0] != 0, "a difference is told");
        }
        read_rows(reader);
    } else {
        must(!reader && err.status == status && err.msg[0], "a refusal says why");
    }
    reel_parquet_reader_close(&reader);
    close(file);
    return 0;
}
