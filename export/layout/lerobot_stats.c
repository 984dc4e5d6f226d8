/* lerobot_stats.c - figures over episodes and over the dataset; see lerobot_internal.h. */
#include "export/layout/lerobot_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const reel_lerobot_figure_names[LEROBOT_FIGURES] = {"min", "max", "mean", "std", "q01",
                                                                "q10", "q50", "q90",  "q99"};

static const double quantiles[LEROBOT_QUANTILES] = {0.01, 0.10, 0.50, 0.90, 0.99};

int reel_lerobot_count_values(int channels)
{
    return channels == 1 ? REEL_DEPTH_CODES : 256;
}

static double *figure(const lerobot_stats *s, int which)
{
    return s->v + (size_t)which * (size_t)s->n;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- of values --------------------------------------------------------------------------------
 */

static void column_stats(const double *values, int rows, int n, int i, double *sorted,
                         lerobot_stats *out)
{
    double sum = 0, squares = 0;
    for (int r = 0; r < rows; r++) {
        sorted[r] = values[(size_t)r * (size_t)n + (size_t)i];
        sum += sorted[r];
    }
    const double mean = sum / rows;
    for (int r = 0; r < rows; r++) {
        squares += (sorted[r] - mean) * (sorted[r] - mean);
    }
    qsort(sorted, (size_t)rows, sizeof(*sorted), by_value);
    /* rounding must not put the mean of equal values beside them */
    const bool constant = sorted[0] == sorted[rows - 1];
    figure(out, LEROBOT_MIN)[i] = sorted[0];
    figure(out, LEROBOT_MAX)[i] = sorted[rows - 1];
    figure(out, LEROBOT_MEAN)[i] = constant ? sorted[0] : mean;
    figure(out, LEROBOT_STD)[i] = constant ? 0 : sqrt(squares / rows);
    for (int q = 0; q < LEROBOT_QUANTILES; q++) {
        const double at = quantiles[q] * (rows - 1);
        const int below = (int)floor(at), above = below + 1 < rows ? below + 1 : below;
        figure(out, LEROBOT_Q01 + q)[i] =
            sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}

void reel_lerobot_stats_of(const double *values, int rows, int n, double *scratch,
                           lerobot_stats *out)
{
    assert(rows > 0 && out->n == n);
    out->count = rows;
    for (int i = 0; i < n; i++) {
        column_stats(values, rows, n, i, scratch, out);
    }
}

/* ---- of counted pixels ------------------------------------------------------------------------
 */

/* The value with `rank` (from 0) others before it in their order. */
static int ranked(const uint64_t *n, int n_values, uint64_t rank)
{
    uint64_t before = 0;
    for (int v = 0; v < n_values; v++) {
        before += n[v];
        if (rank < before) {
            return v;
        }
    }
    return n_values - 1;
}

static void counted_stats(const uint64_t *n, int n_values, const double *scale, int i,
                          lerobot_stats *out)
{
    uint64_t total = 0;
    double sum = 0, squares = 0;
    int first = -1, last = 0;
    for (int v = 0; v < n_values; v++) {
        total += n[v];
        sum += (double)n[v] * scale[v];
        first = first < 0 && n[v] ? v : first;
        last = n[v] ? v : last;
    }
    const double mean = sum / (double)total;
    for (int v = 0; v < n_values; v++) {
        squares += (double)n[v] * (scale[v] - mean) * (scale[v] - mean);
    }
    figure(out, LEROBOT_MIN)[i] = scale[first];
    figure(out, LEROBOT_MAX)[i] = scale[last];
    figure(out, LEROBOT_MEAN)[i] = first == last ? scale[first] : mean;
    figure(out, LEROBOT_STD)[i] = first == last ? 0 : sqrt(squares / (double)total);
    for (int q = 0; q < LEROBOT_QUANTILES; q++) {
        const double at = quantiles[q] * (double)(total - 1), whole = floor(at);
        const double below = scale[ranked(n, n_values, (uint64_t)whole)];
        const double above =
            scale[ranked(n, n_values, whole + 1 < (double)total ? (uint64_t)whole + 1 : total - 1)];
        figure(out, LEROBOT_Q01 + q)[i] = below + (at - whole) * (above - below);
    }
}

void reel_lerobot_stats_counted(const lerobot_counts *counts, const double *scale,
                                lerobot_stats *out)
{
    const int n_values = reel_lerobot_count_values(counts->channels);
    assert(out->n == counts->channels);
    out->count = counts->frames;
    for (int i = 0; i < counts->channels; i++) {
        counted_stats(counts->n + (size_t)i * (size_t)n_values, n_values, scale, i, out);
    }
}

/* ---- over the dataset -------------------------------------------------------------------------
 */

/* Means and squares of two sets into those of both (Chan, Golub, LeVeque 1979). */
static void merge(lerobot_total *t, const lerobot_stats *s)
{
    const double na = (double)t->count, nb = (double)s->count, n = na + nb;
    for (int i = 0; i < t->n; i++) {
        const double lo = figure(s, LEROBOT_MIN)[i], hi = figure(s, LEROBOT_MAX)[i];
        const double std = figure(s, LEROBOT_STD)[i];
        const double away = figure(s, LEROBOT_MEAN)[i] - t->mean[i];
        t->min[i] = t->count == 0 || lo < t->min[i] ? lo : t->min[i];
        t->max[i] = t->count == 0 || hi > t->max[i] ? hi : t->max[i];
        t->mean[i] += away * nb / n;
        t->m2[i] += nb * std * std + away * away * na * nb / n;
    }
    t->count += s->count;
}

void reel_lerobot_total_add(lerobot_total *t, const lerobot_stats *stats, const double *values,
                            int rows)
{
    merge(t, stats);
    for (int i = 0; i < t->n; i++) {
        const double width = (t->hi[i] - t->lo[i]) / t->n_bins;
        uint32_t *bins = t->bins + (size_t)i * (size_t)t->n_bins;
        for (int r = 0; width > 0 && r < rows; r++) {
            const double v = values[(size_t)r * (size_t)t->n + (size_t)i];
            const int bin = (int)((v - t->lo[i]) / width);
            bins[bin < t->n_bins ? bin : t->n_bins - 1]++;
        }
    }
}

void reel_lerobot_total_count(lerobot_total *t, const lerobot_stats *stats,
                              const lerobot_counts *counts)
{
    merge(t, stats);
    for (size_t i = 0; i < (size_t)t->n * (size_t)t->n_bins; i++) {
        t->codes[i] += counts->n[i];
    }
}

/* Where the share q of the values is below, taking those of a bin as spread over it. */
static double binned_quantile(const lerobot_total *t, int i, double q)
{
    const uint32_t *bins = t->bins + (size_t)i * (size_t)t->n_bins;
    const double want = q * (double)t->count, width = (t->hi[i] - t->lo[i]) / t->n_bins;
    double before = 0, at = t->hi[i];
    for (int b = 0; b < t->n_bins; b++) {
        if (bins[b] && before + bins[b] >= want) {
            at = t->lo[i] + width * (b + (want - before) / bins[b]);
            break;
        }
        before += bins[b];
    }
    return fmin(fmax(at, t->min[i]), t->max[i]);
}

void reel_lerobot_total_stats(const lerobot_total *t, const double *scale, lerobot_stats *out)
{
    assert(t->count > 0 && out->n == t->n);
    out->count = t->count;
    if (t->codes) {
        const lerobot_counts all = {t->n, t->count, t->codes};
        reel_lerobot_stats_counted(&all, scale, out);
        return;
    }
    for (int i = 0; i < t->n; i++) {
        const bool constant = t->min[i] == t->max[i];
        figure(out, LEROBOT_MIN)[i] = t->min[i];
        figure(out, LEROBOT_MAX)[i] = t->max[i];
        figure(out, LEROBOT_MEAN)[i] = constant ? t->min[i] : t->mean[i];
        figure(out, LEROBOT_STD)[i] = constant ? 0 : sqrt(t->m2[i] / (double)t->count);
        for (int q = 0; q < LEROBOT_QUANTILES; q++) {
            figure(out, LEROBOT_Q01 + q)[i] =
                constant ? t->min[i] : binned_quantile(t, i, quantiles[q]);
        }
    }
}
