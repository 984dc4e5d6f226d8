/* progress.c - see progress.h */
#include "app/progress.h"
#include "app/clock.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void reel_progress_start(reel_progress *p, const char *unit, int total, int kept, bool quiet)
{
    *p = (reel_progress){
        .unit = unit,
        .total = total,
        .done = kept,
        .kept = kept,
        .quiet = quiet,
        .bar = !quiet && isatty(STDERR_FILENO),
        .start = reel_clock_wall(),
        .shown = 0,
        .shown_percent = 0,
    };
}

double reel_progress_seconds(const reel_progress *p)
{
    return reel_clock_wall() - p->start;
}

static void format_seconds(double s, char *out, size_t size)
{
    long whole = (long)(s + 0.5);
    if (whole >= 3600) {
        snprintf(out, size, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    } else {
        snprintf(out, size, "%ld:%02ld", whole / 60, whole % 60);
    }
}

void reel_progress_update(reel_progress *p)
{
    double t = reel_clock_wall();
    double reached = p->done + p->under_way;
    double made = reached - p->kept;
    double elapsed = t - p->start;
    double rate = elapsed > 0 ? made / elapsed : 0;
    int percent = p->total > 0 ? (int)(100.0 * reached / p->total) : 100;
    char left[32] = "?", text[160];
    if (p->quiet || (p->bar ? t - p->shown < 0.1 && p->done < p->total
                            : percent / 10 == p->shown_percent / 10 || t - p->shown < 1.0)) {
        return;
    }
    if (rate > 0) {
        format_seconds((p->total - reached) / rate, left, sizeof left);
    }
    snprintf(text, sizeof text, "%d of %d %s, %d %%, %.3g %s/s, %s left", p->done, p->total,
             p->unit, percent, rate, p->unit, left);
    if (p->bar) {
        enum { WIDTH = 24 };
        char bar[WIDTH + 1];
        int full = percent * WIDTH / 100;
        memset(bar, '.', WIDTH);
        memset(bar, '#', (size_t)(full > WIDTH ? WIDTH : full));
        bar[WIDTH] = '\0';
        fprintf(stderr, "\r\033[K[%s] %s", bar, text);
    } else {
        fprintf(stderr, "%s\n", text);
    }
    fflush(stderr);
    p->shown = t;
    p->shown_percent = percent;
}

void reel_progress_clear(const reel_progress *p)
{
    if (p->bar && p->shown > 0) {
        fprintf(stderr, "\r\033[K");
    }
}

void reel_progress_finish(reel_progress *p)
{
    reel_progress_clear(p);
    p->shown = 0;
}
