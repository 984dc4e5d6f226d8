#include "scenes/words.h"

#include "base/trig.h"

#include <stdio.h>
#include <string.h>

/* --- suggestions ----------------------------------------------------------------------------- */

enum { LONGEST_WORD = 48 };

/* Levenshtein distance; words longer than LONGEST_WORD are as far as can be. */
static int edit_distance(const char *a, const char *b)
{
    int row[LONGEST_WORD + 1];
    const int n = (int)strlen(a), m = (int)strlen(b);
    if (n > LONGEST_WORD || m > LONGEST_WORD) {
        return 1000;
    }
    for (int j = 0; j <= m; j++) {
        row[j] = j;
    }
    for (int i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            const int replace = diagonal + (a[i - 1] != b[j - 1]);
            const int shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replace < shorter ? replace : shorter;
        }
    }
    return row[m];
}

reel_suggestion reel_suggestion_begin(const char *wrong)
{
    return (reel_suggestion){.wrong = wrong, .distance = (int)strlen(wrong) / 3 + 2};
}

void reel_suggestion_offer(reel_suggestion *s, const char *word)
{
    const int d = edit_distance(s->wrong, word);
    if (strlen(word) < sizeof(s->best) &&
        (d < s->distance || (d == s->distance && s->best[0] && strcmp(word, s->best) < 0))) {
        s->distance = d;
        snprintf(s->best, sizeof(s->best), "%s", word);
    }
}

void reel_suggestion_text(const reel_suggestion *s, char *out, size_t size)
{
    if (s->best[0]) {
        snprintf(out, size, " (did you mean '%s'?)", s->best);
    } else if (size > 0) {
        out[0] = '\0';
    }
}

/* --- UTF-8 ------------------------------------------------------------------------------------ */

/* Bytes of the character at `s`; 0 if it is none. The Unicode Standard 15, table 3-7. */
static int character_bytes(const unsigned char *s)
{
    const unsigned char a = s[0];
    if (a < 0x80) {
        return 1;
    }
    const int n = a < 0xc2 ? 0 : a < 0xe0 ? 2 : a < 0xf0 ? 3 : a < 0xf5 ? 4 : 0;
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) { /* the terminating NUL is none either */
            return 0;
        }
    }
    const bool too_long = (a == 0xe0 && s[1] < 0xa0) || (a == 0xf0 && s[1] < 0x90);
    const bool no_character = (a == 0xed && s[1] > 0x9f) || (a == 0xf4 && s[1] > 0x8f);
    return too_long || no_character ? 0 : n;
}

bool reel_is_utf8(const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    while (*p) {
        const int n = character_bytes(p);
        if (n == 0) {
            return false;
        }
        p += n;
    }
    return true;
}

/* --- colours --------------------------------------------------------------------------------- */

static const reel_color_word colors[] = {
    {"red", 0xb3261e, true},    {"orange", 0xe07b18, true}, {"yellow", 0xe8c21c, true},
    {"green", 0x2f8f3a, true},  {"cyan", 0x1fa5a8, true},   {"blue", 0x2456b8, true},
    {"purple", 0x6f3aa0, true}, {"pink", 0xdc6f9c, true},   {"brown", 0x6e4526, false},
    {"gray", 0x808080, false},  {"white", 0xeceae4, false}, {"black", 0x1a1a1c, false},
    {"beige", 0xd2bd96, false}, {NULL, 0, false},
};

const reel_color_word *reel_color_words(void)
{
    return colors;
}

/* IEC 61966-2-1 */
static double linear_from_srgb(double v)
{
    return v <= 0.04045 ? v / 12.92 : reel_pow((v + 0.055) / 1.055, 2.4);
}

void reel_color_from_srgb(uint32_t srgb, double rgb[3])
{
    for (int i = 0; i < 3; i++) {
        rgb[i] = linear_from_srgb((double)(srgb >> (16 - 8 * i) & 255) / 255.0);
    }
}

bool reel_color_find(const char *name, double rgb[3])
{
    for (const reel_color_word *c = colors; c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            reel_color_from_srgb(c->srgb, rgb);
            return true;
        }
    }
    return false;
}

const char *reel_color_nearest(const double rgb[3])
{
    const char *best = "";
    double best_d = 1e9;
    for (const reel_color_word *c = colors; c->name; c++) {
        double w[3], d = 0;
        reel_color_from_srgb(c->srgb, w);
        for (int i = 0; i < 3; i++) { /* the square root is closer to what eyes see */
            const double e = sqrt(w[i]) - sqrt(rgb[i]);
            d += e * e;
        }
        if (d < best_d) {
            best_d = d;
            best = c->name;
        }
    }
    return best;
}

/*
 * Chromaticity of the Planckian locus: the cubic approximation of Kim et al. (US patent 7024034),
 * extended below its 1667 K; then CIE xyY with Y = 1 to linear Rec. 709.
 */
void reel_color_of_temperature(double kelvin, double rgb[3])
{
    const double t = kelvin, t2 = t * t, t3 = t2 * t;
    const double x = t < 4000 ? -0.2661239e9 / t3 - 0.2343589e6 / t2 + 0.8776956e3 / t + 0.179910
                              : -3.0258469e9 / t3 + 2.1070379e6 / t2 + 0.2226347e3 / t + 0.240390;
    const double x2 = x * x, x3 = x2 * x;
    const double y = t < 2222   ? -1.1063814 * x3 - 1.34811020 * x2 + 2.18555832 * x - 0.20219683
                     : t < 4000 ? -0.9549476 * x3 - 1.37418593 * x2 + 2.09137015 * x - 0.16748867
                                : 3.0817580 * x3 - 5.87338670 * x2 + 3.75112997 * x - 0.37001483;
    const double X = x / y, Z = (1 - x - y) / y;
    const double v[3] = {3.2404542 * X - 1.5371385 - 0.4985314 * Z,
                         -0.9692660 * X + 1.8760108 + 0.0415560 * Z,
                         0.0556434 * X - 0.2040259 + 1.0572252 * Z};
    for (int i = 0; i < 3; i++) {
        rgb[i] = v[i] > 0 ? v[i] : 0;
    }
}
