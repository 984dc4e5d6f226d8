/* factors.c - see factors.h */
#include "export/factors.h"
#include <stdlib.h>
#include <string.h>

enum { BINS = 10, MOST_WORDS = 12 };

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for the card");
}

/* ---- gathering --------------------------------------------------------------------------------
 */

/* The factor of that name, made if it is new. */
static reel_factor *find(reel_factors *all, const char *family, const char *name)
{
    int at = 0;
    for (; at < all->n; at++) {
        const reel_factor *f = &all->factors[at];
        const int by_family = strcmp(f->family, family);
        const int order = by_family ? by_family : strcmp(f->name, name);
        if (order == 0) {
            return &all->factors[at];
        }
        if (order > 0) {
            break;
        }
    }
    reel_factor *grown =
        reel_arena_grow(&all->arena, all->factors, all->n, &all->capacity, sizeof *all->factors);
    all->factors = grown ? grown : all->factors;
    const char *own_family = reel_arena_strdup(&all->arena, family);
    const char *own_name = reel_arena_strdup(&all->arena, name);
    if (!grown || !own_family || !own_name) {
        return NULL;
    }
    memmove(&grown[at + 1], &grown[at], (size_t)(all->n++ - at) * sizeof *grown);
    grown[at] = (reel_factor){.family = own_family, .name = own_name};
    return &grown[at];
}

static bool add_word(reel_factors *all, reel_factor *f, const char *text)
{
    int at = 0;
    while (at < f->n_words && strcmp(f->words[at].text, text) < 0) {
        at++;
    }
    if (at < f->n_words && strcmp(f->words[at].text, text) == 0) {
        f->words[at].count++;
        return true;
    }
    void *grown =
        reel_arena_grow(&all->arena, f->words, f->n_words, &f->max_words, sizeof *f->words);
    f->words = grown ? grown : f->words;
    const char *own = reel_arena_strdup(&all->arena, text);
    if (!grown || !own) {
        return false;
    }
    memmove(&f->words[at + 1], &f->words[at], (size_t)(f->n_words++ - at) * sizeof *f->words);
    f->words[at].text = own;
    f->words[at].count = 1;
    return true;
}

static bool add_param(reel_factors *all, const char *family, const reel_param *param)
{
    reel_factor *f = find(all, family, param->name);
    double number = 0;
    bool flag = false;
    if (!f) {
        return false;
    }
    if (reel_json_to_real(param->value, &number)) {
        reel_bytes_put(&f->numbers, &number, sizeof number);
        return !f->numbers.failed;
    }
    if (reel_json_to_bool(param->value, &flag)) {
        return add_word(all, f, flag ? "true" : "false");
    }
    const char *text = reel_json_to_string(param->value);
    return !text || add_word(all, f, text);
}

reel_status reel_factors_add(reel_factors *all, const reel_record *record, reel_error *err)
{
    const reel_scene *scene = record->scene;
    const int n_figures = reel_audit_n_figures();
    if (!all->figures) {
        all->figures = REEL_ARENA_NEW(&all->arena, reel_bytes, n_figures);
    }
    bool ok = all->figures != NULL;
    for (int i = 0; ok && i < scene->n_params; i++) {
        ok = add_param(all, record->family, &scene->params[i]);
    }
    for (int i = 0; ok && i < n_figures; i++) {
        const double v = reel_audit_figure(&record->take->audit, i);
        reel_bytes_put(&all->figures[i], &v, sizeof v);
        ok = !all->figures[i].failed;
    }
    all->refused += record->attempt;
    return ok ? REEL_OK : no_memory(err);
}

void reel_factors_finish(reel_factors *all)
{
    for (int i = 0; i < all->n; i++) {
        reel_bytes_finish(&all->factors[i].numbers);
    }
    for (int i = 0; all->figures && i < reel_audit_n_figures(); i++) {
        reel_bytes_finish(&all->figures[i]);
    }
    reel_arena_finish(&all->arena);
    *all = (reel_factors){0};
}

/* ---- telling ----------------------------------------------------------------------------------
 */

/* A bar for each tenth of the range. */
static void put_histogram(reel_bytes *out, const double *values, size_t n, double lo, double hi)
{
    static const char *const bars[] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    int count[BINS] = {0}, most = 1;
    for (size_t i = 0; i < n; i++) {
        const int bin = hi > lo ? (int)(BINS * (values[i] - lo) / (hi - lo)) : 0;
        const int at = bin < BINS ? bin : BINS - 1;
        most = ++count[at] > most ? count[at] : most;
    }
    for (int b = 0; b < BINS; b++) {
        reel_bytes_text(out, bars[count[b] ? 1 + 7 * count[b] / most : 0]);
    }
}

static void put_numbers(reel_bytes *out, const reel_factor *f)
{
    const double *v = (const double *)(const void *)f->numbers.data;
    const size_t n = f->numbers.size / sizeof *v;
    double lo = v[0], hi = v[0];
    for (size_t i = 1; i < n; i++) {
        lo = v[i] < lo ? v[i] : lo;
        hi = v[i] > hi ? v[i] : hi;
    }
    reel_bytes_printf(out, "%.4g", lo);
    if (hi > lo) {
        reel_bytes_text(out, " ");
        put_histogram(out, v, n, lo, hi);
        reel_bytes_printf(out, " %.4g", hi);
    }
}

static int by_count(const void *a, const void *b)
{
    const struct reel_factor_word *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
                                : strcmp(x->text, y->text);
}

/* A cell of the table holds no line and no bar of its own. */
static void put_cell(reel_bytes *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '|' || *c == '\\') {
            reel_bytes_put_u8(out, '\\');
        }
        reel_bytes_put_u8(out, (unsigned char)*c < 0x20 ? ' ' : (uint8_t)*c);
    }
}

/* The commonest first. */
static void put_words(reel_bytes *out, const reel_factor *f)
{
    enum { MOST_SORTED = 64 };
    struct reel_factor_word sorted[MOST_SORTED];
    const int n = f->n_words;
    if (n > MOST_SORTED) {
        reel_bytes_printf(out, "%d different ones", n);
        return;
    }
    memcpy(sorted, f->words, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_count);
    const int shown = n < MOST_WORDS ? n : MOST_WORDS;
    for (int i = 0; i < shown; i++) {
        reel_bytes_text(out, i ? ", " : "");
        put_cell(out, sorted[i].text);
        reel_bytes_printf(out, " %d", sorted[i].count);
    }
    if (f->n_words > shown) {
        reel_bytes_printf(out, " and %d more", f->n_words - shown);
    }
}

void reel_factors_put(reel_bytes *out, const reel_factors *all)
{
    if (all->n == 0) {
        return;
    }
    reel_bytes_text(out,
                    "## How it varies\n\nParameters of the scene scripts: smallest and largest "
                    "value with the shares of the tenths between them, or how often each was "
                    "taken.\n\n| family | parameter | values |\n|---|---|---|\n");
    for (int i = 0; i < all->n; i++) {
        const reel_factor *f = &all->factors[i];
        reel_bytes_printf(out, "| %s | ", f->family);
        put_cell(out, f->name);
        reel_bytes_text(out, " | ");
        if (f->numbers.size) {
            put_numbers(out, f);
        }
        if (f->n_words) {
            put_words(out, f);
        }
        reel_bytes_text(out, " |\n");
    }
    reel_bytes_text(out, "\n");
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void reel_factors_put_audit(reel_bytes *out, const reel_factors *all, bool metadata)
{
    static const struct {
        const char *name, *unit, *text;
    } lines[] = {
        {"penetration", "m", "deepest contact after the first 0.1 s"},
        {"joint_error", "m", "largest separation of a joint's anchors"},
        {"energy_gain", "J", "largest rise of energy without work"},
        {"momentum_error", "N s", "largest change of momentum without impulse"},
        {"jitter", "m/s", "fastest trembling of a body in contact"},
        {"tunnelling", "", "passes of a body through another"},
    };
    reel_bytes_printf(out,
                      "## How far the simulation can be trusted\n\nEvery clip passed an audit; "
                      "%lld attempt%s refused and replaced.%s\n\n"
                      "| figure | median clip | worst clip | meaning |\n|---|---|---|---|\n",
                      (long long)all->refused, all->refused == 1 ? " was" : "s were",
                      metadata ? " Each clip's own figures stand in its row of the metadata." : "");
    for (int i = 0; i < reel_audit_n_figures(); i++) {
        for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
            if (strcmp(reel_audit_figure_name(i), lines[k].name) != 0) {
                continue;
            }
            double *v = (double *)(void *)all->figures[i].data;
            const size_t n = all->figures[i].size / sizeof *v;
            qsort(v, n, sizeof *v, by_value);
            const char *unit = lines[k].unit, *space = unit[0] ? " " : "";
            reel_bytes_printf(out, "| %s | %.2g%s%s | %.2g%s%s | %s |\n", lines[k].name,
                              v[(n - 1) / 2], space, unit, v[n - 1], space, unit, lines[k].text);
        }
    }
    reel_bytes_text(out, "\n");
}
