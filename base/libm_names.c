/*
 * libm_names.c - our elementary functions under libm's names, for the libraries of the process.
 *
 * A program that links this file whole and exports it (base/meson.build: libm_names_dep,
 * export_dynamic) answers the calls that its shared libraries make to these functions, because the
 * dynamic linker searches the program before libm.so; an unversioned definition satisfies every
 * version that glibc gives these names. tests/unit/test_libm_names.c checks that it does.
 *
 * The list is what `nm -D` shows that the libraries import and whose last bits depend on the CPU
 * or on glibc's version:
 *   libode:     acos acosf asin asinf atan2 sincos
 *   liblua5.4:  acos asin atan2 cos cosh exp log log10 log2 pow sin sinh tan tanh
 *   libx264:    exp exp2 exp2f log log10 log2 log2f pow powf
 *   libavcodec, libavutil, libavformat, libswscale, libswresample: the above and atan atan2f atanf
 *               cosf expf log10f logf sincosf sinf
 *   libccd, libblosc: none
 * and tanf, which completes the float forms.
 * Left to libm: what IEEE 754 defines to the last bit (sqrt fmod frexp ldexp scalbn fmin fmax floor
 * ceil round nextafter), and cbrt cbrtf hypot, which have one variant on all x86-64 machines, and
 * which only tables of audio codecs and size arithmetic of libav* ask for.
 *
 * The float forms round a double of <= 1 ulp: their error is 1/2 ulp but for one case in 2^28.
 * This file is compiled with -fno-builtin, lest the compiler recognise `sin` and replace calls. The
 * prototypes come from math.h.
 */
#include "base/trig.h"

#include <math.h>

#define EXPORTED __attribute__((visibility("default")))

#define DOUBLE_NAME(name)          \
    EXPORTED double name(double x) \
    {                              \
        return reel_##name(x);     \
    }

#define FLOAT_NAME(name)              \
    EXPORTED float name##f(float x)   \
    {                                 \
        return (float)reel_##name(x); \
    }

#define BOTH_NAMES(name) DOUBLE_NAME(name) FLOAT_NAME(name)

BOTH_NAMES(sin)
BOTH_NAMES(cos)
BOTH_NAMES(tan)
BOTH_NAMES(asin)
BOTH_NAMES(acos)
BOTH_NAMES(atan)
BOTH_NAMES(exp)
BOTH_NAMES(exp2)
BOTH_NAMES(log)
BOTH_NAMES(log2)
BOTH_NAMES(log10)
DOUBLE_NAME(sinh)
DOUBLE_NAME(cosh)
DOUBLE_NAME(tanh)

EXPORTED double atan2(double y, double x)
{
    return reel_atan2(y, x);
}

EXPORTED float atan2f(float y, float x)
{
    return (float)reel_atan2(y, x);
}

EXPORTED double pow(double x, double y)
{
    return reel_pow(x, y);
}

EXPORTED float powf(float x, float y)
{
    return (float)reel_pow(x, y);
}

EXPORTED void sincos(double x, double *s, double *c)
{
    reel_sincos(x, s, c);
}

EXPORTED void sincosf(float x, float *s, float *c)
{
    double sine, cosine;
    reel_sincos(x, &sine, &cosine);
    *s = (float)sine;
    *c = (float)cosine;
}
