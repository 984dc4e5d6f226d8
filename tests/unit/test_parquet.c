/* The Parquet writer against bytes worked out by hand from the format's documents, and against our
 * reader, which pyarrow and DuckDB check in turn (tests/conformance/rewrite_tables.py). */
#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/rng.h"
#include "export/parquet_encode.h"
#include "export/parquet_read.h"
#include "export/parquet_write.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"
#include <signal.h>
#include <sys/resource.h>

static const reel_column all_columns[] = {
    {"name", REEL_COLUMN_STRING, 0, "", "a string"},
    {"flag", REEL_COLUMN_BOOL, 0, "", "a bool"},
    {"id", REEL_COLUMN_INT32, 0, "", "an int32"},
    {"step", REEL_COLUMN_INT64, 0, "", "an int64"},
    {"mass", REEL_COLUMN_FLOAT64, 0, "kg", "a float64"},
    {"position", REEL_COLUMN_VECTOR, 3, "m", "a vector"},
};
static const reel_table all_table = {"all", "one row per test", 6, all_columns};

static const reel_column one_column[] = {{"mass", REEL_COLUMN_FLOAT64, 0, "kg", "a float64"}};
static const reel_table one_table = {"one", "one row per test", 1, one_column};

static char folder[4096];

static const char *path_of(const char *name)
{
    static char path[4200];
    if (!folder[0]) {
        fixture_temp_dir(folder, sizeof(folder));
    }
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* A row whose cells depend on (seed, row) alone; nulls, repeats and runs among them. */
static void put_row(reel_rows *rows, uint64_t seed, int row)
{
    char path[32], text[64];
    snprintf(path, sizeof(path), "row/%d", row);
    reel_rng rng = reel_rng_stream(seed, path);
    const int64_t kind = reel_rng_int(&rng, 0, 9);
    snprintf(text, sizeof(text), "word %d", (int)reel_rng_int(&rng, 0, kind < 5 ? 3 : 100000));
    const double v[3] = {reel_rng_normal(&rng), 0, -1e300};
    reel_put_string(rows, "name", kind == 0 ? NULL : kind == 1 ? "" : text);
    if (kind == 2) {
        reel_put_null(rows, "flag");
    } else {
        reel_put_bool(rows, "flag", row / 40 % 2);
    }
    if (kind == 3) {
        reel_put_null(rows, "id");
    } else {
        reel_put_int(rows, "id", kind < 5 ? row / 100 : (int64_t)(int32_t)reel_rng_u32(&rng));
    }
    if (kind == 4) {
        reel_put_null(rows, "step");
    } else {
        reel_put_int(rows, "step", (int64_t)reel_rng_u64(&rng));
    }
    if (kind == 5) {
        reel_put_null(rows, "mass");
    } else {
        reel_put_real(rows, "mass", kind < 5 ? 0.25 : v[0]);
    }
    if (kind == 6) {
        reel_put_null(rows, "position");
    } else {
        reel_put_vector(rows, "position", v);
    }
    reel_rows_end_row(rows);
}

static void write_rows(const char *path, uint64_t seed, int n, int batch)
{
    reel_parquet_writer *writer = NULL;
    reel_rows *rows = reel_rows_create(&all_table);
    CHECK_INT(reel_parquet_create(path, &all_table, &writer, NULL), ==, REEL_OK);
    for (int i = 0; i < n; i++) {
        put_row(rows, seed, i);
        if (rows->n_rows == batch || i == n - 1) {
            CHECK_INT(reel_parquet_write(writer, rows, NULL), ==, REEL_OK);
            reel_rows_clear(rows);
        }
    }
    CHECK_INT(reel_parquet_close(writer, NULL), ==, REEL_OK);
    reel_parquet_destroy(&writer);
    reel_rows_destroy(&rows);
}

static void hybrid_is_as_the_document_says(const void *param)
{
    (void)param;
    /* the example of the format's encodings document: 0..7 at 3 bits is 88 C6 FA */
    const uint32_t counting[] = {0, 1, 2, 3, 4, 5, 6, 7};
    reel_bytes out = {0};
    reel_parquet_put_hybrid(&out, counting, 8, 3);
    CHECK_INT(out.size, ==, 4);
    CHECK(memcmp(out.data, "\x03\x88\xC6\xFA", 4) == 0);
    /* a run: count << 1, then the value in whole bytes */
    uint32_t run[300];
    for (int i = 0; i < 300; i++) {
        run[i] = 0x123;
    }
    reel_bytes_clear(&out);
    reel_parquet_put_hybrid(&out, run, 300, 9);
    CHECK_INT(out.size, ==, 4);
    CHECK(memcmp(out.data, "\xD8\x04\x23\x01", 4) == 0);
    reel_bytes_finish(&out);
}

static void first_page_has_the_bytes_of_the_format(const void *param)
{
    (void)param;
    reel_parquet_writer *writer = NULL;
    reel_rows *rows = reel_rows_create(&one_table);
    const char *path = path_of("golden.parquet");
    reel_put_real(rows, "mass", 1.0);
    reel_rows_end_row(rows);
    reel_put_real(rows, "mass", -2.0);
    reel_rows_end_row(rows);
    CHECK_INT(reel_parquet_create(path, &one_table, &writer, NULL), ==, REEL_OK);
    CHECK_INT(reel_parquet_write(writer, rows, NULL), ==, REEL_OK);
    CHECK_INT(reel_parquet_close(writer, NULL), ==, REEL_OK);
    char *data = NULL;
    size_t size = 0;
    CHECK_INT(reel_fs_read(path, &data, &size, NULL), ==, REEL_OK);
    /* PAR1, then type 0, 22 bytes raw, 24 packed: a Snappy literal of 22 bytes */
    CHECK(memcmp(data, "PAR1\x15\x00\x15\x2C\x15\x30\x15", 11) == 0);
    const char *body = NULL;
    for (size_t i = 11; i < 40 && !body; i++) {
        body = memcmp(data + i, "\x16\x54\x02\x00\x00\x00\x04\x01", 8) == 0 ? data + i : NULL;
    }
    CHECK(body != NULL);
    CHECK(memcmp(body + 8, "\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\x00\xC0", 16) == 0);
    /* the page header before it ends data_page_header{2 values, PLAIN, RLE, RLE} and itself */
    CHECK(memcmp(body - 11, "\x1C\x15\x04\x15\x00\x15\x06\x15\x06\x00\x00", 11) == 0);
    CHECK(memcmp(data + size - 4, "PAR1", 4) == 0);
    reel_free(data);
    reel_parquet_destroy(&writer);
    reel_rows_destroy(&rows);
}

static void what_is_written_is_read(const void *param)
{
    const int n = *(const int *)param;
    const char *path = path_of("round.parquet");
    reel_parquet_reader *reader = NULL;
    reel_rows *want = reel_rows_create(&all_table), *got = reel_rows_create(&all_table);
    char text[200];
    write_rows(path, 7, n, 1000);
    for (int i = 0; i < n; i++) {
        put_row(want, 7, i);
    }
    CHECK_INT(reel_parquet_open(path, &all_table, &reader, NULL), ==, REEL_OK);
    CHECK(!reel_parquet_mismatch(reader, 0, text, sizeof(text)));
    CHECK_INT(reel_parquet_n_rows(reader), ==, n);
    CHECK_INT(reel_parquet_n_groups(reader), ==,
              (n + REEL_PARQUET_GROUP_ROWS - 1) / REEL_PARQUET_GROUP_ROWS);
    int row = 0;
    for (int g = 0; g < reel_parquet_n_groups(reader); g++) {
        CHECK_INT(reel_parquet_read_group(reader, g, got, NULL), ==, REEL_OK);
        for (int i = 0; i < got->n_rows; i++, row++) {
            for (int c = 0; c < all_table.n_columns; c++) {
                CHECK(reel_cell_equal(want, row, got, i, c));
            }
        }
    }
    CHECK_INT(row, ==, n);
    reel_parquet_reader_close(&reader);
    reel_rows_destroy(&want);
    reel_rows_destroy(&got);
}

static void bytes_do_not_depend_on_batches(const void *param)
{
    (void)param;
    static const int batches[] = {1, 17, 8192, 100000};
    reel_sha256 first, again;
    for (int i = 0; i < 4; i++) {
        const char *path = path_of("batch.parquet");
        write_rows(path, 11, 10000, batches[i]);
        CHECK_INT(reel_sha256_file(path, &again, &(uint64_t){0}, NULL), ==, REEL_OK);
        first = i ? first : again;
        CHECK(memcmp(first.bytes, again.bytes, 32) == 0);
    }
}

static void unfinished_files_leave_nothing(const void *param)
{
    (void)param;
    const char *path = path_of("unfinished.parquet");
    reel_parquet_writer *writer = NULL;
    reel_error err = {0};
    CHECK_INT(reel_parquet_create(path, &all_table, &writer, NULL), ==, REEL_OK);
    reel_parquet_destroy(&writer);
    CHECK(!reel_fs_exists(path));
    CHECK(!reel_fs_exists(path_of(".tmp-unfinished.parquet")));
    CHECK_INT(reel_parquet_create("/nowhere/at/all.parquet", &all_table, &writer, &err), ==,
              REEL_E_IO);
    CHECK(!writer);
    CHECK_CONTAINS(err.file, "/nowhere/at/all.parquet");
}

/* A disk that fills up, as a limit on the size of files. */
static void a_full_disk_is_an_error(const void *param)
{
    (void)param;
    const char *path = path_of("full.parquet");
    struct rlimit before, small;
    reel_parquet_writer *writer = NULL;
    reel_rows *rows = reel_rows_create(&all_table);
    reel_error err = {0};
    for (int i = 0; i < 20000; i++) {
        put_row(rows, 5, i);
    }
    signal(SIGXFSZ, SIG_IGN);
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small = before;
    small.rlim_cur = 100000;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    reel_status status = reel_parquet_create(path, &all_table, &writer, &err);
    status = status ? status : reel_parquet_write(writer, rows, &err);
    status = status ? status : reel_parquet_close(writer, &err);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    CHECK_INT(status, ==, REEL_E_IO);
    CHECK_CONTAINS(err.file, "full.parquet");
    reel_parquet_destroy(&writer);
    CHECK(!reel_fs_exists(path));
    CHECK(!reel_fs_exists(path_of(".tmp-full.parquet")));
    reel_rows_destroy(&rows);
}

static void damage_is_an_error_with_a_column(const void *param)
{
    (void)param;
    const char *path = path_of("damaged.parquet");
    reel_parquet_reader *reader = NULL;
    reel_rows *rows = reel_rows_create(&all_table);
    reel_error err = {0};
    char *data = NULL;
    size_t size = 0;
    write_rows(path, 3, 50, 50);
    CHECK_INT(reel_fs_read(path, &data, &size, NULL), ==, REEL_OK);
    data[60] ^= 1; /* in the first column's dictionary page */
    CHECK_INT(reel_fs_publish(path, data, size, NULL), ==, REEL_OK);
    CHECK_INT(reel_parquet_open(path, &all_table, &reader, &err), ==, REEL_OK);
    CHECK_INT(reel_parquet_read_group(reader, 0, rows, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.msg, "column name");
    reel_parquet_reader_close(&reader);
    CHECK_INT(reel_fs_publish(path, data, size / 2, NULL), ==, REEL_OK);
    CHECK_INT(reel_parquet_open(path, &all_table, &reader, &err), ==, REEL_E_CONFLICT);
    CHECK(!reader);
    reel_free(data);
    reel_rows_destroy(&rows);
}

static void other_columns_are_told(const void *param)
{
    (void)param;
    const char *path = path_of("other.parquet");
    reel_parquet_reader *reader = NULL;
    char text[200];
    write_rows(path, 3, 5, 5);
    CHECK_INT(reel_parquet_open(path, &one_table, &reader, NULL), ==, REEL_OK);
    CHECK(reel_parquet_has_column(reader, 0));
    CHECK(reel_parquet_mismatch(reader, 0, text, sizeof(text)));
    CHECK_STR(text, "column name does not belong there");
    reel_parquet_reader_close(&reader);
}

/* Every allocation on the way may fail: an error, no leak (the sanitizers look), no file. */
static void memory_can_run_out_anywhere(const void *param)
{
    (void)param;
    const char *path = path_of("memory.parquet");
    for (uint64_t n = 1; n < 2000; n++) {
        reel_parquet_writer *writer = NULL;
        reel_rows *rows = reel_rows_create(&all_table);
        for (int i = 0; i < 20; i++) {
            put_row(rows, 5, i);
        }
        reel_alloc_fail_at(n);
        reel_status status = reel_parquet_create(path, &all_table, &writer, NULL);
        if (!status) {
            status = reel_parquet_write(writer, rows, NULL);
        }
        if (!status) {
            status = reel_parquet_close(writer, NULL);
        }
        reel_alloc_fail_at(0);
        reel_parquet_destroy(&writer);
        reel_rows_destroy(&rows);
        if (status == REEL_OK) {
            CHECK_INT(n, >, 20);
            return;
        }
        CHECK_INT(status, ==, REEL_E_NOMEM);
        CHECK(!reel_fs_exists(path));
    }
    CHECK_FAIL("2000 allocations for 20 rows");
}

/* A reader that runs out of memory says so: the file is not damaged. */
static void memory_can_run_out_while_reading(const void *param)
{
    (void)param;
    const char *path = path_of("read.parquet");
    write_rows(path, 20, 5, 20);
    for (uint64_t n = 1; n < 2000; n++) {
        reel_parquet_reader *reader = NULL;
        reel_rows *rows = reel_rows_create(&all_table);
        reel_alloc_fail_at(n);
        reel_status status = reel_parquet_open(path, &all_table, &reader, NULL);
        if (!status) {
            status = reel_parquet_read_group(reader, 0, rows, NULL);
        }
        reel_alloc_fail_at(0);
        reel_parquet_reader_close(&reader);
        reel_rows_destroy(&rows);
        if (status == REEL_OK) {
            CHECK_INT(n, >, 3);
            return;
        }
        CHECK_INT(status, ==, REEL_E_NOMEM);
    }
    CHECK_FAIL("2000 allocations for 20 rows");
}

static void cells_are_written_for_people(const void *param)
{
    (void)param;
    reel_rows *rows = reel_rows_create(&all_table);
    char text[64];
    reel_put_string(rows, "name", "ball");
    reel_put_bool(rows, "flag", true);
    reel_put_int(rows, "id", -3);
    reel_put_null(rows, "step");
    reel_put_real(rows, "mass", 0.1);
    reel_put_vector(rows, "position", (double[]){0, 0.25, 1e-30});
    reel_rows_end_row(rows);
    static const char *const want[] = {"\"ball\"", "true", "-3", "null", "0.1", "[0, 0.25, 1e-30]"};
    for (int c = 0; c < 6; c++) {
        reel_cell_format(rows, 0, c, text, sizeof(text));
        CHECK_STR(text, want[c]);
    }
    reel_rows_clear(rows);
    reel_put_string(rows, "name", "a\x1b\xc3\xa9");
    reel_put_null(rows, "flag");
    reel_put_null(rows, "id");
    reel_put_null(rows, "step");
    reel_put_null(rows, "mass");
    reel_put_vector(rows, "position", (double[]){0, 0.25, 1e-30});
    reel_rows_end_row(rows);
    reel_cell_format(rows, 0, 0, text, sizeof(text));
    CHECK_STR(text, "\"a\\x1b\\xc3\\xa9\"");
    char small[8];
    reel_cell_format(rows, 0, 5, small, sizeof(small));
    CHECK_STR(small, "[0, 0.2");
    reel_rows_destroy(&rows);
}

static void clean_up(const void *param)
{
    (void)param;
    CHECK_INT(reel_fs_remove_tree(folder, NULL), ==, REEL_OK);
}

static const int sizes[] = {0, 1, 7, 300, 32768, 32769, 70000};
static const check_test tests[] = {
    {"hybrid encoding", hybrid_is_as_the_document_says, NULL},
    {"golden page", first_page_has_the_bytes_of_the_format, NULL},
    {"round trip, no rows", what_is_written_is_read, &sizes[0]},
    {"round trip, 1 row", what_is_written_is_read, &sizes[1]},
    {"round trip, 7 rows", what_is_written_is_read, &sizes[2]},
    {"round trip, 300 rows", what_is_written_is_read, &sizes[3]},
    {"round trip, one full group", what_is_written_is_read, &sizes[4]},
    {"round trip, one row more", what_is_written_is_read, &sizes[5]},
    {"round trip, 70000 rows", what_is_written_is_read, &sizes[6]},
    {"bytes do not depend on batches", bytes_do_not_depend_on_batches, NULL},
    {"unfinished files", unfinished_files_leave_nothing, NULL},
    {"full disk", a_full_disk_is_an_error, NULL},
    {"damage", damage_is_an_error_with_a_column, NULL},
    {"other columns", other_columns_are_told, NULL},
    {"out of memory", memory_can_run_out_anywhere, NULL},
    {"out of memory while reading", memory_can_run_out_while_reading, NULL},
    {"cells for people", cells_are_written_for_people, NULL},
    {"clean up", clean_up, NULL},
};
CHECK_MAIN(tests)
