/*
 * table.h - typed tables: a description of the columns, and rows that are built cell by cell.
 *
 * One description per table (tables.h) drives the Parquet files, the check of their values and the
 * column lists in the card and the docs, so that these cannot disagree. Thread-safety: one rows
 * object, one thread.
 */
#pragma once

#include "base/status.h"
#include "export/thrift.h"

REEL_API_BEGIN

typedef enum reel_column_type {
    REEL_COLUMN_STRING = 0, /**< UTF-8 */
    REEL_COLUMN_BOOL,
    REEL_COLUMN_INT32,
    REEL_COLUMN_INT64,
    REEL_COLUMN_FLOAT64,
    REEL_COLUMN_VECTOR, /**< list of float64, `length` in every row that is not null */
    /* what only layouts write (layout/lerobot*.c), and parquet_read.h does not read */
    REEL_COLUMN_FLOAT32,
    REEL_COLUMN_FLOAT32S, /**< list of float32, `length` of them, as the next two */
    REEL_COLUMN_INT64S,
    REEL_COLUMN_BOOLS,
    REEL_COLUMN_NESTED,  /**< float64 as [length][1][1]: a list of lists of a list of one */
    REEL_COLUMN_STRINGS, /**< list of strings, any number of them */
} reel_column_type;

/** What a column's lists hold; the type itself without lists. */
reel_column_type reel_column_element(reel_column_type type);
/** How deep its lists are nested: 0, 1 or 3. */
int reel_column_lists(reel_column_type type);
/** Bytes of a value of fixed width in reel_cells.values; 0: strings. */
size_t reel_column_width(reel_column_type element);

typedef struct reel_column {
    const char *name;
    reel_column_type type;
    int length;       /**< of lists with a length; else 0 */
    const char *unit; /**< "m", "s", ...; "" if none */
    const char *doc;  /**< one phrase, no final period */
} reel_column;

typedef struct reel_table {
    const char *name;
    const char *doc; /**< what a row is, and the order of the rows */
    int n_columns;
    const reel_column *columns;
} reel_table;

/** "string", "bool", "int32", ..., "float64[3]" into `out`. */
void reel_column_type_name(const reel_column *column, char *out, size_t size);

/** Index of a column by name, or -1. */
int reel_table_find_column(const reel_table *table, const char *name);

/** The cells of one column. Fixed-width values stand little endian in `values`. */
typedef struct reel_cells {
    uint8_t *present; /**< [rows] REEL_CELL_* */
    uint32_t *offset; /**< [rows + 1] strings: into values, in bytes; lists: in elements, of
                           strings: in bytes */
    reel_bytes
        values; /**< bool: 1 byte; int32, float32: 4; int64, float64: 8; in a list of strings:
                     u32 length and bytes */
} reel_cells;

enum {
    REEL_CELL_NULL = 0,
    REEL_CELL_VALUE = 1,
    REEL_CELL_BROKEN = 2, /**< a list with a null in it: seen only in files of other writers */
};

/** Rows of a table, column by column. Zeroed memory is not valid: use reel_rows_create(). */
typedef struct reel_rows {
    const reel_table *table;
    int n_rows, capacity;
    int cursor;        /**< next column of the row that is being put */
    bool failed;       /**< memory ran out: for good, clearing does not mend it */
    reel_cells *cells; /**< [n_columns] */
} reel_rows;

/** NULL when out of memory. `table` is borrowed. */
reel_rows *reel_rows_create(const reel_table *table);
void reel_rows_destroy(reel_rows **rows);
void reel_rows_clear(reel_rows *rows); /**< no rows; memory kept */

/**
 * The next cell of the current row; cells come in the order of the columns, and `name` and type
 * must be those of the next column (assert). Out of memory sets `failed`, checked at the end.
 * A float that is not finite is put as null where it stands for "none" by the caller, never here.
 */
void reel_put_null(reel_rows *rows, const char *name);
void reel_put_string(reel_rows *rows, const char *name, const char *v); /**< NULL puts null */
void reel_put_text(reel_rows *rows, const char *name, const char *v, size_t size); /**< no zeros */
void reel_put_bool(reel_rows *rows, const char *name, bool v);
void reel_put_int(reel_rows *rows, const char *name, int64_t v); /**< int32 (fits: assert), int64 */
void reel_put_real(reel_rows *rows, const char *name, double v); /**< float32: rounded */
void reel_put_vector(reel_rows *rows, const char *name, const double *v); /**< `length` of them */
void reel_put_ints(reel_rows *rows, const char *name, const int64_t *v);
void reel_put_bools(reel_rows *rows, const char *name, const bool *v);
void reel_put_strings(reel_rows *rows, const char *name, const char *const *v, int n);
/* What is null unless `known`. */
void reel_put_int_if(reel_rows *rows, bool known, const char *name, int64_t v);
void reel_put_real_if(reel_rows *rows, bool known, const char *name, double v);
void reel_put_vector_if(reel_rows *rows, bool known, const char *name, const double *v);
void reel_rows_end_row(reel_rows *rows); /**< every column was put (assert) */

/** Append rows [first, first + n) of `from` (same table). */
void reel_rows_append(reel_rows *to, const reel_rows *from, int first, int n);

/** For readers: room for `n_rows` rows in every column, which are then filled each at its own pace;
 * the caller sets n_rows once all are. Returns false, and sets `failed`, when out of memory. */
bool reel_cells_reserve(reel_rows *rows, int n_rows);

/** True if the two cells hold the same bits (or are both null). */
bool reel_cell_equal(const reel_rows *a, int row_a, const reel_rows *b, int row_b, int column);

/** The cell for people, such as `0.25`, `"ball"`, `null`, `[0, 0, 1]`; cut to `size`. */
void reel_cell_format(const reel_rows *rows, int row, int column, char *out, size_t size);

REEL_API_END
