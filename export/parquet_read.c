/* parquet_read.c - the footer: schema, row groups and where the columns stand; see
 * parquet_read.h. */
#include "export/parquet_read.h"
#include "base/alloc.h"
#include "export/parquet_decode.h"
#include "export/parquet_format.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_ELEMENTS = 4096, MAX_GROUPS = 1 << 20, MAX_NOTE = 160 };

/* One element of the schema as it stands in the file. */
typedef struct element {
    int32_t type, repetition, n_children, converted;
    int logical; /* id of the logical type's union member; 0 = none */
    char name[96];
} element;

/* A column of the file: a leaf, in file order. */
typedef struct leaf {
    reel_parquet_column column;
    int bound; /* column of the table, or -1 */
} leaf;

typedef struct chunk {
    int64_t offset, size, n_values;
    int32_t codec, type;
} chunk;

typedef struct group {
    int64_t n_rows;
    chunk *chunks; /* [n_leaves] */
} group;

struct reel_parquet_reader {
    reel_arena arena;
    const reel_table *table;
    FILE *file;
    char path[256]; /* for messages */
    int64_t size, n_rows;
    int n_elements, n_leaves, n_groups;
    element *elements;
    leaf *leaves;
    group *groups;
    int *leaf_of; /* [n_columns] or -1 */
    int n_notes, max_notes;
    char (*notes)[MAX_NOTE];
    reel_bytes buffer;
    bool out_of_memory; /* what made a step of reading the footer fail */
};

static reel_status damaged(const reel_parquet_reader *r, const char *why, reel_error *err)
{
    return reel_fail_at(err, REEL_E_CONFLICT, r->path, 0, NULL, "is damaged: %s", why);
}

static reel_status no_memory(const reel_parquet_reader *r, reel_error *err)
{
    return reel_fail_at(err, REEL_E_NOMEM, r->path, 0, NULL, "out of memory");
}

/* REEL_ARENA_NEW() that notes a failure. */
static void *allocate(reel_parquet_reader *r, size_t count, size_t size)
{
    void *data = reel_arena_alloc(&r->arena, count, size);
    r->out_of_memory |= !data;
    return data;
}

/* `size` bytes at `offset` into r->buffer. */
static reel_status load(reel_parquet_reader *r, int64_t offset, int64_t size, reel_error *err)
{
    if (offset < 0 || size < 0 || offset > r->size || size > r->size - offset) {
        return damaged(r, "an offset lies outside the file", err);
    }
    reel_bytes_clear(&r->buffer);
    uint8_t *room = reel_bytes_reserve(&r->buffer, (size_t)size + 1);
    if (!room) {
        return no_memory(r, err);
    }
    if (fseeko(r->file, offset, SEEK_SET) != 0 ||
        fread(room, 1, (size_t)size, r->file) != (size_t)size) {
        return reel_fail_at(err, REEL_E_IO, r->path, 0, NULL, "cannot read: %s",
                            feof(r->file) ? "the file ends early" : strerror(errno));
    }
    r->buffer.size = (size_t)size;
    return REEL_OK;
}

/* ---- footer -----------------------------------------------------------------------------------
 */

static void copy_name(char *out, size_t size, const uint8_t *text, size_t length)
{
    const size_t n = length < size - 1 ? length : size - 1;
    for (size_t i = 0; i < n; i++) {
        out[i] = text[i] < 0x20 || text[i] == 0x7F ? '?' : (char)text[i];
    }
    out[n] = 0;
}

/* The id of a union's member. */
static int read_union(reel_thrift_reader *t)
{
    int id, member = 0;
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        member = id;
        reel_thrift_skip(t, f);
    }
    reel_thrift_leave(t);
    return member;
}

static void read_element(reel_thrift_reader *t, element *e)
{
    int id;
    *e = (element){.type = -1, .repetition = REEL_PARQUET_REQUIRED, .converted = -1};
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        size_t size;
        switch (id) {
        case 1: e->type = reel_thrift_get_i32(t, f); break;
        case 3: e->repetition = reel_thrift_get_i32(t, f); break;
        case 4: {
            const uint8_t *name = reel_thrift_get_binary(t, f, &size);
            copy_name(e->name, sizeof(e->name), name, size);
            break;
        }
        case 5: e->n_children = reel_thrift_get_i32(t, f); break;
        case 6: e->converted = reel_thrift_get_i32(t, f); break;
        case 10:
            if (f == REEL_THRIFT_STRUCT) {
                e->logical = read_union(t);
            } else {
                t->bad = true;
            }
            break;
        default: reel_thrift_skip(t, f);
        }
    }
    reel_thrift_leave(t);
}

static bool read_schema(reel_parquet_reader *r, reel_thrift_reader *t, reel_thrift_type f)
{
    const uint32_t n = reel_thrift_get_list(t, f, REEL_THRIFT_STRUCT);
    if (n < 1 || n > MAX_ELEMENTS || r->elements) {
        return false;
    }
    r->elements = allocate(r, n, sizeof(*r->elements));
    r->n_elements = r->elements ? (int)n : 0;
    for (int i = 0; i < r->n_elements; i++) {
        read_element(t, &r->elements[i]);
    }
    return r->elements && !t->bad;
}

static void read_chunk_meta(reel_thrift_reader *t, chunk *c)
{
    int id;
    int64_t data = -1, dictionary = 0;
    c->size = c->n_values = -1;
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        switch (id) {
        case 1: c->type = reel_thrift_get_i32(t, f); break;
        case 4: c->codec = reel_thrift_get_i32(t, f); break;
        case 5: c->n_values = reel_thrift_get_int(t, f); break;
        case 7: c->size = reel_thrift_get_int(t, f); break;
        case 9: data = reel_thrift_get_int(t, f); break;
        case 11: dictionary = reel_thrift_get_int(t, f); break;
        default: reel_thrift_skip(t, f);
        }
    }
    reel_thrift_leave(t);
    c->offset = dictionary > 0 && dictionary < data ? dictionary : data;
}

static void read_chunk(reel_thrift_reader *t, chunk *c)
{
    int id;
    *c = (chunk){.offset = -1, .type = -1};
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        if (id == 3 && f == REEL_THRIFT_STRUCT) {
            read_chunk_meta(t, c);
        } else {
            t->bad |= id == 1; /* columns in other files */
            reel_thrift_skip(t, f);
        }
    }
    reel_thrift_leave(t);
}

static bool read_group(reel_parquet_reader *r, reel_thrift_reader *t, group *g)
{
    int id;
    g->n_rows = -1;
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        if (id == 1) {
            const uint32_t n = reel_thrift_get_list(t, f, REEL_THRIFT_STRUCT);
            if ((int)n != r->n_leaves || g->chunks) {
                return false;
            }
            g->chunks = allocate(r, n, sizeof(*g->chunks));
            for (uint32_t i = 0; g->chunks && i < n; i++) {
                read_chunk(t, &g->chunks[i]);
            }
        } else if (id == 3) {
            g->n_rows = reel_thrift_get_int(t, f);
        } else {
            reel_thrift_skip(t, f);
        }
    }
    reel_thrift_leave(t);
    return g->chunks && g->n_rows >= 0 && g->n_rows <= REEL_PARQUET_MAX_GROUP;
}

/* ---- columns ----------------------------------------------------------------------------------
 */

static void note(reel_parquet_reader *r, const char *fmt, ...) REEL_PRINTF(2, 3);

static void note(reel_parquet_reader *r, const char *fmt, ...)
{
    if (r->n_notes < r->max_notes) {
        va_list args;
        va_start(args, fmt);
        vsnprintf(r->notes[r->n_notes++], MAX_NOTE, fmt, args);
        va_end(args);
    }
}

static const char *type_text(const element *e)
{
    static const char *const names[] = {"bool",  "int32",  "int64",      "int96",
                                        "float", "double", "byte array", "fixed-length bytes"};
    if (e->type == REEL_PARQUET_BYTE_ARRAY &&
        (e->converted == REEL_PARQUET_UTF8 || e->logical == 1)) {
        return "string";
    }
    if (e->converted >= 0 || e->logical) {
        return "a type of its own";
    }
    return e->type >= 0 && e->type < 8 ? names[e->type] : "a group";
}

/* Whether a leaf can be what the table says; plain integers may be marked as such. */
static bool type_fits(reel_column_type type, const element *e)
{
    enum { INT_32 = 17, INT_64 = 18, LOGICAL_INTEGER = 10 };
    const bool plain = e->converted < 0 && e->logical == 0;
    switch (type) {
    case REEL_COLUMN_STRING:
        return e->type == REEL_PARQUET_BYTE_ARRAY &&
               (e->converted == REEL_PARQUET_UTF8 || e->logical == 1);
    case REEL_COLUMN_BOOL: return e->type == REEL_PARQUET_BOOLEAN && plain;
    case REEL_COLUMN_INT32:
        return e->type == REEL_PARQUET_INT32 && (plain || e->converted == INT_32);
    case REEL_COLUMN_INT64:
        return e->type == REEL_PARQUET_INT64 && (plain || e->converted == INT_64);
    default: return e->type == REEL_PARQUET_DOUBLE && plain;
    }
}

/* Binds file column `i`, whose top element is `top` and leaf `e`. `lists` = 1 for a three-level
 * list, 0 for a flat column, 2 for anything else. */
static void bind(reel_parquet_reader *r, int i, const element *top, const element *e, int lists)
{
    leaf *l = &r->leaves[i];
    l->bound = -1;
    const int c = reel_table_find_column(r->table, top->name);
    if (c < 0) {
        note(r, "column %s does not belong there", top->name);
        return;
    }
    const reel_column *column = &r->table->columns[c];
    const bool vector = column->type == REEL_COLUMN_VECTOR;
    char want[32];
    reel_column_type_name(column, want, sizeof(want));
    if (r->leaf_of[c] >= 0) {
        note(r, "column %s is there twice", top->name);
    } else if (lists != (vector ? 1 : 0) || !type_fits(column->type, e)) {
        note(r, "column %s is %s%s, should be %s", top->name, lists == 1 ? "a list of " : "",
             lists == 2 ? "nested" : type_text(e), want);
    } else {
        l->bound = c;
        r->leaf_of[c] = i;
    }
}

/* Index after the subtree of element `i`, counting its leaves; -1 if the schema is malformed. */
static int skip_tree(const reel_parquet_reader *r, int i, int depth, int *n_leaves)
{
    if (i >= r->n_elements || depth > 32) {
        return -1;
    }
    const int n = r->elements[i].n_children;
    if (n < 0 || n > r->n_elements) {
        return -1;
    }
    *n_leaves += n == 0;
    int at = i + 1;
    for (int k = 0; k < n && at > 0; k++) {
        at = skip_tree(r, at, depth + 1, n_leaves);
    }
    return at;
}

static bool is_list(const reel_parquet_reader *r, int i, int end)
{
    const element *e = &r->elements[i];
    return end == i + 3 && e[0].n_children == 1 && e[0].repetition != REEL_PARQUET_REPEATED &&
           (e[0].converted == REEL_PARQUET_LIST || e[0].logical == 3) && e[1].n_children == 1 &&
           e[1].repetition == REEL_PARQUET_REPEATED && e[2].n_children == 0 &&
           e[2].repetition != REEL_PARQUET_REPEATED;
}

/* The leaves in file order, each bound to a column of the table where it fits. */
static bool bind_columns(reel_parquet_reader *r)
{
    int n_leaves = 0;
    const int end = skip_tree(r, 0, 0, &n_leaves);
    if (end != r->n_elements || r->elements[0].n_children < 1) {
        return false;
    }
    r->leaves = allocate(r, (size_t)n_leaves, sizeof(*r->leaves));
    r->max_notes = n_leaves + r->table->n_columns;
    r->notes = allocate(r, (size_t)r->max_notes, MAX_NOTE);
    if (!r->leaves || !r->notes) {
        return false;
    }
    for (int i = 1; i < r->n_elements;) {
        int n = 0;
        const element *top = &r->elements[i];
        const int next = skip_tree(r, i, 0, &n);
        const int first = r->n_leaves;
        r->n_leaves += n;
        if (is_list(r, i, next)) {
            const int outer = top[0].repetition == REEL_PARQUET_OPTIONAL;
            r->leaves[first].column = (reel_parquet_column){
                .type = top[2].type,
                .list_def = outer,
                .max_rep = 1,
                .max_def = outer + 1 + (top[2].repetition == REEL_PARQUET_OPTIONAL)};
            bind(r, first, top, &top[2], 1);
        } else if (next == i + 1 && top->repetition != REEL_PARQUET_REPEATED) {
            r->leaves[first].column = (reel_parquet_column){
                .type = top->type, .max_def = top->repetition == REEL_PARQUET_OPTIONAL};
            bind(r, first, top, top, 0);
        } else {
            bind(r, first, top, top, 2);
            for (int k = first + 1; k < r->n_leaves; k++) {
                r->leaves[k].bound = -1;
            }
        }
        i = next;
    }
    for (int c = 0; c < r->table->n_columns; c++) {
        bool told = r->leaf_of[c] >= 0;
        for (int i = 1; i < r->n_elements && !told; i++) {
            told = strcmp(r->elements[i].name, r->table->columns[c].name) == 0;
        }
        if (!told) {
            note(r, "column %s is missing", r->table->columns[c].name);
        }
    }
    return true;
}

static bool read_groups(reel_parquet_reader *r, reel_thrift_reader *t, reel_thrift_type f)
{
    const uint32_t n = reel_thrift_get_list(t, f, REEL_THRIFT_STRUCT);
    if (!r->leaves || r->groups || n > MAX_GROUPS) {
        return false;
    }
    r->groups = allocate(r, n, sizeof(*r->groups));
    r->n_groups = r->groups ? (int)n : 0;
    for (int i = 0; i < r->n_groups; i++) {
        if (!read_group(r, t, &r->groups[i]) || t->bad) {
            return false;
        }
    }
    return r->groups != NULL;
}

static reel_status read_footer(reel_parquet_reader *r, reel_error *err)
{
    reel_status status = load(r, r->size - 8, 8, err);
    if (status) {
        return status;
    }
    const uint8_t *tail = r->buffer.data;
    const int64_t size =
        (int64_t)tail[0] | (int64_t)tail[1] << 8 | (int64_t)tail[2] << 16 | (int64_t)tail[3] << 24;
    if (memcmp(tail + 4, "PAR1", 4) != 0 || size > r->size - 12) {
        return damaged(r, "it does not end like a Parquet file", err);
    }
    status = load(r, r->size - 8 - size, size, err);
    if (status) {
        return status;
    }
    reel_thrift_reader t = reel_thrift_read(r->buffer.data, r->buffer.size);
    int id;
    bool ok = true;
    r->n_rows = -1;
    reel_thrift_enter(&t);
    for (reel_thrift_type f = reel_thrift_field(&t, &id); ok && f != REEL_THRIFT_STOP;
         f = reel_thrift_field(&t, &id)) {
        if (id == 2) {
            ok = read_schema(r, &t, f) && bind_columns(r);
        } else if (id == 3) {
            r->n_rows = reel_thrift_get_int(&t, f);
        } else if (id == 4) {
            ok = read_groups(r, &t, f);
        } else {
            reel_thrift_skip(&t, f);
        }
    }
    if (r->out_of_memory) {
        return no_memory(r, err);
    }
    int64_t sum = 0;
    for (int i = 0; i < r->n_groups; i++) {
        sum += r->groups[i].n_rows;
    }
    if (!ok || t.bad || !r->groups || sum != r->n_rows) {
        return damaged(r, "its footer is malformed", err);
    }
    return REEL_OK;
}

/* ---- interface --------------------------------------------------------------------------------
 */

reel_status reel_parquet_open(const char *path, const reel_table *table, reel_parquet_reader **out,
                              reel_error *err)
{
    struct stat info;
    reel_parquet_reader *r = reel_calloc(1, sizeof(*r));
    if (!r) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = REEL_OK;
    r->table = table;
    snprintf(r->path, sizeof(r->path), "%s", path);
    r->leaf_of = REEL_ARENA_NEW(&r->arena, int, table->n_columns);
    if (!r->leaf_of) {
        status = no_memory(r, err);
        goto fail;
    }
    for (int c = 0; c < table->n_columns; c++) {
        r->leaf_of[c] = -1;
    }
    r->file = fopen(path, "rbe");
    if (!r->file || fstat(fileno(r->file), &info) != 0) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL, "cannot open: %s", strerror(errno));
        goto fail;
    }
    r->size = info.st_size;
    if (r->size < 12) {
        status = damaged(r, "it is too short", err);
        goto fail;
    }
    status = read_footer(r, err);
    if (status) {
        goto fail;
    }
    *out = r;
    return REEL_OK;

fail:
    reel_parquet_reader_close(&r);
    return status;
}

void reel_parquet_reader_close(reel_parquet_reader **reader)
{
    reel_parquet_reader *r = *reader;
    if (!r) {
        return;
    }
    if (r->file) {
        fclose(r->file);
    }
    reel_bytes_finish(&r->buffer);
    reel_arena_finish(&r->arena);
    reel_free(r);
    *reader = NULL;
}

int64_t reel_parquet_n_rows(const reel_parquet_reader *reader)
{
    return reader->n_rows;
}

int reel_parquet_n_groups(const reel_parquet_reader *reader)
{
    return reader->n_groups;
}

bool reel_parquet_has_column(const reel_parquet_reader *reader, int c)
{
    return reader->leaf_of[c] >= 0;
}

bool reel_parquet_mismatch(const reel_parquet_reader *reader, int i, char *out, size_t size)
{
    if (i >= reader->n_notes) {
        return false;
    }
    snprintf(out, size, "%s", reader->notes[i]);
    return true;
}

/* Nulls for a column that the file does not have. */
static void fill_nulls(reel_rows *rows, int c, int n)
{
    const reel_column_type type = rows->table->columns[c].type;
    const size_t width = type == REEL_COLUMN_BOOL ? 1 : type == REEL_COLUMN_INT32 ? 4 : 8;
    const bool fixed = type != REEL_COLUMN_STRING && type != REEL_COLUMN_VECTOR;
    reel_cells *cells = &rows->cells[c];
    memset(cells->present, REEL_CELL_NULL, (size_t)n);
    memset(cells->offset, 0, ((size_t)n + 1) * sizeof(*cells->offset));
    uint8_t *room = fixed ? reel_bytes_reserve(&cells->values, (size_t)n * width) : NULL;
    if (room) {
        memset(room, 0, (size_t)n * width);
        cells->values.size += (size_t)n * width;
    }
    rows->failed |= cells->values.failed;
}

reel_status reel_parquet_read_group(reel_parquet_reader *r, int index, reel_rows *rows,
                                    reel_error *err)
{
    assert(index >= 0 && index < r->n_groups && rows->table == r->table);
    const group *g = &r->groups[index];
    const int n = (int)g->n_rows;
    reel_rows_clear(rows);
    if (!reel_cells_reserve(rows, n)) {
        return no_memory(r, err);
    }
    for (int c = 0; c < r->table->n_columns; c++) {
        if (r->leaf_of[c] < 0) {
            fill_nulls(rows, c, n);
            continue;
        }
        const char *name = r->table->columns[c].name;
        const chunk *where = &g->chunks[r->leaf_of[c]];
        reel_parquet_column column = r->leaves[r->leaf_of[c]].column;
        char why[128] = "its description in the footer is malformed";
        column.codec = where->codec;
        column.n_values = where->n_values;
        const bool sane = where->type == column.type && where->n_values >= 0 &&
                          where->n_values <= REEL_PARQUET_MAX_CHUNK / 8 && where->size >= 0 &&
                          where->size <= REEL_PARQUET_MAX_CHUNK;
        reel_status status = REEL_E_CONFLICT;
        if (sane) {
            status = load(r, where->offset, where->size, err);
            if (status) {
                return status;
            }
            status = reel_parquet_decode(&column, r->buffer.data, r->buffer.size, rows, c, n, why,
                                         sizeof(why));
        }
        if (status) {
            return reel_fail_at(err, status, r->path, 0, NULL,
                                "row group %d, column %s is damaged: %s", index, name, why);
        }
    }
    if (rows->failed) {
        return no_memory(r, err);
    }
    rows->n_rows = n;
    return REEL_OK;
}
