#include "bench/accuracy/experiment.h"

#include "base/trig.h"

/* K for the complementary modulus sqrt(1 - k^2). */
static double elliptic_k_of(double complement)
{
    double a = 1, b = complement;
    while (fabs(a - b) > 1e-15 * a) {
        const double mean = (a + b) / 2;
        b = sqrt(a * b);
        a = mean;
    }
    return REEL_PI / (2 * a);
}

double exact_elliptic_k(double k)
{
    return elliptic_k_of(sqrt(1 - k * k));
}

typedef void (*rate_function)(const void *param, const double *y, double *dy);

static void runge_kutta(rate_function f, const void *param, double *y, int n, double h)
{
    double k[4][4], z[4];
    static const double part[4] = {0, 0.5, 0.5, 1}, weight[4] = {1, 2, 2, 1};
    for (int stage = 0; stage < 4; stage++) {
        for (int i = 0; i < n; i++) {
            z[i] = y[i] + (stage > 0 ? part[stage] * h * k[stage - 1][i] : 0);
        }
        f(param, z, k[stage]);
    }
    for (int i = 0; i < n; i++) {
        for (int stage = 0; stage < 4; stage++) {
            y[i] += h / 6 * weight[stage] * k[stage][i];
        }
    }
}

static void euler_equations(const void *param, const double *w, double *dw)
{
    const double *inertia = param;
    dw[0] = (inertia[1] - inertia[2]) / inertia[0] * w[1] * w[2];
    dw[1] = (inertia[2] - inertia[0]) / inertia[1] * w[2] * w[0];
    dw[2] = (inertia[0] - inertia[1]) / inertia[2] * w[0] * w[1];
}

/* First zero of w[1]: Runge-Kutta steps up to it, then the part of a step that ends there. */
static double first_flip(const double inertia[3], double w[3])
{
    const double h = 5e-5;
    for (int i = 0; i < 10000000; i++) {
        double next[3] = {w[0], w[1], w[2]};
        runge_kutta(euler_equations, inertia, next, 3, h);
        if (next[1] * w[1] <= 0) {
            double lo = 0, hi = h;
            for (int k = 0; k < 60; k++) {
                double part[3] = {w[0], w[1], w[2]};
                runge_kutta(euler_equations, inertia, part, 3, (lo + hi) / 2);
                *(part[1] * w[1] > 0 ? &lo : &hi) = (lo + hi) / 2;
            }
            return i * h + lo;
        }
        w[0] = next[0];
        w[1] = next[1];
        w[2] = next[2];
    }
    return INFINITY;
}

/* The spin about the middle axis is a Jacobian sn, whose zeros are 2 K apart. Differences of
 * conserved quantities are summed term by term, so that nothing cancels. */
static double half_period(const double i[3], const double w[3])
{
    const double q[3] = {w[0] * w[0], w[1] * w[1], w[2] * w[2]};
    const double l2_e1 = i[1] * (i[1] - i[0]) * q[1] + i[2] * (i[2] - i[0]) * q[2];
    const double l2_e2 = i[0] * (i[0] - i[1]) * q[0] + i[2] * (i[2] - i[1]) * q[2];
    const double e3_l2 = i[0] * (i[2] - i[0]) * q[0] + i[1] * (i[2] - i[1]) * q[1];
    const double product = i[0] * i[1] * i[2];
    double rate2, complement2; /* (d tau / dt)^2 and 1 - k^2 */
    if (l2_e2 > 0) {           /* L^2 > 2 E I2: about the axis of the largest inertia */
        rate2 = (i[2] - i[1]) * l2_e1 / product;
        complement2 = (i[2] - i[0]) * l2_e2 / ((i[2] - i[1]) * l2_e1);
    } else {
        rate2 = (i[1] - i[0]) * e3_l2 / product;
        complement2 = (i[2] - i[0]) * -l2_e2 / ((i[1] - i[0]) * e3_l2);
    }
    return 2 * elliptic_k_of(sqrt(complement2)) / sqrt(rate2);
}

int exact_flips(const double inertia[3], const double omega[3], double seconds, double *times,
                int max)
{
    double w[3] = {omega[0], omega[1], omega[2]};
    const double half = half_period(inertia, omega);
    int found = 0;
    for (double t = first_flip(inertia, w); t < seconds && found < max; t += half) {
        times[found++] = t;
    }
    return found;
}

typedef struct rods {
    double m, l, i;
} rods;

/* y = angles from the vertical, then their rates */
static void rods_rates(const void *param, const double *y, double *dy)
{
    const rods *r = param;
    const double c = r->l / 2, m = r->m, l = r->l, g = 9.81;
    double s, co;
    reel_sincos(y[0] - y[1], &s, &co);
    const double m11 = r->i + m * c * c + m * l * l, m12 = m * l * c * co, m22 = r->i + m * c * c;
    const double f1 = -m * l * c * s * y[3] * y[3] - (m * c + m * l) * g * reel_sin(y[0]);
    const double f2 = m * l * c * s * y[2] * y[2] - m * c * g * reel_sin(y[1]);
    const double det = m11 * m22 - m12 * m12;
    dy[0] = y[2];
    dy[1] = y[3];
    dy[2] = (m22 * f1 - m12 * f2) / det;
    dy[3] = (m11 * f2 - m12 * f1) / det;
}

void exact_double_pendulum(double m, double l, double i, double seconds, double angles[2])
{
    const rods r = {m, l, i};
    const double h = 2e-5;
    const int n = (int)(seconds / h + 0.5);
    double y[4] = {REEL_PI / 2, REEL_PI / 2, 0, 0};
    for (int k = 0; k < n; k++) {
        runge_kutta(rods_rates, &r, y, 4, h);
    }
    angles[0] = y[0];
    angles[1] = y[1];
}
