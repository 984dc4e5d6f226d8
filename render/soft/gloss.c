/*
 * gloss.c - how much light a rough mirror reflects: the directional albedo of GGX.
 *
 * With Schlick's Fresnel term f0 + (f90 - f0) (1 - v.h)^5 it is f0 A + f90 B, and A and B depend on
 * the angle and the roughness only. Both are means over microfacet normals that are drawn as they
 * are seen from v (Dupuy and Benyoub, "Sampling Visible GGX Normals with Spherical Caps", 2023).
 */
#include "base/trig.h"
#include "render/soft/soft.h"

#include <math.h>

enum { SIDE = 12 };

/* One microfacet normal for v = (s, 0, c), a = roughness squared: the share of the light that
 * it reflects (Smith's height-correlated masking over that of v alone), and v.h. */
static double one_facet(double s, double c, double a, int i, int j, double *vh)
{
    double x = a * s, z = c, sine, cosine;
    const double length = sqrt(x * x + z * z);
    x /= length;
    z /= length;
    reel_sincos(2 * REEL_PI * (i + 0.5) / SIDE, &sine, &cosine);
    const double up = 1 - (j + 0.5) / SIDE * (1 + z), side = sqrt(fmax(1 - up * up, 0));
    double hx = a * (side * cosine + x), hy = a * side * sine, hz = up + z;
    const double h = 1 / sqrt(hx * hx + hy * hy + hz * hz);
    hx *= h;
    hz *= h;
    *vh = hx * s + hz * c;
    const double nl = 2 * *vh * hz - c, a2 = a * a;
    if (nl <= 0 || *vh <= 0) {
        return 0;
    }
    const double lv = sqrt(a2 + (1 - a2) * c * c), ll = sqrt(a2 + (1 - a2) * nl * nl);
    return nl * (c + lv) / (nl * lv + c * ll);
}

void reel_soft_gloss_fill(float table[SOFT_GLOSS_ANGLES][SOFT_GLOSS_ROUGH][2])
{
    for (int k = 0; k < SOFT_GLOSS_ANGLES; k++) {
        const double root = (double)k / (SOFT_GLOSS_ANGLES - 1);
        const double c = fmax(root * root, 1e-4), s = sqrt(1 - c * c);
        for (int r = 0; r < SOFT_GLOSS_ROUGH; r++) {
            const double rough = fmax((double)r / (SOFT_GLOSS_ROUGH - 1), 0.03);
            double all = 0, edge = 0;
            for (int i = 0; i < SIDE * SIDE; i++) {
                double vh;
                const double share = one_facet(s, c, rough * rough, i / SIDE, i % SIDE, &vh);
                const double m = 1 - fmin(vh, 1), m2 = m * m;
                all += share;
                edge += share * m2 * m2 * m;
            }
            table[k][r][0] = (float)((all - edge) / (SIDE * SIDE));
            table[k][r][1] = (float)(edge / (SIDE * SIDE));
        }
    }
}
