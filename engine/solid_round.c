/*
 * solid_round.c - what of a round solid lies under a plane: volume and first moment.
 *
 * Ellipsoids, and balls that are halved (the ends of a capsule), by closed forms. A frustum
 * (cylinder, cone) is a pile of discs that the plane cuts along lines: their area is known, the sum
 * over them is Gauss' quadrature. In a cylinder the variable of integration is the angle at which
 * the line cuts the rim: the integrand is then entire, and the result is right to rounding however
 * the cylinder lies. In a cone the variable is the height, mapped so that the ends are smooth.
 */
#include "engine/force.h"

#include "base/trig.h"

/* Gauss-Legendre on [-1, 1], of order 31: the positive nodes and their weights. */
enum { HALF_NODES = 8, NODES = 2 * HALF_NODES };
static const double gauss[HALF_NODES][2] = {
    {0.0950125098376374402, 0.1894506104550684963}, {0.2816035507792589132, 0.1826034150449235889},
    {0.4580167776572273863, 0.1691565193950025382}, {0.6178762444026437484, 0.1495959888165767321},
    {0.7554044083550030339, 0.1246289712555338720}, {0.8656312023878317439, 0.0951585116824927848},
    {0.9445750230732325761, 0.0622535239386478929}, {0.9894009349916499326, 0.0271524594117540949},
};

static double node(int i, double *weight)
{
    const int k = i < HALF_NODES ? i : i - HALF_NODES;
    *weight = gauss[k][1];
    return i < HALF_NODES ? -gauss[k][0] : gauss[k][0];
}

/* In a frame whose z is the solid's axis and whose x goes up the slope of the plane. */
typedef struct slices {
    double up_x, up_z, level; /* up_x >= 0 */
    double r0, slope;         /* radius at z: r0 + slope z */
    double volume, x, z;      /* sums: volume and moments */
} slices;

static double radius_at(const slices *s, double z)
{
    return fmax(0, s->r0 + s->slope * z);
}

/* Area of the part x <= c of a unit disc, and its moment; sine and cosine of the cut's angle. */
static void add_disc(slices *s, double z, double r, double angle, double sine, double cosine,
                     double dz)
{
    const double area = (REEL_PI / 2 + angle + sine * cosine) * r * r;
    s->volume += dz * area;
    s->z += dz * z * area;
    s->x -= dz * (2.0 / 3.0) * cosine * cosine * cosine * r * r * r;
}

static void add_whole(slices *s, double lo, double hi)
{
    for (int i = 0; i < NODES; i++) { /* the integrand is of the third degree */
        double weight;
        const double x = node(i, &weight);
        const double z = (lo + hi) / 2 + x * (hi - lo) / 2, r = radius_at(s, z);
        add_disc(s, z, r, REEL_PI / 2, 1, 0, weight * (hi - lo) / 2);
    }
}

static double cut_at(const slices *s, double z)
{
    const double r = radius_at(s, z) * s->up_x;
    return r > 0 ? fmax(-1, fmin(1, (s->level - s->up_z * z) / r)) : 0;
}

/* With sin(angle) linear in z: angle = mid + x half for the nodes x. */
static void add_cut_cylinder(slices *s, double lo, double hi)
{
    const double a = cut_at(s, lo), b = cut_at(s, hi);
    const double reach = sqrt(1 - a * a) + sqrt(1 - b * b), long_half = (hi - lo) / 2;
    if (!(reach > 0) && a == b) {
        return; /* touched along a line of the mantle */
    }
    const double slow = -s->up_z * (hi - lo) / (s->up_x * s->r0); /* b - a without cancellation */
    const double half = reel_atan2(fabs(slow) < 0.1 ? slow : b - a, reach);
    const double mid = reel_asin(a) + half, tangent = reel_tan(mid);
    const double whole = reel_sin(half), level_part = whole * reel_cos(mid);
    for (int i = 0; i < NODES; i++) {
        double weight, sine, cosine;
        const double x = node(i, &weight);
        reel_sincos(mid + x * half, &sine, &cosine);
        double at = x, stretch = 1;
        if (fabs(half) > 1e-9) {
            const double bow = 2 * reel_sin((1 + x) * half / 2) * reel_sin((1 - x) * half / 2);
            at = (reel_sin(x * half) + tangent * bow) / whole;
            stretch = cosine * half / level_part;
        }
        const double z = (lo + hi) / 2 + at * long_half;
        add_disc(s, z, s->r0, mid + x * half, sine, cosine, weight * stretch * long_half);
    }
}

/* Nodes crowd at both ends, where the area may begin like the power 3/2 of the height. */
static void add_cut_cone(slices *s, double lo, double hi)
{
    for (int i = 0; i < NODES; i++) {
        double weight, sine, cosine;
        const double x = node(i, &weight);
        reel_sincos(REEL_PI / 2 * x, &sine, &cosine);
        const double z = (lo + hi) / 2 + sine * (hi - lo) / 2, c = cut_at(s, z);
        add_disc(s, z, radius_at(s, z), reel_asin(c), c, sqrt(1 - c * c),
                 weight * cosine * REEL_PI / 2 * (hi - lo) / 2);
    }
}

/* Cut from lo to hi. A cone goes in pieces that halve its radius. */
static void add_cut(slices *s, double lo, double hi)
{
    if (s->slope == 0) {
        add_cut_cylinder(s, lo, hi);
        return;
    }
    for (int i = 0; i < 12; i++) {
        const bool narrows_up = s->slope < 0;
        const double wide = radius_at(s, narrows_up ? lo : hi);
        const double narrow = radius_at(s, narrows_up ? hi : lo);
        if (narrow >= 0.5 * wide) {
            break;
        }
        const double z = (0.5 * wide - s->r0) / s->slope;
        add_cut_cone(s, narrows_up ? lo : z, narrows_up ? z : hi);
        lo = narrows_up ? z : lo;
        hi = narrows_up ? hi : z;
    }
    add_cut_cone(s, lo, hi);
}

/* Heights between which the plane crosses, goes above or goes below all of a disc. */
static int stops(const slices *s, double lo, double hi, double out[4])
{
    int n = 0;
    out[n++] = lo;
    for (int k = -1; k <= 1; k += 2) {
        const double z = (s->level - k * s->up_x * s->r0) / (s->up_z + k * s->up_x * s->slope);
        if (z > lo && z < hi) {
            out[n++] = z;
        }
    }
    if (n == 3 && out[2] < out[1]) {
        const double swap = out[1];
        out[1] = out[2];
        out[2] = swap;
    }
    out[n++] = hi;
    return n;
}

static solid_cut back(const slices *s, reel_vec3 uphill)
{
    const reel_vec3 across = reel_v3_scale(uphill, s->x);
    return (solid_cut){s->volume, reel_v3(across.x, across.y, s->z)};
}

solid_cut cut_frustum(double lo, double hi, double r0, double r1, reel_vec3 up, double level)
{
    slices s = {.up_x = sqrt(up.x * up.x + up.y * up.y), .up_z = up.z, .level = level};
    s.slope = (r1 - r0) / (hi - lo);
    s.r0 = r0 - s.slope * lo;
    const reel_vec3 uphill = reel_v3_unit(reel_v3(up.x, up.y, 0), reel_v3(1, 0, 0));
    double z[4];
    const int n = stops(&s, lo, hi, z);
    for (int i = 0; i + 1 < n; i++) {
        const double mid = (z[i] + z[i + 1]) / 2;
        const double room = s.level - s.up_z * mid, rim = s.up_x * radius_at(&s, mid);
        if (room >= rim) {
            add_whole(&s, z[i], z[i + 1]);
        } else if (room > -rim) {
            add_cut(&s, z[i], z[i + 1]);
        }
    }
    return back(&s, uphill);
}

/* The part of a unit ball below the height t, about the ball's centre. */
static void cut_ball(double t, double *volume, double *moment)
{
    const double h = fmax(0, fmin(2, 1 + t)), left = h * (2 - h); /* 1 - t^2 */
    *volume = REEL_PI * h * h * (3 - h) / 3;
    *moment = -REEL_PI / 4 * left * left;
}

solid_cut cut_ellipsoid(reel_vec3 axes, reel_vec3 up, double level)
{
    const reel_vec3 to = reel_v3(axes.x * up.x, axes.y * up.y, axes.z * up.z);
    const double len = reel_v3_len(to), all = axes.x * axes.y * axes.z;
    double volume, moment;
    cut_ball(level / len, &volume, &moment);
    const reel_vec3 m = reel_v3_scale(to, all * moment / len);
    return (solid_cut){all * volume, reel_v3(m.x * axes.x, m.y * axes.y, m.z * axes.z)};
}

/* The part of a disc of radius r beyond the distance t from its centre: area, and the integral of
 * the squared distance from the centre. */
static void cut_disc(double r, double t, double *area, double *polar)
{
    const double a = reel_acos(fmax(-1, fmin(1, t / r)));
    const double sin2 = reel_sin(2 * a), sin4 = reel_sin(4 * a), r4 = r * r * r * r;
    *area = r * r * (a - sin2 / 2);
    *polar = r4 * (a / 4 - sin4 / 16) + 2.0 / 3.0 * r4 * (3 * a / 8 - sin2 / 4 + sin4 / 32);
}

/* Plane and halving plane cross within the ball: the surface of the part is a patch of the sphere,
 * whose area follows from the theorem of Gauss and Bonnet, and two segments of discs. Volume and
 * moment are integrals over it. */
static solid_cut cut_wedge(double r, reel_vec3 e, reel_vec3 up, double d)
{
    const double c = reel_v3_dot(e, up), s = sqrt(fmax(0, 1 - c * c)), rim = sqrt(r * r - d * d);
    double a1, i1, a2, i2; /* the segments of the halving plane and of the cutting one */
    const double t = -d * c / s;
    cut_disc(r, -d / s, &a1, &i1);
    cut_disc(rim, t, &a2, &i2);
    const double arc = reel_acos(fmax(-1, fmin(1, t / rim)));
    const double corner = reel_acos(fmax(-1, fmin(1, c * r / rim)));
    const double patch = 2 * r * r * (corner + arc * d / r);
    const double on_e = (r * r * a1 - i1) / 2, on_up = (d * d * a2 + i2 - r * r * a2) / 2;
    return (solid_cut){(r * patch + d * a2) / 3, reel_v3_madd(reel_v3_scale(e, on_e), on_up, up)};
}

solid_cut cut_half_ball(double radius, double side, reel_vec3 up, double level)
{
    const double r = radius, d = fmax(-r, fmin(r, level)), c = side * up.z;
    const reel_vec3 e = reel_v3(0, 0, side);
    const double r3 = r * r * r;
    const solid_cut half = {2 * REEL_PI / 3 * r3, reel_v3_scale(e, REEL_PI / 4 * r3 * r)};
    if (r * r - d * d > c * c * r * r) {
        return cut_wedge(r, e, up, d);
    }
    if (fabs(d) == r || d * c < 0) { /* the circle of the cut is not on this half */
        return d == r || (d > -r && c < 0) ? half : (solid_cut){0, {0, 0, 0}};
    }
    double volume, moment;
    cut_ball(d / r, &volume, &moment);
    const solid_cut ball = {r3 * volume, reel_v3_scale(up, r3 * r * moment)};
    if (c <= 0) {
        return ball; /* all that is under is on this half */
    }
    const solid_cut rest = {4 * REEL_PI / 3 * r3 - ball.volume, reel_v3_scale(ball.moment, -1)};
    return (solid_cut){half.volume - rest.volume, reel_v3_sub(half.moment, rest.moment)};
}
