/*
 * print.c - see the header. A shape is a signed distance in pixels from its edge, which is shown as
 * wide as a pixel; letters are strokes on a grid of 4 x 6.
 */
#include "assets/print.h"

#include "base/trig.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct glyph {
    char letter;
    const char *strokes; /* pairs of digits: x from the left, y up; a space lifts the pen */
} glyph;

static const glyph glyphs[] = {
    {'!', "2020 2226"},
    {'-', "1333"},
    {'.', "2020"},
    {'0', "103041453616050110"},
    {'1', "152620 1030"},
    {'2', "05163645440040"},
    {'3', "05163645443313 334241301001"},
    {'4', "30360242"},
    {'5', "460603334241301001"},
    {'6', "453616050110304142331302"},
    {'7', "064610"},
    {'8', "13040516364544331302011030414233"},
    {'9', "011030414536160504133344"},
    {'A', "0004264440 0242"},
    {'B', "00063645443303 3342413000"},
    {'C', "4536160501103041"},
    {'D', "00062644422000"},
    {'E', "46060040 0333"},
    {'F', "460600 0333"},
    {'G', "45361605011030414323"},
    {'H', "0006 4046 0343"},
    {'I', "2026 1030 1636"},
    {'J', "464130100102"},
    {'K', "0006 4602 1340"},
    {'L', "060040"},
    {'M', "0006234640"},
    {'N', "00064046"},
    {'O', "103041453616050110"},
    {'P', "00063645443303"},
    {'Q', "103041453616050110 2240"},
    {'R', "00063645443303 2340"},
    {'S', "011030414233130405163645"},
    {'T', "2026 0646"},
    {'U', "060110304146"},
    {'V', "062046"},
    {'W', "0610233046"},
    {'X', "0046 0640"},
    {'Y', "062346 2320"},
    {'Z', "06460040"},
    {' ', ""},
};

typedef struct canvas {
    int width, height;
    uint8_t *pixels;
} canvas;

static const glyph *find_glyph(char letter)
{
    for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++) {
        if (glyphs[i].letter == letter) {
            return &glyphs[i];
        }
    }
    return NULL;
}

static uint8_t srgb_code(double v)
{
    const double e = v <= 0.0031308 ? 12.92 * v : 1.055 * reel_pow(v, 1 / 2.4) - 0.055;
    return (uint8_t)floor(fmin(fmax(e, 0), 1) * 255 + 0.5);
}

/* Lay colour over a pixel, as much as a shape covers that ends `inside` px further out. */
static void blend(canvas *c, int x, int y, double inside, const double rgb[3])
{
    const double share = fmin(fmax(inside + 0.5, 0), 1);
    uint8_t *p = c->pixels + 4 * ((size_t)y * (size_t)c->width + (size_t)x);
    if (share <= 0) {
        return;
    }
    /* inks do not mix but at edges, where codes are as good as light */
    const double alpha = share + (1 - share) * p[3] / 255.0;
    for (int i = 0; i < 3; i++) {
        const double under = p[i] * (p[3] / 255.0) * (1 - share);
        p[i] = (uint8_t)floor((srgb_code(rgb[i]) * share + under) / alpha + 0.5);
    }
    p[3] = (uint8_t)floor(alpha * 255 + 0.5);
}

static double length(double x, double y)
{
    return sqrt(x * x + y * y);
}

static double distance_to(double x, double y, double x0, double y0, double x1, double y1)
{
    const double dx = x1 - x0, dy = y1 - y0, l2 = dx * dx + dy * dy;
    const double t = l2 > 0 ? fmin(fmax(((x - x0) * dx + (y - y0) * dy) / l2, 0), 1) : 0;
    return length(x - x0 - t * dx, y - y0 - t * dy);
}

/* Distance of a point, in units of the grid, from the strokes of a letter. */
static double distance_to_glyph(const glyph *g, double x, double y)
{
    double best = 1e9, px = 0, py = 0;
    bool down = false;
    for (const char *s = g->strokes; *s;) {
        if (*s == ' ') {
            down = false;
            s++;
            continue;
        }
        const double qx = s[0] - '0', qy = s[1] - '0';
        best = fmin(best, distance_to(x, y, down ? px : qx, down ? py : qy, qx, qy));
        px = qx;
        py = qy;
        down = true;
        s += 2;
    }
    return best;
}

/* A word centred at (cx, cy), letters `high` px high. */
static void draw_word(canvas *c, const char *word, double cx, double cy, double high,
                      const double rgb[3])
{
    const double unit = high / 6, step = 5.6 * unit, n = (double)strlen(word);
    const double left = cx - 0.5 * (n * step - 1.6 * unit);
    for (int y = 0; y < c->height; y++) {
        for (int x = 0; x < c->width; x++) {
            const double u = x + 0.5 - left, v = cy + 0.5 * high - (y + 0.5);
            const int near = (int)floor((u + 0.8 * unit) / step);
            if (near < 0 || near >= (int)n || fabs(v - 0.5 * high) > high) {
                continue;
            }
            const glyph *g = find_glyph(word[near]);
            const double d = distance_to_glyph(g, (u - near * step) / unit, v / unit);
            blend(c, x, y, (0.62 - d) * unit, rgb);
        }
    }
}

static void draw_disc(canvas *c, double cx, double cy, double radius, const double rgb[3])
{
    for (int y = 0; y < c->height; y++) {
        for (int x = 0; x < c->width; x++) {
            blend(c, x, y, radius - length(x + 0.5 - cx, y + 0.5 - cy), rgb);
        }
    }
}

static void draw_ring(canvas *c, double cx, double cy, double radius, double half,
                      const double rgb[3])
{
    for (int y = 0; y < c->height; y++) {
        for (int x = 0; x < c->width; x++) {
            blend(c, x, y, half - fabs(radius - length(x + 0.5 - cx, y + 0.5 - cy)), rgb);
        }
    }
}

static void draw_box(canvas *c, double x0, double y0, double x1, double y1, const double rgb[3])
{
    for (int y = 0; y < c->height; y++) {
        for (int x = 0; x < c->width; x++) {
            const double u = x + 0.5, v = y + 0.5;
            blend(c, x, y, fmin(fmin(u - x0, x1 - u), fmin(v - y0, y1 - v)), rgb);
        }
    }
}

static void draw_line(canvas *c, double x0, double y0, double x1, double y1, double half,
                      const double rgb[3])
{
    for (int y = 0; y < c->height; y++) {
        for (int x = 0; x < c->width; x++) {
            blend(c, x, y, half - distance_to(x + 0.5, y + 0.5, x0, y0, x1, y1), rgb);
        }
    }
}

static const double white[3] = {0.86, 0.86, 0.84};

static void draw_number(canvas *c, const char *text, const double ink[3])
{
    draw_disc(c, 24, 24, 22, white);
    draw_word(c, text, 24, 24, strlen(text) > 1 ? 17 : 22, ink);
}

static void draw_text(canvas *c, const char *text, const double ink[3])
{
    draw_word(c, text, c->width * 0.5, 16, 22, ink);
}

static void draw_label(canvas *c, const char *text, const double ink[3])
{
    const double high = fmin(20, 50 * 6 / (5.6 * (double)strlen(text)));
    draw_box(c, -1, 6, 129, 58, ink);
    draw_box(c, -1, 9, 129, 11, white);
    draw_box(c, -1, 53, 129, 55, white);
    draw_word(c, text, 32, 32, high, white);
    draw_word(c, text, 96, 32, high, white);
}

static void draw_stamp(canvas *c, const char *text, const double ink[3])
{
    const double high = fmin(16, 84 * 6 / (5.6 * (double)strlen(text)));
    draw_box(c, 8, 14, 88, 17, ink);
    draw_box(c, 8, 79, 88, 82, ink);
    draw_word(c, text, 48, 32, high, ink);
    for (int i = 0; i < 2; i++) {
        const double x = i ? 60 : 36;
        draw_line(c, x, 70, x, 50, 1.8, ink);
        draw_line(c, x, 49, x - 7, 57, 1.8, ink);
        draw_line(c, x, 49, x + 7, 57, 1.8, ink);
    }
    draw_line(c, 27, 73, 69, 73, 1.8, ink);
}

/* Opposite sides add up to seven; one, two and three lie around a corner. */
static void draw_die(canvas *c, const char *text, const double ink[3])
{
    static const int on[6] = {1, 2, 3, 6, 5, 4};
    static const int place[7][2] = {{0, 0}, {-1, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, 0}, {1, 0}};
    (void)text;
    for (int side = 0; side < 6; side++) {
        const double cx = 16 + 32 * (side % 3), cy = 16 + 32.0 * (side / 3);
        const int n = on[side];
        for (int i = n % 2 ? 0 : 1; i < (n % 2 ? n : n + 1); i++) {
            draw_disc(c, cx + 8.5 * place[i][0], cy + 8.5 * place[i][1], n == 1 ? 4.2 : 3.4, ink);
        }
    }
}

static void draw_target(canvas *c, const char *text, const double ink[3])
{
    (void)text;
    draw_disc(c, 32, 32, 5, ink);
    draw_ring(c, 32, 32, 14, 3, ink);
    draw_ring(c, 32, 32, 26, 3, ink);
}

typedef struct print {
    const char *word;
    int width, height;
    int letters; /* most of the text; 0: has none */
    void (*draw)(canvas *c, const char *text, const double ink[3]);
} print;

static const print prints[] = {
    {"die", 96, 64, 0, draw_die},
    {"label", 128, 64, 10, draw_label},
    {"number", 48, 48, 2, draw_number},
    {"stamp", 96, 96, 12, draw_stamp},
    {"target", 64, 64, 0, draw_target},
    {"text", 0, 32, REEL_PRINT_LETTERS, draw_text}, /* as wide as it is long */
};

static const print *find_print(const char *words, const char **text)
{
    for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
        const size_t n = strlen(prints[i].word);
        if (strncmp(words, prints[i].word, n) == 0 && (words[n] == ' ' || words[n] == '\0')) {
            *text = words[n] ? words + n + 1 : "";
            return &prints[i];
        }
    }
    return NULL;
}

static reel_status check_text(const print *p, const char *text, reel_error *err)
{
    const int n = (int)strlen(text);
    if (p->letters == 0 ? n != 0 : n < 1 || n > p->letters) {
        return reel_fail(err, REEL_E_SCENE,
                         p->letters ? "the picture '%s' takes 1 .. %d letters"
                                    : "the picture '%s' takes no letters",
                         p->word, p->letters);
    }
    for (int i = 0; i < n; i++) {
        if (!find_glyph(text[i])) {
            return reel_fail(err, REEL_E_SCENE,
                             "letters of pictures are A-Z, 0-9, space, '.', '-' and '!'");
        }
    }
    return REEL_OK;
}

reel_status reel_image_print(reel_arena *arena, const char *words, const double ink[3],
                             reel_image *out, reel_error *err)
{
    const char *text = "";
    const print *p = find_print(words, &text);
    if (!p) {
        return reel_fail(err, REEL_E_SCENE,
                         "there is no picture '%.40s'; there are die, label, number, stamp, "
                         "target, text",
                         words);
    }
    const reel_status status = check_text(p, text, err);
    if (status != REEL_OK) {
        return status;
    }
    canvas c = {.width = p->width, .height = p->height};
    if (c.width == 0) {
        c.width = 12 + (int)ceil((double)strlen(text) * 5.6 * 22 / 6);
    }
    const size_t n = (size_t)c.width * (size_t)c.height * 4;
    c.pixels = REEL_ARENA_NEW(arena, uint8_t, n);
    if (!c.pixels) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a picture");
    }
    p->draw(&c, text, ink);
    for (size_t i = 0; i < n; i += 4) { /* clear is ink that is not there: no dark edges */
        for (int k = 0; c.pixels[i + 3] == 0 && k < 3; k++) {
            c.pixels[i + (size_t)k] = srgb_code(ink[k]);
        }
    }
    *out = (reel_image){"", REEL_IMAGE_COLOR, c.width, c.height, (int)n, c.pixels};
    return REEL_OK;
}
