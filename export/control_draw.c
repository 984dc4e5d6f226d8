/* control_draw.c - kinds of control videos, the palette of seg and the wheel of flow; see
 * control.h. */
#include "base/trig.h"
#include "export/control.h"
#include <stdio.h>
#include <string.h>

static const char *const names[REEL_CONTROL_COUNT] = {"depth", "seg", "edge", "flow", "force"};

const char *reel_control_name(reel_control kind)
{
    return names[kind];
}

bool reel_control_find(const char *name, reel_control *out)
{
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        if (strcmp(name, names[k]) == 0) {
            *out = (reel_control)k;
            return true;
        }
    }
    return false;
}

bool reel_controls_parse(const char *text, reel_controls *out, char unknown[REEL_CONTROL_NAME])
{
    reel_controls kinds = 0;
    for (const char *start = text; start;) {
        char name[REEL_CONTROL_NAME];
        const char *end = strchr(start, ',');
        const int length = end ? (int)(end - start) : (int)strlen(start);
        reel_control kind;
        snprintf(name, sizeof(name), "%.*s", length, start);
        if (!reel_control_find(name, &kind)) {
            snprintf(unknown, REEL_CONTROL_NAME, "%s", name);
            return false;
        }
        kinds |= REEL_CONTROL_BIT(kind);
        start = end ? end + 1 : NULL;
    }
    *out = kinds;
    return true;
}

reel_planes reel_control_planes(reel_controls kinds)
{
    static const reel_planes planes[REEL_CONTROL_COUNT] = {
        REEL_PLANE_BIT(REEL_PLANE_DEPTH),
        REEL_PLANE_BIT(REEL_PLANE_INSTANCE),
        REEL_PLANE_BIT(REEL_PLANE_RGB),
        REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD),
        0,
    };
    reel_planes all = 0;
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        all |= kinds & REEL_CONTROL_BIT(k) ? planes[k] : 0;
    }
    return all;
}

void reel_control_seg_color(int id, uint8_t rgb[3])
{
    rgb[0] = rgb[1] = rgb[2] = 0;
    for (int bit = 7; bit >= 0 && id > 0; bit--, id >>= 3) {
        rgb[0] |= (uint8_t)((id & 1) << bit);
        rgb[1] |= (uint8_t)((id >> 1 & 1) << bit);
        rgb[2] |= (uint8_t)((id >> 2 & 1) << bit);
    }
}

/* ---- flow -----------------------------------------------------------------------------------
 * Baker et al.: 55 hues, six ramps between the primary and secondary colours with as many steps as
 * the eye tells apart there.
 */

enum {
    RED_YELLOW = 15,
    YELLOW_GREEN = 6,
    GREEN_CYAN = 4,
    CYAN_BLUE = 11,
    BLUE_MAGENTA = 13,
    MAGENTA_RED = 6,
    HUES = 55
};

/* Hue k of the wheel, 0..255 (not rounded, as the ramps are floored). */
static void wheel_color(int k, int rgb[3])
{
    static const struct {
        int steps;
        int rises, falls; /* which channel changes, or -1; the ramp starts at... */
        int full;         /* ...this channel alone at 255 (rising), or with the falling one */
    } ramps[6] = {{RED_YELLOW, 1, -1, 0}, {YELLOW_GREEN, -1, 0, 1}, {GREEN_CYAN, 2, -1, 1},
                  {CYAN_BLUE, -1, 1, 2},  {BLUE_MAGENTA, 0, -1, 2}, {MAGENTA_RED, -1, 2, 0}};
    int r = 0;
    while (k >= ramps[r].steps) {
        k -= ramps[r++].steps;
    }
    const int ramp = 255 * k / ramps[r].steps;
    rgb[0] = rgb[1] = rgb[2] = 0;
    rgb[ramps[r].full] = 255;
    if (ramps[r].rises >= 0) {
        rgb[ramps[r].rises] = ramp;
    } else {
        rgb[ramps[r].falls] = 255 - ramp;
    }
}

void reel_control_flow_color(double dx, double dy, double full, uint8_t rgb[3])
{
    const double size = sqrt(dx * dx + dy * dy) / full;
    const double turn = (reel_atan2(-dy, -dx) / REEL_PI + 1.0) / 2.0 * (HUES - 1);
    const int k = turn >= HUES - 1 ? HUES - 1 : (int)turn;
    const double part = turn - k;
    int a[3], b[3];
    wheel_color(k, a);
    wheel_color((k + 1) % HUES, b);
    for (int c = 0; c < 3; c++) {
        double v = ((1.0 - part) * a[c] + part * b[c]) / 255.0;
        v = size <= 1.0 ? 1.0 - size * (1.0 - v) : 0.75 * v;
        rgb[c] = (uint8_t)(255.0 * v);
    }
}
