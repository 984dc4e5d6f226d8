/* picture.c - see picture.h */
#include "app/picture.h"
#include "base/trig.h"
#include <math.h>
#include <string.h>

bool reel_picture_init(reel_picture *out, int width, int height, uint8_t grey)
{
    size_t size = (size_t)width * (size_t)height * 3;
    out->width = width;
    out->height = height;
    out->rgb = reel_alloc(size);
    if (out->rgb) {
        memset(out->rgb, grey, size);
    }
    return out->rgb != NULL;
}

void reel_picture_finish(reel_picture *picture)
{
    reel_free(picture->rgb);
    picture->rgb = NULL;
}

/* Mean of the source pixels that a target pixel covers (whole pixels; at least one). */
static void average(const reel_picture *from, int x0, int x1, int y0, int y1, uint8_t out[3])
{
    long sum[3] = {0, 0, 0};
    long n = (long)(x1 - x0) * (y1 - y0);
    for (int y = y0; y < y1; y++) {
        const uint8_t *p = from->rgb + ((size_t)y * (size_t)from->width + (size_t)x0) * 3;
        for (int x = x0; x < x1; x++, p += 3) {
            sum[0] += p[0];
            sum[1] += p[1];
            sum[2] += p[2];
        }
    }
    for (int c = 0; c < 3; c++) {
        out[c] = (uint8_t)((sum[c] + n / 2) / n);
    }
}

void reel_picture_place(reel_picture *to, int x, int y, int width, int height,
                        const reel_picture *from)
{
    assert(x >= 0 && y >= 0 && x + width <= to->width && y + height <= to->height);
    for (int j = 0; j < height; j++) {
        int y0 = (int)((int64_t)j * from->height / height);
        int y1 = (int)((int64_t)(j + 1) * from->height / height);
        for (int i = 0; i < width; i++) {
            int x0 = (int)((int64_t)i * from->width / width);
            int x1 = (int)((int64_t)(i + 1) * from->width / width);
            uint8_t *p = to->rgb + ((size_t)(y + j) * (size_t)to->width + (size_t)(x + i)) * 3;
            average(from, x0, x1 > x0 ? x1 : x0 + 1, y0, y1 > y0 ? y1 : y0 + 1, p);
        }
    }
}

/* A face of 5x7 dots; bit 4 is the left dot of a row. Only what the sheet writes. */
static const struct {
    char letter;
    uint8_t rows[7];
} face[] = {
    {'a', {0, 0, 14, 1, 15, 17, 15}},    {'b', {16, 16, 30, 17, 17, 17, 30}},
    {'c', {0, 0, 15, 16, 16, 16, 15}},   {'d', {1, 1, 15, 17, 17, 17, 15}},
    {'e', {0, 0, 14, 17, 31, 16, 14}},   {'f', {6, 8, 30, 8, 8, 8, 8}},
    {'g', {0, 0, 15, 17, 15, 1, 14}},    {'h', {16, 16, 30, 17, 17, 17, 17}},
    {'i', {4, 0, 12, 4, 4, 4, 14}},      {'l', {12, 4, 4, 4, 4, 4, 14}},
    {'m', {0, 0, 26, 21, 21, 21, 21}},   {'n', {0, 0, 30, 17, 17, 17, 17}},
    {'o', {0, 0, 14, 17, 17, 17, 14}},   {'p', {0, 0, 30, 17, 30, 16, 16}},
    {'r', {0, 0, 22, 25, 16, 16, 16}},   {'s', {0, 0, 15, 16, 14, 1, 30}},
    {'t', {8, 8, 30, 8, 8, 9, 6}},       {'w', {0, 0, 17, 17, 21, 21, 10}},
    {'0', {14, 17, 19, 21, 25, 17, 14}}, {'1', {4, 12, 4, 4, 4, 4, 14}},
    {'2', {14, 17, 1, 6, 8, 16, 31}},    {'3', {14, 17, 1, 6, 1, 17, 14}},
    {'4', {2, 6, 10, 18, 31, 2, 2}},     {'5', {31, 16, 30, 1, 1, 17, 14}},
    {'6', {6, 8, 16, 30, 17, 17, 14}},   {'7', {31, 1, 2, 4, 8, 8, 8}},
    {'8', {14, 17, 17, 14, 17, 17, 14}}, {'9', {14, 17, 17, 15, 1, 2, 12}},
    {'.', {0, 0, 0, 0, 0, 12, 12}},      {'/', {1, 1, 2, 4, 8, 16, 16}},
};

static const uint8_t *rows_of(char letter)
{
    for (size_t i = 0; i < sizeof face / sizeof face[0]; i++) {
        if (face[i].letter == letter) {
            return face[i].rows;
        }
    }
    return NULL;
}

void reel_picture_write(reel_picture *to, int x, int y, int scale, const char *text, uint8_t grey)
{
    for (; *text; text++, x += 6 * scale) {
        const uint8_t *rows = rows_of(*text);
        for (int j = 0; rows && j < 7 * scale; j++) {
            for (int i = 0; i < 5 * scale; i++) {
                int px = x + i, py = y + j;
                if ((rows[j / scale] >> (4 - i / scale) & 1) && px >= 0 && py >= 0 &&
                    px < to->width && py < to->height) {
                    memset(to->rgb + ((size_t)py * (size_t)to->width + (size_t)px) * 3, grey, 3);
                }
            }
        }
    }
}

static uint8_t byte_of(double v)
{
    return v <= 0 ? 0 : v >= 1 ? 255 : (uint8_t)(v * 255 + 0.5);
}

/* Hue in turns, saturation and value 0..1, to bytes. */
static void from_hsv(double hue, double saturation, double value, uint8_t out[3])
{
    for (int c = 0; c < 3; c++) {
        double h = hue * 6 + (c == 0 ? 0 : c == 1 ? 4 : 2); /* red, green, blue peaks */
        h -= 6 * floor(h / 6);
        double d = fabs(h - 3);
        double k = d - 1 < 0 ? 0 : d - 1 > 1 ? 1 : d - 1;
        out[c] = byte_of(value * (1 - saturation + saturation * k));
    }
}

/* Near is warm and bright, far is cold and dark. */
static void depth_colour(double t, uint8_t out[3])
{
    static const double stops[6][3] = {{0.99, 0.93, 0.65}, {0.98, 0.62, 0.31}, {0.84, 0.28, 0.40},
                                       {0.50, 0.16, 0.50}, {0.20, 0.12, 0.42}, {0.03, 0.03, 0.14}};
    double s = t * 5;
    int i = s >= 4 ? 4 : (int)s;
    for (int c = 0; c < 3; c++) {
        out[c] = byte_of(stops[i][c] + (s - i) * (stops[i + 1][c] - stops[i][c]));
    }
}

static void paint_depth(reel_picture *out, const uint16_t *depth, size_t n)
{
    uint16_t least = REEL_DEPTH_NONE, most = 0;
    for (size_t i = 0; i < n; i++) {
        if (depth[i] != REEL_DEPTH_NONE) {
            least = depth[i] < least ? depth[i] : least;
            most = depth[i] > most ? depth[i] : most;
        }
    }
    double near = 1.0 / (least > 0 ? least : 1), far = 1.0 / (most > 0 ? most : 1);
    for (size_t i = 0; i < n; i++) {
        if (depth[i] == REEL_DEPTH_NONE) {
            memset(out->rgb + 3 * i, 0, 3);
            continue;
        }
        /* inverse depth: equal steps of colour for equal steps of parallax */
        double v = 1.0 / (depth[i] > 0 ? depth[i] : 1);
        depth_colour(near > far ? (near - v) / (near - far) : 0, out->rgb + 3 * i);
    }
}

static void paint_instances(reel_picture *out, const uint16_t *id, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (id[i] == 0) {
            memset(out->rgb + 3 * i, 24, 3);
        } else {
            double turn = 0.61803398875 * id[i]; /* golden ratio: neighbours far apart */
            from_hsv(turn - floor(turn), id[i] % 3 == 0 ? 0.45 : 0.75, id[i] % 2 ? 0.95 : 0.8,
                     out->rgb + 3 * i);
        }
    }
}

static void paint_normals(reel_picture *out, const int8_t *normal, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int x = normal[i], y = normal[n + i], z = normal[2 * n + i];
        uint8_t *p = out->rgb + 3 * i;
        bool hit = x || y || z;
        p[0] = hit ? (uint8_t)(127 + x) : 0;
        p[1] = hit ? (uint8_t)(127 - y) : 0;
        p[2] = hit ? (uint8_t)(127 - z) : 0;
    }
}

static void paint_flow(reel_picture *out, const int16_t *flow, size_t n, double scale)
{
    for (size_t i = 0; i < n; i++) {
        if (flow[i] == REEL_FLOW_NONE) {
            memset(out->rgb + 3 * i, 0, 3);
            continue;
        }
        double dx = (double)flow[i] / REEL_FLOW_SCALE, dy = (double)flow[n + i] / REEL_FLOW_SCALE;
        double length = sqrt(dx * dx + dy * dy) / (scale > 0 ? scale : 1);
        double turn = reel_atan2(dy, dx) / (2 * REEL_PI);
        from_hsv(turn - floor(turn), length > 1 ? 1 : sqrt(length), 1, out->rgb + 3 * i);
    }
}

double reel_flow_largest(const reel_frame *frame, reel_plane plane)
{
    const int16_t *flow = frame->plane[plane];
    size_t n = (size_t)frame->width * (size_t)frame->height;
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double dx = flow[i], dy = flow[n + i];
        if (flow[i] != REEL_FLOW_NONE && dx * dx + dy * dy > largest) {
            largest = dx * dx + dy * dy;
        }
    }
    return sqrt(largest) / REEL_FLOW_SCALE;
}

void reel_picture_of_plane(reel_picture *out, const reel_frame *frame, reel_plane plane,
                           double flow_scale)
{
    const void *data = frame->plane[plane];
    size_t n = (size_t)frame->width * (size_t)frame->height;
    assert(data && out->width == frame->width && out->height == frame->height);
    switch (plane) {
    case REEL_PLANE_RGB: memcpy(out->rgb, data, 3 * n); break;
    case REEL_PLANE_DEPTH: paint_depth(out, data, n); break;
    case REEL_PLANE_INSTANCE: paint_instances(out, data, n); break;
    case REEL_PLANE_NORMAL: paint_normals(out, data, n); break;
    case REEL_PLANE_FLOW_FWD:
    case REEL_PLANE_FLOW_BWD: paint_flow(out, data, n, flow_scale); break;
    default: assert(!"a plane that has no colours"); break;
    }
}
