/*
 * trig.h - deterministic elementary functions in double precision.
 *
 * glibc's versions give different last bits with and without FMA; these use only + - * / sqrt and
 * integer operations, so they give the same bits on every IEEE-754 machine (built with
 * -ffp-contract=off). Error <= 1 ulp over the full range, checked against MPFR
 * (tests/unit/test_trig.c). Specials (NaN, infinities, signed zeros, subnormals) are those of C17
 * Annex F; errno and floating-point exceptions are not part of the contract. Our code calls these;
 * base/libm_names.c exports them under libm's names, so that ODE, Lua and the codecs in the
 * process use them too. Thread-safety: pure functions.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

double reel_sin(double x);                        /**< x in rad, any magnitude */
double reel_cos(double x);                        /**< x in rad, any magnitude */
double reel_tan(double x);                        /**< x in rad, any magnitude */
void reel_sincos(double x, double *s, double *c); /**< the same bits as reel_sin, reel_cos */
double reel_asin(double x);                       /**< [-pi/2, pi/2]; NaN outside [-1, 1] */
double reel_acos(double x);                       /**< [0, pi]; NaN outside [-1, 1] */
double reel_atan(double x);                       /**< [-pi/2, pi/2] */
double reel_atan2(double y, double x);            /**< [-pi, pi] */

double reel_exp(double x);           /**< e^x; +inf above 709.78, subnormal below -708.39 */
double reel_exp2(double x);          /**< 2^x; exact for integers */
double reel_log(double x);           /**< natural; -inf for +-0, NaN below 0 */
double reel_log2(double x);          /**< exact for powers of 2 */
double reel_log10(double x);         /**< exact for powers of 10 that are doubles */
double reel_pow(double x, double y); /**< x^y; NaN for x < 0 unless y is an integer */
double reel_sinh(double x);          /**< overflows above 710.47 */
double reel_cosh(double x);          /**< overflows above 710.47 */
double reel_tanh(double x);          /**< [-1, 1] */

#define REEL_PI 3.14159265358979323846

REEL_API_END
