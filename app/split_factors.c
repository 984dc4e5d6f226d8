/* split_factors.c - the parts of a factor: read, checked, told apart (see splits.h) */
#include "app/splits.h"
#include "base/trig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const part_names[REEL_PARTS] = {"train", "interpolation", "extrapolation"};

/* One part while it is read. */
typedef struct part_reader {
    reel_arena *arena;
    const char *where;
    char field[240]; /* splits.factors.toss.count.train */
    const char *range;
    bool whole, angle, words; /* words: a pick or a flag */
    double lo, hi;
    const reel_json *choices; /* pick */
    int n, cap;
    double (*spans)[2];
    const char **texts;
    reel_error *err;
} part_reader;

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory");
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool grow(part_reader *p)
{
    if (p->n < p->cap) {
        return true;
    }
    const int cap = p->cap ? 2 * p->cap : 8;
    double(*spans)[2] = reel_arena_alloc(p->arena, (size_t)cap, sizeof *spans);
    const char **texts = REEL_ARENA_NEW(p->arena, const char *, cap);
    if (!spans || !texts) {
        return false;
    }
    if (p->n > 0) {
        memcpy(spans, p->spans, (size_t)p->n * sizeof *spans);
        memcpy(texts, p->texts, (size_t)p->n * sizeof *texts);
    }
    p->spans = spans;
    p->texts = texts;
    p->cap = cap;
    return true;
}

static reel_status add_span(part_reader *p, double lo, double hi)
{
    const double slack = p->angle ? 1e-12 : 0; /* a bound in degrees may round past itself */
    if (!(lo >= p->lo - slack && hi <= p->hi + slack)) {
        return reel_splits_fail(p->where, p->field, p->err,
                                "%.9g .. %.9g is outside of the parameter's range, %s", lo, hi,
                                p->range);
    }
    if (p->whole ? lo > hi || lo != floor(lo) || hi != floor(hi) : lo >= hi) {
        return reel_splits_fail(
            p->where, p->field, p->err,
            p->whole
                ? "%.9g .. %.9g: whole numbers, the lower first"
                : "%.9g .. %.9g: the lower end comes first, and a span of numbers has a length",
            lo, hi);
    }
    if (!grow(p)) {
        return no_memory(p->err);
    }
    p->spans[p->n][0] = lo;
    p->spans[p->n++][1] = hi;
    return REEL_OK;
}

/* As a script's tostring() writes it. */
static const char *text_of(part_reader *p, const reel_json *value)
{
    int64_t whole = 0;
    double real = 0;
    bool flag = false;
    if (reel_json_to_string(value)) {
        return reel_arena_strdup(p->arena, reel_json_to_string(value));
    }
    if (reel_json_to_bool(value, &flag)) {
        return flag ? "true" : "false";
    }
    if (reel_json_to_int(value, &whole)) {
        return reel_arena_printf(p->arena, "%lld", (long long)whole);
    }
    if (!reel_json_to_real(value, &real)) {
        return NULL;
    }
    const char *text = reel_arena_printf(p->arena, "%.14g", real);
    return !text || strpbrk(text, ".e") ? text : reel_arena_printf(p->arena, "%s.0", text);
}

static reel_status add_word(part_reader *p, const char *word)
{
    bool known = !p->choices && (strcmp(word, "true") == 0 || strcmp(word, "false") == 0);
    for (size_t i = 0; p->choices && i < reel_json_count(p->choices); i++) {
        const char *choice = text_of(p, reel_json_at(p->choices, i));
        known = known || (choice && strcmp(choice, word) == 0);
    }
    if (!known) {
        return reel_splits_fail(p->where, p->field, p->err,
                                "\"%.60s\" is none of the parameter's choices, %s", word, p->range);
    }
    for (int i = 0; i < p->n; i++) {
        if (strcmp(p->texts[i], word) == 0) {
            return reel_splits_fail(p->where, p->field, p->err, "\"%.60s\" stands there twice",
                                    word);
        }
    }
    if (!grow(p)) {
        return no_memory(p->err);
    }
    p->texts[p->n++] = word;
    return REEL_OK;
}

/* ---- as text: "3..5, 7..8", "oak, walnut", "20deg..30deg" -------------------------------------
 */

/* A number at *text, which goes on behind it. */
static bool take_number(const part_reader *p, const char **text, double *out)
{
    char copy[64];
    const size_t n = strspn(*text, "+-0123456789eE");
    size_t all = n;
    if ((*text)[n] == '.' && (*text)[n + 1] != '.') { /* not the dots of a span */
        all = n + 1 + strspn(*text + n + 1, "0123456789eE+-");
    }
    if (all == 0 || all >= sizeof copy) {
        return false;
    }
    snprintf(copy, sizeof copy, "%.*s", (int)all, *text);
    char *end = NULL;
    *out = strtod(copy, &end);
    *text += all;
    if (p->angle && strncmp(*text, "deg", 3) == 0) {
        *out *= REEL_PI / 180;
        *text += 3;
    }
    return *end == '\0' && isfinite(*out);
}

static reel_status read_span(part_reader *p, const char *word)
{
    const char *at = word;
    double lo = 0, hi = 0;
    bool ok = take_number(p, &at, &lo);
    hi = lo;
    at += strspn(at, " ");
    if (ok && at[0] == '.' && at[1] == '.') {
        at += 2;
        at += strspn(at, " ");
        ok = take_number(p, &at, &hi);
    }
    if (!ok || *at) {
        return reel_splits_fail(p->where, p->field, p->err,
                                "\"%.60s\" is no number and no span such as 3..5", word);
    }
    return add_span(p, lo, hi);
}

static reel_status read_text(part_reader *p, const char *text)
{
    reel_status status = REEL_OK;
    for (const char *start = text; start && !status;) {
        const char *comma = strchr(start, ',');
        const char *end = comma ? comma : start + strlen(start);
        while (*start == ' ') {
            start++;
        }
        while (end > start && end[-1] == ' ') {
            end--;
        }
        const char *word = reel_arena_printf(p->arena, "%.*s", (int)(end - start), start);
        if (!word) {
            return no_memory(p->err);
        }
        status = p->words ? add_word(p, word) : read_span(p, word);
        start = comma ? comma + 1 : NULL;
    }
    return status;
}

/* ---- as arrays: [3, 5], [[3, 5], [7, 8]], ["oak", "walnut"] ------------------------------------
 */

static bool is_pair(const reel_json *value, double out[2])
{
    return reel_json_type_of(value) == REEL_JSON_ARRAY && reel_json_count(value) == 2 &&
           reel_json_to_real(reel_json_at(value, 0), &out[0]) &&
           reel_json_to_real(reel_json_at(value, 1), &out[1]);
}

static reel_status read_array(part_reader *p, const reel_json *value)
{
    double pair[2];
    reel_status status = REEL_OK;
    if (!p->words && is_pair(value, pair)) {
        return add_span(p, pair[0], pair[1]);
    }
    for (size_t i = 0; !status && i < reel_json_count(value); i++) {
        const reel_json *item = reel_json_at(value, i);
        if (p->words) {
            const char *word = text_of(p, item);
            status = word ? add_word(p, word)
                          : reel_splits_fail(p->where, p->field, p->err, "not a list of choices");
        } else if (is_pair(item, pair)) {
            status = add_span(p, pair[0], pair[1]);
        } else {
            status = reel_splits_fail(p->where, p->field, p->err,
                                      "not [lo, hi] or a list of such pairs");
        }
    }
    return status;
}

/* ---- one part ---------------------------------------------------------------------------------
 */

static int by_start(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return x[0] < y[0] ? -1 : x[0] > y[0];
}

/* In order, and apart. */
static reel_status sort_spans(part_reader *p)
{
    qsort(p->spans, (size_t)p->n, sizeof *p->spans, by_start);
    for (int i = 1; i < p->n; i++) {
        const double end = p->spans[i - 1][1], next = p->spans[i][0];
        if (p->whole ? next <= end : next < end) {
            return reel_splits_fail(p->where, p->field, p->err, "its spans overlap at %.9g", next);
        }
    }
    return REEL_OK;
}

static reel_status read_part(part_reader *p, const char *name, const reel_json *value,
                             reel_param_range *out)
{
    reel_status status;
    double single;
    if (reel_json_to_string(value)) {
        status = read_text(p, reel_json_to_string(value));
    } else if (reel_json_type_of(value) == REEL_JSON_ARRAY) {
        status = read_array(p, value);
    } else if (!p->words && reel_json_to_real(value, &single)) {
        status = add_span(p, single, single);
    } else {
        status = reel_splits_fail(p->where, p->field, p->err,
                                  "not a text such as \"3..5, 7..8\" and not a list");
    }
    if (!status && p->n == 0) {
        status = reel_splits_fail(p->where, p->field, p->err, "has no values");
    }
    if (!status && !p->words) {
        status = sort_spans(p);
    }
    if (!status) {
        *out = (reel_param_range){.name = name,
                                  .n_spans = p->words ? 0 : p->n,
                                  .spans = (const double(*)[2])p->spans,
                                  .n_words = p->words ? p->n : 0,
                                  .words = p->texts};
    }
    return status;
}

/* ---- parts beside one another -------------------------------------------------------------------
 */

static bool is_there(const reel_param_range *r)
{
    return r->n_spans > 0 || r->n_words > 0;
}

static bool overlap(const part_reader *p, const reel_param_range *a, const reel_param_range *b,
                    char *what, size_t size)
{
    for (int i = 0; i < a->n_spans; i++) {
        for (int k = 0; k < b->n_spans; k++) {
            const double lo = fmax(a->spans[i][0], b->spans[k][0]);
            const double hi = fmin(a->spans[i][1], b->spans[k][1]);
            if (p->whole ? lo <= hi : lo < hi) {
                snprintf(what, size, "%.9g", lo);
                return true;
            }
        }
    }
    for (int i = 0; i < a->n_words; i++) {
        for (int k = 0; k < b->n_words; k++) {
            if (strcmp(a->words[i], b->words[k]) == 0) {
                snprintf(what, size, "%.60s", a->words[i]);
                return true;
            }
        }
    }
    return false;
}

static reel_status check_apart(part_reader *p, const reel_split_factor *f)
{
    char what[80];
    for (int a = 0; a < REEL_PARTS; a++) {
        for (int b = a + 1; b < REEL_PARTS; b++) {
            if (overlap(p, &f->parts[a], &f->parts[b], what, sizeof what)) {
                return reel_splits_fail(p->where, p->field, p->err, "%s and %s overlap at %s",
                                        part_names[a], part_names[b], what);
            }
        }
    }
    return REEL_OK;
}

/* Numbers have an order: between the ends of train, or beyond them. */
static reel_status check_sides(part_reader *p, const reel_split_factor *f)
{
    const reel_param_range *train = &f->parts[REEL_PART_TRAIN];
    if (p->words && is_there(&f->parts[REEL_PART_INTERPOLATION])) {
        return reel_splits_fail(p->where, p->field, p->err,
                                "choices have no order to interpolate in; give extrapolation");
    }
    for (int part = 1; !p->words && part < REEL_PARTS; part++) {
        const double lo = train->spans[0][0], hi = train->spans[train->n_spans - 1][1];
        for (int i = 0; i < f->parts[part].n_spans; i++) {
            const double *s = f->parts[part].spans[i];
            const bool inside = s[0] >= lo && s[1] <= hi, outside = s[1] <= lo || s[0] >= hi;
            if (part == REEL_PART_INTERPOLATION ? !inside : !outside) {
                return reel_splits_fail(
                    p->where, p->field, p->err,
                    "%s %.9g .. %.9g is not %s those of train, %.9g .. %.9g", part_names[part],
                    s[0], s[1], part == REEL_PART_INTERPOLATION ? "between" : "beyond", lo, hi);
            }
        }
    }
    return REEL_OK;
}

static part_reader part_of(const reel_script_param *param, const char *where, reel_arena *arena,
                           reel_error *err)
{
    part_reader p = {.arena = arena, .where = where, .range = param->range, .err = err};
    p.words = strcmp(param->kind, "pick") == 0 || strcmp(param->kind, "flag") == 0;
    p.whole = strcmp(param->kind, "int") == 0;
    p.angle = reel_json_get(param->json, "unit") != NULL;
    p.choices = reel_json_get(param->json, "choices");
    (void)reel_json_to_real(reel_json_get(param->json, "lo"), &p.lo);
    (void)reel_json_to_real(reel_json_get(param->json, "hi"), &p.hi);
    return p;
}

static reel_status check_names(const char *where, const reel_split_factor *f, reel_error *err)
{
    for (size_t i = 0; i < reel_json_count(f->given); i++) {
        reel_json *value = NULL;
        const char *key = reel_json_key_at(f->given, i, &value);
        int part = 0;
        while (part < REEL_PARTS && strcmp(part_names[part], key) != 0) {
            part++;
        }
        if (part == REEL_PARTS) {
            char field[240];
            snprintf(field, sizeof field, "splits.factors.%s.%.60s", f->name, key);
            return reel_splits_fail(where, field, err,
                                    "not one of train, interpolation, extrapolation");
        }
    }
    return REEL_OK;
}

reel_status reel_split_factor_read(reel_arena *arena, const char *where,
                                   const reel_script_param *param, reel_split_factor *factor,
                                   reel_error *err)
{
    reel_status status = check_names(where, factor, err);
    int parts = 0;
    for (int i = 0; !status && i < REEL_PARTS; i++) {
        const reel_json *value = reel_json_get(factor->given, part_names[i]);
        part_reader p = part_of(param, where, arena, err);
        snprintf(p.field, sizeof p.field, "splits.factors.%s.%s", factor->name, part_names[i]);
        if (value) {
            status = read_part(&p, factor->param, value, &factor->parts[i]);
            parts++;
        } else if (i == REEL_PART_TRAIN) {
            status = reel_splits_fail(where, p.field, err, "is missing");
        }
    }
    part_reader p = part_of(param, where, arena, err);
    snprintf(p.field, sizeof p.field, "splits.factors.%s", factor->name);
    if (!status && parts < 2) {
        status = reel_splits_fail(where, p.field, err,
                                  "has no interpolation and no extrapolation: a parameter that is "
                                  "the same everywhere belongs to params, or to no split");
    }
    status = status ? status : check_apart(&p, factor);
    return status ? status : check_sides(&p, factor);
}
