/* make_table FILE [ROWS]: a table whose pages are worth telling apart, for read_pages.py.
 *
 * A row's cells depend on its number alone; read_pages.py does not know how, it compares readers.
 */
#include "base/rng.h"
#include "export/parquet_write.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const reel_column columns[] = {
    {"name", REEL_COLUMN_STRING, 0, "", "rises, in runs"},
    {"text", REEL_COLUMN_STRING, 0, "", "long, of characters of one to four bytes"},
    {"last", REEL_COLUMN_STRING, 0, "", "long, with nothing above it"},
    {"flag", REEL_COLUMN_BOOL, 0, "", "false for half of the rows"},
    {"id", REEL_COLUMN_INT32, 0, "", "falls"},
    {"step", REEL_COLUMN_INT64, 0, "", "any"},
    {"zero", REEL_COLUMN_FLOAT64, 0, "", "0 and -0"},
    {"mass", REEL_COLUMN_FLOAT64, 0, "kg", "any, some not a number"},
    {"nan", REEL_COLUMN_FLOAT64, 0, "", "a page of it is not a number"},
    {"gap", REEL_COLUMN_FLOAT64, 0, "", "pages and a group of nulls"},
    {"single", REEL_COLUMN_FLOAT32, 0, "", "any"},
    {"position", REEL_COLUMN_VECTOR, 3, "m", "some rows null"},
    {"singles", REEL_COLUMN_FLOAT32S, 2, "", "0 and -0 among them"},
    {"counts", REEL_COLUMN_INT64S, 2, "", "rise"},
    {"bits", REEL_COLUMN_BOOLS, 3, "", "any"},
    {"nested", REEL_COLUMN_NESTED, 3, "", "any"},
    {"words", REEL_COLUMN_STRINGS, 0, "", "any number of them"},
};
static const reel_table table = {"pages", "one row per number",
                                 sizeof(columns) / sizeof(columns[0]), columns};

static void put_texts(reel_rows *rows, reel_rng *rng, int row)
{
    static const char *const letters[] = {
        "a",    "\xc3\xa9",     "\xe2\x82\xac", "\xf0\x9f\x8e\xb1",
        "\x7f", "\xed\x9f\xbf", "\xef\xbf\xbf"};
    char text[400] = "";
    snprintf(text, sizeof(text), "clip_%06d", row / 97);
    reel_put_string(rows, "name", row % 501 == 500 ? NULL : text);
    text[0] = 0;
    const int n = (int)reel_rng_int(rng, 0, 60), first = (int)reel_rng_int(rng, 0, 6);
    for (int i = 0; i < n; i++) {
        strcat(text, letters[(first + i * i) % 7]);
    }
    reel_put_string(rows, "text", text);
    text[0] = 0;
    for (int i = 0; i < 20; i++) {
        strcat(text, "\xf4\x8f\xbf\xbf"); /* the last code point there is */
    }
    reel_put_string(rows, "last", row % 9000 < 8000 ? "b" : text);
}

static void put_numbers(reel_rows *rows, reel_rng *rng, int row)
{
    reel_put_bool(rows, "flag", row / 25000 % 2);
    reel_put_int_if(rows, row % 7 != 3, "id", -row);
    reel_put_int(rows, "step", (int64_t)reel_rng_u64(rng));
    reel_put_real(rows, "zero", row % 3 ? 0.0 : -0.0);
    reel_put_real(rows, "mass", row % 11 == 5 ? (double)NAN : reel_rng_normal(rng));
    reel_put_real(rows, "nan", row / 4096 == 2 ? (double)NAN : row);
    const bool gap = row / 4096 == 1 || row >= 32768;
    reel_put_real_if(rows, !gap, "gap", 0.5 * row);
    reel_put_real(rows, "single", reel_rng_normal(rng));
}

static void put_lists(reel_rows *rows, reel_rng *rng, int row)
{
    const double p[3] = {reel_rng_normal(rng), row, row % 5 ? 0.25 : (double)NAN};
    const double zeros[2] = {-0.0, 0.0};
    const int64_t counts[2] = {row, row + 1};
    const bool bits[3] = {row & 1, row & 2, row & 4};
    const char *const words[3] = {"one", "two",
                                  "a word of more than sixty-four bytes, the rest of "
                                  "which is cut off where it stands"};
    reel_put_vector_if(rows, row % 13 != 12, "position", p);
    reel_put_vector(rows, "singles", zeros);
    reel_put_ints(rows, "counts", counts);
    reel_put_bools(rows, "bits", bits);
    reel_put_vector(rows, "nested", p);
    reel_put_strings(rows, "words", words, row % 4);
}

int main(int argc, char **argv)
{
    reel_parquet_writer *writer = NULL;
    reel_error err = {0};
    reel_rows *rows = reel_rows_create(&table);
    const int n = argc > 2 ? atoi(argv[2]) : 50000;
    if (argc < 2 || !rows) {
        fprintf(stderr, "usage: make_table FILE [ROWS]\n");
        return 64;
    }
    reel_status status = reel_parquet_create(argv[1], &table, &writer, &err);
    for (int row = 0; status == REEL_OK && row < n; row++) {
        char name[32];
        snprintf(name, sizeof(name), "row/%d", row);
        reel_rng rng = reel_rng_stream(1, name);
        put_texts(rows, &rng, row);
        put_numbers(rows, &rng, row);
        put_lists(rows, &rng, row);
        reel_rows_end_row(rows);
        if (rows->n_rows == 1000 || row == n - 1) {
            status = reel_parquet_write(writer, rows, &err);
            reel_rows_clear(rows);
        }
    }
    if (status == REEL_OK) {
        status = reel_parquet_close(writer, &err);
    }
    reel_parquet_destroy(&writer);
    reel_rows_destroy(&rows);
    if (status != REEL_OK) {
        char text[1024];
        reel_error_format(&err, text, sizeof(text));
        fprintf(stderr, "%s\n", text);
    }
    return reel_exit_status(status);
}
